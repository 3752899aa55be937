/* http_call.h - one HTTP exchange with a service that the operator chose: a search worker, a
 * search engine's interface. The answer can be read while it comes.
 *
 * Verified TLS, or plain HTTP to a loopback address; no redirects (a token must not travel), no
 * proxy from the environment, no cookies. One instance belongs to one thread; one exchange at a
 * time. Sources: RFC 9110 (Retry-After: section 10.2.3), RFC 6750 (bearer tokens). */
#ifndef ADAPTER_HTTP_CALL_H
#define ADAPTER_HTTP_CALL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct http_call;

struct http_request {
    const char *method; /* "GET", "POST", "DELETE" */
    const char *url;
    const char *token;          /* "": none. Never part of an error's text */
    const char *accept;         /* "": anything */
    const char *key;            /* Idempotency-Key; "": none */
    const char *json;           /* the body; NULL: none */
    const char *const *headers; /* further ones, "name: value", NULL behind the last; NULL: none */
    bool public_only;           /* connect to public addresses only, as they were resolved */
    int64_t first_us;           /* the longest wait for the answer's first byte */
    int64_t silence_us;         /* the longest wait for more of it */
    int64_t total_us;           /* the whole exchange; 0: as long as it likes */
};

enum http_step {
    HTTP_WAIT,   /* the deadline passed; ask again */
    HTTP_MORE,   /* status and body hold more than before */
    HTTP_WHOLE,  /* the answer is complete */
    HTTP_FAILED, /* it broke; err says why (RETRY, or STOP: TLS, memory). What came before the break
                  * was HTTP_MORE first */
};

/* agent: what User-Agent says; copied. body_max: bytes of an answer that are kept unread. */
bool http_call_new(const char *agent, size_t body_max, struct http_call **ret, struct err *err);
void http_call_free(struct http_call *c); /* NULL is fine */

/* Begins an exchange; one under way is ended. What the request points to is copied. Fails (REFUSED)
 * for an URL that is not https, or http to a loopback address: names are not looked up, so a name
 * other than localhost is none. */
bool http_call_start(struct http_call *c, const struct http_request *request, struct err *err);
enum http_step http_call_next(struct http_call *c, int64_t deadline_us, struct err *err);
void http_call_end(struct http_call *c);

/* Would an exchange with this url be begun? REFUSED with the sentence of http_call_start. */
bool http_call_url(const char *url, struct err *err);

int32_t http_call_status(const struct http_call *c); /* 0: no answer yet */
bool http_call_is(const struct http_call *c, const char *media_type);
/* Seconds; 0: the server didn't say. */
int32_t http_call_retry_after_s(const struct http_call *c);
/* What has come and was not taken; take with buf_cut or buf_clear. Valid until the next start. */
struct buf *http_call_body(struct http_call *c);

#endif
