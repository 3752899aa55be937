/* db_stmt.c - prepared statements, their parameters and rows, and transactions.
 *
 * The idea: a statement is prepared once a handle and asked for by its number; what goes wrong
 * while it is being prepared or bound is kept in it and comes out of the next db_run or db_step, so
 * that a command reads as a plain list of steps. */
#include "base/fp.h"
#include "base/str.h"
#include "db_inside.h"

#include <string.h>

static void clear(struct stmt *st)
{
    st->rc = SQLITE_OK;
    st->bad = NULL;
    if (st->st == NULL)
        return;
    (void)sqlite3_reset(st->st);          /* tells of the step before, which was reported then */
    (void)sqlite3_clear_bindings(st->st); /* can't fail */
}

struct stmt *db_stmt(struct db *db, enum sql_id id)
{
    struct stmt *st = &db->stmts[id];
    st->db = db;
    st->id = id;
    clear(st);
    if (st->st == NULL)
        st->rc =
            sqlite3_prepare_v3(db->c, sql_text(id), -1, SQLITE_PREPARE_PERSISTENT, &st->st, NULL);
    return st;
}

/* The number of a parameter, 0 when nothing can be bound. */
static int place(struct stmt *st, const char *name)
{
    if (st->rc != SQLITE_OK)
        return 0;
    int index = sqlite3_bind_parameter_index(st->st, name);
    if (index == 0) {
        st->rc = SQLITE_MISUSE;
        st->bad = name;
    }
    return index;
}

static void keep(struct stmt *st, int rc)
{
    if (st->rc == SQLITE_OK)
        st->rc = rc;
}

void stmt_int(struct stmt *st, const char *name, int64_t value)
{
    int i = place(st, name);
    if (i > 0)
        keep(st, sqlite3_bind_int64(st->st, i, value));
}

void stmt_text(struct stmt *st, const char *name, const char *text)
{
    if (text == NULL)
        stmt_null(st, name);
    else
        stmt_text_n(st, name, text, strlen(text));
}

void stmt_text_n(struct stmt *st, const char *name, const char *text, size_t len)
{
    int i = place(st, name);
    if (i > 0)
        keep(st, sqlite3_bind_text64(st->st, i, text, len, SQLITE_TRANSIENT, SQLITE_UTF8));
}

void stmt_uuid(struct stmt *st, const char *name, struct uuid id)
{
    stmt_blob(st, name, id.byte, sizeof id.byte);
}

void stmt_blob(struct stmt *st, const char *name, const void *bytes, size_t len)
{
    int i = place(st, name);
    if (i > 0)
        keep(st, sqlite3_bind_blob64(st->st, i, bytes, len, SQLITE_TRANSIENT));
}

void stmt_null(struct stmt *st, const char *name)
{
    int i = place(st, name);
    if (i > 0)
        keep(st, sqlite3_bind_null(st->st, i));
}

static bool fail(struct stmt *st, int rc, struct err *err)
{
    if (st->bad != NULL)
        return err_set(err, ERR_STOP,
                       "%s: statement %s has no parameter %s: this is a mistake in "
                       "the program",
                       st->db->kind->area, sql_name(st->id), st->bad);
    char doing[80];
    (void)str_format(doing, sizeof doing, "%s on", sql_name(st->id)); /* a cut is fine */
    return db_fail(st->db, rc, doing, err);
}

bool db_step(struct stmt *st, bool *ret_row, struct err *err)
{
    *ret_row = false;
    if (st->rc != SQLITE_OK)
        return fail(st, st->rc, err);
    int rc = sqlite3_step(st->st);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return true;
    }
    bool ok = rc == SQLITE_DONE || fail(st, rc, err);
    (void)sqlite3_reset(st->st); /* repeats the failure that was just reported */
    return ok;
}

bool db_run(struct stmt *st, int64_t *ret_changes, struct err *err)
{
    bool row;
    do {
        if (!db_step(st, &row, err))
            return false;
    } while (row);
    if (ret_changes != NULL)
        *ret_changes = sqlite3_changes64(st->db->c);
    return true;
}

bool db_run_unless_taken(struct stmt *st, bool *ret_taken, struct err *err)
{
    struct err why = {0};
    *ret_taken = false;
    if (db_run(st, NULL, &why))
        return true;
    if (sqlite3_extended_errcode(st->db->c) == SQLITE_CONSTRAINT_UNIQUE) {
        *ret_taken = true;
        return true;
    }
    return err_set(err, why.kind, "%s", why.text);
}

void stmt_end(struct stmt *st)
{
    if (st->st != NULL)
        (void)sqlite3_reset(st->st); /* what it tells was reported already */
}

int64_t col_int(struct stmt *st, int i)
{
    return sqlite3_column_int64(st->st, i);
}

const char *col_text(struct stmt *st, int i)
{
    const unsigned char *text = sqlite3_column_text(st->st, i);
    return text != NULL ? (const char *)text : "";
}

void col_text_to(struct stmt *st, int i, char *dst, size_t size)
{
    (void)str_copy(dst, size, col_text(st, i)); /* a cut is what the caller asked for */
}

bool col_blob_to(struct stmt *st, int i, void *dst, size_t size)
{
    const void *bytes = sqlite3_column_blob(st->st, i);
    if (bytes == NULL || (size_t)sqlite3_column_bytes(st->st, i) != size)
        return false;
    memcpy(dst, bytes, size);
    return true;
}

struct uuid col_uuid(struct stmt *st, int i)
{
    struct uuid id = {{0}};
    (void)col_blob_to(st, i, id.byte, sizeof id.byte); /* NULL is the zero name */
    return id;
}

bool col_null(struct stmt *st, int i)
{
    return sqlite3_column_type(st->st, i) == SQLITE_NULL;
}

bool db_begin(struct db *db, struct err *err)
{
    return db_run(db_stmt(db, SQL_DB_BEGIN), NULL, err);
}

bool db_begin_read(struct db *db, struct err *err)
{
    return db_run(db_stmt(db, SQL_DB_BEGIN_READ), NULL, err);
}

/* After a failed COMMIT the transaction may still be open: it is taken back, so that the record is
 * as it was before, whatever the failure. */
bool db_commit(struct db *db, struct err *err)
{
    FP("db_before_commit");
    bool ok = db_run(db_stmt(db, SQL_DB_COMMIT), NULL, err);
    if (!ok)
        db_rollback(db);
    FP("db_after_commit");
    return ok;
}

void db_rollback(struct db *db)
{
    /* SQLite takes some failures back by itself. */
    if (sqlite3_get_autocommit(db->c) == 0)
        (void)db_run(db_stmt(db, SQL_DB_ROLLBACK), NULL, NULL); /* nothing is left to be done */
}

void db_end_read(struct db *db)
{
    db_rollback(db);
}

int64_t db_last_id(struct db *db)
{
    return sqlite3_last_insert_rowid(db->c);
}

static int64_t one_number(struct db *db, enum sql_id id)
{
    bool row;
    struct stmt *st = db_stmt(db, id);
    if (!db_step(st, &row, NULL) || !row)
        return -1;
    int64_t n = col_int(st, 0);
    stmt_end(st);
    return n;
}

int64_t db_data_version(struct db *db)
{
    int64_t record = one_number(db, SQL_DB_DATA_VERSION);
    int64_t log = db->log_there ? one_number(db, SQL_DB_DATA_VERSION_LOG) : 0;
    return record < 0 || log < 0 ? -1 : log << 32 | record;
}

bool db_is_current(struct db *db)
{
    int moved = 0;
    int rc = sqlite3_file_control(db->c, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
    return rc != SQLITE_OK || moved == 0;
}
