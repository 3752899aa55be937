/* db.c - opens a file: whose is it, is it whole, is it ours to change.
 *
 * The idea: everything that can be refused is refused before the first byte is written. Only a file
 * that carries our application_id, or that is empty, ever gets a pragma that changes it. */
#include "store/db.h"

#include "base/file.h"
#include "base/str.h"
#include "db_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    RECORD_SCHEMA = 9, /* the schema this program needs: sql/sqlite/migrations has as many files */
    BUSY_MS = 3000,    /* below the 5 s slice in which a lane waits for anything */
    WAL_TRIES = 150    /* of 20 ms each: switching to WAL does not obey the busy timeout */
};

static const struct db_kind record_kind = {
    .area = "record",
    .missing = "make it with: autopilot init",
    .damaged = "keep a copy, then restore a backup, or try: sqlite3 FILE .recover",
    .application_id = 0x61705243,
    .synchronous = "PRAGMA synchronous = FULL",
    .version = RECORD_SCHEMA,
    .migrations = sql_migrations,
};

bool db_in_memory(const char *path)
{
    return str_equal(path, ":memory:") ||
           (str_starts(path, "file:") && strstr(path, "mode=memory") != NULL);
}

static bool exec(struct db *db, const char *sql, const char *doing, struct err *err)
{
    int rc = sqlite3_exec(db->c, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || db_fail(db, rc, doing, err);
}

/* The first column of a pragma's row; "" when there is none. */
static bool ask(struct db *db, const char *sql, char *ret, size_t size, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->c, sql, -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    const char *text = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : NULL;
    (void)str_copy(ret, size, text != NULL ? text : ""); /* answers are short */
    (void)sqlite3_finalize(st);                          /* the failure is in rc */
    return rc == SQLITE_ROW || rc == SQLITE_DONE || db_fail(db, rc, "reading", err);
}

static bool ask_int(struct db *db, const char *sql, int64_t *ret, struct err *err)
{
    char text[32];
    if (!ask(db, sql, text, sizeof text, err))
        return false;
    *ret = 0;
    (void)str_int(text, INT64_MIN, INT64_MAX, ret); /* no number counts as 0 */
    return true;
}

/* The file holds addresses of people: it is made readable for its owner only, and SQLite gives the
 * same mode to what it puts beside it. */
static bool make_file(struct db *db, struct err *err)
{
    char dir[FILE_PATH_MAX];
    file_dir_of(dir, db->path);
    if (!file_make_dirs(dir, 0700, err))
        return false;
    int fd = open(db->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        enum err_kind kind = errno == ENOSPC || errno == EDQUOT ? ERR_STOP : ERR_REFUSED;
        return err_set(err, kind,
                       "%s: making %s failed: %s; look at the owner, permissions and "
                       "space of its directory",
                       db->kind->area, db->path, strerror(errno));
    }
    (void)close(fd); /* nothing was written */
    return file_sync_dir(dir, err);
}

static bool check_there(struct db *db, struct err *err)
{
    struct stat st;
    if (db_in_memory(db->path))
        return true;
    if (stat(db->path, &st) == 0 && !S_ISREG(st.st_mode))
        return err_set(err, ERR_REFUSED, "%s: %s is not a file", db->kind->area, db->path);
    if (file_exists(db->path))
        return true;
    if (db->mode == DB_CREATE)
        return make_file(db, err);
    return err_set(err, ERR_REFUSED, "%s: there is no %s; %s", db->kind->area, db->path,
                   db->kind->missing);
}

static bool connect(struct db *db, struct err *err)
{
    int flags =
        db->mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(db->path, &db->c, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
    if (rc != SQLITE_OK)
        return db_fail(db, rc, "opening", err);
    (void)sqlite3_extended_result_codes(db->c, 1); /* can't fail */
    (void)sqlite3_busy_timeout(db->c, BUSY_MS);    /* can't fail */
    /* A file from somewhere else can't make us run what it brings. */
    (void)sqlite3_db_config(db->c, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);      /* can't fail */
    (void)sqlite3_db_config(db->c, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL); /* can't fail */
    return true;
}

/* Whose file it is: *ret_version of ours, 0 for an empty one. */
static bool check_kind(struct db *db, int64_t *ret_version, struct err *err)
{
    int64_t id, tables;
    if (!ask_int(db, "PRAGMA application_id", &id, err) ||
        !ask_int(db, "PRAGMA user_version", ret_version, err) ||
        !ask_int(db, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return false;
    if (id == 0 && *ret_version == 0 && tables == 0)
        return true;
    if (id != db->kind->application_id || *ret_version < 1)
        return err_set(err, ERR_REFUSED,
                       "%s: %s is a database of something else; it was left as "
                       "it is: choose another directory with --data",
                       db->kind->area, db->path);
    if (*ret_version > db->kind->version)
        return err_set(err, ERR_REFUSED,
                       "%s: %s was written by a newer autopilot (schema %lld, "
                       "this one knows %d); use that version, or another directory with --data",
                       db->kind->area, db->path, (long long)*ret_version, db->kind->version);
    return true;
}

/* Two processes that make the same file at once meet here. */
static bool use_wal(struct db *db, struct err *err)
{
    char mode[16] = "";
    const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    int rc = SQLITE_OK;
    if (!ask(db, "PRAGMA journal_mode", mode, sizeof mode, err))
        return false;
    for (int i = 0; i < WAL_TRIES && !str_equal(mode, "wal") && !str_equal(mode, "memory"); i++) {
        rc = sqlite3_exec(db->c, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc == SQLITE_OK)
            return true;
        if ((rc & 0xFF) != SQLITE_BUSY)
            break;
        (void)nanosleep(&pause, NULL); /* a shorter pause does no harm */
    }
    return rc == SQLITE_OK || db_fail(db, rc, "preparing", err);
}

static bool set_up(struct db *db, struct err *err)
{
    static const char *const always[] = {"PRAGMA foreign_keys = ON", "PRAGMA cell_size_check = ON",
                                         "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -8000"};
    static const char *const writing[] = {"PRAGMA journal_size_limit = 16777216",
                                          "PRAGMA secure_delete = OFF"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        if (!exec(db, always[i], "preparing", err))
            return false;
    if (db->mode == DB_READ)
        return true;
    if (!use_wal(db, err) || !exec(db, db->kind->synchronous, "preparing", err))
        return false;
    for (size_t i = 0; i < sizeof writing / sizeof writing[0]; i++)
        if (!exec(db, writing[i], "preparing", err))
            return false;
    return true;
}

static bool open_steps(struct db *db, struct err *err)
{
    int64_t version;
    if (!check_there(db, err) || !connect(db, err) || !check_kind(db, &version, err))
        return false;
    if (db->mode == DB_READ && version < db->kind->version)
        return err_set(err, ERR_REFUSED,
                       "%s: %s has schema %lld, this program needs %d; any "
                       "command that writes brings it up to date: autopilot db migrate",
                       db->kind->area, db->path, (long long)version, db->kind->version);
    if (!set_up(db, err))
        return false;
    return version == db->kind->version || db_migrate(db, (int)version, err);
}

bool db_open_kind(const char *path, const struct db_kind *kind, enum db_mode mode, struct db **ret,
                  bool *ret_damaged, struct err *err)
{
    struct db *db = calloc(1, sizeof *db);
    if (db == NULL)
        return err_set(err, ERR_STOP, "%s: there is no memory to open %s", kind->area, path);
    db->kind = kind;
    db->mode = mode;
    db->holders = 1;
    if (!str_copy(db->path, sizeof db->path, path)) {
        free(db);
        return err_set(err, ERR_REFUSED, "%s: the path %.80s... is too long", kind->area, path);
    }
    if (!open_steps(db, err)) {
        if (ret_damaged != NULL)
            *ret_damaged = db->damaged;
        db_close(db);
        return false;
    }
    *ret = db;
    return true;
}

bool db_open(const char *path, enum db_mode mode, struct db **ret, struct err *err)
{
    return db_open_kind(path, &record_kind, mode, ret, NULL, err);
}

bool db_check_whole(struct db *db, bool *ret, struct err *err)
{
    char answer[16];
    *ret = false;
    if (!ask(db, "PRAGMA quick_check(1)", answer, sizeof answer, err))
        return false;
    *ret = str_equal(answer, "ok");
    return true;
}

struct db *db_share(struct db *db)
{
    db->holders++;
    return db;
}

void db_close(struct db *db)
{
    if (db == NULL || --db->holders > 0)
        return;
    for (int i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(db->stmts[i].st); /* repeats a failure that was reported */
    (void)sqlite3_close(db->c);                  /* all statements are gone, so it can't be busy */
    free(db);
}

const char *db_path(const struct db *db)
{
    return db->path;
}

/* "file:" + the path with everything escaped that an URI takes for its own. */
static bool uri_of(const char *path, char *dst, size_t size)
{
    struct buf uri = buf_init(size - 1);
    buf_adds(&uri, "file:");
    for (const char *p = path; *p != '\0'; p++) {
        if (*p == '%' || *p == '?' || *p == '#')
            buf_addf(&uri, "%%%02X", (unsigned)*p);
        else
            buf_addc(&uri, *p);
    }
    buf_adds(&uri, "?mode=ro");
    bool ok = buf_ok(&uri) && str_copy(dst, size, buf_text(&uri));
    buf_done(&uri);
    return ok;
}

bool db_attach_read(struct db *db, const char *path, const char *schema, bool *ret_there,
                    struct err *err)
{
    char uri[FILE_PATH_MAX * 3];
    if (!str_equal(schema, "log"))
        return err_set(err, ERR_STOP,
                       "%s: only the log is attached, not %s: this is a mistake in "
                       "the program",
                       db->kind->area, schema);
    *ret_there = db->log_there;
    if (db->log_there || !file_exists(path))
        return true;
    if (!uri_of(path, uri, sizeof uri))
        return err_set(err, ERR_REFUSED, "%s: the path %.80s... is too long", db->kind->area, path);
    struct stmt *st = db_stmt(db, SQL_DB_ATTACH);
    stmt_text(st, "$file", uri);
    stmt_text(st, "$schema", schema);
    if (!db_run(st, NULL, err))
        return false;
    int64_t version;
    bool ours = ask_int(db, "PRAGMA log.user_version", &version, err);
    bool begun = !ours || version != 0;
    if (ours && begun && version != 1)
        ours =
            err_set(err, ERR_REFUSED, "%s: %s is not a log of this version", db->kind->area, path);
    *ret_there = db->log_there = ours && begun;
    if (!db->log_there)
        (void)db_run(db_stmt(db, SQL_DB_DETACH_LOG), NULL, NULL); /* what was found counts */
    return ours;
}
