/* contract_loop.c - promises about the loop: plans, moves, cycles, rests, dice. If one were broken,
 * a job would not go on where it stood, or not end as one never interrupted. */
#include "contract/contract.h"

#include "base/rng.h"
#include "base/str.h"
#include "domain/variation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static const struct ct_spec plain = {0};

static bool same_cursor(const struct term_cursor *a, const struct term_cursor *b)
{
    return a->variation == b->variation && a->address == b->address && a->ended == b->ended &&
           strcmp(a->result, b->result) == 0;
}

/* Everything that a move may change. */
static void assert_same_plan(const struct plan *is, const struct plan *want, const char *after)
{
    const struct {
        const char *what;
        int64_t is, want;
    } numbers[] = {
        {"cycle", is->cycle, want->cycle},
        {"cycle_ended", is->cycle_ended, want->cycle_ended},
        {"draws", is->draws, want->draws},
        {"total", is->total, want->total},
        {"group_count", is->group_count, want->group_count},
        {"term_count", is->term_count, want->term_count},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i].is != numbers[i].want)
            fail_msg("after %s: %s is %lld, not %lld", after, numbers[i].what,
                     (long long)numbers[i].is, (long long)numbers[i].want);
    for (int32_t i = 0; i < is->group_count; i++) {
        const struct plan_group *a = &is->groups[i];
        const struct plan_group *b = &want->groups[i];
        if (a->state != b->state || a->counted != b->counted || a->pass != b->pass ||
            a->draw_no != b->draw_no)
            fail_msg("after %s: group %s: %d %d %d %d, not %d %d %d %d", after, a->name,
                     (int)a->state, a->counted, a->pass, a->draw_no, (int)b->state, b->counted,
                     b->pass, b->draw_no);
    }
    for (int32_t i = 0; i < is->term_count; i++) {
        const struct plan_term *a = &is->terms[i];
        const struct plan_term *b = &want->terms[i];
        if (a->state != b->state || a->counted != b->counted || a->target != b->target ||
            a->queued != b->queued || a->failures != b->failures || a->first != b->first ||
            !same_cursor(&a->cursor, &b->cursor))
            fail_msg("after %s: term %s: %d %d %d %d %d %d, not %d %d %d %d %d %d", after, a->text,
                     (int)a->state, a->counted, a->target, a->queued, a->failures, a->first,
                     (int)b->state, b->counted, b->target, b->queued, b->failures, b->first);
    }
}

/* A step of pretended work: sometimes a few letters, sometimes the end of the term's results,
 * sometimes a failing provider. */
