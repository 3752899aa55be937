/* types.c - one table of names an enum, and the ledger's state machine as a matrix. */
#include "domain/types.h"

#include "base/str.h"

static const char *const desired_names[DESIREDS] = {"stop", "run", "pause"};
static const char *const job_state_names[JOB_STATES] = {"idle",    "running",   "paused",
                                                        "stopped", "completed", "failed"};
static const char *const group_state_names[GROUP_STATES] = {"waiting", "running", "done"};
static const char *const term_state_names[TERM_STATES] = {"waiting", "running", "done", "exhausted",
                                                          "deferred"};
static const char *const distribution_names[DISTRIBUTIONS] = {"equitable", "random"};
static const char *const mail_mode_names[MODES] = {"dryrun", "maildir", "smtp"};
static const char *const recontact_names[RECONTACTS] = {"never", "always"};
static const char *const send_state_names[SEND_STATES] = {
    "queued",   "claimed",  "committing", "sent",       "simulated", "rejected",
    "deferred", "in_doubt", "held",       "suppressed", "cancelled"};

#define BIT(state) (1u << (state))

/* Row: from; bits: the states it may move to. */
static const unsigned send_moves[SEND_STATES] = {
    [SEND_QUEUED] =
        BIT(SEND_CLAIMED) | BIT(SEND_DEFERRED) | BIT(SEND_SUPPRESSED) | BIT(SEND_CANCELLED),
    [SEND_CLAIMED] = BIT(SEND_QUEUED) | BIT(SEND_COMMITTING) | BIT(SEND_SENT) |
                     BIT(SEND_SIMULATED) | BIT(SEND_REJECTED) | BIT(SEND_DEFERRED) |
                     BIT(SEND_IN_DOUBT) | BIT(SEND_HELD),
    [SEND_COMMITTING] = BIT(SEND_SENT) | BIT(SEND_SIMULATED) | BIT(SEND_REJECTED) |
                        BIT(SEND_DEFERRED) | BIT(SEND_IN_DOUBT) | BIT(SEND_QUEUED),
    [SEND_DEFERRED] =
        BIT(SEND_QUEUED) | BIT(SEND_CLAIMED) | BIT(SEND_SUPPRESSED) | BIT(SEND_CANCELLED),
    [SEND_IN_DOUBT] = BIT(SEND_SENT) | BIT(SEND_SIMULATED) | BIT(SEND_REJECTED) |
                      BIT(SEND_DEFERRED) | BIT(SEND_QUEUED) | BIT(SEND_CANCELLED),
    [SEND_HELD] = BIT(SEND_QUEUED) | BIT(SEND_CANCELLED),
    [SEND_SUPPRESSED] = 0,
    [SEND_SENT] = 0,
    [SEND_SIMULATED] = 0,
    [SEND_REJECTED] = 0,
    [SEND_CANCELLED] = 0,
};

bool send_holds_place(enum send_state state)
{
    const unsigned holding = BIT(SEND_CLAIMED) | BIT(SEND_COMMITTING) | BIT(SEND_SENT) |
                             BIT(SEND_SIMULATED) | BIT(SEND_IN_DOUBT);
    return (unsigned)state < SEND_STATES && (holding & BIT(state)) != 0;
}

bool send_move_allowed(enum send_state from, enum send_state to)
{
    return (unsigned)from < SEND_STATES && (unsigned)to < SEND_STATES &&
           (send_moves[from] & BIT(to)) != 0;
}

static const char *name_in(const char *const *names, int count, int value)
{
    return value >= 0 && value < count ? names[value] : "unknown";
}

static bool find_in(const char *const *names, int count, const char *name, int *ret)
{
    for (int i = 0; i < count; i++) {
        if (str_equal(names[i], name)) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* Both doors of one enum; the tables above are the only place where a name is spelled. */
#define DOORS(type, names, count)                                                                  \
    const char *type##_name(enum type v)                                                           \
    {                                                                                              \
        return name_in(names, count, (int)v);                                                      \
    }                                                                                              \
    bool type##_parse(const char *name, enum type *ret)                                            \
    {                                                                                              \
        int found;                                                                                 \
        if (!find_in(names, count, name, &found))                                                  \
            return false;                                                                          \
        *ret = (enum type)found;                                                                   \
        return true;                                                                               \
    }

DOORS(desired, desired_names, DESIREDS)
DOORS(job_state, job_state_names, JOB_STATES)
DOORS(group_state, group_state_names, GROUP_STATES)
DOORS(term_state, term_state_names, TERM_STATES)
DOORS(distribution, distribution_names, DISTRIBUTIONS)
DOORS(mail_mode, mail_mode_names, MODES)
DOORS(recontact, recontact_names, RECONTACTS)
DOORS(send_state, send_state_names, SEND_STATES)
