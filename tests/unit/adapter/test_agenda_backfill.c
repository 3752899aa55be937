/* test_agenda_backfill.c - if this fails, a report is made twice or past its limit, a backfill
 * cannot be taken back or asked for again, two runs of a specification are made at once, or reports
 * of the past hold up what comes up now.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"
#include "domain/frequency.h"
#include "fake/one_run.h"

#include <string.h>

enum { DAYS = 5 };

static const struct agenda_ref morning = {"default", "morning"};

struct stage {
    struct agenda_stage c;
    struct backfill_slot slot[DAYS]; /* 18 to 22 November, 09:00 */
    char key[DAYS][FREQUENCY_KEY_MAX];
    enum backfill_answer answer[DAYS];
};

/* The slots with the period of a frequency; FREQUENCIES: it does not count. */
static void set_slots(struct stage *s, enum frequency f)
{
    for (int i = 0; i < DAYS; i++) {
        int64_t at_s = stage_at("2026-11-18T09:00:00Z") / US_PER_S + i * 86400;
        s->slot[i] = (struct backfill_slot){.slot_us = at_s * US_PER_S};
        if (f == FREQUENCIES)
            continue;
        int64_t period = frequency_period(f, at_s);
        frequency_key(f, at_s, s->key[i]);
        s->slot[i].period_key = s->key[i];
        s->slot[i].from_us = frequency_period_start(f, period) * US_PER_S;
        s->slot[i].to_us = frequency_period_start(f, period + 1) * US_PER_S;
    }
}

static void begin(struct stage *s, enum frequency f)
{
    *s = (struct stage){0};
    SCENE_OK(&s->c, stage_begin(&s->c));
    SCENE_OK(&s->c, stage_put_schedule(&s->c, "ana", "morning"));
    set_slots(s, f);
}

/* The answers as letters, a slot each: r runs, d done, o open, b blocked, l left out. */
static const char *ask(struct stage *s, enum backfill_which which, bool dry)
{
    static char text[DAYS + 1];
    struct backfill_order order = {.slots = s->slot, .count = DAYS, .which = which, .dry = dry};
    SCENE_OK(&s->c, s->c.a->ops->backfill(s->c.a, "ana", &morning, &order, s->answer, &s->c.err));
    for (int i = 0; i < DAYS; i++)
        text[i] = "rdobl"[s->answer[i]];
    text[DAYS] = '\0';
    return text;
}

static int64_t next_due(struct stage *s)
{
    int64_t at = 0;
    SCENE_OK(&s->c, s->c.a->ops->next_due(s->c.a, &at, &s->c.err));
    return at;
}

static void slots_become_waiting_runs_once(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *rows;
    begin(&s, FREQUENCY_DAILY);
    assert_string_equal(ask(&s, BACKFILL_MISSED, true), "rrrrr");
    assert_int_equal(stage_runs(&s.c, &rows), 0); /* it was only tried */
    int32_t audited = stage_audited(&s.c);
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "rrrrr");
    assert_int_equal(stage_audited(&s.c), audited + 1);
    assert_int_equal(stage_runs(&s.c, &rows), DAYS);
    assert_int_equal(rows[0].trigger, TRIGGER_BACKFILL);
    assert_int_equal(rows[0].status, RUN_QUEUED);
    assert_int_equal(rows[0].slot_us, s.slot[DAYS - 1].slot_us);
    assert_string_equal(rows[0].period, "2026-11-22");
    assert_string_equal(rows[0].actor, "ana");
    assert_string_equal(ask(&s, BACKFILL_ALL, false), "ooooo");
    assert_int_equal(stage_runs(&s.c, &rows), DAYS);
    assert_int_equal(stage_audited(&s.c), audited + 1); /* nothing was done */
    /* The schedule's own time and counters are left alone. */
    assert_int_equal(stage_schedule(&s.c, "morning")->next_run_us,
                     stage_at("2026-11-23T09:00:00Z"));
    assert_int_equal(stage_schedule(&s.c, "morning")->slots, 0);
    stage_end(&s.c);
}

