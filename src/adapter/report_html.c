/* report_html.c - writes a report as HTML. The idea: foreign text gets into the page through
 * put_text() alone, which screens and escapes it the same way wherever it stands; everything else
 * is a constant or a number. Ids are numbers too, so no name can become markup. */
#include "adapter/report_html.h"

#include "report_words.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <string.h>

enum {
    SUMMARY_SHOWN = 360, /* bytes */
    BAR_WIDTH = 100,     /* units of a bar's own scale */
    TEXT_MAX = 8192      /* bytes of one text: more than any value may have */
};

/* Mail readers that drop it show a plain page that reads well all the same. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1c2024;--soft:#5b6570;--line:#dde2e7;--page:#fff;"
    "--tint:#f4f6f8;--link:#0b57a4;--bar:#3b7dc4;--warn:#8a4b00;--warnbg:#fff4e0}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a3adb7;--line:#363d44;"
    "--page:#15181b;--tint:#1e2327;--link:#86b9f0;--bar:#5b96d6;--warn:#ffc266;--warnbg:#332508}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--ink);"
    "font:1rem/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif;"
    "overflow-wrap:anywhere}"
    ".page{max-width:44rem;margin:0 auto;padding:1.5rem 1rem 3rem}"
    "h1{font-size:1.75rem;line-height:1.2;margin:0 0 .25rem}"
    "h2{font-size:1.25rem;line-height:1.3;margin:2.25rem 0 .75rem;padding-bottom:.25rem;"
    "border-bottom:2px solid var(--line)}"
    "h3{font-size:1.0625rem;line-height:1.35;margin:0}"
    "a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:2px}"
    "p{margin:.35rem 0}"
    ".lead{font-size:1.0625rem}.meta,.by,footer{color:var(--soft);font-size:.875rem}"
    ".warn{color:var(--warn);background:var(--warnbg);padding:.6rem .8rem;border-radius:.4rem;"
    "margin:1rem 0}"
    "nav ol{margin:.25rem 0;padding-left:1.4rem}.n{color:var(--soft)}"
    "article{margin:0 0 1.25rem}"
    ".tag{display:inline-block;background:var(--tint);border-radius:.3rem;padding:0 .4rem}"
    "table{border-collapse:collapse;width:100%;font-size:.9375rem}"
    "th{text-align:left;font-weight:600;padding:.3rem .6rem .3rem 0;vertical-align:top}"
    "td{padding:.3rem .6rem .3rem 0;vertical-align:top}"
    "td.k,th.k{text-align:right;padding-right:0;white-space:nowrap}"
    ".bars th{font-weight:400;width:35%}.bars svg{display:block;width:100%;height:.7rem;"
    "margin-top:.4rem}.bar{fill:var(--bar)}.track{fill:var(--tint)}"
    ".list td,.list th{border-bottom:1px solid var(--line)}"
    "footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.75rem}"
    "@media print{.page{max-width:none;padding:0}nav,.top{display:none}article{break-inside:avoid}"
    "h2{break-after:avoid}a{color:inherit}}";

struct writer {
    const struct report_page *page;
    const struct report_words *words;
    struct buf *out;
    struct buf screened;
};

/* --- text ------------------------------------------------------------------------------------- */

static void put(struct writer *w, const char *markup)
{
    buf_adds(w->out, markup);
}

static void put_text_n(struct writer *w, const char *text, size_t len)
{
    buf_clear(&w->screened);
    text_screen(&w->screened, text, len);
    for (const char *c = buf_text(&w->screened); *c != '\0'; c++) {
        switch (*c) {
        case '&':
            put(w, "&amp;");
            break;
        case '<':
            put(w, "&lt;");
            break;
        case '>':
            put(w, "&gt;");
            break;
        case '"':
            put(w, "&quot;");
            break;
        case '\'':
            put(w, "&#39;");
            break;
        default:
            buf_addc(w->out, *c);
        }
    }
}

static void put_text(struct writer *w, const char *text)
{
    put_text_n(w, text, strlen(text));
}

static void put_word(struct writer *w, enum report_word word)
{
    put_text(w, w->words->word[word]);
}

/* Several lines of an operator's text. */
static void put_lines(struct writer *w, const char *text)
{
    for (;;) {
        size_t len = strcspn(text, "\r\n");
        put_text_n(w, text, len);
        text += len;
        text += strspn(text, "\r\n");
        if (*text == '\0')
            return;
        put(w, "<br>");
    }
}

/* An opening link when the address may be one; true: the caller closes it. */
static bool open_link(struct writer *w, const char *url)
{
    char clean[URL_MAX + 1];
    if (!weblink_clean(url, clean))
        return false;
    put(w, "<a href=\"");
    put_text(w, clean);
    put(w, "\" rel=\"noopener noreferrer\" target=\"_blank\">");
    return true;
}

