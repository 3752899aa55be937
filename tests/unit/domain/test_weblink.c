/* test_weblink.c - if this fails, a link in a report leads somewhere it must not, or the same page
 * is told twice. */
#include "domain/weblink.h"

#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static void test_clean(void **state)
{
    static const struct {
        int line;
        const char *text, *want; /* "": refused */
    } cases[] = {
        {__LINE__, "https://a.example/x?y=1#z", "https://a.example/x?y=1#z"},
        {__LINE__, "  HTTPS://A.example/ ", "https://A.example/"},
        {__LINE__, "https://a.exa\nmple/", "https://a.example/"},
        {__LINE__, "http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"},
        {__LINE__, "https://a.example/\u00FC b", "https://a.example/%C3%BC%20b"},
        {__LINE__, "https://a.example/\"><script>", "https://a.example/%22%3E%3Cscript%3E"},
        {__LINE__, "https://a.example/'x", "https://a.example/%27x"},
        {__LINE__, "https://a.example/100%", "https://a.example/100%25"},
        {__LINE__, "https://a.example/%41%zz", "https://a.example/%41%25zz"},
        {__LINE__, "https://a.example/[x]#a#b", "https://a.example/%5Bx%5D#a%23b"},
        {__LINE__, "https://a.example/\x1b[31m", "https://a.example/%1B%5B31m"},
        {__LINE__, "", ""},
        {__LINE__, "a.example/x", ""},
        {__LINE__, "//a.example/x", ""},
        {__LINE__, "ftp://a.example/", ""},
        {__LINE__, "javascript:alert(1)", ""},
        {__LINE__, "java\nscript:alert(1)", ""},
        {__LINE__, "https://", ""},
        {__LINE__, "https:///x", ""},
        {__LINE__, "https://?x", ""},
        {__LINE__, "https://bank.example@evil.example/", ""},
        {__LINE__, "https://u:p@a.example/", ""},
        {__LINE__, "https://a.example\\@evil.example/", ""},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char got[URL_MAX + 1] = "untouched", again[URL_MAX + 1];
        bool ok = weblink_clean(cases[i].text, got);
        CHECK_AT(cases[i].line, ok == (cases[i].want[0] != '\0'), "%s", ok ? "taken" : "refused");
        CHECK_AT(cases[i].line, str_equal(got, cases[i].want), "got \"%s\"", got);
        CHECK_AT(cases[i].line, !ok || (weblink_clean(got, again) && str_equal(got, again)),
                 "cleaned twice it is \"%s\"", again);
    }
}

static void test_long(void **state)
{
    char text[URL_MAX + 10] = "https://a.example/", got[URL_MAX + 1];
    (void)state;
    memset(text + strlen(text), 'x', URL_MAX - strlen(text));
    assert_true(weblink_clean(text, got));
    assert_int_equal(strlen(got), URL_MAX);
    text[URL_MAX] = 'x';
    assert_false(weblink_clean(text, got));
    assert_string_equal(got, "");
}

static void test_same_site(void **state)
{
    static const struct {
        int line;
        const char *a, *b;
        bool want;
    } cases[] = {
        {__LINE__, "https://a.example/x", "http://www.A.example/y?z", true},
        {__LINE__, "https://a.example", "https://a.example:443/", true},
        {__LINE__, "https://a.example:8443/", "https://a.example/", false},
        {__LINE__, "https://a.example/", "https://b.a.example/", false},
        {__LINE__, "https://a.example/", "https://a.example.evil.example/", false},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        CHECK_AT(cases[i].line, weblink_same_site(cases[i].a, cases[i].b) == cases[i].want, "%s %s",
                 cases[i].a, cases[i].b);
}

static void test_canonical(void **state)
{
    static const struct {
        int line;
        const char *url, *want;
    } cases[] = {
        {__LINE__, "https://www.A.example/Path/", "a.example/Path"},
        {__LINE__, "http://a.example:80/x#part", "a.example/x"},
        {__LINE__, "https://a.example:443", "a.example"},
        {__LINE__, "https://a.example:8443/", "a.example:8443"},
        {__LINE__, "https://a.example/?utm_source=x&id=7&utm_medium=y", "a.example?id=7"},
        {__LINE__, "https://a.example/x/?fbclid=1", "a.example/x"},
        {__LINE__, "https://a.example/x?b=2&a=1", "a.example/x?b=2&a=1"},
        {__LINE__, "https://www.example/", "example"},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        char got[URL_MAX + 1];
        weblink_canonical(cases[i].url, got);
        CHECK_AT(cases[i].line, str_equal(got, cases[i].want), "got \"%s\"", got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_canonical),
        cmocka_unit_test(test_same_site),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
