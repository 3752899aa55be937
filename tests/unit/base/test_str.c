/* Broken if this fails: reading of numbers, switches and spans from config files and command lines,
 * cutting of texts at the right byte, "did you mean", and the hashes that names are made from. */
#include "unit/cases.h"

#include "base/rng.h"
#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

static void test_copy(void **state)
{
    (void)state;
    static const struct {
        int line;
        size_t size;
        const char *text, *want;
        bool whole;
    } rows[] = {
        {__LINE__, 1, "", "", true},
        {__LINE__, 1, "a", "", false},
        {__LINE__, 4, "abc", "abc", true},
        {__LINE__, 3, "abc", "ab", false},
        {__LINE__, 3, "a\xc3\xa4", "a", false},
        {__LINE__, 4, "a\xc3\xa4", "a\xc3\xa4", true},
        {__LINE__, 4, "a\xe2\x82\xac", "a", false},
        {__LINE__, 4, "\xf0\x9f\x98\x80", "", false},
        {__LINE__, 5, "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80", true},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char dst[8];
        memset(dst, '#', sizeof dst);
        bool whole = str_copy(dst, rows[i].size, rows[i].text);
        CHECK_AT(rows[i].line, whole == rows[i].whole, "whole %d", whole);
        CHECK_AT(rows[i].line, strcmp(dst, rows[i].want) == 0, "got \"%s\"", dst);
        CHECK_AT(rows[i].line, dst[rows[i].size] == '#', "wrote past the end");
        memset(dst, '#', sizeof dst);
        whole = str_format(dst, rows[i].size, "%s", rows[i].text);
        CHECK_AT(rows[i].line, whole == rows[i].whole, "format: whole %d", whole);
        CHECK_AT(rows[i].line, strcmp(dst, rows[i].want) == 0, "format: got \"%s\"", dst);
        CHECK_AT(rows[i].line, dst[rows[i].size] == '#', "format: wrote past the end");
    }
    char dst[4];
    assert_true(str_copy_n(dst, sizeof dst, "abcdef", 3));
    assert_string_equal(dst, "abc");
    assert_false(str_copy_n(dst, sizeof dst, "abcdef", 4));
    assert_true(str_copy_n(dst, sizeof dst, NULL, 0));
    assert_string_equal(dst, "");
}

static void test_compare(void **state)
{
    (void)state;
    assert_true(str_equal("a", "a"));
    assert_false(str_equal("a", "A"));
    assert_true(str_equal_nocase("Smtp", "sMTP"));
    assert_true(str_equal_nocase("", ""));
    assert_false(str_equal_nocase("a", ""));
    assert_false(str_equal_nocase("", "a"));
    assert_false(str_equal_nocase("ab", "ac"));
    /* Only ASCII letters: [ and { differ by the same bit as A and a. */
    assert_false(str_equal_nocase("[", "{"));
    assert_false(str_equal_nocase("\xc3\x84", "\xc3\xa4"));
    assert_true(str_starts("text", ""));
    assert_true(str_starts("text", "te"));
    assert_false(str_starts("te", "text"));
    assert_true(str_ends("text", ""));
    assert_true(str_ends("text", "xt"));
    assert_false(str_ends("xt", "text"));
    assert_false(str_ends("text", "tx"));
}

static void test_trim_and_lower(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "", ""},
        {__LINE__, " \t\r\n\v\f", ""},
        {__LINE__, "a", "a"},
        {__LINE__, "  a b  ", "a b"},
        {__LINE__, "\xc2\xa0x\xc2\xa0", "\xc2\xa0x\xc2\xa0"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char text[32];
        assert_true(str_copy(text, sizeof text, rows[i].text));
        char *got = str_trim(text);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got \"%s\"", got);
    }
    char text[] = "AbZ[@`{\xc3\x84 09";
    str_lower(text);
    assert_string_equal(text, "abz[@`{\xc3\x84 09");
}

