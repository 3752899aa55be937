/* contract_operator.c - promises about what operators do: define, change and control jobs. If one
 * were broken, an edit would lose a position, or a key would do something else than it says. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};

/* --- definitions -------------------------------------------------------------------------------*/

static void a_new_job_is_idle(struct ct *c)
{
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g1:a,b g2:c"}, -1, &result));
    assert_true(result.created && result.changed);
    assert_int_equal(result.groups, 2);
    assert_int_equal(result.terms, 3);
    assert_int_equal(result.templates, 1);
    c->job = result.job;
    struct ct_facts facts = ct_facts(c);
    assert_int_equal(facts.state, JOB_IDLE);
    assert_int_equal(facts.desired, DESIRED_STOP);
    assert_int_equal(ct_events(c, EVENT_JOB_CREATED), 1);
    assert_string_equal(ct_event(c, EVENT_JOB_CREATED).actor, "ana");
}

static void the_same_definition_again_changes_nothing(struct ct *c)
{
    ct_job(c, &plain);
    int64_t rev = ct_load(c)->rev;
    struct job_put_result result;
    assert_true(ct_put(c, &plain, -1, &result));
    assert_false(result.created);
    assert_false(result.changed);
    assert_true(uuid_equal(result.job, c->job));
    assert_int_equal(ct_load(c)->rev, rev);
    assert_int_equal(ct_events(c, EVENT_JOB_CHANGED), 0);
}

static void every_change_raises_rev(struct ct *c)
{
    static const struct ct_spec specs[] = {
        {.loop_interval = 11},
        {.loop_interval = 11, .max = 50},
        {.loop_interval = 11, .max = 50, .loop = true},
        {.loop_interval = 11, .max = 50, .distribution = DISTRIBUTION_RANDOM},
        {.variations = 3},
        {.seed = 5},
        {.recontact = RECONTACT_ALWAYS},
        {.one_per_domain = true},
        {.groups = "g1:t1,t2,t3"},
        {.groups = "g1:t2,t1,t3"},
        {.groups = "g1:t2,t1,t3 g2:x"},
        {.groups = "g2:x g1:t2,t1,t3"},
    };
    ct_job(c, &plain);
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        int64_t rev = ct_load(c)->rev;
        struct job_put_result result;
        assert_true(ct_put(c, &specs[i], -1, &result));
        if (!result.changed || result.created || ct_load(c)->rev <= rev)
            fail_msg("change %d was not noticed", (int)i);
    }
    assert_int_equal(ct_events(c, EVENT_JOB_CHANGED), sizeof specs / sizeof *specs);
}

static void a_change_keeps_the_position_of_what_stays(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g1:a,b g2:c"}, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_SENT);
    assert_true(ct_find(c, "b@b.example c@c.example", 1));
    struct plan_term term = ct_term(c);
    struct plan_group group = ct_group(c);
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g0:z g1:new,a,b g2:c"}, -1, &result));
    const struct plan *plan = ct_load(c);
    assert_string_equal(plan->groups[1].name, "g1");
    assert_int_equal(plan->groups[1].group_no, group.group_no);
    assert_int_equal(plan->groups[1].state, GROUP_RUNNING);
    assert_int_equal(plan->groups[1].counted, 1);
    assert_string_equal(plan->terms[2].text, "a");
    assert_int_equal(plan->terms[2].term_no, term.term_no);
    assert_int_equal(plan->terms[2].state, TERM_RUNNING);
    assert_int_equal(plan->terms[2].counted, 1);
    assert_int_equal(plan->terms[2].queued, 1);
    assert_int_equal(plan->terms[2].cursor.address, term.cursor.address);
    assert_string_equal(plan->terms[2].cursor.result, term.cursor.result);
    assert_int_equal(plan->terms[1].state, TERM_WAITING);
    assert_int_equal(plan->cycle, 1);
    c->move.group = 1;
    c->move.term = 2;
    assert_true(ct_claim(c, 5)); /* what was queued is sent on */
    assert_int_equal(c->grant.count, 1);
}

static void what_is_taken_out_stays_in_the_ledger(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g1:a,b g2:c"}, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_SENT);
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g1:b"}, -1, &result));
    assert_int_equal(result.groups_removed, 1);
    assert_int_equal(result.terms_removed, 2);
    assert_int_equal(ct_rows(c), 1);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
    assert_int_equal(ct_load(c)->total, 1);
    assert_int_equal(c->plan->groups[0].counted, 1); /* the group's limit is not forgotten */
    ct_go(c);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(c->taken.duplicates, 1);
}

