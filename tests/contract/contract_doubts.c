/* contract_doubts.c - promises about letters without a verdict: after a crash, a takeover, an
 * answer that was lost. If one were broken, a letter would be forgotten or sent again unasked. */
#include "contract/contract.h"

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
    CT_PROMISE(the_operator_settles_a_letter_in_doubt_as_sent),
    CT_PROMISE(the_operator_has_a_letter_in_doubt_sent_again),
    CT_PROMISE(the_operator_drops_a_letter_in_doubt),
    CT_PROMISE(the_operator_settles_a_held_letter),
    CT_PROMISE(only_letters_in_doubt_or_held_can_be_settled),
};
const int ct_doubt_count = sizeof ct_doubt_promises / sizeof *ct_doubt_promises;
