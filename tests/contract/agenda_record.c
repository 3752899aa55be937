/* agenda_record.c - which kind of record is tried is told from the run to its tests in the
 * environment. */
#include "contract/agenda_record.h"

#include "adapter/agenda_pg.h"
#include "adapter/agenda_sqlite.h"
#include "adapter/authority_pg.h"
#include "adapter/authority_sqlite.h"
#include "bench/many_schedules.h"
#include "contract/pg_record.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define KIND "AUTOPILOT_TEST_RECORD" /* the variable with the server's URL; not there: embedded */

struct agenda_record {
    struct fake_clock *clock;
    struct pg_record *shared; /* NULL: embedded */
    struct db *db;            /* the record, or its copy; NULL: none yet */
    char path[200];           /* of the copy */
};

struct agenda_record *agenda_record_new(struct fake_clock *clock, struct err *err)
{
    const char *kind = getenv(KIND);
    const char *tmp = getenv("TMPDIR");
    struct agenda_record *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->clock = clock;
    if (kind == NULL) {
        if (db_open(":memory:", DB_CREATE, &r->db, err))
            return r;
        free(r);
        return NULL;
    }
    r->shared = pg_record_new(kind);
    (void)snprintf(r->path, sizeof r->path, "%s/agenda_%d.db", tmp != NULL ? tmp : "/tmp",
                   (int)getpid());
    return r;
}

static void remove_copy(const struct agenda_record *r)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char name[sizeof r->path + 8];
    for (size_t i = 0; r->shared != NULL && i < sizeof ends / sizeof ends[0]; i++) {
        (void)snprintf(name, sizeof name, "%s%s", r->path, ends[i]);
        (void)unlink(name); /* absent is fine */
    }
}

void agenda_record_free(struct agenda_record *r)
{
    if (r == NULL)
        return;
    db_close(r->db);
    remove_copy(r);
    pg_record_free(r->shared);
    free(r);
}

bool agenda_record_agenda(struct agenda_record *r, struct agenda **ret, struct err *err)
{
    if (r->shared == NULL)
        return agenda_sqlite_open_on(r->db, &r->clock->port, ret, err);
    struct pg_link *link = pg_record_link(r->shared);
    return link != NULL &&
           agenda_pg_open(link, pg_record_clock(r->shared, &r->clock->port), ret, err);
}

static bool open_authority(struct agenda_record *r, struct authority **ret, struct err *err)
{
    if (r->shared == NULL)
        return authority_sqlite_open_on(r->db, &r->clock->port, ret, err);
    struct pg_link *link = pg_record_link(r->shared);
    return link != NULL &&
           authority_pg_open(link, pg_record_clock(r->shared, &r->clock->port), ret, err);
}

bool agenda_record_workspace(struct agenda_record *r, const char *name, struct err *err)
{
    struct authority *a = NULL;
    bool ok = open_authority(r, &a, err) && a->ops->workspace_put(a, "carl", name, err);
    if (a != NULL)
        a->ops->free(a);
    return ok;
}

bool agenda_record_many(struct agenda_record *r, const char *name, int count, int64_t next_us,
                        struct err *err)
{
    return r->shared == NULL
               ? many_schedules_put(r->db, name, count, next_us, err)
               : many_schedules_put_shared(pg_record_side(r->shared), name, count, next_us, err);
}

struct db *agenda_record_db(struct agenda_record *r)
{
    struct err err = {0};
    if (r->shared == NULL)
        return r->db;
    bool ok = pg_record_copy(r->shared, r->path, &err) &&
              (r->db != NULL || db_open(r->path, DB_READ, &r->db, &err));
    CHECK_AT(__LINE__, ok, "%s", err.text);
    return r->db;
}

struct db *agenda_record_report(struct agenda_record *r, struct uuid run)
{
    struct err err = {0};
    struct db *db = agenda_record_db(r);
    CHECK_AT(__LINE__, r->shared == NULL || pg_record_report(r->shared, r->path, run, &err), "%s",
             err.text);
    return db;
}

/* Nothing is left of what was broken in between. */
int agenda_record_run(const char *name, const struct CMUnitTest *tests, size_t count, bool pooler)
{
    static const char *const kinds[] = {"AUTOPILOT_TEST_PG", "AUTOPILOT_TEST_PG_POOLER"};
    bool server = false;
    (void)unsetenv(KIND);
    int broken = _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    for (size_t i = 0; i < (pooler ? 2 : 1); i++) {
        if (getenv(kinds[i]) == NULL || setenv(KIND, kinds[i], 1) != 0)
            continue;
        server = true;
        broken += _cmocka_run_group_tests(name, tests, count, NULL, NULL);
    }
    if (server)
        pg_record_drop();
    return broken;
}
