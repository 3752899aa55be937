/* due.h - what becomes of a schedule whose instant has come: run it, catch up, or leave it out, and
 * when it comes up next.
 *
 * One slot an answer: where several went by (catch-up of all of them) the next instant is the next
 * of them, and the schedule is due again at once. Instants are seconds since 1970. Pure; any
 * thread. */
#ifndef DOMAIN_DUE_H
#define DOMAIN_DUE_H

#include "domain/timing.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    DUE_LATE_S = 5 * 60,      /* a slot that began no later than this was run in time */
    DUE_CATCHUP_ALL_MAX = 31, /* older ones are left out */
    DUE_COUNT_MAX = 1000000,  /* missed slots that are counted */
    DUE_REASON_MAX = 160
};

enum due_what {
    DUE_RUN,
    DUE_CATCH_UP,  /* run it, late */
    DUE_FREQUENCY, /* left out: the specification had its report in the slot's period */
    DUE_OVERLAP,   /* left out: the run before is not over */
    DUE_MISSED,    /* left out: it went by too long ago */
    DUE_WHATS
};

struct due_facts {
    const struct timing *timing;
    const struct zone *zone;
    struct zone_hint *hint;
    uint64_t id;   /* hash of the schedule's id, for its jitter */
    int64_t slots; /* runs made of slots so far */
    int64_t slot;  /* next_run_at: <= now */
    int64_t now;
    struct timing_limit limit;
    bool held;    /* a run that is not over holds the slot's period */
    bool busy;    /* a run of the schedule or its specification waits or is made */
    bool waiting; /* one of them waits */
};

struct due_answer {
    enum due_what what;
    int64_t slot;                /* which slot this is about */
    int64_t starts_at;           /* DUE_RUN, DUE_CATCH_UP: the slot with its jitter */
    int64_t missed;              /* slots that went by besides it, and get nothing */
    int64_t next;                /* the next instant; the slot itself when there is none */
    bool ends;                   /* there is none */
    char reason[DUE_REASON_MAX]; /* left out: why, as a sentence; else "" */
};

void due_decide(const struct due_facts *facts, struct due_answer *ret);

/* When it comes up next, as from now: after a pause, an error, a change. False: never again.
 * What went by is not caught up. */
bool due_from_now(const struct due_facts *facts, int64_t *ret_next);

#endif
