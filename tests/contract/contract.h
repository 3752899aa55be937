/* contract.h - the promises of port/authority.h, as a list that each adapter must keep.
 *
 * An adapter gives a maker: how to make a record, open handles on it, and look at what it stored
 * behind the port's back. contract_run() makes a fresh record for each promise, lets the promise
 * ask and look, and finally asks the adapter for its own invariants. A new adapter is one file
 * with a maker. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include "domain/event.h"
#include "fake/fake_clock.h"
#include "port/authority.h"

#include <stdbool.h>
#include <stdint.h>

enum { CT_ROWS = 400, CT_TEXT = 400, CT_LANES = 32 };

/* A row of the ledger, as stored. */
struct ct_row {
    struct uuid id;
    int64_t seq;
    enum mail_mode mode;
    enum send_state state;
    int32_t group_no, term_no, cycle, attempt, code;
    int64_t retry_at_us;
    char address[ADDRESS_MAX + 1];
    char reason[CT_TEXT];
    char sha256[65];
    enum heard_kind heard;
};

struct ct_event {
    enum event_kind kind;
    int32_t term_no; /* 0: of no term */
    int64_t send_seq, n1, n2;
    char actor[CT_TEXT];
    char text[CT_TEXT];
};

struct ct_facts {
    enum job_state state;
    enum desired desired;
    char error[CT_TEXT];
};

enum ct_table { CT_LEADS, CT_SOURCES, CT_SUPPRESSIONS, CT_AUDITS };

struct ct_maker {
    const char *kind;
    void *(*record_new)(void);
    void (*record_free)(void *record);
    struct authority *(*open)(void *record, struct clock_port *clock);
    /* In order of queueing; in order of happening, of one job. Return how many there are. */
    int32_t (*rows)(void *record, struct uuid job, struct ct_row *rows, int32_t max);
    int32_t (*events)(void *record, struct uuid job, struct ct_event *events, int32_t max);
    bool (*facts)(void *record, struct uuid job, struct ct_facts *ret);
    int64_t (*count)(void *record, enum ct_table table);
    /* The adapter's own invariants; false: text says which is broken. */
    bool (*check)(void *record, char *text, size_t size);
};

extern const struct ct_maker ct_model, ct_sqlite; /* maker_*.c */

/* Runs every promise with cmocka; returns the number that were broken. */
int contract_run(const struct ct_maker *maker);

/* --- what a promise works with ---------------------------------------------------------------- */

struct ct {
    const struct ct_maker *maker;
    void *record;
    struct fake_clock clock;
    struct authority *a; /* the newest of lanes[] */
    struct authority *lanes[CT_LANES];
    int32_t lane_count;
    struct uuid engine; /* the first engine; said hello */
    struct uuid other;  /* another one; said hello */
    struct job_ref ref; /* the job of ct_job() */
    struct uuid job;
    struct lease lease;
    struct arena arena;
    struct plan *plan;
    struct move move; /* of ct_go() */
    struct send_grant grant;
    struct send_verdict verdict[MAIL_BATCH_MAX];
    int32_t verdicts;
    struct search_taken taken;
    int32_t pages; /* found so far: gives each its address */
    struct err err;
    struct ct_row rows[CT_ROWS];
};

struct ct_promise {
    const char *name;
    void (*keep)(struct ct *c);
};
/* One row of a list of promises. */
#define CT_PROMISE(f)                                                                              \
    {                                                                                              \
#f, f                                                                                      \
    }

/* What a job is like; what is 0 or NULL has a default. */
struct ct_spec {
    const char *workspace; /* "w" */
    const char *name;      /* "job" */
    const char *groups;    /* "g1:t1,t2" - groups are separated by blanks */
    enum distribution distribution;
    int32_t loop_interval; /* 10 */
    int32_t max;           /* 100 */
    bool loop;
    int32_t variations;
    uint64_t seed; /* 0: none given */
    enum recontact recontact;
    bool one_per_domain;
};

