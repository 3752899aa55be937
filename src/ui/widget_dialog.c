/* widget_dialog.c - a question. The idea: only the keys that are drawn do anything, Esc always
 * means "leave things as they are", and while it is open no key reaches what lies behind. */
#include "widget.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { WIDE_MIN = 44, EDGE = 3, CHOICE_AT = EDGE + 7 };

void dialog_begin(struct dialog *d, const char *title, bool danger)
{
    memset(d, 0, sizeof *d);
    d->open = true;
    d->danger = danger;
    (void)str_copy(d->title, sizeof d->title, title);
}

void dialog_line(struct dialog *d, const char *format, ...)
{
    if (d->lines == DIALOG_LINES)
        return;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(d->line[d->lines++], DIALOG_TEXT, format, args); /* cut text is enough */
    va_end(args);
}

void dialog_choice(struct dialog *d, const char *key, uint32_t code, const char *text, int answer)
{
    if (d->choices < DIALOG_CHOICES)
        d->choice[d->choices++] = (struct dialog_choice){key, code, text, answer};
}

static bool typed_right(const struct dialog *d)
{
    int64_t n;
    return d->type_count == 0 || (str_int(d->typed.text, 0, INT32_MAX, &n) && n == d->type_count);
}

bool dialog_key(struct dialog *d, uint32_t key, int *ret_answer)
{
    *ret_answer = 0;
    if (key == KEY_ESC || key == ('C' & 0x1F)) {
        d->open = false;
        return true;
    }
    for (int i = 0; i < d->choices; i++) {
        if (d->choice[i].code != key || (d->choice[i].answer != 0 && !typed_right(d)))
            continue;
        *ret_answer = d->choice[i].answer;
        d->open = false;
        return true;
    }
    if (d->type_count > 0 && key != KEY_RETURN)
        (void)prompt_key(&d->typed, key); /* what it says is looked at when Enter comes */
    return false;
}

static int widest(const struct dialog *d)
{
    int most = WIDE_MIN - 2 * EDGE;
    for (int i = 0; i < d->lines; i++) {
        int wide = fit_columns_of(d->line[i]);
        most = wide > most ? wide : most;
    }
    for (int i = 0; d->choices > 2 && i < d->choices; i++) {
        int wide = fit_columns_of(d->choice[i].text) + CHOICE_AT - EDGE;
        most = wide > most ? wide : most;
    }
    int note = fit_columns_of(d->note);
    return note > most ? note : most;
}

/* One choice a line when there are many, all in one line otherwise. */
static int draw_choices(struct pane p, int y, const struct dialog *d)
{
    int x = EDGE;
    bool lines = d->choices > 2;
    for (int i = 0; i < d->choices; i++) {
        const struct dialog_choice *c = &d->choice[i];
        if (lines) {
            pane_put(p, y, EDGE + 2, LOOK_BOLD, c->key);
            pane_put_cut(p, y++, CHOICE_AT, p.cols - CHOICE_AT - 1, ROLE_TEXT, c->text);
            continue;
        }
        x = pane_add(p, y, x, LOOK_BOLD, c->key);
        x = pane_add(p, y, x + 1, ROLE_TEXT, c->text) + 3;
    }
    return lines ? y : y + 1;
}

static void draw_typed(struct pane p, int y, const struct dialog *d)
{
    int x = pane_addf(p, y, EDGE, ROLE_TEXT, "Type %lld to go on: ", (long long)d->type_count);
    x = pane_add(p, y, x, LOOK_BOLD, d->typed.text);
    pane_cursor(p, y, x);
}

void dialog_draw(struct pane p, const struct dialog *d)
{
    int rows = d->lines + (d->choices > 2 ? d->choices : 1) + 5 + (d->note[0] != '\0' ? 2 : 0) +
               (d->type_count > 0 ? 2 : 0);
    int cols = widest(d) + 2 * EDGE;
    if (rows > p.rows)
        rows = p.rows;
    if (cols > p.cols)
        cols = p.cols;
    struct pane box = pane_part(p, (p.rows - rows) / 2, (p.cols - cols) / 2, rows, cols);
    pane_blank(box);
    int y = rows >= 8; /* then there is room for an empty line under the edge */
    /* What can be pressed is shown whatever is left out. */
    int below = (d->choices > 2 ? d->choices : 1) + (d->type_count > 0 ? 2 : 0);
    int spare = rows - 2 - y - below;
    for (int i = 0; i < d->lines && i < spare; i++)
        pane_put_cut(box, ++y, EDGE, cols - 2 * EDGE, ROLE_TEXT, d->line[i]);
    y += rows - 2 - y > below ? 2 : 1;
    if (d->type_count > 0) {
        draw_typed(box, y, d);
        y += 2;
    }
    y = draw_choices(box, y, d);
    if (d->note[0] != '\0')
        pane_put_cut(box, y + 1, EDGE, cols - 2 * EDGE, ROLE_DIM, d->note);
    pane_frame(box, d->danger ? ROLE_ERROR : ROLE_TEXT, d->title);
}
