/* form.c - moving about in a form and editing its fields. */
#include "form.h"

#include "base/str.h"

#include <string.h>

static bool is_shown(const struct form *f, int field)
{
    return field >= 0 && field < f->count && !f->hidden[field];
}

static bool is_text(const struct form *f)
{
    return f->field[f->focus].kind == FIELD_TEXT && !f->fixed[f->focus];
}

void form_focus(struct form *f, int field)
{
    bool pasting = f->prompt.pasting;
    for (int i = 0; i < f->count && !is_shown(f, field); i++)
        field = (field + 1) % f->count;
    f->focus = field;
    (void)str_copy(f->entered, sizeof f->entered, f->value[field]); /* same size */
    prompt_set(&f->prompt, f->value[field]);
    f->prompt.pasting = pasting;
}

void form_step(struct form *f, int by)
{
    int to = f->focus;
    for (int i = 0; i < f->count; i++) {
        to = (to + by + f->count) % f->count;
        if (is_shown(f, to))
            break;
    }
    form_focus(f, to);
}

void form_set(struct form *f, int field, const char *text)
{
    (void)str_copy(f->value[field], sizeof f->value[field], text); /* a cut is fine */
    if (field == f->focus)
        prompt_set(&f->prompt, f->value[field]);
}

/* The next of the choices; one that is none of them becomes the first. */
static void choose(struct form *f, int by)
{
    const struct field *d = &f->field[f->focus];
    int at = by > 0 ? -1 : d->choices;
    for (int i = 0; i < d->choices; i++)
        if (str_equal(d->choice[i].value, f->value[f->focus]))
            at = i;
    form_set(f, f->focus, d->choice[(at + by + d->choices) % d->choices].value);
}

static bool choice_key(struct form *f, uint32_t key)
{
    switch (key) {
    case KEY_SPACE:
    case KEY_ARROW_RIGHT:
        choose(f, 1);
        return true;
    case KEY_ARROW_LEFT:
        choose(f, -1);
        return true;
    default:
        return false;
    }
}

/* Keys that a line of text takes; the others of prompt_key() mean something to the whole form. */
static bool edits(uint32_t key)
{
    static const uint32_t keys[] = {KEY_ARROW_LEFT, KEY_ARROW_RIGHT, KEY_TO_HOME, KEY_TO_END,
                                    KEY_RUBOUT,     KEY_DEL,         8,           'U' & 0x1F,
                                    'W' & 0x1F};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i] == key)
            return true;
    return key >= KEY_SPACE && key < KEY_FIRST_SPECIAL;
}

bool form_key(struct form *f, uint32_t key)
{
    bool mark = key == KEY_PASTE_BEGIN || key == KEY_PASTE_END;
    bool pasted = f->prompt.pasting || mark;
    if (is_text(f)) {
        if (!pasted && !edits(key))
            return false;
        if (prompt_key(&f->prompt, key) == PROMPT_CHANGED)
            (void)str_copy(f->value[f->focus], PROMPT_MAX, f->prompt.text); /* same size */
        return true;
    }
    if (mark) /* nothing can be pasted here; the marks count all the same */
        f->prompt.pasting = key == KEY_PASTE_BEGIN;
    bool chosen = f->field[f->focus].kind == FIELD_CHOICE && !f->fixed[f->focus];
    return pasted || (chosen && choice_key(f, key));
}

void form_undo(struct form *f)
{
    if (f->fixed[f->focus])
        return;
    bool here = str_equal(f->value[f->focus], f->entered);
    form_set(f, f->focus, here ? f->before[f->focus] : f->entered);
}

bool form_is_changed(const struct form *f, int field)
{
    return !str_equal(f->value[field], f->before[field]);
}

int form_changes(const struct form *f)
{
    int n = 0;
    for (int i = 0; i < f->count; i++)
        n += form_is_changed(f, i);
    return n;
}

int form_faults(const struct form *f, int *ret_first)
{
    int n = 0;
    *ret_first = -1;
    for (int i = 0; i < f->count; i++) {
        if (f->hidden[i] || f->fault[i].text[0] == '\0')
            continue;
        if (n++ == 0)
            *ret_first = i;
    }
    return n;
}

const char *form_shown(const struct form *f, int field)
{
    const struct field *d = &f->field[field];
    for (int i = 0; i < d->choices; i++)
        if (str_equal(d->choice[i].value, f->value[field]))
            return d->choice[i].word;
    if (f->value[field][0] == '\0' && d->nothing != NULL)
        return d->nothing;
    return f->value[field];
}
