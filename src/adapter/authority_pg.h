/* authority_pg.h - what the files of the shared authority share. Others see adapter/authority_pg.h.
 */
#ifndef AUTHORITY_PG_INSIDE_H
#define AUTHORITY_PG_INSIDE_H

#include "pg_ask.h"
#include "port/authority.h"

struct pgauth {
    struct authority base;
    struct pg_asker ask;
    /* The plan that the last move's answer brought along, for the load that follows it: one round
     * trip less. It counts only while nothing else was asked. NULL: none. */
    json_t *plan;
    struct uuid plan_job;
    int64_t plan_at; /* statements asked by then */
    /* The variations of the terms at work in the plan that was loaded last: they are of its rev, as
     * the plan is. NULL: none. */
    json_t *words;
    struct uuid words_job;
    /* The template of the group whose letters were claimed last, and the digest by which the
     * database says that it is still this one. For the template_load that follows, as above. */
    json_t *letter;
    char letter_digest[40];
    struct uuid letter_job;
    int32_t letter_group;
    int64_t letter_at;
};

/* --- authority_pg.c --- */
struct pgauth *pgauth_of(struct authority *a);
/* {job, engine, epoch} and then what format says: for json_pack. */
json_t *pgauth_lease(const struct lease *lease);
/* {actor, workspace, name}. */
json_t *pgauth_ref(const char *actor, const struct job_ref *ref);
/* q with another object's keys, which is consumed; NULL when either is. */
json_t *pgauth_with(json_t *q, json_t *more);
bool pgauth_progress(const json_t *answer, struct progress *ret);

/* Statements asked so far. */
int64_t pgauth_asked(const struct pgauth *a);

/* --- authority_pg_lease.c --- */
bool pgauth_hello(struct authority *base, const struct engine_card *card, struct err *err);
bool pgauth_acquire(struct authority *base, struct uuid engine, enum mail_mode mode,
                    struct uuid token, struct lease *ret, bool *ret_found, struct err *err);
bool pgauth_acquire_one(struct authority *base, struct uuid engine, enum mail_mode mode,
                        const struct job_ref *job, struct lease *ret, struct err *err);
bool pgauth_renew(struct authority *base, const struct lease *lease, struct progress *ret,
                  struct err *err);
bool pgauth_release(struct authority *base, const struct lease *lease, const struct release *how,
                    struct err *err);
bool pgauth_desired(struct authority *base, struct uuid job, struct progress *ret, struct err *err);
bool pgauth_next_due(struct authority *base, enum mail_mode mode, struct next_due *ret,
                     struct err *err);

/* --- authority_pg_loop.c --- */
bool pgauth_load(struct authority *base, struct uuid job, struct arena *arena, struct plan **ret,
                 struct err *err);
bool pgauth_template_load(struct authority *base, struct uuid job, int32_t group_no,
                          struct arena *arena, struct template_def *ret, struct err *err);
bool pgauth_variation_load(struct authority *base, struct uuid job, int32_t term_no, int32_t k,
                           char ret[TERM_MAX_BYTES + 1], struct err *err);
bool pgauth_move(struct authority *base, const struct lease *lease, const struct plan *plan,
                 const struct move *move, int64_t rest_until_us, struct err *err);

/* --- authority_pg_work.c --- */
bool pgauth_search_end(struct authority *base, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err);
bool pgauth_leads_import(struct authority *base, const char *actor, const struct job_ref *ref,
                         const char *term, const struct lead_brought *leads, int32_t count,
                         struct leads_imported *ret, struct err *err);
bool pgauth_search_failed(struct authority *base, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err);
bool pgauth_exchange(struct authority *base, const struct lease *lease,
                     const struct send_verdict *verdicts, int32_t verdict_count,
                     const struct send_want *want, struct send_grant *ret, struct err *err);
bool pgauth_sends_end(struct authority *base, struct uuid engine,
                      const struct send_verdict *verdicts, int32_t count, struct err *err);
bool pgauth_sends_open(struct authority *base, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err);
bool pgauth_behind(struct authority *base, struct uuid engine, bool *ret, struct err *err);
bool pgauth_replay(struct authority *base, struct uuid engine, const struct send_verdict *facts,
                   int32_t count, bool last, struct err *err);

/* --- authority_pg_job.c --- */
bool pgauth_job_put(struct authority *base, const char *actor, const struct job_def *def,
                    int64_t rev, struct job_put_result *ret, struct err *err);
bool pgauth_job_get(struct authority *base, const struct job_ref *ref, struct arena *arena,
                    struct job_def **ret, int64_t *ret_rev, struct err *err);

/* --- authority_pg_admin.c --- */
bool pgauth_job_control(struct authority *base, const char *actor, const struct job_ref *ref,
                        enum control what, enum mail_mode mode, bool *ret_changed, struct err *err);
bool pgauth_job_delete(struct authority *base, const char *actor, const struct job_ref *ref,
                       struct err *err);
bool pgauth_workspace_put(struct authority *base, const char *actor, const char *name,
                          struct err *err);
bool pgauth_workspace_delete(struct authority *base, const char *actor, const char *name,
                             struct err *err);
bool pgauth_template_put(struct authority *base, const char *actor, const char *workspace,
                         const struct template_def *def, struct err *err);
bool pgauth_template_delete(struct authority *base, const char *actor, const char *workspace,
                            const char *name, struct err *err);
bool pgauth_suppress(struct authority *base, const char *actor, const char *workspace,
                     const char *subject, const char *reason, bool add, bool *ret_changed,
                     struct err *err);
bool pgauth_settle(struct authority *base, const char *actor, struct uuid id, enum settle_how how,
                   struct err *err);

/* --- authority_pg_heard.c --- */
bool pgauth_heard(struct authority *base, const char *actor, const struct heard *heard, bool try,
                  struct heard_result *ret, struct err *err);

#endif
