/* canvas.h - a grid of cells that screens draw on, without a terminal.
 *
 * A cell holds a character and a look (what it means, not which colour). A pane is a part of the
 * canvas with its own coordinates; everything is clipped here and nowhere else, so a screen may
 * draw past any edge. Text is screened on its way in: no control reaches a cell. Characters that
 * the terminal can't show are changed by one table (canvas.c), so screens write UTF-8 always. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

/* What a cell means; theme.h says how that looks. */
enum role {
    ROLE_TEXT,
    ROLE_DIM,   /* labels, times, what waits */
    ROLE_RUN,   /* at work */
    ROLE_OK,    /* done, well */
    ROLE_INFO,  /* time, countdown, link, queued */
    ROLE_WARN,  /* paused, needs you */
    ROLE_ERROR, /* failed */
    ROLE_TABS,  /* the tab bar */
    ROLE_ALARM, /* banner: something is down */
    ROLE_ALERT, /* banner: degraded, read-only */
    ROLE_HIT,   /* what a search found */
    ROLES
};
enum {
    LOOK_ROLE = 0x00FF,
    LOOK_BOLD = 0x0100,
    LOOK_REVERSE = 0x0200,
    LOOK_UNDER = 0x0400,
    LOOK_SELECTED = ROLE_TEXT | LOOK_REVERSE
};

struct cell {
    uint32_t point; /* 0: the right half of a wide character */
    uint32_t mark;  /* a combining mark on it; 0 */
    uint32_t look;  /* role and LOOK_ flags */
};

/* Which characters the terminal has. */
enum glyphs {
    GLYPHS_FULL,
    GLYPHS_CONSOLE, /* the fonts of the Linux console: no eighth blocks */
    GLYPHS_ASCII,
};

struct canvas {
    int rows, cols;
    struct cell *cells; /* row after row */
    enum glyphs glyphs;
    int cursor_y, cursor_x; /* -1: hidden */
};

/* Sizes the canvas and clears it; false without memory (it is then 0 x 0). A zeroed struct is an
 * empty canvas. */
bool canvas_size(struct canvas *c, int rows, int cols);
void canvas_done(struct canvas *c);
void canvas_clear(struct canvas *c);
/* True when the locale gives each character of the table one column (LC_CTYPE is set). */
bool canvas_glyphs_known(void);
/* Copies cells and cursor of the same size. */
void canvas_copy(struct canvas *to, const struct canvas *from);
/* Cells that differ; all of them when the sizes do. */
int canvas_changed(const struct canvas *a, const struct canvas *b);
/* The text, trailing blanks cut, each row one line. */
void canvas_text(const struct canvas *c, struct buf *out);
/* The looks the same way: a letter for the role, upper case for bold or reverse. */
void canvas_looks(const struct canvas *c, struct buf *out);

struct pane {
    struct canvas *canvas;
    int y, x, rows, cols;
};

struct pane canvas_pane(struct canvas *c);
/* The part that begins at y, x of p; clipped to p. */
struct pane pane_part(struct pane p, int y, int x, int rows, int cols);
/* Writes text from y, x. */
void pane_put(struct pane p, int y, int x, int look, const char *text);
void pane_say(struct pane p, int y, int x, int look, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* The same; returns the column behind the text, also when that was clipped. */
int pane_add(struct pane p, int y, int x, int look, const char *text);
int pane_addf(struct pane p, int y, int x, int look, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* Writes at most width columns, cut with an ellipsis. */
void pane_put_cut(struct pane p, int y, int x, int width, int look, const char *text);
/* Writes text so that it ends before column `end`. */
void pane_put_right(struct pane p, int y, int end, int look, const char *text);
/* Fills columns from x to the right edge, or `width` of them, with blanks of a look. */
void pane_fill(struct pane p, int y, int x, int width, int look);
void pane_blank(struct pane p);
/* "─ Title ──────── note ─" over the whole width of row y. */
void pane_rule(struct pane p, int y, const char *title, const char *note);
/* A line down from y over rows; where it meets the rule in row y - 1 it becomes a joint. */
void pane_bar_down(struct pane p, int y, int x, int rows);
/* A frame around the pane with a title in its top edge. */
void pane_frame(struct pane p, int look, const char *title);
/* Adds LOOK_ flags or a role to what is there already. */
void pane_look(struct pane p, int y, int x, int width, int look);
/* Makes the whole row the selected one. */
void pane_select(struct pane p, int y);
void pane_cursor(struct pane p, int y, int x);

#endif
