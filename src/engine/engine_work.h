/* engine_work.h - the engine's threads as its files share them: engine.c starts and ends them,
 * keeper.c gets the data directory and watches files, lane_thread.c feeds a lane.
 *
 * What threads share stands in struct engine under `lock`, which is never held over I/O; the rest
 * is set before the threads start or belongs to one of them. */
#ifndef ENGINE_WORK_H
#define ENGINE_WORK_H

#include "desk_work.h"
#include "ready.h"
#include "run_pool.h"

#include "engine/engine.h"
#include "engine/lane.h"
#include "engine/report_lane.h"

#include <pthread.h>

enum {
    LANES_MAX = HANDS_MAX,
    REPORT_LANES_MAX = 64,
    PROVIDERS_MAX = 8,
    OWED_MAX = 64,
    IDLE_FAILURES = 3 /* after so many failures in a row there is no work possible now */
};

/* Why one of the threads can't work; it is said until the thread can. Guarded by engine->lock. */
struct complaint {
    char text[ERR_TEXT_MAX]; /* "" none */
    bool passing;            /* about an answer that did not come, so another may */
    int64_t returns;         /* engine->returns when it was made */
};

struct lane_thread {
    struct engine *engine;
    pthread_t thread;
    bool running;     /* the keeper's: started and not joined */
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    bool looking;               /* inside lane_run_once() */
    bool has_job;               /* there, and a job was taken */
    int32_t failures;           /* looks in a row that ended in trouble */
    int64_t idle_at;            /* engine->changes when it last found nothing; -1 never */
    char problem[ERR_TEXT_MAX]; /* "" none */

    /* its thread's own */
    struct clock_port *clock;
    struct authority *authority;
    struct journal *journal;
    struct lane *lane;
    struct pages *pages; /* these four are made anew when the config changed */
    struct mail *mail;
    struct {
        char name[NAME_MAX_BYTES + 1];
        struct search *search;
    } provider[PROVIDERS_MAX];
    int providers;
    int64_t config_no;        /* engine->config_no they were made with */
    int64_t returns;          /* engine->returns that it knows of */
    struct settings settings; /* the same */
    struct settings look;     /* those in force, to compare */
};

/* Deals with due schedules, and calls report lanes when runs wait. */
struct agenda_thread {
    struct engine *engine;
    pthread_t thread;
    bool running;     /* the keeper's: started and not joined */
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    bool looking;
    bool asked;             /* a command of this process changed something: it looks at once */
    int64_t idle_at;        /* engine->changes when it last found nothing due and nothing waiting */
    int64_t alive_until_us; /* boot time by which it must have looked again */
    int32_t failures;
    struct complaint problem;

    /* its thread's own */
    struct clock_port *clock;
    struct agenda *agenda;
    struct zones *zones;
    bool looked;        /* once */
    int64_t keep_at_us; /* boot time of the next upkeep; 0: not yet known */
    struct ready ready; /* slots made ready before their instant */
};

/* Takes runs for the report lanes, renews them, and tells the record how they ended. */
struct pool_thread {
    struct engine *engine;
    pthread_t thread;
    bool running;     /* the keeper's: started and not joined */
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    int32_t failures; /* commands in a row */
    struct complaint problem;

    /* its thread's own */
    struct clock_port *clock;
    struct agenda *agenda;
    int64_t renew_us; /* boot time of the next renewal */
    int64_t tell_us;  /* boot time by which outcomes are told; INT64_MAX: there are none */
};

/* Works one run of the pool after the other; then it sleeps until it is called. */
struct report_thread {
    struct engine *engine;
    pthread_t thread;
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    bool started;
    bool called; /* there may be a run for it */
    bool has_run;
    struct complaint problem;

    /* its thread's own */
    struct clock_port *clock;
    struct agenda *agenda;
    struct reports *reports;
    struct report_lane *lane;
    const struct pool_item *item; /* that is made */
    int64_t config_no;            /* engine->config_no that reports were made with */
};

/* Brings finished reports to who wants them. */
struct delivery_thread {
    struct engine *engine;
    pthread_t thread;
    bool running;     /* the keeper's: started and not joined */
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    bool looking;
    int64_t idle_at; /* engine->changes when it last found nothing to bring now */
    int32_t failures;
    struct complaint problem;

    /* its thread's own */
    struct clock_port *clock;
    struct agenda *agenda;
    struct mail *mail;
    struct courier *courier;
    int64_t config_no; /* engine->config_no that these two were made with */
};

/* Keeps the copy of a shared record up to date. */
struct mirror_thread {
    struct engine *engine;
    pthread_t thread;
    bool running;     /* engine.c's: started and not joined */
    struct wake wake; /* of its thread */

    /* guarded by engine->lock */
    bool asked;                 /* at least once */
    int32_t failures;           /* in a row */
    int64_t untold;             /* facts of this machine that the record may not know of */
    bool hears;                 /* what others change, at once */
    int64_t seen_us;            /* wall clock of the last answer; 0 none */
    char problem[ERR_TEXT_MAX]; /* why there was none; "" there was */
    int64_t away_us;            /* since when there is none; 0 there is */
    char trouble[ERR_TEXT_MAX]; /* the last problem, also after it went by */
    int64_t trouble_us;         /* when that was last seen */

    /* its thread's own */
    struct clock_port *clock;
    struct mirror_port *mirror;
    struct journal *journal; /* to count in */
};

