/* logdb.h - the process log: DATA/log.db, SQLite, synchronous=NORMAL, one writer thread that
 * commits what has gathered (at most 10 commits a second). Events are not here: they are state and
 * live in the record; the log screen reads both in the order of time. */
#ifndef STORE_LOGDB_H
#define STORE_LOGDB_H

#include "base/err.h"
#include "base/log.h"

#include <stdbool.h>
#include <stdint.h>

struct logdb;

/* Opens (makes) the file and starts the writer. keep_lines: older lines are trimmed. A log that
 * can't be opened is an error for the caller to weigh; a damaged file is moved aside and begun anew
 * (the record has the facts). */
bool logdb_open(const char *path, int32_t keep_lines, struct logdb **ret, struct err *err);
/* Writes what is queued, ends the thread. Accepts NULL. */
void logdb_close(struct logdb *l);
/* A sink for log_line; borrowed until close. Thread-safe: a bounded queue of 4096 lines, beyond
 * which lines are dropped and counted ("log: 12 lines dropped" follows). */
struct log_sink logdb_sink(struct logdb *l, enum log_level threshold);

#endif
