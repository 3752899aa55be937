/* run_pool.h - the runs that this engine has taken: what waits for a lane, what a lane makes, what
 * was made and is to be told to the record. Only memory under a lock: pool_thread.c speaks to the
 * record, report_thread.c makes the reports. Any thread may call any of these; none waits but
 * run_pool_end(), none holds the lock for longer than it takes to go through its lists. */
#ifndef ENGINE_RUN_POOL_H
#define ENGINE_RUN_POOL_H

#include "base/arena.h"
#include "port/agenda.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    POOL_HELD_MAX = 64 * AGENDA_RUNS_MAX, /* in its hands and not yet told to the record */
    POOL_TELL_HELD = 6 * AGENDA_RUNS_MAX, /* with so many in its hands, outcomes are not put off */
    POOL_SMALL_BYTES = 256 << 10,         /* a result up to this size is copied */
    POOL_COPIED_MAX = 16 << 20            /* all copies together */
};

enum pool_state {
    POOL_WAITS,  /* for a lane */
    POOL_WORKED, /* by a lane */
    POOL_ENDED,  /* to be told */
    POOL_BACK    /* not begun: to be given back */
};

/* Runs that were taken together, and the memory that they are in. */
struct pool_batch {
    struct arena arena;
    struct run_work *work; /* room for as many as were wanted */
    struct pool_item *item;
    int32_t held; /* items not yet let go, and one more while it is apart */
    bool apart;   /* its runs have begun, which is not written down yet (ready.c): nothing that
                     names them is said to the record */
};

struct pool_item {
    const struct run_work *work;
    struct pool_batch *batch;
    struct pool_item *next; /* of those that wait, or have ended */
    int32_t place;          /* in held */
    enum pool_state state;
    int64_t taken_us;         /* boot time */
    int64_t begun_us;         /* the same; POOL_WORKED */
    bool lost;                /* it went on without this engine */
    bool awaited;             /* a lane waits until its result was told */
    bool told;                /* it was */
    struct run_result result; /* POOL_ENDED */
    char *copy;               /* what result points to; NULL: it is the lane's, which waits */
    size_t copy_size;
};

struct pool_list {
    struct pool_item *first, *last;
    int32_t count;
};

struct run_pool {
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t telling;
    struct pool_item *held[POOL_HELD_MAX];
    int32_t held_count;
    struct pool_list waiting, ended;
    struct pool_list early; /* ended, of batches that are apart */
    int32_t worked, back;
    int32_t awaited; /* lanes that wait for a result to be told */
    size_t copied;   /* bytes */
    int32_t low;     /* as few waiting: it is time to take more */
    bool called;     /* the record may have waiting runs */
    bool looking;    /* it is being asked */
    bool trouble;    /* the lanes' ports can't be made: nothing is taken */
    bool ending;
    int64_t mean_us; /* that a report took lately; 0 nothing is known */
};

bool run_pool_init(struct run_pool *p);
void run_pool_done(struct run_pool *p); /* after all threads have ended */

/* --- those who know that runs wait, and the lanes ------------------------------------------- */
void run_pool_call(struct run_pool *p);
/* The next run; NULL: none waits. *ret_left: as many wait after it. *ret_low: more should be
 * taken. Its work is the caller's to read until it ends the item in one of the ways below. */
struct pool_item *run_pool_pop(struct run_pool *p, int64_t boot_us, int32_t *ret_left,
                               bool *ret_low);
/* Did it go on without this engine (cancelled, taken by another)? */
bool run_pool_lost(struct run_pool *p, const struct pool_item *item);
/* Hands the outcome over. A small one is copied; for a large one, or when the copies are too many,
 * the caller waits until it was told. wake(ctx) is called before that, if the keeper must know. */
void run_pool_end(struct run_pool *p, struct pool_item *item, const struct run_result *result,
                  int64_t boot_us, void (*wake)(void *ctx), void *ctx);
void run_pool_drop(struct run_pool *p, struct pool_item *item); /* nothing is told of it */
void run_pool_back(struct run_pool *p, struct pool_item *item); /* it was not begun */
/* Can lanes work? As long as not, nothing is taken. True when that is news. */
bool run_pool_trouble(struct run_pool *p, bool trouble);

/* --- the keeper ------------------------------------------------------------------------------ */
/* How many runs to take now, for so many lanes; 0: none. Else run_pool_fill() must follow. */
int32_t run_pool_want(struct run_pool *p, int32_t lanes);
struct pool_batch *run_pool_batch(int32_t max); /* NULL: out of memory; to run_pool_fill */
/* The answer: takes ownership of batch (NULL: it failed). count 0: none waits any more. */
void run_pool_fill(struct run_pool *p, struct pool_batch *batch, int32_t count, int64_t boot_us);
/* Runs that begin together before they are written down: as run_pool_fill(), and the batch is the
 * caller's as well until run_pool_settled(). count is above 0 and no more than there is room
 * for. */
void run_pool_begun(struct run_pool *p, struct pool_batch *batch, int32_t count, int64_t boot_us);
void run_pool_settled(struct run_pool *p, struct pool_batch *batch);
void run_pool_unused(struct pool_batch *batch); /* one that was never filled; NULL is none */
/* For how many such runs there is room, that so many lanes begin within a second or so. */
int32_t run_pool_room(struct run_pool *p, int32_t lanes);
/* The oldest outcomes, at most max; borrowed until run_pool_told(), or run_pool_not_told() which
 * puts the first behind the others. */
int32_t run_pool_ends(struct run_pool *p, struct run_ended *ret, int32_t max);
void run_pool_told(struct run_pool *p, int32_t count);
void run_pool_not_told(struct run_pool *p);
/* The held ones from *from on, at most max; moves *from on. */
int32_t run_pool_pieces(struct run_pool *p, int32_t *from, struct run_piece *ret, int32_t max);
void run_pool_lose(struct run_pool *p, const struct run_piece *piece);
/* What is to be given back, at most max: what was not begun, and what waits since before_us. */
int32_t run_pool_backs(struct run_pool *p, int64_t before_us, struct run_piece *ret, int32_t max);
void run_pool_returned(struct run_pool *p, const struct run_piece *pieces, int32_t count);
/* From now on nothing is taken. */
void run_pool_ending(struct run_pool *p);

/* What there is to do, at one instant. */
struct pool_standing {
    int32_t waiting, held, ended, early, back;
    bool called, awaited, trouble, ending;
    bool busy; /* something is under way or asked for */
};
struct pool_standing run_pool_standing(struct run_pool *p);

#endif
