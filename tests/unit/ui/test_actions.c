/* If this fails, a key does nothing or two things, the help and the man page leave an action out,
 * or keys that the operator rebound are taken wrongly. */
#include "../cases.h"

#include "../../../src/ui/actions.h"
#include "../../../src/ui/keymap.h"
#include "../../../src/ui/screen.h"
#include "../../../src/ui/theme.h"

#include "base/str.h"
#include "ui/action.h"

#include <locale.h>
#include <string.h>

static void test_every_row_is_whole(void **state)
{
    (void)state;
    int count = actions_count();
    assert_true(count > 40);
    assert_null(action_at(count));
    assert_null(action_at(-1));
    for (int i = 0; i < count; i++) {
        const struct action *a = action_at(i);
        assert_non_null(a->run);
        CHECK_AT(i, a->name[0] != '\0' && strchr(a->name, ' ') == NULL, "name \"%s\"", a->name);
        CHECK_AT(i, a->help != NULL && strlen(a->help) > 2, "%s has no help", a->name);
        CHECK_AT(i, a->kinds != 0, "%s applies nowhere", a->name);
        CHECK_AT(i, a->command == COMMAND_NONE || a->writes, "%s writes", a->name);
        /* What destroys is an upper case letter and asks; no control key writes but in a
         * form, where letters are text. */
        CHECK_AT(i, !a->asks || (a->keys[0] >= 'A' && a->keys[0] <= 'Z'), "%s asks", a->name);
        CHECK_AT(i, !a->writes || a->keys[0] != '^' || a->kinds == IN_FORM,
                 "%s is on a control key", a->name);
        for (int j = 0; j < i; j++)
            CHECK_AT(i, strcmp(a->name, action_at(j)->name) != 0, "%s twice", a->name);
    }
}

static void test_the_table_has_no_conflict(void **state)
{
    (void)state;
    struct keymap k;
    struct err err = {0};
    CHECK_AT(__LINE__, keymap_build(&k, "", &err), "%s", err.text);
    assert_true(k.rows > 50);
}

/* Each key of the design does on each screen what it says. */
static void test_keys_of_the_screens(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *screen, *key, *action; /* action NULL: no key here */
    } rows[] = {
        {__LINE__, "dash", "j", "down"},
        {__LINE__, "dash", "Down", "down"},
        {__LINE__, "dash", "s", "start"},
        {__LINE__, "dash", "x", "stop"},
        {__LINE__, "dash", "r", "resume"},
        {__LINE__, "dash", "p", "pause"},
        {__LINE__, "dash", "X", "stop-now"},
        {__LINE__, "dash", "Tab", "pane"},
        {__LINE__, "dash", "/", "filter"},
        {__LINE__, "dash", "l", "log-of"},
        {__LINE__, "dash", "n", NULL},
        {__LINE__, "dash", "<", NULL},
        {__LINE__, "jobs", "<", "sort-left"},
        {__LINE__, "jobs", "Enter", "open"},
        {__LINE__, "jobs", "Space", "mark"},
        {__LINE__, "jobs", "Tab", NULL},
        {__LINE__, "job", "/", NULL},
        {__LINE__, "job", "^D", "half-down"},
        {__LINE__, "log", "p", "hold"},
        {__LINE__, "log", "/", "search"},
        {__LINE__, "log", "n", "next"},
        {__LINE__, "log", "N", "previous"},
        {__LINE__, "log", "&", "only"},
        {__LINE__, "log", "v", "level"},
        {__LINE__, "log", "F", "follow"},
        {__LINE__, "log", "e", "error"},
        {__LINE__, "log", "E", "error-back"},
        {__LINE__, "log", "w", "warning"},
        {__LINE__, "log", "l", "right"},
        {__LINE__, "log", "Space", "log-page-down"},
        {__LINE__, "log", "s", NULL},
        {__LINE__, "log", "x", NULL},
        {__LINE__, "log", "Enter", "log-open"},
        {__LINE__, "log", "y", "copy"},
        {__LINE__, "job", "q", "leave"},
        {__LINE__, "job", "Q", "quit"},
        {__LINE__, "job", "Esc", "back"},
        {__LINE__, "job", "?", "help"},
        {__LINE__, "job", "F1", "help"},
        {__LINE__, "job", ":", "command"},
        {__LINE__, "job", "^C", "interrupt"},
        {__LINE__, "job", "^Z", "suspend"},
        {__LINE__, "job", "^L", "redraw"},
        {__LINE__, "job", "R", "refresh"},
        {__LINE__, "schedules", "p", "schedule-pause"},
        {__LINE__, "schedules", "r", "schedule-resume"},
        {__LINE__, "schedules", "s", "schedule-enable"},
        {__LINE__, "schedules", "x", "schedule-disable"},
        {__LINE__, "schedules", "t", "schedule-run"},
        {__LINE__, "schedules", "e", "schedule-edit"},
        {__LINE__, "schedules", "D", "schedule-delete"},
        {__LINE__, "schedules", "H", "runs-of"},
        {__LINE__, "schedules", "/", "filter"},
        {__LINE__, "schedules", "Space", "mark"},
        {__LINE__, "schedules", "a", "schedule-add"},
        {__LINE__, "runs", "Space", "mark"},
        {__LINE__, "form", "Tab", "field-next"},
        {__LINE__, "form", "^S", "save"},
        {__LINE__, "form", "q", NULL},
        {__LINE__, "form", "2", NULL},
        {__LINE__, "form", "F1", "form-help"},
        {__LINE__, "schedule", "Space", NULL},
        {__LINE__, "schedule", "p", "schedule-pause"},
        {__LINE__, "runs", "A", "run-seen"},
        {__LINE__, "runs", "x", "run-cancel"},
        {__LINE__, "runs", "o", "report"},
        {__LINE__, "runs", "p", NULL},
        {__LINE__, "report", "Space", "log-page-down"},
        {__LINE__, "report", "l", "right"},
        {__LINE__, "report", "p", NULL},
        {__LINE__, "job", "u", "undo"},
        {__LINE__, "job", "5", "view"},
        {__LINE__, "job", "^A", NULL},
        {__LINE__, "job", "^B", NULL},
    };
    struct keymap k;
    assert_true(keymap_build(&k, "", NULL));
    for (size_t i = 0; i < CASES(rows); i++) {
        uint32_t key;
        int screen = screens_find(rows[i].screen);
        CHECK_AT(rows[i].line, screen >= 0, "no such screen");
        CHECK_AT(rows[i].line, keymap_parse(rows[i].key, strlen(rows[i].key), &key), "no key");
        int at = keymap_find(&k, key, screens_at(screen)->kinds);
        const char *got = at < 0 ? "(none)" : action_at(at)->name;
        CHECK_AT(rows[i].line, strcmp(got, rows[i].action ? rows[i].action : "(none)") == 0,
                 "got %s", got);
    }
}

