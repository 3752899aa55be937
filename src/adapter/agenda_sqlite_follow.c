/* agenda_sqlite_follow.c - a schedule that follows another has its slot when that one's report was
 * made.
 *
 * The idea: in the transaction that says so, the followers are decided about by the same rules as
 * slots that time brings (follow_rule), and their orders are carried out by the same function. The
 * slot is the one of the report; a slot has one row of a specification, so a success is followed
 * once, however often it is told. */
#include "agenda_sqlite.h"

#include "follow_rule.h"

#define FOLLOW_MEMORY ((size_t)4 << 20)

/* One follower, and what became of its orders. */
struct follower {
    struct auth *a;
    struct following f;
    enum slot_answer answer[SCHEDULE_SPECS_MAX];
};

/* The next follower past the row number; none: count 0. One at a time, so that each is judged by
 * what those before it got. */
static bool read_next(struct follower *l, struct uuid run, int64_t past, struct arena *arena,
                      struct err *err)
{
    bool more = true;
    struct following *f = &l->f;
    struct stmt *st = db_stmt(l->a->db, SQL_FOLLOW_DUE);
    stmt_uuid(st, "$run", run);
    stmt_int(st, "$past", past);
    stmt_int(st, "$now", l->a->now);
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

/* A report of the period, whatever it was made for. */
static bool ran(void *ctx, const struct follow_row *row, int64_t from_us, int64_t to_us, bool *ret,
                struct err *err)
{
    struct stmt *st = db_stmt(((struct auth *)ctx)->db, SQL_BACKFILL_PERIOD);
    stmt_uuid(st, "$specification", row->due.specification);
    stmt_int(st, "$from", from_us);
    stmt_int(st, "$to", to_us);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static bool follow_one(struct follower *l, struct uuid run, struct err *err)
{
    struct following *f = &l->f;
    const struct follow_past past = {ran, l->a};
    bool held[SCHEDULE_SPECS_MAX] = {false};
    bool again = true;
    for (int round = 0; again && round < 2; round++) {
        int32_t n = follow_decide(f, held, l->a->now, &past, err);
        if (n == 0 || !agenda_slot_carry_out(l->a, f->order, n, l->answer, err))
            return false;
        again = false;
        for (int32_t i = 0; i < n; i++) {
            held[i] = l->answer[i] == SLOT_BLOCKED;
            again = again || held[i];
        }
    }
    struct stmt *st = db_stmt(l->a->db, SQL_FOLLOW_MARK);
    stmt_uuid(st, "$schedule", f->row[0].due.schedule);
    stmt_int(st, "$slot", f->row[0].slot_us);
    stmt_uuid(st, "$run", run);
    return db_run(st, NULL, err);
}

bool agenda_follow(struct auth *a, struct uuid run, struct err *err)
{
    bool ok = true;
    struct follower l = {.a = a, .f = {.count = 1}};
    for (int64_t past = INT64_MIN; ok && l.f.count > 0; past = l.f.row[0].number) {
        struct arena arena = arena_init(FOLLOW_MEMORY);
        ok = read_next(&l, run, past, &arena, err) && (l.f.count == 0 || follow_one(&l, run, err));
        arena_done(&arena);
    }
    return ok;
}
