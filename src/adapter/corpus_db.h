/* corpus_db.h - DATA/corpus.db as a place to run statements: opened, checked, with sentences when
 * something fails. Shared by corpus.c, corpus_add.c, search_local.c and pages_corpus.c; what the
 * statements mean is their business. One connection belongs to one thread. */
#ifndef ADAPTER_CORPUS_DB_H
#define ADAPTER_CORPUS_DB_H

#include "base/err.h"
#include "store/sql_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

struct corpus_db;

/* Reading: the file must be there; a file that is not there is ERR_STOP with the cure. Writing: the
 * directory and the file are made when absent. A file that is damaged, something else's, or made by
 * a newer program is refused and never changed. */
bool corpus_db_open(const char *data_dir, bool write, struct corpus_db **ret, struct err *err);
void corpus_db_close(struct corpus_db *db); /* accepts NULL */
/* False when DATA/corpus.db is another file now than when it was opened, or gone. */
bool corpus_db_current(const struct corpus_db *db);

/* A statement, reset and without values; borrowed. Failures of this and of the binds stick until
 * the next corpus_run() or corpus_step(), which tells them. */
sqlite3_stmt *corpus_query(struct corpus_db *db, enum sql_id id);
/* Bytes are borrowed until the statement is run or stepped to its end. */
void corpus_bind_int(struct corpus_db *db, sqlite3_stmt *st, const char *name, int64_t value);
void corpus_bind_blob(struct corpus_db *db, sqlite3_stmt *st, const char *name, const void *bytes,
                      size_t len);
void corpus_bind_text(struct corpus_db *db, sqlite3_stmt *st, const char *name, const char *text,
                      size_t len);
/* Runs a statement without rows. */
bool corpus_run(struct corpus_db *db, sqlite3_stmt *st, struct err *err);
/* The next row; at the end *ret_row is false and the statement is reset. */
bool corpus_step(struct corpus_db *db, sqlite3_stmt *st, bool *ret_row, struct err *err);
/* The one number of a statement with one row of one column. */
bool corpus_number(struct corpus_db *db, enum sql_id id, int64_t *ret, struct err *err);
/* A column's bytes as text, cut to size; "" for NULL. */
void corpus_column(sqlite3_stmt *st, int column, char *dst, size_t size);

/* BEGIN IMMEDIATE for writers, BEGIN for readers. */
bool corpus_begin(struct corpus_db *db, struct err *err);
bool corpus_commit(struct corpus_db *db, struct err *err);
/* Never fails; without a transaction it does nothing. */
void corpus_rollback(struct corpus_db *db);
int64_t corpus_last_id(struct corpus_db *db);
/* Rows that the last statement changed. */
int64_t corpus_changes(struct corpus_db *db);

#endif
