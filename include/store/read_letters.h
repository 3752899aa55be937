/* read_letters.h - what the Letters screen shows: letters that wait for somebody's word, because
 * nobody knows whether they left (in doubt) or because they can't be written (held). Read only.
 * Instants in microseconds UTC. */
#ifndef STORE_READ_LETTERS_H
#define STORE_READ_LETTERS_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/types.h"
#include "store/db.h"

#include <stdint.h>

struct letter_row {
    int64_t seq;
    struct uuid id;
    const char *workspace, *job, *group, *term, *address, *company;
    const char *reason; /* of a held one: which variable is missing, or what forbids it */
    enum send_state state;
    enum mail_mode mode;
    int32_t cycle, attempt, code;
    int64_t queued_at_us, claimed_at_us, decided_at_us; /* 0: not yet */
};

struct letter_counts {
    int64_t in_doubt, held; /* in all modes of a job */
};
/* Two rows a job are read, so it may be asked at every change. workspace, job NULL: of all. The
 * thread of the db. */
bool read_letter_counts(struct db *db, const char *workspace, const struct uuid *job,
                        struct letter_counts *ret, struct err *err);

/* Those in doubt, then those held, of each the newest first and at most max (1 or more). The held
 * ones are looked for in the ledger, which may take a moment when it is long and they are old:
 * `counts` says after how many the search ends, and 0 looks nowhere. Rows and texts in the arena.
 * ERR_STOP without memory. The thread of the db. */
bool read_letters(struct db *db, const char *workspace, const struct uuid *job,
                  const struct letter_counts *counts, int32_t max, struct arena *arena,
                  struct letter_row **ret, int32_t *ret_count, struct err *err);

#endif