static void test_int(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        int64_t min, max;
        bool ok;
        int64_t want;
    } rows[] = {
        {__LINE__, "0", 0, 0, true, 0},
        {__LINE__, "42", 1, 100, true, 42},
        {__LINE__, "+42", 1, 100, true, 42},
        {__LINE__, "-42", -100, 100, true, -42},
        {__LINE__, "007", 0, 10, true, 7},
        {__LINE__, "-0", 0, 10, true, 0},
        {__LINE__, "101", 1, 100, false, 0},
        {__LINE__, "0", 1, 100, false, 0},
        {__LINE__, "9223372036854775807", INT64_MIN, INT64_MAX, true, INT64_MAX},
        {__LINE__, "9223372036854775808", INT64_MIN, INT64_MAX, false, 0},
        {__LINE__, "-9223372036854775808", INT64_MIN, INT64_MAX, true, INT64_MIN},
        {__LINE__, "-9223372036854775809", INT64_MIN, INT64_MAX, false, 0},
        {__LINE__, "99999999999999999999999", INT64_MIN, INT64_MAX, false, 0},
        {__LINE__, "", 0, 9, false, 0},
        {__LINE__, "-", -9, 9, false, 0},
        {__LINE__, "+-1", -9, 9, false, 0},
        {__LINE__, " 1", 0, 9, false, 0},
        {__LINE__, "1 ", 0, 9, false, 0},
        {__LINE__, "1x", 0, 9, false, 0},
        {__LINE__, "0x1", 0, 9, false, 0},
        {__LINE__, "1.0", 0, 9, false, 0},
        {__LINE__, "1e1", 0, 99, false, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int64_t got = 12345;
        bool ok = str_int(rows[i].text, rows[i].min, rows[i].max, &got);
        CHECK_AT(rows[i].line, ok == rows[i].ok, "ok %d", ok);
        CHECK_AT(rows[i].line, got == (ok ? rows[i].want : 12345), "got %lld", (long long)got);
    }
}

static void test_bool(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        int want; /* -1: refused */
    } rows[] = {
        {__LINE__, "yes", 1},  {__LINE__, "no", 0},    {__LINE__, "on", 1},    {__LINE__, "off", 0},
        {__LINE__, "TRUE", 1}, {__LINE__, "False", 0}, {__LINE__, "1", 1},     {__LINE__, "0", 0},
        {__LINE__, "", -1},    {__LINE__, "y", -1},    {__LINE__, "yess", -1}, {__LINE__, "2", -1},
        {__LINE__, " no", -1},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        bool got = rows[i].want != 1;
        bool ok = str_bool(rows[i].text, &got);
        CHECK_AT(rows[i].line, ok == (rows[i].want >= 0), "ok %d", ok);
        CHECK_AT(rows[i].line, !ok || got == (rows[i].want == 1), "got %d", got);
        CHECK_AT(rows[i].line, ok || got, "a refused text changed the value");
    }
}

#define S INT64_C(1000000)

static void test_span(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        int64_t want; /* -1: refused */
        const char *back;
    } rows[] = {
        {__LINE__, "0", 0, "0"},
        {__LINE__, "0s", 0, "0"},
        {__LINE__, "1us", 1, "1us"},
        {__LINE__, "250ms", 250000, "250ms"},
        {__LINE__, "30s", 30 * S, "30s"},
        {__LINE__, "5m", 300 * S, "5m"},
        {__LINE__, "90m", 5400 * S, "1h30m"},
        {__LINE__, "1h30m", 5400 * S, "1h30m"},
        {__LINE__, "1d", 86400 * S, "1d"},
        {__LINE__, "7d", 604800 * S, "1w"},
        {__LINE__, "10d", 864000 * S, "10d"},
        {__LINE__, "2w", 1209600 * S, "2w"},
        {__LINE__, "1w1us", 604800 * S + 1, "7d1us"},
        {__LINE__, "1w2d3h4m5s6ms7us", 788645006007, "9d3h4m5s6ms7us"},
        {__LINE__, "3660d", 3660 * 86400 * S, "3660d"},
        {__LINE__, "3660d1us", -1, NULL},
        {__LINE__, "3661d", -1, NULL},
        {__LINE__, "99999999999999999w", -1, NULL},
        {__LINE__, "9223372036854775807us", -1, NULL},
        {__LINE__, "99999999999999999999us", -1, NULL},
        {__LINE__, "", -1, NULL},
        {__LINE__, "5", -1, NULL},
        {__LINE__, "00", -1, NULL},
        {__LINE__, "s", -1, NULL},
        {__LINE__, "-5s", -1, NULL},
        {__LINE__, "+5s", -1, NULL},
        {__LINE__, "5 s", -1, NULL},
        {__LINE__, "5s ", -1, NULL},
        {__LINE__, "1.5h", -1, NULL},
        {__LINE__, "5x", -1, NULL},
        {__LINE__, "5sec", -1, NULL},
        {__LINE__, "5M", -1, NULL},
        {__LINE__, "30m1h", -1, NULL},
        {__LINE__, "1s1s", -1, NULL},
        {__LINE__, "1h30", -1, NULL},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int64_t got = -7;
        char back[64];
        bool ok = str_span_us(rows[i].text, &got);
        CHECK_AT(rows[i].line, ok == (rows[i].want >= 0), "ok %d", ok);
        CHECK_AT(rows[i].line, got == (ok ? rows[i].want : -7), "got %lld", (long long)got);
        if (!ok)
            continue;
        str_span_text(got, back, sizeof back);
        CHECK_AT(rows[i].line, strcmp(back, rows[i].back) == 0, "written as %s", back);
    }
}

