/* journal_owed.c - what a shared record must still be told, besides letters' verdicts, and which
 * servers of it were seen. */
#include "base/clock.h"
#include "base/fp.h"
#include "journal_inside.h"

bool journal_owe(struct journal *j, const struct journal_stop *stop, struct err *err)
{
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_OWE);
    stmt_text(st, "$workspace", stop->workspace);
    stmt_text(st, "$job", stop->job);
    stmt_text(st, "$want", desired_name(stop->want));
    stmt_text(st, "$actor", stop->actor);
    stmt_int(st, "$now", clock_now_us());
    bool ok = db_run(st, NULL, err);
    FP("journal_owe_after");
    return ok;
}

bool journal_owed(struct journal *j, struct journal_stop *rows, int32_t max, int32_t *ret_count,
                  struct err *err)
{
    bool row;
    int32_t n = 0;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_OWED);
    for (;; n++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == max)
            break;
        rows[n] = (struct journal_stop){.want = DESIRED_STOP};
        (void)desired_parse(col_text(st, 2), &rows[n].want); /* we wrote it */
        col_text_to(st, 0, rows[n].workspace, sizeof rows[n].workspace);
        col_text_to(st, 1, rows[n].job, sizeof rows[n].job);
        col_text_to(st, 3, rows[n].actor, sizeof rows[n].actor);
    }
    stmt_end(st);
    *ret_count = n;
    return true;
}

bool journal_paid(struct journal *j, const char *workspace, const char *job, struct err *err)
{
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_PAID);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$job", job);
    return db_run(st, NULL, err);
}

bool journal_untold(struct journal *j, struct journal_untold *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_UNTOLD);
    if (!db_step(st, &row, err))
        return false;
    *ret = (struct journal_untold){.letters = col_int(st, 0), .stops = col_int(st, 1)};
    stmt_end(st);
    return true;
}

bool journal_server(struct journal *j, const char *system, int64_t timeline, int64_t *ret_newest,
                    struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_SERVER);
    stmt_text(st, "$system", system);
    if (!db_step(st, &row, err))
        return false;
    *ret_newest = row ? col_int(st, 0) : 0;
    stmt_end(st);
    if (*ret_newest >= timeline)
        return true;
    *ret_newest = timeline;
    st = db_stmt(j->db, SQL_JOURNAL_SERVER_SEEN);
    stmt_text(st, "$system", system);
    stmt_int(st, "$timeline", timeline);
    stmt_int(st, "$now", clock_now_us());
    return db_run(st, NULL, err);
}
