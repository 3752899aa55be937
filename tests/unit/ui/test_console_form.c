/* If this fails, the form of a schedule saves something else than what it shows, takes a mistake,
 * loses what was typed or what somebody else saved, or promises a run that is not made. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define RIG_AT(line, ok) CHECK_AT(line, ok, "%s", console_rig_text(&r))
#define RIG(ok) RIG_AT(__LINE__, ok)

/* From the name to the pattern, and to the field behind it. */
#define NEW "2aGrid<Tab><Tab>"
#define CUSTOM NEW "<Right><Right><Tab><^U>"

static void test_what_is_saved(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        int64_t rev;
        const char *name, *spec, *type, *config;
        const char *categories, *regions, *cadence, *notes;
        bool enabled;
    } rows[] = {
        {__LINE__, "2aGrid<^S>", 0, "Grid", "Board", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":0}", "", "", "", "", true},
        {__LINE__, "2aGrid<Tab><Enter>j<Enter><^S>", 0, "Grid", "Energy of the EU", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":0}", "", "", "", "", true},
        {__LINE__, NEW "<Left><Tab><^U>07:15<^S>", 0, "Grid", "Board", "daily",
         "{\"time\":\"07:15\"}", "", "", "", "", true},
        {__LINE__, NEW "<Right><Tab><Tab><^U>28<^S>", 0, "Grid", "Board", "monthly",
         "{\"time\":\"09:00\",\"day_of_month\":28}", "", "", "", "", true},
        {__LINE__, CUSTOM "30 17 * * FRI<^S>", 0, "Grid", "Board", "custom",
         "{\"cron_expression\":\"30 17 * * FRI\"}", "", "", "", "", true},
        {__LINE__, NEW "<Tab><Tab><Left><Tab><^U>Europe/Madrid<Tab><Enter>j<Space><Enter><^S>", 0,
         "Grid", "Board", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":6,\"timezone\":\"Europe/Madrid\"}", "[\"grids\"]", "",
         "", "", true},
        {__LINE__, "2aGrid<Up><Space><Up>for the board<^S>", 0, "Grid", "Board", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":0}", "", "", "", "for the board", false},
        {__LINE__,
         "2aGrid<Up><Up><Up><Space><Up><Space><Up><Space><Up>2025-12-24 2026-01-01<Up>3"
         "<Up>2026-12-31<^S>",
         0, "Grid", "Board", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":0,\"end_at\":\"2026-12-31\",\"max_runs\":3,"
         "\"exclude\":[\"2025-12-24\",\"2026-01-01\"],\"on_excluded\":\"next_business_day\","
         "\"workdays_only\":true,\"only_if_new\":true}",
         "", "", "", "", true},
        /* What was not touched is as it was. */
        {__LINE__, "2jje<^S>", 3, "Weekly EU energy", "Energy of the EU", "weekly",
         "{\"time\":\"09:00\",\"day_of_week\":0,\"timezone\":\"Europe/Madrid\","
         "\"exclude\":[\"2025-12-08\"]}",
         "", "", "", "for the board; Lucía reads it first", true},
        {__LINE__, "2je<Tab><Tab><^U>16:00<^S>", 3, "Chips daily brief", "Semiconductor brief",
         "daily", "{\"time\":\"16:00\"}", "", "[\"EU\",\"US\"]", "", "", true},
        {__LINE__, "2je<Tab><Tab><Tab><Tab><Tab><Enter>U<Enter><^S>", 3, "Chips daily brief",
         "Semiconductor brief", "daily", "{\"time\":\"15:00\"}", "", "", "", "", true},
        {__LINE__, "2/Old<Enter>e<Up><^S>", 3, "Old brief", "Semiconductor brief", "daily",
         "{\"time\":\"06:00\"}", "", "", "weekly", "", false},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 1);
        const struct command *c = &r.fake.command[0];
        const struct command_schedule *s = &c->schedule;
        CHECK_AT(rows[i].line, c->kind == COMMAND_SCHEDULE_PUT && s->rev == rows[i].rev, "rev");
        CHECK_AT(rows[i].line, str_equal(c->target, rows[i].name), "%s", c->target);
        CHECK_AT(rows[i].line, str_equal(s->specification, rows[i].spec), "%s", s->specification);
        CHECK_AT(rows[i].line, str_equal(s->type, rows[i].type), "%s", s->type);
        CHECK_AT(rows[i].line, str_equal(s->config, rows[i].config), "%s", s->config);
        CHECK_AT(rows[i].line, str_equal(s->categories, rows[i].categories), "%s", s->categories);
        CHECK_AT(rows[i].line, str_equal(s->regions, rows[i].regions), "%s", s->regions);
        CHECK_AT(rows[i].line, str_equal(s->cadence, rows[i].cadence), "%s", s->cadence);
        CHECK_AT(rows[i].line, str_equal(s->notes, rows[i].notes), "%s", s->notes);
        CHECK_AT(rows[i].line, s->enabled == rows[i].enabled, "enabled");
        assert_string_equal(c->workspace, "acme");
        console_rig_done(&r);
    }
}

