/* authority.h - port: the one that decides. Each command is one transaction (and, in PostgreSQL,
 * one round trip); a state change, its counters, its event line and its position are one commit.
 *
 * Adapters: authority_sqlite (embedded), authority_model (in memory), later authority_pg. All pass
 * tests/contract. An instance belongs to one thread; several instances may be open on one record.
 *
 * Failures: ERR_RETRY means that the outcome is unknown or the moment was bad: load again and go on
 * from what is there. ERR_FENCED: the lease is gone; decide nothing more for this job. Facts
 * (sends_end) are accepted from any epoch and are idempotent; everything else that takes a lease is
 * refused with ERR_FENCED when the epoch is not the current one or the lease has expired.
 * The authority's own clock decides about leases and windows. */
#ifndef PORT_AUTHORITY_H
#define PORT_AUTHORITY_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/heard.h"
#include "domain/job.h"
#include "domain/lead.h"
#include "domain/ledger.h"
#include "domain/plan.h"
#include "domain/rotation.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

/* An engine that was killed gives its jobs up after LEASE_TTL_US; one that lives renews its leases
 * every LEASE_RENEW_US, and trusts one from before the request until LEASE_MARGIN_US before its
 * end. */
#define LEASE_TTL_US (INT64_C(15) * 1000000)
#define LEASE_RENEW_US (INT64_C(5) * 1000000)
#define LEASE_MARGIN_US (INT64_C(5) * 1000000)
/* A report of a search takes no further address after so long. */
#define SEARCH_END_US INT64_C(1000000)

struct authority;

struct engine_card {
    struct uuid id;      /* from the journal */
    int64_t journal_gen; /* grows at each start */
    const char *host;
    int64_t pid;
    const char *version;
};

/* Instants; INT64_MAX: there is none. */
struct next_due {
    int64_t wait_us;  /* the earliest end of the wait of a job that wants to run and waits */
    int64_t lapse_us; /* the earliest end of a lease; its holder renews it before, while it lives */
};

struct lease {
    struct uuid job;
    struct uuid engine;
    int64_t epoch;
};

/* What the term and its group look like after a command; the lane copies it into its plan. */
struct progress {
    int32_t term_counted;
    int32_t group_counted;
    int32_t queued;
    int32_t deferred;
    int32_t deferred_due;
    int64_t total;
    int64_t rev;          /* plan.rev: changed = load the plan again */
    enum desired desired; /* not DESIRED_RUN = come to rest */
};

/* One page that was read for a term, in the order of the results. */
struct search_page {
    const char *url;
    const struct page_words *words;
    const struct lead_found *leads;
    int32_t count;
    struct term_cursor before; /* stands at this page; before.address addresses are taken already */
    struct term_cursor after;  /* stands behind it (next result, next variation, or ended) */
};

enum { SEARCH_PAGES_MAX = 256 };

/* Pages of one term in order. When count is 0 only the cursor moves, to `end`. */
struct search_result {
    int32_t group_no;
    int32_t term_no;
    int32_t room; /* at most so many addresses become ledger rows */
    const struct search_page *pages;
    int32_t count;
    struct term_cursor end; /* where to stand when every page was used up */
};

struct search_taken {
    int32_t queued;            /* new ledger rows */
    int32_t duplicates;        /* known in this job, or contacted by another */
    int32_t skipped;           /* noreply, disposable, second lead of a domain */
    struct term_cursor cursor; /* where the term stands now */
    struct progress progress;
};

struct send_want {
    int32_t group_no;
    int32_t term_no;
    int32_t count;      /* <= MAIL_BATCH_MAX; 0: only the verdicts matter */
    int32_t per_minute; /* 0 = no limit; else an even pace of so many a minute, all jobs together */
    int32_t daily_cap;  /* 0 = no limit; rows of the mode claimed in the last 24 h */
    int32_t per_hour;   /* 0 = no limit; rows of the mode claimed in the last hour */
    /* 0 = no limit; of these, rows of one registrable domain. What is over waits in its place: the
     * term's letters to other domains go first, then GRANT_WAIT. */
    int32_t per_domain_per_hour;
    /* 0 = no ramp; else the daily cap is ramp_cap() of the day, counted from the first row of the
     * mode that holds a place */
    int32_t ramp_start;
    int32_t ramp_growth; /* percent a day */
    /* 0 = no limit; so many letters of a job in mode smtp go out, and then the claim makes it want
     * to pause (GRANT_STOP) until an operator confirms it; by hand: GRANT_LIMIT */
    int32_t confirm_first;
    /* 0 = no: a job stops as with confirm_first (ledger_brake(), counted from its last start or
     * resumption on), but not by hand */
    int32_t stop_after_errors;
    int32_t stop_at_rejections; /* percent */
    /* A letter to a domain that asked to wait (4xx, and nobody there got an answer since) is put
     * off until that wait is over, as if it had been tried. */
    bool back_off;
    bool by_hand; /* the job was taken with job_acquire_one: what the operator wants of it and
                         * the target of the pass don't matter, all other limits do */
};

