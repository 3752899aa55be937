/* ready.h - the slots that this engine has made ready before their instant (decision 024): from
 * the record into memory some seconds before, from there to the lanes at the instant, and behind it
 * into the record. All of it on the agenda's thread. */
#ifndef ENGINE_READY_H
#define ENGINE_READY_H

#include "run_pool.h"

#include "engine/agenda_lane.h"

#include <stdbool.h>
#include <stdint.h>

#define READY_AHEAD_US (INT64_C(30) * 1000000) /* so long before their instant at the earliest */

enum { READY_BATCHES_MAX = 1024 };

struct engine;
struct clock_port;

/* One batch: slots of one instant. */
struct ready_batch {
    int64_t id;
    int64_t due_us;
    int64_t begun_us; /* boot time; 0: not yet */
    struct pool_batch *runs;
    int32_t count;
};

/* Zero is its beginning. */
struct ready {
    struct ready_batch batch[READY_BATCHES_MAX]; /* in the order in which they were made */
    int32_t count;
    struct soon_place place; /* of the walk that is under way */
    bool more;               /* it is: there may be others */
};

/* What all of it works with; borrowed. */
struct ready_work {
    struct engine *engine;
    struct clock_port *clock;
    const struct agenda_lane *lane;
};

/* Those whose instant has come begin, and lanes are called. What was withdrawn is let go. */
bool ready_begin(struct ready *r, const struct ready_work *w, struct err *err);
/* Writes down a piece of what has begun, when lanes have begun it or it is high time. *ret_wait:
 * it is not yet; nothing else should be asked of the record meanwhile. */
bool ready_settle(struct ready *r, const struct ready_work *w, bool *ret_wait, struct err *err);
/* Makes slots of one instant ready, when there is time for it: next_us is when something is due. */
bool ready_make(struct ready *r, const struct ready_work *w, int64_t next_us, struct err *err);
/* What has begun is written down, the rest is given up. */
bool ready_end(struct ready *r, const struct ready_work *w, struct err *err);

/* Something has begun that is not written down. */
bool ready_open(const struct ready *r);
/* When the next batch may begin; INT64_MAX: none is there. */
int64_t ready_next_us(const struct ready *r);

#endif
