/* agenda_sqlite_control.c - enable, disable, pause, resume, run now: the operator's word about a
 * schedule that is there. */
#include "agenda_sqlite.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/frequency.h"
#include "store/names.h"

bool agenda_schedule_must(struct auth *a, const struct agenda_ref *ref, struct schedule_found *ret,
                          struct err *err)
{
    bool row;
    if (!auth_workspace_must(a, ref->workspace, &ret->workspace, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_FIND);
    stmt_int(st, "$workspace", ret->workspace);
    stmt_text(st, "$name", ref->name);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return names_no_schedule(a->db, ref->workspace, ref->name, err);
    ret->id = col_uuid(st, 0);
    ret->specification = col_uuid(st, 1);
    ret->enabled = col_int(st, 9) != 0;
    (void)schedule_status_parse(col_text(st, 10), &ret->status); /* the schema checks it */
    ret->next_us = col_int(st, 11);
    ret->rev = col_int(st, 12);
    col_text_to(st, 13, ret->creator, sizeof ret->creator);
    stmt_end(st);
    return true;
}

struct wish {
    enum schedule_control what;
    const char *note;
    int64_t until_us;
    int64_t next_us;
};

/* What is so already is not done again. */
static bool is_so(const struct schedule_found *f, enum schedule_control what)
{
    switch (what) {
    case SCHEDULE_ENABLE:
        return f->enabled;
    case SCHEDULE_DISABLE:
        return !f->enabled;
    case SCHEDULE_RESUME:
        return f->status == SCHEDULE_ACTIVE;
    default:
        return false; /* another note, another end of the pause */
    }
}

static bool allowed(const struct schedule_found *f, const struct wish *w, const char *name,
                    struct err *err)
{
    if (f->status == SCHEDULE_CANCELLED && w->what != SCHEDULE_DISABLE)
        return err_set(err, ERR_REFUSED,
                       "schedule: \"%s\" has come to its end; change its timing (schedule edit)",
                       name);
    if (w->what == SCHEDULE_PAUSE && w->note[0] == '\0')
        return err_set(err, ERR_REFUSED, "schedule: a pause needs a note that says why (--note)");
    if (w->what == SCHEDULE_PAUSE && f->status == SCHEDULE_ERROR)
        return err_set(err, ERR_REFUSED, "schedule: \"%s\" is in error; mend it, then resume it",
                       name);
    return true;
}

static bool set_enabled(struct auth *a, const struct schedule_found *f, const struct wish *w,
                        struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_ENABLE);
    stmt_uuid(st, "$id", f->id);
    stmt_int(st, "$enabled", w->what == SCHEDULE_ENABLE);
    stmt_int(st, "$next", w->what == SCHEDULE_ENABLE ? w->next_us : f->next_us);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool set_state(struct auth *a, const struct schedule_found *f, const struct wish *w,
                      struct err *err)
{
    bool pause = w->what == SCHEDULE_PAUSE;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_STATE);
    stmt_uuid(st, "$id", f->id);
    stmt_text(st, "$status", schedule_status_name(pause ? SCHEDULE_PAUSED : SCHEDULE_ACTIVE));
    stmt_text(st, "$note", pause ? w->note : "");
    if (pause && w->until_us > 0)
        stmt_int(st, "$until", w->until_us);
    else
        stmt_null(st, "$until");
    stmt_int(st, "$next", pause ? f->next_us : w->next_us);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool carry_out(struct auth *a, const char *actor, const char *name,
                      const struct schedule_found *f, const struct wish *w, struct err *err)
{
    static const enum event_kind kinds[SCHEDULE_CONTROLS] = {
        [SCHEDULE_ENABLE] = EVENT_SCHEDULE_ENABLED,
        [SCHEDULE_DISABLE] = EVENT_SCHEDULE_DISABLED,
        [SCHEDULE_PAUSE] = EVENT_SCHEDULE_PAUSED,
        [SCHEDULE_RESUME] = EVENT_SCHEDULE_RESUMED,
    };
    char text[AGENDA_TEXT_MAX + 1];
    bool on_off = w->what == SCHEDULE_ENABLE || w->what == SCHEDULE_DISABLE;
    agenda_say(text, name, w->what == SCHEDULE_PAUSE ? w->note : "");
    struct note note = {.kind = kinds[w->what], .schedule = &f->id, .actor = actor, .text = text};
    return (on_off ? set_enabled(a, f, w, err) : set_state(a, f, w, err)) &&
           auth_audit(a, &note, name, err);
}

bool agenda_schedule_control(struct agenda *base, const char *actor,
                             const struct agenda_ref *schedule, enum schedule_control what,
                             const char *note, int64_t until_us, int64_t next_us, bool *ret_changed,
                             struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct wish w = {what, note != NULL ? note : "", until_us, next_us};
    struct schedule_found f = {0};
    *ret_changed = false;
    if (!auth_begin(a, err))
        return false;
    bool ok = agenda_schedule_must(a, schedule, &f, err) &&
              agenda_gate(base, actor, ROLE_CONTROL, f.workspace, f.creator, err);
    if (ok && !is_so(&f, what)) {
        ok = allowed(&f, &w, schedule->name, err) &&
             carry_out(a, actor, schedule->name, &f, &w, err);
        *ret_changed = ok;
    }
    FP("agenda_schedule_control_before");
    ok = auth_end(a, ok, err);
    FP("agenda_schedule_control_after");
    return ok;
}

static bool add_run(struct auth *a, const char *actor, const struct schedule_found *f,
                    struct uuid specification, enum run_trigger trigger, const char *period_key,
                    struct uuid run, int64_t *ret_rows, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SLOT_RUN_ADD);
    stmt_uuid(st, "$id", run);
    stmt_int(st, "$workspace", f->workspace);
    stmt_uuid(st, "$specification", specification);
    stmt_uuid(st, "$schedule", f->id);
    stmt_text(st, "$trigger", run_trigger_name(trigger));
    stmt_null(st, "$slot");
    stmt_int(st, "$not_before", 0);
    stmt_int(st, "$period_at", a->now);
    agenda_bind_text(st, "$period_key", period_key);
    stmt_text(st, "$actor", actor);
    stmt_int(st, "$now", a->now);
    return db_run(st, ret_rows, err);
}

