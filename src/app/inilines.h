/* inilines.h - an ini file (a job file, the config file) as a row of sections and entries. */
#ifndef APP_INILINES_H
#define APP_INILINES_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct ini_events {
    /* "[kind name]"; name is "" for "[kind]". */
    bool (*section)(void *ctx, int32_t line, const char *kind, const char *name, struct err *err);
    /* "key = value"; the value without comment, blanks at its ends, and backslashes. */
    bool (*entry)(void *ctx, int32_t line, const char *key, const char *value, struct err *err);
    void *ctx;
};

enum {
    INI_SHOWN_MAX = 160,
    INI_LINE_MAX = 2000 /* bytes of a line */
};
/* The path as sentences have it: screened, and of a long one the end. */
void inilines_shown(const char *path, char dst[INI_SHOWN_MAX]);

/* Calls the events in the file's order; the first that returns false ends the reading. Texts are
 * valid during the call. ERR_REFUSED names file and line. */
bool inilines_read(const char *path, const struct ini_events *events, struct err *err);

#endif
