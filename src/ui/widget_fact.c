/* widget_fact.c - a label and its value. */
#include "widget.h"

enum { LABEL = 11 };

int fact_draw(struct pane p, int y, const char *label, int look, const char *value)
{
    if (y >= p.rows || value[0] == '\0')
        return y;
    pane_put(p, y, 1, ROLE_DIM, label);
    pane_put_cut(p, y, 1 + LABEL, p.cols - LABEL - 2, look, value);
    return y + 1;
}
