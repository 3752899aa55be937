/* plan.h - everything that decides what a running job does next, as one value.
 *
 * An authority loads it (job_load), the lane keeps it, rotation.h reads it. Arrays and texts are
 * borrowed from the arena that job_load was given. Position = the states, targets, cursors and
 * counts in here; nothing else needs to be remembered to go on at exactly the same point. */
#ifndef DOMAIN_PLAN_H
#define DOMAIN_PLAN_H

#include "base/uuid.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a term's search goes on. */
struct term_cursor {
    int32_t variation;           /* 0 = the term's own text; > 0: the variation */
    char result[CURSOR_MAX + 1]; /* the provider's cursor BEFORE the page that is not finished */
    int32_t address;             /* addresses of that page that were taken already */
    bool ended;                  /* the query and all variations are exhausted */
};

struct plan_term {
    int32_t term_no; /* stable within the job */
    const char *text;
    enum term_state state;
    int32_t counted;      /* rows of this cycle that hold a place */
    int32_t target;       /* equitable: counted may grow to this in the current pass */
    int32_t queued;       /* rows in state queued */
    int32_t deferred;     /* rows in state deferred (4xx), due or not */
    int32_t deferred_due; /* of these, rows whose next try is due now */
    int32_t failures;     /* provider failures in a row */
    bool first;           /* was deferred in the last cycle: taken first in its group */
    struct term_cursor cursor;
};

struct plan_group {
    int32_t group_no; /* stable within the job */
    const char *name;
    const char *template_name;
    enum group_state state;
    int32_t counted;    /* rows of this cycle that hold a place */
    int32_t pass;       /* equitable: passes begun in this cycle */
    int32_t draw_no;    /* 0 = not begun in this cycle; else the how-manieth it was */
    int32_t first_term; /* index of its first term in plan.terms */
    int32_t terms;      /* how many, in file order */
};

struct plan {
    struct uuid job;
    const char *job_name;
    const char *workspace;
    const char *provider;
    int64_t rev; /* the operator's definition; a change means: load again */
    enum distribution distribution;
    enum mail_mode mode;
    int32_t loop_interval;
    int32_t max_emails_per_group;
    int32_t variations; /* per term */
    bool loop_automation;
    bool one_lead_per_domain;
    enum recontact recontact;
    uint64_t seed;

    int32_t cycle;    /* 0 = no cycle has begun */
    bool cycle_ended; /* the job completed (or its mode changed): the next start begins a cycle */
    bool rested;      /* loop: the pause after a cycle that counted nothing is over */
    int32_t draws;    /* groups begun in this cycle */
    int64_t total;    /* rows of the job and mode that hold a place, all cycles */

    struct plan_group *groups; /* file order */
    int32_t group_count;
    struct plan_term *terms; /* group after group, file order */
    int32_t term_count;
};

#endif
