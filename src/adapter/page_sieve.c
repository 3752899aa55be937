/* page_sieve.c - what of a page goes on to the parser.
 *
 * Most of a page can't hold an address: scripts, styles, comments, the attributes that draw it, the
 * many blocks without any sign of one. This pass leaves them out, so the parser has little to do,
 * and writes the rest in the plainest form: lower-case names, values in double quotes, references
 * decoded, '<' only where a tag begins. What makes the parser slow (a hundred thousand attributes,
 * a million references) does not get through. Every step moves forward, so it is linear. */
#include "base/utf8.h"
#include "page_tag.h"

#include <string.h>

enum {
    TAG_NAME_MAX = 31,
    TAG_ATTRIBUTES = 32, /* of those that are read; duplicates cost the parser their square */
    VALUE_BYTES = 16 * 1024,
    ODD_MAX = 100 * 1000 /* stray signs that are still copied as such */
};

struct sieve {
    struct page_cursor in;
    struct buf *out;
    int odd;      /* stray signs so far */
    int drawings; /* svg elements that are open */
    bool xml;
    bool no_end[4]; /* elements whose end tag is known not to come any more */
    bool for_addresses, promising;
    /* The unit: a tag of a block and what stands between it and the next one. */
    size_t unit;      /* where it begins in out */
    size_t unit_lead; /* the length of the end tag that it begins with; 0: it begins otherwise */
    bool unit_kept;   /* it says something about the page, or an attribute is promising */
    bool last_kept;   /* the unit before was kept */
};

static void add(struct sieve *s, const char *bytes, size_t len)
{
    (void)buf_add(s->out, bytes, len); /* the buf remembers; the caller asks once */
}

static void adds(struct sieve *s, const char *text)
{
    add(s, text, strlen(text));
}

/* A sign that markup gives a meaning, as text. */
static void add_sign(struct sieve *s, char sign)
{
    if (sign == '<')
        adds(s, s->odd++ < ODD_MAX ? "&lt;" : " ");
    else if (sign == '&')
        adds(s, s->odd++ < ODD_MAX ? "&amp;" : " ");
    else if (sign == '"')
        adds(s, "&#34;");
    else
        adds(s, "&gt;");
}

/* The reference (or the bare '&') at text; returns the bytes it took. */
static size_t add_reference(struct sieve *s, const char *text, size_t len, bool in_value)
{
    uint32_t point = 0;
    size_t used = s->odd < ODD_MAX ? page_entity(text, len, in_value, &point) : 0;
    if (used == 0) {
        add_sign(s, '&');
        return 1;
    }
    if (point == '<' || point == '&' || (in_value && (point == '"' || point == '>'))) {
        add_sign(s, (char)point);
    } else if (point >= ' ' || point == '\t' || point == '\n') {
        char bytes[4];
        add(s, bytes, utf8_put(point, bytes));
    }
    return used;
}

/* The parser would drop an escape without a trace, and what is left of a control sequence would
 * become a part of an address: the matcher is told by the sign for it (U+241B). */
static void add_plain(struct sieve *s, const char *text, size_t len)
{
    const char *end = text + len;
    for (const char *escape; text < end; text = escape + 1) {
        escape = memchr(text, 0x1B, (size_t)(end - text));
        add(s, text, (size_t)((escape != NULL ? escape : end) - text));
        if (escape == NULL)
            return;
        adds(s, s->odd++ < ODD_MAX ? "\xE2\x90\x9B" : " ");
    }
}

/* Text between tags, references decoded. */
static void add_text(struct sieve *s, struct page_span text, bool with_signs)
{
    const char *at = text.text, *end = at + text.len;
    while (at < end) {
        const char *stop = at;
        if (!with_signs)
            stop = memchr(at, '&', (size_t)(end - at));
        else
            while (stop < end && *stop != '&' && *stop != '<')
                stop++;
        if (stop == NULL)
            stop = end;
        add_plain(s, at, (size_t)(stop - at));
        at = stop;
        if (at == end)
            break;
        if (*at == '&')
            at += add_reference(s, at, (size_t)(end - at), false);
        else
            add_sign(s, *at++);
    }
}

static void add_value(struct sieve *s, struct page_span value)
{
    size_t len = value.len < VALUE_BYTES ? utf8_whole(value.text, value.len) : 0;
    if (value.len >= VALUE_BYTES)
        len = utf8_whole(value.text, VALUE_BYTES);
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        while (i + n < len && strchr("&<>\"", value.text[i + n]) == NULL)
            n++;
        add(s, value.text + i, n);
        i += n;
        if (i == len)
            break;
        if (value.text[i] == '&')
            i += add_reference(s, value.text + i, len - i, true);
        else
            add_sign(s, value.text[i++]);
    }
}

/* Most links lead to pages: only these can hold an address. */
static bool is_mail_link(struct page_span value)
{
    while (value.len > 0 && (unsigned char)value.text[0] <= ' ') {
        value.text++;
        value.len--;
    }
    return value.len > 0 && (strchr("mM&", value.text[0]) != NULL ||
                             memmem(value.text, value.len, "email-protection", 16) != NULL);
}

