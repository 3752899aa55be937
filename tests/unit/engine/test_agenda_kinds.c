/* test_agenda_kinds.c - if this fails, one specification of a schedule holds up or swallows the
 * reports of another, or a schedule that follows another misses a success, follows one twice, or
 * follows what it must not.
 *
 * The real agenda on a record in memory, the real pass over it, and made-up time.
 * needs: postgres */
#include "fake/one_run.h"
#include "unit/adapter/agenda_stage.h"

#include "adapter/zones_tzdata.h"
#include "base/str.h"
#include "engine/agenda_lane.h"
#include "store/verify.h"

#include <stdlib.h>
#include <string.h>

struct scene {
    struct agenda_stage c;
    struct zones *zones;
    struct agenda_lane lane;
};

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    *state = s;
    if (s == NULL || !stage_begin(&s->c) ||
        !zones_tzdata_new("/usr/share/zoneinfo", &s->zones, &s->c.err))
        return -1;
    s->lane = (struct agenda_lane){.agenda = s->c.a, .zones = s->zones};
    return stage_put_spec(&s->c, "ana", "week", "weekly") &&
                   stage_put_spec(&s->c, "ana", "press", "daily")
               ? 0
               : -1;
}

static void hold(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    CHECK_AT(__LINE__, line->broken == 0, "%s: %s", line->name, line->example);
}

/* Whatever was tried: the record keeps what it promises. */
static int end(void **state)
{
    struct scene *s = *state;
    int32_t broken = 0;
    SCENE_OK(&s->c, verify_run(stage_db(&s->c), false, hold, NULL, &broken, &s->c.err));
    s->zones->ops->free(s->zones);
    stage_end(&s->c);
    free(s);
    return 0;
}

/* --- steps ----------------------------------------------------------------------------------- */

static bool put_def(struct scene *s, const struct schedule_def *def, const char *next)
{
    enum put_answer answer;
    int64_t at = next != NULL ? stage_at(next) : SCHEDULE_NEVER_US;
    return s->c.a->ops->schedule_put(s->c.a, "ana", def, at, -1, &answer, &s->c.err);
}

/* At 09:00 UTC, of these specifications. */
static struct schedule_def daily(const char *name, const char *spec, const char *further)
{
    return (struct schedule_def){.workspace = "default",
                                 .name = name,
                                 .specification = spec,
                                 .further = further,
                                 .type = "daily",
                                 .config = "{\"time\":\"09:00\"}",
                                 .notes = "",
                                 .enabled = true};
}

static struct schedule_def follower(const char *name, const char *spec, const char *after)
{
    struct schedule_def def = daily(name, spec, NULL);
    def.type = "after";
    def.config = "{}";
    def.after = after;
    return def;
}

static void put(struct scene *s, struct schedule_def def)
{
    bool after = def.after != NULL;
    SCENE_OK(&s->c, put_def(s, &def, after ? NULL : "2026-11-23T09:00:00Z"));
}

static void go(struct scene *s, const char *instant)
{
    int64_t dealt;
    s->c.clock.now = stage_at(instant);
    SCENE_OK(&s->c, agenda_pass(&s->lane, &dealt, &s->c.err));
}

/* Makes all that waits; those of `fails` fail. Returns how many. */
static int work(struct scene *s, const char *fails)
{
    struct run_work w;
    int n = 0;
    for (; stage_take(&s->c, &w); n++)
        SCENE_OK(&s->c, stage_end_run(&s->c, &w, !str_equal(w.spec_name, fails)));
    return n;
}

