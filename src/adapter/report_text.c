/* report_text.c - writes a report as plain text. The idea: one function breaks lines, and counts
 * columns by its own small table instead of the locale's, so that the bytes are the same
 * everywhere. */
#include "adapter/report_text.h"

#include "report_words.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <string.h>

enum {
    COLUMNS = 76,
    SUMMARY_SHOWN = 300, /* bytes */
    BAR_COLUMNS = 30,
    LABEL_COLUMNS = 34,
    TEXT_MAX = 8192
};

struct writer {
    const struct report_page *page;
    const struct report_words *words;
    struct buf *out;
    struct buf line; /* what will be broken into lines */
};

struct range {
    uint32_t first, last;
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}

/* Unicode 15: combining marks of the common blocks, and what East_Asian_Width calls wide. */
static int columns_of(uint32_t point)
{
    static const struct range marks[] = {
        {0x0300, 0x036F}, {0x0591, 0x05BD}, {0x064B, 0x065F}, {0x0E31, 0x0E31},
        {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x20D0, 0x20FF},
    };
    static const struct range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
        {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
    };
    if (point < 0x300)
        return 1;
    if (is_in(marks, sizeof marks / sizeof marks[0], point))
        return 0;
    return is_in(wide, sizeof wide / sizeof wide[0], point) ? 2 : 1;
}

static int columns_in(const char *text, size_t len)
{
    int columns = 0;
    uint32_t point;
    for (size_t i = 0; i < len;) {
        i += utf8_next(text + i, len - i, &point);
        columns += columns_of(point);
    }
    return columns;
}

static void indent(struct writer *w, int columns)
{
    for (int i = 0; i < columns; i++)
        buf_addc(w->out, ' ');
}

/* The bytes of a word that fit into so many columns; at least one character. */
static size_t fitting(const char *word, size_t len, int room)
{
    size_t at = 0;
    uint32_t point;
    for (int used = 0; at < len;) {
        size_t n = utf8_next(word + at, len - at, &point);
        used += columns_of(point);
        if (used > room && at > 0)
            break;
        at += n;
    }
    return at;
}

/* Writes w->line in lines of COLUMNS, the first after `first` columns that are written already,
 * further ones after `rest` blanks; empties it. */
static void flow(struct writer *w, int first, int rest)
{
    int at = first;
    bool begun = false; /* there is a word on the line */
    const char *text = buf_text(&w->line);
    for (size_t len; *text != '\0'; text += len) {
        text += strspn(text, " ");
        len = strcspn(text, " ");
        int columns = columns_in(text, len);
        if (len == 0)
            break;
        if (begun && at + 1 + columns > COLUMNS) {
            buf_addc(w->out, '\n');
            indent(w, rest);
            at = rest;
            begun = false;
        }
        if (begun) {
            buf_addc(w->out, ' ');
            at++;
        }
        if (at + columns > COLUMNS) { /* longer than a line: broken anywhere */
            len = fitting(text, len, COLUMNS - at);
            columns = COLUMNS;
        }
        buf_add(w->out, text, len);
        at += columns;
        begun = true;
    }
    buf_addc(w->out, '\n');
    buf_clear(&w->line);
}

static void add(struct writer *w, const char *text)
{
    text_screen(&w->line, text, strlen(text));
}

static void add_word(struct writer *w, enum report_word word)
{
    buf_adds(&w->line, w->words->word[word]);
}

static void rule(struct writer *w, char sign)
{
    for (int i = 0; i < COLUMNS; i++)
        buf_addc(w->out, sign);
    buf_addc(w->out, '\n');
}

static void heading(struct writer *w, const char *text)
{
    buf_addc(w->out, '\n');
    add(w, text);
    flow(w, 0, 0);
    rule(w, '-');
}

/* --- parts ------------------------------------------------------------------------------------ */

static void put_lines(struct writer *w, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\r\n");
        text_screen(&w->line, text, len);
        flow(w, 0, 0);
        text += len;
        text += strspn(text, "\r\n");
    }
}

