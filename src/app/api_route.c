/* api_route.c - who asks, whether they may, and which end point answers: a table. */
#include "api_work.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum need { NEED_NOTHING, NEED_READ, NEED_CONTROL };

enum { KEPT_MS = 250, SPAN_S = 60 };

/* "*" in a path is a name. */
struct route {
    const char *method, *path;
    enum need need;
    void (*answer)(struct api_call *c);
    const char *verb;
    bool kept; /* may be given again for a moment */
};

static const struct route routes[] = {
    {"GET", "/healthz", NEED_NOTHING, api_health, NULL, false},
    {"GET", "/u/*", NEED_NOTHING, api_leave, "show", false},
    {"POST", "/u/*", NEED_NOTHING, api_leave, "do", false},
    {"GET", "/metrics", NEED_READ, api_metrics, NULL, true},
    {"GET", "/v1/status", NEED_READ, api_status, NULL, true},
    {"GET", "/v1/jobs", NEED_READ, api_jobs, NULL, true},
    {"GET", "/v1/jobs/*", NEED_READ, api_job, NULL, true},
    {"GET", "/v1/schedules", NEED_READ, api_schedules, NULL, true},
    {"GET", "/v1/runs", NEED_READ, api_runs, NULL, false},
    {"GET", "/v1/events", NEED_READ, api_events, NULL, false},
    {"POST", "/v1/jobs/*/start", NEED_CONTROL, api_job_control, "start", false},
    {"POST", "/v1/jobs/*/pause", NEED_CONTROL, api_job_control, "pause", false},
    {"POST", "/v1/jobs/*/stop", NEED_CONTROL, api_job_control, "stop", false},
    {"POST", "/v1/jobs/*/resume", NEED_CONTROL, api_job_control, "resume", false},
    {"POST", "/v1/schedules/*/run", NEED_CONTROL, api_schedule_run, "run", false},
};

enum { ROUTES = (int)(sizeof routes / sizeof routes[0]) };

/* --- answers --- */

void api_json(struct api_call *c, int status, json_t *value)
{
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT) : NULL;
    json_decref(value);
    c->answer->status = text != NULL ? status : 500;
    c->answer->type = "application/json";
    (void)buf_adds(&c->answer->body, text != NULL ? text : "{\"error\":{\"code\":\"memory\"}}");
    free(text);
}

void api_error(struct api_call *c, int status, const char *code, const char *message,
               const char *hint)
{
    json_t *safe = json_string(message);
    if (safe == NULL) /* no UTF-8: foreign text in it */
        safe = json_string("what went wrong can't be shown");
    buf_clear(&c->answer->body);
    api_json(
        c, status,
        json_pack("{s:{s:s, s:o, s:s}}", "error", "code", code, "message", safe, "hint", hint));
}

void api_failed(struct api_call *c, const struct err *err)
{
    static const struct {
        int status;
        const char *code, *hint;
    } as[ERR_KINDS] = {
        [ERR_REFUSED] = {404, "not_found",
                         "the lists (/v1/jobs, /v1/schedules) show what is there"},
        [ERR_CONFLICT] = {409, "conflict", "look again, then ask again"},
        [ERR_RETRY] = {503, "busy", "ask again in a moment"},
        [ERR_UNREACHABLE] = {503, "record_unreachable", "ask again when the record answers"},
    };
    int status = as[err->kind].status;
    api_error(c, status != 0 ? status : 500, status != 0 ? as[err->kind].code : "failed", err->text,
              status != 0 ? as[err->kind].hint : "see `autopilot log` and `autopilot doctor`");
}

void api_refuse(void *ctx, int status, struct http_answer *ret)
{
    struct api *a = ctx;
    struct api_call c = {.api = a, .answer = ret};
    a->answered[status]++;
    if (status == 413)
        api_error(&c, 413, "too_large", "the request has more than 65536 bytes", "send less");
    else if (status == 414)
        api_error(&c, 414, "too_long", "the path has more than 2048 bytes", "send less");
    else
        api_error(&c, 503, "too_many_streams", "32 streams are open already",
                  "close one, or ask again later");
}

void api_forget(struct api *a)
{
    for (int i = 0; i < API_KEPT; i++) {
        free(a->kept[i].text);
        a->kept[i] = (struct api_kept){0};
    }
}

