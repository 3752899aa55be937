/* agenda_lane.h - deals with schedules whose instant has come: each slot becomes a waiting run, or
 * is left out with the reason, and the schedule moves on.
 *
 * Written in plain blocking style on ports, so that the engine runs it on a thread and tests on
 * made-up time. It remembers nothing but zones' hints between two passes. */
#ifndef ENGINE_AGENDA_LANE_H
#define ENGINE_AGENDA_LANE_H

#include "base/err.h"
#include "port/agenda.h"
#include "port/zones.h"

#include <stdbool.h>
#include <stdint.h>

/* What is pointed to is borrowed and outlives the lane. */
struct agenda_lane {
    struct agenda *agenda;
    struct zones *zones;
    /* Called after each command that may have made runs, so that the first are begun while the
     * last are made. NULL: nobody waits for them. */
    void (*queued)(void *ctx);
    void *ctx;
};

/* Deals with all that is due. *ret_dealt: how many slots; 0: nothing was due. What is found due
 * again and again by a mistake in the record ends the pass with ERR_STOP. */
bool agenda_pass(const struct agenda_lane *lane, int64_t *ret_dealt, struct err *err);

/* Who makes slots ready, how far ahead, and at most how many at once. */
struct agenda_start {
    struct uuid engine;
    int64_t journal_gen;
    int64_t within_us;
    int32_t most;
};

/* What became ready. */
struct agenda_soon {
    struct arena *arena;   /* the caller's, for the texts of work */
    struct run_work *work; /* room for AGENDA_DUE_MAX */
    int32_t count;
    bool more; /* there may be others that are due soon: ask again */
};

/* Makes slots ready that are due at the first instant after *place, those whose decision is plain,
 * and moves *place on. Only for an agenda that has `ready` (port/agenda.h). */
bool agenda_ready(const struct agenda_lane *lane, const struct agenda_start *start,
                  struct soon_place *place, struct agenda_soon *ret, struct err *err);

/* The zones' rules have changed: each schedule whose instant is to come comes up when these zones
 * say so; audited. What is due or overdue stays as it is, and so does what can't be worked out.
 * *ret_changed: how many got another instant. Asking again is safe. */
bool agenda_retime(const struct agenda_lane *lane, int64_t *ret_changed, struct err *err);

#endif