static void they_are_made_one_after_the_other_oldest_first(void **state)
{
    (void)state;
    struct stage s;
    struct run_work work, other;
    begin(&s, FREQUENCY_DAILY);
    (void)ask(&s, BACKFILL_MISSED, false);
    for (int i = 0; i < DAYS; i++) {
        assert_true(next_due(&s) <= s.c.clock.now);
        assert_true(stage_take(&s.c, &work));
        CHECK_AT(i, work.slot_us == s.slot[i].slot_us, "slot %d is made out of its turn", i);
        assert_int_equal(work.period_us, work.slot_us);
        assert_int_equal(work.attempt, 1);
        assert_false(stage_take(&s.c, &other));
        /* Nothing to look for before the lane's time is over, or the day's own slot comes. */
        assert_int_equal(next_due(&s), s.c.clock.now + RUN_TTL_US);
        SCENE_OK(&s.c, stage_end_run(&s.c, &work, i != 3));
    }
    assert_false(stage_take(&s.c, &work));
    assert_string_equal(ask(&s, BACKFILL_MISSED, true), "dddld");
    assert_string_equal(ask(&s, BACKFILL_FAILED, true), "dddrd");
    assert_string_equal(ask(&s, BACKFILL_ALL, false), "dddrd");
    assert_true(stage_take(&s.c, &work));
    assert_int_equal(work.attempt, 1);
    SCENE_OK(&s.c, stage_end_run(&s.c, &work, true));
    assert_string_equal(ask(&s, BACKFILL_ALL, true), "ddddd");
    stage_end(&s.c);
}

/* A week's report is made once, whichever of its days asks first. */
static void the_frequency_limits_them_too(void **state)
{
    (void)state;
    struct stage s;
    struct run_work work;
    begin(&s, FREQUENCY_WEEKLY); /* all five days are of one week */
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "rbbbb");
    assert_true(stage_take(&s.c, &work));
    SCENE_OK(&s.c, stage_end_run(&s.c, &work, true));
    assert_string_equal(ask(&s, BACKFILL_ALL, false), "dbbbb");
    stage_end(&s.c);
    /* When the one that held the week fails, another day may have it. */
    begin(&s, FREQUENCY_WEEKLY);
    (void)ask(&s, BACKFILL_MISSED, false);
    assert_true(stage_take(&s.c, &work));
    SCENE_OK(&s.c, stage_end_run(&s.c, &work, false));
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "lrbbb");
    assert_string_equal(ask(&s, BACKFILL_FAILED, false), "bolll");
    stage_end(&s.c);
    /* A report that was made past the limit counts, though it holds no key. */
    begin(&s, FREQUENCIES);
    struct uuid run;
    s.c.clock.now = stage_at("2026-11-20T12:00:00Z");
    SCENE_OK(&s.c,
             s.c.a->ops->run_ask(s.c.a, "ana", &morning, TRIGGER_MANUAL, NULL, &run, &s.c.err));
    assert_true(stage_take(&s.c, &work));
    SCENE_OK(&s.c, stage_end_run(&s.c, &work, true));
    s.c.clock.now = stage_at("2026-11-23T08:00:00Z");
    set_slots(&s, FREQUENCY_DAILY);
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "rrbrr");
    stage_end(&s.c);
}

