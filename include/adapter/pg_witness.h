/* pg_witness.h - is a server of the shared record the one that it was? After a failover two may be
 * there that can be written to, and what one is told the other never knows.
 *
 * To be a link's check (adapter/pg_link.h). It refuses, with HOLD and what to do,
 *   a server with an older timeline than one of the same system identifier that was seen before
 *   any server, while another host of the address can be written to and is another server
 * What was seen stands in the journal of this machine; without a journal only the second is
 * noticed. A server that is alone in its address and was never seen to be replaced is believed. */
#ifndef ADAPTER_PG_WITNESS_H
#define ADAPTER_PG_WITNESS_H

#include "adapter/pg_link.h"

#include <stdbool.h>
#include <stdint.h>

struct pg_witness;

/* url: as the link's. journal: path of a journal; nothing is kept while there is none. Copied. */
bool pg_witness_new(const char *url, const char *journal, struct pg_witness **ret, struct err *err);
/* witness: the struct pg_witness. Looks at each other host for at most a second. */
bool pg_witness_check(void *witness, struct pg_link *link, int64_t deadline_us, struct err *err);
void pg_witness_free(void *witness); /* accepts NULL */

#endif
