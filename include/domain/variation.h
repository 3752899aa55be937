/* variation.h - other ways to ask for the same term, made from the job's seed.
 *
 * There are two kinds, and they alternate as long as both last:
 *   k odd   the term's words in another order            zahnarzt köln -> köln zahnarzt
 *   k even  the term as a quoted phrase + a contact word zahnarzt köln -> "zahnarzt köln" kontakt
 * Which order and which contact word comes k-th is drawn from (seed, term), so a job asks the same
 * questions on every machine and after every crash, and no variation needs to be stored.
 * Pure; any thread. */
#ifndef DOMAIN_VARIATION_H
#define DOMAIN_VARIATION_H

#include "base/buf.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    VARIATION_SHUFFLED = 8, /* words past the eighth keep their place: 8! orders are enough */
    VARIATION_TEXT_MAX = TERM_MAX_BYTES + 32 /* no variation is longer */
};

/* How many variations a term has; 0 for a term without words. A term of one word has no other
 * order, only phrases. A term that is longer than TERM_MAX_BYTES has none. */
int64_t variation_count(const char *term);

/* Appends the k-th variation (k >= 1) to out. Words are separated by white space; a part in double
 * quotes stays together as one word, quotes included (an unclosed one ends with the term).
 * The variations of a term are all different from one another and from the term, letter case and
 * spacing set aside. False when there is no k-th one: out is then as it was. Whether the buf took
 * the text is asked as always, with buf_ok(). */
bool variation_text(uint64_t seed, const char *term, int k, struct buf *out);

#endif