/* "news success, press skipped": the runs of a schedule's slot, by specification. */
static const char *slot(struct scene *s, const char *schedule, const char *instant)
{
    struct run_row *rows;
    struct buf line = buf_init(1000);
    static const char *const specs[] = {"news", "press", "week"};
    int32_t count = stage_runs(&s->c, &rows);
    for (size_t k = 0; k < CASES(specs); k++)
        for (int32_t i = 0; i < count; i++)
            if (str_equal(rows[i].schedule, schedule) && rows[i].slot_us == stage_at(instant) &&
                str_equal(rows[i].specification, specs[k]))
                buf_addf(&line, "%s%s %s", line.len > 0 ? ", " : "", specs[k],
                         run_status_name(rows[i].status));
    const char *text = arena_text(&s->c.arena, buf_text(&line));
    buf_done(&line);
    assert_non_null(text);
    return text;
}

static const struct schedule_row *row(struct scene *s, const char *name)
{
    const struct schedule_row *r = stage_schedule(&s->c, name);
    assert_non_null(r);
    return r;
}

static struct agenda_ref ref(const char *name)
{
    return (struct agenda_ref){"default", name};
}

static void control(struct scene *s, const char *name, enum schedule_control what)
{
    bool changed;
    struct agenda_ref r = ref(name);
    SCENE_OK(&s->c, s->c.a->ops->schedule_control(s->c.a, "ana", &r, what, "why", 0,
                                                  SCHEDULE_NEVER_US, &changed, &s->c.err));
}

/* --- several specifications ------------------------------------------------------------------- */

static void each_specification_has_its_report_and_its_limit(void **state)
{
    struct scene *s = *state;
    put(s, daily("m", "news", "week\npress"));
    go(s, "2026-11-23T09:00:00Z");
    assert_string_equal(slot(s, "m", "2026-11-23T09:00:00Z"),
                        "news queued, press queued, week queued");
    assert_int_equal(work(s, ""), 3);
    assert_int_equal(row(s, "m")->slots, 1);
    assert_int_equal(row(s, "m")->successes, 3);
    go(s, "2026-11-24T09:00:00Z"); /* the week has its report: the others don't wait for it */
    assert_string_equal(slot(s, "m", "2026-11-24T09:00:00Z"),
                        "news queued, press queued, week skipped");
    assert_int_equal(work(s, "press"), 2);
    assert_int_equal(row(s, "m")->skipped, 1);
    assert_int_equal(row(s, "m")->failures, 1);
    assert_int_equal(row(s, "m")->next_run_us, stage_at("2026-11-25T09:00:00Z"));
    go(s, "2026-11-30T09:00:00Z");
    assert_string_equal(slot(s, "m", "2026-11-30T09:00:00Z"),
                        "news queued, press queued, week queued");
    assert_int_equal(row(s, "m")->missed, 3 * 5);
}

/* When all of them are blocked, the schedule goes on where the first of them may. */
static void all_blocked_goes_on_with_the_first_that_may(void **state)
{
    struct scene *s = *state;
    stage_put_spec(&s->c, "ana", "news", "monthly");
    struct schedule_def def = daily("m", "week", "news");
    def.config = "{\"time\":\"09:00\"}";
    put(s, def);
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    go(s, "2026-11-24T09:00:00Z");
    assert_string_equal(slot(s, "m", "2026-11-24T09:00:00Z"), "news skipped, week skipped");
    assert_int_equal(row(s, "m")->next_run_us, stage_at("2026-11-30T09:00:00Z"));
}

/* A run of the one is not over: the other is made. */
static void overlap_is_of_one_specification(void **state)
{
    struct scene *s = *state;
    struct run_work w;
    struct schedule_def def = daily("m", "news", "press");
    def.cadence = "none";
    put(s, def);
    go(s, "2026-11-23T09:00:00Z");
    assert_true(stage_take(&s->c, &w)); /* stays at work */
    assert_int_equal(work(s, ""), 1);
    s->c.clock.now += SCENE_MINUTE / 2;
    SCENE_OK(&s->c, one_run_renew(s->c.a, w.run, w.attempt, &s->c.err));
    go(s, "2026-11-24T09:00:00Z");
    assert_string_equal(slot(s, "m", "2026-11-24T09:00:00Z"), str_equal(w.spec_name, "news")
                                                                  ? "news skipped, press queued"
                                                                  : "news queued, press skipped");
    assert_int_equal(row(s, "m")->overlapped, 1);
}

