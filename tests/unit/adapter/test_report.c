/* test_report.c - if this fails, a report that lacks a source does not say so, one that was made of
 * nothing passes for a report, a stop is not obeyed, a deadline passed, or the same input gives
 * other bytes. */
#include "adapter/report.h"

#include "adapter/report_file.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "fake/fake_clock.h"
#include "fake/fake_content.h"
#include "fake/scratch.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FROM INT64_C(1794819600000000) /* 2026-11-16T09:00:00Z */
#define TO INT64_C(1795424400000000)   /* 2026-11-23T09:00:00Z */

static const char *const words[] = {"solar"};
static const struct spec_topic categories[] = {
    {"energy", "Energy <&> \"heat\"", words, 1, NULL, 0, false},
    {"rest", "Rest", NULL, 0, NULL, 0, false},
};
static const struct spec_source sources[] = {
    {"First Post", SOURCE_AUTO, "https://first.example/feed", "", ""},
    {"Second <b>Post", SOURCE_AUTO, "/second", "", ""},
    {"Third", SOURCE_CORPUS, "", "", ""},
};
static const struct content_item first[] = {
    {.title = "Solar on the roof",
     .url = "https://first.example/1",
     .summary = "Panels & people.",
     .author = "Ana",
     .language = "en",
     .published_us = TO - 1000},
    {.title = "A quiz",
     .url = "https://first.example/2",
     .summary = "",
     .author = "",
     .language = "",
     .published_us = FROM},
};
static const struct content_item second[] = {
    {.title = "Solar sails",
     .url = "",
     .summary = "One.",
     .author = "",
     .language = "",
     .published_us = TO - 2000},
};

struct scene {
    struct spec_def spec;
    struct fake_clock clock;
    struct fake_content content;
    struct report_request request;
    struct report report;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    fake_clock_init(&s->clock);
    fake_content_init(&s->content, &s->clock);
    s->spec = (struct spec_def){.name = "week",
                                .workspace = "default",
                                .title = "The <week>",
                                .description = "",
                                .language = "en",
                                .frequency = FREQUENCY_WEEKLY,
                                .items_per_section = 10,
                                .items_max = 10,
                                .categories = categories,
                                .category_count = 2,
                                .sources = sources,
                                .source_count = 3};
    s->content.source[0] = (struct fake_source){CONTENT_READY, first, 2, {.etag = "\"one\""}, NULL};
    s->content.source[1] = (struct fake_source){CONTENT_READY, second, 1, {.etag = "two"}, NULL};
    s->content.source[2] = (struct fake_source){CONTENT_READY, NULL, 0, {.etag = ""}, NULL};
    s->request = (struct report_request){.spec = &s->spec,
                                         .from_us = FROM,
                                         .to_us = TO,
                                         .made_us = TO,
                                         .content = &s->content.content,
                                         .clock = &s->clock.port,
                                         .deadline_us = s->clock.boot + 600 * US_PER_S};
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    report_done(&s->report);
    free(s);
    return 0;
}

static void make(struct scene *s)
{
    if (!report_make(&s->request, &s->report, &s->err))
        fail_msg("%s", s->err.text);
    assert_int_equal(s->content.starts, s->content.ends);
}

static bool in_html(const struct scene *s, const char *text)
{
    return strstr(buf_text(&s->report.html), text) != NULL;
}

static bool in_text(const struct scene *s, const char *text)
{
    return strstr(buf_text(&s->report.text), text) != NULL;
}

