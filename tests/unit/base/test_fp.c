/* Broken if this fails: the crash tests would not crash where they say they do, and would prove
 * nothing. Each case runs in a child, because a failpoint ends its process. */
#include "unit/cases.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef FAILPOINTS

/* Runs a, b, a, c in a child with this setting; returns its wait status. A stopped child is
 * continued, and *ret_stops says how often. */
static int run(const char *setting, const char *trace, int *ret_stops)
{
    int status = 0;
    *ret_stops = 0;
    pid_t child = fork();
    if (child == 0) {
        if (setting != NULL)
            setenv("AUTOPILOT_FP", setting, 1);
        if (trace != NULL)
            setenv("AUTOPILOT_FP_TRACE", trace, 1);
        FP("test.a");
        FP("test.b");
        FP("test.a");
        FP("test.c");
        exit(0);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    while (WIFSTOPPED(status)) {
        (*ret_stops)++;
        assert_int_equal(kill(child, SIGCONT), 0);
        assert_int_equal(waitpid(child, &status, WUNTRACED), child);
    }
    return status;
}

static void test_actions(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *setting;
        int signal; /* ended by it */
        int status; /* or with this */
        int stops;
    } rows[] = {
        {__LINE__, NULL, 0, 0, 0},
        {__LINE__, "", 0, 0, 0},
        {__LINE__, "test.a:1:kill", SIGKILL, 0, 0},
        {__LINE__, "test.a:2:kill", SIGKILL, 0, 0},
        {__LINE__, "test.a:3:kill", 0, 0, 0},
        {__LINE__, "test.c:1:exit", 0, 98, 0},
        {__LINE__, "test.b:1:stop", 0, 0, 1},
        {__LINE__, "test.a:1:stop", 0, 0, 1},
        {__LINE__, "test.x:1:kill", 0, 0, 0},
        {__LINE__, "test:1:kill", 0, 0, 0},
        /* A wrong setting is loud. */
        {__LINE__, "test.a", 0, 99, 0},
        {__LINE__, "test.a:1", 0, 99, 0},
        {__LINE__, "test.a:0:kill", 0, 99, 0},
        {__LINE__, "test.a:x:kill", 0, 99, 0},
        {__LINE__, "test.a:1:boom", 0, 99, 0},
        {__LINE__, "test.a:1:", 0, 99, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int stops;
        int status = run(rows[i].setting, NULL, &stops);
        int by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
        CHECK_AT(rows[i].line, by == rows[i].signal, "signal %d", by);
        CHECK_AT(rows[i].line, code == rows[i].status, "status %d", code);
        CHECK_AT(rows[i].line, stops == rows[i].stops, "stopped %d times", stops);
    }
}

static void test_trace(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *setting, *want;
    } rows[] = {
        {__LINE__, NULL, "test.a\ntest.b\ntest.c\ntest.a 2\ntest.b 1\ntest.c 1\n"},
        {__LINE__, "test.a:2:kill", "test.a\ntest.b\ntest.a 2\ntest.b 1\n"},
        {__LINE__, "test.b:1:exit", "test.a\ntest.b\ntest.a 1\ntest.b 1\n"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char path[FILE_PATH_MAX];
        int stops;
        struct buf got = buf_init(10000);
        const char *base = getenv("TMPDIR");
        assert_true(str_format(path, sizeof path, "%s/fp-XXXXXX", base != NULL ? base : "/tmp"));
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        (void)run(rows[i].setting, path, &stops);
        assert_true(file_read(path, &got, NULL));
        CHECK_AT(rows[i].line, str_equal(buf_text(&got), rows[i].want), "got\n%s", buf_text(&got));
        buf_done(&got);
        close(fd);
        unlink(path);
    }
}

static void count_names(void *ctx, const char *name)
{
    int *count = ctx;
    count[0]++;
    count[1] += str_equal(name, "test.a");
}

static void test_hook_takes_the_place_of_the_environment(void **state)
{
    (void)state;
    int count[2] = {0};
    assert_int_equal(setenv("AUTOPILOT_FP", "test.a:1:kill", 1), 0);
    fp_set_hook(count_names, count);
    FP("test.a");
    FP("test.b");
    FP("test.a");
    fp_set_hook(NULL, NULL);
    assert_int_equal(unsetenv("AUTOPILOT_FP"), 0);
    FP("test.a");
    assert_int_equal(count[0], 3);
    assert_int_equal(count[1], 2);
}

/* file_replace names its four points, so that a sweep can kill at each. */
static void test_points_of_file_replace(void **state)
{
    (void)state;
    static const char *const want[] = {"file.before_sync", "file.after_sync", "file.before_rename",
                                       "file.after_rename"};
    char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
    const char *base = getenv("TMPDIR");
    assert_true(str_format(dir, sizeof dir, "%s/fp-XXXXXX", base != NULL ? base : "/tmp"));
    assert_non_null(mkdtemp(dir));
    assert_true(file_join(path, dir, "f", NULL));
    for (size_t i = 0; i < CASES(want); i++) {
        char setting[64];
        int status;
        struct buf got = buf_init(100);
        /* Not file_replace: this process must not reach a failpoint before the child does. */
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        assert_true(fd >= 0 && file_write_all(fd, "old", 3, path, NULL));
        close(fd);
        assert_true(str_format(setting, sizeof setting, "%s:1:kill", want[i]));
        pid_t child = fork();
        if (child == 0) {
            setenv("AUTOPILOT_FP", setting, 1);
            (void)file_replace(path, "new", 3, 0600, NULL);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        CHECK_AT(__LINE__, WIFSIGNALED(status), "%s was not reached", want[i]);
        assert_true(file_read(path, &got, NULL));
        bool renamed = i == 3;
        CHECK_AT(__LINE__, str_equal(buf_text(&got), renamed ? "new" : "old"), "%s: %s", want[i],
                 buf_text(&got));
        buf_done(&got);
    }
}

int main(void)
{
    /* The children come first: fp.c reads the environment once in a process. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_points_of_file_replace),
        cmocka_unit_test(test_hook_takes_the_place_of_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* What is installed has no failpoints. */
static void test_absent(void **state)
{
    (void)state;
    FP("test.a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_absent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
