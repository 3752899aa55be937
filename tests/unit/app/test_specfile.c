/* test_specfile.c - if this fails, a mistake in a specification file is taken in silence, or told
 * without the place and the cure, or a file means something else than it says. */
#include "app/specfile.h"

#include "base/buf.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

struct scene {
    struct scratch dir;
    struct arena arena;
    struct spec_def *specs;
    int32_t count;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    scratch_init(&s->dir);
    s->arena = arena_init(SPECFILE_ARENA_MAX);
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    arena_done(&s->arena);
    scratch_done(&s->dir);
    free(s);
    return 0;
}

static bool read_text(struct scene *s, const char *text)
{
    arena_done(&s->arena);
    s->specs = NULL;
    s->count = 0;
    s->err = (struct err){0};
    scratch_write(&s->dir, "x.ini", text);
    return specfile_read(scratch_path(&s->dir, "x.ini"), &s->arena, &s->specs, &s->count, &s->err);
}

static void test_good(void **state)
{
    struct scene *s = *state;
    if (!read_text(s, "; a comment\n"
                      "[specification week]\ntitle = The week\ndescription = What moved\n"
                      "language = es\nactive = no\nfrequency = monthly\nworkspace = acme\n"
                      "items_per_section = 3\nitems_max = 9\n"
                      "[category a]\ntitle = A!\nword = one\nword = two words\nwithout = not\n"
                      "summary = yes\n"
                      "[category b]\n"
                      "[region r]\nword = here\n"
                      "[source Near]\naddress = feeds/x.rss\ncategory = a\nregion = r\n"
                      "[source Far]\nkind = atom\naddress = https://far.example/x ; far\n"
                      "[source Pages]\nkind = corpus\n"
                      "[specification day]\nfrequency = daily\n[category x]\n[source s]\n"
                      "address = /abs/x.json\n"))
        fail_msg("%s", s->err.text);
    assert_int_equal(s->count, 2);
    const struct spec_def *w = &s->specs[0], *d = &s->specs[1];
    assert_string_equal(w->title, "The week");
    assert_string_equal(w->workspace, "acme");
    assert_string_equal(w->language, "es");
    assert_false(w->active);
    assert_int_equal(w->frequency, FREQUENCY_MONTHLY);
    assert_int_equal(w->items_per_section, 3);
    assert_int_equal(w->items_max, 9);
    assert_int_equal(w->category_count, 2);
    assert_string_equal(w->categories[0].title, "A!");
    assert_int_equal(w->categories[0].word_count, 2);
    assert_string_equal(w->categories[0].words[1], "two words");
    assert_string_equal(w->categories[0].without[0], "not");
    assert_true(w->categories[0].summary);
    assert_false(w->categories[1].summary);
    assert_string_equal(w->categories[1].title, "b");
    assert_int_equal(w->categories[1].word_count, 0);
    assert_string_equal(w->regions[0].words[0], "here");
    assert_int_equal(w->source_count, 3);
    char path[SCRATCH_PATH_MAX];
    assert_true(str_format(path, sizeof path, "%s/feeds/x.rss", s->dir.dir));
    assert_string_equal(w->sources[0].address, path);
    assert_string_equal(w->sources[0].category, "a");
    assert_int_equal(w->sources[1].kind, SOURCE_ATOM);
    assert_string_equal(w->sources[1].address, "https://far.example/x");
    assert_int_equal(w->sources[2].kind, SOURCE_CORPUS);
    assert_string_equal(d->title, "day");
    assert_true(d->active);
    assert_string_equal(d->language, "en");
    assert_string_equal(d->sources[0].address, "/abs/x.json");
}

#define HEAD "[specification w]\nfrequency = weekly\n"
#define TAIL "[category c]\n[source s]\naddress = /x\n"

