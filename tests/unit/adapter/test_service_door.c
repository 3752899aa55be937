/* test_service_door.c - if this fails, a service listens where it should not, a wrong token opens
 * it, or an engine is answered in a form that it does not take. */
#include "../../../src/adapter/search_asked.h"
#include "../../../src/adapter/service_door.h"

#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static const struct {
    int line;
    const char *text;
    bool good, loopback;
    int family;
} addresses[] = {
    {__LINE__, "127.0.0.1:80", true, true, AF_INET},
    {__LINE__, "127.8.9.10:0", true, true, AF_INET},
    {__LINE__, "localhost:65535", true, true, AF_INET},
    {__LINE__, "[::1]:80", true, true, AF_INET6},
    {__LINE__, "0.0.0.0:80", true, false, AF_INET},
    {__LINE__, "[::]:80", true, false, AF_INET6},
    {__LINE__, "10.0.0.1:80", true, false, AF_INET},
    {__LINE__, "[::ffff:127.0.0.1]:80", true, false, AF_INET6},
    {__LINE__, "127.0.0.1", false, false, 0},
    {__LINE__, "127.0.0.1:65536", false, false, 0},
    {__LINE__, "127.0.0.1:-1", false, false, 0},
    {__LINE__, "127.0.0.1:", false, false, 0},
    {__LINE__, "127.1:80", false, false, 0},
    {__LINE__, "127.0.0.1.example:80", false, false, 0},
    {__LINE__, "::1:80", false, false, 0},
    {__LINE__, "[::1:80", false, false, 0},
    {__LINE__, "[::1]80", false, false, 0},
    {__LINE__, ":80", false, false, 0},
    {__LINE__, "", false, false, 0},
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(addresses); i++) {
        struct service_address at;
        struct err err = {0};
        bool good = service_address_read(addresses[i].text, &at, &err);
        CHECK_AT(addresses[i].line, good == addresses[i].good, "%s", err.text);
        CHECK_AT(addresses[i].line,
                 !good ||
                     (at.loopback == addresses[i].loopback && at.family == addresses[i].family),
                 "loopback %d, family %d", at.loopback, at.family);
    }
}

static const struct {
    int line;
    const char *host;
    bool local;
} hosts[] = {
    {__LINE__, "localhost", true},      {__LINE__, "LocalHost:80", true},
    {__LINE__, "127.0.0.1:8080", true}, {__LINE__, "[::1]", true},
    {__LINE__, "[::1]:80", true},       {__LINE__, "127.0.0.1.evil.example", false},
    {__LINE__, "evil.example", false},  {__LINE__, "localhost.evil.example", false},
    {__LINE__, "10.0.0.1", false},      {__LINE__, "", false},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(hosts); i++)
        CHECK_AT(hosts[i].line, service_host_is_local(hosts[i].host) == hosts[i].local, "%s",
                 hosts[i].host);
}

static void test_tokens(void **state)
{
    (void)state;
    uint8_t sha256[32], empty[32];
    str_sha256("secret", 6, sha256);
    str_sha256("", 0, empty);
    assert_true(service_token_fits(sha256, "Bearer secret"));
    assert_true(service_token_fits(sha256, "bearer secret"));
    assert_false(service_token_fits(sha256, "Bearer secre"));
    assert_false(service_token_fits(sha256, "Bearer secrets"));
    assert_false(service_token_fits(sha256, "Bearer  secret"));
    assert_false(service_token_fits(sha256, "Basic secret"));
    assert_false(service_token_fits(sha256, "secret"));
    assert_false(service_token_fits(sha256, "Bearer "));
    assert_false(service_token_fits(sha256, ""));
    assert_false(service_token_fits(sha256, NULL));
    assert_false(service_token_fits(empty, NULL));
}

static const struct {
    int line;
    const char *accept;
    enum search_form form;
} forms[] = {
    {__LINE__, NULL, FORM_STREAM},
    {__LINE__, "*/*", FORM_STREAM},
    {__LINE__, "application/*", FORM_STREAM},
    {__LINE__, "application/x-ndjson, application/json;q=0.5", FORM_STREAM},
    {__LINE__, "application/json;q=1, application/X-NDJSON;q=0.1", FORM_STREAM},
    {__LINE__, "application/json", FORM_PAGE},
    {__LINE__, "text/html,application/json ;charset=utf-8", FORM_PAGE},
    {__LINE__, "application/json, */*", FORM_PAGE},
    {__LINE__, "application/x-ndjson;q=0, application/json", FORM_PAGE},
    {__LINE__, "application/x-ndjson;q=0.0,application/json", FORM_PAGE},
    {__LINE__, "application/jsonx", FORM_NONE},
    {__LINE__, "text/html", FORM_NONE},
    {__LINE__, "", FORM_NONE},
    {__LINE__, ",,;q=0,", FORM_NONE},
};

static void test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(forms); i++) {
        enum search_form form = search_asked_form(forms[i].accept);
        CHECK_AT(forms[i].line, form == forms[i].form, "form %d", (int)form);
    }
}

static void test_question(void **state)
{
    (void)state;
    static const char full[] =
        "{\"proto\":1,\"request_id\":\"a-1\",\"job_id\":\"no uuid\",\"term\":{\"text\":\"t\"},"
        "\"query\":\"q\",\"variation\":2,\"limit\":5000,\"cursor\":\"c\",\"deadline_ms\":7}";
    struct search_asked asked;
    struct err err = {0};
    assert_int_equal(search_asked_read(full, sizeof full - 1, &asked, &err), 200);
    assert_string_equal(asked.request.term, "t");
    assert_string_equal(asked.request.query, "q");
    assert_string_equal(asked.request.cursor, "c");
    assert_int_equal(asked.request.variation, 2);
    assert_int_equal(asked.request.limit, ASKED_LIMIT_MAX);
    assert_int_equal(asked.deadline_us, 7000);
    static const char bare[] = "{\"proto\":1,\"request_id\":\"a\",\"query\":\"q\",\"cursor\":null}";
    assert_int_equal(search_asked_read(bare, sizeof bare - 1, &asked, &err), 200);
    assert_string_equal(asked.request.term, "q");
    assert_string_equal(asked.request.cursor, "");
    assert_int_equal(search_asked_read("{}", 2, &asked, &err), 422);
    assert_int_equal(search_asked_read("", 0, &asked, &err), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses), cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_tokens),    cmocka_unit_test(test_forms),
        cmocka_unit_test(test_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
