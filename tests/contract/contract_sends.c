/* contract_sends.c - promises about letters: claims, limits, verdicts, doubts. If one were broken,
 * somebody would be written to twice, or a limit would be passed, or a place would be lost. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static const struct ct_spec plain = {0};

static const char four[] = "a@a.example b@b.example c@c.example d@d.example";

/* A job at work whose term has these addresses queued. */
static void begin_with(struct ct *c, const struct ct_spec *spec, const char *addresses)
{
    ct_begin(c, spec, MODE_SMTP);
    assert_true(ct_find(c, addresses, 0));
}

static void letters_are_claimed_in_the_order_of_queueing(struct ct *c)
{
    begin_with(c, &plain, "z@z.example a@a.example m@m.example");
    assert_true(ct_claim(c, 2));
    assert_int_equal(c->grant.reason, GRANT_GO);
    assert_int_equal(c->grant.count, 2);
    assert_string_equal(c->grant.rows[0].address, "z@z.example");
    assert_string_equal(c->grant.rows[1].address, "a@a.example");
    assert_int_equal(ct_row(c, "z@z.example")->state, SEND_CLAIMED);
    assert_int_equal(ct_row(c, "m@m.example")->state, SEND_QUEUED);
    assert_int_equal(ct_event(c, EVENT_CLAIMED).n1, 2);
}

static void a_claimed_letter_brings_what_is_known_of_its_lead(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find_at(c, "http://where.example/", "a@a.example", 0));
    assert_true(ct_claim(c, 1));
    const struct send_row *row = &c->grant.rows[0];
    const struct ct_row *stored = ct_row(c, "a@a.example");
    assert_true(uuid_equal(row->id, stored->id));
    assert_int_equal(row->seq, stored->seq);
    assert_int_equal(row->attempt, 1);
    assert_string_equal(row->company, "A company");
    assert_string_equal(row->title, "A page");
    assert_string_equal(row->language, "en");
    assert_string_equal(row->url, "http://where.example/");
    assert_int_equal(row->claimed_at_us, c->clock.now);
}

static void a_claimed_letter_holds_a_place_at_once(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 3));
    assert_int_equal(c->grant.progress.term_counted, 3);
    assert_int_equal(c->grant.progress.group_counted, 3);
    assert_int_equal(c->grant.progress.queued, 1);
    assert_int_equal(c->grant.progress.total, 3);
    assert_int_equal(ct_term(c).counted, 3);
    assert_int_equal(ct_group(c).counted, 3);
    assert_int_equal(ct_load(c)->total, 3);
}

static void a_claimed_letter_is_not_claimed_again(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 4));
    assert_true(ct_claim(c, 4));
    assert_int_equal(c->grant.reason, GRANT_NOTHING);
    assert_int_equal(c->grant.count, 0);
}

static void loop_interval_is_never_passed(struct ct *c)
{
    begin_with(c, &(struct ct_spec){.loop_interval = 3}, four);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.count, 3);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(ct_term(c).counted, 3);
}

static void the_limit_of_the_group_is_never_passed(struct ct *c)
{
    struct ct_spec spec = {
        .groups = "g:a,b", .distribution = DISTRIBUTION_RANDOM, .loop_interval = 3, .max = 5};
    begin_with(c, &spec, four);
    assert_true(ct_claim(c, 50));
    for (int i = 0; i < 3; i++)
        ct_say(c, i, SEND_SENT);
    ct_report(c, c->engine);
    ct_go(c); /* the second term */
    assert_true(ct_find(c, "e@e.example f@f.example g@g.example", 0));
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.count, 2);
    assert_int_equal(ct_group(c).counted, 5);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
}

static void the_share_of_a_pass_is_never_passed(struct ct *c)
{
    struct ct_spec spec = {.groups = "g:a,b", .loop_interval = 10, .max = 5};
    begin_with(c, &spec, four);
    assert_int_equal(ct_term(c).target, 3); /* 5 places among 2 terms */
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.count, 3);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
}

