/* test_config_json.c - if this fails, a form shows a schedule's config wrongly, or saving one field
 * changes another. */
#include "../cases.h"

#include "base/str.h"
#include "store/config_json.h"

#include <string.h>

static void members_as_texts(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *json, *text; /* text NULL: it can't be shown */
    } rows[] = {
        {__LINE__, "{}", ""},
        {__LINE__, "{\"k\":\"09:00\"}", "09:00"},
        {__LINE__, "{\"k\":12}", "12"},
        {__LINE__, "{\"k\":true}", "yes"},
        {__LINE__, "{\"k\":false}", "no"},
        {__LINE__, "{\"k\":[\"2026-12-24\",\"2026-12-31/2027-01-02\"]}",
         "2026-12-24 2026-12-31/2027-01-02"},
        {__LINE__, "{\"k\":[]}", ""},
        {__LINE__, "{\"k\":[1]}", NULL},
        {__LINE__, "{\"k\":[\"a b\"]}", NULL},
        {__LINE__, "{\"k\":[\"\"]}", NULL},
        {__LINE__, "{\"k\":null}", NULL},
        {__LINE__, "{\"k\":1.5}", NULL},
        {__LINE__, "{\"k\":{}}", NULL},
        {__LINE__, "{\"k\":\"a\\u0000b\"}", NULL},
        {__LINE__, "{\"k\":\"a text of more than forty bytes, which has no room\"}", NULL},
        {__LINE__, "[]", ""},
        {__LINE__, "no JSON", ""},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char text[40] = "old";
        bool ok = config_json_get(rows[i].json, "k", text, sizeof text);
        CHECK_AT(rows[i].line, ok == (rows[i].text != NULL), "%s", text);
        CHECK_AT(rows[i].line, str_equal(text, ok ? rows[i].text : ""), "%s", text);
    }
}

static void texts_as_members(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *before;
        enum config_form form;
        const char *text, *after; /* after NULL: refused */
    } rows[] = {
        {__LINE__, "{}", CONFIG_TEXT, "09:00", "{\"k\":\"09:00\"}"},
        {__LINE__, "{\"other\":[1,2]}", CONFIG_TEXT, "x", "{\"other\":[1,2],\"k\":\"x\"}"},
        {__LINE__, "{\"k\":1,\"o\":2}", CONFIG_NUMBER, "12", "{\"k\":12,\"o\":2}"},
        {__LINE__, "{}", CONFIG_NUMBER, "many", "{\"k\":\"many\"}"},
        {__LINE__, "{}", CONFIG_SWITCH, "yes", "{\"k\":true}"},
        {__LINE__, "{}", CONFIG_SWITCH, "maybe", "{\"k\":\"maybe\"}"},
        {__LINE__, "{}", CONFIG_LIST, " a, b  c", "{\"k\":[\"a\",\"b\",\"c\"]}"},
        {__LINE__, "{\"k\":1,\"o\":2}", CONFIG_TEXT, "", "{\"o\":2}"},
        {__LINE__, "{\"k\":1}", CONFIG_LIST, " , ", "{}"},
        {__LINE__, "{}", CONFIG_TEXT, "\xff", NULL},
        {__LINE__, "{}", CONFIG_LIST, "a \xff", NULL},
        {__LINE__, "[]", CONFIG_TEXT, "x", NULL},
        {__LINE__, "{\"a\":1,\"a\":2}", CONFIG_TEXT, "x", NULL},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct config_value value = {"k", rows[i].form, rows[i].text};
        struct buf out = buf_init(1000);
        struct err err = {0};
        bool ok = config_json_set(rows[i].before, &value, 1, &out, &err);
        CHECK_AT(rows[i].line, ok == (rows[i].after != NULL), "%s%s", buf_text(&out), err.text);
        CHECK_AT(rows[i].line, !ok || str_equal(buf_text(&out), rows[i].after), "%s",
                 buf_text(&out));
        CHECK_AT(rows[i].line, ok || err.text[0] != '\0', "no reason");
        buf_done(&out);
    }
}

static void lists_of_names(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *json;
    } rows[] = {
        {__LINE__, "", ""},
        {__LINE__, " , ", ""},
        {__LINE__, "EU", "[\"EU\"]"},
        {__LINE__, "EU, United States", "[\"EU\",\"United States\"]"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct buf out = buf_init(1000);
        struct err err;
        char text[40];
        assert_true(config_list_set(rows[i].text, &out, &err));
        CHECK_AT(rows[i].line, str_equal(buf_text(&out), rows[i].json), "%s", buf_text(&out));
        if (rows[i].json[0] != '\0') {
            assert_true(config_list_get(rows[i].json, text, sizeof text));
            CHECK_AT(rows[i].line, str_equal(text, rows[i].text), "%s", text);
        }
        buf_done(&out);
    }
    char text[40];
    assert_true(config_list_get(NULL, text, sizeof text) && text[0] == '\0');
    assert_false(config_list_get("[\"a, b\"]", text, sizeof text)); /* as text it would be two */
    assert_false(config_list_get("{}", text, sizeof text));
    assert_false(config_list_get("[", text, sizeof text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(members_as_texts),
                                       cmocka_unit_test(texts_as_members),
                                       cmocka_unit_test(lists_of_names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
