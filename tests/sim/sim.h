/* sim.h - the simulation: engines, each with lanes, a journal on a disk and a clock, on one
 * record and
 * one outside world, under a virtual clock and seeded accidents. The lanes are the real ones.
 *
 * Each call of a port waits in virtual time before and after; what happens to it is drawn: done,
 * refused before, lost before, done but the answer lost, or late. While a call waits its engine may
 * be killed, frozen, stopped or restarted, another may take its jobs, and operators do what
 * operators
 * do. After the days of accidents come hours without, in which everything must come to its end.
 *
 * A run is a function of its options: the same seed gives the same trace hash. */
#ifndef SIM_H
#define SIM_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum sim_authority { SIM_MODEL, SIM_SQLITE };

/* Mistakes that the simulation must find. Only in a build with PLANTED_BUGS. */
enum sim_bug {
    SIM_BUG_NONE,
    SIM_BUG_RESEND,       /* after a crash a letter whose fate is unknown is sent again */
    SIM_BUG_COUNT_LATE,   /* counters move in a transaction of their own, after the row */
    SIM_BUG_LOG_OUTSIDE,  /* lines of the log are written outside the transaction */
    SIM_BUG_DICE,         /* dice are not stored but drawn again */
    SIM_BUG_LIMIT_EARLY,  /* the limit is not checked where letters are claimed */
    SIM_BUG_LOST_IS_NOT,  /* a verdict that was lost is taken for a letter that was not sent */
    SIM_BUG_TWO_HANDS,    /* a lane takes the job of another lane that only stands still */
    SIM_BUG_WINDOW_EARLY, /* the windows are not looked at where letters are claimed */
    SIM_BUGS
};
const char *sim_bug_name(enum sim_bug bug);
/* False for an unknown name. */
bool sim_bug_parse(const char *name, enum sim_bug *ret);

struct sim_options {
    uint64_t seed;
    double days;     /* with accidents */
    int32_t per_day; /* letters that the outside is meant to take on a day, 2000 */
    enum sim_authority authority;
    enum sim_bug bug;
    bool calm;          /* no accidents at all */
    int64_t max_faults; /* after so many accidents no more happen; 0: no such limit */
    bool tell;          /* say on stdout what happens (for one seed at a time) */
};

struct sim_result {
    bool ok;
    char why[ERR_TEXT_MAX]; /* the first violation */
    double violated_day;
    uint64_t trace;
    int64_t events;  /* of the scheduler */
    int64_t letters; /* accepted outside */
    int64_t us;      /* of virtual time */
    int64_t calls;   /* of ports */
    int64_t kills, freezes, restarts, power_cuts;
    int64_t refused, lost, unanswered, late;
    int64_t takeovers; /* of a job whose former engine had letters in hand */
    int64_t in_doubt;  /* rows in doubt at the end */
    int64_t controls;  /* by operators */
    int64_t exact;     /* jobs whose sequence was compared */
};

/* Runs one seed. False only when it could not be set up at all (no memory). */
bool sim_run(const struct sim_options *options, struct sim_result *ret);

#endif
