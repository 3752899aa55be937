/* Broken if this fails: a new account would send more in its first days than it was allowed, or a
 * domain that asked to wait would be asked again too soon. */
#include "unit/cases.h"

#include "domain/pace.h"

#define S INT64_C(1000000)

static void a_ramp_is_the_power_rounded_down(void **state)
{
    static const struct {
        int line;
        struct ramp ramp;
        int64_t day;
        int32_t cap;
    } cases[] = {
        {__LINE__, {0, 20, 500}, 0, 500},   {__LINE__, {0, 20, 0}, 7, 0},
        {__LINE__, {50, 20, 0}, 0, 50},     {__LINE__, {50, 20, 500}, -3, 50},
        {__LINE__, {50, 20, 500}, 1, 60},   {__LINE__, {50, 20, 500}, 3, 86},   /* 86.4 */
        {__LINE__, {50, 20, 500}, 12, 445}, {__LINE__, {50, 20, 500}, 13, 500}, /* 534 */
        {__LINE__, {5, 10, 100}, 1, 5}, /* 5.5: nothing is lost by rounding */
        {__LINE__, {5, 10, 100}, 2, 6},     {__LINE__, {50, 0, 500}, 1000000, 50},
        {__LINE__, {600, 20, 500}, 0, 500}, {__LINE__, {1, 1, 0}, INT64_MAX, 10000000},
        {__LINE__, {1, 1000, 0}, 2, 121},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int32_t cap = ramp_cap(&cases[i].ramp, cases[i].day);
        if (cap != cases[i].cap)
            fail_msg("line %d: %d, not %d", cases[i].line, (int)cap, (int)cases[i].cap);
    }
}

static void days_are_counted_from_the_first_letter(void **state)
{
    (void)state;
    assert_int_equal(ramp_day(0, 5 * PACE_DAY_US), 0);
    assert_int_equal(ramp_day(7, 7), 0);
    assert_int_equal(ramp_day(7, 6 + PACE_DAY_US), 0);
    assert_int_equal(ramp_day(7, 7 + PACE_DAY_US), 1);
    assert_int_equal(ramp_day(7, 3), 0); /* a clock that was put back */
}

static void a_full_day_opens_at_the_sooner_of_two(void **state)
{
    (void)state;
    const struct ramp grows = {10, 10, 0}, rests = {10, 0, 0}, there = {10, 10, 10};
    assert_int_equal(ramp_opens(&grows, 100 * S, 100 * S + 10, 100 * S + 5), 100 * S + PACE_DAY_US);
    assert_int_equal(ramp_opens(&rests, 100 * S, 100 * S + 10, 100 * S + 5),
                     100 * S + 5 + PACE_DAY_US);
    assert_int_equal(ramp_opens(&there, 100 * S, 100 * S + 10, 100 * S + 5),
                     100 * S + 5 + PACE_DAY_US);
}

static void waits_grow_step_by_step(void **state)
{
    static const int64_t retry[] = {60 * S, 300 * S, 900 * S, 3600 * S};
    (void)state;
    assert_int_equal(pace_wait(retry, 4, 0), 0);
    assert_int_equal(pace_wait(retry, 4, 59 * S), 0);
    assert_int_equal(pace_wait(retry, 4, 60 * S), 1);
    assert_int_equal(pace_wait(retry, 4, 65 * S), 1);
    assert_int_equal(pace_wait(retry, 4, 300 * S), 2);
    assert_int_equal(pace_wait(retry, 4, 901 * S), 3);
    assert_int_equal(pace_wait(retry, 4, 4000 * S), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ramp_is_the_power_rounded_down),
        cmocka_unit_test(days_are_counted_from_the_first_letter),
        cmocka_unit_test(a_full_day_opens_at_the_sooner_of_two),
        cmocka_unit_test(waits_grow_step_by_step),
    };
    return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
