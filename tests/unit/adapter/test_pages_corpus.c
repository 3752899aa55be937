/* test_pages_corpus.c - if this fails, the addresses of a page in the corpus are not what its file
 * says, or an address of a page opens a file that nobody added. */
#include "adapter/pages_corpus.h"

#include "adapter/corpus.h"
#include "adapter/search_local.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

struct scene {
    struct scratch files, data;
    struct pages *pages;
    struct page_view view;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    scratch_init(&s->files);
    scratch_init(&s->data);
    if (!pages_corpus_new(s->data.dir, &s->pages, &s->err))
        fail_msg("%s", s->err.text);
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    s->pages->ops->free(s->pages);
    scratch_done(&s->files);
    scratch_done(&s->data);
    free(s);
    return 0;
}

static void add_path(struct scene *s, const char *path)
{
    struct corpus *c = NULL;
    struct corpus_stats stats;
    if (!corpus_open(s->data.dir, CORPUS_WRITE, &c, &s->err) ||
        !corpus_add(c, &path, 1, NULL, &stats, &s->err))
        fail_msg("%s", s->err.text);
    corpus_close(c);
}

static void add(struct scene *s)
{
    add_path(s, s->files.dir);
}

static enum page_answer read_url(struct scene *s, const char *url)
{
    s->err = (struct err){0};
    if (!s->pages->ops->start(s->pages, url, &s->err))
        return PAGE_FAILED;
    return s->pages->ops->next(s->pages, 0, &s->view, &s->err);
}

static const char *url_of(struct scene *s, const char *name)
{
    static _Thread_local char url[URL_MAX + 1];
    snprintf(url, sizeof url, "corpus:%s/%s", s->files.dir, name);
    return url;
}

static enum page_answer read_name(struct scene *s, const char *name)
{
    return read_url(s, url_of(s, name));
}

#define assert_page_fails(s, name, part)                                                           \
    do {                                                                                           \
        assert_int_equal(read_name(s, name), PAGE_FAILED);                                         \
        if (!strstr((s)->err.text, part))                                                          \
            fail_msg("expected <%s>, got <%s>", part, (s)->err.text);                              \
    } while (0)

static void test_addresses(void **state)
{
    struct scene *s = *state;
    scratch_write(&s->files, "a.html",
                  "<html lang=de><title>Haus  Pegel</title>"
                  "<p>Info@Pegel-zq.de, <a href='mailto:chef@pegel-zq.de'>Chef</a>, "
                  "info@pegel-zq.de, noreply@pegel-zq.de");
    scratch_write(&s->files, "b.txt", "no address in here");
    add(s);
    assert_int_equal(read_name(s, "a.html"), PAGE_READY);
    assert_int_equal(s->view.count, 3);
    assert_string_equal(s->view.leads[0].address, "info@pegel-zq.de");
    assert_string_equal(s->view.leads[0].shown, "Info@Pegel-zq.de");
    assert_true(s->view.leads[0].flags & LEAD_ROLE);
    assert_string_equal(s->view.leads[1].address, "chef@pegel-zq.de");
    assert_true(s->view.leads[2].flags & LEAD_NOREPLY);
    assert_string_equal(s->view.words.title, "Haus Pegel");
    assert_string_equal(s->view.words.language, "de");
    assert_false(s->view.cut);
    assert_int_equal(read_name(s, "b.txt"), PAGE_READY);
    assert_int_equal(s->view.count, 0);
}

/* Every page of the sample, against what its maker knows of it. */
static void test_sample(void **state)
{
    struct scene *s = *state;
    char line[500], here[1000], url[URL_MAX + 1], page[500] = "";
    int at = 0, pages = 0, addresses = 0;
    FILE *truth = fopen("tests/data/sample/addresses.tsv", "r");
    assert_non_null(truth);
    assert_non_null(getcwd(here, sizeof here));
    add_path(s, "conf/sample/corpus");
    while (fgets(line, sizeof line, truth)) {
        char *tab = strchr(line, '\t');
        assert_non_null(tab);
        *tab = '\0';
        tab[strcspn(tab + 1, "\n") + 1] = '\0';
        if (strcmp(page, line) != 0) {
            if (pages && at != s->view.count)
                fail_msg("%s: %d addresses, expected %d", page, (int)s->view.count, at);
            str_copy(page, sizeof page, line);
            str_format(url, sizeof url, "corpus:%s/conf/sample/corpus/%s", here, page);
            if (read_url(s, url) != PAGE_READY)
                fail_msg("%s", s->err.text);
            at = 0;
            pages++;
        }
        if (at >= s->view.count || strcmp(s->view.leads[at].address, tab + 1) != 0)
            fail_msg("%s: address %d is <%s>, expected <%s>", page, at,
                     at < s->view.count ? s->view.leads[at].address : "none", tab + 1);
        at++;
        addresses++;
    }
    fclose(truth);
    assert_int_equal(addresses, 160);
    assert_true(pages > 110);
}

