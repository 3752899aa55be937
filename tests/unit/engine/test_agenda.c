/* test_agenda.c - if this fails, a schedule's slot is lost or gets two runs, a report is counted
 * that was not made, a dead engine's run is never made, or a limit is passed.
 *
 * The real agenda on each kind of record, the real pass over it, and made-up time.
 * needs: postgres */
#include "engine/agenda_lane.h"

#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "contract/agenda_record.h"
#include "domain/calendar.h"
#include "fake/fake_clock.h"
#include "fake/one_run.h"
#include "store/read_schedules.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (60 * US_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

struct scene {
    struct fake_clock clock;
    struct agenda_record *record;
    struct agenda *a;
    struct zones *zones;
    struct agenda_lane lane;
    struct arena arena;
    struct err err;
    struct uuid engine;
};

/* The agenda, and how often it was given orders. */
struct counted {
    struct agenda base;
    struct agenda *real;
    int commands;
};

static int64_t at_us(const char *text)
{
    int64_t s = 0;
    assert_true(calendar_parse(text, &s));
    return s * US_PER_S;
}

static int begin(void **state)
{
    struct scene *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    *state = c;
    fake_clock_init(&c->clock);
    c->clock.now = at_us("2026-11-23T08:00:00Z");
    c->arena = arena_init((size_t)64 << 20);
    c->engine = uuid_from_bytes("one", 3);
    bool ok = (c->record = agenda_record_new(&c->clock, &c->err)) != NULL &&
              agenda_record_workspace(c->record, "default", &c->err) &&
              agenda_record_agenda(c->record, &c->a, &c->err) &&
              zones_tzdata_new("/usr/share/zoneinfo", &c->zones, &c->err);
    c->lane = (struct agenda_lane){.agenda = c->a, .zones = c->zones};
    if (!ok)
        print_message("%s\n", c->err.text);
    return ok ? 0 : -1;
}

static int end(void **state)
{
    struct scene *c = *state;
    c->zones->ops->free(c->zones);
    c->a->ops->free(c->a);
    agenda_record_free(c->record);
    arena_done(&c->arena);
    free(c);
    return 0;
}

#define OK(call) CHECK_AT(__LINE__, (call), "%s", c->err.text)

static void put_spec(struct scene *c, const char *name, bool active, const char *frequency)
{
    enum put_answer answer;
    struct spec_put put = {"default", name, active, frequency, "{}"};
    OK(c->a->ops->spec_put(c->a, "ana", &put, -1, &answer, &c->err));
}

static void put_config(struct scene *c, const char *name, const char *spec, const char *type,
                       const char *config, const char *next)
{
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = spec,
                               .type = type,
                               .config = config,
                               .notes = "",
                               .enabled = true};
    OK(c->a->ops->schedule_put(c->a, "ana", &def, at_us(next), -1, &answer, &c->err));
}

/* Daily at 09:00 UTC from the 23rd on, of a daily specification. */
static void put_daily(struct scene *c)
{
    put_spec(c, "news", true, "daily");
    put_config(c, "morning", "news", "daily", "{\"time\":\"09:00\"}", "2026-11-23T09:00:00Z");
}

static int64_t pass(struct scene *c)
{
    int64_t dealt = -1;
    OK(agenda_pass(&c->lane, &dealt, &c->err));
    return dealt;
}

static struct schedule_row *schedule(struct scene *c, const char *name)
{
    struct schedule_row *rows;
    int32_t count = 0;
    OK(read_schedules(agenda_record_db(c->record), "default", name, &c->arena, &rows, &count,
                      &c->err));
    CHECK_AT(__LINE__, count == 1, "%d schedules %s", count, name);
    return rows;
}

static int32_t runs(struct scene *c, struct run_row **ret)
{
    struct run_filter filter = {.max = READ_RUNS_MAX};
    int32_t count = 0;
    OK(read_runs(agenda_record_db(c->record), &filter, &c->arena, ret, &count, &c->err));
    return count;
}

static bool take(struct scene *c, struct run_work *work)
{
    bool found = false;
    OK(one_run_take(c->a, c->engine, 1, &c->arena, work, &found, &c->err));
    return found;
}

