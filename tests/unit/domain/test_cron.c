/* test_cron.c - what is read, what is refused and how it is said, and the words. If it failed, an
 * operator would save what never runs, or be told something else than what will happen. */
#include "../cases.h"

#include "base/rng.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/cron.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

static bool parse(const char *text, struct cron *ret, struct cron_fault *fault)
{
    return cron_parse(text, strlen(text), ret, fault);
}

/* --- mistakes --------------------------------------------------------------------------------- */

static void a_mistake_is_told_in_four_lines(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } cases[] = {
        {__LINE__, "0 9 * * 8",
         "day-of-week: 8 is outside 0-7 (0 and 7 are Sunday)\n0 9 * * 8\n        ^\n"
         "did you mean 7 or SUN?\n"},
        {__LINE__, "5/15 * * * *",
         "minute: 5/15: a step needs a range\n5/15 * * * *\n^\nwrite 5-59/15\n"},
        {__LINE__, "0 22-2 * * *",
         "hour: the range 22-2 runs backwards\n0 22-2 * * *\n  ^\nwrite 22-23,0-2\n"},
        {__LINE__, "0 0 * * FRI-MON",
         "day-of-week: the range FRI-MON runs backwards\n0 0 * * FRI-MON\n        ^\n"
         "write 5-6,0-1\n"},
        {__LINE__, "*/90 * * * *",
         "minute: a step of 90 does not fit 0-59\n*/90 * * * *\n  ^\n"
         "write a step from 1 to 60; for every 90 use two lines\n"},
        {__LINE__, "0 0 ? * 1",
         "day-of-month: '?' is not a number\n0 0 ? * 1\n    ^\n`?` is Quartz; write *\n"},
        {__LINE__, "0 9 * * MONDAY",
         "day-of-week: 'MONDAY' is not a number or name\n0 9 * * MONDAY\n        ^\n"
         "did you mean MON?\n"},
        {__LINE__, "0 0 9 * * *",
         "expression: 5 fields expected, 6 found\n0 0 9 * * *\n          ^\n"
         "seconds are not supported: drop the first field?\n"},
        {__LINE__, "0 9 * *\xc2\xa0*",
         "expression: 5 fields expected, 4 found\n0 9 * *\xc2\xa0*\n         ^\n"
         "column 8 is U+00A0: write a plain space between fields\n"},
        {__LINE__, "0 9 * * 1\xe2\x80\x83",
         "day-of-week: '1\xe2\x80\x83' is not a number or name\n0 9 * * 1\xe2\x80\x83\n"
         "        ^\ncolumn 10 is U+2003: write a plain space between fields\n"},
        /* Two columns wide each on the screen. */
        {__LINE__, "\xe6\x97\xa5\xe6\x9c\xac 9 * *",
         "expression: 5 fields expected, 4 found\n\xe6\x97\xa5\xe6\x9c\xac 9 * *\n          ^\n"
         "write: minute hour day-of-month month day-of-week, as in 0 9 * * MON\n"},
        {__LINE__, "\x1b[2J 9 * * *",
         "minute: '.[2J' is not a number\n.[2J 9 * * *\n^\nwrite a number from 0 to 59\n"},
        {__LINE__, "@every 5m",
         "expression: there is no such @word\n@every 5m\n^\n"
         "write the step as a field: */5 * * * * is every 5 minutes\n"},
        {__LINE__, "0 0 15W * *",
         "day-of-month: '15W' is not a number\n0 0 15W * *\n    ^\n"
         "`W` (the nearest workday) is not supported here: use workdays_only\n"},
        {__LINE__, "TZ=UTC 0 9 * * *",
         "expression: 5 fields expected, 6 found\nTZ=UTC 0 9 * * *\n               ^\n"
         "the zone is a setting of its own: drop TZ=...\n"},
    };
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron cron;
        struct cron_fault fault;
        struct buf lines = buf_init(4000);
        CHECK_AT(cases[i].line, !parse(cases[i].text, &cron, &fault), "it was read");
        cron_fault_lines(&fault, cases[i].text, strlen(cases[i].text), &lines);
        CHECK_AT(cases[i].line, str_equal(buf_text(&lines), cases[i].want), "%s", buf_text(&lines));
        buf_done(&lines);
    }
}

