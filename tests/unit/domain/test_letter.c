/* test_letter.c - if this fails, a lead gets a letter with a hole in it, with somebody else's
 * markup in it, or a template with a mistake is taken. */
#include "domain/letter.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct letter_facts maria = {
    .email = "maria@clinica-zq.es",
    .domain = "clinica-zq.es",
    .name = "María José",
    .company = "Clínica <Sol> & \"Luna\"",
    .title = "   ",
    .url = "https://clinica-zq.es/?a=1&b='2'",
    .term = "dentista urgente",
    .group = "Madrid",
    .language = "",
};

struct render_case {
    int line;
    enum letter_part part;
    const char *text;
    const char *want;    /* what is written when ready */
    const char *missing; /* the variable that holds it, or NULL */
};

static const struct render_case render_cases[] = {
    /* words alone */
    {__LINE__, LETTER_TEXT, "", "", NULL},
    {__LINE__, LETTER_TEXT, "Hola,\r\n\tadiós.\n", "Hola,\r\n\tadiós.\n", NULL},
    {__LINE__, LETTER_TEXT, "one { two } {three}", "one { two } {three}", NULL},
    {__LINE__, LETTER_HTML, "<style>@media x{p{a:b}}</style>", "<style>@media x{p{a:b}}</style>",
     NULL},
    /* each variable */
    {__LINE__, LETTER_TEXT, "{{email}}", "maria@clinica-zq.es", NULL},
    {__LINE__, LETTER_TEXT, "{{domain}}", "clinica-zq.es", NULL},
    {__LINE__, LETTER_TEXT, "{{name}}", "María José", NULL},
    {__LINE__, LETTER_TEXT, "{{company}}", "Clínica <Sol> & \"Luna\"", NULL},
    {__LINE__, LETTER_TEXT, "{{url}}", "https://clinica-zq.es/?a=1&b='2'", NULL},
    {__LINE__, LETTER_TEXT, "{{term}}/{{group}}", "dentista urgente/Madrid", NULL},
    {__LINE__, LETTER_TEXT, "{{ name }}{{\tgroup}}", "María JoséMadrid", NULL},
    {__LINE__, LETTER_TEXT, "a{{{name|x}}", NULL, NULL}, /* "{name" is no variable: see FAILED */
    /* fallbacks */
    {__LINE__, LETTER_TEXT, "{{name|amigos}}", "María José", NULL},
    {__LINE__, LETTER_TEXT, "{{title|amigos}}", "amigos", NULL},
    {__LINE__, LETTER_TEXT, "Hola{{title|}}!", "Hola!", NULL},
    {__LINE__, LETTER_TEXT, "para {{ title |  su empresa }}.", "para su empresa.", NULL},
    {__LINE__, LETTER_TEXT, "{{title|a|b}}", "a|b", NULL},
    {__LINE__, LETTER_TEXT, "{{title|a}b}}", "a}b", NULL},
    {__LINE__, LETTER_HTML, "{{title|<b>you</b> &amp; co}}", "<b>you</b> &amp; co", NULL},
    {__LINE__, LETTER_SUBJECT, "{{language|es}}: {{group}}", "es: Madrid", NULL},
    /* held: not known, and blank is not known */
    {__LINE__, LETTER_TEXT, "Hola {{title}}", NULL, "title"},
    {__LINE__, LETTER_SUBJECT, "{{group}} {{language}} {{title}}", NULL, "language"},
    /* HTML */
    {__LINE__, LETTER_HTML, "<p title=\"{{company}}\">",
     "<p title=\"Clínica &lt;Sol&gt; &amp; "
     "&quot;Luna&quot;\">",
     NULL},
    {__LINE__, LETTER_HTML, "<a href='{{url}}'>",
     "<a href='https://clinica-zq.es/?a=1&amp;b=&#39;2&#39;'>", NULL},
};

