/* authority_sqlite_tally.c - counters that move with the ledger's rows.
 *
 * The idea: a command touches up to 50 rows of, nearly always, one term. What changes is gathered
 * in a struct and written once, in the command's transaction; a row of another term writes it
 * first. */
#include "authority_sqlite.h"

#include "base/clock.h"

#include <string.h>

/* Spans in which letters that went out are counted, and how many of each are kept: what the screens
 * show, and a little more. */
struct rate {
    int32_t span_s;
    int32_t keep;
    bool all; /* of all jobs together */
};
static const struct rate rates[] = {{10, 60, false}, {60, 90, false}, {300, 600, true}};

static bool begin(struct auth *a, struct tally *t, const struct tally_row *row, struct err *err)
{
    bool there;
    enum mail_mode mode = row->mode;
    struct stmt *st = db_stmt(a->db, SQL_TALLY_JOB);
    stmt_uuid(st, "$job", row->job);
    if (!db_step(st, &there, err))
        return false;
    *t = (struct tally){.job = row->job,
                        .mode = row->mode,
                        .group_no = row->group_no,
                        .term_no = row->term_no,
                        .begun = true};
    if (there) {
        t->cycle = (int32_t)col_int(st, 0);
        (void)mail_mode_parse(col_text(st, 1), &mode); /* the schema checks it */
        t->current = mode == row->mode;
    }
    stmt_end(st);
    return true;
}

static bool turn_to(struct auth *a, struct tally *t, const struct tally_row *row, struct err *err)
{
    if (t->begun && t->term_no == row->term_no && t->mode == row->mode &&
        uuid_equal(t->job, row->job))
        return true;
    return tally_write(a, t, err) && begin(a, t, row, err);
}

static int64_t counts(const struct tally *t, enum send_state state, int32_t cycle)
{
    return send_holds_place(state) && cycle == t->cycle;
}

bool tally_move(struct auth *a, struct tally *t, const struct tally_row *row, enum send_state to,
                int32_t cycle, struct err *err)
{
    enum send_state from = row->state;
    if (!turn_to(a, t, row, err))
        return false;
    t->state[from]--;
    t->state[to]++;
    t->total += (int64_t)send_holds_place(to) - (int64_t)send_holds_place(from);
    t->counted += counts(t, to, cycle) - counts(t, from, row->cycle);
    t->queued += (int64_t)(to == SEND_QUEUED) - (int64_t)(from == SEND_QUEUED);
    t->deferred += (int64_t)(to == SEND_DEFERRED) - (int64_t)(from == SEND_DEFERRED);
    t->out += to == SEND_SENT || to == SEND_SIMULATED;
    return true;
}

bool tally_new(struct auth *a, struct tally *t, const struct tally_row *row, struct err *err)
{
    if (!turn_to(a, t, row, err))
        return false;
    t->state[SEND_QUEUED]++;
    t->queued++;
    return true;
}

static bool write_states(struct auth *a, const struct tally *t, struct err *err)
{
    for (int s = 0; s < SEND_STATES; s++) {
        int64_t n = t->state[s];
        if (n == 0)
            continue;
        struct stmt *st = db_stmt(a->db, n > 0 ? SQL_TALLY_MORE : SQL_TALLY_FEWER);
        stmt_uuid(st, "$job", t->job);
        stmt_text(st, "$mode", mail_mode_name(t->mode));
        stmt_text(st, "$state", send_state_name((enum send_state)s));
        stmt_int(st, "$n", n > 0 ? n : -n);
        if (!db_run(st, NULL, err))
            return false;
    }
    return true;
}

static bool write_term(struct auth *a, const struct tally *t, struct err *err)
{
    if (t->counted == 0 && t->queued == 0 && t->deferred == 0)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_TALLY_TERM);
    stmt_uuid(st, "$job", t->job);
    stmt_int(st, "$term", t->term_no);
    stmt_int(st, "$counted", t->counted);
    stmt_int(st, "$queued", t->queued);
    stmt_int(st, "$deferred", t->deferred);
    if (!db_run(st, NULL, err) || t->counted == 0)
        return t->counted == 0;
    st = db_stmt(a->db, SQL_TALLY_GROUP);
    stmt_uuid(st, "$job", t->job);
    stmt_int(st, "$group", t->group_no);
    stmt_int(st, "$counted", t->counted);
    return db_run(st, NULL, err);
}

static bool write_total(struct auth *a, const struct tally *t, struct err *err)
{
    if (t->total == 0 && t->counted == 0)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_TALLY_TOTAL);
    stmt_uuid(st, "$job", t->job);
    stmt_int(st, "$total", t->total);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

/* A span's first letter drops the spans that nobody shows any more. */
static bool write_rate(struct auth *a, const struct tally *t, int which, struct err *err)
{
    bool row;
    const struct uuid all = {{0}};
    struct uuid job = rates[which].all ? all : t->job;
    int64_t tick = a->now / (rates[which].span_s * US_PER_S);
    struct stmt *st = db_stmt(a->db, SQL_RATE_ADD);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$span", rates[which].span_s);
    stmt_int(st, "$tick", tick);
    stmt_int(st, "$n", t->out);
    if (!db_step(st, &row, err))
        return false;
    bool first = row && col_int(st, 0) == t->out;
    stmt_end(st);
    if (!first)
        return true;
    st = db_stmt(a->db, SQL_RATE_TRIM);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$span", rates[which].span_s);
    stmt_int(st, "$before", tick - rates[which].keep);
    return db_run(st, NULL, err);
}

bool tally_write(struct auth *a, struct tally *t, struct err *err)
{
    if (!t->begun)
        return true;
    t->begun = false;
    if (!write_states(a, t, err))
        return false;
    if (t->current && (!write_term(a, t, err) || !write_total(a, t, err)))
        return false;
    for (size_t i = 0; t->out > 0 && i < sizeof rates / sizeof rates[0]; i++)
        if (!write_rate(a, t, (int)i, err))
            return false;
    return true;
}
