/* http_server.h - HTTP/1.1 requests in, answers out: one listener on a Unix socket or an address,
 * many connections, no thread of its own. The caller polls http_server_fd() and calls
 * http_server_run(); `answer` and the streams are called from there, so all of it is one thread.
 *
 * Bounded in all directions: connections, bytes of a request, seconds without a byte. What is
 * malformed, too large or too slow never reaches `answer`. Sources: RFC 9110, 9112; streams: WHATWG
 * HTML, server-sent events. */
#ifndef ADAPTER_HTTP_SERVER_H
#define ADAPTER_HTTP_SERVER_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HTTP_BODY_MAX = 64 * 1024,  /* bytes of a request's body; more is 413 */
    HTTP_ANSWER_MAX = 16 << 20, /* bytes of an answer */
    HTTP_PATH_MAX = 2048,       /* bytes of a path; more is 414 */
    HTTP_CONNECTIONS_MAX = 256, /* at a time */
    HTTP_STREAMS_MAX = 32,      /* of the connections; one more is 503 */
    HTTP_HEADERS_MAX = 6        /* of an answer, besides its type */
};

struct http_server;
struct http_request;

/* What is asked. Texts are foreign, never NULL, and live until `answer` returns. */
struct http_asked {
    const char *method;
    const char *path;   /* as sent: percent-encoded */
    const char *host;   /* the Host header */
    const char *bearer; /* what stands behind "Authorization: Bearer "; "" none */
    const char *type;   /* Content-Type, without its parameters */
    const char *last_event;
    const char *peer;      /* the address that asks; "" for a Unix socket */
    const char *forwarded; /* the last address of X-Forwarded-For */
    const char *body;      /* NUL-terminated */
    size_t body_len;
    struct http_request *request; /* for http_query() and http_form() */
};

/* A parameter of the query, decoded; "" when there is none. False: it does not fit, or is no
 * text. */
bool http_query(struct http_request *r, const char *name, char *dst, size_t size);
/* Is name=value among the fields of the body, which is a form of either kind? */
bool http_form_has(struct http_request *r, const char *name, const char *value);
/* Decodes %XX of len bytes; false: it does not fit, is no UTF-8, or holds a zero byte. */
bool http_decode(const char *text, size_t len, char *dst, size_t size);

/* An answer that goes on. */
struct http_stream {
    void *ctx; /* NULL: no stream */
    /* Appends what there is to send now, at most about `most` bytes; false: the stream ends. */
    bool (*more)(void *ctx, struct buf *out, size_t most);
    void (*free)(void *ctx);
};

struct http_header {
    const char *name; /* static */
    char value[256];
};

struct http_answer {
    int status;
    const char *type; /* static */
    struct buf body;  /* filled by `answer`; freed by the server */
    struct http_header header[HTTP_HEADERS_MAX];
    int headers;
    struct http_stream stream; /* instead of a body */
};
void http_header_add(struct http_answer *a, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct http_options {
    /* unix:PATH (mode 0600; a socket that nobody listens on any more is replaced), ADDRESS:PORT,
     * [ADDRESS]:PORT. */
    const char *listen;
    bool anywhere;  /* else only loopback addresses are taken */
    int32_t idle_s; /* a connection on which so long nothing moved is dropped */
    /* Always answers; what is too large was answered by `refuse`. */
    void (*answer)(void *ctx, const struct http_asked *asked, struct http_answer *ret);
    /* The body of an error that the server itself finds: 413, 414, 503. */
    void (*refuse)(void *ctx, int status, struct http_answer *ret);
    void *ctx;
};

/* ERR_REFUSED: `listen` can't be understood or is not allowed. */
bool http_listen_check(const char *listen, bool anywhere, struct err *err);
/* ERR_REFUSED as above; ERR_CONFLICT: somebody else listens there; ERR_STOP. */
bool http_server_new(const struct http_options *options, struct http_server **ret, struct err *err);
void http_server_free(struct http_server *s); /* ends every connection; accepts NULL */
/* To poll for reading. */
int http_server_fd(const struct http_server *s);
/* How long it may wait before it has to be run again; -1: for ever. */
int http_server_wait_ms(const struct http_server *s);
void http_server_run(struct http_server *s);
/* There may be more for the streams. */
void http_server_wake_streams(struct http_server *s);
/* Where it listens, with the port that was given: "127.0.0.1:8080", "unix:/run/ap". */
const char *http_server_where(const struct http_server *s);
bool http_server_is_unix(const struct http_server *s);
int32_t http_server_streams(const struct http_server *s);

#endif
