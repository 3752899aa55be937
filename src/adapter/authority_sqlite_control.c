/* authority_sqlite_control.c - start, pause, stop, resume, delete: what the operator wants of a
 * job.
 *
 * The idea: the operator's word sets `desired`; the lane that holds the job brings it to rest and
 * says so in `status`. Where no lane holds it, the word is carried out at once. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "store/names.h"

bool auth_job_find(struct auth *a, const struct job_ref *ref, struct job_found *ret,
                   bool *ret_found, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_JOB_FIND);
    stmt_text(st, "$workspace", ref->workspace);
    stmt_text(st, "$name", ref->name);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    *ret = (struct job_found){.id = col_uuid(st, 0),
                              .workspace = col_int(st, 1),
                              .rev = col_int(st, 5),
                              .cycle = (int32_t)col_int(st, 6)};
    (void)job_state_parse(col_text(st, 2), &ret->state); /* the schema checks it */
    (void)desired_parse(col_text(st, 3), &ret->desired); /* the schema checks it */
    (void)mail_mode_parse(col_text(st, 4), &ret->mode);  /* the schema checks it */
    ret->leased = !col_null(st, 7) && col_int(st, 8) > a->now;
    stmt_end(st);
    return true;
}

bool auth_job_must(struct auth *a, const struct job_ref *ref, struct job_found *ret,
                   struct err *err)
{
    bool found;
    if (!auth_job_find(a, ref, ret, &found, err))
        return false;
    return found || names_no_job(a->db, ref->workspace, ref->name, err);
}

static bool run_for_job(struct auth *a, enum sql_id id, struct uuid job, struct err *err)
{
    struct stmt *st = db_stmt(a->db, id);
    stmt_uuid(st, "$job", job);
    return db_run(st, NULL, err);
}

/* Counters beside the ledger are those of the job's mode, so they are counted anew. */
static bool recount(struct auth *a, const struct job_found *job, enum mail_mode mode,
                    struct err *err)
{
    if (!run_for_job(a, SQL_RECOUNT_CLEAR_TERMS, job->id, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_RECOUNT_TERMS);
    stmt_uuid(st, "$job", job->id);
    stmt_text(st, "$mode", mail_mode_name(mode));
    stmt_int(st, "$cycle", job->cycle);
    if (!db_run(st, NULL, err) || !run_for_job(a, SQL_RECOUNT_GROUPS, job->id, err))
        return false;
    st = db_stmt(a->db, SQL_RECOUNT_TOTAL);
    stmt_uuid(st, "$job", job->id);
    stmt_text(st, "$mode", mail_mode_name(mode));
    return db_run(st, NULL, err);
}

bool auth_set_mode(struct auth *a, const struct job_found *job, enum mail_mode mode,
                   struct err *err)
{
    if (job->mode == mode)
        return true;
    if (job->state == JOB_RUNNING || job->leased)
        return err_set(err, ERR_REFUSED,
                       "job: it is running in %s mode; stop it before it is "
                       "started in %s mode",
                       mail_mode_name(job->mode), mail_mode_name(mode));
    struct stmt *st = db_stmt(a->db, SQL_CONTROL_MODE);
    stmt_uuid(st, "$job", job->id);
    stmt_text(st, "$mode", mail_mode_name(mode));
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && run_for_job(a, SQL_CONTROL_CYCLE_ENDED, job->id, err) &&
           recount(a, job, mode, err);
}

/* --- one control --- */

struct order {
    const char *actor;
    const struct job_ref *ref;
    enum control what;
    enum mail_mode mode;
    struct job_found job;
};

struct control_row {
    const char *done;
    enum event_kind event;
    enum desired desired;
    enum job_state state; /* that it leads to */
};

static const struct control_row controls[CONTROLS] = {
    [CONTROL_START] = {"started", EVENT_JOB_START, DESIRED_RUN, JOB_RUNNING},
    [CONTROL_PAUSE] = {"paused", EVENT_JOB_PAUSE, DESIRED_PAUSE, JOB_PAUSED},
    [CONTROL_STOP] = {"stopped", EVENT_JOB_STOP, DESIRED_STOP, JOB_STOPPED},
    [CONTROL_RESUME] = {"resumed", EVENT_JOB_RESUME, DESIRED_RUN, JOB_RUNNING},
    [CONTROL_CONFIRM] = {"confirmed", EVENT_JOB_CONFIRM, DESIRED_RUN, JOB_RUNNING},
};

static bool audit(struct auth *a, const struct order *o, const char *text, struct err *err)
{
    char target[2 * NAME_MAX_BYTES + 2];
    (void)str_format(target, sizeof target, "%s/%s", o->ref->workspace, o->ref->name); /* fits */
    struct note note = {
        .kind = controls[o->what].event, .job = &o->job.id, .actor = o->actor, .text = text};
    return auth_audit(a, &note, target, err);
}

static bool refuse(const struct order *o, const char *cure, struct err *err)
{
    return err_set(err, ERR_REFUSED, "job: \"%s\" is %s and can't be %s%s", o->ref->name,
                   job_state_name(o->job.state), controls[o->what].done, cure);
}

static bool go(struct auth *a, const struct order *o, struct err *err)
{
    if (o->what == CONTROL_RESUME && o->job.state == JOB_IDLE)
        return refuse(o, ": it was never started; use start", err);
    if (o->what == CONTROL_RESUME && o->job.state == JOB_COMPLETED)
        return refuse(o, ": it has ended; start begins its next cycle", err);
    struct stmt *st = db_stmt(a->db, SQL_CONTROL_RUN);
    stmt_uuid(st, "$job", o->job.id);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(a->db, SQL_CONTROL_STARTED);
    stmt_uuid(st, "$job", o->job.id);
    stmt_text(st, "$actor", o->actor);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && audit(a, o, mail_mode_name(o->mode), err);
}

static bool rest(struct auth *a, const struct order *o, struct err *err)
{
    bool stop = o->what == CONTROL_STOP;
    if (o->job.state != JOB_RUNNING && !(stop && o->job.state == JOB_PAUSED))
        return refuse(o, ": it is not running", err);
    struct stmt *st = db_stmt(a->db, SQL_CONTROL_DESIRED);
    stmt_uuid(st, "$job", o->job.id);
    stmt_text(st, "$desired", desired_name(controls[o->what].desired));
    stmt_int(st, "$now", a->now);
    if (!db_run(st, NULL, err) || !audit(a, o, NULL, err))
        return false;
    if (o->job.leased && o->job.state == JOB_RUNNING)
        return true; /* its lane does the rest */
    return auth_rest(a, o->job.id, controls[o->what].state, NULL, err);
}

/* A job that pauses, or is about to, goes on; another stays as it is. */
static bool confirm(struct auth *a, const struct order *o, bool *ret_changed, struct err *err)
{
    int64_t changed;
    bool pauses = o->job.state == JOB_PAUSED ||
                  (o->job.state == JOB_RUNNING && o->job.desired == DESIRED_PAUSE);
    struct stmt *st = db_stmt(a->db, SQL_CONTROL_CONFIRM);
    stmt_uuid(st, "$job", o->job.id);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, &changed, err))
        return false;
    *ret_changed = changed > 0;
    if (changed == 0)
        return true;
    if (!pauses)
        return audit(a, o, NULL, err);
    return auth_set_mode(a, &o->job, o->mode, err) && go(a, o, err);
}

