/* cmd_search_worker.c - autopilot search-worker: answers searches of other engines. */
#include "adapter/search_local.h"
#include "adapter/search_searxng.h"
#include "adapter/search_server.h"
#include "base/notify.h"
#include "base/str.h"
#include "base/utf8.h"
#include "commands.h"
#include "config.h"
#include "output.h"
#include "wire.h"
#include "wire_search.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct working {
    const struct app *app;
    char token[WIRE_TOKEN_MAX], agent[WIRE_AGENT_MAX];
    char site_dir[URL_MAX + 1], site_url[URL_MAX + 1];
    const char *searxng; /* NULL: the corpus */
};

/* Any thread: nothing of it changes any more. */
static bool open_search(void *ctx, struct search **ret, struct err *err)
{
    const struct working *w = ctx;
    if (w->searxng == NULL)
        return search_local_new(w->app->data_dir, ret, err);
    struct search_service service = {
        .name = "searxng", .url = w->searxng, .token = "", .agent = w->agent};
    return search_searxng_new(&service, ret, err);
}

static void tell(void *ctx, const char *text)
{
    (void)ctx; /* there is one stderr */
    out_warn("%s", text);
}

/* --site DIR=URL: where others find the pages of the corpus. URL may be a scheme alone: then the
 * first folder below DIR names the host, as in what `wget -r` leaves. */
static bool read_site(struct working *w, const char *site, struct err *err)
{
    const char *equals = site != NULL ? strchr(site, '=') : NULL;
    if (site == NULL)
        return true;
    size_t dir = equals != NULL ? (size_t)(equals - site) : 0;
    while (dir > 1 && site[dir - 1] == '/')
        dir--;
    if (equals == NULL || site[0] != '/' ||
        !(str_starts(equals + 1, "https://") || str_starts(equals + 1, "http://")) ||
        !str_copy_n(w->site_dir, sizeof w->site_dir, site, dir) ||
        !str_copy(w->site_url, sizeof w->site_url, equals + 1))
        return err_set(err, ERR_USAGE,
                       "--site: \"%s\" is not DIR=URL, as in /srv/pages=https://pages.example",
                       site);
    for (size_t len = strlen(w->site_url); len > 0 && w->site_url[len - 1] == '/'; len--)
        w->site_url[len - 1] = '\0';
    if (w->site_url[strlen(w->site_url) - 1] == ':')
        (void)str_copy(w->site_url + strlen(w->site_url), 2, "/"); /* it was there */
    return true;
}

static bool prepare(struct app *app, struct working *w, struct err *err)
{
    const char *token_file = cli_value(app, "token-file");
    struct config config;
    *w = (struct working){.app = app, .searxng = cli_value(app, "searxng")};
    if (!config_read(app->config_path, false, &config, err))
        return false;
    wire_agent(&config.settings, w->agent);
    if (token_file != NULL && !wire_token_read(token_file, w->token, err))
        return false;
    if (w->searxng != NULL && cli_given(app, "site"))
        return err_set(err, ERR_USAGE, "--site is for the corpus, not for --searxng");
    return read_site(w, cli_value(app, "site"), err);
}

static void say_ready(const struct app *app, const struct search_server *s, const char *listen)
{
    const char *colon = strrchr(listen, ':'); /* there is one */
    if (!app->quiet)
        out_print("search-worker: listening on http://%.*s:%d\n", (int)(colon - listen), listen,
                  search_server_port(s));
    (void)fflush(stdout); /* whoever reads it starts now; what fails here fails nobody else */
}

bool cmd_search_worker(struct app *app, struct err *err)
{
    struct working w;
    struct search_server *server = NULL;
    struct notify manager;
    const char *listen = cli_value(app, "listen");
    sigset_t set;
    int got = 0;
    if (listen == NULL)
        return err_set(err, ERR_USAGE, "search-worker: --listen ADDRESS:PORT is needed");
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0) /* before there are threads */
        return err_set(err, ERR_STOP, "search-worker: signals can't be blocked");
    if (!prepare(app, &w, err))
        return false;
    struct search_server_options options = {.listen = listen,
                                            .token = w.token,
                                            .name = WIRE_PROGRAM,
                                            .site_dir = w.site_dir,
                                            .site_url = w.site_url,
                                            .open = open_search,
                                            .trouble = tell,
                                            .ctx = &w};
    if (!search_server_start(&options, &server, err))
        return false;
    notify_open(&manager);
    notify_send(&manager, "READY=1");
    say_ready(app, server, listen);
    while (sigwait(&set, &got) == EINTR)
        continue;
    notify_send(&manager, "STOPPING=1");
    notify_close(&manager);
    search_server_stop(server);
    return true;
}
