/* Broken if this fails: how services answered last, as `status` and the console show it. */
#include "unit/cases.h"

#include "fake/scratch.h"
#include "store/health.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {"search local", "search web", "mail"};

static void path_of(struct scratch *dir, char path[512])
{
    scratch_init(dir);
    (void)snprintf(path, 512, "%s", scratch_path(dir, "services"));
}

static void test_notes(void **state)
{
    struct scratch dir;
    struct health rows[HEALTH_MAX];
    struct err err = {0};
    char path[512];
    int32_t count = 7;
    (void)state;
    path_of(&dir, path);
    assert_true(health_read(path, rows, &count, &err)); /* none yet */
    assert_int_equal(count, 0);
    assert_true(health_keep(path, names, 3, &err));
    assert_true(health_note(path, "search web", "HTTP\t502\x1b[2J\nand more", 50, &err));
    assert_true(health_note(path, "search web", "HTTP 503", 60, &err));
    assert_true(health_note(path, "mail", NULL, 70, &err));
    assert_true(health_note(path, "nobody", NULL, 80, &err)); /* is not kept */
    assert_true(health_read(path, rows, &count, &err));
    assert_int_equal(count, 3);
    assert_int_equal(health_state_of(&rows[0]), HEALTH_UNASKED);
    assert_int_equal(health_state_of(&rows[1]), HEALTH_FAILING);
    assert_int_equal(rows[1].failures, 2);
    assert_int_equal(rows[1].failed_us, 60);
    assert_string_equal(rows[1].why, "HTTP 503");
    assert_int_equal(health_state_of(&rows[2]), HEALTH_OK);
    /* It answers again: the last failure is still known. */
    assert_true(health_note(path, "search web", NULL, 90, &err));
    assert_true(health_read(path, rows, &count, &err));
    assert_int_equal(health_state_of(&rows[1]), HEALTH_OK);
    assert_int_equal(rows[1].ok_us, 90);
    assert_int_equal(rows[1].failed_us, 60);
    /* Another config: what stays is known, what goes is forgotten. */
    const char *const fewer[] = {"mail", "language model"};
    assert_true(health_keep(path, fewer, 2, &err));
    assert_true(health_read(path, rows, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(rows[0].ok_us, 70);
    assert_int_equal(rows[1].ok_us, 0);
    scratch_done(&dir);
}

static void test_foreign(void **state)
{
    struct scratch dir;
    struct health rows[HEALTH_MAX];
    struct err err = {0};
    char path[512], longest[4000];
    int32_t count;
    (void)state;
    path_of(&dir, path);
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    const char *const strange[] = {longest, "search a\tb\n"};
    assert_true(health_keep(path, strange, 2, &err));
    assert_true(health_note(path, longest, longest, INT64_MAX, &err));
    assert_true(health_note(path, "search a\tb\n", "bad\t\x1b[31m\nred", 5, &err));
    assert_true(health_read(path, rows, &count, &err));
    assert_int_equal(count, 2);
    assert_int_equal(strlen(rows[0].why), HEALTH_WHY_MAX);
    assert_int_equal(rows[0].failed_us, INT64_MAX);
    for (int i = 0; i < 2; i++)
        assert_null(strpbrk(rows[i].name, "\t\n\x1b"));
    assert_null(strpbrk(rows[1].why, "\t\n\x1b"));
    assert_int_equal(rows[1].failures, 1);
    /* A line that somebody spoiled is left out, the other is not. */
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "\t\t\t\t\t", 5, 0), 5);
    (void)close(fd);
    assert_true(health_read(path, rows, &count, &err));
    assert_int_equal(count, 1);
    assert_int_equal(rows[0].failed_us, 5);
    scratch_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_notes),
                                       cmocka_unit_test(test_foreign)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
