/* If this fails, a letter is settled that nobody asked about, or in another way than was said. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define RIG(ok) CHECK_AT(__LINE__, ok, "%s", console_rig_text(&r))

static const struct command *last(const struct console_rig *r)
{
    return &r->fake.command[r->fake.commands - 1];
}

/* Nothing is done before the question is answered; then it is about the letter that was shown. */
static void test_each_word_asks_and_is_about_its_letter(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *asks;
        enum command_kind kind;
        uint8_t letter;
    } rows[] = {
        {__LINE__, "s", "It arrived: 1 letter", COMMAND_LETTER_SENT, 1},
        {__LINE__, "a", "Again: 1 letter", COMMAND_LETTER_AGAIN, 1},
        {__LINE__, "jD", "Drop: 1 letter", COMMAND_LETTER_DROP, 2},
        {__LINE__, "jja", "Again: 1 letter", COMMAND_LETTER_AGAIN, 3},
        {__LINE__, "GD", "Drop: 1 letter", COMMAND_LETTER_DROP, 5},
        {__LINE__, "/york<Enter>a", "Again: 1 letter", COMMAND_LETTER_AGAIN, 4},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 30, 100);
        console_rig_keys(&r, ":letters<Enter>");
        console_rig_keys(&r, rows[i].keys);
        CHECK_AT(rows[i].line, console_rig_shows(&r, rows[i].asks), "%s", console_rig_text(&r));
        assert_int_equal(r.fake.commands, 0);
        console_rig_keys(&r, "<Esc>");
        assert_int_equal(r.fake.commands, 0);
        console_rig_keys(
            &r, strchr(rows[i].keys, '>') != NULL ? "a" : &rows[i].keys[strlen(rows[i].keys) - 1]);
        console_rig_keys(&r, "<Enter>");
        assert_int_equal(r.fake.commands, 1);
        CHECK_AT(rows[i].line, last(&r)->kind == rows[i].kind, "kind %d", (int)last(&r)->kind);
        CHECK_AT(rows[i].line, last(&r)->letter.byte[0] == rows[i].letter, "letter %d",
                 (int)last(&r)->letter.byte[0]);
        assert_string_equal(last(&r)->actor, "ana");
        console_rig_answer(&r);
        RIG(console_rig_shows(&r, command_name(rows[i].kind)));
        assert_int_equal(r.fake.letters.count, FAKE_LETTERS - 1);
        console_rig_done(&r);
    }
}

/* What comes into the list meanwhile is not what was asked about. */
static void test_the_answer_is_about_that_letter(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    console_rig_keys(&r, ":letters<Enter>jD");
    struct letter_row first = r.fake.letters.row[0];
    r.fake.letters.row[0] = r.fake.letters.row[1];
    r.fake.letters.row[1] = first;
    r.ui.stale = true;
    console_rig_wait(&r, 60 * US_PER_S);
    console_rig_keys(&r, "<Enter>");
    assert_int_equal(r.fake.commands, 1);
    assert_int_equal(last(&r)->letter.byte[0], 2);
    console_rig_done(&r);
}

static void test_a_held_letter_has_not_arrived(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    console_rig_keys(&r, ":letters<Enter>jjs");
    RIG(!r.ui.dialog.open);
    RIG(console_rig_shows(&r, "a held letter has never left"));
    assert_int_equal(r.fake.commands, 0);
    console_rig_done(&r);
}

/* Several: their number is typed. */
static void test_marked_ones_are_counted(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    console_rig_keys(&r, ":letters<Enter><Space><Space>D<Enter>");
    RIG(r.ui.dialog.open);
    assert_int_equal(r.fake.commands, 0);
    console_rig_keys(&r, "2<Enter>");
    assert_int_equal(r.fake.commands, 2);
    assert_int_equal(r.fake.command[0].letter.byte[0], 1);
    assert_int_equal(r.fake.command[1].letter.byte[0], 2);
    assert_int_equal(r.ui.marks, 0);
    console_rig_done(&r);
}

/* While a shared record is away nobody can tell it anything: the keys are gone, and say why. */
static void test_not_while_the_record_is_away(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    fake_console_share(&r.fake);
    fake_console_cut(&r.fake);
    (void)ui_news(&r.ui);
    console_rig_keys(&r, ":letters<Enter>D");
    RIG(console_rig_shows(&r, "letter-drop: not now"));
    RIG(strstr(console_rig_line(&r, -1), "drop") == NULL);
    assert_int_equal(r.fake.commands, 0);
    console_rig_done(&r);
    console_rig_read_only(&r, 30, 100);
    console_rig_keys(&r, ":letters<Enter>D");
    RIG(console_rig_shows(&r, "read-only"));
    assert_int_equal(r.fake.commands, 0);
    console_rig_done(&r);
}

/* What did not change is not looked for again at each commit of an engine. */
static void test_read_when_there_is_something_new(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    console_rig_keys(&r, ":letters<Enter>");
    int reads = r.fake.letters.reads;
    for (int i = 0; i < 5; i++) {
        r.ui.stale = true;
        console_rig_wait(&r, US_PER_S);
    }
    assert_int_equal(r.fake.letters.reads, reads);
    r.fake.letters.count--;
    r.ui.stale = true;
    console_rig_wait(&r, US_PER_S);
    assert_int_equal(r.fake.letters.reads, reads + 1);
    RIG(!console_rig_shows(&r, "pocero"));
    r.ui.stale = true;
    console_rig_wait(&r, 20 * US_PER_S);
    assert_int_equal(r.fake.letters.reads, reads + 2);
    console_rig_done(&r);
}

static void test_addresses_are_masked(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 160);
    console_rig_keys(&r, ":unmask<Enter>:letters<Enter>G");
    RIG(console_rig_shows(&r, "pocero@sevilla.example is not"));
    console_rig_keys(&r, ":mask<Enter>D");
    RIG(!console_rig_shows(&r, "pocero@"));
    RIG(console_rig_shows(&r, "p***@sevilla.example"));
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_word_asks_and_is_about_its_letter),
        cmocka_unit_test(test_the_answer_is_about_that_letter),
        cmocka_unit_test(test_a_held_letter_has_not_arrived),
        cmocka_unit_test(test_marked_ones_are_counted),
        cmocka_unit_test(test_not_while_the_record_is_away),
        cmocka_unit_test(test_read_when_there_is_something_new),
        cmocka_unit_test(test_addresses_are_masked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
