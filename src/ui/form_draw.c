/* form_draw.c - a form on the screen. The idea: first it is counted how many lines each field takes
 * with what is wrong about it, then the part of them that holds the focus is drawn. */
#include "form.h"

#include "base/str.h"

#include <string.h>

enum {
    WIDE_COLS = 60, /* with hints and a wide column of labels */
    LABEL_WIDE = 18,
    LABEL_SLIM = 13,
    HINT_AT = 54,
    FAULT_LINES = 3
};

static int fault_lines(const struct field_fault *e)
{
    if (e->text[0] == '\0')
        return 0;
    return 1 + (e->caret >= 0) + (e->cure[0] != '\0');
}

static int label_cols(struct pane p)
{
    return p.cols >= WIDE_COLS ? LABEL_WIDE : LABEL_SLIM;
}

/* Is what it holds one of its choices? Another program may know more of them. */
static bool is_choice(const struct form *f, int field)
{
    for (int i = 0; i < f->field[field].choices; i++)
        if (str_equal(f->field[field].choice[i].value, f->value[field]))
            return true;
    return false;
}

/* "( ) daily  (●) weekly" where that fits, else "< weekly >". */
static void draw_choice(struct pane p, const struct form *f, int field, bool focused)
{
    const struct field *d = &f->field[field];
    int wide = 0, x = 0;
    for (int i = 0; i < d->choices; i++)
        wide += fit_columns_of(d->choice[i].word) + 6;
    if (wide > p.cols || f->fixed[field] || !is_choice(f, field)) {
        x = pane_add(p, 0, 0, ROLE_DIM, "< ");
        x = pane_add(p, 0, x, focused ? LOOK_REVERSE : ROLE_TEXT, form_shown(f, field));
        pane_put(p, 0, x, ROLE_DIM, " >");
        return;
    }
    for (int i = 0; i < d->choices; i++) {
        bool is = str_equal(d->choice[i].value, f->value[field]);
        int look = is && focused ? LOOK_REVERSE : is ? LOOK_BOLD : ROLE_TEXT;
        x = pane_add(p, 0, x, look, is ? "(●) " : "( ) ");
        x = pane_add(p, 0, x, look, d->choice[i].word) + 2;
    }
}

/* Returns how far the text is slid to the left, so that a caret can follow. */
static int draw_text(struct pane p, const struct form *f, int field, bool focused)
{
    const char *text = form_shown(f, field);
    if (!focused || f->fixed[field] || f->field[field].kind != FIELD_TEXT) {
        int look = focused ? LOOK_REVERSE : f->value[field][0] == '\0' ? ROLE_DIM : ROLE_TEXT;
        pane_put_cut(p, 0, 0, p.cols, look, text[0] == '\0' && focused ? " " : text);
        if (!f->fixed[field])
            pane_look(p, 0, 0, p.cols, LOOK_UNDER);
        return 0;
    }
    char head[PROMPT_MAX];
    (void)str_copy_n(head, sizeof head, f->prompt.text, (size_t)f->prompt.at); /* it fits */
    int cursor = fit_columns_of(head), slide = cursor >= p.cols ? cursor - p.cols + 1 : 0;
    pane_put(p, 0, -slide, ROLE_TEXT, f->prompt.text);
    pane_look(p, 0, 0, p.cols, LOOK_REVERSE);
    pane_cursor(p, 0, cursor - slide);
    return slide;
}

static void draw_fault(struct pane p, int y, int x, int slide, const struct field_fault *e)
{
    if (e->text[0] == '\0')
        return;
    if (e->caret >= 0) {
        struct pane under = pane_part(p, y, x, 1, p.cols - x);
        pane_put(under, 0, e->caret - slide, ROLE_ERROR, "^");
        y++;
    }
    /* A sentence begins farther to the left when it would not fit below its field. */
    int at = x + fit_columns_of(e->text) + 2 > p.cols ? 3 : x;
    pane_put(p, y, at, ROLE_ERROR, "×");
    pane_put_cut(p, y, at + 2, p.cols - at - 2, ROLE_ERROR, e->text);
    at = x + fit_columns_of(e->cure) + 2 > p.cols ? 3 : x;
    pane_put_cut(p, y + 1, at + 2, p.cols - at - 2, ROLE_DIM, e->cure);
}

static void draw_field(struct pane p, int y, const struct form *f, int field)
{
    const struct field *d = &f->field[field];
    bool focused = field == f->focus;
    int x = label_cols(p) + 2, room = p.cols - x - 1;
    bool hints = p.cols >= HINT_AT + 20 && d->kind != FIELD_CHOICE;
    int look = focused ? LOOK_BOLD : ROLE_TEXT, slide = 0;
    pane_put(p, y, 1, f->fault[field].text[0] != '\0' ? ROLE_ERROR : look, d->needed ? "*" : " ");
    pane_put_cut(p, y, 3, x - 5, look, d->label);
    if (focused)
        pane_put(p, y, x - 2, ROLE_INFO, "▶");
    if (hints) {
        room = HINT_AT - x - 2;
        pane_put_cut(p, y, HINT_AT, p.cols - HINT_AT - 1, ROLE_DIM,
                     f->fixed[field] ? "can't be changed here" : d->hint);
    }
    struct pane value = pane_part(p, y, x, 1, room);
    if (d->kind == FIELD_CHOICE)
        draw_choice(value, f, field, focused);
    else
        slide = draw_text(value, f, field, focused);
    int lines = fault_lines(&f->fault[field]);
    draw_fault(pane_part(p, y + 1, 0, lines, p.cols), 0, x, slide, &f->fault[field]);
}

struct span {
    int field, y, rows;
};

/* Where each field that is shown would be, from 0. */
static int lay_out(const struct form *f, int gap, struct span *ret, int *ret_rows)
{
    int n = 0, y = 0;
    for (int i = 0; i < f->count; i++) {
        if (f->hidden[i])
            continue;
        ret[n] = (struct span){i, y, 1 + fault_lines(&f->fault[i])};
        y += ret[n++].rows + gap;
    }
    *ret_rows = y;
    return n;
}

int form_draw(struct pane p, struct form *f)
{
    struct span span[FORM_FIELDS_MAX];
    int rows, left = 0;
    int n = lay_out(f, 1, span, &rows);
    if (rows > p.rows)
        n = lay_out(f, 0, span, &rows);
    for (int i = 0; i < n; i++) {
        if (span[i].field != f->focus)
            continue;
        int last = span[i].y + span[i].rows;
        f->top = f->top < last - p.rows ? last - p.rows : f->top;
        f->top = f->top > span[i].y ? span[i].y : f->top;
    }
    f->top = f->top > rows - p.rows ? rows - p.rows : f->top;
    f->top = f->top < 0 ? 0 : f->top;
    for (int i = 0; i < n; i++) {
        int y = span[i].y - f->top;
        if (y >= 0 && y < p.rows)
            draw_field(p, y, f, span[i].field);
        else
            left++;
    }
    return left;
}
