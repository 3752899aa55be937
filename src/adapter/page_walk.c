/* page_walk.c - hands what the sieve let through to libxml2 and turns its events into the text of
 * blocks, values of attributes and facts about the page.
 *
 * The parser is given the page in pieces and watched: nothing it does may take longer than reading.
 * Where a page makes it work too hard (mistakes by the hundred thousand, elements thousands deep,
 * each of which it searches), it is stopped and the rest is read as plain text between tags. */
#include "base/utf8.h"
#include "page_tag.h"

#include <libxml/HTMLparser.h>
#include <string.h>

enum {
    CHUNK_BYTES = 16 * 1024,
    DEPTH_MAX = 5000,
    /* Steps of the parser, each about a nanosecond, that are let pass in one page. */
    WORK_MAX = 24 * 1000 * 1000,
    WORK_ELEMENT = 60,
    WORK_MISTAKE = 250,
};

/* --- text ------------------------------------------------------------------------------------- */

/* Text for an index is appended up to the buf's ceiling. */
static void append(struct buf *out, const char *text, size_t len)
{
    size_t room = out->ceiling - out->len;
    (void)buf_add(out, text, len < room ? len : utf8_whole(text, room)); /* full is no failure */
}

/* The run goes to the matcher, or into the index. */
static void hand_over(struct page_walk *w, bool whole)
{
    struct page_run *run = &w->run;
    if (run->len == 0)
        return;
    if (w->out_text == NULL) {
        w->collect->place = run->base;
        page_run_match(run, &w->sink, whole);
        return;
    }
    append(w->out_text, run->text, run->len);
    uint64_t base = run->base + run->len;
    bool space = run->space;
    page_run_clear(run);
    run->base = base;
    run->space = whole || space;
}

static void add_text(struct page_walk *w, struct page_span text)
{
    while (text.len > 0) {
        size_t used = page_run_add(&w->run, text);
        text = (struct page_span){text.text + used, text.len - used};
        if (page_run_full(&w->run))
            hand_over(w, false);
    }
}

static void end_block(struct page_walk *w)
{
    bool any = w->run.len > 0;
    hand_over(w, true);
    if (w->out_text != NULL && any)
        append(w->out_text, "\n", 1);
    w->run.element_ended = false;
}

/* --- attributes ------------------------------------------------------------------------------- */

/* Attributes of one tag whose meaning depends on each other. */
struct tag {
    const char *content, *type, *value, *language;
    const char *names[3]; /* name, property, itemprop, http-equiv */
    int name_count;
};

static struct page_span plain_value(struct page_walk *w, const char *value)
{
    struct page_span text = {value, strlen(value)};
    w->collect->place = w->run.base + w->run.len;
    return (struct page_span){w->value, page_plain(text, w->value, sizeof w->value)};
}

static void read_value(struct page_walk *w, const char *value)
{
    struct page_span text = plain_value(w, value);
    struct extract_run run = {.text = text.text, .len = text.len, .to = text.len};
    extract_text(&run, &w->sink); /* where it ended matters only to runs in pieces */
}

static void read_exact(struct page_walk *w, const char *value)
{
    struct page_span text = plain_value(w, value);
    (void)extract_list(text.text, text.len, &w->sink); /* having enough ends nothing here */
}

/* URLs lose line ends and tabs wherever they stand (WHATWG URL, basic URL parser). */
static void read_link(struct page_walk *w, const char *value)
{
    char url[sizeof w->value];
    size_t n = 0;
    for (; *value != '\0' && n < sizeof url - 1; value++)
        if (strchr("\t\r\n", *value) == NULL)
            url[n++] = *value;
    url[n] = '\0';
    struct page_span text = plain_value(w, url);
    if (extract_mailto(text.text, text.len, &w->sink))
        return;
    const char *masked = memmem(text.text, text.len, "/email-protection#", 18);
    if (masked != NULL)
        (void)extract_masked(masked + 18, text.len - (size_t)(masked + 18 - text.text),
                             &w->sink); /* what is no mask holds nothing */
}

