/* buf.h - a growing byte string that was given its ceiling when it was made.
 *
 * The first append that would pass the ceiling, or for which there is no memory, marks the buf as
 * failed; it and all later appends change nothing. So a writer may append without looking and ask
 * once, at the end, buf_ok(). The text is always NUL-terminated (the NUL is not counted).
 * A buf is owned by one thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data;     /* NULL until the first append; use buf_text() to read */
    size_t len;     /* bytes used, without the final NUL */
    size_t cap;     /* bytes allocated */
    size_t ceiling; /* len never passes this */
    bool failed;
};

/* An empty buf that never holds more than ceiling bytes. Allocates nothing. */
struct buf buf_init(size_t ceiling);
/* Frees the bytes; the struct may be used again (same ceiling). Accepts NULL or a zeroed struct. */
void buf_done(struct buf *b);
/* Empty and not failed, memory kept. */
void buf_clear(struct buf *b);
/* True when every append so far was taken. */
bool buf_ok(const struct buf *b);
/* The text, never NULL; borrowed until the next append. */
const char *buf_text(const struct buf *b);
/* Hands the NUL-terminated bytes to the caller, who frees them with free(); the buf is empty
 * afterwards. NULL when the buf failed (it is then emptied) or there is no memory. */
char *buf_take(struct buf *b);
/* Cuts to at most len bytes. */
void buf_cut(struct buf *b, size_t len);

/* Appends; false when the buf failed (now or before). */
bool buf_add(struct buf *b, const void *bytes, size_t len);
bool buf_adds(struct buf *b, const char *text);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool buf_addv(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