/* The query is part of what was asked: it is read by name, so what is kept is only without one. */
static bool give_kept(struct api_call *c, int64_t now)
{
    for (int i = 0; i < API_KEPT; i++) {
        const struct api_kept *k = &c->api->kept[i];
        if (k->text == NULL || now >= k->until_us || !str_equal(k->path, c->asked->path) ||
            c->workspace[0] != '\0')
            continue;
        c->answer->status = 200;
        c->answer->type = k->type;
        (void)buf_add(&c->answer->body, k->text, k->len);
        return true;
    }
    return false;
}

static void keep(struct api_call *c, int64_t now)
{
    struct api *a = c->api;
    struct api_kept *k = &a->kept[a->next_kept];
    const struct buf *body = &c->answer->body;
    if (c->answer->status != 200 || c->workspace[0] != '\0' ||
        strlen(c->asked->path) >= sizeof k->path)
        return;
    char *text = malloc(body->len + 1);
    if (text == NULL)
        return;
    memcpy(text, buf_text(body), body->len + 1);
    free(k->text);
    *k = (struct api_kept){.until_us = now + KEPT_MS * US_PER_MS,
                           .text = text,
                           .len = body->len,
                           .type = c->answer->type};
    (void)str_copy(k->path, sizeof k->path, c->asked->path); /* it was measured */
    a->next_kept = (a->next_kept + 1) % API_KEPT;
}

/* --- who asks --- */

/* "host:port" or "[v6]:port" against a name without port. */
static bool host_is(const char *host, const char *name, size_t len)
{
    return len > 0 && strlen(host) >= len && strncasecmp(host, name, len) == 0 &&
           (host[len] == '\0' || host[len] == ':');
}

/* The host of "https://host/..." in the unsubscribe address. */
static bool host_of_letters(const char *host, const char *spec)
{
    const char *at = strstr(spec, "https://");
    return at != NULL && host_is(host, at + 8, strcspn(at + 8, ":/?#, \t"));
}

/* A page of somebody's web site may make a browser ask us under that site's own name (DNS
 * rebinding): only names that are ours are answered. Nothing reaches a Unix socket that way. */
static bool host_allowed(const struct api *a, const char *host)
{
    static const char *const own[] = {"localhost", "127.0.0.1", "[::1]"};
    if (http_server_is_unix(a->server))
        return true;
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (host_is(host, own[i], strlen(own[i])))
            return true;
    for (const char *p = a->settings.api_hosts; *(p += strspn(p, ", \t")) != '\0';) {
        size_t len = strcspn(p, ", \t");
        if (host_is(host, p, len))
            return true;
        p += len;
    }
    const char *where = http_server_where(a->server);
    return host_is(host, where, (size_t)(strrchr(where, ':') - where)) ||
           host_of_letters(host, a->settings.mail_unsubscribe);
}

static bool within_quota(struct api_call *c, const char *kind, const char *who)
{
    int64_t wait_us;
    struct api *a = c->api;
    uint64_t key = str_hash(who, strlen(who), str_hash(kind, strlen(kind), 0));
    if (quota_take(&a->quota, key, a->settings.api_per_minute, SPAN_S * US_PER_S, clock_boot_us(),
                   &wait_us))
        return true;
    long long wait_s = wait_us / US_PER_S + 1;
    http_header_add(c->answer, "Retry-After", "%lld", wait_s);
    api_error(c, 429, "too_many", "more requests a minute than [api] per_minute allows",
              "ask again after the seconds in Retry-After");
    return false;
}

/* Which address asks; behind a proxy it is what that one says, without it is nothing. */
static const char *address_of(const struct api_call *c)
{
    bool proxied = c->api->settings.api_behind_tls && c->asked->forwarded[0] != '\0';
    return proxied ? c->asked->forwarded : c->asked->peer;
}

