/* test_feed.c - if this fails, a publisher's feed is misread: items are missing, come with another
 * title, address or date than it says, with markup or control characters in them; or a hostile feed
 * gets through or takes the program down. */
#include "adapter/feed.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define FEEDS "tests/data/feeds/"

static int make_reader(void **state)
{
    struct feed_reader *r = NULL;
    struct err err = {0};
    if (!feed_reader_new(&r, &err))
        fail_msg("%s", err.text);
    *state = r;
    return 0;
}

static int free_reader(void **state)
{
    feed_reader_free(*state);
    return 0;
}

static bool read_bytes(struct feed_reader *r, const void *bytes, size_t len, const char *type,
                       struct content_view *view, struct err *err)
{
    struct feed_input input = {
        .bytes = bytes, .len = len, .content_type = type, .base = "https://base.example/dir/feed"};
    *view = (struct content_view){0};
    *err = (struct err){0};
    return feed_read(r, &input, view, err);
}

static bool read_text(struct feed_reader *r, const char *text, struct content_view *view,
                      struct err *err)
{
    return read_bytes(r, text, strlen(text), NULL, view, err);
}

/* --- publishers ------------------------------------------------------------------------------- */

/* What an item says, one value a line. */
static void write_item(const struct content_item *item, struct buf *out)
{
    char date[TIME_TEXT_MAX] = "-";
    if (item->published_us != 0)
        time_text_utc(item->published_us, date);
    buf_addf(out, "title %s\n  url %s\n  date %s\n", item->title, item->url, date);
    if (item->author[0] != '\0')
        buf_addf(out, "  author %s\n", item->author);
    if (item->language[0] != '\0')
        buf_addf(out, "  language %s\n", item->language);
    for (int32_t i = 0; i < item->tag_count; i++)
        buf_addf(out, "  tag %s\n", item->tags[i]);
    if (item->summary[0] != '\0')
        buf_addf(out, "  summary %s\n", item->summary);
}

static const char *const published[] = {
    "01-broadcaster.xml", "02-metropolitan.xml",   "03-sentinel.xml", "04-weblog.xml",
    "05-journal.atom",    "06-releases.atom",      "07-videos.atom",  "08-forum.atom",
    "09-techdesk.atom",   "10-magazin-latin1.xml", "11-nerdnews.rdf", "12-microposts.json",
    "13-podcast.xml",     "14-council-cp1252.xml", "15-dates.xml",    "16-shinbun-sjis.rdf",
    "17-rtl.xml",         "18-damaged.xml",        "19-utf16.xml",    "20-wrong-label.xml",
    "21-doctype.xml",     "22-twice.xml",
};

/* All feeds against what a person read in them (expected.txt). FEED_WRITE=1 writes that file. */
static void test_published(void **state)
{
    struct buf got = buf_init(1 << 20), want = buf_init(1 << 20);
    struct err err;
    for (size_t i = 0; i < CASES(published); i++) {
        struct buf bytes = buf_init(1 << 20);
        struct content_view view;
        char path[200];
        assert_true(str_format(path, sizeof path, FEEDS "%s", published[i]));
        assert_true(file_read(path, &bytes, &err));
        buf_addf(&got, "== %s\n", published[i]);
        if (!read_bytes(*state, buf_text(&bytes), bytes.len, NULL, &view, &err))
            fail_msg("%s: %s", published[i], err.text);
        for (int32_t k = 0; k < view.count; k++)
            write_item(&view.items[k], &got);
        if (view.odd > 0)
            buf_addf(&got, "odd %d\n", (int)view.odd);
        if (view.note[0] != '\0')
            buf_addf(&got, "note %s\n", view.note);
        buf_done(&bytes);
    }
    assert_true(buf_ok(&got));
    if (getenv("FEED_WRITE") != NULL)
        assert_true(file_replace(FEEDS "expected.txt", buf_text(&got), got.len, 0644, &err));
    assert_true(utf8_valid(buf_text(&got), got.len));
    assert_true(file_read(FEEDS "expected.txt", &want, &err));
    assert_string_equal(buf_text(&got), buf_text(&want));
    buf_done(&got);
    buf_done(&want);
}

/* --- encodings that only the server states ---------------------------------------------------- */

static void test_content_type(void **state)
{
    static const char text[] = "<rss><channel><item><title>caf\xE9</title></item></channel></rss>";
    static const char cyrillic[] = "<rss><channel><item><title>\xF0\xCF</title></item></channel>"
                                   "</rss>";
    struct content_view view;
    struct err err;
    assert_true(
        read_bytes(*state, text, strlen(text), "text/xml; charset=iso-8859-1", &view, &err));
    assert_string_equal(view.items[0].title, "caf\u00E9");
    assert_true(read_bytes(*state, cyrillic, strlen(cyrillic), "application/xml;charset=KOI8-R",
                           &view, &err));
    assert_string_equal(view.items[0].title, "\u041F\u043E");
}

/* --- refused ---------------------------------------------------------------------------------- */

