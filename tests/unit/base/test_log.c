/* Broken if this fails: the log could carry escape sequences to a terminal, drop what matters, or
 * cost time for lines that nobody asked for. */
#include "unit/cases.h"

#include "base/log.h"
#include "base/utf8.h"

#include <string.h>

struct seen {
    int lines;
    enum log_level level;
    char area[32];
    char text[4096];
};

static void keep(void *ctx, enum log_level level, const char *area, const char *text)
{
    struct seen *seen = ctx;
    seen->lines++;
    seen->level = level;
    strncpy(seen->area, area, sizeof seen->area - 1);
    strncpy(seen->text, text, sizeof seen->text - 1);
}

static void test_threshold(void **state)
{
    (void)state;
    for (int threshold = 0; threshold < LOG_LEVELS; threshold++) {
        for (int level = 0; level < LOG_LEVELS; level++) {
            struct seen seen = {0};
            struct log_sink sink = {keep, &seen, (enum log_level)threshold};
            log_line(&sink, (enum log_level)level, "engine", "n=%d", level);
            assert_int_equal(seen.lines, level <= threshold);
            if (seen.lines) {
                assert_int_equal(seen.level, level);
                assert_string_equal(seen.area, "engine");
            }
        }
    }
}

static void test_no_sink(void **state)
{
    (void)state;
    struct log_sink none = {NULL, NULL, LOG_DEBUG};
    log_line(NULL, LOG_ERROR, "engine", "%s", "dropped");
    log_line(&none, LOG_ERROR, "engine", "%s", "dropped");
}

static void test_text_is_screened(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct log_sink sink = {keep, &seen, LOG_DEBUG};
    log_line(&sink, LOG_INFO, "mail", "refused: %s",
             "550 \x1b[31mno\r\n\xff \xe2\x80\xaeK\xc3\xb6ln");
    assert_string_equal(seen.text, "refused: 550 .[31mno..? K\xc3\xb6ln");
}

static void test_long_line_is_cut_at_a_character(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct log_sink sink = {keep, &seen, LOG_DEBUG};
    char text[3001];
    for (size_t i = 0; i + 1 < sizeof text; i += 3)
        memcpy(text + i, "\xe2\x82\xac", 3);
    text[sizeof text - 1] = '\0';
    for (int shift = 0; shift < 3; shift++) {
        log_line(&sink, LOG_INFO, "mail", "%.*s%s", shift, "..", text);
        size_t len = strlen(seen.text);
        CHECK_AT(__LINE__, len > 1000 && len < 1024, "%zu bytes", len);
        CHECK_AT(__LINE__, utf8_valid(seen.text, len) && strchr(seen.text, '?') == NULL,
                 "shift %d: cut inside a character", shift);
        memset(&seen, 0, sizeof seen);
    }
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"error", "warn", "info", "debug"};
    for (int level = 0; level < LOG_LEVELS; level++) {
        enum log_level got = LOG_LEVELS;
        assert_string_equal(log_level_name((enum log_level)level), names[level]);
        assert_true(log_level_parse(names[level], &got));
        assert_int_equal(got, level);
    }
    enum log_level got = LOG_WARN;
    assert_false(log_level_parse("Error", &got));
    assert_false(log_level_parse("", &got));
    assert_int_equal(got, LOG_WARN);
    assert_string_equal(log_level_name(LOG_LEVELS), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threshold),
        cmocka_unit_test(test_no_sink),
        cmocka_unit_test(test_text_is_screened),
        cmocka_unit_test(test_long_line_is_cut_at_a_character),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
