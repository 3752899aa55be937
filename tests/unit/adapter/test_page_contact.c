/* test_page_contact.c - if this fails, a page without an address leads nowhere, or to a stranger's
 * site. */
#include "adapter/page.h"
#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define SITE "http://shop.example"

static void check(int line, const char *html, size_t len, const char *want)
{
    struct page_reader *r = NULL;
    struct err err = {0};
    char got[URL_MAX + 1] = "";
    assert_true(page_reader_new(&r, &err));
    bool ok = page_contact(r, html, len, "text/html; charset=utf-8", SITE "/de/shop", got);
    CHECK_AT(line, ok == (want[0] != '\0'), "%s", got);
    CHECK_AT(line, str_equal(got, want), "got \"%s\"", got);
    page_reader_free(r);
}

static void test_links(void **state)
{
    static const struct {
        int line;
        const char *html, *want;
    } cases[] = {
        {__LINE__, "<a href='kontakt.html'>x</a>", SITE "/de/kontakt.html"},
        {__LINE__, "<a href=/kontakt/>x</a>", SITE "/kontakt/"},
        {__LINE__, "<A CLASS=x HREF=\"?p=7&amp;q=8\"><b>Kontakt</b></A>", SITE "/de/shop?p=7&q=8"},
        {__LINE__, "<a href='/8'><i></i><span> Contacto</span></a>", SITE "/8"},
        {__LINE__, "<a href='/7'>&Uuml;ber uns</a>", SITE "/7"},
        {__LINE__, "<a href='/%C3%BCber-uns'>wir</a>", SITE "/%C3%BCber-uns"},
        {__LINE__, "<base href='/fr/'><a href=x>Contact</a>", SITE "/fr/x"},
        {__LINE__, "<base href='http://b.example/'><a href=x>Contact</a>", ""},
        {__LINE__, "<a href='https://www.shop.example/contact'>x</a>",
         "https://www.shop.example/contact"},
        {__LINE__, "<a href=/about>x</a><a href=/contact>x</a><a href=/impressum>x</a>",
         SITE "/impressum"},
        {__LINE__, "<a href=/contact>1</a><a href=/kontakt>2</a>", SITE "/contact"},
        {__LINE__, "<a href='http://other.example/impressum'>x</a><a href=/contact>x</a>",
         SITE "/contact"},
        {__LINE__, "<a href='//other.example/contact'>Contact</a>", ""},
        {__LINE__, "<a href='http://shop.example:81/contact'>Contact</a>", ""},
        {__LINE__, "<a href='http://shop.example@evil.example/'>Contact</a>", ""},
        {__LINE__, "<a href='javascript:kontakt()'>Contact</a>", ""},
        {__LINE__, "<a href='tel:1'>Contact</a><a href='ftp://shop.example/'>Contact</a>", ""},
        {__LINE__, "<a href='#kontakt'>Contact</a><a href=''>Contact</a>", ""},
        {__LINE__, "<a href='shop'>Contact</a>", ""}, /* this page */
        {__LINE__, "<script>'<a href=/contact>x</a>'</script>", ""},
        {__LINE__, "<!-- <a href=/contact>x</a> -->", ""},
        {__LINE__, "<a name=x>Contact</a><a href=/cats>About cats</a>", ""},
        {__LINE__, "<a href=/1>1<a href=/2>Contact", SITE "/2"},
        {__LINE__, "<a href='/contact", SITE "/contact"},
        {__LINE__, "<a", ""},
        {__LINE__, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++)
        check(cases[i].line, cases[i].html, strlen(cases[i].html), cases[i].want);
}

/* Nothing that a page holds makes it slow. */
static void test_hostile(void **state)
{
    static const char *const pieces[] = {
        "<a href=//x.example/contact>", "<a><b>", "<script>", "<!--", "<a href='", "<a href=/&",
        "<a href=/contact/../",
    };
    const size_t size = PAGE_BYTES_MAX;
    char *html = malloc(size);
    (void)state;
    assert_non_null(html);
    for (size_t i = 0; i < CASES(pieces); i++) {
        const size_t n = strlen(pieces[i]);
        for (size_t at = 0; at < size; at++)
            html[at] = pieces[i][at % n];
        int64_t from_us = clock_boot_us();
        check(__LINE__, html, size, "");
        assert_true(clock_boot_us() - from_us < 5 * US_PER_S);
    }
    free(html);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