/* Every failure is the same answer, made in the same way, whatever was wrong with the token. */
static bool authenticate(struct api_call *c, enum api_scope *ret)
{
    struct err err = {0};
    struct api *a = c->api;
    bool read = api_tokens_renew(&a->tokens, a->tokens_path, &err);
    const struct api_token *t = api_tokens_find(&a->tokens, c->asked->bearer);
    if (!read || t == NULL) {
        if (!read)
            log_line(a->log, LOG_ERROR, "api", "%s", err.text);
        if (!within_quota(c, "stranger", address_of(c)))
            return false;
        http_header_add(c->answer, "WWW-Authenticate", "Bearer realm=\"autopilot\"");
        api_error(c, 401, "unauthorized", "no token that is known came with the request",
                  "send Authorization: Bearer TOKEN; `autopilot token create` makes one");
        return false;
    }
    (void)str_format(c->actor, sizeof c->actor, "api:%s", t->name); /* names are short */
    *ret = t->scope;
    return within_quota(c, "token", t->name);
}

/* --- which end point --- */

/* Does the path fit, and which part of it is the name? */
static bool path_fits(const char *pattern, const char *path, const char **name, size_t *len)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '*') {
            if (*pattern != *path++)
                return false;
            continue;
        }
        *name = path;
        *len = strcspn(path, "/");
        path += *len;
        if (*len == 0)
            return false;
    }
    return *path == '\0';
}

/* NULL: the answer is given (404, 405). */
static const struct route *find_route(struct api_call *c)
{
    char allowed[64] = "";
    const char *name = "";
    size_t len = 0;
    for (int i = 0; i < ROUTES; i++) {
        const struct route *r = &routes[i];
        if (!path_fits(r->path, c->asked->path, &name, &len))
            continue;
        if (str_equal(r->method, c->asked->method)) {
            if (http_decode(name, len, c->name, sizeof c->name))
                return r;
            api_error(c, 404, "not_found", "nothing has such a name", "names are UTF-8, encoded");
            return NULL;
        }
        size_t used = strlen(allowed);
        (void)str_format(allowed + used, sizeof allowed - used, "%s%s", used > 0 ? ", " : "",
                         r->method); /* it fits */
    }
    if (allowed[0] == '\0') {
        api_error(c, 404, "not_found", "there is no such end point",
                  "docs/openapi.json describes what there is");
        return NULL;
    }
    http_header_add(c->answer, "Allow", "%s", allowed);
    api_error(c, 405, "method_not_allowed", "this end point does not know that method",
              "the Allow header names those it knows");
    return NULL;
}

static bool read_workspace(struct api_call *c)
{
    if (http_query(c->asked->request, "workspace", c->workspace, sizeof c->workspace))
        return true;
    api_error(c, 404, "not_found", "there is no such workspace", "`autopilot workspace list`");
    return false;
}

const char *api_workspace(const struct api_call *c)
{
    return c->workspace[0] != '\0' ? c->workspace : NULL;
}

static void call(struct api_call *c, const struct route *r)
{
    int64_t now = clock_boot_us();
    c->verb = r->verb;
    if (!read_workspace(c) || (r->kept && give_kept(c, now)))
        return;
    r->answer(c);
    if (r->kept)
        keep(c, now);
}

/* A stranger learns nothing but that a token is needed: not which end points there are. */
static void route(struct api_call *c)
{
    bool open = str_equal(c->asked->path, "/healthz") || str_starts(c->asked->path, "/u/");
    if (!host_allowed(c->api, c->asked->host)) {
        api_error(c, 403, "host", "the Host header names a host that is not this one",
                  "[api] hosts names those that count");
        return;
    }
    enum api_scope scope = API_READ;
    if (open ? !within_quota(c, "address", address_of(c)) : !authenticate(c, &scope))
        return;
    const struct route *r = find_route(c);
    if (r == NULL)
        return;
    if (r->need == NEED_CONTROL && scope != API_CONTROL)
        api_error(c, 403, "forbidden", "this token may only read",
                  "`autopilot token create NAME --scope control` makes one that may do this");
    else
        call(c, r);
}

void api_answer(void *ctx, const struct http_asked *asked, struct http_answer *ret)
{
    struct api *a = ctx;
    struct api_call c = {.api = a, .asked = asked, .answer = ret};
    route(&c);
    http_header_add(ret, "Cache-Control", "no-store");
    http_header_add(ret, "X-Content-Type-Options", "nosniff");
    a->answered[ret->status < API_CODES ? ret->status : 0]++;
}