/* From a search hit to its page, with names that an address can't hold as they are. */
static void test_from_hit_to_page(void **state)
{
    static const char *const names[] = {
        "a b.html", "100%41.html", "line\nbreak.html", "\xff\x1b[2J.html", "?x#y.html", "ä/ö.html",
    };
    struct scene *s = *state;
    struct search *search = NULL;
    struct search_hit hit;
    const struct search_request request = {.term = "post", .query = "post", .cursor = ""};
    char text[100];
    int hits = 0;
    for (int i = 0; i < COUNT(names); i++) {
        snprintf(text, sizeof text, "<p>post%d@haus-zq.de post", i);
        scratch_write(&s->files, names[i], text);
    }
    add(s);
    assert_true(search_local_new(s->data.dir, &search, &s->err));
    assert_true(search->ops->start(search, &request, &s->err));
    for (; search->ops->next(search, 0, &hit, &s->err) == SEARCH_HIT; hits++) {
        for (const char *c = hit.url; *c; c++)
            assert_true(*c > ' ' && *c < 0x7f);
        if (read_url(s, hit.url) != PAGE_READY)
            fail_msg("%s: %s", hit.url, s->err.text);
        assert_int_equal(s->view.count, 1);
    }
    assert_int_equal(hits, COUNT(names));
    search->ops->free(search);
}

/* Addresses that are none, of which start() says so. */
static const char *const malformed[] = {
    "",
    "corpus:",
    "corpus:relative/a.html",
    "corpus:%2Fetc/passwd",
    "corpus:/%",
    "corpus:/%4",
    "corpus:/%zz",
    "corpus:/a%00b",
    "file:///etc/passwd",
    "http://haus-zq.de/",
    "CORPUS:/etc/passwd",
    " corpus:/etc/passwd",
};

static void test_malformed(void **state)
{
    struct scene *s = *state;
    char *url = malloc(10000);
    assert_non_null(url);
    scratch_write(&s->files, "a.html", "words");
    add(s);
    for (int i = 0; i < COUNT(malformed); i++) {
        s->err = (struct err){0};
        if (s->pages->ops->start(s->pages, malformed[i], &s->err))
            fail_msg("<%s> was taken", malformed[i]);
        assert_int_equal(s->err.kind, ERR_REFUSED);
        assert_int_equal(s->pages->ops->next(s->pages, 0, &s->view, &s->err), PAGE_FAILED);
    }
    memset(url, 'a', 9999);
    url[9999] = '\0';
    memcpy(url, "corpus:/", 8);
    assert_false(s->pages->ops->start(s->pages, url, &s->err));
    free(url);
    assert_false(s->pages->ops->start(s->pages, "x\x1b[2J\ny", &s->err));
    assert_null(strpbrk(s->err.text, "\x1b\n"));
}

/* Only what was added is opened, however the path is written. */
static void test_only_what_was_added(void **state)
{
    struct scene *s = *state;
    char url[URL_MAX + 1];
    scratch_write(&s->files, "in/a.html", "in@haus-zq.de");
    scratch_write(&s->files, "out.html", "out@haus-zq.de");
    scratch_write(&s->files, "in/empty.html", "");
    add_path(s, scratch_path(&s->files, "in"));
    assert_int_equal(read_name(s, "in/a.html"), PAGE_READY);
    assert_page_fails(s, "out.html", "not in the corpus");
    assert_page_fails(s, "in/../out.html", "not in the corpus");
    assert_page_fails(s, "in/%2e%2e/out.html", "not in the corpus");
    assert_page_fails(s, "in/./a.html", "not in the corpus");
    assert_page_fails(s, "in", "not in the corpus");
    assert_page_fails(s, "in/empty.html", "not in the corpus");
    assert_page_fails(s, "in/b.html", "not in the corpus");
    snprintf(url, sizeof url, "corpus:/etc/passwd");
    assert_int_equal(read_url(s, url), PAGE_FAILED);
    scratch_write(&s->files, "in/b.html", "new@haus-zq.de"); /* there, but not added yet */
    assert_page_fails(s, "in/b.html", "not in the corpus");
}

