/* delivery.h - a finished report, or a word about a failure, that is brought to somebody: what
 * becomes of it, and when it is tried again. Pure; any thread. */
#ifndef DOMAIN_DELIVERY_H
#define DOMAIN_DELIVERY_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum delivery_kind { DELIVERY_WEBHOOK, DELIVERY_MAIL, DELIVERY_KINDS };

enum delivery_state {
    DELIVERY_WAITING,
    DELIVERY_GOING,     /* an engine is at it, or died over it */
    DELIVERY_DELIVERED, /* whoever gets it said so */
    DELIVERY_SIMULATED, /* written to the outbox, or it went to [mail] redirect_to instead */
    DELIVERY_FAILED,    /* given up */
    DELIVERY_IN_DOUBT,  /* a letter of which nobody knows; it is not sent again by itself */
    DELIVERY_HELD,      /* the settings don't let it go */
    DELIVERY_STATES
};

const char *delivery_kind_name(enum delivery_kind v); /* "webhook", as stored */
const char *delivery_state_name(enum delivery_state v);
bool delivery_kind_parse(const char *name, enum delivery_kind *ret);
bool delivery_state_parse(const char *name, enum delivery_state *ret);

enum {
    DELIVERY_TARGET_MAX = 500,  /* bytes of an address */
    DELIVERY_ANSWER_MAX = 240,  /* of what was answered */
    DELIVERY_ATTEMPTS_MAX = 100 /* that may be configured */
};

/* How long to wait after so many attempts (1 = the first failed): first, then each time four times
 * as long, 12 hours at most; never less than the receiver asked for (asked_us, 0: it didn't). */
int64_t delivery_wait_us(int64_t first_us, int32_t attempts, int64_t asked_us);

/* Did the receiver of a webhook take it, by its status? Every 2xx is a yes; 410 (gone) says never;
 * all else is asked again (RFC 9110 section 15). */
enum delivery_verdict { DELIVERY_TAKEN, DELIVERY_LATER, DELIVERY_NEVER };
enum delivery_verdict delivery_of_status(int32_t status);

#endif
