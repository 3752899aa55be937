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

static void begin(struct ct *c, const char *name, enum mail_mode mode)
{
    ct_begin(c,
             &(struct ct_spec){.name = name, .groups = "g:t", .loop_interval = 1000, .max = 1000},
             mode);
}

/* A job at work with n addresses queued in its term. */
static void begin_with_many(struct ct *c, const char *name, enum mail_mode mode, int n)
{
    begin(c, name, mode);
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

/* Verdicts, and a claim of up to 50 letters of the term at work. */
static void exchange(struct ct *c, int line, struct send_want want)
{
    want.group_no = ct_group(c).group_no;
    want.term_no = ct_term(c).term_no;
    want.count = 50;
    if (!c->a->ops->sends_exchange(c->a, &c->lease, c->verdict, c->verdicts, &want, &c->grant,
                                   &c->err))
        fail_msg("line %d: %s", line, c->err.text);
    c->verdicts = 0;
}

/* A claim that must say how many, and when there are none, until when to wait. */
static void claim_want(struct ct *c, int line, struct send_want limits, int32_t want,
                       int64_t wait_us)
{
    exchange(c, line, limits);
    if (c->grant.count != want)
        fail_msg("line %d: %d letters were claimed, not %d", line, c->grant.count, want);
    if (want > 0 || (wait_us == 0 && c->grant.reason == GRANT_NOTHING))
        return;
    if (c->grant.reason != GRANT_WAIT)
        fail_msg("line %d: the answer is %d, not to wait", line, (int)c->grant.reason);
    if (c->grant.wait_until_us != c->clock.now + wait_us)
        fail_msg("line %d: wait %lld us, not %lld", line,
                 (long long)(c->grant.wait_until_us - c->clock.now), (long long)wait_us);
}

static void claim(struct ct *c, int line, int32_t per_minute, int32_t daily_cap, int32_t want,
                  int64_t wait_us)
{
    claim_want(c, line, (struct send_want){.per_minute = per_minute, .daily_cap = daily_cap}, want,
               wait_us);
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

#define HOURLY(n, want, wait_us)                                                                   \
    claim_want(c, __LINE__, (struct send_want){.per_hour = (n)}, want, wait_us)

static void the_hour_is_never_passed(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 12);
    HOURLY(5, 5, 0);
    HOURLY(5, 0, HOUR);
    assert_int_equal(c->grant.window, WINDOW_HOUR);
    pass(c, HOUR / 2);
    HOURLY(6, 1, 0);
    HOURLY(6, 0, HOUR / 2);
    pass(c, HOUR / 2 - 1);
    HOURLY(6, 0, 1);
    pass(c, 1);
    HOURLY(6, 5, 0); /* the first five have left the hour */
    HOURLY(6, 0, HOUR / 2);
}

static void the_hour_is_of_all_jobs_together_and_of_one_mode(struct ct *c)
{
    begin_with_many(c, "one", MODE_SMTP, 4);
    HOURLY(5, 4, 0);
    begin_with_many(c, "two", MODE_DRYRUN, 6);
    HOURLY(5, 5, 0);
    begin_with_many(c, "three", MODE_SMTP, 4);
    HOURLY(5, 1, 0);
    ct_say(c, 0, SEND_REJECTED); /* and gives its part back */
    HOURLY(5, 1, 0);
    HOURLY(5, 0, HOUR);
}

static void the_narrowest_window_counts_and_the_last_to_open(struct ct *c)
{
    const struct send_want day = {.per_minute = 60, .per_hour = 3, .daily_cap = 4};
    begin_with_many(c, "job", MODE_SMTP, 12);
    for (int i = 0; i < 3; i++) {
        claim_want(c, __LINE__, day, 1, 0);
        pass(c, SECOND);
    }
    claim_want(c, __LINE__, day, 0, HOUR - 3 * SECOND);
    assert_int_equal(c->grant.window, WINDOW_HOUR);
    pass(c, HOUR - 3 * SECOND);
    claim_want(c, __LINE__, day, 1, 0);
    claim_want(c, __LINE__, day, 0, 23 * HOUR);
    assert_int_equal(c->grant.window, WINDOW_DAY);
}

#define RAMP(growth, cap, want, wait_us)                                                           \
    claim_want(c, __LINE__,                                                                        \
               (struct send_want){.ramp_start = 2, .ramp_growth = (growth), .daily_cap = (cap)},   \
               want, wait_us)

static void a_new_account_is_warmed_up_from_its_first_letter_on(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 20);
    pass(c, 100 * HOUR); /* nothing is counted before the first letter */
    RAMP(50, 5, 2, 0);
    RAMP(50, 5, 0, 24 * HOUR);
    assert_int_equal(c->grant.window, WINDOW_DAY);
    pass(c, 12 * HOUR);
    RAMP(50, 5, 0, 12 * HOUR);
    pass(c, 12 * HOUR);
    RAMP(50, 5, 3, 0); /* 2 * 1.5 */
    pass(c, 23 * HOUR);
    RAMP(50, 5, 0, HOUR);
    pass(c, HOUR);
    RAMP(50, 5, 4, 0); /* 2 * 1.5^2 = 4.5 */
    pass(c, 24 * HOUR);
    RAMP(50, 5, 5, 0); /* 6.75, but the cap is 5 */
    RAMP(50, 0, 1, 0); /* without one it goes on */
    RAMP(50, 0, 0, 24 * HOUR);
}

