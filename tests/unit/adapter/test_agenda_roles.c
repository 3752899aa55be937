/* test_agenda_roles.c - if this fails, an operator does what the rules forbid, is kept from what
 * they allow, a refusal changes something, or nobody is left who can let others in.
 *
 * Every operator's command, for every kind of actor, on their own work and on another's, against
 * the real agenda. What is expected is written down here a second time.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"

#include <string.h>

enum kind { STRANGER, MEMBER, OWNER, ADMIN, MEMBER_ADMIN, KINDS };

static const char *const kind_names[KINDS] = {"stranger", "member", "owner", "admin",
                                              "member and admin"};

/* What a command finds: work of the actor `ana` or of `carl`. */
struct stage {
    struct agenda_stage c;
    struct uuid waiting, failed;
};

static const struct agenda_ref weekly = {"default", "weekly"};

static bool put_template(struct stage *s, const char *actor, const char *name, const char *time)
{
    char config[40];
    enum put_answer answer;
    struct schedule_template t = {
        .workspace = "default", .name = name, .type = "daily", .config = config, .notes = ""};
    assert_true(str_format(config, sizeof config, "{\"time\":\"%s\"}", time));
    return s->c.a->ops->template_put(s->c.a, actor, &t, -1, &answer, &s->c.err);
}

static void prepare(struct stage *s, enum kind kind, bool own)
{
    struct agenda_stage *c = &s->c;
    struct run_work work;
    static const struct agenda_rules rules = {.admins = "zoe, ana"};
    const char *creator = own ? "ana" : "carl";
    *s = (struct stage){0};
    SCENE_OK(c, stage_begin(c));
    /* Made while the workspace was open to all. */
    SCENE_OK(c, stage_put_spec(c, creator, "spare", "daily"));
    SCENE_OK(c, stage_put_schedule(c, creator, "weekly"));
    SCENE_OK(c, put_template(s, creator, "plan", "08:00"));
    SCENE_OK(c, stage_ask(c, "carl", "weekly", &s->failed));
    assert_true(stage_take(c, &work));
    SCENE_OK(c, stage_end_run(c, &work, false));
    SCENE_OK(c, stage_ask(c, "carl", "weekly", &s->waiting));
    SCENE_OK(c, stage_join(c, "olga", "olga", ROLE_OWNER));
    SCENE_OK(c, stage_join(c, "olga", "carl", ROLE_MEMBER));
    if (kind == MEMBER || kind == MEMBER_ADMIN)
        SCENE_OK(c, stage_join(c, "olga", "ana", ROLE_MEMBER));
    if (kind == OWNER)
        SCENE_OK(c, stage_join(c, "olga", "ana", ROLE_OWNER));
    if (kind == ADMIN || kind == MEMBER_ADMIN)
        c->a->ops->rules(c->a, &rules);
}

/* --- the commands, as ana --------------------------------------------------------------------- */

static bool control(struct stage *s, enum schedule_control what)
{
    bool changed;
    struct agenda *a = s->c.a;
    return a->ops->schedule_control(a, "ana", &weekly, what, "why", 0, s->c.clock.now + 1, &changed,
                                    &s->c.err);
}

static bool do_create(struct stage *s)
{
    return stage_put_schedule(&s->c, "ana", "another");
}

static bool do_edit(struct stage *s)
{
    return stage_put_schedule(&s->c, "ana", "weekly");
}

static bool do_enable(struct stage *s)
{
    return control(s, SCHEDULE_ENABLE);
}

static bool do_disable(struct stage *s)
{
    return control(s, SCHEDULE_DISABLE);
}

static bool do_pause(struct stage *s)
{
    return control(s, SCHEDULE_PAUSE);
}

static bool do_resume(struct stage *s)
{
    return control(s, SCHEDULE_RESUME);
}

static bool do_delete(struct stage *s)
{
    return s->c.a->ops->schedule_delete(s->c.a, "ana", &weekly, &s->c.err);
}

static bool do_run(struct stage *s)
{
    struct uuid run;
    return s->c.a->ops->run_ask(s->c.a, "ana", &weekly, TRIGGER_MANUAL, "2026-11-23", &run,
                                &s->c.err);
}

static bool do_test(struct stage *s)
{
    struct uuid run;
    return stage_ask(&s->c, "ana", "weekly", &run);
}

