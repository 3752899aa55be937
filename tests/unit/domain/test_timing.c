/* test_timing.c - what a schedule leaves out, puts off and shows beforehand; and how often a
 * specification may run. If it failed, the preview would show other runs than the worker makes, a
 * report would come on a holiday, or the cadence would let two through. */
#include "../cases.h"

#include "base/rng.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/timing.h"

#include <string.h>

static struct timing timing(const char *expression)
{
    struct timing t = {.zone = "UTC"};
    struct cron_fault fault;
    if (!timing_set_custom(&t, expression, strlen(expression), &fault))
        fail_msg("%s", fault.message);
    return t;
}

static int64_t at(const char *text)
{
    int64_t s;
    if (!calendar_parse(text, &s))
        fail_msg("%s is no instant", text);
    return s;
}

static int64_t day(const char *text)
{
    int64_t d;
    if (!calendar_parse_date(text, &d))
        fail_msg("%s is no day", text);
    return d;
}

/* The next runs after `from` are those of `want`, with commas between. */
static void expect(int line, const struct timing *t, const char *from, const char *want)
{
    struct timing_hit hit = {.scheduled_for = at(from)};
    struct buf got = buf_init(1000);
    int32_t n = 1;
    for (const char *c = want; *c != '\0'; c++)
        n += *c == ',';
    for (int32_t i = 0; i < n; i++) {
        char text[CALENDAR_TEXT_MAX];
        if (!timing_next(t, zone_utc(), NULL, hit.scheduled_for, i, 0, &hit)) {
            buf_adds(&got, i > 0 ? ",none" : "none");
            break;
        }
        calendar_text(hit.scheduled_for, text);
        buf_addf(&got, "%s%.16s", i > 0 ? "," : "", text);
    }
    CHECK_AT(line, str_equal(buf_text(&got), want), "%s", buf_text(&got));
    buf_done(&got);
}
#define EXPECT(t, from, want) expect(__LINE__, t, from, want)

/* --- what is left out and put off ------------------------------------------------------------- */

static void a_type_becomes_an_expression(void **state)
{
    (void)state;
    struct timing t = {0};
    timing_set(&t, TIMING_DAILY, 9 * 60, 0);
    assert_string_equal(t.expression, "0 9 * * *");
    timing_set(&t, TIMING_WEEKLY, 30, 0);
    assert_string_equal(t.expression, "30 0 * * 1");
    timing_set(&t, TIMING_WEEKLY, 30, 6);
    assert_string_equal(t.expression, "30 0 * * 0");
    timing_set(&t, TIMING_MONTHLY, 23 * 60 + 59, 28);
    assert_string_equal(t.expression, "59 23 28 * *");
    assert_int_equal(t.type, TIMING_MONTHLY);
    t = timing("@Daily");
    assert_string_equal(t.expression, "@daily");
    assert_int_equal(t.type, TIMING_CUSTOM);
}

static void a_clock_is_five_characters(void **state)
{
    (void)state;
    static const char *const bad[] = {"",      "9:00",  "09:0",   "24:00", "09:60",
                                      "09.00", " 9:00", "09:00 ", "-1:00", "+9:00",
                                      "0900",  "ab:cd", "09:0a"};
    int32_t minute = -1;
    for (size_t i = 0; i < CASES(bad); i++)
        assert_false(timing_parse_clock(bad[i], strlen(bad[i]), &minute));
    assert_int_equal(minute, -1);
    assert_true(timing_parse_clock("23:59", 5, &minute));
    assert_int_equal(minute, 1439);
}

static void excluded_days_are_dropped_or_put_off(void **state)
{
    (void)state;
    struct timing t = timing("0 9 * * 5"); /* Fridays; 2026-12-25 is one */
    assert_true(timing_exclude(&t, day("2026-12-25"), day("2026-12-26")));
    EXPECT(&t, "2026-12-12T00:00:00Z", "2026-12-18T09:00,2027-01-01T09:00");
    t.on_excluded = TIMING_NEXT_BUSINESS_DAY;
    EXPECT(&t, "2026-12-12T00:00:00Z", "2026-12-18T09:00,2026-12-28T09:00,2027-01-01T09:00");
    EXPECT(&t, "2026-12-28T08:59:59Z", "2026-12-28T09:00");
    EXPECT(&t, "2026-12-28T09:00:00Z", "2027-01-01T09:00");
    assert_true(timing_exclude(&t, day("2026-12-28"), day("2026-12-31")));
    EXPECT(&t, "2026-12-20T00:00:00Z", "2027-01-01T09:00,2027-01-08T09:00"); /* two become one */
}

