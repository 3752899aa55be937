/* test_agenda_templates.c - if this fails, a template of schedules is not kept as it was put, a
 * built-in one can be changed, or a change is not audited. Who may do it: test_agenda_roles.c.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"
#include "domain/schedule_template.h"
#include "store/read_kinds.h"
#include "store/timing_json.h"

#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    struct agenda_stage *c = calloc(1, sizeof *c);
    *state = c;
    return c != NULL && stage_begin(c) ? 0 : -1;
}

static int end(void **state)
{
    stage_end(*state);
    free(*state);
    return 0;
}

static const struct schedule_template plan = {.workspace = "default",
                                              .name = "plan",
                                              .type = "weekly",
                                              .config = "{\"time\":\"08:00\",\"day_of_week\":2}",
                                              .categories = "[\"c1\"]",
                                              .cadence = "daily",
                                              .notes = "for the board"};

static bool put(struct agenda_stage *c, struct schedule_template t, int64_t rev,
                enum put_answer *ret)
{
    return c->a->ops->template_put(c->a, "ana", &t, rev, ret, &c->err);
}

static int32_t list(struct agenda_stage *c, const char *name, struct schedule_template_row **ret)
{
    int32_t count = 0;
    SCENE_OK(
        c, read_schedule_templates(stage_db(c), "default", name, &c->arena, ret, &count, &c->err));
    return count;
}

static void it_is_kept_as_it_was_put(void **state)
{
    struct agenda_stage *c = *state;
    struct schedule_template_row *t;
    enum put_answer answer;
    SCENE_OK(c, put(c, plan, -1, &answer));
    assert_int_equal(answer, PUT_CREATED);
    assert_int_equal(list(c, "plan", &t), 1);
    assert_string_equal(t->type, plan.type);
    assert_string_equal(t->config, plan.config);
    assert_string_equal(t->categories, plan.categories);
    assert_null(t->regions);
    assert_string_equal(t->cadence, plan.cadence);
    assert_string_equal(t->notes, plan.notes);
    assert_string_equal(t->created_by, "ana");
    assert_int_equal(t->rev, 1);
    assert_int_equal(list(c, "plam", &t), 0);
}

static void only_a_change_is_audited(void **state)
{
    struct agenda_stage *c = *state;
    struct schedule_template_row *t;
    enum put_answer answer;
    struct schedule_template other = plan;
    struct agenda_ref ref = {"default", "plan"};
    int32_t before = stage_audited(c);
    SCENE_OK(c, put(c, plan, -1, &answer));
    SCENE_OK(c, put(c, plan, -1, &answer));
    assert_int_equal(answer, PUT_SAME);
    assert_int_equal(stage_audited(c), before + 1);
    other.regions = "[\"r1\"]";
    assert_false(put(c, other, 7, &answer));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
    SCENE_OK(c, put(c, other, 1, &answer));
    assert_int_equal(answer, PUT_CHANGED);
    assert_int_equal(stage_audited(c), before + 2);
    SCENE_OK(c, c->a->ops->template_delete(c->a, "ana", &ref, &c->err));
    assert_int_equal(stage_audited(c), before + 3);
    assert_int_equal(list(c, NULL, &t), 0);
    assert_false(c->a->ops->template_delete(c->a, "ana", &ref, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    SCENE_OK(c, put(c, plan, -1, &answer)); /* the name is free again */
    assert_int_equal(answer, PUT_CREATED);
}

static void what_is_no_template_is_refused(void **state)
{
    struct agenda_stage *c = *state;
    struct schedule_template_row *t;
    enum put_answer answer;
    struct schedule_template bad = plan;
    struct agenda_ref ref = {"default", "quarterly"};
    bad.name = "quarterly";
    assert_false(put(c, bad, -1, &answer));
    assert_non_null(strstr(c->err.text, "built in"));
    assert_false(c->a->ops->template_delete(c->a, "ana", &ref, &c->err));
    assert_non_null(strstr(c->err.text, "built in"));
    bad.name = "";
    assert_false(put(c, bad, -1, &answer));
    bad = plan;
    bad.type = "after";
    assert_false(put(c, bad, -1, &answer));
    bad = plan;
    bad.workspace = "nowhere";
    assert_false(put(c, bad, -1, &answer));
    assert_int_equal(list(c, NULL, &t), 0);
}

/* Each of them is a timing that runs, and is found by its name. */
static void what_is_built_in_can_be_used(void **state)
{
    (void)state;
    static const char *const names[] = {"monthly-first", "quarterly", "weekday-morning",
                                        "weekly-monday"};
    for (int i = 0; i < (int)CASES(names); i++) {
        char key[TIMING_KEY_MAX];
        struct timing timing;
        struct err why = {0};
        const struct schedule_template *t = schedule_template_at(i);
        assert_non_null(t);
        assert_string_equal(t->name, names[i]);
        assert_ptr_equal(schedule_template_named(names[i]), t);
        CHECK_AT(i, timing_json_read(&timing, t->type, t->config, strlen(t->config), key, &why),
                 "%s", why.text);
        assert_false(timing.cron.never);
        assert_true(t->notes[0] != '\0');
    }
    assert_null(schedule_template_at((int)CASES(names)));
    assert_null(schedule_template_at(-1));
    assert_null(schedule_template_named("weekly"));
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(it_is_kept_as_it_was_put),
        CASE(only_a_change_is_audited),
        CASE(what_is_no_template_is_refused),
        cmocka_unit_test(what_is_built_in_can_be_used),
    };
    return AGENDA_RECORD_RUN("agenda_templates", tests);
}