static void pretend_work(struct ct *c, struct rng *dice, int round)
{
    uint64_t what = rng_below(rng_next(dice), 10);
    if (what == 0) {
        struct term_cursor end = {.ended = true};
        struct search_result result = {
            .group_no = ct_group(c).group_no, .term_no = ct_term(c).term_no, .room = 1, .end = end};
        assert_true(
            c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    } else if (what == 1) {
        assert_true(c->a->ops->search_failed(c->a, &c->lease, ct_group(c).group_no,
                                             ct_term(c).term_no, "down", &c->err));
    } else {
        char address[64];
        (void)str_format(address, sizeof address, "p%d@d%d.example", round, round);
        ct_contact(c, address, what < 4 ? SEND_REJECTED : SEND_SENT);
    }
}

/* Walks a job of many terms to its end; after each move the stored plan must be what
 * rotation_apply makes of the plan before it. */
static void walk(struct ct *c, enum distribution distribution, uint64_t seed)
{
    struct rng dice = {seed};
    struct ct_spec spec = {.groups = "g1:a,b,c,d,e g2:a,f g3:h,i,j",
                           .distribution = distribution,
                           .loop_interval = 3,
                           .max = 7,
                           .seed = seed};
    ct_job(c, &spec);
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    for (int i = 0; i < 2000; i++) {
        if (!ct_step(c)) {
            pretend_work(c, &dice, i);
            continue;
        }
        struct plan *before = c->plan;
        rotation_apply(before, &c->move);
        assert_same_plan(ct_load(c), before, move_name(c->move.kind));
        if (c->move.kind == MOVE_COMPLETE)
            return;
    }
    fail_msg("the job never ended");
}

static void moves_are_stored_as_rotation_makes_them_when_equitable(struct ct *c)
{
    walk(c, DISTRIBUTION_EQUITABLE, 11);
}

static void moves_are_stored_as_rotation_makes_them_when_random(struct ct *c)
{
    walk(c, DISTRIBUTION_RANDOM, 12);
}

static void each_move_writes_its_event(struct ct *c)
{
    walk(c, DISTRIBUTION_EQUITABLE, 13);
    assert_int_equal(ct_events(c, EVENT_CYCLE), 1);
    assert_int_equal(ct_event(c, EVENT_CYCLE).n1, 1);
    assert_int_equal(ct_events(c, EVENT_GROUP), 3);
    assert_int_equal(ct_events(c, EVENT_GROUP_END), 3);
    assert_int_equal(ct_events(c, EVENT_TERM), ct_events(c, EVENT_TERM_END));
    assert_true(ct_events(c, EVENT_PASS) >= 3);
    assert_int_equal(ct_events(c, EVENT_JOB_COMPLETED), 1);
}

static void a_move_is_never_made_twice(struct ct *c)
{
    ct_job(c, &(struct ct_spec){.groups = "g:a,b", .loop_interval = 2});
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    unsigned seen = 0;
    for (int i = 0; i < 100 && (seen & 1u << MOVE_COMPLETE) == 0; i++) {
        if (!ct_step(c)) {
            char address[32];
            (void)str_format(address, sizeof address, "p%d@d.example", i);
            ct_contact(c, address, SEND_SENT);
            continue;
        }
        int32_t events = ct_events(c, EVENT_TERM) + ct_events(c, EVENT_CYCLE);
        struct plan *old = c->plan;
        seen |= 1u << c->move.kind;
        assert_false(c->a->ops->job_move(c->a, &c->lease, old, &c->move, 0, &c->err));
        assert_int_equal(c->err.kind, ERR_RETRY);
        assert_int_equal(ct_events(c, EVENT_TERM) + ct_events(c, EVENT_CYCLE), events);
    }
    for (unsigned kind = 0; kind < MOVE_KINDS; kind++)
        if (kind != MOVE_WORK && kind != MOVE_REST && (seen & 1u << kind) == 0)
            fail_msg("%s was not met", move_name((enum move_kind)kind));
}

static void a_move_of_a_changed_definition_must_be_looked_at_again(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g:a,b"}, MODE_SMTP);
    struct plan *old = c->plan;
    struct job_put_result result;
    assert_true(ct_put(c, &(struct ct_spec){.groups = "g:b,a"}, -1, &result));
    struct move end = {.kind = MOVE_TERM_END, .group = 0, .term = 0, .term_end = TERM_DONE};
    bool ok = c->a->ops->job_move(c->a, &c->lease, old, &end, 0, &c->err);
    const struct plan *plan = ct_load(c);
    /* Either it is refused, or it went to the term that was meant. */
    if (!ok)
        assert_int_equal(c->err.kind, ERR_RETRY);
    assert_string_equal(plan->terms[0].text, "b");
    assert_int_equal(plan->terms[0].state, TERM_WAITING);
}

static void work_is_not_a_move(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_int_equal(c->move.kind, MOVE_WORK);
    assert_false(c->a->ops->job_move(c->a, &c->lease, c->plan, &c->move, 0, &c->err));
}

static void a_cycle_begins_at_the_start_of_everything(struct ct *c)
{
    struct ct_spec spec = {.groups = "g1:a,b", .loop_interval = 2, .loop = true};
    ct_begin(c, &spec, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example", 0));
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 2);
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_SENT);
    ct_report(c, c->engine);
    ct_go(c);
    /* The second term keeps failing. */
    for (int i = 0; i < 3; i++)
        assert_true(c->a->ops->search_failed(c->a, &c->lease, ct_group(c).group_no,
                                             ct_term(c).term_no, "down", &c->err));
    while (ct_step(c) && ct_load(c)->cycle < 2)
        ;
    const struct plan *plan = ct_load(c);
    assert_int_equal(plan->cycle, 2);
    assert_int_equal(plan->draws, 0);
    assert_int_equal(plan->groups[0].state, GROUP_WAITING);
    assert_int_equal(plan->groups[0].counted, 0);
    assert_int_equal(plan->groups[0].pass, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(plan->terms[i].state, TERM_WAITING);
        assert_int_equal(plan->terms[i].counted, 0);
        assert_int_equal(plan->terms[i].failures, 0);
        assert_int_equal(plan->terms[i].target, 0);
        assert_true(same_cursor(&plan->terms[i].cursor, &(struct term_cursor){0}));
    }
    assert_false(plan->terms[0].first);
    assert_true(plan->terms[1].first); /* it was deferred */
    assert_int_equal(plan->total, 2);  /* of all cycles */
}