static void test_whole(void **state)
{
    struct scene *s = *state;
    make(s);
    assert_int_equal(s->report.failed, 0);
    assert_int_equal(s->report.selection.count, 3);
    assert_int_equal(s->report.sources[0].shown, 2);
    assert_int_equal(s->report.sources[0].newest_us, TO - 1000);
    assert_string_equal(s->report.sources[0].next.etag, "\"one\"");
    for (int i = 1; i < 3; i++)
        assert_true(s->report.keys[i - 1] < s->report.keys[i]);
    assert_true(in_html(s, "<h1 dir=\"auto\">The &lt;week&gt;</h1>"));
    assert_true(in_html(s, "Energy &lt;&amp;&gt; &quot;heat&quot;"));
    assert_true(in_html(s, "Second &lt;b&gt;Post"));
    assert_true(in_html(s, "<a href=\"https://first.example/1\" rel=\"noopener noreferrer\""));
    assert_true(in_html(s, "Panels &amp; people."));
    assert_false(in_html(s, "incomplete"));
    assert_true(in_text(s, "  1 Solar on the roof\n"));
    assert_true(in_text(s, "Panels & people."));
}

static void test_same_bytes(void **state)
{
    struct scene *s = *state;
    struct report again = {.failed = 0};
    make(s);
    assert_true(report_make(&s->request, &again, &s->err));
    assert_string_equal(buf_text(&again.html), buf_text(&s->report.html));
    assert_string_equal(buf_text(&again.text), buf_text(&s->report.text));
    report_done(&again);
}

static void test_failed_source(void **state)
{
    struct scene *s = *state;
    s->content.source[1] =
        (struct fake_source){.answer = CONTENT_FAILED, .why = "the server answered <503>"};
    make(s);
    assert_int_equal(s->report.failed, 1);
    assert_int_equal(s->report.sources[1].verdict, REPORT_FAILED);
    assert_true(in_html(s, "This report may be incomplete"));
    assert_true(in_html(s, "could not be read: the server answered &lt;503&gt;"));
    assert_true(in_text(s, "! Second <b>Post: could not be read: the server answered <503>"));
    assert_string_equal(s->report.sources[1].next.etag, "");
}

static void test_all_failed(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < 3; i++)
        s->content.source[i] = (struct fake_source){.answer = CONTENT_FAILED, .why = "gone away"};
    assert_false(report_make(&s->request, &s->report, &s->err));
    assert_int_equal(s->err.kind, ERR_RETRY);
    assert_non_null(strstr(s->err.text, "\"First Post\": gone away"));
}

/* A source that never answers costs its own patience and no more. */
static void test_silent(void **state)
{
    struct scene *s = *state;
    int64_t began = s->clock.boot;
    s->content.source[0] = (struct fake_source){.answer = CONTENT_WAIT};
    s->request.source_us = 20 * US_PER_S;
    make(s);
    assert_int_equal(s->clock.boot - began, 20 * US_PER_S);
    assert_int_equal(s->report.failed, 1);
    assert_true(in_html(s, "it did not answer in time"));
    assert_int_equal(s->report.selection.count, 1);
}

static void test_deadline(void **state)
{
    struct scene *s = *state;
    int64_t began = s->clock.boot;
    s->content.source[1] = s->content.source[2] = (struct fake_source){.answer = CONTENT_WAIT};
    s->request.deadline_us = began + 30 * US_PER_S;
    make(s);
    assert_int_equal(s->clock.boot, s->request.deadline_us);
    assert_int_equal(s->report.failed, 2);
    assert_true(in_html(s, "the time for the report was over"));
}

static void test_cancelled(void **state)
{
    struct scene *s = *state;
    s->content.source[1] = (struct fake_source){.answer = CONTENT_WAIT};
    s->content.cancel_at = 4;
    assert_false(report_make(&s->request, &s->report, &s->err));
    assert_int_equal(s->err.kind, ERR_CANCELLED);
    assert_int_equal(s->content.looks, 4);
    assert_int_equal(s->content.starts, s->content.ends);
}

static void test_unchanged(void **state)
{
    struct scene *s = *state;
    struct content_state since[3] = {{.etag = "a"}, {.etag = "b"}, {.etag = ""}};
    s->request.since = since;
    s->content.source[0].answer = CONTENT_UNCHANGED;
    make(s);
    assert_string_equal(s->content.since[1].etag, "b");
    assert_int_equal(s->report.sources[0].verdict, REPORT_UNCHANGED);
    assert_string_equal(s->report.sources[0].next.etag, "a"); /* still true of it */
    assert_true(in_html(s, "nothing new"));
}

