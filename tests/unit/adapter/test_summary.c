/* test_summary.c - if this fails, a report shows what a language model said without saying which
 * item it has it from, or takes an answer that is none. */
#include "adapter/summary.h"

#include "../../../src/adapter/llm_budget.h"
#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The items 11, 12 and 13 were shown. */
enum { FIRST = 11, COUNT = 3 };

#define WRAP(content) "{\"choices\":[{\"message\":{\"content\":\"" content "\"}}]}"
#define SAID(list) WRAP("{\\\"sentences\\\":[" list "]}")
#define ONE(text, items) "{\\\"text\\\":\\\"" text "\\\",\\\"items\\\":" items "}"
#define A ONE("A.", "[11]")

/* What stays: texts and numbers; NULL: refused. */
static const struct {
    int line;
    const char *answer;
    const char *kept;
    int32_t dropped;
} answers[] = {
    {__LINE__, SAID(A), "A.[11]", 0},
    {__LINE__, SAID(A "," ONE("B.", "[13,11,13]")), "A.[11]B.[11][13]", 0},
    {__LINE__, WRAP("```json {\\\"sentences\\\":[" A "]} ```"), "A.[11]", 0},
    {__LINE__, SAID(A "," ONE("B.", "[14]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[10]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[11,99]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "11")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[11.0]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[\\\"11\\\"]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[4294967307]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("B.", "[11,11,11,11,11,11,11,11,11]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("", "[11]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE(" . ", "[11]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("see https://x.de", "[11]")), "A.[11]", 1},
    {__LINE__, SAID(A "," ONE("see WWW.x.de", "[11]")), "A.[11]", 1},
    {__LINE__, SAID(A ",{},7,null,{\\\"text\\\":7,\\\"items\\\":[11]}"), "A.[11]", 4},
    {__LINE__, SAID(ONE("a\\\\u001b[2J\\\\nb", "[12]")), "a.[2J.b[12]", 0},
    {__LINE__, SAID(A "," A "," A "," A "," A "," A "," A "," A),
     "A.[11]A.[11]A.[11]A.[11]A.[11]A.[11]A.[11]A.[11]", 0},
    {__LINE__, SAID(A "," A "," A "," A "," A "," A "," A "," A "," A), NULL, 0},
    {__LINE__, SAID(ONE("B.", "[99]")), NULL, 0},
    {__LINE__, SAID(""), NULL, 0},
    {__LINE__, WRAP("I can't do that."), NULL, 0},
    {__LINE__, WRAP("{\\\"sentences\\\":{}}"), NULL, 0},
    {__LINE__, WRAP("{\\\"sentences\\\":[" A), NULL, 0},
    {__LINE__, WRAP(""), NULL, 0},
    {__LINE__,
     "{\"choices\":[{\"finish_reason\":\"length\",\"message\":{\"content\":"
     "\"{\\\"sentences\\\":[" A "]}\"}}]}",
     NULL, 0},
    {__LINE__, "{\"choices\":[{\"message\":{\"content\":null}}]}", NULL, 0},
    {__LINE__, "{\"choices\":{}}", NULL, 0},
    {__LINE__, "{\"choices\":[]}", NULL, 0},
    {__LINE__, "[]", NULL, 0},
    {__LINE__, "<html>", NULL, 0},
    {__LINE__, "", NULL, 0},
};

static void words_of(const struct summary *s, char *dst, size_t size)
{
    dst[0] = '\0';
    for (int32_t i = 0; i < s->count; i++) {
        size_t len = strlen(dst);
        (void)str_format(dst + len, size - len, "%s", s->sentences[i].text);
        for (int32_t k = 0; k < s->sentences[i].cite_count; k++) {
            len = strlen(dst);
            (void)str_format(dst + len, size - len, "[%d]", (int)s->sentences[i].cites[k]);
        }
    }
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(answers); i++) {
        char kept[400];
        int64_t tokens = -1;
        struct err err = {0};
        struct summary s = {0};
        struct arena arena = arena_init(1 << 20);
        bool ok = summary_read(answers[i].answer, strlen(answers[i].answer), FIRST, COUNT, &arena,
                               &s, &tokens, &err);
        words_of(&s, kept, sizeof kept);
        CHECK_AT(answers[i].line, ok == (answers[i].kept != NULL), "read %d: %s", ok, err.text);
        CHECK_AT(answers[i].line, tokens == 0 && (ok || err.kind == ERR_REFUSED), "kind %d",
                 (int)err.kind);
        CHECK_AT(answers[i].line, !ok || str_equal(kept, answers[i].kept), "kept %s", kept);
        CHECK_AT(answers[i].line, s.dropped == answers[i].dropped, "dropped %d", (int)s.dropped);
        arena_done(&arena);
    }
}

/* What was used counts, also when nothing else of the answer does; nonsense does not. */
static void test_tokens(void **state)
{
    static const struct {
        const char *said;
        int64_t tokens;
    } rows[] = {{"1234", 1234}, {"0", 0}, {"-5", 0}, {"1e9", 0}, {"\"7\"", 0}, {"9999999999", 0}};
    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        char text[100];
        int64_t tokens = -1;
        struct summary s = {0};
        struct arena arena = arena_init(1 << 20);
        (void)str_format(text, sizeof text, "{\"usage\":{\"total_tokens\":%s}}", rows[i].said);
        assert_false(summary_read(text, strlen(text), FIRST, COUNT, &arena, &s, &tokens, NULL));
        assert_true(tokens == rows[i].tokens);
        arena_done(&arena);
    }
}

static void test_budget(void **state)
{
    const int64_t day_us = INT64_C(86400) * US_PER_S, now_us = 20000 * day_us + 5;
    char path[] = "/tmp/test_summary.XXXXXX";
    int fd = mkstemp(path);
    struct llm_budget b = {path, 3, 1000};
    struct err err = {0};
    (void)state;
    assert_true(fd >= 0);
    assert_true(llm_budget_take(&b, now_us, 600, &err));
    assert_false(llm_budget_take(&b, now_us, 401, &err)); /* notes nothing */
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_true(llm_budget_settle(&b, now_us, 600, 100, &err));
    assert_true(llm_budget_take(&b, now_us, 900, &err));
    assert_true(llm_budget_settle(&b, now_us, 900, 5000, &err)); /* dearer than was guessed */
    assert_false(llm_budget_take(&b, now_us, 1, &err));
    assert_false(llm_budget_take(&b, now_us - day_us, 1, &err)); /* a clock that went back */
    assert_true(llm_budget_take(&b, now_us + day_us, 1, &err));  /* a new day */
    assert_true(llm_budget_settle(&b, now_us, 900, 5000, &err)); /* of the day before: nothing */
    assert_true(llm_budget_take(&b, now_us + day_us, 1, &err));
    assert_true(llm_budget_take(&b, now_us + day_us, 1, &err));
    assert_false(llm_budget_take(&b, now_us + day_us, 1, &err)); /* the fourth call */
    assert_int_equal(ftruncate(fd, 7), 0);                       /* damaged: no calls at all */
    assert_false(llm_budget_take(&b, now_us + 9 * day_us, 1, &err));
    assert_non_null(strstr(err.text, path));
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
