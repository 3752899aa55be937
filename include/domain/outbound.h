/* outbound.h - what the settings say of a letter that is about to leave: to whom it really goes,
 * and whether it may. Pure; any thread. */
#ifndef DOMAIN_OUTBOUND_H
#define DOMAIN_OUTBOUND_H

#include "base/err.h"
#include "domain/ledger.h"
#include "domain/settings.h"

#include <stdbool.h>
#include <stdint.h>

/* Who gets the letter for `address`: the address itself, or [mail] redirect_to. Borrowed from what
 * was given. */
const char *outbound_recipient(const struct settings *s, const char *address);

/* True when the address is at one of the domains of [mail] allow_domains, or below one; also when
 * the list is empty. Domains are separated by blanks or commas; case does not matter. */
bool outbound_allowed(const struct settings *s, const char *address);

/* Whether a letter that was queued waited_us ago may leave. False: ERR_REFUSED, and the sentence is
 * the reason for which it is held. */
bool outbound_may_go(const struct settings *s, const char *address, int64_t waited_us,
                     struct err *err);

/* A letter that was redirected reached nobody for whom it was: SENT becomes SIMULATED, and the
 * reason says where it went. Other verdicts stay. */
void outbound_verdict(const struct settings *s, struct send_verdict *v);

#endif
