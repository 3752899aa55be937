/* utf8.c - decoding UTF-8 and screening foreign text. The idea: screening is one decision for each
 * character (keep, drop, or put a sign in its place), made here only, from tables of code points
 * and not from the locale, so that a log line is the same on every machine. */
#include "base/utf8.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct range {
    uint32_t first, last;
};

/* Characters without a shape of their own that change how others are read: bidirectional controls
 * (UAX #9), zero-width spaces and joiners, fillers, tags, variation selectors (they make some
 * terminals change the width of what stands before). */
static const struct range invisible[] = {
    {0x00AD, 0x00AD},   /* soft hyphen */
    {0x034F, 0x034F},   /* combining grapheme joiner */
    {0x061C, 0x061C},   /* Arabic letter mark */
    {0x115F, 0x1160},   /* Hangul fillers */
    {0x17B4, 0x17B5},   /* Khmer inherent vowels */
    {0x180B, 0x180F},   /* Mongolian selectors and vowel separator */
    {0x200B, 0x200F},   /* zero width space, joiners, direction marks */
    {0x202A, 0x202E},   /* embeddings and overrides */
    {0x2060, 0x206F},   /* word joiner, invisible operators, isolates, deprecated controls */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xFE00, 0xFE0F},   /* variation selectors */
    {0xFEFF, 0xFEFF},   /* byte order mark */
    {0xFFA0, 0xFFA0},   /* half-width Hangul filler */
    {0xFFF9, 0xFFFB},   /* interlinear annotation */
    {0x1BCA0, 0x1BCA3}, /* shorthand format controls */
    {0x1D173, 0x1D17A}, /* musical beams and slurs */
    {0xE0000, 0xE0FFF}, /* tags, more variation selectors */
};

static bool is_invisible(uint32_t point)
{
    size_t low = 0, high = sizeof invisible / sizeof invisible[0];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (point > invisible[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    return low < sizeof invisible / sizeof invisible[0] && point >= invisible[low].first;
}

/* C0, DEL, C1 and the two separators that some programs take for a line feed. */
static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
}

/* Unicode 15, section 23.7: for use inside a program only. */
static bool is_noncharacter(uint32_t point)
{
    return (point >= 0xFDD0 && point <= 0xFDEF) || (point & 0xFFFE) == 0xFFFE;
}

/* Bytes that a lead byte promises (RFC 3629 section 4); 0 when it can't begin a character. */
static size_t promised(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return 0;
}

/* Decodes one character; 0 when the bytes are not one. */
static size_t decode(const unsigned char *text, size_t len, uint32_t *ret)
{
    static const uint32_t lead_mask[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = promised(text[0]);
    if (n == 0 || n > len)
        return 0;
    uint32_t point = text[0] & lead_mask[n];
    for (size_t i = 1; i < n; i++) {
        if ((text[i] & 0xC0) != 0x80)
            return 0;
        point = point << 6 | (text[i] & 0x3Fu);
    }
    if (point < smallest[n] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        return 0;
    *ret = point;
    return n;
}

size_t utf8_next(const char *text, size_t len, uint32_t *ret)
{
    size_t used = decode((const unsigned char *)text, len, ret);
    if (used > 0)
        return used;
    *ret = UTF8_BAD;
    return 1;
}

size_t utf8_put(uint32_t point, char dst[4])
{
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
        point = UTF8_BAD;
    if (point < 0x80) {
        dst[0] = (char)point;
        return 1;
    }
    size_t n = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, point >>= 6)
        dst[i] = (char)(0x80 | (point & 0x3F));
    dst[0] = (char)((0xF0u << (4 - n) & 0xF0u) | point);
    return n;
}

bool utf8_valid(const char *text, size_t len)
{
    uint32_t point;
    for (size_t i = 0, used; i < len; i += used) {
        used = decode((const unsigned char *)text + i, len - i, &point);
        if (used == 0)
            return false;
    }
    return true;
}

size_t utf8_whole(const char *text, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char byte = (unsigned char)text[len - back];
        if ((byte & 0xC0) == 0x80)
            continue;
        return promised(byte) > back ? len - back : len;
    }
    return len;
}

int utf8_columns(uint32_t point)
{
    if (point >= 0x20 && point < 0x7F)
        return 1;
    if (is_control(point) || is_invisible(point) || is_noncharacter(point) || point > 0x10FFFF)
        return -1;
    return wcwidth((wchar_t)point);
}

/* What the character at text becomes: its own bytes, one sign, or nothing. Returns the bytes used
 * of text; *ret_len bytes were put into dst. */
static size_t screen_next(const char *text, size_t len, char dst[4], size_t *ret_len)
{
    uint32_t point = 0;
    size_t used = decode((const unsigned char *)text, len, &point);
    *ret_len = 1;
    if (used == 0) {
        dst[0] = '?';
        return 1;
    }
    if (is_control(point))
        dst[0] = '.';
    else if (is_noncharacter(point))
        dst[0] = '?';
    else if (is_invisible(point))
        *ret_len = 0;
    else
        memcpy(dst, text, *ret_len = used);
    return used;
}

void text_screen(struct buf *out, const char *text, size_t len)
{
    char piece[4];
    size_t n;
    for (size_t i = 0; i < len && buf_ok(out);) {
        i += screen_next(text + i, len - i, piece, &n);
        (void)buf_add(out, piece, n); /* the buf remembers */
    }
}

void text_screen_to(char *dst, size_t size, const char *text)
{
    size_t len = strlen(text), at = 0, n;
    char piece[4];
    for (size_t i = 0; i < len;) {
        i += screen_next(text + i, len - i, piece, &n);
        if (n >= size - at)
            break;
        memcpy(dst + at, piece, n);
        at += n;
    }
    dst[at] = '\0';
}

void text_mask_address(char *dst, size_t size, const char *address)
{
    char masked[512];
    const char *at = strrchr(address, '@');
    uint32_t first;
    int shown = 0;
    if (address[0] != '\0' && at != address)
        shown = (int)utf8_next(address, strlen(address), &first);
    (void)str_format(masked, sizeof masked, "%.*s%s%s", shown, address,
                     address[0] != '\0' ? "***" : "", at != NULL ? at : ""); /* a cut is fine */
    text_screen_to(dst, size, masked);
}
