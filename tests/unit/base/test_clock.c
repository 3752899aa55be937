/* Broken if this fails: every instant that is shown, stored as text, read from a command line or
 * put into a mail's Date header. */
#include "unit/cases.h"

#include "base/clock.h"
#include "base/rng.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NOV INT64_C(1795426380) /* 2026-11-23T09:33:00Z in seconds */

static void test_utc_text(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t at_us;
        const char *want;
    } rows[] = {
        {__LINE__, 0, "1970-01-01T00:00:00Z"},
        {__LINE__, 1, "1970-01-01T00:00:00.000001Z"},
        {__LINE__, -1, "1969-12-31T23:59:59.999999Z"},
        {__LINE__, -US_PER_S, "1969-12-31T23:59:59Z"},
        {__LINE__, NOV * US_PER_S, "2026-11-23T09:33:00Z"},
        {__LINE__, NOV * US_PER_S + 123456, "2026-11-23T09:33:00.123456Z"},
        {__LINE__, NOV * US_PER_S + 120000, "2026-11-23T09:33:00.120000Z"},
        {__LINE__, INT64_C(951782400) * US_PER_S, "2000-02-29T00:00:00Z"},
        {__LINE__, INT64_C(253402300799) * US_PER_S, "9999-12-31T23:59:59Z"},
        {__LINE__, INT64_MAX, "294247-01-10T04:00:54.775807Z"},
        {__LINE__, INT64_MIN, "-290308-12-21T19:59:05.224192Z"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[TIME_TEXT_MAX];
        time_text_utc(rows[i].at_us, got);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got %s", got);
    }
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        bool ok;
        int64_t want;
    } rows[] = {
        {__LINE__, "1970-01-01T00:00:00Z", true, 0},
        {__LINE__, "2026-11-23T09:33:00Z", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23t09:33:00z", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23 09:33:00Z", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23T10:33:00+01:00", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23T04:03:00-05:30", true, NOV * US_PER_S},
        {__LINE__, "2026-11-24T09:32:00+23:59", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23T09:33:00-00:00", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23T09:33:00.5Z", true, NOV * US_PER_S + 500000},
        {__LINE__, "2026-11-23T09:33:00.000001Z", true, NOV * US_PER_S + 1},
        {__LINE__, "1969-12-31T23:59:59.999999Z", true, -1},
        {__LINE__, "2000-02-29T00:00:00Z", true, INT64_C(951782400) * US_PER_S},
        {__LINE__, "2026-11-23T09:32:60Z", true, NOV * US_PER_S},
        {__LINE__, "2026-11-23T09:33:00.0000001Z", false, 0},
        {__LINE__, "2026-11-23T09:33:00.Z", false, 0},
        {__LINE__, "2026-11-23T09:33:00", false, 0},
        {__LINE__, "2026-11-23T09:33Z", false, 0},
        {__LINE__, "2026-11-23", false, 0},
        {__LINE__, "", false, 0},
        {__LINE__, "now", false, 0},
        {__LINE__, " 2026-11-23T09:33:00Z", false, 0},
        {__LINE__, "2026-11-23T09:33:00Z ", false, 0},
        {__LINE__, "2026-11-23T09:33:00ZZ", false, 0},
        {__LINE__, "2026-13-23T09:33:00Z", false, 0},
        {__LINE__, "2026-00-23T09:33:00Z", false, 0},
        {__LINE__, "2026-11-31T09:33:00Z", false, 0},
        {__LINE__, "2026-11-00T09:33:00Z", false, 0},
        {__LINE__, "2026-02-29T09:33:00Z", false, 0},
        {__LINE__, "2100-02-29T09:33:00Z", false, 0},
        {__LINE__, "2026-11-23T24:00:00Z", false, 0},
        {__LINE__, "2026-11-23T09:60:00Z", false, 0},
        {__LINE__, "2026-11-23T09:33:61Z", false, 0},
        {__LINE__, "2026-11-23T09:33:00+24:00", false, 0},
        {__LINE__, "2026-11-23T09:33:00+01:60", false, 0},
        {__LINE__, "2026-11-23T09:33:00+0100", false, 0},
        {__LINE__, "2026-11-23T09:33:00+1:00", false, 0},
        {__LINE__, "26-11-23T09:33:00Z", false, 0},
        {__LINE__, "2026-1-23T09:33:00Z", false, 0},
        {__LINE__, "2026/11/23T09:33:00Z", false, 0},
        {__LINE__, "2026-11-23X09:33:00Z", false, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int64_t got = 77;
        bool ok = time_parse(rows[i].text, &got);
        CHECK_AT(rows[i].line, ok == rows[i].ok, "ok %d", ok);
        CHECK_AT(rows[i].line, got == (ok ? rows[i].want : 77), "got %lld", (long long)got);
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng dice = {.state = 5};
    const int64_t first = INT64_C(-62167219200), seconds = INT64_C(315569520000);
    for (int i = 0; i < 50000; i++) {
        int64_t at = (first + (int64_t)rng_below(rng_next(&dice), (uint64_t)seconds)) * US_PER_S;
        if (i % 2)
            at += (int64_t)rng_below(rng_next(&dice), 1000000);
        char text[TIME_TEXT_MAX];
        int64_t back = 0;
        time_text_utc(at, text);
        CHECK_AT(__LINE__, time_parse(text, &back) && back == at, "%lld -> %s", (long long)at,
                 text);
    }
}

static void test_mail_text_is_english_in_any_locale(void **state)
{
    (void)state;
    char got[TIME_TEXT_MAX];
    (void)setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed */
    time_text_mail(NOV * US_PER_S, got);
    assert_string_equal(got, "Mon, 23 Nov 2026 09:33:00 +0000");
    time_text_mail(-1, got);
    assert_string_equal(got, "Wed, 31 Dec 1969 23:59:59 +0000");
    /* Each day of a week, and the first of each month, against strftime in the C locale. */
    (void)setlocale(LC_ALL, "C");
    for (int day = 0; day < 400; day++) {
        time_t second = (time_t)(NOV + day * 86400);
        struct tm tm;
        char want[TIME_TEXT_MAX];
        assert_non_null(gmtime_r(&second, &tm));
        assert_true(strftime(want, sizeof want, "%a, %d %b %Y %H:%M:%S +0000", &tm) > 0);
        time_text_mail((int64_t)second * US_PER_S, got);
        assert_string_equal(got, want);
    }
    time_text_mail(INT64_MAX, got);
    assert_string_equal(got, "Sun, 10 Jan 294247 04:00:54 +0000");
}

static void test_local_clock(void **state)
{
    (void)state;
    char got[16], small[6];
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    time_text_clock(NOV * US_PER_S + 999999, got, sizeof got);
    assert_string_equal(got, "10:33:00");
    time_text_clock((NOV - INT64_C(150) * 86400) * US_PER_S, got, sizeof got);
    assert_string_equal(got, "11:33:00");
    time_text_clock(NOV * US_PER_S, small, sizeof small);
    assert_string_equal(small, "10:33");
}

static void test_clocks_run(void **state)
{
    (void)state;
    int64_t boot = clock_boot_us(), now = clock_now_us();
    struct timespec ts;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &ts), 0);
    /* A minute of slack: the wall clock of a test machine may be set while it runs. */
    assert_true(llabs((int64_t)ts.tv_sec * US_PER_S - now) < 60 * US_PER_S);
    for (int i = 0; i < 1000; i++) {
        int64_t later = clock_boot_us();
        assert_true(later >= boot);
        boot = later;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_utc_text),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_mail_text_is_english_in_any_locale),
        cmocka_unit_test(test_local_clock),
        cmocka_unit_test(test_clocks_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
