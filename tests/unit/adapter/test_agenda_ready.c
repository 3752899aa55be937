/* test_agenda_ready.c - if this fails, a slot that was made ready begins although its schedule was
 * changed, begins twice or too early, is lost with its engine, or leaves another record behind than
 * a slot that was dealt with at its instant.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"
#include "engine/agenda_lane.h"
#include "store/verify.h"

#include <stdio.h>
#include <string.h>

enum { MANY = 8 };

#define DUE "2026-11-24T09:00:00Z"

struct stage {
    struct agenda_stage c;
    struct uuid one, two; /* engines */
    struct run_work work[MANY];
    int32_t count;
    bool begun;
    struct ready_gone *gone;
    int32_t gone_count;
};

static struct slot_order order_of(const struct due_row *row)
{
    return (struct slot_order){.schedule = row->schedule,
                               .specification = row->specification,
                               .seen_us = row->next_run_us,
                               .what = SLOT_RUN,
                               .trigger = TRIGGER_SCHEDULE,
                               .slot_us = row->next_run_us,
                               .not_before_us = row->next_run_us,
                               .period_key = "2026-11-24",
                               .next_us = row->next_run_us + SCENE_DAY,
                               .reason = ""};
}

/* What is due within half a minute, as orders. */
static int32_t soon(struct stage *s, struct slot_order *ret)
{
    const struct soon_place from = {0};
    struct agenda *a = s->c.a;
    struct due_row *rows;
    int64_t now_us;
    int32_t count;
    SCENE_OK(&s->c,
             a->ops->soon(a, &from, 30 * US_PER_S, &s->c.arena, &rows, &count, &now_us, &s->c.err));
    for (int32_t i = 0; i < count && i < MANY; i++)
        ret[i] = order_of(&rows[i]);
    return count;
}

static int32_t make(struct stage *s, struct uuid engine, const struct slot_order *orders,
                    int32_t count)
{
    struct agenda *a = s->c.a;
    SCENE_OK(&s->c, a->ops->ready(a, engine, 1, orders, count, &s->c.arena, s->work, &s->count,
                                  &s->c.err));
    return s->count;
}

static void put(struct stage *s, const char *name)
{
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = name,
                               .type = "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "",
                               .enabled = true};
    SCENE_OK(&s->c, stage_put_spec(&s->c, "carl", name, "daily"));
    SCENE_OK(&s->c, s->c.a->ops->schedule_put(s->c.a, "carl", &def, stage_at(DUE), -1, &answer,
                                              &s->c.err));
}

/* Schedules s0, s1 ... due in 20 seconds, and ready at the first engine. False: this kind of record
 * has nothing of the kind. */
static bool begin(struct stage *s, int count)
{
    struct slot_order orders[MANY];
    *s = (struct stage){.one = uuid_from_bytes("one", 3), .two = uuid_from_bytes("two", 3)};
    assert_true(stage_begin(&s->c));
    if (s->c.a->ops->ready == NULL) {
        assert_true(str_equal(s->c.a->ops->kind, "sqlite"));
        stage_end(&s->c);
        return false;
    }
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        put(s, name);
    }
    s->c.clock.now = stage_at(DUE) - 20 * US_PER_S;
    assert_int_equal(soon(s, orders), count);
    assert_int_equal(make(s, s->one, orders, count), count);
    return true;
}

static bool start_at(struct stage *s, struct uuid engine, int64_t gen, const char *at)
{
    struct agenda *a = s->c.a;
    s->c.clock.now = stage_at(at);
    SCENE_OK(&s->c, a->ops->begin(a, engine, gen, &s->work[0].batch, 1, &s->begun, &s->c.arena,
                                  &s->gone, &s->gone_count, &s->c.err));
    return s->begun;
}

static bool start(struct stage *s)
{
    return start_at(s, s->one, 1, DUE);
}

static void settle(struct stage *s)
{
    struct agenda *a = s->c.a;
    SCENE_OK(&s->c, a->ops->settle(a, s->one, 1, &s->work[0].batch, 1, &s->c.err));
}

/* How many schedules a look finds due. */
static int32_t due(struct stage *s)
{
    struct due_row *rows;
    int64_t now_us;
    int32_t count;
    struct agenda *a = s->c.a;
    SCENE_OK(&s->c, a->ops->due(a, &s->c.arena, &rows, &count, &now_us, &s->c.err));
    return count;
}

static void verify_line(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    if (line->broken > 0)
        print_message("BROKEN %s: %s\n", line->name, line->sentence);
}

static void end(struct stage *s)
{
    int32_t broken = -1;
    SCENE_OK(&s->c, verify_run(stage_db(&s->c), false, verify_line, NULL, &broken, &s->c.err));
    assert_int_equal(broken, 0);
    stage_end(&s->c);
}

