/* test_source.c - what an open console reads. If it failed, its screens would go on showing a copy
 * that was thrown away. */
#include "../../../src/ui/source.h"
#include "../cases.h"

#include "fake/scratch.h"
#include "store/db.h"
#include "ui/console.h"

#include <stdio.h>

static void make(const char *path)
{
    struct err err = {0};
    struct db *db = NULL;
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char name[300];
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)remove(name); /* absent is fine */
    }
    if (!db_open(path, DB_CREATE, &db, &err))
        fail_msg("%s", err.text);
    db_close(db);
}

static void commit(const char *path)
{
    struct err err = {0};
    struct db *db = NULL;
    assert_true(db_open(path, DB_CREATE, &db, &err) && db_begin(db, &err));
    assert_true(db_run(db_stmt(db, SQL_MIRROR_MAKE), NULL, &err) && db_commit(db, &err));
    db_close(db);
}

static void a_copy_made_anew_is_read_on_in_the_new_file(void **state)
{
    (void)state;
    struct scratch dir;
    struct err err = {0};
    scratch_init(&dir);
    const char *path = scratch_path(&dir, "mirror.db");
    const struct console_options options = {.record_path = path, .log_path = "/nowhere/log.db"};
    struct source_record *record = source_record_new(&options);
    assert_non_null(record);
    struct source s = source_record(record);
    make(path);
    assert_true(s.version(s.ctx) < 0 && s.ready(s.ctx, &err));
    assert_true(s.version(s.ctx) >= 0);
    assert_true(s.ready(s.ctx, &err) && s.version(s.ctx) >= 0); /* nothing happened */
    (void)remove(path);
    assert_true(s.version(s.ctx) < 0); /* it knows */
    assert_true(s.ready(s.ctx, &err)); /* and shows what it has until there is a new one */
    assert_true(s.version(s.ctx) < 0);
    make(path);
    assert_true(s.ready(s.ctx, &err));
    int64_t version = s.version(s.ctx);
    assert_true(version >= 0);
    commit(path);
    assert_true(s.version(s.ctx) != version); /* it hears of what comes into the new one */
    source_record_free(record);
    scratch_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_made_anew_is_read_on_in_the_new_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
