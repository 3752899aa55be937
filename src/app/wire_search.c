/* wire_search.c - a table of the kinds of providers. */
#include "wire_search.h"

#include "adapter/search_local.h"
#include "adapter/search_searxng.h"
#include "adapter/search_static.h"
#include "adapter/search_worker.h"
#include "base/file.h"
#include "base/str.h"
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static bool new_local(const struct app *app, const struct search_service *service,
                      struct search **ret, struct err *err)
{
    (void)service; /* the corpus is where the data is */
    return search_local_new(app->data_dir, ret, err);
}

static bool new_static(const struct app *app, const struct search_service *service,
                       struct search **ret, struct err *err)
{
    (void)app; /* the path says all */
    return search_static_new(service->url, ret, err);
}

static bool new_worker(const struct app *app, const struct search_service *service,
                       struct search **ret, struct err *err)
{
    (void)app; /* the service says all */
    return search_worker_new(service, ret, err);
}

static bool new_searxng(const struct app *app, const struct search_service *service,
                        struct search **ret, struct err *err)
{
    (void)app; /* the service says all */
    return search_searxng_new(service, ret, err);
}

struct kind {
    const char *name;
    bool (*make)(const struct app *app, const struct search_service *service, struct search **ret,
                 struct err *err);
};
static const struct kind kinds[] = {
    {"local", new_local}, {"static", new_static}, {"worker", new_worker}, {"searxng", new_searxng}};

static const struct config_search *section_of(const struct config *config, const char *provider)
{
    for (int32_t i = 0; i < config->searches; i++)
        if (str_equal(config->search[i].name, provider))
            return &config->search[i];
    return NULL;
}

/* Others on this machine must not read it, and a pipe would be waited for. */
static bool check_secret(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return err_set(err, ERR_STOP, "search: the token file %s can't be read: %s", path,
                       strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_STOP, "search: the token file %s is no file", path);
    return (st.st_mode & 077) == 0 ||
           err_set(err, ERR_STOP, "search: the token file %s can be read by others; chmod 600 it",
                   path);
}

bool wire_token_read(const char *path, char dst[WIRE_TOKEN_MAX], struct err *err)
{
    struct buf text = buf_init(WIRE_TOKEN_MAX - 1);
    dst[0] = '\0';
    bool ok = check_secret(path, err) && file_read(path, &text, err);
    if (ok)
        (void)str_copy(dst, WIRE_TOKEN_MAX, buf_text(&text)); /* it fits */
    buf_done(&text);
    dst[strcspn(dst, "\r\n")] = '\0';
    char *token = str_trim(dst);
    memmove(dst, token, strlen(token) + 1);
    bool clean = dst[0] != '\0';
    for (const char *p = dst; *p != '\0'; p++)
        clean = clean && *p > ' ' && *p <= '~';
    return ok && (clean || err_set(err, ERR_STOP,
                                   "search: the token file %s has no token in its first line "
                                   "(printable ASCII without blanks)",
                                   path));
}

bool wire_search_new(const struct app *app, const struct config *config, const char *provider,
                     struct search **ret, struct err *err)
{
    static const struct config_search built_in = {.name = "local", .kind = "local"};
    const struct config_search *section = section_of(config, provider);
    char token[WIRE_TOKEN_MAX] = "", agent[WIRE_AGENT_MAX];
    if (section == NULL && str_equal(provider, "local"))
        section = &built_in;
    if (section == NULL)
        return err_set(err, ERR_REFUSED,
                       "search: there is no provider \"%s\"; `local` is built in, others are "
                       "[search NAME] sections of the config",
                       provider);
    if (section->token_file[0] != '\0' && !wire_token_read(section->token_file, token, err))
        return false;
    wire_agent(&config->settings, agent);
    struct search_service service = {
        .name = provider, .url = section->url, .token = token, .agent = agent};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i].name, section->kind))
            return kinds[i].make(app, &service, ret, err);
    return err_set(err, ERR_REFUSED,
                   "search: provider \"%s\" is of kind \"%s\"; known are local, static, worker, "
                   "searxng",
                   provider, section->kind);
}

bool wire_search_check(const struct app *app, const struct config *config, const char *provider,
                       struct err *err)
{
    struct search *s = NULL;
    struct search_request nothing = {.term = "", .query = "", .cursor = ""};
    if (!wire_search_new(app, config, provider, &s, err))
        return false;
    bool ok = s->ops->start(s, &nothing, err);
    s->ops->end(s);
    s->ops->free(s);
    return ok;
}
