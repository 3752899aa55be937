/* mx.h - asks the DNS whether a domain takes mail at all, and remembers what it said.
 *
 * RFC 5321 section 5.1: the MX records, and where there are none the domain's own address; RFC
 * 7505: a domain with one MX record that names the root takes no mail. Only a clear no is a no:
 * a resolver that fails, is silent or speaks nonsense leaves the answer open, and whoever hands
 * the letter over finds out. */
#ifndef ADAPTER_MX_H
#define ADAPTER_MX_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>

struct mx;

enum mx_answer {
    MX_NOT_KNOWN, /* nobody could say */
    MX_TAKES,     /* it has a mail server, or an address that counts as one */
    MX_NO_DOMAIN, /* the name does not exist */
    MX_NO_SERVER, /* it has neither MX record nor address */
    MX_NULL,      /* it says that it takes no mail */
};

/* servers: "ADDRESS[:PORT]" with commas between them, "[ADDRESS]:PORT" for IPv6; "": the system's
 * (/etc/resolv.conf, read anew for each question). wait_ms: the longest that mx_ask() takes, all
 * its questions together. NULL with err: REFUSED for servers that can't be read, STOP without
 * memory. Nothing is asked here. */
struct mx *mx_new(const char *servers, int32_t wait_ms, struct err *err);

/* May be called by several threads at once; each blocks for wait_ms at most. domain is in
 * A-labels. Returns within 0.1 s once *stop is true, with MX_NOT_KNOWN; stop may be NULL.
 * Answers are kept for as long as they say, but 1 min to 1 h, and open ones 1 min. When the
 * resolver was too slow for three domains in a row nobody is asked for 30 s, and all that is not
 * kept is MX_NOT_KNOWN. */
enum mx_answer mx_ask(struct mx *mx, const char *domain, const atomic_bool *stop);

/* Why no letter is to go there, as a clause; NULL when it may go. Static. */
const char *mx_why_not(enum mx_answer answer);

/* No mx_ask() is under way. NULL is fine. */
void mx_free(struct mx *mx);

#endif