static void test_mistakes(void **state)
{
    static const struct {
        int line;
        const char *text, *place, *why;
    } cases[] = {
        {__LINE__, "", "x.ini:", "no section [specification NAME]"},
        {__LINE__, "title = x\n", ":1:", "before the first"},
        {__LINE__, "[category c]\n", ":1:", "before the first"},
        {__LINE__, "[specification]\n", ":1:", "needs a name"},
        {__LINE__, "[specificaton w]\n", ":1:", "did you mean specification?"},
        {__LINE__, "[specification w]\n" TAIL, ":1:", "add a line \"frequency = weekly\""},
        {__LINE__, HEAD "[category c]\n", ":1:", "[source NAME]"},
        {__LINE__, HEAD "[source s]\naddress = /x\n", ":1:", "[category NAME]"},
        {__LINE__, "[specification w]\nfrequency = hourly\n" TAIL, ":2: frequency = \"hourly\"",
         "daily, weekly"},
        {__LINE__, HEAD "titel = x\n" TAIL, ":3: titel = \"x\"", "did you mean title?"},
        {__LINE__, HEAD "title =\n" TAIL, ":3: title = \"\"", "empty"},
        {__LINE__, HEAD "title = a\ntitle = b\n" TAIL, ":4:", "given in line 3"},
        {__LINE__, HEAD "active = perhaps\n" TAIL, ":3: active = \"perhaps\"", "yes or no"},
        {__LINE__, HEAD "items_max = 0\n" TAIL, ":3: items_max = \"0\"", "1 to 2000"},
        {__LINE__, HEAD "items_max = 3x\n" TAIL, ":3:", "whole number"},
        {__LINE__, HEAD "language = E\n" TAIL, ":3:", "short name"},
        {__LINE__, HEAD "[category c]\nword = --\n[source s]\naddress = /x\n", ":4:", "no letter"},
        {__LINE__, HEAD "[category c]\n[category c]\n[source s]\naddress = /x\n", ":4:", "twice"},
        {__LINE__, HEAD "[category c]\n[source s]\nkind = rdf\n", ":5: kind = \"rdf\"",
         "auto, rss"},
        {__LINE__, HEAD "[category c]\n[source s]\n", ":4:", "address is empty"},
        {__LINE__, HEAD "[category c]\n[source s]\naddress = ftp://x/\n", ":5:", "http"},
        {__LINE__, HEAD "[category c]\n[source s]\naddress = /x\nregion = r\n", ":6:", "regions"},
        {__LINE__, HEAD TAIL "[source s]\naddress = /y\n", ":6:", "twice"},
        {__LINE__, HEAD TAIL HEAD TAIL, ":6:", "began in line 1"},
        {__LINE__, HEAD TAIL "nonsense\n", ":6:", "neither"},
        {__LINE__, HEAD "title = a\x01\n" TAIL, ":3:", "control"},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < CASES(cases); i++) {
        CHECK_AT(cases[i].line, !read_text(s, cases[i].text), "it was taken");
        CHECK_AT(cases[i].line, s->err.kind == ERR_REFUSED && s->specs == NULL, "kind %d",
                 (int)s->err.kind);
        CHECK_AT(cases[i].line,
                 strstr(s->err.text, cases[i].place) != NULL &&
                     strstr(s->err.text, cases[i].why) != NULL,
                 "said: %s", s->err.text);
    }
}

static void test_ceilings(void **state)
{
    struct scene *s = *state;
    struct buf text = buf_init(1 << 20);
    buf_adds(&text, HEAD);
    for (int i = 0; i <= SPEC_TOPICS_MAX; i++)
        buf_addf(&text, "[category c%d]\nword = w%d\n", i, i);
    buf_adds(&text, "[source s]\naddress = /x\n");
    assert_false(read_text(s, buf_text(&text)));
    assert_non_null(strstr(s->err.text, "128 sections [category NAME] are allowed"));
    buf_clear(&text);
    buf_adds(&text, HEAD "[category c]\n");
    for (int i = 0; i <= SPEC_PHRASES_MAX; i++)
        buf_addf(&text, "word = w%d\n", i);
    buf_adds(&text, "[source s]\naddress = /x\n");
    assert_false(read_text(s, buf_text(&text)));
    assert_non_null(strstr(s->err.text, ":2004: word = \"w2000\""));
    buf_done(&text);
    struct arena small = arena_init(1000);
    scratch_write(&s->dir, "x.ini", HEAD TAIL);
    assert_false(
        specfile_read(scratch_path(&s->dir, "x.ini"), &small, &s->specs, &s->count, &s->err));
    assert_int_equal(s->err.kind, ERR_STOP);
    arena_done(&small);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(test_good),
        SCENE(test_mistakes),
        SCENE(test_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
