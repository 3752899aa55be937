/* test_spec_json.c - if this fails, a specification comes out of the record as another one than
 * went in, or a damaged text passes for one. */
#include "store/spec_json.h"

#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static const char *const words[] = {"solar \"roof\"", "\u00E9t\u00E9"};
static const char *const without[] = {"orchestra"};
static const struct spec_topic categories[] = {{"a", "A", words, 2, without, 1, true},
                                               {"b", "B", NULL, 0, NULL, 0, false}};
static const struct spec_source sources[] = {
    {"s", SOURCE_ATOM, "https://a.example/?x=1&y", "a", ""}, {"t", SOURCE_CORPUS, "", "", ""}};
static const struct spec_def def = {.name = "week",
                                    .workspace = "default",
                                    .title = "Week",
                                    .description = "two\nlines",
                                    .language = "en",
                                    .active = true,
                                    .frequency = FREQUENCY_BIWEEKLY,
                                    .items_per_section = 7,
                                    .items_max = 70,
                                    .categories = categories,
                                    .category_count = 2,
                                    .sources = sources,
                                    .source_count = 2};

static const char text[] =
    "{\"name\":\"week\",\"workspace\":\"default\",\"title\":\"Week\","
    "\"description\":\"two\\nlines\",\"language\":\"en\",\"active\":true,"
    "\"frequency\":\"biweekly\",\"items_per_section\":7,\"items_max\":70,\"categories\":["
    "{\"id\":\"a\",\"title\":\"A\",\"words\":[\"solar \\\"roof\\\"\",\"\u00E9t\u00E9\"],"
    "\"without\":[\"orchestra\"],\"summary\":true},"
    "{\"id\":\"b\",\"title\":\"B\",\"words\":[],\"without\":[]}],"
    "\"regions\":[],\"sources\":[{\"name\":\"s\",\"kind\":\"atom\","
    "\"address\":\"https://a.example/?x=1&y\",\"category\":\"a\",\"region\":\"\"},"
    "{\"name\":\"t\",\"kind\":\"corpus\",\"address\":\"\",\"category\":\"\",\"region\":\"\"}]}";

static void test_write(void **state)
{
    struct buf out = buf_init(10000), small = buf_init(20);
    struct err err = {0};
    (void)state;
    assert_true(spec_json_write(&def, &out, &err));
    assert_string_equal(buf_text(&out), text);
    assert_false(spec_json_write(&def, &small, &err));
    assert_int_equal(err.kind, ERR_STOP);
    buf_done(&out);
    buf_done(&small);
}

static void test_round_trip(void **state)
{
    struct buf out = buf_init(10000);
    struct arena arena = arena_init(1 << 20);
    struct spec_def got;
    struct err err = {0};
    (void)state;
    if (!spec_json_read(text, &arena, &got, &err))
        fail_msg("%s", err.text);
    assert_true(spec_json_write(&got, &out, &err));
    assert_string_equal(buf_text(&out), text);
    buf_done(&out);
    arena_done(&arena);
}

/* One change to the good text, and what is said of it; NULL: it is taken all the same. */
static void test_changed(void **state)
{
    static const struct {
        int line;
        const char *from, *to, *why;
    } cases[] = {
        {__LINE__, "{\"name\":\"week\",", "{", "\"name\""},
        {__LINE__, "\"active\":true", "\"active\":1", "\"active\""},
        {__LINE__, "\"biweekly\"", "\"yearly\"", "\"frequency\""},
        {__LINE__, ":7,", ":7.5,", "\"items_per_section\""},
        {__LINE__, ":7,", ":99999999999,", "\"items_per_section\""},
        {__LINE__, ":7,", ":0,", "1 to 500"},
        {__LINE__, "\"regions\":[]", "\"regions\":{}", "\"regions\""},
        {__LINE__, "\"orchestra\"", "7", "\"without\""},
        {__LINE__, "\"atom\"", "\"carrier pigeon\"", "\"kind\""},
        {__LINE__, "\"category\":\"a\"", "\"category\":\"z\"", "none of"},
        {__LINE__, "\"name\":\"week\"", "\"name\":\"week\",\"name\":\"x\"", "damaged"},
        {__LINE__, "]}", "]", "damaged"},
        {__LINE__, "\"active\"", "\"from_tomorrow\":{},\"active\"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf changed = buf_init(10000);
        struct arena arena = arena_init(1 << 20);
        struct spec_def got;
        struct err err = {0};
        const char *at = strstr(text, cases[i].from);
        assert_non_null(at);
        buf_add(&changed, text, (size_t)(at - text));
        buf_adds(&changed, cases[i].to);
        buf_adds(&changed, at + strlen(cases[i].from));
        bool ok = spec_json_read(buf_text(&changed), &arena, &got, &err);
        CHECK_AT(cases[i].line, ok == (cases[i].why == NULL), "%s", ok ? "taken" : err.text);
        CHECK_AT(cases[i].line, ok || strstr(err.text, cases[i].why) != NULL, "said: %s", err.text);
        buf_done(&changed);
        arena_done(&arena);
    }
}

static void test_no_memory(void **state)
{
    struct arena arena = arena_init(300);
    struct spec_def got;
    struct err err = {0};
    (void)state;
    assert_false(spec_json_read(text, &arena, &got, &err));
    assert_int_equal(err.kind, ERR_STOP);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