static void test_changed_since(void **state)
{
    struct scene *s = *state;
    scratch_write(&s->files, "a.html", "old@haus-zq.de");
    scratch_write(&s->files, "b.html", "b@haus-zq.de");
    scratch_write(&s->files, "c.html", "c@haus-zq.de");
    scratch_write(&s->files, "d/d.html", "d@haus-zq.de");
    scratch_write(&s->files, "e.html", "e@haus-zq.de");
    add(s);
    scratch_write(&s->files, "a.html", "new@haus-zq.de, two@haus-zq.de");
    assert_int_equal(read_name(s, "a.html"), PAGE_READY); /* as it is now */
    assert_int_equal(s->view.count, 2);
    scratch_remove(&s->files, "a.html");
    assert_page_fails(s, "a.html", "is gone");
    scratch_remove(&s->files, "d");
    assert_page_fails(s, "d/d.html", "is gone");
    scratch_write(&s->files, "d", "a file where a directory was");
    assert_page_fails(s, "d/d.html", "is gone");
    scratch_remove(&s->files, "b.html");
    assert_int_equal(symlink("/etc/passwd", scratch_path(&s->files, "b.html")), 0);
    assert_page_fails(s, "b.html", "can't be read");
    scratch_remove(&s->files, "c.html");
    assert_int_equal(mkfifo(scratch_path(&s->files, "c.html"), 0600), 0);
    assert_page_fails(s, "c.html", "not a regular file"); /* and it did not wait */
    scratch_write_n(&s->files, "e.html", "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1", 24);
    assert_page_fails(s, "e.html", "not text");
}

static void test_large_page(void **state)
{
    struct scene *s = *state;
    const size_t size = (size_t)CORPUS_FILE_MAX + 1000;
    char *text = malloc(size);
    assert_non_null(text);
    memset(text, ' ', size);
    memcpy(text, "first@haus-zq.de", 16);
    memcpy(text + size - 20, " last@haus-zq.de ", 17);
    scratch_write_n(&s->files, "large.txt", text, size);
    free(text);
    add(s);
    assert_int_equal(read_name(s, "large.txt"), PAGE_READY);
    assert_int_equal(s->view.count, 1);
    assert_true(s->view.cut);
}

static void test_many_addresses(void **state)
{
    struct scene *s = *state;
    char *text = malloc(40000);
    size_t len = 0;
    assert_non_null(text);
    for (int i = 0; i < PAGE_LEADS_MAX + 100; i++)
        len += (size_t)snprintf(text + len, 40000 - len, "p%04d@haus-zq.de\n", i);
    scratch_write_n(&s->files, "many.txt", text, len);
    free(text);
    add(s);
    assert_int_equal(read_name(s, "many.txt"), PAGE_READY);
    assert_int_equal(s->view.count, PAGE_LEADS_MAX);
    assert_string_equal(s->view.leads[PAGE_LEADS_MAX - 1].address, "p0999@haus-zq.de");
    assert_true(s->view.cut);
}

static void test_no_corpus(void **state)
{
    struct scene *s = *state;
    assert_page_fails(s, "a.html", "autopilot corpus add PATH");
    assert_int_equal(s->err.kind, ERR_STOP);
    scratch_write(&s->files, "a.html", "a@haus-zq.de");
    add(s);
    assert_int_equal(read_name(s, "a.html"), PAGE_READY); /* by the same reader */
    scratch_remove(&s->data, "corpus.db");
    assert_page_fails(s, "a.html", "autopilot corpus add PATH");
}

static void test_start_and_end(void **state)
{
    struct scene *s = *state;
    scratch_write(&s->files, "a.html", "a@haus-zq.de");
    add(s);
    assert_int_equal(s->pages->ops->next(s->pages, 0, &s->view, &s->err), PAGE_FAILED);
    s->pages->ops->end(s->pages);
    assert_true(s->pages->ops->start(s->pages, url_of(s, "no.html"), &s->err));
    assert_true(s->pages->ops->start(s->pages, url_of(s, "a.html"), &s->err));
    assert_int_equal(s->pages->ops->next(s->pages, 0, &s->view, &s->err), PAGE_READY);
    assert_int_equal(s->pages->ops->next(s->pages, 0, &s->view, &s->err), PAGE_FAILED);
    assert_true(s->pages->ops->start(s->pages, url_of(s, "a.html"), &s->err));
    s->pages->ops->end(s->pages);
    assert_int_equal(s->pages->ops->next(s->pages, 0, &s->view, &s->err), PAGE_FAILED);
    s->pages->ops->free(NULL);
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_addresses),           scene_test(test_sample),
        scene_test(test_from_hit_to_page),    scene_test(test_malformed),
        scene_test(test_only_what_was_added), scene_test(test_changed_since),
        scene_test(test_large_page),          scene_test(test_many_addresses),
        scene_test(test_no_corpus),           scene_test(test_start_and_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
