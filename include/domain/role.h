/* role.h - who may do what in a workspace: one table of actions and roles, and the sentence for
 * whoever may not.
 *
 * Rules: only members make schedules for their workspace; only its creator or an owner of the
 * workspace changes or deletes one; an administrator sees all workspaces, decides who belongs to
 * them, and changes nothing else in them. Whoever was a creator and is no member any more has no
 * say. Pure; any thread. */
#ifndef DOMAIN_ROLE_H
#define DOMAIN_ROLE_H

#include <stdbool.h>

enum role {
    ROLE_NONE, /* no member of the workspace */
    ROLE_MEMBER,
    ROLE_OWNER,
    ROLE_ADMIN, /* by the config, of every workspace; may be a member or an owner besides */
    ROLES
};

enum role_action {
    ROLE_SEE,             /* schedules, specifications, runs, reports */
    ROLE_CREATE,          /* a schedule */
    ROLE_EDIT,            /* its definition; creator: of the schedule, here and below */
    ROLE_CONTROL,         /* enable, disable, pause, resume */
    ROLE_DELETE,          /* a schedule */
    ROLE_RUN,             /* a report now, also as a test */
    ROLE_BACKFILL,        /* reports of slots that went by */
    ROLE_RUN_CANCEL,      /* creator: of the schedule, or who asked for the run */
    ROLE_RUN_SEEN,        /* acknowledge a failure */
    ROLE_SPEC_PUT,        /* define a specification; creator: of it, also of a new one */
    ROLE_SPEC_DELETE,     /* likewise */
    ROLE_TEMPLATE_PUT,    /* define a template of schedules; creator: of it, also of a new one */
    ROLE_TEMPLATE_DELETE, /* likewise */
    ROLE_JOIN,            /* add a member or change a role */
    ROLE_PART,            /* remove a member; creator: it is the actor, who leaves */
    ROLE_ACTIONS
};

const char *role_name(enum role role); /* "member", as stored */
/* member or owner, which a workspace knows; false (and *ret left alone) for all else. */
bool role_parse(const char *name, enum role *ret);
/* "run_cancel": its name in a shared record's table of roles. */
const char *role_action_name(enum role_action action);
/* What is done, as in "may not ...": "delete the schedule". */
const char *role_action_words(enum role_action action);

/* creator: the actor made what the action is about. */
bool role_allows(enum role role, enum role_action action, bool creator);
/* Why role_allows() says no to who is not the creator: a whole clause with the cure. */
const char *role_reason(enum role role, enum role_action action);

/* Is name one of "ana, ben"? Blanks around a name don't count; an empty name is nobody's. */
bool role_listed(const char *names, const char *name);

#endif
