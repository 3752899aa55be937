/* cmd_help.c - autopilot help and man: made from the tables of sub-commands, settings and keys. */
#include "base/str.h"
#include "commands.h"
#include "domain/settings.h"
#include "output.h"
#include "ui/action.h"

#include <string.h>

enum { MAN_MAX = 1 << 20 };

bool cmd_help(struct app *app, struct err *err)
{
    const char *words[4] = {"autopilot", NULL, NULL, NULL};
    struct app topic = {0};
    struct buf text = buf_init(MAN_MAX);
    int count = 1;
    for (int32_t i = 0; i < app->arguments && count < 3; i++)
        words[count++] = app->argument[i];
    words[count++] = "--help";
    bool ok = cli_parse(&topic, count, (char **)words, err); /* only read */
    if (ok) {
        cli_help(&topic, &text);
        out_print("%s", buf_text(&text));
    }
    buf_done(&text);
    return ok;
}

/* roff: a leading dot or quote would be a request, a backslash an escape, a hyphen a dash. */
static void roff_text(struct buf *out, const char *text)
{
    if (text[0] == '.' || text[0] == '\'')
        buf_adds(out, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '-')
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
}

static void roff_item(struct buf *out, const char *term, const char *text)
{
    buf_adds(out, ".TP\n.B ");
    roff_text(out, term);
    buf_addc(out, '\n');
    roff_text(out, text);
    buf_addc(out, '\n');
}

static void man_options(struct buf *out, const struct cli_option *o)
{
    for (; o != NULL && o->name != NULL; o++) {
        char word[80];
        str_format(word, sizeof word, "--%s%s%s", o->name, o->value != NULL ? " " : "",
                   o->value != NULL ? o->value : "");
        roff_item(out, word, o->help);
    }
}

static void man_commands(struct buf *out)
{
    int32_t count;
    const struct cli_row *rows = cli_rows(&count);
    buf_adds(out, ".SH SUB-COMMANDS\n");
    for (int32_t i = 0; i < count; i++) {
        struct buf usage = buf_init(1024);
        cli_usage(&rows[i], &usage);
        roff_item(out, buf_text(&usage), rows[i].summary);
        if (rows[i].options != NULL) {
            buf_adds(out, ".RS\n");
            man_options(out, rows[i].options);
            buf_adds(out, ".RE\n");
        }
        buf_done(&usage);
    }
}

static void man_settings(struct buf *out)
{
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    const char *section = "";
    buf_adds(out, ".SH CONFIG FILE\n");
    for (int32_t i = 0; i < count; i++) {
        char text[400];
        if (!str_equal(section, rows[i].section)) {
            section = rows[i].section;
            buf_addf(out, ".SS [%s]\n", section);
        }
        str_format(text, sizeof text, "%s (default: %s)", rows[i].sentence,
                   rows[i].default_value[0] != '\0' ? rows[i].default_value : "empty");
        roff_item(out, rows[i].key, text);
    }
}

static void man_key(void *ctx, const struct action_line *line)
{
    char head[120];
    char text[300];
    str_format(head, sizeof head, "%s%s:%s %s", line->keys, line->keys[0] != '\0' ? "  " : "",
               line->name, line->args);
    str_format(text, sizeof text, "%s (%s)", line->help, line->where);
    roff_item(ctx, head, text);
}

static const char man_head[] =
    ".TH AUTOPILOT 1\n"
    ".SH NAME\nautopilot \\- finds leads and writes to each of them once, from a terminal\n"
    ".SH SYNOPSIS\n.B autopilot\n[options] [sub\\-command [arguments]]\n"
    ".SH DESCRIPTION\n"
    "Without a sub\\-command autopilot opens its console, with an engine inside unless one\n"
    "already serves the data directory. Jobs go through groups of search terms, find e\\-mail\n"
    "addresses on pages, and write one letter to each, within exact limits; they can be stopped\n"
    "anywhere and go on at exactly the same point. Letters are written to a Maildir (dry run)\n"
    "unless the config "
    "says otherwise.\n";

static const char man_tail[] =
    ".SH EXIT STATUS\n"
    "0 done; 1 refused or failed (one sentence on stderr says what, why and what to do); 2 usage;\n"
    "3 database unreachable; 4 conflict.\n"
    ".SH ENVIRONMENT\n"
    "AUTOPILOT_DATA, AUTOPILOT_CONFIG: as \\-\\-data and \\-\\-config.\n"
    "AUTOPILOT_<SECTION>_<KEY>: any option of the config file.\n"
    "NO_COLOR: no colour. EDITOR, VISUAL: for config edit. ESCDELAY: as in ncurses.\n"
    ".SH FILES\n"
    "DATA/autopilot.db is the record, journal.db this machine's journal, log.db the process log,\n"
    "corpus.db the local search provider's pages, outbox/ the Maildir of the dry run,\n"
    "autopilot.ini the config file.\n"
    ".SH EXAMPLES\n.nf\n"
    "autopilot init \\-\\-sample\n"
    "autopilot job import plumbers.ini\n"
    "autopilot job start plumbers\n"
    "autopilot engine \\-\\-until\\-idle\n"
    "autopilot sends list \\-\\-job plumbers \\-\\-json\n"
    ".fi\n";

bool cmd_man(struct app *app, struct err *err)
{
    (void)app; /* every handler has the same form */
    struct buf out = buf_init(MAN_MAX);
    buf_adds(&out, man_head);
    man_commands(&out);
    buf_adds(&out, ".SH OPTIONS\n");
    man_options(&out, cli_globals());
    man_settings(&out);
    buf_adds(&out, ".SH KEYS OF THE CONSOLE\n");
    action_list(man_key, &out);
    buf_adds(&out, man_tail);
    bool ok = buf_ok(&out) || err_set(err, ERR_STOP, "man: out of memory");
    if (ok)
        out_print("%s", buf_text(&out));
    buf_done(&out);
    return ok;
}

static void print_key(void *ctx, const struct action_line *line)
{
    const char **section = ctx;
    if (!str_equal(*section, line->section))
        out_print("%s%s\n", **section != '\0' ? "\n" : "", line->section);
    *section = line->section;
    out_print("  %-18s :%-17s %-17s %s\n", line->keys, line->name, line->where, line->help);
}

bool cmd_keys(struct app *app, struct err *err)
{
    (void)app; /* every handler has the same form */
    (void)err; /* printing can't be refused */
    const char *section = "";
    action_list(print_key, &section);
    return true;
}
