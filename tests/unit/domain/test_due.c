/* test_due.c - if this fails, a report is missed, made twice, made late for no reason, or made more
 * often than its specification allows. */
#include "domain/due.h"

#include "base/str.h"
#include "domain/calendar.h"
#include "unit/cases.h"

#include <string.h>

static int64_t at(const char *text)
{
    int64_t s = 0;
    assert_true(calendar_parse(text, &s));
    return s;
}

/* Daily at 09:00 UTC. */
static struct timing daily(void)
{
    struct timing t = {.zone = "UTC"};
    timing_set(&t, TIMING_DAILY, 9 * 60, 0);
    return t;
}

static struct due_answer decide(const struct timing *t, const char *slot, const char *now,
                                const struct due_facts *more)
{
    struct zone_hint hint = {0};
    struct due_answer a;
    struct due_facts f = more != NULL ? *more : (struct due_facts){0};
    f.timing = t;
    f.zone = zone_utc();
    f.hint = &hint;
    f.slot = at(slot);
    f.now = at(now);
    due_decide(&f, &a);
    return a;
}

static void in_time_it_runs_and_moves_on(void **state)
{
    (void)state;
    struct timing t = daily();
    struct due_answer a = decide(&t, "2026-11-23T09:00:00Z", "2026-11-23T09:00:02Z", NULL);
    assert_int_equal(a.what, DUE_RUN);
    assert_int_equal(a.slot, at("2026-11-23T09:00:00Z"));
    assert_int_equal(a.starts_at, a.slot);
    assert_int_equal(a.missed, 0);
    assert_int_equal(a.next, at("2026-11-24T09:00:00Z"));
    assert_false(a.ends);
    assert_string_equal(a.reason, "");
}

static void after_a_standstill(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum timing_catchup catchup;
        int64_t window_s;
        const char *slot, *now;
        enum due_what what;
        const char *which;
        int64_t missed;
        const char *next;
    } rows[] = {
        {__LINE__, TIMING_CATCHUP_ONE, 0, "2026-11-20T09:00:00Z", "2026-11-23T12:00:00Z",
         DUE_CATCH_UP, "2026-11-23T09:00:00Z", 3, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ONE, 0, "2026-11-23T09:00:00Z", "2026-11-23T09:05:01Z",
         DUE_CATCH_UP, "2026-11-23T09:00:00Z", 0, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ONE, 0, "2026-11-23T09:00:00Z", "2026-11-23T09:05:00Z", DUE_RUN,
         "2026-11-23T09:00:00Z", 0, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ONE, 0, "2026-11-22T09:00:00Z", "2026-11-23T09:00:01Z",
         DUE_CATCH_UP, "2026-11-23T09:00:00Z", 1, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ONE, 3600, "2026-11-22T09:00:00Z", "2026-11-23T12:00:00Z",
         DUE_MISSED, "2026-11-23T09:00:00Z", 1, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ALL, 0, "2026-11-20T09:00:00Z", "2026-11-23T12:00:00Z",
         DUE_CATCH_UP, "2026-11-20T09:00:00Z", 0, "2026-11-21T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_ALL, 0, "2026-01-01T09:00:00Z", "2026-11-23T12:00:00Z",
         DUE_CATCH_UP, "2026-10-24T09:00:00Z", 296, "2026-10-25T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_NONE, 0, "2026-11-20T09:00:00Z", "2026-11-23T12:00:00Z",
         DUE_MISSED, "2026-11-23T09:00:00Z", 3, "2026-11-24T09:00:00Z"},
        {__LINE__, TIMING_CATCHUP_NONE, 0, "2026-11-20T09:00:00Z", "2026-11-23T09:01:00Z",
         DUE_CATCH_UP, "2026-11-23T09:00:00Z", 3, "2026-11-24T09:00:00Z"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct timing t = daily();
        t.catchup = rows[i].catchup;
        t.catchup_window_s = rows[i].window_s;
        struct due_answer a = decide(&t, rows[i].slot, rows[i].now, NULL);
        CHECK_AT(rows[i].line, a.what == rows[i].what, "what %d", a.what);
        CHECK_AT(rows[i].line, a.slot == at(rows[i].which), "slot %lld", (long long)a.slot);
        CHECK_AT(rows[i].line, a.missed == rows[i].missed, "missed %lld", (long long)a.missed);
        CHECK_AT(rows[i].line, a.next == at(rows[i].next), "next %lld", (long long)a.next);
        CHECK_AT(rows[i].line, (a.what == DUE_MISSED) == (a.reason[0] != '\0'), "%s", a.reason);
    }
}

