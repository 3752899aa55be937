/* message_encode.c - makes text of any language into lines of ASCII that every relay leaves alone.
 * The idea: a line is filled unit by unit (a character for headers, an encoded byte for bodies) and
 * ended before the unit that would pass its limit. */
#include "message_encode.h"

#include "base/utf8.h"

#include <string.h>

static const char word_begin_q[] = "=?UTF-8?Q?", word_begin_b[] = "=?UTF-8?B?", word_end[] = "?=";
static const char hex_digits[] = "0123456789ABCDEF";

enum { WORD_FRAME = sizeof word_begin_q - 1 + sizeof word_end - 1 };

bool encode_is_alnum(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* RFC 2047 section 5 (3): the only bytes that may stand for themselves in a phrase's Q word. */
static bool q_plain(unsigned char c)
{
    return encode_is_alnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* Columns of the bytes when written in Q. */
static size_t q_cost(const char *bytes, size_t len)
{
    size_t cost = 0;
    for (size_t i = 0; i < len; i++)
        cost += bytes[i] == ' ' || q_plain((unsigned char)bytes[i]) ? 1 : 3;
    return cost;
}

static size_t b_cost(size_t len)
{
    return (len + 2) / 3 * 4;
}

static void put_q(struct buf *out, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        char escaped[3] = {'=', hex_digits[c >> 4], hex_digits[c & 15]};
        if (c == ' ')
            (void)buf_addc(out, '_');
        else if (q_plain(c))
            (void)buf_addc(out, (char)c);
        else
            (void)buf_add(out, escaped, sizeof escaped);
    }
}

/* Base64 (RFC 4648). */
static void put_b(struct buf *out, const char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < len; i += 3) {
        unsigned char in[3] = {0, 0, 0};
        size_t n = len - i < 3 ? len - i : 3;
        memcpy(in, bytes + i, n);
        char four[4] = {digits[in[0] >> 2], digits[(in[0] & 3) << 4 | in[1] >> 4],
                        n > 1 ? digits[(in[1] & 15) << 2 | in[2] >> 6] : '=',
                        n > 2 ? digits[in[2] & 63] : '='};
        (void)buf_add(out, four, sizeof four);
    }
}

/* How many bytes of text fit into `room` columns of a word: whole characters, at least one. */
static size_t word_fill(const char *text, size_t len, size_t room, bool q)
{
    size_t used = 0, cost = 0;
    uint32_t point;
    while (used < len) {
        size_t n = utf8_next(text + used, len - used, &point);
        size_t more = q ? cost + q_cost(text + used, n) : b_cost(used + n);
        if (more > room && used > 0)
            break;
        cost = more;
        used += n;
    }
    return used;
}

size_t encode_words(struct buf *out, const char *text, size_t column)
{
    size_t len = strlen(text);
    bool q = q_cost(text, len) * 2 <= b_cost(len) * 3; /* people can read Q: it may cost more */
    enum { LEAST = WORD_FRAME + 12 };                  /* one character of 4 bytes in Q */
    if (column + LEAST > WORD_LINE) {
        (void)buf_adds(out, "\r\n ");
        column = 1;
    }
    while (len > 0) {
        size_t n = word_fill(text, len, WORD_LINE - column - WORD_FRAME, q);
        size_t before = out->len;
        (void)buf_adds(out, q ? word_begin_q : word_begin_b);
        (q ? put_q : put_b)(out, text, n);
        (void)buf_adds(out, word_end);
        column += out->len - before;
        text += n;
        len -= n;
        if (len > 0) {
            (void)buf_adds(out, "\r\n ");
            column = 1;
        }
    }
    return column;
}

static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < 0x20 || *text > 0x7E)
            return false;
    }
    return true;
}

/* True when the text can be written as it is: single blanks between words that fit on lines, and
 * nothing that looks like an encoded word. */
static bool foldable(const char *text, size_t column)
{
    if (!is_ascii(text) || strstr(text, "=?") != NULL)
        return false;
    for (;;) {
        size_t word = strcspn(text, " ");
        if (word == 0 || word > HEADER_LINE - column)
            return false;
        text += word;
        if (*text == '\0')
            return true;
        text++;
        column = 1;
    }
}