static void put_time(struct writer *w, int64_t at_us)
{
    char machine[TIME_TEXT_MAX];
    time_text_utc(at_us, machine);
    buf_addf(w->out, "<time datetime=\"%s\">", machine);
    report_date(w->words, at_us, w->out);
    put(w, "</time>");
}

/* --- head ------------------------------------------------------------------------------------- */

/* RFC 4648 section 4, for the 32 bytes of a hash. */
static void put_base64(struct buf *out, const uint8_t *bytes, size_t len)
{
    static const char sign[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        size_t n = len - i < 3 ? len - i : 3;
        uint32_t bits = (uint32_t)bytes[i] << 16 | (n > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                        (n > 2 ? bytes[i + 2] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_addc(out, k <= n ? sign[bits >> (18 - 6 * k) & 63] : '=');
    }
}

static void put_head(struct writer *w)
{
    uint8_t sum[32];
    str_sha256(style, sizeof style - 1, sum);
    buf_addf(w->out, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
             w->words->language);
    put(w, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
           "'sha256-");
    put_base64(w->out, sum, sizeof sum);
    put(w, "'; base-uri 'none'; form-action 'none'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n"
           "<meta name=\"referrer\" content=\"no-referrer\">\n"
           "<meta name=\"generator\" content=\"autopilot\">\n<title>");
    put_text(w, w->page->spec->title);
    put(w, " \u2013 ");
    report_period(w->words, w->page->from_us, w->page->to_us, w->out);
    put(w, "</title>\n<style>");
    put(w, style);
    put(w, "</style>\n</head>\n<body>\n<div class=\"page\">\n");
}

static int32_t failed_sources(const struct report_page *page)
{
    int32_t n = 0;
    for (int32_t i = 0; i < page->spec->source_count; i++)
        n += page->sources[i].verdict == REPORT_FAILED;
    return n;
}

static void put_header(struct writer *w)
{
    const struct report_page *page = w->page;
    put(w, "<header id=\"top\">\n<h1 dir=\"auto\">");
    put_text(w, page->spec->title);
    put(w, "</h1>\n");
    if (page->spec->description[0] != '\0') {
        put(w, "<p class=\"lead\" dir=\"auto\">");
        put_lines(w, page->spec->description);
        put(w, "</p>\n");
    }
    put(w, "<p class=\"meta\">");
    put_word(w, WORD_PERIOD);
    put(w, ": ");
    report_period(w->words, page->from_us, page->to_us, w->out);
    put(w, " \u00B7 ");
    put_word(w, WORD_ITEMS);
    buf_addf(w->out, ": %d</p>\n</header>\n", page->selection->count);
    if (failed_sources(page) > 0) {
        put(w, "<p class=\"warn\" role=\"note\">");
        put_word(w, WORD_INCOMPLETE);
        put(w, "</p>\n");
    }
}

/* --- contents and bars ------------------------------------------------------------------------ */

static void put_contents(struct writer *w)
{
    const struct selection *s = w->page->selection;
    put(w, "<nav>\n<h2>");
    put_word(w, WORD_CONTENTS);
    put(w, "</h2>\n<ol>\n");
    for (int32_t i = 0; i < s->section_count; i++) {
        if (s->sections[i].count == 0)
            continue;
        buf_addf(w->out, "<li><a href=\"#s%d\">", i + 1);
        put_text(w, w->page->spec->categories[s->sections[i].category].title);
        buf_addf(w->out, "</a> <span class=\"n\">%d</span></li>\n", s->sections[i].count);
    }
    put(w, "<li><a href=\"#sources\">");
    put_word(w, WORD_SOURCES);
    buf_addf(w->out, "</a> <span class=\"n\">%d</span></li>\n</ol>\n</nav>\n",
             w->page->spec->source_count);
}

/* The number stands beside the bar, for readers that can't draw it. */
static void put_bar(struct writer *w, const char *title, int32_t count, int32_t most)
{
    int32_t width = most > 0 ? (count * BAR_WIDTH + most - 1) / most : 0;
    put(w, "<tr><th scope=\"row\" dir=\"auto\">");
    put_text(w, title);
    buf_addf(w->out,
             "</th><td><svg viewBox=\"0 0 %d 8\" preserveAspectRatio=\"none\" "
             "aria-hidden=\"true\"><rect class=\"track\" width=\"%d\" height=\"8\" "
             "fill=\"#e8ecf0\"/><rect class=\"bar\" width=\"%d\" height=\"8\" "
             "fill=\"#3b7dc4\"/></svg></td><td class=\"k\">%d</td></tr>\n",
             BAR_WIDTH, BAR_WIDTH, width, count);
}

static void open_bars(struct writer *w, enum report_word heading)
{
    put(w, "<section>\n<h2>");
    put_word(w, heading);
    put(w, "</h2>\n<table class=\"bars\">\n");
}

static void put_bars(struct writer *w)
{
    const struct selection *s = w->page->selection;
    const struct spec_def *spec = w->page->spec;
    int32_t most = 0;
    for (int32_t i = 0; i < s->section_count; i++)
        most = s->sections[i].count > most ? s->sections[i].count : most;
    open_bars(w, WORD_BY_CATEGORY);
    for (int32_t i = 0; i < s->section_count; i++)
        put_bar(w, spec->categories[s->sections[i].category].title, s->sections[i].count, most);
    put(w, "</table>\n</section>\n");
    if (s->region_count == 0)
        return;
    most = 0;
    for (int32_t i = 0; i < s->region_count; i++)
        most = s->regions[i].count > most ? s->regions[i].count : most;
    open_bars(w, WORD_BY_REGION);
    for (int32_t i = 0; i < s->region_count; i++)
        put_bar(w, spec->regions[s->regions[i].region].title, s->regions[i].count, most);
    put(w, "</table>\n</section>\n");
}

/* --- items ------------------------------------------------------------------------------------ */

static void put_tags(struct writer *w, const struct selected_item *item)
{
    const struct spec_def *spec = w->page->spec;
    for (int32_t i = 0; i < spec->region_count; i++) {
        if (!topic_set_has(&item->regions, i))
            continue;
        put(w, " <span class=\"tag\">");
        put_text(w, spec->regions[i].title);
        put(w, "</span>");
    }
    for (int32_t i = 0; i < spec->category_count; i++) {
        if (i == item->section || !topic_set_has(&item->categories, i))
            continue;
        put(w, " <span class=\"tag\">");
        put_text(w, spec->categories[i].title);
        put(w, "</span>");
    }
}

static void put_byline(struct writer *w, const struct selected_item *row)
{
    const struct content_item *item = row->item;
    put(w, "<p class=\"by\">");
    put_text(w, w->page->spec->sources[item->source].name);
    if (item->author[0] != '\0') {
        put(w, " \u00B7 ");
        put_text(w, item->author);
    }
    put(w, " \u00B7 ");
    if (item->published_us != 0)
        put_time(w, item->published_us);
    else
        put_word(w, WORD_UNDATED);
    if (row->also > 0) {
        put(w, " \u00B7 ");
        put_word(w, WORD_ALSO);
        buf_addf(w->out, ": %d", row->also);
    }
    put_tags(w, row);
    put(w, "</p>\n");
}

/* number: for the summary above to lead to; 0: there is none. */
static void put_item(struct writer *w, const struct selected_item *row, int32_t number)
{
    const struct content_item *item = row->item;
    bool cut;
    put(w, "<article");
    if (number > 0)
        buf_addf(w->out, " id=\"i%d\"", number);
    if (item->language[0] != '\0') {
        put(w, " lang=\"");
        put_text(w, item->language);
        put(w, "\"");
    }
    put(w, ">\n<h3 dir=\"auto\">");
    if (number > 0)
        buf_addf(w->out, "<span class=\"n\">%d</span> ", number);
    bool linked = open_link(w, item->url);
    put_text(w, item->title);
    put(w, linked ? "</a></h3>\n" : "</h3>\n");
    put_byline(w, row);
    size_t len = report_cut(item->summary, SUMMARY_SHOWN, &cut);
    if (len > 0 && !str_equal(item->summary, item->title)) {
        put(w, "<p dir=\"auto\">");
        put_text_n(w, item->summary, len);
        put(w, cut ? "\u2026</p>\n" : "</p>\n");
    }
    put(w, "</article>\n");
}

/* Each sentence with links to the items it is about. */
static void put_summary(struct writer *w, const struct summary *summary)
{
    put(w, "<p class=\"by\">");
    put_word(w, WORD_SUMMARY);
    put(w, "</p>\n<p dir=\"auto\" lang=\"");
    put_text(w, w->page->spec->language);
    put(w, "\">");
    for (int32_t i = 0; i < summary->count; i++) {
        const struct summary_sentence *s = &summary->sentences[i];
        put(w, i > 0 ? " " : "");
        put_text(w, s->text);
        for (int32_t k = 0; k < s->cite_count; k++)
            buf_addf(w->out, " <a href=\"#i%d\">[%d]</a>", s->cites[k], s->cites[k]);
    }
    put(w, "</p>\n");
}

static void put_section(struct writer *w, int32_t index)
{
    const struct selection *s = w->page->selection;
    const struct select_section *section = &s->sections[index];
    if (section->count == 0)
        return;
    buf_addf(w->out, "<section id=\"s%d\">\n<h2 dir=\"auto\">", index + 1);
    put_text(w, w->page->spec->categories[section->category].title);
    put(w, "</h2>\n");
    const struct summary *all = w->page->summaries;
    bool summed = all != NULL && all[index].count > 0;
    if (summed)
        put_summary(w, &all[index]);
    for (int32_t i = 0; i < section->count; i++)
        put_item(w, &s->items[section->first + i], summed ? section->first + i + 1 : 0);
    if (section->cut > 0) {
        put(w, "<p class=\"by\">");
        put_word(w, WORD_MORE);
        buf_addf(w->out, ": %d</p>\n", section->cut);
    }
    put(w, "<p class=\"by top\"><a href=\"#top\">");
    put_word(w, WORD_TOP);
    put(w, "</a></p>\n</section>\n");
}

/* --- sources ---------------------------------------------------------------------------------- */

static void put_state(struct writer *w, const struct report_source *source)
{
    put_text(w, report_verdict_word(w->words, source->verdict));
    if (source->verdict == REPORT_FAILED) {
        put(w, ": ");
        put_text(w, source->why.text);
    }
    if (source->cut) {
        put(w, "; ");
        put_word(w, WORD_CUT_SOURCE);
    }
    if (source->odd > 0) {
        put(w, "; ");
        put_word(w, WORD_ODD);
        buf_addf(w->out, ": %d", source->odd);
    }
    if (source->note[0] != '\0') {
        put(w, "; ");
        put_text(w, source->note);
    }
}

static void put_source(struct writer *w, int32_t index)
{
    const struct spec_source *def = &w->page->spec->sources[index];
    const struct report_source *source = &w->page->sources[index];
    put(w, "<tr><th scope=\"row\" dir=\"auto\">");
    bool linked = def->kind != SOURCE_CORPUS && open_link(w, def->address);
    put_text(w, def->name);
    put(w, linked ? "</a></th><td>" : "</th><td>");
    put_state(w, source);
    put(w, "</td><td>");
    if (source->newest_us != 0)
        put_time(w, source->newest_us);
    buf_addf(w->out, "</td><td class=\"k\">%d / %d</td></tr>\n", source->shown, source->read);
}

static void put_sources(struct writer *w)
{
    static const enum report_word heads[] = {WORD_SOURCE, WORD_STATE, WORD_NEWEST, WORD_ITEMS};
    put(w, "<section id=\"sources\">\n<h2>");
    put_word(w, WORD_SOURCES);
    put(w, "</h2>\n<table class=\"list\">\n<tr>");
    for (size_t i = 0; i < 4; i++) {
        put(w, i == 3 ? "<th scope=\"col\" class=\"k\">" : "<th scope=\"col\">");
        put_word(w, heads[i]);
        put(w, "</th>");
    }
    put(w, "</tr>\n");
    for (int32_t i = 0; i < w->page->spec->source_count; i++)
        put_source(w, i);
    put(w, "</table>\n</section>\n");
}

static void put_footer(struct writer *w)
{
    struct report_left rows[REPORT_LEFT];
    bool any = false;
    report_left_out(&w->page->selection->counts, rows);
    put(w, "<footer>\n<p>");
    for (int i = 0; i < REPORT_LEFT; i++) {
        if (rows[i].count == 0)
            continue;
        if (!any)
            put_word(w, WORD_LEFT_OUT);
        put(w, any ? ", " : ": ");
        put_word(w, rows[i].word);
        buf_addf(w->out, " %d", rows[i].count);
        any = true;
    }
    put(w, any ? ".</p>\n<p>" : "");
    put_word(w, WORD_MADE);
    put(w, ": ");
    report_moment(w->words, w->page->made_us, w->out);
    put(w, " UTC</p>\n</footer>\n</div>\n</body>\n</html>\n");
}

void report_html(const struct report_page *page, struct buf *out)
{
    struct writer w = {.page = page, .words = report_words_of(page->spec->language), .out = out};
    w.screened = buf_init(TEXT_MAX);
    put_head(&w);
    put_header(&w);
    if (page->selection->count == 0) {
        put(&w, "<main>\n<p class=\"lead\">");
        put_word(&w, WORD_NOTHING);
        put(&w, "</p>\n</main>\n");
    } else {
        put_contents(&w);
        put_bars(&w);
        put(&w, "<main>\n");
        for (int32_t i = 0; i < page->selection->section_count; i++)
            put_section(&w, i);
        put(&w, "</main>\n");
    }
    put_sources(&w);
    put_footer(&w);
    if (!buf_ok(&w.screened)) /* no memory: a page with holes must not pass for a whole one */
        out->failed = true;
    buf_done(&w.screened);
}