/* What comes up now goes before what is made up for, and is not left out because of it. */
static void the_past_holds_nothing_up(void **state)
{
    (void)state;
    struct stage s;
    struct run_work past, now, third;
    struct due_row *due;
    struct uuid run;
    int32_t count = 0;
    int64_t now_us;
    begin(&s, FREQUENCY_DAILY);
    struct agenda *a = s.c.a;
    (void)ask(&s, BACKFILL_MISSED, false);
    assert_true(stage_take(&s.c, &past));
    s.c.clock.now = stage_at("2026-11-23T09:00:00Z");
    SCENE_OK(&s.c, a->ops->due(a, &s.c.arena, &due, &count, &now_us, &s.c.err));
    assert_int_equal(count, 1);
    assert_false(due[0].busy);
    assert_false(due[0].waiting);
    SCENE_OK(&s.c,
             a->ops->run_ask(a, "ana", &morning, TRIGGER_MANUAL, "2026-11-23", &run, &s.c.err));
    SCENE_OK(&s.c, one_run_renew(a, past.run, past.attempt, &s.c.err));
    assert_false(stage_take(&s.c, &now)); /* not beside the one that is made */
    assert_int_equal(next_due(&s), stage_at("2026-11-23T09:00:00Z")); /* the schedule's slot */
    SCENE_OK(&s.c, stage_end_run(&s.c, &past, true));
    assert_true(stage_take(&s.c, &now));
    assert_true(uuid_equal(now.run, run));
    assert_false(stage_take(&s.c, &third)); /* and no other beside it */
    SCENE_OK(&s.c, stage_end_run(&s.c, &now, true));
    assert_true(stage_take(&s.c, &third));
    assert_int_equal(third.slot_us, s.slot[1].slot_us);
    stage_end(&s.c);
}

/* Another specification is not in the way, and not kept waiting. */
static void specifications_do_not_wait_for_each_other(void **state)
{
    (void)state;
    struct stage s;
    struct run_work first, second, third;
    enum put_answer put;
    enum backfill_answer answer;
    begin(&s, FREQUENCY_DAILY);
    SCENE_OK(&s.c, stage_put_spec(&s.c, "ana", "other", "daily"));
    struct schedule_def def = {.workspace = "default",
                               .name = "evening",
                               .specification = "other",
                               .type = "daily",
                               .config = "{\"time\":\"19:00\"}",
                               .notes = "",
                               .enabled = true};
    struct agenda *a = s.c.a;
    SCENE_OK(&s.c, a->ops->schedule_put(a, "ana", &def, stage_at("2026-11-23T19:00:00Z"), -1, &put,
                                        &s.c.err));
    (void)ask(&s, BACKFILL_MISSED, false);
    struct agenda_ref evening = {"default", "evening"};
    struct backfill_order order = {.slots = s.slot, .count = 1};
    SCENE_OK(&s.c, a->ops->backfill(a, "ana", &evening, &order, &answer, &s.c.err));
    assert_int_equal(answer, BACKFILL_RUNS);
    assert_true(stage_take(&s.c, &first));
    assert_true(stage_take(&s.c, &second));
    assert_false(uuid_equal(first.specification, second.specification));
    assert_false(stage_take(&s.c, &third));
    stage_end(&s.c);
}

static void a_dead_lanes_backfill_is_made_again(void **state)
{
    (void)state;
    struct stage s;
    struct run_work work, again;
    begin(&s, FREQUENCY_DAILY);
    (void)ask(&s, BACKFILL_MISSED, false);
    assert_true(stage_take(&s.c, &work));
    s.c.clock.now += RUN_TTL_US;
    assert_true(next_due(&s) <= s.c.clock.now);
    assert_true(stage_take(&s.c, &again));
    assert_true(uuid_equal(again.run, work.run));
    assert_int_equal(again.attempt, 2);
    stage_end(&s.c);
}

/* What was cancelled may be asked for again; the lane that still works it is not taken for the one
 * that does so then. */
