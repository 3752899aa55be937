/* Broken if this fails: the names of rows: made twice, read back wrongly, or a letter's name that
 * is not the same after a restart. */
#include "unit/cases.h"

#include "base/rng.h"
#include "base/uuid.h"

#include <string.h>

static void test_v7(void **state)
{
    (void)state;
    /* The example of RFC 9562 appendix A.6: 2022-02-22T19:22:22Z. */
    const int64_t at_us = INT64_C(1645557742000) * 1000;
    char text[UUID_TEXT_SIZE];
    uuid_text(uuid_new_v7(at_us), text);
    text[19] = strchr("89ab", text[19]) != NULL ? 'v' : text[19];
    text[20] = '\0';
    assert_string_equal(text, "017f22e2-79b0-7000-v");
    struct uuid before = uuid_new_v7(-5);
    for (int i = 0; i < 6; i++)
        assert_int_equal(before.byte[i], 0);
}

/* Names made in the order of time sort that way, down to the microsecond, also as text. */
static void test_v7_sorts_by_time(void **state)
{
    (void)state;
    int64_t at_us = INT64_C(1795426380) * 1000000;
    char last[UUID_TEXT_SIZE] = "";
    for (int i = 0; i < 5000; i++, at_us += 1 + i % 700) {
        char text[UUID_TEXT_SIZE];
        uuid_text(uuid_new_v7(at_us), text);
        CHECK_AT(__LINE__, strcmp(last, text) < 0, "%s then %s", last, text);
        memcpy(last, text, sizeof last);
    }
}

static void test_v7_of_one_instant_differ(void **state)
{
    (void)state;
    struct uuid ids[200];
    for (size_t i = 0; i < CASES(ids); i++) {
        ids[i] = uuid_new_v7(1000000);
        for (size_t j = 0; j < i; j++)
            assert_false(uuid_equal(ids[i], ids[j]));
    }
}

static void test_v8_is_the_hash(void **state)
{
    (void)state;
    /* SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 ..., version and variant stamped in. */
    char text[UUID_TEXT_SIZE];
    uuid_text(uuid_from_bytes("abc", 3), text);
    assert_string_equal(text, "ba7816bf-8f01-8fea-8141-40de5dae2223");
    assert_true(uuid_equal(uuid_from_bytes("abc", 3), uuid_from_bytes("abcd", 3)));
    assert_false(uuid_equal(uuid_from_bytes("abc", 3), uuid_from_bytes("abd", 3)));
}

static void test_parse(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        bool ok;
    } rows[] = {
        {__LINE__, "ba7816bf-8f01-8fea-8141-40de5dae2223", true},
        {__LINE__, "BA7816BF-8F01-8FEA-8141-40DE5DAE2223", true},
        {__LINE__, "00000000-0000-0000-0000-000000000000", true},
        {__LINE__, "", false},
        {__LINE__, "ba7816bf", false},
        {__LINE__, "ba7816bf8f018fea814140de5dae2223", false},
        {__LINE__, "ba7816bf-8f01-8fea-8141-40de5dae222", false},
        {__LINE__, "ba7816bf-8f01-8fea-8141-40de5dae22233", false},
        {__LINE__, "ba7816bf-8f01-8fea-8141-40de5dae2223 ", false},
        {__LINE__, "ba7816bf-8f01-8fea-8141_40de5dae2223", false},
        {__LINE__, "ba7816b-f8f01-8fea-8141-40de5dae2223", false},
        {__LINE__, "ga7816bf-8f01-8fea-8141-40de5dae2223", false},
        {__LINE__, "bg7816bf-8f01-8fea-8141-40de5dae2223", false},
        {__LINE__, "{a7816bf-8f01-8fea-8141-40de5dae2223}", false},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct uuid got = {{7}}, before = got;
        bool ok = uuid_parse(rows[i].text, &got);
        CHECK_AT(rows[i].line, ok == rows[i].ok, "ok %d", ok);
        CHECK_AT(rows[i].line, ok || uuid_equal(got, before), "a refused text changed the value");
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    struct rng dice = {.state = 1};
    for (int i = 0; i < 5000; i++) {
        struct uuid id, back;
        char text[UUID_TEXT_SIZE];
        for (size_t k = 0; k < sizeof id.byte; k++)
            id.byte[k] = (uint8_t)rng_next(&dice);
        uuid_text(id, text);
        assert_int_equal(strlen(text), UUID_TEXT_SIZE - 1);
        assert_true(uuid_parse(text, &back));
        assert_true(uuid_equal(id, back));
    }
}

static void test_zero(void **state)
{
    (void)state;
    struct uuid id = {{0}};
    assert_true(uuid_is_zero(id));
    for (size_t k = 0; k < sizeof id.byte; k++) {
        id.byte[k] = 1;
        assert_false(uuid_is_zero(id));
        id.byte[k] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_v7),
        cmocka_unit_test(test_v7_sorts_by_time),
        cmocka_unit_test(test_v7_of_one_instant_differ),
        cmocka_unit_test(test_v8_is_the_hash),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
