/* prog_sim.c - the simulation by hand: replays a seed, or searches many for a violation.
 *
 *   prog_sim [--seeds N] [--first SEED] [--days D] [--per-day N] [--authority model|sqlite]
 *            [--bug NAME] [--until-bad] [--calm] [--max-faults N] [--tell]
 * --until-bad ends after the first seed with a violation; --calm has no accidents at all;
 * --max-faults ends accidents after so many, to find the one that matters; --tell says what
 * happens. One line says what was run; each seed with a violation has a line before it. */
#include "sim/sim.h"

#include "base/clock.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sums {
    struct sim_result all;
    int64_t seeds, bad, first_bad;
    double wall_s;
};

static void add(struct sums *sums, uint64_t seed, const struct sim_result *r)
{
    struct sim_result *a = &sums->all;
    sums->seeds++;
    a->trace = a->trace * 31 + r->trace;
    a->events += r->events;
    a->letters += r->letters;
    a->us += r->us;
    a->calls += r->calls;
    a->kills += r->kills;
    a->freezes += r->freezes;
    a->restarts += r->restarts;
    a->power_cuts += r->power_cuts;
    a->refused += r->refused;
    a->lost += r->lost;
    a->unanswered += r->unanswered;
    a->late += r->late;
    a->takeovers += r->takeovers;
    a->in_doubt += r->in_doubt;
    a->controls += r->controls;
    a->exact += r->exact;
    if (r->ok)
        return;
    if (sums->bad++ == 0)
        sums->first_bad = (int64_t)seed;
    printf("seed %" PRIu64 " day %.4f: %s\n", seed, r->violated_day, r->why);
}

static void tell(const struct sums *sums, const struct sim_options *o)
{
    const struct sim_result *a = &sums->all;
    printf("%s bug=%s seeds=%" PRId64 " bad=%" PRId64 " years=%.3f letters=%" PRId64
           " wall=%.1fs letters/s=%.0f trace=%016" PRIx64 "\n",
           o->authority == SIM_MODEL ? "model" : "sqlite", sim_bug_name(o->bug), sums->seeds,
           sums->bad, (double)a->us / (365.0 * 86400e6), a->letters, sums->wall_s,
           (double)a->letters / sums->wall_s, a->trace);
    printf("  kills=%" PRId64 " power-cuts=%" PRId64 " freezes=%" PRId64 " restarts=%" PRId64
           " calls=%" PRId64 " refused=%" PRId64 " lost=%" PRId64 " unanswered=%" PRId64
           " late=%" PRId64 " takeovers=%" PRId64 " in-doubt=%" PRId64 " controls=%" PRId64
           " exact-jobs=%" PRId64 " events=%" PRId64 "\n",
           a->kills, a->power_cuts, a->freezes, a->restarts, a->calls, a->refused, a->lost,
           a->unanswered, a->late, a->takeovers, a->in_doubt, a->controls, a->exact, a->events);
}

/* The value of an option; ends the program when there is none. */
static const char *value_of(int argc, char **argv, int *i)
{
    if (*i + 1 < argc)
        return argv[++*i];
    fprintf(stderr, "prog_sim: %s wants a value\n", argv[*i]);
    exit(2);
}

static int64_t number_of(int argc, char **argv, int *i)
{
    int64_t n = 0;
    const char *text = value_of(argc, argv, i);
    if (str_int(text, 0, INT64_MAX, &n))
        return n;
    fprintf(stderr, "prog_sim: %s is not a number\n", text);
    exit(2);
}

static void read_options(int argc, char **argv, struct sim_options *o, int64_t *seeds,
                         bool *until_bad)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (str_equal(name, "--seeds"))
            *seeds = number_of(argc, argv, &i);
        else if (str_equal(name, "--first"))
            o->seed = (uint64_t)number_of(argc, argv, &i);
        else if (str_equal(name, "--days"))
            o->days = (double)number_of(argc, argv, &i);
        else if (str_equal(name, "--per-day"))
            o->per_day = (int32_t)number_of(argc, argv, &i);
        else if (str_equal(name, "--max-faults"))
            o->max_faults = number_of(argc, argv, &i);
        else if (str_equal(name, "--until-bad"))
            *until_bad = true;
        else if (str_equal(name, "--calm"))
            o->calm = true;
        else if (str_equal(name, "--tell"))
            o->tell = true;
        else if (str_equal(name, "--authority"))
            o->authority = str_equal(value_of(argc, argv, &i), "sqlite") ? SIM_SQLITE : SIM_MODEL;
        else if (!str_equal(name, "--bug") || !sim_bug_parse(value_of(argc, argv, &i), &o->bug)) {
            fprintf(stderr,
                    "prog_sim: %s is not known; the first lines of its source say what is\n",
                    argv[i]);
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    struct sim_options options = {.seed = 1, .days = 5, .per_day = 2000};
    struct sums sums = {0};
    int64_t seeds = 1;
    bool until_bad = false;
    read_options(argc, argv, &options, &seeds, &until_bad);
    int64_t began_us = clock_boot_us();
    for (int64_t i = 0; i < seeds && !(until_bad && sums.bad > 0); i++, options.seed++) {
        struct sim_result result;
        if (!sim_run(&options, &result)) {
            fprintf(stderr, "prog_sim: out of memory\n");
            return 2;
        }
        add(&sums, options.seed, &result);
    }
    sums.wall_s = (double)(clock_boot_us() - began_us) / 1e6;
    tell(&sums, &options);
    return sums.bad > 0;
}
