/* listing.c - selection and room of lists. The idea: a selection is an identity, never a number of
 * a row, so nothing that is read moves what somebody is about to act on. */
#include "listing.h"

void listing_find(struct listing *l, int32_t rows, listing_id *id, const void *view)
{
    if (!l->chosen)
        l->table.selected = 0;
    for (int32_t i = 0; l->chosen && i < rows; i++)
        if (uuid_equal(id(view, i), l->selected)) {
            l->table.selected = i;
            return;
        }
}

int32_t listing_at(const struct listing *l, int32_t rows)
{
    return rows > 0 ? table_moved(l->table.selected, rows, 1, MOVE_NONE) : -1;
}

void listing_move(struct listing *l, int32_t rows, enum move by, bool follows, listing_id *id,
                  const void *view)
{
    l->table.selected = table_moved(l->table.selected, rows, l->table.page, by);
    if (rows == 0)
        return;
    l->selected = id(view, l->table.selected);
    l->chosen = !follows || l->table.selected > 0;
}

struct listing_panes listing_split(struct ui *ui, struct listing *l, struct pane p, int top,
                                   int32_t rows, int side_cols)
{
    struct listing_panes to;
    bool side = p.cols >= side_cols && p.rows >= LISTING_BELOW_ROWS;
    bool below = !side && p.rows >= LISTING_BELOW_ROWS;
    if ((side || below) && !l->has_detail)
        ui->stale = true;
    l->has_detail = side || below;
    int left = side ? p.cols * 58 / 100 : p.cols, most = (p.rows - top) / 2;
    int want = rows < most ? (int)rows + 1 : most, high = below ? want : p.rows - top;
    high = high < 2 ? 2 : high;
    to.list = pane_part(p, top, 0, high, left);
    to.detail = side    ? pane_part(p, top, left + 1, p.rows - top, p.cols - left - 1)
                : below ? pane_part(p, top + high + 1, 0, p.rows - top - high - 1, p.cols)
                        : pane_part(p, p.rows, 0, 0, 0);
    if (side)
        pane_bar_down(p, top, left, p.rows - top);
    return to;
}

bool listing_mark_all(struct ui *ui, int32_t rows, listing_id *id, const void *view)
{
    for (int32_t i = 0; i < rows; i++)
        (void)ui_mark(ui, id(view, i), true); /* as many as fit */
    return rows > 0;
}

void listing_say_none(const struct ui *ui, struct pane p, int y, int32_t count, const char *empty)
{
    if (count > 0)
        pane_say(p, y, 1, ROLE_DIM, "0 of %d match /%s/ · Esc clears", (int)count, ui->filter);
    else
        pane_put(p, y, 1, ROLE_DIM, empty);
}
