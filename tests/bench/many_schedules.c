/* many_schedules.c - writes them. */
#include "many_schedules.h"

#include "base/clock.h"

#include <stdio.h>

static bool put(struct db *db, const char *name, int64_t next_us, struct err *err)
{
    struct uuid spec = uuid_new_v7(next_us), id = uuid_new_v7(next_us);
    struct stmt *st = db_stmt(db, SQL_SPEC_ADD);
    stmt_uuid(st, "$id", spec);
    stmt_int(st, "$workspace", 1);
    stmt_text(st, "$name", name);
    stmt_int(st, "$active", 1);
    stmt_text(st, "$frequency", "daily");
    stmt_text(st, "$definition", "{}");
    stmt_text(st, "$actor", "ana");
    stmt_int(st, "$now", 1);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(db, SQL_SCHEDULE_ADD);
    stmt_uuid(st, "$id", id);
    stmt_uuid(st, "$specification", spec);
    stmt_int(st, "$workspace", 1);
    stmt_text(st, "$actor", "ana");
    stmt_text(st, "$name", name);
    stmt_text(st, "$type", "daily");
    stmt_text(st, "$config", "{\"time\":\"09:00\",\"timezone\":\"Europe/Berlin\"}");
    stmt_null(st, "$categories");
    stmt_null(st, "$regions");
    stmt_null(st, "$cadence");
    stmt_int(st, "$enabled", 1);
    stmt_int(st, "$next", next_us);
    stmt_text(st, "$notes", "");
    stmt_int(st, "$now", 1);
    return db_run(st, NULL, err);
}

bool many_schedules_put(struct db *db, const char *name, int count, int64_t next_us,
                        struct err *err)
{
    char text[40];
    if (!db_begin(db, err))
        return false;
    for (int i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s%d", name, i);
        if (!put(db, text, next_us, err)) {
            db_rollback(db);
            return false;
        }
    }
    return db_commit(db, err);
}

bool many_schedules_put_shared(struct pg_link *link, const char *name, int count, int64_t next_us,
                               struct err *err)
{
    struct pg_answer answer = {0};
    struct pg_args args = pg_args_init();
    pg_args_text(&args, name);
    pg_args_int(&args, count);
    pg_args_instant(&args, next_us);
    bool ok = pg_link_call(
        link,
        "WITH w AS (SELECT id FROM ap.workspaces ORDER BY no LIMIT 1), p AS ("
        " INSERT INTO ap.newsletter_specifications (id, workspace_id, name, active, frequency,"
        " definition, created_by, created_at, updated_at)"
        " SELECT gen_random_uuid(), w.id, $1::text || i, true, 'daily', '{}', 'ana', 'epoch',"
        " 'epoch' FROM w, generate_series(0, $2 - 1) i RETURNING *)"
        " INSERT INTO ap.autopilot_schedules (id, specification_id, workspace_id, created_by,"
        " schedule_name, schedule_type, schedule_config, next_run_at, created_at, updated_at)"
        " SELECT gen_random_uuid(), p.id, p.workspace_id, 'ana', p.name, 'daily',"
        " '{\"time\": \"09:00\", \"timezone\": \"Europe/Berlin\"}', $3, 'epoch', 'epoch' FROM p",
        &args, clock_boot_us() + 60 * US_PER_S, &answer, err);
    pg_answer_done(&answer);
    pg_args_done(&args);
    return ok;
}
