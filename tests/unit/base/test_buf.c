/* Broken if this fails: every text that is put together from pieces; a buf that passes its ceiling
 * is how hostile input would fill the memory. */
#include "unit/cases.h"

#include "base/buf.h"
#include "base/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_empty(void **state)
{
    (void)state;
    struct buf b = buf_init(10);
    assert_true(buf_ok(&b));
    assert_string_equal(buf_text(&b), "");
    assert_null(b.data);
    assert_true(buf_add(&b, NULL, 0));
    assert_int_equal(b.len, 0);
    buf_done(&b);
    buf_done(&b);
    buf_done(NULL);
    struct buf zeroed = {0};
    assert_string_equal(buf_text(&zeroed), "");
    assert_true(buf_adds(&zeroed, ""));
    assert_false(buf_addc(&zeroed, 'x'));
    buf_done(&zeroed);
}

static void test_appends_in_order(void **state)
{
    (void)state;
    struct buf b = buf_init(1000);
    assert_true(buf_add(&b, "ab\0c", 4));
    assert_true(buf_addc(&b, '-'));
    assert_true(buf_adds(&b, "text"));
    assert_true(buf_addf(&b, " %s=%d", "n", 42));
    assert_int_equal(b.len, 14);
    assert_memory_equal(buf_text(&b), "ab\0c-text n=42", 15);
    buf_done(&b);
    assert_int_equal(b.len, 0);
    assert_int_equal(b.ceiling, 1000);
    assert_true(buf_adds(&b, "again"));
    assert_string_equal(buf_text(&b), "again");
    buf_done(&b);
}

/* Exactly the ceiling fits; one byte more fails and changes nothing, and so does all that follows,
 * by each of the ways to append. */
static void test_ceiling(void **state)
{
    (void)state;
    for (size_t ceiling = 0; ceiling < 200; ceiling++) {
        struct buf b = buf_init(ceiling);
        for (size_t i = 0; i < ceiling; i++)
            CHECK_AT(__LINE__, buf_addc(&b, 'x'), "ceiling %zu at %zu", ceiling, i);
        assert_true(buf_ok(&b));
        switch (ceiling % 4) {
        case 0:
            assert_false(buf_addc(&b, 'y'));
            break;
        case 1:
            assert_false(buf_adds(&b, "y"));
            break;
        case 2:
            assert_false(buf_addf(&b, "%d", 1));
            break;
        default:
            assert_false(buf_add(&b, "yy", 2));
        }
        assert_false(buf_ok(&b));
        assert_false(buf_add(&b, "", 0));
        assert_int_equal(b.len, ceiling);
        assert_int_equal(strspn(buf_text(&b), "x"), ceiling);
        assert_true(b.cap <= ceiling + 1);
        buf_done(&b);
    }
}

static void test_failed_stays_failed_though_it_would_fit(void **state)
{
    (void)state;
    struct buf b = buf_init(5);
    assert_true(buf_adds(&b, "abc"));
    assert_false(buf_adds(&b, "defg"));
    assert_false(buf_addc(&b, 'd'));
    assert_string_equal(buf_text(&b), "abc");
    buf_clear(&b);
    assert_true(buf_ok(&b));
    assert_true(buf_adds(&b, "12345"));
    assert_string_equal(buf_text(&b), "12345");
    buf_done(&b);
}

static void test_absurd_lengths_are_refused(void **state)
{
    (void)state;
    struct buf b = buf_init(SIZE_MAX);
    assert_true(buf_adds(&b, "abc"));
    assert_false(buf_add(&b, "x", SIZE_MAX - 3));
    assert_false(buf_ok(&b));
    assert_string_equal(buf_text(&b), "abc");
    buf_done(&b);
}

static void test_take(void **state)
{
    (void)state;
    struct buf b = buf_init(10);
    char *text = buf_take(&b);
    assert_string_equal(text, "");
    free(text);
    assert_true(buf_adds(&b, "mine"));
    text = buf_take(&b);
    assert_string_equal(text, "mine");
    free(text);
    assert_int_equal(b.len, 0);
    assert_null(b.data);
    assert_false(buf_adds(&b, "more than ten bytes"));
    assert_null(buf_take(&b));
    assert_true(buf_ok(&b));
    assert_int_equal(b.ceiling, 10);
    buf_done(&b);
}

static void test_cut(void **state)
{
    (void)state;
    struct buf b = buf_init(100);
    buf_cut(&b, 0);
    assert_true(buf_adds(&b, "abcdef"));
    buf_cut(&b, 7);
    assert_string_equal(buf_text(&b), "abcdef");
    buf_cut(&b, 2);
    assert_string_equal(buf_text(&b), "ab");
    buf_cut(&b, 0);
    assert_string_equal(buf_text(&b), "");
    buf_done(&b);
}

/* Against a plain array: the same appends give the same bytes, through every growth. */
static void test_random_appends_match_an_array(void **state)
{
    (void)state;
    struct rng dice = {.state = 7};
    enum { MAX = 20000 };
    char *model = malloc(MAX + 1);
    assert_non_null(model);
    size_t len = 0;
    struct buf b = buf_init(MAX);
    for (;;) {
        char piece[300];
        size_t n = (size_t)rng_below(rng_next(&dice), sizeof piece);
        for (size_t i = 0; i < n; i++)
            piece[i] = (char)('a' + rng_below(rng_next(&dice), 26));
        bool fits = len + n <= MAX;
        bool took = n % 2 == 0 ? buf_add(&b, piece, n) : buf_addf(&b, "%.*s", (int)n, piece);
        assert_int_equal(took, fits);
        if (!fits)
            break;
        memcpy(model + len, piece, n);
        len += n;
        assert_int_equal(b.len, len);
        assert_int_equal(b.data == NULL ? 0 : b.data[len], 0);
    }
    assert_int_equal(b.len, len);
    assert_memory_equal(buf_text(&b), model, len);
    free(model);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_appends_in_order),
        cmocka_unit_test(test_ceiling),
        cmocka_unit_test(test_failed_stays_failed_though_it_would_fit),
        cmocka_unit_test(test_absurd_lengths_are_refused),
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_random_appends_match_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
