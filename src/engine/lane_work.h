/* lane_work.h - what the files of a lane share: lane.c decides, lease.c keeps and waits, gather.c
 * reads pages, step_search.c and step_mail.c do one step, manual.c does it by hand.
 *
 * Two ways out of a step: true with l->end still LANE_ENDS (go on) or set (come to rest), or false
 * with err, which lane_trouble() turns into another try or an end. */
#ifndef LANE_WORK_H
#define LANE_WORK_H

#include "base/arena.h"
#include "base/buf.h"
#include "domain/plan.h"
#include "domain/rotation.h"
#include "engine/lane.h"
#include "engine/settle.h"

enum { LANE_LETTER_MAX = 4 * 1024 * 1024 }; /* bytes of one letter */

enum slot_state { SLOT_READY, SLOT_ALLOWED, SLOT_DECIDED };

/* A letter of the batch under way; slot i belongs to grant.rows[i]. */
struct slot {
    enum slot_state state;
    struct buf bytes;
    char sha256[65];
};

enum { LANE_SAID_MAX = 64 };

/* A sentence about a page that was logged. */
struct said {
    uint64_t hash;
    int64_t at_us; /* boot time; 0: none */
};

struct lane {
    const struct lane_ports *ports; /* &own: the steps only read it */
    struct lane_ports own;
    struct settings settings;

    /* the job at hand */
    struct lease lease;
    bool leased;
    struct uuid taking; /* names the wish for a job whose answer is not here; zero: none */
    uint64_t wishes;    /* so far */
    bool manual;        /* what the operator wants of the job is not looked at */
    int64_t taken_us;   /* boot time at which it was taken */
    int64_t renewed_us; /* boot time before the last request that renewed the lease */
    int64_t looked_us;  /* boot time of the last look at what the operator wants */
    struct arena plan_memory;
    struct plan *plan;
    bool stale;            /* the plan must be loaded again */
    bool unsettled;        /* own open rows must be looked at first */
    enum lane_end end;     /* LANE_ENDS: go on */
    int64_t rest_until_us; /* wall clock; LANE_WAITING, LANE_PROBLEM */
    char reason[ERR_TEXT_MAX];
    int32_t troubles;    /* failures in a row */
    int32_t idle_rounds; /* steps in a row that changed nothing */
    int32_t known;       /* known addresses that the last search step met */

    /* a release that the authority has not taken yet */
    bool owed;
    struct lease owed_lease;
    enum job_state owed_state;
    int64_t owed_until_us;
    char owed_reason[ERR_TEXT_MAX];

    /* one step */
    struct arena step_memory;
    struct template_def template_def;
    struct send_grant grant;
    struct slot slot[MAIL_BATCH_MAX];
    struct mail_letter letter[MAIL_BATCH_MAX];
    struct send_verdict verdict[MAIL_BATCH_MAX]; /* of this batch, in the order of decision */
    int32_t verdicts;
    int32_t journalled; /* of these, how many the journal has */
    int32_t mail_left;  /* so many letters may still be claimed */
    struct manual_result sum;

    int32_t problems;                /* calls in a row that ended in LANE_PROBLEM */
    char told[ERR_TEXT_MAX];         /* the problem that was logged last */
    bool told_taking;                /* it was about taking a job, not about one */
    struct said said[LANE_SAID_MAX]; /* a ring */
    int32_t said_next;
    int64_t trim_us; /* wall clock from which the journal is trimmed again */
};

/* --- lease.c -------------------------------------------------------------------------------- */
int64_t lane_now(const struct lane *l);
int64_t lane_boot(const struct lane *l);
/* A draw in [0, min(retry_max, retry_min * 2^(failures-1))]: full jitter. */
int64_t lane_backoff(const struct lane *l, uint64_t seed, uint64_t of, int32_t failures);
/* Looks around: asked to end, lease due for renewal, what the operator wants (at most every
 * LANE_LOOK_US unless `now`). Sets l->end when the job must come to rest. */
bool lane_look(struct lane *l, bool now, struct err *err);
/* Between two steps: gives the job back when the ports ask for it (l->end). */
void lane_offer(struct lane *l);
/* False when the lease may have run out on the authority's clock (rule R2). */
bool lane_trusted(const struct lane *l);
/* Waits until the wall clock says until_us, in slices, looking around; a wait longer than
 * LANE_HOLD_US sets l->end to LANE_WAITING instead. */
bool lane_wait(struct lane *l, int64_t until_us, struct err *err);
/* Copies what a command said about term and group into the plan. */
void lane_progress(struct lane *l, const struct move *move, const struct progress *p);
/* Gives the job back as l->end says; what fails is owed and tried at the next call. */
void lane_release(struct lane *l);
bool lane_pay_owed(struct lane *l, struct err *err);

/* --- lane.c --------------------------------------------------------------------------------- */
bool lane_load(struct lane *l, struct err *err);
/* The job can't go on: l->end and the sentence. */
void lane_fail(struct lane *l, const char *text);

/* --- gather.c: pages of one query, from a cursor on ----------------------------------------- */
struct query {
    struct uuid job;
    const char *provider;
    const char *term;
    int32_t term_no;
    int32_t variations;
    uint64_t seed;
    bool stored;  /* variations come from the authority, else from the seed */
    int32_t room; /* stop when so many addresses were found */
};

struct gathered {
    struct search_page *pages; /* in the lane's step memory */
    int32_t count;
    int32_t hits;          /* results looked at, also those without a page */
    struct term_cursor at; /* behind the last of them */
    bool moved;            /* at is not where it began */
    bool dropped;          /* the lane must come to rest: nothing of this counts */
    bool failed;           /* the provider failed after that (why) */
    struct err why;
    int64_t pause_us; /* the provider asked to be left alone for so long; 0: it did not */
};
/* Reads pages from ret->at on (the caller sets it). False: no memory, or the authority failed. */
bool gather_pages(struct lane *l, const struct query *q, struct gathered *ret, struct err *err);

/* --- steps: one MOVE_WORK ------------------------------------------------------------------- */
bool step_search(struct lane *l, const struct move *move, struct err *err);
bool step_mail(struct lane *l, const struct move *move, struct err *err);
/* The same from a claim on that came with another command's answer: l->grant, at least one row. */
bool step_mail_granted(struct lane *l, const struct move *move, struct err *err);
/* What a lane wants to claim next of this term: count 0 means nothing. */
struct send_want step_mail_want(const struct lane *l, const struct move *move, int32_t count);
/* How many letters may be claimed now. */
int32_t step_mail_count(const struct lane *l);

#endif
