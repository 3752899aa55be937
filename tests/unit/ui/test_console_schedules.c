/* If this fails, a key at the views of schedules and runs does something else than it says: another
 * schedule is paused than the one selected, a report is made that nobody asked for, a failure is
 * taken for seen, or what the screen says of the next run is not what the engine will do. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"

#include <string.h>

#define RIG_AT(line, ok) CHECK_AT(line, ok, "%s", console_rig_text(&r))
#define RIG(ok) RIG_AT(__LINE__, ok)

/* The list in the order of the next run: Investor digest (overdue), Chips daily brief, Weekly EU
 * energy, then those that are not planned. */
static void test_keys_hand_in_commands(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        enum command_kind kind;
        const char *target, *note;
    } rows[] = {
        {__LINE__, "2x", COMMAND_SCHEDULE_DISABLE, "Investor digest", ""},
        {__LINE__, "2jx", COMMAND_SCHEDULE_DISABLE, "Chips daily brief", ""},
        {__LINE__, "2js", COMMAND_SCHEDULE_ENABLE, "Chips daily brief", ""},
        {__LINE__, "2jpa holiday<Enter><Enter>", COMMAND_SCHEDULE_PAUSE, "Chips daily brief",
         "a holiday"},
        {__LINE__, "2j:schedule-pause no feed<Enter>", COMMAND_SCHEDULE_PAUSE, "Chips daily brief",
         "no feed"},
        {__LINE__, "2/Energy test<Enter>r", COMMAND_SCHEDULE_RESUME, "Energy test brief",
         "waits for the new feed"},
        {__LINE__, "2jtr", COMMAND_SCHEDULE_RUN, "Chips daily brief", ""},
        {__LINE__, "2jtt", COMMAND_SCHEDULE_TEST, "Chips daily brief", ""},
        {__LINE__, "2je<^S>", COMMAND_SCHEDULE_PUT, "Chips daily brief", ""},
        {__LINE__, "2j<Enter>e<^S>", COMMAND_SCHEDULE_PUT, "Chips daily brief", ""},
        {__LINE__, "2j:schedule-edit 5 5 * * *<Enter>", COMMAND_SCHEDULE_CRON, "Chips daily brief",
         "5 5 * * *"},
        {__LINE__, "2jD<Enter>", COMMAND_SCHEDULE_DELETE, "Chips daily brief", ""},
        {__LINE__, "2j<Enter>x", COMMAND_SCHEDULE_DISABLE, "Chips daily brief", ""},
        {__LINE__, ":schedule Old brief<Enter>s", COMMAND_SCHEDULE_ENABLE, "Old brief", ""},
        {__LINE__, "4jjA", COMMAND_RUN_SEEN, "Chips daily brief", ""},
        {__LINE__, "4x", COMMAND_RUN_CANCEL, "Weekly EU energy", ""},
        {__LINE__, "4jj<Enter>A", COMMAND_RUN_SEEN, "Chips daily brief", ""},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 1);
        const struct command *c = &r.fake.command[0];
        CHECK_AT(rows[i].line, c->kind == rows[i].kind, "%s", command_name(c->kind));
        CHECK_AT(rows[i].line, strcmp(c->target, rows[i].target) == 0, "%s", c->target);
        CHECK_AT(rows[i].line, strcmp(c->note, rows[i].note) == 0, "%s", c->note);
        assert_string_equal(c->workspace, "acme");
        assert_string_equal(c->actor, "ana");
        assert_true(c->ticket > 0);
        console_rig_done(&r);
    }
}

