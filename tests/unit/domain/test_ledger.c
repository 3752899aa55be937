/* Broken if this fails: a letter that was lost and made again would have another Message-ID and
 * file name, so it could be delivered twice; or two letters could have the same one. */
#include "unit/cases.h"

#include "base/str.h"
#include "domain/ledger.h"

#include <string.h>

static void the_name_is_the_hash_of_the_key(void **state)
{
    (void)state;
    /* Written down (sha256sum, with version 8 put in), so that a change of the rule is seen: it
     * would rename letters that are out. */
    static const char key[] = "send\0smtp\0"
                              "01020300-0000-0000-0000-000000000000\0maria@acme.example";
    const struct uuid job = {{1, 2, 3}};
    struct uuid id = ledger_send_id(MODE_SMTP, job, "maria@acme.example");
    assert_true(uuid_equal(id, uuid_from_bytes(key, sizeof key - 1)));
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    assert_string_equal(text, "5c5a5334-664d-828f-882d-18bc56b0405c");
}

static void each_part_of_the_key_counts(void **state)
{
    (void)state;
    const struct uuid job = {{1}}, other = {{2}};
    const struct uuid ids[] = {
        ledger_send_id(MODE_SMTP, job, "a@b.example"),
        ledger_send_id(MODE_DRYRUN, job, "a@b.example"),
        ledger_send_id(MODE_MAILDIR, job, "a@b.example"),
        ledger_send_id(MODE_SMTP, other, "a@b.example"),
        ledger_send_id(MODE_SMTP, job, "aa@b.example"),
        ledger_send_id(MODE_SMTP, job, ""),
    };
    for (size_t i = 0; i < CASES(ids); i++)
        for (size_t j = 0; j < i; j++)
            assert_false(uuid_equal(ids[i], ids[j]));
    assert_true(uuid_equal(ids[0], ledger_send_id(MODE_SMTP, job, "a@b.example")));
}

static void an_address_longer_than_any_is_cut(void **state)
{
    (void)state;
    char address[ADDRESS_MAX + 100];
    const struct uuid job = {{1}};
    memset(address, 'a', sizeof address - 1);
    address[sizeof address - 1] = '\0';
    struct uuid id = ledger_send_id(MODE_SMTP, job, address);
    address[ADDRESS_MAX] = '\0';
    assert_true(uuid_equal(id, ledger_send_id(MODE_SMTP, job, address)));
}

static void only_who_is_not_there_is_never_written_to_again(void **state)
{
    (void)state;
    static const struct {
        enum send_state state;
        const char *words;
        bool nobody;
    } cases[] = {
        {SEND_REJECTED, "550 5.1.1 no such user", true},
        {SEND_REJECTED, "550-5.1.1 no such user", true},
        {SEND_REJECTED, "550 5.1.1", true},
        {SEND_REJECTED, "554 5.1.2 no such host", true},
        {SEND_REJECTED, "553 5.1.3 bad address", true},
        {SEND_REJECTED, "551 5.1.6 moved away", true},
        {SEND_REJECTED, "556 5.1.10 null MX", true},
        {SEND_REJECTED, "550 5.1.0 something", false},
        {SEND_REJECTED, "550 5.1.7 bad sender", false},
        {SEND_REJECTED, "553 5.1.8 bad sender's system", false},
        {SEND_REJECTED, "550 5.1.11 what?", false},
        {SEND_REJECTED, "550 5.1.1.1 what?", false},
        {SEND_REJECTED, "550 5.1. what?", false},
        {SEND_REJECTED, "550 5.2.2 full", false},
        {SEND_REJECTED, "550 5.7.1 no, see 5.1.1", false},
        {SEND_REJECTED, "5.1.1 without a code", false},
        {SEND_REJECTED, "5505 5.1.1", false},
        {SEND_REJECTED, "450 5.1.1 odd", false},
        {SEND_REJECTED, "", false},
        {SEND_REJECTED, "550", false},
        {SEND_DEFERRED, "550 5.1.1 no such user", false},
        {SEND_HELD, "550 5.1.1 no such user", false},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct send_verdict v = {.state = cases[i].state};
        assert_true(strlen(cases[i].words) < sizeof v.reason);
        memcpy(v.reason, cases[i].words, strlen(cases[i].words));
        if (ledger_nobody_there(&v) != cases[i].nobody)
            fail_msg("%s: not %d", cases[i].words, cases[i].nobody);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_name_is_the_hash_of_the_key),
        cmocka_unit_test(each_part_of_the_key_counts),
        cmocka_unit_test(an_address_longer_than_any_is_cut),
        cmocka_unit_test(only_who_is_not_there_is_never_written_to_again),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
