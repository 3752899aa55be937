/* smtp_verdict.h - what the end of an SMTP exchange means for the letter and for the relay.
 *
 * The rule (RFC 5321 section 4.2.1 for the codes, 6.1 for who is responsible): before the final dot
 * nothing was sent, whatever happened; after it only an answer of the server counts, and no answer
 * means that nobody can know. */
#ifndef ADAPTER_SMTP_VERDICT_H
#define ADAPTER_SMTP_VERDICT_H

#include "base/err.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

/* How far an exchange came: the last thing that was said to the server. */
enum smtp_phase {
    SMTP_GREETING, /* connecting, and its banner */
    SMTP_HELLO,    /* EHLO */
    SMTP_TLS,      /* STARTTLS */
    SMTP_LOGIN,    /* AUTH */
    SMTP_MAIL,     /* MAIL FROM */
    SMTP_RCPT,     /* RCPT TO */
    SMTP_DATA,     /* DATA */
    SMTP_BODY,     /* the letter, without its final dot */
    SMTP_DOT,      /* the final dot may have been written */
};

enum smtp_how {
    SMTP_ACCEPTED,   /* the server answered the dot with 250 */
    SMTP_ANSWERED,   /* it answered something else; code says what */
    SMTP_LOST,       /* it closed, was silent for too long, or spoke nonsense */
    SMTP_UNSAFE,     /* TLS was not to be had, or the certificate is not right */
    SMTP_TAKEN_BACK, /* we ended it before the dot */
    SMTP_NOWHERE,    /* it never began: nobody takes mail at the domain */
};

struct smtp_end {
    enum smtp_phase phase;
    enum smtp_how how;
    int32_t code; /* the answer to the phase's command; 0: none */
};

struct smtp_fate {
    enum send_state letter; /* SENT, REJECTED, DEFERRED, IN_DOUBT, HELD; QUEUED: not sent */
    bool relay;             /* the relay as a whole can't go on; kind says how */
    enum err_kind kind;     /* RETRY: later; REFUSED: a person has to look */
};

/* Pure; any thread. */
struct smtp_fate smtp_fate(const struct smtp_end *end);

/* The name of a phase for a sentence: "RCPT TO", "the final dot". Static. */
const char *smtp_phase_name(enum smtp_phase phase);

#endif
