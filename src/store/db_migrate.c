/* db_migrate.c - brings a file's schema up to date: forward only, one transaction, and what was
 * applied is written down with its hash.
 *
 * The idea: the version is read again inside the transaction, so of two processes that start at
 * once one makes the schema and the other finds it made. */
#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "db_inside.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool version_now(struct db *db, int *ret, struct err *err)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(db->c, "PRAGMA user_version", -1, &st, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(st);
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int(st, 0);
    (void)sqlite3_finalize(st); /* the failure is in rc */
    return rc == SQLITE_ROW || db_fail(db, rc, "reading", err);
}

static bool note(struct db *db, const struct sql_migration *m, struct err *err)
{
    char hash[65];
    str_sha256_hex(m->text, strlen(m->text), hash);
    struct stmt *st = db_stmt(db, SQL_MIGRATION_ADD);
    stmt_int(st, "$version", m->number);
    stmt_text(st, "$name", m->name);
    stmt_text(st, "$sha256", hash);
    stmt_int(st, "$now", clock_now_us());
    return db_run(st, NULL, err);
}

static bool run_migrations(struct db *db, int from, struct err *err)
{
    for (int i = from; i < db->kind->version; i++) {
        const struct sql_migration *m = &db->kind->migrations[i];
        int rc = sqlite3_exec(db->c, m->text, NULL, NULL, NULL);
        if (rc != SQLITE_OK)
            return db_fail(db, rc, "changing the schema of", err);
        if (!note(db, m, err))
            return false;
    }
    struct stmt *st = db_stmt(db, SQL_RECORD_ADD);
    stmt_uuid(st, "$id", uuid_new_v7(clock_now_us()));
    stmt_int(st, "$now", clock_now_us());
    return db_run(st, NULL, err);
}

static bool run_steps(struct db *db, int from, struct err *err)
{
    int first = from > 0 && db->kind->upto != NULL ? db->kind->upto[from - 1] : 0;
    for (int i = first; i < db->kind->step_count; i++)
        if (!db_run(db_stmt(db, db->kind->steps[i]), NULL, err))
            return false;
    return true;
}

/* PATH.before-N, so that a migration that turns out badly can be taken back by hand. It gets its
 * name when it is whole: one that has it is from an attempt that did not end, and as good. */
static bool back_up(struct db *db, struct err *err)
{
    char path[FILE_PATH_MAX];
    char part[FILE_PATH_MAX];
    if (!str_format(path, sizeof path, "%s.before-%d", db->path, db->kind->version) ||
        !str_format(part, sizeof part, "%s.part", path))
        return err_set(err, ERR_REFUSED, "%s: the path %.80s... is too long", db->kind->area,
                       db->path);
    if (file_exists(path))
        return true;
    (void)unlink(part); /* left by an attempt that was killed; absent is fine */
    struct stmt *st = db_stmt(db, SQL_DB_BACKUP);
    stmt_text(st, "$path", part);
    if (!db_run(st, NULL, err))
        return false;
    if (rename(part, path) != 0)
        return err_set(err, ERR_STOP, "%s: naming the backup %s failed: %s", db->kind->area, path,
                       strerror(errno));
    return true;
}

/* Each row refers to one that is there, after all migrations. */
static bool references_hold(struct db *db, struct err *err)
{
    bool broken;
    struct stmt *st = db_stmt(db, SQL_VERIFY_REFERENCES);
    if (!db_step(st, &broken, err))
        return false;
    stmt_end(st);
    return !broken || err_set(err, ERR_STOP,
                              "%s: %s has rows that refer to none, so its schema is left as it is; "
                              "restore a backup",
                              db->kind->area, db->path);
}

static bool migrate(struct db *db, int from, struct err *err)
{
    if (!db_begin(db, err))
        return false;
    int now = from;
    bool ok = version_now(db, &now, err);
    if (ok && now < db->kind->version)
        ok = db->kind->migrations != NULL ? run_migrations(db, now, err) && references_hold(db, err)
                                          : run_steps(db, now, err);
    FP("db_migrate_before");
    if (ok)
        ok = db_commit(db, err);
    else
        db_rollback(db);
    FP("db_migrate_after");
    return ok;
}

/* A table that is made anew is away for a moment: references are not followed meanwhile. The switch
 * works outside of a transaction only. */
bool db_migrate(struct db *db, int from, struct err *err)
{
    if (from > 0 && !db_in_memory(db->path) && !back_up(db, err))
        return false;
    int rc = sqlite3_exec(db->c, "PRAGMA foreign_keys = OFF", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return db_fail(db, rc, "preparing", err);
    bool ok = migrate(db, from, err);
    rc = sqlite3_exec(db->c, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
    return ok && (rc == SQLITE_OK || db_fail(db, rc, "preparing", err));
}
