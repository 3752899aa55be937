/* test_search_static.c - if this fails, a line of an operator's list is lost, found for another
 * term, or found again after a resume; or an odd file stops more than itself. */
#include "adapter/search_static.h"

#include "base/file.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct scene {
    struct scratch files;
    char path[FILE_PATH_MAX];
    struct search *search;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    scratch_init(&s->files);
    assert_true(file_join(s->path, s->files.dir, "list", NULL));
    assert_true(search_static_new(s->path, &s->search, &s->err));
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    s->search->ops->free(s->search);
    scratch_done(&s->files);
    free(s);
    return 0;
}

static void write_list(struct scene *s, const void *bytes, size_t len)
{
    assert_true(file_replace(s->path, bytes, len, 0600, NULL));
}

/* The cursors and hosts of all that the term finds from the cursor on: "2 a.de, 5 b.de". */
static void find(struct scene *s, const char *term, const char *cursor, char *dst, size_t size)
{
    struct search_request r = {.term = term, .query = term, .cursor = cursor, .limit = 9};
    struct search_hit hit;
    enum search_answer answer;
    size_t len = 0;
    dst[0] = '\0';
    assert_true(s->search->ops->start(s->search, &r, &s->err));
    while ((answer = s->search->ops->next(s->search, 0, &hit, &s->err)) == SEARCH_HIT) {
        (void)str_format(dst + len, size - len, "%s%s %s", len > 0 ? ", " : "", hit.cursor,
                         hit.url + strlen("https://"));
        len += strlen(dst + len);
    }
    assert_int_equal(answer, SEARCH_EXHAUSTED);
    s->search->ops->end(s->search);
}

static void check(struct scene *s, const char *term, const char *cursor, const char *want)
{
    char got[1000];
    find(s, term, cursor, got, sizeof got);
    assert_string_equal(got, want);
}

static void test_odd_lines(void **state)
{
    struct scene *s = *state;
    static const char list[] = "\xEF\xBB\xBFjoiner\thttps://one.de/\r\n"
                               "# joiner\thttps://remark.de/\n"
                               "\n"
                               "joiner\tno address\n"
                               "joiner\tfile:///etc/passwd\n"
                               "joi\0ner\thttps://nul.de/\n"
                               "joiner\thttps://seven.de/\n"
                               " JOINER \thttps://eight.de/\ta title\n"
                               "joiner no tab\n"
                               "joiners\thttps://other.de/\n"
                               "joiner\thttps://last.de/";
    write_list(s, list, sizeof list - 1);
    check(s, "joiner", "", "1 one.de/, 7 seven.de/, 8 eight.de/, 11 last.de/");
    check(s, "joiner", "7", "8 eight.de/, 11 last.de/");
    check(s, "joiner", "11", "");
    check(s, "joiner", "999", "");
    check(s, "joiner", "2.5", "1 one.de/, 7 seven.de/, 8 eight.de/, 11 last.de/");
    check(s, "none", "", "");
}

/* A line around the longest that is read is taken or left, and the next one is there. */
static void test_long_lines(void **state)
{
    struct scene *s = *state;
    static const char next[] = "\nt\thttps://next.de/\n";
    for (int len = 8185; len < 8200; len++) {
        char list[9000], got[1000];
        memset(list, 'x', sizeof list);
        memcpy(list, "t\thttps://long.de/\t", 19);
        memcpy(list + len, next, sizeof next - 1);
        write_list(s, list, (size_t)len + sizeof next - 1);
        find(s, "t", "", got, sizeof got);
        CHECK_AT(len, str_equal(got, len < 8192 ? "1 long.de/, 2 next.de/" : "2 next.de/"), "%s",
                 got);
    }
}

static void test_no_file(void **state)
{
    struct scene *s = *state;
    struct search_request r = {.term = "t", .query = "t", .cursor = ""};
    assert_false(s->search->ops->start(s->search, &r, &s->err));
    assert_int_equal(s->err.kind, ERR_STOP);
    assert_int_equal(mkdir(s->path, 0700), 0);
    assert_false(s->search->ops->start(s->search, &r, &s->err));
    assert_int_equal(s->err.kind, ERR_STOP);
    assert_int_equal(remove(s->path), 0);
    assert_int_equal(mkfifo(s->path, 0600), 0);
    assert_false(s->search->ops->start(s->search, &r, &s->err));
    assert_int_equal(s->err.kind, ERR_STOP);
    assert_non_null(strstr(s->err.text, "[search]"));
}

static void test_variations_find_nothing(void **state)
{
    struct scene *s = *state;
    struct search_request r = {.term = "t", .query = "t x", .cursor = "", .variation = 1};
    struct search_hit hit;
    write_list(s, "t\thttps://a.de\n", 15);
    assert_true(s->search->ops->start(s->search, &r, &s->err));
    assert_int_equal(s->search->ops->next(s->search, 0, &hit, &s->err), SEARCH_EXHAUSTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_odd_lines, set_scene, end_scene),
        cmocka_unit_test_setup_teardown(test_long_lines, set_scene, end_scene),
        cmocka_unit_test_setup_teardown(test_no_file, set_scene, end_scene),
        cmocka_unit_test_setup_teardown(test_variations_find_nothing, set_scene, end_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
