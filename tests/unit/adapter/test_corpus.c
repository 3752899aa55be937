/* test_corpus.c - if this fails, pages are missing from the corpus, stay in it after their files
 * are gone, are read again for nothing, or an add that was killed can't be gone on with. */
#include "unit/adapter/corpus_scene.h"

#include "base/fp.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

static int64_t skipped_in_all(const struct corpus_stats *stats)
{
    int64_t n = 0;
    for (int i = 0; i < CORPUS_SKIPS; i++)
        n += stats->skipped[i];
    return n;
}

/* ---- adding ---- */

static void test_added_and_listed(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    assert_int_equal(scene_count(s).pages, 0);
    assert_int_equal(scene_count(s).version, 0);
    scene_add(s, "");
    assert_stats(s, 3, 0, 0, 0, 3);
    assert_int_equal(skipped_in_all(&s->stats), 0);
    assert_int_equal(s->stats.bytes_read, 35 + 11 + 17);
    assert_true(s->stats.bytes_text >= 10 + 11 + 10);
    assert_int_equal(scene_count(s).pages, 3);
    assert_int_equal(scene_count(s).bytes, 35 + 11 + 17);
    assert_true(scene_count(s).version != 0);
}

static void test_unchanged_is_not_read_again(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scratch_write_n(&s->files, "picture.png", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1", 20);
    scratch_write(&s->files, "empty.html", "");
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, 3, 0, 0, 0, 5);
    const uint64_t version = scene_count(s).version;
    scene_add(s, "");
    assert_stats(s, 0, 0, 3, 0, 0);
    assert_int_equal(s->stats.bytes_read, 0);
    assert_int_equal(s->stats.skipped[CORPUS_BINARY], 1); /* still told, though not read */
    assert_int_equal(s->stats.skipped[CORPUS_NO_WORDS], 1);
    scene_close(s);
    scene_open(s); /* and by the next process neither */
    scene_add(s, "");
    assert_stats(s, 0, 0, 3, 0, 0);
    assert_int_equal(scene_count(s).version, version);
    assert_int_equal(scene_count(s).skipped, 2);
}

static void test_changes_are_noticed(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    uint64_t version = scene_count(s).version;

    scratch_write(&s->files, "b/b.txt", "yellow pears"); /* another size */
    scene_add(s, "");
    assert_stats(s, 0, 1, 2, 0, 1);
    assert_true(scene_count(s).version != version);

    version = scene_count(s).version;
    scratch_write(&s->files, "b/b.txt", "yellow dates"); /* the same size, another time */
    scratch_age(&s->files, "b/b.txt", 2000);
    scene_add(s, "");
    assert_stats(s, 0, 1, 2, 0, 1);
    assert_true(scene_count(s).version != version);

    version = scene_count(s).version;
    scratch_age(&s->files, "a.html", 3000); /* read, but the words are the same */
    scene_add(s, "");
    assert_stats(s, 0, 0, 3, 0, 1);
    assert_int_equal(scene_count(s).version, version);

    /* Another file in its place, of the same size and time. */
    scratch_write(&s->files, "new.html", "<title>Two</title><p>red apples</p>");
    scratch_age(&s->files, "new.html", 3000);
    assert_int_equal(rename(scratch_path(&s->files, "new.html"), scratch_path(&s->files, "a.html")),
                     0);
    scene_add(s, "");
    assert_stats(s, 0, 1, 2, 0, 1);
    scene_add(s, "");
    assert_stats(s, 0, 0, 3, 0, 0);
}

static void test_gone_is_dropped(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    scratch_remove(&s->files, "a.html");
    scene_add(s, "b"); /* looks only there */
    assert_stats(s, 0, 0, 2, 0, 0);
    assert_int_equal(scene_count(s).pages, 3);
    scene_add(s, "");
    assert_stats(s, 0, 0, 2, 1, 0);
    scratch_remove(&s->files, "b");
    scene_add(s, "");
    assert_stats(s, 0, 0, 0, 2, 0);
    assert_int_equal(scene_count(s).pages, 0);
    assert_int_equal(scene_count(s).version, 0);
}