static void test_key_names_round_trip(void **state)
{
    (void)state;
    struct keymap k;
    assert_true(keymap_build(&k, "", NULL));
    for (int i = 0; i < k.rows; i++) {
        char name[KEY_NAME_MAX];
        uint32_t key = 0;
        keymap_name(k.row[i].key, name);
        CHECK_AT(i, keymap_parse(name, strlen(name), &key) && key == k.row[i].key, "%s", name);
    }
    static const char *const bad[] = {"", "xy", "^1", "C-", "C-1", "Ctrl-x", "F99", "\xff"};
    for (size_t i = 0; i < CASES(bad); i++) {
        uint32_t key = 7;
        CHECK_AT(i, !keymap_parse(bad[i], strlen(bad[i]), &key) && key == 7, "%s", bad[i]);
    }
    uint32_t key;
    assert_true(keymap_parse("C-d", 3, &key));
    assert_int_equal(key, 4);
    assert_true(keymap_parse("ñ", 2, &key));
    assert_int_equal(key, 0xF1);
    char name[KEY_NAME_MAX];
    keymap_name(0x202E, name); /* a bidi control is not shown */
    assert_string_equal(name, "this key");
}

static void test_overrides(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *overrides;
        const char *refused; /* part of the sentence; NULL: taken */
    } rows[] = {
        {__LINE__, "", NULL},
        {__LINE__, "stop=z", NULL},
        {__LINE__, "  stop=z   start=S ", NULL},
        {__LINE__, "quit=^Q", NULL},
        {__LINE__, "stop=j", "down and stop are both on key j"},
        {__LINE__, "stpo=z", "no action \"stpo\""},
        {__LINE__, "stop", "not ACTION=KEY"},
        {__LINE__, "stop=", "not ACTION=KEY"},
        {__LINE__, "stop=zz", "no key \"zz\""},
        {__LINE__, "hold=s", NULL}, /* s is start in lists, never in the log */
        {__LINE__, "hold=v", "both on key v"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct err err = {0};
        bool ok = action_check_keys(rows[i].overrides, &err);
        CHECK_AT(rows[i].line, ok == (rows[i].refused == NULL), "%s", err.text);
        CHECK_AT(rows[i].line, ok || strstr(err.text, rows[i].refused) != NULL, "%s", err.text);
    }
    struct keymap k;
    assert_true(keymap_build(&k, "stop=z", NULL));
    assert_string_equal(action_at(keymap_find(&k, 'z', IN_JOBS))->name, "stop");
    assert_int_equal(keymap_find(&k, 'x', IN_JOBS), -1);
    assert_false(keymap_build(&k, "stop=j", NULL)); /* the default keys hold */
    assert_string_equal(action_at(keymap_find(&k, 'x', IN_JOBS))->name, "stop");
}

