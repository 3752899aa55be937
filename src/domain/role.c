/* role.c - the table of roles and actions.
 *
 * The idea: a cell has one of three values, and there is no other place that knows one. A shared
 * record's server has a copy of the table, made of this one when it is migrated. */
#include "domain/role.h"

#include "base/str.h"

#include <string.h>

/* What a role may: nothing, what it made itself, everything. */
enum may { NO, OWN, YES };

struct action_row {
    const char *name;
    const char *words;
    enum may may[ROLES]; /* none, member, owner, admin */
};

static const struct action_row rows[ROLE_ACTIONS] = {
    [ROLE_SEE] = {"see", "look at schedules", {NO, YES, YES, YES}},
    [ROLE_CREATE] = {"create", "make a schedule", {NO, YES, YES, NO}},
    [ROLE_EDIT] = {"edit", "change the schedule", {NO, OWN, YES, NO}},
    [ROLE_CONTROL] = {"control", "switch the schedule", {NO, OWN, YES, NO}},
    [ROLE_DELETE] = {"delete", "delete the schedule", {NO, OWN, YES, NO}},
    [ROLE_RUN] = {"run", "ask for a report now", {NO, YES, YES, NO}},
    [ROLE_BACKFILL] = {"backfill", "ask for reports of the past", {NO, OWN, YES, NO}},
    [ROLE_RUN_CANCEL] = {"run_cancel", "cancel the run", {NO, OWN, YES, NO}},
    [ROLE_RUN_SEEN] = {"run_seen", "acknowledge the failure", {NO, YES, YES, NO}},
    [ROLE_SPEC_PUT] = {"spec_put", "define the specification", {NO, OWN, YES, NO}},
    [ROLE_SPEC_DELETE] = {"spec_delete", "delete the specification", {NO, OWN, YES, NO}},
    [ROLE_TEMPLATE_PUT] = {"template_put", "define the template", {NO, OWN, YES, NO}},
    [ROLE_TEMPLATE_DELETE] = {"template_delete", "delete the template", {NO, OWN, YES, NO}},
    [ROLE_JOIN] = {"join", "add a member", {NO, NO, YES, YES}},
    [ROLE_PART] = {"part", "remove a member", {NO, OWN, YES, YES}},
};

static const char *const names[ROLES] = {"none", "member", "owner", "admin"};

const char *role_name(enum role role)
{
    return (unsigned)role < ROLES ? names[role] : "unknown";
}

bool role_parse(const char *name, enum role *ret)
{
    for (int i = ROLE_MEMBER; i <= ROLE_OWNER; i++) {
        if (str_equal(names[i], name)) {
            *ret = (enum role)i;
            return true;
        }
    }
    return false;
}

const char *role_action_name(enum role_action action)
{
    return (unsigned)action < ROLE_ACTIONS ? rows[action].name : "unknown";
}

const char *role_action_words(enum role_action action)
{
    return (unsigned)action < ROLE_ACTIONS ? rows[action].words : "do what is not known";
}

bool role_allows(enum role role, enum role_action action, bool creator)
{
    if ((unsigned)role >= ROLES || (unsigned)action >= ROLE_ACTIONS)
        return false;
    enum may may = rows[action].may[role];
    return may == YES || (may == OWN && creator);
}

const char *role_reason(enum role role, enum role_action action)
{
    switch (role) {
    case ROLE_MEMBER:
        return action == ROLE_JOIN || action == ROLE_PART
                   ? "only an owner of the workspace or an administrator decides who belongs to it"
                   : "only who made it or an owner of the workspace does; ask one of them "
                     "(autopilot member list)";
    case ROLE_ADMIN:
        return "an administrator sees every workspace but changes nothing in it; become a member "
               "(autopilot member add)";
    default:
        return "only members of the workspace do; an owner can add you (autopilot member list)";
    }
}

bool role_listed(const char *list, const char *name)
{
    size_t len = strlen(name);
    while (len > 0 && *list != '\0') {
        list += strspn(list, ", \t");
        size_t n = strcspn(list, ",");
        size_t trimmed = n;
        while (trimmed > 0 && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t'))
            trimmed--;
        if (trimmed == len && memcmp(list, name, len) == 0)
            return true;
        list += n;
    }
    return false;
}
