/* worker_answer.h - reads what a search worker says, one JSON object after the other.
 *
 * Everything in it is foreign: lengths, types and characters are checked here, and what does not
 * fit is stepped over, never repaired. Pure but for memory; any thread. */
#ifndef ADAPTER_WORKER_ANSWER_H
#define ADAPTER_WORKER_ANSWER_H

#include "base/err.h"
#include "port/search.h"

#include <jansson.h>

enum { WORKER_LINE_MAX = 64 * 1024, WORKER_WORDS_MAX = 200 };

enum worker_said {
    WORKER_NOTHING, /* a ping, progress, an object of a kind that this version doesn't know */
    WORKER_HIT,     /* *ret_hit */
    WORKER_LOG,     /* words */
    WORKER_ERROR,   /* words, retry_after_s; fatal: the query is over */
    WORKER_END,     /* exhausted, or why not; cursor goes on there when it is not "" */
    WORKER_BAD,     /* not JSON, or a result without address or cursor; words says what */
};

struct worker_word {
    struct search_hit hit;
    char words[WORKER_WORDS_MAX]; /* screened */
    char cursor[CURSOR_MAX + 1];
    enum err_kind kind; /* WORKER_ERROR: RETRY or REFUSED */
    int32_t retry_after_s;
    bool fatal, exhausted;
};

/* An opaque cursor of an object's member `cursor`: "" when it has none; false when it has one that
 * can't be kept (printable ASCII, up to CURSOR_MAX bytes). */
bool worker_cursor(const json_t *object, char dst[CURSOR_MAX + 1]);

enum worker_said worker_object(const json_t *object, struct worker_word *ret);
enum worker_said worker_line(const char *line, size_t len, struct worker_word *ret);

#endif
