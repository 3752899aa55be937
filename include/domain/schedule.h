/* schedule.h - the words of scheduled reports, as values: what a schedule is doing, why a run was
 * made, how it went; and what an operator defines. The same names in the record, in --json and on
 * the screens. Pure; any thread. */
#ifndef DOMAIN_SCHEDULE_H
#define DOMAIN_SCHEDULE_H

#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum schedule_status {
    SCHEDULE_ACTIVE,
    SCHEDULE_PAUSED,    /* by an operator, with a note */
    SCHEDULE_CANCELLED, /* it has come to its end: end date, or its last run was made */
    SCHEDULE_ERROR,     /* needs a person; next_run_at stands still */
    SCHEDULE_STATUSES
};

enum run_trigger {
    TRIGGER_SCHEDULE, /* its slot came */
    TRIGGER_CATCHUP,  /* its slot went by while no engine ran */
    TRIGGER_BACKFILL, /* an operator asked for old slots */
    TRIGGER_MANUAL,   /* an operator asked for a report now; counts for the frequency */
    TRIGGER_TEST,     /* likewise, but counts for nothing */
    TRIGGER_AFTER,    /* the schedule that it follows had a success */
    TRIGGERS
};

enum run_status {
    RUN_QUEUED,  /* waits for a lane, or for its next attempt */
    RUN_RUNNING, /* a lane works it */
    RUN_SUCCESS,
    RUN_FAILED,
    RUN_SKIPPED, /* its slot was due and no report was made; the error says why */
    RUN_CANCELLED,
    RUN_STATUSES
};

/* Specifications of one schedule, its first included. */
enum { SCHEDULE_SPECS_MAX = 16 };
/* next_run_at of a schedule that waits for no instant: it follows another's success. */
#define SCHEDULE_NEVER_US INT64_MAX

/* Later than this, somebody must look. */
#define SCHEDULE_OVERDUE_US (INT64_C(24) * 3600 * 1000000)
/* Should it have run more than that ago? */
bool schedule_overdue(bool enabled, enum schedule_status status, int64_t next_run_us,
                      int64_t now_us);

const char *schedule_status_name(enum schedule_status v);
const char *run_trigger_name(enum run_trigger v);
const char *run_status_name(enum run_status v);
/* False (and *ret left alone) for an unknown name. */
bool schedule_status_parse(const char *name, enum schedule_status *ret);
bool run_trigger_parse(const char *name, enum run_trigger *ret);
bool run_status_parse(const char *name, enum run_status *ret);

/* A schedule as its operator defines it. Texts are borrowed; NULL overrides: all of the
 * specification's. */
struct schedule_def {
    const char *workspace;
    const char *name;
    const char *specification; /* by name, of the same workspace */
    const char *further;       /* more of them, one a line, each once; NULL: none */
    const char *after;         /* type after: the schedule whose success it follows; else NULL */
    const char *type;          /* daily, weekly, monthly, custom, after */
    const char *config;        /* JSON: time, days, zone, and the finer points of timing.h */
    const char *categories;    /* JSON array of category ids, or NULL */
    const char *regions;       /* likewise */
    const char *cadence;       /* overrides the frequency, or NULL */
    const char *notes;
    bool enabled;
    const char *frequency; /* of its specification: only when it was read from the record */
};

/* The next of a list with one name a line: begins at *at and moves it on; false at its end, and for
 * a name that is too long. */
bool schedule_next_name(const char **at, char ret[NAME_MAX_BYTES + 1]);

#endif
