/* agenda_sqlite.h - the embedded agenda: the commands of port/agenda.h on the record's SQLite file.
 * Used by the thread that opened it; several may be open on one file. */
#ifndef ADAPTER_AGENDA_SQLITE_H
#define ADAPTER_AGENDA_SQLITE_H

#include "port/agenda.h"
#include "port/clock.h"
#include "store/db.h"

/* path as db_open's (DB_CREATE). The clock gives the record's time (now_us only) and is borrowed.
 */
bool agenda_sqlite_open(const char *path, struct clock_port *clock, struct agenda **ret,
                        struct err *err);
/* The same on a record that is open already: takes a share of db and gives it back when freed. */
bool agenda_sqlite_open_on(struct db *db, struct clock_port *clock, struct agenda **ret,
                           struct err *err);

#endif
