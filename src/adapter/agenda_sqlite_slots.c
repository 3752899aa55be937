/* agenda_sqlite_slots.c - deals with due slots: each becomes a run row or a reason why not, and its
 * schedule moves on, all of them in one transaction.
 *
 * The idea: nothing is decided here. The caller decided on what it saw; here it is only carried out
 * when that is still so. A slot's row has its name from schedule and instant, so it can't be made
 * twice, whoever tries. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"

#include <string.h>

/* The schedule as it was seen is still there. */
struct seen {
    int64_t workspace;
    char name[NAME_MAX_BYTES + 1];
    struct uuid specification; /* of the order that is carried out, with its name */
    char spec[NAME_MAX_BYTES + 1];
    bool several; /* specifications: lines name the one that they are about */
};

/* What the orders of one slot come to. */
struct slot_tally {
    int32_t runs, skipped, overlapped;
    int64_t missed;
};

static bool find_seen(struct auth *a, const struct slot_order *o, struct seen *ret, bool *ret_there,
                      struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_SEEN);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    if (uuid_is_zero(o->specification))
        stmt_null(st, "$specification");
    else
        stmt_uuid(st, "$specification", o->specification);
    if (!db_step(st, ret_there, err))
        return false;
    if (!*ret_there)
        return true;
    ret->workspace = col_int(st, 0);
    col_text_to(st, 1, ret->name, sizeof ret->name);
    ret->specification = col_uuid(st, 2);
    col_text_to(st, 3, ret->spec, sizeof ret->spec);
    stmt_end(st);
    return true;
}

struct uuid agenda_slot_id(struct uuid schedule, int64_t slot_us, struct uuid specification)
{
    uint8_t key[40];
    memcpy(key, schedule.byte, 16);
    for (int i = 0; i < 8; i++)
        key[16 + i] = (uint8_t)((uint64_t)slot_us >> (8 * i));
    memcpy(key + 24, specification.byte, 16);
    return uuid_from_bytes(key, sizeof key);
}

static struct uuid slot_id(const struct slot_order *o, const struct seen *s)
{
    return agenda_slot_id(o->schedule, o->slot_us, s->specification);
}

static bool slot_has_row(struct auth *a, const struct slot_order *o, const struct seen *s,
                         bool *ret, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_TAKEN);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$slot", o->slot_us);
    stmt_uuid(st, "$specification", s->specification);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

