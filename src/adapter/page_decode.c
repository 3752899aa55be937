/* page_decode.c - any encoding of the web into UTF-8: byte order mark, then the HTTP header, then
 * the page's <meta>, then UTF-8 if it is that, else windows-1252. A byte that the encoding has not
 * becomes '?', which no address contains. */
#include "base/str.h"
#include "base/utf8.h"
#include "page_tag.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

enum {
    PRESCAN_BYTES = 4096, /* the standard says 1024; pages put their charset further down too */
    SNIFF_BYTES = 8192,
    BAD_MAX = 100 * 1000 /* so many bad bytes of a multi-byte encoding end the page */
};

/* --- what the page says ----------------------------------------------------------------------- */

/* The value of "charset=..." in a content type. */
static struct page_span charset_in(struct page_span text)
{
    const char *end = text.text + text.len;
    for (const char *c = text.text; end - c >= 8; c++) {
        if (strncasecmp(c, "charset", 7) != 0)
            continue;
        c += 7;
        while (c < end && page_is_space(*c))
            c++;
        if (c == end || *c != '=')
            continue;
        for (c++; c < end && (page_is_space(*c) || *c == '"' || *c == '\''); c++)
            ;
        const char *from = c;
        while (c < end && !page_is_space(*c) && strchr(";\"',", *c) == NULL)
            c++;
        return (struct page_span){from, (size_t)(c - from)};
    }
    return (struct page_span){text.text, 0};
}

/* The encoding that one <meta> states; len 0 when it states none. */
static struct page_span meta_charset(struct page_cursor *c)
{
    struct page_span name, value, charset = {c->at, 0}, content = charset;
    bool pragma = false;
    while (page_tag_attribute(c, &name, &value)) {
        if (page_span_is(name, "charset") && charset.len == 0)
            charset = page_span_trim(value);
        else if (page_span_is(name, "content"))
            content = charset_in(value);
        else if (page_span_is(name, "http-equiv"))
            pragma = page_span_is(page_span_trim(value), "content-type");
    }
    return charset.len > 0 || !pragma ? charset : content;
}

struct page_span page_meta_charset(struct page_span bytes)
{
    struct page_span none = {bytes.text, 0}, name, value;
    size_t len = bytes.len < PRESCAN_BYTES ? bytes.len : PRESCAN_BYTES;
    struct page_cursor c = {bytes.text, bytes.text + len};
    while (c.at < c.end) {
        const char *open = memchr(c.at, '<', (size_t)(c.end - c.at));
        if (open == NULL)
            return none;
        c.at = open + 1;
        struct page_span rest = {c.at, (size_t)(c.end - c.at)};
        if (page_span_starts(rest, "!--")) {
            c.at += 3;
            page_tag_comment(&c);
        } else if (rest.len > 1 && (page_is_letter(rest.text[0]) ||
                                    (rest.text[0] == '/' && page_is_letter(rest.text[1])))) {
            struct page_span tag = page_tag_name(&c);
            struct page_span charset = none;
            if (page_span_is(tag, "meta"))
                charset = meta_charset(&c);
            else
                while (page_tag_attribute(&c, &name, &value))
                    ;
            if (page_charset(charset.text, charset.len) != NULL)
                return charset;
        } else if (rest.len > 0 && strchr("!/?", rest.text[0]) != NULL) {
            page_tag_skip(&c);
        }
    }
    return none;
}

/* --- what the bytes look like ----------------------------------------------------------------- */

static bool has_utf16_mark(struct page_span bytes)
{
    return bytes.len >= 2 &&
           (memcmp(bytes.text, "\xFF\xFE", 2) == 0 || memcmp(bytes.text, "\xFE\xFF", 2) == 0);
}