/* A mistake is said at its field, in the words of the sub-commands, and is not saved. */
static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows, *also;
    } rows[] = {
        {__LINE__, "2a<^S>x<^U>", "it needs one", "Name"},
        {__LINE__, "2a<^S>", "1 field needs you before it can be saved: Name", "it needs one"},
        {__LINE__, "2aOld brief<^S>", "a schedule of this name already", "needs you"},
        {__LINE__, CUSTOM "0 9 * * 1-5,8<^S>", "saved: Cron", "day-of-week: 8 is outside"},
        {__LINE__, CUSTOM "0 9 * * 1-5,8<^S>", "did you mean 7 or SUN?", "^"},
        {__LINE__, CUSTOM "0 9 30 2 *<^S>", "would never run", "saved: Cron"},
        {__LINE__, CUSTOM "<^S>", "saved: Cron", "×"},
        {__LINE__, NEW "<Tab><^U>25:00<^S>", "it is not a time; write", "saved: Time"},
        {__LINE__, NEW "<Tab><^U><^S>", "it is missing", "saved: Time"},
        {__LINE__, NEW "<Right><Tab><Tab><^U>31<^S>", "from 1 to 28", "saved: Day"},
        {__LINE__, NEW "<Tab><Tab><Tab><^U>No/Where<^S>", "No/Where", "saved: Time zone"},
        {__LINE__, "2aGrid<Up><Up><Up><Up><Up><Up>tomorrow<^S>", "a day such as \"2026-12-24\"",
         "saved: Exclude dates"},
        {__LINE__, NEW "<Tab><^U>25:00<Up><Left><Tab><Tab><^U>x y<^S>",
         "2 fields need you before it can be saved: Time", "×"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 120);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 0);
        RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].shows));
        RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].also));
        console_rig_done(&r);
    }
}

static void test_preview(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows;
    } rows[] = {
        {__LINE__, "2a", "At 09:00 every Monday"},
        {__LINE__, "2a", "* Name           ▶"},
        {__LINE__, "2a", "Mon 24 Nov 09:00 UTC"},
        {__LINE__, CUSTOM "30 9 * * TUE", "At 09:30 every Tuesday"},
        {__LINE__, CUSTOM "30 9 * * TUE", "Tue 25 Nov 09:30 UTC"},
        {__LINE__, CUSTOM "30 9 * * TU", "It can't be said yet when it runs"},
        {__LINE__, CUSTOM "0 * * * *", "runs) skipped: monthly limit"},
        {__LINE__, CUSTOM "*/90 9 * * *", "step"},
        {__LINE__, "2jje<Tab><Tab><^U>10:00", "Mon 24 Nov 10:00 CET"}, /* in its own zone */
        {__LINE__, "2jje", "excluded"},
        {__LINE__, "2/Energy test<Enter>e", "Mon 24 Nov 08:00 CET"}, /* also while it is paused */
        {__LINE__, "2/Fair<Enter>e", "none: it has come to its end"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 100);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].shows) && r.fake.commands == 0);
        console_rig_done(&r);
    }
}

