/* test_pages_private.c - if this fails, a page of the web can make this machine connect to itself
 * or to its own network: whatever an address looks like, no connection may be made. */
#include "base/str.h"
#include "unit/adapter/web_scene.h"
#include "unit/cases.h"

#include <string.h>

static void answer(void *ctx, const struct web_asked *asked, struct buf *out)
{
    const char *to = ctx;
    char more[2100];
    more[0] = '\0';
    if (str_equal(asked->path, "/robots.txt")) {
        web_answer(out, 404, "", "text/plain", "", 0);
        return;
    }
    if (to != NULL)
        (void)str_format(more, sizeof more, "Location: %s\r\n", to); /* it fits */
    web_answer(out, to != NULL ? 302 : 200, more, "text/html", "mail a@b.example", 16);
}

/* %d: the port of a server that would answer. All that are sent as they are and as redirects. */
static const struct {
    int line;
    const char *url;
} places[] = {
    {__LINE__, "http://127.0.0.1:%d/"},
    {__LINE__, "http://127.0.0.1.:%d/"},
    {__LINE__, "http://127.1:%d/"},
    {__LINE__, "http://127.0.1:%d/"},
    {__LINE__, "http://127.255.255.254:%d/"},
    {__LINE__, "http://2130706433:%d/"},
    {__LINE__, "http://017700000001:%d/"},
    {__LINE__, "http://0177.0.0.1:%d/"},
    {__LINE__, "http://0177.0.0.01:%d/"},
    {__LINE__, "http://0x7f000001:%d/"},
    {__LINE__, "http://0x7f.1:%d/"},
    {__LINE__, "http://0x7f.0x0.0x0.0x1:%d/"},
    {__LINE__, "http://127.0x1:%d/"},
    {__LINE__, "http://0:%d/"},
    {__LINE__, "http://0.0.0.0:%d/"},
    {__LINE__, "http://0x0:%d/"},
    {__LINE__, "http://00000000000:%d/"},
    {__LINE__, "http://%%31%%32%%37.0.0.1:%d/"},
    {__LINE__, "http://\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1:%d/"}, /* full width 127 */
    {__LINE__, "http://127\xE3\x80\x82"
               "0.0.1:%d/"},                                             /* ideographic stop */
    {__LINE__, "http://\xE2\x91\xA0\xE2\x91\xA1\xE2\x91\xA6.0.0.1:%d/"}, /* circled 1 2 7 */
    {__LINE__, "http://localhost:%d/"},
    {__LINE__, "http://localhost.:%d/"},
    {__LINE__, "http://LOCALHOST:%d/"},
    {__LINE__, "http://www.localhost:%d/"},
    {__LINE__, "http://localhost.localdomain:%d/"},
    {__LINE__, "http://ip6-localhost:%d/"},
    {__LINE__, "http://[::1]:%d/"},
    {__LINE__, "http://[0:0:0:0:0:0:0:1]:%d/"},
    {__LINE__, "http://[0000:0000:0000:0000:0000:0000:0000:0001]:%d/"},
    {__LINE__, "http://[::]:%d/"},
    {__LINE__, "http://[::ffff:127.0.0.1]:%d/"},
    {__LINE__, "http://[::ffff:7f00:1]:%d/"},
    {__LINE__, "http://[0:0:0:0:0:ffff:127.0.0.1]:%d/"},
    {__LINE__, "http://[::127.0.0.1]:%d/"},
    {__LINE__, "http://[64:ff9b::127.0.0.1]:%d/"},
    {__LINE__, "http://[64:ff9b::7f00:1]:%d/"},
    {__LINE__, "http://[64:ff9b:1::7f00:1]:%d/"},
    {__LINE__, "http://[2002:7f00:1::]:%d/"},
    {__LINE__, "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]:%d/"},
    {__LINE__, "http://[fe80::1%%25lo]:%d/"},
    {__LINE__, "http://[fe80::1]:%d/"},
    {__LINE__, "http://[fc00::1]:%d/"},
    {__LINE__, "http://[fd12:3456::1]:%d/"},
    {__LINE__, "http://[ff02::1]:%d/"},
    {__LINE__, "http://10.0.0.1:%d/"},
    {__LINE__, "http://172.16.0.1:%d/"},
    {__LINE__, "http://192.168.0.1:%d/"},
    {__LINE__, "http://169.254.169.254:%d/"},
    {__LINE__, "http://100.64.0.1:%d/"},
    {__LINE__, "http://198.18.0.1:%d/"},
    {__LINE__, "http://224.0.0.1:%d/"},
    {__LINE__, "http://255.255.255.255:%d/"},
    {__LINE__, "http://user@127.0.0.1:%d/"},
    {__LINE__, "http://a.example@127.0.0.1:%d/"},
    {__LINE__, "http://a.example:80@127.0.0.1:%d/"},
    {__LINE__, "http://127.0.0.1:%d\\@a.example/"},
    {__LINE__, "http://127.0.0.1:%d#@a.example/"},
    {__LINE__, "http:127.0.0.1:%d/"},
    {__LINE__, "http:/127.0.0.1:%d/"},
    {__LINE__, "http:///127.0.0.1:%d/"},
    {__LINE__, "ftp://127.0.0.1:%d/"},
    {__LINE__, "gopher://127.0.0.1:%d/"},
    {__LINE__, "dict://127.0.0.1:%d/"},
    {__LINE__, "https://127.0.0.1:%d/"},
};

