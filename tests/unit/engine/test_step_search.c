/* test_step_search.c - if this fails, a provider's hiccup changes what a job finds, a provider
 * that is gone hangs the lane or loops it, or pages and variations are asked in another order or
 * twice. */
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

static const struct rig_job one_term = {.distribution = DISTRIBUTION_RANDOM,
                                        .loop_interval = 20,
                                        .max_per_group = 100,
                                        .groups = 1,
                                        .terms = 1};

static char *run_and_tell(struct rig *rig)
{
    struct buf out = buf_init((size_t)1 << 20);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    rig_check(rig);
    rig_sequence(rig, &out);
    end(rig);
    return buf_take(&out);
}

/* --- hiccups that pass ---------------------------------------------------------------------- */

static const struct {
    int line;
    int32_t search_wait, page_wait, fail;
    enum err_kind kind;
    bool ahead; /* hits are announced before their turn */
} hiccups[] = {
    {__LINE__, 2, 0, 0, ERR_RETRY, false}, {__LINE__, 0, 2, 0, ERR_RETRY, false},
    {__LINE__, 3, 3, 0, ERR_RETRY, false}, {__LINE__, 0, 0, 1, ERR_RETRY, false},
    {__LINE__, 0, 0, 4, ERR_RETRY, false}, {__LINE__, 0, 0, 4, ERR_UNREACHABLE, false},
    {__LINE__, 5, 3, 3, ERR_RETRY, false}, {__LINE__, 0, 0, 0, ERR_RETRY, true},
    {__LINE__, 2, 0, 0, ERR_RETRY, true},  {__LINE__, 3, 2, 0, ERR_RETRY, true},
    {__LINE__, 5, 3, 4, ERR_RETRY, true},
};

static void test_hiccups(void **state)
{
    (void)state;
    char *want = run_and_tell(make(&rig_small));
    for (size_t i = 0; i < CASES(hiccups); i++) {
        struct rig *rig = make(&rig_small);
        rig->search.wait_every = hiccups[i].search_wait;
        rig->pages.wait_every = hiccups[i].page_wait;
        rig->pages.looks_ahead = hiccups[i].ahead;
        rig->search.fail_next = hiccups[i].fail;
        rig->search.fail_kind = hiccups[i].kind;
        char *got = run_and_tell(rig);
        CHECK_AT(hiccups[i].line, str_equal(got, want), "got\n%sinstead of\n%s", got, want);
        free(got);
    }
    free(want);
}

/* Hits are announced before their turn, and no more than fit in the line. */
static void test_ahead(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    rig->pages.looks_ahead = true;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_true(rig->pages.aheads > rig->pages.starts);
    assert_int_equal(rig->pages.starts, rig->pages.ends);
    end(rig);
}

/* The waits between failures grow, are drawn, and have a ceiling. */
static void test_backoff(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    rig->search.fail_next = 8;
    rig->settings.search_failures = 9;
    rig->settings.retry_min_us = INT64_C(1000000);
    rig->settings.retry_max_us = INT64_C(4000000);
    int64_t begin_us = rig->clock.boot;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    int64_t took_us = rig->clock.boot - begin_us;
    assert_true(took_us > INT64_C(1000000)); /* not all of eight draws are small */
    assert_true(took_us <= INT64_C(1000000) * (1 + 2 + 6 * 4));
    assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), 8);
    assert_int_equal(rig->calls[RIG_SEARCH_FAILED], 8);
    end(rig);
}

/* --- pauses that a provider asks for -------------------------------------------------------- */