/* One specification's run, when its period is free. */
static bool ask_part(struct auth *a, const char *actor, const char *name,
                     const struct schedule_found *f, const struct part *part,
                     enum run_trigger trigger, const char *period_key, struct uuid *ret_run,
                     int64_t *ret_rows, struct err *err)
{
    *ret_run = uuid_new_v7(a->now);
    if (!add_run(a, actor, f, part->specification, trigger, period_key, *ret_run, ret_rows, err))
        return false;
    struct note note = {
        .kind = EVENT_RUN_ASKED, .schedule = &f->id, .run = ret_run, .actor = actor, .text = name};
    return *ret_rows == 0 || auth_audit(a, &note, name, err);
}

/* The period of a further specification; the first one's was worked out by who asks. */
static bool period_of(const struct auth *a, const struct part *part, const char *first,
                      char dst[FREQUENCY_KEY_MAX], const char **ret, struct err *err)
{
    enum frequency frequency;
    *ret = first != NULL ? dst : NULL;
    if (first == NULL)
        return true;
    if (!frequency_parse(part->frequency, &frequency))
        return err_set(err, ERR_REFUSED, "schedule: the frequency of \"%s\" is not known",
                       part->name);
    frequency_key(frequency, calendar_floor(a->now, US_PER_S), dst);
    return true;
}

static bool ask_all(struct auth *a, const char *actor, const char *name,
                    const struct schedule_found *f, enum run_trigger trigger,
                    const char *period_key, struct uuid *ret, struct err *err)
{
    struct part parts[SCHEDULE_SPECS_MAX];
    int32_t count, made = 0;
    if (!agenda_parts(a, f->id, parts, &count, err))
        return false;
    for (int32_t i = 0; i < count; i++) {
        char own[FREQUENCY_KEY_MAX];
        const char *key = period_key;
        struct uuid run;
        int64_t rows = 0;
        if (i > 0 && !period_of(a, &parts[i], period_key, own, &key, err))
            return false;
        if (i > 0 && !parts[i].active)
            continue;
        if (!ask_part(a, actor, name, f, &parts[i], trigger, key, &run, &rows, err))
            return false;
        if (rows > 0 && made++ == 0)
            *ret = run;
    }
    return made > 0 ||
           err_set(err, ERR_CONFLICT,
                   "schedule: the specification of \"%s\" has its report of this period, or one "
                   "is being made; run it as a test, or override the limit (--override)",
                   name);
}

bool agenda_run_ask(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                    enum run_trigger trigger, const char *period_key, struct uuid *ret,
                    struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct schedule_found f = {0};
    if (!auth_begin(a, err))
        return false;
    bool ok = agenda_schedule_must(a, schedule, &f, err) &&
              agenda_gate(base, actor, ROLE_RUN, f.workspace, f.creator, err) &&
              agenda_rate_runs(base, schedule->name, f.id, err) &&
              ask_all(a, actor, schedule->name, &f, trigger, period_key, ret, err);
    FP("agenda_run_ask_before");
    ok = auth_end(a, ok, err);
    FP("agenda_run_ask_after");
    return ok;
}
