/* test_cli.c - the table of sub-commands and how a command line is read by it.
 *
 * If these fail, a script's command is taken for another one, or a typing mistake is not answered
 * with the word that was meant. */
#include "unit/cases.h"

#include "../../../src/app/cli.h"
#include "base/str.h"

#include <string.h>

enum { WORDS_MAX = 12 };

struct line {
    char text[200];
    char *word[WORDS_MAX + 1];
    int count;
};

/* Splits "job list --json" into an argv with the program's name in front. */
static void split(struct line *l, const char *text)
{
    (void)str_format(l->text, sizeof l->text, "autopilot %s", text);
    l->count = 0;
    for (char *p = l->text; *p != '\0' && l->count < WORDS_MAX;) {
        l->word[l->count++] = p;
        p += strcspn(p, " ");
        if (*p == ' ')
            *p++ = '\0';
    }
    l->word[l->count] = NULL;
}

static bool parse(struct app *app, struct line *l, const char *text, struct err *err)
{
    *app = (struct app){0};
    split(l, text);
    return cli_parse(app, l->count, l->word, err);
}

static void takes(void **state)
{
    static const struct {
        int line;
        const char *text;
        const char *noun, *verb;
        int arguments;
        const char *first;
    } rows[] = {
        {__LINE__, "", NULL, NULL, 0, NULL},
        {__LINE__, "status", "status", NULL, 0, NULL},
        {__LINE__, "job list", "job", "list", 0, NULL},
        {__LINE__, "job show spain", "job", "show", 1, "spain"},
        {__LINE__, "--data /x job show spain", "job", "show", 1, "spain"},
        {__LINE__, "job --json list", NULL, NULL, -1, NULL}, /* the verb follows its noun */
        {__LINE__, "job show --json spain", "job", "show", 1, "spain"},
        {__LINE__, "job show --data /x spain", "job", "show", 1, "spain"},
        {__LINE__, "job show -- --json", "job", "show", 1, "--json"},
        {__LINE__, "extract -", "extract", NULL, 1, "-"},
        {__LINE__, "extract", "extract", NULL, 0, NULL},
        {__LINE__, "job import a b c d", "job", "import", 4, "a"},
        {__LINE__, "search --limit 5 words", "search", NULL, 1, "words"},
        {__LINE__, "search --limit=5 words", "search", NULL, 1, "words"},
        {__LINE__, "log -n 5", "log", NULL, 0, NULL},
    };
    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct app app;
        struct line l;
        struct err err = {0};
        bool ok = parse(&app, &l, rows[i].text, &err);
        if (rows[i].arguments < 0) {
            CHECK_AT(rows[i].line, !ok || app.help, "was taken");
            continue;
        }
        CHECK_AT(rows[i].line, ok, "refused: %s", err.text);
        CHECK_AT(rows[i].line, (app.row == NULL) == (rows[i].noun == NULL), "row");
        if (app.row == NULL)
            continue;
        CHECK_AT(rows[i].line, str_equal(app.row->noun, rows[i].noun), "noun %s", app.row->noun);
        CHECK_AT(rows[i].line,
                 rows[i].verb == NULL ? app.row->verb == NULL
                                      : str_equal(app.row->verb, rows[i].verb),
                 "verb");
        CHECK_AT(rows[i].line, app.arguments == rows[i].arguments, "%d words", app.arguments);
        if (rows[i].first != NULL)
            CHECK_AT(rows[i].line, str_equal(app.argument[0], rows[i].first), "first %s",
                     app.argument[0]);
    }
}

static void refuses(void **state)
{
    static const struct {
        int line;
        const char *text;
        const char *says;
    } rows[] = {
        {__LINE__, "jobb", "did you mean \"job\""},
        {__LINE__, "frobnicate", "--help lists them"},
        {__LINE__, "job strat x", "did you mean \"job start\""},
        {__LINE__, "job frobnicate", "job frobnicate"},
        {__LINE__, "job show", "usage: autopilot job show NAME"},
        {__LINE__, "job show a b", "unexpected word \"b\""},
        {__LINE__, "status --jason", "did you mean --json"},
        {__LINE__, "status --nothinglikeit", "--help lists the options"},
        {__LINE__, "status --json=yes", "takes no value"},
        {__LINE__, "log --level", "needs a value"},
        {__LINE__, "status -x", "unknown option -x"},
        {__LINE__, "status extra", "unexpected word \"extra\""},
    };
    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct app app;
        struct line l;
        struct err err = {0};
        CHECK_AT(rows[i].line, !parse(&app, &l, rows[i].text, &err), "was taken");
        CHECK_AT(rows[i].line, err.kind == ERR_USAGE, "kind %s", err_kind_name(err.kind));
        CHECK_AT(rows[i].line, strstr(err.text, rows[i].says) != NULL, "says: %s", err.text);
    }
}

