/* Broken if this finds something: some feed crashes or stalls its reader, text gets out of it that
 * is not plain, a link that may not be one, or a report whose markup the feed wrote. The first byte
 * chooses what the server said of the encoding; the rest are the bytes of the feed. */
#include "adapter/feed.h"
#include "adapter/report.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"
#include "fake/fake_clock.h"
#include "fake/fake_content.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct spec_topic all = {"all", "All", NULL, 0, NULL, 0, false};
static const struct spec_source from = {"Source", SOURCE_AUTO, "/feed", "", ""};
static const struct spec_def spec = {.name = "fuzz",
                                     .workspace = "default",
                                     .title = "Fuzz",
                                     .description = "",
                                     .language = "en",
                                     .items_per_section = 500,
                                     .items_max = 2000,
                                     .categories = &all,
                                     .category_count = 1,
                                     .sources = &from,
                                     .source_count = 1};

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* Made once; a reader is meant to be used again. */
static struct feed_reader *the_reader(void)
{
    static struct feed_reader *reader;
    if (reader == NULL)
        require(feed_reader_new(&reader, NULL));
    return reader;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return the_reader() == NULL;
}

/* Screened text is what screening leaves alone. */
static void check_text(const char *text, size_t max)
{
    struct buf again = buf_init(8192);
    require(strlen(text) <= max && utf8_valid(text, strlen(text)));
    text_screen(&again, text, strlen(text));
    require(buf_ok(&again) && str_equal(buf_text(&again), text));
    buf_done(&again);
}

static void check_item(const struct content_item *item)
{
    char clean[URL_MAX + 1];
    require(item->title[0] != '\0');
    check_text(item->title, ITEM_TITLE_MAX);
    check_text(item->summary, ITEM_SUMMARY_MAX);
    check_text(item->author, ITEM_AUTHOR_MAX);
    check_text(item->language, 15);
    require(item->tag_count <= ITEM_TAGS_MAX);
    for (int32_t i = 0; i < item->tag_count; i++)
        check_text(item->tags[i], ITEM_TAG_MAX);
    require(item->url[0] == '\0' ||
            (weblink_clean(item->url, clean) && str_equal(clean, item->url)));
}

/* Every < of the page begins one of the report's own tags. */
static void check_page(const char *html)
{
    static const char *const tags[] = {
        "!DOCTYPE html>",
        "html lang=\"en\">",
        "html>",
        "head>",
        "meta ",
        "title>",
        "style>:root",
        "style>",
        "body>",
        "div class=\"page\">",
        "div>",
        "header",
        "h1",
        "h2",
        "h3",
        "p>",
        "p ",
        "br>",
        "nav>",
        "ol>",
        "li>",
        "a href=\"http",
        "a href=\"#",
        "a>",
        "span",
        "section",
        "table",
        "tr>",
        "th",
        "td",
        "svg viewBox",
        "svg>",
        "rect class",
        "main>",
        "article",
        "time",
        "footer>",
    };
    for (const char *at = html; (at = strchr(at, '<')) != NULL;) {
        size_t i = 0;
        at += at[1] == '/' ? 2 : 1;
        while (i < sizeof tags / sizeof tags[0] && !str_starts(at, tags[i]))
            i++;
        require(i < sizeof tags / sizeof tags[0]);
    }
}

static void check_report(const struct content_view *view)
{
    struct fake_clock clock;
    struct fake_content content;
    struct report report;
    fake_clock_init(&clock);
    fake_content_init(&content, &clock);
    content.source[0] =
        (struct fake_source){.answer = CONTENT_READY, .items = view->items, .count = view->count};
    struct report_request request = {.spec = &spec,
                                     .from_us = 1,
                                     .to_us = INT64_MAX,
                                     .made_us = 1,
                                     .content = &content.content,
                                     .clock = &clock.port,
                                     .deadline_us = INT64_MAX};
    require(report_make(&request, &report, NULL));
    const struct select_counts *c = &report.selection.counts;
    require(c->read == view->count && c->shown + c->repeated + c->cut == c->read);
    check_page(buf_text(&report.html));
    require(utf8_valid(buf_text(&report.text), report.text.len));
    report_done(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {NULL, "text/xml; charset=iso-8859-1",
                                        "application/rss+xml; charset=utf-8",
                                        "text/xml; charset=shift_jis"};
    struct content_view view = {.count = 0};
    struct err err = {0};
    if (size == 0)
        return 0;
    struct feed_input input = {.bytes = data + 1,
                               .len = size - 1,
                               .content_type = types[data[0] % 4],
                               .base = "https://base.example/feed"};
    if (!feed_read(the_reader(), &input, &view, &err)) {
        require(err.kind == ERR_REFUSED && err.text[0] != '\0');
        check_text(err.text, sizeof err.text);
        return 0;
    }
    check_text(view.note, CONTENT_NOTE_MAX);
    for (int32_t i = 0; i < view.count; i++)
        check_item(&view.items[i]);
    check_report(&view);
    return 0;
}
