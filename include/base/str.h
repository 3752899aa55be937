/* str.h - small questions about text that libc answers badly. Pure; any thread. */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copies text into dst (size bytes, NUL-terminated always), cutting at a UTF-8 boundary. Returns
 * false when it had to cut. dst and text may not overlap; size >= 1. */
bool str_copy(char *dst, size_t size, const char *text);
/* As str_copy, from len bytes that need no NUL. */
bool str_copy_n(char *dst, size_t size, const char *bytes, size_t len);
/* Formats into dst (size bytes); false when it had to cut (at a UTF-8 boundary). */
bool str_format(char *dst, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool str_equal(const char *a, const char *b);
/* ASCII letters compared without case. */
bool str_equal_nocase(const char *a, const char *b);
bool str_starts(const char *text, const char *prefix);
bool str_ends(const char *text, const char *suffix);
/* Removes ASCII white space at both ends in place; returns the new start inside text. */
char *str_trim(char *text);
/* Lower-cases ASCII letters in place. */
void str_lower(char *text);

/* A whole decimal number in [min, max], sign allowed, nothing else around it. False leaves *ret
 * alone. */
bool str_int(const char *text, int64_t min, int64_t max, int64_t *ret);
/* yes/no, on/off, true/false, 1/0 without case. */
bool str_bool(const char *text, bool *ret);
/* A span: number and unit us|ms|s|m|h|d|w ("30s", "5m", "1h30m"; "0" needs no unit). In
 * microseconds, 0 <= *ret <= 3660 days. */
bool str_span_us(const char *text, int64_t *ret_us);
/* Writes a span the way str_span_us reads it: "1h30m", "250ms", "0". */
void str_span_text(int64_t span_us, char *dst, size_t size);

/* Edit distance (insert, delete, change, swap of neighbours) up to limit; limit + 1 when more.
 * For "did you mean". Texts longer than 63 bytes are compared by their first 63. */
int str_distance(const char *a, const char *b, int limit);

/* FNV-1a of the bytes: for hash tables and trace hashes, not for security. */
uint64_t str_hash(const void *bytes, size_t len, uint64_t seed);
/* SHA-256 (libmd), 32 bytes into ret; and as 64 hex digits + NUL. */
void str_sha256(const void *bytes, size_t len, uint8_t ret[32]);
void str_sha256_hex(const void *bytes, size_t len, char ret[65]);

#endif
