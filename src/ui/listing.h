/* listing.h - what lists have in common: the selection stays on its row whatever is read around it,
 * and the selected row is told beside the list or below it, where there is room. */
#ifndef UI_LISTING_H
#define UI_LISTING_H

#include "state.h"

#include <stdbool.h>
#include <stdint.h>

enum { LISTING_SIDE_COLS = 150, LISTING_BELOW_ROWS = 18 }; /* from there on there is room */

/* A zeroed struct stands on its first row. */
struct listing {
    struct table_state table;
    struct uuid selected;
    bool chosen;     /* the operator moved: selected counts */
    bool has_detail; /* there was room for it when it was drawn last */
};

/* What a row is, by its number among those shown. */
typedef struct uuid listing_id(const void *view, int32_t row);

/* Brings the selection back to its row among `rows`; to be called when they were made anew. */
void listing_find(struct listing *l, int32_t rows, listing_id *id, const void *view);
/* The selected row; -1 when there is none. */
int32_t listing_at(const struct listing *l, int32_t rows);
/* At the top the selection stays with the first row when it follows, else with the row chosen. */
void listing_move(struct listing *l, int32_t rows, enum move by, bool follows, listing_id *id,
                  const void *view);

/* Where things go: `top` rows of summary above, the detail beside the list from side_cols on, else
 * below it; it has no rows when there is no room. Asks for reading again when there is more room
 * than was read for. */
struct listing_panes {
    struct pane list, detail;
};
struct listing_panes listing_split(struct ui *ui, struct listing *l, struct pane p, int top,
                                   int32_t rows, int side_cols);

/* Marks every row shown, as many as fit; false when there is none. */
bool listing_mark_all(struct ui *ui, int32_t rows, listing_id *id, const void *view);
/* In place of rows: that the filter lets none of `count` through, or else `empty`. */
void listing_say_none(const struct ui *ui, struct pane p, int y, int32_t count, const char *empty);

#endif