static void a_letter_by_hand_is_bound_by_all_limits_but_the_share_of_the_pass(struct ct *c)
{
    struct ct_spec spec = {.groups = "g:a,b", .loop_interval = 4, .max = 5};
    begin_with(c, &spec, "a@a.example b@b.example c@c.example d@d.example e@e.example");
    ct_release(c, JOB_RUNNING, 0);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_true(
        c->a->ops->job_acquire_one(c->a, c->engine, MODE_SMTP, &c->ref, &c->lease, &c->err));
    struct send_want want = {.group_no = ct_group(c).group_no,
                             .term_no = ct_term(c).term_no,
                             .count = 50,
                             .by_hand = true};
    assert_true(c->a->ops->sends_exchange(c->a, &c->lease, NULL, 0, &want, &c->grant, &c->err));
    assert_int_equal(c->grant.reason, GRANT_GO); /* though the job is stopped */
    assert_int_equal(c->grant.count, 4);         /* though the share of the term is 3 */
    assert_true(c->a->ops->sends_exchange(c->a, &c->lease, NULL, 0, &want, &c->grant, &c->err));
    assert_int_equal(c->grant.reason, GRANT_LIMIT);
}

/* What each verdict does to the counters; the ledger's rule in one table. */
static void each_verdict_keeps_or_frees_the_place(struct ct *c)
{
    static const struct {
        enum send_state verdict;
        enum event_kind event;
    } cases[] = {
        {SEND_SENT, EVENT_SENT},         {SEND_SIMULATED, EVENT_SIMULATED},
        {SEND_REJECTED, EVENT_REJECTED}, {SEND_DEFERRED, EVENT_DEFERRED},
        {SEND_IN_DOUBT, EVENT_IN_DOUBT}, {SEND_HELD, EVENT_HELD},
        {SEND_QUEUED, EVENT_RELEASED},
    };
    int32_t counted = 0;
    ct_begin(c, &plain, MODE_SMTP);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char address[32];
        (void)str_format(address, sizeof address, "p%d@d%d.example", (int)i, (int)i);
        ct_contact(c, address, cases[i].verdict);
        counted += send_holds_place(cases[i].verdict);
        assert_int_equal(ct_row(c, address)->state, cases[i].verdict);
        assert_int_equal(ct_term(c).counted, counted);
        assert_int_equal(ct_group(c).counted, counted);
        assert_int_equal(ct_load(c)->total, counted);
        assert_int_equal(ct_events(c, cases[i].event), 1);
    }
    assert_int_equal(ct_term(c).deferred, 1);
    assert_int_equal(ct_term(c).queued, 1);
}

static void a_verdict_keeps_its_words(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 1));
    ct_say(c, 0, SEND_REJECTED);
    c->verdict[0].code = 550;
    (void)str_copy(c->verdict[0].reason, sizeof c->verdict[0].reason, "no such user");
    memset(c->verdict[0].sha256, 'a', 64);
    ct_report(c, c->engine);
    const struct ct_row *row = ct_row(c, "a@a.example");
    assert_int_equal(row->code, 550);
    assert_string_equal(row->reason, "no such user");
    assert_int_equal(row->sha256[63], 'a');
    assert_int_equal(ct_event(c, EVENT_REJECTED).n1, 550);
    assert_string_equal(ct_event(c, EVENT_REJECTED).text, "no such user");
}

static void a_freed_place_is_taken_by_the_next_letter(struct ct *c)
{
    begin_with(c, &(struct ct_spec){.loop_interval = 2}, four);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.count, 2);
    ct_say(c, 0, SEND_REJECTED);
    ct_say(c, 1, SEND_SENT);
    assert_true(ct_claim(c, 50)); /* verdicts first, then the claim */
    assert_int_equal(c->grant.count, 1);
    assert_string_equal(c->grant.rows[0].address, "c@c.example");
    assert_int_equal(ct_term(c).counted, 2);
}