/* A period that another schedule's run holds is not given twice, and holds nothing else up. */
static void a_held_period_is_one_specifications(void **state)
{
    struct scene *s = *state;
    struct schedule_def other = daily("a", "press", NULL);
    struct schedule_def both = daily("b", "news", "press");
    both.config = "{\"time\":\"09:00\",\"overlap\":\"queue_one\"}";
    put(s, other);
    put(s, both);
    go(s, "2026-11-23T09:00:00Z");
    assert_string_equal(slot(s, "a", "2026-11-23T09:00:00Z"), "press queued");
    assert_string_equal(slot(s, "b", "2026-11-23T09:00:00Z"), "news queued, press skipped");
    struct run_work w;
    assert_true(stage_take(&s->c, &w)); /* the press is at work, nothing of it waits */
    SCENE_OK(&s->c, stage_end_run(&s->c, &w, false));
    assert_int_equal(work(s, ""), 1);
}

/* Held while it is at work: with queue_one it would wait, but its period is taken. */
static void a_run_at_work_holds_its_period_for_one(void **state)
{
    struct scene *s = *state;
    struct run_work w;
    struct schedule_def both = daily("b", "news", "press");
    both.config = "{\"time\":\"10:00\",\"overlap\":\"queue_one\"}";
    put(s, daily("a", "press", NULL));
    SCENE_OK(&s->c, put_def(s, &both, "2026-11-23T10:00:00Z"));
    go(s, "2026-11-23T09:00:00Z");
    assert_true(stage_take(&s->c, &w));
    go(s, "2026-11-23T10:00:00Z");
    assert_string_equal(slot(s, "b", "2026-11-23T10:00:00Z"), "news queued, press skipped");
    assert_int_equal(row(s, "b")->skipped, 1);
    assert_int_equal(row(s, "b")->slots, 1);
    assert_int_equal(row(s, "b")->next_run_us, stage_at("2026-11-24T10:00:00Z"));
}

static void max_runs_counts_slots(void **state)
{
    struct scene *s = *state;
    struct schedule_def def = daily("m", "news", "press");
    def.config = "{\"time\":\"09:00\",\"max_runs\":2}";
    put(s, def);
    go(s, "2026-11-23T09:00:00Z");
    work(s, "");
    assert_int_equal(row(s, "m")->status, SCHEDULE_ACTIVE);
    go(s, "2026-11-24T09:00:00Z");
    work(s, "");
    assert_int_equal(row(s, "m")->status, SCHEDULE_CANCELLED);
    assert_int_equal(row(s, "m")->successes, 4);
}

static void one_that_is_off_needs_a_person(void **state)
{
    struct scene *s = *state;
    enum put_answer answer;
    struct spec_put off = {"default", "press", false, "daily", "{}"};
    put(s, daily("m", "news", "press"));
    SCENE_OK(&s->c, s->c.a->ops->spec_put(s->c.a, "ana", &off, -1, &answer, &s->c.err));
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(row(s, "m")->status, SCHEDULE_ERROR);
    assert_string_equal(row(s, "m")->last_error, "Specification is not active");
    assert_string_equal(slot(s, "m", "2026-11-23T09:00:00Z"), "");
}

