/* test_mirror_fill.c - a new copy of a shared record, pulled in pieces while the record changes. If
 * it failed, a copy would stay half for ever, lack what changed meanwhile, or keep what was
 * dropped.
 * needs: postgres */
#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "contract/pg_stage.h"
#include "fake/scratch.h"
#include "store/db.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>

enum { EVENTS = 12000, CALLS_MAX = 40 };

struct scene {
    struct pg_stage stage;
    struct scratch dir;
    struct pg_link *link;
    struct err err;
};

static void tell(struct scene *s, const char *sql)
{
    struct pg_answer a = {0};
    if (!pg_link_call(s->link, sql, NULL, clock_boot_us() + 60 * US_PER_S, &a, &s->err))
        fail_msg("%s: %s", sql, s->err.text);
    pg_answer_done(&a);
}

static int begin(void **state)
{
    int32_t steps;
    struct scene *s = calloc(1, sizeof *s);
    if (s == NULL)
        return -1;
    *state = s;
    pg_stage_init(&s->stage, NULL);
    scratch_init(&s->dir);
    struct pg_link_options options = {.url = s->stage.url};
    if (!pg_link_new(&options, &s->link, &s->err) || !pg_migrate(s->link, "test", &steps, &s->err))
        fail_msg("%s", s->err.text);
    tell(s, "INSERT INTO ap.events (at, kind, level, text) SELECT clock_timestamp(), "
            "'spec_changed', 2, i::text FROM generate_series(1, 12000) i");
    tell(s, "INSERT INTO ap.workspaces (name, created_at) SELECT 'w' || i, clock_timestamp() "
            "FROM generate_series(1, 9000) i");
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    pg_link_free(s->link);
    scratch_done(&s->dir);
    pg_stage_done(&s->stage);
    free(s);
    return 0;
}

static struct mirror *open_copy(struct scene *s, const char *name)
{
    struct mirror *m = NULL;
    if (!mirror_open(scratch_path(&s->dir, name), &m, &s->err))
        fail_msg("%s", s->err.text);
    return m;
}

/* A copy of the record as it is. */
static void copy_whole(struct scene *s, const char *name)
{
    struct mirror *m = open_copy(s, name);
    if (!mirror_pull_whole(m, s->link, 60 * US_PER_S, NULL, NULL, &s->err))
        fail_msg("%s", s->err.text);
    mirror_close(m);
}

/* Rows and their hash, as far as this is about them. */
static void sum_of(struct scene *s, const char *name, enum sql_id rows, char ret[65], int64_t *n)
{
    bool there = true;
    struct db *db = NULL;
    struct buf all = buf_init((size_t)64 << 20);
    assert_true(db_open(scratch_path(&s->dir, name), DB_READ, &db, &s->err));
    struct stmt *st = db_stmt(db, rows);
    *n = 0;
    while (db_step(st, &there, &s->err) && there) {
        buf_adds(&all, col_text(st, 0));
        ++*n;
    }
    assert_true(buf_ok(&all) && !there);
    str_sha256_hex(all.data, all.len, ret);
    buf_done(&all);
    db_close(db);
}

static void equal(struct scene *s, const char *one, const char *other)
{
    static const enum sql_id rows[] = {SQL_CARRY_WORKSPACES, SQL_CARRY_EVENTS,
                                       SQL_CARRY_EMAIL_TEMPLATES, SQL_CARRY_SUPPRESSIONS,
                                       SQL_CARRY_KEEPING};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char a[65], b[65];
        int64_t n, m;
        sum_of(s, one, rows[i], a, &n);
        sum_of(s, other, rows[i], b, &m);
        assert_int_equal(n, m);
        assert_string_equal(a, b);
    }
}

