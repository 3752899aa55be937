/* Broken if this fails: a console would not notice what an engine in another process did, or a
 * changed config file would be noticed late. */
#include "unit/cases.h"

#include "base/file.h"
#include "base/str.h"
#include "base/watch.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[] = {"autopilot.db-wal", "autopilot.ini"};

struct world {
    char dir[FILE_PATH_MAX];
    struct watch watch;
};

static int open_world(void **state)
{
    struct world *w = malloc(sizeof *w);
    const char *base = getenv("TMPDIR");
    if (w == NULL)
        return -1;
    (void)str_format(w->dir, sizeof w->dir, "%s/watch-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(w->dir) == NULL)
        return -1;
    watch_init(&w->watch, w->dir, names, 2);
    *state = w;
    return w->watch.fd >= 0 ? 0 : -1;
}

static int close_world(void **state)
{
    struct world *w = *state;
    static const char *const made[] = {"autopilot.db-wal", "autopilot.ini", "other", "new.ini"};
    char path[FILE_PATH_MAX];
    for (size_t i = 0; i < CASES(made); i++)
        if (file_join(path, w->dir, made[i], NULL))
            (void)unlink(path);
    (void)rmdir(w->dir);
    watch_done(&w->watch);
    free(w);
    return 0;
}

static void append(struct world *w, const char *name)
{
    char path[FILE_PATH_MAX];
    assert_true(file_join(path, w->dir, name, NULL));
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, "x", 1, path, NULL));
    close(fd);
}

static void test_tells_of_its_files_only(void **state)
{
    struct world *w = *state;
    assert_false(watch_changed(&w->watch));
    append(w, "other");
    append(w, "autopilot.db");
    assert_false(watch_changed(&w->watch));
    append(w, "autopilot.db-wal");
    assert_true(watch_changed(&w->watch));
    assert_false(watch_changed(&w->watch));
    append(w, "autopilot.ini");
    append(w, "other");
    assert_true(watch_changed(&w->watch));
    assert_false(watch_changed(&w->watch));
    char path[FILE_PATH_MAX];
    assert_true(file_join(path, w->dir, "autopilot.db", NULL));
    assert_int_equal(unlink(path), 0);
}

static void test_ways_to_change(void **state)
{
    struct world *w = *state;
    char ini[FILE_PATH_MAX], other[FILE_PATH_MAX];
    assert_true(file_join(ini, w->dir, "autopilot.ini", NULL));
    assert_true(file_join(other, w->dir, "new.ini", NULL));
    /* As an editor does: another file is renamed over it. */
    assert_true(file_replace(ini, "a", 1, 0600, NULL));
    assert_true(watch_changed(&w->watch));
    assert_int_equal(chmod(ini, 0640), 0);
    assert_true(watch_changed(&w->watch));
    assert_int_equal(truncate(ini, 0), 0);
    assert_true(watch_changed(&w->watch));
    assert_int_equal(rename(ini, other), 0);
    assert_true(watch_changed(&w->watch));
    assert_int_equal(rename(other, ini), 0);
    assert_true(watch_changed(&w->watch));
    assert_int_equal(unlink(ini), 0);
    assert_true(watch_changed(&w->watch));
    assert_false(watch_changed(&w->watch));
}

/* However much was written, the answer comes, and after it the watch still works. */
static void test_many_changes(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 3000; i++)
        append(w, i % 2 ? "other" : "autopilot.db-wal");
    assert_true(watch_changed(&w->watch));
    for (int i = 0; i < 100 && watch_changed(&w->watch); i++)
        continue;
    assert_false(watch_changed(&w->watch));
    append(w, "autopilot.db-wal");
    assert_true(watch_changed(&w->watch));
}

static void test_directory_goes_away(void **state)
{
    struct world *w = *state;
    assert_int_equal(rmdir(w->dir), 0);
    assert_true(watch_changed(&w->watch));
    assert_int_equal(w->watch.fd, -1);
    assert_false(watch_changed(&w->watch));
}

static void test_without_a_directory(void **state)
{
    (void)state;
    struct watch w;
    watch_init(&w, "/no/such/directory", names, 2);
    assert_int_equal(w.fd, -1);
    assert_false(watch_changed(&w));
    watch_done(&w);
    watch_init(&w, "/dev/null", names, 2);
    assert_int_equal(w.fd, -1);
    watch_done(&w);
    watch_done(NULL);
    struct watch zeroed = {0};
    watch_done(&zeroed);
    assert_true(fcntl(0, F_GETFD) >= 0);
}

static void test_names_past_the_limit_are_left_out(void **state)
{
    (void)state;
    char long_name[300];
    memset(long_name, 'n', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *many[] = {"a", long_name, "b", "c", "d"};
    struct watch w;
    watch_init(&w, "/", many, (int)CASES(many));
    assert_int_equal(w.names, 3);
    assert_string_equal(w.name[1], "b");
    watch_done(&w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_tells_of_its_files_only),
        TEST(test_ways_to_change),
        TEST(test_many_changes),
        TEST(test_directory_goes_away),
        cmocka_unit_test(test_without_a_directory),
        cmocka_unit_test(test_names_past_the_limit_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
