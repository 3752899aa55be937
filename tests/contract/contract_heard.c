/* contract_heard.c - promises about what comes back: bounces, delays, answers. If one were broken,
 * somebody who wrote back would be written to by a machine again, a forged report would silence
 * somebody, or reading a mailbox twice would count twice. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};
static const char one[] = "a@a.example";

static struct heard message(struct uuid id, enum heard_kind kind)
{
    struct heard h = {.kind = kind, .ids = {id}, .id_count = 1, .code = 0};
    if (kind == HEARD_BOUNCED)
        h.code = 550;
    (void)str_copy(h.words, sizeof h.words, "as the relay has it");
    return h;
}

static struct heard_result hear_as(struct ct *c, const struct heard *h, bool try)
{
    struct heard_result ret;
    assert_true(c->a->ops->send_heard(c->a, "ana", h, try, &ret, &c->err));
    return ret;
}

static struct heard_result hear(struct ct *c, const char *address, enum heard_kind kind)
{
    struct heard h = message(ct_row(c, address)->id, kind);
    h.nobody = kind == HEARD_BOUNCED;
    return hear_as(c, &h, false);
}

static void a_bounce_is_kept_told_and_its_address_suppressed(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    int64_t audits = ct_count(c, CT_AUDITS);
    struct heard_result got = hear(c, one, HEARD_BOUNCED);
    assert_true(got.ours && got.changed && got.suppressed);
    assert_int_equal(got.state, SEND_SENT);
    assert_string_equal(got.address, one);
    assert_int_equal(ct_row(c, one)->state, SEND_SENT); /* it was sent, and holds its place */
    assert_int_equal(ct_row(c, one)->heard, HEARD_BOUNCED);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 1);
    assert_int_equal(ct_count(c, CT_AUDITS), audits + 2);
    struct ct_event event = ct_event(c, EVENT_LETTER_BOUNCED);
    assert_string_equal(event.actor, "ana");
    assert_string_equal(event.text, "as the relay has it");
    assert_int_equal(ct_term(c).counted, 1);
}

static void a_bounce_of_somebody_who_is_there_suppresses_nobody(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    struct heard h = message(ct_row(c, one)->id, HEARD_BOUNCED); /* a full mailbox */
    struct heard_result got = hear_as(c, &h, false);
    assert_true(got.changed && !got.suppressed);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 0);
}

static void what_was_heard_already_changes_nothing(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    for (int kind = HEARD_DELAYED; kind < HEARD_KINDS; kind++) {
        assert_true(hear(c, one, (enum heard_kind)kind).changed);
        int64_t audits = ct_count(c, CT_AUDITS);
        for (int again = HEARD_DELAYED; again <= kind; again++) {
            struct heard_result got = hear(c, one, (enum heard_kind)again);
            assert_true(got.ours && !got.changed && !got.suppressed);
        }
        assert_int_equal(ct_count(c, CT_AUDITS), audits);
        assert_int_equal(ct_row(c, one)->heard, kind);
    }
    assert_int_equal(ct_events(c, EVENT_LETTER_DELAYED), 1);
    assert_int_equal(ct_events(c, EVENT_LETTER_ANSWERED), 1);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 1);
}

/* An operator who allows an address again is not overruled by the same mailbox. */
static void an_address_that_was_allowed_again_stays_allowed(struct ct *c)
{
    bool changed;
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    assert_true(hear(c, one, HEARD_BOUNCED).suppressed);
    assert_true(c->a->ops->suppress(c->a, "ana", "w", one, "", false, &changed, &c->err));
    assert_false(hear(c, one, HEARD_BOUNCED).suppressed);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 0);
}

static void what_comes_back_ends_a_doubt(struct ct *c)
{
    static const struct {
        enum heard_kind kind;
        enum send_state state;
    } cases[] = {{HEARD_DELAYED, SEND_IN_DOUBT},
                 {HEARD_BOUNCED, SEND_REJECTED},
                 {HEARD_DELIVERED, SEND_SENT},
                 {HEARD_ANSWERED, SEND_SENT}};
    static const char *const addresses[] = {"a@a.example", "b@b.example", "c@c.example",
                                            "d@d.example"};
    ct_begin(c, &plain, MODE_SMTP);
    for (int i = 0; i < 4; i++) {
        ct_contact(c, addresses[i], SEND_IN_DOUBT);
        assert_int_equal(hear(c, addresses[i], cases[i].kind).state, cases[i].state);
        assert_int_equal(ct_row(c, addresses[i])->state, cases[i].state);
    }
    assert_int_equal(ct_term(c).counted, 3);
    assert_int_equal(ct_load(c)->total, 3);
    assert_int_equal(ct_row(c, "b@b.example")->code, 550);
    assert_string_equal(ct_row(c, "b@b.example")->reason, "as the relay has it");
    assert_int_equal(ct_events(c, EVENT_REJECTED), 1);
    assert_int_equal(ct_events(c, EVENT_SENT), 2);
}

