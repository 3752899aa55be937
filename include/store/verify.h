/* verify.h - the invariants of the record, each a query that must find nothing. Read only. */
#ifndef STORE_VERIFY_H
#define STORE_VERIFY_H

#include "base/err.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct verify_line {
    const char *name;     /* "limit-group" */
    const char *sentence; /* what must hold */
    int64_t broken;       /* rows that break it; 0 = holds */
    const char *example;  /* the first of them, screened; "" */
};

/* Checks every invariant (counters = ledger, limits never passed, no key twice, every ledger row
 * has its lead and source, every transition its event line, legal states, epochs monotone, cursor
 * sane, audit chain whole, foreign keys, integrity_check). at_rest: also that nothing is in
 * flight. *ret_broken = number of invariants that are broken. */
bool verify_run(struct db *db, bool at_rest, void (*line)(void *ctx, const struct verify_line *v),
                void *ctx, int32_t *ret_broken, struct err *err);

#endif