static void too_many_options(void **state)
{
    (void)state;
    struct app app = {0};
    struct err err = {0};
    char *words[CLI_VALUES_MAX + 4];
    char program[] = "autopilot";
    char noun[] = "status";
    char json[] = "--json";
    int count = 0;
    words[count++] = program;
    words[count++] = noun;
    while (count < CLI_VALUES_MAX + 3)
        words[count++] = json;
    words[count] = NULL;
    assert_false(cli_parse(&app, count, words, &err));
    assert_non_null(strstr(err.text, "too many options"));
}

static void values(void **state)
{
    (void)state;
    struct app app;
    struct line l;
    struct err err = {0};
    int64_t number = -1;
    assert_true(
        parse(&app, &l, "log --count 7 --level warn --count 9 --workspace acme --quiet", &err));
    assert_string_equal(cli_value(&app, "count"), "9"); /* the last one counts */
    assert_string_equal(cli_value(&app, "level"), "warn");
    assert_null(cli_value(&app, "grep"));
    assert_true(cli_given(&app, "quiet"));
    assert_true(app.quiet);
    assert_string_equal(app.workspace, "acme");
    assert_true(cli_number(&app, "count", 0, 10, 1, &number, &err));
    assert_int_equal(number, 9);
    assert_false(cli_number(&app, "count", 0, 5, 1, &number, &err));
    assert_int_equal(err.kind, ERR_USAGE);
    assert_non_null(strstr(err.text, "from 0 to 5"));
    assert_true(cli_number(&app, "since", 0, 5, 4, &number, &err));
    assert_int_equal(number, 4);
}

/* One row holds every fact: nothing is missing in any of them, and no two are the same. */
static void table(void **state)
{
    (void)state;
    int32_t count;
    const struct cli_row *rows = cli_rows(&count);
    assert_true(count > 50);
    for (int32_t i = 0; i < count; i++) {
        const struct cli_row *r = &rows[i];
        assert_non_null(r->run);
        assert_true(strlen(r->summary) > 5 && strlen(r->summary) < 90);
        assert_true(r->most < 0 || r->least <= r->most);
        assert_true((r->most == 0) == (r->arguments[0] == '\0'));
        for (const struct cli_option *o = r->options; o != NULL && o->name != NULL; o++) {
            assert_true(strlen(o->help) > 3);
            for (const struct cli_option *g = cli_globals(); g->name != NULL; g++)
                assert_string_not_equal(o->name, g->name);
        }
        for (int32_t k = 0; k < i; k++) {
            bool same =
                str_equal(r->noun, rows[k].noun) &&
                (r->verb == NULL || rows[k].verb == NULL || str_equal(r->verb, rows[k].verb));
            CHECK_AT(i, !same, "%s %s stands twice", r->noun, r->verb != NULL ? r->verb : "");
        }
    }
}

static void help(void **state)
{
    (void)state;
    struct app app;
    struct line l;
    struct err err = {0};
    struct buf text = buf_init(1 << 16);
    assert_true(parse(&app, &l, "job edit --help", &err));
    cli_help(&app, &text);
    assert_non_null(strstr(buf_text(&text), "usage: autopilot job edit NAME [options]"));
    assert_non_null(strstr(buf_text(&text), "--loop-interval N"));
    assert_non_null(strstr(buf_text(&text), "--config FILE"));
    buf_clear(&text);
    assert_true(parse(&app, &l, "job", &err)); /* the noun alone: help of its verbs */
    assert_true(app.help);
    cli_help(&app, &text);
    assert_non_null(strstr(buf_text(&text), "job resume NAME"));
    assert_null(strstr(buf_text(&text), "corpus add"));
    buf_clear(&text);
    assert_true(parse(&app, &l, "--help", &err));
    cli_help(&app, &text);
    assert_non_null(strstr(buf_text(&text), "corpus add PATH..."));
    assert_non_null(strstr(buf_text(&text), "exit status"));
    assert_true(buf_ok(&text));
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes),  cmocka_unit_test(refuses), cmocka_unit_test(too_many_options),
        cmocka_unit_test(values), cmocka_unit_test(table),   cmocka_unit_test(help),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