static void the_first_mistake_counts(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        enum cron_field field;
        int32_t column;
    } cases[] = {
        {__LINE__, "99 99 99 99 99", CRON_MINUTE, 0},
        {__LINE__, "  0 9 * * 8", CRON_WEEKDAY, 10},
        {__LINE__, "1,2,3,x,60 * * * *", CRON_MINUTE, 6},
        {__LINE__, "0 0 1-40/0 * *", CRON_DAY, 6},
        {__LINE__, "0 0 5-1/0 * *", CRON_DAY, 4},
        {__LINE__, "0 0 * * MON#6", CRON_WEEKDAY, 8},
        {__LINE__, "0 0 * * 1-3#2", CRON_WEEKDAY, 8},
        {__LINE__, "0 0 L/2 * *", CRON_DAY, 4},
        {__LINE__, "\xc3\xa9\xc3\xa9 0 0", CRON_EXPRESSION, 6},
        {__LINE__, "\xff\xfe x * * *", CRON_MINUTE, 0},
        {__LINE__, "0 \xff x * *", CRON_HOUR, 2},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron cron;
        struct cron_fault fault;
        CHECK_AT(cases[i].line, !parse(cases[i].text, &cron, &fault), "it was read");
        CHECK_AT(cases[i].line, fault.field == cases[i].field && fault.column == cases[i].column,
                 "%s %d: %s", cron_field_name(fault.field), fault.column, fault.message);
    }
    struct cron cron = {.minutes = 7};
    struct cron_fault fault;
    assert_false(cron_parse("0 9 \0 * *", 9, &cron, &fault));
    assert_int_equal(fault.column, 4);
    assert_int_equal(cron.minutes, 7); /* left alone */
}

/* --- meaning ---------------------------------------------------------------------------------- */

static void what_is_the_same_has_the_same_masks(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *a, *b;
    } cases[] = {
        {__LINE__, "0 9 * * MON", " 00\t09 * * 1\r\n"},
        {__LINE__, "0 0 * * FRI-SUN", "0 0 * * 5-7"},
        {__LINE__, "0 0 * * FRI-SUN", "0 0 * * 0,5,6"},
        {__LINE__, "0 0 * * SUN-SUN", "0 0 * * 7"},
        {__LINE__, "0 0 * * SUN-TUE", "0 0 * * 0-2"},
        {__LINE__, "0 0 * jan-Mar *", "0 0 * 1,2,3 *"},
        {__LINE__, "0 0 * * 7L", "0 0 * * SunL"},
        {__LINE__, "0 0 * * 7#2", "0 0 * * 0#2"},
        {__LINE__, "@Hourly", "0 * * * *"},
        {__LINE__, "@weekly", "0 0 * * 0"},
        {__LINE__, "1,1,1-2 0 * * *", "1,2 0 * * *"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron a, b;
        struct cron_fault fault;
        CHECK_AT(cases[i].line, parse(cases[i].a, &a, &fault) && parse(cases[i].b, &b, &fault),
                 "%s", fault.message);
        CHECK_AT(cases[i].line,
                 a.minutes == b.minutes && a.hours == b.hours && a.days == b.days &&
                     a.months == b.months && a.weekdays == b.weekdays && a.last == b.last &&
                     memcmp(a.nth, b.nth, sizeof a.nth) == 0 && a.both_days == b.both_days &&
                     a.follows_clock == b.follows_clock,
                 "%s is not %s", cases[i].a, cases[i].b);
    }
}