static void weekends_count_when_they_are_excluded(void **state)
{
    (void)state;
    struct timing t = timing("0 9,17 1 * *");
    EXPECT(&t, "2026-07-31T00:00:00Z", "2026-08-01T09:00,2026-08-01T17:00");
    t.workdays_only = true; /* 2026-08-01 is a Saturday */
    EXPECT(&t, "2026-07-31T00:00:00Z", "2026-09-01T09:00,2026-09-01T17:00,2026-10-01T09:00");
    t.on_excluded = TIMING_NEXT_BUSINESS_DAY;
    EXPECT(&t, "2026-07-31T00:00:00Z", "2026-08-03T09:00,2026-08-03T17:00,2026-09-01T09:00");
    EXPECT(&t, "2026-08-03T12:00:00Z", "2026-08-03T17:00,2026-09-01T09:00");
    t = timing("0 9 * * 0,6"); /* only on weekends: nothing is left */
    t.workdays_only = true;
    EXPECT(&t, "2026-07-31T00:00:00Z", "none");
    t.on_excluded = TIMING_NEXT_BUSINESS_DAY;
    EXPECT(&t, "2026-07-31T00:00:00Z", "2026-08-03T09:00,2026-08-10T09:00");
}

/* A job that follows the clock is not put off: it would run twice as often afterwards. */
static void what_follows_the_clock_is_dropped(void **state)
{
    (void)state;
    struct timing t = timing("*/30 * * * *");
    assert_true(timing_exclude(&t, day("2026-01-02"), day("2026-01-03")));
    t.on_excluded = TIMING_NEXT_BUSINESS_DAY;
    EXPECT(&t, "2026-01-01T23:00:00Z", "2026-01-01T23:30,2026-01-04T00:00,2026-01-04T00:30");
}

static void a_schedule_begins_and_ends(void **state)
{
    (void)state;
    struct timing t = timing("0 9 * * *");
    t.start = (struct timing_edge){TIMING_EDGE_DAY, day("2026-05-04")};
    t.end = (struct timing_edge){TIMING_EDGE_DAY, day("2026-05-05")};
    EXPECT(&t, "2026-01-01T00:00:00Z", "2026-05-04T09:00,2026-05-05T09:00,none");
    t.start = (struct timing_edge){TIMING_EDGE_INSTANT, at("2026-05-04T09:00:00Z")};
    t.end = (struct timing_edge){TIMING_EDGE_INSTANT, at("2026-05-05T09:00:00Z")};
    EXPECT(&t, "2026-01-01T00:00:00Z", "2026-05-04T09:00,2026-05-05T09:00,none");
    t.start.value++;
    t.end.value--;
    EXPECT(&t, "2026-01-01T00:00:00Z", "none");
    t = timing("0 9 * * *");
    t.max_runs = 2;
    EXPECT(&t, "2026-01-01T00:00:00Z", "2026-01-01T09:00,2026-01-02T09:00,none");
}

static void ranges_that_touch_become_one(void **state)
{
    (void)state;
    struct timing t = timing("0 9 * * *");
    assert_true(timing_exclude(&t, 10, 12));
    assert_true(timing_exclude(&t, 20, 22));
    assert_true(timing_exclude(&t, 1, 1));
    assert_int_equal(t.excluded_count, 3);
    assert_int_equal(t.excluded[0].from, 1);
    assert_true(timing_exclude(&t, 13, 19));
    assert_int_equal(t.excluded_count, 2);
    assert_int_equal(t.excluded[1].to, 22);
    for (int64_t i = 0; i < TIMING_RANGES_MAX - 2; i++)
        assert_true(timing_exclude(&t, 100 + i * 2, 100 + i * 2));
    assert_false(timing_exclude(&t, 5, 5));
    assert_int_equal(t.excluded_count, TIMING_RANGES_MAX);
}

