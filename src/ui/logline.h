/* logline.h - one line of the log as every screen shows it, and a short tail of it. */
#ifndef UI_LOGLINE_H
#define UI_LOGLINE_H

#include "canvas.h"

#include "store/read_log.h"

#include <regex.h>
#include <stdbool.h>

struct logline_form {
    bool level; /* the word */
    bool area;
    bool job;           /* a column with the job's name */
    bool one_job;       /* every line is of the job that stands above them */
    bool short_time;    /* minutes and seconds only */
    int shift;          /* columns of the sentence that are scrolled away */
    const regex_t *hit; /* what to point out; NULL */
    bool selected;
    bool wrap; /* as many rows as the sentence takes */
    int job_width;
};
/* Draws into row y and, wrapped, the rows below it. */
void logline_draw(struct pane p, int y, const struct log_row *row, const struct logline_form *form);
/* Rows that it takes in this width. */
int logline_rows(struct pane p, const struct log_row *row, const struct logline_form *form);
enum role logline_role(enum log_level level);
/* The newest lines that fit, the last one at the bottom. */
void logline_tail(struct pane p, const struct log_row *rows, int32_t count,
                  const struct logline_form *form);

#endif
