/* read_jobs.h - what the Dash, Jobs and Job screens and `job list|show`, `status` show. Read only;
 * each call is one short read transaction. Instants in microseconds UTC. */
#ifndef STORE_READ_JOBS_H
#define STORE_READ_JOBS_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/plan.h"
#include "domain/types.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct job_row {
    struct uuid id;
    const char *workspace;
    const char *name;
    enum job_state state;
    enum desired desired; /* differs from state while a stop or pause is under way */
    enum distribution distribution;
    enum mail_mode mode;
    bool loop_automation;
    int32_t loop_interval;
    int32_t max_emails_per_group;
    int32_t cycle;
    int64_t cycle_sent; /* rows of this cycle that hold a place */
    int64_t cycle_goal; /* the most this cycle can still come to: bar = sent / goal; each group
                               * min(max_emails_per_group, sum of its terms), a finished group or
                               * term counts as what it has. 0 when nothing is defined */
    int64_t total_sent; /* all cycles, this mode */
    int32_t per_minute; /* letters decided in the last 60 s */
    int64_t eta_us;     /* span until the goal at the pace of the last 1 to 5 min; -1 unknown */
    const char *group;  /* where it stands; "" */
    const char *term;
    int32_t term_sent;
    int32_t term_limit;
    int32_t terms_done; /* in the current group */
    int32_t terms;
    int32_t group_count;
    int32_t groups_done;
    int64_t held, in_doubt, deferred, queued;
    int64_t wait_until_us;  /* resting; 0 not */
    int64_t started_at_us;  /* when the cycle began, or the job was started for it; 0 never */
    const char *started_by; /* who started or resumed it last */
    int64_t ended_at_us;    /* last pause, stop, completion, failure; 0 never */
    int64_t lease_until_us; /* 0: nobody holds it */
    const char *lease_host;
    int64_t lease_pid;
    const char *error; /* JOB_FAILED */
    bool confirmed;    /* somebody said that its first letters are well */
    int64_t over_us;   /* when an engine took it over last, in the last 24 h; 0 */
    const char *over;  /* "HOST (pid N) from HOST (pid N)"; "" */
};

/* All jobs of a workspace (NULL: of all), by workspace and name. Rows and texts in the arena.
 * now_us: for rates and ETA. */
bool read_jobs(struct db *db, const char *workspace, int64_t now_us, struct arena *arena,
               struct job_row **ret, int32_t *ret_count, struct err *err);
/* One job by name. workspace NULL: the only one of that name, else ERR_REFUSED names both; no such
 * job: ERR_REFUSED with the nearest name. */
bool read_job(struct db *db, const char *workspace, const char *name, int64_t now_us,
              struct arena *arena, struct job_row **ret, struct err *err);

struct job_detail {
    struct plan *plan;    /* groups, terms, counts, states, cursors (authority's job_load) */
    int64_t *group_leads; /* leads whose first finder is the group, all cycles */
    int64_t duplicates;   /* addresses seen again */
    int64_t suppressed, rejected, simulated, sent;
    int64_t saved_at_us;        /* when the position, or a letter of it, was last written */
    const char *last_variation; /* the query text the current term stands at */
    int32_t minute[60];         /* letters decided per minute, oldest first */
};
bool read_job_detail(struct db *db, struct uuid job, int64_t now_us, struct arena *arena,
                     struct job_detail *ret, struct err *err);

/* Numbers of the Dash and of `status`. */
struct totals {
    int32_t jobs, running, paused, idle, failed;
    int64_t letters_today; /* decided since local midnight, sent or simulated */
    int64_t in_doubt, held;
    int32_t ten_minutes[24]; /* letters per 10 minutes, last 4 h, oldest first */
};
bool read_totals(struct db *db, int64_t now_us, int64_t midnight_us, struct totals *ret,
                 struct err *err);

/* The engine that serves this record, from `engines` and its lock file's note. */
struct engine_row {
    struct uuid id;
    char host[64];
    char version[32];
    int64_t pid;
    int64_t last_seen_us;
};
bool read_engine(struct db *db, struct engine_row *ret, bool *ret_found, struct err *err);

#endif