static void a_run_now_and_a_backfill_are_of_each(void **state)
{
    struct scene *s = *state;
    struct uuid run;
    struct agenda_ref m = ref("m");
    enum backfill_answer answer;
    struct agenda *a = s->c.a;
    put(s, daily("m", "news", "press"));
    SCENE_OK(&s->c, a->ops->run_ask(a, "ana", &m, TRIGGER_MANUAL, "2026-11-23", &run, &s->c.err));
    assert_int_equal(work(s, ""), 2);
    assert_false(a->ops->run_ask(a, "ana", &m, TRIGGER_MANUAL, "2026-11-23", &run, &s->c.err));
    assert_int_equal(s->c.err.kind, ERR_CONFLICT);
    struct backfill_slot past = {.slot_us = stage_at("2026-11-20T09:00:00Z"),
                                 .period_key = "2026-11-20",
                                 .from_us = stage_at("2026-11-20T00:00:00Z"),
                                 .to_us = stage_at("2026-11-21T00:00:00Z")};
    struct backfill_order order = {.slots = &past, .count = 1, .specification = "press"};
    SCENE_OK(&s->c, a->ops->backfill(a, "ana", &m, &order, &answer, &s->c.err));
    assert_int_equal(answer, BACKFILL_RUNS);
    assert_string_equal(slot(s, "m", "2026-11-20T09:00:00Z"), "press queued");
    order.specification = "week";
    assert_false(a->ops->backfill(a, "ana", &m, &order, &answer, &s->c.err));
    assert_int_equal(s->c.err.kind, ERR_REFUSED);
    order.specification = NULL;
    SCENE_OK(&s->c, a->ops->backfill(a, "ana", &m, &order, &answer, &s->c.err));
    assert_string_equal(slot(s, "m", "2026-11-20T09:00:00Z"), "news queued, press queued");
    work(s, "");
}

static void a_definition_keeps_its_specifications(void **state)
{
    struct scene *s = *state;
    struct schedule_def got, def = daily("m", "news", "week\npress");
    struct agenda_ref m = ref("m"), press = ref("press");
    enum put_answer answer;
    int64_t rev;
    struct agenda *a = s->c.a;
    put(s, def);
    SCENE_OK(&s->c, a->ops->schedule_get(a, &m, &s->c.arena, &got, &rev, &s->c.err));
    assert_string_equal(got.specification, "news");
    assert_string_equal(got.further, "week\npress");
    assert_null(got.after);
    assert_string_equal(row(s, "m")->further, "week\npress");
    SCENE_OK(&s->c, a->ops->schedule_put(a, "ana", &def, 1, rev, &answer, &s->c.err));
    assert_int_equal(answer, PUT_SAME);
    assert_false(a->ops->spec_delete(a, "ana", &press, &s->c.err)); /* it is used */
    def.further = "press";
    SCENE_OK(&s->c, a->ops->schedule_put(a, "ana", &def, 1, rev, &answer, &s->c.err));
    assert_int_equal(answer, PUT_CHANGED);
    assert_string_equal(row(s, "m")->further, "press");
}

static void bad_lists_of_specifications_are_refused(void **state)
{
    struct scene *s = *state;
    static const struct {
        int line;
        const char *further, *why;
    } cases[] = {
        {__LINE__, "news", "named twice"},
        {__LINE__, "press\nweek\npress", "named twice"},
        {__LINE__, "pres", "press"}, /* the nearest name */
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct schedule_def def = daily("m", "news", cases[i].further);
        CHECK_AT(cases[i].line, !put_def(s, &def, "2026-11-23T09:00:00Z"), "it was taken");
        CHECK_AT(cases[i].line, strstr(s->c.err.text, cases[i].why) != NULL, "%s", s->c.err.text);
    }
    struct buf many = buf_init(4000);
    for (int i = 0; i < SCHEDULE_SPECS_MAX; i++) {
        char name[16];
        assert_true(str_format(name, sizeof name, "s%02d", i));
        SCENE_OK(&s->c, stage_put_spec(&s->c, "ana", name, "daily"));
        buf_addf(&many, "%s%s", i > 0 ? "\n" : "", name);
    }
    struct schedule_def def = daily("m", "news", buf_text(&many));
    assert_false(put_def(s, &def, "2026-11-23T09:00:00Z"));
    assert_non_null(strstr(s->c.err.text, "16"));
    buf_done(&many);
}

