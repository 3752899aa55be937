/* agenda_sqlite_follow.c - a schedule that follows another has its slot when that one's report was
 * made.
 *
 * The idea: in the transaction that says so, the followers are decided about by the same rules as
 * slots that time brings (domain/due), and their orders are carried out by the same function. The
 * slot is the one of the report; a slot has one row of a specification, so a success is followed
 * once, however often it is told. */
#include "agenda_sqlite.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/due.h"
#include "store/timing_json.h"

#include <string.h>

enum { FOLLOWERS_MAX = 1000, ROOM_MORE = 64 };

#define FOLLOW_MEMORY ((size_t)16 << 20)

/* One specification of a follower. */
struct follow_row {
    struct due_row due;
    int64_t slot_us;
    bool filled; /* the report was made up for: so is this one */
};

struct follow_rows {
    struct follow_row *row;
    int32_t count;
};

/* The orders of one follower, with their texts. */
struct following {
    struct auth *a;
    struct slot_order order[SCHEDULE_SPECS_MAX];
    enum slot_answer answer[SCHEDULE_SPECS_MAX];
    char period[SCHEDULE_SPECS_MAX][FREQUENCY_KEY_MAX];
    char reason[SCHEDULE_SPECS_MAX][AGENDA_TEXT_MAX + 1];
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "schedules: out of memory for those that follow");
}

static bool read_rows(struct auth *a, struct uuid run, struct arena *arena, struct follow_rows *ret,
                      struct err *err)
{
    bool more = true;
    struct stmt *st = db_stmt(a->db, SQL_FOLLOW_DUE);
    stmt_uuid(st, "$run", run);
    stmt_int(st, "$now", a->now);
    while (ret->count < FOLLOWERS_MAX) {
        struct follow_row *row = ret->row;
        if (!db_step(st, &more, err))
            return false;
        if (!more)
            return true;
        if (ret->count % ROOM_MORE == 0) {
            ret->row = arena_array(arena, (size_t)ret->count + ROOM_MORE, sizeof *row);
            if (ret->row != NULL && ret->count > 0)
                memcpy(ret->row, row, (size_t)ret->count * sizeof *row);
        }
        if (ret->row == NULL || !agenda_read_due(st, arena, &ret->row[ret->count].due)) {
            stmt_end(st);
            return no_memory(err);
        }
        ret->row[ret->count].slot_us = col_int(st, 19);
        ret->row[ret->count++].filled = col_int(st, 20) != 0;
    }
    stmt_end(st);
    return true;
}

/* What was made up for is about its own period only, whatever was made since. */
static bool limit_of_past(struct auth *a, const struct follow_row *row, struct timing_limit *limit,
                          struct err *err)
{
    int64_t slot = calendar_floor(row->slot_us, US_PER_S);
    int64_t period = frequency_period(limit->cadence, slot);
    struct stmt *st = db_stmt(a->db, SQL_BACKFILL_PERIOD);
    stmt_uuid(st, "$specification", row->due.specification);
    stmt_int(st, "$from", frequency_period_start(limit->cadence, period) * US_PER_S);
    stmt_int(st, "$to", frequency_period_start(limit->cadence, period + 1) * US_PER_S);
    limit->last_success = slot;
    if (!db_step(st, &limit->ran, err))
        return false;
    stmt_end(st);
    return true;
}

/* False with *ret_why.text: a person must look at the follower; false without: err. */
static bool read_facts(struct auth *a, const struct follow_row *row, struct timing *timing,
                       struct due_facts *ret, struct err *ret_why, struct err *err)
{
    char key[TIMING_KEY_MAX];
    const struct due_row *d = &row->due;
    int64_t slot = calendar_floor(row->slot_us, US_PER_S);
    *ret = (struct due_facts){.timing = timing,
                              .slot = slot,
                              .now = slot, /* it has just come up */
                              .slots = d->slot_count,
                              .busy = d->busy,
                              .waiting = d->waiting};
    if (!d->spec_active)
        return err_set(ret_why, ERR_REFUSED, "Specification is not active");
    if (!timing_json_read(timing, d->type, d->config, strlen(d->config), key, ret_why))
        return false;
    ret->limit.on = d->cadence == NULL;
    if (ret->limit.on && !frequency_parse(d->frequency, &ret->limit.cadence))
        return err_set(ret_why, ERR_REFUSED,
                       "the frequency \"%s\" of its specification is not known; use daily, weekly, "
                       "biweekly or monthly",
                       d->frequency);
    if (ret->limit.on && row->filled)
        return limit_of_past(a, row, &ret->limit, err);
    ret->limit.ran = d->last_success_us != INT64_MIN;
    ret->limit.last_success = ret->limit.ran ? calendar_floor(d->last_success_us, US_PER_S) : 0;
    return true;
}

