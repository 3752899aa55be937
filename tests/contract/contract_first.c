/* contract_first.c - promises about the letters that a search's report allows at once, and about
 * the template that comes with them. If one were broken, a limit would be passed that every other
 * claim keeps, or a letter would be written from an old text. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};

static const char four[] = "a@a.example b@b.example c@c.example d@d.example";

static bool want(struct ct *c, const char *addresses, int32_t count)
{
    return ct_find_want(c, addresses, (struct send_want){.count = count});
}

static void a_search_brings_the_first_letters(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(want(c, four, 3));
    assert_int_equal(c->taken.queued, 4);
    assert_int_equal(c->grant.reason, GRANT_GO);
    assert_int_equal(c->grant.count, 3);
    assert_string_equal(c->grant.rows[0].address, "a@a.example");
    assert_string_equal(c->grant.rows[2].address, "c@c.example");
    assert_int_equal(c->grant.rows[0].attempt, 1);
    assert_string_equal(c->grant.rows[0].title, "A page");
    assert_int_equal(ct_row(c, "c@c.example")->state, SEND_CLAIMED);
    assert_int_equal(ct_row(c, "d@d.example")->state, SEND_QUEUED);
    assert_int_equal(ct_event(c, EVENT_CLAIMED).n1, 3);
}

static void both_answers_tell_the_position_after_the_claim(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(want(c, four, 3));
    assert_int_equal(c->taken.progress.term_counted, 3);
    assert_int_equal(c->taken.progress.group_counted, 3);
    assert_int_equal(c->taken.progress.queued, 1);
    assert_int_equal(c->grant.progress.term_counted, 3);
    assert_int_equal(c->grant.progress.total, 3);
    assert_int_equal(ct_term(c).counted, 3);
}

static void nothing_is_claimed_unless_it_is_wanted(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(want(c, four, 0));
    assert_int_equal(c->taken.queued, 4);
    assert_int_equal(c->grant.reason, GRANT_GO);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(c->grant.progress.queued, 4);
    assert_int_equal(ct_events(c, EVENT_CLAIMED), 0);
}

static void letters_that_wait_go_before_those_just_found(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "z@z.example y@y.example", 0));
    assert_true(want(c, four, 3));
    assert_int_equal(c->grant.count, 3);
    assert_string_equal(c->grant.rows[0].address, "z@z.example");
    assert_string_equal(c->grant.rows[1].address, "y@y.example");
    assert_string_equal(c->grant.rows[2].address, "a@a.example");
}

static void the_first_letters_are_bound_by_the_limits(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g:a,b", .loop_interval = 10, .max = 5}, MODE_SMTP);
    assert_true(want(c, four, 50));
    assert_int_equal(c->taken.queued, 4);
    assert_int_equal(c->grant.count, 3); /* the share of the pass */
    assert_true(want(c, "e@e.example", 50));
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(ct_term(c).counted, 3);
}

static void the_first_letters_are_bound_by_pace_and_cap(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find_want(c, four, (struct send_want){.count = 50, .per_minute = 6}));
    assert_int_equal(c->grant.count, 1); /* one in ten seconds */
    assert_true(ct_find_want(c, "e@e.example", (struct send_want){.count = 50, .per_minute = 6}));
    assert_int_equal(c->grant.reason, GRANT_WAIT);
    assert_int_equal(c->grant.wait_until_us, c->clock.now + INT64_C(10000000));
    assert_true(ct_find_want(c, "f@f.example", (struct send_want){.count = 50, .daily_cap = 3}));
    assert_int_equal(c->grant.count, 2);
    assert_true(ct_find_want(c, "g@g.example", (struct send_want){.count = 50, .daily_cap = 3}));
    assert_int_equal(c->grant.reason, GRANT_WAIT);
    assert_int_equal(c->grant.count, 0);
}

static void who_is_suppressed_is_not_among_the_first(struct ct *c)
{
    bool changed;
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(c->a->ops->suppress(c->a, "ana", "w", "b@b.example", "", true, &changed, &c->err));
    assert_true(want(c, four, 50));
    assert_int_equal(c->grant.count, 3);
    assert_int_equal(c->grant.suppressed, 1);
    assert_string_equal(c->grant.rows[1].address, "c@c.example");
    assert_int_equal(ct_row(c, "b@b.example")->state, SEND_SUPPRESSED);
}

