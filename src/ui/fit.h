/* fit.h - making text and columns fit a width, and numbers and times as people read them. Pure but
 * for the locale (widths of characters) and the time zone. */
#ifndef UI_FIT_H
#define UI_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns that the text takes once it is screened. */
int fit_columns_of(const char *text);

enum fit_cut { FIT_END, FIT_MIDDLE };
/* Copies the screened text, cut with an ellipsis to at most width columns. */
void fit_cut(char *dst, size_t size, const char *text, int width, enum fit_cut where);

/* A column of a list. Priority 0 is always shown; then 1, 2, ...: the widest set that fits wins. */
struct fit_column {
    const char *head;
    int min, ideal; /* columns of the screen */
    int priority;
    bool right;   /* aligned to the right; never cut in the middle */
    bool middle;  /* a name: cut in the middle */
    bool stretch; /* takes what is left over */
};
/* Fills ret_width[i] with the width of each column, 0 for those left out. One blank stands between
 * two columns. */
void fit_choose(const struct fit_column *columns, int count, int width, int *ret_width);

enum { FIT_TEXT = 48 };
/* "1 288" */
const char *fit_count(int64_t n, char dst[FIT_TEXT]);
/* "42s", "27m", "1h22", "2d18"; "-" for less than 0. */
const char *fit_span(int64_t span_us, char dst[FIT_TEXT]);
/* "14:31" today, "Fri 17:12" within a week, else "12 Nov". */
const char *fit_when(int64_t at_us, int64_t now_us, char dst[FIT_TEXT]);
/* "14:32", local time. */
const char *fit_minute(int64_t at_us, char dst[FIT_TEXT]);
/* 0 to 100; 100 only when num >= den. */
int fit_percent(int64_t num, int64_t den);
/* The instant at which the local day of now_us began. */
int64_t fit_midnight(int64_t now_us);

#endif
