/* authority_sqlite_lease.c - who works which job: engines, leases, epochs, and how a job comes to
 * rest.
 *
 * The idea: a lease is a row with an epoch that only grows. Whoever takes a job raises it, and in
 * the same transaction what another engine had in its hands becomes in doubt; from then on that
 * engine decides nothing, but its facts are still welcome. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "store/names.h"

#include <string.h>

enum { OVER_MAX = 241 }; /* as long as the text of an event gets */

static bool fenced(const struct lease *lease, struct err *err)
{
    return err_set(err, ERR_FENCED,
                   "record: the lease of epoch %lld has run out or is another "
                   "engine's",
                   (long long)lease->epoch);
}

bool auth_fence(struct auth *a, const struct lease *lease, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_FIND);
    stmt_uuid(st, "$job", lease->job);
    if (!db_step(st, &row, err))
        return false;
    bool current = row && !col_null(st, 0) && uuid_equal(col_uuid(st, 0), lease->engine) &&
                   col_int(st, 1) == lease->epoch;
    bool live = row && col_int(st, 2) > a->now;
    stmt_end(st);
    return (current && live) || fenced(lease, err);
}

bool auth_rest(struct auth *a, struct uuid job, enum job_state state, const char *reason,
               struct err *err)
{
    static const enum event_kind kinds[JOB_STATES] = {[JOB_PAUSED] = EVENT_JOB_PAUSED,
                                                      [JOB_STOPPED] = EVENT_JOB_STOPPED,
                                                      [JOB_FAILED] = EVENT_JOB_FAILED};
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_JOB_STATE_SET);
    stmt_uuid(st, "$job", job);
    stmt_text(st, "$status", job_state_name(state));
    stmt_int(st, "$now", a->now);
    if (!db_step(st, &row, err))
        return false;
    struct note note = {.kind = kinds[state], .job = &job, .n1 = row ? col_int(st, 0) : 0};
    note.text = state == JOB_FAILED ? reason : NULL;
    stmt_end(st);
    st = db_stmt(a->db, SQL_JOB_ENDED);
    stmt_uuid(st, "$job", job);
    stmt_text(st, "$error", state == JOB_FAILED ? reason : NULL);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && auth_note(a, &note, err);
}

/* Jobs that shall come to rest and that nobody works any more. */
static bool rest_the_left(struct auth *a, struct uuid engine, struct err *err)
{
    for (;;) {
        bool row;
        enum desired desired = DESIRED_STOP;
        struct stmt *st = db_stmt(a->db, SQL_LEASE_UNRESTED);
        stmt_uuid(st, "$engine", engine);
        stmt_int(st, "$now", a->now);
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct uuid job = col_uuid(st, 0);
        (void)desired_parse(col_text(st, 1), &desired); /* the schema checks it */
        stmt_end(st);
        if (!auth_rest(a, job, desired == DESIRED_PAUSE ? JOB_PAUSED : JOB_STOPPED, NULL, err))
            return false;
    }
}

/* A start counter that goes back means that the journal was put back from a copy: facts of letters
 * may be missing in it, and the settling after a crash would trust it. */
static bool check_gen(struct auth *a, const struct engine_card *card, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_ENGINE_GEN);
    stmt_uuid(st, "$engine", card->id);
    if (!db_step(st, &row, err))
        return false;
    int64_t gen = row ? col_int(st, 0) : 0;
    stmt_end(st);
    if (gen <= card->journal_gen)
        return true;
    return err_set(err, ERR_STOP,
                   "record: the journal is older than the record (its start %lld, "
                   "the record knows of %lld): it was restored from a copy. Put the newest "
                   "journal.db back, or move it away to begin as a new engine; letters that it had "
                   "in its hands are then in doubt",
                   (long long)card->journal_gen, (long long)gen);
}

