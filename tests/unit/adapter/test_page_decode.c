/* test_page_decode.c - if this fails, pages in other encodings, packed pages, texts or pictures are
 * read as what they are not: letters turn into others, addresses are missed or invented. */
#include "adapter/page.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BYTES(s) (s), sizeof(s) - 1

struct coded {
    int line;
    const char *bytes;
    size_t len;
    const char *type;    /* the header; NULL: none */
    const char *text;    /* what page_text gives; NULL: not asked */
    const char *address; /* the only one; NULL: none */
    enum page_kind kind;
};

static const struct coded encodings[] = {
    /* marks come first */
    {__LINE__, BYTES("\xEF\xBB\xBF<p>\xC3\xBC jo@oak-zq.de"), "text/html; charset=iso-8859-1",
     "\xC3\xBC jo@oak-zq.de", "jo@oak-zq.de", PAGE_HTML},
    {__LINE__, BYTES("\xFF\xFE<\0p\0>\0\xFC\0 \0j\0o\0@\0o\0k\0.\0d\0e\0"), NULL,
     "\xC3\xBC jo@ok.de", "jo@ok.de", PAGE_HTML},
    {__LINE__, BYTES("\xFE\xFF\0<\0p\0>\0\xFC\0 \0j\0o\0@\0o\0k\0.\0d\0e"), "text/html",
     "\xC3\xBC jo@ok.de", "jo@ok.de", PAGE_HTML},
    {__LINE__,
     BYTES("\xFF\xFE<\0p\0>\0a\0\0\xD8"
           "b\0"),
     NULL, "a?b", NULL, PAGE_HTML},
    {__LINE__, BYTES("\xFF\xFE<\0p\0>\0a\0b"), NULL, "a", NULL, PAGE_HTML}, /* half a character */
    /* then the header */
    {__LINE__, BYTES("<meta charset=utf-8><p>\xE4"), "text/html; charset=ISO-8859-1", "\xC3\xA4",
     NULL, PAGE_HTML},
    {__LINE__, BYTES("<p>\xA4"), "text/html;charset=\"iso-8859-15\"", "\xE2\x82\xAC", NULL,
     PAGE_HTML},
    {__LINE__, BYTES("<p>\xA4"), "text/html; Charset = 'Latin9' ; x", "\xE2\x82\xAC", NULL,
     PAGE_HTML},
    {__LINE__, BYTES("<p>\xC3\xA4"), "text/html; charset=nonsense", "\xC3\xA4", NULL, PAGE_HTML},
    {__LINE__, BYTES("<p>\xC3\xA4"), "text/html; charset=", "\xC3\xA4", NULL, PAGE_HTML},
    {__LINE__, BYTES("<p>\xC3\xA4"), "text/html; charset", "\xC3\xA4", NULL, PAGE_HTML},
    /* then the page itself */
    {__LINE__, BYTES("<meta charset=windows-1251><p>\xEF\xF0\xE8"), NULL,
     "\xD0\xBF\xD1\x80\xD0\xB8", NULL, PAGE_HTML},
    {__LINE__, BYTES("<META CHARSET=' KOI8-R '><p>\xD0"), NULL, "\xD0\xBF", NULL, PAGE_HTML},
    {__LINE__,
     BYTES("<meta http-equiv=Content-Type content='text/html; charset=iso-8859-2'><p>\xB9"), NULL,
     "\xC5\xA1", NULL, PAGE_HTML},
    {__LINE__, BYTES("<meta content='text/html; charset=iso-8859-2'><p>\xB9"), NULL, "\xC2\xB9",
     NULL, PAGE_HTML}, /* content alone says nothing */
    {__LINE__, BYTES("<!-- <meta charset=koi8-r> --><p>\xE4"), NULL, "\xC3\xA4", NULL, PAGE_HTML},
    {__LINE__, BYTES("<p title='<meta charset=koi8-r>'>\xE4"), NULL, "\xC3\xA4", NULL, PAGE_HTML},
    {__LINE__, BYTES("<meta charset=nonsense><meta charset=koi8-r><p>\xD0"), NULL, "\xD0\xBF", NULL,
     PAGE_HTML},
    {__LINE__, BYTES("<meta charset=utf-16><p>\xC3\xA4"), NULL, "\xC3\xA4", NULL, PAGE_HTML},
    {__LINE__, BYTES("<meta charset=shift_jis><p>\x93\xFA\x96\x7B jo@oak-zq.jp\x82\xDC"), NULL,
     "\xE6\x97\xA5\xE6\x9C\xAC jo@oak-zq.jp\xE3\x81\xBE", "jo@oak-zq.jp", PAGE_HTML},
    {__LINE__, BYTES("<meta charset=shift_jis><p>jo\x81\x97oak-zq.jp"), NULL, "jo@oak-zq.jp",
     "jo@oak-zq.jp", PAGE_HTML}, /* a full-width @ */
    {__LINE__, BYTES("<meta charset=euc-jp><p>\xC6\xFC jo@oak-zq.jp"), NULL,
     "\xE6\x97\xA5 jo@oak-zq.jp", "jo@oak-zq.jp", PAGE_HTML},
    {__LINE__, BYTES("<meta charset=iso-2022-jp><p>\x1B$BF|\x1B(B jo@oak-zq.jp"), NULL,
     "\xE6\x97\xA5 jo@oak-zq.jp", "jo@oak-zq.jp", PAGE_HTML},
    {__LINE__, BYTES("<meta charset=gb2312><p>\xC8\xD5 jo@oak-zq.cn\xA3\xAC"), NULL,
     "\xE6\x97\xA5 jo@oak-zq.cn\xEF\xBC\x8C", "jo@oak-zq.cn", PAGE_HTML},
    {__LINE__, BYTES("<meta charset=big5><p>\xA4\xE9"), NULL, "\xE6\x97\xA5", NULL, PAGE_HTML},
    {__LINE__, BYTES("<meta charset=ks_c_5601-1987><p>\xC0\xCF"), NULL, "\xEC\x9D\xBC", NULL,
     PAGE_HTML},
    {__LINE__,
     BYTES("<meta charset=gbk><p>a\xFF"
           "b \xB0"),
     NULL, "a?b", NULL, PAGE_HTML},
    /* then UTF-8 when it is that, else windows-1252 */
    {__LINE__, BYTES("<p>caf\xC3\xA9"), NULL, "caf\xC3\xA9", NULL, PAGE_HTML},
    {__LINE__, BYTES("<p>caf\xE9 \x80\x93"), NULL, "caf\xC3\xA9 \xE2\x82\xAC\xE2\x80\x9C", NULL,
     PAGE_HTML},
    {__LINE__,
     BYTES("<p>a\x81"
           "b\xE9"),
     NULL, "a?b\xC3\xA9", NULL, PAGE_HTML},
    {__LINE__,
     BYTES("<meta charset=utf-8><p>stra\xDF"
           "e jo@oak-zq.de"),
     NULL, "stra?e jo@oak-zq.de", "jo@oak-zq.de", PAGE_HTML},
    {__LINE__, BYTES("<meta charset=utf-8><p>\xED\xA0\x80\xC0\xAF"), NULL, "?????", NULL,
     PAGE_HTML},
    {__LINE__, BYTES("<p>jo@oak-zq.de\0al@oak-zq.de and so on, long enough for one NUL to be"),
     NULL, NULL, "jo@oak-zq.de", PAGE_HTML},
};