/* Another run holds the period that the order's run is to use up. */
static bool is_held(struct auth *a, const struct slot_order *o, const struct seen *s, bool *ret,
                    struct err *err)
{
    bool taken;
    *ret = false;
    if (o->what != SLOT_RUN || o->period_key == NULL)
        return true;
    if (!slot_has_row(a, o, s, &taken, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_SLOT_HELD);
    stmt_uuid(st, "$specification", s->specification);
    stmt_text(st, "$period_key", o->period_key);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    *ret = *ret && !taken;
    return true;
}

/* "weekly: why", "weekly, press: why". */
static void label(const struct seen *s, const char *reason, char dst[AGENDA_TEXT_MAX + 1])
{
    char name[2 * NAME_MAX_BYTES + 3];
    (void)str_format(name, sizeof name, "%s%s%s", s->name, s->several ? ", " : "",
                     s->several ? s->spec : ""); /* it fits */
    agenda_say(dst, name, reason);
}

/* The run row. *ret_added false: the slot has its row (it is only moved on), or the period has. */
static bool add_run(struct auth *a, const struct slot_order *o, const struct seen *s,
                    bool *ret_added, struct err *err)
{
    int64_t rows = 0;
    char text[AGENDA_TEXT_MAX + 1];
    struct uuid id = slot_id(o, s);
    struct stmt *st = db_stmt(a->db, SQL_SLOT_RUN_ADD);
    stmt_uuid(st, "$id", id);
    stmt_int(st, "$workspace", s->workspace);
    stmt_uuid(st, "$specification", s->specification);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_text(st, "$trigger", run_trigger_name(o->trigger));
    stmt_int(st, "$slot", o->slot_us);
    stmt_int(st, "$not_before", o->not_before_us);
    stmt_int(st, "$period_at", o->slot_us);
    agenda_bind_text(st, "$period_key", o->period_key);
    stmt_null(st, "$actor");
    stmt_int(st, "$now", a->now);
    struct note note = {
        .kind = EVENT_SLOT_QUEUED, .schedule = &o->schedule, .run = &id, .text = text};
    label(s, "", text);
    if (!db_run(st, &rows, err))
        return false;
    *ret_added = rows > 0;
    return rows == 0 || auth_note(a, &note, err);
}

static bool add_skip(struct auth *a, const struct slot_order *o, const struct seen *s,
                     struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_SKIP_ADD);
    stmt_uuid(st, "$id", slot_id(o, s));
    stmt_int(st, "$workspace", s->workspace);
    stmt_uuid(st, "$specification", s->specification);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$slot", o->slot_us);
    stmt_text(st, "$reason", o->reason);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool move_on(struct auth *a, const struct slot_order *o, const struct slot_tally *t,
                    struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_MOVE);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_int(st, "$slot", o->slot_us);
    stmt_int(st, "$next", o->next_us);
    stmt_int(st, "$ended", o->ends);
    stmt_int(st, "$ran", t->runs > 0); /* one slot, however many reports of it */
    stmt_int(st, "$skipped", t->skipped);
    stmt_int(st, "$overlapped", t->overlapped);
    stmt_int(st, "$missed", t->missed);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool note_it(struct auth *a, enum event_kind kind, const struct slot_order *o,
                    const struct seen *s, const char *reason, struct err *err)
{
    char text[AGENDA_TEXT_MAX + 1];
    label(s, reason, text);
    struct note note = {.kind = kind,
                        .schedule = &o->schedule,
                        .actor = AGENDA_ACTOR,
                        .text = text,
                        .n1 = o->missed + 1};
    return auth_audit(a, &note, s->name, err);
}

/* It ended with this slot. */
static bool note_end(struct auth *a, const struct slot_order *o, const struct seen *s,
                     struct err *err)
{
    return !o->ends || note_it(a, EVENT_SCHEDULE_ENDED, o, s, "", err);
}

/* *ret_blocked: another run holds its period, and nothing was done. */
static bool make_run(struct auth *a, const struct slot_order *o, const struct seen *s,
                     struct slot_tally *t, bool *ret_blocked, struct err *err)
{
    bool added = false, taken = true;
    if (!add_run(a, o, s, &added, err) || (!added && !slot_has_row(a, o, s, &taken, err)))
        return false;
    *ret_blocked = !taken;
    t->runs += added;
    t->missed += taken ? o->missed : 0;
    bool late = added && o->trigger == TRIGGER_CATCHUP && o->missed > 0;
    return !late || note_it(a, EVENT_SLOT_CAUGHT_UP, o, s, "", err);
}

static bool skip(struct auth *a, const struct slot_order *o, const struct seen *s,
                 struct slot_tally *t, struct err *err)
{
    t->skipped += o->what == SLOT_FREQUENCY;
    t->overlapped += o->what == SLOT_OVERLAP;
    t->missed += o->missed + (o->what == SLOT_MISSED);
    return add_skip(a, o, s, err) && note_it(a, EVENT_SLOT_SKIPPED, o, s, o->reason, err);
}

static bool wake_up(struct auth *a, const struct slot_order *o, const struct seen *s,
                    struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_RESUME);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_int(st, "$next", o->next_us);
    stmt_int(st, "$ended", o->ends);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && note_it(a, EVENT_SCHEDULE_WOKE, o, s, "", err) &&
           note_end(a, o, s, err);
}

static bool retime(struct auth *a, const struct slot_order *o, const struct seen *s,
                   struct err *err)
{
    int64_t rows = 0;
    struct stmt *st = db_stmt(a->db, SQL_SLOT_RETIME);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_int(st, "$next", o->next_us);
    stmt_int(st, "$now", a->now);
    return db_run(st, &rows, err) &&
           (rows == 0 || note_it(a, EVENT_SCHEDULE_RETIMED, o, s, o->reason, err));
}

