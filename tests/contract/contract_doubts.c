/* contract_doubts.c - promises about letters without a verdict: after a crash, a takeover, an
 * answer that was lost. If one were broken, a letter would be forgotten or sent again unasked. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};

static const char four[] = "a@a.example b@b.example c@c.example d@d.example";

/* A job at work whose term has these addresses queued. */
static void begin_with(struct ct *c, const struct ct_spec *spec, const char *addresses)
{
    ct_begin(c, spec, MODE_SMTP);
    assert_true(ct_find(c, addresses, 0));
}

static int32_t open_rows(struct ct *c, struct uuid engine, const struct uuid *job,
                         struct send_open *rows)
{
    int32_t count = -1;
    assert_true(c->a->ops->sends_open(c->a, engine, job, rows, MAIL_BATCH_MAX, &count, &c->err));
    return count;
}

static void open_letters_are_those_without_a_verdict(struct ct *c)
{
    struct send_open rows[MAIL_BATCH_MAX];
    begin_with(c, &plain, four);
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 0);
    assert_true(ct_claim(c, 3));
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 3);
    assert_true(uuid_equal(rows[0].id, c->grant.rows[0].id)); /* oldest first */
    assert_true(uuid_equal(rows[0].job, c->job));
    assert_int_equal(rows[0].mode, MODE_SMTP);
    assert_int_equal(rows[0].state, SEND_CLAIMED);
    assert_int_equal(open_rows(c, c->other, NULL, rows), 0);
    struct uuid none = uuid_from_bytes("x", 1);
    assert_int_equal(open_rows(c, c->engine, &none, rows), 0);
    assert_int_equal(open_rows(c, c->engine, &c->job, rows), 3);
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_IN_DOUBT); /* a verdict like any other */
    ct_report(c, c->engine);
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 1);
    assert_true(uuid_equal(rows[0].id, c->grant.rows[2].id));
}

static void open_letters_of_the_former_engine_stay_its_own(struct ct *c)
{
    struct send_open rows[MAIL_BATCH_MAX];
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 2));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_SMTP, &lease));
    assert_int_equal(open_rows(c, c->other, NULL, rows), 0);
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 2);
    assert_int_equal(rows[0].state, SEND_IN_DOUBT);
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_QUEUED);
    ct_report(c, c->engine);
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 0);
}

/* Otherwise its engine would be asked about the letter at each start, for ever. */
static void a_letter_of_which_its_engine_knows_no_more_is_not_open(struct ct *c)
{
    struct send_open rows[MAIL_BATCH_MAX];
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 1));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_SMTP, &lease));
    assert_int_equal(ct_events(c, EVENT_IN_DOUBT), 1);
    ct_say(c, 0, SEND_IN_DOUBT);
    ct_report(c, c->engine);
    assert_int_equal(open_rows(c, c->engine, NULL, rows), 0);
    assert_int_equal(ct_events(c, EVENT_IN_DOUBT), 1); /* it was told already */
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_IN_DOUBT);
    struct send_verdict later = {.id = ct_row(c, "a@a.example")->id, .state = SEND_SENT};
    assert_true(c->a->ops->sends_end(c->a, c->engine, &later, 1, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT); /* evidence is welcome */
}

/* Everything that decides, asked with a claim that ran out; returns how much of it was accepted. */
static int decide_late(struct ct *c, struct authority *a, const struct lease *old,
                       const struct search_result *found, const struct send_want *want)
{
    struct progress seen;
    struct search_taken taken;
    struct send_grant grant;
    struct move move = {.kind = MOVE_TERM_END, .term_end = TERM_DONE};
    struct release how = {JOB_FAILED, 0, "it broke"};
    struct err err[6] = {{0}};
    int accepted = a->ops->lease_renew(a, old, &seen, &err[0]);
    accepted += a->ops->job_move(a, old, c->plan, &move, 0, &err[1]);
    accepted += a->ops->search_end(a, old, found, want, &taken, &grant, &err[2]);
    accepted += a->ops->search_failed(a, old, found->group_no, found->term_no, "it", &err[3]);
    accepted += a->ops->sends_exchange(a, old, NULL, 0, want, &grant, &err[4]);
    accepted += a->ops->lease_release(a, old, &how, &err[5]);
    for (int i = 0; i < 6; i++)
        accepted += err[i].kind != ERR_FENCED;
    return accepted;
}

