/* test_migrate_kinds.c - if this fails, a record of schema 2 loses or changes schedules, runs or
 * reports when it is brought up to date, or is brought up to date though it was damaged.
 *
 * A file is made by the first two migrations, filled by hand, and opened as any command does. */
#include "fake/scratch.h"
#include "store/db.h"
#include "store/sql_text.h"
#include "unit/cases.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char filling[] =
    "PRAGMA application_id = 1634751043;"
    "INSERT INTO workspaces (id, name, created_at) VALUES (1, 'default', 1);"
    "INSERT INTO newsletter_specifications (id, workspace, name, active, frequency, definition, "
    "created_by, created_at, updated_at) VALUES (x'00000000000000000000000000000001', 1, 'news', "
    "1, 'daily', '{}', 'ana', 1, 1);"
    "INSERT INTO autopilot_schedules (id, specification_id, workspace, created_by, schedule_name, "
    "schedule_type, schedule_config, next_run_at, run_count, success_count, slot_count, "
    "created_at, updated_at, deleted_at) VALUES "
    "(x'0000000000000000000000000000000b', x'00000000000000000000000000000001', 1, 'ana', 'b', "
    "'daily', '{}', 900, 1, 1, 1, 1, 1, NULL),"
    "(x'0000000000000000000000000000000a', x'00000000000000000000000000000001', 1, 'ben', 'a', "
    "'custom', '{}', 900, 0, 0, 0, 2, 2, 3);"
    "INSERT INTO newsletter_runs (seq, id, workspace, specification_id, autopilot_schedule_id, "
    "trigger, scheduled_for, status, period_at, period_key, created_at, started_at, finished_at, "
    "report, sha256, bytes) VALUES (7, x'0000000000000000000000000000000c', 1, "
    "x'00000000000000000000000000000001', x'0000000000000000000000000000000b', 'schedule', 800, "
    "'success', 800, '2026-11-23', 800, 801, 802, 'r.html', 'abc', 3);"
    "INSERT INTO report_files VALUES (x'0000000000000000000000000000000c', 'abc', x'616263', "
    "x'74');";

struct scene {
    struct scratch dir;
    char path[SCRATCH_PATH_MAX];
    struct err err;
};

static void raw(const char *path, const char *sql)
{
    sqlite3 *c;
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &c), SQLITE_OK);
    if (sqlite3_exec(c, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s", why);
    (void)sqlite3_close(c); /* nothing is open on it */
}

static int64_t number(const char *path, const char *sql)
{
    sqlite3 *c;
    sqlite3_stmt *st;
    assert_int_equal(sqlite3_open(path, &c), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(c, sql, -1, &st, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(st), SQLITE_ROW);
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st); /* its row was read */
    (void)sqlite3_close(c);     /* nothing is open on it */
    return n;
}

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    *state = s;
    if (s == NULL)
        return -1;
    scratch_init(&s->dir);
    (void)strncpy(s->path, scratch_path(&s->dir, "old.db"), sizeof s->path - 1);
    for (int i = 0; i < 2; i++)
        raw(s->path, sql_migrations[i].text);
    raw(s->path, filling);
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    scratch_done(&s->dir);
    free(s);
    return 0;
}

static bool bring_up(struct scene *s)
{
    struct db *db = NULL;
    bool ok = db_open(s->path, DB_WRITE, &db, &s->err);
    db_close(db);
    return ok;
}

static void nothing_is_lost(void **state)
{
    struct scene *s = *state;
    static const struct {
        int line;
        const char *query;
        int64_t want;
    } cases[] = {
        {__LINE__, "PRAGMA user_version", 9},
        {__LINE__, "SELECT count(*) FROM autopilot_schedules", 2},
        {__LINE__, "SELECT count(*) FROM autopilot_schedules WHERE after_id IS NULL", 2},
        {__LINE__,
         "SELECT count(*) FROM autopilot_schedules WHERE schedule_name = 'b' AND next_run_at = 900 "
         "AND run_count = 1 AND success_count = 1 AND slot_count = 1 AND deleted_at IS NULL",
         1},
        {__LINE__, "SELECT deleted_at FROM autopilot_schedules WHERE schedule_name = 'a'", 3},
        {__LINE__,
         "SELECT count(*) FROM newsletter_runs WHERE seq = 7 AND scheduled_for = 800 AND "
         "period_key = '2026-11-23' AND report = 'r.html' AND bytes = 3 AND after_run IS NULL",
         1},
        {__LINE__, "SELECT length(html) FROM report_files", 3},
        {__LINE__, "SELECT count(*) FROM pragma_foreign_key_check", 0},
        {__LINE__,
         "SELECT count(*) FROM sqlite_schema WHERE sql LIKE '%anew%' OR name LIKE '%anew%'", 0},
        /* In the order in which they were made: that decides who is first. */
        {__LINE__,
         "SELECT (SELECT rowid FROM autopilot_schedules WHERE schedule_name = 'b') < "
         "(SELECT rowid FROM autopilot_schedules WHERE schedule_name = 'a')",
         1},
    };
    CHECK_AT(__LINE__, bring_up(s), "%s", s->err.text);
    for (size_t i = 0; i < CASES(cases); i++)
        CHECK_AT(cases[i].line, number(s->path, cases[i].query) == cases[i].want, "%s",
                 cases[i].query);
}

/* Every index that the old tables had is there: they are what makes a slot and a period one. */
static void every_index_is_there(void **state)
{
    struct scene *s = *state;
    static const char query[] = "SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND "
                                "sql IS NOT NULL AND tbl_name IN ('autopilot_schedules', "
                                "'newsletter_runs')";
    int64_t before = number(s->path, query);
    assert_true(before > 10);
    CHECK_AT(__LINE__, bring_up(s), "%s", s->err.text);
    assert_int_equal(number(s->path, query), before + 3);
}

/* References are followed again afterwards. */
static void references_are_kept_from_then_on(void **state)
{
    struct scene *s = *state;
    struct db *db = NULL;
    CHECK_AT(__LINE__, db_open(s->path, DB_WRITE, &db, &s->err), "%s", s->err.text);
    struct stmt *st = db_stmt(db, SQL_SCHEDULE_PART_ADD);
    stmt_uuid(st, "$schedule", (struct uuid){{9}});
    stmt_int(st, "$place", 1);
    stmt_uuid(st, "$specification", (struct uuid){{9}});
    assert_true(db_begin(db, &s->err));
    assert_false(db_run(st, NULL, &s->err) && db_commit(db, &s->err));
    db_rollback(db);
    db_close(db);
}

/* A row that refers to none: the schema stays as it was, and so does the row. */
static void a_damaged_record_is_left_as_it_is(void **state)
{
    struct scene *s = *state;
    raw(s->path, "PRAGMA foreign_keys = OFF; DELETE FROM newsletter_runs");
    assert_false(bring_up(s));
    assert_non_null(strstr(s->err.text, "refer to none"));
    assert_int_equal(number(s->path, "PRAGMA user_version"), 2);
    assert_int_equal(number(s->path, "SELECT count(*) FROM report_files"), 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(nothing_is_lost),
        CASE(every_index_is_there),
        CASE(references_are_kept_from_then_on),
        CASE(a_damaged_record_is_left_as_it_is),
    };
    return cmocka_run_group_tests_name("migrate_kinds", tests, NULL, NULL);
}