/* What happens between two pieces: names go round, rows come and go. */
static void stir(struct scene *s, int i)
{
    char sql[600];
    (void)snprintf(sql, sizeof sql,
                   "WITH a AS (UPDATE ap.workspaces SET name = 'x%d' WHERE name = 'w%d') "
                   "INSERT INTO ap.events (at, kind, level, text) VALUES (now(), 'spec_changed', "
                   "2, 'between %d')",
                   i, 10 + i, i);
    tell(s, sql);
    /* A late row takes the name that an early one, which was pulled already, just had. */
    (void)snprintf(sql, sizeof sql, "UPDATE ap.workspaces SET name = 'w%d' WHERE name = 'w%d'",
                   10 + i, 8990 - i);
    tell(s, sql);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO ap.suppressions (workspace_id, subject, reason, actor, at) SELECT "
                   "id, 's%d', '', 'ana', now() FROM ap.workspaces WHERE name = 'w5'",
                   i);
    tell(s, sql);
    (void)snprintf(sql, sizeof sql, "DELETE FROM ap.suppressions WHERE subject = 's%d'", i - 2);
    tell(s, sql);
}

static void a_copy_is_filled_while_the_record_changes(void **state)
{
    struct scene *s = *state;
    int calls = 0;
    int pieces = 0;
    int64_t rows, time_us = 20 * US_PER_MS;
    bool whole = false;
    while (!whole && calls++ < CALLS_MAX) {
        /* Another process each time, with little more time than a piece takes. */
        struct mirror *m = open_copy(s, "mirror.db");
        if (mirror_pull(m, s->link, clock_boot_us() + time_us, &rows, &s->err))
            pieces++;
        else if (s->err.kind == ERR_RETRY)
            time_us *= 2;
        else
            fail_msg("%s", s->err.text);
        whole = mirror_pulled_at(m) != 0;
        mirror_close(m);
        stir(s, calls);
    }
    print_message("# %d calls, %d of them brought something\n", calls, pieces);
    assert_true(pieces > 1);
    copy_whole(s, "other.db");
    copy_whole(s, "mirror.db"); /* what was stirred last */
    equal(s, "mirror.db", "other.db");
}

static void what_the_record_forgets_the_copy_forgets(void **state)
{
    struct scene *s = *state;
    int64_t n;
    char hash[65];
    tell(s, "UPDATE ap.events SET at = at - interval '70 days' WHERE seq <= 8000");
    tell(s, "SELECT ap.events_month(now() - interval '70 days')");
    copy_whole(s, "mirror.db");
    tell(s, "SELECT ap.upkeep('{\"keep_events\": 864000000000, \"keep_runs\": 0, \"max\": 9}')");
    copy_whole(s, "mirror.db");
    sum_of(s, "mirror.db", SQL_CARRY_EVENTS, hash, &n);
    assert_int_equal(n, EVENTS - 8000 + 1); /* and the line that says so */
    copy_whole(s, "other.db");
    equal(s, "mirror.db", "other.db");
}

static void a_copy_that_slept_too_long_is_made_anew(void **state)
{
    struct scene *s = *state;
    tell(s, "INSERT INTO ap.suppressions (workspace_id, subject, reason, actor, at) SELECT id, "
            "'a@b-zq.com', '', 'ana', now() FROM ap.workspaces WHERE name = 'w1'");
    copy_whole(s, "mirror.db");
    tell(s, "DELETE FROM ap.suppressions");
    tell(s, "UPDATE ap.gone SET at = at - interval '8 days'");
    tell(s, "SELECT ap.upkeep('{\"keep_events\": 0, \"keep_runs\": 0, \"max\": 9}')");
    copy_whole(s, "mirror.db");
    copy_whole(s, "other.db");
    equal(s, "mirror.db", "other.db");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_copy_is_filled_while_the_record_changes, begin, end),
        cmocka_unit_test_setup_teardown(what_the_record_forgets_the_copy_forgets, begin, end),
        cmocka_unit_test_setup_teardown(a_copy_that_slept_too_long_is_made_anew, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
