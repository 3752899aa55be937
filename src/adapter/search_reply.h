/* search_reply.h - the answer to one query, line after line, from a search port.
 *
 * One thread at a time; `cancelled` may be set from any. */
#ifndef ADAPTER_SEARCH_REPLY_H
#define ADAPTER_SEARCH_REPLY_H

#include "base/buf.h"
#include "search_asked.h"

#include <stdatomic.h>

struct search_reply {
    struct search_asked asked;
    struct search *search; /* its query is started; freed by search_reply_done */
    const char *name, *site_dir, *site_url;
    int64_t ping_us;
    void (*trouble)(void *ctx, const char *text);
    void *ctx;
    const atomic_bool *stopping;
    atomic_bool cancelled;
    struct buf out; /* lines that were not taken */
    char cursor[CURSOR_MAX + 1];
    int32_t count;
    int64_t until_us, ping_at_us; /* boot time */
    bool ended, exhausted;
};

/* Starts the port's query. The HTTP status: 200, 422, 503; err says why. asked, search and what
 * stands before `cancelled` were filled in. */
int search_reply_begin(struct search_reply *r, struct err *err);
/* Waits for something to say, and says it: r->out has lines, unless r->ended. */
void search_reply_more(struct search_reply *r);
/* Everything at once, as a page; out is emptied first. False without memory. */
bool search_reply_page(struct search_reply *r);
void search_reply_done(struct search_reply *r);

#endif