/* --- following -------------------------------------------------------------------------------- */

static void a_success_is_followed_once(void **state)
{
    struct scene *s = *state;
    struct run_work w;
    struct run_row *rows;
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    go(s, "2026-11-23T09:00:00Z");
    assert_string_equal(slot(s, "f", "2026-11-23T09:00:00Z"), "");
    assert_true(stage_take(&s->c, &w));
    SCENE_OK(&s->c, stage_end_run(&s->c, &w, true));
    assert_string_equal(slot(s, "f", "2026-11-23T09:00:00Z"), "press queued");
    assert_false(stage_end_run(&s->c, &w, true)); /* told again */
    assert_int_equal(stage_runs(&s->c, &rows), 2);
    assert_int_equal(rows[0].trigger, TRIGGER_AFTER);
    assert_int_equal(work(s, ""), 1);
    assert_int_equal(row(s, "f")->successes, 1);
    assert_int_equal(row(s, "f")->slots, 1);
    assert_string_equal(row(s, "f")->after, "m");
    go(s, "2026-11-24T09:00:00Z");
    work(s, "news"); /* a failure is not followed */
    assert_string_equal(slot(s, "f", "2026-11-24T09:00:00Z"), "");
}

static void a_chain_goes_on_to_its_end(void **state)
{
    struct scene *s = *state;
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    put(s, follower("g", "week", "f"));
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 3);
    assert_string_equal(slot(s, "g", "2026-11-23T09:00:00Z"), "week success");
    go(s, "2026-11-24T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "g", "2026-11-24T09:00:00Z"), "week skipped");
    assert_int_equal(row(s, "g")->skipped, 1);
}

/* What the follower does not want: nothing is caught up for it afterwards. */
static void a_switch_is_obeyed(void **state)
{
    struct scene *s = *state;
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    control(s, "f", SCHEDULE_PAUSE);
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 1);
    control(s, "f", SCHEDULE_RESUME);
    control(s, "f", SCHEDULE_DISABLE);
    go(s, "2026-11-24T09:00:00Z");
    assert_int_equal(work(s, ""), 1);
    control(s, "f", SCHEDULE_ENABLE);
    go(s, "2026-11-25T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "f", "2026-11-24T09:00:00Z"), "");
    assert_int_equal(row(s, "f")->slots, 1);
}

static void a_pause_with_an_end_is_over_by_itself(void **state)
{
    struct scene *s = *state;
    bool changed;
    struct agenda_ref f = ref("f");
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    SCENE_OK(&s->c, s->c.a->ops->schedule_control(s->c.a, "ana", &f, SCHEDULE_PAUSE, "why",
                                                  stage_at("2026-11-24T00:00:00Z"), 0, &changed,
                                                  &s->c.err));
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 1);
    go(s, "2026-11-24T00:00:00Z");
    assert_int_equal(row(s, "f")->status, SCHEDULE_ACTIVE);
    assert_true(row(s, "f")->next_run_us == SCHEDULE_NEVER_US);
    go(s, "2026-11-24T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
}

static void its_end_and_its_number_of_runs_are_kept(void **state)
{
    struct scene *s = *state;
    struct schedule_def few = follower("few", "press", "m"), until = follower("until", "week", "m");
    few.config = "{\"max_runs\":1}";
    until.config = "{\"end_at\":\"2026-11-23\",\"timezone\":\"America/New_York\"}";
    until.cadence = "none";
    put(s, daily("m", "news", NULL));
    put(s, few);
    SCENE_OK(&s->c, put_def(s, &until, "2026-11-24T05:00:00Z")); /* midnight there */
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 3);
    assert_int_equal(row(s, "few")->status, SCHEDULE_CANCELLED);
    assert_int_equal(row(s, "until")->status, SCHEDULE_ACTIVE);
    go(s, "2026-11-24T05:00:00Z");
    assert_int_equal(row(s, "until")->status, SCHEDULE_CANCELLED);
    go(s, "2026-11-24T09:00:00Z");
    assert_int_equal(work(s, ""), 1);
}