bool page_is_binary(struct page_span bytes)
{
    static const struct {
        const char *magic;
        size_t len;
    } kinds[] = {
        {"%PDF-", 5},
        {"\x89PNG", 4},
        {"GIF8", 4},
        {"\xFF\xD8\xFF", 3},
        {"PK\x03\x04", 4},
        {"\x7F"
         "ELF",
         4},
        {"BZh", 3},
        {"\xFD"
         "7zXZ",
         5},
        {"\x28\xB5\x2F\xFD", 4},
        {"RIFF", 4},
        {"OggS", 4},
        {"wOF2", 4},
        {"SQLite format 3", 15},
        {"%!PS", 4},
        {"7z\xBC\xAF", 4},
        {"\x1F\x8B\x08", 3},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (bytes.len >= kinds[i].len && memcmp(bytes.text, kinds[i].magic, kinds[i].len) == 0)
            return true;
    if (has_utf16_mark(bytes))
        return false;
    size_t len = bytes.len < SNIFF_BYTES ? bytes.len : SNIFF_BYTES, nul = 0, control = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes.text[i];
        nul += c == 0;
        /* Line ends, tabs, form feeds, escape sequences and overstrike are found in texts. */
        control += c < 0x20 && strchr("\t\n\r\f\v\b\x1B", (char)c) == NULL;
    }
    return nul * 50 > len || control * 10 > len;
}

/* True when what stands behind a '<' is a tag of HTML or a declaration. */
static bool is_markup(struct page_span rest)
{
    static const char *const inlines[] = {"b",     "i",  "u",    "em",  "strong", "font", "span",
                                          "small", "tt", "code", "big", "abbr",   "sup",  "sub"};
    if (page_span_starts(rest, "!doctype") || page_span_starts(rest, "!--") ||
        page_span_starts(rest, "?"))
        return true;
    struct page_cursor c = {rest.text, rest.text + rest.len};
    struct page_span tag = page_tag_name(&c);
    char name[16];
    if (tag.len == 0 || tag.len >= sizeof name)
        return false;
    memcpy(name, tag.text, tag.len);
    name[tag.len] = '\0';
    str_lower(name);
    for (size_t i = 0; i < sizeof inlines / sizeof inlines[0]; i++)
        if (strcmp(name, inlines[i]) == 0)
            return true;
    return page_element(name, tag.len) != 0;
}

/* <jo@x.com>: as texts write addresses, and as no tag looks. */
static bool is_address_in_brackets(struct page_span rest)
{
    for (size_t i = 0; i < rest.len && i < ADDRESS_MAX; i++) {
        if (page_is_space(rest.text[i]) || strchr("<>\"'=/", rest.text[i]) != NULL)
            return false;
        if (rest.text[i] == '@')
            return i > 0;
    }
    return false;
}

/* True when the page begins as only markup does. */
static bool begins_as_html(struct page_span text)
{
    static const char *const starts[] = {"<!doctype", "<html", "<head", "<body", "<?xml", "<!--"};
    struct page_span start = page_span_trim(text);
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (page_span_starts(start, starts[i]))
            return true;
    return false;
}

/* A piece of HTML begins with a tag, or has end tags; a text may have a few tags too, but it has
 * addresses in angle brackets where they would vanish as tags. */
static bool looks_like_html(struct page_span text)
{
    struct page_span start = page_span_trim(text);
    bool tags = start.len > 0 && start.text[0] == '<' &&
                is_markup((struct page_span){start.text + 1, start.len - 1});
    const char *end = text.text + (text.len < SNIFF_BYTES ? text.len : SNIFF_BYTES);
    if (begins_as_html(text))
        return true;
    for (const char *c = text.text; c < end; c++) {
        c = memchr(c, '<', (size_t)(end - c));
        if (c == NULL)
            break;
        struct page_span rest = {c + 1, (size_t)(end - c - 1)};
        if (is_address_in_brackets(rest))
            return false;
        if (rest.len > 1 && rest.text[0] == '/' && !tags)
            tags = is_markup((struct page_span){rest.text + 1, rest.len - 1});
    }
    return tags;
}

