/* actions.h - everything an operator can do, one row an action: keys, words, where it applies, what
 * it does. Dispatch, footer, help overlay, `:` prompt and the documentation are made from the rows,
 * so a new action is one row and, if it is not a screen's own affair, one handler. */
#ifndef UI_ACTIONS_H
#define UI_ACTIONS_H

#include "domain/command.h"

#include <stdbool.h>
#include <stdint.h>

struct ui;

/* What a place offers; a screen's row says which of these it is. */
enum {
    IN_LIST = 1u << 0,      /* rows, one of them selected */
    IN_JOBS = 1u << 1,      /* the selected row is a job */
    IN_LOG = 1u << 2,       /* log lines */
    IN_PANES = 1u << 3,     /* more than one pane */
    IN_FILTER = 1u << 4,    /* the list can be filtered */
    IN_SORT = 1u << 5,      /* the list can be sorted */
    IN_MARKS = 1u << 6,     /* rows can be marked */
    IN_SCHEDULES = 1u << 7, /* the selected row is a schedule */
    IN_RUNS = 1u << 8,      /* the selected row is a run of a schedule */
    IN_TEXT = 1u << 9,      /* a text to be read */
    IN_LETTERS = 1u << 10,  /* the selected row is a letter that waits for somebody's word */
    IN_LEADS = 1u << 11,    /* the selected row is a lead */
    IN_ALL = IN_LIST | IN_JOBS | IN_LOG | IN_PANES | IN_FILTER | IN_SORT | IN_MARKS | IN_SCHEDULES |
             IN_RUNS | IN_TEXT | IN_LETTERS | IN_LEADS,
    IN_FORM = 1u << 12, /* fields that are typed into: only what says so applies */
    IN_EVERY = IN_ALL | IN_FORM
};

enum action_section {
    SECTION_MOVE,
    SECTION_ACT,
    SECTION_FIND,
    SECTION_LOG,
    SECTION_FORM,
    SECTION_EVERYWHERE,
    SECTIONS
};

/* What a screen is asked to do; `by` is a move, a direction or 0. */
enum op {
    OP_NONE,
    OP_MOVE,     /* by: enum move */
    OP_SIDEWAYS, /* by: -1 left, 1 right */
    OP_PANE,     /* by: -1 previous, 1 next */
    OP_OPEN,
    OP_CLEAR, /* drop the filter or search; false when there is none */
    OP_FILTER,
    OP_MATCH,  /* by: -1 previous, 1 next */
    OP_ONLY,   /* only lines that match */
    OP_SORT,   /* by: -1, 1: the column; 0: invert */
    OP_FOLLOW, /* by: 1 toggle, 0 hold toggle */
    OP_LEVEL,
    OP_ERROR,   /* by: -1, 1 */
    OP_WARNING, /* by: -1, 1 */
    OP_WRAP,
    OP_COPY, /* puts the current line into ui->copy */
    OP_UNDO, /* the field that is edited */
    OP_SAVE, /* by: 1 and run it */
    OP_MARK, /* marks every row that is shown */
    OP_SEEN, /* acknowledges every failure that is shown; false: there is none */
};

struct action {
    const char *name; /* what `:` and the setting [console] keys call it */
    const char *keys; /* "j Down": names that keymap_parse reads */
    const char *word; /* in the footer; "" not there */
    const char *args; /* what `:` takes behind the name; "" */
    const char *help;
    enum action_section section;
    unsigned kinds; /* where it applies: IN_... */
    int rank;       /* in the footer: the greater, the sooner it is left out */
    bool writes;    /* changes the record: not in read-only mode */
    bool alone;     /* needs no row: also where a list is empty */
    bool asks;      /* opens a dialog before it does anything */
    enum command_kind command;
    enum op op;
    int by;
    /* key: the one pressed, 0 from `:`; arg: what stood behind the name, "" from a key. */
    void (*run)(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
};

/* The rows of one kind of place (actions_*.c). */
struct action_part {
    const struct action *rows;
    int count;
};
extern const struct action_part part_move;
extern const struct action_part part_jobs;
extern const struct action_part part_schedules;
extern const struct action_part part_letters;
extern const struct action_part part_marks;
extern const struct action_part part_log;
extern const struct action_part part_find;
extern const struct action_part part_form;
extern const struct action_part part_everywhere;

/* Row i of the whole table, in the order of help and footer; NULL behind the last one. */
const struct action *action_at(int i);
int actions_count(void);
/* By name; also by a beginning that only one has. NULL. */
const struct action *actions_find(const char *name);
/* The name nearest to what was written; NULL when nothing is near. */
const char *actions_nearest(const char *name);
const char *section_title(enum action_section section);

/* Handlers (handlers.c). */
void act_screen(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_view(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_back(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_quit(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_command(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_undo(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_mark(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_filter(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_prompt(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_help(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_log_of(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_schedule(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_schedule_pause(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_schedule_add(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_schedule_edit(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_run_now(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_runs_of(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_run(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_report(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_letter(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_of_job(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_copy(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_refresh(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_redraw(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_suspend(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_interrupt(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_reload(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_theme(struct ui *ui, const struct action *a, uint32_t key, const char *arg);
void act_mask(struct ui *ui, const struct action *a, uint32_t key, const char *arg);

#endif