static bool to_error(struct auth *a, const struct slot_order *o, const struct seen *s,
                     struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_ERROR);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_text(st, "$reason", o->reason);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && note_it(a, EVENT_SCHEDULE_ERROR, o, s, o->reason, err);
}

static bool come_to_end(struct auth *a, const struct slot_order *o, const struct seen *s,
                        struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_END);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && note_it(a, EVENT_SCHEDULE_ENDED, o, s, "", err);
}

/* Is every order still about what was seen, and free to be carried out? */
static bool check(struct auth *a, const struct slot_order *orders, int32_t count, struct seen *s,
                  enum slot_answer *ret, bool *ret_go_on, struct err *err)
{
    *ret_go_on = true;
    for (int32_t i = 0; i < count; i++) {
        bool there, held = false;
        if (!find_seen(a, &orders[i], s, &there, err) ||
            (there && count > 1 && !is_held(a, &orders[i], s, &held, err)))
            return false;
        ret[i] = !there ? SLOT_GONE : held ? SLOT_BLOCKED : SLOT_DONE;
        *ret_go_on = *ret_go_on && there && !held;
    }
    return true;
}

/* The runs and skips of one slot. Alone, a run says itself that its period is held. */
static bool fill(struct auth *a, const struct slot_order *orders, int32_t count, struct seen *s,
                 enum slot_answer *ret, struct err *err)
{
    struct slot_tally t = {0};
    bool there, blocked = false;
    for (int32_t i = 0; i < count; i++) {
        const struct slot_order *o = &orders[i];
        if (s->several && !find_seen(a, o, s, &there, err)) /* for its specification's name */
            return false;
        if (!(o->what == SLOT_RUN ? make_run(a, o, s, &t, &blocked, err) : skip(a, o, s, &t, err)))
            return false;
        if (!blocked)
            continue;
        *ret = SLOT_BLOCKED;
        return count == 1 || err_set(err, ERR_RETRY, "schedules: a period was taken meanwhile");
    }
    s->several = false; /* the lines from here on are about the schedule */
    return move_on(a, &orders[count - 1], &t, err) && note_end(a, &orders[count - 1], s, err);
}

bool agenda_slot_carry_out(struct auth *a, const struct slot_order *orders, int32_t count,
                           enum slot_answer *ret, struct err *err)
{
    struct seen s = {0};
    const struct slot_order *o = orders;
    bool go_on;
    if (!check(a, orders, count, &s, ret, &go_on, err))
        return false;
    if (!go_on)
        return true;
    bool is_slot = o->what != SLOT_RESUME && o->what != SLOT_ERROR && o->what != SLOT_END &&
                   o->what != SLOT_RETIME;
    bool overdue = is_slot && a->now - o->seen_us > SCHEDULE_OVERDUE_US;
    if (overdue && !note_it(a, EVENT_SCHEDULE_OVERDUE, o, &s, "", err))
        return false;
    switch (o->what) {
    case SLOT_RESUME:
        return wake_up(a, o, &s, err);
    case SLOT_RETIME:
        return retime(a, o, &s, err);
    case SLOT_ERROR:
        return to_error(a, o, &s, err);
    case SLOT_END:
        return come_to_end(a, o, &s, err);
    default:
        s.several = count > 1;
        return fill(a, orders, count, &s, ret, err);
    }
}

static int32_t slot_length(const struct slot_order *orders, int32_t count)
{
    int32_t n = 1;
    while (n < count && orders[n - 1].more)
        n++;
    return n;
}

bool agenda_slots(struct agenda *base, const struct slot_order *orders, int32_t count,
                  enum slot_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool ok = true;
    if (!auth_begin(a, err))
        return false;
    for (int32_t i = 0, n = 0; ok && i < count; i += n) {
        n = slot_length(&orders[i], count - i);
        ok = agenda_slot_carry_out(a, &orders[i], n, &ret[i], err);
    }
    FP("agenda_slots_before");
    ok = auth_end(a, ok, err);
    FP("agenda_slots_after");
    return ok;
}
