/* test_extract_json.c - if this fails, addresses and names in structured data are missed because
 * the JSON is broken, or stand under the wrong name. */
#include "domain/extract.h"

#include "base/buf.h"
#include "unit/cases.h"

#include <string.h>

static void on_string(void *owner, int depth, const char *key, const char *value, size_t len)
{
    assert_true(depth >= 0 && depth <= EXTRACT_JSON_DEPTH);
    assert_int_equal(strlen(value), len);
    buf_addf(owner, "%d %s=%s\n", depth, key, value);
}

static void on_closed(void *owner, int depth)
{
    assert_true(depth >= 1 && depth <= EXTRACT_JSON_DEPTH);
    buf_addf(owner, "%d }\n", depth);
}

struct json {
    int line;
    const char *text, *want;
};

static const struct json texts[] = {
    {__LINE__, "", ""},
    {__LINE__, "{}", "1 }\n"},
    {__LINE__, "{\"a\":\"b\"}", "1 a=b\n1 }\n"},
    {__LINE__, "{ \"a\" \n : \n \"b\" , \"c\":\"d\" }", "1 a=b\n1 c=d\n1 }\n"},
    {__LINE__, "{\"a\":{\"b\":\"c\"},\"d\":\"e\"}", "2 b=c\n2 }\n1 d=e\n1 }\n"},
    {__LINE__, "{\"a\":[\"b\",\"c\"],\"d\":\"e\"}", "1 a=b\n1 a=c\n1 d=e\n1 }\n"},
    {__LINE__, "[{\"a\":\"b\"},{\"a\":\"c\"}]", "1 a=b\n1 }\n1 a=c\n1 }\n"},
    {__LINE__, "{\"a\":[[\"b\"],{\"c\":\"d\"}]}", "1 a=b\n2 c=d\n2 }\n1 }\n"},
    {__LINE__, "{\"a\":1,\"b\":null,\"c\":true,\"d\":\"e\"}", "1 d=e\n1 }\n"},
    {__LINE__, "\"x\"", "0 =x\n"},
    /* what strings hold */
    {__LINE__, "{\"a\":\"\\u0040\\u00e9\"}", "1 a=@\xC3\xA9\n1 }\n"},
    {__LINE__, "{\"a\":\"\\uD83D\\uDE00\"}", "1 a=\xF0\x9F\x98\x80\n1 }\n"},
    {__LINE__, "{\"a\":\"\\uD83Dx\"}", "1 a=\xEF\xBF\xBDx\n1 }\n"},
    {__LINE__, "{\"a\":\"\\uD83D\\u0041\"}",
     "1 a=\xEF\xBF\xBD"
     "A\n1 }\n"},
    {__LINE__, "{\"a\":\"\\/\\\\\\\"\"}", "1 a=/\\\"\n1 }\n"},
    {__LINE__, "{\"a\":\"b\\nc\\td\"}", "1 a=b c d\n1 }\n"},
    {__LINE__, "{\"a\":\"{[]}:,\"}", "1 a={[]}:,\n1 }\n"},
    {__LINE__, "{\"\\u0061\":\"b\"}", "1 a=b\n1 }\n"},
    /* broken ones */
    {__LINE__, "{\"a\":\"b\",}", "1 a=b\n1 }\n"},
    {__LINE__, "{\"a\":\"b\" \"c\":\"d\"}", "1 a=b\n1 c=d\n1 }\n"},
    {__LINE__, "{\"a\":\"b\"", "1 a=b\n1 }\n"},
    {__LINE__, "{\"a\":\"b", "1 a=b\n1 }\n"},
    {__LINE__, "{\"a\":\"b\\", "1 a=b\\\n1 }\n"},
    {__LINE__, "{\"a\":\"b\\u00", "1 a=b00\n1 }\n"},
    {__LINE__, "{\"a\":\"b\\x\"}", "1 a=b\n1 }\n"},
    {__LINE__, "{a:\"b\"}", "1 =b\n1 }\n"},
    {__LINE__, "}}]]{\"a\":\"b\"}", "1 a=b\n1 }\n"},
    {__LINE__, "{\"a\":[\"b\"}", "1 a=b\n1 }\n"},
    {__LINE__, "<!-- {\"a\":\"b\"} -->", "1 a=b\n1 }\n"},
    {__LINE__, "{\"a\":\"line\nend\"}", "1 a=line\nend\n1 }\n"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(texts); i++) {
        struct buf got = buf_init(10000);
        struct extract_json sink = {.owner = &got, .string = on_string, .closed = on_closed};
        extract_json(texts[i].text, strlen(texts[i].text), &sink);
        CHECK_AT(texts[i].line, strcmp(buf_text(&got), texts[i].want) == 0, "got \"%s\"",
                 buf_text(&got));
        buf_done(&got);
    }
}

struct seen {
    int strings, closed, deepest;
    size_t longest;
};

static void count_string(void *owner, int depth, const char *key, const char *value, size_t len)
{
    struct seen *seen = owner;
    (void)key;
    (void)value;
    seen->strings++;
    seen->deepest = depth > seen->deepest ? depth : seen->deepest;
    seen->longest = len > seen->longest ? len : seen->longest;
}

static void count_closed(void *owner, int depth)
{
    struct seen *seen = owner;
    seen->closed++;
    seen->deepest = depth > seen->deepest ? depth : seen->deepest;
}

/* Depth and length have ceilings; what stands inside them is reported, and all of it ends. */
static void test_ceilings(void **state)
{
    struct buf text = buf_init(1 << 22);
    struct seen seen = {0};
    struct extract_json sink = {.owner = &seen, .string = count_string, .closed = count_closed};
    (void)state;
    for (int i = 0; i < 100 * 1000; i++)
        buf_adds(&text, "{\"a\":\"b\",\"c\":");
    extract_json(buf_text(&text), text.len, &sink);
    assert_int_equal(seen.deepest, EXTRACT_JSON_DEPTH);
    assert_int_equal(seen.closed, EXTRACT_JSON_DEPTH);
    assert_true(seen.strings >= EXTRACT_JSON_DEPTH);

    seen = (struct seen){0};
    buf_clear(&text);
    for (int i = 0; i < 100 * 1000; i++)
        buf_adds(&text, "[");
    buf_adds(&text, "{\"a\":\"b\"}");
    for (int i = 0; i < 100 * 1000; i++)
        buf_adds(&text, "]");
    buf_adds(&text, "{\"a\":\"b\"}");
    extract_json(buf_text(&text), text.len, &sink);
    assert_int_equal(seen.closed, 1); /* the one that is not below a hundred thousand lists */

    seen = (struct seen){0};
    buf_clear(&text);
    buf_adds(&text, "{\"");
    for (int i = 0; i < 5000; i++)
        buf_adds(&text, "k");
    buf_adds(&text, "\":\"");
    for (int i = 0; i < 5000; i++)
        buf_adds(&text, "\xC3\xA9");
    buf_adds(&text, "\"}");
    extract_json(buf_text(&text), text.len, &sink);
    assert_int_equal(seen.strings, 1);
    assert_true(seen.longest <= EXTRACT_JSON_STRING);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_ceilings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
