/* test_content.c - if this fails, a source on this machine is not what its file says, something is
 * opened that is no feed, or a fetch reaches into a private network. */
#include "adapter/content_any.h"

#include "../../../src/adapter/public_address.h"
#include "adapter/corpus.h"
#include "base/clock.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "unit/cases.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const words[] = {"kiln*", "\"odd\" quote"};
static const struct spec_topic category = {"clay", "Clay", words, 2, NULL, 0, false};

struct scene {
    struct scratch dir;
    struct content *content;
    struct spec_source source;
    struct spec_def spec;
    struct content_request request;
    struct content_view view;
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct content_http_options options = {.agent = "test/1"};
    scratch_init(&s->dir);
    scratch_mkdir(&s->dir, "data");
    if (!content_any_new(scratch_path(&s->dir, "data"), &options, &s->content, &s->err))
        fail_msg("%s", s->err.text);
    s->source = (struct spec_source){"s", SOURCE_AUTO, "", "", ""};
    s->spec = (struct spec_def){
        .categories = &category, .category_count = 1, .sources = &s->source, .source_count = 1};
    s->request.spec = &s->spec;
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    s->content->ops->free(s->content);
    scratch_done(&s->dir);
    free(s);
    return 0;
}

static enum content_answer ask(struct scene *s)
{
    enum content_answer answer = CONTENT_WAIT;
    s->err = (struct err){0};
    if (!s->content->ops->start(s->content, &s->request, &s->err))
        return CONTENT_FAILED;
    for (int i = 0; i < 1000 && answer == CONTENT_WAIT; i++)
        answer = s->content->ops->next(s->content, clock_boot_us() + 100000, &s->view, &s->err);
    s->content->ops->end(s->content);
    return answer;
}

static void test_file(void **state)
{
    struct scene *s = *state;
    scratch_write(&s->dir, "a.rss",
                  "<rss><channel><item><title>one</title></item></channel></rss>");
    s->source.address = scratch_path(&s->dir, "a.rss");
    assert_int_equal(ask(s), CONTENT_READY);
    assert_int_equal(s->view.count, 1);
    assert_string_equal(s->view.items[0].title, "one");
    s->request.since = s->view.state;
    assert_int_equal(ask(s), CONTENT_UNCHANGED);
    scratch_age(&s->dir, "a.rss", 60);
    assert_int_equal(ask(s), CONTENT_READY);
}

