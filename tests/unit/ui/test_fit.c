/* If this fails, columns overflow their list, names are cut into nonsense, or numbers and times on
 * the screen are not what they say. */
#include "../cases.h"

#include "../../../src/ui/fit.h"

#include "base/clock.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void test_cut(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        int width;
        enum fit_cut where;
        const char *want;
    } rows[] = {
        {__LINE__, "spain-plumbers", 14, FIT_END, "spain-plumbers"},
        {__LINE__, "spain-plumbers", 20, FIT_MIDDLE, "spain-plumbers"},
        {__LINE__, "spain-plumbers", 9, FIT_END, "spain-pl…"},
        {__LINE__, "spain-plumbers", 9, FIT_MIDDLE, "spai…bers"},
        {__LINE__, "spain-plumbers", 2, FIT_MIDDLE, "s…"},
        {__LINE__, "spain-plumbers", 1, FIT_END, "…"},
        {__LINE__, "spain-plumbers", 0, FIT_END, ""},
        {__LINE__, "spain-plumbers", -3, FIT_MIDDLE, ""},
        {__LINE__, "日本語テキスト", 8, FIT_END, "日本語…"},
        {__LINE__, "日本語テキスト", 8, FIT_MIDDLE, "日本…ト"},
        {__LINE__, "ññññññ", 4, FIT_MIDDLE, "ññ…ñ"},
        {__LINE__, "", 4, FIT_END, ""},
        {__LINE__, "a\033b", 10, FIT_END, "a.b"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[100];
        fit_cut(got, sizeof got, rows[i].text, rows[i].width, rows[i].where);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got \"%s\"", got);
        CHECK_AT(rows[i].line, fit_columns_of(got) <= (rows[i].width > 0 ? rows[i].width : 0),
                 "too wide: \"%s\"", got);
    }
}

static const struct fit_column list[] = {
    {.head = "A", .min = 4, .ideal = 10, .priority = 0, .middle = true},
    {.head = "B", .min = 4, .ideal = 8, .priority = 1},
    {.head = "C", .min = 6, .ideal = 6, .priority = 2, .right = true},
    {.head = "D", .min = 5, .ideal = 9, .priority = 3, .stretch = true},
};

static void test_choose(void **state)
{
    (void)state;
    static const struct {
        int line, width, want[4];
    } rows[] = {
        {__LINE__, 60, {10, 8, 6, 33}},
        {__LINE__, 36, {10, 8, 6, 9}},
        {__LINE__, 30, {10, 6, 6, 5}},
        {__LINE__, 24, {6, 4, 6, 5}}, /* the smallest that holds all is 22 */
        {__LINE__, 22, {4, 4, 6, 5}},
        {__LINE__, 21, {9, 4, 6, 0}}, /* one less: the least important goes */
        {__LINE__, 16, {4, 4, 6, 0}},
        {__LINE__, 15, {10, 4, 0, 0}},
        {__LINE__, 9, {4, 4, 0, 0}},
        {__LINE__, 8, {8, 0, 0, 0}},
        {__LINE__, 4, {4, 0, 0, 0}},
        {__LINE__, 1, {4, 0, 0, 0}}, /* the pane clips it */
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int got[4];
        fit_choose(list, 4, rows[i].width, got);
        CHECK_AT(rows[i].line, memcmp(got, rows[i].want, sizeof got) == 0, "got %d %d %d %d",
                 got[0], got[1], got[2], got[3]);
    }
}

/* Whatever the width: nothing is wider than there is room for, once the smallest set fits. */
static void test_choose_never_overflows(void **state)
{
    (void)state;
    for (int width = 4; width < 300; width++) {
        int got[4], sum = -1;
        fit_choose(list, 4, width, got);
        for (int i = 0; i < 4; i++) {
            sum += got[i] > 0 ? got[i] + 1 : 0;
            assert_true(got[i] == 0 || got[i] >= list[i].min);
        }
        CHECK_AT(width, sum <= width, "%d columns in a width of %d", sum, width);
    }
}

