/* big_pages.c - see big_pages.h. A unit "%w" stands for paragraphs of words, with an address in the
 * middle; any other is repeated as it stands. */
#include "fake/big_pages.h"

#include <string.h>

enum { FULL = 5 * 1024 * 1024 - 400 };

#define TAIL "<p>tail@hostile-zq.com</p>"
#define FOUND "tail@hostile-zq.com"
#define HTML "<html><body>"

static const struct big_page pages[] = {
    {"230-big.html", HTML, "%w", "<p>end@fivemegs-zq.com</p></body></html>", FULL,
     "end@fivemegs-zq.com"},
    {"232-big.html", HTML "<p>", "a@", "</p><p>tail@atstorm-zq.com</p></body></html>", 600000,
     "tail@atstorm-zq.com"},
    {"234-big.html", HTML "<img src=\"data:image/png;base64,", "+2ca9CAeea3/",
     "\"><p>tail@base64-zq.com</p></body></html>", 400000, "tail@base64-zq.com"},
    {"235-big.html", HTML "<script>var x=[", "\"stone@2x.png\",",
     "0];</script><p>tail@script-zq.com</p></body></html>", 470000, "tail@script-zq.com"},
    {"237-big.html", HTML "<p>", "&#64;", "</p><p>tail@entitystorm-zq.com</p></body></html>",
     500000, "tail@entitystorm-zq.com"},
    /* the matcher */
    {"signs.html", HTML, "@", TAIL, FULL, FOUND},
    {"dots.html", HTML, "a.", TAIL, FULL, FOUND},
    {"one-local.html", HTML, "x", "@oak-zq.de" TAIL, FULL, FOUND},
    {"one-domain.html", HTML "a@", "x.", TAIL, FULL, FOUND},
    {"written.html", HTML, "a [at] b [dot] ", TAIL, FULL, FOUND},
    {"words.html", HTML, "mail a at b dot c ", TAIL, FULL, FOUND},
    {"spaced.html", HTML, "mail a @ b . ", TAIL, FULL, FOUND},
    {"upper.html", HTML, "a AT b DOT ", TAIL, FULL, FOUND},
    {"quotes.html", HTML, "\"x y\"@", TAIL, FULL, FOUND},
    {"duplicates.html", HTML, "a@b-zq.co ", TAIL, FULL, FOUND},
    {"duplicates-idn.html", HTML, "a@\xC3\xA4-zq.de ", TAIL, FULL, FOUND},
    {"placeholders.html", HTML, "a@example.com ", TAIL, FULL, FOUND},
    {"invisible.html", HTML, "\xE2\x80\x8B@", TAIL, FULL, FOUND},
    {"blanks.html", HTML, " ", TAIL, FULL, FOUND},
    {"text.txt", "", "jo <a@b", " tail@hostile-zq.com", FULL, FOUND},
    /* markup */
    {"bold.html", HTML, "<b>a@</b>", TAIL, FULL, FOUND},
    {"bold-open.html", HTML, "<b>@", TAIL, FULL, FOUND},
    {"bold-close.html", HTML, "a@b.co</i>", TAIL, FULL, FOUND},
    {"divs.html", HTML, "<div>@", TAIL, FULL, FOUND},
    {"paragraphs.html", HTML, "<p>@", TAIL, FULL, FOUND},
    {"headings.html", HTML, "<h1>@<li>@", TAIL, FULL, FOUND},
    {"links.html", HTML, "<a>@", TAIL, FULL, FOUND},
    {"unknown.html", HTML, "<x1>a@</x1>", TAIL, FULL, FOUND},
    {"sections.html", HTML, "<section>@</section>", TAIL, FULL, FOUND},
    {"drawings.html", HTML, "<svg><text>a@</text></svg>", TAIL, FULL, FOUND},
    {"tables.html", HTML, "<table><tr><td>@", TAIL, FULL, FOUND},
    {"bodies.html", HTML, "<body>a@", TAIL, FULL, FOUND},
    {"less-than.html", HTML, "<", TAIL, FULL, FOUND},
    {"comments.html", HTML, "<!-- a@b -->", TAIL, FULL, FOUND},
    {"comments-open.html", HTML, "<!--a--!", TAIL, FULL, NULL},
    {"comments-short.html", HTML, "<!-->", TAIL, FULL, FOUND},
    {"scripts-open.html", HTML, "<script>", TAIL, FULL, NULL},
    {"titles-open.html", HTML, "<title>", TAIL, FULL, FOUND},
    {"textarea.html", HTML "<textarea>", "<", "</textarea>" TAIL, FULL, FOUND},
    {"processing.html", HTML, "<?", ">" TAIL, FULL, FOUND},
    /* attributes */
    {"attributes.html", HTML "<p ", "a1 b=2 c='3' ", ">" TAIL, FULL, FOUND},
    {"attributes-mail.html", HTML "<p ", "data-mail1=a@b.c ", ">" TAIL, FULL, FOUND},
    {"attributes-each.html", HTML, "<p title=\"a@b\" alt=\"@c\" value=@ data-mail=x@y>", TAIL, FULL,
     FOUND},
    {"recipients.html", HTML "<a href=\"mailto:", "a@b-zq.co,", "\">x</a>" TAIL, FULL, FOUND},
    {"mail-links.html", HTML, "<a href=\"mailto:a@b-zq.co\">", TAIL, FULL, FOUND},
    {"masked.html", HTML, "<i data-cfemail=\"006a6f406f616b2e6465\">", TAIL, FULL, FOUND},
    /* references */
    {"ampersands.html", HTML, "&", TAIL, FULL, FOUND},
    {"unknown-names.html", HTML, "&aaaaaaaaaaaaaaaa", TAIL, FULL, FOUND},
    {"known-names.html", HTML, "&eacute;", TAIL, FULL, FOUND},
    /* structured data */
    {"json-deep.html", HTML "<script type=application/ld+json>", "[{", "</script>" TAIL, FULL,
     FOUND},
    {"json-many.html", HTML, "<script type=application/ld+json>{\"email\":\"a@b-zq.co\"}</script>",
     TAIL, FULL, FOUND},
    /* encodings */
    {"bad-utf8.html", "<meta charset=utf-8>", "\xFF", TAIL, FULL, FOUND},
    {"bad-sjis.html", "<meta charset=shift_jis>", "\x81\xFF", TAIL, FULL, NULL},
    {"bad-gbk.html", "<meta charset=gbk>", "\xFF", TAIL, FULL, NULL},
    /* twice as long in UTF-8, and cut */
    {"latin.html", "<p>", "\xE9", TAIL, FULL, NULL},
};

