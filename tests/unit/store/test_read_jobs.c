/* Broken if this fails: the screens would show a wrong number, a wrong place in the job, a wrong
 * time until the end, or a job's name in the wrong workspace. */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/plan_read.h"
#include "store/read_jobs.h"

#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    struct record_lab *l = calloc(1, sizeof *l);
    if (l == NULL)
        return -1;
    lab_init(l);
    *state = l;
    return 0;
}

static int end(void **state)
{
    lab_done(*state);
    free(*state);
    return 0;
}

static struct job_row *one(struct record_lab *l, const char *workspace, const char *name)
{
    struct job_row *row = NULL;
    if (!read_job(l->db, workspace, name, l->clock.now, &l->arena, &row, &l->err))
        fail_msg("%s", l->err.text);
    return row;
}

static struct job_row *all(struct record_lab *l, const char *workspace, int32_t want)
{
    struct job_row *rows = NULL;
    int32_t n = -1;
    if (!read_jobs(l->db, workspace, l->clock.now, &l->arena, &rows, &n, &l->err))
        fail_msg("%s", l->err.text);
    assert_int_equal(n, want);
    return rows;
}

/* At a whole 300 s, so that the spans in which letters are counted begin here. */
static void at_a_round_time(struct record_lab *l)
{
    fake_clock_pass(&l->clock, 300 * US_PER_S - l->clock.now % (300 * US_PER_S));
}

static void jobs_come_by_workspace_and_name(void **state)
{
    struct record_lab *l = *state;
    (void)all(l, NULL, 0);
    lab_job(l, "beta", "two", "g:a", 5, 5);
    lab_job(l, "acme", "two", "g:a", 5, 5);
    lab_job(l, "acme", "one", "g:a", 5, 5);
    struct job_row *rows = all(l, NULL, 3);
    assert_string_equal(rows[0].name, "one");
    assert_string_equal(rows[1].name, "two");
    assert_string_equal(rows[1].workspace, "acme");
    assert_string_equal(rows[2].workspace, "beta");
    rows = all(l, "acme", 2);
    assert_string_equal(rows[1].name, "two");
    (void)all(l, "nobody", 0);
    struct job_ref ref = {"acme", "one"};
    assert_true(l->a->ops->job_delete(l->a, "ana", &ref, &l->err));
    (void)all(l, NULL, 2);
}

static void more_jobs_than_the_first_piece_are_listed(void **state)
{
    struct record_lab *l = *state;
    char name[20];
    for (int i = 0; i < 80; i++) {
        (void)str_format(name, sizeof name, "job-%02d", i);
        lab_job(l, "acme", name, "g:a,b", 5, 5);
    }
    struct job_row *rows = all(l, NULL, 80);
    for (int i = 0; i < 80; i++) {
        (void)str_format(name, sizeof name, "job-%02d", i);
        assert_string_equal(rows[i].name, name);
        assert_int_equal(rows[i].cycle_goal, 5);
        assert_int_equal(rows[i].group_count, 1);
    }
}

static void a_job_that_never_ran_shows_what_it_could_do(void **state)
{
    struct record_lab *l = *state;
    lab_job(l, "acme", "new", "g1:a,b g2:c", 40, 60);
    struct job_row *row = one(l, "acme", "new");
    assert_int_equal(row->state, JOB_IDLE);
    assert_int_equal(row->desired, DESIRED_STOP);
    assert_int_equal(row->cycle, 0);
    assert_int_equal(row->cycle_sent, 0);
    assert_int_equal(row->cycle_goal, 60 + 40); /* g1: the limit, g2: its one term */
    assert_int_equal(row->group_count, 2);
    assert_int_equal(row->groups_done, 0);
    assert_int_equal(row->started_at_us, 0);
    assert_int_equal(row->lease_until_us, 0);
    assert_int_equal(row->eta_us, -1);
    assert_string_equal(row->group, "");
    assert_string_equal(row->term, "");
    assert_string_equal(row->lease_host, "");
    lab_job(l, "acme", "empty", "", 40, 60);
    assert_int_equal(one(l, "acme", "empty")->cycle_goal, 0);
}

