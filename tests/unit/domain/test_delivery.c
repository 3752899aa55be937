/* test_delivery.c - names, patience, and what a status means. */
#include "domain/delivery.h"

#include "../cases.h"

#include <string.h>

#define S INT64_C(1000000)

static void test_names_come_back(void **state)
{
    (void)state;
    for (int i = 0; i < DELIVERY_STATES; i++) {
        enum delivery_state got = DELIVERY_STATES;
        assert_true(delivery_state_parse(delivery_state_name((enum delivery_state)i), &got));
        assert_int_equal(got, i);
    }
    for (int i = 0; i < DELIVERY_KINDS; i++) {
        enum delivery_kind got = DELIVERY_KINDS;
        assert_true(delivery_kind_parse(delivery_kind_name((enum delivery_kind)i), &got));
        assert_int_equal(got, i);
    }
    enum delivery_state kept = DELIVERY_HELD;
    assert_false(delivery_state_parse("sent", &kept));
    assert_int_equal(kept, DELIVERY_HELD);
}

static void test_waits(void **state)
{
    static const struct {
        int line;
        int64_t first_us;
        int32_t attempts;
        int64_t asked_us, want_us;
    } rows[] = {
        {__LINE__, 10 * S, 1, 0, 10 * S},          {__LINE__, 10 * S, 2, 0, 40 * S},
        {__LINE__, 10 * S, 4, 0, 640 * S},         {__LINE__, 10 * S, 1, 30 * S, 30 * S},
        {__LINE__, 10 * S, 3, 30 * S, 160 * S},    {__LINE__, 10 * S, 8, 0, 12 * 3600 * S},
        {__LINE__, 10 * S, 100, 0, 12 * 3600 * S}, {__LINE__, 86400 * S, 1, 0, 12 * 3600 * S},
        {__LINE__, 1, 100, 0, 12 * 3600 * S},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t got = delivery_wait_us(rows[i].first_us, rows[i].attempts, rows[i].asked_us);
        if (got != rows[i].want_us)
            fail_msg("line %d: %lld", rows[i].line, (long long)got);
    }
}

static void test_statuses(void **state)
{
    (void)state;
    for (int status = 0; status < 600; status++) {
        enum delivery_verdict want = status >= 200 && status < 300 ? DELIVERY_TAKEN
                                     : status == 410               ? DELIVERY_NEVER
                                                                   : DELIVERY_LATER;
        assert_int_equal(delivery_of_status(status), want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names_come_back),
                                       cmocka_unit_test(test_waits),
                                       cmocka_unit_test(test_statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
