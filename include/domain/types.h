/* types.h - the words of the automation, as values: states, modes, verdicts, and their names.
 *
 * The names are what the database stores, what --json prints and what the screens show, so each
 * enum has one table of names (types.c) and two doors: x_name() and x_parse(). Pure; any thread. */
#ifndef DOMAIN_TYPES_H
#define DOMAIN_TYPES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    NAME_MAX_BYTES = 120, /* a workspace, job, group or template name, without the NUL */
    TERM_MAX_BYTES = 400, /* a search term */
    ADDRESS_MAX = 320,    /* 64 + @ + 255 (RFC 5321 section 4.5.3.1) */
    URL_MAX = 2000,       /* longer addresses of pages are not followed */
    CURSOR_MAX = 240,     /* a provider's opaque cursor */
    FACT_MAX = 200        /* a lead's name, company, page title */
};

/* What the operator wants of a job. */
enum desired { DESIRED_STOP, DESIRED_RUN, DESIRED_PAUSE, DESIREDS };
enum job_state {
    JOB_IDLE,      /* never started */
    JOB_RUNNING,   /* desired run; a lane works it or will as soon as one is free */
    JOB_PAUSED,    /* short hold */
    JOB_STOPPED,   /* position kept */
    JOB_COMPLETED, /* all groups done, loop_automation off */
    JOB_FAILED,    /* cannot go on; the reason is in its `error` */
    JOB_STATES
};
enum group_state { GROUP_WAITING, GROUP_RUNNING, GROUP_DONE, GROUP_STATES };
enum term_state {
    TERM_WAITING,
    TERM_RUNNING,
    TERM_DONE,
    TERM_EXHAUSTED,
    TERM_DEFERRED,
    TERM_STATES
};
enum distribution { DISTRIBUTION_EQUITABLE, DISTRIBUTION_RANDOM, DISTRIBUTIONS };
enum mail_mode { MODE_DRYRUN, MODE_MAILDIR, MODE_SMTP, MODES };
enum recontact { RECONTACT_NEVER, RECONTACT_ALWAYS, RECONTACTS };

/* The ledger's states (design: the record, 3.3). */
enum send_state {
    SEND_QUEUED,     /* has its row; holds no place */
    SEND_CLAIMED,    /* an engine holds it; holds a place */
    SEND_COMMITTING, /* the final dot may have been sent; holds a place; never sent again */
    SEND_SENT,       /* accepted by the next hop or the Maildir; holds a place */
    SEND_SIMULATED,  /* dry run: written; holds a place */
    SEND_REJECTED,   /* refused for good; frees its place */
    SEND_DEFERRED,   /* refused for now; frees its place; tried again later */
    SEND_IN_DOUBT,   /* nobody can know; holds a place; the operator settles it */
    SEND_HELD,       /* the letter can't be written (a variable is missing); holds none */
    SEND_SUPPRESSED, /* on the suppression list when it was claimed; holds none */
    SEND_CANCELLED,  /* contacted by another job meanwhile, or dropped by the operator */
    SEND_STATES
};

/* True when a row in this state counts towards loop_interval and max_emails_per_group. */
bool send_holds_place(enum send_state state);
/* True when the state machine of the ledger allows from -> to (table in types.c). */
bool send_move_allowed(enum send_state from, enum send_state to);

const char *desired_name(enum desired v);
const char *job_state_name(enum job_state v);
const char *group_state_name(enum group_state v);
const char *term_state_name(enum term_state v);
const char *distribution_name(enum distribution v);
const char *mail_mode_name(enum mail_mode v);
const char *recontact_name(enum recontact v);
const char *send_state_name(enum send_state v);

/* False (and *ret left alone) for an unknown name. */
bool desired_parse(const char *name, enum desired *ret);
bool job_state_parse(const char *name, enum job_state *ret);
bool group_state_parse(const char *name, enum group_state *ret);
bool term_state_parse(const char *name, enum term_state *ret);
bool distribution_parse(const char *name, enum distribution *ret);
bool mail_mode_parse(const char *name, enum mail_mode *ret);
bool recontact_parse(const char *name, enum recontact *ret);
bool send_state_parse(const char *name, enum send_state *ret);

#endif