static bool backfill(struct stage *s, bool dry)
{
    struct backfill_slot slot = {.slot_us = stage_at("2026-11-20T09:00:00Z")};
    struct backfill_order order = {.slots = &slot, .count = 1, .dry = dry};
    enum backfill_answer answer = BACKFILL_ANSWERS;
    return s->c.a->ops->backfill(s->c.a, "ana", &weekly, &order, &answer, &s->c.err) &&
           answer == BACKFILL_RUNS;
}

static bool do_backfill(struct stage *s)
{
    return backfill(s, false);
}

static bool do_backfill_dry(struct stage *s)
{
    return backfill(s, true);
}

static bool do_cancel(struct stage *s)
{
    return s->c.a->ops->run_cancel(s->c.a, "ana", s->waiting, &s->c.err);
}

static bool do_seen(struct stage *s)
{
    return s->c.a->ops->run_seen(s->c.a, "ana", s->failed, &s->c.err);
}

static bool do_spec_new(struct stage *s)
{
    return stage_put_spec(&s->c, "ana", "other", "weekly");
}

static bool do_spec_change(struct stage *s)
{
    return stage_put_spec(&s->c, "ana", "spare", "weekly");
}

static bool do_spec_delete(struct stage *s)
{
    struct agenda_ref ref = {"default", "spare"};
    return s->c.a->ops->spec_delete(s->c.a, "ana", &ref, &s->c.err);
}

static bool do_template_new(struct stage *s)
{
    return put_template(s, "ana", "other", "08:00");
}

static bool do_template_change(struct stage *s)
{
    return put_template(s, "ana", "plan", "09:00");
}

static bool do_template_delete(struct stage *s)
{
    struct agenda_ref ref = {"default", "plan"};
    return s->c.a->ops->template_delete(s->c.a, "ana", &ref, &s->c.err);
}

static bool do_join(struct stage *s)
{
    return stage_join(&s->c, "ana", "new", ROLE_MEMBER);
}

static bool do_promote(struct stage *s)
{
    return stage_join(&s->c, "ana", "ana", ROLE_OWNER);
}

static bool part(struct stage *s, const char *name)
{
    struct agenda_ref ref = {"default", name};
    return s->c.a->ops->member_delete(s->c.a, "ana", &ref, &s->c.err);
}

static bool do_remove(struct stage *s)
{
    return part(s, "carl");
}

static bool do_leave(struct stage *s)
{
    return part(s, "ana");
}

/* For each kind: on another's work, on their own. */
static const struct {
    int line;
    const char *name;
    bool (*run)(struct stage *s);
    const char *may[KINDS];
} commands[] = {
    /*                                      stranger member owner admin member and admin */
    {__LINE__, "create", do_create, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "edit", do_edit, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "enable", do_enable, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "disable", do_disable, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "pause", do_pause, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "resume", do_resume, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "delete", do_delete, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "run", do_run, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "run --test", do_test, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "backfill", do_backfill, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "backfill --dry-run", do_backfill_dry, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "run cancel", do_cancel, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "run seen", do_seen, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "spec, a new one", do_spec_new, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "spec, changed", do_spec_change, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "spec delete", do_spec_delete, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "template, a new one", do_template_new, {"--", "yy", "yy", "--", "yy"}},
    {__LINE__, "template, changed", do_template_change, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "template delete", do_template_delete, {"--", "-y", "yy", "--", "-y"}},
    {__LINE__, "member add", do_join, {"--", "--", "yy", "yy", "yy"}},
    {__LINE__, "make oneself an owner", do_promote, {"--", "--", "yy", "yy", "yy"}},
    {__LINE__, "member remove", do_remove, {"--", "--", "yy", "yy", "yy"}},
    {__LINE__, "leave", do_leave, {"--", "yy", "yy", "--", "yy"}},
};

static void everybody_does_exactly_what_they_may(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(commands); i++) {
        for (int cell = 0; cell < 2 * KINDS; cell++) {
            struct stage s;
            enum kind kind = (enum kind)(cell / 2);
            bool own = cell % 2 == 1;
            bool want = commands[i].may[kind][own] == 'y';
            prepare(&s, kind, own);
            int32_t before = stage_audited(&s.c);
            bool got = commands[i].run(&s);
            CHECK_AT(commands[i].line, got == want, "%s by %s, own %d: %s", commands[i].name,
                     kind_names[kind], own, got ? "allowed" : s.c.err.text);
            CHECK_AT(commands[i].line, got || s.c.err.kind == ERR_REFUSED, "%s", s.c.err.text);
            CHECK_AT(commands[i].line, got || stage_audited(&s.c) == before,
                     "it changed something");
            stage_end(&s.c);
        }
    }
}