static void a_running_job_shows_where_it_stands(void **state)
{
    struct record_lab *l = *state;
    at_a_round_time(l);
    lab_job(l, "acme", "job", "g1:a,b", 3, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example c@c.example d@d.example e@e.example");
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    assert_int_equal(lab_send(l, 1, SEND_REJECTED), 1);
    assert_int_equal(lab_send(l, 1, SEND_DEFERRED), 1);
    assert_int_equal(lab_claim(l, 1), 1);
    struct job_row *row = one(l, NULL, "job");
    assert_int_equal(row->state, JOB_RUNNING);
    assert_int_equal(row->mode, MODE_SMTP);
    assert_int_equal(row->cycle, 1);
    assert_int_equal(row->cycle_sent, 2); /* one sent, one in hand */
    assert_int_equal(row->cycle_goal, 6);
    assert_int_equal(row->total_sent, 2);
    assert_int_equal(row->queued, 1);
    assert_int_equal(row->deferred, 1);
    assert_int_equal(row->held, 0);
    assert_string_equal(row->group, "g1");
    assert_string_equal(row->term, "a");
    assert_int_equal(row->term_sent, 2);
    assert_int_equal(row->term_limit, 3);
    assert_int_equal(row->terms, 2);
    assert_int_equal(row->terms_done, 0);
    assert_int_equal(row->started_at_us, l->clock.now);
    assert_string_equal(row->started_by, "ana");
    assert_int_equal(row->ended_at_us, 0);
    assert_int_equal(row->lease_until_us, l->clock.now + LEASE_TTL_US);
    assert_string_equal(row->lease_host, "eu-1");
    assert_int_equal(row->lease_pid, 812);
}

static void the_goal_shrinks_with_what_is_over(void **state)
{
    struct record_lab *l = *state;
    lab_job(l, "acme", "job", "g1:a,b", 3, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "a@a.example");
    assert_int_equal(lab_send(l, 5, SEND_SIMULATED), 1);
    lab_sql(l, "UPDATE search_terms SET ended = 1 WHERE text = 'a'");
    assert_true(lab_work(l)); /* "a" is exhausted, "b" begins */
    struct job_row *row = one(l, "acme", "job");
    assert_int_equal(row->cycle_goal, 1 + 3);
    assert_int_equal(row->terms_done, 1);
    assert_string_equal(row->term, "b");
    lab_sql(l, "UPDATE search_terms SET ended = 1 WHERE text = 'b'");
    assert_false(lab_work(l));
    lab_release(l, JOB_RUNNING);
    row = one(l, "acme", "job");
    assert_int_equal(row->state, JOB_COMPLETED);
    assert_int_equal(row->cycle_goal, 1);
    assert_int_equal(row->cycle_sent, 1);
    assert_int_equal(row->groups_done, 1);
    assert_true(row->ended_at_us > 0);
    assert_int_equal(row->lease_until_us, 0);
}

static void a_group_that_is_done_stays_done_when_its_limit_is_raised(void **state)
{
    struct record_lab *l = *state;
    (void)lab_job(l, "acme", "job", "g1:a,b g2:c,d", 5, 2);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "a@a.example b@b.example");
    assert_int_equal(lab_send(l, 5, SEND_SIMULATED), 2);
    assert_true(lab_work(l)); /* the group was full; the other one begins */
    (void)lab_job(l, "acme", "job", "g1:a,b g2:c,d", 5, 4);
    struct job_row *row = one(l, "acme", "job");
    assert_int_equal(row->groups_done, 1);
    assert_int_equal(row->cycle_sent, 2);
    assert_int_equal(row->cycle_goal, 2 + 4);
}