/* Random exclusions against a walk over all days. */
static void any_exclusions_are_as_the_rules_say(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct timing t = timing(seed % 3 == 0   ? "0 9 * * *"
                                 : seed % 3 == 1 ? "0 9 1-7 * 5"
                                                 : "0 9 */6 * *");
        bool excluded[200] = {false}, runs[260] = {false};
        int64_t first = 20000 + (int64_t)seed * 37;
        t.workdays_only = rng_draw(seed, 1, 0) % 2 == 0;
        t.on_excluded = rng_draw(seed, 1, 1) % 2 == 0 ? TIMING_DROP : TIMING_NEXT_BUSINESS_DAY;
        for (uint64_t i = 0; i < 6; i++) {
            int64_t from = (int64_t)(rng_draw(seed, 2, i) % 180);
            int64_t to = from + (int64_t)(rng_draw(seed, 3, i) % 9);
            assert_true(timing_exclude(&t, first + from, first + to));
            for (int64_t d = from; d <= to; d++)
                excluded[d] = true;
        }
        for (int64_t d = 0; d < 200; d++) {
            int64_t match, on = d;
            int32_t weekday = calendar_weekday(first + d);
            bool out = excluded[d] || (t.workdays_only && (weekday == 0 || weekday == 6));
            if (!cron_next_day(&t.cron, first + d, &match) || match != first + d)
                continue;
            if (out && t.on_excluded == TIMING_DROP)
                continue;
            while (out) {
                weekday = calendar_weekday(first + ++on);
                out = (on < 200 && excluded[on]) || weekday == 0 || weekday == 6;
            }
            runs[on] = true;
        }
        struct timing_hit hit = {.scheduled_for = first * 86400 - 1};
        for (int64_t d = 0; d < 190; d++) {
            if (!runs[d])
                continue;
            assert_true(timing_next(&t, zone_utc(), NULL, hit.scheduled_for, 0, 0, &hit));
            /* What was put off from before the first day is not in the walk. */
            while (hit.scheduled_for / 86400 < first + d && d < 12)
                assert_true(timing_next(&t, zone_utc(), NULL, hit.scheduled_for, 0, 0, &hit));
            if (hit.scheduled_for != (first + d) * 86400 + 9 * 3600)
                fail_msg("seed %d: day %d, not %d", (int)seed,
                         (int)(hit.scheduled_for / 86400 - first), (int)d);
        }
    }
}

/* --- jitter and preview ----------------------------------------------------------------------- */

static void jitter_is_stable_and_never_passes_the_next_run(void **state)
{
    (void)state;
    struct timing t = timing("* * * * *");
    struct timing_hit hit, again;
    int32_t apart = 0;
    t.jitter_s = TIMING_JITTER_MAX_S;
    for (uint64_t id = 0; id < 500; id++) {
        assert_true(timing_next(&t, zone_utc(), NULL, 0, 0, id * 7919, &hit));
        assert_int_equal(hit.scheduled_for, 60);
        assert_true(hit.starts_at >= 60 && hit.starts_at < 90);
        apart += hit.starts_at != 60;
    }
    assert_true(apart > 400);
    t = timing("0 9 * * *");
    t.jitter_s = 100;
    for (uint64_t id = 0; id < 500; id++) {
        assert_true(timing_next(&t, zone_utc(), NULL, 0, 0, id * 7919, &hit));
        assert_true(hit.starts_at >= hit.scheduled_for && hit.starts_at < hit.scheduled_for + 100);
        assert_true(timing_next(&t, zone_utc(), NULL, 40, 0, id * 7919, &again));
        assert_int_equal(again.starts_at, hit.starts_at);
    }
}

