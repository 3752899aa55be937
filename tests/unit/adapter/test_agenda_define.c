/* test_agenda_define.c - if this fails, a schedule is not kept as it was defined, a change of its
 * notes moves its next instant, two who change the same one do not notice, or an operator is
 * refused in other words than on another record. Who may do it: test_agenda_roles.c.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    struct agenda_stage *c = calloc(1, sizeof *c);
    *state = c;
    return c != NULL && stage_begin(c) && stage_put_spec(c, "carl", "market", "weekly") &&
                   stage_put_spec(c, "carl", "sports", "monthly")
               ? 0
               : -1;
}

static int end(void **state)
{
    stage_end(*state);
    free(*state);
    return 0;
}

static const struct schedule_def morning = {.workspace = "default",
                                            .name = "morning",
                                            .specification = "news",
                                            .further = "market\nsports",
                                            .type = "daily",
                                            .config = "{\"time\":\"09:00\"}",
                                            .categories = "[\"a, b: c\",\"d\"]",
                                            .cadence = "daily",
                                            .notes = "for the board",
                                            .enabled = true};

static const struct schedule_def follower = {.workspace = "default",
                                             .name = "evening",
                                             .specification = "news",
                                             .after = "morning",
                                             .type = "after",
                                             .config = "{}",
                                             .notes = "",
                                             .enabled = true};

static bool put(struct agenda_stage *c, struct schedule_def def, const char *next, int64_t rev,
                enum put_answer *ret)
{
    int64_t next_us = next != NULL ? stage_at(next) : SCHEDULE_NEVER_US;
    return c->a->ops->schedule_put(c->a, "ana", &def, next_us, rev, ret, &c->err);
}

static bool get(struct agenda_stage *c, const char *name, struct schedule_def *ret,
                int64_t *ret_rev)
{
    struct agenda_ref ref = {"default", name};
    return c->a->ops->schedule_get(c->a, &ref, &c->arena, ret, ret_rev, &c->err);
}

static void two(struct agenda_stage *c)
{
    enum put_answer answer;
    SCENE_OK(c, put(c, morning, "2026-11-23T09:00:00Z", -1, &answer));
    assert_int_equal(answer, PUT_CREATED);
    SCENE_OK(c, put(c, follower, NULL, -1, &answer));
}

static void it_is_kept_as_it_was_defined(void **state)
{
    struct agenda_stage *c = *state;
    struct schedule_def d;
    int64_t rev;
    two(c);
    SCENE_OK(c, get(c, "morning", &d, &rev));
    assert_int_equal(rev, 1);
    assert_string_equal(d.workspace, "default");
    assert_string_equal(d.name, "morning");
    assert_string_equal(d.specification, "news");
    assert_string_equal(d.further, "market\nsports");
    assert_null(d.after);
    assert_string_equal(d.type, "daily");
    assert_string_equal(d.config, morning.config);
    assert_string_equal(d.categories, morning.categories);
    assert_null(d.regions);
    assert_string_equal(d.cadence, "daily");
    assert_string_equal(d.notes, "for the board");
    assert_string_equal(d.frequency, "daily");
    assert_true(d.enabled);
    SCENE_OK(c, get(c, "evening", &d, &rev));
    assert_string_equal(d.after, "morning");
    assert_string_equal(d.type, "after");
    assert_null(d.further);
    assert_null(d.cadence);
    assert_true(stage_schedule(c, "evening")->next_run_us == SCHEDULE_NEVER_US);
}

static void a_change_moves_only_what_it_is_about(void **state)
{
    struct agenda_stage *c = *state;
    enum put_answer answer;
    struct schedule_def d = morning;
    int64_t rev;
    two(c);
    int32_t audited = stage_audited(c);
    SCENE_OK(c, put(c, d, "2026-11-24T09:00:00Z", 1, &answer));
    assert_int_equal(answer, PUT_SAME);
    assert_int_equal(stage_audited(c), audited);
    d.notes = "for all";
    SCENE_OK(c, put(c, d, "2026-11-24T09:00:00Z", 1, &answer));
    assert_int_equal(answer, PUT_CHANGED);
    assert_int_equal(stage_audited(c), audited + 1);
    assert_int_equal(stage_schedule(c, "morning")->next_run_us, stage_at("2026-11-23T09:00:00Z"));
    assert_false(put(c, d, "2026-11-24T09:00:00Z", 1, &answer));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
    d.further = "sports"; /* and nothing else */
    SCENE_OK(c, put(c, d, "2026-11-24T09:00:00Z", 2, &answer));
    assert_int_equal(answer, PUT_CHANGED);
    assert_int_equal(stage_schedule(c, "morning")->next_run_us, stage_at("2026-11-23T09:00:00Z"));
    d.config = "{\"time\":\"10:00\"}";
    SCENE_OK(c, put(c, d, "2026-11-23T10:00:00Z", 3, &answer));
    assert_int_equal(stage_schedule(c, "morning")->next_run_us, stage_at("2026-11-23T10:00:00Z"));
    SCENE_OK(c, get(c, "morning", &d, &rev));
    assert_int_equal(rev, 4);
    assert_string_equal(d.further, "sports");
    d = follower; /* it follows no more, and gets times */
    d.after = NULL;
    d.type = "daily";
    SCENE_OK(c, put(c, d, "2026-11-23T19:00:00Z", 1, &answer));
    assert_int_equal(stage_schedule(c, "evening")->next_run_us, stage_at("2026-11-23T19:00:00Z"));
}