static void seldom_meant_is_warned_of(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        unsigned want;
    } cases[] = {
        {__LINE__, "0 9 * * 1", 0},
        {__LINE__, "0 9 1 * *", 0},
        {__LINE__, "0 9 * * *", 0},
        {__LINE__, "0 9 1,15 * 1", 0},
        {__LINE__, "0 0 */2 * 1", CRON_WARN_BOTH},
        {__LINE__, "0 0 13 * */2", CRON_WARN_BOTH},
        {__LINE__, "0 0 1-31 * 1", CRON_WARN_EVERY_DAY},
        {__LINE__, "0 0 1 * 0-6", CRON_WARN_EVERY_DAY},
        {__LINE__, "*/60 * * * *", CRON_WARN_STEP},
        {__LINE__, "0 */24 * * *", CRON_WARN_STEP},
        {__LINE__, "0 0 * * */7", CRON_WARN_STEP},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron cron;
        struct cron_fault fault;
        CHECK_AT(cases[i].line, parse(cases[i].text, &cron, &fault), "%s", fault.message);
        CHECK_AT(cases[i].line, cron.warnings == cases[i].want, "%u", cron.warnings);
    }
    for (unsigned bit = 1; bit < 1u << CRON_WARNINGS; bit <<= 1)
        assert_true(strlen(cron_warning(bit)) > 10);
}

static void never_is_known_when_it_is_read(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        bool never;
    } cases[] = {
        {__LINE__, "0 0 31 2 *", true},        {__LINE__, "0 0 30,31 2 *", true},
        {__LINE__, "0 0 31 4,6,9,11 *", true}, {__LINE__, "0 0 29 2 *", false},
        {__LINE__, "0 0 31 2 1", false},       {__LINE__, "0 0 31 2 */2", true},
        {__LINE__, "0 0 * 2 1#5", false},      {__LINE__, "0 0 L 2 *", false},
        {__LINE__, "0 0 */30 2 5", false}, /* the 1st of February, a Friday */
        {__LINE__, "0 0 31 4-5 *", false},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron cron;
        struct cron_fault fault;
        struct cron_hit hit;
        CHECK_AT(cases[i].line, parse(cases[i].text, &cron, &fault), "%s", fault.message);
        CHECK_AT(cases[i].line, cron.never == cases[i].never, "%d", cron.never);
        CHECK_AT(cases[i].line, cron_next(&cron, zone_utc(), NULL, 0, &hit) == !cases[i].never,
                 "next");
    }
}

static void the_ends_of_time_hold(void **state)
{
    (void)state;
    struct cron cron;
    struct cron_fault fault;
    struct cron_hit hit;
    assert_true(parse("* * * * *", &cron, &fault));
    assert_true(cron_next(&cron, zone_utc(), NULL, CALENDAR_MIN, &hit));
    assert_int_equal(hit.at, CALENDAR_MIN + 60);
    assert_true(cron_next(&cron, zone_utc(), NULL, CALENDAR_MAX - 60, &hit));
    assert_int_equal(hit.at, CALENDAR_MAX - 59);
    assert_false(cron_next(&cron, zone_utc(), NULL, CALENDAR_MAX - 59, &hit));
    assert_false(cron_next(&cron, zone_utc(), NULL, CALENDAR_MAX, &hit));
    assert_false(cron_next(&cron, zone_utc(), NULL, INT64_MAX, &hit));
    assert_false(cron_next(&cron, zone_utc(), NULL, INT64_MIN, &hit));
    assert_true(parse("0 0 29 2 5", &cron, &fault));
    assert_false(cron_next(&cron, zone_utc(), NULL, CALENDAR_MAX - 86400, &hit));
}

/* --- words ------------------------------------------------------------------------------------ */

