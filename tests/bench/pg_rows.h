/* pg_rows.h - rows of a shared record that a bench changes behind the program's back. */
#ifndef BENCH_PG_ROWS_H
#define BENCH_PG_ROWS_H

#include "adapter/pg_link.h"

/* A schedule's instant becomes a day later, in a statement and a commit of its own. */
bool pg_rows_move_on(struct pg_link *link, const char *schedule, struct err *err);
/* When the last run ended. */
bool pg_rows_ended(struct pg_link *link, int64_t *ret_us, struct err *err);
/* The time of all running runs is over. */
bool pg_rows_lapse(struct pg_link *link, struct err *err);

#endif
