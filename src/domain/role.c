/* role.c - the table of roles and actions.
 *
 * The idea: a cell has one of three values, and there is no other place that knows one. */
#include "domain/role.h"

#include "base/str.h"

#include <string.h>

/* What a role may: nothing, what it made itself, everything. */
enum may { NO, OWN, YES };

struct action_row {
    const char *words;
    enum may may[ROLES]; /* none, member, owner, admin */
};

static const struct action_row rows[ROLE_ACTIONS] = {
    [ROLE_SEE] = {"look at schedules", {NO, YES, YES, YES}},
    [ROLE_CREATE] = {"make a schedule", {NO, YES, YES, NO}},
    [ROLE_EDIT] = {"change the schedule", {NO, OWN, YES, NO}},
    [ROLE_CONTROL] = {"switch the schedule", {NO, OWN, YES, NO}},
    [ROLE_DELETE] = {"delete the schedule", {NO, OWN, YES, NO}},
    [ROLE_RUN] = {"ask for a report now", {NO, YES, YES, NO}},
    [ROLE_BACKFILL] = {"ask for reports of the past", {NO, OWN, YES, NO}},
    [ROLE_RUN_CANCEL] = {"cancel the run", {NO, OWN, YES, NO}},
    [ROLE_RUN_SEEN] = {"acknowledge the failure", {NO, YES, YES, NO}},
    [ROLE_SPEC_PUT] = {"define the specification", {NO, OWN, YES, NO}},
    [ROLE_SPEC_DELETE] = {"delete the specification", {NO, OWN, YES, NO}},
    [ROLE_TEMPLATE_PUT] = {"define the template", {NO, OWN, YES, NO}},
    [ROLE_TEMPLATE_DELETE] = {"delete the template", {NO, OWN, YES, NO}},
    [ROLE_JOIN] = {"add a member", {NO, NO, YES, YES}},
    [ROLE_PART] = {"remove a member", {NO, OWN, YES, YES}},
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