/* A long pause is waited for, changes nothing of what is found, and counts once. */
static void test_pause(void **state)
{
    (void)state;
    static const int64_t pauses[] = {1, 5, 89, 91, 3600};
    char *want = run_and_tell(make(&rig_small));
    for (size_t i = 0; i < CASES(pauses); i++) {
        struct rig *rig = make(&rig_small);
        int64_t begin_us = rig->clock.boot;
        rig->search.clock = &rig->clock;
        rig->search.pause_us = pauses[i] * INT64_C(1000000);
        rig->search.fail_next = 1;
        struct buf out = buf_init((size_t)1 << 20);
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
        assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), 1);
        assert_int_equal(rig->search.early, 0);
        assert_true(rig->clock.boot - begin_us >= rig->search.pause_us);
        rig_sequence(rig, &out);
        assert_string_equal(buf_text(&out), want);
        buf_done(&out);
        end(rig);
    }
    free(want);
}

/* The pause is the provider's, not the term's: the next term is not asked meanwhile either, and
 * has no failure for it. */
static void test_pause_of_all_terms(void **state)
{
    (void)state;
    struct rig_job job = one_term;
    job.terms = 2;
    struct rig *rig = make(&job);
    rig->settings.search_failures = 1;
    rig->search.clock = &rig->clock;
    rig->search.pause_us = INT64_C(3600) * 1000000;
    rig->search.fail_next = 1;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), 1);
    assert_int_equal(rig->search.early, 0);
    assert_int_equal(rig_plan(rig)->terms[1].counted, 20);
    end(rig);
}

/* --- failures that stay --------------------------------------------------------------------- */

/* A term whose provider keeps failing is deferred; what it found before is kept. */
static void test_failing_term(void **state)
{
    (void)state;
    static const struct fake_term terms[] = {{"g1 t1", -1, 3}};
    struct rig_job job = one_term;
    job.terms = 2;
    struct rig *rig = make(&job);
    rig->world.terms = terms;
    rig->world.term_count = 1;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_DEFERRED);
    assert_int_equal(rig_plan(rig)->terms[0].failures, rig->settings.search_failures);
    assert_true(rig_plan(rig)->terms[0].counted > 0);
    assert_int_equal(rig_plan(rig)->terms[1].counted, 20);
    assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), rig->settings.search_failures);
    assert_true(fake_log_has(&rig->log, "provider failed term=\"g1 t1\" failures=5"));
    rig_check(rig);
    end(rig);
}

static void test_refused_query(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    rig->search.fail_next = 1;
    rig->search.fail_kind = ERR_REFUSED;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_EXHAUSTED);
    assert_true(rig_plan(rig)->terms[0].cursor.ended);
    assert_int_equal(model_send_count(rig->record), 0);
    assert_int_equal(rig->calls[RIG_SEARCH_FAILED], 0);
    assert_true(fake_log_has(&rig->log, "warn search: query given up term=\"g1 t1\" variation=0"));
    end(rig);
}

/* The provider itself can't be used: the job fails with the provider's sentence. */
static void test_provider_unusable(void **state)
{
    (void)state;
    static const enum err_kind kinds[] = {ERR_STOP, ERR_REFUSED};
    for (size_t i = 0; i < CASES(kinds); i++) {
        struct rig *rig = make(&one_term);
        struct lane_report report;
        (void)err_set(&rig->search_why, kinds[i], "search: there is no corpus; add one");
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run(rig, &report), LANE_FAILED);
        assert_string_equal(report.problem, "search: there is no corpus; add one");
        assert_int_equal(rig_state(rig), JOB_FAILED);
        end(rig);
    }
    struct rig *rig = make(&one_term);
    struct lane_report report;
    rig->search.fail_next = 1;
    rig->search.fail_kind = ERR_STOP;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_FAILED);
    assert_true(str_starts(report.problem, "search: the provider failed at result 0"));
    end(rig);
}

/* It can't be had right now: that counts like a failed search. */
static void test_provider_away(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    (void)err_set(&rig->search_why, ERR_RETRY, "search: the corpus is being rebuilt");
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_DEFERRED);
    end(rig);
}

/* --- pages ---------------------------------------------------------------------------------- */