/* Puts a job and makes it c's own; its workspace is made when it isn't there. */
void ct_job(struct ct *c, const struct ct_spec *spec);
/* As ct_job, without making it c's own and without failing the test. */
bool ct_put(struct ct *c, const struct ct_spec *spec, int64_t rev, struct job_put_result *ret);
/* Start, for c's job in a mode; fails the test when it is refused. */
void ct_start(struct ct *c, enum mail_mode mode);
/* False: refused, c->err says why. */
bool ct_control(struct ct *c, enum control what, enum mail_mode mode, bool *ret_changed);
/* Another handle becomes c->a, as another lane has one. */
void ct_lane(struct ct *c);
/* Takes c's job for c->engine in a mode, with a handle of its own (a lane may take its own jobs
 * again); fails the test when another job or none is given. */
void ct_take(struct ct *c, enum mail_mode mode);
/* A job (whichever) for an engine; false when there is none. */
bool ct_acquire(struct ct *c, struct uuid engine, enum mail_mode mode, struct lease *ret);
/* Gives it back. */
void ct_release(struct ct *c, enum job_state state, int64_t wait_until_us);
/* Loads the plan afresh. */
const struct plan *ct_load(struct ct *c);
/* Makes one move that rotation wants; false when it wants work (c->move). */
bool ct_step(struct ct *c);
/* Makes moves until there is work to do. */
void ct_go(struct ct *c);
/* All of the above: a started job, taken, at work in its first term. */
void ct_begin(struct ct *c, const struct ct_spec *spec, enum mail_mode mode);

/* Reports a page with these addresses (blanks between them) for the term at work. room 0: plenty.
 * An address that begins with ! is noreply, with ? disposable. */
bool ct_find(struct ct *c, const char *addresses, int32_t room);
/* The same for a page with this address (URL) of its own. */
bool ct_find_at(struct ct *c, const char *url, const char *addresses, int32_t room);
/* As ct_find() with plenty of room, wanting the first letters too: c->taken, c->grant. Group and
 * term of the want are filled in. */
bool ct_find_want(struct ct *c, const char *addresses, struct send_want want);
/* Reports the verdicts and asks for up to count letters; c->grant. */
bool ct_claim(struct ct *c, int32_t count);
/* The same with pace and cap. */
bool ct_claim_paced(struct ct *c, int32_t count, int32_t per_minute, int32_t daily_cap);
/* A verdict about row i of c->grant, reported with the next claim or ct_report(). */
void ct_say(struct ct *c, int32_t i, enum send_state state);
/* Reports the verdicts alone, as the engine's. */
void ct_report(struct ct *c, struct uuid engine);
/* Finds, claims and decides one address for c's job, wherever it stands. */
void ct_contact(struct ct *c, const char *address, enum send_state state);

/* Rows as they are stored now: c->rows; returns how many. */
int32_t ct_rows(struct ct *c);
/* The row of an address; fails the test when there is none. */
const struct ct_row *ct_row(struct ct *c, const char *address);
/* How many events of this kind c's job has. */
int32_t ct_events(struct ct *c, enum event_kind kind);
/* The newest of them. */
struct ct_event ct_event(struct ct *c, enum event_kind kind);
struct ct_facts ct_facts(struct ct *c);
int64_t ct_count(struct ct *c, enum ct_table table);
/* The term at work, as stored now. */
struct plan_term ct_term(struct ct *c);
struct plan_group ct_group(struct ct *c);

/* The lists (contract_*.c). */
extern const struct ct_promise ct_lease_promises[], ct_loop_promises[], ct_search_promises[],
    ct_first_promises[], ct_send_promises[], ct_doubt_promises[], ct_window_promises[],
    ct_operator_promises[], ct_heard_promises[], ct_import_promises[];
extern const int ct_lease_count, ct_loop_count, ct_search_count, ct_first_count, ct_send_count,
    ct_doubt_count, ct_window_count, ct_operator_count, ct_heard_count, ct_import_count;

#endif
