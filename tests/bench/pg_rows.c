/* pg_rows.c - changes them. */
#include "pg_rows.h"

#include "base/clock.h"

bool pg_rows_move_on(struct pg_link *link, const char *schedule, struct err *err)
{
    struct pg_answer answer = {0};
    struct pg_args args = pg_args_init();
    pg_args_text(&args, schedule);
    bool ok = pg_link_call(link,
                           "UPDATE ap.autopilot_schedules SET next_run_at = next_run_at + "
                           "interval '1 day', updated_at = clock_timestamp(), last_run_at = "
                           "clock_timestamp() WHERE workspace_id = (SELECT id FROM "
                           "ap.workspaces ORDER BY no LIMIT 1) AND schedule_name = $1 AND "
                           "deleted_at IS NULL",
                           &args, clock_boot_us() + 60 * US_PER_S, &answer, err);
    pg_answer_done(&answer);
    pg_args_done(&args);
    return ok;
}

bool pg_rows_ended(struct pg_link *link, int64_t *ret_us, struct err *err)
{
    struct pg_answer answer = {0};
    bool ok = pg_link_call(link, "SELECT ap.us(max(finished_at)) FROM ap.newsletter_runs", NULL,
                           clock_boot_us() + 60 * US_PER_S, &answer, err);
    *ret_us = ok ? pg_answer_int(&answer, 0, 0) : 0;
    pg_answer_done(&answer);
    return ok;
}

bool pg_rows_lapse(struct pg_link *link, struct err *err)
{
    return pg_link_script(link,
                          "UPDATE ap.newsletter_runs SET until = 'epoch' WHERE status = 'running'",
                          clock_boot_us() + 60 * US_PER_S, err);
}