/* What was told for a later period would be lost if the source were then taken for unchanged. */
static void test_told_ahead(void **state)
{
    struct scene *s = *state;
    struct content_item ahead[2] = {first[0], first[1]};
    ahead[0].published_us = TO;
    s->content.source[0].items = ahead;
    make(s);
    assert_int_equal(s->report.selection.counts.outside, 1);
    assert_string_equal(s->report.sources[0].next.etag, "");
    assert_string_equal(s->report.sources[1].next.etag, "two");
}

static void test_empty(void **state)
{
    struct scene *s = *state;
    s->content.source[0].count = s->content.source[1].count = 0;
    make(s);
    assert_int_equal(s->report.selection.count, 0);
    assert_true(in_html(s, "There is nothing to report for this period."));
    assert_true(in_text(s, "There is nothing to report for this period."));
    assert_true(in_html(s, "First Post"));
}

static void test_languages(void **state)
{
    static const struct {
        int line;
        const char *language, *html, *word;
    } cases[] = {
        {__LINE__, "es", "<html lang=\"es\">", "16 de noviembre de 2026 09:00"},
        {__LINE__, "de-AT", "<html lang=\"de\">", "16. November 2026 09:00"},
        {__LINE__, "fr", "<html lang=\"fr\">", "Sommaire"},
        {__LINE__, "eus", "<html lang=\"en\">", "Contents"},
        {__LINE__, "pt-BR", "<html lang=\"en\">", "Contents"},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < CASES(cases); i++) {
        report_done(&s->report);
        s->spec.language = cases[i].language;
        make(s);
        CHECK_AT(cases[i].line, in_html(s, cases[i].html) && in_html(s, cases[i].word),
                 "not there");
    }
}

static void test_wrong_request(void **state)
{
    struct scene *s = *state;
    s->request.to_us = FROM;
    assert_false(report_make(&s->request, &s->report, &s->err));
    assert_int_equal(s->err.kind, ERR_REFUSED);
    s->request.to_us = TO;
    s->spec.title = "";
    assert_false(report_make(&s->request, &s->report, &s->err));
    assert_int_equal(s->err.kind, ERR_REFUSED);
    assert_int_equal(s->content.starts, 0);
}

static void test_file(void **state)
{
    struct scratch dir;
    struct report_written one, two;
    struct err err = {0};
    struct buf back = buf_init(100);
    struct uuid run = {{1, 2, 3}};
    struct stat st;
    (void)state;
    scratch_init(&dir);
    scratch_write(&dir, "victim", "keep me");
    const char *where = scratch_path(&dir, "reports/deep");
    assert_true(report_file_write(where, run, REPORT_FORM_HTML, "<p>", 3, &one, &err));
    assert_true(str_ends(one.path, "/01020300-0000-0000-0000-000000000000.html"));
    assert_int_equal(one.size_bytes, 3);
    assert_int_equal(strlen(one.sha256), 64);
    /* A link in its place is replaced, not followed. */
    assert_int_equal(unlink(one.path), 0);
    assert_int_equal(symlink(scratch_path(&dir, "victim"), one.path), 0);
    assert_true(report_file_write(where, run, REPORT_FORM_HTML, "<p>", 3, &two, &err));
    assert_string_equal(one.sha256, two.sha256);
    assert_true(lstat(two.path, &st) == 0 && S_ISREG(st.st_mode));
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_true(file_read(scratch_path(&dir, "victim"), &back, &err));
    assert_string_equal(buf_text(&back), "keep me");
    buf_done(&back);
    scratch_done(&dir);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(test_whole),           SCENE(test_same_bytes), SCENE(test_failed_source),
        SCENE(test_all_failed),      SCENE(test_silent),     SCENE(test_deadline),
        SCENE(test_cancelled),       SCENE(test_unchanged),  SCENE(test_told_ahead),
        SCENE(test_empty),           SCENE(test_languages),  SCENE(test_wrong_request),
        cmocka_unit_test(test_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
