/* plain.h - what counts as plain text in names, terms, templates and headers. Pure; any thread. */
#ifndef DOMAIN_PLAIN_H
#define DOMAIN_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL when the bytes are UTF-8 without control characters (C0, DEL, C1); else what is wrong, as
 * words that go on after "it": "is not UTF-8", "holds a control character". *ret_at (may be NULL)
 * is then the offset of the first such byte. lines: line ends and tabs are allowed. */
const char *plain_fault(const char *text, size_t len, bool lines, size_t *ret_at);

/* Where a byte of a text stands, from 1, the column counted in characters. */
void plain_place(const char *text, size_t offset, int32_t *ret_line, int32_t *ret_column);

/* The name most like word, for "did you mean"; NULL when none is near. rows: `count` structs of
 * `stride` bytes, each beginning with its name (const char *). */
const char *plain_nearest(const char *word, const void *rows, size_t count, size_t stride);

#endif