static void test_find_by_name(void **state)
{
    (void)state;
    assert_string_equal(actions_find("stop")->name, "stop"); /* although stop-now begins so too */
    assert_string_equal(actions_find("stop-")->name, "stop-now");
    assert_string_equal(actions_find("rel")->name, "reload");
    assert_null(actions_find("re")); /* resume, refresh, redraw, reload */
    assert_null(actions_find(""));
    assert_null(actions_find("nonsense"));
    assert_string_equal(actions_nearest("sotp"), "stop");
    assert_null(actions_nearest("nonsense"));
}

struct lines {
    int count, sections;
    char last[64];
    bool stop;
};

static void count_line(void *ctx, const struct action_line *line)
{
    struct lines *l = ctx;
    l->count++;
    if (strcmp(l->last, line->section) != 0)
        l->sections++;
    (void)str_copy(l->last, sizeof l->last, line->section);
    assert_true(line->where[0] != '\0' && line->help[0] != '\0' && line->args != NULL);
    if (strcmp(line->name, "stop") == 0) {
        l->stop = true;
        assert_string_equal(line->keys, "x");
        assert_string_equal(line->where, "jobs");
    }
}

static void test_the_list_for_the_docs(void **state)
{
    (void)state;
    struct lines l = {0};
    action_list(count_line, &l);
    assert_int_equal(l.count, actions_count());
    assert_int_equal(l.sections, SECTIONS); /* each section in one piece */
    assert_true(l.stop);
}

static void test_screens(void **state)
{
    (void)state;
    int tabs = 0;
    for (int i = 0; i < screens_count(); i++) {
        const struct screen *s = screens_at(i);
        assert_int_equal(screens_find(s->name), i);
        assert_true(s->state_size > 0 && s->draw != NULL && s->title[0] != '\0');
        tabs += s->key != '\0';
        CHECK_AT(i, s->key == '\0' ? screens_find(s->tab) >= 0 : screens_on_key(s->key) == i,
                 "%s has no tab", s->name);
    }
    assert_true(tabs >= 3);
    assert_int_equal(screens_on_key('9'), -1);
    assert_int_equal(screens_on_key('\0'), -1);
    assert_int_equal(screens_find("nothing"), -1);
}

/* Colours 1 to 6 only, nothing bold in the default theme's colours, and without colour each state
 * that matters still looks unlike plain text or has its glyph. */
static void test_theme(void **state)
{
    (void)state;
    for (int role = 0; role < ROLES; role++)
        for (int theme = 0; theme < THEMES; theme++) {
            struct style s = theme_style((enum theme)theme, role);
            assert_true(s.colour >= 0 && s.colour <= 6);
            assert_false(theme == THEME_MONO && s.colour != 0);
            assert_false(theme == THEME_DEFAULT && s.bold && s.colour != 0);
            assert_false(s.dim && s.reverse);
            struct style bold = theme_style(THEME_DEFAULT, role | LOOK_BOLD);
            assert_false(bold.bold && bold.colour != 0);
        }
    assert_true(theme_style(THEME_MONO, ROLE_ERROR).bold);
    assert_true(theme_style(THEME_MONO, ROLE_TABS).reverse);
    assert_true(theme_style(THEME_DEFAULT, LOOK_SELECTED).reverse);
    assert_int_not_equal(theme_style(THEME_CVD, ROLE_OK).colour,
                         theme_style(THEME_DEFAULT, ROLE_OK).colour);
    enum theme t = THEME_DEFAULT;
    assert_true(theme_parse("cvd", &t));
    assert_int_equal(t, THEME_CVD);
    assert_false(theme_parse("mono", &t));
    assert_false(theme_parse("", &t));
    assert_int_equal(t, THEME_CVD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_whole),
        cmocka_unit_test(test_the_table_has_no_conflict),
        cmocka_unit_test(test_keys_of_the_screens),
        cmocka_unit_test(test_key_names_round_trip),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_find_by_name),
        cmocka_unit_test(test_the_list_for_the_docs),
        cmocka_unit_test(test_screens),
        cmocka_unit_test(test_theme),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
