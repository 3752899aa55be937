/* corpus_ahead.h - reads files ahead of whoever indexes them, in the order in which they were put.
 * The caller's side belongs to one thread; the reading is done by one of its own. */
#ifndef ADAPTER_CORPUS_AHEAD_H
#define ADAPTER_CORPUS_AHEAD_H

#include "corpus_read.h"

enum { CORPUS_AHEAD_MAX = 64 }; /* files at once; their texts hold a few dozen megabytes at most */

struct corpus_ahead;

/* A file that was asked for, and what came of it. */
struct corpus_ticket {
    char path[URL_MAX + 1];
    struct corpus_row old; /* the caller's; as given to put */
    struct corpus_found found;
};

bool corpus_ahead_new(struct corpus_ahead **ret, struct err *err);
/* Ends the thread; what was not taken is forgotten. Accepts NULL. */
void corpus_ahead_free(struct corpus_ahead *a);

/* Files that were put and not taken. At CORPUS_AHEAD_MAX one must be taken before the next put. */
int corpus_ahead_pending(const struct corpus_ahead *a);
/* path is at most URL_MAX bytes. */
void corpus_ahead_put(struct corpus_ahead *a, const char *path, const struct corpus_row *old);
/* Waits for the oldest; there must be one. Borrowed until the next take. False (ERR_STOP) when the
 * reader has no memory left. */
bool corpus_ahead_take(struct corpus_ahead *a, const struct corpus_ticket **ret, struct err *err);

#endif
