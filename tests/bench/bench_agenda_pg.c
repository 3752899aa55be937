/* bench_agenda_pg.c - what a look at many schedules costs on a shared record, and how long it takes
 * until a thousand reports that are due at once are begun and ended.
 *
 * usage: python3 tests/e2e/lab_pg.py run bench_agenda_pg
 *
 * 100,000 schedules, 100 of them due: milliseconds for one pass over them (what is due, 100 runs,
 * 100 next instants), and for a look at which nothing is. Then 1,000 due at once: the passes, until
 * all are taken in batches of 200, and until all are told as made. Commits are durable. */
#include "adapter/agenda_pg.h"
#include "adapter/authority_pg.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "bench/many_schedules.h"
#include "contract/pg_record.h"
#include "engine/agenda_lane.h"
#include "fake/fake_clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 100000, DUE = 100, AT_ONCE = 1000, BATCH = 200, ROUNDS = 7, HTML = 50000 };

struct bench {
    struct fake_clock clock;
    struct pg_record *record;
    struct agenda *agenda;
    struct zones *zones;
    struct agenda_lane lane;
    struct arena arena;
    struct err err;
};

static void must(const struct bench *b, bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "bench_agenda_pg: %s\n", b->err.text);
    exit(1);
}

static double ms_since(int64_t boot_us)
{
    return (double)(clock_boot_us() - boot_us) / 1000;
}

static void begin(struct bench *b)
{
    struct authority *authority;
    fake_clock_init(&b->clock);
    b->clock.now = clock_now_us();
    b->arena = arena_init((size_t)256 << 20);
    b->record = pg_record_new("AUTOPILOT_TEST_PG");
    must(b, pg_link_script(pg_record_side(b->record),
                           "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = "
                           "on', current_database()); END$$",
                           clock_boot_us() + 5 * US_PER_S, &b->err));
    must(b, authority_pg_open(pg_record_link(b->record), pg_record_clock(b->record, &b->clock.port),
                              &authority, &b->err) &&
                authority->ops->workspace_put(authority, "ana", "default", &b->err));
    authority->ops->free(authority);
    must(b, agenda_pg_open(pg_record_link(b->record), pg_record_clock(b->record, &b->clock.port),
                           &b->agenda, &b->err) &&
                zones_tzdata_new("/usr/share/zoneinfo", &b->zones, &b->err));
    b->lane = (struct agenda_lane){.agenda = b->agenda, .zones = b->zones};
}

static void end(struct bench *b)
{
    b->zones->ops->free(b->zones);
    b->agenda->ops->free(b->agenda);
    arena_done(&b->arena);
    pg_record_free(b->record);
    pg_record_drop();
}

static void put(struct bench *b, const char *name, int count, int64_t at_us)
{
    must(b, many_schedules_put_shared(pg_record_side(b->record), name, count, at_us, &b->err));
}

static double pass_ms(struct bench *b, int64_t want)
{
    int64_t dealt, next_us, since_us = clock_boot_us();
    must(b, agenda_pass(&b->lane, &dealt, &b->err) &&
                b->agenda->ops->next_due(b->agenda, &next_us, &b->err));
    double ms = ms_since(since_us);
    if (dealt != want) {
        fprintf(stderr, "bench_agenda_pg: %lld dealt with, not %lld\n", (long long)dealt,
                (long long)want);
        exit(1);
    }
    return ms;
}

static void bench_passes(struct bench *b)
{
    double best = 1e9, worst = 0, idle = 1e9;
    char name[16];
    put(b, "other", MANY, b->clock.now + 400 * 86400 * US_PER_S);
    must(b, pg_link_script(pg_record_side(b->record), "VACUUM ANALYZE",
                           clock_boot_us() + 60 * US_PER_S, &b->err));
    for (int i = 0; i < ROUNDS; i++) {
        snprintf(name, sizeof name, "r%d-", i);
        put(b, name, DUE, b->clock.now - US_PER_S);
        double ms = pass_ms(b, DUE), none = pass_ms(b, 0);
        best = ms < best ? ms : best;
        worst = ms > worst ? ms : worst;
        idle = none < idle ? none : idle;
    }
    printf("%d due among %d: %.1f ms (worst %.1f); nothing due: %.2f ms\n", DUE, MANY, best, worst,
           idle);
}

static int32_t take(struct bench *b, struct run_work *work)
{
    int32_t n;
    must(b, b->agenda->ops->run_take(b->agenda, uuid_from_bytes("one", 3), 1, BATCH, &b->arena,
                                     work, &n, &b->err));
    return n;
}

static void tell(struct bench *b, const struct run_work *work, int32_t count, const char *html)
{
    static struct run_ended ends[BATCH];
    enum run_answer answer[BATCH];
    static const uint64_t keys[20] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    for (int32_t i = 0; i < count; i++)
        ends[i] = (struct run_ended){{work[i].run, work[i].attempt},
                                     {.ok = true,
                                      .items = 20,
                                      .sources = 5,
                                      .report = "x.html",
                                      .sha256 = "abc",
                                      .html = html,
                                      .html_len = HTML,
                                      .text = html,
                                      .text_len = HTML / 10,
                                      .keys = keys,
                                      .key_count = 10}};
    must(b, b->agenda->ops->run_end(b->agenda, ends, count, answer, &b->err));
}

static void bench_at_once(struct bench *b)
{
    static struct run_work work[AT_ONCE + DUE * ROUNDS];
    static char html[HTML];
    int32_t taken = 0, n;
    memset(html, 'x', sizeof html);
    put(b, "once", AT_ONCE, b->clock.now);
    int64_t since_us = clock_boot_us();
    double passed = pass_ms(b, AT_ONCE);
    while ((n = take(b, &work[taken])) > 0)
        taken += n;
    double begun = ms_since(since_us);
    since_us = clock_boot_us();
    for (int32_t i = 0; i < taken; i += BATCH)
        tell(b, &work[i], taken - i < BATCH ? taken - i : BATCH, html);
    printf("%d due at once: dealt with in %.0f ms, %d begun in %.0f ms; told, with 50 KB each, "
           "in %.0f ms\n",
           AT_ONCE, passed, taken, begun, ms_since(since_us));
}

int main(void)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    if (getenv("AUTOPILOT_TEST_PG") == NULL) {
        printf("no PostgreSQL for tests (AUTOPILOT_TEST_PG)\n");
        return 0;
    }
    begin(b);
    bench_passes(b);
    bench_at_once(b);
    end(b);
    free(b);
    return 0;
}
