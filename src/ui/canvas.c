/* canvas.c - a grid of cells. The idea: one function (set_cell) writes a cell, so clipping and the
 * choice of characters a terminal lacks are made in one place. */
#include "canvas.h"

#include "fit.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIDE_MAX = 1000, /* rows or columns; more of a window stays empty */
    PUT_MAX = 4096   /* bytes of one text */
};

/* Every character outside of ASCII that the screens draw with, and what takes its place. */
struct glyph {
    uint32_t point;
    char console; /* 0: the console fonts have it */
    char ascii;
};
static const struct glyph glyphs[] = {
    {0x00B7, 0, '-'},   /* · */
    {0x00D7, 0, 'x'},   /* × */
    {0x2026, 0, '~'},   /* … */
    {0x203A, '>', '>'}, /* › */
    {0x2190, 0, '<'},   /* ← */
    {0x2191, 0, '^'},   /* ↑ */
    {0x2192, 0, '>'},   /* → */
    {0x2193, 0, 'v'},   /* ↓ */
    {0x2500, 0, '-'},   /* ─ */
    {0x2501, 0, '#'},   /* ━ */
    {0x2502, 0, '|'},   /* │ */
    {0x250C, 0, '+'},   /* ┌ */
    {0x2510, 0, '+'},   /* ┐ */
    {0x2514, 0, '+'},   /* └ */
    {0x2518, 0, '+'},   /* ┘ */
    {0x252C, 0, '-'},   /* ┬ */
    {0x2534, 0, '-'},   /* ┴ */
    {0x2551, 0, '='},   /* ║ */
    {0x2578, 0, '-'},   /* ╸ */
    {0x2581, '.', '.'}, /* ▁ */
    {0x2582, ':', ':'}, /* ▂ */
    {0x2583, '-', '-'}, /* ▃ */
    {0x2584, '=', '='}, /* ▄ */
    {0x2585, '+', '+'}, /* ▅ */
    {0x2586, '*', '*'}, /* ▆ */
    {0x2587, '#', '#'}, /* ▇ */
    {0x2588, 0, '#'},   /* █ */
    {0x25A0, 0, '#'},   /* ■ */
    {0x25B2, 0, '!'},   /* ▲ */
    {0x25B6, 0, '>'},   /* ▶ */
    {0x25CF, 0, '*'},   /* ● */
};

bool canvas_size(struct canvas *c, int rows, int cols)
{
    rows = rows < 0 ? 0 : rows > SIDE_MAX ? SIDE_MAX : rows;
    cols = cols < 0 ? 0 : cols > SIDE_MAX ? SIDE_MAX : cols;
    size_t count = (size_t)rows * (size_t)cols;
    struct cell *cells = realloc(c->cells, (count > 0 ? count : 1) * sizeof *cells);
    if (cells == NULL) {
        canvas_done(c);
        return false;
    }
    c->cells = cells;
    c->rows = rows;
    c->cols = cols;
    canvas_clear(c);
    return true;
}

void canvas_done(struct canvas *c)
{
    if (c == NULL)
        return;
    free(c->cells);
    c->cells = NULL;
    c->rows = c->cols = 0;
}

void canvas_clear(struct canvas *c)
{
    for (int i = 0; i < c->rows * c->cols; i++)
        c->cells[i] = (struct cell){.point = ' '};
    c->cursor_y = c->cursor_x = -1;
}

bool canvas_glyphs_known(void)
{
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        if (utf8_columns(glyphs[i].point) != 1)
            return false;
    return true;
}

void canvas_copy(struct canvas *to, const struct canvas *from)
{
    if (to->rows != from->rows || to->cols != from->cols)
        return;
    memcpy(to->cells, from->cells, (size_t)from->rows * (size_t)from->cols * sizeof *from->cells);
    to->cursor_y = from->cursor_y;
    to->cursor_x = from->cursor_x;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->point == b->point && a->mark == b->mark && a->look == b->look;
}

int canvas_changed(const struct canvas *a, const struct canvas *b)
{
    if (a->rows != b->rows || a->cols != b->cols)
        return a->rows * a->cols;
    int n = a->cursor_y != b->cursor_y || a->cursor_x != b->cursor_x;
    for (int i = 0; i < a->rows * a->cols; i++)
        n += !same_cell(&a->cells[i], &b->cells[i]);
    return n;
}

void canvas_text(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->rows; y++) {
        const struct cell *row = c->cells + y * c->cols;
        int end = c->cols;
        while (end > 0 && row[end - 1].point == ' ')
            end--;
        char bytes[4];
        for (int x = 0; x < end; x++) {
            if (row[x].point == 0)
                continue;
            (void)buf_add(out, bytes, utf8_put(row[x].point, bytes));
            if (row[x].mark != 0)
                (void)buf_add(out, bytes, utf8_put(row[x].mark, bytes));
        }
        (void)buf_addc(out, '\n');
    }
}

