/* contract_lease.c - promises about who holds a job. If one were broken, two engines could work one
 * job at a time, or a job would be worked by nobody. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static const struct ct_spec plain = {0};

static void nothing_is_taken_when_no_job_wants_to_run(struct ct *c)
{
    ct_job(c, &plain);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    ct_start(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
}

static void a_started_job_is_taken(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    assert_true(uuid_equal(c->lease.engine, c->engine));
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN), 1);
}

static void a_job_of_another_mode_is_not_taken(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_MAILDIR, &lease));
    assert_false(ct_acquire(c, c->engine, MODE_SMTP, &lease));
    assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
}

static void a_leased_job_is_not_taken_by_another_engine(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    struct lease lease;
    assert_false(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    fake_clock_pass(&c->clock, LEASE_TTL_US - 1);
    assert_false(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
}

static void an_expired_lease_is_taken_by_another_engine(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    assert_true(uuid_equal(lease.engine, c->other));
    assert_true(lease.epoch > c->lease.epoch);
}

static void an_engine_that_started_again_retakes_its_lease_at_once(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    struct engine_card card = {c->engine, 2, "here", 2, "test"};
    assert_true(c->a->ops->hello(c->a, &card, &c->err));
    struct lease lease;
    assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    assert_true(lease.epoch > c->lease.epoch);
}

static void a_job_that_one_lane_works_is_not_taken_by_another_lane_of_the_engine(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    ct_lane(c);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    struct progress seen;
    assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
}

static void each_taking_raises_the_epoch(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    int64_t last = 0;
    for (int i = 0; i < 4; i++) {
        struct uuid engine = i % 2 == 0 ? c->engine : c->other;
        assert_true(ct_acquire(c, engine, MODE_DRYRUN, &c->lease));
        assert_true(c->lease.epoch > last);
        last = c->lease.epoch;
        ct_release(c, JOB_RUNNING, 0);
    }
}

static void the_job_given_back_longest_ago_is_taken_first(struct ct *c)
{
    static const char *const names[] = {"one", "two", "three"};
    struct uuid jobs[3];
    for (int i = 0; i < 3; i++) {
        ct_job(c, &(struct ct_spec){.name = names[i]});
        ct_start(c, MODE_DRYRUN);
        jobs[i] = c->job;
    }
    struct uuid order[3];
    for (int i = 0; i < 9; i++) {
        assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &c->lease));
        if (i < 3)
            order[i] = c->lease.job;
        /* From then on the three take turns. */
        assert_true(uuid_equal(order[i % 3], c->lease.job));
        fake_clock_pass(&c->clock, SECOND);
        ct_release(c, JOB_RUNNING, 0);
    }
    for (int i = 0; i < 3; i++)
        assert_true(uuid_equal(jobs[i], order[0]) || uuid_equal(jobs[i], order[1]) ||
                    uuid_equal(jobs[i], order[2]));
}

