/* test_corpus_traps.c - if this fails, a hostile file, a name with an escape sequence, or a damaged
 * database stops the program, makes it wait, or is told in no sentence. */
#include "unit/adapter/corpus_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

/* ---- what is no page ---- */

static void test_tree_of_traps(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scratch_mkdir(&s->files, "loop");
    assert_int_equal(symlink("..", scratch_path(&s->files, "loop/up")), 0);
    assert_int_equal(symlink("loop", scratch_path(&s->files, "again")), 0);
    assert_int_equal(symlink("nowhere", scratch_path(&s->files, "dangling")), 0);
    assert_int_equal(symlink("self", scratch_path(&s->files, "self")), 0);
    assert_int_equal(symlink("/etc/passwd", scratch_path(&s->files, "secret.txt")), 0);
    assert_int_equal(mkfifo(scratch_path(&s->files, "fifo.html"), 0600), 0);
    assert_int_equal(mknod(scratch_path(&s->files, "s"), S_IFSOCK | 0600, 0), 0);
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, 3, 0, 0, 0, 3);
    assert_int_equal(s->stats.skipped[CORPUS_LINK], 5);
    assert_int_equal(s->stats.skipped[CORPUS_NOT_FILE], 2);
}

/* What is named itself may be a link: the operator means what it leads to. */
static void test_named_directly(void **state)
{
    struct scene *s = *state;
    const char *device = "/dev/zero";
    scene_three_pages(s);
    assert_int_equal(symlink("b", scratch_path(&s->files, "link")), 0);
    assert_int_equal(mkfifo(scratch_path(&s->files, "fifo"), 0600), 0);
    scene_open(s);
    scene_add(s, "link");
    assert_stats(s, 2, 0, 0, 0, 2);
    scene_add(s, "b");
    assert_stats(s, 0, 0, 2, 0, 0);
    scene_add(s, "fifo");
    assert_int_equal(s->stats.skipped[CORPUS_NOT_FILE], 1);
    assert_true(corpus_add(s->corpus, &device, 1, NULL, &s->stats, &s->err));
    assert_int_equal(s->stats.skipped[CORPUS_NOT_FILE], 1);
    assert_false(scene_try_add(s, "no/such"));
    assert_sentence(s, ERR_REFUSED, "No such file or directory");
}

/* One path that is wrong, and nothing was changed for the others. */
static void test_all_paths_or_none(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    const char *paths[2] = {s->files.dir, "/no/such\x1b[31m/place"};
    assert_false(corpus_add(s->corpus, paths, 2, NULL, &s->stats, &s->err));
    assert_sentence(s, ERR_REFUSED, "No such file or directory");
    assert_null(strchr(s->err.text, 0x1b));
    assert_int_equal(scene_count(s).pages, 0);
    assert_true(corpus_add(s->corpus, paths, 0, NULL, &s->stats, &s->err));
}

static void test_unreadable(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    assert_int_equal(chmod(scratch_path(&s->files, "a.html"), 0), 0);
    scratch_age(&s->files, "a.html", 5000);
    if (access(scratch_path(&s->files, "a.html"), R_OK) == 0)
        skip(); /* root reads everything */
    scene_add(s, "");
    assert_int_equal(s->stats.skipped[CORPUS_UNREADABLE], 1);
    assert_int_equal(s->stats.removed, 1);
    assert_int_equal(chmod(scratch_path(&s->files, "a.html"), 0600), 0);
    scene_add(s, "");
    assert_stats(s, 1, 0, 2, 0, 1); /* although neither size nor time changed */
    assert_int_equal(chmod(scratch_path(&s->files, "b"), 0), 0);
    assert_false(scene_try_add(s, "b")); /* must not count as "all its pages are gone" */
    assert_sentence(s, ERR_REFUSED, "Permission denied");
    assert_int_equal(chmod(scratch_path(&s->files, "b"), 0700), 0);
    assert_int_equal(scene_count(s).pages, 3);
}

