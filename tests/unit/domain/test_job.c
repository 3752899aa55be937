/* test_job.c - if this fails, a job that cannot work as written is taken into the database, or a
 * right one is refused. */
#include "domain/job.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A job that is right, in arrays that a case may spoil. */
struct bench {
    struct job_def def;
    struct group_def groups[3];
    struct term_def madrid[2], bilbao[1], vigo[1];
    struct template_def templates[2];
};

static void bench_init(struct bench *b)
{
    *b = (struct bench){
        .madrid = {{"dentista urgente"}, {"clínica dental"}},
        .bilbao = {{"dentista urgente"}}, /* the same term in another group is fine */
        .vigo = {{"dentista"}},
        .templates = {{.name = "hola", .subject = "Hola {{name|}}", .text = "x"},
                      {.name = "html", .subject = "s", .text = "", .html = "<p>"}},
    };
    b->groups[0] = (struct group_def){"Madrid", "hola", b->madrid, 2};
    b->groups[1] = (struct group_def){"Bilbao", "html", b->bilbao, 1};
    b->groups[2] = (struct group_def){"Vigo", "hola", b->vigo, 1};
    b->def = (struct job_def){.name = "spain",
                              .workspace = "acme",
                              .loop_interval = 40,
                              .max_emails_per_group = 300,
                              .provider = "local",
                              .groups = b->groups,
                              .group_count = 3,
                              .templates = b->templates,
                              .template_count = 2};
}

static void test_right(void **state)
{
    (void)state;
    struct bench b;
    struct err err = {0};
    bench_init(&b);
    assert_true(job_check(&b.def, &err));
    assert_int_equal(err.kind, ERR_NONE);
    b.def.group_count = 0; /* nothing to do yet */
    assert_true(job_check(&b.def, &err));
    b.def.template_count = 0;
    assert_true(job_check(&b.def, &err));
}

static char long_name[NAME_MAX_BYTES + 2], long_term[TERM_MAX_BYTES + 2];

enum spoil {
    SPOIL_NAME,
    SPOIL_WORKSPACE,
    SPOIL_PROVIDER,
    SPOIL_GROUP,
    SPOIL_GROUP_TEMPLATE,
    SPOIL_TERM,
    SPOIL_TEMPLATE,
    SPOIL_SUBJECT,
    SPOIL_TEXT,
    SPOIL_HTML,
    SPOIL_BOTH_BODIES
};

struct text_case {
    int line;
    enum spoil where;
    const char *value;
    const char *want; /* NULL: right */
    const char *key;
    enum job_part part;
    int index, term;
};

static const struct text_case text_cases[] = {
    {__LINE__, SPOIL_NAME, "", "the job's name is empty", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, NULL, "the job's name is empty", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, " x", "begins or ends with a blank", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, "x\t", "holds a control character", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, "caf\xE9", "is not UTF-8", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, "a b/c ] ; =", NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, long_name, "has 121 bytes; 120 are allowed", "name", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_NAME, long_name + 1, NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_WORKSPACE, "", "the workspace's name is empty", "workspace", JOB_PART_JOB, 0,
     0},
    {__LINE__, SPOIL_PROVIDER, "a\x1b[1m", "holds a control", "provider", JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_GROUP, "", "the group's name is empty", "name", JOB_PART_GROUP, 1, 0},
    {__LINE__, SPOIL_GROUP, "Madrid", "group \"Madrid\" stands twice", "name", JOB_PART_GROUP, 1,
     0},
    {__LINE__, SPOIL_GROUP, "madrid", NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_GROUP_TEMPLATE, "htlm", "no template \"htlm\"; did you mean \"html\"?",
     "template", JOB_PART_GROUP, 1, 0},
    {__LINE__, SPOIL_GROUP_TEMPLATE, "zzzzzzzz", "add a section [template zzzzzzzz]", "template",
     JOB_PART_GROUP, 1, 0},
    {__LINE__, SPOIL_GROUP_TEMPLATE, NULL, "the template's name is empty", "template",
     JOB_PART_GROUP, 1, 0},
    {__LINE__, SPOIL_TERM, "", "the term is empty", "term", JOB_PART_TERM, 0, 1},
    {__LINE__, SPOIL_TERM, "dentista urgente", "stands twice in group \"Madrid\"", "term",
     JOB_PART_TERM, 0, 1},
    {__LINE__, SPOIL_TERM, "Dentista urgente", NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_TERM, "x ", "begins or ends with a blank", "term", JOB_PART_TERM, 0, 1},
    {__LINE__, SPOIL_TERM, long_term, "has 401 bytes; 400 are allowed", "term", JOB_PART_TERM, 0,
     1},
    {__LINE__, SPOIL_TERM, long_term + 1, NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_TEMPLATE, "hola", "template \"hola\" stands twice", "name", JOB_PART_TEMPLATE,
     1, 0},
    {__LINE__, SPOIL_TEMPLATE, "\n", "holds a control", "name", JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_SUBJECT, "", "the subject is empty", "subject", JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_SUBJECT, "a {{b", "line 1, column 3: the braces are not closed", "subject",
     JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_TEXT, "a\n{{nmae}}", "line 2, column 1: there is no variable {{nmae}}", "text",
     JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_TEXT, "a\n{{name}}", NULL, NULL, JOB_PART_JOB, 0, 0},
    {__LINE__, SPOIL_HTML, "caf\xE9", "the html of template \"html\", line 1, column 4", "html",
     JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_BOTH_BODIES, "", "has neither text nor html", "text", JOB_PART_TEMPLATE, 1, 0},
    {__LINE__, SPOIL_BOTH_BODIES, NULL, "has neither text nor html", "text", JOB_PART_TEMPLATE, 1,
     0},
};

