/* heard.h - what came back about a letter after it left, and what that changes.
 *
 * Bounces and answers arrive late, twice, in any order, or are forged. So each kind has a rank, the
 * ledger keeps the highest that was heard of a letter, and what follows depends on that alone:
 * heard again changes nothing, and the order of two messages does not matter to what is kept. */
#ifndef DOMAIN_HEARD_H
#define DOMAIN_HEARD_H

#include "base/uuid.h"
#include "domain/event.h"
#include "domain/ledger.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

/* In order of rank. */
enum heard_kind {
    HEARD_NOTHING,
    HEARD_DELAYED,   /* a relay still tries */
    HEARD_DELIVERED, /* a relay says so, or a machine at the address answered */
    HEARD_BOUNCED,   /* a relay gave up */
    HEARD_ANSWERED,  /* a person wrote back */
    HEARD_KINDS
};

enum { HEARD_IDS_MAX = 16 };

struct heard {
    enum heard_kind kind;
    struct uuid ids[HEARD_IDS_MAX]; /* whose letter it may be about, the likeliest first */
    int32_t id_count;
    bool nobody;                     /* BOUNCED: nobody is at the address, for good */
    int32_t code;                    /* the server's answer code, 0 where there is none */
    char words[MAIL_ANSWER_MAX + 1]; /* why, screened */
};

/* What one more message changes of a letter. */
struct heard_effect {
    bool mark;          /* it is of a higher rank than all before: keep it, tell it */
    enum send_state to; /* the state the letter goes to; SEND_STATES: it stays */
    bool suppress;      /* the address is not to be written to again */
};

/* "", delayed, delivered, bounced, answered: as the ledger keeps it. */
const char *heard_name(enum heard_kind kind);
bool heard_parse(const char *name, enum heard_kind *ret);

/* False: nothing can have been heard of a letter in this mode and state, because it never went to
 * its address. */
bool heard_possible(enum mail_mode mode, enum send_state state);

/* Only a letter in doubt moves: to sent when somebody got it, to rejected when a relay gave it up.
 * Who answered is not written to by a machine again. Pure; any thread. */
void heard_judge(const struct heard *h, enum send_state state, enum heard_kind before,
                 struct heard_effect *ret);

/* The event that tells what came back about a letter; EVENT_KINDS for nothing. */
enum event_kind event_of_heard(enum heard_kind kind);

#endif
