/* db_inside.h - what the files of the store floor know of a handle; others see store/db.h.
 *
 * Three files are opened through it, each a kind of its own: the record (autopilot.db), the journal
 * and the process log. A kind says whose file it is, which schema it has and how it is made. */
#ifndef STORE_DB_INSIDE_H
#define STORE_DB_INSIDE_H

#include "base/file.h"
#include "store/db.h"

#include <sqlite3.h>

struct db_kind {
    const char *area;    /* "record": begins every sentence */
    const char *missing; /* what to do when the file is not there */
    const char *damaged; /* what it means that it is damaged, and what to do */
    int32_t application_id;
    const char *synchronous; /* the pragma */
    int version;             /* the schema this program needs */
    /* One of the two: */
    const struct sql_migration *migrations; /* migrations[i] leads to version i + 1; a list of what
                                             * was applied is kept, a backup made before */
    const enum sql_id *steps;               /* statements that make an empty file */
    int step_count;
    const int *upto; /* the first upto[i] of them make version i + 1; NULL: there is only one */
};

struct stmt {
    struct db *db;
    sqlite3_stmt *st;
    const char *bad; /* a parameter that the statement does not have */
    enum sql_id id;
    int rc; /* the first failure since db_stmt; SQLITE_OK */
};

struct db {
    sqlite3 *c;
    const struct db_kind *kind;
    int holders;
    enum db_mode mode;
    bool log_there; /* the log is attached as schema "log" */
    bool damaged;   /* something that was read was not whole */
    char path[FILE_PATH_MAX];
    struct stmt stmts[SQL_COUNT];
};

/* ret_damaged (may be NULL) tells, after a failure, whether the file is damaged. */
bool db_open_kind(const char *path, const struct db_kind *kind, enum db_mode mode, struct db **ret,
                  bool *ret_damaged, struct err *err);
/* Reads the whole file; *ret: it is sound. */
bool db_check_whole(struct db *db, bool *ret, struct err *err);
/* Brings the schema of a file that is ours, or empty, to kind->version. */
bool db_migrate(struct db *db, int from, struct err *err);
/* The one place where an SQLite result becomes a sentence. Always returns false. */
bool db_fail(struct db *db, int rc, const char *doing, struct err *err);
/* True when the file at `path` lives in memory only. */
bool db_in_memory(const char *path);

#endif