static bool hello(struct auth *a, const struct engine_card *card, struct err *err)
{
    if (!check_gen(a, card, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_ENGINE_HELLO);
    stmt_uuid(st, "$engine", card->id);
    stmt_int(st, "$gen", card->journal_gen);
    stmt_text(st, "$host", card->host != NULL ? card->host : "");
    stmt_int(st, "$pid", card->pid);
    stmt_text(st, "$version", card->version != NULL ? card->version : "");
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && rest_the_left(a, card->id, err);
}

bool auth_hello(struct authority *base, const struct engine_card *card, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = hello(a, card, err);
    FP("authority_hello_before");
    ok = auth_end(a, ok, err);
    FP("authority_hello_after");
    return ok;
}

static bool clear_wait(struct auth *a, struct uuid job, int64_t wait_until, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_JOB_WAIT);
    stmt_uuid(st, "$job", job);
    if (wait_until > 0)
        stmt_int(st, "$wait_until", wait_until);
    return db_run(st, NULL, err);
}

/* Whose lease ran out on the job that this engine is about to take; "" nobody's. */
static bool read_over(struct auth *a, struct uuid job, struct uuid engine, char *dst, size_t size,
                      struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_OVER);
    stmt_uuid(st, "$job", job);
    stmt_uuid(st, "$engine", engine);
    dst[0] = '\0';
    if (!db_step(st, &row, err))
        return false;
    if (row)
        col_text_to(st, 0, dst, size);
    stmt_end(st);
    return true;
}

static bool note_taken(struct auth *a, const struct lease *lease, const char *over, struct err *err)
{
    char name[UUID_TEXT_SIZE];
    uuid_text(lease->engine, name);
    struct note note = {
        .kind = EVENT_LEASE_TAKEN, .job = &lease->job, .text = name, .n1 = lease->epoch};
    if (!auth_note(a, &note, err))
        return false;
    note.kind = EVENT_LEASE_TAKEN_OVER;
    note.text = over;
    return over[0] == '\0' || auth_note(a, &note, err);
}

static bool take(struct auth *a, struct uuid job, struct uuid engine, bool manual,
                 struct uuid token, struct lease *ret, struct err *err)
{
    bool row;
    char over[OVER_MAX];
    if (!read_over(a, job, engine, over, sizeof over, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_TAKE);
    stmt_uuid(st, "$job", job);
    stmt_uuid(st, "$engine", engine);
    stmt_int(st, "$manual", manual);
    if (!uuid_is_zero(token))
        stmt_uuid(st, "$token", token);
    stmt_int(st, "$until", a->now + LEASE_TTL_US);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_STOP, "record: the job has no lease row; see autopilot verify");
    struct lease lease = {.job = job, .engine = engine, .epoch = col_int(st, 0)};
    stmt_end(st);
    if (!clear_wait(a, job, 0, err) || !note_taken(a, &lease, over, err) ||
        !auth_doubt_others(a, job, engine, err))
        return false;
    *ret = lease;
    return true;
}

/* What a lane wants that asks for a job. */
struct wish {
    struct uuid engine;
    enum mail_mode mode;
    struct uuid token; /* zero: none */
};

/* The lease that this wish was given before; *ret_found false: none, or it is over. */
static bool given_before(struct auth *a, const struct wish *w, struct lease *ret, bool *ret_found,
                         struct err *err)
{
    *ret_found = false;
    if (uuid_is_zero(w->token))
        return true;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_AGAIN);
    stmt_uuid(st, "$engine", w->engine);
    stmt_text(st, "$mode", mail_mode_name(w->mode));
    stmt_uuid(st, "$token", w->token);
    stmt_int(st, "$now", a->now);
    if (!db_step(st, ret_found, err))
        return false;
    if (*ret_found)
        *ret = (struct lease){.job = col_uuid(st, 0), .engine = w->engine, .epoch = col_int(st, 1)};
    stmt_end(st);
    return true;
}

static bool prolong(struct auth *a, const struct lease *lease, int64_t *ret_changed,
                    struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_LEASE_RENEW);
    stmt_uuid(st, "$job", lease->job);
    stmt_uuid(st, "$engine", lease->engine);
    stmt_int(st, "$epoch", lease->epoch);
    stmt_int(st, "$until", a->now + LEASE_TTL_US);
    stmt_int(st, "$now", a->now);
    return db_run(st, ret_changed, err);
}

