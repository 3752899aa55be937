/* search_server.c - libmicrohttpd around search_reply.c: who may ask, which path, how the answer
 * leaves.
 *
 * The idea: a thread a connection, so that an answer may wait inside; the lines of a stream leave
 * as they are made. What runs is in a list only so that DELETE and the end can find it. */
#include "adapter/search_server.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "search_reply.h"
#include "service_door.h"

#include <errno.h>
#include <jansson.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CONNECTIONS = 64, IDLE_S = 30, DRAIN_MAX = 1024 * 1024, BLOCK = 16 * 1024 };
enum { NAME_BYTES = 120, STACK_BYTES = 512 * 1024 };

struct running {
    struct search_reply reply;
    struct search_server *server;
    struct running *next;
};

struct search_server {
    struct MHD_Daemon *daemon;
    struct search_server_options options; /* its texts are these: */
    char name[NAME_BYTES], site_dir[URL_MAX + 1], site_url[URL_MAX + 1];
    uint8_t token[32]; /* its SHA-256 */
    bool has_token;
    atomic_bool stopping;
    pthread_mutex_t mutex; /* guards the list */
    pthread_cond_t empty;
    struct running *running;
};

/* One request: its body while it comes. */
struct exchange {
    struct buf body;
    size_t bytes;
};

/* --- answers ---------------------------------------------------------------------------------- */

static enum MHD_Result send_text(struct MHD_Connection *c, unsigned status, char *text,
                                 const char *name, const char *value)
{
    if (text == NULL)
        return MHD_NO;
    struct MHD_Response *r =
        MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE);
    if (r == NULL) {
        free(text);
        return MHD_NO;
    }
    bool ok = (status == MHD_HTTP_NO_CONTENT ||
               MHD_add_response_header(r, "Content-Type", "application/json") == MHD_YES) &&
              (name == NULL || MHD_add_response_header(r, name, value) == MHD_YES);
    enum MHD_Result result = ok ? MHD_queue_response(c, status, r) : MHD_NO;
    MHD_destroy_response(r);
    return result;
}

static char *to_text(json_t *object)
{
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

static enum MHD_Result send_error(struct MHD_Connection *c, unsigned status, const char *what,
                                  const char *name, const char *value)
{
    json_t *object = json_pack("{s:{s:i,s:s}}", "error", "code", (int)status, "message", what);
    return send_text(c, status, to_text(object), name, value);
}

/* --- what runs -------------------------------------------------------------------------------- */

static void enlist(struct running *r)
{
    struct search_server *s = r->server;
    pthread_mutex_lock(&s->mutex);
    r->next = s->running;
    s->running = r;
    pthread_mutex_unlock(&s->mutex);
}

/* Takes it out of the list and frees it; libmicrohttpd calls it with the response. */
static void forget(void *ctx)
{
    struct running *r = ctx;
    struct search_server *s = r->server;
    search_reply_done(&r->reply);
    pthread_mutex_lock(&s->mutex);
    for (struct running **at = &s->running; *at != NULL; at = &(*at)->next) {
        if (*at == r) {
            *at = r->next;
            break;
        }
    }
    if (s->running == NULL)
        pthread_cond_broadcast(&s->empty);
    pthread_mutex_unlock(&s->mutex);
    free(r);
}

static void cancel(struct search_server *s, const char *id)
{
    pthread_mutex_lock(&s->mutex);
    for (struct running *r = s->running; r != NULL; r = r->next)
        if (str_equal(r->reply.asked.id, id))
            atomic_store(&r->reply.cancelled, true);
    pthread_mutex_unlock(&s->mutex);
}

/* --- POST /v1/search -------------------------------------------------------------------------- */

/* libmicrohttpd asks for more of a stream; may wait. */
static ssize_t next_bytes(void *ctx, uint64_t at, char *dst, size_t max)
{
    struct running *r = ctx;
    struct buf *out = &r->reply.out;
    (void)at; /* in order */
    if (out->len == 0)
        search_reply_more(&r->reply);
    if (!buf_ok(out))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t n = out->len < max ? out->len : max;
    if (n == 0)
        return MHD_CONTENT_READER_END_OF_STREAM;
    memcpy(dst, out->data, n);
    memmove(out->data, out->data + n, out->len - n);
    buf_cut(out, out->len - n);
    return (ssize_t)n;
}

static enum MHD_Result send_stream(struct MHD_Connection *c, struct running *r)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, next_bytes, r, forget);
    if (response == NULL) {
        forget(r);
        return MHD_NO;
    }
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, "Content-Type", "application/x-ndjson") == MHD_YES)
        result = MHD_queue_response(c, MHD_HTTP_OK, response);
    MHD_destroy_response(response); /* the last one frees r */
    return result;
}

