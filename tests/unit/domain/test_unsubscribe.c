/* Broken if this fails: the word in a letter's link that says whose letter it is, and that nobody
 * else can make. */
#include "unit/cases.h"

#include "domain/unsubscribe.h"

#include <string.h>

static void test_token(void **state)
{
    (void)state;
    uint8_t key[UNSUBSCRIBE_KEY] = {1, 2, 3}, other[UNSUBSCRIBE_KEY] = {1, 2, 4};
    struct uuid id, back, none = {{9}};
    char token[UNSUBSCRIBE_TOKEN_SIZE], again[UNSUBSCRIBE_TOKEN_SIZE];
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    assert_true(uuid_parse("01890a5d-ac96-774b-bcce-b302099a8057", &id));
    unsubscribe_token(key, id, token);
    assert_int_equal(strlen(token), UNSUBSCRIBE_TOKEN_SIZE - 1);
    assert_true(unsubscribe_token_read(key, token, &back));
    assert_true(uuid_equal(id, back));
    unsubscribe_token(key, id, again);
    assert_string_equal(token, again); /* a letter's bytes are the same at each attempt */
    assert_false(unsubscribe_token_read(other, token, &none));
    assert_int_equal(none.byte[0], 9);
    /* No other character anywhere makes another token. */
    for (size_t i = 0; i < strlen(token); i++)
        for (size_t k = 0; k < sizeof digits - 1; k++) {
            memcpy(again, token, sizeof again);
            again[i] = digits[k];
            assert_int_equal(unsubscribe_token_read(key, again, &back), digits[k] == token[i]);
        }
    assert_false(unsubscribe_token_read(key, "", &back));
    token[42] = '\0';
    assert_false(unsubscribe_token_read(key, token, &back));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_token)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