static void a_released_letter_keeps_its_place_in_the_order(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 3));
    ct_say(c, 1, SEND_QUEUED);
    ct_say(c, 0, SEND_QUEUED);
    ct_say(c, 2, SEND_SENT);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.count, 3);
    assert_string_equal(c->grant.rows[0].address, "a@a.example");
    assert_string_equal(c->grant.rows[1].address, "b@b.example");
    assert_string_equal(c->grant.rows[2].address, "d@d.example");
    assert_int_equal(c->grant.rows[0].attempt, 2);
    assert_int_equal(c->grant.rows[2].attempt, 1);
}

static void a_deferred_letter_is_tried_again_when_it_is_due(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    assert_true(ct_claim(c, 1));
    ct_say(c, 0, SEND_DEFERRED); /* for an hour */
    ct_report(c, c->engine);
    assert_int_equal(ct_term(c).deferred, 1);
    assert_int_equal(ct_term(c).deferred_due, 0);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.reason, GRANT_NOTHING);
    assert_int_equal(c->grant.progress.deferred, 1);
    for (int i = 0; i < 300; i++) {
        struct progress seen;
        fake_clock_pass(&c->clock, 12 * SECOND); /* less than a lease lasts */
        assert_true(c->a->ops->lease_renew(c->a, &c->lease, &seen, &c->err));
    }
    assert_int_equal(ct_term(c).deferred_due, 1);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.count, 1);
    assert_int_equal(c->grant.rows[0].attempt, 2);
    assert_int_equal(ct_term(c).deferred, 0);
}

static void a_letter_counts_in_the_cycle_that_claims_it(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.groups = "g:t", .loop = true}, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_DEFERRED);
    ct_contact(c, "b@b.example", SEND_SENT);
    struct search_result result = {.group_no = ct_group(c).group_no,
                                   .term_no = ct_term(c).term_no,
                                   .room = 1,
                                   .end = {.ended = true}};
    assert_true(c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    while (ct_load(c)->cycle < 2)
        assert_true(ct_step(c));
    ct_release(c, JOB_RUNNING, 0);
    fake_clock_pass(&c->clock, 3600 * SECOND);
    ct_take(c, MODE_SMTP);
    ct_go(c);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 1);
    assert_string_equal(c->grant.rows[0].address, "a@a.example");
    assert_int_equal(ct_row(c, "a@a.example")->cycle, 2);
    assert_int_equal(ct_row(c, "b@b.example")->cycle, 1);
    assert_int_equal(ct_term(c).counted, 1);
    assert_int_equal(ct_load(c)->total, 2);
}

static void a_fact_is_taken_once(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    assert_true(ct_claim(c, 1));
    static const enum send_state facts[] = {SEND_SENT, SEND_SENT, SEND_REJECTED, SEND_QUEUED,
                                            SEND_IN_DOUBT};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        ct_say(c, 0, facts[i]);
        ct_report(c, c->engine);
        assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
    }
    assert_int_equal(ct_events(c, EVENT_SENT), 1);
    assert_int_equal(ct_events(c, EVENT_REJECTED), 0);
    assert_int_equal(ct_term(c).counted, 1);
}

static void a_fact_about_an_unknown_letter_is_ignored(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    struct send_verdict stray = {.id = uuid_from_bytes("x", 1), .state = SEND_SENT};
    assert_true(c->a->ops->sends_end(c->a, c->engine, &stray, 1, &c->err));
    assert_int_equal(ct_events(c, EVENT_SENT), 0);
}

static void a_fact_about_a_letter_that_was_never_claimed_is_ignored(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    struct send_verdict early = {.id = ct_row(c, "a@a.example")->id, .state = SEND_SENT};
    assert_true(c->a->ops->sends_end(c->a, c->engine, &early, 1, &c->err));
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).counted, 0);
}