static void test_no_page_any_more(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    scratch_write(&s->files, "a.html", "");
    scratch_write_n(&s->files, "b/b.txt",
                    "\x7f"
                    "ELF\2\1\1\0\0\0\0\0\0\0\0\0",
                    16);
    scratch_remove(&s->files, "b/c.html");
    assert_int_equal(symlink("b.txt", scratch_path(&s->files, "b/c.html")), 0);
    scene_add(s, "");
    assert_stats(s, 0, 0, 0, 3, 2);
    assert_int_equal(s->stats.skipped[CORPUS_NO_WORDS], 1);
    assert_int_equal(s->stats.skipped[CORPUS_BINARY], 1);
    assert_int_equal(s->stats.skipped[CORPUS_LINK], 1);
    assert_int_equal(scene_count(s).pages, 0);
    assert_int_equal(scene_count(s).version, 0);
    scratch_write(&s->files, "a.html", "<p>red apples</p>"); /* and a page again */
    scene_add(s, "");
    assert_stats(s, 1, 0, 0, 0, 1);
}

/* The version tells whether results may differ, whatever way the corpus took. */
static void test_version_is_of_the_content(void **state)
{
    struct scene *s = *state;
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    const uint64_t whole = scene_count(s).version;
    scene_close(s);
    scratch_remove(&s->data, "corpus.db");

    scene_open(s);
    scratch_write(&s->files, "x.html", "<p>not for long</p>");
    scratch_write(&s->files, "b/c.html", "<p>something else</p>");
    scene_add(s, "b");
    assert_true(scene_count(s).version != whole);
    scene_add(s, ""); /* takes b over: the relative paths become longer */
    assert_true(scene_count(s).version != whole);
    scratch_remove(&s->files, "x.html");
    scratch_write(&s->files, "b/c.html", "<p>blue plums</p>");
    scene_add(s, "");
    assert_int_equal(scene_count(s).version, whole);
    assert_int_equal(rename(scratch_path(&s->files, "a.html"), scratch_path(&s->files, "z.html")),
                     0);
    scene_add(s, "");
    assert_true(scene_count(s).version != whole); /* equally good pages are in the order of paths */
}

struct watched {
    struct corpus_progress last;
    int calls, stop_at;
    bool backwards;
};

static bool watch_step(void *ctx, const struct corpus_progress *p)
{
    struct watched *w = ctx;
    w->backwards |= p->files_done < w->last.files_done || p->bytes_done < w->last.bytes_done ||
                    p->files_done > p->files_total || p->bytes_done > p->bytes_total;
    w->last = *p;
    return ++w->calls != w->stop_at;
}

static void test_progress(void **state)
{
    struct scene *s = *state;
    struct watched w = {0};
    const struct corpus_watch watch = {watch_step, &w};
    scene_many_pages(s, 50);
    scratch_sparse(&s->files, "large", (int64_t)CORPUS_FILE_MAX * 3);
    scene_open(s);
    const char *paths[2] = {scratch_path(&s->files, "d1"), s->files.dir};
    assert_true(corpus_add(s->corpus, paths, 2, &watch, &s->stats, &s->err));
    const int64_t first = 7; /* d1 has seven or eight of the pages, and is met twice */
    assert_true(w.last.files_done >= 51 + first);
    assert_int_equal(w.last.files_done, w.last.files_total);
    assert_int_equal(w.last.bytes_done, w.last.bytes_total);
    assert_true(w.last.bytes_total > CORPUS_FILE_MAX && w.last.bytes_total < 2 * CORPUS_FILE_MAX);
    assert_int_equal(w.calls, w.last.files_total + 1);
    assert_false(w.backwards);
    assert_int_equal(scene_count(s).pages, 50);
}

/* More text than may wait between the thread that reads and the one that indexes. */
static void test_large_files(void **state)
{
    enum { FILES = 5, SIZE = 4 << 20 };
    struct scene *s = *state;
    char *text = malloc(SIZE);
    char name[32];
    assert_non_null(text);
    memset(text, '.', SIZE);
    for (int i = 0; i < SIZE - 8; i += 4096)
        memcpy(text + i, "word ", 5);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "large-%d.txt", i);
        text[100] = (char)('a' + i);
        scratch_write_n(&s->files, name, text, SIZE);
    }
    free(text);
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, FILES, 0, 0, 0, FILES);
    assert_int_equal(s->stats.bytes_read, (int64_t)FILES * SIZE);
    assert_int_equal(s->stats.cut, 0);
}

