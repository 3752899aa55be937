/* report_lane.h - has the report of a run that was taken made, and says how it ended.
 *
 * Plain blocking style on ports, as lane.h. While the report is made its generator looks around
 * through report_watch: that is where a deadline, a run that went on without this lane or an ending
 * process is noticed. Leases and outcomes are not its business: whoever took the run renews it and
 * tells the record. */
#ifndef ENGINE_REPORT_LANE_H
#define ENGINE_REPORT_LANE_H

#include "base/err.h"
#include "domain/settings.h"
#include "port/agenda.h"
#include "port/clock.h"
#include "port/reports.h"

#include <stdbool.h>
#include <stdint.h>

/* What is pointed to is borrowed and outlives the lane. */
struct report_lane_ports {
    struct agenda *agenda; /* read only */
    struct clock_port *clock;
    struct reports *reports;
    void (*settings)(void *ctx, struct settings *ret);
    /* Did the run that is made go on without this lane (cancelled, taken by another)? */
    bool (*lost)(void *ctx);
    void *ctx;
};

enum report_end {
    REPORT_TELL,      /* there is an outcome: it is a fact, the record must hear of it */
    REPORT_GIVEN_UP,  /* somebody else's now, cancelled, or made again at the next start */
    REPORT_NOT_BEGUN, /* what earlier reports had can't be read now: err says why */
    REPORT_ENDS
};

struct report_lane;

bool report_lane_new(const struct report_lane_ports *ports, struct report_lane **ret,
                     struct err *err);
void report_lane_free(struct report_lane *l); /* accepts NULL */

/* *ret (REPORT_TELL): its texts are the lane's until the next call. */
enum report_end report_lane_make(struct report_lane *l, const struct run_work *work,
                                 struct run_result *ret, struct err *err);

#endif
