/* test_manual.c - if this fails, a search by hand finds something else than a job would, or a
 * letter sent by hand passes a limit, goes twice, or disturbs the job. */
#include "rig.h"

#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

static struct rig *make(const struct rig_job *job)
{
    struct rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    rig_init(rig, job);
    return rig;
}

static void end(struct rig *rig)
{
    rig_done(rig);
    free(rig);
}

static const struct rig_job one_term = {.distribution = DISTRIBUTION_EQUITABLE,
                                        .loop_interval = 8,
                                        .max_per_group = 100,
                                        .groups = 1,
                                        .terms = 2};

/* Addresses in the order in which they were handed out. */
struct catch
{
    struct buf text;
    int count;
    int most; /* ends the search after so many; 0: never */
};

static bool caught(void *ctx, const struct lead_found *lead, const struct page_words *words,
                   const char *url)
{
    struct catch *c = ctx;
    assert_non_null(words);
    assert_true(url[0] != '\0');
    assert_int_equal(lead->flags & (LEAD_NOREPLY | LEAD_DISPOSABLE), 0);
    (void)buf_addf(&c->text, "%s\n", lead->address); /* asked by comparing */
    return ++c->count != c->most;
}

static struct manual_request search_for(const char *term, int32_t limit, struct catch *c)
{
    *c = (struct catch){.text = buf_init((size_t)1 << 20)};
    return (struct manual_request){
        .term = term, .provider = "local", .limit = limit, .found = caught, .ctx = c};
}

static void search(struct rig *rig, const struct manual_request *r, struct manual_result *ret)
{
    struct err err = {0};
    if (!lane_manual(rig->lane, r, ret, &err))
        fail_msg("%s", err.text);
}

/* --- searching only ------------------------------------------------------------------------- */

/* The same addresses in the same order as a job's term finds, and nothing is stored. */
static void test_same_as_job(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct catch c;
    struct manual_result result;
    rig->world.skipped = 30;
    rig->world.people = 300;
    struct manual_request r = search_for("g1 t1", 8, &c);
    search(rig, &r, &result);
    assert_int_equal(result.found, 8);
    assert_int_equal(c.count, 8);
    assert_true(result.pages > 0);
    assert_false(result.exhausted);
    assert_int_equal(model_send_count(rig->record), 0);
    assert_int_equal(model_counts(rig->record).leads, 0);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    struct buf job = buf_init((size_t)1 << 20);
    for (int64_t i = 0; i < 8; i++)
        (void)buf_addf(&job, "%s\n", model_send_at(rig->record, i)->address); /* compared */
    assert_string_equal(buf_text(&c.text), buf_text(&job));
    buf_done(&job);
    buf_done(&c.text);
    end(rig);
}

static void test_exhausted(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct catch c;
    struct manual_result result;
    rig->world.people = 20;
    struct manual_request r = search_for("anything", 1000, &c);
    search(rig, &r, &result);
    assert_true(result.exhausted);
    assert_true(result.found <= 20);
    assert_true(result.duplicates > 0);
    assert_int_equal(c.count, result.found);
    buf_done(&c.text);
    end(rig);
}

/* More pages than one step takes, and more ways to ask. */
static void test_many_pages(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct catch c;
    struct manual_result few, more;
    rig->world.results_min = rig->world.results_max = 200;
    rig->world.people = 100000;
    struct manual_request r = search_for("two words", 100000, &c);
    search(rig, &r, &few);
    assert_int_equal(few.pages, 200);
    buf_done(&c.text);
    r = search_for("two words", 100000, &c);
    r.variations = 2;
    search(rig, &r, &more);
    assert_int_equal(more.pages, 600);
    assert_true(more.found > few.found);
    buf_done(&c.text);
    end(rig);
}

static void test_caller_ends_it(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct catch c;
    struct manual_result result;
    struct manual_request r = search_for("g1 t1", 100, &c);
    c.most = 3;
    search(rig, &r, &result);
    assert_int_equal(result.found, 3);
    assert_int_equal(c.count, 3);
    buf_done(&c.text);
    end(rig);
}

static void test_search_fails(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct catch c;
    struct manual_result result;
    struct err err = {0};
    struct manual_request r = search_for("g1 t1", 100, &c);
    rig->search.fail_next = 1;
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_true(str_starts(err.text, "search: the provider failed"));
    (void)err_set(&rig->search_why, ERR_STOP, "search: there is no corpus; add one");
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_string_equal(err.text, "search: there is no corpus; add one");
    rig->search_why.kind = ERR_NONE;
    rig->search.wait_every = 2;
    rig->clock.cancelled = true;
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    buf_done(&c.text);
    end(rig);
}

/* --- and sending ---------------------------------------------------------------------------- */

static struct manual_request send_for(const char *group, const char *term, int32_t limit)
{
    return (struct manual_request){
        .term = term, .limit = limit, .send = true, .job = {"default", "sample"}, .group = group};
}

