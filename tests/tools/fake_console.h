/* fake_console.h - an invented record, log and desk for tests and demonstrations of the console.
 * Everything is in memory and the same each time; the clock stands at FAKE_NOW_US. */
#ifndef TESTS_TOOLS_FAKE_CONSOLE_H
#define TESTS_TOOLS_FAKE_CONSOLE_H

#include "fake_letters.h"
#include "fake_schedules.h"

#include "../../src/ui/source.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Sat 2025-11-22 14:32:05 UTC */
#define FAKE_NOW_US (INT64_C(1763821925) * 1000000)

enum { FAKE_JOBS = 5, FAKE_COMMANDS = 64, FAKE_ENGINES = 3, FAKE_LEASES = 3 };

struct fake_console {
    struct job_row jobs[FAKE_JOBS];
    int32_t job_count;
    struct fake_schedules schedules;
    struct fake_letters letters;
    atomic_int log_lines; /* generated from their number; the newest is the last */
    int64_t first_us;     /* instant of line 0 */
    int64_t step_us;      /* from one line to the next */
    struct engine_standing standing;
    struct engine_seen engine[FAKE_ENGINES];
    struct lease_seen lease[FAKE_LEASES];
    struct system_seen system;
    bool has_desk;
    const char *fails; /* reading fails with this sentence; NULL: it works */
    atomic_long version;
    int loads; /* how often the jobs were read */

    struct command command[FAKE_COMMANDS]; /* what was handed in */
    int commands;
    struct reply reply[FAKE_COMMANDS]; /* what will be taken */
    int replies, taken;
    bool refuses; /* submit is false */
};

/* Five jobs in five states, schedules in all of theirs, 4000 log lines, an engine in this process.
 */
void fake_console_init(struct fake_console *f);
void fake_console_done(struct fake_console *f);
/* The record is a shared one that answers; then: it has not answered since 12:03. */
void fake_console_share(struct fake_console *f);
void fake_console_cut(struct fake_console *f);
struct source fake_console_source(struct fake_console *f);
/* Answers the newest command the way the desk does, and changes the job's state. */
void fake_console_carry_out(struct fake_console *f);

#endif