static void test_what_hands_in_nothing(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows;
    } rows[] = {
        {__LINE__, "2jp<Enter>", "a pause needs a note that says why"},
        {__LINE__, "2jp   <Enter>", "a pause needs a note that says why"},
        {__LINE__, "2jpno<Esc>", "Chips daily brief"},
        {__LINE__, "2jpno<Enter>", "until (empty: no end):"},
        {__LINE__, "2jpno<Enter><Esc>", "Chips daily brief"},
        {__LINE__, "2jpno<Enter>soon<Enter>", "write a span such as 3d"},
        {__LINE__, "2jpno<Enter>2025-11-01<Enter>", "to come such as"},
        {__LINE__, "2<Space><Space>D", "Type 2 to go on"},
        {__LINE__, "2<Space><Space>D<Enter>", "Type 2 to go on"},
        {__LINE__, "2<Space><Space>D3<Enter>", "Type 2 to go on"},
        {__LINE__, "2*t", "Run now: 7 schedules"},
        {__LINE__, "2*p<Enter>", "nothing was paused"},
        {__LINE__, "2/energy<Enter>*", "2 marked"},
        {__LINE__, "4*U", "9 runs"},
        {__LINE__, "4<Space>A", "none of the marked runs has failed"},
        {__LINE__, "4GG<Space>x", "none of the marked runs waits"},
        {__LINE__, "2j:schedule-edit 0 9 * * 8<Enter>", "was not changed: day-of-week"},
        {__LINE__, "2j:schedule-edit 0 9 30 2 *<Enter>", "was not changed: there is no such date"},
        {__LINE__, "2je<Esc>", "Chips daily brief"},
        {__LINE__, "2/zzz<Enter>e", "no schedule is selected"},
        {__LINE__, "2jt<Esc>", ""},
        {__LINE__, "2jtx", "Run now: Chips daily brief"},
        {__LINE__, "2jD<Esc>", ""},
        {__LINE__, "2/zzz<Enter>x", "no schedule is selected"},
        {__LINE__, "2/zzz<Enter>", "0 of 7 match /zzz/"},
        {__LINE__, "2/(", "not a regular expression yet"},
        {__LINE__, "4A", "has not failed"},
        {__LINE__, "4GA", "was seen already"},
        {__LINE__, "4jjs", "no key s here"},
        {__LINE__, "4o", "this run has made none"},
        {__LINE__, ":schedule-pause x<Enter>", "does nothing on this view"},
        {__LINE__, ":schedule nobody<Enter>x", "no schedule is selected"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 0 && console_rig_shows(&r, rows[i].shows));
        console_rig_done(&r);
    }
}

static void test_read_only(void **state)
{
    (void)state;
    static const char *const keys[] = {"2s",
                                       "2x",
                                       "2p",
                                       "2r",
                                       "2t",
                                       "2a",
                                       "2e",
                                       "2D",
                                       "4jA",
                                       "4jx",
                                       "2:schedule-pause note<Enter>"};
    for (size_t i = 0; i < CASES(keys); i++) {
        struct console_rig r;
        console_rig_read_only(&r, 24, 100);
        console_rig_keys(&r, keys[i]);
        RIG_AT(i, r.fake.commands == 0 && console_rig_shows(&r, "read-only; nothing was changed"));
        console_rig_done(&r);
    }
}

/* What is marked is meant, whatever is selected; what was handed in is not marked any more. */
static void test_marks(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        enum command_kind kind;
        int count;
        const char *first, *last;
    } rows[] = {
        {__LINE__, "2<Space><Space>Gx", COMMAND_SCHEDULE_DISABLE, 2, "Chips daily brief",
         "Investor digest"},
        {__LINE__, "2*s", COMMAND_SCHEDULE_ENABLE, 7, "Chips daily brief", "Old brief"},
        {__LINE__, "2*<Space>r", COMMAND_SCHEDULE_RESUME, 6, "Chips daily brief", "Old brief"},
        {__LINE__, "2<Space><Space>pno feed<Enter>3d<Enter>", COMMAND_SCHEDULE_PAUSE, 2,
         "Chips daily brief", "Investor digest"},
        {__LINE__, "2<Space><Space>tr", COMMAND_SCHEDULE_RUN, 2, "Chips daily brief",
         "Investor digest"},
        {__LINE__, "2<Space><Space>tt", COMMAND_SCHEDULE_TEST, 2, "Chips daily brief",
         "Investor digest"},
        {__LINE__, "2<Space><Space>D2<Enter>", COMMAND_SCHEDULE_DELETE, 2, "Chips daily brief",
         "Investor digest"},
        {__LINE__, "2/energy<Enter>*/<^U><Enter>x", COMMAND_SCHEDULE_DISABLE, 2, "Weekly EU energy",
         "Energy test brief"}, /* also those that a filter hides by now */
        {__LINE__, "2j<Space>x", COMMAND_SCHEDULE_DISABLE, 1, "Chips daily brief",
         "Chips daily brief"},
        {__LINE__, "4*A", COMMAND_RUN_SEEN, 2, "Chips daily brief", "Chips daily brief"},
        {__LINE__, "4*x", COMMAND_RUN_CANCEL, 2, "Weekly EU energy", "Chips daily brief"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == rows[i].count && r.ui.marks == 0);
        const struct command *first = &r.fake.command[0];
        const struct command *last = &r.fake.command[r.fake.commands - 1];
        CHECK_AT(rows[i].line, first->kind == rows[i].kind && last->kind == rows[i].kind, "%s",
                 command_name(last->kind));
        CHECK_AT(rows[i].line, strcmp(first->target, rows[i].first) == 0, "%s", first->target);
        CHECK_AT(rows[i].line, strcmp(last->target, rows[i].last) == 0, "%s", last->target);
        if (rows[i].kind == COMMAND_SCHEDULE_PAUSE) {
            assert_string_equal(last->note, "no feed");
            assert_true(last->until_us == FAKE_NOW_US + 3 * 86400 * US_PER_S);
        }
        console_rig_keys(&r, "u");
        RIG_AT(rows[i].line, r.fake.commands <= rows[i].count + (rows[i].count == 1));
        console_rig_done(&r);
    }
}