static void test_count(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t n;
        const char *want;
    } rows[] = {
        {__LINE__, 0, "0"},
        {__LINE__, 7, "7"},
        {__LINE__, 999, "999"},
        {__LINE__, 1000, "1 000"},
        {__LINE__, 48211, "48 211"},
        {__LINE__, 1234567, "1 234 567"},
        {__LINE__, -1, "-1"},
        {__LINE__, -999, "-999"},
        {__LINE__, -1000, "-1 000"},
        {__LINE__, INT64_MAX, "9 223 372 036 854 775 807"},
        {__LINE__, INT64_MIN, "-9 223 372 036 854 775 808"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[FIT_TEXT];
        CHECK_AT(rows[i].line, strcmp(fit_count(rows[i].n, got), rows[i].want) == 0, "got %s", got);
    }
}

static void test_span(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t seconds;
        const char *want;
    } rows[] = {
        {__LINE__, -1, "-"},        {__LINE__, 0, "0s"},           {__LINE__, 59, "59s"},
        {__LINE__, 60, "1m"},       {__LINE__, 3599, "59m"},       {__LINE__, 3600, "1h00"},
        {__LINE__, 4920, "1h22"},   {__LINE__, 86399, "23h59"},    {__LINE__, 86400, "1d00"},
        {__LINE__, 237600, "2d18"}, {__LINE__, 8640000, "100d00"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[FIT_TEXT];
        CHECK_AT(rows[i].line, strcmp(fit_span(rows[i].seconds * US_PER_S, got), rows[i].want) == 0,
                 "got %s", got);
    }
}

static void test_when(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *at, *want;
    } rows[] = {
        {__LINE__, "2025-11-22T13:05:00Z", "13:05"},
        {__LINE__, "2025-11-22T00:00:00Z", "00:00"},
        {__LINE__, "2025-11-22T23:59:59Z", "23:59"},
        {__LINE__, "2025-11-21T23:59:59Z", "Fri 23:59"},
        {__LINE__, "2025-11-16T00:00:00Z", "Sun 00:00"},
        {__LINE__, "2025-11-15T23:59:59Z", "15 Nov"},
        {__LINE__, "2025-11-02T10:00:00Z", "2 Nov"},
        {__LINE__, "2025-11-23T00:00:00Z", "23 Nov"},
    };
    int64_t now, at;
    assert_true(time_parse("2025-11-22T14:32:05Z", &now));
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[FIT_TEXT];
        assert_true(time_parse(rows[i].at, &at));
        CHECK_AT(rows[i].line, strcmp(fit_when(at, now, got), rows[i].want) == 0, "got %s",
                 fit_when(at, now, got));
    }
    char minute[FIT_TEXT];
    assert_string_equal(fit_minute(now, minute), "14:32");
    assert_int_equal(now - fit_midnight(now), (14 * 3600 + 32 * 60 + 5) * US_PER_S);
}

/* The local day, also in a zone and on a day with a change of the clock. */
static void test_midnight_follows_the_zone(void **state)
{
    (void)state;
    int64_t now, want;
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    assert_true(time_parse("2025-03-30T12:00:00Z", &now));
    assert_true(time_parse("2025-03-29T23:00:00Z", &want)); /* midnight was still in winter time */
    int64_t got = fit_midnight(now);
    setenv("TZ", "UTC", 1);
    tzset();
    assert_int_equal(got, want);
}

static void test_percent(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t num, den;
        int want;
    } rows[] = {
        {__LINE__, 0, 0, 0},         {__LINE__, 5, 0, 0},
        {__LINE__, -1, 10, 0},       {__LINE__, 0, 10, 0},
        {__LINE__, 1, 1000, 0},      {__LINE__, 5, 10, 50},
        {__LINE__, 999, 1000, 99},   {__LINE__, 1000, 1000, 100},
        {__LINE__, 1200, 1000, 100}, {__LINE__, INT64_MAX - 1, INT64_MAX, 99},
    };
    for (size_t i = 0; i < CASES(rows); i++)
        CHECK_AT(rows[i].line, fit_percent(rows[i].num, rows[i].den) == rows[i].want, "got %d",
                 fit_percent(rows[i].num, rows[i].den));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_choose),
        cmocka_unit_test(test_choose_never_overflows),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_span),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_midnight_follows_the_zone),
        cmocka_unit_test(test_percent),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
