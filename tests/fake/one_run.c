/* one_run.c - batches of one. */
#include "one_run.h"

bool one_run_take(struct agenda *a, struct uuid engine, int64_t journal_gen, struct arena *arena,
                  struct run_work *ret, bool *ret_found, struct err *err)
{
    int32_t count = 0;
    bool ok = a->ops->run_take(a, engine, journal_gen, 1, arena, ret, &count, err);
    *ret_found = count == 1;
    return ok;
}

static bool judge(enum run_answer answer, struct err *err)
{
    return answer == RUN_TOLD || err_set(err, ERR_FENCED, "run: it went on without this lane");
}

bool one_run_renew(struct agenda *a, struct uuid run, int32_t attempt, struct err *err)
{
    enum run_answer answer = RUN_FENCED;
    struct run_piece piece = {run, attempt};
    return a->ops->run_renew(a, &piece, 1, &answer, err) && judge(answer, err);
}

bool one_run_end(struct agenda *a, struct uuid run, int32_t attempt,
                 const struct run_result *result, struct err *err)
{
    enum run_answer answer = RUN_FENCED;
    struct run_ended end = {{run, attempt}, *result};
    return a->ops->run_end(a, &end, 1, &answer, err) && judge(answer, err);
}
