/* test_pages_web.c - if this fails, sites are asked for what they want left alone, or more often
 * than they like; pages are lost that could be read; or one page keeps all others waiting. */
#include "base/clock.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "unit/adapter/web_scene.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BIG = 6 * 1024 * 1024 };

/* What the server is told, and what it saw. */
struct site {
    pthread_mutex_t mutex; /* guards the rest */
    pthread_cond_t changed;
    int robots_status;
    const char *robots;
    int32_t robots_asked, pages_asked, unchanged_told;
    int32_t now, most;   /* pages being answered at the same time */
    int32_t meet;        /* so many must be asked for before one is answered */
    int64_t asked_us[8]; /* when the first pages were asked for */
    char seen[2000];     /* the last request for a page */
};

static void answer_page(const struct web_asked *asked, struct buf *out)
{
    static const char page[] = "<title>A shop</title><a href='mailto:info@shoptest.org'>x</a>";
    char more[200];
    if (str_equal(asked->path, "/marked") && strstr(asked->header, "If-None-Match: \"v1\"\r\n")) {
        (void)buf_adds(out, "HTTP/1.1 304 Same\r\nETag: \"v1\"\r\n\r\n"); /* short */
    } else if (str_equal(asked->path, "/marked")) {
        web_answer(out, 200, "ETag: \"v1\"\r\n", "text/html", page, strlen(page));
    } else if (str_starts(asked->path, "/hop/")) {
        int left = atoi(asked->path + 5);
        (void)str_format(more, sizeof more, "Location: http://hop%d.example/%s%d\r\n", left,
                         left > 1 ? "hop/" : "end", left - 1); /* it fits */
        web_answer(out, 301, more, "text/html", "", 0);
    } else if (str_equal(asked->path, "/picture")) {
        web_answer(out, 200, "", "image/png", page, strlen(page));
    } else if (str_equal(asked->path, "/big")) {
        char *big = calloc(1, BIG);
        assert_non_null(big);
        memset(big, ' ', BIG);
        memcpy(big, page, strlen(page));
        web_answer(out, 200, "", "text/html", big, BIG);
        free(big);
    } else if (str_equal(asked->path, "/gone")) {
        web_answer(out, 410, "", "text/html", page, strlen(page));
    } else if (!str_equal(asked->path, "/silent")) {
        web_answer(out, 200, "", "text/html; charset=utf-8", page, strlen(page));
    }
}

static void answer(void *ctx, const struct web_asked *asked, struct buf *out)
{
    struct site *s = ctx;
    pthread_mutex_lock(&s->mutex);
    if (str_equal(asked->path, "/robots.txt")) {
        s->robots_asked++;
        web_answer(out, s->robots_status, "", "text/plain", s->robots, strlen(s->robots));
        pthread_mutex_unlock(&s->mutex);
        return;
    }
    if (s->pages_asked < 8)
        s->asked_us[s->pages_asked] = clock_boot_us();
    s->pages_asked++;
    s->now++;
    s->most = s->now > s->most ? s->now : s->most;
    (void)str_copy(s->seen, sizeof s->seen, asked->header); /* a cut is fine */
    pthread_cond_broadcast(&s->changed);
    while (s->pages_asked < s->meet)
        pthread_cond_wait(&s->changed, &s->mutex);
    answer_page(asked, out);
    s->unchanged_told += strstr(buf_text(out), " 304 ") != NULL;
    s->now--;
    pthread_mutex_unlock(&s->mutex);
}

struct scene {
    struct web_scene web;
    struct site site;
};

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->site.robots_status = 404;
    s->site.robots = "";
    assert_int_equal(pthread_mutex_init(&s->site.mutex, NULL), 0);
    assert_int_equal(pthread_cond_init(&s->site.changed, NULL), 0);
    web_scene_begin(&s->web, answer, &s->site);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    web_scene_end(&s->web);
    pthread_cond_destroy(&s->site.changed);
    pthread_mutex_destroy(&s->site.mutex);
    free(s);
    return 0;
}

static int32_t look(struct scene *s, const int32_t *count)
{
    pthread_mutex_lock(&s->site.mutex);
    int32_t n = *count;
    pthread_mutex_unlock(&s->site.mutex);
    return n;
}

