/* web_cache.h - DATA/fetch.db: pages as they were, with what their server said about their state
 * (ETag, Last-Modified: RFC 9110 section 13.1), so that an unchanged page is not sent again.
 *
 * Bounded in pages and bytes; the longest unused goes first. Nothing here can fail a page: a file
 * that can't be used is as good as empty. Processes share it; an instance has one thread. */
#ifndef ADAPTER_WEB_CACHE_H
#define ADAPTER_WEB_CACHE_H

#include "port/content.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    WEB_CACHE_PAGES_MAX = 5000,
    WEB_CACHE_BYTES_MAX = 64 * 1024 * 1024,
    WEB_CACHE_PAGE_MAX = 1024 * 1024, /* a larger page is not kept */
};

struct web_cache;

/* NULL when the file can't be used. */
struct web_cache *web_cache_open(const char *data_dir);
void web_cache_close(struct web_cache *c); /* accepts NULL, as all below */

/* What to ask the server with; false when nothing is kept of the page. */
bool web_cache_marks(struct web_cache *c, const char *url, struct content_state *ret);
/* The page after its server said that it is the same: *ret_bytes is the caller's, to free(). */
bool web_cache_page(struct web_cache *c, const char *url, char **ret_bytes, size_t *ret_len,
                    char *type, size_t type_size);
void web_cache_keep(struct web_cache *c, const char *url, const struct content_state *state,
                    const char *type, const void *bytes, size_t len);

#endif
