/* authority_model_record.h - how the in-memory authority keeps its record, for its own files only.
 *
 * Rows lie in arrays and are named by their index, which never changes; texts lie in one arena and
 * are never freed before the record. A hash table finds a row by key. A job's position is a
 * struct plan, changed by domain/rotation itself. */
#ifndef ADAPTER_AUTHORITY_MODEL_RECORD_H
#define ADAPTER_AUTHORITY_MODEL_RECORD_H

#include "adapter/authority_model.h"
#include "base/arena.h"

/* A growing array of one kind of row. */
struct model_rows {
    void *data;
    int64_t count, cap;
};

/* Finds a row's index by the hash of its key; the caller compares the keys. */
struct model_index {
    struct model_slot {
        uint64_t hash;
        int32_t row; /* -1: free */
    } * slots;
    int64_t count, cap;
};

struct model_lead {
    int32_t workspace;
    int32_t first_send; /* newest row of the ledger for this address; -1 none */
    const char *address;
    const char *company, *title, *language, *name;
};

struct model_source {
    int32_t lead, job, term_no;
    const char *url;
};

struct model_suppression {
    int32_t workspace;
    bool active;
    const char *subject;
};

struct model_template {
    int32_t workspace;
    bool deleted;
    struct template_def def;
};

/* A row with what finds it. */
struct model_send_row {
    struct model_send pub; /* first */
    int32_t job, lead;
    int32_t next_of_lead; /* older row for the same address; -1 none */
    int32_t site;         /* where the registrable domain begins in the address */
};

/* Ledger rows of one term, in order of queueing. */
struct model_term_rows {
    struct model_rows list; /* int32_t */
    int32_t first_open;     /* rows before it are neither queued nor deferred */
};

struct model_job {
    struct plan plan;             /* groups and terms are its own arrays */
    struct model_term_rows *rows; /* one for each of plan.terms */
    struct model_rows term_of_no; /* int32_t: index into plan.terms, -1 when it is gone */
    struct model_rows group_of_no;
    int32_t workspace;
    bool deleted;
    enum job_state state;
    enum desired desired;
    const char *error;
    int64_t wait_until;
    int64_t rest_until; /* of MOVE_REST; 0 none */
    int64_t total[MODES];
    int32_t most_per_term;  /* the greatest limits that were ever in force: what the ledger may */
    int32_t most_per_group; /* hold at most */
    struct uuid owner;
    struct uuid token; /* of the wish that took it; zero none */
    bool by_hand;      /* taken by name, whatever the operator wants of it */
    bool confirmed;    /* its first letters are well */
    int64_t epoch;
    int64_t lease_until;
    int64_t released; /* order of giving back: least recently released goes first */
};

/* Claims of one mode in order of time. What no longer counts never does again; so the places below
 * only move on. */
struct model_window {
    struct model_rows claims; /* struct model_claim */
    int64_t first;            /* older ones have left the day */
    int64_t first_of_hour;
    int64_t first_ever; /* the first that holds a place */
    int64_t last_us;    /* of the newest claim; 0 never */
};
struct model_claim {
    int64_t at_us;
    int32_t send;
    int32_t attempt;      /* of the row: it may be claimed again in the same instant */
    int64_t prev_of_site; /* the claim before it to the same domain; -1 none */
};
/* A domain that was written to in a mode. */
struct model_site {
    enum mail_mode mode;
    const char *name;
    int64_t last; /* its newest claim */
};

struct model_record {
    struct arena texts;
    bool spent;                   /* out of memory, for ever */
    struct model_rows workspaces; /* const char *; NULL: deleted */
    struct model_rows templates, jobs, leads, sources, suppressions, sends, events, sites;
    struct model_index lead_of, source_of, suppressed, send_of, site_of, claimed_site;
    struct model_rows open; /* int32_t: rows that are claimed and without a verdict, by seq */
    struct model_window window[MODES];
    int64_t audits;
    int64_t releases;
#ifdef PLANTED_BUGS
    enum model_bug bug;
#endif
};

/* A handle. What planted bugs hold back dies with it, as with a process. */
struct model_handle {
    struct authority port; /* first */
    struct model_record *r;
    struct clock_port *clock;
#ifdef PLANTED_BUGS
    struct model_rows late_events; /* struct model_event */
    struct model_late_count {
        int32_t send, delta;
    } late_count[MAIL_BATCH_MAX];
    int32_t late_counts;
#endif
};

