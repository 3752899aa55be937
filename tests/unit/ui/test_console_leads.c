/* If this fails, somebody who was found is not shown, or a letter is shown otherwise than it would
 * be written. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define RIG(ok) CHECK_AT(__LINE__, ok, "%s", console_rig_text(&r))

/* From the newest lead to the oldest and back, over the ends of the pages: each is met once. */
static void test_every_lead_is_reached(void **state)
{
    (void)state;
    char want[40];
    struct console_rig r;
    console_rig_init(&r, 30, 120);
    console_rig_keys(&r, ":unmask<Enter>:leads<Enter>");
    RIG(console_rig_shows(&r, "more behind it"));
    for (int id = 450; id > 0; id--) {
        (void)str_format(want, sizeof want, "─ info@agua%d.example ─", id);
        CHECK_AT(__LINE__, console_rig_shows(&r, want), "%d: %s", id, console_rig_text(&r));
        console_rig_keys(&r, "j");
    }
    RIG(console_rig_shows(&r, "on the last page"));
    RIG(console_rig_shows(&r, "─ info@agua1.example ─"));
    console_rig_keys(&r, "gkg");
    RIG(console_rig_shows(&r, "─ info@agua450.example ─"));
    console_rig_done(&r);
}

static void test_filter_and_group(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 120);
    console_rig_keys(&r, ":unmask<Enter>:leads<Enter>/agua7\\.<Enter>");
    RIG(console_rig_shows(&r, "info@agua7.example") && !console_rig_shows(&r, "agua450."));
    RIG(console_rig_shows(&r, "1 lead ") && console_rig_shows(&r, "of 450 looked at"));
    console_rig_keys(&r, "<Esc>");
    RIG(console_rig_shows(&r, "agua450."));
    console_rig_keys(&r, "f"); /* 450 is of the first group */
    RIG(console_rig_shows(&r, "spain-plumbers › Madrid"));
    RIG(console_rig_shows(&r, "agua447.") && !console_rig_shows(&r, "agua449."));
    console_rig_keys(&r, "f");
    RIG(console_rig_shows(&r, "agua449."));
    console_rig_keys(&r, "3jL");
    RIG(console_rig_shows(&r, " of "));
    console_rig_done(&r);
}

/* What pages say of themselves reaches no terminal. */
static void test_foreign_titles_are_screened(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    console_rig_keys(&r, ":leads<Enter>");
    RIG(strchr(console_rig_text(&r), '\033') == NULL && console_rig_shows(&r, "Agua "));
    console_rig_keys(&r, "j<Enter>");
    RIG(strchr(console_rig_text(&r), '\033') == NULL && console_rig_shows(&r, "we read Agua "));
    console_rig_done(&r);
}

/* All that is missing is named at once, and a fallback is none of it. */
static void test_preview_names_what_is_missing(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    (void)str_copy(r.ui.settings.mail_from, sizeof r.ui.settings.mail_from, "me@acme.example");
    r.fake.letters.text = "Hello {{name}},\n{{company}} {{title}} {{language|xx}}\n";
    console_rig_keys(&r, ":leads<Enter><Enter>"); /* 450 has no company */
    RIG(console_rig_shows(&r, "▲ held: missing company, name"));
    RIG(console_rig_shows(&r, "Subject: For {{company}}"));
    RIG(console_rig_shows(&r, "Hello {{name}},"));
    RIG(console_rig_shows(&r, "To: i***@agua450.example"));
    console_rig_keys(&r, "<Esc>j");
    r.fake.letters.text = "Hello {{name|there}},\n{{company}}\n";
    console_rig_keys(&r, "<Enter>");
    RIG(console_rig_shows(&r, "● nothing is missing"));
    RIG(console_rig_shows(&r, "Subject: For Agua Madrid SL") &&
        console_rig_shows(&r, "Hello there,"));
    assert_int_equal(r.fake.commands, 0);
    console_rig_done(&r);
}

/* A trial is said, and what would be held for another reason. */
static void test_preview_says_where_it_goes(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    struct settings *s = &r.ui.settings;
    (void)str_copy(s->mail_redirect_to, sizeof s->mail_redirect_to, "me@acme.example");
    console_rig_keys(&r, ":unmask<Enter>:leads<Enter>j<Enter>");
    RIG(console_rig_shows(&r, "To: me@acme.example (redirect_to"));
    console_rig_keys(&r, "<Esc>");
    s->mail_redirect_to[0] = '\0';
    (void)str_copy(s->mail_allow_domains, sizeof s->mail_allow_domains, "acme.example");
    console_rig_keys(&r, "<Enter>");
    RIG(console_rig_shows(&r, "allow_domains"));
    console_rig_keys(&r, "<Esc>");
    s->mail_allow_domains[0] = '\0';
    r.fake.letters.text = "{{nonsense}}";
    console_rig_keys(&r, "<Enter>");
    RIG(console_rig_shows(&r, "nonsense") && !console_rig_shows(&r, "nothing is missing"));
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_lead_is_reached),
        cmocka_unit_test(test_filter_and_group),
        cmocka_unit_test(test_foreign_titles_are_screened),
        cmocka_unit_test(test_preview_names_what_is_missing),
        cmocka_unit_test(test_preview_says_where_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