static struct run_known known(struct scene *c, const struct run_work *w)
{
    struct run_known ret = {0};
    OK(c->a->ops->run_known(c->a, w->specification, w->run, &c->arena, &ret, &c->err));
    return ret;
}

static void end_well(struct scene *c, const struct run_work *w)
{
    uint64_t keys[] = {5, UINT64_MAX - 1};
    struct run_result r = {.ok = true,
                           .items = 2,
                           .sources = 3,
                           .sources_failed = 1,
                           .report = "x.html",
                           .sha256 = "abc",
                           .html = "<p>",
                           .html_len = 3,
                           .text = "t",
                           .text_len = 1,
                           .keys = keys,
                           .key_count = 2};
    OK(one_run_end(c->a, w->run, w->attempt, &r, &c->err));
}

/* --- slots ------------------------------------------------------------------------------------ */

static void a_slot_becomes_one_run(void **state)
{
    struct scene *c = *state;
    struct run_row *rows;
    int64_t next_us;
    put_daily(c);
    assert_int_equal(pass(c), 0);
    OK(c->a->ops->next_due(c->a, &next_us, &c->err));
    assert_int_equal(next_us, at_us("2026-11-23T09:00:00Z"));
    c->clock.now = next_us;
    assert_int_equal(pass(c), 1);
    assert_int_equal(pass(c), 0);
    assert_int_equal(runs(c, &rows), 1);
    assert_int_equal(rows[0].status, RUN_QUEUED);
    assert_int_equal(rows[0].trigger, TRIGGER_SCHEDULE);
    assert_int_equal(rows[0].slot_us, next_us);
    assert_string_equal(rows[0].period, "2026-11-23");
    assert_int_equal(schedule(c, "morning")->next_run_us, at_us("2026-11-24T09:00:00Z"));
    assert_int_equal(schedule(c, "morning")->slots, 1);
}

/* Many that are due are dealt with in few commands, each one durable commit. */
static bool count_command(struct agenda *a, const struct slot_order *orders, int32_t count,
                          enum slot_answer *ret, struct err *err)
{
    struct counted *c = (struct counted *)a;
    c->commands++;
    return c->real->ops->slots(c->real, orders, count, ret, err);
}

static bool count_due(struct agenda *a, struct arena *arena, struct due_row **ret,
                      int32_t *ret_count, int64_t *ret_now_us, struct err *err)
{
    struct agenda *real = ((struct counted *)a)->real;
    return real->ops->due(real, arena, ret, ret_count, ret_now_us, err);
}

static void many_are_dealt_with_in_few_commands(void **state)
{
    static const struct agenda_ops ops = {.slots = count_command, .due = count_due};
    struct scene *c = *state;
    struct counted counted = {.base = {&ops}, .real = c->a};
    struct agenda_lane lane = {.agenda = &counted.base, .zones = c->zones};
    struct run_row *rows;
    int64_t dealt = 0;
    OK(agenda_record_many(c->record, "many", 1000, at_us("2026-11-23T08:00:00Z"), &c->err));
    c->clock.now = at_us("2026-11-23T08:00:00Z");
    OK(agenda_pass(&lane, &dealt, &c->err));
    assert_int_equal(dealt, 1000);
    assert_true(counted.commands <= 1000 / AGENDA_DUE_MAX + 1);
    assert_true(runs(c, &rows) > 0);
}

/* Two engines saw the same: one of them does it. */
static void who_comes_second_finds_it_gone(void **state)
{
    struct scene *c = *state;
    struct run_row *rows;
    enum slot_answer answer = SLOT_DONE;
    put_daily(c);
    struct slot_order order = {.schedule = schedule(c, "morning")->id,
                               .seen_us = at_us("2026-11-23T09:00:00Z"),
                               .what = SLOT_RUN,
                               .slot_us = at_us("2026-11-23T09:00:00Z"),
                               .next_us = at_us("2026-11-24T09:00:00Z"),
                               .reason = ""};
    OK(c->a->ops->slots(c->a, &order, 1, &answer, &c->err));
    assert_int_equal(answer, SLOT_DONE);
    OK(c->a->ops->slots(c->a, &order, 1, &answer, &c->err));
    assert_int_equal(answer, SLOT_GONE);
    assert_int_equal(runs(c, &rows), 1);
}

