/* test_select.c - if this fails, a report shows an item that does not belong into it, shows one
 * twice, leaves one out without counting it, or another order in another run. */
#include "domain/select.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/spec.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define DAY (INT64_C(86400) * US_PER_S)
#define FROM (20000 * DAY)
#define TO (20007 * DAY)

static const char *const energy[] = {"solar", "wind farm*", "energía"};
static const char *const no_music[] = {"orchestra"};
static const char *const ports[] = {"ferry", "harbour"};
static const char *const north[] = {"Nordhavn"};
static const char *const south[] = {"Alisio"};

static const struct spec_topic categories[] = {
    {"energy", "Energy", energy, 3, no_music, 1, false},
    {"ports", "Ports", ports, 2, NULL, 0, false},
    {"rest", "Rest", NULL, 0, NULL, 0, false},
};
static const struct spec_topic regions[] = {
    {"north", "North", north, 1, NULL, 0, false},
    {"south", "South", south, 1, NULL, 0, false},
    {"any", "Anywhere", NULL, 0, NULL, 0, false},
};
static const struct spec_source sources[] = {
    {"One", SOURCE_AUTO, "/one", "", ""},
    {"Two", SOURCE_AUTO, "/two", "", ""},
    {"South only", SOURCE_AUTO, "/three", "ports", "south"},
};

struct scene {
    struct spec_def spec;
    struct select_input input;
    struct content_item items[64];
    struct arena arena;
    struct selection got;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    s->spec = (struct spec_def){.name = "s",
                                .workspace = "default",
                                .title = "S",
                                .description = "",
                                .language = "en",
                                .active = true,
                                .items_per_section = 10,
                                .items_max = 20,
                                .categories = categories,
                                .category_count = 3,
                                .regions = regions,
                                .region_count = 3,
                                .sources = sources,
                                .source_count = 3};
    s->input =
        (struct select_input){.spec = &s->spec, .items = s->items, .from_us = FROM, .to_us = TO};
    s->arena = arena_init(4 << 20);
    assert_true(spec_check(&s->spec, &s->err));
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    arena_done(&s->arena);
    free(s);
    return 0;
}

static void add(struct scene *s, int source, const char *title, const char *url, int64_t at_us)
{
    s->items[s->input.count++] = (struct content_item){.title = title,
                                                       .url = url,
                                                       .summary = "",
                                                       .author = "",
                                                       .language = "",
                                                       .published_us = at_us,
                                                       .source = source};
}

/* The titles of the report, section by section: "energy: a, b; rest: c". */
static void choose(struct scene *s, char *dst, size_t size)
{
    if (!select_items(&s->input, &s->arena, &s->got, &s->err))
        fail_msg("%s", s->err.text);
    const struct select_counts *c = &s->got.counts;
    assert_int_equal(c->read, s->input.count);
    assert_int_equal(c->read, c->shown + c->outside + c->known + c->unmatched + c->elsewhere +
                                  c->repeated + c->cut);
    assert_int_equal(c->shown, s->got.count);
    dst[0] = '\0';
    for (int32_t i = 0; i < s->got.section_count; i++) {
        const struct select_section *section = &s->got.sections[i];
        size_t len = strlen(dst);
        if (section->count > 0)
            str_format(dst + len, size - len, "%s%s:", len > 0 ? "; " : "",
                       s->spec.categories[section->category].id);
        for (int32_t k = 0; k < section->count; k++) {
            len = strlen(dst);
            assert_int_equal(s->got.items[section->first + k].section, section->category);
            str_format(dst + len, size - len, "%s %s", k > 0 ? "," : "",
                       s->got.items[section->first + k].item->title);
        }
    }
}

static void test_sections(void **state)
{
    struct scene *s = *state;
    char got[1000];
    add(s, 0, "Solar ferry", "https://a.example/1", FROM + DAY);
    add(s, 0, "Energia solar", "https://a.example/2", FROM + DAY);
    add(s, 0, "Wind farms sing", "https://a.example/3", FROM + DAY);
    add(s, 0, "Solar orchestra", "https://a.example/4", FROM + DAY);
    add(s, 0, "Quiz", "https://a.example/5", FROM + DAY);
    add(s, 2, "Boats", "https://a.example/6", FROM + DAY);
    choose(s, got, sizeof got);
    /* Two matches stand before one; equal ones in the order of their keys. */
    assert_true(str_starts(got, "energy: Energia solar, "));
    assert_non_null(strstr(got, "Solar ferry"));
    assert_non_null(strstr(got, "Wind farms sing"));
    assert_non_null(strstr(got, "; ports: Boats; rest: "));
    assert_non_null(strstr(got, "Solar orchestra"));
    assert_int_equal(s->got.regions[1].count, 1); /* the source says south */
    assert_int_equal(s->got.regions[2].count, 5);
    /* The other category is kept as a tag. */
    for (int32_t i = 0; i < s->got.count; i++)
        if (str_equal(s->got.items[i].item->title, "Solar ferry"))
            assert_true(topic_set_has(&s->got.items[i].categories, 1));
}

static void test_period(void **state)
{
    struct scene *s = *state;
    char got[1000];
    add(s, 0, "before", "https://a.example/1", FROM - 1);
    add(s, 0, "first", "https://a.example/2", FROM);
    add(s, 0, "last", "https://a.example/3", TO - 1);
    add(s, 0, "after", "https://a.example/4", TO);
    add(s, 0, "undated", "https://a.example/5", 0);
    choose(s, got, sizeof got);
    assert_string_equal(got, "rest: last, first, undated");
    assert_int_equal(s->got.counts.outside, 2);
    assert_int_equal(s->got.undated, 1);
}