static void test_broken_pages(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    rig->world.broken = 50;
    rig->world.results_min = rig->world.results_max = 40;
    rig->settings.mail_batch = 4;
    char *first;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].counted, 20);
    assert_true(fake_log_has(&rig->log, "page skipped"));
    rig_check(rig);
    struct buf out = buf_init((size_t)1 << 20);
    rig_sequence(rig, &out);
    end(rig);
    first = buf_take(&out);
    /* The same with interruptions. */
    rig = make(&one_term);
    rig->world.broken = 50;
    rig->world.results_min = rig->world.results_max = 40;
    rig->search.fail_next = 2;
    rig->search.wait_every = 2;
    char *second = run_and_tell(rig);
    assert_string_equal(first, second);
    free(first);
    free(second);
}

/* The limit lies inside a page: the rest of it is found when there is room again. */
static void test_cursor_inside_page(void **state)
{
    (void)state;
    struct rig_job job = one_term;
    job.loop_interval = 3;
    struct rig *rig = make(&job);
    rig->world.page_leads = 40;
    rig->world.results_min = rig->world.results_max = 5;
    rig->world.people = 100000;
    for (int tries = 0; tries < 50; tries++) { /* a world whose one page has more than enough */
        struct lead_found leads[FAKE_PAGE_LEADS];
        char url[URL_MAX + 1];
        rig->world.seed = (uint64_t)tries;
        fake_world_url(&rig->world, "g1 t1", 0, url, sizeof url);
        if (fake_world_page(&rig->world, url, leads) > 10)
            break;
    }
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].counted, 3);
    assert_int_equal(model_send_count(rig->record), 3);
    assert_int_equal(rig_plan(rig)->terms[0].cursor.address, 3);
    assert_string_equal(rig_plan(rig)->terms[0].cursor.result, "");
    assert_int_equal(rig->search.hits, 1); /* and no more was asked for than was needed */
    rig_check(rig);
    end(rig);
}

/* The addresses of a term's pages in order, each once; returns how many repetitions there are up
 * to the last of `most`. */
static int32_t walk(const struct fake_world *world, int32_t most, struct buf *out)
{
    int32_t found = 0, repeated = 0;
    for (int32_t i = 0; found < most; i++) {
        struct lead_found leads[FAKE_PAGE_LEADS];
        char url[URL_MAX + 1], line[ADDRESS_MAX + 3];
        fake_world_url(world, "g1 t1", i, url, sizeof url);
        int32_t count = fake_world_page(world, url, leads);
        for (int32_t k = 0; k < count && found < most; k++) {
            if ((leads[k].flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) != 0)
                continue;
            (void)str_format(line, sizeof line, "\n%s\n", leads[k].address); /* it fits */
            if (strstr(buf_text(out), line) != NULL) {
                repeated++;
                continue;
            }
            (void)buf_adds(out, out->len == 0 ? line : line + 1); /* compared by the caller */
            found++;
        }
    }
    return repeated;
}

/* Refused letters free places, so the search stops and goes on inside pages many times; whatever
 * happens, no address is left out and none is looked at twice. */
static void test_no_gaps(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term);
    struct buf want = buf_init((size_t)1 << 20), got = buf_init((size_t)1 << 20);
    rig_mode(rig, MODE_SMTP);
    rig_kill(rig);
    rig->world.page_leads = 9;
    rig->world.rejected = 60;
    rig->world.skipped = 10;
    rig->world.results_min = rig->world.results_max = 60;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SENT), 20);
    assert_true(rig->calls[RIG_SEARCH_END] >= 4);
    int32_t rows = (int32_t)model_send_count(rig->record);
    int32_t repeated = walk(&rig->world, rows, &want);
    for (int32_t i = 0; i < rows; i++)
        (void)buf_addf(&got, "%s%s\n", i == 0 ? "\n" : "",
                       model_send_at(rig->record, i)->address); /* compared below */
    assert_string_equal(buf_text(&got), buf_text(&want));
    int64_t duplicates = 0;
    for (int64_t i = 0; i < model_event_count(rig->record); i++)
        if (model_event_at(rig->record, i)->kind == EVENT_SEARCHED)
            duplicates += model_event_at(rig->record, i)->n2;
    assert_int_equal(duplicates, repeated);
    buf_done(&want);
    buf_done(&got);
    end(rig);
}