static void test_leaving(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows;
        int commands;
    } rows[] = {
        {__LINE__, "2a<Esc>", "7 schedules", 0},
        {__LINE__, "2je<Esc>", "7 schedules", 0},
        {__LINE__, "2j<Enter>e<Esc>", "Schedules › Chips daily brief", 0},
        {__LINE__, "2ax<Esc>", "1 field was changed and not saved", 0},
        {__LINE__, "2ax<^C>", "1 field was changed and not saved", 0},
        {__LINE__, "2ax<Esc>d", "7 schedules", 0},
        {__LINE__, "2ax<Esc><Esc>", "New schedule", 0},
        {__LINE__, "2ax<Esc>s", "saving x", 1},
        {__LINE__, "2ax<^Z><Esc>", "7 schedules", 0},
        {__LINE__, "2ax<Tab>a<Up>y<^Z><^Z><Esc>", "7 schedules", 0},
        {__LINE__, "2aq:?123/", "q:?123/", 0}, /* letters are letters */
        {__LINE__, "2aq<F1>", "Help: ", 0},
        {__LINE__, "2a<Tab><Enter><Esc>", "New schedule", 0},
        {__LINE__, ":form<Enter>", "New schedule", 0},
        {__LINE__, ":form<Enter><Esc>", "Automation", 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 100);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].shows));
        RIG_AT(rows[i].line, r.fake.commands == rows[i].commands);
        console_rig_done(&r);
    }
}

/* What is pasted is typed, with no key of it taken for a command. */
static void test_paste(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "2a");
    ui_key(&r.ui, KEY_PASTE_BEGIN);
    for (const char *at = "two\nlines\t\023\033q"; *at != '\0'; at++)
        ui_key(&r.ui, (uint32_t)(unsigned char)*at);
    RIG(console_rig_shows(&r, "two lines q") && r.fake.commands == 0);
    ui_key(&r.ui, KEY_PASTE_END);
    console_rig_keys(&r, "<Tab><Tab>");
    ui_key(&r.ui, KEY_PASTE_BEGIN); /* into a choice: nothing */
    ui_key(&r.ui, KEY_SPACE);
    ui_key(&r.ui, KEY_ESC);
    RIG(console_rig_shows(&r, "(●) weekly"));
    console_rig_wait(&r, 5 * US_PER_S); /* the end of it never comes */
    console_rig_keys(&r, "<Right>");
    RIG(console_rig_shows(&r, "(●) monthly"));
    console_rig_done(&r);
}

/* Until the desk has answered the form stays; then u brings back what was there. */
static void test_answer_and_undo(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "2je<Tab><Tab><^U>16:00<^S><^S>");
    RIG(r.fake.commands == 1 && console_rig_shows(&r, "it is being saved"));
    console_rig_answer(&r);
    RIG(console_rig_shows(&r, "7 schedules") && console_rig_shows(&r, "u undoes it"));
    console_rig_keys(&r, "u");
    RIG(r.fake.commands == 2);
    const struct command *c = &r.fake.command[1];
    assert_int_equal(c->kind, COMMAND_SCHEDULE_PUT);
    assert_int_equal(c->schedule.rev, 4); /* only what was saved is undone */
    assert_string_equal(c->schedule.config, "{\"time\":\"15:00\"}");
    assert_string_equal(c->schedule.regions, "[\"EU\",\"US\"]");
    console_rig_keys(&r, "aNew<^T>");
    console_rig_answer(&r);
    RIG(r.fake.commands == 4 && r.fake.command[3].kind == COMMAND_SCHEDULE_RUN);
    assert_string_equal(r.fake.command[3].target, "New");
    console_rig_keys(&r, "u"); /* a new one is deleted with D */
    RIG(r.fake.commands == 4);
    console_rig_done(&r);
}

/* Somebody else saves the same schedule while the form is open. */
static void open_conflict(struct console_rig *r)
{
    console_rig_init(r, 24, 80);
    console_rig_keys(r, "2je<Tab><Tab><^U>17:00");
    r->fake.schedules.row[0].config = "{\"time\":\"16:00\"}";
    r->fake.schedules.row[0].notes = "by luis";
    r->fake.schedules.row[0].rev = 4;
    r->ui.stale = true;
}

static void test_conflict(void **state)
{
    (void)state;
    struct console_rig r;
    open_conflict(&r);
    RIG(console_rig_shows(&r, "changed this"));
    console_rig_keys(&r, "<^S>");
    RIG(r.fake.commands == 0 && console_rig_shows(&r, "Time: 15:00 → 16:00; yours 17:00"));
    RIG(console_rig_shows(&r, "by luis"));
    console_rig_keys(&r, "<Esc><^S>m");
    RIG(r.fake.commands == 1);
    assert_string_equal(r.fake.command[0].schedule.config, "{\"time\":\"17:00\"}");
    assert_string_equal(r.fake.command[0].schedule.notes, "by luis");
    assert_int_equal(r.fake.command[0].schedule.rev, 4);
    console_rig_done(&r);
    open_conflict(&r);
    console_rig_keys(&r, "<^S>dt");
    RIG(r.fake.commands == 0 && console_rig_shows(&r, "16:00"));
    console_rig_keys(&r, "<Esc>"); /* nothing of this form's is left */
    RIG(console_rig_shows(&r, "7 schedules"));
    console_rig_done(&r);
}

