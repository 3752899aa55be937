/* prog_pg.c - what the program does on a shared record, measured one thing at a time; called by
 * pg_goals.py, which says what each figure stands beside.
 *
 * usage: prog_pg URL due COUNT [ROUNDS]     so many schedules due at one instant
 *        prog_pg URL apart COUNT            one after the other, each alone
 *        prog_pg URL ask COUNT              test runs asked for at the desk, one by one
 *        prog_pg URL look COUNT             looks while nothing is due
 *        prog_pg URL pass COUNT             so many due: dealt with, and one by one
 *        prog_pg URL stalls COUNT           lanes that tell after their time was over
 *        prog_pg DIRECTORY outbox COUNT     durable facts, beside as many plain rows
 *
 * Prints lines "NAME VALUE"; times in milliseconds. URL: a database of the bench's own. */
#include "adapter/agenda_pg.h"
#include "base/clock.h"
#include "bench/many_schedules.h"
#include "bench/pg_plant.h"
#include "bench/pg_rows.h"
#include "engine/agenda_lane.h"
#include "store/journal.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_MAX = 1000, ROUNDS = 3 };

static double ms(int64_t us)
{
    return (double)us / 1000;
}

/* --- due: so many schedules at one instant ---------------------------------------------------- */

/* Far enough ahead that all of them are there, the copy has them, and the engine saw them coming,
 * as it does when they are due every morning. */
static int64_t ahead_us(int count)
{
    return 4 * US_PER_S + count * (INT64_C(2000));
}

static void minute(struct pg_plant *p, struct engine *e, int round, int count)
{
    char name[16];
    snprintf(name, sizeof name, "r%d-", round);
    int64_t slot_us = clock_now_us() + ahead_us(count);
    pg_plant_expect(p, count);
    pg_plant_must(p, many_schedules_put_shared(p->side, name, count, slot_us, &p->err));
    if (clock_now_us() > slot_us)
        printf("late 1\n");
    pg_plant_begun(p, e);
    pg_plant_told(p, e);
    int64_t told_us;
    pg_plant_must(p, pg_rows_ended(p->side, &told_us, &p->err));
    printf("p50 %.2f\np99 %.2f\nlast %.2f\ntold %.2f\n", ms(p->begun_us[count / 2] - slot_us),
           ms(p->begun_us[count * 99 / 100] - slot_us), ms(p->begun_us[count - 1] - slot_us),
           ms(told_us - slot_us));
    (void)fflush(stdout);
}

static void due(struct pg_plant *p, int count, int rounds)
{
    struct engine *e = plant_start(&p->plant, ENGINE_ROLE_SERVE);
    pg_plant_told(p, e);
    for (int i = 0; i < rounds; i++)
        minute(p, e, i, count);
    plant_stop(e);
}

/* --- one at a time ---------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print_lags(double *lag_ms, int count)
{
    qsort(lag_ms, (size_t)count, sizeof *lag_ms, by_size);
    printf("p50 %.3f\np99 %.3f\n", lag_ms[count / 2], lag_ms[count - 1 - count / 100]);
}

static void apart(struct pg_plant *p, int count)
{
    double lag_ms[COUNT_MAX];
    char name[16];
    int64_t first_us = clock_now_us() + 4 * US_PER_S, step_us = 300 * US_PER_MS;
    struct engine *e = plant_start(&p->plant, ENGINE_ROLE_SERVE);
    pg_plant_told(p, e);
    pg_plant_expect(p, count);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "a%d-", i);
        pg_plant_must(p,
                      many_schedules_put_shared(p->side, name, 1, first_us + i * step_us, &p->err));
    }
    pg_plant_begun(p, e);
    for (int i = 0; i < count; i++)
        lag_ms[i] = ms(p->begun_us[i] - first_us - i * step_us);
    print_lags(lag_ms, count);
    pg_plant_told(p, e);
    plant_stop(e);
}

static void ask(struct pg_plant *p, int count)
{
    double lag_ms[COUNT_MAX];
    struct engine *e = plant_start(&p->plant, ENGINE_ROLE_SERVE);
    struct command *c = calloc(1, sizeof *c);
    pg_plant_must(p, c != NULL &&
                         many_schedules_put_shared(p->side, "n", count, INT64_MAX / 4, &p->err));
    *c = (struct command){.kind = COMMAND_SCHEDULE_TEST, .workspace = "default", .actor = "ana"};
    pg_plant_told(p, e);
    for (int i = 0; i < count; i++) {
        snprintf(c->target, sizeof c->target, "n%d", i);
        pg_plant_expect(p, 1);
        int64_t asked_us = clock_now_us();
        (void)desk_submit(engine_desk(e), c); /* nothing else waits there */
        pg_plant_begun(p, e);
        lag_ms[i] = ms(p->begun_us[0] - asked_us);
        pg_plant_told(p, e);
    }
    print_lags(lag_ms, count);
    plant_stop(e);
    free(c);
}

