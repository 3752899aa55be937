/* test_year.c - a year of 260 schedules in 20 zones on made-up time, some of several specifications
 * and some that follow another: the real agenda, the real pass over it, an engine that stands still
 * for an hour, a day or a week, and reports that succeed, fail, are tried again, or take long. If
 * it failed, a slot would be lost or run twice, at another minute than was said, or would be
 * treated otherwise than docs/schedules.md says (year_model.c).
 * time limit: 300 s */
#include "year.h"

#include "adapter/agenda_sqlite.h"
#include "adapter/authority_sqlite.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "engine/agenda_lane.h"
#include "fake/fake_clock.h"
#include "fake/one_run.h"
#include "fake/scratch.h"
#include "store/read_schedules.h"
#include "store/verify.h"
#include "unit/cases.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HOUR = 3600, DAY = 24 * HOUR, RENEW_S = 20, TTL_S = 60, RETRY_S = 600 };

struct year {
    struct year_plan plan;
    struct year_model model;
    struct fake_clock clock;
    struct db *db;
    struct agenda *agenda;
    struct zones *zones;
    struct agenda_lane lane;
    struct arena arena;
    struct uuid engine;
    struct err err;
    struct uuid *ids; /* of the model's runs */
    int ids_room;
    struct rng dice; /* when the engine stands still */
    uint64_t seed;   /* what becomes of each run */
    int start;       /* the engine's */
    int64_t now, stops_at;
    int stops;
};

#define OK(y, call) CHECK_AT(__LINE__, (call), "%s", (y)->err.text)

static int64_t instant(const char *text)
{
    int64_t at = 0;
    assert_true(calendar_parse(text, &at));
    return at;
}

static void set_time(struct year *y, int64_t at)
{
    assert_true(at >= y->now);
    y->now = at;
    y->clock.now = y->clock.boot = at * US_PER_S;
}

/* --- the scene ------------------------------------------------------------------------------- */

/* next_run_at as it should be. */
static int64_t next_us(const struct year *y, int schedule)
{
    int64_t next = year_model_next(&y->model, schedule);
    return next == INT64_MAX ? SCHEDULE_NEVER_US : next * US_PER_S;
}

static void put_all(struct year *y)
{
    static const char *const names[] = {"daily", "weekly", "biweekly", "monthly"};
    enum put_answer answer;
    char spec[16];
    for (int i = 0; i < YEAR_SPECS; i++) {
        snprintf(spec, sizeof spec, "p%03d", i);
        struct spec_put put = {"default", spec, true, names[y->plan.frequency[i]], "{}"};
        OK(y, y->agenda->ops->spec_put(y->agenda, "ana", &put, -1, &answer, &y->err));
    }
    for (int i = 0; i < YEAR_SCHEDULES; i++) {
        const struct year_schedule *s = &y->plan.schedule[i];
        char further[YEAR_PARTS * 16] = "";
        snprintf(spec, sizeof spec, "p%03d", s->spec[0]);
        for (int k = 1; k < s->specs; k++)
            snprintf(further + strlen(further), sizeof further - strlen(further), "%sp%03d",
                     k > 1 ? "\n" : "", s->spec[k]);
        struct schedule_def def = {.workspace = "default",
                                   .name = s->name,
                                   .specification = spec,
                                   .further = further,
                                   .after = s->after >= 0 ? y->plan.schedule[s->after].name : NULL,
                                   .type = s->type,
                                   .config = s->config,
                                   .cadence = s->override ? "none" : NULL,
                                   .notes = "",
                                   .enabled = true};
        int64_t first = next_us(y, i);
        OK(y, y->agenda->ops->schedule_put(y->agenda, "ana", &def, first, -1, &answer, &y->err));
    }
}

static struct schedule_row *read_all(struct year *y)
{
    struct schedule_row *rows;
    int32_t count = 0;
    OK(y, read_schedules(y->db, "default", NULL, &y->arena, &rows, &count, &y->err));
    assert_int_equal(count, YEAR_SCHEDULES);
    return rows;
}

