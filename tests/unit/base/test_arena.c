/* Broken if this fails: memory of plans and parsed job files: overlapping pieces, wrong alignment,
 * or no ceiling for a hostile file. */
#include "unit/cases.h"

#include "base/arena.h"
#include "base/rng.h"

#include <stdalign.h>
#include <string.h>

static void test_pieces_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    enum { PIECES = 3000 };
    static const size_t ceiling = 8u << 20;
    struct arena a = arena_init(ceiling);
    struct rng dice = {.state = 2};
    unsigned char *piece[PIECES];
    size_t size[PIECES];
    for (size_t i = 0; i < PIECES; i++) {
        /* Mostly small, some larger than a block. */
        size[i] = (size_t)rng_below(rng_next(&dice), i % 100 == 0 ? 20000 : 200);
        piece[i] = arena_alloc(&a, size[i]);
        assert_non_null(piece[i]);
        assert_int_equal((uintptr_t)piece[i] % alignof(max_align_t), 0);
        for (size_t k = 0; k < size[i]; k++)
            assert_int_equal(piece[i][k], 0);
        memset(piece[i], (int)(i % 251) + 1, size[i]);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < size[i]; k++)
            CHECK_AT(__LINE__, piece[i][k] == i % 251 + 1, "piece %zu was overwritten", i);
    assert_true(a.used <= ceiling);
    arena_done(&a);
    assert_int_equal(a.used, 0);
}

static void test_ceiling(void **state)
{
    (void)state;
    struct arena a = arena_init(1024);
    assert_null(arena_alloc(&a, 1025));
    assert_null(arena_alloc(&a, SIZE_MAX));
    assert_non_null(arena_alloc(&a, 1000));
    assert_null(arena_alloc(&a, 1000));
    size_t small = 0;
    while (arena_alloc(&a, 1) != NULL)
        small++;
    assert_true(small < 1024);
    assert_true(a.used <= 1024);
    arena_done(&a);
    assert_non_null(arena_alloc(&a, 1000));
    arena_done(&a);
    struct arena none = {0};
    assert_null(arena_alloc(&none, 1));
    arena_done(&none);
    arena_done(NULL);
}

static void test_array_refuses_an_overflow(void **state)
{
    (void)state;
    struct arena a = arena_init(1 << 20);
    assert_null(arena_array(&a, SIZE_MAX / 8 + 2, 8));
    assert_null(arena_array(&a, (size_t)1 << 63, 2));
    assert_non_null(arena_array(&a, 0, 8));
    int64_t *numbers = arena_array(&a, 1000, sizeof *numbers);
    assert_non_null(numbers);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(numbers[i], 0);
    arena_done(&a);
}

static void test_text(void **state)
{
    (void)state;
    struct arena a = arena_init(1 << 16);
    char original[] = "text";
    char *copy = arena_text(&a, original);
    original[0] = 'n';
    assert_string_equal(copy, "text");
    assert_string_equal(arena_text(&a, ""), "");
    assert_string_equal(arena_text(&a, NULL), "");
    struct arena small = arena_init(16);
    assert_null(arena_text(&small, "longer than sixteen bytes"));
    arena_done(&small);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_zeroed_aligned_and_apart),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_array_refuses_an_overflow),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