/* A failure now and then is not a failure in a row. */
static void fail_once_more(struct rig *rig, enum rig_op op)
{
    if (op == RIG_SEARCH_END)
        rig->search.fail_next = 1;
}

static void test_failures_apart(void **state)
{
    (void)state;
    struct rig_job job = one_term;
    job.loop_interval = job.max_per_group = SEARCH_PAGES_MAX;
    struct rig *rig = make(&job);
    rig->world.results_min = rig->world.results_max = 4 * SEARCH_PAGES_MAX;
    rig->world.page_leads = 1;
    rig->settings.search_failures = 2;
    rig->hook = fail_once_more;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_DONE);
    assert_true(rig_events(rig, EVENT_SEARCH_FAILED) >= 2);
    rig_check(rig);
    end(rig);
}

/* --- variations ----------------------------------------------------------------------------- */

/* The term's own text first, then each variation, then the end; each is asked once. */
static void test_variations(void **state)
{
    (void)state;
    struct rig_job job = one_term;
    job.variations = 3;
    struct rig *rig = make(&job);
    rig->world.results_min = rig->world.results_max = 2;
    rig->world.page_leads = 1;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig->search.starts, 4);
    assert_int_equal(rig->search.hits, 8);
    assert_int_equal(rig->calls[RIG_VARIATION], 3 + 3); /* is there a next one, and what is it */
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_EXHAUSTED);
    assert_int_equal(rig_plan(rig)->terms[0].cursor.variation, 3);
    rig_check(rig);
    end(rig);
}

/* A refused variation does not keep the next from being asked. */
static void refuse_second(struct rig *rig, enum rig_op op)
{
    if (op == RIG_VARIATION && rig->calls[op] == 1) {
        rig->search.fail_next = 1;
        rig->search.fail_kind = ERR_REFUSED;
    }
}

static void test_refused_variation(void **state)
{
    (void)state;
    struct rig_job job = one_term;
    job.variations = 2;
    struct rig *rig = make(&job);
    rig->world.results_min = rig->world.results_max = 2;
    rig->hook = refuse_second;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig->search.starts, 3);
    assert_int_equal(rig->search.hits, 4);
    assert_true(fake_log_has(&rig->log, "variation=1"));
    end(rig);
}

/* --- providers that do not answer ----------------------------------------------------------- */

struct silent {
    struct search search;
    struct rig *rig;
    int64_t answer_us; /* boot time from which it answers; INT64_MAX never */
    int waits;
};

static struct silent *of_search(struct search *s)
{
    return (struct silent *)s;
}

static bool silent_start(struct search *s, const struct search_request *request, struct err *err)
{
    struct silent *me = of_search(s);
    return me->rig->search.port.ops->start(&me->rig->search.port, request, err);
}

static enum search_answer silent_next(struct search *s, int64_t deadline_us, struct search_hit *hit,
                                      struct err *err)
{
    struct silent *me = of_search(s);
    struct rig *rig = me->rig;
    if (rig->clock.boot >= me->answer_us)
        return rig->search.port.ops->next(&rig->search.port, deadline_us, hit, err);
    me->waits++;
    assert_true(deadline_us > rig->clock.boot);
    assert_true(deadline_us - rig->clock.boot <= LANE_SLICE_US);
    fake_clock_pass(&rig->clock, deadline_us - rig->clock.boot);
    return SEARCH_WAIT;
}

static void silent_end(struct search *s)
{
    of_search(s)->rig->search.port.ops->end(&of_search(s)->rig->search.port);
}

