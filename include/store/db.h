/* db.h - the only door to SQLite for autopilot.db: opens, checks, migrates, prepares, runs. The
 * journal and the log have the same door inside the store floor.
 *
 * WAL, synchronous=FULL, foreign keys, STRICT tables, busy timeout below a slice. One connection
 * belongs to one thread. Statements are the generated ones (sql/sqlite/NAME.sql = SQL_NAME),
 * prepared at first use and kept. Adapters that carry out commands and the read models are built on
 * this; nobody else includes sqlite3.h. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/err.h"
#include "base/uuid.h"
#include "store/sql_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

enum db_mode {
    DB_CREATE, /* make the file and its directory when absent, migrate to the newest schema */
    DB_WRITE,  /* must exist; migrate */
    DB_READ,   /* must exist with the right schema; read only */
};

/* path ":memory:" or "file:NAME?mode=memory&cache=shared" serve tests and the simulation. A file
 * that is damaged, of something else (application_id), or newer than this program is refused with a
 * sentence that says what to do; it is never changed. */
bool db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err);
/* One more holder of the same handle, for the simulation: several authorities of one thread on one
 * record in memory. (Two connections with a shared cache would meet SQLITE_LOCKED, which no busy
 * timeout covers: each call would have to be tried again.) Every holder calls db_close; none keeps
 * a transaction or a statement open between its calls. */
struct db *db_share(struct db *db);
void db_close(struct db *db); /* accepts NULL */

/* A prepared statement, reset and with cleared bindings; borrowed, never NULL. Errors stick: when
 * it can't be prepared or a bind fails, the next db_run/db_step returns false with the sentence. */
struct stmt;
struct stmt *db_stmt(struct db *db, enum sql_id id);
/* Parameters are bound by name: "$job". */
void stmt_int(struct stmt *st, const char *name, int64_t value);
void stmt_text(struct stmt *st, const char *name, const char *text); /* NULL binds NULL */
void stmt_text_n(struct stmt *st, const char *name, const char *text, size_t len);
void stmt_uuid(struct stmt *st, const char *name, struct uuid id);
void stmt_blob(struct stmt *st, const char *name, const void *bytes, size_t len);
void stmt_null(struct stmt *st, const char *name);

/* Runs a statement that gives no rows; *ret_changes (may be NULL) = rows changed. */
bool db_run(struct stmt *st, int64_t *ret_changes, struct err *err);
/* The same of a row that another may stand in the way of: *ret_taken, when it has the same unique
 * key; then nothing was written, and a transaction goes on. */
bool db_run_unless_taken(struct stmt *st, bool *ret_taken, struct err *err);
/* The next row: *ret_row tells whether there is one; at the end the statement is reset. */
bool db_step(struct stmt *st, bool *ret_row, struct err *err);
/* Ends a statement before its last row was read (so that no read transaction stays open). */
void stmt_end(struct stmt *st);
/* Columns of the current row, by position. Text is borrowed until the next step; never NULL. */
int64_t col_int(struct stmt *st, int i);
const char *col_text(struct stmt *st, int i);
void col_text_to(struct stmt *st, int i, char *dst, size_t size);
struct uuid col_uuid(struct stmt *st, int i);
/* The bytes of column i when it has exactly `size` of them: true; else dst is left alone. */
bool col_blob_to(struct stmt *st, int i, void *dst, size_t size);
bool col_null(struct stmt *st, int i);

/* BEGIN IMMEDIATE / COMMIT with failpoints; rollback never fails. A write that fails because the
 * disk is full or the file read-only gives ERR_STOP, a lock that stays taken ERR_RETRY. */
bool db_begin(struct db *db, struct err *err);
bool db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
int64_t db_last_id(struct db *db);
/* A short read transaction, so that several queries see one state; never kept open after return of
 * who began it. db_end_read never fails. */
bool db_begin_read(struct db *db, struct err *err);
void db_end_read(struct db *db);
/* PRAGMA data_version: changes when another connection committed (also to the attached log). -1
 * when it can't be read. */
int64_t db_data_version(struct db *db);
/* False: another file took the place of the open one, or none (a copy that was made anew): what is
 * read here does not change any more. Costs one stat(). */
bool db_is_current(struct db *db);
/* Path of the file; borrowed. */
const char *db_path(const struct db *db);
/* Attaches a second file read-only under a schema name (the log beside the record); a file that is
 * absent, or that its writer has only just begun, is not an error: *ret_there false. Attached
 * already: *ret_there true. */
bool db_attach_read(struct db *db, const char *path, const char *schema, bool *ret_there,
                    struct err *err);

#endif