static void a_job_that_shall_stop_gets_no_first_letters(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_true(want(c, four, 50));
    assert_int_equal(c->taken.queued, 4);
    assert_int_equal(c->grant.reason, GRANT_STOP);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(c->grant.progress.desired, DESIRED_STOP);
    assert_int_equal(ct_events(c, EVENT_CLAIMED), 0);
}

static void the_first_letters_are_released_like_any_other(struct ct *c)
{
    struct send_open rows[MAIL_BATCH_MAX];
    int32_t open = 0;
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(want(c, four, 2));
    assert_true(c->a->ops->sends_open(c->a, c->engine, &c->job, rows, 50, &open, &c->err));
    assert_int_equal(open, 2); /* so that they are found when the answer was lost */
    ct_say(c, 0, SEND_QUEUED);
    ct_say(c, 1, SEND_QUEUED);
    assert_true(ct_control(c, CONTROL_PAUSE, MODE_SMTP, NULL));
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.reason, GRANT_STOP);
    assert_int_equal(c->grant.progress.term_counted, 0);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_QUEUED);
}

static void without_a_lease_a_search_brings_nothing(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    fake_clock_pass(&c->clock, LEASE_TTL_US);
    assert_false(want(c, four, 50));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(ct_rows(c), 0);
}

static void subject_is(struct ct *c, const char *text)
{
    struct template_def t;
    assert_true(
        c->a->ops->template_load(c->a, c->job, ct_group(c).group_no, &c->arena, &t, &c->err));
    assert_string_equal(t.subject, text);
}

/* Behind the lane's back, so that only the database knows. */
static void change_subject(struct ct *c, const char *text)
{
    struct authority *other = c->lanes[0];
    struct template_def t = {"letter", text, "Words", NULL};
    assert_true(other->ops->template_put(other, "ana", "w", &t, &c->err));
}

/* Whatever an adapter keeps of it between two commands. */
static void the_template_after_a_claim_is_the_one_at_the_claim_or_later(struct ct *c)
{
    struct template_def t;
    ct_begin(c, &plain, MODE_SMTP);
    int32_t group_no = ct_group(c).group_no;
    static const char *const subjects[] = {"Hello", "First", "First", "Second"};
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        char address[40];
        (void)str_format(address, sizeof address, "p%d@d%d.example", (int)i, (int)i);
        if (i > 0)
            change_subject(c, subjects[i]);
        assert_true(i % 2 == 0 ? want(c, address, 1) : ct_find(c, address, 0) && ct_claim(c, 1));
        assert_int_equal(c->grant.count, 1);
        assert_true(c->a->ops->template_load(c->a, c->job, group_no, &c->arena, &t, &c->err));
        assert_string_equal(t.name, "letter");
        assert_string_equal(t.subject, subjects[i]);
    }
    change_subject(c, "Third");
    subject_is(c, "Third"); /* other commands came between */
}

static void a_claim_brings_no_template_of_another_group(struct ct *c)
{
    struct template_def t;
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(want(c, "a@a.example", 1));
    assert_false(c->a->ops->template_load(c->a, c->job, 9999, &c->arena, &t, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

const struct ct_promise ct_first_promises[] = {
    CT_PROMISE(a_search_brings_the_first_letters),
    CT_PROMISE(both_answers_tell_the_position_after_the_claim),
    CT_PROMISE(nothing_is_claimed_unless_it_is_wanted),
    CT_PROMISE(letters_that_wait_go_before_those_just_found),
    CT_PROMISE(the_first_letters_are_bound_by_the_limits),
    CT_PROMISE(the_first_letters_are_bound_by_pace_and_cap),
    CT_PROMISE(who_is_suppressed_is_not_among_the_first),
    CT_PROMISE(a_job_that_shall_stop_gets_no_first_letters),
    CT_PROMISE(the_first_letters_are_released_like_any_other),
    CT_PROMISE(without_a_lease_a_search_brings_nothing),
    CT_PROMISE(the_template_after_a_claim_is_the_one_at_the_claim_or_later),
    CT_PROMISE(a_claim_brings_no_template_of_another_group),
};
const int ct_first_count = sizeof ct_first_promises / sizeof *ct_first_promises;