static void put_header(struct writer *w)
{
    const struct report_page *page = w->page;
    bool failed = false;
    for (int32_t i = 0; i < page->spec->source_count; i++)
        failed = failed || page->sources[i].verdict == REPORT_FAILED;
    add(w, page->spec->title);
    flow(w, 0, 0);
    rule(w, '=');
    put_lines(w, page->spec->description);
    add_word(w, WORD_PERIOD);
    buf_adds(&w->line, ": ");
    report_period(w->words, page->from_us, page->to_us, &w->line);
    flow(w, 0, 0);
    add_word(w, WORD_ITEMS);
    buf_addf(&w->line, ": %d", page->selection->count);
    flow(w, 0, 0);
    if (failed) {
        buf_adds(w->out, "\n! ");
        add_word(w, WORD_INCOMPLETE);
        flow(w, 2, 2);
    }
}

static void put_bar(struct writer *w, const char *title, int32_t count, int32_t most)
{
    add(w, title);
    size_t len = fitting(buf_text(&w->line), w->line.len, LABEL_COLUMNS);
    buf_add(w->out, buf_text(&w->line), len);
    indent(w, LABEL_COLUMNS - columns_in(buf_text(&w->line), len) + 2);
    buf_clear(&w->line);
    int32_t width = most > 0 ? (count * BAR_COLUMNS + most - 1) / most : 0;
    for (int32_t i = 0; i < width; i++)
        buf_addc(w->out, '#');
    buf_addf(w->out, "%s%d\n", width > 0 ? " " : "", count);
}

static void put_bars(struct writer *w)
{
    const struct selection *s = w->page->selection;
    const struct spec_def *spec = w->page->spec;
    int32_t most = 0;
    for (int32_t i = 0; i < s->section_count; i++)
        most = s->sections[i].count > most ? s->sections[i].count : most;
    heading(w, w->words->word[WORD_BY_CATEGORY]);
    for (int32_t i = 0; i < s->section_count; i++)
        put_bar(w, spec->categories[s->sections[i].category].title, s->sections[i].count, most);
    if (s->region_count == 0)
        return;
    most = 0;
    for (int32_t i = 0; i < s->region_count; i++)
        most = s->regions[i].count > most ? s->regions[i].count : most;
    heading(w, w->words->word[WORD_BY_REGION]);
    for (int32_t i = 0; i < s->region_count; i++)
        put_bar(w, spec->regions[s->regions[i].region].title, s->regions[i].count, most);
}

static void put_byline(struct writer *w, const struct selected_item *row)
{
    const struct content_item *item = row->item;
    const struct spec_def *spec = w->page->spec;
    add(w, spec->sources[item->source].name);
    buf_adds(&w->line, ", ");
    if (item->published_us != 0)
        report_date(w->words, item->published_us, &w->line);
    else
        add_word(w, WORD_UNDATED);
    for (int32_t i = 0; i < spec->region_count; i++) {
        if (!topic_set_has(&row->regions, i))
            continue;
        buf_adds(&w->line, ", ");
        add(w, spec->regions[i].title);
    }
    indent(w, 4);
    flow(w, 4, 4);
}

static void put_item(struct writer *w, const struct selected_item *row, int32_t number)
{
    const struct content_item *item = row->item;
    char clean[URL_MAX + 1];
    bool cut;
    buf_addf(w->out, "\n%3d ", number);
    add(w, item->title);
    flow(w, 4, 4);
    put_byline(w, row);
    size_t len = report_cut(item->summary, SUMMARY_SHOWN, &cut);
    if (len > 0 && !str_equal(item->summary, item->title)) {
        text_screen(&w->line, item->summary, len);
        buf_adds(&w->line, cut ? "\u2026" : "");
        indent(w, 4);
        flow(w, 4, 4);
    }
    if (weblink_clean(item->url, clean)) /* whole: a broken address is of no use */
        buf_addf(w->out, "    %s\n", clean);
}

