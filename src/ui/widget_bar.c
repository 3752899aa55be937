/* widget_bar.c - a progress bar in half steps, from characters that console fonts have. */
#include "widget.h"

void bar_draw(struct pane p, int y, int x, int width, int64_t num, int64_t den, int role)
{
    if (width <= 0)
        return;
    int steps = 0;
    if (den > 0 && num >= den)
        steps = 2 * width;
    else if (den > 0 && num > 0)
        steps = (int)((double)num / (double)den * 2.0 * width);
    if (num > 0 && den > 0 && steps == 0)
        steps = 1; /* something is something */
    if (num < den && steps >= 2 * width)
        steps = 2 * width - 1; /* and all is all */
    for (int i = 0; i < width; i++, steps -= 2) {
        const char *part = steps >= 2 ? "━" : steps == 1 ? "╸" : "─";
        pane_put(p, y, x + i, steps >= 1 ? role : ROLE_DIM, part);
    }
}
