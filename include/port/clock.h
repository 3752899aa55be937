/* clock.h - port: the time, and waiting. The engine has no other way to do either, so that the
 * simulation can give it virtual time. One instance belongs to one lane. */
#ifndef PORT_CLOCK_H
#define PORT_CLOCK_H

#include "base/err.h"

#include <stdint.h>

struct clock_port;

struct clock_ops {
    int64_t (*now_us)(struct clock_port *c);  /* wall, microseconds UTC */
    int64_t (*boot_us)(struct clock_port *c); /* monotonic, counts suspend */
    /* Waits until boot time deadline_us or until somebody wakes this lane, whichever is first.
     * False (ERR_CANCELLED) when the lane was asked to end; true otherwise. */
    bool (*wait)(struct clock_port *c, int64_t deadline_us, struct err *err);
    /* True when the lane was asked to end. */
    bool (*cancelled)(struct clock_port *c);
};

struct clock_port {
    const struct clock_ops *ops;
};

#endif