/* Tests count for nothing and are not followed; a report now and one of the past are. */
static void which_successes_are_followed(void **state)
{
    struct scene *s = *state;
    struct uuid run;
    struct agenda_ref m = ref("m");
    enum backfill_answer answer;
    struct run_row *rows;
    struct agenda *a = s->c.a;
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    SCENE_OK(&s->c, stage_ask(&s->c, "ana", "m", &run));
    assert_int_equal(work(s, ""), 1);
    SCENE_OK(&s->c, a->ops->run_ask(a, "ana", &m, TRIGGER_MANUAL, "2026-11-23", &run, &s->c.err));
    assert_int_equal(work(s, ""), 2);
    struct backfill_slot past = {.slot_us = stage_at("2026-11-20T09:00:00Z"),
                                 .period_key = "2026-11-20",
                                 .from_us = stage_at("2026-11-20T00:00:00Z"),
                                 .to_us = stage_at("2026-11-21T00:00:00Z")};
    struct backfill_order order = {.slots = &past, .count = 1};
    SCENE_OK(&s->c, a->ops->backfill(a, "ana", &m, &order, &answer, &s->c.err));
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "f", "2026-11-20T09:00:00Z"), "press success");
    assert_int_equal(stage_runs(&s->c, &rows), 5);
    assert_int_equal(rows[0].trigger, TRIGGER_BACKFILL);
}

/* The first report of a slot is what is followed, of however many specifications it is. */
static void a_slot_of_several_is_followed_once(void **state)
{
    struct scene *s = *state;
    put(s, daily("m", "news", "press"));
    put(s, follower("f", "week", "m"));
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, "news"), 3);
    assert_string_equal(slot(s, "f", "2026-11-23T09:00:00Z"), "week success");
}

static void a_follower_may_have_several_too(void **state)
{
    struct scene *s = *state;
    struct schedule_def f = follower("f", "press", "m");
    f.further = "week";
    put(s, daily("m", "news", NULL));
    put(s, f);
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 3);
    go(s, "2026-11-24T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "f", "2026-11-24T09:00:00Z"), "press success, week skipped");
    assert_int_equal(row(s, "f")->slots, 2);
}

/* The report is made whatever its follower is like. */
static void a_follower_that_is_broken_needs_a_person(void **state)
{
    struct scene *s = *state;
    enum put_answer answer;
    struct spec_put off = {"default", "press", false, "daily", "{}"};
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    SCENE_OK(&s->c, s->c.a->ops->spec_put(s->c.a, "ana", &off, -1, &answer, &s->c.err));
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 1);
    assert_int_equal(row(s, "f")->status, SCHEDULE_ERROR);
    assert_int_equal(row(s, "m")->successes, 1);
}

/* Two that follow the same with the same specification: the second one sees the first one's run. */
static void one_follower_knows_of_the_other(void **state)
{
    struct scene *s = *state;
    struct schedule_def f = follower("f", "press", "m"), g = follower("g", "press", "m");
    f.cadence = g.cadence = "none";
    g.config = "{\"overlap\":\"queue_one\"}";
    put(s, daily("m", "news", NULL));
    put(s, f);
    put(s, g);
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "f", "2026-11-23T09:00:00Z"), "press success");
    assert_string_equal(slot(s, "g", "2026-11-23T09:00:00Z"), "press skipped");
    assert_int_equal(row(s, "g")->overlapped, 1);
}

