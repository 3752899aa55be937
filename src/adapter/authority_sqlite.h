/* authority_sqlite.h - what the files of the embedded authority share: the handle, the frame of a
 * command, events, counters. Others see adapter/authority_sqlite.h.
 *
 * A command is auth_begin, steps, auth_end; every step returns bool and fills err. auth_end commits
 * when all went well and takes everything back otherwise, so that a half-done change can't be. */
#ifndef AUTHORITY_SQLITE_INSIDE_H
#define AUTHORITY_SQLITE_INSIDE_H

#include "domain/event.h"
#include "port/authority.h"
#include "port/clock.h"
#include "store/audit.h"
#include "store/db.h"

struct auth {
    struct authority base;
    struct db *db;
    struct clock_port *clock;
    int64_t now; /* the instant of the running command */
};

/* --- authority_sqlite.c: the frame --- */
struct auth *auth_of(struct authority *a);
bool auth_begin(struct auth *a, struct err *err);
/* ok: commit; else take back. Returns whether it was committed. */
bool auth_end(struct auth *a, bool ok, struct err *err);

/* An event to be written; what is left out is 0 and NULL. */
struct note {
    enum event_kind kind;
    const struct uuid *job;
    int32_t group_no;
    int32_t term_no;
    int64_t send_seq;
    const struct uuid *schedule;
    const struct uuid *run;
    const char *actor;
    const char *text;
    int64_t n1;
    int64_t n2;
};
bool auth_note(struct auth *a, const struct note *note, struct err *err);
/* The event and its row in the audit chain; target names what was changed. */
bool auth_audit(struct auth *a, const struct note *note, const char *target, struct err *err);
/* *ret: the definition has this term in this group. */
bool auth_has_term(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no, bool *ret,
                   struct err *err);
/* The term and group as they are now; term_no 0: where the job stands. */
bool auth_progress(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no,
                   struct progress *ret, struct err *err);

/* --- authority_sqlite_lease.c --- */
/* ERR_FENCED unless the lease is the current one and has not run out. */
bool auth_fence(struct auth *a, const struct lease *lease, struct err *err);
bool auth_hello(struct authority *base, const struct engine_card *card, struct err *err);
bool auth_acquire(struct authority *base, struct uuid engine, enum mail_mode mode,
                  struct uuid token, struct lease *ret, bool *ret_found, struct err *err);
bool auth_acquire_one(struct authority *base, struct uuid engine, enum mail_mode mode,
                      const struct job_ref *job, struct lease *ret, struct err *err);
bool auth_renew(struct authority *base, const struct lease *lease, struct progress *ret,
                struct err *err);
bool auth_release(struct authority *base, const struct lease *lease, const struct release *how,
                  struct err *err);
bool auth_desired(struct authority *base, struct uuid job, struct progress *ret, struct err *err);
bool auth_next_due(struct authority *base, enum mail_mode mode, struct next_due *ret,
                   struct err *err);
/* The job comes to rest: state, event. Used by release and by the operator's commands. */
bool auth_rest(struct auth *a, struct uuid job, enum job_state state, const char *reason,
               struct err *err);

/* --- authority_sqlite_loop.c --- */
bool auth_load(struct authority *base, struct uuid job, struct arena *arena, struct plan **ret,
               struct err *err);
bool auth_template_load(struct authority *base, struct uuid job, int32_t group_no,
                        struct arena *arena, struct template_def *ret, struct err *err);
bool auth_variation_load(struct authority *base, struct uuid job, int32_t term_no, int32_t k,
                         char ret[TERM_MAX_BYTES + 1], struct err *err);
bool auth_move(struct authority *base, const struct lease *lease, const struct plan *plan,
               const struct move *move, int64_t rest_until_us, struct err *err);

/* --- authority_sqlite_search.c --- */
bool auth_search_end(struct authority *base, const struct lease *lease,
                     const struct search_result *result, const struct send_want *want,
                     struct search_taken *ret, struct send_grant *ret_grant, struct err *err);
bool auth_leads_import(struct authority *base, const char *actor, const struct job_ref *ref,
                       const char *term, const struct lead_brought *leads, int32_t count,
                       struct leads_imported *ret, struct err *err);
bool auth_search_failed(struct authority *base, const struct lease *lease, int32_t group_no,
                        int32_t term_no, const char *reason, struct err *err);

/* --- authority_sqlite_sends.c, authority_sqlite_claim.c --- */
bool auth_exchange(struct authority *base, const struct lease *lease,
                   const struct send_verdict *verdicts, int32_t verdict_count,
                   const struct send_want *want, struct send_grant *ret, struct err *err);
bool auth_sends_end(struct authority *base, struct uuid engine, const struct send_verdict *verdicts,
                    int32_t count, struct err *err);
bool auth_sends_open(struct authority *base, struct uuid engine, const struct uuid *job,
                     struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err);
/* Inside a command: verdicts; then a claim, which may end in every GRANT_. */
bool auth_take_verdicts(struct auth *a, struct uuid engine, const struct send_verdict *verdicts,
                        int32_t count, struct err *err);
bool auth_claim(struct auth *a, const struct lease *lease, const struct send_want *want,
                struct send_grant *ret, struct err *err);
