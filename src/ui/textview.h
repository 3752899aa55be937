/* textview.h - a text that is read on the screen: where its lines begin, and which part is shown.
 * The text is foreign and is screened where it is drawn, as everything is (canvas.c). */
#ifndef UI_TEXTVIEW_H
#define UI_TEXTVIEW_H

#include "state.h"

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A zeroed struct is empty. */
struct textview {
    struct buf text;
    size_t *line; /* where each begins */
    int32_t lines;
    int32_t top, page;
    int shift; /* columns that are scrolled away */
};
/* Finds the lines of v->text, which was filled in; false without memory. */
bool textview_ready(struct textview *v);
void textview_done(struct textview *v);
/* OP_MOVE and OP_SIDEWAYS; false for anything else. */
bool textview_act(struct textview *v, enum op op, int by);
/* A rule with the title and how far down it is, then as many lines as there is room for. */
void textview_draw(struct textview *v, struct pane p, const char *title);

#endif
