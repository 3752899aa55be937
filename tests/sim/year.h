/* year.h - a year of 260 schedules, for test_year.c: what they are, when they come up, and what
 * becomes of each slot, all written from docs/schedules.md alone. Nothing of src/ is asked when
 * (libc's localtime says what a clock on the wall shows) nor whether (year_model.c has rules of its
 * own), so that the program is compared with the words and not with itself.
 *
 * Instants are seconds since 1970, days are numbers of days since 1970. One thread. */
#ifndef SIM_YEAR_H
#define SIM_YEAR_H

#include "domain/schedule.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    YEAR_TIMED = 200,     /* schedules with times; */
    YEAR_SCHEDULES = 260, /* the others follow one that stands before them */
    YEAR_SPECS = 130,
    YEAR_ZONES = 20,
    YEAR_RANGES = 3,
    YEAR_PARTS = 3 /* specifications of one schedule */
};

enum year_frequency { YEAR_DAILY, YEAR_WEEKLY, YEAR_BIWEEKLY, YEAR_MONTHLY };
enum year_catchup { YEAR_ONE, YEAR_ALL, YEAR_NONE };

/* One schedule: what it means, and the same as its type and config. */
struct year_schedule {
    char name[16];
    const char *type;
    char config[900];
    int spec[YEAR_PARTS], specs, zone;
    int after; /* whose success it follows; -1: it has times */
    /* when */
    bool minute[60], hour[24];
    bool follows_clock; /* minute or hour begins with a star */
    bool dom[32], last_day, dow[7];
    int nth_weekday, nth; /* nth 0: none, 6: the last of the month */
    bool both_days;       /* a day field begins with a star */
    /* what is left out */
    int64_t excluded[YEAR_RANGES][2];
    int ranges;
    bool workdays_only, moves; /* moves: to the next business day */
    int64_t first_day, last;   /* 0: none; a day, an instant, both included */
    int max_runs;
    /* what becomes of it */
    enum year_catchup catchup;
    int64_t window_s; /* 0: none */
    bool queue_one, override;
    int jitter_s;
};

struct year_plan {
    struct year_schedule schedule[YEAR_SCHEDULES];
    enum year_frequency frequency[YEAR_SPECS];
};

extern const char *const year_zones[YEAR_ZONES];

/* --- year_plan.c, year_when.c ----------------------------------------------------------------- */
void year_plan_make(struct year_plan *plan, uint64_t seed);

/* The instants at which each schedule comes up, in order; until well after the year. */
struct year_slots {
    int64_t *at;
    int count, room;
};
void year_slots_make(const struct year_plan *plan, struct year_slots ret[YEAR_SCHEDULES]);
void year_slots_free(struct year_slots slots[YEAR_SCHEDULES]);

/* --- year_model.c ----------------------------------------------------------------------------- */
struct year_run {
    int schedule, spec;
    int64_t slot, not_before, period;
    bool keyed; /* it uses up the period */
    enum run_trigger trigger;
    enum run_status status;
    int attempt;
    int start;           /* of the engine that runs it */
    int64_t ends, until; /* while it runs: test_year.c's */
};

struct year_counts {
    int64_t runs, successes, failures, skipped, overlapped, missed, slots;
};

struct year_model {
    const struct year_plan *plan;
    struct year_slots slots[YEAR_SCHEDULES];
    uint64_t id[YEAR_SCHEDULES]; /* for jitter */
    int at[YEAR_SCHEDULES];      /* the slot that comes up next */
    bool ended[YEAR_SCHEDULES];
    struct year_counts counts[YEAR_SCHEDULES];
    int64_t last_success[YEAR_SPECS]; /* INT64_MIN: none */
    struct year_run *run;
    int runs, room;
    int *open; /* runs that wait or are made, in the order in which they came */
    int opens, open_room;
};

void year_model_init(struct year_model *m, const struct year_plan *plan, int64_t start);
void year_model_done(struct year_model *m);

/* Deals with everything that is due. */
void year_model_pass(struct year_model *m, int64_t now);
/* The run that is taken next, its attempt counted; -1 none. start: how often the engine was
 * started; what an earlier start of it had is nobody's. */
int year_model_take(struct year_model *m, int64_t now, int start);
/* With what follows it. */
void year_model_succeed(struct year_model *m, int run, int64_t now);
void year_model_leave(struct year_model *m, int run); /* it found nothing new */
void year_model_fail(struct year_model *m, int run);
void year_model_retry(struct year_model *m, int run, int64_t at);

/* The next slot, or end, of any schedule; INT64_MAX none. */
int64_t year_model_next(const struct year_model *m, int schedule);
int64_t year_model_next_slot(const struct year_model *m);
/* The next instant at which a waiting run can be taken; INT64_MAX none. */
int64_t year_model_next_take(const struct year_model *m);

#endif
