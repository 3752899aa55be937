/* test_address.c - if this fails, a mail server is handed what is no address, one person counts as
 * two, or an example from a form becomes a lead. */
#include "domain/address.h"

#include "base/str.h"
#include "domain/lead.h"
#include "unit/cases.h"

#include <string.h>

#define X16 "xxxxxxxxxxxxxxxx"
#define X63 X16 X16 X16 "xxxxxxxxxxxxxxx"

struct validity {
    int line;
    const char *text;
    bool valid;
};

static const struct validity locals[] = {
    {__LINE__, "a", true},
    {__LINE__, "jo.doe", true},
    {__LINE__, "a!#$%&'*+-/=?^_`{|}~z", true},
    {__LINE__, "jos\xC3\xA9", true},
    {__LINE__, "\xE4\xBF\xA1\xE6\x81\xAF", true},
    {__LINE__, X63 "x", true},
    {__LINE__, X63 "xx", false},
    {__LINE__, "", false},
    {__LINE__, ".", false},
    {__LINE__, ".a", false},
    {__LINE__, "a.", false},
    {__LINE__, "a..b", false},
    {__LINE__, "a b", false},
    {__LINE__, "a@b", false},
    {__LINE__, "a(b)", false},
    {__LINE__, "a,b", false},
    {__LINE__, "a\"b", false},
    {__LINE__, "a\\b", false},
    {__LINE__, "a<b>", false},
    {__LINE__, "a\r\nb", false},
    {__LINE__, "a\tb", false},
    {__LINE__,
     "a\x7F"
     "b",
     false},
    {__LINE__,
     "a\xC2\x85"
     "b",
     false},                    /* a C1 control */
    {__LINE__, "a\xC3", false}, /* half a character */
    {__LINE__, "a\xFF", false},
    {__LINE__, "\"a b\"", true},
    {__LINE__, "\"a@b\"", true},
    {__LINE__, "\"a\\\"b\"", true},
    {__LINE__, "\"a\\\\\"", true},
    {__LINE__, "\"\"", false},
    {__LINE__, "\"", false},
    {__LINE__, "\"a", false},
    {__LINE__, "\"a\"b", false},
    {__LINE__, "\"a\"b\"", false},
    {__LINE__, "\"a\\\"", false},
    {__LINE__, "\"a\nb\"", false},
    {__LINE__, "\"a\\\nb\"", false},
};

static void test_locals(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(locals); i++)
        CHECK_AT(locals[i].line,
                 address_local_valid(locals[i].text, strlen(locals[i].text)) == locals[i].valid,
                 "\"%s\" is judged the other way", locals[i].text);
}

static const struct validity domains[] = {
    {__LINE__, "oak.de", true},
    {__LINE__, "a.b", true},
    {__LINE__, "OAK.De", true},
    {__LINE__, "9.de", true},
    {__LINE__, "a-b.c--d.de", true},
    {__LINE__, "xn--bcher-kva.ch", true},
    {__LINE__, X63 ".de", true},
    {__LINE__, X63 "x.de", false},
    {__LINE__, X63 "." X63 "." X63 "." X16 X16 X16 "xxxxxxxxxx.de", true}, /* 253 bytes */
    {__LINE__, X63 "." X63 "." X63 "." X16 X16 X16 "xxxxxxxxxxx.de", false},
    {__LINE__, "", false},
    {__LINE__, "oak", false},
    {__LINE__, ".de", false},
    {__LINE__, "oak.", false},
    {__LINE__, "oak..de", false},
    {__LINE__, "-oak.de", false},
    {__LINE__, "oak-.de", false},
    {__LINE__, "oak.-de", false},
    {__LINE__, "oak.de-", false},
    {__LINE__, "o_k.de", false},
    {__LINE__, "o k.de", false},
    {__LINE__, "b\xC3\xA4.de", false},
    {__LINE__, "10.0.0.1", false},
    {__LINE__, "oak.1", false},
    {__LINE__, "oak.1a", true},
    {__LINE__, "[10.0.0.1]", false},
    {__LINE__, "oak.de\r\n", false},
};

