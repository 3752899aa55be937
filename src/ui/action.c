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
    int count;
    const struct action *table = actions(&count);
    for (int i = 0; i < count; i++) {
        if (str_equal(table[i].name, name))
            return &table[i];
        if (*name != '\0' && str_starts(table[i].name, name)) {
            if (found != NULL)
                return NULL;
            found = &table[i];
        }
    }
    return found;
}

const char *actions_nearest(const char *name)
{
    int best = NEAR, count;
    const char *found = NULL;
    const struct action *table = actions(&count);
    for (int i = 0; i < count; i++) {
        int far = str_distance(name, table[i].name, NEAR);
        if (far < best) {
            best = far;
            found = table[i].name;
        }
    }
    return found;
}

const char *section_title(enum action_section section)
{
    static const char *const titles[SECTIONS] = {
        [SECTION_MOVE] = "Move",
        [SECTION_ACT] = "Act on the row, or on the marked rows",
        [SECTION_FIND] = "Find",
        [SECTION_LOG] = "Log",
        [SECTION_EVERYWHERE] = "Everywhere",
    };
    return (unsigned)section < SECTIONS ? titles[section] : "";
}

static const char *where_of(unsigned kinds)
{
    switch (kinds) {
    case IN_ALL:
        return "everywhere";
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
    int count;
    const struct action *table = actions(&count);
    if (!keymap_build(&keymap, "", NULL))
        return; /* the table contradicts itself; a test sees to it that it does not */
    for (int section = 0; section < SECTIONS; section++)
        for (int i = 0; i < count; i++) {
            if ((int)table[i].section != section)
                continue;
            char keys[64];
            keymap_keys_of(&keymap, i, keys, sizeof keys);
            row(ctx, &(struct action_line){
                         .section = section_title(table[i].section),
                         .keys = keys,
                         .name = table[i].name,
                         .args = table[i].args != NULL ? table[i].args : "",
                         .help = table[i].help,
                         .where = where_of(table[i].kinds),
                     });
        }
}

bool action_check_keys(const char *overrides, struct err *err)
{
    struct keymap keymap;
    return keymap_build(&keymap, overrides, err);
}
