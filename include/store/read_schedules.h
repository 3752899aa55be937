/* read_schedules.h - specifications, schedules, runs and reports as screens and sub-commands show
 * them. Everything is copied into the caller's arena. Read only; the thread of the db. */
#ifndef STORE_READ_SCHEDULES_H
#define STORE_READ_SCHEDULES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/schedule.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

enum { READ_SCHEDULES_MAX = 20000, READ_RUNS_MAX = 2000 };

/* Texts are never NULL but the three overrides; instants are 0 when there is none. */
struct schedule_row {
    struct uuid id;
    const char *workspace, *name, *specification, *type, *config;
    const char *categories, *regions, *cadence; /* overrides; NULL: none */
    bool enabled;
    enum schedule_status status;
    int64_t next_run_us, last_run_us;
    const char *last_status; /* success, failed, skipped, "" */
    const char *last_error;
    int64_t runs, successes, failures, skipped, overlapped, missed, slots;
    int64_t paused_until_us;
    const char *paused_note, *notes, *created_by;
    int64_t created_us, rev;
    const char *frequency; /* of the specification */
    bool spec_active;
    int64_t last_success_us; /* of the specification: the instant of its newest report's period */
    bool ran;                /* there is one */
    bool busy;               /* a run of it waits or is made */
    const char *further;     /* specifications besides the first, one a line; NULL: none */
    const char *after;       /* the schedule whose success it follows; NULL: it has times */
};
/* name NULL: all of the workspace (NULL: of all). At most READ_SCHEDULES_MAX. */
bool read_schedules(struct db *db, const char *workspace, const char *name, struct arena *arena,
                    struct schedule_row **ret, int32_t *ret_count, struct err *err);

struct spec_row {
    const char *workspace, *name, *frequency, *definition, *created_by;
    bool active;
    int64_t rev, updated_us, schedules, last_success_us;
};
bool read_specs(struct db *db, const char *workspace, const char *name, struct arena *arena,
                struct spec_row **ret, int32_t *ret_count, struct err *err);

struct run_row {
    struct uuid id;
    const char *workspace, *schedule, *specification; /* schedule "": none */
    enum run_trigger trigger;
    enum run_status status;
    int64_t slot_us; /* 0: took no slot */
    int32_t attempt;
    const char *error, *report, *sha256, *period, *actor;
    int64_t size_bytes, items, sources, sources_failed;
    int64_t created_us, started_us, finished_us, not_before_us;
    bool seen;
};
struct run_filter {
    const char *workspace, *schedule; /* NULL: all */
    const struct uuid *run;           /* NULL: all */
    bool failed;                      /* only failures that nobody has seen */
    int32_t max;                      /* 1..READ_RUNS_MAX */
};
/* The newest stands first. */
bool read_runs(struct db *db, const struct run_filter *filter, struct arena *arena,
               struct run_row **ret, int32_t *ret_count, struct err *err);

/* Appends a run's report as it was made; ERR_REFUSED when it has none. Either may be NULL. */
bool read_report(struct db *db, struct uuid run, struct buf *html, struct buf *text,
                 struct err *err);

struct schedule_counts {
    int64_t active, paused, in_error, disabled, all;
    int64_t successes, failures, skipped;
    int64_t next_run_us; /* 0: none */
    int64_t overdue;     /* by more than SCHEDULE_OVERDUE_US */
    int64_t unseen;      /* failures that nobody has acknowledged */
    int64_t running, queued;
};
bool read_schedule_counts(struct db *db, const char *workspace, int64_t now_us,
                          struct schedule_counts *ret, struct err *err);

#endif