enum page_kind page_sniff(struct page_span text, const char *content_type)
{
    if (content_type != NULL) {
        struct page_span type =
            page_span_trim((struct page_span){content_type, strcspn(content_type, ";")});
        if (page_span_is(type, "text/plain") || page_span_is(type, "text/csv") ||
            page_span_is(type, "text/markdown"))
            return PAGE_TEXT;
        if (page_span_is(type, "text/html") || page_span_is(type, "application/xhtml+xml") ||
            (type.len > 4 && page_span_is((struct page_span){type.text + type.len - 3, 3}, "xml")))
            return PAGE_HTML;
    }
    return looks_like_html(text) ? PAGE_HTML : PAGE_TEXT;
}

/* --- conversion ------------------------------------------------------------------------------- */

/* The length of the beginning that is UTF-8; text.len when all of it is. */
static size_t valid_utf8(struct page_span text)
{
    size_t i = 0;
    for (;;) {
        uint64_t word;
        uint32_t point;
        for (; text.len - i >= sizeof word; i += sizeof word) {
            memcpy(&word, text.text + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) != 0)
                break;
        }
        if (i == text.len)
            return i;
        size_t used = utf8_next(text.text + i, text.len - i, &point);
        if (used == 1 && (text.text[i] & 0x80) != 0)
            return i;
        i += used;
    }
}

static bool has_nul(struct page_span text)
{
    return text.len > 0 && memchr(text.text, '\0', text.len) != NULL;
}

/* UTF-8 with faults, or with NUL. */
static bool repair(struct page_span text, struct buf *out)
{
    while (text.len > 0 && buf_ok(out)) {
        size_t good = valid_utf8(text);
        (void)buf_add(out, text.text, good);
        if (good < text.len) {
            (void)buf_addc(out, '?');
            good++;
        }
        text = (struct page_span){text.text + good, text.len - good};
    }
    for (size_t i = 0; i < out->len; i++)
        if (out->data[i] == '\0')
            out->data[i] = ' ';
    return buf_ok(out);
}

static bool is_multibyte(const char *charset)
{
    static const char *const names[] = {"UTF-16LE", "UTF-16BE",    "GB18030", "BIG5-HKSCS",
                                        "EUC-JP",   "ISO-2022-JP", "CP932",   "CP949"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(charset, names[i]) == 0)
            return true;
    return false;
}

/* What one byte means; returns the bytes in dst. */
static size_t decode_byte(iconv_t cd, unsigned char byte, char dst[4])
{
    char from = (char)byte, *in = &from, *to = dst;
    size_t in_left = 1, to_left = 4;
    bool good = byte != 0 && iconv(cd, &in, &in_left, &to, &to_left) != (size_t)-1 &&
                /* an encoding that combines letters holds one back until it is asked */
                iconv(cd, NULL, NULL, &to, &to_left) != (size_t)-1;
    if (good && to_left < 4)
        return 4 - to_left;
    dst[0] = byte == 0 ? ' ' : '?';
    return 1;
}

/* Encodings of one byte: each byte is asked for once, and the page is read from the table. */
static bool decode_by_table(iconv_t cd, struct page_span text, struct buf *out)
{
    char table[256][4];
    size_t lens[256];
    for (unsigned i = 0; i < 256; i++)
        lens[i] = decode_byte(cd, (unsigned char)i, table[i]);
    char piece[4096];
    for (size_t i = 0; i < text.len && buf_ok(out);) {
        size_t n = 0;
        for (; i < text.len && n + sizeof table[0] <= sizeof piece; i++) {
            unsigned char c = (unsigned char)text.text[i];
            memcpy(piece + n, table[c], sizeof table[c]);
            n += lens[c];
        }
        (void)buf_add(out, piece, n); /* asked at the end */
    }
    return buf_ok(out);
}

