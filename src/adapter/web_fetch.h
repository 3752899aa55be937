/* web_fetch.h - one request for a page of the web, inside somebody's multi handle: what may be
 * connected to, and every ceiling. Redirects are told, not followed; nothing is retried.
 *
 * Only public addresses are connected to unless allow_private, looked at after they were resolved;
 * certificates are verified, only http and https are spoken, no proxy of the environment is used.
 * Ceilings: 5 s to connect, 20 s in all, 1 KiB a second for 10 s, 64 KiB of headers, and on the
 * bytes after decompression (what came until there is kept). One instance belongs to one thread. */
#ifndef ADAPTER_WEB_FETCH_H
#define ADAPTER_WEB_FETCH_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/types.h"
#include "port/content.h"

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#define WEB_TOTAL_US (INT64_C(20) * 1000000)

struct web_fetch;

struct web_fetch_options {
    const char *agent; /* borrowed, as the next */
    struct curl_slist *connect_to;
    bool allow_private;
    int32_t open_port; /* for tests: allowed on every address; 0: none */
};

struct web_request {
    const char *url;
    bool robots;      /* any type, redirects followed, fewer bytes */
    int64_t total_us; /* what is left of WEB_TOTAL_US */
    const char *etag; /* "": unknown, as the next */
    const char *last_modified;
};

struct web_response {
    long status;
    char location[URL_MAX + 1]; /* of a redirect, absolute; "" else or when too long */
    char type[200];             /* the Content-Type header */
    struct content_state state; /* marks for the next request */
    bool cut;
    bool no_store;    /* the server wants no copies */
    struct buf *body; /* borrowed until the next start; may be taken */
};

/* NULL without memory. */
struct web_fetch *web_fetch_new(const struct web_fetch_options *options);
void web_fetch_free(struct web_fetch *f); /* accepts NULL; not while under way */

/* owner: what web_fetch_owner() gives for its handle. ERR_STOP without memory. */
bool web_fetch_start(struct web_fetch *f, CURLM *multi, const struct web_request *request,
                     void *owner, struct err *err);
void web_fetch_end(struct web_fetch *f, CURLM *multi);
void *web_fetch_owner(CURL *easy);
/* Whether it was given up because the server can't be spoken to safely: nothing was asked of it. */
bool web_fetch_unsafe(CURLcode code);
/* What came of it, after libcurl said that it is over: false with the sentence (without who). */
bool web_fetch_read(struct web_fetch *f, CURLcode code, struct web_response *ret, struct err *err);

#endif