/* --- the agenda's commands by themselves ------------------------------------------------------ */

struct hand {
    struct agenda *agenda;
    struct zones *zones;
    struct clock_port *clock;
    struct agenda_lane lane;
};

static struct hand hand_new(struct pg_plant *p)
{
    struct hand h = {0};
    const struct engine_plugs *plugs = &p->plant.plugs;
    pg_plant_must(p, plugs->clock(p, &p->plant.console, &h.clock, &p->err) &&
                         plugs->agenda(p, h.clock, &h.agenda, &p->err) &&
                         plugs->zones(p, &h.zones, &p->err));
    h.lane = (struct agenda_lane){.agenda = h.agenda, .zones = h.zones};
    return h;
}

static void hand_done(struct pg_plant *p, struct hand *h)
{
    h->agenda->ops->free(h->agenda);
    h->zones->ops->free(h->zones);
    p->plant.plugs.clock_free(p, h->clock);
}

static double pass_ms(struct pg_plant *p, struct hand *h, int64_t want)
{
    int64_t dealt, next_us, since_us = clock_boot_us();
    pg_plant_must(p, agenda_pass(&h->lane, &dealt, &p->err) &&
                         h->agenda->ops->next_due(h->agenda, &next_us, &p->err));
    if (dealt != want)
        (void)err_set(&p->err, ERR_STOP, "%lld dealt with", (long long)dealt);
    pg_plant_must(p, dealt == want);
    return ms(clock_boot_us() - since_us);
}

static void look(struct pg_plant *p, int count)
{
    double took[COUNT_MAX];
    struct hand h = hand_new(p);
    (void)pass_ms(p, &h, 0); /* connects */
    for (int i = 0; i < count; i++)
        took[i] = pass_ms(p, &h, 0);
    print_lags(took, count);
    hand_done(p, &h);
}

/* What a program without commands of its own does: each row by itself, and committed. */
static double one_by_one_ms(struct pg_plant *p, const char *name, int count)
{
    int64_t since_us = clock_boot_us();
    char full[24];
    for (int i = 0; i < count; i++) {
        snprintf(full, sizeof full, "%s%d", name, i);
        pg_plant_must(p, pg_rows_move_on(p->side, full, &p->err));
    }
    return ms(clock_boot_us() - since_us);
}

static void pass(struct pg_plant *p, int count)
{
    double ours[ROUNDS], loop[ROUNDS];
    struct hand h = hand_new(p);
    (void)pass_ms(p, &h, 0);
    for (int i = 0; i < ROUNDS; i++) {
        char name[16];
        snprintf(name, sizeof name, "p%d-", i);
        int64_t past_us = clock_now_us() - US_PER_S;
        pg_plant_must(p, many_schedules_put_shared(p->side, name, count, past_us, &p->err));
        ours[i] = pass_ms(p, &h, count);
        loop[i] = one_by_one_ms(p, name, count);
    }
    qsort(ours, ROUNDS, sizeof *ours, by_size);
    qsort(loop, ROUNDS, sizeof *loop, by_size);
    printf("pass %.2f\nloop %.2f\n", ours[ROUNDS / 2], loop[ROUNDS / 2]);
    hand_done(p, &h);
}

/* --- stalls ----------------------------------------------------------------------------------- */

static int32_t take(struct pg_plant *p, struct hand *h, const char *who, struct arena *arena,
                    struct run_work *work)
{
    int32_t n;
    pg_plant_must(p, h->agenda->ops->run_take(h->agenda, uuid_from_bytes(who, 3), 1,
                                              AGENDA_RUNS_MAX, arena, work, &n, &p->err));
    return n;
}

static int32_t tell(struct pg_plant *p, struct hand *h, const struct run_work *work, int32_t count)
{
    static struct run_ended ends[AGENDA_RUNS_MAX];
    enum run_answer answer[AGENDA_RUNS_MAX];
    int32_t told = 0;
    for (int32_t i = 0; i < count; i++)
        ends[i] = (struct run_ended){{work[i].run, work[i].attempt},
                                     {.ok = true,
                                      .report = "x.html",
                                      .sha256 = "abc",
                                      .html = "<p>",
                                      .html_len = 3,
                                      .text = "t",
                                      .text_len = 1}};
    pg_plant_must(p, h->agenda->ops->run_end(h->agenda, ends, count, answer, &p->err));
    for (int32_t i = 0; i < count; i++)
        told += answer[i] == RUN_TOLD;
    return told;
}

/* A lane takes runs and stalls; its time is over, another takes and tells them; then the first
 * tells, too. */