static void spoil(struct bench *b, enum spoil where, const char *value)
{
    switch (where) {
    case SPOIL_NAME:
        b->def.name = value;
        break;
    case SPOIL_WORKSPACE:
        b->def.workspace = value;
        break;
    case SPOIL_PROVIDER:
        b->def.provider = value;
        break;
    case SPOIL_GROUP:
        b->groups[1].name = value;
        break;
    case SPOIL_GROUP_TEMPLATE:
        b->groups[1].template_name = value;
        break;
    case SPOIL_TERM:
        b->madrid[1].text = value;
        break;
    case SPOIL_TEMPLATE:
        b->templates[1].name = value;
        break;
    case SPOIL_SUBJECT:
        b->templates[1].subject = value;
        break;
    case SPOIL_TEXT:
        b->templates[1].text = value;
        break;
    case SPOIL_HTML:
        b->templates[1].html = value;
        break;
    case SPOIL_BOTH_BODIES:
        b->templates[1].text = b->templates[1].html = value;
        break;
    }
}

static void check_case(const struct text_case *c, const struct job_def *def)
{
    struct job_fault fault;
    struct err err = {0};
    bool got = job_find_fault(def, &fault);
    if (job_check(def, &err) == got)
        fail_msg("line %d: the two doors differ", c->line);
    if (got != (c->want != NULL))
        fail_msg("line %d: fault %d: %s", c->line, got, got ? fault.text : "");
    if (!got)
        return;
    if (strstr(fault.text, c->want) == NULL || strstr(err.text, fault.text) == NULL)
        fail_msg("line %d: said \"%s\" and \"%s\"", c->line, fault.text, err.text);
    if (!str_equal(fault.key, c->key) || fault.part != c->part || fault.index != c->index ||
        fault.term != c->term)
        fail_msg("line %d: key %s, part %d, index %d, term %d", c->line, fault.key, (int)fault.part,
                 (int)fault.index, (int)fault.term);
    for (const char *p = err.text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            fail_msg("line %d: a control character in the sentence", c->line);
    }
}