static void test_span_round_trip(void **state)
{
    (void)state;
    struct rng dice = {.state = 3};
    for (int i = 0; i < 20000; i++) {
        /* All magnitudes alike. */
        int64_t span = (int64_t)(rng_next(&dice) >> (12 + i % 52)) % (3660 * 86400 * S);
        int64_t got = -1;
        char text[64];
        str_span_text(span, text, sizeof text);
        CHECK_AT(__LINE__, str_span_us(text, &got) && got == span, "%lld -> %s", (long long)span,
                 text);
    }
    char small[5];
    str_span_text(5400 * S, small, sizeof small);
    assert_string_equal(small, "1h30");
    str_span_text(-1, small, sizeof small);
    assert_string_equal(small, "0");
}

static void test_distance(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *a, *b;
        int limit, want;
    } rows[] = {
        {__LINE__, "", "", 3, 0},
        {__LINE__, "abc", "abc", 3, 0},
        {__LINE__, "abc", "", 3, 3},
        {__LINE__, "", "abcd", 3, 4},
        {__LINE__, "abc", "abd", 3, 1},
        {__LINE__, "abc", "acb", 3, 1},
        {__LINE__, "abc", "ab", 3, 1},
        {__LINE__, "abc", "xabc", 3, 1},
        {__LINE__, "ca", "abc", 3, 3},
        {__LINE__, "loop_intreval", "loop_interval", 2, 1},
        {__LINE__, "kitten", "sitting", 9, 3},
        {__LINE__, "kitten", "sitting", 2, 3},
        {__LINE__, "kitten", "sitting", 0, 1},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int there = str_distance(rows[i].a, rows[i].b, rows[i].limit);
        int back = str_distance(rows[i].b, rows[i].a, rows[i].limit);
        CHECK_AT(rows[i].line, there == rows[i].want, "got %d", there);
        CHECK_AT(rows[i].line, there == back, "not symmetric: %d", back);
    }
    char a[200], b[200];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    a[sizeof a - 1] = b[sizeof b - 1] = '\0';
    b[100] = 'y';
    assert_int_equal(str_distance(a, b, 5), 0);
    b[10] = 'y';
    assert_int_equal(str_distance(a, b, 5), 1);
}

static void test_hash(void **state)
{
    (void)state;
    /* The published vectors of FNV-1a 64. */
    assert_true(str_hash("", 0, 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(str_hash("a", 1, 0) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(str_hash("foobar", 6, 0) == UINT64_C(0x85944171f73967e8));
    assert_true(str_hash("a", 1, 1) != str_hash("a", 1, 0));
}

static void test_sha256(void **state)
{
    (void)state;
    /* FIPS 180-4 examples. */
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {__LINE__, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {__LINE__, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[65];
        str_sha256_hex(rows[i].text, strlen(rows[i].text), got);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got %s", got);
    }
    uint8_t raw[32];
    str_sha256(NULL, 0, raw);
    assert_int_equal(raw[0], 0xe3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_trim_and_lower),
        cmocka_unit_test(test_int),
        cmocka_unit_test(test_bool),
        cmocka_unit_test(test_span),
        cmocka_unit_test(test_span_round_trip),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_sha256),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