static void preview_shows_what_runs_and_why_not(void **state)
{
    (void)state;
    struct timing t = timing("0 9 * * *");
    struct timing_limit limit = {.on = true,
                                 .cadence = FREQUENCY_WEEKLY,
                                 .ran = true,
                                 .last_success = at("2026-11-20T09:00:00Z")};
    struct timing_hit rows[8];
    struct buf out = buf_init(4000);
    assert_true(timing_exclude(&t, day("2026-11-23"), day("2026-11-24")));
    t.jitter_s = 60;
    int32_t n =
        timing_preview(&t, zone_utc(), NULL, at("2026-11-21T12:00:00Z"), 0, 37, &limit, rows, 5);
    for (int32_t i = 0; i < n; i++) {
        char text[CALENDAR_TEXT_MAX];
        calendar_text(rows[i].scheduled_for, text);
        buf_addf(&out, "%.10s ", text);
        timing_reason(&rows[i], zone_utc(), NULL, &limit, &out);
        buf_adds(&out, "\n");
    }
    assert_string_equal(
        buf_text(&out),
        "2026-11-22 skipped: weekly limit until Mon 2026-11-23 00:00 UTC; jitter +37 s\n"
        "2026-11-23 skipped: excluded date\n"
        "2026-11-25 jitter +37 s\n"
        "2026-11-26 skipped: weekly limit until Mon 2026-11-30 00:00 UTC; jitter +37 s\n"
        "2026-11-27 skipped: weekly limit until Mon 2026-11-30 00:00 UTC; jitter +37 s\n");
    buf_done(&out);
}

/* --- cadence ---------------------------------------------------------------------------------- */

static void periods_follow_each_other(void **state)
{
    (void)state;
    for (int f = 0; f < FREQUENCIES; f++) {
        for (int64_t s = -400 * INT64_C(86400); s < 40000 * INT64_C(86400); s += 39119) {
            int64_t period = frequency_period((enum frequency)f, s);
            int64_t start = frequency_period_start((enum frequency)f, period);
            int64_t end = frequency_period_start((enum frequency)f, period + 1);
            int64_t next = 0;
            char key[FREQUENCY_KEY_MAX], same[FREQUENCY_KEY_MAX], other[FREQUENCY_KEY_MAX];
            assert_true(start <= s && s < end);
            frequency_key((enum frequency)f, s, key);
            frequency_key((enum frequency)f, start, same);
            frequency_key((enum frequency)f, end, other);
            assert_string_equal(key, same);
            assert_string_not_equal(key, other);
            assert_false(frequency_allows((enum frequency)f, s, start, &next));
            assert_int_equal(next, end);
            assert_true(frequency_allows((enum frequency)f, s, end, &next));
        }
    }
}

static void keys_are_those_of_the_record(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum frequency frequency;
        const char *at, *want;
    } cases[] = {
        {__LINE__, FREQUENCY_DAILY, "2026-11-23T23:59:59Z", "2026-11-23"},
        {__LINE__, FREQUENCY_WEEKLY, "2026-11-22T12:00:00Z", "2026-W47"},
        {__LINE__, FREQUENCY_WEEKLY, "2027-01-01T00:00:00Z", "2026-W53"},
        {__LINE__, FREQUENCY_BIWEEKLY, "1970-01-05T00:00:00Z", "1970-W02+2"},
        {__LINE__, FREQUENCY_BIWEEKLY, "1970-01-18T23:59:59Z", "1970-W02+2"},
        {__LINE__, FREQUENCY_MONTHLY, "2026-11-30T23:59:59Z", "2026-11"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        char key[FREQUENCY_KEY_MAX];
        frequency_key(cases[i].frequency, at(cases[i].at), key);
        CHECK_AT(cases[i].line, str_equal(key, cases[i].want), "%s", key);
    }
    enum frequency f = FREQUENCY_MONTHLY;
    assert_false(frequency_parse("", &f) || frequency_parse("Daily", &f) ||
                 frequency_parse("hourly", &f));
    assert_int_equal(f, FREQUENCY_MONTHLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_type_becomes_an_expression),
        cmocka_unit_test(a_clock_is_five_characters),
        cmocka_unit_test(excluded_days_are_dropped_or_put_off),
        cmocka_unit_test(weekends_count_when_they_are_excluded),
        cmocka_unit_test(what_follows_the_clock_is_dropped),
        cmocka_unit_test(a_schedule_begins_and_ends),
        cmocka_unit_test(ranges_that_touch_become_one),
        cmocka_unit_test(any_exclusions_are_as_the_rules_say),
        cmocka_unit_test(jitter_is_stable_and_never_passes_the_next_run),
        cmocka_unit_test(preview_shows_what_runs_and_why_not),
        cmocka_unit_test(periods_follow_each_other),
        cmocka_unit_test(keys_are_those_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
