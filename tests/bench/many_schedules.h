/* many_schedules.h - more schedules than an operator makes in a year, in a second. */
#ifndef BENCH_MANY_SCHEDULES_H
#define BENCH_MANY_SCHEDULES_H

#include "adapter/pg_link.h"
#include "store/db.h"

/* `count` daily schedules NAME0, NAME1, ... with a specification each, in the first workspace, due
 * at next_us. With the agenda's own statements, but in one transaction: as many commits take
 * minutes. */
bool many_schedules_put(struct db *db, const char *name, int count, int64_t next_us,
                        struct err *err);
/* The same on a shared record, in its first workspace. */
bool many_schedules_put_shared(struct pg_link *link, const char *name, int count, int64_t next_us,
                               struct err *err);

#endif