static bool has_seen(struct scene *s, const char *text)
{
    pthread_mutex_lock(&s->site.mutex);
    bool seen = strstr(s->site.seen, text) != NULL;
    pthread_mutex_unlock(&s->site.mutex);
    return seen;
}

/* Between the n'th page that was asked for and the next. */
static int64_t pause_after(struct scene *s, int n)
{
    pthread_mutex_lock(&s->site.mutex);
    int64_t us = s->site.asked_us[n + 1] - s->site.asked_us[n];
    pthread_mutex_unlock(&s->site.mutex);
    return us;
}

/* Another robots.txt for whom asks from now on. */
static void say_robots(struct scene *s, int status, const char *text)
{
    pthread_mutex_lock(&s->site.mutex);
    s->site.robots_status = status;
    s->site.robots = text;
    s->site.pages_asked = 0;
    pthread_mutex_unlock(&s->site.mutex);
    web_scene_again(&s->web);
}

static void check_read(struct scene *s, const char *url)
{
    if (web_scene_read(&s->web, url) != PAGE_READY)
        fail_msg("%s: %s", url, s->web.err.text);
    assert_int_equal(s->web.view.count, 1);
    assert_string_equal(s->web.view.leads[0].address, "info@shoptest.org");
}

static void check_failed(struct scene *s, const char *url, enum err_kind kind, const char *word)
{
    assert_int_equal(web_scene_read(&s->web, url), PAGE_FAILED);
    if (s->web.err.kind != kind || strstr(s->web.err.text, word) == NULL)
        fail_msg("%s: %s", url, s->web.err.text);
}

static void test_page(void **state)
{
    struct scene *s = *state;
    check_read(s, "http://shop.example/");
    assert_string_equal(s->web.view.words.title, "A shop");
    assert_true(has_seen(s, "\r\nUser-Agent: autopilot/test (+mailto:a@b.example)\r\n"));
    check_read(s, "http://shop.example/other?x=1#part");
    assert_true(has_seen(s, "GET /other?x=1 HTTP/"));
    assert_int_equal(look(s, &s->site.robots_asked), 1); /* once a day */
    check_failed(s, "http://shop.example/gone", ERR_REFUSED, "410");
    check_failed(s, "http://shop.example/picture", ERR_REFUSED, "neither HTML");
    check_failed(s, "http://shop.example/silent", ERR_RETRY, "can't be fetched");
    check_failed(s, "nonsense", ERR_REFUSED, "no address");
    check_read(s, "http://shop.example/big");
    assert_true(s->web.view.cut);
}

static void test_contact(void **state)
{
    struct scene *s = *state;
    s->web.options.contact = false;
    web_scene_again(&s->web);
    check_failed(s, "http://shop.example/", ERR_STOP, "[fetch] contact");
    assert_int_equal(web_server_connections(&s->web.server), 0);
}

static void test_robots(void **state)
{
    static const struct {
        int line, status;
        const char *text;
        bool want;
        enum err_kind kind;
    } rows[] = {
        {__LINE__, 200, "User-agent: *\nDisallow: /x", true, ERR_NONE},
        {__LINE__, 200, "User-agent: *\nDisallow: /p", false, ERR_REFUSED},
        {__LINE__, 200, "User-agent: autopilot\nDisallow: /", false, ERR_REFUSED},
        {__LINE__, 404, "User-agent: *\nDisallow: /", true, ERR_NONE},
        {__LINE__, 403, "User-agent: *\nDisallow: /", true, ERR_NONE},
        {__LINE__, 500, "", false, ERR_RETRY},
        {__LINE__, 503, "User-agent: *\nAllow: /", false, ERR_RETRY},
    };
    struct scene *s = *state;
    for (size_t i = 0; i < CASES(rows); i++) {
        say_robots(s, rows[i].status, rows[i].text);
        bool got = web_scene_read(&s->web, "http://shop.example/page") == PAGE_READY;
        CHECK_AT(rows[i].line, got == rows[i].want, "%s", s->web.err.text);
        CHECK_AT(rows[i].line, s->web.err.kind == rows[i].kind, "%s", s->web.err.text);
        int32_t asked = look(s, &s->site.pages_asked);
        CHECK_AT(rows[i].line, asked == rows[i].want, "%d were asked for", asked);
    }
}

