/* contract_window.c - promises about the pace of sending and the daily cap. If one were broken,
 * letters would go out faster than the operator allowed, or never. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

/* A job at work with n addresses queued in its term. */
static void begin_with_many(struct ct *c, const char *name, enum mail_mode mode, int n)
{
    ct_begin(c,
             &(struct ct_spec){.name = name, .groups = "g:t", .loop_interval = 1000, .max = 1000},
             mode);
    for (int i = 0; i < n; i++) {
        char address[64];
        (void)str_format(address, sizeof address, "p%d@%s%d.example", i, name, i);
        assert_true(ct_find(c, address, 0));
    }
}

/* Time passes with the lease kept. */
static void pass(struct ct *c, int64_t span_us)
{
    const int64_t step_us = LEASE_TTL_US - 1 * SECOND;
    for (int64_t left = span_us; left > 0; left -= step_us) {
        struct progress seen;
        fake_clock_pass(&c->clock, left < step_us ? left : step_us);
        assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
    }
}

/* A claim that must say how many, and when there are none, until when to wait. */
static void claim(struct ct *c, int line, int32_t per_minute, int32_t daily_cap, int32_t want,
                  int64_t wait_us)
{
    if (!ct_claim_paced(c, 50, per_minute, daily_cap))
        fail_msg("line %d: %s", line, c->err.text);
    if (c->grant.count != want)
        fail_msg("line %d: %d letters were claimed, not %d", line, c->grant.count, want);
    if (want > 0)
        return;
    if (c->grant.reason != GRANT_WAIT)
        fail_msg("line %d: the answer is %d, not to wait", line, (int)c->grant.reason);
    if (c->grant.wait_until_us != c->clock.now + wait_us)
        fail_msg("line %d: wait %lld us, not %lld", line,
                 (long long)(c->grant.wait_until_us - c->clock.now), (long long)wait_us);
}
#define CLAIM(...) claim(c, __LINE__, __VA_ARGS__)

static void letters_go_out_at_an_even_pace(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 10);
    CLAIM(6, 0, 1, 0); /* one in ten seconds */
    CLAIM(6, 0, 0, 10 * SECOND);
    pass(c, 9 * SECOND);
    CLAIM(6, 0, 0, SECOND);
    pass(c, SECOND);
    CLAIM(6, 0, 1, 0);
    pass(c, 300 * SECOND);
    CLAIM(6, 0, 1, 0); /* a pause saves up nothing */
    CLAIM(6, 0, 0, 10 * SECOND);
}

static void a_quick_pace_allows_a_seconds_worth_at_once(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 30);
    pass(c, 10 * SECOND);
    CLAIM(300, 0, 5, 0);
    CLAIM(300, 0, 0, SECOND / 5);
    pass(c, SECOND / 2);
    CLAIM(300, 0, 2, 0);
    pass(c, 10 * SECOND);
    CLAIM(300, 0, 5, 0);
}

static void the_pace_is_of_all_jobs_together(struct ct *c)
{
    begin_with_many(c, "one", MODE_SMTP, 3);
    CLAIM(6, 0, 1, 0);
    begin_with_many(c, "two", MODE_SMTP, 3);
    CLAIM(6, 0, 0, 10 * SECOND);
}

static void the_pace_of_another_mode_does_not_matter(struct ct *c)
{
    begin_with_many(c, "one", MODE_DRYRUN, 3);
    CLAIM(6, 0, 1, 0);
    begin_with_many(c, "two", MODE_SMTP, 3);
    CLAIM(6, 0, 1, 0);
}

static void without_a_pace_as_many_go_as_there_are(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 30);
    CLAIM(0, 0, 30, 0);
}

static void the_daily_cap_is_never_passed(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 12);
    CLAIM(0, 5, 5, 0);
    CLAIM(0, 5, 0, 24 * HOUR);
    pass(c, HOUR);
    CLAIM(0, 7, 2, 0); /* the cap was raised */
    CLAIM(0, 7, 0, 23 * HOUR);
    pass(c, 23 * HOUR - SECOND);
    CLAIM(0, 7, 0, SECOND);
    pass(c, SECOND);
    CLAIM(0, 7, 5, 0); /* the first five have left the window */
    CLAIM(0, 7, 0, HOUR);
}

static void a_letter_that_was_not_accepted_gives_its_part_of_the_cap_back(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 8);
    CLAIM(0, 3, 3, 0);
    ct_say(c, 0, SEND_REJECTED);
    ct_say(c, 1, SEND_QUEUED);
    ct_say(c, 2, SEND_SENT);
    CLAIM(0, 3, 2, 0);
    ct_say(c, 0, SEND_IN_DOUBT); /* perhaps accepted */
    ct_say(c, 1, SEND_DEFERRED);
    CLAIM(0, 3, 1, 0);
}

static void the_cap_of_another_mode_does_not_matter(struct ct *c)
{
    begin_with_many(c, "one", MODE_DRYRUN, 5);
    CLAIM(0, 5, 5, 0);
    begin_with_many(c, "two", MODE_SMTP, 5);
    CLAIM(0, 5, 5, 0);
}

static void the_cap_is_of_all_jobs_together(struct ct *c)
{
    begin_with_many(c, "one", MODE_SMTP, 5);
    CLAIM(0, 6, 5, 0);
    begin_with_many(c, "two", MODE_SMTP, 5);
    CLAIM(0, 6, 1, 0);
    CLAIM(0, 6, 0, 24 * HOUR);
}