static void test_texts(void **state)
{
    (void)state;
    struct bench b;
    memset(long_name, 'n', NAME_MAX_BYTES + 1);
    memset(long_term, 't', TERM_MAX_BYTES + 1);
    for (size_t i = 0; i < sizeof text_cases / sizeof text_cases[0]; i++) {
        bench_init(&b);
        spoil(&b, text_cases[i].where, text_cases[i].value);
        /* The template that case SPOIL_TEMPLATE renames is used by group 1; the template's own
         * fault must be told first. */
        check_case(&text_cases[i], &b.def);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        int line;
        int32_t loop, max, variations;
        const char *key; /* NULL: right */
    } cases[] = {
        {__LINE__, 1, 1, 0, NULL},
        {__LINE__, 100000, 1000000, 20, NULL},
        {__LINE__, 0, 1, 0, "loop_interval"},
        {__LINE__, -1, 1, 0, "loop_interval"},
        {__LINE__, 100001, 1, 0, "loop_interval"},
        {__LINE__, 1, 0, 0, "max_emails_per_group"},
        {__LINE__, 1, 1000001, 0, "max_emails_per_group"},
        {__LINE__, 1, 1, -1, "variations"},
        {__LINE__, 1, 1, 21, "variations"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bench b;
        struct job_fault fault = {.key = NULL};
        bench_init(&b);
        b.def.loop_interval = cases[i].loop;
        b.def.max_emails_per_group = cases[i].max;
        b.def.variations = cases[i].variations;
        bool got = job_find_fault(&b.def, &fault);
        if (got != (cases[i].key != NULL) || (got && !str_equal(fault.key, cases[i].key)))
            fail_msg("line %d: fault %d, key %s", cases[i].line, got, fault.key);
        if (got && strstr(fault.text, "a whole number from ") == NULL)
            fail_msg("line %d: said \"%s\"", cases[i].line, fault.text);
    }
}

static void test_enums(void **state)
{
    (void)state;
    struct bench b;
    struct job_fault fault;
    bench_init(&b);
    b.def.distribution = DISTRIBUTIONS;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.key, "distribution");
    b.def.distribution = DISTRIBUTION_RANDOM;
    b.def.recontact = RECONTACTS;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.key, "recontact");
}

/* The largest job that is allowed, and one more of each. */
static void test_counts(void **state)
{
    (void)state;
    static char names[JOB_TERMS_MAX + 1][24];
    static struct term_def terms[JOB_TERMS_MAX + 1];
    static struct group_def groups[JOB_GROUPS_MAX + 1];
    static struct template_def templates[JOB_TEMPLATES_MAX + 1];
    struct bench b;
    struct job_fault fault;
    bench_init(&b);
    for (int i = 0; i <= JOB_TERMS_MAX; i++) {
        (void)snprintf(names[i], sizeof names[i], "name %d", i);
        terms[i].text = names[i];
    }
    for (int i = 0; i <= JOB_GROUPS_MAX; i++)
        groups[i] = (struct group_def){names[i], names[0], terms, i == 7 ? JOB_TERMS_MAX : 1};
    for (int i = 0; i <= JOB_TEMPLATES_MAX; i++)
        templates[i] = (struct template_def){names[i], "s", "t", NULL};
    b.def.groups = groups;
    b.def.group_count = JOB_GROUPS_MAX;
    b.def.templates = templates;
    b.def.template_count = JOB_TEMPLATES_MAX;
    assert_true(job_check(&b.def, NULL));

    b.def.group_count++;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.text, "the job has 501 groups; 500 are allowed");
    b.def.group_count--;
    b.def.template_count++;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.text, "the job has 101 templates; 100 are allowed");
    b.def.template_count--;
    groups[7].term_count++;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.text, "group \"name 7\" has 2001 terms; 2000 are allowed");
    assert_int_equal(fault.index, 7);
    groups[7].term_count = JOB_TERMS_MAX;
    terms[JOB_TERMS_MAX - 1].text = names[3]; /* the last repeats an early one */
    assert_true(job_find_fault(&b.def, &fault));
    assert_int_equal(fault.part, JOB_PART_TERM);
    assert_int_equal(fault.index, 7);
    assert_int_equal(fault.term, JOB_TERMS_MAX - 1);
    groups[7].term_count = 0;
    assert_true(job_find_fault(&b.def, &fault));
    assert_string_equal(fault.text, "group \"name 7\" has no term");
}

static void test_screened(void **state)
{
    (void)state;
    struct bench b;
    struct err err = {0};
    bench_init(&b);
    b.groups[1].name = b.groups[0].name = "a\xE2\x80\xAE"
                                          "b"; /* right-to-left override */
    assert_false(job_check(&b.def, &err));
    assert_non_null(strstr(err.text, "\"ab\" stands twice"));
}

static void test_name_ok(void **state)
{
    (void)state;
    assert_true(job_name_ok("default"));
    assert_true(job_name_ok("Zürich & Söhne"));
    assert_false(job_name_ok(""));
    assert_false(job_name_ok(NULL));
    assert_false(job_name_ok(" a"));
    assert_false(job_name_ok("a\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_right),   cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_enums),
        cmocka_unit_test(test_counts),  cmocka_unit_test(test_screened),
        cmocka_unit_test(test_name_ok),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
