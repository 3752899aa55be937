/* bench_agenda.c - what a look at many schedules costs.
 *
 * usage: bench_agenda
 *
 * A record on disk with 100,000 schedules, 100 of them due: milliseconds for one pass over them
 * (what is due, 100 runs, 100 next instants), which should stay below 20; and for a look at which
 * nothing is. How late reports begin: bench_agenda_lag. */
#include "adapter/agenda_sqlite.h"
#include "adapter/authority_sqlite.h"
#include "adapter/clock_real.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "bench/many_schedules.h"
#include "engine/agenda_lane.h"
#include "fake/scratch.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 100000, DUE = 100, ROUNDS = 7 };

struct bench {
    struct scratch dir;
    char path[SCRATCH_PATH_MAX];
    struct db *db;
    struct clock_port *clock;
    struct agenda *agenda;
    struct zones *zones;
    struct agenda_lane lane;
    struct err err;
};

static void must(const struct bench *b, bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "bench_agenda: %s\n", b->err.text);
    exit(1);
}

static double ms_since(int64_t boot_us)
{
    return (double)(clock_boot_us() - boot_us) / 1000;
}

static void begin(struct bench *b)
{
    struct authority *authority;
    scratch_init(&b->dir);
    (void)str_copy(b->path, sizeof b->path, scratch_path(&b->dir, "autopilot.db")); /* it fits */
    must(b, db_open(b->path, DB_CREATE, &b->db, &b->err) &&
                clock_real_new(NULL, &b->clock, &b->err) &&
                authority_sqlite_open_on(b->db, b->clock, &authority, &b->err));
    must(b, authority->ops->workspace_put(authority, "ana", "default", &b->err) &&
                agenda_sqlite_open_on(b->db, b->clock, &b->agenda, &b->err) &&
                zones_tzdata_new("/usr/share/zoneinfo", &b->zones, &b->err));
    authority->ops->free(authority);
    b->lane = (struct agenda_lane){.agenda = b->agenda, .zones = b->zones};
}

static void end(struct bench *b)
{
    b->zones->ops->free(b->zones);
    b->agenda->ops->free(b->agenda);
    db_close(b->db);
    clock_real_free(b->clock);
    scratch_done(&b->dir);
}

/* --- one pass ------------------------------------------------------------------------------- */

static double pass_ms(struct bench *b, int64_t want)
{
    int64_t dealt, next_us, since_us = clock_boot_us();
    must(b, agenda_pass(&b->lane, &dealt, &b->err) &&
                b->agenda->ops->next_due(b->agenda, &next_us, &b->err));
    double ms = ms_since(since_us);
    if (dealt != want) {
        fprintf(stderr, "bench_agenda: %lld dealt with, not %lld\n", (long long)dealt,
                (long long)want);
        exit(1);
    }
    return ms;
}

static void bench_passes(struct bench *b)
{
    double best = 1e9, worst = 0, idle = 1e9;
    char name[16];
    must(b, many_schedules_put(b->db, "other", MANY, clock_now_us() + 400 * 86400 * US_PER_S,
                               &b->err));
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "r%d-", i);
        must(b, many_schedules_put(b->db, name, DUE, clock_now_us() - US_PER_S, &b->err));
        double ms = pass_ms(b, DUE), none = pass_ms(b, 0);
        best = ms < best ? ms : best;
        worst = ms > worst ? ms : worst;
        idle = none < idle ? none : idle;
    }
    printf("%d due among %d: %.1f ms (worst %.1f); nothing due: %.2f ms\n", DUE, MANY, best, worst,
           idle);
}

int main(void)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    begin(b);
    bench_passes(b);
    end(b);
    free(b);
    return 0;
}