static inline struct model_handle *model_self(struct authority *a)
{
    return (struct model_handle *)a;
}

static inline struct model_job *model_job_at(const struct model_record *r, int32_t i)
{
    return (struct model_job *)r->jobs.data + i;
}

static inline struct model_send_row *model_send_row(const struct model_record *r, int32_t i)
{
    return (struct model_send_row *)r->sends.data + i;
}

static inline struct model_lead *model_lead_at(const struct model_record *r, int32_t i)
{
    return (struct model_lead *)r->leads.data + i;
}

/* --- storage (authority_model_record.c) ------------------------------------------------------- */

/* A zeroed row at the end of the array; NULL without memory (the record is then spent). */
void *model_row_add(struct model_record *r, struct model_rows *rows, size_t size);
/* A copy of the text in the record; "" without memory (the record is then spent). */
const char *model_text(struct model_record *r, const char *text);
/* False when the record is spent: err says so. Asked by each command that stores something. */
bool model_whole(const struct model_record *r, struct err *err);

/* Row with this hash for which same() is true; -1 when there is none. */
int32_t model_find(const struct model_record *r, const struct model_index *index, uint64_t hash,
                   bool (*same)(const struct model_record *r, int32_t row, const void *key),
                   const void *key);
void model_index_add(struct model_record *r, struct model_index *index, uint64_t hash, int32_t row);

/* -1 when there is none. */
int32_t model_workspace(const struct model_record *r, const char *name);
int32_t model_job_of(const struct model_record *r, struct uuid id);
int32_t model_job_named(const struct model_record *r, const struct job_ref *ref);
int32_t model_send_of(const struct model_record *r, struct uuid id);
int32_t model_template_named(const struct model_record *r, int32_t workspace, const char *name);
/* Index into the plan; -1 when the group or term is gone. */
int32_t model_group_index(const struct model_job *job, int32_t group_no);
int32_t model_term_index(const struct model_job *job, int32_t term_no);
/* Sets the index of a number in one of the two maps. */
void model_map_set(struct model_record *r, struct model_rows *map, int32_t no, int32_t index);

/* The start of each command that stores something. False: the record is spent. */
bool model_begin(struct model_handle *h, struct err *err);
/* Writes an event (texts are copied); one with an actor is audited. */
void model_event(struct model_handle *h, const struct model_event *event);
int64_t model_now(struct model_handle *h);

/* The job's index when the lease is good: else -1 and ERR_FENCED. */
int32_t model_fence(struct model_handle *h, const struct lease *lease, struct err *err);
/* Nobody holds a lease that has not expired. */
bool model_lease_free(const struct model_job *job, int64_t now);
/* The job comes to rest as the operator wants it: paused or stopped, with its event. */
void model_job_rests(struct model_handle *h, int32_t at);

/* --- the ledger (authority_model_sends.c) ----------------------------------------------------- */

/* Moves a row to a state with everything that hangs on it: counters, window, lists. */
void model_send_move(struct model_handle *h, int32_t send, enum send_state to);
/* Event about one row. */
void model_send_event(struct model_handle *h, int32_t send, enum event_kind kind, const char *actor,
                      const char *text);
/* Another job of the workspace has contacted the lead (recontact = never). */
bool model_contacted(const struct model_record *r, int32_t lead, int32_t job);
/* What the term looks like now. */
void model_progress(struct model_handle *h, int32_t at, int32_t group_no, int32_t term_no,
                    struct progress *ret);
/* Changes the mode in which the job runs: queued and deferred rows are those of the new mode. */
void model_mode_set(struct model_record *r, struct model_job *job, enum mail_mode mode);
/* Rows of the term that are deferred and due. */
int32_t model_deferred_due(const struct model_record *r, const struct model_job *job, int32_t term,
                           int64_t now);
/* A claim, if one is wanted, and the position after it. The lease is valid, the term is there. */
void model_grant(struct model_handle *h, int32_t at, const struct lease *lease,
                 const struct send_want *want, struct send_grant *ret);