static void the_words_say_what_happens(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } cases[] = {
        {__LINE__, "* * * * *", "Every minute"},
        {__LINE__, "*/15 * * * *", "Every 15 minutes"},
        {__LINE__, "*/7 * * * *",
         "At minutes 0, 7, ... 56 of each hour (not every 7 minutes across the hour)"},
        {__LINE__, "*/60 * * * *", "At minute 0 of each hour"},
        {__LINE__, "5,35 * * * *", "At minutes 5 and 35 of each hour"},
        {__LINE__, "0 9 * * *", "At 09:00 every day"},
        {__LINE__, "0 9 * * MON", "At 09:00 every Monday"},
        {__LINE__, "0 9,17 * * 1-5", "At 09:00 and 17:00 every day from Monday to Friday"},
        {__LINE__, "0 9 * * 0,3", "At 09:00 every Sunday and Wednesday"},
        {__LINE__, "0 9 1,15 * FRI", "At 09:00 on the 1st and 15th, and also every Friday"},
        {__LINE__, "0 9 */2 * MON", "At 09:00 on odd days that are Mondays"},
        {__LINE__, "0 9 1-31 * MON", "At 09:00 every day"},
        {__LINE__, "0 9 L * *", "At 09:00 on the last day of the month"},
        {__LINE__, "0 9 1,L * *", "At 09:00 on the 1st and on the last day of the month"},
        {__LINE__, "0 9 * * 1#2", "At 09:00 on the second Monday of the month"},
        {__LINE__, "0 9 * * 5L", "At 09:00 on the last Friday of the month"},
        {__LINE__, "0 9 * * 1,5L", "At 09:00 every Monday and on the last Friday of the month"},
        {__LINE__, "0 9 */2 * 5L",
         "At 09:00 on odd days, but only when that is on the last Friday of the month"},
        {__LINE__, "0 0 1 1 *", "At 00:00 on the 1st, in January"},
        {__LINE__, "0 0 29 2 *", "At 00:00 on the 29th, in February, only in leap years"},
        {__LINE__, "0 0 31 2 *", "Never: no month chosen has a 31st"},
        {__LINE__, "0 0 30-31 2 */2", "Never: no month chosen has a 30th"},
        {__LINE__, "0 0 */31 * 1#2", "Never: no month chosen has such a day"},
        {__LINE__, "*/10 8-17 * * 1-5",
         "Every 10 minutes in the hours 8 to 17 every day from Monday to Friday"},
        {__LINE__, "* 3 2,3,22 5-7 *",
         "Every minute in the hour 3 on the 2nd, 3rd and 22nd, in May to July"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct cron cron;
        struct cron_fault fault;
        struct buf words = buf_init(4000);
        CHECK_AT(cases[i].line, parse(cases[i].text, &cron, &fault), "%s", fault.message);
        cron_words(&cron, &words);
        CHECK_AT(cases[i].line, str_equal(buf_text(&words), cases[i].want), "%s", buf_text(&words));
        buf_done(&words);
    }
}

/* Bits of the weekdays that a text names, ranges with what lies between. */
static uint32_t weekdays_in(const char *words)
{
    static const char *const names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                         "Thursday", "Friday", "Saturday"};
    uint32_t mask = 0;
    for (int d = 0; d < 7; d++) {
        const char *at = strstr(words, names[d]);
        if (at == NULL)
            continue;
        mask |= 1u << d;
        const char *rest = at + strlen(names[d]);
        rest += *rest == 's';
        for (int to = d; to < 7 && strncmp(rest, " to ", 4) == 0; to++) {
            mask |= 1u << to;
            if (strncmp(rest + 4, names[to], strlen(names[to])) == 0)
                break;
        }
    }
    return mask;
}

static void each_weekday_named_is_meant_and_each_meant_is_named(void **state)
{
    (void)state;
    for (uint32_t mask = 1; mask < 0x7F; mask++) {
        char text[64];
        size_t len = (size_t)snprintf(text, sizeof text, "30 6 * * ");
        for (int d = 0; d < 7; d++)
            if ((mask >> d & 1) != 0)
                len += (size_t)snprintf(text + len, sizeof text - len, "%d,", d);
        struct cron cron;
        struct cron_fault fault;
        struct buf words = buf_init(4000);
        assert_true(cron_parse(text, len - 1, &cron, &fault));
        cron_words(&cron, &words);
        if (weekdays_in(buf_text(&words)) != mask)
            fail_msg("%.*s: %s", (int)len - 1, text, buf_text(&words));
        buf_done(&words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_is_told_in_four_lines),
        cmocka_unit_test(the_first_mistake_counts),
        cmocka_unit_test(what_is_the_same_has_the_same_masks),
        cmocka_unit_test(seldom_meant_is_warned_of),
        cmocka_unit_test(never_is_known_when_it_is_read),
        cmocka_unit_test(the_ends_of_time_hold),
        cmocka_unit_test(the_words_say_what_happens),
        cmocka_unit_test(each_weekday_named_is_meant_and_each_meant_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