/* Ends c's term and group without a letter, until the job moves on. */
static void find_nothing(struct ct *c)
{
    for (int i = 0; i < 50; i++) {
        if (ct_step(c)) {
            if (c->move.kind == MOVE_REST || c->move.kind == MOVE_COMPLETE)
                return;
            continue;
        }
        struct search_result result = {.group_no = ct_group(c).group_no,
                                       .term_no = ct_term(c).term_no,
                                       .room = 1,
                                       .end = {.ended = true}};
        assert_true(
            c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    }
    fail_msg("the job neither rests nor completes");
}

static void a_looping_job_rests_after_a_cycle_that_counted_nothing(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.loop = true}, MODE_SMTP);
    find_nothing(c);
    assert_int_equal(c->move.kind, MOVE_REST);
    assert_int_equal(ct_events(c, EVENT_JOB_RESTS), 1);
    ct_release(c, JOB_RUNNING, 0);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_SMTP, &lease));
    struct next_due due;
    assert_true(c->a->ops->next_due(c->a, MODE_SMTP, &due, &c->err));
    assert_int_equal(due.wait_us, c->clock.now + 3600 * SECOND); /* as ct_step asked */
    fake_clock_pass(&c->clock, 3600 * SECOND);
    ct_take(c, MODE_SMTP);
    assert_true(c->plan->rested);
    assert_true(ct_step(c));
    assert_int_equal(c->move.kind, MOVE_CYCLE);
    assert_int_equal(ct_load(c)->cycle, 2);
    assert_false(c->plan->rested);
}

static void a_rest_that_is_not_over_is_no_rest_yet(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.loop = true}, MODE_SMTP);
    find_nothing(c);
    fake_clock_pass(&c->clock, 3599 * SECOND);
    assert_false(ct_load(c)->rested);
    fake_clock_pass(&c->clock, SECOND);
    assert_true(ct_load(c)->rested);
}

static void waiting_for_a_window_is_not_a_rest(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.loop = true}, MODE_SMTP);
    ct_release(c, JOB_RUNNING, c->clock.now + 60 * SECOND);
    fake_clock_pass(&c->clock, 60 * SECOND);
    ct_take(c, MODE_SMTP);
    assert_false(c->plan->rested);
    find_nothing(c);
    assert_int_equal(c->move.kind, MOVE_REST);
}

static void a_job_that_does_not_loop_completes(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    find_nothing(c);
    assert_int_equal(c->move.kind, MOVE_COMPLETE);
    struct ct_facts facts = ct_facts(c);
    assert_int_equal(facts.state, JOB_COMPLETED);
    assert_int_equal(facts.desired, DESIRED_STOP);
    ct_release(c, JOB_RUNNING, 0);
    assert_int_equal(ct_facts(c).state, JOB_COMPLETED);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_SMTP, &lease));
}

static void a_completed_job_begins_its_next_cycle_when_it_is_started(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_SENT);
    find_nothing(c);
    ct_release(c, JOB_RUNNING, 0);
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    assert_true(ct_step(c));
    assert_int_equal(c->move.kind, MOVE_CYCLE);
    ct_go(c);
    assert_int_equal(ct_load(c)->cycle, 2);
    assert_int_equal(c->plan->total, 1);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(c->taken.duplicates, 1); /* it has its row already */
}

static void the_plan_is_the_definition(struct ct *c)
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
    const struct plan *p = ct_load(c);
    assert_true(uuid_equal(p->job, c->job));
    assert_string_equal(p->job_name, "job");
    assert_string_equal(p->workspace, "w");
    assert_string_equal(p->provider, "local");
    assert_int_equal(p->distribution, DISTRIBUTION_RANDOM);
    assert_int_equal(p->loop_interval, 7);
    assert_int_equal(p->max_emails_per_group, 31);
    assert_int_equal(p->variations, 2);
    assert_int_equal(p->seed, 99);
    assert_int_equal(p->recontact, RECONTACT_ALWAYS);
    assert_true(p->loop_automation && p->one_lead_per_domain);
    assert_int_equal(p->cycle, 0);
    assert_int_equal(p->group_count, 2);
    assert_int_equal(p->term_count, 3);
    assert_string_equal(p->groups[1].name, "g2");
    assert_string_equal(p->groups[1].template_name, "letter");
    assert_int_equal(p->groups[1].first_term, 2);
    assert_int_equal(p->groups[0].terms, 2);
    assert_string_equal(p->terms[1].text, "b");
}