/* Otherwise the release of an earlier attempt would free a letter that another engine sends. */
static void a_fact_of_an_engine_that_does_not_hold_the_letter_is_ignored(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    assert_true(ct_claim(c, 1));
    ct_say(c, 0, SEND_QUEUED);
    ct_report(c, c->other);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_CLAIMED);
}

static void facts_of_a_fenced_engine_are_taken(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 3));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_SMTP, &lease));
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_REJECTED);
    ct_say(c, 2, SEND_QUEUED);
    ct_report(c, c->engine);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
    assert_int_equal(ct_row(c, "b@b.example")->state, SEND_REJECTED);
    assert_int_equal(ct_row(c, "c@c.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).counted, 1);
}

static void a_fenced_claim_is_refused_after_its_verdicts_were_taken(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 1));
    fake_clock_pass(&c->clock, LEASE_TTL_US + 1);
    struct lease lease;
    assert_true(ct_acquire(c, c->other, MODE_SMTP, &lease));
    ct_say(c, 0, SEND_SENT);
    assert_false(ct_claim(c, 1));
    assert_int_equal(c->err.kind, ERR_FENCED);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
    assert_int_equal(ct_row(c, "b@b.example")->state, SEND_QUEUED);
}

static void verdicts_alone_ask_for_nothing(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 2));
    ct_say(c, 0, SEND_SENT);
    ct_say(c, 1, SEND_REJECTED);
    assert_true(ct_claim(c, 0));
    assert_int_equal(c->grant.reason, GRANT_GO);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(c->grant.progress.term_counted, 1);
    assert_int_equal(c->grant.progress.queued, 2);
}

static void nothing_is_claimed_once_the_job_shall_stop(struct ct *c)
{
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 1));
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    ct_say(c, 0, SEND_SENT);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.reason, GRANT_STOP);
    assert_int_equal(c->grant.count, 0);
    assert_int_equal(c->grant.progress.desired, DESIRED_STOP);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
}

static void suppress(struct ct *c, const char *subject, bool add)
{
    bool changed = false;
    assert_true(c->a->ops->suppress(c->a, "ana", "w", subject, "asked us", add, &changed, &c->err));
    assert_true(changed);
}

static void a_suppressed_address_is_never_claimed(struct ct *c)
{
    begin_with(c, &(struct ct_spec){.loop_interval = 2}, four);
    suppress(c, "a@a.example", true);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.suppressed, 1);
    assert_int_equal(c->grant.count, 2); /* it takes no room */
    assert_string_equal(c->grant.rows[0].address, "b@b.example");
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SUPPRESSED);
    assert_int_equal(ct_events(c, EVENT_SUPPRESSED), 1);
    assert_int_equal(ct_term(c).counted, 2);
}

static void a_suppressed_domain_covers_what_is_below_it(struct ct *c)
{
    begin_with(c, &plain, "a@a.example b@sub.a.example c@ca.example d@deep.sub.a.example");
    suppress(c, "@a.example", true);
    assert_true(ct_claim(c, 50));
    assert_int_equal(c->grant.suppressed, 3);
    assert_int_equal(c->grant.count, 1);
    assert_string_equal(c->grant.rows[0].address, "c@ca.example");
}

static void only_suppressed_letters_leave_nothing_to_claim(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    suppress(c, "a@a.example", true);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.reason, GRANT_NOTHING);
    assert_int_equal(c->grant.suppressed, 1);
    assert_int_equal(ct_term(c).queued, 0);
}

static void an_address_that_is_suppressed_no_more_is_claimed(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    suppress(c, "a@a.example", true);
    suppress(c, "a@a.example", false);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 1);
}

