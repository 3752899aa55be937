/* ledger.h - what became of a claimed letter, as the journal keeps it and the ledger takes it. */
#ifndef DOMAIN_LEDGER_H
#define DOMAIN_LEDGER_H

#include "base/uuid.h"
#include "domain/types.h"

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

/* The name of a letter: a function of its key, so that a row that was lost and is made again has
 * the same Message-ID and the same file name. Pure; any thread. */
struct uuid ledger_send_id(enum mail_mode mode, struct uuid job, const char *address);

#endif
