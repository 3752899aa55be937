/* content_http.h - content from feeds on the web, by libcurl.
 *
 * Certificates are verified, at most 5 redirects are followed, only http and https are spoken, and
 * unless allow_private only public addresses are connected to (looked at after they were resolved,
 * each time). Ceilings on bytes after decompression (FEED_BYTES_MAX: what came until there is
 * read), on header bytes, on the time of a whole exchange, and on slowness. What a server said
 * about its state goes back to it (ETag, Last-Modified: RFC 9110 section 13.1). Proxies of the
 * environment are not used. Nothing is retried here. */
#ifndef ADAPTER_CONTENT_HTTP_H
#define ADAPTER_CONTENT_HTTP_H

#include "base/err.h"
#include "port/content.h"

#include <stdbool.h>
#include <stdint.h>

struct content_http_options {
    const char *agent;  /* the true name of this program and a contact; copied */
    bool allow_private; /* connect to private and loopback addresses too */
    int64_t total_us;   /* for a whole exchange with redirects; 0: 30 s */
    int64_t slow_us;    /* less than 100 bytes a second for so long ends it; 0: 10 s */
};

bool content_http_new(const struct content_http_options *options, struct content **ret,
                      struct err *err);

#endif