static const struct schedule_row *find(const struct schedule_row *rows, const char *name)
{
    for (int i = 0; i < YEAR_SCHEDULES; i++)
        if (str_equal(rows[i].name, name))
            return &rows[i];
    fail_msg("%s is gone", name);
    return NULL;
}

static void begin(struct year *y, uint64_t seed)
{
    struct authority *authority = NULL;
    memset(y, 0, sizeof *y);
    y->seed = seed;
    y->dice = (struct rng){seed + 1};
    y->arena = arena_init((size_t)64 << 20);
    y->engine = uuid_from_bytes("one", 3);
    y->start = 1;
    fake_clock_init(&y->clock);
    set_time(y, instant("2026-03-01T00:00:00Z"));
    y->stops_at = y->now + 5 * DAY;
    year_plan_make(&y->plan, seed);
    year_model_init(&y->model, &y->plan, y->now);
    OK(y, db_open(":memory:", DB_CREATE, &y->db, &y->err));
    OK(y, authority_sqlite_open_on(y->db, &y->clock.port, &authority, &y->err));
    OK(y, authority->ops->workspace_put(authority, "ana", "default", &y->err));
    authority->ops->free(authority);
    OK(y, agenda_sqlite_open_on(y->db, &y->clock.port, &y->agenda, &y->err));
    OK(y, zones_tzdata_new("/usr/share/zoneinfo", &y->zones, &y->err));
    y->lane = (struct agenda_lane){.agenda = y->agenda, .zones = y->zones};
    put_all(y);
    struct schedule_row *rows = read_all(y);
    for (int i = 0; i < YEAR_SCHEDULES; i++) {
        struct uuid id = find(rows, y->plan.schedule[i].name)->id;
        y->model.id[i] = str_hash(id.byte, sizeof id.byte, 0);
    }
    arena_done(&y->arena);
}