static void check(struct page_reader *reader, const struct coded *c)
{
    struct page_facts facts;
    struct err err = {0};
    struct buf title = buf_init(1000), text = buf_init(1000);
    enum page_kind kind;
    /* Of exactly this size: reading past it is seen. */
    char *bytes = malloc(c->len > 0 ? c->len : 1);
    memcpy(bytes, c->bytes, c->len);
    assert_true(page_extract(reader, bytes, c->len, c->type, &facts, &err));
    CHECK_AT(c->line, facts.kind == c->kind, "kind %d", (int)facts.kind);
    CHECK_AT(c->line, (facts.lead_count > 0) == (c->address != NULL), "%d addresses",
             (int)facts.lead_count);
    if (c->address != NULL)
        CHECK_AT(c->line, str_equal(facts.leads[0].shown, c->address), "%s", facts.leads[0].shown);
    assert_true(page_text(reader, bytes, c->len, c->type, &title, &text, &kind, &err));
    CHECK_AT(c->line, kind == c->kind, "kind %d of the text", (int)kind);
    while (text.len > 0 && strchr("\n ", text.data[text.len - 1]) != NULL)
        buf_cut(&text, text.len - 1);
    if (c->text != NULL)
        CHECK_AT(c->line, str_equal(buf_text(&text), c->text), "text \"%s\"", buf_text(&text));
    buf_done(&title);
    buf_done(&text);
    free(bytes);
}