static void the_frequency_lets_one_report_a_period_through(void **state)
{
    (void)state;
    struct timing t = daily();
    struct due_facts f = {.limit = {.on = true,
                                    .cadence = FREQUENCY_WEEKLY,
                                    .ran = true,
                                    .last_success = at("2026-11-23T09:00:00Z")}};
    struct due_answer a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_int_equal(a.what, DUE_FREQUENCY);
    assert_int_equal(a.next, at("2026-11-30T09:00:00Z"));
    assert_non_null(strstr(a.reason, "2026-11-30T00:00:00Z"));
    /* The first instant of the next period is inclusive. */
    timing_set(&t, TIMING_DAILY, 0, 0);
    a = decide(&t, "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", &f);
    assert_int_equal(a.next, at("2026-11-30T00:00:00Z"));
    a = decide(&t, "2026-11-30T00:00:00Z", "2026-11-30T00:00:00Z", &f);
    assert_int_equal(a.what, DUE_RUN);
    /* What is caught up counts for the period of its slot, not of today. */
    f.limit.last_success = at("2026-11-16T00:00:00Z");
    a = decide(&t, "2026-11-22T00:00:00Z", "2026-11-22T10:00:00Z", &f);
    assert_int_equal(a.what, DUE_FREQUENCY);
    /* A run that holds the period, though none has succeeded. */
    f.limit.ran = false;
    f.held = true;
    a = decide(&t, "2026-11-24T00:00:00Z", "2026-11-24T00:00:00Z", &f);
    assert_int_equal(a.what, DUE_FREQUENCY);
    assert_int_equal(a.next, at("2026-11-30T00:00:00Z"));
}

static void a_run_that_is_not_over_holds_the_next_one_back(void **state)
{
    (void)state;
    struct timing t = daily();
    struct due_facts f = {.busy = true};
    struct due_answer a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_int_equal(a.what, DUE_OVERLAP);
    assert_int_equal(a.next, at("2026-11-25T09:00:00Z"));
    t.overlap = TIMING_OVERLAP_QUEUE_ONE;
    a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_int_equal(a.what, DUE_RUN);
    f.waiting = true;
    a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_int_equal(a.what, DUE_OVERLAP);
}

static void it_ends_with_its_last_run(void **state)
{
    (void)state;
    struct timing t = daily();
    t.max_runs = 3;
    struct due_facts f = {.slots = 1};
    struct due_answer a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_false(a.ends);
    f.slots = 2;
    a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_int_equal(a.what, DUE_RUN);
    assert_true(a.ends);
    assert_int_equal(a.next, a.slot);
    /* A slot that is left out is no run: there is one still to come. */
    f.busy = true;
    a = decide(&t, "2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z", &f);
    assert_false(a.ends);
}

static void after_a_pause_nothing_is_caught_up(void **state)
{
    (void)state;
    struct timing t = daily();
    struct zone_hint hint = {0};
    int64_t next = 0;
    struct due_facts f = {.timing = &t,
                          .zone = zone_utc(),
                          .hint = &hint,
                          .slot = at("2026-11-01T09:00:00Z"),
                          .now = at("2026-11-23T09:00:00Z")};
    assert_true(due_from_now(&f, &next));
    assert_int_equal(next, at("2026-11-24T09:00:00Z")); /* strictly later than now */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_time_it_runs_and_moves_on),
        cmocka_unit_test(after_a_standstill),
        cmocka_unit_test(the_frequency_lets_one_report_a_period_through),
        cmocka_unit_test(a_run_that_is_not_over_holds_the_next_one_back),
        cmocka_unit_test(it_ends_with_its_last_run),
        cmocka_unit_test(after_a_pause_nothing_is_caught_up),
    };
    return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
