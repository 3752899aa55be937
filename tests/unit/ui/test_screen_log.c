/* If this fails, the log scrolls away under whoever reads it, loses lines, or finds the wrong
 * ones. */
#include "../cases.h"

#include "base/clock.h"
#include "base/str.h"
#include "tools/console_rig.h"

#include <stdio.h>
#include <string.h>

enum { ROWS = 20, BODY = ROWS - 1 - 2 - 2 }; /* tabs; summary and rule; message and keys */

#define SAY_AT(line, ok) CHECK_AT(line, ok, "%s", console_rig_text(&r))
#define SAY(ok) SAY_AT(__LINE__, ok)

static void open_log(struct console_rig *r, const char *keys)
{
    console_rig_init(r, ROWS, 100);
    console_rig_keys(r, "5");
    console_rig_keys(r, keys);
}

/* The number in brackets or behind "lead" says nothing; the time does: line n is at first + n*1.7s.
 * These are the times of the first and the last line shown. */
static void first_last(struct console_rig *r, char first[9], char last[9])
{
    (void)str_copy(first, 9, console_rig_line(r, 3) + 1);
    last[0] = '\0';
    for (int y = 3; y < 3 + BODY; y++)
        if (console_rig_line(r, y)[1] != '\0')
            (void)str_copy(last, 9, console_rig_line(r, y) + 1);
}

/* The line that is current, by its time; "" while following. */
static const char *current(struct console_rig *r)
{
    static char clock[9];
    const char *looks = console_rig_looks(r);
    int y = 0;
    clock[0] = '\0';
    for (; *looks != '\0'; y++) {
        if (y >= 3 && y < 3 + BODY && *looks == '#') {
            (void)str_copy(clock, 9, console_rig_line(r, y) + 1);
            return clock;
        }
        looks = strchr(looks, '\n') + 1;
    }
    return clock;
}

/* New lines arrive and the record says so. */
static void grow(struct console_rig *r, int lines)
{
    r->fake.log_lines += lines;
    r->ui.stale = true;
    (void)console_rig_text(r);
}

static void test_follows(void **state)
{
    (void)state;
    struct console_rig r;
    char first[9], last[9];
    open_log(&r, "");
    SAY(console_rig_shows(&r, "▶ following"));
    first_last(&r, first, last);
    assert_string_equal(last, "14:32:05");
    assert_string_equal(current(&r), "");
    grow(&r, 10);
    first_last(&r, first, last);
    assert_string_equal(last, "14:32:22");
    console_rig_done(&r);
}

/* Scrolling up holds the view; whatever arrives then changes nothing but the count. */
static void test_holds_the_place(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
    } rows[] = {
        {__LINE__, "k"},    {__LINE__, "kkkk"}, {__LINE__, "<^U>"},    {__LINE__, "<PgUp>"},
        {__LINE__, "p"},    {__LINE__, "F"},    {__LINE__, "bbb"},     {__LINE__, "g"},
        {__LINE__, "E"},    {__LINE__, "W"},    {__LINE__, "EE"},      {__LINE__, "/429<Enter>"},
        {__LINE__, "kkkj"}, {__LINE__, "gjjj"}, {__LINE__, "g<PgDn>"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        char before[200], first[9], last[9], again[9];
        open_log(&r, rows[i].keys);
        SAY_AT(rows[i].line, console_rig_shows(&r, "║ paused"));
        first_last(&r, first, last);
        (void)str_copy(before, sizeof before, current(&r));
        SAY_AT(rows[i].line, before[0] != '\0');
        for (int k = 1; k <= 5; k++) {
            grow(&r, 100);
            first_last(&r, again, last);
            SAY_AT(rows[i].line, strcmp(first, again) == 0);
            SAY_AT(rows[i].line, strcmp(before, current(&r)) == 0);
        }
        SAY_AT(rows[i].line, console_rig_shows(&r, "new below (G follows)"));
        console_rig_keys(&r, "G");
        first_last(&r, first, last);
        SAY_AT(rows[i].line, strcmp(last, "14:46:15") == 0 ||
                                 strcmp(last, "14:46:13") == 0); /* the last may be a debug line */
        SAY_AT(rows[i].line, console_rig_shows(&r, "▶ following"));
        console_rig_done(&r);
    }
}

static void test_counts_what_is_new(void **state)
{
    (void)state;
    struct console_rig r;
    open_log(&r, "v"); /* debug: every line counts */
    SAY(console_rig_shows(&r, "level debug+"));
    console_rig_keys(&r, "k");
    SAY(console_rig_shows(&r, "║ paused (G follows)"));
    grow(&r, 214);
    SAY(console_rig_shows(&r, "║ paused 214 new below (G follows)"));
    grow(&r, 1000);
    SAY(console_rig_shows(&r, "║ paused 1 214 new below (G follows)"));
    console_rig_keys(&r, "p");
    SAY(console_rig_shows(&r, "▶ following"));
    console_rig_done(&r);
}