/* A stop or pause that the record does not know yet. */
struct owed_stop {
    enum command_kind kind;
    char workspace[NAME_MAX_BYTES + 1];
    char job[NAME_MAX_BYTES + 1];
    char actor[NAME_MAX_BYTES + 1];
};

struct engine {
    struct engine_plugs plugs;
    enum engine_role role;
    struct desk desk;
    struct wake caller; /* engine_wake() */
    struct wake keeper; /* of the keeper's thread */
    pthread_t keeper_thread;
    bool keeper_running;
    int lock_fd;    /* engine.lock; -1 not ours. The keeper's, engine.c's before and after */
    struct uuid id; /* set by the keeper before the lanes start */
    struct journal *owed_journal; /* the desk's thread's; NULL: none is kept */
    struct hands hands;
    struct lane_thread lane[LANES_MAX];
    int64_t generation; /* of the journal: set by the keeper before the threads start */
    struct mirror_thread mirror;
    struct agenda_thread agenda;
    struct run_pool pool; /* has a lock of its own, which is never held while this one is taken */
    struct pool_thread pool_keeper;
    struct report_thread report[REPORT_LANES_MAX];
    struct delivery_thread delivery;

    pthread_mutex_t lock; /* guards what follows, and what the lanes say of themselves */
    int32_t lanes;        /* started */
    bool serving;         /* lanes may take jobs */
    bool held;            /* HOLD: they never will */
    bool ending;          /* no further thread is started */
    int32_t failures;     /* the keeper failed to get ready so many times in a row */
    int64_t changes;      /* the record or the config changed so many times */
    int64_t config_no;    /* the config was taken so many times */
    int64_t returns;      /* a shared record answered again so many times */
    struct owed_stop owed[OWED_MAX];
    int32_t owed_count;
    bool owed_look; /* the desk shall look into the journal: another process may have kept some */
    enum engine_where where;
    long pid;
    char problem[ERR_TEXT_MAX];        /* of the keeper: why nothing is served */
    char config_problem[ERR_TEXT_MAX]; /* the file was refused */
};

/* --- engine.c ------------------------------------------------------------------------------- */
void engine_hold(struct engine *e);
void engine_let_go(struct engine *e);
/* How a thread's work went (no text: well). Under the lock. True: its sentence is another now. */
bool engine_complain(const struct engine *e, struct complaint *c, const struct err *why);
/* Something changed: all lanes look again. */
void engine_changed(struct engine *e);
/* Says to the console and to the caller what is so now. */
void engine_publish(struct engine *e);
/* After a reload: the lanes make their ports anew, or the refusal is told (why not NULL). */
void engine_config(struct engine *e, const struct err *why);

/* --- serve_lock.c --------------------------------------------------------------------------- */
/* Takes engine.lock, trying for about wait_us. ERR_CONFLICT: somebody else has it. */
bool serve_lock_take(const char *data_dir, int64_t wait_us, int *ret_fd, struct err *err);
/* Writes into the lock that is held why the config file was refused; "" it was not. For whoever
 * asks how the engine is (engine_served_by). False
 * when it can't be written now. */
bool serve_lock_note(int fd, const char *config_problem);

/* --- keeper.c, lane_thread.c: the threads' mains -------------------------------------------- */
void *keeper_main(void *arg);      /* the engine */
void *lane_thread_main(void *arg); /* the lane_thread */

/* --- owed.c --------------------------------------------------------------------------------- */
/* From here on no lane of this engine works the job of the command (a stop or pause). False: there
 * are too many already. */
bool engine_owe(struct engine *e, const struct command *c);
/* Brings what stands in the journal, of this process or an earlier one. Before the threads start,
 * and on the desk's thread. */
void engine_owed_load(struct engine *e);
/* One that the record must still be told; false: none. Kind, names and actor are filled in. */
bool engine_owes(struct engine *e, struct command *ret);
/* The record knows of it, or never will. */
void engine_paid(struct engine *e, const struct command *c);
/* What was asked for here about this job and the record may not know; false: nothing. */
bool engine_wish(struct engine *e, const char *workspace, const char *job, enum desired *ret);

/* --- mirror_thread.c ------------------------------------------------------------------------ */
void *mirror_thread_main(void *arg); /* the mirror_thread */

/* --- agenda_thread.c, pool_thread.c, report_thread.c ------------------------------------------ */
void *agenda_thread_main(void *arg);                       /* the agenda_thread */
bool pool_thread_start(struct engine *e, struct err *err); /* once, the keeper's thread */
/* The record may have runs to be taken. Any thread. */
void pool_thread_call(struct engine *e);
/* Has an idle report lane look for a run; starts one when all that were started are busy and there
 * may be more. Any thread. */
void report_threads_call(struct engine *e);
/* Is any of them at work, or called, or is a run waiting or not yet told? Under the lock. */
bool report_threads_busy(struct engine *e);
/* Asks them to end and joins them, then their keeper, which tells what is left to be told and gives
 * back what was not begun; after the agenda thread has ended. */
void report_threads_stop(struct engine *e);

/* --- delivery_thread.c ------------------------------------------------------------------------ */
bool delivery_thread_start(struct engine *e, struct err *err); /* once, the keeper's thread */
void delivery_thread_stop(struct engine *e);

#endif
