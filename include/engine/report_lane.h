/* report_lane.h - takes a waiting run, has its report made, and ends it.
 *
 * Plain blocking style on ports, as lane.h. While the report is made its generator looks around
 * through report_watch: that is where the run's lease is renewed, and where a deadline, a cancelled
 * run or an ending process is noticed. */
#ifndef ENGINE_REPORT_LANE_H
#define ENGINE_REPORT_LANE_H

#include "base/err.h"
#include "base/log.h"
#include "domain/settings.h"
#include "port/agenda.h"
#include "port/clock.h"
#include "port/reports.h"

#include <stdbool.h>
#include <stdint.h>

struct report_lane_ports {
    struct agenda *agenda;
    struct clock_port *clock;
    struct reports *reports;
    void (*settings)(void *ctx, struct settings *ret);
    /* A run was taken, from now on until the call returns. NULL: nobody asks. */
    void (*busy)(void *ctx);
    void *ctx;
    const struct log_sink *log; /* NULL: silent */
    struct uuid engine;
    int64_t journal_gen;
};

struct report_lane;

bool report_lane_new(const struct report_lane_ports *ports, struct report_lane **ret,
                     struct err *err);
void report_lane_free(struct report_lane *l); /* accepts NULL */

/* Takes one run and ends it. *ret_took false: none waits. False: the record could not be asked or
 * told; what was taken is taken again later. */
bool report_lane_run_once(struct report_lane *l, bool *ret_took, struct err *err);

#endif
