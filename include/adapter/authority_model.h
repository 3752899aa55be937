/* authority_model.h - the authority in memory, for the simulation and as a second reading of the
 * contract: arrays and hash tables, no SQL. Several handles may share one record; one thread.
 *
 * Besides the port, tests may look at what is stored: rows are handed out as read-only values,
 * borrowed until the next command. A record that once ran out of memory is spent: every later
 * command fails with ERR_STOP, because a command may then have been done by halves. */
#ifndef ADAPTER_AUTHORITY_MODEL_H
#define ADAPTER_AUTHORITY_MODEL_H

#include "domain/event.h"
#include "port/authority.h"
#include "port/clock.h"

struct model_record; /* the data that outlives a handle, as a disk would */

struct model_record *model_record_new(void);
void model_record_free(struct model_record *r); /* accepts NULL */
/* A handle on the record; the clock is borrowed. NULL without memory. */
struct authority *authority_model_new(struct model_record *r, struct clock_port *clock);

/* --- looking at what is stored ---------------------------------------------------------------- */

/* One row of the ledger. */
struct model_send {
    struct uuid id;
    struct uuid job;
    int64_t seq; /* order of queueing, from 1; row i has seq i + 1 */
    enum mail_mode mode;
    enum send_state state;
    int32_t group_no;
    int32_t term_no;
    int32_t cycle; /* in which it was queued, then in which it was last claimed */
    int32_t attempt;
    bool open; /* claimed and without a verdict, also after a takeover put it in doubt */
    int32_t code;
    struct uuid owner;
    int64_t epoch;
    int64_t queued_at_us;  /* also: when an operator wanted it sent again */
    int64_t claimed_at_us; /* 0: never */
    int64_t retry_at_us;   /* DEFERRED */
    const char *address;
    const char *url;    /* of the page on which it was found for this row */
    const char *reason; /* of the last verdict; "" */
    char sha256[65];
    enum heard_kind heard; /* the highest in rank of what came back */
};

/* One line of the process log. */
struct model_event {
    int64_t at_us;
    enum event_kind kind;
    struct uuid job; /* zero: of no job */
    int32_t group_no;
    int32_t term_no;
    int64_t send_seq;
    int64_t n1;
    int64_t n2;
    const char *actor; /* "" for the loop's own */
    const char *text;
};

/* What is known of a job besides its definition and its plan (job_load). */
struct model_job_facts {
    struct uuid id;
    const char *workspace;
    const char *name;
    enum job_state state;
    enum desired desired;
    const char *error;
    int64_t wait_until_us;
    struct uuid lease_owner; /* zero: nobody */
    int64_t lease_epoch;
    int64_t lease_until_us;
};

struct model_counts {
    int64_t leads;
    int64_t sources;
    int64_t suppressions;
    int64_t audits;
};

int64_t model_send_count(const struct model_record *r);
const struct model_send *model_send_at(const struct model_record *r, int64_t i);
int64_t model_event_count(const struct model_record *r);
const struct model_event *model_event_at(const struct model_record *r, int64_t i);
int32_t model_job_count(const struct model_record *r);
/* The stored plan of job i, not a copy (deferred_due is not kept in it); NULL: it was deleted. */
const struct plan *model_job_plan(const struct model_record *r, int32_t i);
struct model_job_facts model_job_facts(const struct model_record *r, int32_t i);
struct model_counts model_counts(const struct model_record *r);
/* Recounts every counter from the ledger and looks for what must not be: counters that differ, a
 * limit that is passed, a row in an impossible state. False: *ret says the first. */
bool model_check(const struct model_record *r, struct err *ret);
/* Looks whether the log tells the life of each row, no more and no less. */
bool model_check_log(const struct model_record *r, struct err *ret);

#ifdef PLANTED_BUGS
/* Mistakes that tests must catch; each acts from then on. Only in the simulation's build. */
enum model_bug {
    MODEL_BUG_NONE,
    MODEL_BUG_COUNT_LATE,   /* counters move with the handle's next command, not with the row */
    MODEL_BUG_LOG_OUTSIDE,  /* events are written with the handle's next command */
    MODEL_BUG_DICE_DRAWN,   /* the seed is drawn at each load instead of stored */
    MODEL_BUG_WINDOW_EARLY, /* the windows are not looked at when letters are claimed */
    MODEL_BUG_LIMIT_EARLY,  /* the limit is not looked at when letters are claimed */
};
void model_record_plant(struct model_record *r, enum model_bug bug);
#endif

#endif
