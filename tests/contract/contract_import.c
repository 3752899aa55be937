/* contract_import.c - promises about leads that an operator brings along. If one were broken, an
 * import would write to somebody twice, pass a limit, or lose a lead. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};

static struct lead_brought lead(const char *address, const char *name)
{
    struct lead_brought l = {.words = {.company = "Acme"}};
    (void)str_copy(l.found.address, sizeof l.found.address, address); /* short */
    (void)str_copy(l.found.shown, sizeof l.found.shown, address);
    (void)str_copy(l.name, sizeof l.name, name);
    l.found.site_at = (int32_t)(strchr(address, '@') + 1 - address);
    return l;
}

static bool bring(struct ct *c, const char *term, const struct lead_brought *leads, int32_t count,
                  struct leads_imported *ret)
{
    return c->a->ops->leads_import(c->a, "ana", &c->ref, term, leads, count, ret, &c->err);
}

static struct leads_imported bring_two(struct ct *c)
{
    struct leads_imported got;
    struct lead_brought leads[] = {lead("a@a.example", "Ana"), lead("b@b.example", "")};
    assert_true(bring(c, NULL, leads, 2, &got));
    return got;
}

static void a_lead_by_hand_is_queued_told_and_audited(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    int64_t audits = ct_count(c, CT_AUDITS);
    struct leads_imported got = bring_two(c);
    assert_int_equal(got.queued, 2);
    assert_int_equal(got.duplicates + got.skipped, 0);
    assert_int_equal(got.mode, MODE_SMTP);
    assert_int_equal(ct_count(c, CT_LEADS), 2);
    assert_int_equal(ct_count(c, CT_SOURCES), 2);
    assert_int_equal(ct_count(c, CT_AUDITS), audits + 1);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_QUEUED);
    assert_int_equal(ct_term(c).queued, 2);
    assert_int_equal(ct_events(c, EVENT_LEAD), 2);
    struct ct_event event = ct_event(c, EVENT_LEADS_IMPORTED);
    assert_string_equal(event.actor, "ana");
    assert_int_equal(event.n1, 2);
    assert_int_equal(event.n2, 0);
}

static void what_was_brought_already_is_known(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    (void)bring_two(c);
    struct leads_imported got = bring_two(c);
    assert_int_equal(got.queued, 0);
    assert_int_equal(got.duplicates, 2);
    assert_int_equal(ct_rows(c), 2);
    assert_int_equal(ct_term(c).queued, 2);
}

static void who_was_found_is_known(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    ct_contact(c, "a@a.example", SEND_SENT);
    struct leads_imported got = bring_two(c);
    assert_int_equal(got.queued, 1);
    assert_int_equal(got.duplicates, 1);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SENT);
}

static void an_import_makes_an_engine_load_the_job_again(struct ct *c)
{
    struct progress before, after;
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(c->a->ops->job_desired(c->a, c->job, &before, &c->err));
    (void)bring_two(c);
    assert_true(c->a->ops->job_desired(c->a, c->job, &after, &c->err));
    assert_true(after.rev > before.rev);
    (void)bring_two(c); /* nothing new */
    assert_true(c->a->ops->job_desired(c->a, c->job, &before, &c->err));
    assert_int_equal(before.rev, after.rev);
}

static void what_was_brought_is_claimed_with_its_name(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    (void)bring_two(c);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 2);
    assert_string_equal(c->grant.rows[0].address, "a@a.example");
    assert_string_equal(c->grant.rows[0].name, "Ana");
    assert_string_equal(c->grant.rows[0].company, "Acme");
    assert_string_equal(c->grant.rows[0].url, "");
    assert_string_equal(c->grant.rows[1].name, "");
}

static void limits_hold_for_what_was_brought(struct ct *c)
{
    static const struct ct_spec one = {.loop_interval = 1};
    ct_begin(c, &one, MODE_SMTP);
    (void)bring_two(c);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 1);
}

static void who_is_suppressed_gets_no_letter_by_an_import(struct ct *c)
{
    bool changed;
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(c->a->ops->suppress(c->a, "ana", "w", "a@a.example", "", true, &changed, &c->err));
    (void)bring_two(c);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 1);
    assert_int_equal(ct_row(c, "a@a.example")->state, SEND_SUPPRESSED);
}

static void noreply_and_the_second_of_a_domain_are_skipped(struct ct *c)
{
    static const struct ct_spec one = {.one_per_domain = true};
    struct leads_imported got;
    ct_begin(c, &one, MODE_SMTP);
    struct lead_brought leads[] = {lead("a@a.example", ""), lead("b@a.example", ""),
                                   lead("no@c.example", "")};
    leads[2].found.flags = LEAD_NOREPLY;
    assert_true(bring(c, NULL, leads, 3, &got));
    assert_int_equal(got.queued, 1);
    assert_int_equal(got.skipped, 2);
    assert_int_equal(ct_count(c, CT_LEADS), 1);
}

static void a_term_is_named_by_its_text(struct ct *c)
{
    static const struct ct_spec two = {.groups = "g1:t1,t2 g2:t3"};
    struct leads_imported got;
    struct lead_brought one = lead("a@a.example", "");
    ct_begin(c, &two, MODE_SMTP);
    assert_true(bring(c, "t3", &one, 1, &got));
    assert_int_equal(ct_row(c, "a@a.example")->term_no, ct_load(c)->terms[2].term_no);
    assert_int_equal(ct_load(c)->terms[2].queued, 1);
    assert_false(bring(c, "t4", &one, 1, &got));
    assert_int_equal(c->err.kind, ERR_REFUSED);
}

static void a_job_that_never_ran_takes_leads(struct ct *c)
{
    ct_job(c, &plain);
    struct leads_imported got = bring_two(c);
    assert_int_equal(got.queued, 2);
    assert_int_equal(ct_rows(c), 2);
    ct_start(c, got.mode);
    ct_take(c, got.mode);
    ct_go(c);
    assert_true(ct_claim(c, 5));
    assert_int_equal(c->grant.count, 2);
}

const struct ct_promise ct_import_promises[] = {
    CT_PROMISE(a_lead_by_hand_is_queued_told_and_audited),
    CT_PROMISE(what_was_brought_already_is_known),
    CT_PROMISE(who_was_found_is_known),
    CT_PROMISE(an_import_makes_an_engine_load_the_job_again),
    CT_PROMISE(what_was_brought_is_claimed_with_its_name),
    CT_PROMISE(limits_hold_for_what_was_brought),
    CT_PROMISE(who_is_suppressed_gets_no_letter_by_an_import),
    CT_PROMISE(noreply_and_the_second_of_a_domain_are_skipped),
    CT_PROMISE(a_term_is_named_by_its_text),
    CT_PROMISE(a_job_that_never_ran_takes_leads),
};
const int ct_import_count = sizeof ct_import_promises / sizeof *ct_import_promises;
