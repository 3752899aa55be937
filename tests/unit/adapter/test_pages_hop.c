/* test_pages_hop.c - if this fails, contact pages are read that were not asked for, of other sites
 * or against robots.txt; a site is asked without end; or a page is lost for its contact page. */
#include "base/clock.h"
#include "base/str.h"
#include "unit/adapter/web_scene.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define MAIL "<a href='mailto:info@shoptest.org'>x</a>"

static const struct page {
    const char *host, *path, *html;
    int status; /* 0: 200; 302: html is where it leads */
} pages[] = {
    {"direct.example", "/", MAIL "<a href=/kontakt>Kontakt</a>", 0},
    {"shop.example", "/", "<a href=/kontakt>Kontakt</a>", 0},
    {"shop.example", "/kontakt", MAIL, 0},
    {"other.example", "/", "<a href='http://shop.example/kontakt'>Kontakt</a>", 0},
    {"circle.example", "/", "<a href=/a>Impressum</a>", 0},
    {"circle.example", "/a", "<a href=/b>Impressum</a><a href=/>Kontakt</a>", 0},
    {"circle.example", "/b", MAIL, 0},
    {"denied.example", "/", "<a href=/no/kontakt>Kontakt</a>", 0},
    {"denied.example", "/no/kontakt", MAIL, 0},
    {"gone.example", "/", "<a href=/kontakt>Kontakt</a>", 0},
    {"moved.example", "/", "<a href=/old>Kontakt</a>", 0},
    {"moved.example", "/old", "/new", 302},
    {"moved.example", "/new", MAIL, 0},
    {"away.example", "/", "<a href=/old>Kontakt</a>", 0},
    {"away.example", "/old", "http://shop.example/kontakt", 302},
    {"round.example", "/", "<a href=/round>Kontakt</a>", 0},
    {"round.example", "/round", "/round", 302},
    {"alone.example", "/", "nothing", 0},
};

struct scene {
    struct web_scene web;
    pthread_mutex_t mutex; /* guards the rest */
    int32_t asked;         /* for pages, since the last look */
    int64_t asked_us[10];
};

static void answer(void *ctx, const struct web_asked *asked, struct buf *out)
{
    static const char rules[] = "User-agent: *\nDisallow: /no/";
    struct scene *s = ctx;
    char more[200];
    if (str_equal(asked->path, "/robots.txt")) {
        web_answer(out, 200, "", "text/plain", rules, strlen(rules));
        return;
    }
    pthread_mutex_lock(&s->mutex);
    if (s->asked < 10)
        s->asked_us[s->asked] = clock_boot_us();
    s->asked++;
    pthread_mutex_unlock(&s->mutex);
    for (size_t i = 0; i < CASES(pages); i++) {
        const struct page *p = &pages[i];
        if (!str_equal(p->host, asked->host) || !str_equal(p->path, asked->path))
            continue;
        (void)str_format(more, sizeof more, "Location: %s\r\n", p->html); /* it fits */
        web_answer(out, p->status != 0 ? p->status : 200, p->status != 0 ? more : "", "text/html",
                   p->html, strlen(p->html));
        return;
    }
    web_answer(out, 404, "", "text/html", MAIL, strlen(MAIL));
}

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    assert_int_equal(pthread_mutex_init(&s->mutex, NULL), 0);
    web_scene_begin(&s->web, answer, s);
    s->web.options.contact_hop = true;
    web_scene_again(&s->web);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    web_scene_end(&s->web);
    pthread_mutex_destroy(&s->mutex);
    free(s);
    return 0;
}

static int32_t asked(struct scene *s)
{
    pthread_mutex_lock(&s->mutex);
    int32_t n = s->asked;
    s->asked = 0;
    pthread_mutex_unlock(&s->mutex);
    return n;
}

static void check(int line, struct scene *s, const char *host, int32_t addresses, int32_t requests)
{
    char url[100];
    (void)str_format(url, sizeof url, "http://%s/", host); /* it fits */
    CHECK_AT(line, web_scene_read(&s->web, url) == PAGE_READY, "%s: %s", url, s->web.err.text);
    CHECK_AT(line, s->web.view.count == addresses, "%s: %d addresses", url, s->web.view.count);
    CHECK_AT(line, addresses == 0 || str_equal(s->web.view.leads[0].address, "info@shoptest.org"),
             "%s", s->web.view.leads[0].address);
    int32_t n = asked(s);
    CHECK_AT(line, n == requests, "%s: %d requests", url, n);
}

static void test_hop(void **state)
{
    struct scene *s = *state;
    check(__LINE__, s, "direct.example", 1, 1);
    check(__LINE__, s, "shop.example", 1, 2);
    check(__LINE__, s, "other.example", 0, 1);
    check(__LINE__, s, "circle.example", 0, 2); /* one step, and no second */
    check(__LINE__, s, "denied.example", 0, 1);
    check(__LINE__, s, "gone.example", 0, 2); /* a failed hop is an empty page */
    check(__LINE__, s, "moved.example", 1, 3);
    check(__LINE__, s, "away.example", 0, 2);
    check(__LINE__, s, "round.example", 0, 6 + 1); /* 5 redirects */
    check(__LINE__, s, "alone.example", 0, 1);
}

static void test_off(void **state)
{
    struct scene *s = *state;
    s->web.options.contact_hop = false;
    web_scene_again(&s->web);
    check(__LINE__, s, "shop.example", 0, 1);
}

/* The contact page keeps the host's pause as well. */
static void test_pause(void **state)
{
    const int64_t pause_us = 80 * US_PER_MS;
    struct scene *s = *state;
    s->web.options.host_interval_us = pause_us;
    web_scene_again(&s->web);
    check(__LINE__, s, "shop.example", 1, 2);
    pthread_mutex_lock(&s->mutex);
    int64_t gap_us = s->asked_us[1] - s->asked_us[0];
    pthread_mutex_unlock(&s->mutex);
    assert_true(gap_us >= pause_us);
}

/* Announced pages hop meanwhile, and each still has its own outcome. */
static void test_ahead(void **state)
{
    static const char *const hosts[] = {"gone.example", "shop.example", "direct.example",
                                        "circle.example"};
    char url[100];
    struct scene *s = *state;
    for (size_t i = 0; i < CASES(hosts); i++) {
        (void)str_format(url, sizeof url, "http://%s/", hosts[i]); /* it fits */
        assert_true(s->web.pages->ops->ahead(s->web.pages, url));
    }
    for (size_t i = 0; i < CASES(hosts); i++) {
        (void)str_format(url, sizeof url, "http://%s/", hosts[i]); /* it fits */
        assert_int_equal(web_scene_read(&s->web, url), PAGE_READY);
        assert_int_equal(s->web.view.count, i % 3 == 0 ? 0 : 1);
    }
    assert_int_equal(asked(s), 2 + 2 + 1 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_hop, begin, end),
        cmocka_unit_test_setup_teardown(test_off, begin, end),
        cmocka_unit_test_setup_teardown(test_pause, begin, end),
        cmocka_unit_test_setup_teardown(test_ahead, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