static void test_file_refused(void **state)
{
    struct scene *s = *state;
    assert_int_equal(mkfifo(scratch_path(&s->dir, "fifo"), 0600), 0);
    scratch_write(&s->dir, "text", "hello");
    static const struct {
        int line;
        const char *name, *why;
    } cases[] = {
        {__LINE__, "absent", "No such file"},
        {__LINE__, "fifo", "no regular file"},
        {__LINE__, "data", "no regular file"},
        {__LINE__, "text", "no feed"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        s->source.address = scratch_path(&s->dir, cases[i].name);
        CHECK_AT(cases[i].line, ask(s) == CONTENT_FAILED, "it was read");
        CHECK_AT(cases[i].line, strstr(s->err.text, cases[i].why) != NULL, "said %s", s->err.text);
    }
    assert_int_equal(s->content->ops->next(s->content, 0, &s->view, &s->err), CONTENT_FAILED);
}

static void add_pages(struct scene *s)
{
    struct corpus *c = NULL;
    struct corpus_stats stats;
    const char *path = NULL;
    scratch_write(&s->dir, "pages/a.html",
                  "<title>Kiln news</title><p>A kiln was fired.<p>And cooled.");
    scratch_write(&s->dir, "pages/b.html", "<title>Boats</title><p>Nothing of clay.");
    scratch_age(&s->dir, "pages/a.html", 60);
    path = scratch_path(&s->dir, "pages");
    if (!corpus_open(scratch_path(&s->dir, "data"), CORPUS_WRITE, &c, &s->err) ||
        !corpus_add(c, &path, 1, NULL, &stats, &s->err))
        fail_msg("%s", s->err.text);
    corpus_close(c);
}

static void test_corpus(void **state)
{
    struct scene *s = *state;
    s->source.kind = SOURCE_CORPUS;
    assert_int_equal(ask(s), CONTENT_FAILED); /* there is none yet */
    add_pages(s);
    if (ask(s) != CONTENT_READY)
        fail_msg("%s", s->err.text);
    assert_int_equal(s->view.odd, 0);
    assert_int_equal(s->view.count, 1);
    assert_string_equal(s->view.items[0].title, "Kiln news");
    assert_string_equal(s->view.items[0].summary, "A kiln was fired. And cooled.");
    assert_true(str_starts(s->view.items[0].url, "corpus:/"));
    assert_true(s->view.items[0].published_us > 0);
    s->source.address = "boats";
    assert_int_equal(ask(s), CONTENT_READY);
    assert_int_equal(s->view.count, 1);
    assert_string_equal(s->view.items[0].title, "Boats");
}

/* Every spelling of an address that is not the public internet: nothing is connected to. */
static void test_private(void **state)
{
    struct scene *s = *state;
    static const char *const hosts[] = {
        "127.0.0.1",          "2130706433", "0x7f.1",    "017700000001", "0",
        "localhost",          "10.1.2.3",   "[::1]",     "192.168.1.1",  "169.254.169.254",
        "[::ffff:127.0.0.1]", "100.64.0.1", "[fd00::1]", "[fe80::1]",    "224.0.0.1",
        "[64:ff9b::7f00:1]",
    };
    for (size_t i = 0; i < CASES(hosts); i++) {
        char url[100];
        assert_true(str_format(url, sizeof url, "http://%s:9/", hosts[i]));
        s->source.address = url;
        CHECK_AT(__LINE__, ask(s) == CONTENT_FAILED, "%s was read", url);
        /* Some spellings this system can't even resolve. */
        CHECK_AT(__LINE__,
                 strstr(s->err.text, "private") != NULL || strstr(s->err.text, "resolve") != NULL,
                 "%s: %s", url, s->err.text);
    }
}

static void test_public_address(void **state)
{
    static const struct {
        int line;
        const char *text;
        bool want;
    } cases[] = {
        {__LINE__, "1.1.1.1", true},
        {__LINE__, "9.255.255.255", true},
        {__LINE__, "10.0.0.0", false},
        {__LINE__, "11.0.0.0", true},
        {__LINE__, "100.63.255.255", true},
        {__LINE__, "100.127.255.255", false},
        {__LINE__, "100.128.0.0", true},
        {__LINE__, "172.15.255.255", true},
        {__LINE__, "172.31.255.255", false},
        {__LINE__, "172.32.0.0", true},
        {__LINE__, "192.167.255.255", true},
        {__LINE__, "192.168.0.1", false},
        {__LINE__, "198.19.0.1", false},
        {__LINE__, "223.255.255.255", true},
        {__LINE__, "255.255.255.255", false},
        {__LINE__, "2606:4700::1", true},
        {__LINE__, "::", false},
        {__LINE__, "::1", false},
        {__LINE__, "fc00::1", false},
        {__LINE__, "ff02::1", false},
        {__LINE__, "2001:db8::1", false},
        {__LINE__, "::ffff:8.8.8.8", true},
        {__LINE__, "::ffff:10.0.0.1", false},
        {__LINE__, "2002:7f00:1::", false},
        {__LINE__, "2002:0808:0808::", true},
        {__LINE__, "64:ff9b::10.0.0.1", false},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct sockaddr_in six4 = {.sin_family = AF_INET};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        bool four = inet_pton(AF_INET, cases[i].text, &six4.sin_addr) == 1;
        assert_true(four || inet_pton(AF_INET6, cases[i].text, &six.sin6_addr) == 1);
        bool got = public_address(four ? (struct sockaddr *)&six4 : (struct sockaddr *)&six);
        CHECK_AT(cases[i].line, got == cases[i].want, "%s: %d", cases[i].text, (int)got);
    }
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(test_file),
        SCENE(test_file_refused),
        SCENE(test_corpus),
        SCENE(test_private),
        cmocka_unit_test(test_public_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
