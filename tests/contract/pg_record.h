/* pg_record.h - a shared record for tests, on a server of the tests' own (AUTOPILOT_TEST_PG),
 * reached directly or through a pooler in transaction mode.
 *
 * Tests move a clock of their own; the database has it in a table, which takes the place of the
 * server's clock. It is written before each command, on a second connection. */
#ifndef CONTRACT_PG_RECORD_H
#define CONTRACT_PG_RECORD_H

#include "adapter/pg_link.h"
#include "port/clock.h"

#include <stdbool.h>

struct pg_record;

/* Empty; one at a time. url_variable: AUTOPILOT_TEST_PG or AUTOPILOT_TEST_PG_POOLER, over which
 * pg_record_link() leads. Whatever goes wrong with the server ends the program. */
struct pg_record *pg_record_new(const char *url_variable);
void pg_record_free(struct pg_record *r); /* accepts NULL */
/* Drops the database of this program, when all tests are over. */
void pg_record_drop(void);

/* For an adapter, which becomes its owner. NULL: it was said why. */
struct pg_link *pg_record_link(struct pg_record *r);
/* For the adapter: its instants are the fake's. NULL: there are too many. Lives as the record. */
struct clock_port *pg_record_clock(struct pg_record *r, struct clock_port *fake);
/* Behind the adapter's back; the record's own. */
struct pg_link *pg_record_side(struct pg_record *r);
/* Makes or brings up to date a copy, as a console does. */
bool pg_record_copy(struct pg_record *r, const char *path, struct err *err);
/* Fetches a report into the copy, as a console does. */
bool pg_record_report(struct pg_record *r, const char *path, struct uuid run, struct err *err);

#endif