static void test_domains(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(domains); i++)
        CHECK_AT(domains[i].line,
                 address_domain_valid(domains[i].text, strlen(domains[i].text)) == domains[i].valid,
                 "\"%s\" is judged the other way", domains[i].text);
}

static const struct validity addresses[] = {
    {__LINE__, "jo@oak.de", true},
    {__LINE__, "\"a@b\"@oak.de", true},
    {__LINE__, "jo", false},
    {__LINE__, "", false},
    {__LINE__, "@", false},
    {__LINE__, "jo@", false},
    {__LINE__, "@oak.de", false},
    {__LINE__, "jo@oak", false},
    {__LINE__, "jo@al@oak.de", false},
    {__LINE__, "jo@oak.de>\r\nRCPT TO:<al@oak.de", false},
    {__LINE__, "jo\r\n@oak.de", false},
    {__LINE__, " jo@oak.de", false},
    {__LINE__, "<jo@oak.de>", false},
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(addresses); i++)
        CHECK_AT(addresses[i].line, address_valid(addresses[i].text) == addresses[i].valid,
                 "\"%s\" is judged the other way", addresses[i].text);
}

struct folding {
    int line;
    const char *text, *want;
};

static const struct folding foldings[] = {
    {__LINE__, "", ""},
    {__LINE__, "Jo.DOE+x", "jo.doe+x"},
    {__LINE__, "[]@`{", "[]@`{"}, /* the neighbours of A-Z and a-z */
    {__LINE__, "\xC3\x84\xC3\x96\xC3\x9C\xC3\x9F", "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F"},
    {__LINE__, "\xC3\x97\xC3\xB7", "\xC3\x97\xC3\xB7"}, /* times, divided by */
    {__LINE__, "\xC5\xA0\xC5\xA1", "\xC5\xA1\xC5\xA1"}, /* s with caron */
    {__LINE__, "\xC5\xB9\xC5\xBA", "\xC5\xBA\xC5\xBA"}, /* capitals with odd points */
    {__LINE__, "\xC4\xB0\xC4\xB1", "\xC4\xB0\xC4\xB1"}, /* i of Turkish: left alone */
    {__LINE__, "\xCE\x86\xCE\x88\xCE\x8C\xCE\x8E", "\xCE\xAC\xCE\xAD\xCF\x8C\xCF\x8D"},
    {__LINE__, "\xCE\x91\xCE\xA9\xCF\x82", "\xCE\xB1\xCF\x89\xCF\x82"},
    {__LINE__, "\xD0\x81\xD0\x90\xD0\xAF", "\xD1\x91\xD0\xB0\xD1\x8F"},
    {__LINE__, "\xD2\x90\xD2\x91", "\xD2\x91\xD2\x91"},
    {__LINE__, "\xD4\xB1", "\xD5\xA1"},
    {__LINE__, "\xE1\xBA\xA0\xE1\xBB\xB8", "\xE1\xBA\xA1\xE1\xBB\xB9"},
    {__LINE__, "\xEF\xBC\xA1", "\xEF\xBD\x81"},
    {__LINE__, "\xE4\xBF\xA1", "\xE4\xBF\xA1"},
    {__LINE__, "A\xC3", "a\xC3"},
};

static void test_folding(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(foldings); i++) {
        char text[64];
        assert_true(str_copy(text, sizeof text, foldings[i].text));
        address_fold_local(text, strlen(text));
        CHECK_AT(foldings[i].line, strcmp(text, foldings[i].want) == 0, "got \"%s\"", text);
        address_fold_local(text, strlen(text));
        CHECK_AT(foldings[i].line, strcmp(text, foldings[i].want) == 0, "twice gives \"%s\"", text);
    }
}