/* unit: the bytes that are passed over when they mean nothing. */
static bool decode_by_iconv(iconv_t cd, struct page_span text, size_t unit, struct buf *out)
{
    char *in = (char *)(uintptr_t)text.text; /* iconv does not write to it */
    size_t left = text.len;
    for (int bad = 0; left > 0 && bad < BAD_MAX && buf_ok(out);) {
        char piece[4096], *to = piece;
        size_t room = sizeof piece;
        size_t rc = iconv(cd, &in, &left, &to, &room);
        int why = errno;
        for (char *c = piece; c < to; c++)
            if (*c == '\0')
                *c = ' ';
        (void)buf_add(out, piece, (size_t)(to - piece)); /* asked at the end */
        if (rc != (size_t)-1 || why == E2BIG)
            continue;
        if (why != EILSEQ)
            break;                /* a character cut by the end */
        (void)buf_addc(out, '?'); /* likewise */
        size_t skipped = unit < left ? unit : left;
        in += skipped;
        left -= skipped;
        bad++;
    }
    return buf_ok(out) && left < 8;
}

void page_converter_done(struct page_converter *converter)
{
    if (converter->charset != NULL)
        (void)iconv_close(converter->descriptor); /* fails for what is no descriptor only */
    converter->charset = NULL;
}

/* charset lives as long as the program: a name of page_charset. */
static bool open_converter(struct page_converter *converter, const char *charset)
{
    if (converter->charset != NULL && strcmp(converter->charset, charset) == 0) {
        (void)iconv(converter->descriptor, NULL, NULL, NULL, NULL); /* forgets the page before */
        return true;
    }
    page_converter_done(converter);
    iconv_t cd = iconv_open("UTF-8", charset);
    if (cd == (iconv_t)-1)
        return false;
    *converter = (struct page_converter){.charset = charset, .descriptor = cd};
    return true;
}

static bool convert(struct page_converter *converter, const char *charset, struct page_span text,
                    struct buf *out)
{
    if (!open_converter(converter, charset))
        return repair(text, out); /* this system lacks it: ASCII is right all the same */
    size_t unit = strncmp(charset, "UTF-16", 6) == 0 ? 2 : 1;
    return is_multibyte(charset) ? decode_by_iconv(converter->descriptor, text, unit, out)
                                 : decode_by_table(converter->descriptor, text, out);
}

/* The encoding by rank; NULL: none is stated. *text loses its mark. */
static const char *stated_charset(struct page_span *text, const char *content_type)
{
    const char *charset = NULL;
    if (text->len >= 3 && memcmp(text->text, "\xEF\xBB\xBF", 3) == 0) {
        *text = (struct page_span){text->text + 3, text->len - 3};
        return "UTF-8";
    }
    if (has_utf16_mark(*text)) {
        charset = text->text[0] == '\xFF' ? "UTF-16LE" : "UTF-16BE";
        *text = (struct page_span){text->text + 2, text->len - 2};
        return charset;
    }
    if (content_type != NULL) {
        struct page_span label = charset_in((struct page_span){content_type, strlen(content_type)});
        charset = page_charset(label.text, label.len);
    }
    if (charset == NULL) {
        struct page_span label = page_meta_charset(*text);
        charset = page_charset(label.text, label.len);
    }
    return charset;
}

void page_decode(struct page_converter *converter, struct page_span bytes, const char *content_type,
                 struct buf *scratch, struct page_span *ret_text, bool *ret_cut)
{
    const char *charset = stated_charset(&bytes, content_type);
    bool whole = true;
    *ret_text = bytes;
    if (charset == NULL || strcmp(charset, "UTF-8") == 0) {
        size_t good = valid_utf8(bytes);
        /* The last character may be cut, where the page itself was. */
        bool valid = good == bytes.len || (bytes.len >= PAGE_BYTES_MAX - 3 && bytes.len - good < 4);
        bytes.len = valid ? good : bytes.len;
        *ret_text = bytes;
        if (valid && !has_nul(bytes))
            return;
        whole = valid || charset != NULL ? repair(bytes, scratch)
                                         : convert(converter, "CP1252", bytes, scratch);
    } else {
        whole = convert(converter, charset, bytes, scratch);
    }
    *ret_cut = *ret_cut || !whole;
    *ret_text = (struct page_span){buf_text(scratch), scratch->len};
}