static bool control(struct auth *a, struct order *o, bool *ret_changed, struct err *err)
{
    bool running = controls[o->what].desired == DESIRED_RUN;
    if (!auth_job_must(a, o->ref, &o->job, err))
        return false;
    if (o->what == CONTROL_CONFIRM)
        return confirm(a, o, ret_changed, err);
    if (running && !auth_set_mode(a, &o->job, o->mode, err))
        return false;
    bool there = o->job.state == JOB_RUNNING || o->job.state == controls[o->what].state;
    *ret_changed = !there || o->job.desired != controls[o->what].desired;
    if (!*ret_changed)
        return true;
    return running ? go(a, o, err) : rest(a, o, err);
}

bool auth_job_control(struct authority *base, const char *actor, const struct job_ref *ref,
                      enum control what, enum mail_mode mode, bool *ret_changed, struct err *err)
{
    struct auth *a = auth_of(base);
    struct order order = {.actor = actor, .ref = ref, .what = what, .mode = mode};
    bool changed = false;
    if (!auth_begin(a, err))
        return false;
    bool ok = control(a, &order, &changed, err);
    FP("authority_job_control_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_control_after");
    if (ok)
        *ret_changed = changed;
    return ok;
}

static bool delete_job(struct auth *a, const char *actor, const struct job_ref *ref,
                       struct err *err)
{
    struct job_found job = {0};
    char target[2 * NAME_MAX_BYTES + 2];
    if (!auth_job_must(a, ref, &job, err))
        return false;
    if (job.state == JOB_RUNNING || job.leased)
        return err_set(err, ERR_REFUSED, "job: \"%s\" is running; stop it before you delete it",
                       ref->name);
    struct stmt *st = db_stmt(a->db, SQL_JOB_DELETE);
    stmt_uuid(st, "$job", job.id);
    stmt_int(st, "$now", a->now);
    (void)str_format(target, sizeof target, "%s/%s", ref->workspace, ref->name); /* it fits */
    struct note note = {.kind = EVENT_JOB_DELETED, .job = &job.id, .actor = actor};
    return db_run(st, NULL, err) && auth_audit(a, &note, target, err);
}

bool auth_job_delete(struct authority *base, const char *actor, const struct job_ref *ref,
                     struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = delete_job(a, actor, ref, err);
    FP("authority_job_delete_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_delete_after");
    return ok;
}