/* The name, lower-cased and cut; returns its length. Its bytes are those of names: others end it.
 * */
static size_t lower_name(struct page_span tag, char name[TAG_NAME_MAX + 1])
{
    size_t n = 0;
    while (n < tag.len && n < TAG_NAME_MAX) {
        char c = tag.text[n];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (!page_is_letter(c) && !(c >= '0' && c <= '9') && strchr("-_.:", c) == NULL)
            break;
        name[n++] = c;
    }
    name[n] = '\0';
    return n;
}

/* Decides the fate of the unit that ends here. Behind a kept one at least the end tag stays, so
 * that the parser's stack stays low. */
static void end_unit(struct sieve *s)
{
    if (s->for_addresses && buf_ok(s->out)) {
        struct page_span unit = {buf_text(s->out) + s->unit, s->out->len - s->unit};
        bool promising = page_promising(unit);
        s->promising = s->promising || promising;
        if (!promising && !s->unit_kept) {
            buf_cut(s->out, s->unit + (s->last_kept ? s->unit_lead : 0));
            s->last_kept = false;
        } else {
            s->last_kept = true;
        }
    }
    s->unit = s->out->len;
    s->unit_lead = 0;
    s->unit_kept = false;
}

/* An attribute that was found in the tag of an element. */
static bool is_wanted(struct sieve *s, struct page_span element, enum page_attribute kind,
                      struct page_span name, struct page_span value)
{
    bool promising = false, states = false;
    switch (kind) {
    case ATTRIBUTE_NONE:
        return false;
    case ATTRIBUTE_TYPE:
        return true;
    case ATTRIBUTE_NAME:
        return page_span_is(element, "meta") || !page_span_is(name, "name");
    case ATTRIBUTE_LANGUAGE:
        states = page_span_is(element, "html");
        break;
    case ATTRIBUTE_CONTENT:
        states = true;
        promising = memchr(value.text, '&', value.len) != NULL || page_promising(value);
        break;
    case ATTRIBUTE_LINK:
        promising = is_mail_link(value);
        break;
    case ATTRIBUTE_MASKED:
        promising = true;
        break;
    default: /* read out, or data: references may hide anything */
        promising = memchr(value.text, '&', value.len) != NULL || page_promising(value);
        break;
    }
    s->promising = s->promising || promising;
    s->unit_kept = s->unit_kept || promising || states;
    return promising || states;
}

/* The attributes of a start tag; *ret_json: it is a script of type JSON-LD. False when the page
 * ends inside the tag, which is then none. */
static bool add_attributes(struct sieve *s, struct page_span element, bool write, bool *ret_json)
{
    struct page_span name, value;
    const char *before = s->in.at;
    for (int count = 0; page_tag_attribute(&s->in, &name, &value);) {
        before = s->in.at;
        enum page_attribute kind = page_attribute(name.text, name.len);
        if (kind == ATTRIBUTE_TYPE &&
            page_span_starts(page_span_trim(value), "application/ld+json"))
            *ret_json = true;
        if (!write || count == TAG_ATTRIBUTES || !is_wanted(s, element, kind, name, value))
            continue;
        count++;
        char lower[TAG_NAME_MAX + 1];
        size_t n = lower_name(name, lower);
        adds(s, " ");
        add(s, lower, n);
        adds(s, "=\"");
        add_value(s, value);
        adds(s, "\"");
    }
    return s->in.at > before && s->in.at[-1] == '>';
}

/* The text up to the end tag of the element, the cursor behind that tag. When there is none (or,
 * for `which`, was none before): false, and the cursor stays. */
static bool until_end_tag(struct sieve *s, const char *element, int which,
                          struct page_span *ret_text)
{
    size_t n = strlen(element);
    const char *from = s->in.at;
    struct page_cursor c = s->in;
    while (!s->no_end[which] && c.at < c.end) {
        const char *open = memchr(c.at, '<', (size_t)(c.end - c.at));
        if (open == NULL)
            break;
        c.at = open + 1;
        struct page_span rest = {c.at, (size_t)(c.end - c.at)};
        if (rest.len < n + 2 || rest.text[0] != '/' ||
            !page_span_starts((struct page_span){rest.text + 1, rest.len - 1}, element) ||
            (!page_is_space(rest.text[n + 1]) && strchr("/>", rest.text[n + 1]) == NULL))
            continue;
        *ret_text = (struct page_span){from, (size_t)(open - from)};
        page_tag_skip(&c);
        s->in = c;
        return true;
    }
    s->no_end[which] = true;
    return false;
}

/* The parser stops at the document's end, and pages go on behind it: so html, head and body become
 * plain blocks, and the parser is given its own around the whole. The titles of drawings are not
 * the page's. */
static const char *written_name(const struct sieve *s, const char *name)
{
    if (s->drawings > 0 && strcmp(name, "title") == 0)
        return "text";
    bool frame =
        strcmp(name, "html") == 0 || strcmp(name, "head") == 0 || strcmp(name, "body") == 0;
    return frame ? "div" : name;
}

