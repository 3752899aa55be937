/* cli.c - reads a command line by the table of sub-commands, and writes help from it. */
#include "cli.h"

#include "base/str.h"

#include <string.h>

static const struct cli_option globals[] = {
    {"config", "FILE", "the config file (or AUTOPILOT_CONFIG)"},
    {"data", "DIR", "the data directory (or AUTOPILOT_DATA)"},
    {"workspace", "NAME", "the workspace; needed only where a name is in two of them"},
    {"json", NULL, "one JSON document, or one JSON object a line for lists"},
    {"read-only", NULL, "look, never change"},
    {"plain", NULL, "append-only lines instead of screens and bars"},
    {"quiet", NULL, "no progress, no remarks"},
    {"demo", NULL, "a made-up data directory that is thrown away at the end"},
    {"version", NULL, "print the version"},
    {"help", NULL, "print help, also after a sub-command"},
    {NULL, NULL, NULL},
};

const struct cli_option *cli_globals(void)
{
    return globals;
}

static const struct cli_option *find_option(const struct cli_option *options, const char *name,
                                            size_t len)
{
    for (; options != NULL && options->name != NULL; options++) {
        if (strlen(options->name) == len && memcmp(options->name, name, len) == 0)
            return options;
    }
    return NULL;
}

const char *cli_value(const struct app *app, const char *name)
{
    for (int32_t i = app->values - 1; i >= 0; i--) {
        if (str_equal(app->value[i].option->name, name))
            return app->value[i].text;
    }
    return NULL;
}

bool cli_given(const struct app *app, const char *name)
{
    return cli_value(app, name) != NULL;
}

bool cli_number(const struct app *app, const char *name, int64_t min, int64_t max, int64_t fallback,
                int64_t *ret, struct err *err)
{
    const char *text = cli_value(app, name);
    if (text == NULL) {
        *ret = fallback;
        return true;
    }
    if (str_int(text, min, max, ret))
        return true;
    return err_set(err, ERR_USAGE, "--%s: \"%s\" is not a whole number from %lld to %lld", name,
                   text, (long long)min, (long long)max);
}

/* The nearest of two tables' option names; NULL when nothing is near. */
static const char *nearest_option(const struct cli_option *a, const char *name)
{
    const struct cli_option *tables[2] = {a, globals};
    const char *best = NULL;
    int distance = 3;
    for (int t = 0; t < 2; t++) {
        for (const struct cli_option *o = tables[t]; o != NULL && o->name != NULL; o++) {
            int d = str_distance(name, o->name, distance);
            if (d < distance) {
                distance = d;
                best = o->name;
            }
        }
    }
    return best;
}

static bool unknown_option(const struct app *app, const char *name, struct err *err)
{
    const char *near = nearest_option(app->row != NULL ? app->row->options : NULL, name);
    if (near != NULL)
        return err_set(err, ERR_USAGE, "unknown option --%s; did you mean --%s?", name, near);
    return err_set(err, ERR_USAGE, "unknown option --%s; --help lists the options", name);
}

/* One "--name", "--name=value" or "--name value" at argv[*i]. */
static bool take_option(struct app *app, int argc, char **argv, int *i, struct err *err)
{
    const char *name = argv[*i] + 2;
    const char *equals = strchr(name, '=');
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct cli_option *o =
        app->row != NULL ? find_option(app->row->options, name, len) : NULL;
    if (o == NULL)
        o = find_option(globals, name, len);
    if (o == NULL)
        return unknown_option(app, name, err);
    const char *text = equals != NULL ? equals + 1 : "";
    if (o->value == NULL && equals != NULL)
        return err_set(err, ERR_USAGE, "--%s takes no value", o->name);
    if (o->value != NULL && equals == NULL) {
        if (*i + 1 >= argc)
            return err_set(err, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name,
                           o->value);
        text = argv[++*i];
    }
    if (app->values == CLI_VALUES_MAX)
        return err_set(err, ERR_USAGE, "too many options (%d at most)", CLI_VALUES_MAX);
    app->value[app->values].option = o;
    app->value[app->values++].text = text;
    return true;
}

