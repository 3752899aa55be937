/* page_signs.c - is there anything here that could be an address? One quick look at each byte, so
 * that the rest of the work is done only where it can give something. It may say yes too often,
 * never no too often: each sign of domain/extract has its first bytes here. */
#include "page_tag.h"

#include <string.h>

/* Bytes with which a sign can begin. */
static const bool may_begin[256] = {
    ['@'] = true, ['&'] = true, ['['] = true, ['('] = true,  ['{'] = true,
    ['-'] = true, ['a'] = true, ['A'] = true, [0xEF] = true, ['<'] = true,
};

/* Behind an opening bracket: a word for '@', perhaps behind a space or inside a tag. */
static bool is_bracketed(struct page_span rest)
{
    while (rest.len > 0 && page_is_space(rest.text[0]))
        rest = (struct page_span){rest.text + 1, rest.len - 1};
    return page_span_starts(rest, "at") || page_span_starts(rest, "\xC3\xA4t") ||
           page_span_starts(rest, "\xC3\x84t") || page_span_starts(rest, "arroba") ||
           page_span_starts(rest, "chiocciola") || page_span_starts(rest, "<");
}

/* The word stands alone: neither letter before nor behind it. */
static bool is_alone(struct page_span text, const char *at, const char *word)
{
    size_t n = strlen(word), left = text.len - (size_t)(at - text.text);
    return left > n && memcmp(at, word, n) == 0 && !page_is_letter(at[n]) && at > text.text &&
           !page_is_letter(at[-1]);
}

/* *ret_word: it is the word "at", which means something only beside a "dot". */
static bool is_sign(struct page_span text, const char *at, bool *ret_word)
{
    struct page_span rest = {at + 1, text.len - (size_t)(at + 1 - text.text)};
    switch (*at) {
    case '@':
        return true;
    case '&':
        return page_span_starts(rest, "lt;") &&
               is_bracketed((struct page_span){rest.text + 3, rest.len - 3});
    case '[':
    case '(':
    case '{':
        return is_bracketed(rest);
    case '<': /* only in plain text: in HTML it begins a tag */
        return page_span_starts(rest, "at>") || page_span_starts(rest, "at >");
    case '-':
        return page_span_starts(rest, "at-") || page_span_starts(rest, "\xC3\xA4t-") ||
               page_span_starts(rest, "arroba-");
    case 'a':
        *ret_word = *ret_word || is_alone(text, at, "at");
        return is_alone(text, at, "arroba");
    case 'A':
        return is_alone(text, at, "AT") || is_alone(text, at, "ARROBA");
    default:
        return page_span_starts(rest, "\xBC\xA0");
    }
}

bool page_promising(struct page_span text)
{
    const char *end = text.text + text.len;
    bool word = false;
    if (text.text == NULL || text.len == 0)
        return false;
    for (const char *at = text.text; at < end; at++)
        if (may_begin[(unsigned char)*at] && is_sign(text, at, &word))
            return true;
    return word && (memmem(text.text, text.len, "dot", 3) != NULL ||
                    memmem(text.text, text.len, "punto", 5) != NULL);
}