/* The desk takes so many and no more: the others stay marked, for the same key again. */
static void test_marks_of_a_full_desk(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    r.fake.refuses = true;
    console_rig_keys(&r, "2*x");
    RIG(r.fake.commands == 0 && r.ui.marks == 7 && console_rig_shows(&r, "nobody takes commands"));
    r.fake.refuses = false;
    console_rig_keys(&r, "x");
    RIG(r.fake.commands == 7 && r.ui.marks == 0);
    console_rig_keys(&r, "2<Space>");
    r.fake.schedules.count = 0;
    r.ui.stale = true;
    console_rig_keys(&r, "x");
    RIG(r.fake.commands == 7);
    console_rig_done(&r);
}

static void test_pause_until(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *until;
        int64_t at_s;
    } rows[] = {
        {__LINE__, "", 0},
        {__LINE__, "12h", FAKE_NOW_US / US_PER_S + 12 * 3600},
        {__LINE__, " 2025-11-23 ", 1763856000},
        {__LINE__, "2025-11-23T08:00:00Z", 1763884800},
        {__LINE__, "then<Enter><^U>1d", FAKE_NOW_US / US_PER_S + 86400},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, "2jpwhy<Enter>");
        console_rig_keys(&r, rows[i].until);
        console_rig_keys(&r, "<Enter>");
        RIG_AT(rows[i].line, r.fake.commands == 1);
        CHECK_AT(rows[i].line, r.fake.command[0].until_us == rows[i].at_s * US_PER_S, "%lld",
                 (long long)r.fake.command[0].until_us);
        console_rig_done(&r);
    }
}

/* Said above everything until it has run. */
static void test_overdue_banner(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    for (int view = '1'; view <= '5'; view++) {
        ui_key(&r.ui, (uint32_t)view);
        RIG_AT(view, console_rig_shows(&r, "▲ overdue: Investor digest should have run Thu 17:32"));
    }
    r.fake.schedules.row[0].next_run_us -= 5 * 86400 * US_PER_S;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "▲ 2 schedules are overdue: "));
    r.fake.schedules.row[0].next_run_us = r.fake.schedules.row[2].next_run_us =
        FAKE_NOW_US + 3600 * US_PER_S;
    r.ui.stale = true;
    RIG(!console_rig_shows(&r, "overdue"));
    console_rig_done(&r);
}

/* A question is about the schedule that was selected when it was asked. */
static void test_a_question_keeps_its_schedule(void **state)
{
    (void)state;
    static const char *const keys[][2] = {
        {"2jD", "<Enter>"}, {"2jt", "r"}, {"2jp", "why<Enter>3d<Enter>"}};
    for (size_t i = 0; i < CASES(keys); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, keys[i][0]);
        r.fake.schedules.row[0].enabled = false; /* sorted to another row meanwhile */
        r.ui.stale = true;
        console_rig_keys(&r, keys[i][1]);
        RIG_AT(i, r.fake.commands == 1);
        assert_string_equal(r.fake.command[0].target, "Chips daily brief");
        console_rig_done(&r);
    }
}

static void test_undo(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        enum command_kind undone; /* COMMAND_NONE: there is nothing to undo */
        const char *note;
    } rows[] = {
        {__LINE__, "2jx", COMMAND_SCHEDULE_ENABLE, ""},
        {__LINE__, "2jpwhy<Enter><Enter>", COMMAND_SCHEDULE_RESUME, "why"},
        {__LINE__, "2/Energy test<Enter>r", COMMAND_SCHEDULE_PAUSE, "waits for the new feed"},
        {__LINE__, "2/Board<Enter>r", COMMAND_NONE, ""}, /* out of an error: not paused by u */
        {__LINE__, "2jD<Enter>", COMMAND_NONE, ""},
        {__LINE__, "2jtt", COMMAND_NONE, ""},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        bool can = rows[i].undone != COMMAND_NONE;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, rows[i].keys);
        console_rig_answer(&r);
        RIG_AT(rows[i].line, console_rig_shows(&r, "u undoes it") == can);
        console_rig_keys(&r, "u");
        RIG_AT(rows[i].line, r.fake.commands == 1 + can);
        if (can) {
            CHECK_AT(rows[i].line, r.fake.command[1].kind == rows[i].undone, "%s",
                     command_name(r.fake.command[1].kind));
            assert_string_equal(r.fake.command[1].note, rows[i].note);
        }
        console_rig_done(&r);
    }
}

