/* action.h - the key list, as data, for the help of the sub-commands and the man page. The rows
 * themselves (src/ui/action.c) drive dispatch, footer, help overlay and the `:` prompt. */
#ifndef UI_ACTION_H
#define UI_ACTION_H

#include "base/err.h"

#include <stdbool.h>

struct action_line {
    const char *section; /* "Move", "Act on the row", "Find", "Log", "Everywhere" */
    const char *keys;    /* as people write them: "j  Down"; "" when only `:` reaches it */
    const char *name;    /* what `:` and the setting [console] keys call it */
    const char *args;    /* what `:` takes behind the name; "" */
    const char *help;
    const char *where; /* "everywhere", "lists", "jobs", "log" */
};

/* Hands each action in the order of the help; texts are borrowed for the call. */
void action_list(void (*row)(void *ctx, const struct action_line *line), void *ctx);

/* Checks a value of the setting [console] keys: unknown actions and keys, and two actions on one
 * key in one place, are refused with a sentence. */
bool action_check_keys(const char *overrides, struct err *err);

#endif
