/* fake_schedules.h - invented schedules, runs, traces and reports for the console's tests and
 * pictures: one schedule in each state. The same each time; the clock stands at FAKE_NOW_US. */
#ifndef TESTS_TOOLS_FAKE_SCHEDULES_H
#define TESTS_TOOLS_FAKE_SCHEDULES_H

#include "../../src/ui/source.h"

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_SCHEDULES = 7, FAKE_RUNS = 9 };

struct zone_files;

struct fake_schedules {
    struct schedule_row row[FAKE_SCHEDULES];
    int32_t count;
    struct run_row run[FAKE_RUNS]; /* the newest first */
    int32_t runs;
    bool no_specs;
    const char *report; /* the text of each report */
    struct zone_files *zones;
};

void fake_schedules_init(struct fake_schedules *f);
void fake_schedules_done(struct fake_schedules *f);

/* As the functions of struct source. */
bool fake_board(struct fake_schedules *f, int64_t now_us, struct arena *arena,
                struct schedule_board *ret, struct err *err);
bool fake_specs(struct fake_schedules *f, const char *name, struct arena *arena,
                struct spec_row **ret, int32_t *ret_count, struct err *err);
bool fake_schedules(struct fake_schedules *f, const char *name, struct arena *arena,
                    struct schedule_row **ret, int32_t *ret_count, struct err *err);
bool fake_runs(struct fake_schedules *f, const struct run_filter *filter, struct arena *arena,
               struct run_row **ret, int32_t *ret_count, struct err *err);
bool fake_report(struct fake_schedules *f, struct uuid run, struct buf *text, struct err *err);
bool fake_zone(struct fake_schedules *f, const char *name, const struct zone **ret,
               struct err *err);
bool fake_trace(struct fake_schedules *f, struct uuid run, struct arena *arena,
                struct log_row **ret, int32_t *ret_count, struct err *err);
/* What the desk makes of a command: changes the row. */
void fake_schedules_carry_out(struct fake_schedules *f, const struct command *c);

#endif