static void stalls(struct pg_plant *p, int count)
{
    static struct run_work late[AGENDA_RUNS_MAX], good[AGENDA_RUNS_MAX];
    struct hand h = hand_new(p);
    struct arena arena = arena_init((size_t)64 << 20);
    int32_t accepted = 0, told = 0, n;
    int64_t past_us = clock_now_us() - US_PER_S;
    pg_plant_must(p, many_schedules_put_shared(p->side, "z", count, past_us, &p->err));
    (void)pass_ms(p, &h, count);
    while ((n = take(p, &h, "one", &arena, late)) > 0) {
        pg_plant_must(p, pg_rows_lapse(p->side, &p->err));
        int32_t m = take(p, &h, "two", &arena, good);
        accepted += tell(p, &h, late, n);
        told += tell(p, &h, good, m);
        accepted += tell(p, &h, late, n);
    }
    printf("stalls %d\naccepted %d\n", told, accepted);
    arena_done(&arena);
    hand_done(p, &h);
}

/* --- outbox ----------------------------------------------------------------------------------- */

enum { GROUP = 100 }; /* facts a durable commit */

static double facts_s(const char *path, int count)
{
    struct journal *j = NULL;
    struct err err = {0};
    struct uuid ids[GROUP];
    bool ok = journal_open(path, &j, &err);
    int64_t since_us = clock_boot_us();
    for (int i = 0; ok && i < count; i += GROUP) {
        for (int k = 0; k < GROUP; k++)
            ids[k] = uuid_new_v7(since_us);
        ok = journal_intents(j, ids, GROUP, since_us, &err);
    }
    double took_s = (double)(clock_boot_us() - since_us) / US_PER_S;
    journal_close(j);
    if (!ok)
        fprintf(stderr, "prog_pg: %s\n", err.text);
    return ok ? took_s : -1;
}

/* As many rows of the same size in a file of SQLite's without anything else. */
static double rows_s(const char *path, int count)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *put = NULL;
    bool ok = sqlite3_open(path, &db) == SQLITE_OK &&
              sqlite3_exec(db,
                           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t "
                           "(id BLOB PRIMARY KEY, at INTEGER, attempt INTEGER) WITHOUT ROWID",
                           NULL, NULL, NULL) == SQLITE_OK &&
              sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?, 1)", -1, &put, NULL) == SQLITE_OK;
    int64_t since_us = clock_boot_us();
    for (int i = 0; ok && i < count; i += GROUP) {
        ok = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK;
        for (int k = 0; ok && k < GROUP; k++) {
            struct uuid id = uuid_new_v7(since_us);
            ok = sqlite3_bind_blob(put, 1, id.byte, sizeof id.byte, SQLITE_STATIC) == SQLITE_OK &&
                 sqlite3_bind_int64(put, 2, since_us) == SQLITE_OK &&
                 sqlite3_step(put) == SQLITE_DONE && sqlite3_reset(put) == SQLITE_OK;
        }
        ok = ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    }
    double took_s = (double)(clock_boot_us() - since_us) / US_PER_S;
    (void)sqlite3_finalize(put); /* it repeats the step's answer */
    (void)sqlite3_close(db);     /* nothing is open any more */
    return ok ? took_s : -1;
}

static int outbox(const char *dir, int count)
{
    char path[600];
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(path, sizeof path, "%s/journal%d.db", dir, i);
        printf("ours %.0f\n", count / facts_s(path, count));
        snprintf(path, sizeof path, "%s/plain%d.db", dir, i);
        printf("plain %.0f\n", count / rows_s(path, count));
    }
    return 0;
}

/* --- main ------------------------------------------------------------------------------------- */

static bool is(const char *word, const char *want)
{
    return strcmp(word, want) == 0;
}

int main(int argc, char **argv)
{
    int count = argc > 3 ? atoi(argv[3]) : 0, rounds = argc > 4 ? atoi(argv[4]) : ROUNDS;
    const char *what = argc > 3 ? argv[2] : "";
    if (count <= 0 || count > PG_PLANT_MOST ||
        (count > COUNT_MAX && (is(what, "apart") || is(what, "ask") || is(what, "look"))))
        return 2;
    if (is(what, "outbox"))
        return outbox(argv[1], count);
    struct pg_plant *p = pg_plant_new(argv[1]);
    if (is(what, "due"))
        due(p, count, rounds);
    else if (is(what, "apart"))
        apart(p, count);
    else if (is(what, "ask"))
        ask(p, count);
    else if (is(what, "look"))
        look(p, count);
    else if (is(what, "pass"))
        pass(p, count);
    else if (is(what, "stalls"))
        stalls(p, count);
    pg_plant_free(p);
    return 0;
}
