/* Broken if this fails: what an operator is told about a failure, and the exit status by which a
 * script tells one failure from another. */
#include "unit/cases.h"

#include "base/err.h"
#include "base/utf8.h"

#include <string.h>

static void test_set_fills_and_returns_false(void **state)
{
    (void)state;
    struct err err = {0};
    assert_false(
        err_set(&err, ERR_CONFLICT, "store: schedule \"%s\" was changed %d s ago", "w", 3));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(err.text, "store: schedule \"w\" was changed 3 s ago");
}

static void test_null_err_is_only_the_return_value(void **state)
{
    (void)state;
    assert_false(err_set(NULL, ERR_STOP, "nobody reads %s", "this"));
}

/* A wrapper may quote the sentence it got in its own. */
static void test_old_text_may_be_an_argument(void **state)
{
    (void)state;
    struct err err = {0};
    err_set(&err, ERR_RETRY, "inner");
    err_set(&err, ERR_STOP, "outer: %s", err.text);
    assert_string_equal(err.text, "outer: inner");
}

static void test_long_text_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[2 * ERR_TEXT_MAX];
    struct err err;
    /* Every alignment of two-, three- and four-byte characters against the end. */
    static const char *const filler[] = {"x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    for (size_t f = 0; f < CASES(filler); f++) {
        for (size_t shift = 0; shift < 4; shift++) {
            size_t at = 0, n = strlen(filler[f]);
            for (; at < shift; at++)
                text[at] = '.';
            for (; at + n < sizeof text; at += n)
                memcpy(text + at, filler[f], n);
            text[at] = '\0';
            err_set(&err, ERR_REFUSED, "%s", text);
            size_t len = strlen(err.text);
            CHECK_AT(__LINE__, len < ERR_TEXT_MAX && len + n >= ERR_TEXT_MAX, "%zu bytes", len);
            CHECK_AT(__LINE__, utf8_valid(err.text, len), "filler %zu shift %zu", f, shift);
            assert_memory_equal(err.text, text, len);
        }
    }
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum err_kind kind;
        const char *name;
        int status;
    } rows[] = {
        {__LINE__, ERR_NONE, "none", 0},
        {__LINE__, ERR_RETRY, "retry", 1},
        {__LINE__, ERR_REFUSED, "refused", 1},
        {__LINE__, ERR_CONFLICT, "conflict", 4},
        {__LINE__, ERR_FENCED, "fenced", 1},
        {__LINE__, ERR_CANCELLED, "cancelled", 1},
        {__LINE__, ERR_UNREACHABLE, "unreachable", 3},
        {__LINE__, ERR_STOP, "stop", 1},
        {__LINE__, ERR_USAGE, "usage", 2},
        {__LINE__, ERR_KINDS, "unknown", 1},
        {__LINE__, (enum err_kind)99, "unknown", 1},
    };
    assert_int_equal(CASES(rows), ERR_KINDS + 2);
    for (size_t i = 0; i < CASES(rows); i++) {
        CHECK_AT(rows[i].line, strcmp(err_kind_name(rows[i].kind), rows[i].name) == 0, "%s",
                 err_kind_name(rows[i].kind));
        CHECK_AT(rows[i].line, err_exit_status(rows[i].kind) == rows[i].status, "%d",
                 err_exit_status(rows[i].kind));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_fills_and_returns_false),
        cmocka_unit_test(test_null_err_is_only_the_return_value),
        cmocka_unit_test(test_old_text_may_be_an_argument),
        cmocka_unit_test(test_long_text_is_cut_at_a_character),
        cmocka_unit_test(test_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
