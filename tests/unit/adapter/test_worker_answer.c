/* test_worker_answer.c - if this fails, a search worker's line is taken for something that it is
 * not, or what is wrong in it reaches the engine. */
#include "../../../src/adapter/worker_answer.h"

#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define HIT "\"t\":\"result\",\"url\":\"https://a.de/x\""

/* What is said, and the text that goes with it: a hit's address, a log's or error's words, an
 * end's cursor. */
static const struct {
    int line;
    const char *text;
    enum worker_said said;
    const char *with;
} lines[] = {
    {__LINE__, "{" HIT ",\"cursor\":\"7\"}", WORKER_HIT, "https://a.de/x"},
    {__LINE__, "{" HIT ",\"cursor\":\"7\",\"x\":{}} \r", WORKER_HIT, "https://a.de/x"},
    {__LINE__, "{\"t\":\"result\",\"url\":\"corpus:/a/b%20c\",\"cursor\":\"~\"}", WORKER_HIT,
     "corpus:/a/b%20c"},
    {__LINE__, "{" HIT "}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":\"\"}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":7}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":null}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":\"a\\nb\"}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":\"\\u00e4\"}", WORKER_BAD, NULL},
    {__LINE__, "{" HIT ",\"cursor\":\"a\",\"cursor\":\"b\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"url\":[],\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"url\":\"file:///etc/x\",\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"url\":\"http://u:p@a.de\",\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"url\":\"corpus:/a b\",\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"result\",\"url\":\"corpus:a\",\"cursor\":\"7\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"log\",\"msg\":\"a\\u001b[2Jb\"}", WORKER_LOG, "a.[2Jb"},
    {__LINE__, "{\"t\":\"log\"}", WORKER_LOG, ""},
    {__LINE__, "{\"t\":\"error\",\"code\":\"internal\",\"msg\":\"so\\nit is\"}", WORKER_ERROR,
     "internal so.it is"},
    {__LINE__, "{\"t\":\"end\",\"reason\":\"limit\",\"cursor\":\"9\"}", WORKER_END, "9"},
    {__LINE__, "{\"t\":\"end\"}", WORKER_END, ""},
    {__LINE__, "{\"t\":\"end\",\"cursor\":\"\\u0001\"}", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"hello\",\"proto\":1}", WORKER_NOTHING, NULL},
    {__LINE__, "{\"t\":\"ping\"}", WORKER_NOTHING, NULL},
    {__LINE__, "{\"t\":\"lead\",\"email\":\"a@b.de\"}", WORKER_NOTHING, NULL},
    {__LINE__, "{\"t\":7}", WORKER_NOTHING, NULL},
    {__LINE__, "{}", WORKER_NOTHING, NULL},
    {__LINE__, "", WORKER_BAD, NULL},
    {__LINE__, "null", WORKER_BAD, NULL},
    {__LINE__, "[]", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"ping\"}{", WORKER_BAD, NULL},
    {__LINE__, "{\"t\":\"\xff\"}", WORKER_BAD, NULL},
};

static const char *text_with(const struct worker_word *w, enum worker_said said)
{
    return said == WORKER_HIT ? w->hit.url : said == WORKER_END ? w->cursor : w->words;
}

static void test_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(lines); i++) {
        struct worker_word w;
        enum worker_said said = worker_line(lines[i].text, strlen(lines[i].text), &w);
        CHECK_AT(lines[i].line, said == lines[i].said, "said %d", (int)said);
        const char *with = lines[i].with;
        CHECK_AT(lines[i].line, with == NULL || str_equal(text_with(&w, said), with), "with \"%s\"",
                 text_with(&w, said));
    }
}

static const struct {
    int line;
    const char *members;
    enum err_kind kind;
    int32_t after_s;
    bool fatal;
} errors[] = {
    {__LINE__, "\"code\":\"rate_limited\",\"retry_after_s\":60,\"fatal\":true", ERR_RETRY, 60,
     true},
    {__LINE__, "\"code\":\"bad_query\",\"fatal\":true", ERR_REFUSED, 0, true},
    {__LINE__, "\"code\":\"of tomorrow\"", ERR_RETRY, 0, false},
    {__LINE__, "\"fatal\":\"true\",\"retry_after_s\":\"60\"", ERR_RETRY, 0, false},
    {__LINE__, "\"retry_after_s\":86400", ERR_RETRY, 86400, false},
    {__LINE__, "\"retry_after_s\":86401", ERR_RETRY, 0, false},
    {__LINE__, "\"retry_after_s\":-1", ERR_RETRY, 0, false},
    {__LINE__, "\"retry_after_s\":1.5", ERR_RETRY, 0, false},
};

static void test_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(errors); i++) {
        char text[200];
        struct worker_word w;
        (void)str_format(text, sizeof text, "{\"t\":\"error\",%s}", errors[i].members);
        assert_int_equal(worker_line(text, strlen(text), &w), WORKER_ERROR);
        CHECK_AT(errors[i].line,
                 w.kind == errors[i].kind && w.retry_after_s == errors[i].after_s &&
                     w.fatal == errors[i].fatal,
                 "kind %d, %d s, fatal %d", (int)w.kind, (int)w.retry_after_s, w.fatal);
    }
}

/* What is a byte too long is stepped over, what just fits is kept whole. */
static void test_lengths(void **state)
{
    (void)state;
    for (int over = 0; over < 2; over++) {
        char cursor[CURSOR_MAX + 2], text[URL_MAX + CURSOR_MAX + 200];
        struct worker_word w;
        memset(cursor, 'c', sizeof cursor);
        cursor[CURSOR_MAX + over] = '\0';
        (void)str_format(text, sizeof text, "{" HIT ",\"cursor\":\"%s\"}", cursor);
        assert_int_equal(worker_line(text, strlen(text), &w), over ? WORKER_BAD : WORKER_HIT);
        assert_true(over || str_equal(w.hit.cursor, cursor));
    }
}

static void test_exhausted(void **state)
{
    (void)state;
    static const char *const reasons[] = {"limit", "deadline", "cancelled", "Exhausted", ""};
    struct worker_word w;
    for (size_t i = 0; i < CASES(reasons); i++) {
        char text[100];
        (void)str_format(text, sizeof text, "{\"t\":\"end\",\"reason\":\"%s\"}", reasons[i]);
        assert_int_equal(worker_line(text, strlen(text), &w), WORKER_END);
        assert_false(w.exhausted);
    }
    static const char end[] = "{\"t\":\"end\",\"reason\":\"exhausted\"}";
    assert_int_equal(worker_line(end, sizeof end - 1, &w), WORKER_END);
    assert_true(w.exhausted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