static void it_can_be_taken_back_and_asked_for_again(void **state)
{
    (void)state;
    struct stage s;
    struct run_work old, fresh;
    struct run_row *rows;
    begin(&s, FREQUENCY_DAILY);
    struct agenda *a = s.c.a;
    (void)ask(&s, BACKFILL_MISSED, false);
    assert_true(stage_take(&s.c, &old));
    int32_t count = stage_runs(&s.c, &rows);
    for (int32_t i = 0; i < count; i++)
        SCENE_OK(&s.c, a->ops->run_cancel(a, "ana", rows[i].id, &s.c.err));
    assert_false(stage_take(&s.c, &fresh));
    assert_string_equal(ask(&s, BACKFILL_FAILED, false), "lllll");
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "rrrrr");
    assert_true(stage_take(&s.c, &fresh));
    assert_true(uuid_equal(fresh.run, old.run));
    assert_false(stage_end_run(&s.c, &old, true));
    assert_int_equal(s.c.err.kind, ERR_FENCED);
    SCENE_OK(&s.c, stage_end_run(&s.c, &fresh, true));
    stage_end(&s.c);
}

static void a_skipped_slot_is_made_up_for(void **state)
{
    (void)state;
    struct stage s;
    enum slot_answer answer;
    struct run_row *rows;
    begin(&s, FREQUENCY_DAILY);
    struct slot_order order = {.schedule = stage_schedule(&s.c, "morning")->id,
                               .seen_us = stage_at("2026-11-23T09:00:00Z"),
                               .what = SLOT_MISSED,
                               .slot_us = s.slot[2].slot_us,
                               .next_us = stage_at("2026-11-24T09:00:00Z"),
                               .reason = "it went by"};
    SCENE_OK(&s.c, s.c.a->ops->slots(s.c.a, &order, 1, &answer, &s.c.err));
    assert_string_equal(ask(&s, BACKFILL_FAILED, false), "lllll");
    assert_string_equal(ask(&s, BACKFILL_MISSED, false), "rrrrr");
    assert_int_equal(stage_runs(&s.c, &rows), DAYS);
    for (int i = 0; i < DAYS; i++) {
        CHECK_AT(i, rows[i].status == RUN_QUEUED && rows[i].trigger == TRIGGER_BACKFILL, "%s",
                 run_status_name(rows[i].status));
        CHECK_AT(i, rows[i].error[0] == '\0' && rows[i].period[0] != '\0', "%s", rows[i].error);
    }
    stage_end(&s.c);
}

static void what_cannot_be_is_refused_and_nothing_is_done(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *rows;
    begin(&s, FREQUENCY_DAILY);
    s.slot[DAYS - 1].slot_us = s.c.clock.now + 1;
    struct backfill_order order = {.slots = s.slot, .count = DAYS};
    struct agenda *a = s.c.a;
    assert_false(a->ops->backfill(a, "ana", &morning, &order, s.answer, &s.c.err));
    assert_int_equal(s.c.err.kind, ERR_REFUSED);
    assert_int_equal(stage_runs(&s.c, &rows), 0);
    order.count = BACKFILL_MAX + 1;
    assert_false(a->ops->backfill(a, "ana", &morning, &order, s.answer, &s.c.err));
    assert_non_null(strstr(s.c.err.text, "366"));
    struct agenda_ref nowhere = {"default", "mourning"};
    order.count = 1;
    assert_false(a->ops->backfill(a, "ana", &nowhere, &order, s.answer, &s.c.err));
    assert_non_null(strstr(s.c.err.text, "did you mean \"morning\""));
    stage_end(&s.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_become_waiting_runs_once),
        cmocka_unit_test(they_are_made_one_after_the_other_oldest_first),
        cmocka_unit_test(the_frequency_limits_them_too),
        cmocka_unit_test(the_past_holds_nothing_up),
        cmocka_unit_test(specifications_do_not_wait_for_each_other),
        cmocka_unit_test(a_dead_lanes_backfill_is_made_again),
        cmocka_unit_test(it_can_be_taken_back_and_asked_for_again),
        cmocka_unit_test(a_skipped_slot_is_made_up_for),
        cmocka_unit_test(what_cannot_be_is_refused_and_nothing_is_done),
    };
    return AGENDA_RECORD_RUN("agenda_backfill", tests);
}