static void the_list_of_another_workspace_is_not_looked_at(struct ct *c)
{
    begin_with(c, &plain, "a@a.example");
    assert_true(c->a->ops->workspace_put(c->a, "ana", "elsewhere", &c->err));
    bool changed = false;
    assert_true(
        c->a->ops->suppress(c->a, "ana", "elsewhere", "a@a.example", "", true, &changed, &c->err));
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 1);
}

/* Two jobs have the address queued; the first one writes to it (SEND_CLAIMED: is about to). */
static void queue_in_two_jobs(struct ct *c, enum recontact recontact, enum send_state verdict)
{
    begin_with(c, &(struct ct_spec){.name = "second", .recontact = recontact},
               "a@a.example b@b.example");
    struct lease second = c->lease;
    struct ref_and_job {
        struct job_ref ref;
        struct uuid job;
    } kept = {c->ref, c->job};
    struct move move = c->move;
    begin_with(c, &(struct ct_spec){.name = "first"}, "a@a.example");
    assert_true(ct_claim(c, 1));
    if (verdict != SEND_CLAIMED) {
        ct_say(c, 0, verdict);
        ct_report(c, c->engine);
    }
    c->lease = second;
    c->ref = kept.ref;
    c->job = kept.job;
    c->move = move;
    assert_true(ct_claim(c, 50));
}

static void a_letter_to_whom_another_job_wrote_meanwhile_is_cancelled(struct ct *c)
{
    queue_in_two_jobs(c, RECONTACT_NEVER, SEND_SENT);
    assert_int_equal(c->grant.cancelled, 1);
    assert_int_equal(c->grant.count, 1);
    assert_string_equal(c->grant.rows[0].address, "b@b.example");
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_CANCELLED);
    assert_int_equal(ct_events(c, EVENT_CANCELLED), 1);
}

static void a_letter_to_whom_another_job_is_writing_is_cancelled(struct ct *c)
{
    queue_in_two_jobs(c, RECONTACT_NEVER, SEND_CLAIMED);
    assert_int_equal(c->grant.cancelled, 1);
    assert_int_equal(c->grant.count, 1);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_CANCELLED);
}

static void a_letter_that_another_job_could_not_send_is_not_cancelled(struct ct *c)
{
    queue_in_two_jobs(c, RECONTACT_NEVER, SEND_REJECTED);
    assert_int_equal(c->grant.cancelled, 0);
    assert_int_equal(c->grant.count, 2);
}

static void recontact_always_cancels_nothing(struct ct *c)
{
    queue_in_two_jobs(c, RECONTACT_ALWAYS, SEND_SENT);
    assert_int_equal(c->grant.count, 2);
}

/* As a server says it. */
static void say_words(struct ct *c, int32_t i, enum send_state state, const char *words)
{
    ct_say(c, i, state);
    struct send_verdict *v = &c->verdict[c->verdicts - 1];
    (void)str_copy(v->reason, sizeof v->reason, words); /* they are short */
}

static void an_address_at_which_nobody_is_goes_on_the_list(struct ct *c)
{
    begin_with(c, &(struct ct_spec){.recontact = RECONTACT_ALWAYS}, four);
    assert_true(ct_claim(c, 4));
    int64_t audits = ct_count(c, CT_AUDITS);
    say_words(c, 0, SEND_REJECTED, "550 5.1.1 no such user");
    say_words(c, 1, SEND_REJECTED, "550 5.7.1 you are on a list");
    say_words(c, 2, SEND_REJECTED, "550-5.1.10 this domain takes no mail");
    say_words(c, 3, SEND_DEFERRED, "451 4.1.1 ask later");
    ct_report(c, c->engine);
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 2);
    assert_int_equal(ct_count(c, CT_AUDITS), audits + 2);
    ct_job(c, &(struct ct_spec){.name = "another", .recontact = RECONTACT_ALWAYS});
    ct_start(c, MODE_SMTP);
    ct_take(c, MODE_SMTP);
    ct_go(c);
    assert_true(ct_find(c, four, 0));
    assert_true(ct_claim(c, 4));
    assert_int_equal(c->grant.suppressed, 2);
    assert_int_equal(c->grant.count, 2);
    assert_string_equal(c->grant.rows[0].address, "b@b.example");
    assert_string_equal(c->grant.rows[1].address, "d@d.example");
}