static void test_same(void **state)
{
    struct scene *s = *state;
    char got[1000];
    add(s, 0, "A long enough headline", "https://www.a.example/1/?utm_source=x", FROM + 3);
    add(s, 0, "A long enough headline", "https://a.example/2", FROM + 2); /* the same source */
    add(s, 1, "Another one", "http://a.example/1#top", FROM + 1);         /* the same page */
    add(s, 1, "A LONG, enough headline!", "https://b.example/9", FROM);   /* the same title */
    add(s, 1, "Short", "https://b.example/10", FROM);
    add(s, 0, "Short", "https://b.example/11", FROM); /* too short to say anything */
    choose(s, got, sizeof got);
    assert_int_equal(s->got.counts.repeated, 2);
    assert_int_equal(s->got.count, 4);
    assert_int_equal(s->got.items[0].also, 2);
}

static void test_known(void **state)
{
    struct scene *s = *state;
    char got[1000];
    add(s, 0, "told", "https://a.example/1", FROM);
    add(s, 0, "new", "https://a.example/2", FROM);
    add(s, 0, "no address", "", FROM);
    uint64_t known[] = {select_key(&s->items[0])};
    struct content_item moved = s->items[0];
    moved.url = "http://www.a.example/1/?utm_campaign=y";
    assert_true(select_key(&moved) == known[0]);
    assert_true(select_key(&s->items[2]) != select_key(&s->items[1]));
    s->input.known = known;
    s->input.known_count = 1;
    choose(s, got, sizeof got);
    assert_int_equal(s->got.counts.known, 1);
    assert_null(strstr(got, "told"));
    assert_int_equal(s->got.count, 2);
}

static void test_limits(void **state)
{
    struct scene *s = *state;
    char got[1000];
    static const char *const titles[] = {"solar 0", "solar 1", "solar 2", "quiz 3", "quiz 4"};
    static const char *const urls[] = {"https://a.example/0", "https://a.example/1",
                                       "https://a.example/2", "https://a.example/3",
                                       "https://a.example/4"};
    for (int i = 0; i < 5; i++)
        add(s, 0, titles[i], urls[i], TO - DAY * (i + 1));
    s->spec.items_per_section = 2;
    s->spec.items_max = 3;
    choose(s, got, sizeof got);
    assert_string_equal(got, "energy: solar 0, solar 1; rest: quiz 3");
    assert_int_equal(s->got.counts.cut, 2);
    assert_int_equal(s->got.sections[0].cut, 1);
    assert_int_equal(s->got.sections[2].cut, 1);
}

static void test_overrides(void **state)
{
    struct scene *s = *state;
    char got[1000];
    const char *only[] = {"ports"}, *there[] = {"north"}, *wrong[] = {"prots"};
    add(s, 0, "Solar ferry in Nordhavn", "https://a.example/1", FROM);
    add(s, 0, "Ferry in Alisio", "https://a.example/2", FROM);
    add(s, 0, "Solar in Nordhavn", "https://a.example/3", FROM);
    add(s, 0, "Quiz in Nordhavn", "https://a.example/4", FROM);
    s->input.categories = only;
    s->input.category_count = 1;
    s->input.regions = there;
    s->input.region_count = 1;
    choose(s, got, sizeof got);
    assert_string_equal(got, "ports: Solar ferry in Nordhavn");
    assert_int_equal(s->got.section_count, 1);
    assert_int_equal(s->got.counts.unmatched, 2);
    assert_int_equal(s->got.counts.elsewhere, 1);
    s->input.categories = wrong;
    struct selection untouched = {.count = 77};
    assert_false(select_items(&s->input, &s->arena, &untouched, &s->err));
    assert_int_equal(s->err.kind, ERR_REFUSED);
    assert_non_null(strstr(s->err.text, "\"prots\""));
    assert_int_equal(untouched.count, 77);
}

/* The catch-all takes nothing that a category which nobody asked for would have taken. */
static void test_rest(void **state)
{
    struct scene *s = *state;
    char got[1000];
    const char *only[] = {"rest"};
    add(s, 0, "Solar", "https://a.example/1", FROM);
    add(s, 0, "Quiz", "https://a.example/2", FROM);
    s->input.categories = only;
    s->input.category_count = 1;
    choose(s, got, sizeof got);
    assert_string_equal(got, "rest: Quiz");
}

/* Within a source the order of items means nothing but for equal ones. */
static void test_order(void **state)
{
    struct scene *s = *state;
    char one[1000], two[1000];
    static const char *const urls[] = {"https://a.example/a", "https://a.example/b",
                                       "https://a.example/c", "https://a.example/d"};
    static const char *const titles[] = {"quiz a", "quiz b", "quiz c", "quiz d"};
    for (int i = 0; i < 4; i++)
        add(s, 0, titles[i], urls[i], FROM);
    choose(s, one, sizeof one);
    s->input.count = 0;
    for (int i = 3; i >= 0; i--)
        add(s, 0, titles[i], urls[i], FROM);
    choose(s, two, sizeof two);
    assert_string_equal(one, two);
}

static void test_arena_full(void **state)
{
    struct scene *s = *state;
    struct arena small = arena_init(200);
    add(s, 0, "Solar", "https://a.example/1", FROM);
    assert_false(select_items(&s->input, &small, &s->got, &s->err));
    assert_int_equal(s->err.kind, ERR_STOP);
    arena_done(&small);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(test_sections), SCENE(test_period), SCENE(test_same),
        SCENE(test_known),    SCENE(test_limits), SCENE(test_overrides),
        SCENE(test_rest),     SCENE(test_order),  SCENE(test_arena_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
