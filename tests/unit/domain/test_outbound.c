/* Broken if this fails: a trial would write to strangers, or a letter that is long out of date
 * would go out after an outage. */
#include "unit/cases.h"

#include "base/str.h"
#include "domain/outbound.h"

#include <string.h>

static void only_the_listed_domains_are_written_to(void **state)
{
    (void)state;
    static const struct {
        const char *list, *address;
        bool allowed;
    } cases[] = {
        {"", "a@anywhere.example", true},
        {" , ", "a@anywhere.example", true},
        {"firm.example", "a@firm.example", true},
        {"firm.example", "a@FIRM.Example", true},
        {"Firm.Example", "a@firm.example", true},
        {"@firm.example", "a@firm.example", true},
        {"firm.example", "a@mail.firm.example", true},
        {"firm.example", "a@notfirm.example", false},
        {"firm.example", "a@firm.example.org", false},
        {"firm.example", "a@example", false},
        {"firm.example", "firm.example@other.example", false},
        {"firm.example", "a@firm.example@other.example", false},
        {"one.example, two.example\tthree.example", "a@three.example", true},
        {"one.example,two.example", "a@two.example", true},
        {"one.example,two.example", "a@three.example", false},
        {"@", "a@firm.example", false},
        {"firm.example", "no address", false},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct settings s = {0};
        struct err err = {0};
        assert_true(str_copy(s.mail_allow_domains, sizeof s.mail_allow_domains, cases[i].list));
        if (outbound_allowed(&s, cases[i].address) != cases[i].allowed)
            fail_msg("\"%s\" of \"%s\": not %d", cases[i].address, cases[i].list, cases[i].allowed);
        assert_int_equal(outbound_may_go(&s, cases[i].address, 0, &err), cases[i].allowed);
        if (!cases[i].allowed)
            assert_int_equal(err.kind, ERR_REFUSED);
    }
}

static void a_letter_that_waited_too_long_is_held(void **state)
{
    (void)state;
    struct err err = {0};
    struct settings s = {.mail_max_age_us = 3600 * INT64_C(1000000)};
    assert_true(outbound_may_go(&s, "a@b.example", 0, &err));
    assert_true(outbound_may_go(&s, "a@b.example", s.mail_max_age_us, &err));
    assert_false(outbound_may_go(&s, "a@b.example", s.mail_max_age_us + 1, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_string_equal(err.text, "it waited longer than [mail] max_age (1h)");
    s.mail_max_age_us = 0;
    assert_true(outbound_may_go(&s, "a@b.example", INT64_MAX, &err));
}

static void a_redirected_letter_reached_nobody(void **state)
{
    (void)state;
    struct settings s = {.mail_redirect_to = "me@firm.example"};
    struct send_verdict v = {.state = SEND_SENT, .reason = "250 ok"};
    assert_string_equal(outbound_recipient(&s, "a@b.example"), "me@firm.example");
    outbound_verdict(&s, &v);
    assert_int_equal(v.state, SEND_SIMULATED);
    assert_string_equal(v.reason, "went to me@firm.example instead");
    v.state = SEND_IN_DOUBT;
    outbound_verdict(&s, &v);
    assert_int_equal(v.state, SEND_IN_DOUBT);
}

static void without_a_redirection_nothing_changes(void **state)
{
    (void)state;
    struct settings s = {0};
    struct send_verdict v = {.state = SEND_SENT, .reason = "250 ok"};
    assert_string_equal(outbound_recipient(&s, "a@b.example"), "a@b.example");
    outbound_verdict(&s, &v);
    assert_int_equal(v.state, SEND_SENT);
    assert_string_equal(v.reason, "250 ok");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_listed_domains_are_written_to),
        cmocka_unit_test(a_letter_that_waited_too_long_is_held),
        cmocka_unit_test(a_redirected_letter_reached_nobody),
        cmocka_unit_test(without_a_redirection_nothing_changes),
    };
    return cmocka_run_group_tests_name("outbound", tests, NULL, NULL);
}