static void a_slot_is_ready_begins_and_is_written_down(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *runs;
    struct slot_order orders[MANY];
    if (!begin(&s, 2))
        return;
    assert_string_equal(s.work[0].workspace, "default");
    assert_true(s.work[0].attempt == 1 && s.work[0].slot_us == stage_at(DUE));
    assert_int_equal(soon(&s, orders), 0); /* not a second time */
    assert_int_equal(stage_runs(&s.c, &runs), 0);
    assert_true(start(&s));
    assert_int_equal(s.gone_count, 0);
    assert_int_equal(due(&s), 0); /* nobody else deals with them */
    assert_true(start(&s));       /* the same answer */
    settle(&s);
    settle(&s);
    assert_int_equal(stage_runs(&s.c, &runs), 2);
    for (int i = 0; i < 2; i++)
        SCENE_OK(&s.c, stage_end_run(&s.c, &s.work[i], true));
    const struct schedule_row *row = stage_schedule(&s.c, "s0");
    assert_true(row->next_run_us == stage_at(DUE) + SCENE_DAY);
    end(&s);
}

static void nothing_begins_before_its_instant_or_for_another(void **state)
{
    (void)state;
    struct stage s;
    if (!begin(&s, 1))
        return;
    assert_false(start_at(&s, s.one, 1, "2026-11-24T08:59:59Z"));
    assert_false(start_at(&s, s.two, 1, DUE));
    assert_false(start_at(&s, s.one, 2, DUE)); /* another start of the same engine */
    assert_true(start(&s));
    settle(&s);
    end(&s);
}

/* --- what withdraws --- */

static const struct agenda_ref first = {"default", "s0"};

static void pause_it(struct stage *s)
{
    bool changed;
    SCENE_OK(&s->c, s->c.a->ops->schedule_control(s->c.a, "carl", &first, SCHEDULE_PAUSE, "holiday",
                                                  0, 0, &changed, &s->c.err));
}

static void disable_it(struct stage *s)
{
    bool changed;
    SCENE_OK(&s->c, s->c.a->ops->schedule_control(s->c.a, "carl", &first, SCHEDULE_DISABLE, "", 0,
                                                  0, &changed, &s->c.err));
}

static void edit_it(struct stage *s)
{
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = "s0",
                               .specification = "s0",
                               .type = "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "other words",
                               .enabled = true};
    SCENE_OK(&s->c, s->c.a->ops->schedule_put(s->c.a, "carl", &def, stage_at(DUE), -1, &answer,
                                              &s->c.err));
    assert_int_equal(answer, PUT_CHANGED);
}

static void delete_it(struct stage *s)
{
    SCENE_OK(&s->c, s->c.a->ops->schedule_delete(s->c.a, "carl", &first, &s->c.err));
}

static void change_its_specification(struct stage *s)
{
    SCENE_OK(&s->c, stage_put_spec(&s->c, "carl", "s0", "weekly"));
}

static void run_it_now(struct stage *s)
{
    struct uuid run;
    SCENE_OK(&s->c, stage_ask(&s->c, "carl", "s0", &run));
}

static void fill_a_gap(struct stage *s)
{
    const struct backfill_slot gap = {.slot_us = stage_at("2026-11-23T09:00:00Z")};
    const struct backfill_order order = {.slots = &gap, .count = 1, .which = BACKFILL_ALL};
    enum backfill_answer answer;
    SCENE_OK(&s->c, s->c.a->ops->backfill(s->c.a, "carl", &first, &order, &answer, &s->c.err));
    assert_int_equal(answer, BACKFILL_RUNS);
}

static void another_engine_deals_with_it(struct stage *s)
{
    struct slot_order order = {0};
    enum slot_answer answer;
    struct due_row *rows;
    int64_t now_us;
    int32_t count;
    struct agenda *a = s->c.a;
    s->c.clock.now = stage_at("2026-11-24T09:00:02Z"); /* it was not waited for any longer */
    SCENE_OK(&s->c, a->ops->due(a, &s->c.arena, &rows, &count, &now_us, &s->c.err));
    for (int32_t i = 0; i < count; i++)
        if (str_equal(rows[i].name, "s0"))
            order = order_of(&rows[i]);
    SCENE_OK(&s->c, a->ops->slots(a, &order, 1, &answer, &s->c.err));
    assert_int_equal(answer, SLOT_DONE);
}

static void whatever_changes_it_withdraws_it(void **state)
{
    static void (*const change[])(struct stage * s) = {pause_it,
                                                       disable_it,
                                                       edit_it,
                                                       delete_it,
                                                       run_it_now,
                                                       fill_a_gap,
                                                       change_its_specification,
                                                       another_engine_deals_with_it};
    (void)state;
    for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
        struct stage s;
        if (!begin(&s, 2))
            return;
        change[i](&s);
        struct uuid other = {{0}};
        for (int k = 0; k < 2; k++)
            if (!str_equal(s.work[k].spec_name, "s0"))
                other = s.work[k].run;
        CHECK_AT(i, start_at(&s, s.one, 1, "2026-11-24T09:00:03Z"), "%s", "not begun");
        CHECK_AT(i, s.gone_count == 1 && !uuid_equal(s.gone[0].run, other), "%d", s.gone_count);
        settle(&s);
        end(&s);
    }
}