static void a_standstill_is_caught_up_once(void **state)
{
    struct scene *c = *state;
    struct run_row *rows;
    put_daily(c);
    c->clock.now = at_us("2026-11-27T12:00:00Z");
    assert_int_equal(pass(c), 1);
    assert_int_equal(runs(c, &rows), 1);
    assert_int_equal(rows[0].trigger, TRIGGER_CATCHUP);
    assert_int_equal(rows[0].slot_us, at_us("2026-11-27T09:00:00Z"));
    assert_int_equal(schedule(c, "morning")->missed, 4);
}

/* The document's first error scenario, to the letter. */
static void a_specification_that_is_not_active_is_an_error(void **state)
{
    struct scene *c = *state;
    bool changed;
    struct run_row *rows;
    put_daily(c);
    put_spec(c, "news", false, "daily");
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 1);
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->status, SCHEDULE_ERROR);
    assert_string_equal(s->last_error, "Specification is not active");
    assert_int_equal(s->next_run_us, at_us("2026-11-23T09:00:00Z"));
    assert_int_equal(pass(c), 0);
    assert_int_equal(runs(c, &rows), 0);
    /* Mended and resumed it goes on. */
    struct agenda_ref ref = {"default", "morning"};
    put_spec(c, "news", true, "daily");
    OK(c->a->ops->schedule_control(c->a, "ana", &ref, SCHEDULE_RESUME, "", 0,
                                   at_us("2026-11-24T09:00:00Z"), &changed, &c->err));
    assert_true(changed);
    s = schedule(c, "morning");
    assert_int_equal(s->status, SCHEDULE_ACTIVE);
    assert_string_equal(s->last_error, "");
    c->clock.now = at_us("2026-11-24T09:00:00Z");
    assert_int_equal(pass(c), 1);
    assert_int_equal(runs(c, &rows), 1);
}

/* The second one: skipped with a warning, and next_run_at is the next eligible slot. */
static void the_frequency_is_a_limit(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    struct run_row *rows;
    put_spec(c, "news", true, "weekly");
    put_config(c, "morning", "news", "daily", "{\"time\":\"09:00\"}", "2026-11-23T09:00:00Z");
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 1);
    assert_true(take(c, &work));
    end_well(c, &work);
    c->clock.now = at_us("2026-11-24T09:00:00Z");
    assert_int_equal(pass(c), 1);
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->next_run_us, at_us("2026-11-30T09:00:00Z"));
    assert_int_equal(s->skipped, 1);
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->failures, 0);
    assert_int_equal(runs(c, &rows), 2);
    assert_int_equal(rows[0].status, RUN_SKIPPED);
    assert_non_null(strstr(rows[0].error, "2026-11-30T00:00:00Z"));
}

/* Two schedules of one specification in one period: the record lets one through. Two that come up
 * together are judged one after the other, and of their reports one is made at a time. */
static void two_schedules_share_their_specifications_limit(void **state)
{
    struct scene *c = *state;
    struct run_work work, other;
    struct run_row *rows;
    put_spec(c, "news", true, "daily");
    put_config(c, "early", "news", "daily", "{\"time\":\"09:00\",\"overlap\":\"queue_one\"}",
               "2026-11-23T09:00:00Z");
    put_config(c, "also", "news", "daily", "{\"time\":\"09:00\"}", "2026-11-23T09:00:00Z");
    put_config(c, "late", "news", "daily", "{\"time\":\"23:00\",\"overlap\":\"queue_one\"}",
               "2026-11-23T23:00:00Z");
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 2);
    assert_true(take(c, &work));
    assert_int_equal(schedule(c, "also")->overlapped, 1);
    c->clock.now = at_us("2026-11-23T23:00:00Z"); /* it is still being made */
    OK(one_run_renew(c->a, work.run, 1, &c->err));
    assert_int_equal(pass(c), 1);
    assert_int_equal(schedule(c, "late")->skipped, 1);
    c->clock.now = at_us("2026-11-24T09:00:00Z");
    OK(one_run_renew(c->a, work.run, 1, &c->err));
    assert_int_equal(pass(c), 2);
    assert_int_equal(runs(c, &rows), 5);
    assert_false(take(c, &other)); /* it waits for the first */
    end_well(c, &work);
    assert_true(take(c, &other));
}