static void end(struct year *y)
{
    y->zones->ops->free(y->zones);
    y->agenda->ops->free(y->agenda);
    db_close(y->db);
    year_model_done(&y->model);
    free(y->ids);
    arena_done(&y->arena);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* What becomes of a run is drawn from what it is, so that it does not hang on who asks when. */
static uint64_t draw(const struct year *y, const struct year_run *r, uint64_t what)
{
    return rng_draw(
        y->seed, (uint64_t)r->schedule << 40 ^ (uint64_t)r->spec << 52 ^ (uint64_t)(r->slot / 60),
        (uint64_t)r->attempt * 8 + what);
}

static int64_t length_s(const struct year *y, const struct year_run *r)
{
    uint64_t kind = rng_below(draw(y, r, 0), 1000);
    if (kind < 4)
        return 30 * HOUR;
    if (kind < 50)
        return HOUR + (int64_t)rng_below(draw(y, r, 1), 4 * HOUR);
    return 1 + (int64_t)rng_below(draw(y, r, 1), 120);
}

static void end_run(struct year *y, int run)
{
    const struct year_run *r = &y->model.run[run];
    uint64_t fate = rng_below(draw(y, r, 2), 100);
    char file[32];
    struct run_result result = {.ok = fate < 90, .error = "no source answered", .sources = 1};
    snprintf(file, sizeof file, "%d.html", run);
    if (fate < 85) {
        result.report = file;
        result.sha256 = "abc";
        result.html = result.text = "x";
        result.html_len = result.text_len = 1;
    } else if (fate < 90) {
        result.quiet = true;
    } else if (fate >= 95 && r->attempt < 3) {
        result.retry_at_us = (y->now + RETRY_S) * US_PER_S;
    }
    OK(y, one_run_end(y->agenda, y->ids[run], r->attempt, &result, &y->err));
    if (result.quiet)
        year_model_leave(&y->model, run);
    else if (result.ok)
        year_model_succeed(&y->model, run, y->now);
    else if (result.retry_at_us > 0)
        year_model_retry(&y->model, run, y->now + RETRY_S);
    else
        year_model_fail(&y->model, run);
}

/* Those that end now, and a sign of life of the others. */
static void work_runs(struct year *y)
{
    for (int i = 0; i < y->model.opens; i++) {
        int run = y->model.open[i];
        struct year_run *r = &y->model.run[run];
        if (r->status != RUN_RUNNING || r->start != y->start)
            continue;
        if (r->ends <= y->now) {
            end_run(y, run); /* what follows it may move the list of runs */
            i -= y->model.run[run].status != RUN_QUEUED;
        } else if (y->now - (r->until - TTL_S) >= RENEW_S) {
            OK(y, one_run_renew(y->agenda, y->ids[run], r->attempt, &y->err));
            r->until = y->now + TTL_S;
        }
    }
}

static void say(const struct year *y, int run, char *dst, size_t size)
{
    char slot[CALENDAR_TEXT_MAX];
    if (run < 0) {
        snprintf(dst, size, "none");
        return;
    }
    const struct year_run *r = &y->model.run[run];
    calendar_text(r->slot, slot);
    snprintf(dst, size, "%s p%03d %s %s attempt %d", y->plan.schedule[r->schedule].name, r->spec,
             slot, run_trigger_name(r->trigger), r->attempt);
}

static void keep_id(struct year *y, int run, struct uuid id)
{
    if (run >= y->ids_room) {
        y->ids_room = run + 4096;
        y->ids = realloc(y->ids, (size_t)y->ids_room * sizeof *y->ids);
        assert_non_null(y->ids);
    }
    y->ids[run] = id;
}

/* Lanes enough for all: what may be taken is taken. */
static void take_runs(struct year *y)
{
    for (;;) {
        char want[80], at[CALENDAR_TEXT_MAX], now[CALENDAR_TEXT_MAX];
        struct run_work w = {0};
        bool found = false;
        OK(y, one_run_take(y->agenda, y->engine, y->start, &y->arena, &w, &found, &y->err));
        int run = year_model_take(&y->model, y->now, y->start);
        struct year_run *r = run < 0 ? NULL : &y->model.run[run];
        say(y, run, want, sizeof want);
        calendar_text(found ? w.slot_us / US_PER_S : 0, at);
        calendar_text(y->now, now);
        if (found != (run >= 0) ||
            (found &&
             (!str_equal(w.schedule_name, y->plan.schedule[r->schedule].name) ||
              strtol(w.spec_name + 1, NULL, 10) != r->spec || w.slot_us != r->slot * US_PER_S ||
              w.attempt != r->attempt || w.trigger != r->trigger)))
            fail_msg("%s: taken was %s %s %s %s attempt %d, to be taken was %s", now,
                     found ? w.schedule_name : "none", found ? w.spec_name : "", at,
                     run_trigger_name(w.trigger), (int)w.attempt, want);
        if (!found)
            break;
        keep_id(y, run, w.run);
        r->ends = y->now + length_s(y, r);
        r->until = y->now + TTL_S;
    }
    arena_done(&y->arena);
}

/* --- time goes on ---------------------------------------------------------------------------- */

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When something happens next. */
static int64_t next_event(const struct year *y)
{
    int64_t next = least(year_model_next_slot(&y->model), year_model_next_take(&y->model));
    for (int i = 0; i < y->model.opens; i++) {
        const struct year_run *r = &y->model.run[y->model.open[i]];
        if (r->status == RUN_RUNNING)
            next = least(next, r->ends);
    }
    return next > y->now ? next : y->now;
}

/* The engine sleeps until next_due(): never past a slot, a run that can be taken, a dead lane's
 * time. */
static void check_alarm(struct year *y)
{
    int64_t want = least(year_model_next_slot(&y->model), year_model_next_take(&y->model)), got = 0;
    for (int i = 0; i < y->model.opens; i++) {
        const struct year_run *r = &y->model.run[y->model.open[i]];
        if (r->status == RUN_RUNNING)
            want = least(want, r->until);
    }
    OK(y, y->agenda->ops->next_due(y->agenda, &got, &y->err));
    if (got / US_PER_S != want) {
        char now[CALENDAR_TEXT_MAX], text[CALENDAR_TEXT_MAX], wanted[CALENDAR_TEXT_MAX];
        calendar_text(y->now, now);
        calendar_text(got / US_PER_S, text);
        calendar_text(want, wanted);
        fail_msg("%s: it wakes at %s, the next is due at %s", now, text, wanted);
    }
}

static void stand_still(struct year *y)
{
    static const int64_t lengths[] = {HOUR, HOUR, DAY, DAY, 7 * DAY};
    int64_t length = lengths[rng_below(rng_next(&y->dice), CASES(lengths))];
    set_time(y, y->stops_at + length);
    y->stops_at = y->now + 2 * DAY + (int64_t)rng_below(rng_next(&y->dice), 18 * DAY);
    y->start++; /* nobody has what was being made */
    y->stops++;
}

static void look(struct year *y)
{
    int64_t dealt;
    work_runs(y);
    OK(y, agenda_pass(&y->lane, &dealt, &y->err));
    year_model_pass(&y->model, y->now);
    take_runs(y);
    check_alarm(y);
}

/* --- the end --------------------------------------------------------------------------------- */

static int by_slot(const void *a, const void *b)
{
    const struct year_run *x = a, *z = b;
    if (x->slot != z->slot)
        return x->slot < z->slot ? -1 : 1;
    return x->schedule != z->schedule ? x->schedule - z->schedule : x->spec - z->spec;
}

static const char list_query[] =
    "SELECT s.schedule_name, r.scheduled_for / 1000000, r.trigger, r.status, p.name "
    "FROM newsletter_runs r JOIN autopilot_schedules s ON s.id = r.autopilot_schedule_id "
    "JOIN newsletter_specifications p ON p.id = r.specification_id ORDER BY 2, 1, 5";

/* The list of (slot, schedule, trigger, status), the record's against the model's. */
static void compare_lists(struct year *y, const char *path)
{
    sqlite3 *raw;
    sqlite3_stmt *st;
    int i = 0;
    assert_int_equal(sqlite3_open_v2(path, &raw, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(raw, list_query, -1, &st, NULL), SQLITE_OK);
    qsort(y->model.run, (size_t)y->model.runs, sizeof *y->model.run, by_slot);
    for (; sqlite3_step(st) == SQLITE_ROW; i++) {
        const char *name = (const char *)sqlite3_column_text(st, 0);
        const char *trigger = (const char *)sqlite3_column_text(st, 2);
        const char *status = (const char *)sqlite3_column_text(st, 3);
        char slot[CALENDAR_TEXT_MAX], want[80];
        calendar_text(sqlite3_column_int64(st, 1), slot);
        say(y, i < y->model.runs ? i : -1, want, sizeof want);
        const struct year_run *r = &y->model.run[i < y->model.runs ? i : 0];
        if (i >= y->model.runs || sqlite3_column_int64(st, 1) != r->slot ||
            !str_equal(name, y->plan.schedule[r->schedule].name) ||
            strtol((const char *)sqlite3_column_text(st, 4) + 1, NULL, 10) != r->spec ||
            !str_equal(trigger, run_trigger_name(r->trigger)) ||
            !str_equal(status, run_status_name(r->status)))
            fail_msg("row %d is %s %s %s %s, not %s %s", i, name, slot, trigger, status, want,
                     run_status_name(r->status));
    }
    assert_int_equal(i, y->model.runs);
    (void)sqlite3_finalize(st); /* all rows were read */
    (void)sqlite3_close(raw);   /* opened for reading */
}

static void compare_counts(struct year *y)
{
    const struct schedule_row *rows = read_all(y);
    for (int i = 0; i < YEAR_SCHEDULES; i++) {
        const struct schedule_row *s = find(rows, y->plan.schedule[i].name);
        const struct year_counts *c = &y->model.counts[i];
        CHECK_AT(i, s->runs == c->runs && s->successes == c->successes, "%s: runs", s->name);
        CHECK_AT(i, s->failures == c->failures && s->slots == c->slots, "%s: failures", s->name);
        CHECK_AT(i, s->skipped == c->skipped, "%s: skipped", s->name);
        CHECK_AT(i, s->overlapped == c->overlapped, "%s: overlapped", s->name);
        CHECK_AT(i, s->missed == c->missed, "%s: missed", s->name);
        CHECK_AT(i, (s->status == SCHEDULE_CANCELLED) == y->model.ended[i], "%s: end", s->name);
        CHECK_AT(i, s->next_run_us == next_us(y, i), "%s: next", s->name);
    }
}

static void verify_line(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    if (line->broken > 0)
        print_message("BROKEN %s: %s (%s)\n", line->name, line->sentence, line->example);
}

/* The plan must be worth a year: everything that can happen to a slot has happened. */
static void check_width(const struct year *y)
{
    int n[RUN_STATUSES] = {0}, caught = 0, followed = 0, several = 0;
    struct year_counts sum = {0};
    for (int i = 0; i < y->model.runs; i++) {
        n[y->model.run[i].status]++;
        caught += y->model.run[i].trigger == TRIGGER_CATCHUP;
        followed += y->model.run[i].trigger == TRIGGER_AFTER;
        several += y->model.run[i].spec != y->plan.schedule[y->model.run[i].schedule].spec[0];
    }
    for (int i = 0; i < YEAR_SCHEDULES; i++) {
        sum.skipped += y->model.counts[i].skipped;
        sum.overlapped += y->model.counts[i].overlapped;
        sum.missed += y->model.counts[i].missed;
    }
    print_message(
        "# %d slots: %d success, %d failed, %d skipped (%lld frequency, %lld overlap); %d "
        "caught up, %lld missed; %d followed, %d of further specifications; %d standstills\n",
        y->model.runs, n[RUN_SUCCESS], n[RUN_FAILED], n[RUN_SKIPPED], (long long)sum.skipped,
        (long long)sum.overlapped, caught, (long long)sum.missed, followed, several, y->stops);
    assert_true(followed > 500 && several > 1000);
    assert_true(n[RUN_SUCCESS] > 10000 && n[RUN_FAILED] > 500 && sum.skipped > 1000);
    assert_true(sum.overlapped > 100 && caught > 500 && sum.missed > 500 && y->stops > 15);
}

static void a_year_is_as_the_words_say(void **state)
{
    (void)state;
    struct scratch dir;
    int32_t broken = -1;
    int64_t last = instant("2027-03-01T00:00:00Z");
    struct year *y = malloc(sizeof *y);
    assert_non_null(y);
    begin(y, 20260301);
    for (;;) {
        int64_t next = next_event(y);
        if (least(next, y->stops_at) > last)
            break;
        if (next < y->stops_at)
            set_time(y, next);
        else
            stand_still(y);
        look(y);
    }
    scratch_init(&dir);
    const char *path = scratch_path(&dir, "year.db");
    struct stmt *copy = db_stmt(y->db, SQL_DB_BACKUP);
    stmt_text(copy, "$path", path);
    OK(y, db_run(copy, NULL, &y->err));
    check_width(y);
    compare_counts(y);
    compare_lists(y, path);
    OK(y, verify_run(y->db, false, verify_line, NULL, &broken, &y->err));
    assert_int_equal(broken, 0);
    scratch_done(&dir);
    end(y);
    free(y);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_year_is_as_the_words_say)};
    return cmocka_run_group_tests_name("year", tests, NULL, NULL);
}
