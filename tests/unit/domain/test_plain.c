/* test_plain.c - if this fails, names, templates and headers let control characters or broken UTF-8
 * through, or a mistake is reported at the wrong place. */
#include "domain/plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct fault_case {
    int line;
    const char *bytes;
    size_t len;
    bool lines;
    const char *want; /* NULL: plain */
    size_t at;
};

#define TEXT(s) (s), sizeof(s) - 1

static const struct fault_case fault_cases[] = {
    {__LINE__, TEXT(""), false, NULL, 0},
    {__LINE__, TEXT("dentista urgente"), false, NULL, 0},
    {__LINE__, TEXT("Málaga 東京 😀"), false, NULL, 0},
    {__LINE__, TEXT("\xEF\xBF\xBD"), false, NULL, 0}, /* a real U+FFFD is a character */
    {__LINE__, TEXT("a\nb"), false, "holds a control character", 1},
    {__LINE__, TEXT("a\nb\r\n\tc"), true, NULL, 0},
    {__LINE__, TEXT("ab\x1b[2J"), true, "holds a control character", 2},
    {__LINE__, TEXT("a\0b"), true, "holds a control character", 1},
    {__LINE__, TEXT("\x7F"), false, "holds a control character", 0},
    {__LINE__, TEXT("a\xC2\x85"), true, "holds a control character", 1}, /* C1: next line */
    {__LINE__, TEXT("a\xC2\x9F"), false, "holds a control character", 1},
    {__LINE__, TEXT("a\xC2\xA0"), false, NULL, 0},
    {__LINE__, TEXT("caf\xE9"), false, "is not UTF-8", 3},
    {__LINE__, TEXT("\xC0\xAF"), false, "is not UTF-8", 0},
    {__LINE__, TEXT("\xED\xA0\x80"), false, "is not UTF-8", 0},
    {__LINE__, TEXT("ok\xE2\x82"), false, "is not UTF-8", 2}, /* ends inside a character */
};

static void test_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof fault_cases / sizeof fault_cases[0]; i++) {
        const struct fault_case *c = &fault_cases[i];
        size_t at = 99;
        const char *got = plain_fault(c->bytes, c->len, c->lines, &at);
        if ((got == NULL) != (c->want == NULL) || (got != NULL && strcmp(got, c->want) != 0))
            fail_msg("line %d: got \"%s\"", c->line, got != NULL ? got : "plain");
        if (got != NULL && at != c->at)
            fail_msg("line %d: at %zu", c->line, at);
        if (got == NULL && at != 99)
            fail_msg("line %d: the offset was touched", c->line);
    }
    assert_string_equal(plain_fault("\x01", 1, false, NULL), "holds a control character");
}

static void test_place(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        size_t offset;
        int want_line, want_column;
    } cases[] = {
        {__LINE__, "abc", 0, 1, 1},     {__LINE__, "abc", 2, 1, 3},   {__LINE__, "a\nbc", 2, 2, 1},
        {__LINE__, "a\nbc", 3, 2, 2},   {__LINE__, "áé{", 4, 1, 3},   {__LINE__, "a\r\nb", 3, 2, 1},
        {__LINE__, "\n\n\nx", 3, 4, 1}, {__LINE__, "\xFFx", 1, 1, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int32_t line, column;
        plain_place(cases[i].text, cases[i].offset, &line, &column);
        if (line != cases[i].want_line || column != cases[i].want_column)
            fail_msg("line %d: got %d:%d", cases[i].line, (int)line, (int)column);
    }
}

static void test_nearest(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int more; /* the rows may be wider than a pointer */
    } rows[] = {{"name", 1}, {"company", 2}, {"loop_interval", 3}, {"loop_automation", 4}};
    static const struct {
        int line;
        const char *word, *want;
    } cases[] = {
        {__LINE__, "nmae", "name"},
        {__LINE__, "acme", NULL},
        {__LINE__, "compnay", "company"},
        {__LINE__, "loopinterval", "loop_interval"},
        {__LINE__, "loop-intervall", "loop_interval"},
        {__LINE__, "loop_automaton", "loop_automation"},
        {__LINE__, "zzzzzz", NULL},
        {__LINE__, "", NULL},
        {__LINE__, "name", "name"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *got = plain_nearest(cases[i].word, rows, 4, sizeof rows[0]);
        if ((got == NULL) != (cases[i].want == NULL) ||
            (got != NULL && strcmp(got, cases[i].want) != 0))
            fail_msg("line %d: got %s", cases[i].line, got != NULL ? got : "nothing");
    }
    assert_null(plain_nearest("name", rows, 0, sizeof rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fault),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
