/* page_tag.c - see page_tag.h. Each function moves the cursor forward only, so reading a page is
 * linear whatever it holds. */
#include "page_tag.h"

#include <string.h>
#include <strings.h>

bool page_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool page_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool page_span_is(struct page_span span, const char *text)
{
    return span.len == strlen(text) && strncasecmp(span.text, text, span.len) == 0;
}

bool page_span_starts(struct page_span span, const char *text)
{
    size_t n = strlen(text);
    return span.len >= n && strncasecmp(span.text, text, n) == 0;
}

struct page_span page_span_trim(struct page_span span)
{
    while (span.len > 0 && page_is_space(span.text[0])) {
        span.text++;
        span.len--;
    }
    while (span.len > 0 && page_is_space(span.text[span.len - 1]))
        span.len--;
    return span;
}

static void skip_space(struct page_cursor *c)
{
    while (c->at < c->end && page_is_space(*c->at))
        c->at++;
}

static struct page_span since(const char *from, const struct page_cursor *c)
{
    return (struct page_span){from, (size_t)(c->at - from)};
}

struct page_span page_tag_name(struct page_cursor *c)
{
    const char *from = c->at;
    while (c->at < c->end && !page_is_space(*c->at) && *c->at != '/' && *c->at != '>')
        c->at++;
    return since(from, c);
}

void page_tag_skip(struct page_cursor *c)
{
    const char *close = c->at < c->end ? memchr(c->at, '>', (size_t)(c->end - c->at)) : NULL;
    c->at = close != NULL ? close + 1 : c->end;
}

/* The value behind '='. */
static struct page_span attribute_value(struct page_cursor *c)
{
    skip_space(c);
    if (c->at < c->end && (*c->at == '"' || *c->at == '\'')) {
        const char *from = c->at + 1;
        const char *close = memchr(from, *c->at, (size_t)(c->end - from));
        c->at = close != NULL ? close : c->end;
        struct page_span value = since(from, c);
        if (close != NULL)
            c->at++;
        return value;
    }
    const char *from = c->at;
    while (c->at < c->end && !page_is_space(*c->at) && *c->at != '>')
        c->at++;
    return since(from, c);
}

bool page_tag_attribute(struct page_cursor *c, struct page_span *ret_name,
                        struct page_span *ret_value)
{
    while (c->at < c->end && (page_is_space(*c->at) || *c->at == '/'))
        c->at++;
    if (c->at == c->end)
        return false;
    if (*c->at == '>') {
        c->at++;
        return false;
    }
    const char *from = c->at++; /* a leading '=' belongs to the name */
    while (c->at < c->end && !page_is_space(*c->at) && strchr("/>=", *c->at) == NULL)
        c->at++;
    *ret_name = since(from, c);
    *ret_value = (struct page_span){c->at, 0};
    skip_space(c);
    if (c->at < c->end && *c->at == '=') {
        c->at++;
        *ret_value = attribute_value(c);
    }
    return true;
}

void page_tag_comment(struct page_cursor *c)
{
    const char *from = c->at;
    while (c->at < c->end) {
        page_tag_skip(c);
        /* What stands before the '>' that was passed: "-->", "--!>", or at once ">" or "->". */
        const char *close = c->at - 1;
        size_t n = (size_t)(close - from);
        if (c->at == c->end && (n == 0 || *close != '>'))
            return;
        if (n == 0 || (n == 1 && close[-1] == '-') ||
            (n >= 2 && close[-1] == '-' && close[-2] == '-') ||
            (n >= 3 && close[-1] == '!' && close[-2] == '-' && close[-3] == '-'))
            return;
    }
}