static long peak_rss_kb(void)
{
    struct rusage usage;
    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A gigabyte of text must cost what five megabytes cost. */
static void test_gigabyte(void **state)
{
    struct scene *s = *state;
    const size_t head = CORPUS_FILE_MAX;
    char *text = malloc(head);
    assert_non_null(text);
    for (size_t i = 0; i < head; i += 8)
        memcpy(text + i, "word    ", 8);
    memcpy(text, "firstly ", 8);
    scratch_write_n(&s->files, "huge.txt", text, head);
    free(text);
    assert_int_equal(truncate(scratch_path(&s->files, "huge.txt"), INT64_C(1) << 30), 0);
    scratch_sparse(&s->files, "zeros.txt", INT64_C(1) << 30);
    scene_open(s);
    const long before = peak_rss_kb();
    const double from = seconds();
    scene_add(s, "");
    assert_int_equal(s->stats.added, 1);
    assert_int_equal(s->stats.cut, 1);
    assert_int_equal(s->stats.skipped[CORPUS_BINARY], 1);
    assert_int_equal(s->stats.bytes_read, 2 * CORPUS_FILE_MAX);
    assert_true(peak_rss_kb() - before < 256 * 1024); /* kilobytes; ASan's own included */
    assert_true(seconds() - from < 20);
}

/* Names that hold what a terminal would obey, or what an address can't hold. */
static const char *const hostile_names[] = {
    "esc\x1b]0;owned\a.html",
    "line\nbreak.txt",
    "100%25.html",
    "with space.html",
    "\xff\xfe not utf8.txt",
    "quote\"'`$(x).txt",
    "-rf.html",
    "#fragment?query.html",
    "tab\there.txt",
    "\xe2\x80\xae"
    "gpj.html",
    "a\\b.html",
    ";drop table page.txt",
};

static void test_hostile_names(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < COUNT(hostile_names); i++)
        scratch_write(&s->files, hostile_names[i], "some words");
    scene_open(s);
    scene_add(s, "");
    assert_int_equal(s->stats.added, COUNT(hostile_names));
    for (int i = 0; i < COUNT(hostile_names); i++) {
        int64_t pages = 0;
        scene_add(s, hostile_names[i]);
        assert_stats(s, 0, 0, 1, 0, 0);
        if (!corpus_remove(s->corpus, scratch_path(&s->files, hostile_names[i]), &pages, &s->err))
            fail_msg("name %d: %s", i, s->err.text);
        assert_int_equal(pages, 1);
    }
    assert_int_equal(scene_count(s).pages, 0);
}

static void test_long_names(void **state)
{
    struct scene *s = *state;
    char name[2400] = "", part[202];
    memset(part, 'd', 200);
    part[200] = '/';
    part[201] = '\0';
    for (int i = 0; i < 10; i++)
        memcpy(name + i * 201, part, 202);
    memcpy(name + 2010, "page.html", 10);
    scratch_write(&s->files, name, "some words");
    scratch_write(&s->files, "short.html", "some words");
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, 1, 0, 0, 0, 1);
    assert_int_equal(s->stats.skipped[CORPUS_LONG_NAME], 1);
    assert_false(scene_try_add(s, "short.html/x"));
}

/* ---- the file ---- */

static bool try_open(struct scene *s, enum corpus_mode mode)
{
    struct corpus *c = NULL;
    const bool ok = corpus_open(s->data.dir, mode, &c, &s->err);
    assert_true(ok == (c != NULL));
    corpus_close(c);
    return ok;
}

static void test_missing(void **state)
{
    struct scene *s = *state;
    assert_false(try_open(s, CORPUS_READ));
    assert_sentence(s, ERR_STOP, "autopilot corpus add PATH");
    assert_int_not_equal(access(scratch_path(&s->data, "corpus.db"), F_OK), 0); /* nor made */
    scratch_write(&s->data, "corpus.db", "");
    assert_false(try_open(s, CORPUS_READ));
    assert_sentence(s, ERR_STOP, "autopilot corpus add PATH");
    assert_true(try_open(s, CORPUS_WRITE));
    assert_true(try_open(s, CORPUS_READ));
}

static void test_reading_only(void **state)
{
    struct scene *s = *state;
    int64_t pages = 0;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    struct corpus *reader = NULL;
    assert_true(corpus_open(s->data.dir, CORPUS_READ, &reader, &s->err)); /* beside the writer */
    struct corpus *writer = s->corpus;
    s->corpus = reader;
    assert_int_equal(scene_count(s).pages, 3);
    assert_false(scene_try_add(s, ""));
    assert_sentence(s, ERR_REFUSED, "reading only");
    assert_false(corpus_remove(s->corpus, s->files.dir, &pages, &s->err));
    assert_sentence(s, ERR_REFUSED, "reading only");
    s->corpus = writer;
    scratch_remove(&s->files, "a.html");
    scene_add(s, "");
    s->corpus = reader;
    assert_int_equal(scene_count(s).pages, 2); /* sees what the writer committed */
    s->corpus = writer;
    corpus_close(reader);
}

