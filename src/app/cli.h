/* cli.h - sub-commands as a table: one row holds the words, the arguments, the options, the help
 * sentence and the handler. --help, the man page, shell completion and tests are made from the
 * rows.
 *
 * A new sub-command is one row in cli_table.c and one handler. */
#ifndef APP_CLI_H
#define APP_CLI_H

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

struct app;

struct cli_option {
    const char *name;  /* long name, without "--" */
    const char *value; /* what it takes, for the help: "FILE"; NULL: a switch */
    const char *help;
};

struct cli_row {
    const char *noun;
    const char *verb;      /* NULL: the noun alone */
    const char *arguments; /* for the help: "NAME...", "" */
    int32_t least, most;   /* how many; most -1: any number */
    const char *summary;
    const struct cli_option *options; /* ended by a row without name; NULL: none */
    bool (*run)(struct app *app, struct err *err);
};

enum { CLI_VALUES_MAX = 32 };

/* What was typed, and where this program finds its things. */
struct app {
    const struct cli_row *row; /* NULL: the console */
    struct {
        const struct cli_option *option;
        const char *text; /* "" for a switch */
    } value[CLI_VALUES_MAX];
    int32_t values;
    const char **argument; /* borrowed from argv */
    int32_t arguments;
    bool help, version;

    bool json, read_only, plain, quiet, demo;
    const char *workspace; /* NULL: not given */
    char workspace_found[NAME_MAX_BYTES + 1];
    /* What record_read() met: a shared record, and whether it answered. */
    bool record_shared, record_reached;
    bool will_change; /* the record itself is asked next: that it is away is said then, once */
    int64_t record_seen_us;            /* shared: the server's instant of what is shown */
    char record_problem[ERR_TEXT_MAX]; /* why it was not reached; "" */
    char data_dir[FILE_PATH_MAX];
    char config_path[FILE_PATH_MAX];
    char actor[NAME_MAX_BYTES + 1];
    char host[64];
    int exit_status; /* for handlers that end with 1 without a sentence (verify, status --check) */
};

const struct cli_row *cli_rows(int32_t *ret_count);
const struct cli_option *cli_globals(void);

/* Fills app from the command line. ERR_USAGE with the nearest known word. argv must outlive app. */
bool cli_parse(struct app *app, int argc, char **argv, struct err *err);
/* The value of an option, NULL when it was not given ("" for a switch that was). */
const char *cli_value(const struct app *app, const char *name);
bool cli_given(const struct app *app, const char *name);
/* The value as a number in [min, max]; fallback when not given. ERR_USAGE names the option. */
bool cli_number(const struct app *app, const char *name, int64_t min, int64_t max, int64_t fallback,
                int64_t *ret, struct err *err);

/* Help of one row, of one noun, or of the whole program, as text. */
void cli_help(const struct app *app, struct buf *out);
/* "autopilot job import FILE..." */
void cli_usage(const struct cli_row *row, struct buf *out);

#endif
