/* lane.h - the automation loop: takes one job, works it step by step, gives it back.
 *
 * A lane is written in plain blocking style on ports alone: it knows no thread, no clock and no
 * database of its own, so the engine runs it on a thread and the simulation as a coroutine, the
 * same code. Everything that a lane remembers between two steps is in the authority and the
 * journal; whatever memory it uses hangs on struct lane, so a lane that is dropped in mid-step (a
 * simulated kill) loses nothing but that: lane_free() takes it all back.
 *
 * The order of one step never changes: decide (domain/rotation) - ask the authority - journal the
 * intent - do - journal the fact - report it. Failpoints lane_* and settle_* stand around each. A
 * lane and its ports belong to one thread. */
#ifndef ENGINE_LANE_H
#define ENGINE_LANE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/uuid.h"
#include "domain/settings.h"
#include "engine/hands.h"
#include "port/authority.h"
#include "port/clock.h"
#include "port/mail.h"
#include "port/pages.h"
#include "port/search.h"
#include "store/journal.h"

#include <stdbool.h>
#include <stdint.h>

#define LANE_SLICE_US (INT64_C(5) * 1000000) /* no wait is longer without a look around */
#define LANE_LOOK_US (INT64_C(200) * 1000) /* the same while a search, page or letter is awaited */
#define LANE_HOLD_US (INT64_C(90) * 1000000) /* longer waits give the job back until then */

/* What a lane works with. What the pointers lead to is borrowed and outlives the lane. */
struct lane_ports {
    struct authority *authority;
    struct journal *journal;
    struct pages *pages;
    struct mail *mail; /* its mode is the mode in which jobs are taken */
    struct clock_port *clock;
    /* The instance for a provider's name, made once and borrowed by the lane. ERR_REFUSED: there
     * is no such provider, the job fails with the sentence. */
    bool (*search)(void *ctx, const char *provider, struct search **ret, struct err *err);
    /* The bytes of a letter; false with ERR_REFUSED: it is held for the reason in the sentence. */
    bool (*letter)(void *ctx, const struct settings *settings, const struct template_def *template,
                   const struct send_row *row, const char *group, const char *term, struct buf *out,
                   struct err *err);
    void (*settings)(void *ctx, struct settings *ret); /* a copy of those in force */
    /* Asked between two steps: shall the job be given back, so that another has its turn or so
     * that the ports can be made anew? since_us: boot time at which it was taken. NULL: never. */
    bool (*yield)(void *ctx, int64_t since_us);
    /* A stop or pause that was asked for here and that the authority may not know of yet. NULL:
     * there is no such thing. */
    bool (*wish)(void *ctx, const char *workspace, const char *job, enum desired *ret);
    /* What keeps the lane from working, "" when nothing does any more. NULL: nobody asks. */
    void (*problem)(void *ctx, const char *sentence);
    void *ctx;
    const struct log_sink *log; /* NULL: silent */
    struct hands *hands;        /* of all lanes of the engine; NULL: this is the only one */
    int32_t number;             /* of this lane there */
    struct uuid engine;         /* journal_engine() */
};

enum lane_end {
    LANE_NOTHING,   /* there was no job to take */
    LANE_PAUSED,    /* the operator paused it */
    LANE_STOPPED,   /* the operator stopped it */
    LANE_COMPLETED, /* all groups are done */
    LANE_WAITING,   /* given back until a window, a back-off or the pause after a cycle is over */
    LANE_YIELDED,   /* given back because ports->yield asked for it */
    LANE_FAILED,    /* the job can't go on; its state says so and why */
    LANE_FENCED,    /* another engine has it now */
    LANE_CANCELLED, /* the lane was asked to end; the job was given back and still runs */
    LANE_PROBLEM,   /* database, disk or sink in trouble; the job still wants to run */
    LANE_ENDS
};

struct lane_report {
    enum lane_end end;
    bool took; /* a job was taken (its name follows) */
    struct uuid job;
    char job_name[NAME_MAX_BYTES + 1];
    int64_t look_again_us;      /* boot time from which another call makes sense, or as soon as the
                                * record has changed; 0 at once */
    char problem[ERR_TEXT_MAX]; /* LANE_PROBLEM, LANE_FAILED: the sentence; else "" */
};

struct lane;

/* The struct is copied. */
bool lane_new(const struct lane_ports *ports, struct lane **ret, struct err *err);
/* The lane's copy: pointers in it may be exchanged between two calls of lane_run_once(). */
struct lane_ports *lane_ports(struct lane *l);
void lane_free(struct lane *l); /* accepts NULL; also right after a call that never returned */

/* Takes one job and works it until it has to come to rest; *ret says why. Own open rows of the job
 * are settled first. Returns at once with LANE_NOTHING when no job can be taken. */
void lane_run_once(struct lane *l, struct lane_report *ret);
const char *lane_end_name(enum lane_end end);

/* The same pipeline for one term, by hand. */
struct manual_request {
    const char *term;
    const char *provider; /* without send; with it, the job's */
    int32_t limit;        /* leads to find, or letters to send; >= 1 */
    int32_t variations;   /* without send: other ways to ask, 0..20 */
    uint64_t seed;        /* of the variations */
    bool send;            /* queue and send in the name of job and group */
    struct job_ref job;   /* with send: an existing job, not held by anybody else */
    const char *group;    /* with send: a group of it that has the term */
    /* Called for each address that passes policy, in order, once each (without send). False ends
     * the search. May be NULL. */
    bool (*found)(void *ctx, const struct lead_found *lead, const struct page_words *words,
                  const char *url);
    void *ctx;
};

struct manual_result {
    int32_t found;      /* without send: addresses handed to found() */
    int32_t pages;      /* pages read */
    int32_t failed;     /* pages that could not be read */
    int32_t queued;     /* with send: new ledger rows */
    int32_t duplicates; /* addresses that were known */
    int32_t decided;    /* letters with a verdict of any kind */
    int32_t accepted;   /* of these, sent or simulated */
    int32_t held;       /* of these, waiting for a missing variable */
    bool exhausted;     /* there is nothing more to find */
    bool limited;       /* with send: term or group is full, or a window is closed */
};

/* Without send nothing is queued or stored. With send the job's ledger, limits and cursor are
 * used: what is queued already goes first. ERR_CONFLICT when somebody works the job; the ports'
 * identity must then be one of its own (another journal file), never that of a serving engine. */
bool lane_manual(struct lane *l, const struct manual_request *request, struct manual_result *ret,
                 struct err *err);

#endif
