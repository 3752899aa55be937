/* http_server.c - libmicrohttpd as one event loop of ours: it brings no thread, and asks through
 * one function.
 *
 * The idea: a request is gathered whole (it is small, or it is refused), then answered at once. A
 * stream is asked for more when its client has taken what it got; has it none, its connection
 * sleeps until http_server_wake_streams(). So a slow client costs one buffer, and one that takes
 * nothing for idle_s is dropped. */
#include "adapter/http_server.h"

#include "base/str.h"
#include "base/utf8.h"
#include "http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <microhttpd.h>

enum {
    STREAM_BLOCK = 32 * 1024,
    STREAM_PLACES = 2 * HTTP_STREAMS_MAX, /* also for those that are about to go */
    PARSE_MEMORY = 32 * 1024,             /* of a request's head */
    DISCARD_MAX = 1 << 20                 /* bytes of a body that is too large anyway */
};

struct stream {
    struct http_server *server; /* NULL: the place is free */
    struct MHD_Connection *connection;
    struct http_stream is;
    struct buf text; /* what was made and not taken yet */
    size_t at;
    bool sleeps, ended;
};

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    int fd; /* epoll */
    bool local;
    char where[256];
    struct stream stream[STREAM_PLACES];
    int32_t streams;
};

struct http_request {
    struct MHD_Connection *connection;
    struct buf body;
    size_t seen;               /* bytes that came */
    const char *field, *value; /* what http_form_has() looks for */
    bool found;
};

/* --- what is asked --- */

bool http_decode(const char *text, size_t len, char *dst, size_t size)
{
    if (len >= size || memchr(text, '\0', len) != NULL)
        return false;
    memcpy(dst, text, len);
    dst[len] = '\0';
    size_t got = MHD_http_unescape(dst);
    return strlen(dst) == got && utf8_valid(dst, got);
}

bool http_query(struct http_request *r, const char *name, char *dst, size_t size)
{
    const char *value = MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
    dst[0] = '\0';
    return value == NULL || http_decode(value, strlen(value), dst, size);
}

static enum MHD_Result form_field(void *cls, enum MHD_ValueKind kind, const char *key,
                                  const char *file, const char *type, const char *encoding,
                                  const char *data, uint64_t off, size_t size)
{
    struct http_request *r = cls;
    (void)kind, (void)file, (void)type, (void)encoding; /* a field is a field */
    if (off == 0 && key != NULL && str_equal(key, r->field) && size == strlen(r->value) &&
        memcmp(data, r->value, size) == 0)
        r->found = true;
    return MHD_YES;
}

bool http_form_has(struct http_request *r, const char *name, const char *value)
{
    struct MHD_PostProcessor *form = MHD_create_post_processor(r->connection, 1024, form_field, r);
    r->field = name;
    r->value = value;
    r->found = false;
    if (form == NULL) /* no form at all */
        return false;
    bool read =
        r->body.len == 0 || MHD_post_process(form, buf_text(&r->body), r->body.len) == MHD_YES;
    return MHD_destroy_post_processor(form) == MHD_YES && read && r->found;
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return value != NULL ? value : "";
}

static const char *bearer(struct MHD_Connection *c)
{
    const char *value = header(c, "Authorization");
    if (strlen(value) <= 7 || strncasecmp(value, "Bearer ", 7) != 0)
        return "";
    return value + 7 + strspn(value + 7, " ");
}

static void say_peer(struct MHD_Connection *c, char dst[INET6_ADDRSTRLEN])
{
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *a = i != NULL ? i->client_addr : NULL;
    dst[0] = '\0';
    if (a != NULL && a->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)a)->sin_addr, dst,
                        INET6_ADDRSTRLEN); /* it fits */
    else if (a != NULL && a->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, dst,
                        INET6_ADDRSTRLEN); /* it fits */
}

static void media_type(const char *value, char dst[128])
{
    char copy[128];
    (void)str_copy_n(copy, sizeof copy, value, strcspn(value, ";")); /* a cut is no type we know */
    char *type = str_trim(copy);
    str_lower(type);
    (void)str_copy(dst, 128, type); /* same size */
}

/* --- what is answered --- */

void http_header_add(struct http_answer *a, const char *name, const char *format, ...)
{
    va_list args;
    struct buf text = buf_init(sizeof a->header[0].value);
    if (a->headers == HTTP_HEADERS_MAX)
        return;
    va_start(args, format);
    (void)buf_addv(&text, format, args);
    va_end(args);
    a->header[a->headers].name = name;
    (void)str_copy(a->header[a->headers].value, sizeof a->header[0].value, buf_text(&text));
    a->headers++;
    buf_done(&text);
}

static void stream_done(void *cls)
{
    struct stream *t = cls;
    t->is.free(t->is.ctx);
    buf_done(&t->text);
    t->server->streams--;
    *t = (struct stream){0};
}