static bool is_named(const struct tag *tag, const char *word, bool whole)
{
    for (int i = 0; i < tag->name_count; i++) {
        struct page_span name = {tag->names[i], strlen(tag->names[i])};
        if (whole ? page_span_is(name, word) : strcasestr(name.text, word) != NULL)
            return true;
    }
    return false;
}

static void read_content(struct page_walk *w, const struct tag *tag)
{
    struct page_said *said = &w->said;
    if (w->out_text == NULL) {
        if (is_named(tag, "mail", false) || is_named(tag, "reply-to", true))
            read_exact(w, tag->content);
        else
            read_value(w, tag->content);
    }
    size_t len = strlen(tag->content);
    if (said->site[0] == '\0' && is_named(tag, "og:site_name", true))
        page_fact(said->site, tag->content, len);
    if (said->language[0] == '\0' && is_named(tag, "content-language", true))
        page_language(said->language, tag->content, len);
}

static void note_attribute(struct tag *tag, enum page_attribute kind, const char *value)
{
    switch (kind) {
    case ATTRIBUTE_CONTENT:
        tag->content = value;
        break;
    case ATTRIBUTE_TYPE:
        tag->type = value;
        break;
    case ATTRIBUTE_VALUE:
        tag->value = value;
        break;
    case ATTRIBUTE_NAME:
        if (tag->name_count < 3)
            tag->names[tag->name_count++] = value;
        break;
    case ATTRIBUTE_LANGUAGE:
        tag->language = value;
        break;
    default:
        break;
    }
}

/* Attributes that mean something by themselves. */
static void match_attribute(struct page_walk *w, enum page_attribute kind, const char *value)
{
    switch (kind) {
    case ATTRIBUTE_LINK:
        read_link(w, value);
        break;
    case ATTRIBUTE_READ:
        read_value(w, value);
        break;
    case ATTRIBUTE_DATA:
        read_exact(w, value);
        break;
    case ATTRIBUTE_MASKED:
        (void)extract_masked(value, strlen(value), &w->sink); /* what is no mask holds nothing */
        break;
    default:
        break;
    }
}

static void read_attributes(struct page_walk *w, struct page_span element, const xmlChar **atts)
{
    struct tag tag = {0};
    for (; atts != NULL && atts[0] != NULL; atts += 2) {
        const char *name = (const char *)atts[0], *value = (const char *)atts[1];
        if (value == NULL)
            continue;
        enum page_attribute kind = page_attribute(name, strlen(name));
        note_attribute(&tag, kind, value);
        if (w->out_text == NULL)
            match_attribute(w, kind, value);
    }
    if (tag.content != NULL)
        read_content(w, &tag);
    if (tag.language != NULL && w->said.language[0] == '\0') /* only that of html comes here */
        page_language(w->said.language, tag.language, strlen(tag.language));
    bool hidden = tag.type != NULL && strcasecmp(tag.type, "hidden") == 0;
    if (tag.value != NULL && w->out_text == NULL && !hidden && page_span_is(element, "input"))
        read_value(w, tag.value);
}

/* --- events ----------------------------------------------------------------------------------- */

static void on_start(void *user, const xmlChar *name, const xmlChar **atts)
{
    struct page_walk *w = user;
    struct page_span element = {(const char *)name, strlen((const char *)name)};
    unsigned flags = page_element(element.text, element.len);
    w->depth++;
    w->work += WORK_ELEMENT;
    if ((flags & ELEMENT_BLOCK) != 0)
        end_block(w);
    else if ((flags & ELEMENT_DROP) == 0)
        page_run_edge(&w->run, EDGE_START, (flags & ELEMENT_STRONG) != 0);
    if (atts != NULL && atts[0] != NULL)
        read_attributes(w, element, atts);
    if ((flags & ELEMENT_DROP) != 0) {
        w->in_json = page_span_is(element, "script");
        buf_clear(&w->json);
    }
}