static bool control(struct agenda_stage *c, enum schedule_control what, const char *note,
                    bool *ret_changed)
{
    struct agenda_ref ref = {"default", "morning"};
    return c->a->ops->schedule_control(c->a, "ana", &ref, what, note,
                                       stage_at("2026-11-25T00:00:00Z"),
                                       stage_at("2026-11-24T09:00:00Z"), ret_changed, &c->err);
}

static void what_is_so_is_not_done_again(void **state)
{
    static const enum schedule_control whats[] = {SCHEDULE_DISABLE, SCHEDULE_ENABLE, SCHEDULE_PAUSE,
                                                  SCHEDULE_RESUME};
    struct agenda_stage *c = *state;
    bool changed;
    two(c);
    for (int i = 0; i < (int)CASES(whats); i++) {
        int32_t audited = stage_audited(c);
        SCENE_OK(c, control(c, whats[i], "holidays", &changed));
        CHECK_AT(i, changed && stage_audited(c) == audited + 1, "nothing was done");
        struct schedule_row *row = stage_schedule(c, "morning");
        CHECK_AT(i, row->enabled == (whats[i] != SCHEDULE_DISABLE), "enabled %d", row->enabled);
        CHECK_AT(i, row->status == (whats[i] == SCHEDULE_PAUSE ? SCHEDULE_PAUSED : SCHEDULE_ACTIVE),
                 "%s", schedule_status_name(row->status));
        /* Only what makes it go on counts anew. */
        CHECK_AT(i,
                 row->next_run_us ==
                     stage_at(i == 0 ? "2026-11-23T09:00:00Z" : "2026-11-24T09:00:00Z"),
                 "next");
        SCENE_OK(c, control(c, whats[i], "another", &changed));
        CHECK_AT(i, changed == (whats[i] == SCHEDULE_PAUSE), "a pause alone may be put anew");
    }
}