static ssize_t stream_read(void *cls, uint64_t pos, char *dst, size_t max)
{
    struct stream *t = cls;
    (void)pos; /* it only goes forward */
    if (t->at == t->text.len) {
        buf_clear(&t->text);
        t->at = 0;
        t->ended = t->ended || !t->is.more(t->is.ctx, &t->text, max) || !buf_ok(&t->text);
    }
    size_t left = t->text.len - t->at;
    if (left == 0 && t->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (left == 0) {
        t->sleeps = true;
        MHD_suspend_connection(t->connection);
        return 0;
    }
    size_t n = left < max ? left : max;
    memcpy(dst, t->text.data + t->at, n);
    t->at += n;
    return (ssize_t)n;
}

/* Has its client gone? One that sleeps is not asked by the library. */
static bool is_dead(const struct stream *t)
{
    char byte;
    const union MHD_ConnectionInfo *i =
        MHD_get_connection_info(t->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    ssize_t n = i != NULL ? recv(i->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) : 0;
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

static void wake_stream(struct stream *t)
{
    if (t->sleeps)
        MHD_resume_connection(t->connection);
    t->sleeps = false;
}

/* Ends the streams whose clients went away; how many are left. */
static int count_live(struct http_server *s)
{
    int live = 0;
    for (int i = 0; i < STREAM_PLACES; i++) {
        struct stream *t = &s->stream[i];
        if (t->server == NULL || t->ended)
            continue;
        t->ended = is_dead(t);
        live += !t->ended;
        if (t->ended)
            wake_stream(t);
    }
    return live;
}

/* A place for the stream; NULL: all are taken. */
static struct stream *stream_place(struct http_server *s, struct MHD_Connection *c,
                                   const struct http_stream *is)
{
    bool room = count_live(s) < HTTP_STREAMS_MAX;
    for (int i = 0; room && i < STREAM_PLACES; i++) {
        struct stream *t = &s->stream[i];
        if (t->server != NULL)
            continue;
        *t = (struct stream){.server = s, .connection = c, .is = *is};
        t->text = buf_init(STREAM_BLOCK * 4);
        s->streams++;
        return t;
    }
    return NULL;
}

static struct MHD_Response *plain_response(struct http_answer *a)
{
    size_t len = a->body.len;
    char *bytes = len > 0 ? buf_take(&a->body) : NULL;
    struct MHD_Response *r = MHD_create_response_from_buffer(
        bytes != NULL ? len : 0, bytes,
        bytes != NULL ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (r == NULL)
        free(bytes);
    return r;
}

static struct MHD_Response *response(struct http_server *s, struct MHD_Connection *c,
                                     struct http_answer *a)
{
    if (a->stream.ctx == NULL)
        return plain_response(a);
    struct stream *t = stream_place(s, c, &a->stream);
    if (t == NULL) {
        a->stream.free(a->stream.ctx);
        *a = (struct http_answer){.status = 503, .body = buf_init(HTTP_ANSWER_MAX)};
        s->options.refuse(s->options.ctx, 503, a);
        return plain_response(a);
    }
    struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK,
                                                               stream_read, t, stream_done);
    if (r == NULL)
        stream_done(t);
    return r;
}

static enum MHD_Result send_answer(struct http_server *s, struct MHD_Connection *c,
                                   struct http_answer *a)
{
    struct MHD_Response *r = response(s, c, a);
    if (r == NULL)
        return MHD_NO; /* out of memory: the connection ends */
    if (a->type != NULL)
        (void)MHD_add_response_header(r, "Content-Type", a->type); /* at worst it is missing */
    for (int i = 0; i < a->headers; i++)
        (void)MHD_add_response_header(r, a->header[i].name, a->header[i].value); /* likewise */
    enum MHD_Result ok = MHD_queue_response(c, (unsigned)a->status, r);
    MHD_destroy_response(r);
    return ok;
}

static enum MHD_Result refuse(struct http_server *s, struct MHD_Connection *c, int status)
{
    struct http_answer a = {.status = status, .body = buf_init(HTTP_ANSWER_MAX)};
    s->options.refuse(s->options.ctx, status, &a);
    enum MHD_Result ok = send_answer(s, c, &a);
    buf_done(&a.body);
    return ok;
}

static enum MHD_Result answer(struct http_server *s, struct http_request *r, const char *path,
                              const char *method)
{
    char peer[INET6_ADDRSTRLEN], type[128];
    struct MHD_Connection *c = r->connection;
    const char *chain = header(c, "X-Forwarded-For"), *last = strrchr(chain, ',');
    last = last != NULL ? last + 1 : chain;
    say_peer(c, peer);
    media_type(header(c, "Content-Type"), type);
    struct http_asked asked = {
        .method = str_equal(method, "HEAD") ? "GET" : method,
        .path = path,
        .host = header(c, "Host"),
        .bearer = bearer(c),
        .type = type,
        .last_event = header(c, "Last-Event-ID"),
        .peer = peer,
        .forwarded = last + strspn(last, " "),
        .body = buf_text(&r->body),
        .body_len = r->body.len,
        .request = r,
    };
    struct http_answer a = {.status = 500, .body = buf_init(HTTP_ANSWER_MAX)};
    s->options.answer(s->options.ctx, &asked, &a);
    enum MHD_Result ok = send_answer(s, c, &a);
    buf_done(&a.body);
    return ok;
}

/* --- how a request comes in --- */

/* The head is there, the body is not. */
static enum MHD_Result begin(struct http_server *s, struct MHD_Connection *c, const char *path,
                             void **ret)
{
    int64_t length = 0;
    const char *said = header(c, "Content-Length");
    if (said[0] != '\0' && (!str_int(said, 0, INT64_MAX, &length) || length > HTTP_BODY_MAX))
        return refuse(s, c, 413);
    if (strlen(path) > HTTP_PATH_MAX)
        return refuse(s, c, 414);
    struct http_request *r = calloc(1, sizeof *r);
    if (r == NULL)
        return MHD_NO;
    r->connection = c;
    r->body = buf_init(HTTP_BODY_MAX);
    *ret = r;
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **request)
{
    struct http_server *s = cls;
    struct http_request *r = *request;
    (void)version; /* the library knows what each of them needs */
    if (r == NULL)
        return begin(s, c, path, request);
    if (*size > 0) {
        r->seen += *size;
        (void)buf_add(&r->body, data, *size);
        *size = 0;
        return r->seen <= DISCARD_MAX ? MHD_YES : MHD_NO;
    }
    return buf_ok(&r->body) ? answer(s, r, path, method) : refuse(s, c, 413);
}

static void on_end(void *cls, struct MHD_Connection *c, void **request,
                   enum MHD_RequestTerminationCode how)
{
    struct http_request *r = *request;
    (void)cls, (void)c, (void)how; /* whatever the end, what was gathered goes */
    if (r != NULL)
        buf_done(&r->body);
    free(r);
    *request = NULL;
}

/* Paths and queries come as they were sent: a %2F is no slash between two names. */
static size_t leave_escaped(void *cls, struct MHD_Connection *c, char *text)
{
    (void)cls, (void)c; /* for all */
    return strlen(text);
}

/* What a client did wrong is answered to it, not logged: others must not fill our log. */
static void stay_silent(void *cls, const char *format, va_list args)
{
    (void)cls, (void)format, (void)args; /* see above */
}

/* --- the server --- */

static bool start(struct http_server *s, int listener, struct err *err)
{
    const union MHD_DaemonInfo *info = NULL;
    s->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_request, s,
        MHD_OPTION_EXTERNAL_LOGGER, stay_silent, NULL, MHD_OPTION_LISTEN_SOCKET, listener,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)s->options.idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)PARSE_MEMORY,
        MHD_OPTION_NOTIFY_COMPLETED, on_end, s, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
    if (s->daemon == NULL) {
        (void)close(listener); /* the library takes it only when it starts */
        return err_set(err, ERR_STOP, "api: the HTTP library can't be started on %s", s->where);
    }
    info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    s->fd = info != NULL ? info->epoll_fd : -1;
    return s->fd >= 0 || err_set(err, ERR_STOP, "api: the HTTP library has no epoll here");
}

bool http_server_new(const struct http_options *options, struct http_server **ret, struct err *err)
{
    int listener;
    struct http_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_STOP, "api: out of memory");
    s->options = *options;
    s->local = str_starts(options->listen, "unix:");
    s->fd = -1;
    if (!http_listen(options->listen, options->anywhere, &listener, s->where, sizeof s->where,
                     err) ||
        !start(s, listener, err)) {
        http_server_free(s);
        return false;
    }
    *ret = s;
    return true;
}