/* Another schedule's run holds the follower's period: left out with the reason. */
static void a_held_period_is_left_out(void **state)
{
    struct scene *s = *state;
    struct run_work w;
    struct schedule_def f = follower("f", "press", "m");
    f.config = "{\"overlap\":\"queue_one\"}";
    put(s, daily("m", "news", NULL));
    put(s, daily("o", "press", NULL));
    put(s, f);
    go(s, "2026-11-23T09:00:00Z");
    struct run_work other;
    assert_true(stage_take(&s->c, &w) && stage_take(&s->c, &other));
    SCENE_OK(&s->c, stage_end_run(&s->c, str_equal(w.spec_name, "news") ? &w : &other, true));
    assert_string_equal(slot(s, "f", "2026-11-23T09:00:00Z"), "press skipped");
    assert_int_equal(row(s, "f")->skipped, 1);
}

static void what_would_follow_itself_is_refused(void **state)
{
    struct scene *s = *state;
    struct schedule_def m = follower("m", "news", "g"), times = daily("t", "news", NULL);
    struct agenda_ref r = ref("m");
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    put(s, follower("g", "week", "f"));
    assert_false(put_def(s, &m, NULL));
    assert_non_null(strstr(s->c.err.text, "m -> g -> f -> m"));
    m.after = "m";
    assert_false(put_def(s, &m, NULL));
    assert_non_null(strstr(s->c.err.text, "m -> m"));
    m.after = "nobody";
    assert_false(put_def(s, &m, NULL));
    assert_int_equal(s->c.err.kind, ERR_REFUSED);
    times.after = "m";
    assert_false(put_def(s, &times, NULL)); /* it has times already */
    assert_false(s->c.a->ops->schedule_delete(s->c.a, "ana", &r, &s->c.err));
    assert_non_null(strstr(s->c.err.text, "\"f\""));
    r = ref("g");
    SCENE_OK(&s->c, s->c.a->ops->schedule_delete(s->c.a, "ana", &r, &s->c.err));
}

/* One that follows can get times, and the other way round. */
static void a_follower_can_get_times(void **state)
{
    struct scene *s = *state;
    struct schedule_def f = daily("f", "press", NULL);
    put(s, daily("m", "news", NULL));
    put(s, follower("f", "press", "m"));
    put(s, f);
    assert_null(row(s, "f")->after);
    go(s, "2026-11-23T09:00:00Z");
    assert_int_equal(work(s, ""), 2);
    put(s, follower("f", "press", "m"));
    go(s, "2026-11-24T09:00:00Z");
    assert_string_equal(slot(s, "f", "2026-11-24T09:00:00Z"), "");
    assert_int_equal(work(s, ""), 2);
    assert_string_equal(slot(s, "f", "2026-11-24T09:00:00Z"), "press success");
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(each_specification_has_its_report_and_its_limit),
        CASE(all_blocked_goes_on_with_the_first_that_may),
        CASE(overlap_is_of_one_specification),
        CASE(a_held_period_is_one_specifications),
        CASE(a_run_at_work_holds_its_period_for_one),
        CASE(max_runs_counts_slots),
        CASE(one_that_is_off_needs_a_person),
        CASE(a_run_now_and_a_backfill_are_of_each),
        CASE(a_definition_keeps_its_specifications),
        CASE(bad_lists_of_specifications_are_refused),
        CASE(a_success_is_followed_once),
        CASE(a_chain_goes_on_to_its_end),
        CASE(a_switch_is_obeyed),
        CASE(a_pause_with_an_end_is_over_by_itself),
        CASE(its_end_and_its_number_of_runs_are_kept),
        CASE(which_successes_are_followed),
        CASE(a_slot_of_several_is_followed_once),
        CASE(a_follower_may_have_several_too),
        CASE(a_follower_that_is_broken_needs_a_person),
        CASE(one_follower_knows_of_the_other),
        CASE(a_held_period_is_left_out),
        CASE(what_would_follow_itself_is_refused),
        CASE(a_follower_can_get_times),
    };
    return AGENDA_RECORD_RUN("agenda_kinds", tests);
}
