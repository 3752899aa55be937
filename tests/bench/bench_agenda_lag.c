/* bench_agenda_lag.c - how late reports begin when many are due at once.
 *
 * usage: bench_agenda_lag
 *
 * A whole engine on a record on disk, as it is served, with its default lanes; the generator takes
 * 1 ms for each report. Start lag: from the slot's instant until the generator is entered; by then
 * the slot and its claim are durable. 1,000 due right after the engine started, 1,000 due when it
 * has made reports before, 10,000 due. p99 of the 1,000 should be 100 ms at most. */
#include "adapter/agenda_sqlite.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "bench/many_schedules.h"
#include "unit/cases.h"
#include "unit/engine/plant.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 10000 };

#define AHEAD_US (2 * US_PER_S) /* from when they are made until they are due */

struct bench {
    struct plant plant; /* first: the ctx of the plugs */
    struct db *db;
    struct err err;
    pthread_mutex_t lock; /* guards what follows */
    int64_t slot_us;
    double lag_ms[MOST];
    int begun, want;
};

static void must(const struct bench *b, bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "bench_agenda_lag: %s\n", b->err.text);
    exit(1);
}

/* --- the generator --------------------------------------------------------------------------- */

struct stub {
    struct reports base;
    struct bench *bench;
    struct wake wake; /* nobody wakes it: the work is waiting for it */
};

static bool make(struct reports *base, const struct run_work *work, const struct run_known *known,
                 const struct report_watch *watch, struct report_made *ret, struct err *err)
{
    struct stub *s = (struct stub *)base;
    struct bench *b = s->bench;
    int64_t now_us = clock_now_us();
    (void)work;
    (void)known;
    (void)watch;
    (void)err;
    (void)pthread_mutex_lock(&b->lock); /* a lock of the ordinary kind */
    if (b->begun < MOST)
        b->lag_ms[b->begun++] = (double)(now_us - b->slot_us) / 1000;
    bool last = b->begun == b->want;
    (void)pthread_mutex_unlock(&b->lock);
    (void)wake_wait(&s->wake, clock_boot_us() + US_PER_MS); /* the work */
    (void)buf_adds(&ret->html, "<p>");                      /* they have room */
    (void)buf_adds(&ret->text, "t");
    (void)str_copy(ret->file, sizeof ret->file, "x.html");  /* it fits */
    (void)str_copy(ret->sha256, sizeof ret->sha256, "abc"); /* it fits */
    if (last)
        wake_up(&b->plant.console);
    return true;
}

static void free_stub(struct reports *base)
{
    if (base == NULL)
        return;
    wake_done(&((struct stub *)base)->wake);
    free(base);
}

static bool plug_reports(void *ctx, struct clock_port *clock, struct reports **ret, struct err *err)
{
    static const struct reports_ops ops = {.kind = "stub", .make = make, .free = free_stub};
    struct stub *s = calloc(1, sizeof *s);
    (void)clock;
    if (s == NULL || !wake_init(&s->wake, err))
        return false;
    s->base.ops = &ops;
    s->bench = ctx;
    *ret = &s->base;
    return true;
}

static bool plug_agenda(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err)
{
    return agenda_sqlite_open(db_path(((struct bench *)ctx)->db), clock, ret, err);
}

static bool plug_zones(void *ctx, struct zones **ret, struct err *err)
{
    (void)ctx;
    return zones_tzdata_new("/usr/share/zoneinfo", ret, err);
}

/* --- a minute -------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool all_begun(struct plant *p, struct engine *e)
{
    struct bench *b = (struct bench *)p;
    (void)e;
    (void)pthread_mutex_lock(&b->lock); /* as above */
    bool all = b->begun == b->want;
    (void)pthread_mutex_unlock(&b->lock);
    return all;
}

static bool all_told(struct plant *p, struct engine *e)
{
    (void)p;
    return engine_idle(e);
}

static void minute(struct bench *b, struct engine *e, const char *name, int count,
                   const char *words)
{
    (void)pthread_mutex_lock(&b->lock); /* as above */
    b->begun = 0;
    b->want = count;
    b->slot_us = clock_now_us() + AHEAD_US;
    (void)pthread_mutex_unlock(&b->lock);
    must(b, many_schedules_put(b->db, name, count, b->slot_us, &b->err));
    bool late = clock_now_us() > b->slot_us;
    plant_wait(&b->plant, e, all_begun);
    plant_wait(&b->plant, e, all_told);
    double told_ms = (double)(clock_now_us() - b->slot_us) / 1000;
    qsort(b->lag_ms, (size_t)count, sizeof b->lag_ms[0], by_size);
    printf("%d due at once, %s: begun after %.0f ms (p50), %.0f ms (p99), %.0f ms (max); all ended "
           "after %.0f ms%s\n",
           count, words, b->lag_ms[count / 2], b->lag_ms[count * 99 / 100], b->lag_ms[count - 1],
           told_ms, late ? " (making them took longer)" : "");
}

int main(void)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL || pthread_mutex_init(&b->lock, NULL) != 0)
        return 1;
    plant_init(&b->plant);
    b->plant.plugs.agenda = plug_agenda;
    b->plant.plugs.zones = plug_zones;
    b->plant.plugs.reports = plug_reports;
    must(b, db_open(scratch_path(&b->plant.dir, "autopilot.db"), DB_CREATE, &b->db, &b->err));
    struct engine *e = plant_start(&b->plant, ENGINE_ROLE_SERVE);
    minute(b, e, "first", 1000, "the first of an engine");
    minute(b, e, "again", 1000, "later");
    minute(b, e, "many", MOST, "later");
    plant_stop(e);
    db_close(b->db);
    plant_done(&b->plant);
    free(b);
    return 0;
}