/* What pace, hour and day leave (authority_sqlite_window.c). */
struct window_room {
    int32_t allowed;  /* 0 .. MAIL_BATCH_MAX */
    int64_t opens_us; /* allowed 0: when the last of those that are full has room */
    enum grant_window window;
};
bool auth_window(struct auth *a, const struct send_want *want, enum mail_mode mode,
                 struct window_room *ret, struct err *err);
/* What a letter's domain asked for since one to it was decided (authority_sqlite_brake.c). */
struct domain_wait {
    int64_t until_us;  /* 0: nothing */
    int64_t waited_us; /* the longest wait */
    int32_t code;
};
/* *ret: some letter of the mode is put off, so that it is worth asking for domains. */
bool auth_any_deferred(struct auth *a, enum mail_mode mode, bool *ret, struct err *err);
bool auth_domain_waits(struct auth *a, enum mail_mode mode, int64_t seq, struct domain_wait *ret,
                       struct err *err);
bool auth_put_off(struct auth *a, int64_t seq, const struct domain_wait *wait, struct err *err);
/* *ret: too many of the job's letters were not taken; it wants to pause from here on. */
bool auth_braked(struct auth *a, const struct lease *lease, const struct send_want *want, bool *ret,
                 struct err *err);
/* A row that another engine had in its hands: nobody here can know what became of it. */
bool auth_doubt_others(struct auth *a, struct uuid job, struct uuid engine, struct err *err);

/* --- authority_sqlite_tally.c: counters of one term, gathered and written once a command --- */
struct tally {
    struct uuid job;
    enum mail_mode mode; /* of the rows */
    int32_t group_no;
    int32_t term_no;
    bool begun;
    bool current;  /* the job runs in this mode: its counters are those of these rows */
    int32_t cycle; /* the job's */
    int64_t state[SEND_STATES];
    int64_t total, counted, queued, deferred, out;
};
/* A ledger row, as far as counting is concerned. */
struct tally_row {
    struct uuid job;
    enum mail_mode mode;
    int32_t group_no;
    int32_t term_no;
    int32_t cycle;
    enum send_state state;
};
/* The row goes from its state to `to`, counted in cycle `cycle` from now on. What was gathered for
 * another term is written first. */
bool tally_move(struct auth *a, struct tally *t, const struct tally_row *row, enum send_state to,
                int32_t cycle, struct err *err);
/* A new row, queued. */
bool tally_new(struct auth *a, struct tally *t, const struct tally_row *row, struct err *err);
/* Writes what was gathered. */
bool tally_write(struct auth *a, struct tally *t, struct err *err);

/* --- authority_sqlite_job.c, authority_sqlite_get.c, authority_sqlite_control.c,
 *     authority_sqlite_admin.c: operators --- */
bool auth_job_put(struct authority *base, const char *actor, const struct job_def *def, int64_t rev,
                  struct job_put_result *ret, struct err *err);
bool auth_job_get(struct authority *base, const struct job_ref *ref, struct arena *arena,
                  struct job_def **ret, int64_t *ret_rev, struct err *err);
bool auth_job_control(struct authority *base, const char *actor, const struct job_ref *ref,
                      enum control what, enum mail_mode mode, bool *ret_changed, struct err *err);
bool auth_job_delete(struct authority *base, const char *actor, const struct job_ref *ref,
                     struct err *err);
bool auth_workspace_put(struct authority *base, const char *actor, const char *name,
                        struct err *err);
bool auth_workspace_delete(struct authority *base, const char *actor, const char *name,
                           struct err *err);
bool auth_template_put(struct authority *base, const char *actor, const char *workspace,
                       const struct template_def *def, struct err *err);
bool auth_template_delete(struct authority *base, const char *actor, const char *workspace,
                          const char *name, struct err *err);
bool auth_suppress(struct authority *base, const char *actor, const char *workspace,
                   const char *subject, const char *reason, bool add, bool *ret_changed,
                   struct err *err);
bool auth_settle(struct authority *base, const char *actor, struct uuid id, enum settle_how how,
                 struct err *err);
/* --- authority_sqlite_heard.c --- */
bool auth_heard(struct authority *base, const char *actor, const struct heard *heard, bool try,
                struct heard_result *ret, struct err *err);

/* What the operators' commands ask first. */
struct job_found {
    struct uuid id;
    int64_t workspace;
    enum job_state state;
    enum desired desired;
    enum mail_mode mode;
    int64_t rev;
    int32_t cycle;
    bool leased; /* somebody holds it now */
};
/* *ret_found false when there is none; names_no_job() has the sentence. */
bool auth_job_find(struct auth *a, const struct job_ref *ref, struct job_found *ret,
                   bool *ret_found, struct err *err);
/* As above, and ERR_REFUSED when there is none. */
bool auth_job_must(struct auth *a, const struct job_ref *ref, struct job_found *ret,
                   struct err *err);
/* The number of a workspace that is not deleted; ERR_REFUSED otherwise. */
bool auth_workspace_must(struct auth *a, const char *name, int64_t *ret, struct err *err);
/* Another mode than the job's: its cycle ends and its counters become those of the mode. */
bool auth_set_mode(struct auth *a, const struct job_found *job, enum mail_mode mode,
                   struct err *err);
/* Stores a template when it differs; *ret_changed tells. */
bool auth_store_template(struct auth *a, const char *actor, int64_t workspace,
                         const struct template_def *def, bool *ret_changed, struct err *err);

#endif
