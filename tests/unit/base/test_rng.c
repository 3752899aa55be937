/* Broken if this fails: the order of work of every stored random job. A job that was begun with one
 * version and resumed with the next must draw the same; the fixed values below may never change. */
#include "unit/cases.h"

#include "base/rng.h"

#include <string.h>

/* Computed by an implementation in another language from the description in rng.h. */
static void test_draws_are_fixed_for_ever(void **state)
{
    (void)state;
    static const struct {
        int line;
        uint64_t seed, a, b, want;
    } rows[] = {
        {__LINE__, 0, 0, 0, UINT64_C(0x238275bc38fcbe91)},
        {__LINE__, 1, 0, 0, UINT64_C(0xb18a02f46d8d86c3)},
        {__LINE__, 0, 1, 0, UINT64_C(0x44e5b98100c67fb0)},
        {__LINE__, 0, 0, 1, UINT64_C(0x2f32a78496c67c60)},
        {__LINE__, 20261122, 3, 17, UINT64_C(0x7eea8d87a7068e55)},
        {__LINE__, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_C(0x595b17f487c0e71b)},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        uint64_t got = rng_draw(rows[i].seed, rows[i].a, rows[i].b);
        CHECK_AT(rows[i].line, got == rows[i].want, "got %llx", (unsigned long long)got);
    }
}

/* The published sequence of SplitMix64 for the seed 1234567. */
static void test_generator_is_splitmix64(void **state)
{
    (void)state;
    static const uint64_t want[] = {
        UINT64_C(6457827717110365317),  UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),  UINT64_C(4593380528125082431),
        UINT64_C(16408922859458223821),
    };
    struct rng dice = {.state = 1234567};
    for (size_t i = 0; i < CASES(want); i++)
        assert_true(rng_next(&dice) == want[i]);
}

static void test_below_is_in_range_and_even(void **state)
{
    (void)state;
    assert_int_equal(rng_below(UINT64_MAX, 1), 0);
    assert_int_equal(rng_below(0, 100), 0);
    assert_int_equal(rng_below(UINT64_MAX, 100), 99);
    assert_true(rng_below(UINT64_MAX, UINT64_MAX) == UINT64_MAX - 1);
    for (uint64_t n = 2; n < 40; n++) {
        int count[40] = {0};
        const int draws = 20000;
        for (int i = 0; i < draws; i++) {
            uint64_t got = rng_below(rng_draw(99, n, (uint64_t)i), n);
            assert_true(got < n);
            count[got]++;
        }
        /* Chi-squared with n - 1 degrees; 3 n + 30 is past the 0.999 quantile for all of them. */
        double expected = draws / (double)n, chi = 0;
        for (uint64_t k = 0; k < n; k++)
            chi += (count[k] - expected) * (count[k] - expected) / expected;
        CHECK_AT(__LINE__, chi < 3 * (double)n + 30, "n %d: chi squared %f", (int)n, chi);
    }
}

/* Neighbouring positions must not give related draws: about half of the bits differ. */
static void test_neighbours_are_unrelated(void **state)
{
    (void)state;
    int bits = 0, pairs = 0;
    for (uint64_t seed = 0; seed < 30; seed++) {
        for (uint64_t k = 0; k < 300; k++) {
            uint64_t here = rng_draw(seed, 4, k);
            bits += __builtin_popcountll(here ^ rng_draw(seed, 4, k + 1));
            bits += __builtin_popcountll(here ^ rng_draw(seed, 5, k));
            bits += __builtin_popcountll(here ^ rng_draw(seed + 1, 4, k));
            pairs += 3;
        }
    }
    double mean = bits / (double)pairs;
    assert_true(mean > 31.8 && mean < 32.2);
}

static void test_secure_fills_all_and_differs(void **state)
{
    (void)state;
    uint8_t first[33], second[33];
    memset(first, 0, sizeof first);
    memset(second, 0, sizeof second);
    rng_secure(first, 32);
    rng_secure(second, 32);
    assert_memory_not_equal(first, second, 32);
    assert_int_equal(first[32], 0);
    int zeros = 0;
    for (int i = 0; i < 32; i++)
        zeros += first[i] == 0 && second[i] == 0;
    assert_true(zeros < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_draws_are_fixed_for_ever),
        cmocka_unit_test(test_generator_is_splitmix64),
        cmocka_unit_test(test_below_is_in_range_and_even),
        cmocka_unit_test(test_neighbours_are_unrelated),
        cmocka_unit_test(test_secure_fills_all_and_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