static enum MHD_Result send_page(struct MHD_Connection *c, struct running *r)
{
    char *text = search_reply_page(&r->reply) ? buf_take(&r->reply.out) : NULL;
    forget(r);
    return send_text(c, MHD_HTTP_OK, text, NULL, NULL);
}

static struct running *make_running(struct search_server *s)
{
    struct running *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->server = s;
    r->reply.name = s->name;
    r->reply.site_dir = s->site_dir;
    r->reply.site_url = s->site_url;
    r->reply.ping_us = s->options.ping_us;
    r->reply.trouble = s->options.trouble;
    r->reply.ctx = s->options.ctx;
    r->reply.stopping = &s->stopping;
    return r;
}

/* Reads the question and starts the query; the HTTP status. */
static int begin(struct running *r, const struct buf *body, struct err *err)
{
    const struct search_server_options *o = &r->server->options;
    int status = search_asked_read(buf_text(body), body->len, &r->reply.asked, err);
    if (status != 200)
        return status;
    if (!o->open(o->ctx, &r->reply.search, err)) {
        o->trouble(o->ctx, err->text);
        (void)err_set(err, ERR_STOP, "the worker can't search; its own log says why");
        return 503;
    }
    return search_reply_begin(&r->reply, err);
}

static enum MHD_Result on_search(struct search_server *s, struct MHD_Connection *c,
                                 const struct exchange *e, const char *rest)
{
    struct err err = {0};
    (void)rest; /* the whole path */
    enum search_form form =
        search_asked_form(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Accept"));
    if (form == FORM_NONE)
        return send_error(c, MHD_HTTP_NOT_ACCEPTABLE,
                          "answers are application/x-ndjson or application/json", NULL, NULL);
    struct running *r = make_running(s);
    if (r == NULL)
        return MHD_NO;
    enlist(r);
    int status = begin(r, &e->body, &err);
    if (status != 200) {
        forget(r);
        return send_error(c, (unsigned)status, err.text, status == 503 ? "Retry-After" : NULL,
                          "60");
    }
    return form == FORM_PAGE ? send_page(c, r) : send_stream(c, r);
}

/* --- the others ------------------------------------------------------------------------------- */

static enum MHD_Result on_cancel(struct search_server *s, struct MHD_Connection *c,
                                 const struct exchange *e, const char *rest)
{
    (void)e; /* has no body */
    if (!search_asked_id(rest))
        return send_error(c, MHD_HTTP_NOT_FOUND, "no such request", NULL, NULL);
    cancel(s, rest);
    return send_text(c, MHD_HTTP_NO_CONTENT, strdup(""), NULL, NULL);
}

static enum MHD_Result on_health(struct search_server *s, struct MHD_Connection *c,
                                 const struct exchange *e, const char *rest)
{
    (void)e;    /* has no body */
    (void)rest; /* the whole path */
    json_t *object =
        json_pack("{s:i,s:s,s:{s:i,s:i,s:i,s:i}}", "proto", 1, "worker", s->name, "limits", "limit",
                  ASKED_LIMIT_MAX, "body_bytes", ASKED_BODY_MAX, "connections", CONNECTIONS,
                  "ping_s", (int)(s->options.ping_us / US_PER_S));
    return send_text(c, MHD_HTTP_OK, to_text(object), NULL, NULL);
}

struct route {
    const char *method, *path;
    bool below; /* the path is followed by one more part */
    enum MHD_Result (*answer)(struct search_server *s, struct MHD_Connection *c,
                              const struct exchange *e, const char *rest);
};
static const struct route routes[] = {
    {"POST", "/v1/search", false, on_search},
    {"DELETE", "/v1/search/", true, on_cancel},
    {"GET", "/v1/health", false, on_health},
};

static enum MHD_Result take_route(struct search_server *s, struct MHD_Connection *c,
                                  const char *method, const char *path, const struct exchange *e)
{
    const struct route *found = NULL;
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        const struct route *r = &routes[i];
        bool fits = r->below ? str_starts(path, r->path) : str_equal(path, r->path);
        if (fits && str_equal(method, r->method))
            return r->answer(s, c, e, path + strlen(r->path));
        found = fits ? r : found;
    }
    if (found != NULL)
        return send_error(c, MHD_HTTP_METHOD_NOT_ALLOWED, "another method is meant", "Allow",
                          found->method);
    return send_error(c, MHD_HTTP_NOT_FOUND, "there is /v1/search and /v1/health", NULL, NULL);
}

/* --- who may ask ------------------------------------------------------------------------------ */