static void without_members_everybody_does_everything(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(commands); i++) {
        struct stage s = {0};
        struct run_work work;
        struct agenda_stage *c = &s.c;
        if (commands[i].run == do_remove || commands[i].run == do_leave)
            continue; /* there is nobody to remove */
        SCENE_OK(c, stage_begin(c));
        SCENE_OK(c, stage_put_spec(c, "carl", "spare", "daily"));
        SCENE_OK(c, stage_put_schedule(c, "carl", "weekly"));
        SCENE_OK(c, put_template(&s, "carl", "plan", "08:00"));
        SCENE_OK(c, stage_ask(c, "carl", "weekly", &s.failed));
        assert_true(stage_take(c, &work));
        SCENE_OK(c, stage_end_run(c, &work, false));
        SCENE_OK(c, stage_ask(c, "carl", "weekly", &s.waiting));
        CHECK_AT(commands[i].line, commands[i].run(&s), "%s", c->err.text);
        stage_end(c);
    }
}

/* --- what a refusal says ---------------------------------------------------------------------- */

static void a_refusal_names_the_actor_and_the_way_out(void **state)
{
    (void)state;
    struct stage s;
    prepare(&s, STRANGER, true);
    assert_false(do_delete(&s));
    assert_non_null(strstr(s.c.err.text, "ana may not delete the schedule: only members"));
    stage_end(&s.c);
    prepare(&s, MEMBER, false);
    assert_false(do_delete(&s));
    assert_non_null(strstr(s.c.err.text, "only who made it or an owner"));
    stage_end(&s.c);
    prepare(&s, ADMIN, true);
    assert_false(do_edit(&s));
    assert_non_null(strstr(s.c.err.text, "administrator"));
    stage_end(&s.c);
}

/* Whoever asked for a run may take it back, whose schedule it ever is. */
static void a_run_is_cancelled_by_who_asked_for_it(void **state)
{
    (void)state;
    struct stage s;
    struct uuid run;
    prepare(&s, MEMBER, false);
    SCENE_OK(&s.c, stage_ask(&s.c, "ana", "weekly", &run));
    assert_false(do_cancel(&s));
    SCENE_OK(&s.c, s.c.a->ops->run_cancel(s.c.a, "ana", run, &s.c.err));
    stage_end(&s.c);
}

/* An owner here is a stranger there; and what has no members is open, whatever others have. */
static void roles_belong_to_one_workspace(void **state)
{
    (void)state;
    struct stage s;
    struct agenda_ref zoe = {"elsewhere", "zoe"}, new = {"elsewhere", "new"};
    enum put_answer answer;
    struct spec_put spec = {"elsewhere", "news", true, "daily", "{}"};
    prepare(&s, OWNER, false);
    struct agenda *a = s.c.a;
    SCENE_OK(&s.c, a->ops->spec_put(a, "stranger", &spec, -1, &answer, &s.c.err));
    SCENE_OK(&s.c, a->ops->member_put(a, "zoe", &zoe, ROLE_OWNER, &answer, &s.c.err));
    assert_false(a->ops->member_put(a, "ana", &new, ROLE_MEMBER, &answer, &s.c.err));
    assert_int_equal(s.c.err.kind, ERR_REFUSED);
    assert_false(a->ops->spec_put(a, "stranger", &spec, -1, &answer, &s.c.err));
    stage_end(&s.c);
}

/* --- members ---------------------------------------------------------------------------------- */

