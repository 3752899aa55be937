/* pg_cancel.h - asks the server to end a statement, without waiting for ever. */
#ifndef PG_CANCEL_H
#define PG_CANCEL_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

/* Sends the request on a connection of its own and waits for it until deadline_us (clock_boot_us).
 * True when it was sent; whether the statement still ran then, only its answer tells. */
bool pg_cancel(PGconn *conn, int64_t deadline_us);

#endif
