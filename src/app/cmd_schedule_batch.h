/* cmd_schedule_batch.h - the --batch forms of `schedule next`, `check` and `allowed`. */
#ifndef APP_CMD_SCHEDULE_BATCH_H
#define APP_CMD_SCHEDULE_BATCH_H

#include "adapter/zone_file.h"
#include "base/err.h"

enum schedule_batch {
    SCHEDULE_BATCH_NEXT,    /* expr, zone, start: five instants, invalid, never */
    SCHEDULE_BATCH_CONFIG,  /* type, config, start: the same */
    SCHEDULE_BATCH_CHECK,   /* expr: ok, or field and column */
    SCHEDULE_BATCH_ALLOWED, /* cadence, override, last success, now: decision, next eligible;
                               type, config, cadence, last success, now: next eligible, next run */
    SCHEDULE_BATCHES
};

/* Answers stdin on stdout, line by line. False only when they can't be read or written. */
bool schedule_batch(struct zone_files *zones, enum schedule_batch kind, struct err *err);

#endif