/* "-h" and "-n N": the only short options, as other programs have them. */
static const char *long_of_short(const char *word)
{
    static const char *const pairs[][2] = {{"-h", "--help"}, {"-n", "--count"}, {"-q", "--quiet"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (str_equal(word, pairs[i][0]))
            return pairs[i][1];
    }
    return NULL;
}

/* Position of the first word that is neither an option nor an option's value; argc if none. */
static int first_word(int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0)
            return i;
        const struct cli_option *o = find_option(globals, argv[i] + 2, strlen(argv[i] + 2));
        if (o != NULL && o->value != NULL)
            i++;
    }
    return argc;
}

static bool unknown_word(const char *noun, const char *word, struct err *err)
{
    int32_t count;
    const struct cli_row *rows = cli_rows(&count);
    const char *best = NULL;
    int distance = 3;
    for (int32_t i = 0; i < count; i++) {
        const char *known = noun == NULL                    ? rows[i].noun
                            : str_equal(rows[i].noun, noun) ? rows[i].verb
                                                            : NULL;
        int d = known != NULL ? str_distance(word, known, distance) : distance;
        if (d < distance) {
            distance = d;
            best = known;
        }
    }
    const char *space = noun != NULL ? " " : "";
    noun = noun != NULL ? noun : "";
    if (best != NULL)
        return err_set(err, ERR_USAGE, "unknown sub-command \"%s%s%s\"; did you mean \"%s%s%s\"?",
                       noun, space, word, noun, space, best);
    return err_set(err, ERR_USAGE, "unknown sub-command \"%s%s%s\"; autopilot --help lists them",
                   noun, space, word);
}

/* Finds the row of argv[at] and perhaps the verb that follows it; *ret_used = words it took. */
static bool find_row(struct app *app, int argc, char **argv, int at, int *ret_used, struct err *err)
{
    int32_t count;
    const struct cli_row *rows = cli_rows(&count);
    const char *noun = argv[at];
    const char *verb = at + 1 < argc ? argv[at + 1] : NULL;
    bool known = false;
    for (int32_t i = 0; i < count; i++) {
        if (!str_equal(rows[i].noun, noun))
            continue;
        known = true;
        if (rows[i].verb == NULL || (verb != NULL && str_equal(rows[i].verb, verb))) {
            app->row = &rows[i];
            *ret_used = rows[i].verb == NULL ? 1 : 2;
            return true;
        }
    }
    if (!known)
        return unknown_word(NULL, noun, err);
    if (verb == NULL || strncmp(verb, "-", 1) == 0) {
        app->help = true; /* "autopilot job": the help of all its verbs */
        app->argument = (const char **)argv + at;
        app->arguments = 1;
        return true;
    }
    return unknown_word(noun, verb, err);
}

static bool take_words(struct app *app, int argc, char **argv, int at, int used, struct err *err)
{
    bool only_arguments = false;
    int32_t kept = 0;
    for (int i = 1; i < argc; i++) {
        if (i >= at && i < at + used)
            continue;
        const char *alias = only_arguments ? NULL : long_of_short(argv[i]);
        if (alias != NULL)
            argv[i] = (char *)alias; /* read only from here on */
        if (!only_arguments && str_equal(argv[i], "--")) {
            only_arguments = true;
        } else if (!only_arguments && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(app, argc, argv, &i, err))
                return false;
        } else if (!only_arguments && argv[i][0] == '-' && argv[i][1] != '\0') {
            return err_set(err, ERR_USAGE, "unknown option %s; --help lists the options", argv[i]);
        } else {
            argv[kept++] = argv[i]; /* words move to the front: argv[0..kept) */
        }
    }
    app->argument = (const char **)argv;
    app->arguments = kept;
    return true;
}