void model_sends_planted_flush(struct model_handle *h);
/* The row is in nobody's hands any more. */
void model_open_remove(struct model_handle *h, int32_t send);
/* Puts a subject on a workspace's list or takes it off. True when it was not so already. */
bool model_list_subject(struct model_handle *h, int32_t workspace, const char *subject,
                        const char *actor, bool add);

/* --- windows (authority_model_window.c) ------------------------------------------------------- */

/* What the windows of all jobs together leave. */
struct model_room {
    int32_t allowed;  /* 0 .. MAIL_BATCH_MAX */
    int64_t opens_us; /* allowed 0: when the last of those that are full has room */
    enum grant_window window;
};
void model_window(struct model_handle *h, enum mail_mode mode, const struct send_want *want,
                  struct model_room *ret);
/* When the hour of the row's domain has room again; 0: it has. */
int64_t model_domain_opens(struct model_handle *h, int32_t send, const struct send_want *want);
/* What the row's domain asked for since one to it was decided; until_us 0: nothing. */
struct model_wait {
    int64_t until_us, waited_us;
    int32_t code;
};
void model_domain_wait(struct model_handle *h, int32_t send, struct model_wait *ret);
/* Too many of the job's letters were not taken: why. */
bool model_braked(const struct model_record *r, struct uuid job, const struct send_want *want,
                  char why[MAIL_ANSWER_MAX + 1]);
/* The row was claimed just now. */
void model_window_add(struct model_handle *h, int32_t send);

/* --- commands of the other files, for the table of operations --------------------------------- */

bool model_job_load(struct authority *a, struct uuid job, struct arena *arena, struct plan **ret,
                    struct err *err);
bool model_template_load(struct authority *a, struct uuid job, int32_t group_no,
                         struct arena *arena, struct template_def *ret, struct err *err);
bool model_variation_load(struct authority *a, struct uuid job, int32_t term_no, int32_t k,
                          char ret[TERM_MAX_BYTES + 1], struct err *err);
bool model_job_move(struct authority *a, const struct lease *lease, const struct plan *plan,
                    const struct move *move, int64_t rest_until_us, struct err *err);
bool model_search_end(struct authority *a, const struct lease *lease,
                      const struct search_result *result, const struct send_want *want,
                      struct search_taken *ret, struct send_grant *ret_grant, struct err *err);
bool model_leads_import(struct authority *a, const char *actor, const struct job_ref *ref,
                        const char *term, const struct lead_brought *leads, int32_t count,
                        struct leads_imported *ret, struct err *err);
bool model_search_failed(struct authority *a, const struct lease *lease, int32_t group_no,
                         int32_t term_no, const char *reason, struct err *err);
bool model_sends_exchange(struct authority *a, const struct lease *lease,
                          const struct send_verdict *verdicts, int32_t verdict_count,
                          const struct send_want *want, struct send_grant *ret, struct err *err);
bool model_sends_end(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                     int32_t count, struct err *err);
bool model_sends_open(struct authority *a, struct uuid engine, const struct uuid *job,
                      struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err);
bool model_send_settle(struct authority *a, const char *actor, struct uuid id, enum settle_how how,
                       struct err *err);
bool model_send_heard(struct authority *a, const char *actor, const struct heard *heard, bool try,
                      struct heard_result *ret, struct err *err);
bool model_job_put(struct authority *a, const char *actor, const struct job_def *def, int64_t rev,
                   struct job_put_result *ret, struct err *err);
bool model_job_get(struct authority *a, const struct job_ref *job, struct arena *arena,
                   struct job_def **ret, int64_t *ret_rev, struct err *err);
bool model_job_control(struct authority *a, const char *actor, const struct job_ref *job,
                       enum control what, enum mail_mode mode, bool *ret_changed, struct err *err);
bool model_job_delete(struct authority *a, const char *actor, const struct job_ref *job,
                      struct err *err);
bool model_workspace_put(struct authority *a, const char *actor, const char *name, struct err *err);
bool model_workspace_delete(struct authority *a, const char *actor, const char *name,
                            struct err *err);
bool model_template_put(struct authority *a, const char *actor, const char *workspace,
                        const struct template_def *def, struct err *err);
bool model_template_delete(struct authority *a, const char *actor, const char *workspace,
                           const char *name, struct err *err);
bool model_suppress(struct authority *a, const char *actor, const char *workspace,
                    const char *subject, const char *reason, bool add, bool *ret_changed,
                    struct err *err);

#endif