enum grant_reason {
    GRANT_GO,      /* rows were claimed (count > 0), or only verdicts were asked for */
    GRANT_NOTHING, /* the term has no row to send now */
    GRANT_LIMIT,   /* term or group is full */
    GRANT_STOP,    /* the operator wants the job to stop or pause */
    GRANT_WAIT,    /* pace or window: not before wait_until_us */
};

/* Which limit says when (GRANT_WAIT): the last one to open. */
enum grant_window { WINDOW_PACE, WINDOW_HOUR, WINDOW_DAY, WINDOW_DOMAIN };

/* A claimed row, with what its letter needs. */
struct send_row {
    struct uuid id;
    int64_t seq;
    int32_t attempt;
    char address[ADDRESS_MAX + 1];
    char name[FACT_MAX + 1];
    char company[FACT_MAX + 1];
    char title[FACT_MAX + 1];
    char language[16];
    char url[URL_MAX + 1];
    int64_t queued_at_us; /* when it began to wait, the authority's clock */
    int64_t claimed_at_us;
    int64_t waited_us; /* the longest that its domain asked to wait, over by now; 0: it did not */
};

struct send_grant {
    enum grant_reason reason;
    int64_t wait_until_us;    /* GRANT_WAIT, the authority's wall clock */
    enum grant_window window; /* GRANT_WAIT */
    int32_t count;
    int32_t suppressed; /* rows that became suppressed while claiming */
    int32_t cancelled;  /* rows that another job had contacted meanwhile */
    int32_t put_off;    /* rows that wait for their domain */
    struct progress progress;
    struct send_row rows[MAIL_BATCH_MAX];
};

/* Nothing was claimed; progress and rows are left as they are. */
static inline void send_grant_clear(struct send_grant *g)
{
    g->reason = GRANT_GO;
    g->wait_until_us = 0;
    g->window = WINDOW_PACE;
    g->count = g->suppressed = g->cancelled = g->put_off = 0;
}

/* A row that an engine claimed and that has no verdict: what settle looks at. */
struct send_open {
    struct uuid id;
    struct uuid job;
    enum mail_mode mode;
    enum send_state state; /* CLAIMED, COMMITTING or IN_DOUBT (after a takeover) */
};

/* How a lane leaves a job. */
struct release {
    enum job_state state;  /* RUNNING (only the lease goes), PAUSED, STOPPED, FAILED */
    int64_t wait_until_us; /* RUNNING: nobody takes it before this instant; 0 = at once */
    const char *reason;    /* FAILED: the sentence; else "" */
};

/* CONFIRM: the job's first letters are well, now and in every later cycle; when it is paused or
 * about to be, it goes on. */
enum control {
    CONTROL_START,
    CONTROL_PAUSE,
    CONTROL_STOP,
    CONTROL_RESUME,
    CONTROL_CONFIRM,
    CONTROLS
};
enum settle_how { SETTLE_SENT, SETTLE_AGAIN, SETTLE_DROP };

/* What a message that came back was about, and what it changed. */
struct heard_result {
    bool ours; /* one of its ids is a letter that went to its address; all else is told only then */
    bool changed;
    bool suppressed;
    enum send_state state; /* the letter's, now */
    char address[ADDRESS_MAX + 1];
};

/* A lead that an operator brings along, not a search. */
struct lead_brought {
    struct lead_found found;
    struct page_words words;
    char name[FACT_MAX + 1];
    char url[URL_MAX + 1]; /* "": of no page */
};