/* Every line can be reached by going up one by one, and each is shown once. */
static void test_walks_every_line(void **state)
{
    (void)state;
    struct console_rig r;
    char last[16] = "";
    console_rig_init(&r, ROWS, 100);
    r.fake.log_lines = 400;
    console_rig_keys(&r, "5v");
    int64_t second = -1, expect = -1;
    for (int i = 0; i < 399; i++) {
        console_rig_keys(&r, "k");
        int h, m, s;
        const char *at = current(&r);
        CHECK_AT(i, strcmp(at, last) != 0, "line %s twice", at);
        (void)str_copy(last, sizeof last, at);
        assert_int_equal(sscanf(at, "%d:%d:%d", &h, &m, &s), 3);
        second = h * 3600 + m * 60 + s;
        struct log_key key = {r.fake.first_us + (398 - i) * r.fake.step_us, 0, 0};
        expect = key.at_us / US_PER_S % 86400;
        CHECK_AT(i, second == expect, "at %s", at);
    }
    console_rig_keys(&r, "kkk"); /* the first stays the first */
    assert_string_equal(current(&r), last);
    console_rig_done(&r);
}

static void test_lines_that_were_trimmed(void **state)
{
    (void)state;
    struct console_rig r;
    open_log(&r, "g");
    assert_string_not_equal(current(&r), "");
    /* Everything up to now goes; the view stays until it is moved, then shows what is there. */
    r.fake.first_us += 3990 * r.fake.step_us;
    r.fake.log_lines = 10;
    r.ui.stale = true;
    console_rig_keys(&r, "kjjk");
    SAY(r.ui.ended == false);
    console_rig_keys(&r, "G");
    char first[9], last[9];
    first_last(&r, first, last);
    assert_string_equal(last, "14:32:05");
    console_rig_done(&r);
}

static void test_levels(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows, *hides;
    } rows[] = {
        {__LINE__, "", "level info+", "lease renewed"},
        {__LINE__, "v", "level debug+", NULL},
        {__LINE__, "v", "lease renewed", NULL},
        {__LINE__, "vv", "level error ", "info "},
        {__LINE__, "vvv", "level warn+", " info  "},
        {__LINE__, "vvvv", "level info+", "lease renewed"},
        {__LINE__, ":level error<Enter>", "550 no such user", "429"},
        {__LINE__, ":level loud<Enter>", "not \"loud\"", NULL},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        open_log(&r, rows[i].keys);
        SAY_AT(rows[i].line, console_rig_shows(&r, rows[i].shows));
        const char *text = console_rig_text(&r);
        const char *lines = strstr(text, "───\n"); /* the rule above the lines */
        SAY_AT(rows[i].line, rows[i].hides == NULL || strstr(lines, rows[i].hides) == NULL);
        console_rig_done(&r);
    }
}

static void test_search(void **state)
{
    (void)state;
    struct console_rig r;
    char first[9];
    open_log(&r, "/429<Enter>");
    SAY(console_rig_shows(&r, "search /429"));
    (void)str_copy(first, sizeof first, current(&r));
    assert_string_not_equal(first, "");
    console_rig_keys(&r, "N");
    SAY(strcmp(current(&r), first) < 0);
    SAY(strstr(console_rig_looks(&r), "H") != NULL); /* it is pointed out */
    console_rig_keys(&r, "n");
    assert_string_equal(current(&r), first);
    console_rig_keys(&r, "n");
    SAY(console_rig_shows(&r, "no later match"));
    assert_string_equal(current(&r), first);
    console_rig_keys(&r, "<Esc>");
    SAY(!console_rig_shows(&r, "search /429"));
    SAY(strcmp(ui_screen(&r.ui)->name, "log") == 0);
    console_rig_keys(&r, "n");
    SAY(console_rig_shows(&r, "nothing was searched for yet"));
    console_rig_keys(&r, "/a(<Enter>");
    SAY(console_rig_shows(&r, "▲ /a(:"));
    console_rig_keys(&r, "/no such words<Enter>");
    SAY(console_rig_shows(&r, "no earlier match"));
    console_rig_done(&r);
}

/* In a log too long to be searched while a key waits, a search says how far it came, and goes on
 * from there. */