static void test_stopped_and_gone_on(void **state)
{
    struct scene *s = *state;
    const char *path = s->files.dir;
    scene_many_pages(s, 30);
    for (int stop_at = 1; stop_at <= 31; stop_at += 6) {
        struct watched w = {.stop_at = stop_at};
        const struct corpus_watch watch = {watch_step, &w};
        scene_open(s);
        assert_false(corpus_add(s->corpus, &path, 1, &watch, &s->stats, &s->err));
        assert_sentence(s, ERR_CANCELLED, "stopped");
        assert_int_equal(scene_count(s).pages, stop_at - 1); /* what was read is kept */
        scene_close(s);
    }
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, 0, 0, 30, 0, 0);
}

/* A stop must not take what was not met yet for gone. */
static void test_stopped_drops_nothing(void **state)
{
    struct scene *s = *state;
    const char *path = s->files.dir;
    struct watched w = {.stop_at = 2};
    const struct corpus_watch watch = {watch_step, &w};
    scene_many_pages(s, 5);
    scene_open(s);
    scene_add(s, "");
    assert_false(corpus_add(s->corpus, &path, 1, &watch, &s->stats, &s->err));
    assert_int_equal(scene_count(s).pages, 5);
}

#ifdef FAILPOINTS
struct death {
    const char *point;
    int hits;  /* dies at this one */
    int pages; /* that are there afterwards; -1: there is not even a corpus */
};

static void die_at(void *ctx, const char *name)
{
    struct death *d = ctx;
    if (strcmp(d->point, name) == 0 && --d->hits == 0)
        raise(SIGKILL);
}

static void add_and_die(struct scene *s, struct death death)
{
    int status = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        fp_set_hook(die_at, &death);
        scene_open(s);
        scene_try_add(s, "");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* In the first life the schema is the first commit; later the first is of 500 files. */
static const struct death deaths[] = {
    {"corpus-commit-before", 1, -1},   {"corpus-commit-before", 2, 0},
    {"corpus-commit-before", 1, 0},    {"corpus-commit-after", 1, 500},
    {"corpus-commit-before", 2, 500},  {"corpus-commit-after", 2, 1000},
    {"corpus-commit-before", 3, 1000}, {"corpus-commit-after", 3, 1200},
};

static void test_killed_and_gone_on(void **state)
{
    struct scene *s = *state;
    scene_many_pages(s, 1200);
    for (int i = 0; i < COUNT(deaths); i++) {
        struct corpus *c = NULL;
        struct corpus_count n;
        add_and_die(s, deaths[i]);
        const bool there = corpus_open(s->data.dir, CORPUS_READ, &c, &s->err);
        assert_int_equal(there, deaths[i].pages >= 0);
        if (there) {
            assert_true(corpus_count(c, &n, &s->err));
            assert_int_equal(n.pages, deaths[i].pages);
        }
        corpus_close(c);
    }
    scene_open(s);
    scene_add(s, "");
    assert_stats(s, 0, 0, 1200, 0, 0);
}
#endif

/* ---- roots ---- */

struct listed {
    char text[2000];
    size_t skip; /* of each path: the scratch directory */
    int most;
};

static bool list_one(void *ctx, const struct corpus_root *root)
{
    struct listed *l = ctx;
    const size_t len = strlen(l->text);
    snprintf(l->text + len, sizeof l->text - len, "%s=%lld+%lld ",
             strlen(root->path) > l->skip ? root->path + l->skip : ".", (long long)root->pages,
             (long long)root->skipped);
    return --l->most != 0;
}

static const char *list(struct scene *s, struct listed *l, int most)
{
    *l = (struct listed){.skip = strlen(s->files.dir), .most = most};
    assert_true(corpus_list(s->corpus, list_one, l, &s->err));
    return l->text;
}

static void test_roots(void **state)
{
    struct scene *s = *state;
    struct listed l;
    scene_three_pages(s);
    scratch_write(&s->files, "b/empty", "");
    scratch_write(&s->files, "bb.txt", "beside b, not in it");
    scene_open(s);
    assert_string_equal(list(s, &l, 0), "");
    scene_add(s, "b/b.txt");
    scene_add(s, "a.html");
    assert_string_equal(list(s, &l, 0), "/a.html=1+0 /b/b.txt=1+0 ");
    assert_string_equal(list(s, &l, 1), "/a.html=1+0 "); /* ended early */
    scene_add(s, "b"); /* takes over the file in it, which isn't read again */
    assert_stats(s, 1, 0, 1, 0, 2);
    assert_string_equal(list(s, &l, 0), "/a.html=1+0 /b=2+1 ");
    scene_add(s, "b/c.html"); /* is in there already */
    assert_string_equal(list(s, &l, 0), "/a.html=1+0 /b=2+1 ");
    scene_add(s, "");
    assert_stats(s, 1, 0, 3, 0, 1);
    assert_string_equal(list(s, &l, 0), ".=4+1 ");
    scene_add(s, "");
    assert_stats(s, 0, 0, 4, 0, 0);
}

static int64_t remove_path(struct scene *s, const char *path)
{
    int64_t pages = -1;
    if (!corpus_remove(s->corpus, path, &pages, &s->err))
        return -1;
    return pages;
}

static void test_remove(void **state)
{
    struct scene *s = *state;
    struct listed l;
    char dotted[SCRATCH_PATH_MAX];
    scene_three_pages(s);
    scratch_write(&s->files, "bb.txt", "beside b, not in it");
    scene_open(s);
    scene_add(s, "");
    const uint64_t whole = scene_count(s).version;
    assert_int_equal(remove_path(s, scratch_path(&s->files, "b")), 2);
    assert_string_equal(list(s, &l, 0), ".=2+0 ");
    scene_add(s, "b");
    assert_int_equal(scene_count(s).version, whole);
    scratch_remove(&s->files, "b"); /* what is gone can be removed too, by any of its names */
    snprintf(dotted, sizeof dotted, "%s/./x//../b/", s->files.dir);
    assert_int_equal(remove_path(s, dotted), 2);
    assert_int_equal(remove_path(s, scratch_path(&s->files, "b")), -1);
    assert_sentence(s, ERR_REFUSED, "autopilot corpus list");
    assert_int_equal(remove_path(s, "/no/such\x1b[2J"), -1);
    assert_null(strchr(s->err.text, 0x1b));
    assert_int_equal(remove_path(s, s->files.dir), 2);
    assert_string_equal(list(s, &l, 0), "");
    assert_int_equal(scene_count(s).version, 0);
    assert_int_equal(remove_path(s, "/"), -1);
}

static void test_remove_relative(void **state)
{
    struct scene *s = *state;
    char here[SCRATCH_PATH_MAX];
    scene_three_pages(s);
    scene_open(s);
    scene_add(s, "");
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(s->files.dir), 0);
    scratch_remove(&s->files, "b/c.html");
    assert_int_equal(remove_path(s, "b/../b/c.html"), 1);
    assert_int_equal(remove_path(s, "./a.html"), 1);
    assert_int_equal(remove_path(s, ".."), 1); /* all that is left */
    assert_int_equal(chdir(here), 0);
    assert_int_equal(scene_count(s).pages, 0);
}

