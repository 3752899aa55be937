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

#define FOLLOW_MEMORY ((size_t)4 << 20)

/* One specification of a follower. */
struct follow_row {
    struct due_row due;
    int64_t slot_us;
    bool filled; /* the report was made up for: so is this one */
    int64_t number;
};

/* One follower with its orders and their texts. */
struct following {
    struct auth *a;
    struct follow_row row[SCHEDULE_SPECS_MAX];
    int32_t count;
    struct slot_order order[SCHEDULE_SPECS_MAX];
    enum slot_answer answer[SCHEDULE_SPECS_MAX];
    char period[SCHEDULE_SPECS_MAX][FREQUENCY_KEY_MAX];
    char reason[SCHEDULE_SPECS_MAX][AGENDA_TEXT_MAX + 1];
};

/* The next follower past the row number; none: count 0. One at a time, so that each is judged by
 * what those before it got. */
static bool read_next(struct following *f, struct uuid run, int64_t past, struct arena *arena,
                      struct err *err)
{
    bool more = true;
    struct stmt *st = db_stmt(f->a->db, SQL_FOLLOW_DUE);
    stmt_uuid(st, "$run", run);
    stmt_int(st, "$past", past);
    stmt_int(st, "$now", f->a->now);
    stmt_int(st, "$max", SCHEDULE_SPECS_MAX);
    for (f->count = 0; f->count < SCHEDULE_SPECS_MAX; f->count++) {
        struct follow_row *row = &f->row[f->count];
        if (!db_step(st, &more, err))
            return false;
        if (!more)
            return true;
        if (f->count > 0 && col_int(st, 21) != f->row[0].number)
            break;
        if (!agenda_read_due(st, arena, &row->due)) {
            stmt_end(st);
            return err_set(err, ERR_STOP, "schedules: out of memory for those that follow");
        }
        row->slot_us = col_int(st, 19);
        row->filled = col_int(st, 20) != 0;
        row->number = col_int(st, 21);
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

/* The orders of the follower; held: runs that hold the periods of its rows. Returns how many; 0:
 * err. */
static int32_t decide(struct following *f, const bool *held, struct err *err)
{
    bool runs = false, last = false;
    for (int32_t i = 0; i < f->count; i++) {
        struct timing timing;
        struct due_facts facts;
        struct due_answer answer;
        struct err why = {0};
        if (!read_facts(f->a, &f->row[i], &timing, &facts, &why, err)) {
            order_error(f, &f->row[i], &why);
            return why.text[0] != '\0' ? 1 : 0;
        }
        facts.held = held[i];
        due_decide(&facts, &answer);
        write_order(f, i, &f->row[i], &facts, &answer);
        f->order[i].more = i + 1 < f->count;
        runs = runs || f->order[i].what == SLOT_RUN;
        last = timing.max_runs > 0 && f->row[i].due.slot_count + 1 >= timing.max_runs;
    }
    for (int32_t i = 0; i < f->count; i++)
        f->order[i].ends = runs && last;
    return f->count;
}

static bool follow_one(struct following *f, struct uuid run, struct err *err)
{
    bool held[SCHEDULE_SPECS_MAX] = {false};
    bool again = true;
    for (int round = 0; again && round < 2; round++) {
        int32_t n = decide(f, held, err);
        if (n == 0 || !agenda_slot_carry_out(f->a, f->order, n, f->answer, err))
            return false;
        again = false;
        for (int32_t i = 0; i < n; i++) {
            held[i] = f->answer[i] == SLOT_BLOCKED;
            again = again || held[i];
        }
    }
    struct stmt *st = db_stmt(f->a->db, SQL_FOLLOW_MARK);
    stmt_uuid(st, "$schedule", f->row[0].due.schedule);
    stmt_int(st, "$slot", f->row[0].slot_us);
    stmt_uuid(st, "$run", run);
    return db_run(st, NULL, err);
}

bool agenda_follow(struct auth *a, struct uuid run, struct err *err)
{
    bool ok = true;
    struct following f = {.a = a, .count = 1};
    for (int64_t past = INT64_MIN; ok && f.count > 0; past = f.row[0].number) {
        struct arena arena = arena_init(FOLLOW_MEMORY);
        ok = read_next(&f, run, past, &arena, err) && (f.count == 0 || follow_one(&f, run, err));
        arena_done(&arena);
    }
    return ok;
}