static bool may_ask(const struct search_server *s, struct MHD_Connection *c)
{
    const char *given = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");
    const char *host = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host");
    if (s->has_token)
        return service_token_fits(s->token, given);
    /* Anybody on this machine, but no web page that a name of its own led here. */
    return host == NULL || service_host_is_local(host);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *size, void **memory)
{
    struct search_server *s = ctx;
    struct exchange *e = *memory;
    (void)version; /* 1.0 and 1.1 are the same here */
    if (e == NULL) {
        *memory = e = calloc(1, sizeof *e);
        if (e != NULL)
            e->body = buf_init(ASKED_BODY_MAX);
        return e != NULL ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        e->bytes += *size;
        if (may_ask(s, c))
            buf_add(&e->body, bytes, *size); /* too much of it shows at the end */
        *size = 0;
        return e->bytes <= DRAIN_MAX ? MHD_YES : MHD_NO;
    }
    if (!may_ask(s, c))
        return send_error(c, MHD_HTTP_UNAUTHORIZED, "a token is needed", "WWW-Authenticate",
                          "Bearer");
    if (!buf_ok(&e->body))
        return send_error(c, MHD_HTTP_CONTENT_TOO_LARGE, "a question has up to 64 KiB", NULL, NULL);
    return take_route(s, c, method, path, e);
}

static void on_completed(void *ctx, struct MHD_Connection *c, void **memory,
                         enum MHD_RequestTerminationCode code)
{
    struct exchange *e = *memory;
    (void)ctx;  /* nothing is kept of a request */
    (void)c;    /* likewise */
    (void)code; /* likewise */
    if (e != NULL)
        buf_done(&e->body);
    free(e);
    *memory = NULL;
}

/* --- start and stop --------------------------------------------------------------------------- */

static bool copy_options(struct search_server *s, const struct search_server_options *o)
{
    s->options = *o;
    s->options.listen = s->options.token = NULL; /* not needed any more */
    if (o->ping_us <= 0)
        s->options.ping_us = 15 * US_PER_S;
    s->has_token = o->token[0] != '\0';
    str_sha256(o->token, strlen(o->token), s->token);
    return str_copy(s->name, sizeof s->name, o->name) &&
           str_copy(s->site_dir, sizeof s->site_dir, o->site_dir) &&
           str_copy(s->site_url, sizeof s->site_url, o->site_url);
}

static bool listen_at(struct search_server *s, const struct service_address *at, const char *text,
                      struct err *err)
{
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
                     MHD_USE_POLL | MHD_USE_ITC | (at->family == AF_INET6 ? MHD_USE_IPv6 : 0);
    errno = 0;
    s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s, MHD_OPTION_SOCK_ADDR,
                                 &at->any.sa, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
                                 MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                                 MHD_OPTION_THREAD_STACK_SIZE, (size_t)STACK_BYTES,
                                 MHD_OPTION_NOTIFY_COMPLETED, on_completed, s, MHD_OPTION_END);
    return s->daemon != NULL ||
           err_set(err, ERR_STOP, "search-worker: %s can't be listened on: %s", text,
                   errno != 0 ? strerror(errno) : "no memory or no threads");
}

bool search_server_start(const struct search_server_options *o, struct search_server **ret,
                         struct err *err)
{
    struct service_address at;
    if (!service_address_read(o->listen, &at, err))
        return false;
    if (!at.loopback && o->token[0] == '\0')
        return err_set(err, ERR_REFUSED,
                       "search-worker: others can reach %s, so a token is needed; give "
                       "--token-file, or listen on 127.0.0.1",
                       o->listen);
    struct search_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_STOP, "search-worker: out of memory");
    (void)pthread_mutex_init(&s->mutex, NULL); /* of the default kind: it does not fail */
    (void)pthread_cond_init(&s->empty, NULL);  /* likewise */
    if ((!copy_options(s, o) &&
         !err_set(err, ERR_REFUSED, "search-worker: an option is too long")) ||
        !listen_at(s, &at, o->listen, err)) {
        search_server_stop(s);
        return false;
    }
    *ret = s;
    return true;
}

int32_t search_server_port(const struct search_server *s)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

/* Nobody new comes in, and those inside are told; a client that does not read is not waited for. */
static void drain(struct search_server *s)
{
    struct timespec until;
    atomic_store(&s->stopping, true);
    MHD_socket fd = MHD_quiesce_daemon(s->daemon);
    if (fd != MHD_INVALID_SOCKET)
        (void)close(fd);                         /* it only listened */
    (void)clock_gettime(CLOCK_REALTIME, &until); /* it is there */
    until.tv_sec += 2;
    pthread_mutex_lock(&s->mutex);
    while (s->running != NULL && pthread_cond_timedwait(&s->empty, &s->mutex, &until) == 0)
        continue;
    pthread_mutex_unlock(&s->mutex);
}

void search_server_stop(struct search_server *s)
{
    if (s == NULL)
        return;
    if (s->daemon != NULL) {
        drain(s);
        MHD_stop_daemon(s->daemon);
    }
    pthread_cond_destroy(&s->empty);
    pthread_mutex_destroy(&s->mutex);
    free(s);
}