static void check_all(const struct coded *cases, size_t count)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; i < count; i++)
        check(reader, &cases[i]);
    page_reader_free(reader);
}

static void test_encodings(void **state)
{
    (void)state;
    check_all(encodings, CASES(encodings));
}

/* Every label of the table leads to an encoding that this system has. */
static void test_labels(void **state)
{
    static const char *const labels[] = {
        "utf8",         "UTF-8",        "us-ascii",       "ISO_8859-1",   "latin1",
        "cp1252",       "iso-8859-3",   "iso-8859-4",     "iso-8859-5",   "iso-8859-6",
        "iso-8859-7",   "iso-8859-8",   "iso-8859-8-i",   "iso-8859-9",   "iso-8859-10",
        "iso-8859-11",  "tis-620",      "windows-874",    "iso-8859-13",  "iso-8859-14",
        "iso-8859-16",  "ibm866",       "koi8-u",         "macintosh",    "x-mac-cyrillic",
        "windows-1250", "windows-1253", "windows-1254",   "windows-1255", "windows-1256",
        "windows-1257", "windows-1258", "gb18030",        "big5-hkscs",   "euc-kr",
        "x-sjis",       "windows-31j",  "x-user-defined",
    };
    struct page_reader *reader = NULL;
    struct err err = {0};
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; i < CASES(labels); i++) {
        struct page_facts facts;
        char html[200];
        assert_true(str_format(html, sizeof html, "<meta charset='%s'><p>\xE4\xE4 jo@oak-zq.de",
                               labels[i]));
        assert_true(page_extract(reader, html, strlen(html), NULL, &facts, &err));
        CHECK_AT((int)i, facts.lead_count == 1 && !facts.cut, "%s", labels[i]);
    }
    page_reader_free(reader);
}

#define JO "jo@oak-zq.de"

