/* test_content_http.c - if this fails, a server is asked again for what it said is unchanged, the
 * marks of one server reach another one's headers broken, or a wait lasts longer than it may. The
 * server is a thread on the loopback address; what larger answers do is in
 * tests/e2e/report_preview.py. */
#include "adapter/content_http.h"

#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FEED "<rss><channel><item><title>one</title><link>/1</link></item></channel></rss>"

struct scene {
    int listener;
    pthread_t thread;
    const char *etag; /* what the server calls its state */
    char seen[4096];  /* the last request */
    bool silent;      /* it takes the request and says nothing */
    struct content *content;
    char url[100];
    struct spec_source source;
    struct spec_def spec;
    struct content_request request;
    struct content_view view;
    struct err err;
};

static void answer(const struct scene *s, int fd)
{
    char mark[500], text[4096];
    (void)snprintf(mark, sizeof mark, "If-None-Match: %s\r\n", s->etag);
    if (strstr(s->seen, mark) != NULL)
        (void)snprintf(text, sizeof text, "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    else
        (void)snprintf(text, sizeof text,
                       "HTTP/1.1 200 OK\r\nETag: %s\r\n"
                       "Last-Modified: Sun, 22 Nov 2026 08:00:00 GMT\r\n"
                       "Content-Length: %zu\r\nConnection: close\r\n\r\n%s",
                       s->etag, strlen(FEED), FEED);
    if (write(fd, text, strlen(text)) < 0)
        print_error("the test's server could not answer\n");
}

/* Ends when the listener is shut down. */
static void *serve(void *user)
{
    struct scene *s = user;
    for (int fd; (fd = accept(s->listener, NULL, NULL)) >= 0; (void)close(fd)) {
        size_t len = 0;
        s->seen[0] = '\0';
        while (strstr(s->seen, "\r\n\r\n") == NULL && len < sizeof s->seen - 1) {
            ssize_t n = read(fd, s->seen + len, sizeof s->seen - 1 - len);
            if (n <= 0)
                break;
            len += (size_t)n;
            s->seen[len] = '\0';
        }
        char byte;
        if (!s->silent)
            answer(s, fd);
        else if (read(fd, &byte, 1) > 0) /* until the other side has enough */
            print_error("more was sent than a request\n");
    }
    return NULL;
}

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t len = sizeof here;
    struct content_http_options options = {
        .agent = "test/1\r\nX-Evil: 1", .allow_private = true, .total_us = 2 * US_PER_S};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->listener, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(s->listener, 8), 0);
    assert_int_equal(getsockname(s->listener, (struct sockaddr *)&here, &len), 0);
    (void)snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d/feed", ntohs(here.sin_port));
    s->etag = "\"v1\"";
    s->source = (struct spec_source){"s", SOURCE_AUTO, s->url, "", ""};
    s->spec = (struct spec_def){.sources = &s->source, .source_count = 1};
    s->request.spec = &s->spec;
    if (!content_http_new(&options, &s->content, &s->err))
        fail_msg("%s", s->err.text);
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    s->content->ops->free(s->content);
    (void)shutdown(s->listener, SHUT_RDWR);
    (void)pthread_join(s->thread, NULL);
    (void)close(s->listener);
    free(s);
    return 0;
}

/* After this the scene's own values are the server's. */
static void begin(struct scene *s)
{
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static enum content_answer ask(struct scene *s)
{
    enum content_answer got = CONTENT_WAIT;
    s->err = (struct err){0};
    if (!s->content->ops->start(s->content, &s->request, &s->err))
        return CONTENT_FAILED;
    for (int i = 0; i < 100 && got == CONTENT_WAIT; i++)
        got =
            s->content->ops->next(s->content, clock_boot_us() + 200 * US_PER_MS, &s->view, &s->err);
    return got;
}

static void test_unchanged(void **state)
{
    struct scene *s = *state;
    begin(s);
    if (ask(s) != CONTENT_READY)
        fail_msg("%s", s->err.text);
    assert_string_equal(s->view.state.etag, "\"v1\"");
    assert_string_equal(s->view.state.last_modified, "Sun, 22 Nov 2026 08:00:00 GMT");
    assert_int_equal(s->view.count, 1);
    assert_true(str_starts(s->view.items[0].url, "http://127.0.0.1:")); /* from where it came */
    assert_null(strstr(s->seen, "If-None-Match"));
    assert_null(strstr(s->seen, "\r\nX-Evil"));
    s->request.since = s->view.state;
    assert_int_equal(ask(s), CONTENT_UNCHANGED);
    assert_non_null(strstr(s->seen, "If-Modified-Since: Sun, 22 Nov 2026 08:00:00 GMT\r\n"));
    (void)str_copy(s->request.since.etag, sizeof s->request.since.etag, "\"v0\"");
    assert_int_equal(ask(s), CONTENT_READY);
}

static void test_odd_mark(void **state)
{
    struct scene *s = *state;
    s->etag = "\"caf\xE9\"";
    begin(s);
    assert_int_equal(ask(s), CONTENT_READY);
    assert_string_equal(s->view.state.etag, ""); /* no header of ours is made of this */
}

/* A look lasts as long as it may, the exchange as long as the options say. */
static void test_silent(void **state)
{
    struct scene *s = *state;
    s->silent = true;
    begin(s);
    assert_true(s->content->ops->start(s->content, &s->request, &s->err));
    int64_t before = clock_boot_us();
    assert_int_equal(s->content->ops->next(s->content, before + 50 * US_PER_MS, &s->view, &s->err),
                     CONTENT_WAIT);
    assert_true(clock_boot_us() - before < US_PER_S);
    assert_int_equal(ask(s), CONTENT_FAILED); /* a second start ends the first */
    assert_int_equal(s->err.kind, ERR_RETRY);
    assert_non_null(strstr(s->err.text, "too slow"));
    assert_true(clock_boot_us() - before < 8 * US_PER_S);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE(test_unchanged),
        SCENE(test_odd_mark),
        SCENE(test_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