static void a_pause_ends_by_itself_and_catches_nothing_up(void **state)
{
    struct scene *c = *state;
    bool changed;
    struct run_row *rows;
    struct agenda_ref ref = {"default", "morning"};
    put_daily(c);
    assert_false(c->a->ops->schedule_control(c->a, "ana", &ref, SCHEDULE_PAUSE, "", 0, 0, &changed,
                                             &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED); /* a pause needs a note */
    OK(c->a->ops->schedule_control(c->a, "ana", &ref, SCHEDULE_PAUSE, "moving house",
                                   at_us("2026-11-26T12:00:00Z"), 0, &changed, &c->err));
    c->clock.now = at_us("2026-11-25T12:00:00Z");
    assert_int_equal(pass(c), 0);
    assert_string_equal(schedule(c, "morning")->paused_note, "moving house");
    c->clock.now = at_us("2026-11-26T12:00:01Z");
    assert_int_equal(pass(c), 1);
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->status, SCHEDULE_ACTIVE);
    assert_int_equal(s->next_run_us, at_us("2026-11-27T09:00:00Z"));
    assert_int_equal(runs(c, &rows), 0);
    assert_int_equal(s->missed, 0);
}

static void what_comes_to_its_end_is_not_due_again(void **state)
{
    struct scene *c = *state;
    struct run_row *rows;
    put_spec(c, "news", true, "daily");
    put_config(c, "once", "news", "daily", "{\"time\":\"09:00\",\"max_runs\":1}",
               "2026-11-23T09:00:00Z");
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 1);
    assert_int_equal(schedule(c, "once")->status, SCHEDULE_CANCELLED);
    c->clock.now += 40 * DAY;
    assert_int_equal(pass(c), 0);
    assert_int_equal(runs(c, &rows), 1);
}

static void a_config_that_went_bad_is_an_error_not_a_loop(void **state)
{
    struct scene *c = *state;
    put_spec(c, "news", true, "daily");
    put_config(c, "bad", "news", "custom", "{\"cron_expression\":\"61 * * * *\"}",
               "2026-11-23T09:00:00Z");
    put_config(c, "nowhere", "news", "daily", "{\"time\":\"09:00\",\"timezone\":\"Nowhere/City\"}",
               "2026-11-23T09:00:00Z");
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 2);
    assert_int_equal(schedule(c, "bad")->status, SCHEDULE_ERROR);
    assert_non_null(strstr(schedule(c, "bad")->last_error, "minute"));
    assert_non_null(strstr(schedule(c, "nowhere")->last_error, "Nowhere/City"));
}

/* --- runs ------------------------------------------------------------------------------------- */

static void a_run_is_worked_by_one_lane_and_counted_once(void **state)
{
    struct scene *c = *state;
    struct run_work work, other;
    struct run_row *rows;
    struct buf html = buf_init(100);
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    assert_int_equal(work.attempt, 1);
    assert_int_equal(known(c, &work).count, 0);
    assert_string_equal(work.schedule_name, "morning");
    assert_false(take(c, &other));
    end_well(c, &work);
    /* A second word about it comes too late. */
    struct run_result late = {.error = "late"};
    assert_false(one_run_end(c->a, work.run, work.attempt, &late, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->runs, 1);
    assert_int_equal(s->successes, 1);
    assert_string_equal(s->last_status, "success");
    assert_int_equal(runs(c, &rows), 1);
    assert_int_equal(rows[0].items, 2);
    OK(read_report(agenda_record_report(c->record, work.run), work.run, &html, NULL, &c->err));
    assert_string_equal(buf_text(&html), "<p>");
    buf_done(&html);
    /* The next report knows what this one had. */
    c->clock.now = at_us("2026-11-24T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    struct run_known had = known(c, &work);
    assert_int_equal(had.count, 2);
    assert_true(had.items[0] == 5 && had.items[1] == UINT64_MAX - 1); /* ascending */
}

/* The third error scenario: failed, counted, and the next slot comes all the same. */
static void a_failure_is_counted_and_does_not_block(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    struct run_row *rows;
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    struct run_result again = {.error = "no source answered", .retry_at_us = c->clock.now + MINUTE};
    OK(one_run_end(c->a, work.run, 1, &again, &c->err));
    assert_int_equal(schedule(c, "morning")->failures, 0);
    assert_false(take(c, &work));
    c->clock.now += MINUTE;
    assert_true(take(c, &work));
    assert_int_equal(work.attempt, 2);
    struct run_result failed = {.error = "no source answered"};
    OK(one_run_end(c->a, work.run, 2, &failed, &c->err));
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->failures, 1);
    assert_int_equal(s->runs, 1);
    assert_string_equal(s->last_error, "no source answered");
    assert_int_equal(s->status, SCHEDULE_ACTIVE);
    /* The period is free again. */
    struct agenda_ref ref = {"default", "morning"};
    struct uuid run;
    OK(c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &run, &c->err));
    assert_false(
        c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &run, &c->err));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
    assert_int_equal(runs(c, &rows), 2);
}