static const struct coded kinds[] = {
    {__LINE__, BYTES(""), NULL, "", NULL, PAGE_EMPTY},
    {__LINE__, BYTES(""), "text/html", "", NULL, PAGE_EMPTY},
    /* the header decides */
    {__LINE__, BYTES("<p>Jo <" JO ">"), "text/plain", "<p>Jo <" JO ">", JO, PAGE_TEXT},
    {__LINE__, BYTES("Jo <" JO ">"), "TEXT/HTML ; x", "Jo", NULL, PAGE_HTML},
    {__LINE__, BYTES(JO "<br>x"), "application/xhtml+xml", JO "\nx", JO, PAGE_HTML},
    {__LINE__, BYTES("<a>" JO "</a>"), "text/csv", "<a>" JO "</a>", JO, PAGE_TEXT},
    {__LINE__, BYTES("<p>" JO), "application/octet-stream", JO, JO, PAGE_HTML},
    /* else the look */
    {__LINE__, BYTES("Jo <" JO "> wrote"), NULL, "Jo <" JO "> wrote", JO, PAGE_TEXT},
    {__LINE__, BYTES("<" JO "> wrote"), NULL, "<" JO "> wrote", JO, PAGE_TEXT},
    {__LINE__, BYTES("a < b and <c>: " JO), NULL, "a < b and <c>: " JO, JO, PAGE_TEXT},
    {__LINE__, BYTES("see <a> and </a>, by Jo <" JO ">"), NULL, NULL, JO, PAGE_TEXT},
    {__LINE__, BYTES("  \n<!DOCTYPE html>" JO), NULL, JO, JO, PAGE_HTML},
    {__LINE__, BYTES("<!-- x -->" JO), NULL, JO, JO, PAGE_HTML},
    {__LINE__, BYTES("<b>Jo</b>: " JO), NULL, "Jo: " JO, JO, PAGE_HTML},
    {__LINE__, BYTES("Some words, <i>" JO "</i>"), NULL, "Some words, " JO, JO, PAGE_HTML},
    {__LINE__, BYTES("<html>Jo <" JO ">"), NULL, "Jo", NULL, PAGE_HTML},
    {__LINE__, BYTES("<?xml version='1.0'?><item><![CDATA[<p>" JO "</p>]]></item>"), NULL, NULL, JO,
     PAGE_HTML},
    {__LINE__, BYTES("<?xml version='1.0'?><x><script src='y'/>" JO "</x>"), "text/xml", JO, JO,
     PAGE_HTML},
    {__LINE__, BYTES("<rss><d>&lt;p&gt;" JO "&lt;/p&gt;</d></rss>"), "application/rss+xml",
     "<p>" JO "</p>", JO, PAGE_HTML},
    /* not to be read */
    {__LINE__, BYTES("%PDF-1.4 " JO), NULL, "", NULL, PAGE_BINARY},
    {__LINE__, BYTES("\x89PNG\r\n " JO), "text/html", "", NULL, PAGE_BINARY},
    {__LINE__, BYTES("PK\x03\x04 " JO), NULL, "", NULL, PAGE_BINARY},
    {__LINE__,
     BYTES("\x7F"
           "ELF " JO),
     NULL, "", NULL, PAGE_BINARY},
    {__LINE__, BYTES("j\0o\0@\0o\0k\0.\0d\0e\0"), NULL, "", NULL, PAGE_BINARY},
    {__LINE__, BYTES("\x01\x02\x03\x04 " JO), NULL, "", NULL, PAGE_BINARY},
    {__LINE__, BYTES("_\bN\bNAME\x1B[0m " JO), NULL, NULL, JO, PAGE_TEXT}, /* a manual page */
};

static void test_kinds(void **state)
{
    (void)state;
    check_all(kinds, CASES(kinds));
}

/* --- gzip --- */

static size_t pack(const char *text, size_t len, unsigned char *dst, size_t size)
{
    z_stream z = {0};
    z.next_in = (Bytef *)(uintptr_t)text;
    z.avail_in = (uInt)len;
    z.next_out = dst;
    z.avail_out = (uInt)size;
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return size - z.avail_out;
}

static void test_gzip(void **state)
{
    static const char html[] = "<p>jo@oak-zq.de</p><p>al@oak-zq.de</p>";
    unsigned char packed[1000];
    struct page_reader *reader = NULL;
    struct page_facts facts;
    struct err err = {0};
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    size_t n = pack(html, sizeof html - 1, packed, sizeof packed);
    assert_true(page_extract(reader, packed, n, "text/html", &facts, &err));
    assert_int_equal(facts.kind, PAGE_HTML);
    assert_int_equal(facts.lead_count, 2);
    /* several members in a row, and what no member is behind them */
    n += pack(" bo@oak-zq.de", 13, packed + n, sizeof packed - n);
    memset(packed + n, 'x', 20);
    assert_true(page_extract(reader, packed, n + 20, NULL, &facts, &err));
    assert_int_equal(facts.lead_count, 3);
    /* damaged: nothing or something, but an end */
    for (size_t cut = 0; cut < n; cut++) {
        assert_true(page_extract(reader, packed, cut, NULL, &facts, &err));
        assert_true(facts.lead_count <= 3);
    }
    for (size_t i = 10; i < n; i++) {
        packed[i] ^= 0x55;
        assert_true(page_extract(reader, packed, n, NULL, &facts, &err));
        packed[i] ^= 0x55;
    }
    page_reader_free(reader);
}

