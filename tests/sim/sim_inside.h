/* sim_inside.h - what the files of the simulation share.
 *
 *   sim.c         one run: set up, scheduler's loop, accidents, end
 *   sim_engine.c  engines and lanes: born, killed, buried
 *   sim_record.c  the authority port as a lane sees it
 *   sim_world.c   the other ports as a lane sees them: clock, search, pages, mail
 *   sim_jobs.c    jobs and operators
 *   sim_check.c   what must hold */
#ifndef SIM_INSIDE_H
#define SIM_INSIDE_H

#include "contract/contract.h"
#include "engine/lane.h"
#include "fake/fake_mail.h"
#include "fake/fake_pages.h"
#include "fake/fake_search.h"
#include "sim/coro.h"
#include "sim/disk.h"
#include "sim/made_job.h"
#include "sim/sim.h"

#define SIM_SECOND INT64_C(1000000)
#define SIM_MINUTE (60 * SIM_SECOND)
#define SIM_HOUR (60 * SIM_MINUTE)
#define SIM_DAY (24 * SIM_HOUR)
#define SIM_START (INT64_C(1795424400) * SIM_SECOND)

enum { SIM_ENGINES = 2, SIM_LANES = 2, SIM_JOBS = 5, SIM_SUPPRESSED = 12 };

enum sim_event_kind {
    SIM_RESUME,   /* a task goes on */
    SIM_KILL,     /* of an engine, now and then */
    SIM_DIE,      /* of an engine, once: at a failpoint, or with letters in its hands */
    SIM_START_UP, /* of an engine */
    SIM_FREEZE,
    SIM_SHUT_DOWN, /* politely */
    SIM_OPERATOR,
    SIM_CHECK,
    SIM_CALM /* accidents end */
};

struct sim_event {
    int64_t at;
    int64_t order; /* events of one instant happen in the order in which they were ordered */
    enum sim_event_kind kind;
    int32_t engine;
    int32_t task; /* SIM_RESUME: 0 the keeper, 1.. lanes */
    uint32_t life;
};

enum sim_outcome { SIM_DONE, SIM_REFUSED, SIM_LOST, SIM_UNANSWERED, SIM_LATE, SIM_OUTCOMES };

/* The rates of one seed: so many of a million calls, or a mean time between two. */
struct sim_rates {
    int32_t outcome[SIM_OUTCOMES];
    int32_t failpoint; /* kills, of a million failpoints reached */
    int32_t busy;      /* kills within seconds, of a million claims */
    int32_t stall;     /* a lane stands still at one */
    int32_t search, mail, disk;
    int64_t kill_us, freeze_us, shut_down_us, operator_us; /* 0: never */
    int32_t power;                                         /* of a hundred kills are power cuts */
};

struct sim;
struct sim_engine;

/* The authority as one task sees it. */
struct sim_record {
    struct authority port; /* first */
    struct authority *real;
    struct sim_task *task;
};

struct sim_clock {
    struct clock_port port; /* first */
    struct sim_task *task;
};

struct sim_search {
    struct search port; /* first */
    struct fake_search fake;
    struct sim_task *task;
};

struct sim_pages {
    struct pages port; /* first */
    struct fake_pages fake;
    struct sim_task *task;
};

struct sim_mail {
    struct mail port; /* first */
    struct mail_ops ops;
    struct fake_mail fake;
    struct sim_task *task;
};

/* A thread of an engine: the keeper, which makes it ready, or a lane. */
struct sim_task {
    struct sim *sim;
    struct sim_engine *engine;
    int32_t number;
    struct coro *coro;
    struct sim_record record;
    struct sim_clock clock;
    struct sim_search search;
    struct sim_pages pages;
    struct sim_mail mail;
    struct journal *journal;
    struct lane *lane;
};

struct sim_engine {
    struct sim *sim;
    int32_t number;
    struct uuid id;
    bool up;
    bool shutting; /* asked to end */
    uint32_t life;
    int64_t frozen_until;
    int64_t boot_zero; /* of its boot clock */
    int64_t skew;      /* of its wall clock against the record's */
    int64_t generation;
    struct hands hands;
    struct sim_task tasks[1 + SIM_LANES];
};

