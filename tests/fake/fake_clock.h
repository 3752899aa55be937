/* fake_clock.h - the clock port with a time that only tests move. wait() does not wait: it moves
 * the time to the deadline, so a lane that rests for a day is through in no time. */
#ifndef FAKE_CLOCK_H
#define FAKE_CLOCK_H

#include "port/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct fake_clock {
    struct clock_port port; /* first: hand out &clock.port */
    int64_t now;            /* wall */
    int64_t boot;
    int64_t waits;        /* calls of wait() so far */
    int64_t cancel_after; /* the lane is asked to end at this many waits; -1: never */
    bool cancelled;       /* the lane was asked to end */
};

/* 2026-11-23T09:00:00Z, 1000 s after boot. */
void fake_clock_init(struct fake_clock *c);
/* Both times go on by so much. */
void fake_clock_pass(struct fake_clock *c, int64_t span_us);

#endif