static bool acquire(struct auth *a, const struct wish *w, struct lease *ret, bool *ret_found,
                    struct err *err)
{
    bool row;
    struct uuid engine = w->engine;
    if (!given_before(a, w, ret, ret_found, err))
        return false;
    if (*ret_found)
        return prolong(a, ret, NULL, err);
    if (!rest_the_left(a, engine, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_CANDIDATE);
    stmt_uuid(st, "$engine", engine);
    stmt_text(st, "$mode", mail_mode_name(w->mode));
    stmt_int(st, "$now", a->now);
    if (!db_step(st, &row, err))
        return false;
    *ret_found = row;
    if (!row)
        return true;
    struct uuid job = col_uuid(st, 0);
    stmt_end(st);
    return take(a, job, engine, false, w->token, ret, err);
}

/* A look without a transaction: idle lanes ask at every change of the file, and must not stand in
 * the way of the one that writes. *ret false: there is nothing to take or to bring to rest. */
static bool worth_trying(struct auth *a, const struct wish *w, bool *ret, struct err *err)
{
    struct lease lease;
    a->now = a->clock->ops->now_us(a->clock);
    if (!given_before(a, w, &lease, ret, err))
        return false;
    if (*ret)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_UNRESTED);
    stmt_uuid(st, "$engine", w->engine);
    stmt_int(st, "$now", a->now);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    if (*ret)
        return true;
    st = db_stmt(a->db, SQL_LEASE_CANDIDATE);
    stmt_uuid(st, "$engine", w->engine);
    stmt_text(st, "$mode", mail_mode_name(w->mode));
    stmt_int(st, "$now", a->now);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

bool auth_acquire(struct authority *base, struct uuid engine, enum mail_mode mode,
                  struct uuid token, struct lease *ret, bool *ret_found, struct err *err)
{
    struct auth *a = auth_of(base);
    const struct wish w = {engine, mode, token};
    struct lease lease;
    bool found = false;
    bool worth = false;
    if (!worth_trying(a, &w, &worth, err))
        return false;
    if (!worth) {
        *ret_found = false;
        return true;
    }
    if (!auth_begin(a, err))
        return false;
    bool ok = acquire(a, &w, &lease, &found, err);
    FP("authority_job_acquire_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_acquire_after");
    if (!ok)
        return false;
    if (found)
        *ret = lease;
    *ret_found = found;
    return true;
}

static bool is_free(struct auth *a, struct uuid job, struct uuid engine, bool *ret, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_LEASE_FREE);
    stmt_uuid(st, "$engine", engine);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$now", a->now);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static bool acquire_one(struct auth *a, struct uuid engine, enum mail_mode mode,
                        const struct job_ref *ref, struct lease *ret, struct err *err)
{
    struct job_found job = {0};
    bool is_ours = false;
    if (!auth_job_must(a, ref, &job, err) || !is_free(a, job.id, engine, &is_ours, err))
        return false;
    if (!is_ours)
        return err_set(err, ERR_CONFLICT,
                       "job: \"%s\" is being worked by an engine; pause or stop "
                       "it first: autopilot job pause %s",
                       ref->name, ref->name);
    if (job.mode != mode && (job.cycle > 0 || job.state == JOB_RUNNING))
        return err_set(err, ERR_CONFLICT, "job: \"%s\" ran in %s mode; start it in %s mode first",
                       ref->name, mail_mode_name(job.mode), mail_mode_name(mode));
    return auth_set_mode(a, &job, mode, err) &&
           take(a, job.id, engine, true, (struct uuid){0}, ret, err);
}

bool auth_acquire_one(struct authority *base, struct uuid engine, enum mail_mode mode,
                      const struct job_ref *job, struct lease *ret, struct err *err)
{
    struct auth *a = auth_of(base);
    struct lease lease;
    if (!auth_begin(a, err))
        return false;
    bool ok = acquire_one(a, engine, mode, job, &lease, err);
    FP("authority_job_acquire_one_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_acquire_one_after");
    if (ok)
        *ret = lease;
    return ok;
}

