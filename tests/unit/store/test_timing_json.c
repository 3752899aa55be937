/* test_timing_json.c - schedule_config as stored. If it failed, a config would be saved that means
 * something else than it says, or a mistake would be blamed on the wrong key. */
#include "../cases.h"

#include "base/str.h"
#include "domain/calendar.h"
#include "store/timing_json.h"

#include <string.h>

static bool reads(const char *type, const char *json, struct timing *t, char *key, struct err *err)
{
    *key = '\0';
    return timing_json_read(t, type, json, strlen(json), key, err);
}

static void a_mistake_names_its_key(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *type, *json, *key;
    } cases[] = {
        {__LINE__, "", "{}", "schedule_type"},
        {__LINE__, "Daily", "{\"time\":\"09:00\"}", "schedule_type"},
        {__LINE__, "daily ", "{\"time\":\"09:00\"}", "schedule_type"},
        {__LINE__, "daily", "", "schedule_config"},
        {__LINE__, "daily", "[]", "schedule_config"},
        {__LINE__, "daily", "{\"time\":\"09:00\"} x", "schedule_config"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"time\":\"10:00\"}", "schedule_config"},
        {__LINE__, "daily", "{\"time\":\"09:00\",}", "schedule_config"},
        {__LINE__, "daily", "{}", "time"},
        {__LINE__, "daily", "{\"time\":900}", "time"},
        {__LINE__, "daily", "{\"time\":\"09:00\\u0000\"}", "time"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"timezone\":\"UTC\\u0000\"}", "timezone"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"timezone\":null}", "timezone"},
        {__LINE__, "weekly", "{\"time\":\"09:00\"}", "day_of_week"},
        {__LINE__, "weekly", "{\"time\":\"09:00\",\"day_of_week\":7}", "day_of_week"},
        {__LINE__, "weekly", "{\"time\":\"09:00\",\"day_of_week\":1.0}", "day_of_week"},
        {__LINE__, "weekly", "{\"time\":\"09:00\",\"day_of_week\":\"1\"}", "day_of_week"},
        {__LINE__, "monthly", "{\"time\":\"09:00\",\"day_of_month\":0}", "day_of_month"},
        {__LINE__, "monthly", "{\"time\":\"09:00\",\"day_of_month\":29}", "day_of_month"},
        {__LINE__, "custom", "{}", "cron_expression"},
        {__LINE__, "custom", "{\"cron_expression\":\"0 9 * * 8\"}", "cron_expression"},
        {__LINE__, "custom", "{\"cron_expression\":\"0 9 * * *\\u0000\"}", "cron_expression"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"catchup\":\"some\"}", "catchup"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"catchup_window\":5}", "catchup_window"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"overlap\":\"both\"}", "overlap"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"jitter\":241}", "jitter"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"start_at\":\"tomorrow\"}", "start_at"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"end_at\":\"2026-02-29\"}", "end_at"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"exclude\":\"2026-12-24\"}", "exclude"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"exclude\":[\"24.12.2026\"]}", "exclude"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"exclude\":[\"2026-12-24/2026-12-23\"]}",
         "exclude"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"exclude\":[\"2026-12-24/9999-12-23\"]}",
         "exclude"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"on_excluded\":\"later\"}", "on_excluded"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"workdays_only\":1}", "workdays_only"},
        {__LINE__, "daily", "{\"time\":\"09:00\",\"max_runs\":-1}", "max_runs"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct timing t = {.jitter_s = 77};
        char key[TIMING_KEY_MAX];
        struct err err = {0};
        CHECK_AT(cases[i].line, !reads(cases[i].type, cases[i].json, &t, key, &err), "it was read");
        CHECK_AT(cases[i].line, str_equal(key, cases[i].key), "%s: %s", key, err.text);
        CHECK_AT(cases[i].line, str_starts(err.text, key) || str_equal(key, "timezone"), "%s",
                 err.text);
        CHECK_AT(cases[i].line, t.jitter_s == 77, "it was changed");
    }
}

static void everything_can_be_said(void **state)
{
    (void)state;
    struct timing t;
    char key[TIMING_KEY_MAX];
    struct err err = {0};
    bool ok = reads("weekly",
                    "{\"note\":{\"kept\":[1]},\"cron_expression\":5,\"day_of_month\":99,"
                    "\"day_of_week\":6,\"time\":\"07:05\",\"timezone\":\"Europe/Berlin\","
                    "\"catchup\":\"all\",\"catchup_window\":\"26h\",\"overlap\":\"queue_one\","
                    "\"jitter\":120,\"start_at\":\"2026-12-01\","
                    "\"end_at\":\"2027-01-31T12:00:00Z\","
                    "\"exclude\":[\"2026-12-24/2027-01-02\",\"2027-01-06\"],"
                    "\"on_excluded\":\"next_business_day\",\"workdays_only\":true,\"max_runs\":3}",
                    &t, key, &err);
    if (!ok)
        fail_msg("%s", err.text);
    assert_int_equal(t.type, TIMING_WEEKLY);
    assert_string_equal(t.expression, "5 7 * * 0");
    assert_string_equal(t.zone, "Europe/Berlin");
    assert_int_equal(t.catchup, TIMING_CATCHUP_ALL);
    assert_int_equal(t.catchup_window_s, 26 * 3600);
    assert_int_equal(t.overlap, TIMING_OVERLAP_QUEUE_ONE);
    assert_int_equal(t.jitter_s, 120);
    assert_int_equal(t.start.kind, TIMING_EDGE_DAY);
    assert_int_equal(t.end.kind, TIMING_EDGE_INSTANT);
    assert_int_equal(t.excluded_count, 2);
    assert_int_equal(t.excluded[0].to - t.excluded[0].from, 9);
    assert_int_equal(t.on_excluded, TIMING_NEXT_BUSINESS_DAY);
    assert_true(t.workdays_only);
    assert_int_equal(t.max_runs, 3);
}

static void what_is_not_said_has_its_default(void **state)
{
    (void)state;
    struct timing t;
    char key[TIMING_KEY_MAX];
    struct err err = {0};
    assert_true(reads("custom", "{\"cron_expression\":\"0 0 31 2 *\"}", &t, key, &err));
    assert_string_equal(t.zone, "UTC");
    assert_true(t.cron.never);
    assert_int_equal(t.catchup, TIMING_CATCHUP_ONE);
    assert_int_equal(t.overlap, TIMING_OVERLAP_SKIP);
    assert_int_equal(t.jitter_s + t.max_runs + t.excluded_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistake_names_its_key),
        cmocka_unit_test(everything_can_be_said),
        cmocka_unit_test(what_is_not_said_has_its_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