static void write_order(struct following *f, int32_t i, const struct follow_row *row,
                        const struct due_facts *facts, const struct due_answer *answer)
{
    struct slot_order *o = &f->order[i];
    enum slot_what what = answer->what == DUE_FREQUENCY ? SLOT_FREQUENCY
                          : answer->what == DUE_OVERLAP ? SLOT_OVERLAP
                                                        : SLOT_RUN;
    (void)str_copy(f->reason[i], sizeof f->reason[i], answer->reason); /* it fits */
    *o = (struct slot_order){.schedule = row->due.schedule,
                             .specification = row->due.specification,
                             .seen_us = row->due.next_run_us,
                             .what = what,
                             .trigger = row->filled ? TRIGGER_BACKFILL : TRIGGER_AFTER,
                             .slot_us = row->slot_us,
                             .not_before_us = f->a->now,
                             .next_us = row->due.next_run_us,
                             .reason = f->reason[i]};
    if (what == SLOT_RUN && facts->limit.on) {
        frequency_key(facts->limit.cadence, facts->slot, f->period[i]);
        o->period_key = f->period[i];
    }
}

/* The whole follower needs a person. */
static void order_error(struct following *f, const struct follow_row *row, const struct err *why)
{
    (void)str_copy(f->reason[0], sizeof f->reason[0], why->text); /* a cut is fine */
    f->order[0] = (struct slot_order){.schedule = row->due.schedule,
                                      .specification = row->due.specification,
                                      .seen_us = row->due.next_run_us,
                                      .what = SLOT_ERROR,
                                      .slot_us = row->slot_us,
                                      .next_us = row->due.next_run_us,
                                      .reason = f->reason[0]};
}

/* The orders of one follower; held: runs that hold the periods of its rows. Returns how many; 0:
 * err. */
static int32_t decide(struct following *f, const struct follow_row *rows, int32_t count,
                      const bool *held, struct err *err)
{
    bool runs = false, last = false;
    for (int32_t i = 0; i < count; i++) {
        struct timing timing;
        struct due_facts facts;
        struct due_answer answer;
        struct err why = {0};
        if (!read_facts(f->a, &rows[i], &timing, &facts, &why, err)) {
            order_error(f, &rows[i], &why);
            return why.text[0] != '\0' ? 1 : 0;
        }
        facts.held = held[i];
        due_decide(&facts, &answer);
        write_order(f, i, &rows[i], &facts, &answer);
        f->order[i].more = i + 1 < count;
        runs = runs || f->order[i].what == SLOT_RUN;
        last = timing.max_runs > 0 && rows[i].due.slot_count + 1 >= timing.max_runs;
    }
    for (int32_t i = 0; i < count; i++)
        f->order[i].ends = runs && last;
    return count;
}

static bool follow_one(struct following *f, const struct follow_row *rows, int32_t count,
                       struct uuid run, struct err *err)
{
    bool held[SCHEDULE_SPECS_MAX] = {false};
    bool again = true;
    for (int round = 0; again && round < 2; round++) {
        int32_t n = decide(f, rows, count, held, err);
        if (n == 0 || !agenda_slot_carry_out(f->a, f->order, n, f->answer, err))
            return false;
        again = false;
        for (int32_t i = 0; i < n; i++) {
            held[i] = f->answer[i] == SLOT_BLOCKED;
            again = again || held[i];
        }
    }
    struct stmt *st = db_stmt(f->a->db, SQL_FOLLOW_MARK);
    stmt_uuid(st, "$schedule", rows->due.schedule);
    stmt_int(st, "$slot", rows->slot_us);
    stmt_uuid(st, "$run", run);
    return db_run(st, NULL, err);
}

bool agenda_follow(struct auth *a, struct uuid run, struct err *err)
{
    struct arena arena = arena_init(FOLLOW_MEMORY);
    struct follow_rows rows = {0};
    bool ok = read_rows(a, run, &arena, &rows, err);
    struct following *f = ok && rows.count > 0 ? arena_array(&arena, 1, sizeof *f) : NULL;
    if (ok && rows.count > 0 && f == NULL)
        ok = no_memory(err);
    if (f != NULL)
        f->a = a;
    for (int32_t i = 0, n = 0; ok && i < rows.count; i += n) {
        n = 1;
        while (i + n < rows.count && n < SCHEDULE_SPECS_MAX &&
               uuid_equal(rows.row[i + n].due.schedule, rows.row[i].due.schedule))
            n++;
        ok = follow_one(f, &rows.row[i], n, run, err);
    }
    arena_done(&arena);
    return ok;
}
