/* widget_table.c - a list with columns. The idea: the list says what each cell shows, the table
 * decides which columns there is room for and which rows are in view. */
#include "widget.h"

#include <string.h>

int32_t table_moved(int32_t at, int32_t rows, int32_t page, enum move move)
{
    int64_t full = page > 1 ? page : 1, half = page > 3 ? page / 2 : 1;
    int64_t to = at;
    switch (move) {
    case MOVE_DOWN:
        to += 1;
        break;
    case MOVE_UP:
        to -= 1;
        break;
    case MOVE_FIRST:
        to = 0;
        break;
    case MOVE_LAST:
        to = rows;
        break;
    case MOVE_HALF_DOWN:
        to += half;
        break;
    case MOVE_HALF_UP:
        to -= half;
        break;
    case MOVE_PAGE_DOWN:
        to += full;
        break;
    case MOVE_PAGE_UP:
        to -= full;
        break;
    default:
        break;
    }
    if (to >= rows)
        to = rows - 1;
    return to < 0 ? 0 : (int32_t)to;
}

static void keep_in_view(struct table_state *s, int32_t rows, int32_t page)
{
    s->page = page;
    page = page < 1 ? 1 : page;
    s->selected = table_moved(s->selected, rows, page, MOVE_NONE);
    if (s->selected < s->top)
        s->top = s->selected;
    if (s->selected >= s->top + page)
        s->top = s->selected - page + 1;
    if (s->top > rows - page)
        s->top = rows - page;
    if (s->top < 0)
        s->top = 0;
}

static void draw_head(struct pane p, const struct table *t, const int *width)
{
    pane_fill(p, 0, 0, p.cols, LOOK_UNDER);
    int x = t->margin;
    for (int i = 0; i < t->column_count; i++) {
        const struct fit_column *c = &t->columns[i];
        if (width[i] == 0)
            continue;
        if (c->right)
            pane_put_right(p, 0, x + width[i], LOOK_UNDER, c->head);
        else
            pane_put_cut(p, 0, x, width[i], LOOK_UNDER, c->head);
        x += width[i] + 1;
    }
}

static void draw_cell(struct pane p, int y, int x, int width, const struct fit_column *column,
                      const struct table_cell *cell, bool selected)
{
    if (cell->bar) {
        pane_fill(p, y, x, width, ROLE_TEXT); /* a bar keeps its own colours in a selected row */
        bar_draw(p, y, x, width, cell->num, cell->den, cell->look);
        return;
    }
    char text[TABLE_TEXT_MAX];
    int look = selected ? LOOK_SELECTED : cell->look;
    fit_cut(text, sizeof text, cell->text, width, column->middle ? FIT_MIDDLE : FIT_END);
    int wide = fit_columns_of(text);
    pane_put(p, y, column->right ? x + width - wide : x, look, text);
}

static void draw_row(struct pane p, int y, const struct table *t, const int *width, int32_t row,
                     bool selected)
{
    if (selected)
        pane_fill(p, y, 0, p.cols, LOOK_SELECTED);
    if (t->marked != NULL && t->marked(t->ctx, row))
        pane_put(p, y, t->margin > 0 ? t->margin - 1 : 0, selected ? LOOK_SELECTED : ROLE_WARN,
                 "■");
    int x = t->margin;
    for (int i = 0; i < t->column_count; i++) {
        if (width[i] == 0)
            continue;
        struct table_cell cell;
        memset(&cell, 0, sizeof cell);
        t->cell(t->ctx, row, i, &cell);
        draw_cell(p, y, x, width[i], &t->columns[i], &cell, selected);
        x += width[i] + 1;
    }
}

void table_draw(struct pane p, const struct table *t, struct table_state *state)
{
    int width[TABLE_COLUMNS_MAX] = {0};
    fit_choose(t->columns, t->column_count, p.cols - t->margin - (t->margin > 0), width);
    struct pane body = p;
    if (t->head && p.rows > 0) {
        draw_head(p, t, width);
        body = pane_part(p, 1, 0, p.rows - 1, p.cols);
    }
    keep_in_view(state, t->rows, body.rows);
    for (int y = 0; y < body.rows && state->top + y < t->rows; y++)
        draw_row(body, y, t, width, state->top + y,
                 t->focused && state->top + y == state->selected);
}