static void a_waiting_job_is_not_taken_before_its_time(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    ct_release(c, JOB_RUNNING, c->clock.now + 100 * SECOND);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    fake_clock_pass(&c->clock, 99 * SECOND);
    assert_false(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    fake_clock_pass(&c->clock, SECOND);
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
}

static void next_due_names_the_earliest_wait_of_the_mode(struct ct *c)
{
    struct next_due due;
    assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
    assert_int_equal(due.wait_us, INT64_MAX);
    static const char *const names[] = {"one", "two"};
    int64_t first = c->clock.now + 500 * SECOND;
    for (int i = 0; i < 2; i++) {
        ct_job(c, &(struct ct_spec){.name = names[i]});
        ct_start(c, MODE_DRYRUN);
        ct_take(c, MODE_DRYRUN);
        ct_release(c, JOB_RUNNING, first - 100 * SECOND * i);
    }
    assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
    assert_int_equal(due.wait_us, first - 100 * SECOND);
    assert_true(c->a->ops->next_due(c->a, MODE_SMTP, &due, &c->err));
    assert_int_equal(due.wait_us, INT64_MAX);
}

static void next_due_names_the_first_lease_to_run_out(struct ct *c)
{
    struct next_due due;
    static const char *const names[] = {"one", "two"};
    int64_t first = c->clock.now + LEASE_TTL_US;
    for (int i = 0; i < 2; i++) {
        ct_job(c, &(struct ct_spec){.name = names[i]});
        ct_start(c, MODE_DRYRUN);
        ct_take(c, MODE_DRYRUN);
        assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
        assert_int_equal(due.lapse_us, first);
        assert_int_equal(due.wait_us, INT64_MAX);
        fake_clock_pass(&c->clock, SECOND);
    }
    ct_release(c, JOB_RUNNING, 0);
    assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
    assert_int_equal(due.lapse_us, first);
    assert_true(c->a->ops->next_due(c->a, MODE_SMTP, &due, &c->err));
    assert_int_equal(due.lapse_us, INT64_MAX);
    fake_clock_pass(&c->clock, LEASE_TTL_US); /* nobody renewed it: it is free now */
    assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
    assert_int_equal(due.lapse_us, INT64_MAX);
}

static void a_stopped_job_is_not_due(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    ct_release(c, JOB_RUNNING, c->clock.now + 500 * SECOND);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    struct next_due due;
    assert_true(c->a->ops->next_due(c->a, MODE_DRYRUN, &due, &c->err));
    assert_int_equal(due.wait_us, INT64_MAX);
}

static void renewing_keeps_the_lease(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    struct progress seen;
    struct lease lease;
    for (int i = 0; i < 5; i++) {
        fake_clock_pass(&c->clock, LEASE_RENEW_US);
        assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
        assert_int_equal(seen.desired, DESIRED_RUN);
        assert_int_equal(seen.rev, ct_load(c)->rev);
    }
    assert_false(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
}

/* Every command that decides something, with the lease as it is in c. */
static void assert_all_fenced(struct ct *c)
{
    const struct authority_ops *ops = c->a->ops;
    struct move end = {.kind = MOVE_TERM_END, .term_end = TERM_DONE};
    (void)ct_load(c);
    end.term = c->move.term;
    end.group = c->move.group;
    assert_false(ops->job_move(c->a, &c->lease, c->plan, &end, 0, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_false(ct_find(c, "late@late.example", 0));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_false(ops->search_failed(c->a, &c->lease, ct_group(c).group_no, ct_term(c).term_no,
                                    "why", &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_false(ct_claim(c, 1));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_int_equal(ct_rows(c), 1);
    assert_int_equal(ct_term(c).failures, 0);
    assert_int_equal(ct_term(c).state, TERM_RUNNING);
}

static void assert_not_renewed(struct ct *c)
{
    struct progress seen;
    struct release how = {JOB_RUNNING, 0, ""};
    assert_false(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_false(c->a->ops->lease_release(c->a, &c->lease, &how, &c->err));
    assert_int_equal(c->err.kind, ERR_FENCED);
}

static void everything_is_refused_to_an_old_epoch(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    assert_true(ct_find(c, "a@a.example", 0));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    assert_all_fenced(c);
    assert_not_renewed(c);
}

static void everything_is_refused_to_an_expired_lease(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    assert_true(ct_find(c, "a@a.example", 0));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    assert_all_fenced(c);
    assert_not_renewed(c);
}

static void everything_is_refused_after_the_lease_was_given_back(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    assert_true(ct_find(c, "a@a.example", 0));
    ct_release(c, JOB_RUNNING, 0);
    assert_all_fenced(c);
    assert_not_renewed(c);
}

static void letters_of_the_former_engine_are_in_doubt_after_a_takeover(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example c@c.example", 0));
    assert_true(ct_claim(c, 2));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_SMTP, &lease));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_IN_DOUBT);
    assert_int_equal(ct_row(c, "b@b.example")->state, SEND_IN_DOUBT);
    assert_int_equal(ct_row(c, "c@c.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).counted, 2);
    assert_int_equal(ct_events(c, EVENT_IN_DOUBT), 2);
}

static void letters_of_the_same_engine_are_left_when_it_retakes_a_job(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_true(ct_claim(c, 1));
    struct engine_card card = {c->engine, 2, "here", 2, "test"};
    assert_true(c->a->ops->hello(c->a, &card, &c->err));
    struct lease lease;
    assert_true(ct_acquire(c, c->engine, MODE_SMTP, &lease));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_CLAIMED);
    assert_int_equal(ct_events(c, EVENT_IN_DOUBT), 0);
}

static void a_job_given_back_as_running_may_be_taken_at_once(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    ct_release(c, JOB_RUNNING, 0);
    assert_int_equal(ct_events(c, EVENT_LEASE_RELEASED), 1);
    assert_int_equal(ct_facts(c).state, JOB_RUNNING);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
}

static void a_job_given_back_as_failed_keeps_the_reason(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    ct_release(c, JOB_FAILED, 0);
    struct ct_facts facts = ct_facts(c);
    assert_int_equal(facts.state, JOB_FAILED);
    assert_int_equal(facts.desired, DESIRED_STOP);
    assert_string_equal(facts.error, "it broke");
    assert_string_equal(ct_event(c, EVENT_JOB_FAILED).text, "it broke");
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
}

static void a_job_given_back_at_the_operators_wish_is_at_rest(struct ct *c)
{
    static const struct {
        enum control control;
        enum job_state state;
        enum event_kind event;
    } cases[] = {{CONTROL_STOP, JOB_STOPPED, EVENT_JOB_STOPPED},
                 {CONTROL_PAUSE, JOB_PAUSED, EVENT_JOB_PAUSED}};
    for (size_t i = 0; i < 2; i++) {
        ct_job(c, &(struct ct_spec){.name = i == 0 ? "one" : "two"});
        ct_start(c, MODE_DRYRUN);
        ct_take(c, MODE_DRYRUN);
        assert_true(ct_control(c, cases[i].control, MODE_DRYRUN, NULL));
        assert_int_equal(ct_facts(c).state, JOB_RUNNING);
        ct_release(c, cases[i].state, 0);
        assert_int_equal(ct_facts(c).state, cases[i].state);
        assert_int_equal(ct_events(c, cases[i].event), 1);
        struct lease lease;
        assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    }
}

static void a_job_that_shall_run_again_stays_running_when_it_is_given_back(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    assert_true(ct_control(c, CONTROL_START, MODE_DRYRUN, NULL));
    ct_release(c, JOB_STOPPED, 0);
    assert_int_equal(ct_facts(c).state, JOB_RUNNING);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
}

static void a_stop_is_obeyed_also_when_the_job_is_given_back_as_running(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    ct_release(c, JOB_RUNNING, 0); /* the engine ended before it saw the wish */
    assert_int_equal(ct_facts(c).state, JOB_STOPPED);
}

static void a_stop_is_obeyed_also_when_the_engine_died(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_false(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    assert_int_equal(ct_facts(c).state, JOB_STOPPED);
}

static void a_stop_is_obeyed_when_the_engine_starts_again(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    assert_true(ct_control(c, CONTROL_PAUSE, MODE_DRYRUN, NULL));
    assert_int_equal(ct_facts(c).state, JOB_RUNNING);
    struct engine_card card = {c->engine, 2, "here", 2, "test"};
    assert_true(c->a->ops->hello(c->a, &card, &c->err));
    assert_int_equal(ct_facts(c).state, JOB_PAUSED);
}

static void a_hello_leaves_the_leases_of_other_engines(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    struct engine_card card = {c->other, 2, "there", 2, "test"};
    assert_true(c->a->ops->hello(c->a, &card, &c->err));
    struct progress seen;
    assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
}

static void a_named_job_is_taken_whatever_the_operator_wants_of_it(struct ct *c)
{
    ct_job(c, &plain);
    assert_true(
        c->a->ops->job_acquire_one(c->a, c->engine, MODE_DRYRUN, &c->ref, &c->lease, &c->err));
    assert_true(uuid_equal(c->lease.job, c->job));
    ct_release(c, JOB_RUNNING, 0);
    assert_int_equal(ct_facts(c).state, JOB_IDLE);
}

static void a_named_job_that_is_held_is_a_conflict(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    struct lease lease;
    assert_false(c->a->ops->job_acquire_one(c->a, c->other, MODE_DRYRUN, &c->ref, &lease, &c->err));
    assert_int_equal(c->err.kind, ERR_CONFLICT);
}

static void a_named_job_that_is_not_there_is_refused(struct ct *c)
{
    struct job_ref none = {"w", "none"};
    struct lease lease;
    assert_false(c->a->ops->job_acquire_one(c->a, c->other, MODE_DRYRUN, &none, &lease, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

static void job_desired_shows_what_the_operator_wants(struct ct *c)
{
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    ct_take(c, MODE_DRYRUN);
    static const struct {
        enum control control;
        enum desired desired;
    } cases[] = {{CONTROL_PAUSE, DESIRED_PAUSE},
                 {CONTROL_RESUME, DESIRED_RUN},
                 {CONTROL_STOP, DESIRED_STOP},
                 {CONTROL_START, DESIRED_RUN}};
    for (size_t i = 0; i < 4; i++) {
        struct progress seen;
        assert_true(ct_control(c, cases[i].control, MODE_DRYRUN, NULL));
        assert_true(c->a->ops->job_desired(c->a, c->job, &seen, &c->err));
        assert_int_equal(seen.desired, cases[i].desired);
        assert_int_equal(seen.rev, c->plan->rev); /* a control is no change of the definition */
    }
}

static bool ask(struct ct *c, struct uuid engine, const char *wish, struct lease *ret)
{
    bool found = false;
    struct uuid token = uuid_from_bytes(wish, strlen(wish));
    ct_lane(c); /* a connection that broke was made again */
    if (!c->a->ops->job_acquire(c->a, engine, MODE_DRYRUN, token, ret, &found, &c->err))
        fail_msg("job_acquire: %s", c->err.text);
    return found;
}

static void who_did_not_hear_the_answer_asks_again(struct ct *c)
{
    struct lease first, again;
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ask(c, c->engine, "wish", &first));
    assert_true(ask(c, c->engine, "wish", &again));
    assert_true(uuid_equal(again.job, first.job));
    assert_true(uuid_equal(again.engine, c->engine));
    assert_int_equal(again.epoch, first.epoch);
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN), 1);
    assert_false(ask(c, c->engine, "another lane's", &again));
    assert_false(ask(c, c->other, "wish", &again));
    bool found = true;
    assert_true(c->a->ops->job_acquire(c->a, c->engine, MODE_SMTP, uuid_from_bytes("wish", 4),
                                       &again, &found, &c->err));
    assert_false(found); /* it is not one of this mode */
}

static void the_time_of_a_lease_that_is_asked_for_again_begins_anew(struct ct *c)
{
    struct lease lease, other;
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ask(c, c->engine, "wish", &lease));
    fake_clock_pass(&c->clock, LEASE_TTL_US - 1);
    assert_true(ask(c, c->engine, "wish", &lease));
    fake_clock_pass(&c->clock, LEASE_TTL_US - 1);
    assert_false(ask(c, c->other, "theirs", &other));
    struct progress seen;
    assert_true(c->a->ops->lease_renew(c->a, &lease, &seen, &c->err));
}

static void a_wish_is_over_when_its_lease_is(struct ct *c)
{
    struct lease first, second, third;
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ask(c, c->engine, "wish", &first));
    fake_clock_pass(&c->clock, LEASE_TTL_US);
    assert_true(ask(c, c->engine, "wish", &second)); /* free for everybody */
    assert_int_equal(second.epoch, first.epoch + 1);
    c->lease = second;
    ct_release(c, JOB_RUNNING, 0);
    assert_true(ask(c, c->other, "theirs", &third));
    assert_false(ask(c, c->engine, "wish", &second));
}

static void a_new_start_does_not_inherit_a_wish(struct ct *c)
{
    struct lease first, again;
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ask(c, c->engine, "wish", &first));
    struct engine_card card = {c->engine, 2, "here", 2, "test"};
    assert_true(c->a->ops->hello(c->a, &card, &c->err));
    assert_true(ask(c, c->engine, "wish", &again));
    assert_int_equal(again.epoch, first.epoch + 1);
}

/* Otherwise it would rest only when the lease that nobody has heard of ran out. */
static void a_job_that_was_stopped_meanwhile_is_given_all_the_same(struct ct *c)
{
    struct progress seen;
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ask(c, c->engine, "wish", &c->lease));
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    assert_true(ask(c, c->engine, "wish", &c->lease));
    assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
    assert_int_equal(seen.desired, DESIRED_STOP);
    ct_release(c, JOB_STOPPED, 0);
    assert_int_equal(ct_facts(c).state, JOB_STOPPED);
}

static void two_handles_see_the_same_record(struct ct *c)
{
    struct authority *second = c->maker->open(c->record, &c->clock.port);
    assert_non_null(second);
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    bool found = false;
    assert_true(second->ops->job_acquire(second, c->other, MODE_DRYRUN, (struct uuid){0}, &c->lease,
                                         &found, &c->err));
    assert_true(found);
    struct lease lease;
    assert_false(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    struct release how = {JOB_RUNNING, 0, ""};
    assert_true(c->a->ops->lease_release(c->a, &c->lease, &how, &c->err));
    second->ops->free(second);
}

/* Only a lease that ran out under somebody else is a takeover: the log says so, and how often. */
static void a_takeover_is_told_and_nothing_else_is(struct ct *c)
{
    struct lease lease;
    struct release how = {JOB_RUNNING, 0, ""};
    ct_job(c, &plain);
    ct_start(c, MODE_DRYRUN);
    assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN_OVER), 0); /* its own */
    assert_true(c->a->ops->lease_release(c->a, &lease, &how, &c->err));
    assert_true(ct_acquire(c, c->other, MODE_DRYRUN, &lease));
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN_OVER), 0); /* given back */
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    assert_true(ct_acquire(c, c->engine, MODE_DRYRUN, &lease));
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN_OVER), 1);
    assert_int_equal(ct_events(c, EVENT_LEASE_TAKEN), 4);
}

