/* form.h - a form: fields one below the other, each a text, a choice, or names to be picked from a
 * list. What a field holds is always a text, so that what was changed, what somebody else changed
 * and what ^Z brings back are comparisons of texts. What may stand in a field is its owner's to
 * say: it puts the faults in. */
#ifndef UI_FORM_H
#define UI_FORM_H

#include "canvas.h"
#include "widget.h"

#include <stdbool.h>
#include <stdint.h>

enum { FORM_FIELDS_MAX = 28, FORM_FAULT_MAX = 240 };

enum field_kind {
    FIELD_TEXT,
    FIELD_CHOICE,
    FIELD_PICK_ONE,
    FIELD_PICK_MANY /* names with commas between; "" is all */
};

struct field_choice {
    const char *value; /* what the field holds */
    const char *word;  /* what is shown */
};

struct field {
    const char *label;
    const char *hint; /* beside it, where there is room */
    enum field_kind kind;
    bool needed;
    const struct field_choice *choice; /* FIELD_CHOICE */
    int choices;
    const char *nothing; /* shown for ""; NULL */
};

/* Below its field. */
struct field_fault {
    char text[FORM_FAULT_MAX]; /* "": there is none */
    char cure[FORM_FAULT_MAX]; /* "" */
    int caret;                 /* the column of the text it is about; -1 none */
};

struct form {
    const struct field *field;
    int count;
    char value[FORM_FIELDS_MAX][PROMPT_MAX];
    char before[FORM_FIELDS_MAX][PROMPT_MAX]; /* when it was opened */
    bool hidden[FORM_FIELDS_MAX];             /* means nothing as things stand */
    bool fixed[FORM_FIELDS_MAX];              /* shown only */
    struct field_fault fault[FORM_FIELDS_MAX];
    int focus, top;
    char entered[PROMPT_MAX]; /* what the field held when it was come to */
    struct prompt prompt;     /* of the field that has the focus, when it is a text */
};

/* The field is come to; one that is hidden gives way to the next. */
void form_focus(struct form *f, int field);
/* To the next or previous field that is shown. */
void form_step(struct form *f, int by);
/* Puts a value into a field, also into the one that is edited. */
void form_set(struct form *f, int field, const char *text);
/* A key that edits the field: true when it was one. Tab, Enter, Esc and the like are not, but while
 * something is pasted every key is. */
bool form_key(struct form *f, uint32_t key);
/* The field as it was come to; once more: as the form was opened. */
void form_undo(struct form *f);
bool form_is_changed(const struct form *f, int field);
/* How many fields were changed; how many have a fault, and the first of them (-1). */
int form_changes(const struct form *f);
int form_faults(const struct form *f, int *ret_first);
/* What the field shows: the word of a choice, the text. */
const char *form_shown(const struct form *f, int field);
/* Draws as many fields as there is room for, that with the focus among them. Returns how many are
 * not shown. */
int form_draw(struct pane p, struct form *f);

/* --- picking names from a list ---------------------------------------------------------------- */

enum { PICK_MAX = 200 };
struct pick_item {
    const char *name;
    const char *title; /* beside it; "" */
};
struct pick {
    bool open, many;
    const char *title;
    const struct pick_item *item; /* of whoever opened it, for as long as it is open */
    int count;
    bool taken[PICK_MAX];
    struct table_state table;
};
/* Opens it with the names of `text` taken. */
void pick_begin(struct pick *p, const char *title, const struct pick_item *item, int count,
                bool many, const char *text);
/* True when the key closed it; *ret_done: something was picked, and ret has the names. */
bool pick_key(struct pick *p, uint32_t key, bool *ret_done, char *ret, size_t size);
void pick_draw(struct pane pane, struct pick *p);

#endif
