/* contract_search.c - promises about what a search found: rows, leads, sources, duplicates, the
 * cursor. If one were broken, an address would be lost or written to twice. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct ct_spec plain = {0};

static void an_address_becomes_a_lead_a_source_and_a_row(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example", 0));
    assert_int_equal(c->taken.queued, 2);
    assert_int_equal(c->taken.duplicates, 0);
    assert_int_equal(ct_count(c, CT_LEADS), 2);
    assert_int_equal(ct_count(c, CT_SOURCES), 2);
    assert_int_equal(ct_rows(c), 2);
    const struct ct_row *row = ct_row(c, "b@b.example");
    assert_int_equal(row->state, SEND_QUEUED);
    assert_int_equal(row->mode, MODE_SMTP);
    assert_int_equal(row->group_no, c->plan->groups[0].group_no);
    assert_int_equal(row->term_no, c->plan->terms[0].term_no);
    assert_int_equal(row->cycle, 1);
    assert_int_equal(row->attempt, 0);
    assert_int_equal(ct_events(c, EVENT_LEAD), 2);
    assert_int_equal(ct_event(c, EVENT_LEAD).send_seq, row->seq);
    assert_int_equal(ct_event(c, EVENT_SEARCHED).n1, 2);
}

static void a_queued_row_holds_no_place(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example", 0));
    assert_int_equal(c->taken.progress.queued, 2);
    assert_int_equal(c->taken.progress.term_counted, 0);
    assert_int_equal(ct_term(c).queued, 2);
    assert_int_equal(ct_term(c).counted, 0);
}

static void a_search_stops_behind_the_address_that_fills_the_room(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example c@c.example", 2));
    assert_int_equal(c->taken.queued, 2);
    assert_int_equal(c->taken.cursor.address, 2);
    assert_string_equal(c->taken.cursor.result, ""); /* still before the page */
    assert_int_equal(ct_term(c).cursor.address, 2);
    assert_int_equal(ct_rows(c), 2);
    assert_int_equal(ct_count(c, CT_LEADS), 2); /* what lies beyond is not recorded */
}

static void a_search_goes_on_inside_the_page_where_it_stopped(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example c@c.example d@d.example", 1));
    assert_int_equal(c->taken.cursor.address, 1);
    assert_true(ct_find(c, "a@a.example b@b.example c@c.example d@d.example", 2));
    assert_int_equal(c->taken.queued, 2);
    assert_int_equal(c->taken.duplicates, 0); /* a@ was not looked at again */
    assert_int_equal(c->taken.cursor.address, 3);
    assert_int_equal(ct_row(c, "c@c.example")->seq, ct_row(c, "b@b.example")->seq + 1);
}

static void a_page_whose_last_address_fills_the_room_is_behind_the_cursor(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@b.example", 2));
    assert_int_equal(c->taken.cursor.address, 0);
    assert_string_equal(c->taken.cursor.result, "r1");
}

static void duplicates_and_skipped_addresses_take_no_room(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_true(ct_find(c, "a@a.example !no@b.example ?x@y.example b@b.example c@c.example", 1));
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(c->taken.duplicates, 1);
    assert_int_equal(c->taken.skipped, 2);
    assert_int_equal(c->taken.cursor.address, 4);
}