static bool check_count(const struct app *app, struct err *err)
{
    const struct cli_row *row = app->row;
    bool few = row != NULL && app->arguments < row->least;
    bool many = row == NULL ? app->arguments > 0 : row->most >= 0 && app->arguments > row->most;
    if (!few && !many)
        return true;
    if (row == NULL)
        return err_set(err, ERR_USAGE, "unexpected word \"%s\"", app->argument[0]);
    struct buf usage = buf_init(1024);
    cli_usage(row, &usage);
    if (few)
        err_set(err, ERR_USAGE, "something is missing; usage: %s", buf_text(&usage));
    else
        err_set(err, ERR_USAGE, "unexpected word \"%s\"; usage: %s", app->argument[row->most],
                buf_text(&usage));
    buf_done(&usage);
    return false;
}

bool cli_parse(struct app *app, int argc, char **argv, struct err *err)
{
    int at = first_word(argc, argv, 1);
    int used = 0;
    if (at < argc && argv[at][0] != '-' && !find_row(app, argc, argv, at, &used, err))
        return false;
    if (app->help && app->row == NULL)
        return true;
    if (!take_words(app, argc, argv, at, used, err))
        return false;
    app->help = cli_given(app, "help");
    app->version = cli_given(app, "version");
    app->json = cli_given(app, "json");
    app->read_only = cli_given(app, "read-only");
    app->plain = cli_given(app, "plain");
    app->quiet = cli_given(app, "quiet");
    app->demo = cli_given(app, "demo");
    app->workspace = cli_value(app, "workspace");
    return app->help || app->version || check_count(app, err);
}

void cli_usage(const struct cli_row *row, struct buf *out)
{
    buf_addf(out, "autopilot %s", row->noun);
    if (row->verb != NULL)
        buf_addf(out, " %s", row->verb);
    if (row->arguments[0] != '\0')
        buf_addf(out, " %s", row->arguments);
    if (row->options != NULL)
        buf_adds(out, " [options]");
}

static void help_options(const struct cli_option *o, struct buf *out)
{
    for (; o != NULL && o->name != NULL; o++) {
        char word[64];
        str_format(word, sizeof word, "--%s%s%s", o->name, o->value != NULL ? " " : "",
                   o->value != NULL ? o->value : "");
        buf_addf(out, "  %-26s %s\n", word, o->help);
    }
}

static void help_row(const struct cli_row *row, struct buf *out)
{
    buf_adds(out, "usage: ");
    cli_usage(row, out);
    buf_addf(out, "\n\n%s\n", row->summary);
    if (row->options != NULL) {
        buf_adds(out, "\noptions:\n");
        help_options(row->options, out);
    }
    buf_adds(out, "\neverywhere:\n");
    help_options(globals, out);
}

static void help_rows(const char *noun, struct buf *out)
{
    int32_t count;
    const struct cli_row *rows = cli_rows(&count);
    for (int32_t i = 0; i < count; i++) {
        if (noun != NULL && !str_equal(rows[i].noun, noun))
            continue;
        char words[80];
        str_format(words, sizeof words, "%s%s%s %s", rows[i].noun, rows[i].verb != NULL ? " " : "",
                   rows[i].verb != NULL ? rows[i].verb : "", rows[i].arguments);
        buf_addf(out, "  %-34s %s\n", words, rows[i].summary);
    }
}

void cli_help(const struct app *app, struct buf *out)
{
    if (app->row != NULL) {
        help_row(app->row, out);
        return;
    }
    const char *noun = app->arguments > 0 ? app->argument[0] : NULL;
    buf_addf(out, "usage: autopilot %s\n\n", noun != NULL ? noun : "[sub-command] [options]");
    if (noun == NULL)
        buf_adds(out, "Without a sub-command: the console, with an engine inside unless one "
                      "already serves\nthe data directory. ? is help in the console; man autopilot "
                      "has everything.\n\nsub-commands:\n");
    help_rows(noun, out);
    buf_adds(out, "\neverywhere:\n");
    help_options(globals, out);
    buf_adds(out, "\nexit status: 0 done, 1 refused or failed, 2 usage, 3 database unreachable, "
                  "4 conflict\n");
}