static void a_dead_engines_run_is_made_by_another(void **state)
{
    struct scene *c = *state;
    struct run_work work, second;
    bool found = false;
    struct uuid other = uuid_from_bytes("two", 3);
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    c->clock.now += RUN_TTL_US - 1;
    OK(one_run_take(c->a, other, 1, &c->arena, &second, &found, &c->err));
    assert_false(found);
    OK(one_run_renew(c->a, work.run, 1, &c->err)); /* it lives */
    c->clock.now += 2;
    OK(one_run_take(c->a, other, 1, &c->arena, &second, &found, &c->err));
    assert_false(found);
    c->clock.now += RUN_TTL_US;
    OK(one_run_take(c->a, other, 1, &c->arena, &second, &found, &c->err));
    assert_true(found);
    assert_int_equal(second.attempt, 2);
    assert_false(one_run_renew(c->a, work.run, 1, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    end_well(c, &second);
}

/* The same engine, started again, does not wait for its own death. */
static void a_restart_takes_its_run_at_once_but_not_for_ever(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    struct run_row *rows;
    bool found = false;
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    for (int64_t gen = 1; gen <= RUN_ATTEMPTS_MAX; gen++) {
        OK(one_run_take(c->a, c->engine, gen, &c->arena, &work, &found, &c->err));
        CHECK_AT((int)gen, found && work.attempt == gen, "attempt %d", work.attempt);
    }
    OK(one_run_take(c->a, c->engine, 9, &c->arena, &work, &found, &c->err));
    assert_false(found);
    assert_int_equal(runs(c, &rows), 1);
    assert_int_equal(rows[0].status, RUN_FAILED);
    assert_non_null(strstr(rows[0].error, "died"));
    assert_int_equal(schedule(c, "morning")->failures, 1);
}

static void a_test_run_counts_for_nothing(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    struct uuid run;
    struct agenda_ref ref = {"default", "morning"};
    put_daily(c);
    OK(c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_TEST, NULL, &run, &c->err));
    assert_true(take(c, &work));
    end_well(c, &work);
    struct schedule_row *s = schedule(c, "morning");
    assert_int_equal(s->runs, 0);
    assert_false(s->ran);
    assert_int_equal(s->next_run_us, at_us("2026-11-23T09:00:00Z"));
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    assert_int_equal(pass(c), 1);
    assert_true(take(c, &work));
    assert_int_equal(known(c, &work).count, 0); /* nobody has had those items */
}

/* Nothing new: no report, and the period is still free. */
static void a_quiet_run_leaves_its_period_free(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    struct run_row *rows;
    struct uuid run;
    struct agenda_ref ref = {"default", "morning"};
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    struct run_result quiet = {.ok = true, .quiet = true, .sources = 2, .report = "", .sha256 = ""};
    OK(one_run_end(c->a, work.run, work.attempt, &quiet, &c->err));
    assert_int_equal(runs(c, &rows), 1);
    assert_int_equal(rows[0].status, RUN_SKIPPED);
    struct schedule_row *s = schedule(c, "morning");
    assert_string_equal(s->last_status, "skipped");
    assert_int_equal(s->runs, 0);
    assert_false(s->ran);
    OK(c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &run, &c->err));
}

