/* read_system.c - three short queries over small tables; none looks at letters or old runs. */
#include "store/read_system.h"

#include "base/clock.h"

#define SHOWN_US (INT64_C(7) * 86400 * US_PER_S)

enum { ENGINES_MAX = 200, LEASES_MAX = 1000 };

static bool no_memory(struct stmt *st, struct err *err)
{
    stmt_end(st);
    return err_set(err, ERR_STOP, "record: there is no memory for the list of engines");
}

static bool read_engines(struct db *db, int64_t now_us, struct arena *arena,
                         struct system_seen *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_ENGINES);
    stmt_int(st, "$since", now_us - SHOWN_US);
    stmt_int(st, "$max", ENGINES_MAX);
    ret->engine = arena_array(arena, ENGINES_MAX, sizeof *ret->engine);
    if (ret->engine == NULL)
        return no_memory(st, err);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct engine_seen *e = &ret->engine[ret->engine_count++];
        *e = (struct engine_seen){.id = col_uuid(st, 0),
                                  .host = arena_text(arena, col_text(st, 1)),
                                  .version = arena_text(arena, col_text(st, 2)),
                                  .pid = col_int(st, 3),
                                  .starts = col_int(st, 4),
                                  .first_seen_us = col_int(st, 5),
                                  .last_seen_us = col_int(st, 6),
                                  .reports = col_int(st, 7),
                                  .reports_until_us = col_int(st, 8)};
        if (e->host == NULL || e->version == NULL)
            return no_memory(st, err);
    }
}

/* Counted at its engine. */
static void hold(struct system_seen *s, const struct lease_seen *l)
{
    for (int32_t i = 0; i < s->engine_count; i++) {
        struct engine_seen *e = &s->engine[i];
        if (!uuid_equal(e->id, l->engine))
            continue;
        e->leases++;
        if (e->until_us == 0 || l->until_us < e->until_us)
            e->until_us = l->until_us;
    }
}

static bool read_leases(struct db *db, struct arena *arena, struct system_seen *ret,
                        struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_LEASES);
    stmt_int(st, "$max", LEASES_MAX);
    ret->lease = arena_array(arena, LEASES_MAX, sizeof *ret->lease);
    if (ret->lease == NULL)
        return no_memory(st, err);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct lease_seen *l = &ret->lease[ret->lease_count++];
        *l = (struct lease_seen){.engine = col_uuid(st, 0),
                                 .workspace = arena_text(arena, col_text(st, 1)),
                                 .job = arena_text(arena, col_text(st, 2)),
                                 .until_us = col_int(st, 3),
                                 .epoch = col_int(st, 4),
                                 .manual = col_int(st, 5) != 0};
        if (l->workspace == NULL || l->job == NULL)
            return no_memory(st, err);
        hold(ret, l);
    }
}

/* A file that an older program made has no such table until it is pulled again. */
static bool is_copy(struct db *db, bool *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_MIRROR_LINK_THERE);
    if (!db_step(st, &row, err))
        return false;
    *ret = row && col_int(st, 0) == 2;
    stmt_end(st);
    return true;
}

static bool read_link(struct db *db, struct arena *arena, struct system_seen *ret, struct err *err)
{
    bool row;
    ret->place = ret->login = ret->version = "";
    if (!is_copy(db, &ret->copy, err))
        return false;
    if (!ret->copy)
        return true;
    struct stmt *st = db_stmt(db, SQL_SHOW_LINK);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return true; /* it was never pulled */
    ret->place = arena_text(arena, col_text(st, 0));
    ret->login = arena_text(arena, col_text(st, 1));
    ret->version = arena_text(arena, col_text(st, 2));
    ret->pooled = col_int(st, 3) != 0;
    ret->pulled_us = col_int(st, 4);
    if (ret->place == NULL || ret->login == NULL || ret->version == NULL)
        return no_memory(st, err);
    stmt_end(st);
    return true;
}

bool read_system(struct db *db, int64_t now_us, struct arena *arena, struct system_seen *ret,
                 struct err *err)
{
    *ret = (struct system_seen){0};
    if (!db_begin_read(db, err))
        return false;
    bool ok = read_engines(db, now_us, arena, ret, err) && read_leases(db, arena, ret, err) &&
              read_link(db, arena, ret, err);
    db_end_read(db);
    return ok;
}