enum { LEADS_IMPORT_MAX = 200 };

struct leads_imported {
    int32_t queued;      /* new ledger rows */
    int32_t duplicates;  /* known in this job, or contacted by another */
    int32_t skipped;     /* noreply, disposable, second lead of a domain */
    enum mail_mode mode; /* the job's: of the new rows */
};

struct job_put_result {
    struct uuid job;
    bool created;
    bool changed;
    int32_t groups, terms, templates; /* in the definition */
    int32_t groups_removed, terms_removed;
};

/* Which job: by workspace and name. */
struct job_ref {
    const char *workspace;
    const char *name;
};

struct authority_ops {
    const char *kind;

    /* --- engines --- */
    /* Once each start of a process, before anything else: leases that this engine id still has are
     * those of its dead predecessor and end here; a running job of theirs whose operator meanwhile
     * wanted stop or pause becomes stopped or paused. */
    bool (*hello)(struct authority *a, const struct engine_card *card, struct err *err);
    /* Takes one job that wants to run in this mode, is not rested or waiting, and on which nobody
     * has a live lease (the engine itself included: its other lanes have the same id); *ret_found
     * false when there is none. Raises the epoch; rows that other engines
     * had claimed become in_doubt in the same transaction. This engine's own claimed rows must have
     * been settled before (they are released here otherwise only if sends_open shows none).
     * token: one for each wish of a lane; zero: none. Asked again with the same token and mode, as
     * when the answer was lost, it gives the same lease, whatever the operator wants by now, with
     * its time begun anew; unless it was given back or ran out. */
    bool (*job_acquire)(struct authority *a, struct uuid engine, enum mail_mode mode,
                        struct uuid token, struct lease *ret, bool *ret_found, struct err *err);
    /* As job_acquire, for one named job (manual sending); ERR_CONFLICT when somebody holds it. The
     * job's desired state is not looked at. */
    bool (*job_acquire_one)(struct authority *a, struct uuid engine, enum mail_mode mode,
                            const struct job_ref *job, struct lease *ret, struct err *err);
    bool (*lease_renew)(struct authority *a, const struct lease *lease, struct progress *ret,
                        struct err *err);
    bool (*lease_release)(struct authority *a, const struct lease *lease, const struct release *how,
                          struct err *err);
    /* What the operator wants now: a cheap read (only desired and rev of *ret are set). */
    bool (*job_desired)(struct authority *a, struct uuid job, struct progress *ret,
                        struct err *err);
    /* When there may be a job to take, of those that run in this mode. */
    bool (*next_due)(struct authority *a, enum mail_mode mode, struct next_due *ret,
                     struct err *err);

    /* --- the loop --- */
    bool (*job_load)(struct authority *a, struct uuid job, struct arena *arena, struct plan **ret,
                     struct err *err);
    /* Template of a group, texts in the arena. ERR_REFUSED when there is none. */
    bool (*template_load)(struct authority *a, struct uuid job, int32_t group_no,
                          struct arena *arena, struct template_def *ret, struct err *err);
    /* The text of variation k >= 1 of a term, "" when it has none. */
    bool (*variation_load)(struct authority *a, struct uuid job, int32_t term_no, int32_t k,
                           char ret[TERM_MAX_BYTES + 1], struct err *err);
    /* Makes the move (never MOVE_WORK). The plan is the one it was computed from: its states are
     * compared, and ERR_RETRY tells that they are no longer those. rest_until_us: MOVE_REST. */
    bool (*job_move)(struct authority *a, const struct lease *lease, const struct plan *plan,
                     const struct move *move, int64_t rest_until_us, struct err *err);
    /* Leads, sources, ledger rows and the cursor's move, in one transaction. Stops inside a page
     * when `room` rows were queued, or, behind whichever address, when it has taken SEARCH_END_US;
     * addresses beyond are not recorded. In the same transaction the first claim is made, as
     * sends_exchange makes it after that; what keeps only the claim from being made gives
     * GRANT_NOTHING. want NULL: no claim, and ret_grant is not looked at. */
    bool (*search_end)(struct authority *a, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err);
    /* One more provider failure in a row for the term. */
    bool (*search_failed)(struct authority *a, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err);
    /* Verdicts of the last batch (facts: taken even when the claim is then refused) and the next
     * claim, in one transaction. A fenced engine gets ERR_FENCED after its verdicts were taken. */
    bool (*sends_exchange)(struct authority *a, const struct lease *lease,
                           const struct send_verdict *verdicts, int32_t verdict_count,
                           const struct send_want *want, struct send_grant *ret, struct err *err);
    /* Verdicts alone: facts from any epoch, idempotent. */
    bool (*sends_end)(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                      int32_t count, struct err *err);
    /* Rows this engine claimed that have no verdict (also those a takeover put in doubt), oldest
     * first, after_seq on; job NULL = of all jobs. */
    bool (*sends_open)(struct authority *a, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err);

