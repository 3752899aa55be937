/* Broken if this fails: lines of the process log could be lost or come in the wrong order, a slow
 * disk could stop the engine, or a damaged log could keep the program from starting. */
#include "unit/cases.h"

#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "store/logdb.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct scene {
    struct scratch s;
    struct err err;
    char path[SCRATCH_PATH_MAX];
    struct logdb *l;
    struct log_sink sink;
};

static void open_it(struct scene *c, int32_t keep)
{
    if (!logdb_open(c->path, keep, &c->l, &c->err))
        fail_msg("%s", c->err.text);
    c->sink = logdb_sink(c->l, LOG_INFO);
}

static int begin(void **state)
{
    struct scene *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    scratch_init(&c->s);
    (void)str_copy(c->path, sizeof c->path, scratch_path(&c->s, "log.db"));
    *state = c;
    return 0;
}

static int end(void **state)
{
    struct scene *c = *state;
    logdb_close(c->l);
    scratch_done(&c->s);
    free(c);
    return 0;
}

static void close_it(struct scene *c)
{
    logdb_close(c->l);
    c->l = NULL;
}

/* The text that a query gives. */
static void ask(struct scene *c, const char *sql, char *ret, size_t size)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_open(c->path, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    const unsigned char *text = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_text(st, 0) : NULL;
    (void)str_copy(ret, size, text != NULL ? (const char *)text : "");
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
}

static int64_t number(struct scene *c, const char *sql)
{
    char text[40];
    int64_t n = INT64_MIN;
    ask(c, sql, text, sizeof text);
    if (!str_int(text, INT64_MIN, INT64_MAX, &n))
        fail_msg("%s: \"%s\"", sql, text);
    return n;
}

static void lines_are_kept_in_order(void **state)
{
    struct scene *c = *state;
    char text[80];
    open_it(c, 1000);
    log_line(&c->sink, LOG_INFO, "engine", "first %d", 1);
    log_line(&c->sink, LOG_ERROR, "mail", "second");
    log_line(&c->sink, LOG_DEBUG, "mail", "below the threshold");
    log_line(&c->sink, LOG_WARN, "search", "a\033[2Jb");
    close_it(c);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 3);
    ask(c, "SELECT group_concat(area || ':' || level, ' ') FROM (SELECT * FROM lines ORDER BY seq)",
        text, sizeof text);
    assert_string_equal(text, "engine:2 mail:0 search:1");
    ask(c, "SELECT text FROM lines WHERE seq = 1", text, sizeof text);
    assert_string_equal(text, "first 1");
    assert_int_equal(number(c, "SELECT instr(text, char(27)) FROM lines WHERE area = 'search'"), 0);
    assert_int_equal(number(c, "SELECT count(*) FROM lines WHERE at < 1600000000000000"), 0);
    assert_int_equal(number(c, "SELECT max(at) - min(at) >= 0 FROM lines"), 1);
}

static void the_next_start_goes_on(void **state)
{
    struct scene *c = *state;
    struct stat st;
    for (int i = 0; i < 3; i++) {
        open_it(c, 1000);
        log_line(&c->sink, LOG_INFO, "engine", "start %d", i);
        close_it(c);
    }
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 3);
    assert_int_equal(stat(c->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    logdb_close(NULL);
}

static void *write_many(void *ctx)
{
    for (int i = 0; i < 500; i++)
        log_line(ctx, LOG_INFO, "engine", "line %d", i);
    return NULL;
}

static void several_threads_may_log(void **state)
{
    struct scene *c = *state;
    pthread_t threads[4];
    open_it(c, 100000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, &c->sink), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    close_it(c);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 2000);
    assert_int_equal(number(c, "SELECT count(*) FROM lines WHERE text = 'line 499'"), 4);
}

static void old_lines_are_trimmed(void **state)
{
    struct scene *c = *state;
    open_it(c, 10);
    for (int i = 0; i < 50; i++)
        log_line(&c->sink, LOG_INFO, "engine", "line %d", i);
    close_it(c);
    open_it(c, 10);
    log_line(&c->sink, LOG_INFO, "engine", "the last");
    close_it(c);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 10);
    assert_int_equal(number(c, "SELECT count(*) FROM lines WHERE text = 'the last'"), 1);
    assert_int_equal(number(c, "SELECT count(*) FROM lines WHERE text = 'line 5'"), 0);
}

