/* utf8.h - decoding UTF-8, and making foreign text harmless before a person sees it.
 *
 * Everything that did not come from our own source (names, pages, server answers, file names)
 * passes text_screen() before it reaches a terminal, a log line or stdout. Pure; any thread.
 * Sources: RFC 3629; Unicode 15 (bidi controls, zero width); ECMA-48 (C0, C1). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UTF8_BAD = 0xFFFD };

/* Decodes the character at text (len >= 1 bytes left). Returns the bytes used (1..4) and puts the
 * code point into *ret; an invalid sequence uses 1 byte and gives UTF8_BAD. Overlong forms,
 * surrogates and values past U+10FFFF are invalid. */
size_t utf8_next(const char *text, size_t len, uint32_t *ret);
/* Writes a code point; returns the bytes written (1..4). Invalid ones become UTF8_BAD. */
size_t utf8_put(uint32_t point, char dst[4]);
bool utf8_valid(const char *text, size_t len);
/* The largest n <= len such that the first n bytes do not end inside a character: for cutting. */
size_t utf8_whole(const char *text, size_t len);

/* Columns that a code point takes on a terminal: 0, 1 or 2; -1 when it must not be shown (C0, C1,
 * DEL, bidi controls, zero-width characters other than combining marks, unassigned). Uses the C
 * library's wcwidth, so setlocale() must have been called with a UTF-8 LC_CTYPE for non-ASCII. */
int utf8_columns(uint32_t point);

/* Appends text to out so that it is safe to print on one line: C0, C1, DEL and the line and
 * paragraph separators become '.', an invalid byte or noncharacter '?', bidi controls, zero-width
 * characters and variation selectors vanish. Does not ask the locale. Never fails otherwise than
 * the buf does. */
void text_screen(struct buf *out, const char *text, size_t len);
/* The same into a fixed array of size >= 1, cut at a character boundary. */
void text_screen_to(char *dst, size_t size, const char *text);

/* "maria@acme.es" -> "m***@acme.es": how addresses are shown unless the operator unmasks them. */
void text_mask_address(char *dst, size_t size, const char *address);

#endif