/* Each specification's run of its own period; asked again, only those whose period is free. */
static void a_report_now_is_one_of_each(void **state)
{
    struct agenda_stage *c = *state;
    struct agenda_ref ref = {"default", "morning"};
    struct uuid run, again;
    struct run_row *rows;
    two(c);
    SCENE_OK(c, c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &run, &c->err));
    assert_int_equal(stage_runs(c, &rows), 3);
    assert_string_equal(rows[2].period, "2026-11-23");
    assert_string_equal(rows[1].period, "2026-W48");
    assert_string_equal(rows[0].period, "2026-11");
    assert_true(uuid_equal(rows[2].id, run));
    assert_false(
        c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &again, &c->err));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
    assert_int_equal(stage_runs(c, &rows), 3);
    SCENE_OK(c, c->a->ops->run_cancel(c->a, "ana", rows[1].id, &c->err));
    SCENE_OK(c,
             c->a->ops->run_ask(c->a, "ana", &ref, TRIGGER_MANUAL, "2026-11-23", &again, &c->err));
    assert_int_equal(stage_runs(c, &rows), 4);
    assert_string_equal(rows[0].period, "2026-W48");
    assert_true(uuid_equal(rows[0].id, again));
    SCENE_OK(c, stage_ask(c, "ana", "morning", &run)); /* a test takes no period */
    assert_int_equal(stage_runs(c, &rows), 7);
    assert_true(rows[0].period == NULL || rows[0].period[0] == '\0');
}

/* --- refusals, word by word ------------------------------------------------------------------- */

static bool put_as(struct agenda_stage *c, struct schedule_def def)
{
    enum put_answer answer;
    return put(c, def, "2026-11-24T09:00:00Z", -1, &answer);
}

static bool no_workspace(struct agenda_stage *c)
{
    struct schedule_def d = morning;
    d.workspace = "defualt";
    return put_as(c, d);
}

static bool no_spec(struct agenda_stage *c)
{
    struct schedule_def d = morning;
    d.specification = "newz";
    return put_as(c, d);
}

static bool no_further(struct agenda_stage *c)
{
    struct schedule_def d = morning;
    d.further = "market\nsprots";
    return put_as(c, d);
}

static bool spec_twice(struct agenda_stage *c)
{
    struct schedule_def d = morning;
    d.further = "market\nnews";
    return put_as(c, d);
}

static bool no_after(struct agenda_stage *c)
{
    struct schedule_def d = follower;
    d.after = "mornign";
    return put_as(c, d);
}

static bool after_with_times(struct agenda_stage *c)
{
    struct schedule_def d = follower;
    d.type = "daily";
    return put_as(c, d);
}

static bool circle(struct agenda_stage *c)
{
    struct schedule_def d = follower;
    d.name = "morning";
    d.after = "evening";
    return put_as(c, d);
}

static bool no_name(struct agenda_stage *c)
{
    struct schedule_def d = morning;
    d.name = "";
    return put_as(c, d);
}

static bool delete_followed(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "morning"};
    return c->a->ops->schedule_delete(c->a, "ana", &ref, &c->err);
}

static bool delete_missing(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "night"};
    return c->a->ops->schedule_delete(c->a, "ana", &ref, &c->err);
}

static bool get_missing(struct agenda_stage *c)
{
    struct schedule_def d;
    int64_t rev;
    return get(c, "moning", &d, &rev);
}

static bool delete_used(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "sports"};
    return c->a->ops->spec_delete(c->a, "ana", &ref, &c->err);
}

static bool delete_no_spec(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "marketing"};
    return c->a->ops->spec_delete(c->a, "ana", &ref, &c->err);
}

static bool change_old_spec(struct agenda_stage *c)
{
    enum put_answer answer;
    struct spec_put spec = {"default", "news", true, "weekly", "{}"};
    return c->a->ops->spec_put(c->a, "ana", &spec, 9, &answer, &c->err);
}

static bool pause_without_note(struct agenda_stage *c)
{
    bool changed;
    return control(c, SCHEDULE_PAUSE, "", &changed);
}

static bool cancel_missing(struct agenda_stage *c)
{
    return c->a->ops->run_cancel(c->a, "ana", uuid_from_bytes("x", 1), &c->err);
}

static bool see_waiting(struct agenda_stage *c)
{
    struct uuid run;
    SCENE_OK(c, stage_ask(c, "ana", "evening", &run));
    return c->a->ops->run_seen(c->a, "ana", run, &c->err);
}

