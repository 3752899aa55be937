/* textview.c - only where lines begin is remembered, so any length is scrolled at once. */
#include "textview.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { SHIFT_STEP = 10, LINE_MAX = 2000 };

bool textview_ready(struct textview *v)
{
    const char *text = buf_text(&v->text);
    int32_t count = 1;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    v->line = calloc((size_t)count + 1, sizeof *v->line);
    if (v->line == NULL)
        return false;
    for (const char *at = text; at != NULL && *at != '\0';) {
        v->line[v->lines++] = (size_t)(at - text);
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return true;
}

void textview_done(struct textview *v)
{
    buf_done(&v->text);
    free(v->line);
    *v = (struct textview){.lines = 0};
}

bool textview_act(struct textview *v, enum op op, int by)
{
    int32_t last = v->lines > v->page ? v->lines - v->page : 0;
    switch (op) {
    case OP_MOVE:
        v->top = table_moved(v->top, last + 1, v->page, (enum move)by);
        return true;
    case OP_SIDEWAYS:
        v->shift += by * SHIFT_STEP;
        v->shift = v->shift < 0 ? 0 : v->shift;
        return true;
    default:
        return false;
    }
}

static void draw_line(struct pane p, int y, const struct textview *v, int32_t i)
{
    char line[LINE_MAX];
    const char *at = buf_text(&v->text) + v->line[i];
    (void)str_copy_n(line, sizeof line, at, strcspn(at, "\n")); /* a cut is fine */
    struct pane row = pane_part(p, y, 1, 1, p.cols - 2);
    pane_put(row, 0, -v->shift, ROLE_TEXT, line);
}

void textview_draw(struct textview *v, struct pane p, const char *title)
{
    char note[80];
    v->page = p.rows > 1 ? p.rows - 1 : 1;
    int32_t last = v->lines > v->page ? v->lines - v->page : 0;
    v->top = v->top > last ? last : v->top;
    (void)str_format(note, sizeof note, "%d%% of %d lines", fit_percent(v->top + v->page, v->lines),
                     (int)v->lines); /* it fits */
    pane_rule(p, 0, title, v->lines > 0 && p.cols >= 50 ? note : "");
    for (int y = 1; y < p.rows && v->top + y - 1 < v->lines; y++)
        draw_line(p, y, v, v->top + y - 1);
}