static void the_first_member_is_an_owner_and_one_stays(void **state)
{
    (void)state;
    struct agenda_stage scene = {0}, *c = &scene;
    enum put_answer answer;
    struct agenda_ref ana = {"default", "ana"}, ben = {"default", "ben"}, nobody = {"default", ""};
    SCENE_OK(c, stage_begin(c));
    SCENE_OK(c, c->a->ops->member_put(c->a, "ana", &ana, ROLE_MEMBER, &answer, &c->err));
    assert_int_equal(answer, PUT_CREATED);
    SCENE_OK(c, stage_join(c, "ana", "ben", ROLE_MEMBER)); /* so ana is an owner */
    int32_t audited = stage_audited(c);
    SCENE_OK(c, c->a->ops->member_put(c->a, "ana", &ben, ROLE_MEMBER, &answer, &c->err));
    assert_int_equal(answer, PUT_SAME);
    assert_int_equal(stage_audited(c), audited);
    assert_false(stage_join(c, "ana", "ana", ROLE_MEMBER));
    assert_non_null(strstr(c->err.text, "last owner"));
    assert_false(c->a->ops->member_delete(c->a, "ana", &ana, &c->err));
    assert_non_null(strstr(c->err.text, "last owner"));
    assert_false(c->a->ops->member_put(c->a, "ana", &nobody, ROLE_MEMBER, &answer, &c->err));
    assert_false(c->a->ops->member_put(c->a, "ana", &ben, ROLE_ADMIN, &answer, &c->err));
    SCENE_OK(c, c->a->ops->member_put(c->a, "ana", &ben, ROLE_OWNER, &answer, &c->err));
    assert_int_equal(answer, PUT_CHANGED);
    SCENE_OK(c, c->a->ops->member_delete(c->a, "ana", &ana, &c->err));
    assert_false(stage_put_schedule(c, "ana", "mine"));
    /* The very last may go: the workspace is open again. */
    SCENE_OK(c, c->a->ops->member_delete(c->a, "ben", &ben, &c->err));
    SCENE_OK(c, stage_put_schedule(c, "ana", "mine"));
    stage_end(c);
}

/* --- limits ----------------------------------------------------------------------------------- */

static void new_schedules_are_limited_by_actor_and_hour(void **state)
{
    (void)state;
    struct agenda_stage scene = {0}, *c = &scene;
    static const struct agenda_rules rules = {.admins = "", .create_per_hour = 2};
    struct agenda_ref one = {"default", "one"};
    SCENE_OK(c, stage_begin(c));
    c->a->ops->rules(c->a, &rules);
    SCENE_OK(c, stage_put_schedule(c, "ana", "one"));
    c->clock.now += SCENE_MINUTE;
    SCENE_OK(c, stage_put_schedule(c, "ana", "two"));
    SCENE_OK(c, c->a->ops->schedule_delete(c->a, "ana", &one, &c->err));
    assert_false(stage_put_schedule(c, "ana", "three")); /* deleting gives nothing back */
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_non_null(strstr(c->err.text, "2026-11-23T09:00:00Z"));
    SCENE_OK(c, stage_put_schedule(c, "ana", "two")); /* a change is no new one */
    SCENE_OK(c, stage_put_schedule(c, "ben", "three"));
    c->clock.now = stage_at("2026-11-23T09:00:00Z") - 1;
    assert_false(stage_put_schedule(c, "ana", "four"));
    c->clock.now += 1;
    SCENE_OK(c, stage_put_schedule(c, "ana", "four"));
    assert_false(stage_put_schedule(c, "ana", "five"));
    assert_non_null(strstr(c->err.text, "2026-11-23T09:01:00Z"));
    stage_end(c);
}

static void runs_are_limited_by_schedule_and_hour(void **state)
{
    (void)state;
    struct agenda_stage scene = {0}, *c = &scene;
    static const struct agenda_rules rules = {.admins = "", .run_per_hour = 2};
    struct uuid run;
    SCENE_OK(c, stage_begin(c));
    SCENE_OK(c, stage_put_schedule(c, "ana", "one"));
    SCENE_OK(c, stage_put_schedule(c, "ana", "two"));
    c->a->ops->rules(c->a, &rules);
    SCENE_OK(c, stage_ask(c, "ana", "one", &run));
    SCENE_OK(c, stage_ask(c, "ben", "one", &run));
    assert_false(stage_ask(c, "carl", "one", &run)); /* whoever asks */
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_non_null(strstr(c->err.text, "2026-11-23T09:00:00Z"));
    SCENE_OK(c, stage_ask(c, "carl", "two", &run));
    c->clock.now += SCENE_HOUR;
    SCENE_OK(c, stage_ask(c, "carl", "one", &run));
    stage_end(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_does_exactly_what_they_may),
        cmocka_unit_test(without_members_everybody_does_everything),
        cmocka_unit_test(a_refusal_names_the_actor_and_the_way_out),
        cmocka_unit_test(a_run_is_cancelled_by_who_asked_for_it),
        cmocka_unit_test(roles_belong_to_one_workspace),
        cmocka_unit_test(the_first_member_is_an_owner_and_one_stays),
        cmocka_unit_test(new_schedules_are_limited_by_actor_and_hour),
        cmocka_unit_test(runs_are_limited_by_schedule_and_hour),
    };
    return AGENDA_RECORD_RUN_DIRECT("agenda_roles", tests);
}
