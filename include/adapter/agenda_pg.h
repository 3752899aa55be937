/* agenda_pg.h - schedules and runs in a record that several machines share (PostgreSQL): the
 * agenda's second adapter. Each command is one call of one function of the schema `ap`
 * (sql/postgres/functions/3N_*.sql), one transaction and one round trip; run_end() alone asks again
 * when a report was made whose schedule has followers. */
#ifndef ADAPTER_AGENDA_PG_H
#define ADAPTER_AGENDA_PG_H

#include "adapter/pg_link.h"
#include "base/err.h"
#include "port/agenda.h"
#include "port/clock.h"

#include <stdbool.h>

/* The link becomes the agenda's own, in success only; its schema has been checked
 * (pg_schema_check). The clock is borrowed: it says how long to wait for an answer; instants are
 * the server's. To be freed with its ops->free. */
bool agenda_pg_open(struct pg_link *link, struct clock_port *clock, struct agenda **ret,
                    struct err *err);

#endif