static bool backfill_no_part(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "morning"};
    struct backfill_slot slot = {.slot_us = stage_at("2026-11-20T09:00:00Z")};
    struct backfill_order order = {.slots = &slot, .count = 1, .specification = "other"};
    enum backfill_answer answer;
    return c->a->ops->backfill(c->a, "ana", &ref, &order, &answer, &c->err);
}

static bool member_missing(struct agenda_stage *c)
{
    struct agenda_ref ref = {"default", "ben"};
    return c->a->ops->member_delete(c->a, "ana", &ref, &c->err);
}

static const struct {
    int line;
    bool (*run)(struct agenda_stage *c);
    const char *words;
} refusals[] = {
    {__LINE__, no_workspace,
     "workspace: there is no workspace \"defualt\"; did you mean \"default\"?"},
    {__LINE__, no_spec,
     "specification: there is no specification \"newz\" in workspace \"default\"; did you mean "
     "\"news\"?"},
    {__LINE__, no_further,
     "specification: there is no specification \"sprots\" in workspace \"default\"; did you mean "
     "\"sports\"?"},
    {__LINE__, spec_twice, "schedule: the specification \"news\" is named twice"},
    {__LINE__, no_after,
     "schedule: there is no schedule \"mornign\" in workspace \"default\"; did you mean "
     "\"morning\"?"},
    {__LINE__, after_with_times,
     "schedule: it either has times or follows another schedule (type after)"},
    {__LINE__, circle, "schedule: it would follow itself: morning -> evening -> morning"},
    {__LINE__, no_name, "schedule: the name must have 1 to 120 bytes and no control characters"},
    {__LINE__, delete_followed,
     "schedule: \"morning\" is followed by 1 (\"evening\"); delete them first, or give them times"},
    {__LINE__, delete_missing, "schedule: there is no schedule \"night\" in workspace \"default\""},
    {__LINE__, get_missing,
     "schedule: there is no schedule \"moning\" in workspace \"default\"; did you mean "
     "\"morning\"?"},
    {__LINE__, delete_used,
     "specification: \"sports\" has 1 schedules (\"morning\"); delete them first"},
    {__LINE__, delete_no_spec,
     "specification: there is no specification \"marketing\" in workspace \"default\"; did you "
     "mean \"market\"?"},
    {__LINE__, change_old_spec,
     "specification: \"news\" was changed meanwhile; look at it again, then change it"},
    {__LINE__, pause_without_note, "schedule: a pause needs a note that says why (--note)"},
    {__LINE__, cancel_missing, "run: there is no such run; `autopilot run list` has all"},
    {__LINE__, see_waiting, "run: it is queued; only a failure needs to be seen"},
    {__LINE__, backfill_no_part, "schedule: \"morning\" has no specification \"other\""},
    {__LINE__, member_missing,
     "member: there is no member \"ben\"; `autopilot member list` has all"},
};

static void a_refusal_says_the_same_everywhere(void **state)
{
    struct agenda_stage *c = *state;
    two(c);
    for (size_t i = 0; i < CASES(refusals); i++) {
        c->err = (struct err){0};
        int32_t audited = stage_audited(c) + (refusals[i].run == see_waiting);
        CHECK_AT(refusals[i].line, !refusals[i].run(c), "it is allowed");
        CHECK_AT(refusals[i].line, str_equal(c->err.text, refusals[i].words), "%s", c->err.text);
        CHECK_AT(refusals[i].line, stage_audited(c) == audited, "it changed something");
    }
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_is_kept_as_it_was_defined),       CASE(a_change_moves_only_what_it_is_about),
        CASE(what_is_so_is_not_done_again),       CASE(a_report_now_is_one_of_each),
        CASE(a_refusal_says_the_same_everywhere),
    };
    return AGENDA_RECORD_RUN("agenda_define", tests);
}