/* The addresses, with the port in place. */
static void url_of(size_t i, int port, char dst[300])
{
    char text[20];
    (void)str_format(text, sizeof text, "%d", port); /* it fits */
    dst[0] = '\0';
    for (const char *c = places[i].url; *c != '\0'; c++) {
        char one[2] = {*c, '\0'};
        const char *add = c[0] == '%' && c[1] == 'd' ? text : one;
        c += c[0] == '%' && (c[1] == 'd' || c[1] == '%');
        (void)strncat(dst, add, 299 - strlen(dst));
    }
}

static void test_direct(void **state)
{
    struct web_scene s;
    char url[300];
    (void)state;
    web_scene_begin(&s, answer, NULL);
    s.options.connect_to = NULL;
    url_of(0, s.server.port, url);
    web_scene_again(&s);
    if (web_scene_read(&s, url) != PAGE_READY) /* the server is there */
        fail_msg("%s", s.err.text);
    int32_t before = web_server_connections(&s.server);
    assert_true(before > 0);
    s.options.allow_private = false;
    web_scene_again(&s);
    for (size_t i = 0; i < CASES(places); i++) {
        url_of(i, s.server.port, url);
        CHECK_AT(places[i].line, web_scene_read(&s, url) == PAGE_FAILED, "%s was read", url);
        CHECK_AT(places[i].line, web_server_connections(&s.server) == before, "%s: a connection",
                 url);
    }
    web_scene_end(&s);
}

/* The same behind a page of a site that counts as public. */
static void test_redirects(void **state)
{
    struct web_scene s;
    struct web_server inner = {.answer = answer};
    char url[300];
    (void)state;
    web_server_begin(&inner);
    web_scene_begin(&s, answer, url);
    (void)str_format(s.connect_to, sizeof s.connect_to, "evil.example:80:127.0.0.1:%d",
                     s.server.port); /* it fits */
    s.options.allow_private = false;
    s.options.open_port = s.server.port;
    for (size_t i = 0; i < CASES(places); i++) {
        int32_t asked = web_server_requests(&s.server);
        url_of(i, inner.port, url);
        web_scene_again(&s);
        CHECK_AT(places[i].line, web_scene_read(&s, "http://evil.example/") == PAGE_FAILED,
                 "%s was read", url);
        CHECK_AT(places[i].line, web_server_requests(&s.server) >= asked + 2, "%s", s.err.text);
        CHECK_AT(places[i].line, web_server_connections(&inner) == 0, "%s: a connection", url);
    }
    web_scene_end(&s);
    web_server_end(&inner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_redirects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