static void a_bounce_that_is_told_twice_is_on_the_list_once(struct ct *c)
{
    bool changed = false;
    begin_with(c, &plain, four);
    assert_true(ct_claim(c, 1));
    assert_true(
        c->a->ops->suppress(c->a, "ana", "w", "a@a.example", "asked", true, &changed, &c->err));
    int64_t audits = ct_count(c, CT_AUDITS);
    for (int i = 0; i < 2; i++) {
        say_words(c, 0, SEND_REJECTED, "550 5.1.1 no such user");
        ct_report(c, c->engine);
    }
    assert_int_equal(ct_count(c, CT_SUPPRESSIONS), 1);
    assert_int_equal(ct_count(c, CT_AUDITS), audits);
}

const struct ct_promise ct_send_promises[] = {
    CT_PROMISE(letters_are_claimed_in_the_order_of_queueing),
    CT_PROMISE(a_claimed_letter_brings_what_is_known_of_its_lead),
    CT_PROMISE(a_claimed_letter_holds_a_place_at_once),
    CT_PROMISE(a_claimed_letter_is_not_claimed_again),
    CT_PROMISE(loop_interval_is_never_passed),
    CT_PROMISE(the_limit_of_the_group_is_never_passed),
    CT_PROMISE(the_share_of_a_pass_is_never_passed),
    CT_PROMISE(a_letter_by_hand_is_bound_by_all_limits_but_the_share_of_the_pass),
    CT_PROMISE(each_verdict_keeps_or_frees_the_place),
    CT_PROMISE(a_verdict_keeps_its_words),
    CT_PROMISE(a_freed_place_is_taken_by_the_next_letter),
    CT_PROMISE(a_released_letter_keeps_its_place_in_the_order),
    CT_PROMISE(a_deferred_letter_is_tried_again_when_it_is_due),
    CT_PROMISE(a_letter_counts_in_the_cycle_that_claims_it),
    CT_PROMISE(a_fact_is_taken_once),
    CT_PROMISE(a_fact_about_an_unknown_letter_is_ignored),
    CT_PROMISE(a_fact_about_a_letter_that_was_never_claimed_is_ignored),
    CT_PROMISE(a_fact_of_an_engine_that_does_not_hold_the_letter_is_ignored),
    CT_PROMISE(facts_of_a_fenced_engine_are_taken),
    CT_PROMISE(a_fenced_claim_is_refused_after_its_verdicts_were_taken),
    CT_PROMISE(verdicts_alone_ask_for_nothing),
    CT_PROMISE(nothing_is_claimed_once_the_job_shall_stop),
    CT_PROMISE(a_suppressed_address_is_never_claimed),
    CT_PROMISE(a_suppressed_domain_covers_what_is_below_it),
    CT_PROMISE(only_suppressed_letters_leave_nothing_to_claim),
    CT_PROMISE(an_address_that_is_suppressed_no_more_is_claimed),
    CT_PROMISE(the_list_of_another_workspace_is_not_looked_at),
    CT_PROMISE(a_letter_to_whom_another_job_wrote_meanwhile_is_cancelled),
    CT_PROMISE(a_letter_to_whom_another_job_is_writing_is_cancelled),
    CT_PROMISE(a_letter_that_another_job_could_not_send_is_not_cancelled),
    CT_PROMISE(recontact_always_cancels_nothing),
    CT_PROMISE(an_address_at_which_nobody_is_goes_on_the_list),
    CT_PROMISE(a_bounce_that_is_told_twice_is_on_the_list_once),
};
const int ct_send_count = sizeof ct_send_promises / sizeof *ct_send_promises;