const struct ct_promise ct_lease_promises[] = {
    CT_PROMISE(nothing_is_taken_when_no_job_wants_to_run),
    CT_PROMISE(a_started_job_is_taken),
    CT_PROMISE(a_job_of_another_mode_is_not_taken),
    CT_PROMISE(a_leased_job_is_not_taken_by_another_engine),
    CT_PROMISE(an_expired_lease_is_taken_by_another_engine),
    CT_PROMISE(an_engine_that_started_again_retakes_its_lease_at_once),
    CT_PROMISE(a_job_that_one_lane_works_is_not_taken_by_another_lane_of_the_engine),
    CT_PROMISE(each_taking_raises_the_epoch),
    CT_PROMISE(the_job_given_back_longest_ago_is_taken_first),
    CT_PROMISE(a_waiting_job_is_not_taken_before_its_time),
    CT_PROMISE(next_due_names_the_earliest_wait_of_the_mode),
    CT_PROMISE(next_due_names_the_first_lease_to_run_out),
    CT_PROMISE(a_stopped_job_is_not_due),
    CT_PROMISE(renewing_keeps_the_lease),
    CT_PROMISE(everything_is_refused_to_an_old_epoch),
    CT_PROMISE(everything_is_refused_to_an_expired_lease),
    CT_PROMISE(everything_is_refused_after_the_lease_was_given_back),
    CT_PROMISE(letters_of_the_former_engine_are_in_doubt_after_a_takeover),
    CT_PROMISE(letters_of_the_same_engine_are_left_when_it_retakes_a_job),
    CT_PROMISE(a_job_given_back_as_running_may_be_taken_at_once),
    CT_PROMISE(a_job_given_back_as_failed_keeps_the_reason),
    CT_PROMISE(a_job_given_back_at_the_operators_wish_is_at_rest),
    CT_PROMISE(a_job_that_shall_run_again_stays_running_when_it_is_given_back),
    CT_PROMISE(a_stop_is_obeyed_also_when_the_job_is_given_back_as_running),
    CT_PROMISE(a_stop_is_obeyed_also_when_the_engine_died),
    CT_PROMISE(a_stop_is_obeyed_when_the_engine_starts_again),
    CT_PROMISE(a_hello_leaves_the_leases_of_other_engines),
    CT_PROMISE(a_named_job_is_taken_whatever_the_operator_wants_of_it),
    CT_PROMISE(a_named_job_that_is_held_is_a_conflict),
    CT_PROMISE(a_named_job_that_is_not_there_is_refused),
    CT_PROMISE(job_desired_shows_what_the_operator_wants),
    CT_PROMISE(who_did_not_hear_the_answer_asks_again),
    CT_PROMISE(the_time_of_a_lease_that_is_asked_for_again_begins_anew),
    CT_PROMISE(a_wish_is_over_when_its_lease_is),
    CT_PROMISE(a_new_start_does_not_inherit_a_wish),
    CT_PROMISE(a_job_that_was_stopped_meanwhile_is_given_all_the_same),
    CT_PROMISE(two_handles_see_the_same_record),
    CT_PROMISE(a_takeover_is_told_and_nothing_else_is),
};
const int ct_lease_count = sizeof ct_lease_promises / sizeof *ct_lease_promises;