/* The run is the title's text. */
static void take_title(struct page_walk *w)
{
    if (w->said.title[0] != '\0')
        return;
    page_fact(w->said.title, w->run.text, w->run.len);
    if (w->out_title == NULL)
        return;
    append(w->out_title, w->run.text, w->run.len);
    w->run.len = 0; /* it is not also the text's first line */
}

static void on_end(void *user, const xmlChar *name)
{
    struct page_walk *w = user;
    struct page_span element = {(const char *)name, strlen((const char *)name)};
    unsigned flags = page_element(element.text, element.len);
    w->depth--;
    if (page_span_is(element, "title"))
        take_title(w);
    if ((flags & ELEMENT_BLOCK) != 0) {
        end_block(w);
    } else if ((flags & ELEMENT_DROP) == 0) {
        page_run_edge(&w->run, EDGE_END, (flags & ELEMENT_STRONG) != 0);
    } else if (w->in_json) {
        w->in_json = false;
        w->collect->place = w->run.base + w->run.len;
        struct page_span json = {buf_text(&w->json), w->json.len};
        if (w->out_text == NULL)
            page_jsonld(json, &w->sink, &w->said);
    }
}

static void on_text(void *user, const xmlChar *text, int len)
{
    struct page_walk *w = user;
    struct page_span span = {(const char *)text, (size_t)len};
    if (w->in_json)
        (void)buf_add(&w->json, span.text, span.len); /* too long a one is read as far as it went */
    else
        add_text(w, span);
}

static void on_comment(void *user, const xmlChar *text)
{
    struct page_walk *w = user;
    (void)text;
    page_run_edge(&w->run, EDGE_COMMENT, false);
}

/* Each mistake costs the parser a formatted message and a search through the open elements. */
static void on_mistake(void *user, xmlErrorPtr error)
{
    struct page_walk *w = user;
    (void)error;
    w->work += WORK_MISTAKE + (uint64_t)(w->depth > 0 ? w->depth : 0);
}

/* --- doors ------------------------------------------------------------------------------------ */

/* The rest of the sieve's output without the parser: each tag parts what stands around it. */
static void walk_rest(struct page_walk *w, struct page_span html)
{
    const char *at = html.text, *end = at + html.len;
    w->in_json = false;
    end_block(w);
    while (at < end) {
        const char *open = memchr(at, '<', (size_t)(end - at));
        const char *stop = open != NULL ? open : end;
        add_text(w, (struct page_span){at, (size_t)(stop - at)});
        end_block(w);
        const char *close = open != NULL ? memchr(open, '>', (size_t)(end - open)) : NULL;
        at = close != NULL ? close + 1 : end;
    }
}

bool page_walk_html(struct page_walk *w, struct page_span html)
{
    htmlSAXHandler events = {
        .startElement = on_start,
        .endElement = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .comment = on_comment,
        .serror = on_mistake,
        .initialized = XML_SAX2_MAGIC, /* without it serror is not called */
    };
    htmlParserCtxtPtr parser =
        htmlCreatePushParserCtxt(&events, w, "", 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (parser == NULL)
        return false;
    /* RECOVER: an end tag inside a script does not end it. IGNORE_ENC: it is UTF-8, whatever its
     * <meta> says. */
    htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC);
    (void)htmlParseChunk(parser, "<html><body>", 12, 0); /* mistakes are no failures */
    while (html.len > 0 && w->work < WORK_MAX && w->depth < DEPTH_MAX) {
        size_t n = html.len < CHUNK_BYTES ? html.len : CHUNK_BYTES;
        (void)htmlParseChunk(parser, html.text, (int)n, 0); /* likewise */
        html = (struct page_span){html.text + n, html.len - n};
    }
    (void)htmlParseChunk(parser, "", 0, 1); /* likewise */
    htmlFreeParserCtxt(parser);
    walk_rest(w, html);
    return true;
}

void page_walk_text(struct page_walk *w, struct page_span text)
{
    add_text(w, text);
    end_block(w);
}