/* Elements whose content is no markup, and where their end was looked for in vain. */
static int kind_of_plain(const char *name)
{
    return name[0] == 's' ? (name[1] == 'c' ? 0 : 1) : name[0] == 'i' ? 1 : name[1] == 'i' ? 2 : 3;
}

/* The content of script, style, iframe: gone, but for JSON-LD. Without an end tag it is all that is
 * left of the page. */
static void drop_content(struct sieve *s, const char *name, bool json)
{
    struct page_span content;
    if (!until_end_tag(s, name, kind_of_plain(name), &content)) {
        s->in.at = s->in.end;
        return;
    }
    if (!json)
        return;
    if (content.len > PAGE_JSON_MAX)
        content.len = utf8_whole(content.text, PAGE_JSON_MAX);
    s->unit_kept = true;
    s->promising = s->promising || memmem(content.text, content.len, "mail", 4) != NULL;
    adds(s, "<script type=\"application/ld+json\">");
    add(s, content.text, content.len);
    adds(s, "</script>");
}

static void plain_content(struct sieve *s, const char *name)
{
    struct page_span content;
    if (!until_end_tag(s, name, kind_of_plain(name), &content))
        return;
    add_text(s, content, true);
    adds(s, "</");
    adds(s, written_name(s, name));
    adds(s, ">");
}

static void start_tag(struct sieve *s)
{
    char name[TAG_NAME_MAX + 1] = "";
    size_t n = lower_name(page_tag_name(&s->in), name);
    unsigned flags = page_element(name, n);
    bool write = (flags & ELEMENT_DROP) == 0, json = false;
    if ((flags & ELEMENT_BLOCK) != 0)
        end_unit(s);
    size_t before = s->out->len;
    if (write) {
        adds(s, "<");
        adds(s, written_name(s, name));
    }
    if (!add_attributes(s, (struct page_span){name, n}, write, &json)) {
        buf_cut(s->out, before);
        return;
    }
    if (write)
        adds(s, ">");
    else if (!(s->xml && s->in.at[-2] == '/'))
        drop_content(s, name, json && n == 6);
    if (!write && (flags & ELEMENT_BLOCK) != 0)
        adds(s, "<br>");
    s->unit_kept = s->unit_kept || strcmp(name, "title") == 0;
    if (strcmp(name, "svg") == 0)
        s->drawings += s->in.at[-2] != '/';
    if ((flags & ELEMENT_PLAIN) != 0)
        plain_content(s, name);
}

static void end_tag(struct sieve *s)
{
    char name[TAG_NAME_MAX + 1] = "";
    struct page_span attribute, value;
    size_t n = lower_name(page_tag_name(&s->in), name);
    while (page_tag_attribute(&s->in, &attribute, &value))
        ;
    unsigned flags = page_element(name, n);
    if ((flags & ELEMENT_DROP) != 0)
        return;
    if ((flags & ELEMENT_BLOCK) != 0)
        end_unit(s);
    if (strcmp(name, "svg") == 0 && s->drawings > 0)
        s->drawings--;
    adds(s, "</");
    adds(s, written_name(s, name));
    adds(s, ">");
    if (s->for_addresses && (flags & ELEMENT_BLOCK) != 0) {
        adds(s, "<br>"); /* the start tag may have been left out; this parts in any case */
        s->unit_lead = s->out->len - s->unit;
    }
}

/* At a '<'. */
static void markup(struct sieve *s)
{
    struct page_span rest = {s->in.at + 1, (size_t)(s->in.end - s->in.at - 1)};
    char next = rest.len > 0 ? rest.text[0] : ' ';
    s->in.at++;
    if (page_is_letter(next)) {
        start_tag(s);
    } else if (next == '/' && rest.len > 1 && page_is_letter(rest.text[1])) {
        s->in.at++;
        end_tag(s);
    } else if (page_span_starts(rest, "!--")) {
        s->in.at += 3;
        page_tag_comment(&s->in);
        adds(s, "<!---->");
    } else if (s->xml && page_span_starts(rest, "![CDATA[")) {
        s->in.at += 8; /* feeds wrap their HTML so */
    } else if (next == '!' || next == '?' || (next == '/' && rest.len > 1)) {
        page_tag_skip(&s->in);
    } else {
        add_sign(s, '<');
    }
}

bool page_sieve(struct page_span html, bool for_addresses, struct buf *out, bool *ret_promising)
{
    struct sieve s = {
        .in = {html.text, html.text + html.len}, .out = out, .for_addresses = for_addresses};
    s.xml = page_span_starts(page_span_trim(html), "<?xml");
    while (s.in.at < s.in.end && buf_ok(out)) {
        const char *open = memchr(s.in.at, '<', (size_t)(s.in.end - s.in.at));
        const char *stop = open != NULL ? open : s.in.end;
        add_text(&s, (struct page_span){s.in.at, (size_t)(stop - s.in.at)}, false);
        s.in.at = stop;
        if (open != NULL)
            markup(&s);
    }
    end_unit(&s);
    *ret_promising = s.promising;
    return buf_ok(out);
}