static void the_same_text_in_two_groups_is_two_terms(struct ct *c)
{
    ct_job(c, &(struct ct_spec){.groups = "g1:same g2:same"});
    const struct plan *p = ct_load(c);
    assert_int_not_equal(p->terms[0].term_no, p->terms[1].term_no);
    assert_int_not_equal(p->groups[0].group_no, p->groups[1].group_no);
}

static void a_seed_that_was_not_given_is_drawn_once(struct ct *c)
{
    ct_job(c, &plain);
    uint64_t seed = ct_load(c)->seed;
    fake_clock_pass(&c->clock, SECOND);
    assert_true(ct_load(c)->seed == seed);
    struct job_put_result result;
    assert_true(ct_put(c, &plain, -1, &result));
    assert_true(ct_load(c)->seed == seed);
    ct_job(c, &(struct ct_spec){.name = "other"});
    assert_true(ct_load(c)->seed != seed);
}

static void a_group_gets_its_template(struct ct *c)
{
    ct_job(c, &plain);
    struct template_def t;
    int32_t group_no = ct_load(c)->groups[0].group_no;
    assert_true(c->a->ops->template_load(c->a, c->job, group_no, &c->arena, &t, &c->err));
    assert_string_equal(t.name, "letter");
    assert_string_equal(t.subject, "Hello");
    assert_string_equal(t.text, "Dear {{company|you}}");
    assert_true(t.html == NULL || t.html[0] == '\0');
    assert_false(c->a->ops->template_load(c->a, c->job, 9999, &c->arena, &t, &c->err));
}

static void variations_come_from_the_seed(struct ct *c)
{
    ct_job(c, &(struct ct_spec){.groups = "g:one,other", .variations = 2, .seed = 7});
    int32_t term_no = ct_load(c)->terms[0].term_no;
    for (int k = 1; k <= 2; k++) {
        char got[TERM_MAX_BYTES + 1];
        struct buf want = buf_init(TERM_MAX_BYTES);
        assert_true(variation_text(7, "one", k, &want));
        assert_true(c->a->ops->variation_load(c->a, c->job, term_no, k, got, &c->err));
        assert_string_equal(got, buf_text(&want));
        buf_done(&want);
    }
    char none[TERM_MAX_BYTES + 1] = "x";
    assert_true(c->a->ops->variation_load(c->a, c->job, term_no, 3, none, &c->err));
    assert_string_equal(none, "");
}

static void a_job_that_is_gone_can_not_be_loaded(struct ct *c)
{
    struct uuid none = uuid_from_bytes("none", 4);
    struct plan *plan = NULL;
    assert_false(c->a->ops->job_load(c->a, none, &c->arena, &plan, &c->err));
    assert_null(plan);
}

static void failures_in_a_row_are_counted(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    for (int i = 1; i <= 2; i++) {
        assert_true(c->a->ops->search_failed(c->a, &c->lease, ct_group(c).group_no,
                                             ct_term(c).term_no, "it is down", &c->err));
        assert_int_equal(ct_term(c).failures, i);
    }
    assert_string_equal(ct_event(c, EVENT_SEARCH_FAILED).text, "it is down");
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(ct_term(c).failures, 0);
}

const struct ct_promise ct_loop_promises[] = {
    CT_PROMISE(moves_are_stored_as_rotation_makes_them_when_equitable),
    CT_PROMISE(moves_are_stored_as_rotation_makes_them_when_random),
    CT_PROMISE(each_move_writes_its_event),
    CT_PROMISE(a_move_is_never_made_twice),
    CT_PROMISE(a_move_of_a_changed_definition_must_be_looked_at_again),
    CT_PROMISE(work_is_not_a_move),
    CT_PROMISE(a_cycle_begins_at_the_start_of_everything),
    CT_PROMISE(a_looping_job_rests_after_a_cycle_that_counted_nothing),
    CT_PROMISE(a_rest_that_is_not_over_is_no_rest_yet),
    CT_PROMISE(waiting_for_a_window_is_not_a_rest),
    CT_PROMISE(a_job_that_does_not_loop_completes),
    CT_PROMISE(a_completed_job_begins_its_next_cycle_when_it_is_started),
    CT_PROMISE(the_plan_is_the_definition),
    CT_PROMISE(the_same_text_in_two_groups_is_two_terms),
    CT_PROMISE(a_seed_that_was_not_given_is_drawn_once),
    CT_PROMISE(a_group_gets_its_template),
    CT_PROMISE(variations_come_from_the_seed),
    CT_PROMISE(a_job_that_is_gone_can_not_be_loaded),
    CT_PROMISE(failures_in_a_row_are_counted),
};
const int ct_loop_count = sizeof ct_loop_promises / sizeof *ct_loop_promises;
