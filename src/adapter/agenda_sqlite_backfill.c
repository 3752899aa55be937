/* agenda_sqlite_backfill.c - reports of slots that went by.
 *
 * The idea: the caller says which slots a range has; here each is looked at as it stands and
 * becomes a waiting run or an answer why not, all in one transaction. A dry run does the same and
 * takes it back, so that the list an operator is shown can't differ from what is done. The same
 * index that limits every run limits these: one report a period. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"

struct slot_found {
    bool there;
    struct uuid run;
    enum run_status status;
};

/* Who asks for reports of what. */
struct asked {
    struct auth *a;
    const char *actor;
    const char *name;
    const struct schedule_found *schedule;
    struct uuid specification;
};

static bool find_slot(const struct asked *q, int64_t slot_us, struct slot_found *ret,
                      struct err *err)
{
    struct stmt *st = db_stmt(q->a->db, SQL_BACKFILL_SLOT);
    stmt_uuid(st, "$schedule", q->schedule->id);
    stmt_uuid(st, "$specification", q->specification);
    stmt_int(st, "$slot", slot_us);
    if (!db_step(st, &ret->there, err))
        return false;
    if (!ret->there)
        return true;
    ret->run = col_uuid(st, 0);
    (void)run_status_parse(col_text(st, 1), &ret->status); /* the schema checks it */
    stmt_end(st);
    return true;
}

/* What the slot's run says; BACKFILL_RUNS: it may be made. */
static enum backfill_answer judge(const struct slot_found *f, enum backfill_which which)
{
    if (f->there && f->status == RUN_SUCCESS)
        return BACKFILL_DONE;
    if (f->there && (f->status == RUN_QUEUED || f->status == RUN_RUNNING))
        return BACKFILL_OPEN;
    bool failed = f->there && f->status == RUN_FAILED;
    return which == BACKFILL_ALL || failed == (which == BACKFILL_FAILED) ? BACKFILL_RUNS
                                                                         : BACKFILL_LEFT;
}

static bool period_taken(const struct asked *q, const struct backfill_slot *s, bool *ret,
                         struct err *err)
{
    *ret = false;
    if (s->period_key == NULL)
        return true;
    struct stmt *st = db_stmt(q->a->db, SQL_BACKFILL_PERIOD);
    stmt_uuid(st, "$specification", q->specification);
    stmt_int(st, "$from", s->from_us);
    stmt_int(st, "$to", s->to_us);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static bool again(const struct asked *q, const struct backfill_slot *s, int64_t *ret_rows,
                  struct err *err)
{
    struct stmt *st = db_stmt(q->a->db, SQL_BACKFILL_AGAIN);
    stmt_uuid(st, "$schedule", q->schedule->id);
    stmt_uuid(st, "$specification", q->specification);
    stmt_int(st, "$slot", s->slot_us);
    agenda_bind_text(st, "$period_key", s->period_key);
    stmt_text(st, "$actor", q->actor);
    stmt_int(st, "$now", q->a->now);
    return db_run(st, ret_rows, err);
}

static bool anew(const struct asked *q, const struct backfill_slot *s, struct uuid run,
                 int64_t *ret_rows, struct err *err)
{
    struct stmt *st = db_stmt(q->a->db, SQL_SLOT_RUN_ADD);
    stmt_uuid(st, "$id", run);
    stmt_int(st, "$workspace", q->schedule->workspace);
    stmt_uuid(st, "$specification", q->specification);
    stmt_uuid(st, "$schedule", q->schedule->id);
    stmt_text(st, "$trigger", run_trigger_name(TRIGGER_BACKFILL));
    stmt_int(st, "$slot", s->slot_us);
    stmt_int(st, "$not_before", q->a->now);
    stmt_int(st, "$period_at", s->slot_us);
    agenda_bind_text(st, "$period_key", s->period_key);
    stmt_text(st, "$actor", q->actor);
    stmt_int(st, "$now", q->a->now);
    return db_run(st, ret_rows, err);
}

static bool queue_slot(const struct asked *q, const struct backfill_slot *s,
                       const struct slot_found *f, enum backfill_answer *ret, struct err *err)
{
    bool taken;
    int64_t rows = 0;
    struct uuid run =
        f->there ? f->run : agenda_slot_id(q->schedule->id, s->slot_us, q->specification);
    if ((!f->there && !agenda_slot_is_kept(q->a, s->slot_us, err)) ||
        !period_taken(q, s, &taken, err) ||
        (!taken && !(f->there ? again(q, s, &rows, err) : anew(q, s, run, &rows, err))))
        return false;
    *ret = rows > 0 ? BACKFILL_RUNS : BACKFILL_BLOCKED;
    struct note note = {
        .kind = EVENT_SLOT_QUEUED, .schedule = &q->schedule->id, .run = &run, .text = q->name};
    return rows == 0 || auth_note(q->a, &note, err);
}

static bool deal_with(const struct asked *q, const struct backfill_slot *s,
                      enum backfill_which which, enum backfill_answer *ret, struct err *err)
{
    struct slot_found f = {0};
    if (s->slot_us > q->a->now)
        return err_set(err, ERR_REFUSED,
                       "schedule: a slot that is still to come needs no backfill");
    if (!find_slot(q, s->slot_us, &f, err))
        return false;
    *ret = judge(&f, which);
    return *ret != BACKFILL_RUNS || queue_slot(q, s, &f, ret, err);
}

static bool all_slots(const struct asked *q, const struct backfill_order *order,
                      enum backfill_answer *ret, struct err *err)
{
    int64_t queued = 0;
    for (int32_t i = 0; i < order->count; i++) {
        if (!deal_with(q, &order->slots[i], order->which, &ret[i], err))
            return false;
        queued += ret[i] == BACKFILL_RUNS;
    }
    struct note note = {.kind = EVENT_BACKFILL_ASKED,
                        .schedule = &q->schedule->id,
                        .actor = q->actor,
                        .text = q->name,
                        .n1 = queued};
    return queued == 0 || auth_audit(q->a, &note, q->name, err);
}

bool agenda_backfill(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                     const struct backfill_order *order, enum backfill_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct schedule_found f = {0};
    struct asked q = {.a = a, .actor = actor, .name = schedule->name, .schedule = &f};
    if (order->count > BACKFILL_MAX)
        return err_set(err, ERR_REFUSED,
                       "schedule: more than %d slots are not made up for at once; choose a shorter "
                       "time",
                       BACKFILL_MAX);
    if (!auth_begin(a, err))
        return false;
    bool ok = agenda_schedule_must(a, schedule, &f, err) &&
              agenda_gate(base, actor, ROLE_BACKFILL, f.workspace, f.creator, err) &&
              agenda_part_must(a, schedule, f.id, order->specification, &q.specification, err) &&
              all_slots(&q, order, ret, err);
    FP("agenda_backfill_before");
    if (order->dry) {
        (void)auth_end(a, false, err); /* it takes back what was only tried */
        return ok;
    }
    ok = auth_end(a, ok, err);
    FP("agenda_backfill_after");
    return ok;
}
