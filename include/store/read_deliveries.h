/* read_deliveries.h - what was brought to whom, as sub-commands and screens show it. Everything is
 * copied into the caller's arena. Read only; the thread of the db. */
#ifndef STORE_READ_DELIVERIES_H
#define STORE_READ_DELIVERIES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/delivery.h"
#include "store/db.h"

#include <stdint.h>

enum { READ_DELIVERIES_MAX = 2000 };

/* Texts are never NULL; instants are 0 when there is none. */
struct delivery_row {
    int64_t seq;
    struct uuid run; /* zero: a notice */
    const char *workspace, *schedule;
    enum delivery_kind kind;
    const char *target;
    const char *about; /* a notice's */
    enum delivery_state state;
    int32_t attempt, code;
    int64_t not_before_us, created_us, finished_us;
    const char *answer;
};
struct delivery_filter {
    const char *workspace, *state; /* NULL: all */
    const struct uuid *run;        /* NULL: all */
    int32_t max;                   /* 1..READ_DELIVERIES_MAX */
};
/* The newest stands first. */
bool read_deliveries(struct db *db, const struct delivery_filter *filter, struct arena *arena,
                     struct delivery_row **ret, int32_t *ret_count, struct err *err);

#endif
