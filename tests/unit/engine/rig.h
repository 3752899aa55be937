/* rig.h - a lane on the bench: the model authority behind a wrapper that can fail, fakes for the
 * outside, a journal in memory, a clock that only moves when the lane waits. One job, "sample". */
#ifndef ENGINE_RIG_H
#define ENGINE_RIG_H

#include "adapter/authority_model.h"
#include "engine/lane.h"
#include "engine/settle.h"
#include "fake/fake_clock.h"
#include "fake/fake_log.h"
#include "fake/fake_mail.h"
#include "fake/fake_pages.h"
#include "fake/fake_search.h"
#include "fake/fake_world.h"

#include <setjmp.h>

enum rig_op {
    RIG_ACQUIRE,
    RIG_ACQUIRE_ONE,
    RIG_RENEW,
    RIG_RELEASE,
    RIG_DESIRED,
    RIG_DUE,
    RIG_LOAD,
    RIG_TEMPLATE,
    RIG_VARIATION,
    RIG_MOVE,
    RIG_SEARCH_END,
    RIG_SEARCH_FAILED,
    RIG_EXCHANGE,
    RIG_SENDS_END,
    RIG_OPEN,
    RIG_OPS
};

/* The nth call of an operation fails: before it was done, or after (its answer is lost). */
struct rig_fault {
    enum rig_op op;
    int32_t call;  /* from 1; 0: no fault */
    int32_t times; /* so many calls in a row; 0 counts as 1 */
    bool after;
    enum err_kind kind;
};

struct rig;

struct rig_authority {
    struct authority port; /* first */
    struct authority_ops ops;
    struct rig *rig;
    struct authority *inner;
};

struct rig {
    struct fake_clock clock;
    struct fake_log log;
    struct fake_world world;
    struct fake_search search;
    struct fake_pages pages;
    struct fake_sink sink;
    struct fake_mail mail;
    struct model_record *record;
    struct authority *raw;        /* for operators and for looking */
    struct rig_authority failing; /* what the lane has */
    struct journal *journal;
    struct settings settings;
    struct lane_ports ports;
    struct lane *lane;
    char problem[ERR_TEXT_MAX]; /* what the lane said last of what keeps it */
    bool yield_now;

    struct rig_fault fault[2];
    int32_t calls[RIG_OPS];
    /* Called after each operation of the lane, also a failed one. */
    void (*hook)(struct rig *rig, enum rig_op op);
    int32_t hook_at;       /* for hooks: the call at which they act */
    jmp_buf killed;        /* where a test goes on when a hook kills the lane */
    void *user;            /* the test's own */
    struct err search_why; /* set: the provider can't be had */
    struct err letter_why; /* set: no letter can be written */
};

/* What a test may change of the job before it is put. */
struct rig_job {
    enum distribution distribution;
    int32_t loop_interval, max_per_group;
    bool loop;
    int32_t variations;
    int32_t groups, terms; /* terms in each; their texts are "g1 t1", ... */
};

extern const struct rig_job rig_small; /* equitable, 2 groups of 3 terms, 5 and 12 */

/* Everything made, the job put but not started. Mode dryrun unless rig_mode() is called next. */
void rig_init(struct rig *rig, const struct rig_job *job);
/* Another sink: before the job is started. */
void rig_mode(struct rig *rig, enum mail_mode mode);
void rig_done(struct rig *rig);
/* Defines the job anew: its terms by their texts, so positions stay. */
void rig_put(struct rig *rig, const struct rig_job *job);

void rig_control(struct rig *rig, enum control what); /* must be accepted */
/* One call of the lane. */
enum lane_end rig_run(struct rig *rig, struct lane_report *ret);
/* Calls the lane until the job is not running any more or nothing can be done; waits in between.
 * Fails the test after 1000 calls. */
enum lane_end rig_run_all(struct rig *rig);
/* The lane dies and another begins, as after a kill: its memory is gone, the record is not. */
void rig_kill(struct rig *rig);

enum job_state rig_state(const struct rig *rig);
const struct plan *rig_plan(const struct rig *rig);
/* Rows of the ledger in this state. */
int64_t rig_rows(const struct rig *rig, enum send_state state);
int64_t rig_events(const struct rig *rig, enum event_kind kind);
/* Fails the test unless the record is consistent and the sink has each accepted letter once. */
void rig_check(const struct rig *rig);
/* "seq group term address state" of each row: what must not depend on how the job was run. */
void rig_sequence(const struct rig *rig, struct buf *out);

#endif
