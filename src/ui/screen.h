/* screen.h - what a screen is: one file with these functions and one row in the table (screens.c).
 * The number key, the tab, the `:` name and the help all come from the row. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "actions.h"
#include "canvas.h"

#include "base/err.h"
#include "domain/command.h"
#include "store/read_jobs.h"
#include "store/read_letters.h"
#include "store/read_schedules.h"

#include <stdbool.h>
#include <stddef.h>

struct ui;

struct screen {
    const char *name;  /* ":jobs" */
    const char *title; /* in the tab bar */
    const char *brief; /* there, when there is little room */
    char key;          /* '3'; 0: it has no tab */
    const char *tab;   /* without a tab of its own: the screen whose tab is lit; else NULL */
    unsigned kinds;    /* IN_... */
    size_t state_size; /* the screen's own state: zeroed memory that lives as long as the ui */

    /* About to be shown. arg: what to show (a job's name), "" for whatever it was. May be NULL. */
    void (*enter)(struct ui *ui, void *state, const char *arg);
    /* Reads what it shows beside ui->model. Not called while nothing changes. May be NULL. */
    bool (*load)(struct ui *ui, void *state, struct err *err);
    /* Draws the body: between tab bar (and banners) and message line. */
    void (*draw)(struct ui *ui, void *state, struct pane p);
    /* False: it has no such thing; the operator is told. */
    bool (*act)(struct ui *ui, void *state, enum op op, int by, const char *arg);
    /* Takes a key before the table of actions does: what is typed into a field. False: it is none
     * of its own. NULL: no key is. */
    bool (*typed)(struct ui *ui, void *state, uint32_t key);
    /* The desk's answer to a command, after it was told. May be NULL. */
    void (*reply)(struct ui *ui, void *state, const struct reply *r);
    /* The job that the selected row is, NULL: none. May be NULL. */
    const struct job_row *(*job)(struct ui *ui, void *state);
    /* The same for lists of schedules, of runs and of letters. */
    const struct schedule_row *(*schedule)(struct ui *ui, void *state);
    const struct run_row *(*run)(struct ui *ui, void *state);
    const struct letter_row *(*letter)(struct ui *ui, void *state);
    /* All rows that were read, also those that a filter hides: marks are found among them. NULL:
     * nothing can be marked. */
    const struct schedule_row *(*schedules)(struct ui *ui, void *state, int32_t *ret_count);
    const struct run_row *(*runs)(struct ui *ui, void *state, int32_t *ret_count);
    const struct letter_row *(*letters)(struct ui *ui, void *state, int32_t *ret_count);
    /* How many things behind its tab need somebody; 0: nothing is shown. May be NULL. */
    int64_t (*badge)(const struct ui *ui);
    /* Frees what the state holds. May be NULL. */
    void (*done)(void *state);
};

enum { SCREENS_MAX = 16 };
int screens_count(void);
const struct screen *screens_at(int i);
/* Index of the screen of that name; -1. */
int screens_find(const char *name);
/* Index of the screen on that number key; -1. */
int screens_on_key(char key);

extern const struct screen screen_dash;
extern const struct screen screen_schedules;
extern const struct screen screen_schedule;
extern const struct screen screen_form;
extern const struct screen screen_jobs;
extern const struct screen screen_job;
extern const struct screen screen_letters;
extern const struct screen screen_leads;
extern const struct screen screen_preview;
extern const struct screen screen_runs;
extern const struct screen screen_run;
extern const struct screen screen_report;
extern const struct screen screen_log;
extern const struct screen screen_system;

#endif
