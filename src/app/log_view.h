/* log_view.h - the log as text or JSON lines: a page, then what is new. */
#ifndef APP_LOG_VIEW_H
#define APP_LOG_VIEW_H

#include "output.h"
#include "store/read_log.h"

struct log_view {
    const struct app *app;
    struct db *db; /* borrowed; with the process log attached */
    struct log_filter filter;
    struct log_key last; /* of the line printed last */
    bool any;            /* a line was printed, or skipped by log_view_skip */
    struct out_text safe;
};

/* Prints up to count lines: the newest, or those after the last one. *ret_lines may be NULL. */
bool log_view_page(struct log_view *v, int32_t count, bool newest, int32_t *ret_lines,
                   struct err *err);
/* Prints everything after the last line and flushes stdout. */
bool log_view_new(struct log_view *v, struct err *err);
/* Begins after what is there now. */
bool log_view_skip(struct log_view *v, struct err *err);

#endif
