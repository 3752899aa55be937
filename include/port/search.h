/* search.h - port: results for a query, one after the other, from a cursor on.
 *
 * A provider is pulled, so the engine stops exactly at its limit. Each hit carries an opaque cursor
 * that continues after it; the engine stores it in the transaction that takes the hit's addresses.
 * The same query from the same cursor gives the same continuation while the provider's data is the
 * same; when it can't (the corpus changed), the provider starts the query over, which
 * deduplication makes harmless. One instance belongs to one thread.
 * Adapters: search_local (SQLite FTS5), search_worker, search_searxng, search_static. */
#ifndef PORT_SEARCH_H
#define PORT_SEARCH_H

#include "base/err.h"
#include "base/uuid.h"
#include "domain/types.h"

#include <stdint.h>

struct search_request {
    struct uuid job;
    const char *term;   /* the term's own text */
    const char *query;  /* the term, or its variation: words and "quoted phrases" */
    int32_t variation;  /* 0 = the term itself */
    const char *cursor; /* "" = from the first result */
    int32_t limit;      /* a hint: so many leads are still wanted */
};

struct search_hit {
    char url[URL_MAX + 1];       /* http(s), or corpus:PATH */
    char title[FACT_MAX + 1];    /* may be "" */
    char cursor[CURSOR_MAX + 1]; /* continues after this hit */
};

enum search_answer {
    SEARCH_HIT,       /* *ret_hit is filled in */
    SEARCH_WAIT,      /* nothing yet; ask again (the operation goes on) */
    SEARCH_EXHAUSTED, /* there is nothing more for this query */
    SEARCH_FAILED,    /* err says why: RETRY = try again later, REFUSED = this query never works,
                       * STOP = the provider can't be used (missing corpus: err says the cure) */
};

struct search;

struct search_ops {
    const char *kind; /* "local", "worker", ... */
    /* Begins a query; one at a time (a query under way is ended first). */
    bool (*start)(struct search *s, const struct search_request *request, struct err *err);
    /* Waits until deadline_us (clock port's boot time) at most. */
    enum search_answer (*next)(struct search *s, int64_t deadline_us, struct search_hit *ret_hit,
                               struct err *err);
    /* Ends the query under way; safe to call at any time. */
    void (*end)(struct search *s);
    /* The clock port's boot time before which the service asked not to be asked again; 0: it did
     * not ask. Such a wait is no failure of a term: whoever asks waits, and asks then. NULL for
     * providers that never ask for it. */
    int64_t (*not_before_us)(const struct search *s);
    void (*free)(struct search *s);
};

/* An adapter's struct begins with this one. */
struct search {
    const struct search_ops *ops;
};

#endif
