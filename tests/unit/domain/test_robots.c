/* test_robots.c - if this fails, pages are read that their site asked to leave alone, or sites that
 * welcome everybody are left out. The examples are those of RFC 9309 and its section 5. */
#include "domain/robots.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/types.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

static void read_rules(const char *text, size_t len, struct buf *rules, int64_t *ret_delay_us)
{
    *rules = buf_init((size_t)ROBOTS_BYTES_MAX * 3);
    robots_read(text, len, "autopilot", rules, ret_delay_us);
    assert_true(buf_ok(rules));
}

struct row {
    int line;
    const char *text, *path;
    bool want;
};

static void check(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf rules;
        int64_t delay_us;
        read_rules(rows[i].text, strlen(rows[i].text), &rules, &delay_us);
        bool got = robots_allows(buf_text(&rules), rows[i].path);
        CHECK_AT(rows[i].line, got == rows[i].want, "%s is %s by\n%s", rows[i].path,
                 got ? "allowed" : "not allowed", buf_text(&rules));
        buf_done(&rules);
    }
}

/* Which group is ours. */
static void test_groups(void **state)
{
    static const struct row rows[] = {
        {__LINE__, "", "/", true},
        {__LINE__, "User-agent: *\nDisallow: /", "/x", false},
        {__LINE__, "User-agent: *\nDisallow: /", "/robots.txt", true},
        {__LINE__, "User-agent: *\nDisallow: /", "", false},
        {__LINE__, "User-agent: *\nDisallow:", "/x", true},
        {__LINE__, "user-AGENT : AutoPilot\nDISALLOW : /x", "/x", false},
        {__LINE__, "User-agent: autopilot/1.0\nDisallow: /x", "/x", false},
        {__LINE__, "User-agent: autopilots\nDisallow: /x", "/x", true},
        {__LINE__, "User-agent: auto\nDisallow: /x", "/x", true},
        {__LINE__, "User-agent: other\nDisallow: /x", "/x", true},
        {__LINE__, "Disallow: /x\nUser-agent: *\nAllow: /y", "/x", true},
        {__LINE__, "User-agent: *\nDisallow: /\n\nUser-agent: autopilot\nDisallow: /b", "/a", true},
        {__LINE__, "User-agent: autopilot\nAllow: /\n\nUser-agent: *\nDisallow: /", "/a", true},
        {__LINE__, "User-agent: autopilot\n\nUser-agent: *\nDisallow: /", "/a", false},
        {__LINE__, "User-agent: a\nUser-agent: autopilot\nUser-agent: b\nDisallow: /x", "/x",
         false},
        {__LINE__, "User-agent: a\nDisallow: /x\nUser-agent: autopilot\nDisallow: /y", "/x", true},
        {__LINE__,
         "User-agent: autopilot\nDisallow: /a\n\nUser-agent: b\nDisallow: /c\n\n"
         "User-agent: autopilot\nDisallow: /d",
         "/d", false},
        {__LINE__,
         "User-agent: autopilot\nSitemap: https://a.example/\nUser-agent: b\nDisallow: /x", "/x",
         false},
        {__LINE__, "\xEF\xBB\xBFUser-agent: *\rDisallow: /x\r\n", "/x", false},
        {__LINE__, "User-agent: * # all\nDisallow: /x # this", "/x", false},
        {__LINE__, "User-agent *\nDisallow: /x", "/x", true},
        {__LINE__, "<html>User-agent: *\nDisallow: /x</html>", "/x", true},
    };
    (void)state;
    check(rows, CASES(rows));
}