static void test_render(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof render_cases / sizeof render_cases[0]; i++) {
        const struct render_case *c = &render_cases[i];
        struct buf out = buf_init(100000);
        struct err err = {0};
        const char *missing = "untouched";
        buf_adds(&out, "before:");
        enum letter_answer got = letter_render(c->part, c->text, &maria, &out, &missing, &err);
        enum letter_answer want = c->want != NULL      ? LETTER_READY
                                  : c->missing != NULL ? LETTER_HELD
                                                       : LETTER_FAILED;
        if (got != want)
            fail_msg("line %d: answer %d, %s", c->line, (int)got, err.text);
        if (strcmp(buf_text(&out) + 7, c->want != NULL ? c->want : "") != 0)
            fail_msg("line %d: wrote \"%s\"", c->line, buf_text(&out) + 7);
        if (!str_equal(missing != NULL ? missing : "", c->missing != NULL ? c->missing : ""))
            fail_msg("line %d: missing %s", c->line, missing != NULL ? missing : "nothing");
        if (c->missing != NULL && strstr(err.text, c->missing) == NULL)
            fail_msg("line %d: the sentence does not name it: %s", c->line, err.text);
        buf_done(&out);
    }
}

/* A value is never more than words, whatever it says. */
static void test_foreign_values(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum letter_part part;
        const char *value, *want;
    } cases[] = {
        {__LINE__, LETTER_TEXT, "{{email}} {{x", "{{email}} {{x"},
        {__LINE__, LETTER_SUBJECT, "a\r\nBcc: all@x", "a..Bcc: all@x"},
        {__LINE__, LETTER_SUBJECT, "\x1b]0;owned\x07", ".]0;owned."},
        {__LINE__, LETTER_TEXT, "caf\xE9", "caf?"},
        {__LINE__, LETTER_TEXT,
         "abc\xE2\x80\xAE"
         "def",
         "abcdef"}, /* right-to-left override */
        {__LINE__, LETTER_HTML, "<script>alert('x')</script>",
         "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"},
        {__LINE__, LETTER_HTML, "&amp;", "&amp;amp;"},
        {__LINE__, LETTER_TEXT, "  Sol  ", "Sol"},
        {__LINE__, LETTER_TEXT, "\xE2\x80\x8B", "fallback"}, /* nothing to see is nothing */
        {__LINE__, LETTER_TEXT, " \t\n ", "fallback"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct letter_facts facts = {.company = cases[i].value};
        struct buf out = buf_init(4096);
        if (letter_render(cases[i].part, "{{company|fallback}}", &facts, &out, NULL, NULL) !=
            LETTER_READY)
            fail_msg("line %d: not ready", cases[i].line);
        if (strcmp(buf_text(&out), cases[i].want) != 0)
            fail_msg("line %d: wrote \"%s\"", cases[i].line, buf_text(&out));
        buf_done(&out);
    }
}

static char *repeat(char c, size_t n)
{
    char *text = malloc(n + 1);
    assert_non_null(text);
    memset(text, c, n);
    text[n] = '\0';
    return text;
}

/* A value longer than 2000 bytes is cut between characters, not inside one. */
static void test_long_value(void **state)
{
    (void)state;
    char *value = repeat('a', 1999);
    struct buf all = buf_init(10000), out = buf_init(10000);
    buf_adds(&all, value);
    buf_adds(&all, "é and more");
    struct letter_facts facts = {.name = buf_text(&all)};
    assert_int_equal(letter_render(LETTER_TEXT, "{{name}}", &facts, &out, NULL, NULL),
                     LETTER_READY);
    assert_string_equal(buf_text(&out), value);
    buf_done(&out);
    buf_done(&all);
    free(value);
}

static void test_ceilings(void **state)
{
    (void)state;
    struct err err = {0};
    struct letter letter;
    const char *missing = "untouched";
    char *name = repeat('n', 500);
    struct letter_facts facts = {.name = name};
    struct template_def t = {.name = "t", .subject = "{{name}}{{name}}", .text = "x"};
    letter_init(&letter);
    assert_int_equal(letter_write(&letter, &t, &facts, &missing, &err), LETTER_HELD);
    assert_null(missing);
    assert_non_null(strstr(err.text, "900 bytes"));
    assert_int_equal(letter.part[LETTER_SUBJECT].len, 0);
    t.subject = "{{name}}";
    assert_int_equal(letter_write(&letter, &t, &facts, &missing, &err), LETTER_READY);
    assert_int_equal(letter.part[LETTER_SUBJECT].len, 500);

    /* 600 names of 500 bytes pass the ceiling of a body; so do 256 KiB and one word. */
    struct buf body = buf_init(400000);
    for (int i = 0; i < 600; i++)
        buf_adds(&body, "{{name}}");
    t.text = buf_text(&body);
    assert_int_equal(letter_write(&letter, &t, &facts, NULL, &err), LETTER_HELD);
    assert_int_equal(letter.part[LETTER_TEXT].len, 0);
    buf_done(&body);
    char *full = repeat('x', LETTER_BODY_MAX);
    t.text = full;
    assert_int_equal(letter_write(&letter, &t, &facts, NULL, &err), LETTER_READY);
    assert_int_equal(letter.part[LETTER_TEXT].len, LETTER_BODY_MAX);

    /* A buf without room fails, and is as it was. */
    struct buf small = buf_init(10);
    buf_adds(&small, "12345");
    assert_int_equal(letter_render(LETTER_TEXT, "{{name}}", &facts, &small, NULL, &err),
                     LETTER_FAILED);
    assert_true(buf_ok(&small));
    assert_string_equal(buf_text(&small), "12345");
    assert_int_equal(err.kind, ERR_STOP);
    buf_done(&small);
    free(full);
    free(name);
    letter_done(&letter);
    letter_done(NULL);
}