const struct big_page *big_page(size_t i)
{
    return i < sizeof pages / sizeof pages[0] ? &pages[i] : NULL;
}

static void add_words(struct buf *out, size_t bytes)
{
    static const char *const words[] = {"signal", "harbor", "bridge", "stone",  "mill",
                                        "copper", "anchor", "cedar",  "walnut", "lantern",
                                        "meadow", "violet", "canvas", "ember",  "river"};
    unsigned dice = 12345;
    bool middle = false;
    while (out->len < bytes && buf_ok(out)) {
        buf_addf(out, "<p class=\"c%u\">", out->len % 100 != 0 ? dice % 100 : 0);
        for (int i = 0; i < 12; i++) {
            dice = dice * 1103515245u + 12345u;
            buf_addf(out, "%s%s", words[(dice >> 16) % 15], i < 11 ? " " : ".</p>\n");
        }
        if (!middle && out->len > bytes / 2)
            middle = buf_adds(out, "<p>middle@fivemegs-zq.com</p>\n");
    }
}

bool big_page_make(const struct big_page *page, size_t most_bytes, struct buf *out)
{
    size_t bytes = page->bytes < most_bytes ? page->bytes : most_bytes, n = strlen(page->unit);
    buf_clear(out);
    buf_adds(out, page->head);
    if (strcmp(page->unit, "%w") == 0)
        add_words(out, bytes);
    else
        while (out->len + n <= bytes && buf_ok(out))
            buf_add(out, page->unit, n);
    buf_adds(out, page->tail);
    return buf_ok(out);
}
