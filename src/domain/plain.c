/* plain.c - one rule for plain text, so that names, terms, templates and headers refuse the same
 * bytes with the same words. */
#include "domain/plain.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

static const char *fault_of(uint32_t point, size_t used, bool lines)
{
    if (point == UTF8_BAD && used == 1)
        return "is not UTF-8";
    if (lines && (point == '\n' || point == '\r' || point == '\t'))
        return NULL;
    if (point < 0x20 || (point >= 0x7F && point < 0xA0))
        return "holds a control character";
    return NULL;
}

const char *plain_fault(const char *text, size_t len, bool lines, size_t *ret_at)
{
    uint32_t point;
    for (size_t i = 0, used; i < len; i += used) {
        used = utf8_next(text + i, len - i, &point);
        const char *fault = fault_of(point, used, lines);
        if (fault != NULL) {
            if (ret_at != NULL)
                *ret_at = i;
            return fault;
        }
    }
    return NULL;
}

void plain_place(const char *text, size_t offset, int32_t *ret_line, int32_t *ret_column)
{
    uint32_t point;
    *ret_line = 1;
    *ret_column = 1;
    for (size_t i = 0; i < offset;) {
        i += utf8_next(text + i, offset - i, &point);
        if (point == '\n') {
            *ret_line += 1;
            *ret_column = 1;
        } else {
            *ret_column += 1;
        }
    }
}

const char *plain_nearest(const char *word, const void *rows, size_t count, size_t stride)
{
    size_t len = strlen(word);
    int limit = len < 5 ? 1 : len < 8 ? 2 : 3; /* "nmae" is name, "acme" is not */
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const char *name;
        memcpy(&name, (const char *)rows + i * stride, sizeof name);
        int distance = str_distance(word, name, limit);
        if (distance <= limit) {
            best = name;
            limit = distance - 1; /* a later one must be nearer */
        }
    }
    return best;
}