static char look_letter(int look)
{
    static const char letters[] = ".dgoiyetxah";
    char letter = letters[(look & LOOK_ROLE) % ROLES];
    if (look & LOOK_REVERSE)
        return letter == '.' ? '#' : (char)(letter - 'a' + 'A');
    if (look & LOOK_BOLD)
        return letter == '.' ? 'b' : (char)(letter - 'a' + 'A');
    return look & LOOK_UNDER ? '_' : letter;
}

void canvas_looks(const struct canvas *c, struct buf *out)
{
    for (int y = 0; y < c->rows; y++) {
        const struct cell *row = c->cells + y * c->cols;
        int end = c->cols;
        while (end > 0 && row[end - 1].look == ROLE_TEXT)
            end--;
        for (int x = 0; x < end; x++)
            (void)buf_addc(out, look_letter((int)row[x].look));
        (void)buf_addc(out, '\n');
    }
}

struct pane canvas_pane(struct canvas *c)
{
    return (struct pane){c, 0, 0, c->rows, c->cols};
}

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

struct pane pane_part(struct pane p, int y, int x, int rows, int cols)
{
    y = clamp(y, 0, p.rows);
    x = clamp(x, 0, p.cols);
    return (struct pane){p.canvas, p.y + y, p.x + x, clamp(rows, 0, p.rows - y),
                         clamp(cols, 0, p.cols - x)};
}

/* The cell at y, x of the pane; NULL when it is clipped away. */
static struct cell *cell_at(struct pane p, int y, int x)
{
    if (y < 0 || x < 0 || y >= p.rows || x >= p.cols)
        return NULL;
    y += p.y;
    x += p.x;
    if (y < 0 || x < 0 || y >= p.canvas->rows || x >= p.canvas->cols)
        return NULL;
    return &p.canvas->cells[y * p.canvas->cols + x];
}

/* A wide character of which one half is overwritten leaves a blank in the other, also when that
 * lies outside of the pane. */
static void mend(struct pane p, int y, int x)
{
    struct pane all = canvas_pane(p.canvas);
    y += p.y;
    x += p.x;
    struct cell *here = cell_at(all, y, x), *left = cell_at(all, y, x - 1);
    struct cell *right = cell_at(all, y, x + 1);
    if (here->point == 0 && left != NULL)
        left->point = ' ';
    else if (right != NULL && right->point == 0)
        right->point = ' ';
}

static void set_cell(struct pane p, int y, int x, int look, uint32_t point)
{
    struct cell *cell = cell_at(p, y, x);
    if (cell == NULL)
        return;
    mend(p, y, x);
    *cell = (struct cell){.point = point, .look = (uint32_t)look};
}

static const struct glyph *find_glyph(uint32_t point)
{
    for (size_t i = 0; i < sizeof glyphs / sizeof *glyphs; i++)
        if (glyphs[i].point == point)
            return &glyphs[i];
    return NULL;
}

/* What is drawn for a character: changed when the terminal lacks it. */
static uint32_t shown(enum glyphs have, uint32_t point)
{
    if (point < 0x80 || have == GLYPHS_FULL)
        return point;
    const struct glyph *g = find_glyph(point);
    if (have == GLYPHS_ASCII)
        return g != NULL ? (uint32_t)g->ascii : '?';
    return g != NULL && g->console != 0 ? (uint32_t)g->console : point;
}

/* Writes one character; returns its columns. */
static int add_point(struct pane p, int y, int x, int look, uint32_t point)
{
    point = shown(p.canvas->glyphs, point);
    int columns = point < 0x80 ? 1 : utf8_columns(point);
    if (columns < 0)
        point = '?', columns = 1;
    if (columns == 0) {
        struct cell *base = cell_at(p, y, x - 1);
        /* In the last column a wrap is pending, and some terminals put the mark on the next row. */
        bool last = p.x + x >= p.canvas->cols;
        if (base != NULL && base->point != 0 && base->mark == 0 && !last)
            base->mark = point;
        return 0;
    }
    /* Of a wide character that is clipped in its middle a blank stays. */
    bool halved = columns == 2 && (cell_at(p, y, x) == NULL || cell_at(p, y, x + 1) == NULL);
    set_cell(p, y, x, look, halved ? ' ' : point);
    if (columns == 2)
        set_cell(p, y, x + 1, look, ' ');
    if (columns == 2 && !halved)
        cell_at(p, y, x + 1)->point = 0;
    return columns;
}

/* One of our own, which all are one column wide. */
static void put_point(struct pane p, int y, int x, int look, uint32_t point)
{
    (void)add_point(p, y, x, look, point); /* it takes one column */
}

int pane_add(struct pane p, int y, int x, int look, const char *text)
{
    char clean[PUT_MAX];
    text_screen_to(clean, sizeof clean, text);
    size_t len = strlen(clean);
    for (size_t i = 0; i < len;) {
        uint32_t point;
        i += utf8_next(clean + i, len - i, &point);
        x += add_point(p, y, x, look, point);
    }
    return x;
}