static void test_search_ends_in_time(void **state)
{
    (void)state;
    struct console_rig r;
    char first[16];
    console_rig_init(&r, ROWS, 100);
    r.fake.log_lines = 3000000;
    r.fake.first_us = FAKE_NOW_US - 2999999 * r.fake.step_us;
    console_rig_keys(&r, "5");
    int64_t start = clock_boot_us();
    console_rig_keys(&r, "/no such words<Enter>");
    assert_true(clock_boot_us() - start < 5 * US_PER_S); /* 0.15 s and what the machine adds */
    SAY(console_rig_shows(&r, "no match up to") && console_rig_shows(&r, "N goes on from here"));
    (void)str_copy(first, sizeof first, current(&r));
    console_rig_keys(&r, "N");
    SAY(console_rig_shows(&r, "N goes on from here"));
    SAY(strcmp(first, current(&r)) != 0);
    console_rig_done(&r);
}

static void test_only_matching(void **state)
{
    (void)state;
    struct console_rig r;
    open_log(&r, "&refused<Enter>");
    SAY(console_rig_shows(&r, "only /refused") && !console_rig_shows(&r, "written"));
    console_rig_keys(&r, "k");
    SAY(console_rig_shows(&r, "║ paused"));
    console_rig_keys(&r, "<Esc>");
    SAY(console_rig_shows(&r, "written") && !console_rig_shows(&r, "only /"));
    console_rig_keys(&r, ":only zzzz<Enter>");
    SAY(console_rig_shows(&r, "no line matches"));
    console_rig_keys(&r, "jkgGeEnNbwWy<PgUp>"); /* nothing to move in */
    SAY(console_rig_shows(&r, "no line matches"));
    console_rig_done(&r);
}

static void test_errors_and_warnings(void **state)
{
    (void)state;
    struct console_rig r;
    char at[9];
    open_log(&r, "E");
    SAY(strstr(console_rig_text(&r), "550 no such user") != NULL);
    (void)str_copy(at, sizeof at, current(&r));
    console_rig_keys(&r, "E");
    SAY(strcmp(current(&r), at) < 0);
    console_rig_keys(&r, "e");
    assert_string_equal(current(&r), at);
    console_rig_keys(&r, "w");
    SAY(strcmp(current(&r), at) > 0); /* a warning after it */
    console_rig_keys(&r, "W");
    assert_string_equal(current(&r), at); /* an error is serious enough */
    console_rig_done(&r);
}

static void test_of_one_job(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, ROWS, 100);
    console_rig_keys(&r, "l");
    SAY(console_rig_shows(&r, "job dental-uk") && !console_rig_shows(&r, "fontanero"));
    console_rig_keys(&r, "kkk5"); /* the whole log again */
    SAY(console_rig_shows(&r, "job all") && console_rig_shows(&r, "▶ following"));
    console_rig_keys(&r, ":log-of spain-plumbers<Enter>");
    SAY(console_rig_shows(&r, "job spain-plumbers") && !console_rig_shows(&r, "dentist"));
    console_rig_done(&r);
}

static void test_sideways_and_wrap(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, ROWS, 40);
    console_rig_keys(&r, "5/refused<Enter>");
    SAY(console_rig_shows(&r, "refused by mx.pocero.example: 550…"));
    console_rig_keys(&r, "l");
    SAY(console_rig_shows(&r, "mx.pocero.example: 550 no such us"));
    console_rig_keys(&r, "<Right><Right>");
    SAY(console_rig_shows(&r, " 550 no such user (17)"));
    console_rig_keys(&r, "hhhhh");
    SAY(console_rig_shows(&r, "refused by mx.pocero.example: 550…"));
    console_rig_keys(&r, "<^W>");
    SAY(console_rig_shows(&r, "refused by mx.pocero.example: 550\n"));
    SAY(console_rig_shows(&r, "      no such user"));
    for (int i = 0; i < 60; i++) { /* the current line stays in view, however lines are wrapped */
        console_rig_keys(&r, i % 7 == 0 ? "<PgUp>" : "k");
        SAY(strstr(console_rig_looks(&r), "\n#") != NULL);
    }
    console_rig_done(&r);
}

/* After the window has grown the empty part is filled from the log. */
static void test_a_window_that_grows(void **state)
{
    (void)state;
    struct console_rig r;
    char first[9], last[9];
    open_log(&r, "kk");
    assert_true(canvas_size(&r.canvas, 90, 100));
    SAY(console_rig_line(&r, 80)[1] == '1');
    console_rig_keys(&r, "G");
    first_last(&r, first, last);
    SAY(console_rig_line(&r, 87)[1] == '1');
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_follows),
        cmocka_unit_test(test_holds_the_place),
        cmocka_unit_test(test_counts_what_is_new),
        cmocka_unit_test(test_walks_every_line),
        cmocka_unit_test(test_lines_that_were_trimmed),
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_search_ends_in_time),
        cmocka_unit_test(test_only_matching),
        cmocka_unit_test(test_errors_and_warnings),
        cmocka_unit_test(test_of_one_job),
        cmocka_unit_test(test_sideways_and_wrap),
        cmocka_unit_test(test_a_window_that_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