/* What is gone while its form is open. */
static void test_gone(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "2je<Tab><Tab><^U>17:00");
    r.fake.schedules.count = 0;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "it was deleted meanwhile"));
    console_rig_keys(&r, "<^S>");
    RIG(r.fake.commands == 0);
    console_rig_keys(&r, "<Esc>d");
    RIG(console_rig_shows(&r, "No schedules yet"));
    console_rig_keys(&r, "a<Esc>");
    RIG(console_rig_shows(&r, "No schedules yet"));
    r.fake.schedules.no_specs = true;
    console_rig_keys(&r, "aGrid<^S>");
    RIG(console_rig_shows(&r, "spec import FILE makes one") && r.fake.commands == 0);
    console_rig_done(&r);
}

/* A text that does not fit a field is shown as such and stays what it is. */
static void test_too_long(void **state)
{
    (void)state;
    static char config[2000], notes[1000];
    struct console_rig r;
    size_t at = 0;
    console_rig_init(&r, 40, 120);
    (void)str_copy(config, sizeof config, "{\"time\":\"15:00\",\"other\":[1],\"exclude\":[");
    for (int i = 0; i < 60; i++) {
        at = strlen(config);
        (void)str_format(config + at, sizeof config - at, "%s\"20%02d-01-01\"", i > 0 ? "," : "",
                         i + 30);
    }
    at = strlen(config);
    (void)str_copy(config + at, sizeof config - at, "]}");
    memset(notes, 'n', sizeof notes - 1);
    r.fake.schedules.row[0].config = config;
    r.fake.schedules.row[0].notes = notes;
    console_rig_keys(&r, "2je<Up><Up>xyz<^Z>");
    RIG(console_rig_shows(&r, "(too long)") && console_rig_shows(&r, "can't be changed here"));
    console_rig_keys(&r, "<^S>");
    RIG(r.fake.commands == 1);
    assert_string_equal(r.fake.command[0].schedule.config, config);
    assert_string_equal(r.fake.command[0].schedule.notes, notes);
    console_rig_done(&r);
}

/* One that follows another has no times; the form leaves that as it is, unless times are chosen. */
static void test_after_another(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *type, *config;
    } rows[] = {
        {__LINE__, "<Up><Up>a note<^S>", "after", "{}"},
        {__LINE__, "<Tab><Tab>Europe/Madrid<^S>", "after", "{\"timezone\":\"UTCEurope/Madrid\"}"},
        {__LINE__, "<Tab><Right><^S>", "daily", "{\"time\":\"09:00\"}"},
        {__LINE__, "<Tab><Right><^Z><^S>", "after", "{}"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        r.fake.schedules.row[0].type = "after";
        r.fake.schedules.row[0].config = "{}";
        r.fake.schedules.row[0].after = "Weekly EU energy";
        console_rig_keys(&r, "2/Chips<Enter>e");
        RIG_AT(rows[i].line, console_rig_shows(&r, "Each time a report of Weekly EU energy"));
        RIG_AT(rows[i].line, console_rig_shows(&r, "< after >"));
        console_rig_keys(&r, rows[i].keys);
        if (strstr(rows[i].config, "UTCE") != NULL) { /* there is no such zone */
            RIG_AT(rows[i].line, r.fake.commands == 0 && console_rig_shows(&r, "Time zone"));
        } else {
            RIG_AT(rows[i].line, r.fake.commands == 1);
            const struct command_schedule *s = &r.fake.command[0].schedule;
            CHECK_AT(rows[i].line, str_equal(s->type, rows[i].type), "%s", s->type);
            CHECK_AT(rows[i].line, str_equal(s->config, rows[i].config), "%s", s->config);
        }
        console_rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_saved), cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_preview),       cmocka_unit_test(test_leaving),
        cmocka_unit_test(test_paste),         cmocka_unit_test(test_answer_and_undo),
        cmocka_unit_test(test_conflict),      cmocka_unit_test(test_gone),
        cmocka_unit_test(test_too_long),      cmocka_unit_test(test_after_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