void pane_put(struct pane p, int y, int x, int look, const char *text)
{
    (void)pane_add(p, y, x, look, text); /* where it ends is not asked */
}

static int add_args(struct pane p, int y, int x, int look, const char *format, va_list args)
{
    char text[PUT_MAX];
    int n = vsnprintf(text, sizeof text, format, args);
    return n < 0 ? x : pane_add(p, y, x, look, text); /* cut text is screened all the same */
}

int pane_addf(struct pane p, int y, int x, int look, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    x = add_args(p, y, x, look, format, args);
    va_end(args);
    return x;
}

void pane_say(struct pane p, int y, int x, int look, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)add_args(p, y, x, look, format, args); /* where it ends is not asked */
    va_end(args);
}

void pane_put_cut(struct pane p, int y, int x, int width, int look, const char *text)
{
    char cut[PUT_MAX];
    fit_cut(cut, sizeof cut, text, width, FIT_END);
    pane_put(p, y, x, look, cut);
}

void pane_put_right(struct pane p, int y, int end, int look, const char *text)
{
    pane_put(p, y, end - fit_columns_of(text), look, text);
}

void pane_fill(struct pane p, int y, int x, int width, int look)
{
    for (int i = 0; i < width && x + i < p.cols; i++)
        set_cell(p, y, x + i, look, ' ');
}

void pane_blank(struct pane p)
{
    for (int y = 0; y < p.rows; y++)
        pane_fill(p, y, 0, p.cols, ROLE_TEXT);
}

void pane_rule(struct pane p, int y, const char *title, const char *note)
{
    for (int x = 0; x < p.cols; x++)
        put_point(p, y, x, ROLE_DIM, 0x2500);
    int room = p.cols - 4;
    int wide = fit_columns_of(title);
    if (*title != '\0' && room > 2) {
        pane_fill(p, y, 1, (wide < room ? wide : room) + 2, ROLE_TEXT);
        pane_put_cut(p, y, 2, room, LOOK_BOLD, title);
    }
    int noted = fit_columns_of(note);
    if (*note == '\0' || wide + noted + 8 > p.cols)
        return;
    pane_fill(p, y, p.cols - noted - 3, noted + 2, ROLE_TEXT);
    pane_put_right(p, y, p.cols - 2, ROLE_DIM, note);
}

void pane_bar_down(struct pane p, int y, int x, int rows)
{
    struct cell *above = cell_at(p, y - 1, x);
    if (above != NULL && above->point == shown(p.canvas->glyphs, 0x2500))
        above->point = shown(p.canvas->glyphs, 0x252C);
    for (int i = 0; i < rows; i++)
        put_point(p, y + i, x, ROLE_DIM, 0x2502);
    struct cell *below = cell_at(p, y + rows, x);
    if (below != NULL && below->point == shown(p.canvas->glyphs, 0x2500))
        below->point = shown(p.canvas->glyphs, 0x2534);
}

void pane_frame(struct pane p, int look, const char *title)
{
    int right = p.cols - 1, bottom = p.rows - 1;
    for (int x = 1; x < right; x++) {
        put_point(p, 0, x, look, 0x2500);
        put_point(p, bottom, x, look, 0x2500);
    }
    for (int y = 1; y < bottom; y++) {
        put_point(p, y, 0, look, 0x2502);
        put_point(p, y, right, look, 0x2502);
    }
    static const uint32_t corners[] = {0x250C, 0x2510, 0x2514, 0x2518};
    for (int i = 0; i < 4; i++)
        put_point(p, i < 2 ? 0 : bottom, i % 2 == 0 ? 0 : right, look, corners[i]);
    int room = p.cols - 6;
    if (room < 1 || *title == '\0')
        return;
    int wide = fit_columns_of(title);
    pane_fill(p, 0, 2, (wide < room ? wide : room) + 2, ROLE_TEXT);
    pane_put_cut(p, 0, 3, room, look | LOOK_BOLD, title);
}

void pane_look(struct pane p, int y, int x, int width, int look)
{
    for (int i = 0; i < width; i++) {
        struct cell *cell = cell_at(p, y, x + i);
        if (cell == NULL)
            continue;
        int role = look & LOOK_ROLE ? look & LOOK_ROLE : (int)(cell->look & LOOK_ROLE);
        cell->look = (cell->look & ~(uint32_t)LOOK_ROLE) | (uint32_t)(role | (look & ~LOOK_ROLE));
    }
}

void pane_select(struct pane p, int y)
{
    for (int x = 0; x < p.cols; x++)
        if (cell_at(p, y, x) != NULL)
            cell_at(p, y, x)->look = LOOK_SELECTED;
}

void pane_cursor(struct pane p, int y, int x)
{
    if (cell_at(p, y, x) == NULL)
        return;
    p.canvas->cursor_y = p.y + y;
    p.canvas->cursor_x = p.x + x;
}
