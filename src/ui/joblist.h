/* joblist.h - the list of jobs as the Dash and the Jobs screen show it: filter, order, selection,
 * columns, and what a state looks like. */
#ifndef UI_JOBLIST_H
#define UI_JOBLIST_H

#include "state.h"

#include "store/read_jobs.h"

#include <stdbool.h>
#include <stdint.h>

enum { JOBLIST_MAX = 2000 };

enum job_sort { SORT_STATE, SORT_NAME, SORT_PROGRESS, SORT_SENT, SORT_RATE, SORTS };

struct joblist {
    struct table_state table;
    struct uuid selected; /* stays on its job whatever is sorted in around it */
    bool chosen;          /* the operator moved: selected counts */
    enum job_sort sort;
    bool inverted;
    const struct job_row *row[JOBLIST_MAX]; /* as shown; borrowed from the model */
    int32_t rows;
    const char *bad; /* why the filter can't be read; NULL */
};

/* Can this filter be read? If not, why. */
bool joblist_filter_ok(const char *filter, char *ret_why, size_t size);
/* True when the filter lets a job through; one that can't be read lets none. */
bool joblist_shows(const struct ui *ui, const struct job_row *job);
/* Filters and sorts what the model holds; to be called before each draw and each move. */
void joblist_fill(struct ui *ui, struct joblist *l);
void joblist_move(struct ui *ui, struct joblist *l, enum move move);
const struct job_row *joblist_job(struct ui *ui, struct joblist *l);
const char *joblist_sort_name(enum job_sort sort);
/* The list; wide: with all columns and a row of names. */
void joblist_draw(struct ui *ui, struct joblist *l, struct pane p, bool wide, bool focused);

/* What a state looks like: "▶", its role and its word. */
struct job_look {
    const char *glyph;
    enum role role;
    const char *word;
};
struct job_look job_look(const struct job_row *job);
/* What it is at, in a few words: "Madrid 31/40", "stopped 13:05", "done Fri 17:12". */
void job_now(const struct ui *ui, const struct job_row *job, char *dst, size_t size);
/* "No jobs yet" with what to do and where things are. */
void joblist_welcome(const struct ui *ui, struct pane p);

#endif