static void test_placeholders(void **state)
{
    static const struct validity cases[] = {
        {__LINE__, "example.com", true},     {__LINE__, "mail.example.org", true},
        {__LINE__, "example.net", true},     {__LINE__, "oak.example", true},
        {__LINE__, "x.test", true},          {__LINE__, "x.invalid", true},
        {__LINE__, "a.localhost", true},     {__LINE__, "domain.com", true},
        {__LINE__, "yourdomain.com", true},  {__LINE__, "yourcompany.com", true},
        {__LINE__, "example.de", false},     {__LINE__, "notexample.com", false},
        {__LINE__, "example.com.de", false}, {__LINE__, "mydomain.com", false},
        {__LINE__, "test.com", false},       {__LINE__, "", false},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        CHECK_AT(cases[i].line, address_is_placeholder(cases[i].text) == cases[i].valid,
                 "\"%s\" is judged the other way", cases[i].text);
}

static void test_machines(void **state)
{
    static const struct validity cases[] = {
        {__LINE__, "0f3c2b1a9d8e7f60112233445566ff00@sentry.io", true},
        {__LINE__, "abc@o123.ingest.sentry.io", true},
        {__LINE__, "abc@o123.ingest.us.sentry.io", true},
        {__LINE__, "0f3c2b1a9d8e7f60@sentry-next.wixpress.com", true},
        {__LINE__, "0f3c2b1a9d8e7f60@sentry.wixpress.com", true},
        {__LINE__, "support@sentry.io", false},
        {__LINE__, "0f3c2b1a9d8e7f6@sentry.io", false}, /* 15 digits: could be a name */
        {__LINE__, "0f3c2b1a9d8e7f60x@sentry.io", false},
        {__LINE__, "0f3c2b1a9d8e7f60@oak.de", false},
        {__LINE__, "0f3c2b1a9d8e7f60@wixpress.com", false},
        {__LINE__, "0f3c2b1a9d8e7f60@mysentry.io", false},
        {__LINE__, "no sign", false},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        CHECK_AT(cases[i].line, address_is_machine(cases[i].text) == cases[i].valid,
                 "\"%s\" is judged the other way", cases[i].text);
}

struct flagged {
    int line;
    const char *address;
    unsigned flags;
};

static const struct flagged flagged[] = {
    {__LINE__, "jo@oak.de", 0},
    {__LINE__, "info@oak.de", LEAD_ROLE},
    {__LINE__, "front.desk@oak.de", LEAD_ROLE},
    {__LINE__, "info+spring@oak.de", LEAD_ROLE},
    {__LINE__, "information-desk@oak.de", 0},
    {__LINE__, "infos@oak.de", 0},
    {__LINE__, "noreply@oak.de", LEAD_NOREPLY},
    {__LINE__, "no-reply@oak.de", LEAD_NOREPLY},
    {__LINE__, "do_not_reply@oak.de", LEAD_NOREPLY},
    {__LINE__, "no.reply.shop@oak.de", LEAD_NOREPLY},
    {__LINE__, "mailer-daemon@oak.de", LEAD_NOREPLY},
    {__LINE__, "jo@mailinator.com", LEAD_DISPOSABLE},
    {__LINE__, "jo@x.yopmail.com", LEAD_DISPOSABLE},
    {__LINE__, "jo@notmailinator.com", 0},
    {__LINE__, "info@mailinator.com", LEAD_ROLE | LEAD_DISPOSABLE},
    {__LINE__, "no sign", 0},
    {__LINE__, X63 X63 "@oak.de", 0},
};

static void test_flags(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(flagged); i++)
        CHECK_AT(flagged[i].line, address_flags(flagged[i].address) == flagged[i].flags,
                 "\"%s\" has %u", flagged[i].address, address_flags(flagged[i].address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_locals),       cmocka_unit_test(test_domains),
        cmocka_unit_test(test_addresses),    cmocka_unit_test(test_folding),
        cmocka_unit_test(test_placeholders), cmocka_unit_test(test_machines),
        cmocka_unit_test(test_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
