/* authority_pg.h - the shared authority: the commands of port/authority.h on one PostgreSQL, which
 * several engines and consoles share. Each command is one function of the schema `ap`
 * (sql/postgres/functions), one statement, one round trip.
 *
 * Used by the thread that opened it. The server's clock decides about leases and windows; the clock
 * given here only says how long an answer is waited for. */
#ifndef ADAPTER_AUTHORITY_PG_H
#define ADAPTER_AUTHORITY_PG_H

#include "adapter/pg_link.h"
#include "port/authority.h"
#include "port/clock.h"

/* Does not connect yet: the first command does. The link becomes the authority's own, in success
 * only; the clock is borrowed. */
bool authority_pg_open(struct pg_link *link, struct clock_port *clock, struct authority **ret,
                       struct err *err);

#endif