static void test_refused(void **state)
{
    static const struct {
        int line;
        const char *text, *why;
    } cases[] = {
        {__LINE__, "", "empty"},
        {__LINE__, "  \n ", "empty"},
        {__LINE__, "hello", "neither XML nor JSON"},
        {__LINE__, "<!DOCTYPE html><html><body><p>x</body></html>", "web page"},
        {__LINE__, "<svg xmlns='http://www.w3.org/2000/svg'/>", "neither RSS nor Atom"},
        {__LINE__, "<feed><entry><title>no namespace</title></entry></feed>", "neither RSS"},
        {__LINE__, "{\"items\": []}", "no JSON Feed"},
        {__LINE__, "{\"version\": \"https://jsonfeed.org/version/1\"", "begins like JSON"},
        {__LINE__, "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss><channel/></rss>", "entities"},
        {__LINE__,
         "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss><channel><item><title>&x;"
         "</title></item></channel></rss>",
         "entities"},
        {__LINE__, "<!DOCTYPE rss [<!ENTITY % p SYSTEM 'http://127.0.0.1/x'>%p;]><rss/>",
         "entities"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct content_view view;
        struct err err;
        CHECK_AT(cases[i].line, !read_text(*state, cases[i].text, &view, &err), "it was read");
        CHECK_AT(cases[i].line, err.kind == ERR_REFUSED && strstr(err.text, cases[i].why) != NULL,
                 "said \"%s\"", err.text);
    }
}

/* A thousand million laughs in a kilobyte. */
static void test_entity_bomb(void **state)
{
    struct buf b = buf_init(1 << 16);
    struct content_view view;
    struct err err;
    buf_adds(&b, "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a0 'ha'>");
    for (int i = 1; i < 20; i++)
        buf_addf(&b, "<!ENTITY a%d '&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;&a%d;'>", i, i - 1, i - 1,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    buf_adds(&b, "]><rss><channel><item><title>&a19;</title></item></channel></rss>");
    assert_false(read_bytes(*state, buf_text(&b), b.len, NULL, &view, &err));
    assert_non_null(strstr(err.text, "entities"));
    buf_done(&b);
}

/* --- ceilings --------------------------------------------------------------------------------- */

static void test_many_items(void **state)
{
    struct buf b = buf_init(4 << 20);
    struct content_view view;
    struct err err;
    buf_adds(&b, "<rss><channel>");
    for (int i = 0; i < CONTENT_ITEMS_MAX + 500; i++)
        buf_addf(&b, "<item><title>item %d</title><link>https://m.example/%d</link></item>", i, i);
    buf_adds(&b, "</channel></rss>");
    assert_true(read_bytes(*state, buf_text(&b), b.len, NULL, &view, &err));
    assert_int_equal(view.count, CONTENT_ITEMS_MAX);
    assert_true(view.cut);
    assert_string_equal(view.items[CONTENT_ITEMS_MAX - 1].title, "item 1999");
    buf_done(&b);
}

static long peak_kib(void)
{
    struct rusage used;
    assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
    return used.ru_maxrss;
}

/* A hundred megabytes: only the first five are looked at, whole items of them are kept. */
static void test_huge(void **state)
{
    const size_t size = 100u << 20;
    char *bytes = malloc(size);
    struct content_view view;
    struct err err;
    assert_non_null(bytes);
    static const char head[] = "<rss><channel><item><title>first</title></item><item><title>";
    memset(bytes, 'x', size);
    memcpy(bytes, head, sizeof head - 1);
    long before = peak_kib();
    assert_true(read_bytes(*state, bytes, size, NULL, &view, &err));
    assert_true(view.cut);
    assert_int_equal(view.count, 1);
    assert_string_equal(view.items[0].title, "first");
    assert_true(peak_kib() - before < 128 * 1024);
    free(bytes);
}

static void test_deep(void **state)
{
    struct buf b = buf_init(8 << 20);
    struct content_view view;
    struct err err;
    buf_adds(&b, "<rss><channel><item><title>");
    for (int i = 0; i < 200000; i++)
        buf_adds(&b, "<a>");
    assert_false(read_bytes(*state, buf_text(&b), b.len, NULL, &view, &err));
    assert_non_null(strstr(err.text, "nested"));
    buf_clear(&b);
    for (int i = 0; i < 200000; i++)
        buf_adds(&b, i == 0 ? "{\"version\":" : "[");
    assert_false(read_bytes(*state, buf_text(&b), b.len, NULL, &view, &err));
    buf_done(&b);
}

static void test_long_texts(void **state)
{
    struct buf b = buf_init(1 << 20);
    struct content_view view;
    struct err err;
    buf_adds(&b, "<rss><channel><item><title>");
    for (int i = 0; i < 20000; i++)
        buf_adds(&b, "\u00FCber ");
    buf_adds(&b, "</title><link>https://l.example/");
    for (int i = 0; i < 3000; i++)
        buf_addc(&b, 'x');
    buf_adds(&b, "</link></item></channel></rss>");
    assert_true(read_bytes(*state, buf_text(&b), b.len, NULL, &view, &err));
    assert_int_equal(view.count, 1);
    assert_in_range(strlen(view.items[0].title), ITEM_TITLE_MAX - 20, ITEM_TITLE_MAX);
    assert_true(str_ends(view.items[0].title, "\u00FCber\u2026"));
    assert_string_equal(view.items[0].url, ""); /* too long to be one: counted as odd */
    assert_int_equal(view.odd, 1);
    buf_done(&b);
}

/* --- text ------------------------------------------------------------------------------------- */

static void test_texts(void **state)
{
    static const struct {
        int line;
        const char *title, *want;
    } cases[] = {
        {__LINE__, "plain", "plain"},
        {__LINE__, "  two\n\tlines ", "two lines"},
        {__LINE__, "AT&amp;amp;T", "AT&T"},
        {__LINE__, "&lt;b&gt;bold&lt;/b&gt; claim", "bold claim"},
        {__LINE__, "&lt;script&gt;alert(1)&lt;/script&gt;after", "after"},
        {__LINE__, "&lt;img src=x onerror=alert(1)&gt;x", "x"},
        {__LINE__, "a\xE2\x80\xAEtxt.exe", "atxt.exe"}, /* right-to-left override */
        {__LINE__, "z\xE2\x80\x8Bw", "zw"},             /* zero width space */
        {__LINE__, "esc&#x1b;[31m", "esc[31m"},         /* XML has no escape: dropped */
        {__LINE__, "c1&#x9b;31m", "c1.31m"},
        {__LINE__, "<![CDATA[5 > 4 & 3 < 4]]>", "5 > 4 & 3 < 4"},
        {__LINE__, "&eacute;t&eacute;&nbsp;!", "\u00E9t\u00E9 !"},
        {__LINE__, "bad \xFF\xFE byte", NULL}, /* any answer without the bytes */
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf b = buf_init(4096);
        struct content_view view;
        struct err err;
        buf_addf(&b, "<rss><channel><item><title>%s</title></item></channel></rss>",
                 cases[i].title);
        CHECK_AT(cases[i].line, read_text(*state, buf_text(&b), &view, &err), "%s", err.text);
        CHECK_AT(cases[i].line, view.count == 1, "%d items", (int)view.count);
        const char *got = view.items[0].title;
        CHECK_AT(cases[i].line, utf8_valid(got, strlen(got)), "not UTF-8");
        CHECK_AT(cases[i].line, cases[i].want == NULL || str_equal(got, cases[i].want),
                 "got \"%s\"", got);
        buf_done(&b);
    }
}

static void test_links(void **state)
{
    static const struct {
        int line;
        const char *link, *want;
    } cases[] = {
        {__LINE__, "https://a.example/x", "https://a.example/x"},
        {__LINE__, "HTTP://a.example/x", "http://a.example/x"},
        {__LINE__, "/root", "https://base.example/root"},
        {__LINE__, "beside?a=1", "https://base.example/dir/beside?a=1"},
        {__LINE__, "//other.example/x", "https://other.example/x"},
        {__LINE__, "../up", "https://base.example/up"},
        {__LINE__, "javascript:alert(1)", ""},
        {__LINE__, "data:text/html,x", ""},
        {__LINE__, "ftp://a.example/", ""},
        {__LINE__, "https://user@a.example/", ""},
        {__LINE__, "https://a.example/\"onclick=x", "https://a.example/%22onclick=x"},
        {__LINE__, "https:///nohost", "https://nohost/"}, /* as browsers do */
        {__LINE__, "https://", ""},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf b = buf_init(4096);
        struct content_view view;
        struct err err;
        buf_addf(&b, "<rss><channel><item><title>t</title><link>%s</link></item></channel></rss>",
                 cases[i].link);
        CHECK_AT(cases[i].line, read_text(*state, buf_text(&b), &view, &err), "%s", err.text);
        CHECK_AT(cases[i].line, str_equal(view.items[0].url, cases[i].want), "got \"%s\"",
                 view.items[0].url);
        buf_done(&b);
    }
}

/* What a feed leaves in the reader must not be seen by the next one. */
static void test_again(void **state)
{
    struct content_view view;
    struct err err;
    assert_true(read_text(*state,
                          "<rss><channel><language>fr</language><item><title>un</title><author>A"
                          "</author><category>c</category></item></channel></rss>",
                          &view, &err));
    assert_string_equal(view.items[0].language, "fr");
    assert_false(read_text(*state, "<rss><channel><item><title>x", &view, &err) && view.count > 0);
    assert_true(read_text(*state, "<rss><channel><item><title>deux</title></item></channel></rss>",
                          &view, &err));
    assert_int_equal(view.count, 1);
    assert_string_equal(view.items[0].language, "");
    assert_string_equal(view.items[0].author, "");
    assert_int_equal(view.items[0].tag_count, 0);
    assert_string_equal(view.note, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),  cmocka_unit_test(test_content_type),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_entity_bomb),
        cmocka_unit_test(test_many_items), cmocka_unit_test(test_huge),
        cmocka_unit_test(test_deep),       cmocka_unit_test(test_long_texts),
        cmocka_unit_test(test_texts),      cmocka_unit_test(test_links),
        cmocka_unit_test(test_again),
    };
    return cmocka_run_group_tests(tests, make_reader, free_reader);
}