static void put_summary(struct writer *w, const struct summary *summary)
{
    buf_addc(w->out, '\n');
    add_word(w, WORD_SUMMARY);
    buf_addc(&w->line, ':');
    flow(w, 0, 0);
    for (int32_t i = 0; i < summary->count; i++) {
        const struct summary_sentence *s = &summary->sentences[i];
        add(w, s->text);
        for (int32_t k = 0; k < s->cite_count; k++)
            buf_addf(&w->line, " [%d]", s->cites[k]);
        flow(w, 0, 0);
    }
}

static void put_sections(struct writer *w)
{
    const struct selection *s = w->page->selection;
    for (int32_t i = 0; i < s->section_count; i++) {
        const struct select_section *section = &s->sections[i];
        if (section->count == 0)
            continue;
        heading(w, w->page->spec->categories[section->category].title);
        if (w->page->summaries != NULL && w->page->summaries[i].count > 0)
            put_summary(w, &w->page->summaries[i]);
        for (int32_t k = 0; k < section->count; k++)
            put_item(w, &s->items[section->first + k], section->first + k + 1);
        if (section->cut > 0)
            buf_addf(w->out, "\n    %s: %d\n", w->words->word[WORD_MORE], section->cut);
    }
}

static void put_source(struct writer *w, int32_t index)
{
    const struct report_source *source = &w->page->sources[index];
    add(w, w->page->spec->sources[index].name);
    buf_adds(&w->line, ": ");
    buf_adds(&w->line, report_verdict_word(w->words, source->verdict));
    if (source->verdict == REPORT_FAILED) {
        buf_adds(&w->line, ": ");
        add(w, source->why.text);
    } else {
        buf_addf(&w->line, ", %d / %d", source->shown, source->read);
    }
    if (source->cut) {
        buf_adds(&w->line, "; ");
        add_word(w, WORD_CUT_SOURCE);
    }
    if (source->odd > 0) {
        buf_adds(&w->line, "; ");
        add_word(w, WORD_ODD);
        buf_addf(&w->line, ": %d", source->odd);
    }
    if (source->note[0] != '\0') {
        buf_adds(&w->line, "; ");
        add(w, source->note);
    }
    buf_adds(w->out, source->verdict == REPORT_FAILED ? "! " : "- ");
    flow(w, 2, 2);
}

static void put_end(struct writer *w)
{
    struct report_left rows[REPORT_LEFT];
    bool any = false;
    heading(w, w->words->word[WORD_SOURCES]);
    for (int32_t i = 0; i < w->page->spec->source_count; i++)
        put_source(w, i);
    buf_addc(w->out, '\n');
    report_left_out(&w->page->selection->counts, rows);
    for (int i = 0; i < REPORT_LEFT; i++) {
        if (rows[i].count == 0)
            continue;
        if (!any)
            add_word(w, WORD_LEFT_OUT);
        buf_adds(&w->line, any ? ", " : ": ");
        add_word(w, rows[i].word);
        buf_addf(&w->line, " %d", rows[i].count);
        any = true;
    }
    if (any)
        flow(w, 0, 0);
    add_word(w, WORD_MADE);
    buf_adds(&w->line, ": ");
    report_moment(w->words, w->page->made_us, &w->line);
    buf_adds(&w->line, " UTC");
    flow(w, 0, 0);
}

void report_text(const struct report_page *page, struct buf *out)
{
    struct writer w = {.page = page, .words = report_words_of(page->spec->language), .out = out};
    w.line = buf_init(TEXT_MAX);
    put_header(&w);
    if (page->selection->count == 0) {
        buf_addc(out, '\n');
        add_word(&w, WORD_NOTHING);
        flow(&w, 0, 0);
    } else {
        put_bars(&w);
        put_sections(&w);
    }
    put_end(&w);
    if (!buf_ok(&w.line)) /* as in report_html */
        out->failed = true;
    buf_done(&w.line);
}