#define ALL "User-agent: *\n"
/* The longest match, its wildcards and its spellings. */
static void test_matches(void **state)
{
    static const struct row rows[] = {
        {__LINE__, ALL "Disallow: /fish", "/fish", false},
        {__LINE__, ALL "Disallow: /fish", "/fish.html", false},
        {__LINE__, ALL "Disallow: /fish", "/fishheads/y", false},
        {__LINE__, ALL "Disallow: /fish", "/Fish", true},
        {__LINE__, ALL "Disallow: /fish", "/catfish", true},
        {__LINE__, ALL "Disallow: /fish/", "/fish", true},
        {__LINE__, ALL "Disallow: /fish/", "/fish/?id=1", false},
        {__LINE__, ALL "Disallow: /*.php", "/a/b.php?x", false},
        {__LINE__, ALL "Disallow: /*.php", "/", true},
        {__LINE__, ALL "Disallow: /*.php$", "/a.php", false},
        {__LINE__, ALL "Disallow: /*.php$", "/a.php?x", true},
        {__LINE__, ALL "Disallow: /*.php$", "/a.php.php", false},
        {__LINE__, ALL "Disallow: /a$", "/a", false},
        {__LINE__, ALL "Disallow: /a$", "/ab", true},
        {__LINE__, ALL "Disallow: /a$b", "/a$bc", false},
        {__LINE__, ALL "Disallow: /fish*.php", "/fishheads/c.php?p", false},
        {__LINE__, ALL "Disallow: /fish*.php", "/Fish.php", true},
        {__LINE__, ALL "Disallow: *", "/x", false},
        {__LINE__, ALL "Disallow: $", "/x", true},
        {__LINE__, ALL "Disallow: /a*b*c$", "/axbxc", false},
        {__LINE__, ALL "Disallow: /a*b*c$", "/axcxb", true},
        {__LINE__, ALL "Disallow: /**a", "/xa", false},
        {__LINE__, ALL "Disallow: /a*$", "/abc", false},
        {__LINE__, ALL "Disallow: /\nAllow: /p", "/page", true},
        {__LINE__, ALL "Allow: /folder\nDisallow: /folder", "/folder/page", true},
        {__LINE__, ALL "Disallow: /folder\nAllow: /folder", "/folder/page", true},
        {__LINE__, ALL "Allow: /page\nDisallow: /*.htm", "/page.htm", false},
        {__LINE__, ALL "Allow: /page\nDisallow: /*.ph", "/page.php5", true},
        {__LINE__, ALL "Allow: /$\nDisallow: /", "/", true},
        {__LINE__, ALL "Allow: /$\nDisallow: /", "/page.htm", false},
        {__LINE__, ALL "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
         "/example/page/disallowed.gif", false},
        {__LINE__, ALL "Disallow: /foo/bar?qux=taz&baz=http://foo.bar?tar&par",
         "/foo/bar?qux=taz&baz=http://foo.bar?tar&par", false},
        {__LINE__, ALL "Disallow: /foo/bar/\xE3\x83\x84", "/foo/bar/%E3%83%84", false},
        {__LINE__, ALL "Disallow: /foo/bar/%e3%83%84", "/foo/bar/\xE3\x83\x84", false},
        {__LINE__, ALL "Disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", false},
        {__LINE__, ALL "Disallow: /foo/bar/baz", "/foo/bar/%62%61%7A", false},
        {__LINE__, ALL "Disallow: /a%2Fb", "/a/b", true},
        {__LINE__, ALL "Disallow: /path/file-with-a-%2A.html", "/path/file-with-a-%2a.html", false},
        {__LINE__, ALL "Disallow: /path/foo-%24", "/path/foo-%24", false},
        {__LINE__, ALL "Disallow: /x", "/y#/x", true},
        {__LINE__, ALL "Disallow: /100%", "/100%", false},
    };
    (void)state;
    check(rows, CASES(rows));
}

static void test_delay(void **state)
{
    static const struct {
        int line;
        const char *text;
        int64_t want_us;
    } rows[] = {
        {__LINE__, ALL "Crawl-delay: 2", 2 * US_PER_S},
        {__LINE__, ALL "crawl-delay:0.5\nDisallow: /x", US_PER_S / 2},
        {__LINE__, ALL "Crawl-delay: 86400", 10 * US_PER_S},
        {__LINE__, ALL "Crawl-delay: 99999999999999999999999", 10 * US_PER_S},
        {__LINE__, ALL "Crawl-delay: -1", 0},
        {__LINE__, ALL "Crawl-delay: soon", 0},
        {__LINE__, ALL "Crawl-delay:", 0},
        {__LINE__, ALL "Crawl-delay: 2\n\nUser-agent: autopilot\nDisallow:", 0},
        {__LINE__, "User-agent: other\nCrawl-delay: 2", 0},
    };
    (void)state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct buf rules;
        int64_t got;
        read_rules(rows[i].text, strlen(rows[i].text), &rules, &got);
        CHECK_AT(rows[i].line, got == rows[i].want_us, "it is %lld us", (long long)got);
        buf_done(&rules);
    }
}

/* What lies behind 500 KiB says nothing; what is made to be slow is not. */
static void test_large(void **state)
{
    const size_t size = ROBOTS_BYTES_MAX + 100;
    char *text = malloc(size), path[URL_MAX + 1];
    struct buf rules;
    int64_t delay_us, began_us = clock_boot_us();
    (void)state;
    assert_non_null(text);
    memset(text, '\n', size);
    memcpy(text, ALL, strlen(ALL));
    memcpy(text + ROBOTS_BYTES_MAX, "Disallow: /\n", 12);
    read_rules(text, size, &rules, &delay_us);
    assert_true(robots_allows(buf_text(&rules), "/x"));
    buf_done(&rules);

    for (size_t i = strlen(ALL); i + 40 < ROBOTS_BYTES_MAX; i += 40)
        memcpy(text + i, "Disallow: /*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n", 40);
    memset(path, 'a', URL_MAX);
    path[0] = '/';
    path[URL_MAX] = '\0';
    read_rules(text, ROBOTS_BYTES_MAX, &rules, &delay_us);
    assert_true(robots_allows(buf_text(&rules), path));
    assert_true(clock_boot_us() - began_us < 10 * US_PER_S); /* by the square it would be hours */
    buf_done(&rules);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_matches),
        cmocka_unit_test(test_delay),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