static void pages_are_taken_in_order_until_all_are_used_up(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    struct lead_found leads[3] = {
        {"a@a.example", "a@a.example", 0, 2},
        {"b@b.example", "b@b.example", 0, 2},
        {"c@c.example", "c@c.example", 0, 2},
    };
    struct page_words words = {"", "", ""};
    struct search_page pages[3] = {
        {"http://a/1", &words, &leads[0], 1, {.result = ""}, {.result = "r1"}},
        {"http://a/2", &words, &leads[1], 1, {.result = "r1"}, {.result = "r2"}},
        {"http://a/3", &words, &leads[2], 1, {.result = "r2"}, {.result = "r3"}},
    };
    struct search_result result = {.group_no = ct_group(c).group_no,
                                   .term_no = ct_term(c).term_no,
                                   .room = 2,
                                   .pages = pages,
                                   .count = 3,
                                   .end = {.variation = 1, .result = ""}};
    assert_true(c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    assert_int_equal(c->taken.queued, 2);
    assert_string_equal(c->taken.cursor.result, "r2");
    result.pages = pages + 2;
    result.count = 1;
    result.room = 2;
    assert_true(c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(c->taken.cursor.variation, 1); /* the end, as there was room left */
    assert_string_equal(c->taken.cursor.result, "");
    assert_int_equal(ct_row(c, "a@a.example")->seq + 1, ct_row(c, "b@b.example")->seq);
    assert_int_equal(ct_row(c, "b@b.example")->seq + 1, ct_row(c, "c@c.example")->seq);
}

static void without_pages_only_the_cursor_moves(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    struct search_result result = {.group_no = ct_group(c).group_no,
                                   .term_no = ct_term(c).term_no,
                                   .room = 5,
                                   .end = {.variation = 2, .result = "here", .ended = true}};
    assert_true(c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    struct term_cursor now = ct_term(c).cursor;
    assert_int_equal(now.variation, 2);
    assert_string_equal(now.result, "here");
    assert_true(now.ended);
    assert_int_equal(ct_rows(c), 0);
}

static void what_policy_skips_leaves_nothing_behind(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "!noreply@a.example ?x@throwaway.example", 0));
    assert_int_equal(c->taken.skipped, 2);
    assert_int_equal(c->taken.queued + c->taken.duplicates, 0);
    assert_int_equal(ct_count(c, CT_LEADS), 0);
    assert_int_equal(ct_count(c, CT_SOURCES), 0);
}

static void an_address_belongs_to_the_first_term_that_queues_it(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.loop_interval = 1}, MODE_SMTP);
    int32_t first = ct_term(c).term_no;
    ct_contact(c, "a@a.example", SEND_SENT);
    ct_go(c);
    assert_int_not_equal(ct_term(c).term_no, first);
    assert_true(ct_find_at(c, "http://elsewhere.example/", "a@a.example", 0));
    assert_int_equal(c->taken.duplicates, 1);
    assert_int_equal(c->taken.queued, 0);
    assert_int_equal(ct_rows(c), 1);
    assert_int_equal(ct_row(c, "a@a.example")->term_no, first);
    assert_int_equal(ct_count(c, CT_LEADS), 1);
    assert_int_equal(ct_count(c, CT_SOURCES), 2); /* where it was met again is recorded */
}

static void the_same_source_is_recorded_once(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    for (int i = 0; i < 3; i++)
        assert_true(ct_find_at(c, "http://one.example/", "a@a.example", 0));
    assert_int_equal(ct_count(c, CT_SOURCES), 1);
    assert_true(ct_find_at(c, "http://two.example/", "a@a.example", 0));
    assert_int_equal(ct_count(c, CT_SOURCES), 2);
    assert_int_equal(ct_rows(c), 1);
}

static void a_row_of_any_state_makes_a_duplicate(struct ct *c)
{
    static const enum send_state states[] = {SEND_SENT,     SEND_REJECTED, SEND_DEFERRED,
                                             SEND_IN_DOUBT, SEND_HELD,     SEND_QUEUED};
    ct_begin(c, &plain, MODE_SMTP);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        char address[32];
        (void)str_format(address, sizeof address, "p%d@d%d.example", (int)i, (int)i);
        ct_contact(c, address, states[i]);
        assert_true(ct_find(c, address, 0));
        assert_int_equal(c->taken.duplicates, 1);
        assert_int_equal(c->taken.queued, 0);
    }
}