static void test_write(void **state)
{
    (void)state;
    struct err err = {0};
    struct letter letter;
    const char *missing = NULL;
    struct template_def t = {.name = "t",
                             .subject = "Una pregunta para {{company|su empresa}}",
                             .text = "Hola {{name}},\n",
                             .html = "<p>Hola {{name}} de {{company}}</p>"};
    letter_init(&letter);
    assert_int_equal(letter_write(&letter, &t, &maria, &missing, &err), LETTER_READY);
    assert_string_equal(buf_text(&letter.part[LETTER_SUBJECT]),
                        "Una pregunta para Clínica <Sol> & \"Luna\"");
    assert_string_equal(buf_text(&letter.part[LETTER_TEXT]), "Hola María José,\n");
    assert_string_equal(buf_text(&letter.part[LETTER_HTML]),
                        "<p>Hola María José de Clínica &lt;Sol&gt; &amp; &quot;Luna&quot;</p>");
    /* The next letter does not remember this one. */
    struct letter_facts unknown = {.group = "Madrid"};
    assert_int_equal(letter_write(&letter, &t, &unknown, &missing, &err), LETTER_HELD);
    assert_string_equal(missing, "name");
    for (int i = 0; i < LETTER_PARTS; i++)
        assert_int_equal(letter.part[i].len, 0);
    t.text = t.html = NULL;
    assert_int_equal(letter_write(&letter, &t, &unknown, &missing, &err), LETTER_READY);
    assert_string_equal(buf_text(&letter.part[LETTER_SUBJECT]), "Una pregunta para su empresa");
    assert_int_equal(letter.part[LETTER_TEXT].len, 0);
    letter_done(&letter);
}

struct check_case {
    int line;
    enum letter_part part;
    const char *text;
    const char *want; /* NULL: no fault; else a part of the sentence */
    int at_line, at_column;
};

