/* Broken if this fails: a config file or report could be left half written, two engines could serve
 * one data directory, or a full disk would go unnoticed. */
#include "unit/cases.h"

#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each test has an empty directory of its own, and its name as state. */
static int make_scratch(void **state)
{
    const char *base = getenv("TMPDIR");
    char *dir = malloc(FILE_PATH_MAX);
    if (dir == NULL)
        return -1;
    (void)str_format(dir, FILE_PATH_MAX, "%s/file-XXXXXX", base != NULL ? base : "/tmp");
    *state = dir;
    return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_scratch(void **state)
{
    char command[FILE_PATH_MAX + 16];
    struct dirent *entry;
    DIR *dir = opendir(*state);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        (void)snprintf(command, sizeof command, "%s/%s", (const char *)*state, entry->d_name);
        if (entry->d_name[0] != '.' || entry->d_name[1] == 'x')
            (void)remove(command); /* deeper ones are left to the runner */
    }
    if (dir != NULL)
        (void)closedir(dir);
    (void)rmdir(*state);
    free(*state);
    return 0;
}

static const char *in(void **state, const char *name, char path[FILE_PATH_MAX])
{
    assert_true(file_join(path, *state, name, NULL));
    return path;
}

static int entries(const char *path)
{
    int n = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        n += !str_equal(entry->d_name, ".") && !str_equal(entry->d_name, "..");
    closedir(dir);
    return n;
}

static void write_text(const char *path, const char *text)
{
    struct err err = {0};
    if (!file_replace(path, text, strlen(text), 0600, &err))
        fail_msg("%s", err.text);
}

static void assert_content(const char *path, const char *want)
{
    struct buf got = buf_init(1 << 20);
    struct err err = {0};
    if (!file_read(path, &got, &err))
        fail_msg("%s", err.text);
    assert_string_equal(buf_text(&got), want);
    buf_done(&got);
}

static void test_replace_and_read(void **state)
{
    char path[FILE_PATH_MAX];
    struct stat st;
    in(state, "a", path);
    assert_false(file_exists(path));
    write_text(path, "one");
    assert_true(file_exists(path));
    assert_content(path, "one");
    write_text(path, "");
    assert_content(path, "");
    assert_true(file_replace(path, "three\n", 6, 0640, NULL));
    assert_content(path, "three\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    assert_int_equal(entries(*state), 1);
}

/* Who has the old file open still reads the old text: nothing was written into it. */
static void test_replace_leaves_readers_alone(void **state)
{
    char path[FILE_PATH_MAX], got[16] = "";
    write_text(in(state, "a", path), "old");
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    write_text(path, "new and longer");
    assert_int_equal(read(fd, got, sizeof got), 3);
    assert_string_equal(got, "old");
    close(fd);
    assert_content(path, "new and longer");
}

static void test_replace_in_the_current_directory(void **state)
{
    char before[FILE_PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(*state), 0);
    write_text("plain-name", "x");
    assert_content("./plain-name", "x");
    assert_int_equal(chdir(before), 0);
}

static void test_failed_replace_leaves_all_as_it_was(void **state)
{
    char path[FILE_PATH_MAX], dir[FILE_PATH_MAX];
    struct err err = {0};
    assert_false(file_replace(in(state, "no/such", path), "x", 1, 0600, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.text, "/no/such failed: No such file or directory"));
    /* A directory stands where the file should be. */
    in(state, "d", dir);
    assert_true(file_make_dirs(dir, 0700, &err));
    assert_false(file_replace(dir, "x", 1, 0600, &err));
    assert_int_equal(entries(*state), 1);
    assert_int_equal(rmdir(dir), 0);
    char name[FILE_PATH_MAX];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_false(file_replace(name, "x", 1, 0600, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
}

static void test_read_appends(void **state)
{
    char path[FILE_PATH_MAX];
    struct buf got = buf_init(100);
    write_text(in(state, "a", path), "text");
    assert_true(buf_adds(&got, "before "));
    assert_true(file_read(path, &got, NULL));
    assert_string_equal(buf_text(&got), "before text");
    buf_done(&got);
}

static void test_read_refuses_what_is_too_large(void **state)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    char *large = malloc(50001);
    assert_non_null(large);
    memset(large, 'x', 50000);
    large[50000] = '\0';
    write_text(in(state, "a", path), large);
    struct buf got = buf_init(50001);
    assert_true(buf_adds(&got, "ab"));
    assert_false(file_read(path, &got, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.text, "larger than the 49999 bytes"));
    /* Nothing else changed: the buf is as it was and can be used. */
    assert_string_equal(buf_text(&got), "ab");
    assert_true(buf_ok(&got));
    buf_cut(&got, 1);
    assert_true(file_read(path, &got, &err));
    assert_int_equal(got.len, 50001);
    assert_int_equal(strspn(buf_text(&got) + 1, "x"), 50000);
    /* A buf that failed before is not read into. */
    assert_false(buf_addc(&got, '!'));
    assert_false(file_read(path, &got, &err));
    assert_int_equal(err.kind, ERR_STOP);
    buf_done(&got);
    free(large);
}

static void test_read_failures(void **state)
{
    static const struct {
        int line;
        const char *name, *want;
    } rows[] = {
        {__LINE__, "missing", "No such file or directory"},
        {__LINE__, ".", "Is a directory"},
        {__LINE__, "missing/x", "No such file or directory"},
    };
    struct buf got = buf_init(100);
    for (size_t i = 0; i < CASES(rows); i++) {
        char path[FILE_PATH_MAX];
        struct err err = {0};
        bool ok = file_read(in(state, rows[i].name, path), &got, &err);
        CHECK_AT(rows[i].line, !ok && err.kind == ERR_REFUSED, "kind %d", (int)err.kind);
        CHECK_AT(rows[i].line, strstr(err.text, rows[i].want) != NULL, "%s", err.text);
        CHECK_AT(rows[i].line, strstr(err.text, path) != NULL, "%s", err.text);
    }
    buf_done(&got);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct err err = {0};
    int fd = open("/dev/full", O_WRONLY);
    assert_true(fd >= 0);
    assert_false(file_write_all(fd, "x", 1, "the journal", &err));
    assert_int_equal(err.kind, ERR_STOP);
    assert_string_equal(err.text, "file: writing the journal failed: No space left on device");
    assert_true(file_write_all(fd, "", 0, "the journal", &err));
    close(fd);
}

/* Posted at every alarm: says that the writer was interrupted once more. */
static sem_t alarms;

static void count_alarm(int number)
{
    (void)number;
    (void)sem_post(&alarms);
}

/* Reads nothing until the pipe has long been full, so that some calls of write end with nothing
 * written; then slowly, so that others end with a part. */
static void *drain(void *arg)
{
    int fd = *(int *)arg;
    for (int seen = 0; seen < 20;)
        seen += sem_wait(&alarms) == 0;
    char bytes[1000];
    size_t total = 0;
    unsigned char want = 0;
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) != 0;) {
        if (n < 0)
            continue;
        for (ssize_t i = 0; i < n; i++)
            if ((unsigned char)bytes[i] != want++)
                return (void *)(uintptr_t)1;
        total += (size_t)n;
    }
    return (void *)(uintptr_t)total;
}