static void test_one_writer(void **state)
{
    struct scene *s = *state;
    scene_open(s);
    assert_false(try_open(s, CORPUS_WRITE));
    assert_sentence(s, ERR_CONFLICT, "pid ");
    assert_true(try_open(s, CORPUS_READ));
    scene_close(s);
    assert_true(try_open(s, CORPUS_WRITE));
}

/* Runs text on the file, past the corpus. */
static void meddle(struct scene *s, const char *text)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(scratch_path(&s->data, "corpus.db"), &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    sqlite3_close(db);
}

static void test_foreign_files(void **state)
{
    struct scene *s = *state;
    char garbage[5000];
    memset(garbage, 'g', sizeof garbage);
    scratch_write_n(&s->data, "corpus.db", garbage, sizeof garbage);
    assert_false(try_open(s, CORPUS_READ));
    assert_sentence(s, ERR_STOP, "damaged");
    assert_sentence(s, ERR_STOP, "autopilot corpus add PATH");
    assert_false(try_open(s, CORPUS_WRITE));
    assert_sentence(s, ERR_STOP, "damaged");

    scratch_remove(&s->data, "corpus.db");
    meddle(s, "CREATE TABLE theirs (x)");
    assert_false(try_open(s, CORPUS_WRITE));
    assert_sentence(s, ERR_STOP, "something else");

    scratch_remove(&s->data, "corpus.db");
    assert_true(try_open(s, CORPUS_WRITE));
    meddle(s, "PRAGMA user_version = 99");
    assert_false(try_open(s, CORPUS_READ));
    assert_sentence(s, ERR_STOP, "newer autopilot");

    scratch_remove(&s->data, "corpus.db");
    scratch_mkdir(&s->data, "corpus.db");
    assert_false(try_open(s, CORPUS_WRITE));
    assert_int_equal(s->err.kind, ERR_STOP);
}

static void test_schema_is_broken(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    scene_close(s);
    meddle(s, "DROP TABLE page_text; DELETE FROM state");
    scene_open(s);
    struct corpus_count c;
    assert_false(corpus_count(s->corpus, &c, &s->err));
    assert_sentence(s, ERR_STOP, "damaged");
    assert_false(scene_try_add(s, ""));
    assert_int_equal(s->err.kind, ERR_STOP);
}

static void write_over(const char *path, long at, const char *bytes, size_t len)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, len, f), len);
    assert_int_equal(fclose(f), 0);
}

/* Whatever page of the file is overwritten: a sentence, or a right answer, and no crash. */
static void test_damaged_anywhere(void **state)
{
    struct scene *s = *state;
    struct stat st;
    char junk[512];
    memset(junk, 0xa5, sizeof junk);
    scene_many_pages(s, 40);
    scene_open(s);
    scene_add(s, "");
    scene_close(s);
    assert_int_equal(stat(scratch_path(&s->data, "corpus.db"), &st), 0);
    const char *path = scratch_path(&s->data, "corpus.db");
    for (long at = 0; at < st.st_size; at += 4096) {
        char saved[sizeof junk];
        FILE *f = fopen(path, "rb");
        assert_non_null(f);
        assert_int_equal(fseek(f, at, SEEK_SET), 0);
        assert_int_equal(fread(saved, 1, sizeof saved, f), sizeof saved);
        fclose(f);
        write_over(path, at, junk, sizeof junk);
        struct corpus *c = NULL;
        struct corpus_count n;
        s->err = (struct err){0};
        if (corpus_open(s->data.dir, CORPUS_READ, &c, &s->err) && corpus_count(c, &n, &s->err))
            assert_int_equal(n.pages, 40);
        else
            assert_true(s->err.kind == ERR_STOP && s->err.text[0]);
        corpus_close(c);
        write_over(path, at, saved, sizeof saved);
    }
    scene_open(s);
    assert_int_equal(scene_count(s).pages, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_tree_of_traps),     SCENE_TEST(test_named_directly),
        SCENE_TEST(test_all_paths_or_none), SCENE_TEST(test_unreadable),
        SCENE_TEST(test_gigabyte),          SCENE_TEST(test_hostile_names),
        SCENE_TEST(test_long_names),        SCENE_TEST(test_missing),
        SCENE_TEST(test_reading_only),      SCENE_TEST(test_one_writer),
        SCENE_TEST(test_foreign_files),     SCENE_TEST(test_schema_is_broken),
        SCENE_TEST(test_damaged_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