/* The holder finds an address and has its letter in its hands. */
static struct search_result find_one(struct ct *c, int i, struct search_page *page,
                                     struct lead_found *lead)
{
    const struct plan_term *t = &c->plan->terms[0];
    (void)str_format(lead->address, sizeof lead->address, "p%d@d%d.example", i, i);
    *page = (struct search_page){.url = "http://a.example/", .leads = lead, .count = 1};
    return (struct search_result){.group_no = c->plan->groups[0].group_no,
                                  .term_no = t->term_no,
                                  .room = 1,
                                  .pages = page,
                                  .count = 1,
                                  .end = t->cursor};
}

/* One letter is in the holder's hands when it stands still for longer than its lease; another
 * engine takes the job over, and then the first goes on as if nothing had been. */
static int stall(struct ct *c, int i)
{
    struct authority *first = c->lanes[1 + i % 2], *second = c->lanes[2 - i % 2];
    struct uuid me = i % 2 == 0 ? c->engine : c->other, other = i % 2 == 0 ? c->other : c->engine;
    struct send_open rows[MAIL_BATCH_MAX];
    struct lease old = c->lease;
    struct lead_found lead = {0};
    struct search_page page;
    struct search_result found = find_one(c, i, &page, &lead);
    struct send_want want = {.group_no = found.group_no, .term_no = found.term_no, .count = 1};
    assert_true(first->ops->search_end(first, &old, &found, &want, &c->taken, &c->grant, &c->err));
    assert_int_equal(c->grant.count, 1);
    fake_clock_pass(&c->clock, LEASE_TTL_US);
    c->a = second;
    assert_true(ct_acquire(c, other, MODE_SMTP, &c->lease));
    lead.address[0] = 'q'; /* which nobody has found yet */
    found.end.ended = true;
    int accepted = decide_late(c, first, &old, &found, &want);
    assert_int_equal(open_rows(c, me, NULL, rows), 1); /* in doubt until it tells */
    ct_say(c, 0, SEND_SENT);
    accepted += first->ops->sends_exchange(first, &old, c->verdict, 1, &want, &c->grant, &c->err);
    c->verdict[0].state = SEND_REJECTED; /* a place would be free */
    assert_true(first->ops->sends_end(first, me, c->verdict, 1, &c->err));
    c->verdicts = 0;
    assert_int_equal(open_rows(c, me, NULL, rows), 0);
    arena_done(&c->arena);
    const struct plan_term *after = &ct_load(c)->terms[0];
    assert_int_equal(after->counted, i + 1);
    assert_int_equal(after->state, TERM_RUNNING);
    assert_int_equal(after->failures, 0);
    assert_false(after->cursor.ended);
    return accepted;
}

/* The measure of a lease: whoever stood still decides nothing afterwards, and what it did before
 * counts once. */
static void of_a_thousand_that_stood_still_none_decides_and_each_is_heard(struct ct *c)
{
    enum { STALLS = 1000 };
    int accepted = 0;
    ct_begin(c, &(struct ct_spec){.groups = "g:t", .loop_interval = 10000, .max = 10000},
             MODE_SMTP);
    ct_lane(c); /* the other engine's, lanes[2] */
    for (int i = 0; i < STALLS; i++)
        accepted += stall(c, i);
    assert_int_equal(accepted, 0);
    assert_int_equal(ct_load(c)->total, STALLS);
    assert_int_equal(ct_count(c, CT_LEADS), STALLS);
    assert_int_equal(ct_facts(c).state, JOB_RUNNING);
}