static const struct check_case check_cases[] = {
    {__LINE__, LETTER_SUBJECT, "Hola {{name|}}", NULL, 0, 0},
    {__LINE__, LETTER_TEXT, "", NULL, 0, 0},
    {__LINE__, LETTER_TEXT, NULL, NULL, 0, 0},
    {__LINE__, LETTER_HTML, "a{b}} {{ email }}\n", NULL, 0, 0},
    {__LINE__, LETTER_SUBJECT, NULL, "the subject is empty", 1, 1},
    {__LINE__, LETTER_SUBJECT, "  ", "the subject is empty", 1, 1},
    {__LINE__, LETTER_SUBJECT, "Hola ", "the subject begins or ends with a blank", 1, 1},
    {__LINE__, LETTER_SUBJECT, " Hola", "the subject begins or ends with a blank", 1, 1},
    {__LINE__, LETTER_SUBJECT, "a\tb", "holds a control character (byte 0x09)", 1, 2},
    {__LINE__, LETTER_SUBJECT, "a\r\nBcc: x", "control character (byte 0x0d)", 1, 2},
    {__LINE__, LETTER_TEXT, "ok\nna\x1b", "control character (byte 0x1b)", 2, 3},
    {__LINE__, LETTER_TEXT, "año caf\xE9", "is not UTF-8 (byte 0xe9)", 1, 8},
    {__LINE__, LETTER_TEXT, "Hola\n  {{nmae}}", "{{nmae}}; did you mean {{name}}?", 2, 3},
    {__LINE__, LETTER_TEXT, "é {{Company}}", "did you mean {{company}}?", 1, 3},
    {__LINE__, LETTER_TEXT, "{{phone}}",
     "there are email, domain, name, company, title, url, "
     "term, group, language",
     1, 1},
    {__LINE__, LETTER_TEXT, "{{}}", "the braces are empty", 1, 1},
    {__LINE__, LETTER_TEXT, "{{ |x}}", "the braces are empty", 1, 1},
    {__LINE__, LETTER_TEXT, "{{{name}}}", "no variable {{{name}}", 1, 1},
    {__LINE__, LETTER_TEXT, "a {{name", "not closed on their line", 1, 3},
    {__LINE__, LETTER_TEXT, "a {{name\n}}", "not closed on their line", 1, 3},
    {__LINE__, LETTER_TEXT, "{{name|{{company}}}}", "not closed on their line", 1, 1},
    {__LINE__, LETTER_HTML, "{{name}", "not closed on their line", 1, 1},
    {__LINE__, LETTER_TEXT, "Hola name}},", "never opened", 1, 10},
    {__LINE__, LETTER_SUBJECT, "{{name}} name}}", "never opened", 1, 14},
    {__LINE__, LETTER_TEXT, "{{\x1b[31mevil}}", "control character", 1, 3},
};

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof check_cases / sizeof check_cases[0]; i++) {
        const struct check_case *c = &check_cases[i];
        struct letter_fault fault = {.line = -1};
        struct err err = {0};
        char place[40];
        bool got = letter_find_fault(c->part, c->text, &fault);
        if (got != (c->want != NULL))
            fail_msg("line %d: fault %d: %s", c->line, got, fault.text);
        if (letter_check_template(c->part, c->text, &err) == got)
            fail_msg("line %d: the two doors differ", c->line);
        if (!got)
            continue;
        if (strstr(fault.text, c->want) == NULL)
            fail_msg("line %d: said \"%s\"", c->line, fault.text);
        if (fault.line != c->at_line || fault.column != c->at_column)
            fail_msg("line %d: at %d:%d", c->line, (int)fault.line, (int)fault.column);
        (void)str_format(place, sizeof place,
                         "letter: %s line %d, column %d: ", letter_part_name(c->part), c->at_line,
                         c->at_column);
        if (!str_starts(err.text, place) || err.kind != ERR_REFUSED)
            fail_msg("line %d: sentence \"%s\"", c->line, err.text);
    }
}

static void test_check_sizes(void **state)
{
    (void)state;
    struct letter_fault fault;
    char *text = repeat('x', LETTER_BODY_MAX + 1);
    assert_true(letter_find_fault(LETTER_HTML, text, &fault));
    assert_string_equal(fault.text, "the html has 262145 bytes; 262144 are allowed");
    text[LETTER_BODY_MAX] = '\0';
    assert_false(letter_find_fault(LETTER_HTML, text, &fault));
    text[LETTER_SUBJECT_MAX] = '\0';
    assert_false(letter_find_fault(LETTER_SUBJECT, text, &fault));
    text[LETTER_SUBJECT_MAX] = 'x';
    text[LETTER_SUBJECT_MAX + 1] = '\0';
    assert_true(letter_find_fault(LETTER_SUBJECT, text, &fault));
    free(text);
}

/* What the check takes never makes rendering fail: the two read the same pieces. */
static void test_checked_never_fails(void **state)
{
    (void)state;
    static const char *const bits[] = {"{{", "}}", "{", "}", "|", "name", "title", "x", "\n", " "};
    uint32_t dice = 7;
    for (int round = 0; round < 20000; round++) {
        char text[120] = "";
        for (int i = 0; i < 8; i++) {
            dice = dice * 1664525u + 1013904223u;
            size_t len = strlen(text);
            (void)str_copy(text + len, sizeof text - len, bits[(dice >> 16) % 10]);
        }
        struct buf out = buf_init(4096);
        bool good = letter_check_template(LETTER_HTML, text, NULL);
        enum letter_answer got = letter_render(LETTER_HTML, text, &maria, &out, NULL, NULL);
        if (good == (got == LETTER_FAILED) && (good || got == LETTER_READY))
            fail_msg("\"%s\": checked %d, rendered %d", text, good, (int)got);
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_render),      cmocka_unit_test(test_foreign_values),
        cmocka_unit_test(test_long_value),  cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_write),       cmocka_unit_test(test_check),
        cmocka_unit_test(test_check_sizes), cmocka_unit_test(test_checked_never_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
