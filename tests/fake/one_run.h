/* one_run.h - the agenda's commands for runs, one run a call, as tests tell their stories. */
#ifndef FAKE_ONE_RUN_H
#define FAKE_ONE_RUN_H

#include "port/agenda.h"

bool one_run_take(struct agenda *a, struct uuid engine, int64_t journal_gen, struct arena *arena,
                  struct run_work *ret, bool *ret_found, struct err *err);
/* Both: ERR_FENCED when the run went on without this piece. */
bool one_run_renew(struct agenda *a, struct uuid run, int32_t attempt, struct err *err);
bool one_run_end(struct agenda *a, struct uuid run, int32_t attempt,
                 const struct run_result *result, struct err *err);

#endif