/* One letter each second. */
static void send_each_second(struct record_lab *l, int count)
{
    for (int i = 0; i < count; i++) {
        fake_clock_pass(&l->clock, US_PER_S);
        if (i % 10 == 0) {
            struct progress p;
            assert_true(l->a->ops->lease_renew(l->a, &l->lease, &p, &l->err));
        }
        assert_int_equal(lab_send(l, 1, SEND_SIMULATED), 1);
    }
}

static void pace_and_the_time_until_the_end(void **state)
{
    struct record_lab *l = *state;
    at_a_round_time(l);
    lab_job(l, "acme", "job", "g1:a", 1000, 1000);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    struct buf addresses = buf_init(8000);
    for (int i = 0; i < 180; i++)
        buf_addf(&addresses, "%sa%d@x%d.example", i > 0 ? " " : "", i, i);
    lab_find(l, buf_text(&addresses));
    buf_done(&addresses);
    send_each_second(l, 90);
    struct job_row *row = one(l, "acme", "job");
    assert_in_range(row->per_minute, 58, 61);
    /* 910 letters are left at 60 a minute. */
    assert_in_range(row->eta_us / US_PER_S, 900, 920);
    fake_clock_pass(&l->clock, 30 * US_PER_S);
    row = one(l, "acme", "job");
    assert_in_range(row->per_minute, 28, 32);
    /* Stopped for three minutes and resumed: what went before it rested says nothing. */
    int64_t began_us = row->started_at_us;
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_DRYRUN);
    fake_clock_pass(&l->clock, 180 * US_PER_S);
    lab_control(l, "acme", "job", CONTROL_RESUME, MODE_DRYRUN);
    row = one(l, "acme", "job");
    assert_int_equal(row->eta_us, -1);
    assert_int_equal(row->started_at_us, began_us); /* the cycle did not begin anew */
    lab_take(l, MODE_DRYRUN);
    send_each_second(l, 30);
    assert_int_equal(one(l, "acme", "job")->eta_us, -1);
    send_each_second(l, 60);
    row = one(l, "acme", "job");
    assert_in_range(row->eta_us / US_PER_S, 810, 830);
    struct job_detail d;
    assert_true(read_job_detail(l->db, row->id, l->clock.now, &l->arena, &d, &l->err));
    assert_int_equal(d.saved_at_us, l->clock.now); /* a letter is a part of the position */
    fake_clock_pass(&l->clock, 600 * US_PER_S);
    row = one(l, "acme", "job");
    assert_int_equal(row->per_minute, 0);
    assert_int_equal(row->eta_us, -1);
}

static void refused_letters_do_not_count_as_gone_out(void **state)
{
    struct record_lab *l = *state;
    lab_job(l, "acme", "job", "g1:a", 10, 10);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example");
    assert_int_equal(lab_send(l, 2, SEND_REJECTED), 2);
    assert_int_equal(one(l, "acme", "job")->per_minute, 0);
}

