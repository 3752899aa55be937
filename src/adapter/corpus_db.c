/* corpus_db.c - the connection to DATA/corpus.db.
 *
 * The one idea: a corpus can always be made again from the files it was made of, so durability is
 * cheap here (synchronous=NORMAL: a power cut may cost the last batch, never the file), and every
 * failure that means "this file is no good" ends in a sentence that says how to make a new one. */
#include "corpus_db.h"

#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    APPLICATION_ID = 0x41506370, /* "APcp" */
    SCHEMA_VERSION = 1,
    BUSY_MS = 3000, /* below the five seconds in which a lane looks whether it should end */
    COLUMN_MAX = 1 << 20,
};

struct corpus_db {
    sqlite3 *handle;
    char path[FILE_PATH_MAX];
    bool write;
    bool changing; /* inside a transaction */
    int stuck;     /* SQLite's code of a bind or prepare that failed */
    dev_t device;
    ino_t inode;
    sqlite3_stmt *statements[SQL_COUNT];
};

/* The schema, in the order in which it can be made. */
static const enum sql_id schema[] = {
    SQL_CORPUS_CREATE_STATE,     SQL_CORPUS_CREATE_ROOT,  SQL_CORPUS_CREATE_FILE,
    SQL_CORPUS_CREATE_FILE_ROOT, SQL_CORPUS_CREATE_TEXT,  SQL_CORPUS_CREATE_INDEX,
    SQL_CORPUS_CREATE_MERGING,   SQL_CORPUS_CREATE_FIRST,
};

static bool fail_damaged(const struct corpus_db *db, const char *why, struct err *err)
{
    return err_set(err, ERR_STOP,
                   "corpus: %s is damaged (%s); move it away and make it again with "
                   "`autopilot corpus add PATH`",
                   db->path, why);
}

static bool fail_missing(const struct corpus_db *db, struct err *err)
{
    return err_set(err, ERR_STOP,
                   "corpus: there is none yet (%s); add pages with `autopilot corpus add PATH`",
                   db->path);
}

/* One failure of SQLite as a sentence, by what the caller can do about it. */
static bool fail(struct corpus_db *db, int code, struct err *err)
{
    const char *why = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
        return fail_damaged(db, why, err);
    case SQLITE_FULL:
        return err_set(err, ERR_STOP, "corpus: the disk that holds %s is full; make room",
                       db->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(err, ERR_RETRY, "corpus: %s is being written by another process; try again",
                       db->path);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return err_set(err, ERR_STOP, "corpus: %s can't be used: %s; look at its permissions",
                       db->path, why);
    default:
        return err_set(err, ERR_STOP, "corpus: %s: %s", db->path, why);
    }
}