static bool renew(struct auth *a, const struct lease *lease, struct progress *ret, struct err *err)
{
    int64_t changed;
    if (!prolong(a, lease, &changed, err))
        return false;
    if (changed == 0)
        return fenced(lease, err);
    struct stmt *st = db_stmt(a->db, SQL_ENGINE_SEEN);
    stmt_uuid(st, "$engine", lease->engine);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && auth_progress(a, lease->job, 0, 0, ret, err);
}

bool auth_renew(struct authority *base, const struct lease *lease, struct progress *ret,
                struct err *err)
{
    struct auth *a = auth_of(base);
    struct progress progress;
    if (!auth_begin(a, err))
        return false;
    bool ok = renew(a, lease, &progress, err);
    FP("authority_lease_renew_before");
    ok = auth_end(a, ok, err);
    FP("authority_lease_renew_after");
    if (ok)
        *ret = progress;
    return ok;
}

/* What the job is left as: the operator's word counts, then the lane's. */
static bool leave(struct auth *a, struct uuid job, enum job_state state, enum desired desired,
                  const struct release *how, struct err *err)
{
    if (state != JOB_RUNNING)
        return true; /* completed, or taken by hand */
    if (how->state == JOB_FAILED)
        return auth_rest(a, job, JOB_FAILED, how->reason, err);
    if (desired == DESIRED_RUN)
        return clear_wait(a, job, how->state == JOB_RUNNING ? how->wait_until_us : 0, err);
    return auth_rest(a, job, desired == DESIRED_PAUSE ? JOB_PAUSED : JOB_STOPPED, NULL, err);
}

static bool release(struct auth *a, const struct lease *lease, const struct release *how,
                    struct err *err)
{
    int64_t changed;
    bool row;
    enum job_state state = JOB_IDLE;
    enum desired desired = DESIRED_STOP;
    struct stmt *st = db_stmt(a->db, SQL_LEASE_RELEASE);
    stmt_uuid(st, "$job", lease->job);
    stmt_uuid(st, "$engine", lease->engine);
    stmt_int(st, "$epoch", lease->epoch);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, &changed, err))
        return false;
    if (changed == 0)
        return fenced(lease, err);
    st = db_stmt(a->db, SQL_JOB_STATE);
    stmt_uuid(st, "$job", lease->job);
    if (!db_step(st, &row, err))
        return false;
    (void)job_state_parse(row ? col_text(st, 0) : "", &state); /* the schema checks it */
    (void)desired_parse(row ? col_text(st, 1) : "", &desired); /* the schema checks it */
    stmt_end(st);
    struct note note = {.kind = EVENT_LEASE_RELEASED, .job = &lease->job, .n1 = lease->epoch};
    return auth_note(a, &note, err) && leave(a, lease->job, state, desired, how, err);
}

bool auth_release(struct authority *base, const struct lease *lease, const struct release *how,
                  struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = release(a, lease, how, err);
    FP("authority_lease_release_before");
    ok = auth_end(a, ok, err);
    FP("authority_lease_release_after");
    return ok;
}

bool auth_desired(struct authority *base, struct uuid job, struct progress *ret, struct err *err)
{
    bool row;
    struct auth *a = auth_of(base);
    struct stmt *st = db_stmt(a->db, SQL_JOB_DESIRED);
    stmt_uuid(st, "$job", job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    struct progress p = {.rev = col_int(st, 1)};
    (void)desired_parse(col_text(st, 0), &p.desired); /* the schema checks it */
    if (col_int(st, 2) != 0)
        p.desired = DESIRED_RUN; /* taken by hand */
    stmt_end(st);
    *ret = p;
    return true;
}

bool auth_next_due(struct authority *base, enum mail_mode mode, struct next_due *ret,
                   struct err *err)
{
    bool row;
    struct auth *a = auth_of(base);
    struct stmt *st = db_stmt(a->db, SQL_JOB_NEXT_DUE);
    stmt_text(st, "$mode", mail_mode_name(mode));
    stmt_int(st, "$now", a->clock->ops->now_us(a->clock));
    if (!db_step(st, &row, err))
        return false;
    ret->wait_us = row && !col_null(st, 0) ? col_int(st, 0) : INT64_MAX;
    ret->lapse_us = row && !col_null(st, 1) ? col_int(st, 1) : INT64_MAX;
    stmt_end(st);
    return true;
}