static void doubt(struct ct *c, const char *address)
{
    ct_contact(c, address, SEND_IN_DOUBT);
}

static void the_operator_settles_a_letter_in_doubt_as_sent(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    doubt(c, "a@a.example");
    struct uuid id = ct_row(c, "a@a.example")->id;
    assert_true(c->a->ops->send_settle(c->a, "ana", id, SETTLE_SENT, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
    assert_int_equal(ct_term(c).counted, 1);
    assert_string_equal(ct_event(c, EVENT_SEND_SETTLED).actor, "ana");
}

static void the_operator_has_a_letter_in_doubt_sent_again(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    doubt(c, "a@a.example");
    struct uuid id = ct_row(c, "a@a.example")->id;
    assert_true(c->a->ops->send_settle(c->a, "ana", id, SETTLE_AGAIN, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).counted, 0);
    assert_int_equal(ct_term(c).queued, 1);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.count, 1);
}

static void the_operator_drops_a_letter_in_doubt(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    doubt(c, "a@a.example");
    struct uuid id = ct_row(c, "a@a.example")->id;
    assert_true(c->a->ops->send_settle(c->a, "ana", id, SETTLE_DROP, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_CANCELLED);
    assert_int_equal(ct_term(c).counted, 0);
}

static void the_operator_settles_a_held_letter(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_HELD);
    ct_contact(c, "b@b.example", SEND_HELD);
    struct uuid a = ct_row(c, "a@a.example")->id;
    struct uuid b = ct_row(c, "b@b.example")->id;
    assert_false(c->a->ops->send_settle(c->a, "ana", a, SETTLE_SENT, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_true(c->a->ops->send_settle(c->a, "ana", a, SETTLE_AGAIN, &c->err));
    assert_true(c->a->ops->send_settle(c->a, "ana", b, SETTLE_DROP, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_QUEUED);
    assert_int_equal(ct_row(c, "b@b.example")->state, SEND_CANCELLED);
}

static void only_letters_in_doubt_or_held_can_be_settled(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 2));
    ct_say(c, 0, SEND_SENT);
    ct_report(c, c->engine);
    static const char *const addresses[] = {"a@a.example", "b@b.example", "c@c.example"};
    for (size_t i = 0; i < 3; i++) {
        enum send_state state = ct_row(c, addresses[i])->state;
        struct uuid id = ct_row(c, addresses[i])->id;
        assert_false(c->a->ops->send_settle(c->a, "ana", id, SETTLE_DROP, &c->err));
        assert_int_equal(c->err.kind, ERR_REFUSED);
        assert_int_equal(ct_row(c, addresses[i])->state, state);
    }
    struct uuid none = uuid_from_bytes("x", 1);
    assert_false(c->a->ops->send_settle(c->a, "ana", none, SETTLE_DROP, &c->err));
}

const struct ct_promise ct_doubt_promises[] = {
    CT_PROMISE(open_letters_are_those_without_a_verdict),
    CT_PROMISE(open_letters_of_the_former_engine_stay_its_own),
    CT_PROMISE(a_letter_of_which_its_engine_knows_no_more_is_not_open),
    CT_PROMISE(of_a_thousand_that_stood_still_none_decides_and_each_is_heard),
    CT_PROMISE(the_operator_settles_a_letter_in_doubt_as_sent),
    CT_PROMISE(the_operator_has_a_letter_in_doubt_sent_again),
    CT_PROMISE(the_operator_drops_a_letter_in_doubt),
    CT_PROMISE(the_operator_settles_a_held_letter),
    CT_PROMISE(only_letters_in_doubt_or_held_can_be_settled),
};
const int ct_doubt_count = sizeof ct_doubt_promises / sizeof *ct_doubt_promises;