/* A small file that says it is huge costs no more than the ceiling. */
static void test_bomb(void **state)
{
    static const char start[] = "jo@oak-zq.de ";
    const size_t size = 40u << 20;
    char *text = malloc(size);
    unsigned char *packed = malloc(1 << 20);
    struct page_reader *reader = NULL;
    struct page_facts facts;
    struct err err = {0};
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    memset(text, ' ', size);
    memcpy(text, start, sizeof start - 1);
    memcpy(text + size - 20, "al@oak-zq.de", 12);
    size_t n = pack(text, size, packed, 1 << 20);
    assert_true(n < 100 * 1000);
    assert_true(page_extract(reader, packed, n, NULL, &facts, &err));
    assert_true(facts.cut);
    assert_int_equal(facts.lead_count, 1);
    free(text);
    free(packed);
    page_reader_free(reader);
}

/* --- text for an index --- */

struct shown {
    int line;
    const char *html, *title, *text;
};

static const struct shown texts[] = {
    {__LINE__, "<title>Oak</title><p>one<p>two", "Oak", "one\ntwo\n"},
    {__LINE__, "<p>one <b>two</b> three<br>four", "", "one two three\nfour\n"},
    {__LINE__, "<p>  one \n\n two  </p>", "", "one two \n"},
    {__LINE__, "<p>in<b>side</b></p>", "", "inside\n"},
    {__LINE__, "<script>x</script><style>y</style><!-- z --><p>one", "", "one\n"},
    {__LINE__, "<p>caf&eacute; &amp; t&#233; &lt;b&gt;", "", "caf\xC3\xA9 & t\xC3\xA9 <b>\n"},
    {__LINE__, "<td>a</td><td>b</td>", "", "a\nb\n"},
    {__LINE__, "<p>a</p><img alt=b><input value=c><p>d", "", "a\nd\n"},
    {__LINE__, "<title>A</title><title>B</title>", "A", "B\n"},
    {__LINE__, "<p></p><div> </div>\n<hr>", "", ""},
    {__LINE__, "<script type=application/ld+json>{\"email\":\"x\"}</script><p>a", "", "a\n"},
};

static void test_texts(void **state)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; i < CASES(texts); i++) {
        struct buf title = buf_init(1000), text = buf_init(1000);
        assert_true(page_text(reader, texts[i].html, strlen(texts[i].html), "text/html", &title,
                              &text, NULL, &err));
        CHECK_AT(texts[i].line, str_equal(buf_text(&title), texts[i].title), "title \"%s\"",
                 buf_text(&title));
        CHECK_AT(texts[i].line, str_equal(buf_text(&text), texts[i].text), "text \"%s\"",
                 buf_text(&text));
        buf_done(&title);
        buf_done(&text);
    }
    page_reader_free(reader);
}

/* A buf with a low ceiling gets as much as it takes, whole characters, and no failure. Text that is
 * longer than the reader's buffer loses nothing. */
static void test_text_ceiling(void **state)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    struct buf page = buf_init(1 << 20), title = buf_init(10), text = buf_init(100);
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    buf_adds(&page, "<title>\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5</title><p>");
    for (int i = 0; i < 30 * 1000; i++)
        buf_adds(&page, "\xE6\x97\xA5 ");
    assert_true(page_text(reader, buf_text(&page), page.len, NULL, &title, &text, NULL, &err));
    assert_true(buf_ok(&title) && buf_ok(&text));
    assert_int_equal(title.len, 9);
    assert_true(text.len == 100 || text.len == 99);
    struct buf all = buf_init(1 << 20);
    buf_clear(&title);
    assert_true(page_text(reader, buf_text(&page), page.len, NULL, &title, &all, NULL, &err));
    assert_int_equal(all.len, 30 * 1000 * 4 + 1);
    buf_done(&page);
    buf_done(&title);
    buf_done(&text);
    buf_done(&all);
    page_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encodings),    cmocka_unit_test(test_labels),
        cmocka_unit_test(test_kinds),        cmocka_unit_test(test_gzip),
        cmocka_unit_test(test_bomb),         cmocka_unit_test(test_texts),
        cmocka_unit_test(test_text_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