static void numbers_of_what_is_gone_are_not_used_again(struct ct *c)
{
    ct_job(c, &(struct ct_spec){.groups = "g1:a,b"});
    int32_t b = ct_load(c)->terms[1].term_no;
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g1:a"}, -1, &result));
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g1:a,x"}, -1, &result));
    assert_int_not_equal(ct_load(c)->terms[1].term_no, b);
    assert_int_equal(c->plan->terms[1].state, TERM_WAITING);
}

static void a_change_of_an_old_revision_is_a_conflict(struct ct *c)
{
    ct_job(c, &plain);
    int64_t rev = ct_load(c)->rev;
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.max = 50}, rev, &result));
    assert_false(ct_put(c, &(struct ct_spec){.max = 60}, rev, &result));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
    assert_int_equal(ct_load(c)->max_emails_per_group, 50);
    assert_true(ct_put(c, &(struct ct_spec){.max = 60}, -1, &result)); /* whatever is there */
    assert_int_equal(ct_load(c)->max_emails_per_group, 60);
}

static void a_definition_that_breaks_a_rule_is_refused(struct ct *c)
{
    struct job_put_result result;
    assert_false(ct_put(c, &(struct ct_spec){.loop_interval = -3}, -1, &result));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_false(ct_put(c, &(struct ct_spec){.groups = "g:a,a"}, -1, &result));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_false(ct_put(c, &(struct ct_spec){.groups = "g:a g:b"}, -1, &result));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

static void a_definition_comes_back_as_it_was_given(struct ct *c)
{
    struct ct_spec spec = {.groups = "g1:a,b g2:c",
                           .distribution = DISTRIBUTION_RANDOM,
                           .loop_interval = 7,
                           .max = 31,
                           .loop = true,
                           .variations = 2,
                           .seed = 99,
                           .recontact = RECONTACT_ALWAYS,
                           .one_per_domain = true};
    ct_job(c, &spec);
    struct job_def *def = NULL;
    int64_t rev = -1;
    assert_true(c->a->ops->job_get(c->a, &c->ref, &c->arena, &def, &rev, &c->err));
    assert_int_equal(rev, ct_load(c)->rev);
    assert_string_equal(def->name, "job");
    assert_string_equal(def->workspace, "w");
    assert_string_equal(def->provider, "local");
    assert_int_equal(def->distribution, DISTRIBUTION_RANDOM);
    assert_int_equal(def->loop_interval, 7);
    assert_int_equal(def->max_emails_per_group, 31);
    assert_int_equal(def->variations, 2);
    assert_int_equal(def->seed, 99);
    assert_int_equal(def->recontact, RECONTACT_ALWAYS);
    assert_true(def->loop_automation && def->one_lead_per_domain);
    assert_int_equal(def->group_count, 2);
    assert_int_equal(def->groups[0].term_count, 2);
    assert_string_equal(def->groups[0].terms[1].text, "b");
    assert_string_equal(def->groups[1].template_name, "letter");
    assert_int_equal(def->template_count, 1);
    assert_string_equal(def->templates[0].subject, "Hello");
    struct job_put_result result;
    assert_true(c->a->ops->job_put(c->a, "ana", def, rev, &result, &c->err));
    assert_false(result.changed);
}

static void a_job_that_is_not_there_can_not_be_got(struct ct *c)
{
    ct_job(c, &plain);
    static const struct job_ref none[] = {{"w", "none"}, {"none", "job"}};
    for (int i = 0; i < 2; i++) {
        struct job_def *def = NULL;
        int64_t rev = 0;
        bool changed;
        assert_false(c->a->ops->job_get(c->a, &none[i], &c->arena, &def, &rev, &c->err));
        assert_int_equal(c->err.kind, ERR_REFUSED);
        assert_false(c->a->ops->job_control(c->a, "ana", &none[i], CONTROL_START, MODE_SMTP,
                                            &changed, &c->err));
        assert_int_equal(c->err.kind, ERR_REFUSED);
        assert_false(c->a->ops->job_delete(c->a, "ana", &none[i], &c->err));
        assert_int_equal(c->err.kind, ERR_REFUSED);
    }
}

static void jobs_of_one_name_in_two_workspaces_are_two_jobs(struct ct *c)
{
    ct_job(c, &plain);
    struct uuid first = c->job;
    ct_job(c, &(struct ct_spec){.workspace = "elsewhere"});
    assert_false(uuid_equal(first, c->job));
}

static void a_deleted_job_is_gone(struct ct *c)
{
    ct_job(c, &plain);
    assert_true(c->a->ops->job_delete(c->a, "ana", &c->ref, &c->err));
    struct plan *plan;
    assert_false(c->a->ops->job_load(c->a, c->job, &c->arena, &plan, &c->err));
    assert_false(c->a->ops->job_delete(c->a, "ana", &c->ref, &c->err));
    struct job_put_result result;
    assert_true(ct_put(c, &plain, -1, &result));
    assert_true(result.created);
}

static void a_running_job_is_not_deleted(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_SMTP);
    assert_false(c->a->ops->job_delete(c->a, "ana", &c->ref, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_true(c->a->ops->job_delete(c->a, "ana", &c->ref, &c->err));
}

/* --- control -----------------------------------------------------------------------------------*/

/* Brings a new job into a state by the shortest way. */
static void bring_to(struct ct *c, enum job_state state)
{
    struct release how = {state, 0, ""};
    if (state == JOB_IDLE)
        return;
    ct_start(c, MODE_SMTP);
    if (state == JOB_PAUSED || state == JOB_STOPPED) {
        assert_true(
            ct_control(c, state == JOB_PAUSED ? CONTROL_PAUSE : CONTROL_STOP, MODE_SMTP, NULL));
    } else if (state == JOB_FAILED) {
        ct_take(c, MODE_SMTP);
        assert_true(c->a->ops->lease_release(c->a, &c->lease, &how, &c->err));
    } else if (state == JOB_COMPLETED) {
        ct_take(c, MODE_SMTP);
        for (int i = 0; i < 5 && ct_facts(c).state != JOB_COMPLETED; i++)
            assert_true(ct_step(c)); /* a job without groups has nothing to do */
        ct_release(c, JOB_RUNNING, 0);
    }
    assert_int_equal(ct_facts(c).state, state);
}

static void each_control_does_in_each_state_what_the_table_says(struct ct *c)
{
    enum outcome { REFUSED, SAME, RUN, REST, MARK };
    static const struct {
        enum job_state state;
        enum outcome outcome[CONTROLS]; /* start, pause, stop, resume, confirm */
    } table[] = {
        {JOB_IDLE, {RUN, REFUSED, REFUSED, REFUSED, MARK}},
        {JOB_RUNNING, {SAME, REST, REST, SAME, MARK}},
        {JOB_PAUSED, {RUN, SAME, REST, RUN, RUN}},
        {JOB_STOPPED, {RUN, REFUSED, SAME, RUN, MARK}},
        {JOB_COMPLETED, {RUN, REFUSED, REFUSED, REFUSED, MARK}},
        {JOB_FAILED, {RUN, REFUSED, REFUSED, RUN, MARK}},
    };
    for (size_t s = 0; s < sizeof table / sizeof *table; s++) {
        for (int control = 0; control < CONTROLS; control++) {
            char name[32];
            (void)str_format(name, sizeof name, "job-%d-%d", (int)s, control);
            struct ct_spec spec = {.name = name,
                                   .groups = table[s].state == JOB_COMPLETED ? "" : NULL};
            ct_job(c, &spec);
            bring_to(c, table[s].state);
            enum outcome outcome = table[s].outcome[control];
            bool changed = false;
            bool ok = ct_control(c, (enum control)control, MODE_SMTP, &changed);
            enum job_state want = outcome == RUN             ? JOB_RUNNING
                                  : outcome != REST          ? table[s].state
                                  : control == CONTROL_PAUSE ? JOB_PAUSED
                                                             : JOB_STOPPED;
            if (ok != (outcome != REFUSED) || changed != (outcome != REFUSED && outcome != SAME) ||
                ct_facts(c).state != want || (!ok && c->err.kind != ERR_REFUSED))
                fail_msg("%s, control %d: ok %d changed %d state %s",
                         job_state_name(table[s].state), control, ok, changed,
                         job_state_name(ct_facts(c).state));
            if (ct_facts(c).state == JOB_RUNNING)
                assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
        }
    }
}

static void controls_are_audited_when_they_change_something(struct ct *c)
{
    ct_job(c, &plain);
    int64_t before = ct_count(c, CT_AUDITS);
    ct_start(c, MODE_SMTP);
    assert_int_equal(ct_count(c, CT_AUDITS), before + 1);
    assert_string_equal(ct_event(c, EVENT_JOB_START).actor, "ana");
    ct_start(c, MODE_SMTP);
    assert_int_equal(ct_events(c, EVENT_JOB_START), 1);
    assert_true(ct_control(c, CONTROL_PAUSE, MODE_SMTP, NULL));
    assert_true(ct_control(c, CONTROL_RESUME, MODE_SMTP, NULL));
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_int_equal(ct_events(c, EVENT_JOB_PAUSE), 1);
    assert_int_equal(ct_events(c, EVENT_JOB_RESUME), 1);
    assert_int_equal(ct_events(c, EVENT_JOB_STOP), 1);
    assert_int_equal(ct_count(c, CT_AUDITS), before + 4);
}

static void a_control_leaves_rev_alone(struct ct *c)
{
    ct_job(c, &plain);
    int64_t rev = ct_load(c)->rev;
    ct_start(c, MODE_SMTP);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_int_equal(ct_load(c)->rev, rev);
}

static void a_stopped_job_goes_on_where_it_stood(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_SENT);
    assert_true(ct_find(c, "b@b.example c@c.example d@d.example", 2));
    struct plan_term term = ct_term(c);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    ct_release(c, JOB_STOPPED, 0);
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    assert_false(ct_step(c)); /* no move: it is still at work */
    struct plan_term now = ct_term(c);
    assert_int_equal(now.term_no, term.term_no);
    assert_int_equal(now.counted, 1);
    assert_int_equal(now.queued, 2);
    assert_int_equal(now.cursor.address, 2);
    assert_int_equal(ct_load(c)->cycle, 1);
    assert_true(ct_claim(c, 5));
    assert_string_equal(c->grant.rows[0].address, "b@b.example");
}

static void a_start_ends_a_wait(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_release(c, JOB_RUNNING, c->clock.now + INT64_C(3600) * 1000000);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
}

static void another_mode_begins_a_new_cycle(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    ct_contact(c, "a@a.example", SEND_SIMULATED);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    ct_release(c, JOB_STOPPED, 0);
    ct_start(c, MODE_SMTP);
    assert_int_equal(ct_load(c)->mode, MODE_SMTP);
    assert_true(c->plan->cycle_ended);
    assert_int_equal(c->plan->total, 0); /* letters of the other mode are not counted here */
    ct_take(c, MODE_SMTP);
    assert_true(ct_step(c));
    assert_int_equal(c->move.kind, MOVE_CYCLE);
    assert_int_equal(ct_load(c)->cycle, 2);
    assert_int_equal(c->plan->terms[0].counted, 0);
}

static void the_mode_of_a_running_job_is_not_changed(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    assert_false(ct_control(c, CONTROL_START, MODE_SMTP, NULL));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_int_equal(ct_load(c)->mode, MODE_DRYRUN);
}

static void a_job_that_never_ran_takes_any_mode(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    assert_true(ct_step(c));
    assert_int_equal(ct_load(c)->cycle, 1);
}

/* --- workspaces, templates, suppressions -------------------------------------------------------*/

static void a_workspace_with_jobs_is_not_deleted(struct ct *c)
{
    ct_job(c, &plain);
    assert_false(c->a->ops->workspace_delete(c->a, "ana", "w", &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_true(c->a->ops->job_delete(c->a, "ana", &c->ref, &c->err));
    assert_true(c->a->ops->workspace_put(c->a, "ana", "empty", &c->err));
    assert_true(c->a->ops->workspace_delete(c->a, "ana", "empty", &c->err));
    assert_false(c->a->ops->workspace_delete(c->a, "ana", "empty", &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

static void a_workspace_is_made_once(struct ct *c)
{
    int64_t before = ct_count(c, CT_AUDITS);
    assert_true(c->a->ops->workspace_put(c->a, "ana", "twice", &c->err));
    assert_int_equal(ct_count(c, CT_AUDITS), before + 1);
    assert_true(c->a->ops->workspace_put(c->a, "ana", "twice", &c->err));
    assert_int_equal(ct_count(c, CT_AUDITS), before + 1);
}

static void a_changed_template_is_in_the_next_letter(struct ct *c)
{
    ct_job(c, &plain);
    struct template_def changed = {"letter", "Other", "Words", "<p>Words</p>"};
    assert_true(c->a->ops->template_put(c->a, "ana", "w", &changed, &c->err));
    struct template_def t;
    int32_t group_no = ct_load(c)->groups[0].group_no;
    assert_true(c->a->ops->template_load(c->a, c->job, group_no, &c->arena, &t, &c->err));
    assert_string_equal(t.subject, "Other");
    assert_string_equal(t.html, "<p>Words</p>");
}

static void a_template_in_use_is_not_deleted(struct ct *c)
{
    ct_job(c, &plain);
    assert_false(c->a->ops->template_delete(c->a, "ana", "w", "letter", &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    struct template_def spare = {"spare", "S", "T", NULL};
    assert_true(c->a->ops->template_put(c->a, "ana", "w", &spare, &c->err));
    assert_true(c->a->ops->template_delete(c->a, "ana", "w", "spare", &c->err));
    assert_false(c->a->ops->template_delete(c->a, "ana", "w", "spare", &c->err));
}

static void suppressing_twice_changes_nothing(struct ct *c)
{
    ct_job(c, &plain);
    static const struct {
        bool add, changed;
        int64_t rows;
    } steps[] = {{false, false, 0}, {true, true, 1},   {true, false, 1},
                 {false, true, 0},  {false, false, 0}, {true, true, 1}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        bool changed = !steps[i].changed;
        assert_true(c->a->ops->suppress(c->a, "ana", "w", "a@a.example", "why", steps[i].add,
                                        &changed, &c->err));
        assert_int_equal(changed, steps[i].changed);
        assert_int_equal(ct_count(c, CT_SUPPRESSIONS), steps[i].rows);
    }
}

static void nothing_is_suppressed_in_a_workspace_that_is_not_there(struct ct *c)
{
    bool changed;
    assert_false(
        c->a->ops->suppress(c->a, "ana", "none", "a@a.example", "", true, &changed, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

const struct ct_promise ct_operator_promises[] = {
    CT_PROMISE(a_new_job_is_idle),
    CT_PROMISE(the_same_definition_again_changes_nothing),
    CT_PROMISE(every_change_raises_rev),
    CT_PROMISE(a_change_keeps_the_position_of_what_stays),
    CT_PROMISE(what_is_taken_out_stays_in_the_ledger),
    CT_PROMISE(numbers_of_what_is_gone_are_not_used_again),
    CT_PROMISE(a_change_of_an_old_revision_is_a_conflict),
    CT_PROMISE(a_definition_that_breaks_a_rule_is_refused),
    CT_PROMISE(a_definition_comes_back_as_it_was_given),
    CT_PROMISE(a_job_that_is_not_there_can_not_be_got),
    CT_PROMISE(jobs_of_one_name_in_two_workspaces_are_two_jobs),
    CT_PROMISE(a_deleted_job_is_gone),
    CT_PROMISE(a_running_job_is_not_deleted),
    CT_PROMISE(each_control_does_in_each_state_what_the_table_says),
    CT_PROMISE(controls_are_audited_when_they_change_something),
    CT_PROMISE(a_control_leaves_rev_alone),
    CT_PROMISE(a_stopped_job_goes_on_where_it_stood),
    CT_PROMISE(a_start_ends_a_wait),
    CT_PROMISE(another_mode_begins_a_new_cycle),
    CT_PROMISE(the_mode_of_a_running_job_is_not_changed),
    CT_PROMISE(a_job_that_never_ran_takes_any_mode),
    CT_PROMISE(a_workspace_with_jobs_is_not_deleted),
    CT_PROMISE(a_workspace_is_made_once),
    CT_PROMISE(a_changed_template_is_in_the_next_letter),
    CT_PROMISE(a_template_in_use_is_not_deleted),
    CT_PROMISE(suppressing_twice_changes_nothing),
    CT_PROMISE(nothing_is_suppressed_in_a_workspace_that_is_not_there),
};
const int ct_operator_count = sizeof ct_operator_promises / sizeof *ct_operator_promises;