static void a_dry_run_uses_up_no_address_for_real_letters(struct ct *c)
{
    ct_begin(c, &plain, MODE_DRYRUN);
    ct_contact(c, "a@a.example", SEND_SIMULATED);
    assert_true(ct_control(c, CONTROL_STOP, MODE_DRYRUN, NULL));
    ct_release(c, JOB_STOPPED, 0);
    ct_start(c, MODE_MAILDIR);
    ct_take(c, MODE_MAILDIR);
    ct_go(c);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(ct_rows(c), 2);
    assert_int_equal(c->rows[0].mode, MODE_DRYRUN);
    assert_int_equal(c->rows[1].mode, MODE_MAILDIR);
    assert_int_equal(ct_count(c, CT_LEADS), 1);
}

/* Contacts a@a.example in a job of its own, then looks for it in another. */
static void contact_then_find(struct ct *c, enum mail_mode mode, enum send_state state,
                              const char *workspace, enum recontact recontact)
{
    ct_begin(c, &(struct ct_spec){.name = "first"}, mode);
    ct_contact(c, "a@a.example", state);
    ct_release(c, JOB_FAILED, 0);
    ct_begin(c, &(struct ct_spec){.name = "second", .workspace = workspace, .recontact = recontact},
             MODE_SMTP);
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(c->taken.queued + c->taken.duplicates, 1);
}

static void who_was_written_to_by_another_job_is_a_duplicate(struct ct *c)
{
    contact_then_find(c, MODE_SMTP, SEND_SENT, NULL, RECONTACT_NEVER);
    assert_int_equal(c->taken.duplicates, 1);
    assert_int_equal(ct_rows(c), 0); /* no row in this job, */
    assert_int_equal(ct_count(c, CT_LEADS), 1);
    assert_int_equal(ct_count(c, CT_SOURCES), 2); /* but where it was met */
}

static void who_may_have_been_written_to_by_another_job_is_a_duplicate(struct ct *c)
{
    contact_then_find(c, MODE_MAILDIR, SEND_IN_DOUBT, NULL, RECONTACT_NEVER);
    assert_int_equal(c->taken.duplicates, 1);
}

static void who_refused_another_jobs_letter_is_no_duplicate(struct ct *c)
{
    contact_then_find(c, MODE_SMTP, SEND_REJECTED, NULL, RECONTACT_NEVER);
    assert_int_equal(c->taken.queued, 1);
}

static void a_dry_run_of_another_job_makes_no_duplicate(struct ct *c)
{
    contact_then_find(c, MODE_DRYRUN, SEND_SIMULATED, NULL, RECONTACT_NEVER);
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(ct_count(c, CT_LEADS), 1);
}

static void recontact_always_lets_another_job_write_again(struct ct *c)
{
    contact_then_find(c, MODE_SMTP, SEND_SENT, NULL, RECONTACT_ALWAYS);
    assert_int_equal(c->taken.queued, 1);
}

static void another_workspace_knows_nothing_of_it(struct ct *c)
{
    contact_then_find(c, MODE_SMTP, SEND_SENT, "elsewhere", RECONTACT_NEVER);
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(ct_count(c, CT_LEADS), 2);
}

static void one_lead_per_domain_takes_the_first_of_a_site(struct ct *c)
{
    ct_begin(c, &(struct ct_spec){.one_per_domain = true}, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@a.example c@mail.a.example d@d.example", 0));
    assert_int_equal(c->taken.queued, 2);
    assert_int_equal(c->taken.skipped, 2);
    assert_true(ct_find(c, "e@a.example", 0));
    assert_int_equal(c->taken.skipped, 1);
    assert_int_equal(ct_rows(c), 2);
}

static void a_site_may_have_many_leads_otherwise(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example b@a.example c@mail.a.example", 0));
    assert_int_equal(c->taken.queued, 3);
}

static void rows_are_numbered_in_the_order_of_queueing(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "z@z.example a@a.example", 0));
    assert_true(ct_find(c, "m@m.example", 0));
    assert_int_equal(ct_rows(c), 3);
    static const char *const order[] = {"z@z.example", "a@a.example", "m@m.example"};
    for (int i = 0; i < 3; i++) {
        assert_string_equal(c->rows[i].address, order[i]);
        assert_true(i == 0 || c->rows[i].seq > c->rows[i - 1].seq);
    }
}

