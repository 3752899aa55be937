/* buf.c - a growing byte string with a ceiling. The idea: the first refused append marks the buf
 * as failed and every later one is ignored, so a writer checks once, at the end. */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAP = 64 };

struct buf buf_init(size_t ceiling)
{
    return (struct buf){.ceiling = ceiling};
}

void buf_done(struct buf *b)
{
    if (b == NULL)
        return;
    free(b->data);
    *b = buf_init(b->ceiling);
}

void buf_clear(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data != NULL)
        b->data[0] = '\0';
}

bool buf_ok(const struct buf *b)
{
    return !b->failed;
}

const char *buf_text(const struct buf *b)
{
    return b->data != NULL ? b->data : "";
}

static bool fail(struct buf *b)
{
    b->failed = true;
    return false;
}

/* Makes room for `more` bytes and the NUL. Doubling keeps the cost of many appends linear. */
static bool reserve(struct buf *b, size_t more)
{
    if (b->failed || more > b->ceiling - b->len)
        return fail(b);
    if (more >= SIZE_MAX - b->len)
        return fail(b);
    size_t need = b->len + more + 1;
    if (need <= b->cap)
        return true;
    size_t cap = b->cap < FIRST_CAP ? FIRST_CAP : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    if (cap - 1 > b->ceiling)
        cap = b->ceiling + 1;
    char *data = realloc(b->data, cap);
    if (data == NULL)
        return fail(b);
    b->data = data;
    b->cap = cap;
    b->data[b->len] = '\0';
    return true;
}

char *buf_take(struct buf *b)
{
    char *text = NULL;
    if (reserve(b, 0)) {
        text = b->data;
        b->data = NULL;
    }
    buf_done(b);
    return text;
}

void buf_cut(struct buf *b, size_t len)
{
    if (len >= b->len)
        return;
    b->len = len;
    b->data[len] = '\0';
}

bool buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!reserve(b, len))
        return false;
    if (len > 0)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
    return true;
}

bool buf_adds(struct buf *b, const char *text)
{
    return buf_add(b, text, strlen(text));
}

bool buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

bool buf_addv(struct buf *b, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    bool ok = n >= 0 ? reserve(b, (size_t)n) : fail(b);
    if (ok) {
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, format, again); /* measured above */
        b->len += (size_t)n;
    }
    va_end(again);
    return ok;
}

bool buf_addf(struct buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    bool ok = buf_addv(b, format, args);
    va_end(args);
    return ok;
}