static void waiting_failed_and_stopped_jobs_say_so(void **state)
{
    struct record_lab *l = *state;
    int64_t until = l->clock.now + 100 * US_PER_S;
    struct release wait = {JOB_RUNNING, until, ""};
    lab_job(l, "acme", "job", "g1:a", 10, 10);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    assert_true(l->a->ops->lease_release(l->a, &l->lease, &wait, &l->err));
    assert_int_equal(one(l, "acme", "job")->wait_until_us, until);
    fake_clock_pass(&l->clock, 101 * US_PER_S);
    assert_int_equal(one(l, "acme", "job")->wait_until_us, 0); /* it waits no more */
    lab_take(l, MODE_SMTP);
    lab_control(l, "acme", "job", CONTROL_PAUSE, MODE_SMTP);
    struct job_row *row = one(l, "acme", "job");
    assert_int_equal(row->state, JOB_RUNNING);
    assert_int_equal(row->desired, DESIRED_PAUSE);
    lab_release(l, JOB_PAUSED);
    row = one(l, "acme", "job");
    assert_int_equal(row->state, JOB_PAUSED);
    assert_int_equal(row->ended_at_us, l->clock.now);
    lab_control(l, "acme", "job", CONTROL_RESUME, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_release(l, JOB_FAILED);
    row = one(l, "acme", "job");
    assert_int_equal(row->state, JOB_FAILED);
    assert_string_equal(row->error, "the corpus is missing");
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    assert_string_equal(one(l, "acme", "job")->error, "");
}

static void letters_that_need_someone_are_counted_in_every_mode(void **state)
{
    struct record_lab *l = *state;
    struct totals t;
    lab_job(l, "acme", "job", "g1:a", 10, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example c@c.example");
    assert_int_equal(lab_send(l, 1, SEND_IN_DOUBT), 1);
    assert_int_equal(lab_send(l, 2, SEND_HELD), 2);
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_SMTP);
    lab_release(l, JOB_STOPPED);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    struct job_row *row = one(l, "acme", "job");
    assert_int_equal(row->in_doubt, 1);
    assert_int_equal(row->held, 2);
    assert_int_equal(row->total_sent, 0); /* of the dry run */
    assert_true(read_totals(l->db, l->clock.now, l->clock.now, &t, &l->err));
    assert_int_equal(t.in_doubt, 1);
    assert_int_equal(t.held, 2);
}

static void a_name_in_two_workspaces_must_be_told_apart(void **state)
{
    struct record_lab *l = *state;
    struct job_row *row = NULL;
    lab_job(l, "acme", "job", "g:a", 5, 5);
    lab_job(l, "beta", "job", "g:a", 5, 5);
    assert_string_equal(one(l, "beta", "job")->workspace, "beta");
    assert_false(read_job(l->db, NULL, "job", 0, &l->arena, &row, &l->err));
    assert_int_equal(l->err.kind, ERR_REFUSED);
    assert_non_null(strstr(l->err.text, "acme"));
    assert_non_null(strstr(l->err.text, "beta"));
    assert_non_null(strstr(l->err.text, "--workspace"));
}

static void the_name_that_was_meant_is_told(void **state)
{
    struct record_lab *l = *state;
    struct job_row *row = NULL;
    static const struct {
        int line;
        const char *workspace;
        const char *name;
        const char *says;
    } cases[] = {
        {__LINE__, "acme", "spain-plumber", "did you mean \"spain-plumbers\"?"},
        {__LINE__, NULL, "spain-plmubers", "did you mean \"spain-plumbers\"?"},
        {__LINE__, "acme", "germany", "there is no job \"germany\" in workspace \"acme\""},
        {__LINE__, "acne", "spain-plumbers", "no workspace \"acne\"; did you mean \"acme\"?"},
        {__LINE__, NULL, "\033[2J", "there is no job"},
    };
    lab_job(l, "acme", "spain-plumbers", "g:a", 5, 5);
    for (size_t i = 0; i < CASES(cases); i++) {
        bool ok = read_job(l->db, cases[i].workspace, cases[i].name, 0, &l->arena, &row, &l->err);
        CHECK_AT(cases[i].line, !ok && l->err.kind == ERR_REFUSED, "it was found");
        CHECK_AT(cases[i].line, strstr(l->err.text, cases[i].says) != NULL, "%s", l->err.text);
        CHECK_AT(cases[i].line, strchr(l->err.text, '\033') == NULL, "an escape sequence");
    }
}

static void the_detail_shows_plan_counts_and_minutes(void **state)
{
    struct record_lab *l = *state;
    struct job_detail d;
    at_a_round_time(l);
    struct uuid job = lab_job(l, "acme", "job", "g1:a,b g2:c", 10, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example c@c.example d@d.example");
    lab_find(l, "a@a.example e@e.example"); /* one of them again */
    assert_int_equal(lab_send(l, 2, SEND_SENT), 2);
    fake_clock_pass(&l->clock, 12 * US_PER_S);
    assert_int_equal(lab_send(l, 1, SEND_REJECTED), 1);
    bool changed;
    assert_true(
        l->a->ops->suppress(l->a, "ana", "acme", "@d.example", "asked", true, &changed, &l->err));
    fake_clock_pass(&l->clock, 2 * US_PER_S);
    struct progress p;
    assert_true(l->a->ops->lease_renew(l->a, &l->lease, &p, &l->err));
    assert_int_equal(lab_send(l, 2, SEND_SENT), 1);
    assert_true(read_job_detail(l->db, job, l->clock.now, &l->arena, &d, &l->err));
    assert_int_equal(d.plan->group_count, 2);
    assert_int_equal(d.plan->term_count, 3);
    int32_t at = d.plan->groups[0].state == GROUP_RUNNING ? 0 : 1; /* as the dice fell */
    assert_int_equal(d.group_leads[at], 5);
    assert_int_equal(d.group_leads[1 - at], 0);
    assert_int_equal(d.duplicates, 1);
    assert_int_equal(d.suppressed, 1);
    assert_int_equal(d.rejected, 1);
    assert_int_equal(d.sent, 3);
    assert_int_equal(d.simulated, 0);
    assert_int_equal(d.minute[59], 3);
    assert_int_equal(d.minute[58], 0);
    assert_true(d.saved_at_us > 0 && d.saved_at_us <= l->clock.now);
    assert_string_equal(d.last_variation, at == 0 ? "a" : "c");
    lab_sql(l, "UPDATE search_terms SET variation = 1 WHERE state = 'running'");
    lab_sql(l, "UPDATE term_variations SET text = 'another way to ask' WHERE k = 1");
    fake_clock_pass(&l->clock, 120 * US_PER_S);
    assert_true(read_job_detail(l->db, job, l->clock.now, &l->arena, &d, &l->err));
    assert_int_equal(d.minute[57], 3);
    assert_string_equal(d.last_variation, "another way to ask");
    assert_false(read_job_detail(l->db, l->engine, 0, &l->arena, &d, &l->err));
    assert_int_equal(l->err.kind, ERR_REFUSED);
}

static void a_plan_that_does_not_fit_is_refused(void **state)
{
    struct record_lab *l = *state;
    struct arena small = arena_init(300);
    struct plan *plan = NULL;
    struct uuid job = lab_job(l, "acme", "job", "g1:a,b,c,d,e,f g2:c,d,e,f,g", 10, 100);
    for (size_t ceiling = 64; ceiling < 3000; ceiling += 64) {
        small.ceiling = ceiling;
        assert_true(db_begin_read(l->db, &l->err));
        bool ok = plan_read(l->db, job, 0, &small, &plan, &l->err);
        db_end_read(l->db);
        arena_done(&small);
        assert_true(ok || l->err.kind == ERR_STOP);
        assert_true(!ok || ceiling > 1000);
    }
}

static void totals_of_the_day(void **state)
{
    struct record_lab *l = *state;
    struct totals t;
    at_a_round_time(l);
    fake_clock_pass(&l->clock, 300 * US_PER_S * (1 + (l->clock.now / US_PER_S / 300) % 2));
    int64_t midnight = l->clock.now - 3600 * US_PER_S;
    static const char *const names[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++)
        lab_job(l, "acme", names[i], "g1:a", 1000, 1000);
    lab_control(l, "acme", "one", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "a@a.example b@b.example c@c.example d@d.example e@e.example");
    assert_int_equal(lab_send(l, 3, SEND_SIMULATED), 3);
    lab_release(l, JOB_RUNNING);
    fake_clock_pass(&l->clock, 1200 * US_PER_S);
    lab_take(l, MODE_DRYRUN);
    assert_int_equal(lab_send(l, 2, SEND_SIMULATED), 2);
    assert_true(read_totals(l->db, l->clock.now, midnight, &t, &l->err));
    assert_int_equal(t.jobs, 3);
    assert_int_equal(t.running, 1);
    assert_int_equal(t.idle, 2);
    assert_int_equal(t.paused, 0);
    assert_int_equal(t.failed, 0);
    assert_int_equal(t.letters_today, 5);
    assert_int_equal(t.ten_minutes[23], 2);
    assert_int_equal(t.ten_minutes[22], 0);
    assert_int_equal(t.ten_minutes[21], 3);
    /* A midnight in between: only what came after it. */
    assert_true(read_totals(l->db, l->clock.now, l->clock.now - 600 * US_PER_S, &t, &l->err));
    assert_int_equal(t.letters_today, 2);
    assert_true(read_totals(l->db, l->clock.now, 0, &t, &l->err)); /* nonsense is survived */
}

static void the_engine_seen_last_is_shown(void **state)
{
    struct record_lab *l = *state;
    struct engine_row e;
    bool found = false;
    struct engine_card card = {uuid_from_bytes("x", 1), 3, "eu-2", 77, "0.2"};
    assert_true(read_engine(l->db, &e, &found, &l->err));
    assert_true(found);
    assert_string_equal(e.host, "eu-1");
    fake_clock_pass(&l->clock, US_PER_S);
    assert_true(l->a->ops->hello(l->a, &card, &l->err));
    assert_true(read_engine(l->db, &e, &found, &l->err));
    assert_string_equal(e.host, "eu-2");
    assert_string_equal(e.version, "0.2");
    assert_int_equal(e.pid, 77);
    assert_int_equal(e.last_seen_us, l->clock.now);
    assert_true(uuid_equal(e.id, card.id));
    lab_sql(l, "DELETE FROM engines");
    assert_true(read_engine(l->db, &e, &found, &l->err));
    assert_false(found);
}

static void reading_keeps_no_transaction_open(void **state)
{
    struct record_lab *l = *state;
    struct totals t;
    struct job_detail d;
    struct job_row *row;
    struct uuid job = lab_job(l, "acme", "job", "g1:a", 10, 10);
    (void)all(l, NULL, 1);
    (void)one(l, NULL, "job");
    assert_false(read_job(l->db, NULL, "none", 0, &l->arena, &row, &l->err));
    assert_true(read_job_detail(l->db, job, 0, &l->arena, &d, &l->err));
    assert_true(read_totals(l->db, l->clock.now, 0, &t, &l->err));
    /* With a reader's snapshot open the log of changes could not be emptied into the file. */
    lab_job(l, "acme", "other", "g1:a", 10, 10);
    assert_int_equal(lab_number(l, "PRAGMA wal_checkpoint(TRUNCATE)"), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_come_by_workspace_and_name),
        TEST(more_jobs_than_the_first_piece_are_listed),
        TEST(a_job_that_never_ran_shows_what_it_could_do),
        TEST(a_running_job_shows_where_it_stands),
        TEST(the_goal_shrinks_with_what_is_over),
        TEST(a_group_that_is_done_stays_done_when_its_limit_is_raised),
        TEST(pace_and_the_time_until_the_end),
        TEST(refused_letters_do_not_count_as_gone_out),
        TEST(waiting_failed_and_stopped_jobs_say_so),
        TEST(letters_that_need_someone_are_counted_in_every_mode),
        TEST(a_name_in_two_workspaces_must_be_told_apart),
        TEST(the_name_that_was_meant_is_told),
        TEST(the_detail_shows_plan_counts_and_minutes),
        TEST(a_plan_that_does_not_fit_is_refused),
        TEST(totals_of_the_day),
        TEST(the_engine_seen_last_is_shown),
        TEST(reading_keeps_no_transaction_open),
    };
    return cmocka_run_group_tests_name("read_jobs", tests, NULL, NULL);
}