void encode_unstructured(struct buf *out, const char *text, size_t column)
{
    if (!foldable(text, column)) {
        (void)encode_words(out, text, column); /* the column does not matter after the last word */
        return;
    }
    for (bool first = true; *text != '\0'; first = false) {
        size_t word = strcspn(text, " ");
        if (!first && column + 1 + word > HEADER_LINE) {
            (void)buf_adds(out, "\r\n");
            column = 0;
        }
        if (!first) {
            (void)buf_addc(out, ' ');
            column++;
        }
        (void)buf_add(out, text, word);
        column += word;
        text += word;
        if (*text == ' ')
            text++;
    }
}

bool encode_is_atext(unsigned char c)
{
    return encode_is_alnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

size_t encode_quoted(struct buf *out, const char *text, size_t len, size_t column)
{
    size_t before = out->len;
    (void)buf_addc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            (void)buf_addc(out, '\\');
        (void)buf_addc(out, text[i]);
    }
    (void)buf_addc(out, '"');
    return column + (out->len - before);
}

size_t encode_phrase(struct buf *out, const char *text, size_t column)
{
    enum { QUOTED_MAX = 60 }; /* a longer name is folded, which only encoded words can be */
    size_t len = strlen(text);
    if (!is_ascii(text) || len > QUOTED_MAX || strstr(text, "=?") != NULL)
        return encode_words(out, text, column);
    for (size_t i = 0; i < len; i++) {
        bool single_blank = text[i] == ' ' && i > 0 && i + 1 < len && text[i - 1] != ' ';
        if (!single_blank && !encode_is_atext((unsigned char)text[i]))
            return encode_quoted(out, text, len, column);
    }
    (void)buf_add(out, text, len);
    return column + len;
}

/* A line of quoted-printable that is being filled. */
struct line {
    char text[WORD_LINE + 2];
    size_t len;
};

static void end_line(struct buf *out, struct line *l, bool soft)
{
    if (soft)
        l->text[l->len++] = '=';
    l->text[l->len++] = '\r';
    l->text[l->len++] = '\n';
    (void)buf_add(out, l->text, l->len);
    l->len = 0;
}

/* One byte, plain or as =XX, on this line or after a soft break: the last column is kept for the
 * soft break's sign. */
static void put_byte(struct buf *out, struct line *l, unsigned char c, bool plain)
{
    size_t need = plain ? 1 : 3;
    if (l->len + need > WORD_LINE - 1)
        end_line(out, l, true);
    if (plain) {
        l->text[l->len++] = (char)c;
        return;
    }
    l->text[l->len++] = '=';
    l->text[l->len++] = hex_digits[c >> 4];
    l->text[l->len++] = hex_digits[c & 15];
}

/* Whether text[i] may stand for itself where the line has `at` columns so far. */
static bool body_plain(const char *text, size_t i, size_t len, size_t at)
{
    char c = text[i];
    bool last = i + 1 == len || text[i + 1] == '\n' || text[i + 1] == '\r';
    if (c == ' ' || c == '\t')
        return !last;
    if (c < 0x21 || c > 0x7E || c == '=')
        return false;
    if (at == 0 && c == '.')
        return false;
    return !(at == 0 && c == 'F' && len - i >= 5 && memcmp(text + i, "From ", 5) == 0);
}

void encode_body(struct buf *out, const char *text, size_t len)
{
    struct line line = {.len = 0};
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\r' || text[i] == '\n') {
            if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
                i++;
            end_line(out, &line, false);
            continue;
        }
        /* A byte that goes onto the next line stands at its beginning. */
        bool wraps = line.len + 1 > WORD_LINE - 1;
        bool plain = body_plain(text, i, len, wraps ? 0 : line.len);
        put_byte(out, &line, (unsigned char)text[i], plain);
    }
    (void)buf_add(out, line.text, line.len);
}
