/* test_mirror.c - the copy of a shared record that screens read. If it failed, screens would show
 * rows that are gone, miss some for ever, or mix two records.
 * needs: postgres */
#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "contract/pg_stage.h"
#include "fake/scratch.h"
#include "store/db.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>

enum { MANY = 10000 };

struct scene {
    struct pg_stage stage;
    struct scratch dir;
    struct pg_link *link;
    struct mirror *mirror;
    struct err err;
};

static int64_t soon(void)
{
    return clock_boot_us() + 60 * US_PER_S;
}

static struct pg_link *link_to(struct scene *s, const char *url)
{
    struct pg_link *link = NULL;
    struct pg_link_options options = {.url = url};
    if (!pg_link_new(&options, &link, &s->err))
        fail_msg("%s", s->err.text);
    return link;
}

static void migrate(struct scene *s, struct pg_link *link)
{
    int32_t steps;
    if (!pg_migrate(link, "test", &steps, &s->err))
        fail_msg("%s", s->err.text);
}

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    if (s == NULL)
        return -1;
    *state = s;
    pg_stage_init(&s->stage, NULL);
    scratch_init(&s->dir);
    s->link = link_to(s, s->stage.url);
    migrate(s, s->link);
    return mirror_open(scratch_path(&s->dir, "mirror.db"), &s->mirror, &s->err) ? 0 : -1;
}

static int end(void **state)
{
    struct scene *s = *state;
    mirror_close(s->mirror);
    pg_link_free(s->link);
    scratch_done(&s->dir);
    pg_stage_done(&s->stage);
    free(s);
    return 0;
}

static int64_t pull(struct scene *s)
{
    int64_t rows = -1;
    if (!mirror_pull(s->mirror, s->link, soon(), &rows, &s->err))
        fail_msg("%s", s->err.text);
    return rows;
}

static void tell(struct scene *s, struct pg_link *link, const char *sql)
{
    struct pg_answer a = {0};
    if (!pg_link_call(link, sql, NULL, soon(), &a, &s->err))
        fail_msg("%s: %s", sql, s->err.text);
    pg_answer_done(&a);
}

#define EVENT(text)                                                                                \
    "INSERT INTO ap.events (at, kind, level, text) VALUES (clock_timestamp(), 'spec_changed', 2, " \
    "'" text "')"

/* How many events the copy has. */
static int64_t events(struct scene *s)
{
    bool row;
    struct db *db = NULL;
    assert_true(db_open(scratch_path(&s->dir, "mirror.db"), DB_READ, &db, &s->err));
    struct stmt *st = db_stmt(db, SQL_LOG_EVENTS_COUNT);
    stmt_int(st, "$at", 0);
    stmt_int(st, "$seq", 0);
    stmt_int(st, "$level", 9);
    stmt_int(st, "$max", 2 * MANY);
    int64_t n = db_step(st, &row, &s->err) && row ? col_int(st, 0) : -1;
    stmt_end(st);
    db_close(db);
    return n;
}

static void what_was_under_way_is_not_missed(void **state)
{
    struct scene *s = *state;
    (void)pull(s);
    struct pg_link *slow = link_to(s, s->stage.url);
    tell(s, slow, "BEGIN");
    tell(s, slow, EVENT("began first"));
    tell(s, s->link, EVENT("was over first"));
    assert_int_equal(pull(s), 1);
    assert_int_equal(pull(s), 1); /* comes again while the other is under way: no harm */
    tell(s, slow, "COMMIT");
    assert_int_equal(pull(s), 2);
    assert_int_equal(pull(s), 0);
    assert_int_equal(events(s), 2);
    pg_link_free(slow);
}

static int64_t templates(struct scene *s)
{
    bool row;
    struct db *db = NULL;
    assert_true(db_open(scratch_path(&s->dir, "mirror.db"), DB_READ, &db, &s->err));
    struct stmt *st = db_stmt(db, SQL_TEMPLATE_FIND);
    stmt_int(st, "$workspace", 1);
    stmt_text(st, "$name", "letter");
    int64_t version = db_step(st, &row, &s->err) && row ? col_int(st, 0) : 0;
    stmt_end(st);
    db_close(db);
    return version;
}

static void what_is_gone_goes_and_what_comes_back_stays(void **state)
{
    static const char put[] =
        "SELECT ap.template_put('{\"actor\": \"ana\", \"workspace\": \"w\", \"name\": \"letter\", "
        "\"subject\": \"s\", \"text\": \"t\", \"html\": \"\"}')";
    static const char drop[] = "SELECT ap.template_delete('{\"actor\": \"ana\", \"workspace\": "
                               "\"w\", \"name\": \"letter\"}')";
    struct scene *s = *state;
    tell(s, s->link, "SELECT ap.workspace_put('{\"actor\": \"ana\", \"name\": \"w\"}')");
    tell(s, s->link, put);
    (void)pull(s);
    assert_int_equal(templates(s), 1);
    tell(s, s->link, drop);
    (void)pull(s);
    assert_int_equal(templates(s), 0);
    tell(s, s->link, put);
    tell(s, s->link, drop);
    tell(s, s->link, put);
    (void)pull(s);
    assert_int_equal(templates(s), 1);
}

