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
    struct uuid specification;
    char name[NAME_MAX_BYTES + 1];
};

static bool find_seen(struct auth *a, const struct slot_order *o, struct seen *ret, bool *ret_there,
                      struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_SEEN);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    if (!db_step(st, ret_there, err))
        return false;
    if (!*ret_there)
        return true;
    ret->workspace = col_int(st, 0);
    ret->specification = col_uuid(st, 1);
    col_text_to(st, 2, ret->name, sizeof ret->name);
    stmt_end(st);
    return true;
}

struct uuid agenda_slot_id(struct uuid schedule, int64_t slot_us)
{
    uint8_t key[24];
    memcpy(key, schedule.byte, 16);
    for (int i = 0; i < 8; i++)
        key[16 + i] = (uint8_t)((uint64_t)slot_us >> (8 * i));
    return uuid_from_bytes(key, sizeof key);
}

static struct uuid slot_id(const struct slot_order *o)
{
    return agenda_slot_id(o->schedule, o->slot_us);
}

static bool slot_has_row(struct auth *a, const struct slot_order *o, bool *ret, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_TAKEN);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$slot", o->slot_us);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

/* The run row. *ret_added false: the slot has its row (it is only moved on), or the period has. */
static bool add_run(struct auth *a, const struct slot_order *o, const struct seen *s,
                    bool *ret_added, struct err *err)
{
    int64_t rows = 0;
    struct uuid id = slot_id(o);
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
        .kind = EVENT_SLOT_QUEUED, .schedule = &o->schedule, .run = &id, .text = s->name};
    if (!db_run(st, &rows, err))
        return false;
    *ret_added = rows > 0;
    return rows == 0 || auth_note(a, &note, err);
}

static bool add_skip(struct auth *a, const struct slot_order *o, const struct seen *s,
                     struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_SKIP_ADD);
    stmt_uuid(st, "$id", slot_id(o));
    stmt_int(st, "$workspace", s->workspace);
    stmt_uuid(st, "$specification", s->specification);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$slot", o->slot_us);
    stmt_text(st, "$reason", o->reason);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool move_on(struct auth *a, const struct slot_order *o, bool ran, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_MOVE);
    stmt_uuid(st, "$schedule", o->schedule);
    stmt_int(st, "$seen", o->seen_us);
    stmt_int(st, "$slot", o->slot_us);
    stmt_int(st, "$next", o->next_us);
    stmt_int(st, "$ended", o->ends);
    stmt_int(st, "$ran", ran);
    stmt_int(st, "$skipped", o->what == SLOT_FREQUENCY);
    stmt_int(st, "$overlapped", o->what == SLOT_OVERLAP);
    stmt_int(st, "$missed", o->missed + (o->what == SLOT_MISSED));
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool note_it(struct auth *a, enum event_kind kind, const struct slot_order *o,
                    const struct seen *s, const char *reason, struct err *err)
{
    char text[AGENDA_TEXT_MAX + 1];
    agenda_say(text, s->name, reason);
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

static bool make_run(struct auth *a, const struct slot_order *o, const struct seen *s,
                     enum slot_answer *ret, struct err *err)
{
    bool added = false, taken = false;
    if (!add_run(a, o, s, &added, err))
        return false;
    if (!added && !slot_has_row(a, o, &taken, err))
        return false;
    if (!added && !taken) {
        *ret = SLOT_BLOCKED;
        return true;
    }
    bool late = added && o->trigger == TRIGGER_CATCHUP && o->missed > 0;
    return move_on(a, o, added, err) &&
           (!late || note_it(a, EVENT_SLOT_CAUGHT_UP, o, s, "", err)) && note_end(a, o, s, err);
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

static bool carry_out(struct auth *a, const struct slot_order *o, enum slot_answer *ret,
                      struct err *err)
{
    struct seen s = {0};
    bool there;
    if (!find_seen(a, o, &s, &there, err))
        return false;
    *ret = there ? SLOT_DONE : SLOT_GONE;
    if (!there)
        return true;
    bool overdue = o->what != SLOT_RESUME && o->what != SLOT_ERROR &&
                   a->now - o->seen_us > SCHEDULE_OVERDUE_US;
    if (overdue && !note_it(a, EVENT_SCHEDULE_OVERDUE, o, &s, "", err))
        return false;
    switch (o->what) {
    case SLOT_RUN:
        return make_run(a, o, &s, ret, err);
    case SLOT_RESUME:
        return wake_up(a, o, &s, err);
    case SLOT_ERROR:
        return to_error(a, o, &s, err);
    default:
        return add_skip(a, o, &s, err) && move_on(a, o, false, err) &&
               note_it(a, EVENT_SLOT_SKIPPED, o, &s, o->reason, err) && note_end(a, o, &s, err);
    }
}

bool agenda_slots(struct agenda *base, const struct slot_order *orders, int32_t count,
                  enum slot_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool ok = true;
    if (!auth_begin(a, err))
        return false;
    for (int32_t i = 0; ok && i < count; i++)
        ok = carry_out(a, &orders[i], &ret[i], err);
    FP("agenda_slots_before");
    ok = auth_end(a, ok, err);
    FP("agenda_slots_after");
    return ok;
}
