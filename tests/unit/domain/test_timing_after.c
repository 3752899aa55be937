/* test_timing_after.c - if this fails, a schedule that follows another ends at another instant
 * than its end date says, is given times that nobody wrote, or a list of names is
 * read as other names. */
#include "../cases.h"

#include "adapter/zone_file.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/schedule.h"
#include "store/timing_json.h"

#include <string.h>

static struct timing read_after(const char *config)
{
    char key[TIMING_KEY_MAX];
    struct timing t;
    struct err why = {0};
    if (!timing_json_read(&t, "after", config, strlen(config), key, &why))
        fail_msg("%s", why.text);
    return t;
}

static void it_ends_when_its_last_day_is_over(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *config, *want; /* NULL: it has no end */
    } cases[] = {
        {__LINE__, "{}", NULL},
        {__LINE__, "{\"end_at\":\"2026-12-31\"}", "2027-01-01T00:00:00Z"},
        {__LINE__, "{\"end_at\":\"2026-12-31T12:00:00Z\"}", "2026-12-31T12:00:01Z"},
        {__LINE__, "{\"end_at\":\"2026-12-31\",\"timezone\":\"Europe/Berlin\"}",
         "2026-12-31T23:00:00Z"},
        /* There 8 March begins at 01:00: midnight is skipped. */
        {__LINE__, "{\"end_at\":\"2026-03-07\",\"timezone\":\"America/Havana\"}",
         "2026-03-08T05:00:00Z"},
        /* There 1 November comes to midnight twice in the hour after it: the first one counts. */
        {__LINE__, "{\"end_at\":\"2026-10-31\",\"timezone\":\"America/Havana\"}",
         "2026-11-01T04:00:00Z"},
    };
    struct zone_files *files;
    struct err why = {0};
    assert_true(zone_files_new(&files, ZONE_FILES_DIR, &why));
    for (size_t i = 0; i < CASES(cases); i++) {
        char text[CALENDAR_TEXT_MAX] = "";
        struct zone_hint hint = {0};
        struct timing t = read_after(cases[i].config);
        const struct zone *zone;
        assert_true(zone_files_get(files, t.zone, strlen(t.zone), &zone, &why));
        int64_t end = timing_after_end(&t, zone, &hint);
        if (end != INT64_MAX)
            calendar_text(end, text);
        CHECK_AT(cases[i].line, str_equal(text, cases[i].want != NULL ? cases[i].want : ""), "%s",
                 text);
    }
    zone_files_free(files);
}

static void it_has_no_times(void **state)
{
    (void)state;
    struct timing t = read_after("{\"time\":\"09:00\",\"start_at\":\"never\",\"max_runs\":3}");
    struct timing_limit limit = {0};
    struct timing_hit hit;
    assert_int_equal(t.type, TIMING_AFTER);
    assert_int_equal(t.max_runs, 3);
    assert_false(timing_next(&t, zone_utc(), NULL, 0, 0, 0, &hit));
    assert_int_equal(timing_preview(&t, zone_utc(), NULL, 0, 0, 0, &limit, &hit, 1), 0);
    assert_string_equal(timing_type_name(TIMING_AFTER), "after");
}

static void what_it_can_say_is_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"end_at\":\"soon\"}", "{\"max_runs\":-1}",
                                      "{\"overlap\":\"both\"}", "{\"timezone\":\"CEST5\"\"}", "[]"};
    for (size_t i = 0; i < CASES(bad); i++) {
        char key[TIMING_KEY_MAX];
        struct timing t;
        struct err why = {0};
        CHECK_AT(i, !timing_json_read(&t, "after", bad[i], strlen(bad[i]), key, &why), "%s",
                 bad[i]);
    }
}

static void names_are_read_line_by_line(void **state)
{
    (void)state;
    char name[NAME_MAX_BYTES + 1], longest[NAME_MAX_BYTES + 2];
    const char *at = "one, two\nthree";
    assert_true(schedule_next_name(&at, name));
    assert_string_equal(name, "one, two");
    assert_true(schedule_next_name(&at, name));
    assert_string_equal(name, "three");
    assert_false(schedule_next_name(&at, name));
    memset(longest, 'x', sizeof longest);
    longest[NAME_MAX_BYTES + 1] = '\0';
    at = longest; /* one byte more than a name has */
    assert_false(schedule_next_name(&at, name));
    longest[NAME_MAX_BYTES] = '\0';
    at = longest;
    assert_true(schedule_next_name(&at, name));
    assert_int_equal(strlen(name), NAME_MAX_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_ends_when_its_last_day_is_over),
        cmocka_unit_test(it_has_no_times),
        cmocka_unit_test(what_it_can_say_is_checked),
        cmocka_unit_test(names_are_read_line_by_line),
    };
    return cmocka_run_group_tests_name("timing_after", tests, NULL, NULL);
}
