/* widget.h - the small things that screens are made of: bar, spark line, table, text field,
 * dialog. Each draws into a pane and holds no data but its own. */
#ifndef UI_WIDGET_H
#define UI_WIDGET_H

#include "canvas.h"
#include "fit.h"
#include "keymap.h"

#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

/* --- bar: "━━━━━╸─────", half steps; full only when num >= den; den 0: empty ------------------ */
void bar_draw(struct pane p, int y, int x, int width, int64_t num, int64_t den, int role);

/* --- spark: "▁▂▅█", one column a value, the newest at the right; scaled to the greatest ------- */
void spark_draw(struct pane p, int y, int x, int width, const int32_t *values, int count, int role);

/* --- table ------------------------------------------------------------------------------------ */
enum { TABLE_COLUMNS_MAX = 12, TABLE_TEXT_MAX = 256 };

/* What one cell shows. */
struct table_cell {
    char text[TABLE_TEXT_MAX];
    int look;
    bool bar; /* a bar of num / den in the role of `look` instead of text */
    int64_t num, den;
};
struct table {
    const struct fit_column *columns;
    int column_count;
    int32_t rows;
    /* Fills in the cell; ret is zeroed before. */
    void (*cell)(void *ctx, int32_t row, int column, struct table_cell *ret);
    bool (*marked)(void *ctx, int32_t row); /* NULL: none is */
    void *ctx;
    bool head;    /* with a row of column names */
    bool focused; /* shows which row is selected */
    int margin;   /* blanks at the left */
};
struct table_state {
    int32_t selected;
    int32_t top;
    int32_t page; /* rows that were shown last */
};
/* Draws; brings state->selected and top into range and the selected row into view. */
void table_draw(struct pane p, const struct table *t, struct table_state *state);
enum move {
    MOVE_NONE,
    MOVE_DOWN,
    MOVE_UP,
    MOVE_FIRST,
    MOVE_LAST,
    MOVE_HALF_DOWN,
    MOVE_HALF_UP,
    MOVE_PAGE_DOWN,
    MOVE_PAGE_UP,
    MOVES
};
/* The row that a move leads to from `at`, within [0, rows). */
int32_t table_moved(int32_t at, int32_t rows, int32_t page, enum move move);

/* --- fact: a label and its value, one line ---------------------------------------------------- */

/* Draws into row y; returns the next row, or y when the value is "" or there is no room. */
int fact_draw(struct pane p, int y, const char *label, int look, const char *value);

/* --- prompt: one line of text that is being edited -------------------------------------------- */
enum { PROMPT_MAX = 400 };
struct prompt {
    char text[PROMPT_MAX];
    int at;       /* byte where the cursor stands */
    bool pasting; /* between the marks of a bracketed paste */
};
enum prompt_result { PROMPT_EDIT, PROMPT_CHANGED, PROMPT_DONE, PROMPT_CANCEL, PROMPT_COMPLETE };
void prompt_set(struct prompt *p, const char *text);
enum prompt_result prompt_key(struct prompt *p, uint32_t key);
/* `lead` ("/", ":"), the text, and the cursor. */
void prompt_draw(struct pane pane, int y, const char *lead, const struct prompt *p);

/* --- dialog: a question with a safe answer ---------------------------------------------------- */
enum { DIALOG_LINES = 12, DIALOG_CHOICES = 4, DIALOG_TEXT = 200 };
struct dialog_choice {
    const char *key; /* "d", "Esc", as drawn */
    uint32_t code;
    const char *text;
    int answer; /* given to the owner; 0: nothing is to be done */
};
struct dialog {
    bool open;
    bool danger; /* a red frame */
    char title[DIALOG_TEXT];
    char line[DIALOG_LINES][DIALOG_TEXT];
    int lines;
    char note[DIALOG_TEXT]; /* below the choices, dim; "" */
    struct dialog_choice choice[DIALOG_CHOICES];
    int choices;
    int64_t type_count; /* > 0: this number has to be typed before Enter counts */
    struct prompt typed;
};
/* An open dialog without lines and choices. */
void dialog_begin(struct dialog *d, const char *title, bool danger);
void dialog_line(struct dialog *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
void dialog_choice(struct dialog *d, const char *key, uint32_t code, const char *text, int answer);
/* True when the key answered it: *ret_answer (Esc is 0 always) and the dialog is closed. */
bool dialog_key(struct dialog *d, uint32_t key, int *ret_answer);
/* In the middle of the pane. */
void dialog_draw(struct pane p, const struct dialog *d);

#endif
