/* bench_agenda.c - how late reports begin, and what a look at many schedules costs.
 *
 * usage: bench_agenda
 *
 * 1,000 schedules that are due in one minute, worked by 4 and by 32 lanes that take 1 ms for each
 * report and look again at once: how long after the slot's instant each begins. Then a record on
 * disk with 100,000 schedules, 100 of them due: milliseconds for one pass over them (what is due,
 * 100 runs, 100 next instants), which should stay below 20; and for a look at which nothing is. */
#include "adapter/agenda_sqlite.h"
#include "adapter/authority_sqlite.h"
#include "adapter/clock_real.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "engine/agenda_lane.h"
#include "fake/scratch.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MANY = 100000, DUE = 100, ROUNDS = 7, MINUTE = 1000, LANES = 32 };

struct bench {
    struct scratch dir;
    char path[SCRATCH_PATH_MAX];
    struct db *db;
    struct clock_port *clock;
    struct agenda *agenda;
    struct zones *zones;
    struct agenda_lane lane;
    struct err err;
    pthread_mutex_t lock; /* guards what follows */
    int64_t slot_us;
    double lag_ms[MINUTE];
    int begun, refused;
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
    must(b, pthread_mutex_init(&b->lock, NULL) == 0 &&
                db_open(b->path, DB_CREATE, &b->db, &b->err) &&
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

/* With the agenda's own statements, but in one transaction: 100,000 commits take minutes. */
static void put(struct bench *b, const char *name, int count, int64_t next_us)
{
    char text[40];
    must(b, db_begin(b->db, &b->err));
    for (int i = 0; i < count; i++) {
        struct uuid spec = uuid_new_v7(next_us), id = uuid_new_v7(next_us);
        snprintf(text, sizeof text, "%s%d", name, i);
        struct stmt *st = db_stmt(b->db, SQL_SPEC_ADD);
        stmt_uuid(st, "$id", spec);
        stmt_int(st, "$workspace", 1);
        stmt_text(st, "$name", text);
        stmt_int(st, "$active", 1);
        stmt_text(st, "$frequency", "daily");
        stmt_text(st, "$definition", "{}");
        stmt_text(st, "$actor", "ana");
        stmt_int(st, "$now", 1);
        must(b, db_run(st, NULL, &b->err));
        st = db_stmt(b->db, SQL_SCHEDULE_ADD);
        stmt_uuid(st, "$id", id);
        stmt_uuid(st, "$specification", spec);
        stmt_int(st, "$workspace", 1);
        stmt_text(st, "$actor", "ana");
        stmt_text(st, "$name", text);
        stmt_text(st, "$type", "daily");
        stmt_text(st, "$config", "{\"time\":\"09:00\",\"timezone\":\"Europe/Berlin\"}");
        stmt_null(st, "$categories");
        stmt_null(st, "$regions");
        stmt_null(st, "$cadence");
        stmt_int(st, "$enabled", 1);
        stmt_int(st, "$next", next_us);
        stmt_text(st, "$notes", "");
        stmt_int(st, "$now", 1);
        must(b, db_run(st, NULL, &b->err));
    }
    must(b, db_commit(b->db, &b->err));
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
    put(b, "other", MANY, clock_now_us() + 400 * 86400 * US_PER_S);
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "r%d-", i);
        put(b, name, DUE, clock_now_us() - US_PER_S);
        double ms = pass_ms(b, DUE), none = pass_ms(b, 0);
        best = ms < best ? ms : best;
        worst = ms > worst ? ms : worst;
        idle = none < idle ? none : idle;
    }
    printf("%d due among %d: %.1f ms (worst %.1f); nothing due: %.2f ms\n", DUE, MANY, best, worst,
           idle);
}

/* --- a minute -------------------------------------------------------------------------------- */

static void note(struct bench *b, int64_t at_us)
{
    (void)pthread_mutex_lock(&b->lock); /* a lock of the ordinary kind */
    if (b->begun < MINUTE)
        b->lag_ms[b->begun++] = (double)(at_us - b->slot_us) / 1000;
    (void)pthread_mutex_unlock(&b->lock);
}

/* The record was locked for longer than anybody waits. */
static void refused(struct bench *b)
{
    (void)pthread_mutex_lock(&b->lock); /* as above */
    b->refused++;
    (void)pthread_mutex_unlock(&b->lock);
}

static bool all_begun(struct bench *b)
{
    (void)pthread_mutex_lock(&b->lock);
    bool all = b->begun == MINUTE;
    (void)pthread_mutex_unlock(&b->lock);
    return all;
}

/* A lane: takes, works 1 ms, ends, as long as there is something. */
static void *lane_main(void *arg)
{
    struct bench *b = arg;
    struct agenda *a;
    struct clock_port *clock;
    struct err err = {0};
    struct arena arena = arena_init((size_t)1 << 20);
    struct run_result result = {.ok = true,
                                .report = "x",
                                .sha256 = "x",
                                .html = "x",
                                .html_len = 1,
                                .text = "x",
                                .text_len = 1};
    if (!clock_real_new(NULL, &clock, &err) || !agenda_sqlite_open(b->path, clock, &a, &err))
        return NULL;
    while (!all_begun(b)) {
        struct run_work w;
        bool found = false;
        if (!a->ops->run_take(a, uuid_from_bytes("one", 3), 1, &arena, &w, &found, &err))
            refused(b);
        if (found)
            note(b, clock_now_us());
        (void)clock->ops->wait(clock, clock->ops->boot_us(clock) + US_PER_MS, NULL); /* the work */
        while (found && !a->ops->run_end(a, w.run, w.attempt, &result, &err))
            refused(b); /* it is told until it is taken */
        arena_done(&arena);
    }
    a->ops->free(a);
    clock_real_free(clock);
    return NULL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void bench_minute(struct bench *b, const char *name, int count)
{
    pthread_t lanes[LANES];
    b->begun = b->refused = 0;
    b->slot_us = clock_now_us() + US_PER_S;
    put(b, name, MINUTE, b->slot_us);
    int64_t wait_us = b->slot_us - clock_now_us();
    (void)b->clock->ops->wait(b->clock, b->clock->ops->boot_us(b->clock) + wait_us, NULL);
    if (wait_us < 0) /* making them took longer */
        b->slot_us -= wait_us;
    double ms = pass_ms(b, MINUTE); /* lanes are called when it is over */
    for (int i = 0; i < count; i++)
        must(b, pthread_create(&lanes[i], NULL, lane_main, b) == 0);
    for (int i = 0; i < count; i++)
        (void)pthread_join(lanes[i], NULL); /* it is joined once */
    qsort(b->lag_ms, MINUTE, sizeof b->lag_ms[0], by_size);
    printf("%d due in one minute, %d lanes: all queued after %.0f ms, begun after %.0f ms (p50), "
           "%.0f ms (p99), %.0f ms (last); %d times locked out\n",
           MINUTE, count, ms, b->lag_ms[MINUTE / 2], b->lag_ms[MINUTE * 99 / 100],
           b->lag_ms[MINUTE - 1], b->refused);
}

int main(void)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    begin(b);
    bench_minute(b, "few", 4);
    bench_minute(b, "all", LANES);
    bench_passes(b);
    end(b);
    free(b);
    return 0;
}