static void the_next_day_of_a_ramp_opens_before_the_oldest_letter_leaves(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 20);
    RAMP(100, 0, 2, 0);
    ct_say(c, 1, SEND_REJECTED);
    pass(c, 23 * HOUR);
    RAMP(100, 0, 1, 0);
    RAMP(100, 0, 0, HOUR);
    pass(c, HOUR);
    RAMP(100, 0, 3, 0); /* 4 on the second day, one of the first is still in the window */
    RAMP(100, 0, 0, 23 * HOUR);
    RAMP(0, 0, 0, 23 * HOUR); /* no growth: two each day */
}

static void a_letter_that_nobody_got_does_not_begin_the_ramp(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 20);
    RAMP(100, 0, 2, 0);
    ct_say(c, 0, SEND_REJECTED);
    ct_say(c, 1, SEND_QUEUED);
    ct_report(c, c->engine);
    pass(c, 48 * HOUR);
    RAMP(100, 0, 2, 0);
    RAMP(100, 0, 0, 24 * HOUR);
}

#define EACH(n, want, wait_us)                                                                     \
    claim_want(c, __LINE__, (struct send_want){.per_domain_per_hour = (n)}, want, wait_us)

static void a_domain_gets_so_many_an_hour_and_others_are_not_held_up(struct ct *c)
{
    begin(c, "job", MODE_SMTP);
    assert_true(ct_find(c,
                        "a@big.example b@big.example c@mx.big.example d@big.example "
                        "a@one.example a@two.example",
                        0));
    EACH(2, 4, 0);
    assert_string_equal(c->grant.rows[1].address, "b@big.example");
    assert_string_equal(c->grant.rows[2].address, "a@one.example");
    assert_string_equal(c->grant.rows[3].address, "a@two.example");
    EACH(2, 0, HOUR);
    assert_int_equal(c->grant.window, WINDOW_DOMAIN);
    assert_int_equal(ct_row(c, "c@mx.big.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).queued, 2);
    pass(c, HOUR / 2);
    assert_true(ct_find(c, "b@one.example", 0));
    EACH(2, 1, 0);
    EACH(2, 0, HOUR / 2);
    pass(c, HOUR / 2);
    EACH(2, 2, 0);
    assert_string_equal(c->grant.rows[0].address, "c@mx.big.example");
    assert_string_equal(c->grant.rows[1].address, "d@big.example");
    EACH(2, 0, 0);
}

static void the_hour_of_a_domain_is_of_all_jobs_together(struct ct *c)
{
    begin(c, "one", MODE_SMTP);
    assert_true(ct_find(c, "a@big.example b@big.example", 0));
    EACH(3, 2, 0);
    ct_say(c, 0, SEND_DEFERRED); /* gives its part back */
    ct_report(c, c->engine);
    begin(c, "two", MODE_SMTP);
    assert_true(ct_find(c, "c@big.example d@big.example e@big.example", 0));
    EACH(3, 2, 0);
    EACH(3, 0, HOUR);
    begin(c, "three", MODE_MAILDIR);
    assert_true(ct_find(c, "f@big.example g@big.example", 0));
    EACH(3, 2, 0);
}

static void the_hour_of_a_domain_is_kept_behind_rows_that_are_dropped(struct ct *c)
{
    bool changed;
    begin(c, "job", MODE_SMTP);
    assert_true(
        c->a->ops->suppress(c->a, "ana", "w", "a@big.example", "", true, &changed, &c->err));
    assert_true(ct_find(c, "a@big.example b@big.example c@big.example", 0));
    EACH(1, 1, 0);
    assert_int_equal(c->grant.suppressed, 1);
    assert_string_equal(c->grant.rows[0].address, "b@big.example");
    EACH(1, 0, HOUR);
}

/* A claim that leaves domains alone which asked for it. */
static void claim_kind(struct ct *c, int line, int32_t want, int32_t put_off)
{
    exchange(c, line, (struct send_want){.back_off = true});
    if (c->grant.count != want || c->grant.put_off != put_off)
        fail_msg("line %d: %d letters and %d put off, not %d and %d", line, c->grant.count,
                 c->grant.put_off, want, put_off);
}
#define KIND(want, put_off) claim_kind(c, __LINE__, want, put_off)

/* The server of row i's domain asks to wait. */
static void say_later(struct ct *c, int32_t i, int64_t wait_us)
{
    ct_say(c, i, SEND_DEFERRED);
    struct send_verdict *v = &c->verdict[c->verdicts - 1];
    v->code = 421;
    v->retry_at_us = c->clock.now + wait_us;
}

static void a_domain_that_asks_to_wait_is_left_alone_and_others_go_on(struct ct *c)
{
    begin(c, "job", MODE_SMTP);
    assert_true(ct_find(c, "a@big.example", 0));
    KIND(1, 0);
    say_later(c, 0, 60 * SECOND);
    ct_report(c, c->engine);
    assert_true(ct_find(c, "b@mx.big.example a@one.example c@big.example", 0));
    KIND(1, 2);
    assert_string_equal(c->grant.rows[0].address, "a@one.example");
    const struct ct_row *row = ct_row(c, "b@mx.big.example");
    assert_int_equal(row->state, SEND_DEFERRED);
    assert_int_equal(row->retry_at_us, ct_row(c, "a@big.example")->retry_at_us);
    assert_int_equal(row->code, 421);
    assert_int_equal(row->attempt, 0);
    assert_string_equal(row->reason, LEDGER_PUT_OFF_REASON);
    assert_int_equal(ct_term(c).deferred, 3);
    assert_int_equal(ct_term(c).queued, 0);
    assert_int_equal(ct_event(c, EVENT_DEFERRED).n2, 1);
    KIND(0, 0);
    assert_int_equal(c->grant.reason, GRANT_NOTHING); /* the term goes on with others */
    pass(c, 60 * SECOND - 1);
    KIND(0, 0);
    pass(c, 1);
    KIND(3, 0);
}

static void a_domains_waits_grow_until_one_gets_an_answer(struct ct *c)
{
    begin(c, "job", MODE_SMTP);
    assert_true(ct_find(c, "a@big.example", 0));
    KIND(1, 0);
    assert_int_equal(c->grant.rows[0].waited_us, 0);
    say_later(c, 0, 60 * SECOND);
    ct_report(c, c->engine);
    pass(c, 60 * SECOND);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    ct_release(c, JOB_STOPPED, 0);
    begin(c, "two", MODE_SMTP); /* another job's letter goes on where that one was */
    assert_true(ct_find(c, "b@big.example", 0));
    KIND(1, 0);
    assert_int_equal(c->grant.rows[0].waited_us, 60 * SECOND);
    say_later(c, 0, 300 * SECOND);
    ct_report(c, c->engine);
    assert_true(ct_find(c, "c@big.example", 0));
    KIND(0, 1);
    pass(c, 300 * SECOND);
    KIND(2, 0);
    assert_int_equal(c->grant.rows[1].waited_us > 0, true);
    ct_say(c, 0, SEND_SENT);
    say_later(c, 1, 900 * SECOND); /* one of the same claim got through */
    ct_report(c, c->engine);
    assert_true(ct_find(c, "d@big.example", 0));
    KIND(1, 0);
    assert_int_equal(c->grant.rows[0].waited_us, 0);
}

static void who_does_not_leave_domains_alone_asks_again(struct ct *c)
{
    begin(c, "job", MODE_SMTP);
    assert_true(ct_find(c, "a@big.example", 0));
    KIND(1, 0);
    say_later(c, 0, 60 * SECOND);
    ct_report(c, c->engine);
    assert_true(ct_find(c, "b@big.example", 0));
    exchange(c, __LINE__, (struct send_want){.back_off = false});
    assert_int_equal(c->grant.count, 1);
}

static void claim_braked(struct ct *c, int line, int32_t errors, int32_t percent, int32_t want)
{
    exchange(c, line,
             (struct send_want){.stop_after_errors = errors, .stop_at_rejections = percent});
    if (c->grant.count != want || c->grant.reason != (want > 0 ? GRANT_GO : GRANT_STOP))
        fail_msg("line %d: %d letters, answer %d", line, c->grant.count, (int)c->grant.reason);
}
#define BRAKED(errors, percent, want) claim_braked(c, __LINE__, errors, percent, want)

static void say_all(struct ct *c, const char *states)
{
    for (int32_t i = 0; states[i] != '\0'; i++)
        ct_say(c, i,
               states[i] == 's'   ? SEND_SENT
               : states[i] == 'r' ? SEND_REJECTED
               : states[i] == 'd' ? SEND_DEFERRED
                                  : SEND_IN_DOUBT);
    ct_report(c, c->engine);
}

static void a_job_stops_when_so_many_in_a_row_are_not_taken(struct ct *c)
{
    bool changed;
    begin_with_many(c, "job", MODE_SMTP, 7);
    BRAKED(3, 0, 7);
    say_all(c, "rrrrsrd");
    assert_true(ct_find(c, "a@a.example", 0));
    BRAKED(3, 0, 1);
    say_all(c, "?");
    assert_true(ct_find(c, "b@b.example c@c.example", 0));
    BRAKED(0, 0, 2);
    ct_say(c, 0, SEND_QUEUED); /* not tried: says nothing */
    ct_say(c, 1, SEND_QUEUED);
    BRAKED(3, 0, 0);
    assert_int_equal(ct_facts(c).desired, DESIRED_PAUSE);
    assert_string_equal(ct_event(c, EVENT_JOB_BRAKED).text, "3 letters in a row were not taken");
    BRAKED(3, 0, 0);
    assert_int_equal(ct_events(c, EVENT_JOB_BRAKED), 1);
    ct_release(c, JOB_PAUSED, 0);
    assert_int_equal(ct_facts(c).state, JOB_PAUSED);
    fake_clock_pass(&c->clock, SECOND);
    assert_true(ct_control(c, CONTROL_RESUME, MODE_SMTP, &changed)); /* they count anew */
    ct_take(c, MODE_SMTP);
    BRAKED(3, 0, 2);
}

static void a_job_stops_when_too_many_of_a_hundred_are_refused(struct ct *c)
{
    begin_with_many(c, "job", MODE_SMTP, 50);
    BRAKED(0, 2, 50);
    say_all(c, "rsrsssssssssssssssssssssssssssssssssssssssssssssss");
    assert_true(ct_find(c, "a@a.example b@b.example", 0));
    BRAKED(0, 2, 2);
    say_all(c, "sr");
    assert_true(ct_find(c, "c@c.example", 0));
    BRAKED(0, 3, 1);
    say_all(c, "s");
    assert_true(ct_find(c, "d@d.example", 0));
    BRAKED(0, 2, 0);
    assert_string_equal(ct_event(c, EVENT_JOB_BRAKED).text,
                        "3 of its last 53 letters were refused for good");
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
    CT_PROMISE(the_hour_is_never_passed),
    CT_PROMISE(the_hour_is_of_all_jobs_together_and_of_one_mode),
    CT_PROMISE(the_narrowest_window_counts_and_the_last_to_open),
    CT_PROMISE(a_new_account_is_warmed_up_from_its_first_letter_on),
    CT_PROMISE(the_next_day_of_a_ramp_opens_before_the_oldest_letter_leaves),
    CT_PROMISE(a_letter_that_nobody_got_does_not_begin_the_ramp),
    CT_PROMISE(a_domain_gets_so_many_an_hour_and_others_are_not_held_up),
    CT_PROMISE(the_hour_of_a_domain_is_of_all_jobs_together),
    CT_PROMISE(the_hour_of_a_domain_is_kept_behind_rows_that_are_dropped),
    CT_PROMISE(a_domain_that_asks_to_wait_is_left_alone_and_others_go_on),
    CT_PROMISE(a_domains_waits_grow_until_one_gets_an_answer),
    CT_PROMISE(who_does_not_leave_domains_alone_asks_again),
    CT_PROMISE(a_job_stops_when_so_many_in_a_row_are_not_taken),
    CT_PROMISE(a_job_stops_when_too_many_of_a_hundred_are_refused),
    CT_PROMISE(a_limit_is_told_before_a_window),
    CT_PROMISE(a_job_stops_after_its_first_letters_until_they_are_confirmed),
    CT_PROMISE(a_job_is_confirmed_as_it_rests),
    CT_PROMISE(a_stopped_job_is_confirmed_and_stays_stopped),
    CT_PROMISE(only_real_mail_needs_a_confirmation),
};
const int ct_window_count = sizeof ct_window_promises / sizeof *ct_window_promises;
