/* read_job_detail.c - the screen of one job, the numbers of the Dash, and who serves the record. */
#include "store/read_jobs.h"

#include "base/clock.h"
#include "store/plan_read.h"

#include <string.h>

enum { MINUTE_S = 60, FIVE_MINUTES_S = 300, TEN_MINUTES = 24, MINUTES = 60 };

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: there is no memory for the job's screen");
}

static bool read_position(struct db *db, struct uuid job, struct arena *arena, struct job_detail *d,
                          struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_DETAIL);
    stmt_uuid(st, "$job", job);
    if (!db_step(st, &row, err))
        return false;
    d->duplicates = row ? col_int(st, 0) : 0;
    d->saved_at_us = row ? col_int(st, 1) : 0;
    d->last_variation = arena_text(arena, row ? col_text(st, 2) : "");
    stmt_end(st);
    return d->last_variation != NULL || no_memory(err);
}

static bool read_leads_of(struct db *db, struct uuid job, struct arena *arena, struct job_detail *d,
                          struct err *err)
{
    bool row;
    d->group_leads = arena_array(arena, (size_t)d->plan->group_count, sizeof *d->group_leads);
    if (d->group_leads == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(db, SQL_SHOW_GROUP_LEADS);
    stmt_uuid(st, "$job", job);
    for (int32_t i = 0; i < d->plan->group_count; i++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        d->group_leads[i] = col_int(st, 0);
    }
    stmt_end(st);
    return true;
}

static bool read_counts(struct db *db, struct uuid job, struct job_detail *d, struct err *err)
{
    bool row;
    int64_t counts[SEND_STATES + 1] = {0};
    struct stmt *st = db_stmt(db, SQL_SHOW_COUNTS);
    stmt_uuid(st, "$job", job);
    for (;;) {
        enum send_state state = SEND_STATES;
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        (void)send_state_parse(col_text(st, 1), &state); /* an unknown one is not shown */
        if (col_int(st, 2) != 0)
            counts[state] += col_int(st, 3);
    }
    d->suppressed = counts[SEND_SUPPRESSED];
    d->rejected = counts[SEND_REJECTED];
    d->simulated = counts[SEND_SIMULATED];
    d->sent = counts[SEND_SENT];
    return true;
}

/* Letters in the spans from..from + count; ret[i / per] gets them added. */
static bool read_spans(struct db *db, struct uuid job, int32_t span_s, int64_t from, int32_t count,
                       int32_t per, int32_t *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_SPANS);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$span", span_s);
    stmt_int(st, "$from", from);
    stmt_int(st, "$to", from + count - 1);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        int64_t at = (col_int(st, 0) - from) / per;
        if (at >= 0 && at < count / per)
            ret[at] += (int32_t)col_int(st, 1);
    }
}

static bool read_detail(struct db *db, struct uuid job, int64_t now_us, struct arena *arena,
                        struct job_detail *d, struct err *err)
{
    int64_t minute = now_us / (MINUTE_S * US_PER_S);
    return plan_read(db, job, now_us, arena, &d->plan, err) &&
           read_position(db, job, arena, d, err) && read_leads_of(db, job, arena, d, err) &&
           read_counts(db, job, d, err) &&
           read_spans(db, job, MINUTE_S, minute - MINUTES + 1, MINUTES, 1, d->minute, err);
}

bool read_job_detail(struct db *db, struct uuid job, int64_t now_us, struct arena *arena,
                     struct job_detail *ret, struct err *err)
{
    struct job_detail d = {0};
    if (!db_begin_read(db, err))
        return false;
    bool ok = read_detail(db, job, now_us, arena, &d, err);
    db_end_read(db);
    if (ok)
        *ret = d;
    return ok;
}

static bool read_states(struct db *db, struct totals *t, struct err *err)
{
    bool row;
    int32_t counts[JOB_STATES + 1] = {0};
    struct stmt *st = db_stmt(db, SQL_SHOW_STATES);
    for (;;) {
        enum job_state state = JOB_STATES;
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        (void)job_state_parse(col_text(st, 0), &state); /* the schema checks it */
        counts[state] += (int32_t)col_int(st, 1);
        t->jobs += (int32_t)col_int(st, 1);
    }
    t->running = counts[JOB_RUNNING];
    t->paused = counts[JOB_PAUSED];
    t->failed = counts[JOB_FAILED];
    t->idle = t->jobs - t->running - t->paused - t->failed;
    return true;
}

static bool read_waiting(struct db *db, struct totals *t, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_WAITING);
    for (;;) {
        enum send_state state = SEND_STATES;
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        (void)send_state_parse(col_text(st, 0), &state); /* the query names them */
        if (state == SEND_IN_DOUBT)
            t->in_doubt = col_int(st, 1);
        if (state == SEND_HELD)
            t->held = col_int(st, 1);
    }
}

static bool read_letters(struct db *db, int64_t now_us, int64_t midnight_us, struct totals *t,
                         struct err *err)
{
    const struct uuid all = {{0}};
    const int64_t span_us = FIVE_MINUTES_S * US_PER_S;
    int64_t tick = now_us / span_us;
    int64_t first = midnight_us / span_us;
    int32_t today = 0;
    int32_t ticks = tick - first < 0 || tick - first > 600 ? 600 : (int32_t)(tick - first) + 1;
    int64_t oldest = (tick / 2 - TEN_MINUTES + 1) * 2;
    if (!read_spans(db, all, FIVE_MINUTES_S, first, ticks, ticks, &today, err))
        return false;
    t->letters_today = today;
    return read_spans(db, all, FIVE_MINUTES_S, oldest, 2 * TEN_MINUTES, 2, t->ten_minutes, err);
}

bool read_totals(struct db *db, int64_t now_us, int64_t midnight_us, struct totals *ret,
                 struct err *err)
{
    struct totals t = {0};
    if (!db_begin_read(db, err))
        return false;
    bool ok = read_states(db, &t, err) && read_waiting(db, &t, err) &&
              read_letters(db, now_us, midnight_us, &t, err);
    db_end_read(db);
    if (ok)
        *ret = t;
    return ok;
}

bool read_engine(struct db *db, struct engine_row *ret, bool *ret_found, struct err *err)
{
    struct stmt *st = db_stmt(db, SQL_SHOW_ENGINE);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    ret->id = col_uuid(st, 0);
    col_text_to(st, 1, ret->host, sizeof ret->host);
    col_text_to(st, 2, ret->version, sizeof ret->version);
    ret->pid = col_int(st, 3);
    ret->last_seen_us = col_int(st, 4);
    stmt_end(st);
    return true;
}