static void test_sends(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    struct manual_request r = send_for("g1", "g1 t2", 3);
    search(rig, &r, &result);
    assert_int_equal(result.accepted, 3);
    assert_int_equal(result.decided, 3);
    assert_false(result.limited);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 3);
    assert_int_equal(rig_plan(rig)->terms[1].counted, 3);
    assert_int_equal(rig_plan(rig)->terms[0].counted, 0);
    assert_int_equal(rig_state(rig), JOB_IDLE);
    assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
    rig_check(rig);
    /* Once more: it goes on behind them, up to the job's limit. */
    r.limit = 100;
    search(rig, &r, &result);
    assert_int_equal(result.accepted, 5);
    assert_true(result.limited);
    assert_int_equal(rig_plan(rig)->terms[1].counted, 8);
    rig_check(rig);
    search(rig, &r, &result);
    assert_int_equal(result.accepted, 0);
    assert_true(result.limited);
    end(rig);
}

/* Between two runs of the job: its letters that wait go first, and the job goes on afterwards. */
static void stop_early(struct rig *rig, enum rig_op op)
{
    if (op == RIG_SEARCH_END && rig->calls[op] == 1)
        rig_control(rig, CONTROL_STOP);
}

static void test_beside_a_job(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    rig->settings.mail_batch = 2; /* so that some wait when it is stopped */
    rig->hook = stop_early;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_STOPPED);
    int64_t queued = rig_rows(rig, SEND_QUEUED);
    assert_true(queued > 0);
    rig->hook = NULL;
    struct manual_request r = send_for("g1", "g1 t1", 2);
    search(rig, &r, &result);
    assert_int_equal(result.accepted, 2);
    assert_int_equal(result.queued, 0);
    assert_int_equal(rig_rows(rig, SEND_QUEUED), queued - 2);
    assert_int_equal(rig_state(rig), JOB_STOPPED);
    rig_control(rig, CONTROL_RESUME);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 16);
    rig_check(rig);
    end(rig);
}

static const struct {
    int line;
    const char *job, *group, *term;
    const char *said;
} mistakes[] = {
    {__LINE__, "other", "g1", "g1 t1", "no job \"other\""},
    {__LINE__, "sample", "g9", "g1 t1", "no group \"g9\""},
    {__LINE__, "sample", "g1", "unheard of", "no term \"unheard of\"; add it first"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(mistakes); i++) {
        struct rig *rig = make(&one_term);
        struct manual_result result;
        struct err err = {0};
        struct manual_request r = send_for(mistakes[i].group, mistakes[i].term, 3);
        r.job.name = mistakes[i].job;
        CHECK_AT(mistakes[i].line, !lane_manual(rig->lane, &r, &result, &err), "taken");
        CHECK_AT(mistakes[i].line, err.kind == ERR_REFUSED, "kind %s", err_kind_name(err.kind));
        CHECK_AT(mistakes[i].line, strstr(err.text, mistakes[i].said) != NULL, "said %s", err.text);
        assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
        end(rig);
    }
}

/* Somebody works the job: nothing happens. */
static void test_conflict(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    struct err err = {0};
    struct lease lease;
    bool found;
    struct uuid other = uuid_from_bytes("other", 5);
    struct engine_card card = {other, 1, "elsewhere", 2, "0"};
    rig_control(rig, CONTROL_START);
    assert_true(rig->raw->ops->hello(rig->raw, &card, NULL));
    assert_true(rig->raw->ops->job_acquire(rig->raw, other, MODE_DRYRUN, (struct uuid){0}, &lease,
                                           &found, NULL));
    assert_true(found);
    struct manual_request r = send_for("g1", "g1 t1", 3);
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(model_send_count(rig->record), 0);
    end(rig);
}

/* A closed window ends it, instead of waiting for tomorrow. */
static void test_window(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    int64_t before_us = rig->clock.boot;
    rig->settings.mail_daily_cap = 2;
    struct manual_request r = send_for("g1", "g1 t1", 5);
    search(rig, &r, &result);
    assert_int_equal(result.accepted, 2);
    assert_true(result.limited);
    assert_int_equal(rig->clock.boot, before_us);
    rig_check(rig);
    end(rig);
}

static void test_send_search_fails(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    struct err err = {0};
    struct manual_request r = send_for("g1", "g1 t1", 5);
    rig->search.fail_next = 100;
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_non_null(strstr(err.text, "keeps failing"));
    (void)err_set(&rig->search_why, ERR_STOP, "search: there is no corpus; add one");
    assert_false(lane_manual(rig->lane, &r, &result, &err));
    assert_string_equal(err.text, "search: there is no corpus; add one");
    assert_int_equal(rig_state(rig), JOB_IDLE); /* a failure by hand is not the job's */
    assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
    end(rig);
}

static void test_nothing_left(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct manual_result result;
    rig->world.people = 4;
    struct manual_request r = send_for("g1", "g1 t1", 100);
    search(rig, &r, &result);
    assert_true(result.exhausted);
    assert_true(result.accepted > 0 && result.accepted <= 4);
    assert_int_equal(result.accepted, result.queued);
    rig_check(rig);
    end(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_as_job),       cmocka_unit_test(test_exhausted),
        cmocka_unit_test(test_many_pages),        cmocka_unit_test(test_caller_ends_it),
        cmocka_unit_test(test_search_fails),      cmocka_unit_test(test_sends),
        cmocka_unit_test(test_beside_a_job),      cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_conflict),          cmocka_unit_test(test_window),
        cmocka_unit_test(test_send_search_fails), cmocka_unit_test(test_nothing_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