static const struct search_ops silent_ops = {
    .kind = "silent", .start = silent_start, .next = silent_next, .end = silent_end};

static bool find_the_silent(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    struct silent *s = ((struct rig *)ctx)->user;
    (void)provider; /* there is one */
    (void)err;      /* which can always be had */
    *ret = &s->search;
    return true;
}

static struct rig *make_silent(struct silent *s, int64_t after_us)
{
    struct rig *rig = make(&one_term);
    *s = (struct silent){.search = {&silent_ops}, .rig = rig};
    s->answer_us = after_us == INT64_MAX ? after_us : rig->clock.boot + after_us;
    rig->user = s;
    lane_ports(rig->lane)->search = find_the_silent;
    return rig;
}

/* It takes 70 s to wake up: the lease is renewed meanwhile, nothing is lost. */
static void test_slow_provider(void **state)
{
    (void)state;
    struct silent s;
    struct rig *rig = make_silent(&s, INT64_C(70) * 1000000);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_true(rig->calls[RIG_RENEW] >= 6);
    assert_int_equal(rig_plan(rig)->terms[0].counted, 20);
    assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), 0);
    end(rig);
}

/* It never answers: each try ends after two minutes, then the term is deferred. */
static void test_dead_provider(void **state)
{
    (void)state;
    struct silent s;
    struct rig *rig = make_silent(&s, INT64_MAX);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].state, TERM_DEFERRED);
    assert_int_equal(rig_events(rig, EVENT_SEARCH_FAILED), 5);
    assert_true(fake_log_has(&rig->log, "no answer for two minutes"));
    end(rig);
}

static void stop_in_search(struct rig *rig, enum rig_op op)
{
    const struct silent *s = rig->user;
    if (op == RIG_DESIRED && s->waits == 10)
        rig_control(rig, CONTROL_STOP);
}

/* A stop while it is awaited takes effect at the next look, and what was in hand is dropped. */
static void test_stop_in_search(void **state)
{
    (void)state;
    struct silent s;
    struct rig *rig = make_silent(&s, INT64_MAX);
    struct lane_report report;
    rig->hook = stop_in_search;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_STOPPED);
    assert_true(s.waits <= 12);
    assert_int_equal(rig->calls[RIG_SEARCH_END], 0);
    assert_int_equal(rig->calls[RIG_SEARCH_FAILED], 0);
    end(rig);
}

static void cut_off(struct rig *rig, enum rig_op op)
{
    if (op == RIG_SEARCH_END)
        rig->fault[0].call = 0;
}

/* The authority can't be reached while a provider is awaited: as long as the lease is trusted the
 * answer is still wanted. */
static void test_renewal_fails_for_a_while(void **state)
{
    (void)state;
    struct silent s;
    struct rig *rig = make_silent(&s, INT64_C(20) * 1000000);
    rig->fault[0] = (struct rig_fault){RIG_RENEW, 1, 5, false, ERR_RETRY};
    rig->hook = cut_off;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_plan(rig)->terms[0].counted, 20);
    rig_check(rig);
    end(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hiccups),
        cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_pause),
        cmocka_unit_test(test_pause_of_all_terms),
        cmocka_unit_test(test_failing_term),
        cmocka_unit_test(test_refused_query),
        cmocka_unit_test(test_provider_unusable),
        cmocka_unit_test(test_provider_away),
        cmocka_unit_test(test_broken_pages),
        cmocka_unit_test(test_cursor_inside_page),
        cmocka_unit_test(test_no_gaps),
        cmocka_unit_test(test_failures_apart),
        cmocka_unit_test(test_variations),
        cmocka_unit_test(test_refused_variation),
        cmocka_unit_test(test_slow_provider),
        cmocka_unit_test(test_dead_provider),
        cmocka_unit_test(test_stop_in_search),
        cmocka_unit_test(test_renewal_fails_for_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
