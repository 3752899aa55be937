/* ledger.h - what became of a claimed letter, as the journal keeps it and the ledger takes it. */
#ifndef DOMAIN_LEDGER_H
#define DOMAIN_LEDGER_H

#include "base/uuid.h"
#include "domain/event.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum { MAIL_BATCH_MAX = 50, MAIL_ANSWER_MAX = 160 };

struct send_verdict {
    struct uuid id;        /* the ledger row */
    enum send_state state; /* SENT SIMULATED REJECTED DEFERRED IN_DOUBT HELD; QUEUED = released */
    int32_t code;          /* the server's answer code; 0 none */
    char reason[MAIL_ANSWER_MAX + 1]; /* the server's words or why, screened */
    char sha256[65];                  /* of the message's bytes; "" when none was made */
    int64_t retry_at_us;              /* DEFERRED */
};

/* Who puts an address on the suppression list when its server says that there is no such one, and
 * the reason that is written beside it. */
#define LEDGER_BOUNCE_ACTOR "autopilot"
#define LEDGER_BOUNCE_REASON "bounce"

/* True when an enhanced status says for good that nobody is at the recipient's address: 5.1.1, .2,
 * .3, .6 (RFC 3463 section 3.2) or .10 (RFC 7505). Not the other 5.1.x: they are about the sender's
 * address, or about none. Looks at the beginning of text. Pure; any thread. */
bool ledger_status_nobody(const char *text);

/* True when the verdict is a refusal that says so, as the server's words have it ("550 5.1.1 no
 * such user"): nobody is to write to the address again. Pure; any thread. */
bool ledger_nobody_there(const struct send_verdict *v);

/* The reason of a letter that was put off untried, because its domain had asked to wait. */
#define LEDGER_PUT_OFF_REASON "its domain asked to wait"

enum { LEDGER_FATES = 100 };

/* What became of a job's last letters, newest first. */
struct ledger_fates {
    int32_t seen;
    int32_t in_a_row; /* the newest, of which none was taken */
    int32_t refused;  /* for good */
    bool taken;       /* one was seen that the server took */
};

/* Adds the next older one, as its line in the log has it. False: no further one counts, because
 * there are LEDGER_FATES or the job was started or resumed here. Pure; any thread. */
bool ledger_fate_add(struct ledger_fates *f, enum event_kind kind);

/* True when the job is to stop: errors (0: off) letters in a row were not taken, or more than
 * percent (0: off) of the last LEDGER_FATES were refused for good; fewer letters are counted as if
 * the others had been taken. why: the reason, as ap.braked() of the server words it. Pure; any
 * thread. */
bool ledger_brake(const struct ledger_fates *f, int32_t errors, int32_t percent,
                  char why[MAIL_ANSWER_MAX + 1]);

/* The name of a letter: a function of its key, so that a row that was lost and is made again has
 * the same Message-ID and the same file name. Pure; any thread. */
struct uuid ledger_send_id(enum mail_mode mode, struct uuid job, const char *address);

#endif