/* The Message-ID and the file name of a letter hang on this. */
static void a_rows_name_is_made_of_mode_job_and_address(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_find(c, "a@a.example", 0));
    char job[UUID_TEXT_SIZE];
    uuid_text(c->job, job);
    char key[200];
    static const char address[] = "a@a.example";
    memcpy(key, "send\0smtp", 10);
    memcpy(key + 10, job, 37);
    memcpy(key + 47, address, sizeof address);
    struct uuid want = uuid_from_bytes(key, 47 + sizeof address - 1);
    assert_true(uuid_equal(ct_row(c, "a@a.example")->id, want));
}

static void a_search_for_a_term_that_is_gone_changes_nothing(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    struct search_result result = {.group_no = ct_group(c).group_no, .term_no = 9999, .room = 1};
    assert_false(c->a->ops->search_end(c->a, &c->lease, &result, NULL, &c->taken, NULL, &c->err));
    assert_int_equal(ct_events(c, EVENT_SEARCHED), 0);
}

static void what_a_search_found_before_a_stop_is_kept(struct ct *c)
{
    ct_begin(c, &plain, MODE_SMTP);
    assert_true(ct_control(c, CONTROL_STOP, MODE_SMTP, NULL));
    assert_true(ct_find(c, "a@a.example", 0));
    assert_int_equal(c->taken.queued, 1);
    assert_int_equal(c->taken.progress.desired, DESIRED_STOP);
}

const struct ct_promise ct_search_promises[] = {
    CT_PROMISE(an_address_becomes_a_lead_a_source_and_a_row),
    CT_PROMISE(a_queued_row_holds_no_place),
    CT_PROMISE(a_search_stops_behind_the_address_that_fills_the_room),
    CT_PROMISE(a_search_goes_on_inside_the_page_where_it_stopped),
    CT_PROMISE(a_page_whose_last_address_fills_the_room_is_behind_the_cursor),
    CT_PROMISE(duplicates_and_skipped_addresses_take_no_room),
    CT_PROMISE(pages_are_taken_in_order_until_all_are_used_up),
    CT_PROMISE(without_pages_only_the_cursor_moves),
    CT_PROMISE(what_policy_skips_leaves_nothing_behind),
    CT_PROMISE(an_address_belongs_to_the_first_term_that_queues_it),
    CT_PROMISE(the_same_source_is_recorded_once),
    CT_PROMISE(a_row_of_any_state_makes_a_duplicate),
    CT_PROMISE(a_dry_run_uses_up_no_address_for_real_letters),
    CT_PROMISE(who_was_written_to_by_another_job_is_a_duplicate),
    CT_PROMISE(who_may_have_been_written_to_by_another_job_is_a_duplicate),
    CT_PROMISE(who_refused_another_jobs_letter_is_no_duplicate),
    CT_PROMISE(a_dry_run_of_another_job_makes_no_duplicate),
    CT_PROMISE(recontact_always_lets_another_job_write_again),
    CT_PROMISE(another_workspace_knows_nothing_of_it),
    CT_PROMISE(one_lead_per_domain_takes_the_first_of_a_site),
    CT_PROMISE(a_site_may_have_many_leads_otherwise),
    CT_PROMISE(rows_are_numbered_in_the_order_of_queueing),
    CT_PROMISE(a_rows_name_is_made_of_mode_job_and_address),
    CT_PROMISE(a_search_for_a_term_that_is_gone_changes_nothing),
    CT_PROMISE(what_a_search_found_before_a_stop_is_kept),
};
const int ct_search_count = sizeof ct_search_promises / sizeof *ct_search_promises;
