/* message.h - a whole RFC 5322 message from a letter's parts, ready for a Maildir or a server.
 *
 * Every header value is checked before anything is written: a control character in one is an
 * error that names the header, so that no value can add a header of its own. The message is a
 * function of its inputs: the same letter gives the same bytes at every attempt, with the same
 * Message-ID. Sources: RFC 5322, 2045 (quoted-printable), 2046 (multipart), 2047 (encoded words),
 * 2369 and 8058 (List-Unsubscribe), 6532 (UTF-8 local parts). Any thread. */
#ifndef ADAPTER_MESSAGE_H
#define ADAPTER_MESSAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MESSAGE_MAX = 2 * 1024 * 1024, /* bytes: two bodies of LETTER_BODY_MAX, each byte encoded */
    MESSAGE_NAME_MAX = 200,        /* bytes of the sender's name */
    MESSAGE_POSTAL_MAX = 1000,     /* bytes of the postal address */
    MESSAGE_URI_MAX = 900,         /* bytes of one unsubscribe address, filled in */
    MESSAGE_URIS_MAX = 4
};

/* Who writes: from the settings. NULL or "" = not configured, except from_address. */
struct message_sender {
    const char *from_name;
    const char *from_address;
    const char *reply_to;
    const char *postal_address; /* the last lines of both parts; may have several lines */
    /* One or more https:, http: or mailto: addresses, separated by commas or blanks. In them {{id}}
     * becomes the letter's id, {{email}} the recipient, percent-encoded, and {token} the message's
     * token, because a one-click address has to say who wants to leave (RFC 8058 section 3.1). */
    const char *unsubscribe;
};

struct message {
    struct uuid id;      /* the ledger row: Message-ID and boundary are made from it alone */
    int64_t date_us;     /* Date: microseconds UTC */
    const char *to;      /* one address; the local part may be UTF-8, the domain is A-labels */
    const char *subject; /* UTF-8, one line */
    const char *text;    /* NULL or "": no such part; one of the two is there */
    const char *html;
    const char *token; /* for {token} in unsubscribe; NULL: there is none */
};

/* Checks what comes from the settings; ERR_REFUSED names the header and what is wrong. */
bool message_check_sender(const struct message_sender *sender, struct err *err);

/* Appends the message, lines ended by CRLF, to out (a buf with a ceiling of MESSAGE_MAX takes
 * every message). False: out is as it was; ERR_REFUSED a value is not allowed (the sentence names
 * the header), ERR_STOP there is no room in out or no memory. */
bool message_build(const struct message_sender *sender, const struct message *message,
                   struct buf *out, struct err *err);

/* "<UUID@DOMAIN>" with the domain of from_address: what replies and bounces refer to. */
bool message_id(struct uuid id, const char *from_address, struct buf *out, struct err *err);

#endif