static void two_that_pull_one_file_miss_nothing(void **state)
{
    struct scene *s = *state;
    struct mirror *other = NULL, *mine = s->mirror;
    assert_true(mirror_open(scratch_path(&s->dir, "mirror.db"), &other, &s->err));
    for (int i = 0; i < 20; i++) {
        tell(s, s->link, EVENT("one"));
        s->mirror = i % 3 == 0 ? other : mine;
        (void)pull(s);
        assert_int_equal(events(s), i + 1);
    }
    s->mirror = mine;
    mirror_close(other);
}

static void a_file_that_is_damaged_is_made_anew(void **state)
{
    struct scene *s = *state;
    tell(s, s->link, EVENT("one"));
    (void)pull(s);
    mirror_close(s->mirror);
    s->mirror = NULL;
    scratch_write(&s->dir, "mirror.db", "this is no database at all, but it is long enough");
    assert_true(mirror_open(scratch_path(&s->dir, "mirror.db"), &s->mirror, &s->err));
    (void)pull(s);
    assert_int_equal(events(s), 1);
}

static void another_record_is_not_mixed_in(void **state)
{
    struct scene *s = *state;
    struct pg_stage other;
    tell(s, s->link, EVENT("of the first"));
    tell(s, s->link, EVENT("of the first too"));
    (void)pull(s);
    pg_stage_init(&other, NULL);
    struct pg_link *first = s->link;
    s->link = link_to(s, other.url);
    migrate(s, s->link);
    tell(s, s->link, EVENT("of the second"));
    (void)pull(s);
    assert_int_equal(events(s), 1);
    pg_link_free(s->link);
    s->link = first;
    pg_stage_done(&other);
}

/* One process makes the copy anew while another has it open, to pull and to read. */
static void who_has_the_old_file_goes_on_in_the_new_one(void **state)
{
    struct scene *s = *state;
    struct mirror *beside = NULL;
    struct db *old = NULL, *now = NULL;
    const char *path = scratch_path(&s->dir, "mirror.db");
    struct pg_stage other;
    (void)pull(s);
    assert_true(mirror_open(path, &beside, &s->err) && db_open(path, DB_READ, &old, &s->err));
    assert_true(db_is_current(old));
    pg_stage_init(&other, NULL);
    struct pg_link *first = s->link;
    s->link = link_to(s, other.url);
    migrate(s, s->link);
    (void)pull(s); /* anew */
    assert_false(db_is_current(old));
    assert_true(db_open(path, DB_READ, &now, &s->err) && db_is_current(now));
    tell(s, s->link, EVENT("seen by both"));
    int64_t rows = -1;
    assert_true(mirror_pull(beside, s->link, soon(), &rows, &s->err));
    assert_int_equal(rows, 1); /* it goes on where the other one stopped */
    assert_true(db_is_current(now));
    /* Its row comes once more while anybody on the server has a transaction open. */
    assert_in_range(pull(s), 0, 1);
    assert_int_equal(events(s), 1);
    db_close(old);
    db_close(now);
    mirror_close(beside);
    pg_link_free(s->link);
    s->link = first;
    pg_stage_done(&other);
}

static void many_rows_are_soon_there(void **state)
{
    struct scene *s = *state;
    char sql[300];
    (void)pull(s);
    (void)snprintf(sql, sizeof sql,
                   "INSERT INTO ap.events (at, kind, level, actor, text, n1, n2) SELECT "
                   "clock_timestamp(), 'spec_changed', 2, 'ana', 'specification ' || i, i, i FROM "
                   "generate_series(1, %d) i",
                   MANY);
    tell(s, s->link, sql);
    int64_t began = clock_boot_us();
    assert_int_equal(pull(s), MANY);
    int64_t took = clock_boot_us() - began;
    began = clock_boot_us();
    assert_int_equal(pull(s), 0);
    printf("# %d changed rows in %.1f ms; nothing in %.1f ms\n", MANY, (double)took / 1000,
           (double)(clock_boot_us() - began) / 1000);
    assert_in_range(took, 0, 2 * US_PER_S); /* the aim is 0.2 s, on a machine that is idle */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_under_way_is_not_missed, begin, end),
        cmocka_unit_test_setup_teardown(what_is_gone_goes_and_what_comes_back_stays, begin, end),
        cmocka_unit_test_setup_teardown(two_that_pull_one_file_miss_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_file_that_is_damaged_is_made_anew, begin, end),
        cmocka_unit_test_setup_teardown(another_record_is_not_mixed_in, begin, end),
        cmocka_unit_test_setup_teardown(who_has_the_old_file_goes_on_in_the_new_one, begin, end),
        cmocka_unit_test_setup_teardown(many_rows_are_soon_there, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
