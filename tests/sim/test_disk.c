/* test_disk.c - the simulated disk and the coroutines. If this failed, the simulation would forgive
 * engines that lose what they should have kept, or die in other ways than real ones do. */
#include "sim/coro.h"
#include "sim/disk.h"

#include "store/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

static sqlite3 *open_db(int e)
{
    char path[80];
    sqlite3 *db = NULL;
    disk_path(e, path, sizeof path);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    assert_int_equal(sqlite3_open_v2(path, &db, flags, NULL), SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        return -1;
    int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    (void)sqlite3_finalize(st);
    return n;
}

static sqlite3 *make_table(int e, const char *synchronous)
{
    sqlite3 *db = open_db(e);
    assert_int_equal(run(db, "PRAGMA journal_mode = WAL"), SQLITE_OK);
    assert_int_equal(run(db, "PRAGMA synchronous = FULL"), SQLITE_OK);
    assert_int_equal(run(db, "CREATE TABLE t (x)"), SQLITE_OK);
    assert_int_equal(run(db, synchronous), SQLITE_OK);
    return db;
}

static sqlite3 *kill_and_reopen(struct disk *d, sqlite3 *db, int e, bool power)
{
    disk_kill(d, e);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    disk_bury(d, e, power);
    return open_db(e);
}

static void what_was_committed_survives_a_kill_and_a_power_cut(void **state)
{
    (void)state;
    for (int power = 0; power < 2; power++) {
        struct disk *d = disk_new();
        sqlite3 *db = make_table(1, "PRAGMA synchronous = FULL");
        for (int i = 0; i < 100; i++)
            assert_int_equal(run(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
        db = kill_and_reopen(d, db, 1, power == 1);
        assert_int_equal(ask(db, "SELECT count(*) FROM t"), 100);
        (void)sqlite3_close(db);
        disk_free(d);
    }
}

static void what_was_not_committed_is_gone(void **state)
{
    (void)state;
    struct disk *d = disk_new();
    sqlite3 *db = make_table(0, "PRAGMA synchronous = FULL");
    assert_int_equal(run(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
    assert_int_equal(run(db, "BEGIN; INSERT INTO t VALUES (2)"), SQLITE_OK);
    db = kill_and_reopen(d, db, 0, false);
    assert_int_equal(ask(db, "SELECT count(*) FROM t"), 1);
    (void)sqlite3_close(db);
    disk_free(d);
}

/* The method must be able to show a loss: else it proves nothing about synchronous=FULL. */
static void what_was_not_synced_is_lost_in_a_power_cut(void **state)
{
    (void)state;
    for (int power = 0; power < 2; power++) {
        struct disk *d = disk_new();
        sqlite3 *db = make_table(2, "PRAGMA synchronous = OFF");
        for (int i = 0; i < 10; i++)
            assert_int_equal(run(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
        db = kill_and_reopen(d, db, 2, power == 1);
        assert_int_equal(ask(db, "SELECT count(*) FROM t"), power == 1 ? 0 : 10);
        (void)sqlite3_close(db);
        disk_free(d);
    }
}

static void a_dead_engine_writes_no_more(void **state)
{
    (void)state;
    struct disk *d = disk_new();
    sqlite3 *db = make_table(1, "PRAGMA synchronous = FULL");
    sqlite3 *other = make_table(3, "PRAGMA synchronous = FULL");
    disk_kill(d, 1);
    assert_int_not_equal(run(db, "INSERT INTO t VALUES (1)"), SQLITE_OK);
    assert_int_equal(run(other, "INSERT INTO t VALUES (1)"), SQLITE_OK);
    (void)sqlite3_close(db);
    (void)sqlite3_close(other);
    disk_free(d);
}

static void a_disk_that_fails_is_told(void **state)
{
    (void)state;
    struct disk *d = disk_new();
    sqlite3 *db = make_table(1, "PRAGMA synchronous = FULL");
    int64_t kept = 0;
    disk_fail_every(d, 1, 7);
    for (int i = 0; i < 50; i++)
        kept += run(db, "INSERT INTO t VALUES (1)") == SQLITE_OK;
    disk_fail_every(d, 1, 0);
    assert_in_range(kept, 1, 49);
    assert_int_equal(ask(db, "SELECT count(*) FROM t"), kept);
    (void)sqlite3_close(db);
    disk_free(d);
}

static void two_connections_wait_for_one_another(void **state)
{
    (void)state;
    struct disk *d = disk_new();
    sqlite3 *one = make_table(1, "PRAGMA synchronous = FULL");
    sqlite3 *two = open_db(1);
    assert_int_equal(run(one, "BEGIN IMMEDIATE; INSERT INTO t VALUES (1)"), SQLITE_OK);
    assert_int_equal(run(two, "BEGIN IMMEDIATE"), SQLITE_BUSY);
    assert_int_equal(ask(two, "SELECT count(*) FROM t"), 0);
    assert_int_equal(run(one, "COMMIT"), SQLITE_OK);
    assert_int_equal(ask(two, "SELECT count(*) FROM t"), 1);
    assert_int_equal(run(two, "INSERT INTO t VALUES (2)"), SQLITE_OK);
    (void)sqlite3_close(one); /* must leave the log of the other alone */
    assert_int_equal(ask(two, "SELECT count(*) FROM t"), 2);
    (void)sqlite3_close(two);
    disk_free(d);
}

static void a_journal_keeps_its_word_on_it(void **state)
{
    (void)state;
    struct disk *d = disk_new();
    struct journal *j = NULL;
    struct err err = {0};
    char path[80];
    disk_path(0, path, sizeof path);
    if (!journal_open(path, &j, &err))
        fail_msg("%s", err.text);
    struct uuid engine = journal_engine(j), letter = uuid_from_bytes("x", 1);
    assert_true(journal_intents(j, &letter, 1, 1, &err));
    disk_kill(d, 0);
    assert_false(journal_intents(j, &letter, 1, 2, &err));
    journal_close(j);
    disk_bury(d, 0, true);
    assert_true(journal_open(path, &j, &err));
    assert_true(uuid_equal(journal_engine(j), engine));
    enum journal_fact fact = JOURNAL_NOTHING;
    struct send_verdict verdict;
    assert_true(journal_find(j, letter, &fact, &verdict, &err));
    assert_int_equal(fact, JOURNAL_INTENT);
    journal_close(j);
    disk_free(d);
}

/* --- coroutines --------------------------------------------------------------------------------*/

struct counting {
    struct coro *coro;
    int64_t from, last;
};

static void count_up(void *arg)
{
    struct counting *c = arg;
    volatile char deep[64 * 1024]; /* a stack of its own has to hold this */
    memset((void *)deep, 1, sizeof deep);
    for (int64_t i = 0; i < 5; i++) {
        c->last = c->from + i;
        coro_yield(c->coro);
    }
    c->last += deep[100];
}

static void coroutines_go_on_where_they_stood(void **state)
{
    (void)state;
    struct counting c[20];
    for (int i = 0; i < 20; i++) {
        c[i] = (struct counting){.from = i * 100};
        c[i].coro = coro_new(count_up, &c[i]);
        assert_non_null(c[i].coro);
    }
    for (int step = 0; step < 5; step++) {
        for (int i = 0; i < 20; i++) {
            coro_enter(c[i].coro);
            assert_int_equal(c[i].last, i * 100 + step);
            assert_false(coro_ended(c[i].coro));
        }
    }
    for (int i = 0; i < 20; i++) {
        if (i % 2 == 0) { /* the others are dropped where they stand */
            coro_enter(c[i].coro);
            assert_true(coro_ended(c[i].coro));
            assert_int_equal(c[i].last, i * 100 + 5);
        }
        coro_free(c[i].coro);
    }
    coro_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_committed_survives_a_kill_and_a_power_cut),
        cmocka_unit_test(what_was_not_committed_is_gone),
        cmocka_unit_test(what_was_not_synced_is_lost_in_a_power_cut),
        cmocka_unit_test(a_dead_engine_writes_no_more),
        cmocka_unit_test(a_disk_that_fails_is_told),
        cmocka_unit_test(two_connections_wait_for_one_another),
        cmocka_unit_test(a_journal_keeps_its_word_on_it),
        cmocka_unit_test(coroutines_go_on_where_they_stood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
