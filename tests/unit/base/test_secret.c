/* Broken if this fails: proofs that others can check (HMAC-SHA256), the text of keys and tokens,
 * comparing them, and how often somebody may ask. */
#include "unit/cases.h"

#include "base/quota.h"
#include "base/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void hex(const uint8_t *bytes, size_t len, char *dst)
{
    for (size_t i = 0; i < len; i++)
        (void)snprintf(dst + 2 * i, 3, "%02x", bytes[i]);
}

/* RFC 4231, cases 1, 2, 3 and 6. */
static void test_hmac(void **state)
{
    (void)state;
    char same[131], dd[51];
    memset(same, 0xaa, sizeof same);
    memset(dd, 0xdd, 50);
    const struct {
        int line;
        const char *key;
        size_t key_len;
        const char *data;
        size_t len;
        const char *want;
    } rows[] = {
        {__LINE__,
         "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b", 20,
         "Hi There", 8, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {__LINE__, "Jefe", 4, "what do ya want for nothing?", 28,
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {__LINE__, same, 20, dd, 50,
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {__LINE__, same, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        uint8_t got[SECRET_HASH];
        char text[2 * SECRET_HASH + 1];
        secret_hmac(rows[i].key, rows[i].key_len, rows[i].data, rows[i].len, got);
        hex(got, sizeof got, text);
        CHECK_AT(rows[i].line, strcmp(text, rows[i].want) == 0, "got %s", text);
    }
}

static void test_equal(void **state)
{
    (void)state;
    uint8_t a[32], b[32];
    memset(a, 7, sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(secret_equal(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] ^= 1;
        assert_false(secret_equal(a, b, sizeof a));
        b[i] ^= 1;
    }
    assert_true(secret_equal(a, "", 0));
}

static void test_text(void **state)
{
    (void)state;
    uint8_t bytes[32], back[32];
    char text[SECRET_TEXT_SIZE];
    /* RFC 4648 section 10, without padding. */
    static const char *const want[] = {"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"};
    for (size_t len = 0; len < CASES(want); len++) {
        secret_text("foobar", len, text);
        assert_string_equal(text, want[len]);
        assert_true(secret_parse(text, back, len));
        assert_memory_equal(back, "foobar", len);
    }
    for (int i = 0; i < 1000; i++) {
        for (size_t k = 0; k < sizeof bytes; k++)
            bytes[k] = (uint8_t)((i * 131 + (int)k * 37) * 7 >> (k % 5));
        secret_text(bytes, sizeof bytes, text);
        assert_int_equal(strlen(text), 43);
        assert_true(secret_parse(text, back, sizeof back));
        assert_memory_equal(bytes, back, sizeof back);
    }
    memset(bytes, 0xff, sizeof bytes);
    secret_text(bytes, sizeof bytes, text);
    assert_null(strpbrk(text, "+/="));
}

static void test_no_text(void **state)
{
    (void)state;
    uint8_t back[32];
    static const struct {
        int line;
        const char *text;
        size_t len;
    } rows[] = {
        {__LINE__, "Zg==", 1}, {__LINE__, "Z", 1},     {__LINE__, "Zg", 2},  {__LINE__, "Zm8", 1},
        {__LINE__, "Zh", 1}, /* bits that no byte has */
        {__LINE__, "Z+", 1},   {__LINE__, "Z\xc3", 1}, {__LINE__, " Zg", 1}, {__LINE__, "", 1},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        memset(back, '#', sizeof back);
        CHECK_AT(rows[i].line, !secret_parse(rows[i].text, back, rows[i].len), "it was read");
        CHECK_AT(rows[i].line, back[0] == '#', "something was written");
    }
}

#define S INT64_C(1000000)

static void test_quota(void **state)
{
    (void)state;
    struct quota *q = calloc(1, sizeof *q);
    int64_t wait;
    assert_non_null(q);
    for (int i = 0; i < 6; i++)
        assert_true(quota_take(q, 1, 6, 60 * S, 100 * S, &wait));
    assert_false(quota_take(q, 1, 6, 60 * S, 100 * S, &wait));
    assert_int_equal(wait, 10 * S);
    assert_true(quota_take(q, 2, 6, 60 * S, 100 * S, &wait)); /* somebody else */
    assert_false(quota_take(q, 1, 6, 60 * S, 110 * S - 1, &wait));
    assert_int_equal(wait, 1);
    assert_true(quota_take(q, 1, 6, 60 * S, 110 * S, &wait));
    assert_false(quota_take(q, 1, 6, 60 * S, 110 * S, &wait));
    assert_true(quota_take(q, 1, 0, 60 * S, 110 * S, &wait)); /* no limit */
    for (int i = 0; i < 6; i++)
        assert_true(quota_take(q, 1, 6, 60 * S, 1000 * S, &wait));
    assert_false(quota_take(q, 1, 6, 60 * S, 1000 * S, &wait));
    /* So many others that the table overflows: whoever asks now keeps being counted. */
    for (uint64_t key = 10; key < 5000; key++) {
        assert_true(quota_take(q, key, 6, 60 * S, 1001 * S + (int64_t)key, &wait));
        (void)quota_take(q, 1, 6, 60 * S, 1001 * S + (int64_t)key, &wait);
    }
    assert_false(quota_take(q, 1, 6, 60 * S, 1002 * S, &wait));
    free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hmac),    cmocka_unit_test(test_equal), cmocka_unit_test(test_text),
        cmocka_unit_test(test_no_text), cmocka_unit_test(test_quota),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
