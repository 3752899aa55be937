/* output.h - what sub-commands print: screened text, JSON, progress on stderr. */
#ifndef APP_OUTPUT_H
#define APP_OUTPUT_H

#include "base/uuid.h"
#include "cli.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* printf to stdout whose text arguments were screened by the caller (out_safe). */
void out_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "autopilot: warning: ..." on stderr, made harmless: the command goes on. */
void out_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Foreign text made harmless; one of 16 rotating buffers of the struct, so that several fit into
 * one out_print. */
struct out_text {
    char slot[16][1024];
    int next;
};
const char *out_safe(struct out_text *t, const char *text);

/* Prints a JSON document (indented) or one object on a line (lines = true) and frees it. Sorted as
 * inserted; control characters are always escaped, everything outside ASCII when stdout is a
 * terminal. False when out of memory or stdout can't be written. */
bool out_json(json_t *value, bool lines, struct err *err);
/* What a command says when it is done: "workspace acme is gone", unless --quiet; with --json the
 * object {"workspace": "acme", "result": "is gone"}. */
bool out_done(const struct app *app, const char *thing, const char *name, const char *what,
              struct err *err);
/* JSON values of our types. A string that is not UTF-8 is screened first; 0 instants are null. */
json_t *json_text(const char *text);
json_t *json_instant(int64_t at_us);
json_t *json_uuid(struct uuid id);

/* A progress bar on stderr: drawn only when stderr is a terminal, not --quiet, not --plain, and
 * only after the first second. */
struct progress_bar {
    const char *what;
    int64_t began_us;
    int64_t drawn_us;
    bool on;
    bool shown;
};
void progress_begin(struct progress_bar *p, const struct app *app, const char *what);
void progress_show(struct progress_bar *p, int64_t done, int64_t total, const char *unit);
void progress_end(struct progress_bar *p);

/* "yes" typed at the terminal; true without asking when `sure` (an option) was given. Refused when
 * there is no terminal to ask at. */
bool out_confirm(bool sure, const char *question, struct err *err);

#endif
