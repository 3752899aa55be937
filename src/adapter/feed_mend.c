/* feed_mend.c - the two mistakes by which feeds most often stop being XML, mended before the parser
 * sees them: an & that begins no reference (in links above all, which would lose a part), and a <
 * that begins no tag. Control characters, which XML has no place for, become blanks. */
#include "feed_parts.h"

#include <string.h>

enum { REFERENCE_MAX = 34 }; /* the longest name of HTML, with & and ; */

/* Does "&name;" or "&#...;" stand here? */
static bool is_reference(const char *at, const char *end)
{
    const char *c = at + 1;
    if (c < end && *c == '#')
        c++;
    const char *from = c;
    while (c < end && c - at < REFERENCE_MAX && (page_is_letter(*c) || (*c >= '0' && *c <= '9')))
        c++;
    return c > from && c < end && *c == ';';
}

static bool is_tag(const char *at, const char *end)
{
    return end - at >= 2 && (page_is_letter(at[1]) || strchr("/!?_:", at[1]) != NULL ||
                             (unsigned char)at[1] >= 0x80);
}

/* Copies a part that is not looked into, up to and with its end; how long it is. */
static size_t skip_part(const char *at, const char *end, const char *open, const char *close,
                        struct buf *out)
{
    size_t len = strlen(open), left = (size_t)(end - at);
    if (left < len || memcmp(at, open, len) != 0)
        return 0;
    const char *stop = memmem(at + len, left - len, close, strlen(close));
    size_t n = stop != NULL ? (size_t)(stop - at) + strlen(close) : left;
    for (size_t i = 0; i < n; i++) {
        bool control = (unsigned char)at[i] < 0x20 && strchr("\t\r\n", at[i]) == NULL;
        buf_addc(out, control || at[i] == '\0' ? ' ' : at[i]);
    }
    return n;
}

static size_t mend_one(const char *at, const char *end, struct buf *out, int32_t *mended)
{
    if (*at == '&' && !is_reference(at, end)) {
        buf_adds(out, "&amp;");
        (*mended)++;
    } else if (*at == '<' && !is_tag(at, end)) {
        buf_adds(out, "&lt;");
        (*mended)++;
    } else if ((unsigned char)*at < 0x20 && (*at == '\0' || strchr("\t\r\n", *at) == NULL)) {
        buf_addc(out, ' ');
        (*mended)++;
    } else {
        buf_addc(out, *at);
    }
    return 1;
}

struct page_span feed_mend(struct feed_reader *r, struct page_span text, int32_t *ret_mended)
{
    const char *end = text.text + text.len;
    struct buf *out = &r->mended;
    *ret_mended = 0;
    buf_clear(out);
    for (const char *at = text.text; at < end && buf_ok(out);) {
        size_t n = *at == '<' ? skip_part(at, end, "<![CDATA[", "]]>", out) : 0;
        if (n == 0 && *at == '<')
            n = skip_part(at, end, "<!--", "-->", out);
        if (n == 0)
            n = mend_one(at, end, out, ret_mended);
        at += n;
    }
    return buf_ok(out) ? (struct page_span){buf_text(out), out->len} : text; /* as it was */
}
