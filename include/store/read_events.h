/* read_events.h - events in the order in which they were written, for whoever follows them; and
 * whom a letter went to. Read only; the thread of the db. */
#ifndef STORE_READ_EVENTS_H
#define STORE_READ_EVENTS_H

#include "base/err.h"
#include "base/log.h"
#include "domain/types.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct event_line {
    int64_t seq, at_us;
    enum log_level level;
    const char *kind, *area, *job, *actor; /* "": none */
    const char *text;                      /* the sentence, screened */
};
/* Up to max events behind seq. row returns false to end the list (what it was given counts as
 * not read). mask: addresses are shown as m***@x. */
bool read_events(struct db *db, int64_t seq, int32_t max, bool mask,
                 bool (*row)(void *ctx, const struct event_line *line), void *ctx, struct err *err);
/* The newest event's seq; 0: there is none. */
bool read_events_last(struct db *db, int64_t *ret, struct err *err);

/* Whom the ledger's row was written to. *ret_found false: there is no such row. */
struct recipient {
    char workspace[NAME_MAX_BYTES + 1];
    char address[ADDRESS_MAX + 1];
};
bool read_recipient(struct db *db, struct uuid id, struct recipient *ret, bool *ret_found,
                    struct err *err);

#endif