static void lines_beyond_the_queue_are_dropped_and_counted(void **state)
{
    struct scene *c = *state;
    sqlite3 *other = NULL;
    char text[80];
    open_it(c, 100000);
    /* The disk is as good as stuck: another connection holds the file. */
    assert_int_equal(sqlite3_open(c->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    for (int i = 0; i < 20000; i++)
        log_line(&c->sink, LOG_INFO, "engine", "line %d", i); /* none of them waits */
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(other);
    close_it(c);
    int64_t kept = number(c, "SELECT count(*) FROM lines WHERE area = 'engine'");
    assert_true(kept >= 4096 && kept < 20000);
    ask(c, "SELECT text FROM lines WHERE area = 'log'", text, sizeof text);
    assert_non_null(strstr(text, "lines dropped"));
    assert_int_equal(number(c, "SELECT sum(CAST(text AS INTEGER)) FROM lines WHERE area = 'log'"),
                     20000 - kept);
}

static void tell_attempt(void *ctx, const char *name)
{
    if (str_equal(name, "log_before_commit"))
        (void)sem_post(ctx);
}

static void change(struct scene *c, const char *sql)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    (void)sqlite3_busy_timeout(db, 3000);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
}

static void lines_that_could_not_be_written_are_counted(void **state)
{
    struct scene *c = *state;
    sem_t tried;
    char text[80];
    assert_int_equal(sem_init(&tried, 0, 0), 0);
    fp_set_hook(tell_attempt, &tried);
    open_it(c, 1000);
    change(c, "ALTER TABLE lines RENAME TO away");
    log_line(&c->sink, LOG_INFO, "engine", "lost");
    assert_int_equal(sem_wait(&tried), 0); /* the writer has met the refusal */
    change(c, "ALTER TABLE away RENAME TO lines");
    log_line(&c->sink, LOG_INFO, "engine", "after it");
    close_it(c);
    fp_set_hook(NULL, NULL);
    (void)sem_destroy(&tried);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 2);
    ask(c, "SELECT text FROM lines WHERE area = 'log'", text, sizeof text);
    assert_string_equal(text, "1 lines dropped");
}

static int count_names(struct scene *c, const char *with)
{
    int n = 0;
    struct dirent *e;
    DIR *dir = opendir(c->s.dir);
    assert_non_null(dir);
    while ((e = readdir(dir)) != NULL)
        n += strstr(e->d_name, with) != NULL;
    (void)closedir(dir);
    return n;
}

static void a_damaged_log_is_moved_aside(void **state)
{
    struct scene *c = *state;
    scratch_write(&c->s, "log.db", "this was a log before the disk broke, or so they say");
    open_it(c, 100);
    log_line(&c->sink, LOG_INFO, "engine", "begun anew");
    close_it(c);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 1);
    assert_int_equal(count_names(c, "log.db.damaged-"), 1);
}

static void a_log_that_is_damaged_inside_is_moved_aside(void **state)
{
    struct scene *c = *state;
    struct stat st;
    char junk[4096];
    open_it(c, 100000);
    for (int i = 0; i < 1000; i++)
        log_line(&c->sink, LOG_INFO, "engine", "line %d with some words behind it", i);
    close_it(c);
    assert_int_equal(stat(c->path, &st), 0);
    int fd = open(c->path, O_WRONLY);
    memset(junk, 0x7E, sizeof junk);
    assert_int_equal(pwrite(fd, junk, sizeof junk, st.st_size / 2 / 4096 * 4096), 4096);
    (void)close(fd);
    open_it(c, 100);
    close_it(c);
    assert_int_equal(number(c, "SELECT count(*) FROM lines"), 0);
    assert_int_equal(count_names(c, "log.db.damaged-"), 1);
}

static void what_is_no_log_is_left_alone(void **state)
{
    struct scene *c = *state;
    sqlite3 *db = NULL;
    struct logdb *l = NULL;
    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    assert_false(logdb_open(c->path, 100, &l, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_non_null(strstr(c->err.text, "something else"));
    assert_int_equal(number(c, "SELECT count(*) FROM t"), 0);
    assert_false(logdb_open("/proc/nowhere/log.db", 100, &l, &c->err));
    assert_null(l);
}

static void die_at(void *ctx, const char *name)
{
    if (str_equal(ctx, name))
        _exit(42);
}

static void a_crash_of_the_writer_leaves_a_whole_file(void **state)
{
    struct scene *c = *state;
    static char points[][24] = {"log_before_commit", "log_after_commit"};
    for (size_t i = 0; i < CASES(points); i++) {
        pid_t child = fork();
        if (child == 0) {
            fp_set_hook(die_at, points[i]);
            open_it(c, 100);
            log_line(&c->sink, LOG_INFO, "engine", "at %s", points[i]);
            logdb_close(c->l);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), 42);
        open_it(c, 100);
        close_it(c);
        assert_int_equal(number(c, "SELECT count(*) FROM lines"), i);
    }
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lines_are_kept_in_order),
        TEST(the_next_start_goes_on),
        TEST(several_threads_may_log),
        TEST(old_lines_are_trimmed),
        TEST(lines_beyond_the_queue_are_dropped_and_counted),
        TEST(lines_that_could_not_be_written_are_counted),
        TEST(a_damaged_log_is_moved_aside),
        TEST(a_log_that_is_damaged_inside_is_moved_aside),
        TEST(what_is_no_log_is_left_alone),
        TEST(a_crash_of_the_writer_leaves_a_whole_file),
    };
    return cmocka_run_group_tests_name("logdb", tests, NULL, NULL);
}