/* Settings and transactions: fixed text of this file, no data in it. */
static bool run_text(struct corpus_db *db, const char *text, struct err *err)
{
    const int code = sqlite3_exec(db->handle, text, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(db, code, err);
}

static bool read_number(struct corpus_db *db, const char *text, int64_t *ret, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int code = sqlite3_prepare_v2(db->handle, text, -1, &st, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(st);
    if (code == SQLITE_ROW)
        *ret = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st); /* tells the failure of the step again */
    return code == SQLITE_ROW || fail(db, code, err);
}

static bool make_schema(struct corpus_db *db, struct err *err)
{
    _Static_assert(APPLICATION_ID == 1095787376, "the number in the text below");
    _Static_assert(SCHEMA_VERSION == 1, "the number in the text below");
    if (!corpus_begin(db, err))
        return false;
    for (size_t i = 0; i < sizeof schema / sizeof schema[0]; i++)
        if (!corpus_run(db, corpus_query(db, schema[i]), err))
            goto undo;
    if (!run_text(db, "PRAGMA application_id = 1095787376", err) ||
        !run_text(db, "PRAGMA user_version = 1", err) || !corpus_commit(db, err))
        goto undo;
    return true;
undo:
    corpus_rollback(db);
    return false;
}

/* Is it ours, and do we know its schema? An empty file is as good as none. */
static bool check_file(struct corpus_db *db, bool *ret_empty, struct err *err)
{
    int64_t application = 0, version = 0, tables = 0;
    if (!read_number(db, "PRAGMA schema_version", &tables, err) ||
        !read_number(db, "PRAGMA application_id", &application, err) ||
        !read_number(db, "PRAGMA user_version", &version, err))
        return false;
    *ret_empty = tables == 0;
    if (*ret_empty)
        return true;
    if (application != APPLICATION_ID)
        return err_set(err, ERR_STOP,
                       "corpus: %s is a database of something else; move it away and add the pages "
                       "with `autopilot corpus add PATH`",
                       db->path);
    if (version != SCHEMA_VERSION)
        return err_set(err, ERR_STOP,
                       "corpus: %s was made by a newer autopilot (schema %lld, this one knows %d); "
                       "use that one, or move the file away",
                       db->path, (long long)version, SCHEMA_VERSION);
    return true;
}

static bool run_texts(struct corpus_db *db, const char *const *texts, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        if (!run_text(db, texts[i], err))
            return false;
    return true;
}

static bool set_up(struct corpus_db *db, struct err *err)
{
    static const char *const always[] = {
        "PRAGMA foreign_keys = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA temp_store = MEMORY",
        "PRAGMA cache_size = -16384",
    };
    static const char *const writing[] = {
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        "PRAGMA journal_size_limit = 67108864",
    };
    bool empty = false;
    (void)sqlite3_busy_timeout(db->handle, BUSY_MS); /* fails only without a handle */
    if (!check_file(db, &empty, err))
        return false;
    if (empty && !db->write)
        return fail_missing(db, err);
    if (!run_texts(db, always, sizeof always / sizeof always[0], err))
        return false;
    if (db->write && !run_texts(db, writing, sizeof writing / sizeof writing[0], err))
        return false;
    return !empty || make_schema(db, err);
}

static bool open_handle(struct corpus_db *db, const char *data_dir, struct err *err)
{
    struct stat st;
    if (!file_join(db->path, data_dir, "corpus.db", err))
        return false;
    if (db->write && !file_make_dirs(data_dir, 0700, err))
        return false;
    if (!db->write && stat(db->path, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return fail_missing(db, err);
    const int flags = db->write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = sqlite3_open_v2(db->path, &db->handle,
                                     flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (code != SQLITE_OK)
        return fail(db, code, err);
    if (stat(db->path, &st) == 0) {
        db->device = st.st_dev;
        db->inode = st.st_ino;
    }
    return true;
}

bool corpus_db_open(const char *data_dir, bool write, struct corpus_db **ret, struct err *err)
{
    struct corpus_db *db = calloc(1, sizeof *db);
    if (!db)
        return err_set(err, ERR_STOP, "corpus: out of memory");
    db->write = write;
    if (!open_handle(db, data_dir, err) || !set_up(db, err)) {
        corpus_db_close(db);
        return false;
    }
    *ret = db;
    return true;
}

void corpus_db_close(struct corpus_db *db)
{
    if (!db)
        return;
    corpus_rollback(db);
    for (int i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(db->statements[i]); /* tells an older failure again */
    (void)sqlite3_close(db->handle);               /* fails only while statements are open */
    free(db);
}

bool corpus_db_current(const struct corpus_db *db)
{
    struct stat st;
    return stat(db->path, &st) == 0 && st.st_dev == db->device && st.st_ino == db->inode;
}

sqlite3_stmt *corpus_query(struct corpus_db *db, enum sql_id id)
{
    sqlite3_stmt **st = &db->statements[id];
    if (*st) {
        (void)sqlite3_reset(*st);          /* tells an older failure again */
        (void)sqlite3_clear_bindings(*st); /* can't fail */
        return *st;
    }
    const int code =
        sqlite3_prepare_v3(db->handle, sql_text(id), -1, SQLITE_PREPARE_PERSISTENT, st, NULL);
    if (code != SQLITE_OK)
        db->stuck = code;
    return *st;
}

static void stick(struct corpus_db *db, int code)
{
    if (code != SQLITE_OK && db->stuck == SQLITE_OK)
        db->stuck = code;
}

void corpus_bind_int(struct corpus_db *db, sqlite3_stmt *st, const char *name, int64_t value)
{
    stick(db, sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, name), value));
}

void corpus_bind_blob(struct corpus_db *db, sqlite3_stmt *st, const char *name, const void *bytes,
                      size_t len)
{
    const int at = sqlite3_bind_parameter_index(st, name);
    stick(db, sqlite3_bind_blob64(st, at, len ? bytes : "", len, SQLITE_STATIC));
}

void corpus_bind_text(struct corpus_db *db, sqlite3_stmt *st, const char *name, const char *text,
                      size_t len)
{
    const int at = sqlite3_bind_parameter_index(st, name);
    stick(db, sqlite3_bind_text64(st, at, text, len, SQLITE_STATIC, SQLITE_UTF8));
}

bool corpus_step(struct corpus_db *db, sqlite3_stmt *st, bool *ret_row, struct err *err)
{
    int code = db->stuck;
    db->stuck = SQLITE_OK;
    if (code != SQLITE_OK || !st)
        return fail(db, code, err);
    code = sqlite3_step(st);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        (void)fail(db, code, err);
        (void)sqlite3_reset(st); /* tells the failure of the step again */
        return false;
    }
    *ret_row = code == SQLITE_ROW;
    if (!*ret_row)
        (void)sqlite3_reset(st); /* can't fail after the end */
    return true;
}

bool corpus_run(struct corpus_db *db, sqlite3_stmt *st, struct err *err)
{
    bool row = false;
    if (!corpus_step(db, st, &row, err))
        return false;
    if (row)
        (void)sqlite3_reset(st); /* a row that nobody asked for */
    return true;
}

bool corpus_number(struct corpus_db *db, enum sql_id id, int64_t *ret, struct err *err)
{
    bool row = false;
    sqlite3_stmt *st = corpus_query(db, id);
    if (!corpus_step(db, st, &row, err))
        return false;
    if (!row)
        return fail_damaged(db, "a row is missing", err);
    *ret = sqlite3_column_int64(st, 0);
    (void)sqlite3_reset(st); /* its only row was read */
    return true;
}

void corpus_column(sqlite3_stmt *st, int column, char *dst, size_t size)
{
    const void *bytes = sqlite3_column_blob(st, column);
    const int len = sqlite3_column_bytes(st, column);
    (void)str_copy_n(dst, size, bytes ? bytes : "", bytes && len > 0 ? (size_t)len : 0);
}

bool corpus_begin(struct corpus_db *db, struct err *err)
{
    db->changing = run_text(db, db->write ? "BEGIN IMMEDIATE" : "BEGIN", err);
    return db->changing;
}

bool corpus_commit(struct corpus_db *db, struct err *err)
{
    if (db->write)
        FP("corpus-commit-before");
    if (!run_text(db, "COMMIT", err))
        return false;
    db->changing = false;
    if (db->write)
        FP("corpus-commit-after");
    return true;
}

void corpus_rollback(struct corpus_db *db)
{
    if (!db->changing)
        return;
    (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL,
                       NULL); /* gone already after some errors */
    db->changing = false;
}

int64_t corpus_last_id(struct corpus_db *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

int64_t corpus_changes(struct corpus_db *db)
{
    return sqlite3_changes64(db->handle);
}