struct sim_job {
    struct made_job made;
    struct uuid id;
    int32_t loops; /* an operator starts it so often */
    int32_t starts;
    bool touched; /* another engine took it over with letters in hand, or its definition changed */
    int64_t last_epoch;
    struct uuid last_engine;
};

struct sim {
    struct sim_options options;
    struct sim_result *result;
    struct sim_rates rates;
    int64_t now; /* the record's wall clock */
    int64_t end_of_accidents, end;
    struct sim_event *heap;
    int32_t heap_count, heap_room;
    int64_t orders;
    struct rng dice;
    bool calm; /* accidents are over */
    bool violated;
    struct sim_task *current; /* whose coroutine runs; NULL: the scheduler */
    bool atomic;              /* inside a call of the real authority: nobody dies there */

    const struct ct_maker *maker;
    void *record;
    struct sim_clock record_clock;
    struct authority *operator_handle;
    struct fake_world world;
    struct fake_sink sink;
    struct disk *disk;
    struct settings settings;
    struct sim_engine engines[SIM_ENGINES];
    struct sim_job jobs[SIM_JOBS];
    struct fake_term terms[SIM_JOBS * MADE_GROUPS * MADE_TERMS]; /* of looping jobs */
    bool shared; /* jobs see one another's contacts */
    const char *suppressed[SIM_SUPPRESSED];
    char subjects[SIM_SUPPRESSED][ADDRESS_MAX + 2];
    struct send_grant scratch; /* for grants that nobody receives */
};

/* --- sim.c --- */
uint64_t sim_dice(struct sim *s);
int64_t sim_between(struct sim *s, int64_t from, int64_t to);
bool sim_percent(struct sim *s, int32_t percent);
/* An accident that happens to so many of a million; never while it is calm. */
bool sim_accident(struct sim *s, int32_t of_a_million);
void sim_order(struct sim *s, int64_t at, enum sim_event_kind kind, int32_t engine, int32_t task);
/* Mixes what happened into the trace. */
void sim_trace(struct sim *s, uint64_t a, uint64_t b);
void sim_violation(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_tell(struct sim *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* From inside a task: goes on after so long. */
void sim_sleep(struct sim_task *t, int64_t us);

/* --- sim_engine.c --- */
bool sim_engines_init(struct sim *s);
void sim_engines_done(struct sim *s);
void sim_engine_start(struct sim_engine *e);
void sim_engine_kill(struct sim_engine *e);
void sim_engine_resume(struct sim_engine *e, int32_t task);
/* Every task of it ended by itself. */
bool sim_engine_gone(const struct sim_engine *e);

/* --- sim_record.c, sim_world.c --- */
void sim_record_init(struct sim_task *t);
void sim_world_init(struct sim_task *t);
/* What becomes of a call: waits, and false with err when nothing is to be done. */
bool sim_before(struct sim_task *t, int op, enum sim_outcome *ret, struct err *err);
/* After it was carried out: waits, and false with err when the answer is lost. */
bool sim_after(struct sim_task *t, int op, enum sim_outcome outcome, bool ok, struct err *err);

/* --- sim_jobs.c --- */
bool sim_jobs_init(struct sim *s);
/* Operators do something, or, while it is calm, see to it that everything runs to its end. True
 * when a job rests that should go on some day. */
bool sim_operate(struct sim *s);
/* Has every running job go on at once, whatever it waits for. */
void sim_hurry(struct sim *s);
/* A lease was given: epochs grow, and one engine has one. */
void sim_job_taken(struct sim *s, const struct lease *lease);
struct sim_job *sim_job_of(struct sim *s, struct uuid id);

/* --- sim_check.c --- */
/* Whatever must hold at any instant. */
void sim_check_now(struct sim *s);
/* The log tells all and nothing twice: as sim_check_now, but it takes longer. */
void sim_check_log(struct sim *s);
/* What a claim says about its limits. */
void sim_check_limits(struct sim *s, const struct lease *lease, const struct send_grant *grant);
/* Whatever must hold in the end, besides. */
void sim_check_end(struct sim *s);

#endif
