/* authority_sqlite.h - the embedded authority: the commands of port/authority.h on one SQLite file.
 * Used by the thread that opened it; several may be open on one file. */
#ifndef ADAPTER_AUTHORITY_SQLITE_H
#define ADAPTER_AUTHORITY_SQLITE_H

#include "port/authority.h"
#include "port/clock.h"
#include "store/db.h"

/* path as db_open's (DB_CREATE). The clock gives the authority's time (now_us only) and is
 * borrowed; every lane has its own. */
bool authority_sqlite_open(const char *path, struct clock_port *clock, struct authority **ret,
                           struct err *err);
/* The same on a record that is open already (the simulation: one record in memory, many
 * authorities). Takes a share of db (db_share) and gives it back when freed. */
bool authority_sqlite_open_on(struct db *db, struct clock_port *clock, struct authority **ret,
                              struct err *err);

#endif
