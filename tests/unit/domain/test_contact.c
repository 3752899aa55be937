/* test_contact.c - if this fails, the page with an owner's address is passed over, or a page is
 * asked for that has none. */
#include "domain/contact.h"

#include "unit/cases.h"

#include <string.h>

static void test_rank(void **state)
{
    static const struct {
        int line;
        const char *name;
        int32_t want;
    } cases[] = {
        {__LINE__, "Impressum", 6},
        {__LINE__, "IMPRESSUM / Datenschutz", 3},
        {__LINE__, "Mentions l\u00E9gales", 6},
        {__LINE__, "aviso-legal", 6},
        {__LINE__, "Contact", 5},
        {__LINE__, "  \u00BB Kontakt \u203A ", 5},
        {__LINE__, "contact_us", 2},
        {__LINE__, "kontakt-und-anfahrt", 2},
        {__LINE__, "\u041A\u041E\u041D\u0422\u0410\u041A\u0422\u042B", 5},
        {__LINE__, "\u0130leti\u015Fim", 5},
        {__LINE__, "\u0395\u03C0\u03B9\u03BA\u03BF\u03B9\u03BD\u03C9\u03BD\u03AF\u03B1", 5},
        {__LINE__, "\u304A\u554F\u3044\u5408\u308F\u305B", 5},
        {__LINE__, "\u00DCber uns", 4},
        {__LINE__, "About us", 4},
        {__LINE__, "About cats", 0},
        {__LINE__, "contactless", 0},
        {__LINE__, "Our shop", 0},
        {__LINE__, "", 0},
        {__LINE__, " - ", 0},
        {__LINE__, "\xFF\xFE", 0},
        {__LINE__, "If you want to contact us please come by on any day of the week but one", 0},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        int32_t got = contact_rank(cases[i].name, strlen(cases[i].name));
        CHECK_AT(cases[i].line, got == cases[i].want, "\"%s\": %d", cases[i].name, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
