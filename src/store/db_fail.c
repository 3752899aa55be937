/* db_fail.c - SQLite's result codes as sentences. One row a code: what the caller may do, what it
 * means to a person, and the cure. */
#include "base/str.h"
#include "db_inside.h"

#include <errno.h>
#include <string.h>

struct meaning {
    int rc;
    enum err_kind kind;
    const char *what; /* NULL: SQLite's own words */
    const char *cure; /* NULL: as the kind of file says */
};

static const struct meaning meanings[] = {
    {SQLITE_FULL, ERR_STOP, "the disk is full", "free some space; nothing was changed"},
    {SQLITE_BUSY, ERR_RETRY, "another process has kept it locked for 3 s", "try again"},
    {SQLITE_LOCKED, ERR_RETRY, "another handle of this process is using it", "try again"},
    {SQLITE_READONLY, ERR_STOP, "it is read-only",
     "look at the owner and permissions of the file and its directory"},
    {SQLITE_PERM, ERR_STOP, "access is not permitted",
     "look at the owner and permissions of the file and its directory"},
    {SQLITE_CANTOPEN, ERR_STOP, NULL,
     "look at the owner and permissions of the file and its directory"},
    {SQLITE_NOTADB, ERR_STOP, "it is not a database, or damaged", NULL},
    {SQLITE_CORRUPT, ERR_STOP, "it is damaged", NULL},
    {SQLITE_NOMEM, ERR_STOP, "there is no memory left", "free some and start again"},
    {SQLITE_IOERR, ERR_STOP, NULL, "look at the disk and the system's log; nothing was changed"},
    {SQLITE_CONSTRAINT, ERR_STOP, NULL, "this is a mistake in the program; nothing was changed"},
    {SQLITE_MISUSE, ERR_STOP, NULL, "this is a mistake in the program; nothing was changed"},
    {SQLITE_ERROR, ERR_STOP, NULL, "if the file was changed by hand, restore a backup"},
};

static const struct meaning *meaning_of(int rc)
{
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].rc == (rc & 0xFF))
            return &meanings[i];
    return NULL;
}

/* A full disk does not always say SQLITE_FULL: where the shared memory file can't grow it is an
 * I/O error with this errno. */
static const struct meaning *full_disk(struct db *db, int rc)
{
    int number = db->c != NULL ? sqlite3_system_errno(db->c) : 0;
    if ((rc & 0xFF) != SQLITE_IOERR || (number != ENOSPC && number != EDQUOT))
        return NULL;
    return meaning_of(SQLITE_FULL);
}

/* SQLite's words, and the system's where it was the system that refused. */
static void own_words(struct db *db, int rc, char *dst, size_t size)
{
    bool io = (rc & 0xFF) == SQLITE_IOERR || (rc & 0xFF) == SQLITE_CANTOPEN;
    const char *words = db->c != NULL ? sqlite3_errmsg(db->c) : sqlite3_errstr(rc);
    int number = db->c != NULL && io ? sqlite3_system_errno(db->c) : 0;
    (void)str_format(dst, size, "%s%s%s", words, number != 0 ? ": " : "",
                     number != 0 ? strerror(number) : ""); /* a cut is fine */
}

bool db_fail(struct db *db, int rc, const char *doing, struct err *err)
{
    const struct meaning *m = full_disk(db, rc);
    if (m == NULL)
        m = meaning_of(rc);
    char own[200];
    db->damaged = db->damaged || (rc & 0xFF) == SQLITE_CORRUPT || (rc & 0xFF) == SQLITE_NOTADB;
    own_words(db, rc, own, sizeof own);
    const char *cure = m == NULL ? "try again" : m->cure != NULL ? m->cure : db->kind->damaged;
    return err_set(err, m != NULL ? m->kind : ERR_STOP, "%s: %s %s failed: %s; %s", db->kind->area,
                   doing, db->path, m != NULL && m->what != NULL ? m->what : own, cure);
}
