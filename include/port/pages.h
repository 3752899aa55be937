/* pages.h - port: the addresses of one page. Fetching, decoding, extraction and validation are
 * behind it. One instance belongs to one thread; one page at a time.
 * Adapters: pages_corpus (files that were imported), pages_web (http, https), pages_any (both). */
#ifndef PORT_PAGES_H
#define PORT_PAGES_H

#include "base/err.h"
#include "domain/lead.h"

#include <stdint.h>

enum { PAGE_LEADS_MAX = 1000 }; /* further addresses of a page are dropped; `cut` says so */

struct page_view {
    struct page_words words;
    const struct lead_found *leads; /* in order of appearance, no duplicates; borrowed until the
                                     * next start() */
    int32_t count;
    bool cut; /* the page was larger, or had more addresses, than the ceilings */
};

enum page_answer {
    PAGE_READY,
    PAGE_WAIT,   /* nothing yet; ask again */
    PAGE_FAILED, /* this page can't be read (err says why): go on with the next hit */
};

struct pages;

struct pages_ops {
    bool (*start)(struct pages *p, const char *url, struct err *err);
    enum page_answer (*next)(struct pages *p, int64_t deadline_us, struct page_view *ret,
                             struct err *err);
    void (*end)(struct pages *p);
    /* This page will be asked for soon: it may be fetched meanwhile. It never changes what start()
     * and next() give. True when it makes sense to announce more. NULL: it never does. */
    bool (*ahead)(struct pages *p, const char *url);
    void (*free)(struct pages *p);
};

struct pages {
    const struct pages_ops *ops;
};

#endif
