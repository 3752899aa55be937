/* plan_read.h - loads a job's plan (domain/plan.h): the authority's job_load and the job screen
 * read the same rows with the same queries. */
#ifndef STORE_PLAN_READ_H
#define STORE_PLAN_READ_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/plan.h"
#include "store/db.h"

/* The caller has a transaction open (db_begin_read or db_begin), so that the parts fit together.
 * now_us decides which deferred rows are due and whether a rest is over. ERR_REFUSED: no such job;
 * ERR_STOP: the plan does not fit into the arena. */
bool plan_read(struct db *db, struct uuid job, int64_t now_us, struct arena *arena,
               struct plan **ret, struct err *err);

#endif
