/* summary.h - a section's summary as a language model wrote it, and the reader of its answers.
 *
 * A model is a stranger: nothing of an answer is taken but sentences, and of these only those whose
 * every citation is the number of an item that it was shown. */
#ifndef ADAPTER_SUMMARY_H
#define ADAPTER_SUMMARY_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SUMMARY_SENTENCES_MAX = 8,
    SUMMARY_SENTENCE_MAX = 600, /* bytes */
    SUMMARY_CITES_MAX = 8       /* of one sentence */
};

struct summary_sentence {
    const char *text; /* screened, one line, plain; still to be escaped where it is shown */
    int32_t cites[SUMMARY_CITES_MAX]; /* items' numbers, ascending, each once; at least one */
    int32_t cite_count;
};

/* Borrowed from the arena it was read into. count 0: there is none. */
struct summary {
    const struct summary_sentence *sentences;
    int32_t count;
    int32_t dropped; /* sentences without a valid citation, with a link, or too long */
};

/* Reads the answer to a chat completion (a "choices" array with one "message", whose "content" is
 * JSON: {"sentences":[{"text":"...","items":[1,2]}]}; what stands around that object, such as a
 * fence, is ignored). Items have the numbers first .. first + count - 1. *ret_tokens: what the
 * service says it used; 0: it doesn't say. It is set also on failure.
 * ERR_REFUSED: it is no such answer, was cut at its limit, has more than SUMMARY_SENTENCES_MAX
 * sentences, or none that may stay; ERR_STOP: the arena is full. *ret is left alone then.
 * Pure but for the heap; any thread. */
bool summary_read(const char *bytes, size_t len, int32_t first, int32_t count, struct arena *arena,
                  struct summary *ret, int64_t *ret_tokens, struct err *err);

#endif
