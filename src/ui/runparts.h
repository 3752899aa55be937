/* runparts.h - pieces that the views of runs share: what a run looks like, its facts, its trace. */
#ifndef UI_RUNPARTS_H
#define UI_RUNPARTS_H

#include "state.h"

#include "store/read_log.h"
#include "store/read_schedules.h"

#include <stdbool.h>
#include <stdint.h>

/* "×", its role and its word; a failure that was seen is no alarm any more. */
struct run_look {
    const char *glyph;
    enum role role;
    const char *word;
};
struct run_look run_look(const struct run_row *r);
/* When it began, or else was made. */
int64_t run_instant(const struct run_row *r);
/* "38s"; "" when it has not begun. */
void run_took(const struct ui *ui, const struct run_row *r, char dst[FIT_TEXT]);
/* What came of it: the error, or the report's file. */
void run_result(const struct run_row *r, char *dst, size_t size);
/* "412 KB" */
void run_size(const struct run_row *r, char dst[FIT_TEXT]);

/* What is read of one run. A zeroed struct is empty. */
struct run_detail {
    bool there;
    struct uuid id;
    struct arena arena;
    struct log_row *line; /* oldest first; of the arena */
    int32_t lines;
};
bool run_detail_load(struct ui *ui, struct run_detail *d, struct uuid id, struct err *err);
void run_detail_done(struct run_detail *d);

/* Label and value; returns the rows taken. */
int run_draw_facts(const struct ui *ui, struct pane p, const struct run_row *r);
/* Its log lines from number `top` on, with a rule above. */
void run_draw_trace(struct pane p, const struct run_detail *d, int32_t top);

/* Acknowledges those of the rows that failed and were not seen; returns how many. */
int runs_seen(struct ui *ui, const struct run_row *const *rows, int32_t count);

#endif