/* Two messages in either order end a doubt in the same way, at the latest with the second. */
static void the_order_of_two_messages_does_not_matter_to_what_is_kept(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    ct_contact(c, "b@b.example", SEND_SENT);
    (void)hear(c, one, HEARD_BOUNCED);
    (void)hear(c, one, HEARD_ANSWERED);
    (void)hear(c, "b@b.example", HEARD_ANSWERED);
    (void)hear(c, "b@b.example", HEARD_BOUNCED);
    assert_int_equal(ct_row(c, one)->heard, HEARD_ANSWERED);
    assert_int_equal(ct_row(c, "b@b.example")->heard, HEARD_ANSWERED);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 2);
}

/* The bounce was quicker than the engine, which then died. */
static void what_was_heard_before_the_doubt_ends_it_when_heard_again(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, one, 0));
    assert_true(ct_claim(c, 1));
    assert_int_equal(hear(c, one, HEARD_BOUNCED).state, SEND_CLAIMED);
    assert_int_equal(ct_row(c, one)->state, SEND_CLAIMED); /* it is the engine's to say */
    ct_say(c, 0, SEND_IN_DOUBT);
    ct_report(c, c->engine);
    struct heard_result got = hear(c, one, HEARD_BOUNCED);
    assert_true(got.changed && got.state == SEND_REJECTED);
    assert_int_equal(ct_events(c, EVENT_LETTER_BOUNCED), 1);
}

static void who_answered_is_not_written_to_again(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_IN_DOUBT);
    struct uuid id = ct_row(c, one)->id;
    assert_true(c->a->ops->send_settle(c->a, "ana", id, SETTLE_AGAIN, &c->err));
    assert_true(hear(c, one, HEARD_ANSWERED).suppressed);
    assert_int_equal(ct_row(c, one)->state, SEND_QUEUED);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(ct_row(c, one)->state, SEND_SUPPRESSED);
}

static void a_message_about_nothing_of_ours_changes_nothing(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    int64_t audits = ct_count(c, CT_AUDITS);
    struct heard h = message(uuid_from_bytes("forged", 6), HEARD_BOUNCED);
    h.nobody = true;
    assert_false(hear_as(c, &h, false).ours);
    h.id_count = 0;
    assert_false(hear_as(c, &h, false).ours);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 0);
    assert_int_equal(ct_count(c, CT_AUDITS), audits);
}

/* An answer refers to the whole talk so far. */
static void of_several_ids_the_first_that_is_ours_counts(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_SENT);
    ct_contact(c, "b@b.example", SEND_SENT);
    struct heard h = message(uuid_from_bytes("another", 7), HEARD_ANSWERED);
    h.ids[1] = ct_row(c, "b@b.example")->id;
    h.ids[2] = ct_row(c, one)->id;
    h.id_count = 3;
    assert_string_equal(hear_as(c, &h, false).address, "b@b.example");
    assert_int_equal(ct_row(c, one)->heard, HEARD_NOTHING);
}

static void a_dry_run_has_nothing_that_could_come_back(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    ct_contact(c, one, SEND_SIMULATED);
    assert_false(hear(c, one, HEARD_BOUNCED).ours);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 0);
}

static void a_try_says_what_would_be(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, one, SEND_IN_DOUBT);
    int64_t audits = ct_count(c, CT_AUDITS);
    struct heard h = message(ct_row(c, one)->id, HEARD_BOUNCED);
    h.nobody = true;
    struct heard_result got = hear_as(c, &h, true);
    assert_true(got.ours && got.changed && got.suppressed);
    assert_int_equal(got.state, SEND_REJECTED);
    assert_int_equal(ct_row(c, one)->state, SEND_IN_DOUBT);
    assert_int_equal(ct_row(c, one)->heard, HEARD_NOTHING);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 0);
    assert_int_equal(ct_count(c, CT_AUDITS), audits);
}

const struct ct_promise ct_heard_promises[] = {
    CT_PROMISE(a_bounce_is_kept_told_and_its_address_suppressed),
    CT_PROMISE(a_bounce_of_somebody_who_is_there_suppresses_nobody),
    CT_PROMISE(what_was_heard_already_changes_nothing),
    CT_PROMISE(an_address_that_was_allowed_again_stays_allowed),
    CT_PROMISE(what_comes_back_ends_a_doubt),
    CT_PROMISE(the_order_of_two_messages_does_not_matter_to_what_is_kept),
    CT_PROMISE(what_was_heard_before_the_doubt_ends_it_when_heard_again),
    CT_PROMISE(who_answered_is_not_written_to_again),
    CT_PROMISE(a_message_about_nothing_of_ours_changes_nothing),
    CT_PROMISE(of_several_ids_the_first_that_is_ours_counts),
    CT_PROMISE(a_dry_run_has_nothing_that_could_come_back),
    CT_PROMISE(a_try_says_what_would_be),
};
const int ct_heard_count = sizeof ct_heard_promises / sizeof *ct_heard_promises;
