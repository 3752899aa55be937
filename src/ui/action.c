/* action.c - looking things up in the table of actions, and the table as data for the docs. */
#include "ui/action.h"

#include "actions.h"
#include "keymap.h"

#include "base/str.h"

#include <string.h>

enum { NEAR = 3 };

const struct action *actions_find(const char *name)
{
    const struct action *found = NULL;
    const struct action *a;
    for (int i = 0; (a = action_at(i)) != NULL; i++) {
        if (str_equal(a->name, name))
            return a;
        if (*name != '\0' && str_starts(a->name, name)) {
            if (found != NULL)
                return NULL;
            found = a;
        }
    }
    return found;
}

const char *actions_nearest(const char *name)
{
    int best = NEAR;
    const char *found = NULL;
    const struct action *a;
    for (int i = 0; (a = action_at(i)) != NULL; i++) {
        int far = str_distance(name, a->name, NEAR);
        if (far < best) {
            best = far;
            found = a->name;
        }
    }
    return found;
}

const char *section_title(enum action_section section)
{
    static const char *const titles[SECTIONS] = {
        [SECTION_MOVE] = "Move", [SECTION_ACT] = "Act on the row, or on the marked rows",
        [SECTION_FIND] = "Find", [SECTION_LOG] = "Log",
        [SECTION_FORM] = "Form", [SECTION_EVERYWHERE] = "Everywhere",
    };
    return (unsigned)section < SECTIONS ? titles[section] : "";
}

static const char *where_of(unsigned kinds)
{
    switch (kinds) {
    case IN_ALL:
    case IN_EVERY:
        return "everywhere";
    case IN_FORM:
        return "form";
    case IN_JOBS:
        return "jobs";
    case IN_LOG:
        return "log";
    case IN_FILTER:
        return "lists";
    case IN_MARKS:
        return "lists";
    case IN_SCHEDULES:
        return "schedules";
    case IN_RUNS:
        return "runs";
    case IN_LETTERS:
        return "letters";
    case IN_LEADS:
        return "leads";
    case IN_LOG | IN_TEXT:
        return "log, report";
    case IN_SORT:
        return "lists";
    case IN_PANES:
        return "views with panes";
    case IN_LIST:
        return "lists";
    default:
        return "lists and log";
    }
}

void action_list(void (*row)(void *ctx, const struct action_line *line), void *ctx)
{
    struct keymap keymap;
    const struct action *a;
    if (!keymap_build(&keymap, "", NULL))
        return; /* the table contradicts itself; a test sees to it that it does not */
    for (int section = 0; section < SECTIONS; section++)
        for (int i = 0; (a = action_at(i)) != NULL; i++) {
            if ((int)a->section != section)
                continue;
            char keys[64];
            keymap_keys_of(&keymap, i, keys, sizeof keys);
            row(ctx, &(struct action_line){
                         .section = section_title(a->section),
                         .keys = keys,
                         .name = a->name,
                         .args = a->args != NULL ? a->args : "",
                         .help = a->help,
                         .where = where_of(a->kinds),
                     });
        }
}

bool action_check_keys(const char *overrides, struct err *err)
{
    struct keymap keymap;
    return keymap_build(&keymap, overrides, err);
}