/* A timer interrupts the writing all the time: calls end early, with some or with none written. */
static void test_write_all_through_interruptions(void **state)
{
    (void)state;
    enum { LEN = 4 << 20 };
    int fds[2];
    pthread_t reader;
    void *total = NULL;
    unsigned char *bytes = malloc(LEN);
    assert_non_null(bytes);
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = (unsigned char)i;
    struct sigaction action = {.sa_handler = count_alarm}, before;
    struct itimerval often = {{0, 200}, {0, 200}}, never = {{0, 0}, {0, 0}};
    assert_int_equal(sem_init(&alarms, 0, 0), 0);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(pthread_create(&reader, NULL, drain, &fds[0]), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    bool ok = file_write_all(fds[1], bytes, LEN, "pipe", NULL);
    close(fds[1]);
    assert_int_equal(pthread_join(reader, &total), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    close(fds[0]);
    sem_destroy(&alarms);
    free(bytes);
    assert_true(ok);
    assert_int_equal((uintptr_t)total, LEN);
}

static void test_make_dirs(void **state)
{
    char path[FILE_PATH_MAX];
    struct stat st;
    struct err err = {0};
    mode_t before = umask(0);
    assert_true(file_make_dirs(in(state, "a/b//c/", path), 0750, &err));
    assert_true(file_make_dirs(path, 0700, &err));
    umask(before);
    assert_int_equal(stat(path, &st), 0);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0750);
    assert_true(file_make_dirs("/", 0700, &err));
    assert_true(file_make_dirs(".", 0700, &err));
    assert_false(file_make_dirs("", 0700, &err));
    write_text(in(state, "a/file", path), "x");
    assert_false(file_make_dirs(path, 0700, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.text, "is there but is not a directory"));
    assert_false(file_make_dirs(in(state, "a/file/below", path), 0700, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
}

static void test_join_and_dir_of(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *dir, *name, *want;
    } joins[] = {
        {__LINE__, "a", "b", "a/b"}, {__LINE__, "a/", "b", "a/b"}, {__LINE__, "/", "b", "/b"},
        {__LINE__, "", "b", "b"},    {__LINE__, "a", "/b", "/b"},  {__LINE__, ".", "b/c", "./b/c"},
    };
    static const struct {
        int line;
        const char *path, *want;
    } dirs[] = {
        {__LINE__, "a/b", "a"}, {__LINE__, "/a/b/c", "/a/b"}, {__LINE__, "/a", "/"},
        {__LINE__, "a", "."},   {__LINE__, "", "."},          {__LINE__, "a/", "a"},
    };
    char got[FILE_PATH_MAX], name[FILE_PATH_MAX];
    for (size_t i = 0; i < CASES(joins); i++) {
        bool ok = file_join(got, joins[i].dir, joins[i].name, NULL);
        CHECK_AT(joins[i].line, ok && str_equal(got, joins[i].want), "got %s", got);
    }
    for (size_t i = 0; i < CASES(dirs); i++) {
        file_dir_of(got, dirs[i].path);
        CHECK_AT(dirs[i].line, str_equal(got, dirs[i].want), "got %s", got);
    }
    struct err err = {0};
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_true(file_join(got, "", name, &err));
    assert_false(file_join(got, "dir", name, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.text, "too long"));
}

static void test_sync_dir(void **state)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    assert_true(file_sync_dir(*state, &err));
    assert_false(file_sync_dir(in(state, "missing", path), &err));
    write_text(in(state, "a", path), "x");
    assert_false(file_sync_dir(path, &err));
    assert_non_null(strstr(err.text, "Not a directory"));
}

static void test_lock(void **state)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    int first = -1, second = -7;
    in(state, "lock", path);
    assert_true(file_lock(path, "pid 812 engine", &first, &err));
    assert_true(first >= 0);
    assert_content(path, "pid 812 engine\n");
    assert_true(fcntl(first, F_GETFD) & FD_CLOEXEC);
    assert_false(file_lock(path, "pid 813 engine", &second, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_int_equal(second, -7);
    assert_non_null(strstr(err.text, "is locked by another process (pid 812 engine)"));
    assert_content(path, "pid 812 engine\n");
    close(first);
    assert_true(file_lock(path, "x", &second, &err));
    assert_content(path, "x\n");
    close(second);
}

/* What another process wrote into the file reaches a terminal: it is screened. */
static void test_lock_note_is_screened(void **state)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    int fd = -1, other = -1;
    in(state, "lock", path);
    assert_true(file_lock(path, "\x1b]0;evil\x07 \xff", &fd, &err));
    assert_false(file_lock(path, "y", &other, &err));
    assert_non_null(strstr(err.text, "(.]0;evil. ?)"));
    assert_true(ftruncate(fd, 0) == 0);
    assert_false(file_lock(path, "y", &other, &err));
    assert_null(strchr(err.text, '('));
    close(fd);
}

static void test_lock_failures(void **state)
{
    char path[FILE_PATH_MAX], link_path[FILE_PATH_MAX];
    struct err err = {0};
    int fd = -1;
    assert_false(file_lock(in(state, "no/lock", path), "x", &fd, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    write_text(in(state, "target", path), "precious");
    assert_int_equal(symlink(path, in(state, "link", link_path)), 0);
    assert_false(file_lock(link_path, "x", &fd, &err));
    assert_content(path, "precious");
}

/* The kernel frees the lock of a process that was killed. */
static void test_lock_dies_with_its_holder(void **state)
{
    char path[FILE_PATH_MAX], ready;
    struct err err = {0};
    int fds[2], fd = -1, status;
    in(state, "lock", path);
    assert_int_equal(pipe(fds), 0);
    pid_t child = fork();
    if (child == 0) {
        bool ok = file_lock(path, "child", &fd, NULL);
        _exit(write(fds[1], ok ? "y" : "n", 1) == 1 ? pause() : 1);
    }
    assert_true(child > 0);
    assert_int_equal(read(fds[0], &ready, 1), 1);
    assert_int_equal(ready, 'y');
    assert_false(file_lock(path, "parent", &fd, &err));
    assert_non_null(strstr(err.text, "(child)"));
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(file_lock(path, "parent", &fd, &err));
    close(fd);
    close(fds[0]);
    close(fds[1]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_replace_and_read),
        TEST(test_replace_leaves_readers_alone),
        TEST(test_replace_in_the_current_directory),
        TEST(test_failed_replace_leaves_all_as_it_was),
        TEST(test_read_appends),
        TEST(test_read_refuses_what_is_too_large),
        TEST(test_read_failures),
        TEST(test_full_disk),
        TEST(test_write_all_through_interruptions),
        TEST(test_make_dirs),
        TEST(test_join_and_dir_of),
        TEST(test_sync_dir),
        TEST(test_lock),
        TEST(test_lock_note_is_screened),
        TEST(test_lock_failures),
        TEST(test_lock_dies_with_its_holder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
