/* agenda_sqlite_keep.c - drops history that is not to be kept, a small piece in each command, so
 * that nobody waits for it. */
#include "agenda_sqlite.h"

#include "base/clock.h"
#include "base/fp.h"
#include "domain/calendar.h"

enum { EVENTS_AT_ONCE = 2000, RUNS_AT_ONCE = 200 };

#define RATES_US (7 * 86400 * US_PER_S) /* screens show less */

static bool one_number(struct stmt *st, int64_t *ret, bool *ret_there, struct err *err)
{
    bool row;
    if (!db_step(st, &row, err))
        return false;
    *ret_there = row && !col_null(st, 0);
    *ret = row ? col_int(st, 0) : 0;
    if (row)
        stmt_end(st);
    return true;
}

/* Nothing of the relation from before that instant is sure to be there. */
static bool keep_from(struct auth *a, const char *relation, int64_t before, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_KEEP_FROM);
    stmt_text(st, "$relation", relation);
    stmt_int(st, "$before", before);
    return db_run(st, NULL, err);
}

/* The oldest events, up to the first that is young enough: so their numbers stay without a gap. */
static bool drop_events(struct auth *a, int64_t before, int64_t *ret, struct err *err)
{
    bool there;
    int64_t to;
    struct stmt *st = db_stmt(a->db, SQL_KEEP_EVENTS_TO);
    stmt_int(st, "$before", before);
    stmt_int(st, "$max", EVENTS_AT_ONCE);
    if (!one_number(st, &to, &there, err))
        return false;
    st = db_stmt(a->db, SQL_KEEP_EVENTS_DROP);
    stmt_int(st, "$seq", to);
    if (!db_run(st, ret, err) || *ret == 0)
        return *ret == 0;
    if (!one_number(db_stmt(a->db, SQL_KEEP_EVENTS_FIRST), &to, &there, err))
        return false;
    return keep_from(a, "events", there && to < before ? to : before, err);
}

static bool old_runs(struct auth *a, int64_t before, struct uuid ids[RUNS_AT_ONCE], int64_t *ret,
                     struct err *err)
{
    bool row = true;
    struct stmt *st = db_stmt(a->db, SQL_KEEP_RUNS);
    stmt_int(st, "$before", before);
    stmt_int(st, "$max", RUNS_AT_ONCE);
    *ret = 0;
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        ids[(*ret)++] = col_uuid(st, 0);
    }
}

static bool drop_runs(struct auth *a, int64_t before, int64_t *ret, struct err *err)
{
    struct uuid ids[RUNS_AT_ONCE];
    if (!old_runs(a, before, ids, ret, err))
        return false;
    for (int64_t i = 0; i < *ret; i++) {
        static const enum sql_id steps[] = {SQL_KEEP_REPORT_DROP, SQL_KEEP_RUN_DROP};
        for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
            struct stmt *st = db_stmt(a->db, steps[k]);
            stmt_uuid(st, "$run", ids[i]);
            if (!db_run(st, NULL, err))
                return false;
        }
    }
    return *ret == 0 || keep_from(a, "newsletter_runs", before, err);
}

static bool drop_rates(struct auth *a, int64_t *ret, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_MIRROR_FORGET_RATES);
    stmt_int(st, "$before", a->now - RATES_US);
    return db_run(st, ret, err);
}

static bool drop_all(struct auth *a, const struct agenda_keep *keep, struct agenda_kept *ret,
                     struct err *err)
{
    if (keep->events_us > 0 && !drop_events(a, a->now - keep->events_us, &ret->events, err))
        return false;
    if (keep->runs_us > 0 && !drop_runs(a, a->now - keep->runs_us, &ret->runs, err))
        return false;
    struct note note = {.kind = EVENT_HISTORY_DROPPED, .n1 = ret->events, .n2 = ret->runs};
    return drop_rates(a, &ret->rates, err) &&
           (ret->events + ret->runs == 0 || auth_note(a, &note, err));
}

bool agenda_upkeep(struct agenda *base, const struct agenda_keep *keep, struct agenda_kept *ret,
                   struct err *err)
{
    struct auth *a = agenda_auth(base);
    *ret = (struct agenda_kept){.mine = true};
    if (!auth_begin(a, err))
        return false;
    bool ok = drop_all(a, keep, ret, err);
    ret->more = ret->events == EVENTS_AT_ONCE || ret->runs == RUNS_AT_ONCE;
    FP("agenda_upkeep_before");
    ok = auth_end(a, ok, err);
    FP("agenda_upkeep_after");
    return ok;
}

bool agenda_slot_is_kept(struct auth *a, int64_t slot_us, struct err *err)
{
    bool there;
    int64_t since;
    char text[CALENDAR_TEXT_MAX];
    struct stmt *st = db_stmt(a->db, SQL_KEEP_BEFORE);
    stmt_text(st, "$relation", "newsletter_runs");
    if (!one_number(st, &since, &there, err))
        return false;
    if (!there || slot_us >= since)
        return true;
    calendar_text(since / US_PER_S, text);
    return err_set(err, ERR_REFUSED,
                   "schedule: runs from before %s are not kept any more ([record] keep_runs), so a "
                   "slot from before then can't be filled again",
                   text);
}