static void test_redirects(void **state)
{
    struct scene *s = *state;
    check_read(s, "http://start.example/hop/5");
    assert_int_equal(look(s, &s->site.pages_asked), 6);
    assert_int_equal(look(s, &s->site.robots_asked), 6); /* of each host */
    check_failed(s, "http://start.example/hop/6", ERR_REFUSED, "more than 5");
    say_robots(s, 200, "User-agent: *\nDisallow: /end");
    check_failed(s, "http://start.example/hop/2", ERR_REFUSED, "robots.txt of http://hop1.example");
}

/* One host: its pages one after the other, with the pause between any two requests. */
static void test_pause(void **state)
{
    enum { PAGES = 4 };
    const int64_t pause_us = 60 * US_PER_MS;
    struct scene *s = *state;
    char url[PAGES][100];
    s->web.options.host_interval_us = pause_us;
    web_scene_again(&s->web);
    for (int i = 0; i < PAGES; i++) {
        (void)snprintf(url[i], sizeof url[i], "http://SHOP.example%s/%d", i % 2 ? "." : "", i);
        assert_true(s->web.pages->ops->ahead(s->web.pages, url[i]));
    }
    for (int i = PAGES - 1; i >= 0; i--)
        check_read(s, url[i]);
    assert_int_equal(look(s, &s->site.most), 1);
    assert_int_equal(look(s, &s->site.pages_asked), PAGES);
    for (int i = 1; i < PAGES; i++)
        assert_true(pause_after(s, i - 1) >= pause_us);
    say_robots(s, 200, "User-agent: *\nCrawl-delay: 0.15");
    check_read(s, url[0]);
    check_read(s, url[2]);
    assert_true(pause_after(s, 0) >= 150 * US_PER_MS);
}

/* Many hosts: the server answers nobody until all 16 have asked. */
static void test_together(void **state)
{
    enum { HOSTS = 40, TOGETHER = 16 };
    struct scene *s = *state;
    char url[HOSTS][100];
    s->site.meet = TOGETHER;
    for (int i = 0; i < HOSTS; i++) {
        (void)snprintf(url[i], sizeof url[i], "http://shop%d.example/", i);
        assert_true(s->web.pages->ops->ahead(s->web.pages, url[i]));
    }
    for (int i = 0; i < HOSTS; i++)
        check_read(s, url[i]);
    assert_int_equal(look(s, &s->site.most), TOGETHER);
    assert_int_equal(look(s, &s->site.pages_asked), HOSTS); /* each once */
}

/* What was fetched ahead and not taken is there for the next step; more than fits is not kept. */
static void test_kept(void **state)
{
    enum { MANY = 200 };
    struct scene *s = *state;
    char url[100];
    for (int i = 0; i < MANY; i++) {
        (void)snprintf(url, sizeof url, "http://shop%d.example/", i);
        assert_true(s->web.pages->ops->ahead(s->web.pages, url));
    }
    check_read(s, "http://shop199.example/");
    check_read(s, "http://shop0.example/"); /* was forgotten, and is fetched again */
    assert_true(look(s, &s->site.pages_asked) <= 65);
}

static void test_unchanged(void **state)
{
    struct scene *s = *state;
    struct scratch dir;
    scratch_init(&dir);
    s->web.options.data_dir = dir.dir;
    for (int i = 0; i < 3; i++) {
        web_scene_again(&s->web);
        check_read(s, "http://shop.example/marked");
        assert_int_equal(look(s, &s->site.unchanged_told), i);
    }
    scratch_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_page, begin, end),
        cmocka_unit_test_setup_teardown(test_contact, begin, end),
        cmocka_unit_test_setup_teardown(test_robots, begin, end),
        cmocka_unit_test_setup_teardown(test_redirects, begin, end),
        cmocka_unit_test_setup_teardown(test_pause, begin, end),
        cmocka_unit_test_setup_teardown(test_together, begin, end),
        cmocka_unit_test_setup_teardown(test_kept, begin, end),
        cmocka_unit_test_setup_teardown(test_unchanged, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