static void a_cancelled_run_is_given_up(void **state)
{
    struct scene *c = *state;
    struct run_work work;
    put_daily(c);
    c->clock.now = at_us("2026-11-23T09:00:00Z");
    (void)pass(c);
    assert_true(take(c, &work));
    OK(c->a->ops->run_cancel(c->a, "ana", work.run, &c->err));
    assert_false(one_run_renew(c->a, work.run, 1, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_false(c->a->ops->run_cancel(c->a, "ana", work.run, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

/* --- definitions ------------------------------------------------------------------------------ */

static void what_is_put_again_changes_nothing(void **state)
{
    struct scene *c = *state;
    enum put_answer answer;
    struct arena arena = arena_init(1 << 20);
    struct agenda_ref ref = {"default", "morning"};
    struct schedule_def def;
    int64_t rev;
    put_daily(c);
    OK(c->a->ops->schedule_get(c->a, &ref, &arena, &def, &rev, &c->err));
    assert_string_equal(def.specification, "news");
    OK(c->a->ops->schedule_put(c->a, "ben", &def, at_us("2027-01-01T00:00:00Z"), rev, &answer,
                               &c->err));
    assert_int_equal(answer, PUT_SAME);
    assert_int_equal(schedule(c, "morning")->next_run_us, at_us("2026-11-23T09:00:00Z"));
    def.notes = "for the board";
    OK(c->a->ops->schedule_put(c->a, "ben", &def, at_us("2027-01-01T00:00:00Z"), rev, &answer,
                               &c->err));
    assert_int_equal(answer, PUT_CHANGED); /* but not its timing */
    assert_int_equal(schedule(c, "morning")->next_run_us, at_us("2026-11-23T09:00:00Z"));
    def.config = "{\"time\":\"10:00\"}";
    assert_false(c->a->ops->schedule_put(c->a, "ben", &def, at_us("2026-11-23T10:00:00Z"), rev,
                                         &answer, &c->err));
    assert_int_equal(c->err.kind, ERR_CONFLICT); /* somebody changed it meanwhile */
    OK(c->a->ops->schedule_put(c->a, "ben", &def, at_us("2026-11-23T10:00:00Z"), rev + 1, &answer,
                               &c->err));
    assert_int_equal(schedule(c, "morning")->next_run_us, at_us("2026-11-23T10:00:00Z"));
    arena_done(&arena);
}

static void what_is_not_there_is_refused_with_the_nearest(void **state)
{
    struct scene *c = *state;
    bool changed;
    struct agenda_ref ref = {"default", "mourning"}, spec = {"default", "news"};
    put_daily(c);
    assert_false(c->a->ops->schedule_control(c->a, "ana", &ref, SCHEDULE_DISABLE, "", 0, 0,
                                             &changed, &c->err));
    assert_non_null(strstr(c->err.text, "did you mean \"morning\""));
    assert_false(c->a->ops->spec_delete(c->a, "ana", &spec, &c->err));
    assert_non_null(strstr(c->err.text, "delete them first"));
    ref.name = "morning";
    OK(c->a->ops->schedule_delete(c->a, "ana", &ref, &c->err));
    OK(c->a->ops->spec_delete(c->a, "ana", &spec, &c->err));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_slot_becomes_one_run),
        CASE(many_are_dealt_with_in_few_commands),
        CASE(who_comes_second_finds_it_gone),
        CASE(a_standstill_is_caught_up_once),
        CASE(a_specification_that_is_not_active_is_an_error),
        CASE(the_frequency_is_a_limit),
        CASE(two_schedules_share_their_specifications_limit),
        CASE(a_pause_ends_by_itself_and_catches_nothing_up),
        CASE(what_comes_to_its_end_is_not_due_again),
        CASE(a_config_that_went_bad_is_an_error_not_a_loop),
        CASE(a_run_is_worked_by_one_lane_and_counted_once),
        CASE(a_failure_is_counted_and_does_not_block),
        CASE(a_dead_engines_run_is_made_by_another),
        CASE(a_restart_takes_its_run_at_once_but_not_for_ever),
        CASE(a_test_run_counts_for_nothing),
        CASE(a_quiet_run_leaves_its_period_free),
        CASE(a_cancelled_run_is_given_up),
        CASE(what_is_put_again_changes_nothing),
        CASE(what_is_not_there_is_refused_with_the_nearest),
    };
    return AGENDA_RECORD_RUN("agenda", tests);
}
