/* test_calendar.c - days and dates against libc, and the weeks of ISO 8601. If it failed, schedules
 * would run on another day, and limits would end on the wrong one. */
#include "../cases.h"

#include "base/str.h"
#include "domain/calendar.h"

#include <string.h>
#include <time.h>

static void every_day_is_what_libc_says(void **state)
{
    (void)state;
    for (int64_t day = -800000; day < 2940000; day += 1 + (day > 50000) * 7) {
        time_t second = day * 86400;
        struct tm tm;
        gmtime_r(&second, &tm);
        struct calendar_date date = calendar_date(day);
        if (date.year != tm.tm_year + 1900 || date.month != tm.tm_mon + 1 ||
            date.day != tm.tm_mday || calendar_weekday(day) != tm.tm_wday ||
            calendar_day(date.year, date.month, date.day) != day)
            fail_msg("day %lld is %d-%d-%d", (long long)day, date.year, date.month, date.day);
        struct calendar_date next = calendar_date(day + 1);
        if (calendar_month_days(date.year, date.month) < date.day ||
            (next.day == 1) != (calendar_month_days(date.year, date.month) == date.day))
            fail_msg("the month of day %lld has not %d days", (long long)day,
                     calendar_month_days(date.year, date.month));
    }
}

static void the_weeks_are_those_of_iso_8601(void **state)
{
    (void)state;
    for (int64_t day = -30000; day < 60000; day++) {
        char want[16], got[32];
        time_t second = day * 86400;
        struct tm tm;
        int32_t year, week;
        gmtime_r(&second, &tm);
        strftime(want, sizeof want, "%G-W%V", &tm);
        calendar_iso_week(day, &year, &week);
        str_format(got, sizeof got, "%04d-W%02d", year, week);
        if (strcmp(got, want) != 0)
            fail_msg("day %lld is in %s, not %s", (long long)day, want, got);
    }
}

static void a_date_is_ten_characters_and_there(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        bool good;
        int64_t day;
    } cases[] = {
        {__LINE__, "1970-01-01", true, 0},
        {__LINE__, "2024-02-29", true, 19782},
        {__LINE__, "0000-01-01", true, -719528},
        {__LINE__, "9999-12-31", true, 2932896},
        {__LINE__, "2023-02-29", false, 0},
        {__LINE__, "1900-02-29", false, 0},
        {__LINE__, "2024-13-01", false, 0},
        {__LINE__, "2024-00-01", false, 0},
        {__LINE__, "2024-01-00", false, 0},
        {__LINE__, "2024-04-31", false, 0},
        {__LINE__, "2024-1-01", false, 0},
        {__LINE__, "2024-01-01 ", false, 0},
        {__LINE__, "2024/01/01", false, 0},
        {__LINE__, "+024-01-01", false, 0},
        {__LINE__, "", false, 0},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        int64_t day = -1;
        bool good = calendar_parse_date(cases[i].text, &day);
        CHECK_AT(cases[i].line, good == cases[i].good, "\"%s\"", cases[i].text);
        CHECK_AT(cases[i].line, day == (good ? cases[i].day : -1), "day %lld", (long long)day);
    }
}

static void instants_go_to_text_and_back(void **state)
{
    (void)state;
    static const int64_t instants[] = {CALENDAR_MIN, -1, 0, 1, 951782400, 4102444799, CALENDAR_MAX};
    for (size_t i = 0; i < CASES(instants); i++) {
        char text[CALENDAR_TEXT_MAX];
        int64_t back;
        calendar_text(instants[i], text);
        assert_int_equal(strlen(text), 20);
        assert_true(calendar_parse(text, &back));
        assert_int_equal(back, instants[i]);
    }
    int64_t at;
    assert_false(calendar_parse("2026-11-23T09:00:00.5Z", &at));
    assert_false(calendar_parse("2026-11-23", &at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_is_what_libc_says),
        cmocka_unit_test(the_weeks_are_those_of_iso_8601),
        cmocka_unit_test(a_date_is_ten_characters_and_there),
        cmocka_unit_test(instants_go_to_text_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
