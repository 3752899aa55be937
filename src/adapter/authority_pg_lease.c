/* authority_pg_lease.c - who works which job (sql/postgres/functions/03_lease.sql). */
#include "authority_pg.h"

#include <string.h>

bool pgauth_hello(struct authority *base, const struct engine_card *card, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *q = json_pack("{s:o,s:I,s:o,s:I,s:o}", "engine", pg_name(card->id), "gen",
                          (json_int_t)card->journal_gen, "host", pg_words(card->host), "pid",
                          (json_int_t)card->pid, "version", pg_words(card->version));
    return pg_ask(&a->ask, "hello", q, NULL, err);
}

static bool read_lease(const char *command, json_t *answer, struct uuid engine, struct lease *ret,
                       struct err *err)
{
    struct lease lease = {.engine = engine, .epoch = pg_get_int(answer, "epoch")};
    if (!pg_get_uuid(answer, "job", &lease.job) || lease.epoch < 1)
        return pg_ask_odd(command, answer, err);
    json_decref(answer);
    *ret = lease;
    return true;
}

bool pgauth_acquire(struct authority *base, struct uuid engine, enum mail_mode mode,
                    struct uuid token, struct lease *ret, bool *ret_found, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q = json_pack("{s:o,s:s,s:o}", "engine", pg_name(engine), "mode", mail_mode_name(mode),
                          "token", uuid_is_zero(token) ? json_null() : pg_name(token));
    if (!pg_ask(&a->ask, "job_acquire", q, &answer, err))
        return false;
    if (json_object_size(answer) == 0) {
        json_decref(answer);
        *ret_found = false;
        return true;
    }
    if (!read_lease("job_acquire", answer, engine, ret, err))
        return false;
    *ret_found = true;
    return true;
}

bool pgauth_acquire_one(struct authority *base, struct uuid engine, enum mail_mode mode,
                        const struct job_ref *job, struct lease *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct pg_thing thing = {"job", job->workspace, job->name};
    json_t *answer;
    json_t *q =
        json_pack("{s:o,s:s,s:o,s:o}", "engine", pg_name(engine), "mode", mail_mode_name(mode),
                  "workspace", pg_words(job->workspace), "name", pg_words(job->name));
    return pg_ask_named(&a->ask, "job_acquire_one", q, &answer, &thing, err) &&
           read_lease("job_acquire_one", answer, engine, ret, err);
}

static bool read_progress(const char *command, json_t *answer, struct progress *ret,
                          struct err *err)
{
    if (!pgauth_progress(answer, ret))
        return pg_ask_odd(command, answer, err);
    json_decref(answer);
    return true;
}

bool pgauth_renew(struct authority *base, const struct lease *lease, struct progress *ret,
                  struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    return pg_ask(&a->ask, "lease_renew", pgauth_lease(lease), &answer, err) &&
           read_progress("lease_renew", answer, ret, err);
}

bool pgauth_release(struct authority *base, const struct lease *lease, const struct release *how,
                    struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *more = json_pack("{s:s,s:I,s:o}", "state", job_state_name(how->state), "wait_until",
                             (json_int_t)how->wait_until_us, "reason", pg_words(how->reason));
    return pg_ask(&a->ask, "lease_release", pgauth_with(pgauth_lease(lease), more), NULL, err);
}

bool pgauth_desired(struct authority *base, struct uuid job, struct progress *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    return pg_ask(&a->ask, "job_desired", json_pack("{s:o}", "job", pg_name(job)), &answer, err) &&
           read_progress("job_desired", answer, ret, err);
}

bool pgauth_next_due(struct authority *base, enum mail_mode mode, struct next_due *ret,
                     struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q = json_pack("{s:s}", "mode", mail_mode_name(mode));
    if (!pg_ask(&a->ask, "next_due", q, &answer, err))
        return false;
    ret->wait_us = pg_get_or(answer, "at", INT64_MAX);
    ret->lapse_us = pg_get_or(answer, "lapse", INT64_MAX);
    json_decref(answer);
    return true;
}
