/* brute.h - what a job must do, computed a second time in the plainest way.
 *
 * Written from the description of the automation (docs/operator.md: Order, Counting, Duplicates,
 * Cycles), with none of the engine's code: one address after the other, found, judged, written to,
 * counted; no batches, no plan, no cursor, no lease. Whatever the engine does in a world without
 * accidents, and whatever it ends up with after any accident, must be this. */
#ifndef BRUTE_H
#define BRUTE_H

#include "domain/job.h"
#include "domain/types.h"
#include "fake/fake_world.h"

#include <stdbool.h>
#include <stdint.h>

/* One row of the ledger. */
struct brute_row {
    int32_t group, term; /* indexes into the definition */
    int32_t cycle;       /* in which it was last tried */
    int32_t tries;
    enum send_state state; /* what became of it */
    char address[ADDRESS_MAX + 1];
};

struct brute_term {
    int32_t counted; /* in the cycle at hand */
    enum term_state state;
};

/* Set what stands above the line, then brute_begin(). */
struct brute {
    const struct job_def *job; /* its seed is used whether or not has_seed is set */
    const struct fake_world *world;
    enum mail_mode mode;
    const char *const *suppressed; /* addresses, and "@domain" for all of a domain */
    int32_t suppressed_count;
    const char *const *contacted; /* addresses to which other jobs have written */
    int32_t contacted_count;
    bool deferred_give_in; /* a letter that was put off is accepted at its second try */
    /* -------- */
    int32_t cycle;
    int32_t *group_counted;    /* of each group, in the cycle at hand */
    struct brute_term **terms; /* of each group */
    struct brute_search *search;
    struct brute_row *rows; /* in order of queueing */
    int32_t row_count, row_room;
    int32_t *known;  /* hash table of the rows' addresses: row + 1, 0 free; twice row_room slots */
    int32_t put_off; /* rows that are put off */
    bool spent;      /* out of memory */
};

void brute_begin(struct brute *b);
void brute_end(struct brute *b);
/* One whole cycle: every group once. Letters that were put off before are due again. Returns how
 * many places were taken. */
int32_t brute_cycle(struct brute *b);

#endif