/* What has begun has begun: it is written down before anything is changed. */
static void what_has_begun_stays(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *runs;
    if (!begin(&s, 1))
        return;
    assert_true(start(&s));
    run_it_now(&s);
    assert_int_equal(stage_runs(&s.c, &runs), 2);
    assert_true(start(&s));
    assert_int_equal(s.gone_count, 0);
    pause_it(&s);
    settle(&s);
    assert_int_equal(stage_runs(&s.c, &runs), 2);
    SCENE_OK(&s.c, stage_end_run(&s.c, &s.work[0], true));
    end(&s);
}

static void paused_after_it_began_it_stays_paused(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *runs;
    if (!begin(&s, 1))
        return;
    assert_true(start(&s));
    pause_it(&s);
    settle(&s);
    assert_int_equal(stage_runs(&s.c, &runs), 1);
    assert_int_equal(stage_schedule(&s.c, "s0")->status, SCHEDULE_PAUSED);
    end(&s);
}

static void an_engine_that_is_gone_is_not_waited_for(void **state)
{
    (void)state;
    struct stage s;
    if (!begin(&s, 2))
        return;
    s.c.clock.now = stage_at(DUE) + 500 * US_PER_MS;
    assert_int_equal(due(&s), 0);
    s.c.clock.now = stage_at(DUE) + 1100 * US_PER_MS;
    assert_int_equal(due(&s), 2);
    end(&s);
}

/* It began them and died before they were written down. */
static void what_a_dead_engine_began_is_found(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *runs;
    struct run_work again;
    enum slot_answer answer;
    struct slot_order order;
    if (!begin(&s, 1))
        return;
    order = (struct slot_order){.schedule = s.work[0].schedule,
                                .seen_us = stage_at(DUE),
                                .what = SLOT_RUN,
                                .trigger = TRIGGER_SCHEDULE,
                                .slot_us = stage_at(DUE),
                                .not_before_us = stage_at(DUE),
                                .next_us = stage_at(DUE) + SCENE_DAY,
                                .reason = ""};
    assert_true(start(&s));
    s.c.clock.now = stage_at(DUE) + 6 * US_PER_S;
    assert_int_equal(due(&s), 1);
    SCENE_OK(&s.c, s.c.a->ops->slots(s.c.a, &order, 1, &answer, &s.c.err));
    assert_int_equal(answer, SLOT_GONE);
    assert_int_equal(stage_runs(&s.c, &runs), 1);
    assert_false(stage_take(&s.c, &again));
    s.c.clock.now += RUN_TTL_US;
    assert_true(stage_take(&s.c, &again));
    assert_int_equal(again.attempt, 2);
    SCENE_OK(&s.c, stage_end_run(&s.c, &again, true));
    end(&s);
}

static void what_was_not_begun_is_given_up(void **state)
{
    (void)state;
    struct stage s;
    struct slot_order orders[MANY];
    if (!begin(&s, 2))
        return;
    settle(&s);
    assert_int_equal(soon(&s, orders), 2);
    assert_int_equal(make(&s, s.two, orders, 2), 2); /* another engine may have them */
    assert_false(start(&s));
    settle(&s);
    assert_true(start_at(&s, s.two, 1, DUE));
    end(&s);
}

static void only_plain_slots_are_made_ready(void **state)
{
    (void)state;
    struct stage s;
    struct slot_order orders[MANY];
    struct uuid run;
    if (!begin(&s, 1))
        return;
    put(&s, "busy");
    SCENE_OK(&s.c, stage_ask(&s.c, "carl", "busy", &run));
    put(&s, "moved");
    int32_t n = soon(&s, orders);
    assert_int_equal(n, 2);
    for (int32_t i = 0; i < n; i++)
        orders[i].seen_us -= i; /* the second was seen with another instant */
    (void)make(&s, s.one, orders, n);
    for (int32_t i = 0; i < s.count; i++)
        assert_string_equal(s.work[i].spec_name, "moved");
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_ready_begins_and_is_written_down),
        cmocka_unit_test(nothing_begins_before_its_instant_or_for_another),
        cmocka_unit_test(whatever_changes_it_withdraws_it),
        cmocka_unit_test(what_has_begun_stays),
        cmocka_unit_test(paused_after_it_began_it_stays_paused),
        cmocka_unit_test(an_engine_that_is_gone_is_not_waited_for),
        cmocka_unit_test(what_a_dead_engine_began_is_found),
        cmocka_unit_test(what_was_not_begun_is_given_up),
        cmocka_unit_test(only_plain_slots_are_made_ready),
    };
    return AGENDA_RECORD_RUN("agenda_ready", tests);
}