/* What each state looks like: a glyph and a word, not only a colour. */
static void test_states_have_words(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "▲ Chips daily brief",
        "active, last failed",
        "● Weekly EU energy",
        "▲ Investor digest",
        "overdue since Thu 17:32",
        "× Board digest",
        "║ Energy test brief",
        "in error: Specification is not active",
        "■ Fair of 2025",
        "ended",
        "· Old brief",
        "disabled",
        "paused: waits for the new feed",
        "17:30 every Friday",
        "Mon 08:00",
        "in 1d17",
    };
    struct console_rig r;
    console_rig_init(&r, 16, 200);
    console_rig_keys(&r, "2");
    for (size_t i = 0; i < CASES(rows); i++)
        CHECK_AT(i, console_rig_shows(&r, rows[i]), "%s not in %s", rows[i], console_rig_text(&r));
    r.fake.schedules.row[1].busy = true;
    r.fake.schedules.row[0].spec_active = false;
    r.fake.schedules.row[4].paused_until_us = FAKE_NOW_US + 3600 * US_PER_S;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "▶ Weekly EU energy"));
    RIG(console_rig_shows(&r, "specification off"));
    RIG(console_rig_shows(&r, "paused until 15:32: waits"));
    console_rig_done(&r);
}

/* The next runs with the reason: an excluded day, a limit, a zone's own clock, a timing that can't
 * be read, a zone that is not there. */
static void test_next_runs(void **state)
{
    (void)state;
    static const struct {
        int line;
        int row;
        const char *type, *config;
        const char *shows[3];
    } rows[] = {
        {__LINE__, 1, "weekly", NULL, {"Mon 24 Nov 09:00 CET", "in 1d17", "Mon  1 Dec 09:00 CET"}},
        {__LINE__, 1, "weekly", NULL, {"Mon  8 Dec 09:00 CET", "excluded", "Mon 15 Dec 09:00"}},
        {__LINE__,
         0,
         "custom",
         "{\"cron_expression\":\"0 * * * *\"}",
         {"daily limit", " runs) skipped", ""}},
        {__LINE__, 0, "daily", "{\"time\":\"25:00\"}", {"time: ", "", ""}},
        {__LINE__,
         0,
         "daily",
         "{\"time\":\"09:00\",\"timezone\":\"No/Where\"}",
         {"No/Where", "", ""}},
        {__LINE__,
         0,
         "custom",
         "{\"cron_expression\":\"30 2 29 3 *\",\"timezone\":\"Europe/Madrid\"}",
         {"does not exist on Sun 2026-03-29", "Mon 29 Mar 2027 02:30", ""}},
        {__LINE__, 5, "daily", NULL, {"none: it has come to its end", "", ""}},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 45, 150);
        struct schedule_row *s = &r.fake.schedules.row[rows[i].row];
        s->type = rows[i].type;
        s->config = rows[i].config != NULL ? rows[i].config : s->config;
        console_rig_keys(&r, ":schedule ");
        console_rig_keys(&r, s->name);
        console_rig_keys(&r, "<Enter>");
        for (size_t k = 0; k < CASES(rows[i].shows); k++)
            RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].shows[k]));
        console_rig_done(&r);
    }
}

static void test_sort_and_filter(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *first;
    } rows[] = {
        {__LINE__, "2", "Investor digest"},
        {__LINE__, "2>", "Board digest"},
        {__LINE__, "2>I", "Weekly EU energy"},
        {__LINE__, "2>>", "Board digest"},
        {__LINE__, "2>>>", "Chips daily brief"},
        {__LINE__, "2/ended<Enter>", "Fair of 2025"},
        {__LINE__, "2/!digest<Enter>", "Chips daily brief"},
        {__LINE__, ":schedules semiconductor<Enter>", "Chips daily brief"},
        {__LINE__, "3/zzz<Enter>2", "Investor digest"}, /* a filter of jobs stays with the jobs */
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 16, 160);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, ui_schedule(&r.ui) != NULL);
        CHECK_AT(rows[i].line, strcmp(ui_schedule(&r.ui)->name, rows[i].first) == 0, "%s",
                 ui_schedule(&r.ui)->name);
        console_rig_done(&r);
    }
}