static void a_limit_is_told_before_a_window(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g:t", .loop_interval = 1}, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example", 0));
    assert_true(ct_claim_paced(c, 5, 1, 1));
    assert_int_equal(c->grant.count, 1);
    assert_true(ct_claim_paced(c, 5, 1, 1));
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
}

/* A claim of a job of which only the first three letters may go without a word. */
static void claim_first(struct ct *c, bool by_hand, int32_t want, enum grant_reason reason)
{
    struct send_want w = {.group_no = c->plan->groups[c->move.group].group_no,
                          .term_no = c->plan->terms[c->move.term].term_no,
                          .count = 2,
                          .confirm_first = 3,
                          .by_hand = by_hand};
    if (!c->a->ops->sends_exchange(c->a, &c->lease, c->verdict, c->verdicts, &w, &c->grant,
                                   &c->err))
        fail_msg("%s", c->err.text);
    c->verdicts = 0;
    assert_int_equal(c->grant.count, want);
    assert_int_equal(c->grant.reason, reason);
}

static void a_job_stops_after_its_first_letters_until_they_are_confirmed(struct ct *c)
{
    bool changed = false;
    begin_with_many(c, "job", MODE_SMTP, 12);
    claim_first(c, false, 2, GRANT_GO);
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_REJECTED); /* nobody could have read it */
    claim_first(c, false, 2, GRANT_GO);
    claim_first(c, true, 0, GRANT_LIMIT);
    assert_int_equal(ct_facts(c).desired, DESIRED_RUN);
    claim_first(c, false, 0, GRANT_STOP);
    assert_int_equal(c->grant.progress.desired, DESIRED_PAUSE);
    assert_int_equal(ct_event(c, EVENT_JOB_UNCONFIRMED).n1, 3);
    claim_first(c, false, 0, GRANT_STOP);
    assert_int_equal(ct_events(c, EVENT_JOB_UNCONFIRMED), 1);
    ct_release(c, JOB_PAUSED, 0);
    assert_int_equal(ct_facts(c).state, JOB_PAUSED);
    /* To go on is not to confirm. */
    assert_true(ct_control(c, CONTROL_RESUME, MODE_SMTP, &changed));
    ct_take(c, MODE_SMTP);
    claim_first(c, false, 0, GRANT_STOP);
    assert_true(ct_control(c, CONTROL_CONFIRM, MODE_SMTP, &changed));
    assert_true(changed);
    assert_int_equal(ct_facts(c).desired, DESIRED_RUN);
    assert_string_equal(ct_event(c, EVENT_JOB_CONFIRM).text, "smtp");
    claim_first(c, false, 2, GRANT_GO);
    claim_first(c, false, 2, GRANT_GO);
    assert_true(ct_control(c, CONTROL_CONFIRM, MODE_SMTP, &changed));
    assert_false(changed);
    assert_int_equal(ct_events(c, EVENT_JOB_CONFIRM), 1);
}

static void a_job_is_confirmed_as_it_rests(struct ct *c)
{
    bool changed = false;
    begin_with_many(c, "job", MODE_SMTP, 12);
    claim_first(c, false, 2, GRANT_GO);
    claim_first(c, false, 1, GRANT_GO);
    claim_first(c, false, 0, GRANT_STOP);
    ct_release(c, JOB_PAUSED, 0);
    assert_true(ct_control(c, CONTROL_CONFIRM, MODE_SMTP, &changed));
    assert_int_equal(ct_facts(c).state, JOB_RUNNING);
    ct_take(c, MODE_SMTP);
    claim_first(c, false, 2, GRANT_GO);
}

static void a_stopped_job_is_confirmed_and_stays_stopped(struct ct *c)
{
    bool changed = false;
    begin_with_many(c, "job", MODE_SMTP, 12);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, &changed));
    ct_release(c, JOB_STOPPED, 0);
    assert_true(ct_control(c, CONTROL_CONFIRM, MODE_SMTP, &changed));
    assert_true(changed);
    assert_int_equal(ct_facts(c).state, JOB_STOPPED);
    assert_int_equal(ct_facts(c).desired, DESIRED_STOP);
}

static void only_real_mail_needs_a_confirmation(struct ct *c)
{
    begin_with_many(c, "job", MODE_MAILDIR, 12);
    for (int i = 0; i < 4; i++)
        claim_first(c, false, 2, GRANT_GO);
}

const struct ct_promise ct_window_promises[] = {
    CT_PROMISE(letters_go_out_at_an_even_pace),
    CT_PROMISE(a_quick_pace_allows_a_seconds_worth_at_once),
    CT_PROMISE(the_pace_is_of_all_jobs_together),
    CT_PROMISE(the_pace_of_another_mode_does_not_matter),
    CT_PROMISE(without_a_pace_as_many_go_as_there_are),
    CT_PROMISE(the_daily_cap_is_never_passed),
    CT_PROMISE(a_letter_that_was_not_accepted_gives_its_part_of_the_cap_back),
    CT_PROMISE(the_cap_of_another_mode_does_not_matter),
    CT_PROMISE(the_cap_is_of_all_jobs_together),
    CT_PROMISE(a_limit_is_told_before_a_window),
    CT_PROMISE(a_job_stops_after_its_first_letters_until_they_are_confirmed),
    CT_PROMISE(a_job_is_confirmed_as_it_rests),
    CT_PROMISE(a_stopped_job_is_confirmed_and_stays_stopped),
    CT_PROMISE(only_real_mail_needs_a_confirmation),
};
const int ct_window_count = sizeof ct_window_promises / sizeof *ct_window_promises;
