/* jobfile_lines.h - a job file as a row of sections and entries. Cupboard of jobfile.c. */
#ifndef APP_JOBFILE_LINES_H
#define APP_JOBFILE_LINES_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct jobfile_events {
    /* "[kind name]"; name is "" for "[kind]". */
    bool (*section)(void *ctx, int32_t line, const char *kind, const char *name, struct err *err);
    /* "key = value"; the value without comment, blanks at its ends, and backslashes. */
    bool (*entry)(void *ctx, int32_t line, const char *key, const char *value, struct err *err);
    void *ctx;
};

enum { JOBFILE_SHOWN_MAX = 160 };
/* The path as sentences have it: screened, and of a long one the end. */
void jobfile_shown(const char *path, char dst[JOBFILE_SHOWN_MAX]);

/* Calls the events in the file's order; the first that returns false ends the reading. Texts are
 * valid during the call. ERR_REFUSED names file and line. */
bool jobfile_lines(const char *path, const struct jobfile_events *events, struct err *err);

#endif
