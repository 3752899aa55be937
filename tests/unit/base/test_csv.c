/* Broken if this fails: a lead of an imported file would be cut wrongly, or swallowed by a stray
 * quote of another row, and the line that a message names would be another one. */
#include "unit/cases.h"

#include "base/buf.h"
#include "base/csv.h"
#include "base/rng.h"

#include <stdio.h>
#include <string.h>

/* Rows as "LINE:a|b|c;" or "LINE!;". */
static void told(const char *given, char *dst, size_t size)
{
    char text[400];
    struct csv_row row;
    (void)snprintf(text, sizeof text, "%s", given);
    struct csv csv = csv_begin(text);
    size_t used = 0;
    dst[0] = '\0';
    while (csv_next(&csv, &row)) {
        used += (size_t)snprintf(dst + used, size - used, "%d%s", row.line,
                                 row.odd != NULL ? "!" : ":");
        for (int32_t i = 0; i < row.count; i++)
            used +=
                (size_t)snprintf(dst + used, size - used, "%s%s", i > 0 ? "|" : "", row.field[i]);
        used += (size_t)snprintf(dst + used, size - used, ";");
    }
}

static void test_rows(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "", ""},
        {__LINE__, "\n\r\n\n", ""},
        {__LINE__, "a,b\nc,d\n", "1:a|b;2:c|d;"},
        {__LINE__, "a,b\r\nc,d", "1:a|b;2:c|d;"},
        {__LINE__, "a\n\n\nb", "1:a;4:b;"},
        {__LINE__, ",\n,", "1:|;2:|;"},
        {__LINE__, "\"a,b\",c", "1:a,b|c;"},
        {__LINE__, "\"a \"\"b\"\"\",\"\"\nx", "1:a \"b\"|;2:x;"},
        {__LINE__, "\"two\nlines\",b\r\nc", "1:two\nlines|b;3:c;"},
        {__LINE__, "a \"b\" c,d", "1:a \"b\" c|d;"},
        {__LINE__, "\"open,b\nc,d", "1!;2:c|d;"},
        {__LINE__, "\"a\"b,c\nd", "1!;2:d;"},
        {__LINE__, "a,\"b\nc\nd", "1!;2:c;3:d;"},
        {__LINE__, "\"", "1!;"},
        {__LINE__, "a;b,c\nd;e", "1:a|b,c;2:d|e;"},
        {__LINE__, "a\tb\n\"c\"\td", "1:a|b;2:c|d;"},
        {__LINE__,
         "\xef\xbb\xbf"
         "email,name",
         "1:email|name;"},
        {__LINE__, "a\rb,c", "1:a\rb|c;"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[400];
        told(rows[i].text, got, sizeof got);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got %s", got);
    }
}

static void test_ceilings(void **state)
{
    (void)state;
    struct csv_row row;
    struct buf text = buf_init(1 << 20);
    for (int i = 0; i < CSV_FIELDS_MAX; i++)
        (void)buf_adds(&text, ",");
    (void)buf_adds(&text, "\nnext\n\"");
    for (int i = 0; i < CSV_ROW_MAX; i++)
        (void)buf_adds(&text, "x");
    (void)buf_adds(&text, "\"\nlast");
    struct csv csv = csv_begin(text.data);
    assert_true(csv_next(&csv, &row) && row.odd != NULL && row.line == 1);
    assert_true(csv_next(&csv, &row) && row.odd == NULL && row.line == 2);
    assert_true(csv_next(&csv, &row) && row.odd != NULL && row.line == 3);
    assert_true(csv_next(&csv, &row) && row.odd == NULL && row.line == 4);
    assert_string_equal(row.field[0], "last");
    assert_false(csv_next(&csv, &row));
    buf_done(&text);
}

/* Whatever it is given, it ends, stays inside, and names lines that are there. */
static void test_noise(void **state)
{
    (void)state;
    static const char signs[] = "ab,;\t\"\"\r\n\n";
    struct rng rng = {.state = 7};
    for (int n = 0; n < 20000; n++) {
        char text[24];
        int32_t lines = 1, last = 0;
        size_t len = (size_t)rng_below(rng_next(&rng), sizeof text);
        for (size_t i = 0; i < len; i++) {
            text[i] = signs[rng_below(rng_next(&rng), sizeof signs - 1)];
            lines += text[i] == '\n';
        }
        text[len < sizeof text ? len : sizeof text - 1] = '\0';
        struct csv csv = csv_begin(text);
        for (struct csv_row row; csv_next(&csv, &row); last = row.line) {
            assert_true(row.line > last && row.line <= lines);
            for (int32_t i = 0; i < row.count; i++)
                assert_true(row.field[i] >= text && row.field[i] < text + sizeof text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