    /* --- a shared record whose server took another's place; NULL where that can't be --- */
    /* Does the record miss what this engine's journal knows? While it does for any engine that was
     * seen in the last 24 h, nobody claims (ERR_RETRY). */
    bool (*behind)(struct authority *a, struct uuid engine, bool *ret, struct err *err);
    /* Facts of the journal in their order; last: these were all. What the record knows less of is
     * put right; a letter that it does not have is remembered, so that it is not queued should it
     * be found again. Idempotent. */
    bool (*replay)(struct authority *a, struct uuid engine, const struct send_verdict *facts,
                   int32_t count, bool last, struct err *err);

    /* --- operators: actor is who asks; each is audited --- */
    /* Creates or changes a job as a whole. rev -1: whatever is there; else ERR_CONFLICT when the
     * stored rev differs. Groups are matched by name, terms by group and text: positions, counts
     * and ledger rows of what stays are kept; what is gone is kept in the ledger only. */
    bool (*job_put)(struct authority *a, const char *actor, const struct job_def *def, int64_t rev,
                    struct job_put_result *ret, struct err *err);
    bool (*job_get)(struct authority *a, const struct job_ref *job, struct arena *arena,
                    struct job_def **ret, int64_t *ret_rev, struct err *err);
    /* mode: the one in which it shall run; another mode than the job's last begins a new cycle. */
    bool (*job_control)(struct authority *a, const char *actor, const struct job_ref *job,
                        enum control what, enum mail_mode mode, bool *ret_changed, struct err *err);
    bool (*job_delete)(struct authority *a, const char *actor, const struct job_ref *job,
                       struct err *err);
    bool (*workspace_put)(struct authority *a, const char *actor, const char *name,
                          struct err *err);
    bool (*workspace_delete)(struct authority *a, const char *actor, const char *name,
                             struct err *err);
    bool (*template_put)(struct authority *a, const char *actor, const char *workspace,
                         const struct template_def *def, struct err *err);
    bool (*template_delete)(struct authority *a, const char *actor, const char *workspace,
                            const char *name, struct err *err);
    /* subject: an address (folded) or "@domain" for a whole domain. *ret_changed false when it was
     * so already. */
    bool (*suppress)(struct authority *a, const char *actor, const char *workspace,
                     const char *subject, const char *reason, bool add, bool *ret_changed,
                     struct err *err);
    /* Settles an in_doubt or held row. */
    bool (*send_settle)(struct authority *a, const char *actor, struct uuid id, enum settle_how how,
                        struct err *err);
    /* A message that came back, as domain/heard judges it: mark, event and audit row, a letter in
     * doubt moves, its address is suppressed, all in one transaction. About no letter of this
     * record: *ret says so, no failure. try: nothing is changed, *ret says what would be. */
    bool (*send_heard)(struct authority *a, const char *actor, const struct heard *heard, bool try,
                       struct heard_result *ret, struct err *err);
    /* Leads by hand, at most LEADS_IMPORT_MAX, as if a search for this term (NULL: the job's first)
     * had found them: each becomes a row of the ledger in the job's mode, or is a duplicate, or is
     * skipped, all in one transaction; the term's cursor stays. An engine at work on the job loads
     * it again. A name is kept when the lead has none. ERR_REFUSED: no such job or term. */
    bool (*leads_import)(struct authority *a, const char *actor, const struct job_ref *job,
                         const char *term, const struct lead_brought *leads, int32_t count,
                         struct leads_imported *ret, struct err *err);

    void (*free)(struct authority *a);
};

struct authority {
    const struct authority_ops *ops;
};

#endif
