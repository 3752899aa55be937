/* message_encode.h - the two encodings of mail: encoded words for headers, quoted-printable for
 * bodies. Cupboard of message.c. */
#ifndef ADAPTER_MESSAGE_ENCODE_H
#define ADAPTER_MESSAGE_ENCODE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    HEADER_LINE = 78, /* RFC 5322 section 2.1.1: columns a line should have at most */
    WORD_LINE = 76    /* RFC 2047 section 2: of a line that has an encoded word; 2045: of a body */
};

/* Appends valid UTF-8 without control characters as encoded words (RFC 2047), a new line for each
 * further one, never cutting a character. column: where the header's line stands already. Returns
 * the column after the last word. */
size_t encode_words(struct buf *out, const char *text, size_t column);

/* Appends an unstructured header value: folded at its blanks as it is when plain ASCII allows
 * that, else as encoded words. */
void encode_unstructured(struct buf *out, const char *text, size_t column);

/* Appends a display name (RFC 5322 phrase): words, a quoted string, or encoded words. Returns the
 * column after it. */
size_t encode_phrase(struct buf *out, const char *text, size_t column);

/* Appends printable text as a quoted string (RFC 5322 section 3.2.4); returns the column after
 * it. */
size_t encode_quoted(struct buf *out, const char *text, size_t len, size_t column);

/* An ASCII letter or digit, whatever the locale says. */
bool encode_is_alnum(unsigned char c);
/* A byte that an atom may hold (RFC 5322 section 3.2.3). */
bool encode_is_atext(unsigned char c);

/* Appends text as quoted-printable (RFC 2045 section 6.7). Line ends (LF, CR LF, CR) become
 * CR LF. No line passes 76 columns, ends in a blank, begins with a dot (SMTP) or with "From "
 * (mbox). */
void encode_body(struct buf *out, const char *text, size_t len);

#endif
