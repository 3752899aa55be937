/* api.c - the API's thread: one loop over the HTTP library's events, the record's changes, and the
 * wish to end. */
#include "api.h"

#include "api_work.h"
#include "base/clock.h"
#include "base/str.h"
#include "shared.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

enum {
    IDLE_S = 30,         /* seconds without a byte that end a connection */
    BEAT_MS = 10 * 1000, /* streams hear something at least so often: a dead client is noticed */
    RETRY_MS = 5000      /* between two tries to listen, at most; the first ones come sooner */
};

static bool serves_here(const struct api *a)
{
    struct engine_standing s;
    desk_standing(a->desk, &s);
    return s.where == ENGINE_HERE;
}

/* Logged once for each reason. */
static void complain(struct api *a, const struct err *err)
{
    if (!str_equal(a->complained, err->text))
        log_line(a->log, LOG_ERROR, "api", "%s; it is tried again", err->text);
    (void)str_copy(a->complained, sizeof a->complained, err->text); /* same size */
}

static void try_listen(struct api *a)
{
    struct err err = {0};
    struct http_options options = {.listen = a->settings.api_listen,
                                   .anywhere = a->settings.api_behind_tls,
                                   .idle_s = IDLE_S,
                                   .answer = api_answer,
                                   .refuse = api_refuse,
                                   .ctx = a};
    if (!serves_here(a))
        return;
    if (!http_server_new(&options, &a->server, &err)) {
        complain(a, &err);
        return;
    }
    a->complained[0] = '\0';
    log_line(a->log, LOG_INFO, "api", "listens on %s", http_server_where(a->server));
}

/* Another process serves now (this one was a console that stood by): it listens there. */
static void stop_listening(struct api *a)
{
    http_server_free(a->server);
    a->server = NULL;
    api_close_record(a);
}

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

/* Waits for what comes next; *ret_changed: the record did. */
static void wait_for_more(struct api *a, bool *ret_changed)
{
    bool streams = a->server != NULL && http_server_streams(a->server) > 0;
    struct pollfd p[3] = {
        {.fd = a->wake.fd, .events = POLLIN},
        {.fd = a->server != NULL ? http_server_fd(a->server) : -1, .events = POLLIN},
        {.fd = streams ? a->watch.fd : -1, .events = POLLIN}};
    int wait = a->server != NULL ? http_server_wait_ms(a->server) : a->retry_ms;
    if (streams)
        wait = shorter(wait, a->watch.fd >= 0 ? BEAT_MS : 1000);
    if (poll(p, 3, wait) < 0 && errno != EINTR)
        log_line(a->log, LOG_ERROR, "api", "poll: %s", strerror(errno));
    wake_clear(&a->wake);
    *ret_changed = streams && ((p[2].revents & POLLIN) != 0 || a->watch.fd < 0);
}

static void *run(void *arg)
{
    struct api *a = arg;
    int64_t told_us = 0;
    while (!wake_cancelled(&a->wake)) {
        bool changed = false;
        if (a->server == NULL) {
            try_listen(a);
            a->retry_ms = a->retry_ms * 2 < RETRY_MS ? a->retry_ms * 2 : RETRY_MS;
        }
        wait_for_more(a, &changed);
        if (a->server == NULL)
            continue;
        int64_t now = clock_boot_us();
        if (changed || now - told_us >= BEAT_MS * US_PER_MS) {
            (void)watch_changed(&a->watch); /* only a hint */
            http_server_wake_streams(a->server);
            told_us = now;
        }
        http_server_run(a->server);
    }
    stop_listening(a);
    return NULL;
}

bool api_start(const struct app *app, const struct config *config, const struct engine_plugs *plugs,
               struct desk *desk, const struct log_sink *log, struct api **ret, struct err *err)
{
    const struct settings *s = &config->settings;
    *ret = NULL;
    if (s->api_listen[0] == '\0')
        return true;
    if (!http_listen_check(s->api_listen, s->api_behind_tls, err))
        return false;
    struct api *a = calloc(1, sizeof *a);
    if (a == NULL)
        return err_set(err, ERR_STOP, "api: out of memory");
    a->app = *app;
    a->settings = *s;
    a->plugs = plugs;
    a->desk = desk;
    a->log = log;
    a->retry_ms = 10;
    char wal[64];
    const char *const names[] = {wal};
    (void)str_format(wal, sizeof wal, "%s-wal", plugs->record_file); /* it fits */
    watch_init(&a->watch, app->data_dir, names, 1);
    bool ok = place_file(app, PLACE_TOKENS, a->tokens_path, err) && wake_init(&a->wake, err);
    int failed = ok ? pthread_create(&a->thread, NULL, run, a) : 0;
    if (ok && failed != 0)
        ok = err_set(err, ERR_STOP, "api: starting its thread failed: %s", strerror(failed));
    if (ok) {
        *ret = a;
        return true;
    }
    wake_done(&a->wake);
    watch_done(&a->watch);
    free(a);
    return false;
}

void api_stop(struct api *a)
{
    if (a == NULL)
        return;
    wake_cancel(&a->wake);
    (void)pthread_join(a->thread, NULL); /* it was started and is joined once */
    api_forget(a);
    wake_done(&a->wake);
    watch_done(&a->watch);
    free(a);
}