void http_server_free(struct http_server *s)
{
    if (s == NULL)
        return;
    http_server_wake_streams(s); /* the library wants none asleep at its end */
    for (int i = 0; i < STREAM_PLACES; i++)
        s->stream[i].ended = true;
    if (s->daemon != NULL) {
        (void)MHD_run(s->daemon); /* once more, so that they wake */
        MHD_stop_daemon(s->daemon);
        if (s->local)
            (void)unlink(s->where + 5); /* at worst the next one finds it dead */
    }
    free(s);
}

int http_server_fd(const struct http_server *s)
{
    return s->fd;
}

int http_server_wait_ms(const struct http_server *s)
{
    MHD_UNSIGNED_LONG_LONG ms;
    if (MHD_get_timeout(s->daemon, &ms) != MHD_YES)
        return -1;
    return ms < 60000 ? (int)ms : 60000;
}

void http_server_run(struct http_server *s)
{
    (void)MHD_run(s->daemon); /* what fails, fails on its connection */
}

void http_server_wake_streams(struct http_server *s)
{
    for (int i = 0; i < STREAM_PLACES; i++)
        wake_stream(&s->stream[i]);
}

const char *http_server_where(const struct http_server *s)
{
    return s->where;
}

bool http_server_is_unix(const struct http_server *s)
{
    return s->local;
}

int32_t http_server_streams(const struct http_server *s)
{
    return s->streams;
}
