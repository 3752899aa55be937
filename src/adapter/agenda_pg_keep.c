/* agenda_pg_keep.c - asks the shared record to drop what is not to be kept
 * (sql/postgres/functions/40_keep.sql). */
#include "agenda_pg.h"

enum { RUNS_AT_ONCE = 500 };

bool pgagenda_upkeep(struct agenda *base, const struct agenda_keep *keep, struct agenda_kept *ret,
                     struct err *err)
{
    json_t *answer;
    json_t *q = json_pack("{s:I,s:I,s:i}", "keep_events", (json_int_t)keep->events_us, "keep_runs",
                          (json_int_t)keep->runs_us, "max", RUNS_AT_ONCE);
    if (!pg_ask(&pgagenda_of(base)->ask, "upkeep", q, &answer, err))
        return false;
    *ret = (struct agenda_kept){.mine = pg_get_bool(answer, "mine"),
                                .busy = pg_get_bool(answer, "busy"),
                                .more = pg_get_bool(answer, "more"),
                                .months = (int32_t)pg_get_int(answer, "months"),
                                .events = pg_get_int(answer, "events"),
                                .runs = pg_get_int(answer, "runs"),
                                .gone = pg_get_int(answer, "gone"),
                                .rates = pg_get_int(answer, "rates")};
    json_decref(answer);
    return true;
}