/* The selection is a schedule, not a row. */
static void test_the_selection_stays(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    console_rig_keys(&r, "2j");
    r.fake.schedules.row[0].next_run_us = FAKE_NOW_US + 1000 * 3600 * US_PER_S;
    r.ui.stale = true;
    console_rig_keys(&r, "x");
    assert_string_equal(r.fake.command[0].target, "Chips daily brief");
    console_rig_done(&r);
}

static void test_failures_until_seen(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    RIG(console_rig_shows(&r, "4 Runs 2"));
    RIG(console_rig_shows(&r, "failed Fri 15:32:"));
    console_rig_keys(&r, "4jjA");
    console_rig_answer(&r);
    RIG(console_rig_shows(&r, "4 Runs 1") && console_rig_shows(&r, "failed, seen"));
    console_rig_keys(&r, ":run-seen all<Enter>");
    assert_int_equal(r.fake.commands, 2);
    console_rig_answer(&r);
    RIG(!console_rig_shows(&r, "4 Runs 1"));
    console_rig_keys(&r, ":run-seen all<Enter>");
    assert_int_equal(r.fake.commands, 2);
    RIG(console_rig_shows(&r, "no failure that nobody has seen"));
    console_rig_done(&r);
}

static void test_run_shows_everything(void **state)
{
    (void)state;
    static const char *const shown[] = {
        "7 of 9 answered, 57 items",
        "2025-11-20-chips.html  412 KB",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "attempt 3 failed, gave up",
        "schedule, for Wed 14:32",
        "05020000-0000-7000-8000-000000000000"};
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    console_rig_keys(&r, "4jjjj<Enter>");
    for (size_t i = 0; i < CASES(shown); i++)
        RIG_AT(i, console_rig_shows(&r, shown[i]));
    console_rig_keys(&r, "<Esc>jj<Esc>4jj<Enter>");
    console_rig_done(&r);
}

/* The report is read with the keys of a log and shows no control of its text. */
static void test_report(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 12, 80);
    console_rig_keys(&r, "4jjjjo");
    RIG(console_rig_shows(&r, "Semiconductor brief") && !console_rig_shows(&r, "Not red"));
    console_rig_keys(&r, "G");
    RIG(console_rig_shows(&r, "Not red") && !console_rig_shows(&r, "very END"));
    for (int i = 0; i < 12; i++)
        console_rig_keys(&r, "l");
    RIG(console_rig_shows(&r, "very END"));
    console_rig_keys(&r, "hhhhhhhhhhhhhhg");
    RIG(console_rig_shows(&r, "Semiconductor brief"));
    console_rig_done(&r);
}

/* What is gone while it is looked at is said to be gone. */
static void test_what_goes_away(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 30, 100);
    console_rig_keys(&r, "2j<Enter>");
    r.fake.schedules.count = 0;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "This schedule is not there any more"));
    console_rig_keys(&r, "xjtD<Enter>");
    assert_int_equal(r.fake.commands, 0);
    r.fake.schedules.runs = 0;
    console_rig_keys(&r, "4jjx<Enter>");
    RIG(console_rig_shows(&r, "no runs yet"));
    r.fake.fails = "record: it can't be read";
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "record: it can't be read"));
    console_rig_keys(&r, "2jj4jj");
    console_rig_done(&r);
}

static void test_dash(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    RIG(console_rig_shows(&r, "Due next") && console_rig_shows(&r, "in 27m  Chips daily brief"));
    RIG(console_rig_shows(&r, "due  Investor digest"));
    RIG(console_rig_shows(&r, "in error: Specification is not"));
    RIG(console_rig_shows(&r, "overdue: should have run Thu 17:32"));
    RIG(console_rig_shows(&r, "1 overdue") && console_rig_shows(&r, "Reports 224 ok"));
    r.fake.job_count = 0; /* reports alone are no empty record */
    r.ui.stale = true;
    RIG(!console_rig_shows(&r, "Welcome") && console_rig_shows(&r, "Chips daily brief"));
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_hand_in_commands),
        cmocka_unit_test(test_what_hands_in_nothing),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_marks_of_a_full_desk),
        cmocka_unit_test(test_pause_until),
        cmocka_unit_test(test_overdue_banner),
        cmocka_unit_test(test_a_question_keeps_its_schedule),
        cmocka_unit_test(test_undo),
        cmocka_unit_test(test_states_have_words),
        cmocka_unit_test(test_next_runs),
        cmocka_unit_test(test_sort_and_filter),
        cmocka_unit_test(test_the_selection_stays),
        cmocka_unit_test(test_failures_until_seen),
        cmocka_unit_test(test_run_shows_everything),
        cmocka_unit_test(test_report),
        cmocka_unit_test(test_what_goes_away),
        cmocka_unit_test(test_dash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