/* ---- the whole sample ---- */

static void test_sample(void **state)
{
    struct scene *s = *state;
    const char *path = "conf/sample/corpus";
    scene_open(s);
    if (!corpus_add(s->corpus, &path, 1, NULL, &s->stats, &s->err))
        fail_msg("%s", s->err.text);
    assert_int_equal(skipped_in_all(&s->stats), 0);
    assert_int_equal(s->stats.added, 149);
    assert_true(corpus_add(s->corpus, &path, 1, NULL, &s->stats, &s->err));
    assert_stats(s, 0, 0, 149, 0, 0);
}

static void test_names_of_reasons(void **state)
{
    (void)state;
    for (int i = 0; i < CORPUS_SKIPS; i++) {
        assert_true(strlen(corpus_skip_name((enum corpus_skip)i)) > 3);
        for (int j = 0; j < i; j++)
            assert_string_not_equal(corpus_skip_name((enum corpus_skip)i),
                                    corpus_skip_name((enum corpus_skip)j));
    }
    assert_string_equal(corpus_skip_name(CORPUS_SKIPS), "unknown");
    assert_string_equal(corpus_skip_name((enum corpus_skip) - 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_added_and_listed),
        SCENE_TEST(test_unchanged_is_not_read_again),
        SCENE_TEST(test_changes_are_noticed),
        SCENE_TEST(test_gone_is_dropped),
        SCENE_TEST(test_no_page_any_more),
        SCENE_TEST(test_version_is_of_the_content),
        SCENE_TEST(test_progress),
        SCENE_TEST(test_large_files),
        SCENE_TEST(test_stopped_and_gone_on),
        SCENE_TEST(test_stopped_drops_nothing),
#ifdef FAILPOINTS
        SCENE_TEST(test_killed_and_gone_on),
#endif
        SCENE_TEST(test_roots),
        SCENE_TEST(test_remove),
        SCENE_TEST(test_remove_relative),
        SCENE_TEST(test_sample),
        cmocka_unit_test(test_names_of_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
