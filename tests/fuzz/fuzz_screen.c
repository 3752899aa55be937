/* Broken if this finds something: bytes from a page, a name or a server could act on the terminal
 * that shows them. Feeds any bytes to text_screen, and checks what comes out with a decoder. */
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A character that a terminal acts on, that reorders others, or that is not seen. */
static bool harmful(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point <= 0x9F) ||
           (point >= 0x200B && point <= 0x200F) || (point >= 0x2028 && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF ||
           (point >= 0xE0000 && point <= 0xE0FFF);
}

static void check_text(const char *text, size_t len)
{
    uint32_t point;
    if (!utf8_valid(text, len))
        abort();
    for (size_t i = 0; i < len;) {
        i += utf8_next(text + i, len - i, &point);
        if (harmful(point))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once = buf_init(size), twice = buf_init(size);
    text_screen(&once, (const char *)data, size);
    if (!buf_ok(&once)) /* it never grows */
        abort();
    check_text(buf_text(&once), once.len);
    text_screen(&twice, buf_text(&once), once.len);
    if (twice.len != once.len || memcmp(buf_text(&once), buf_text(&twice), once.len) != 0)
        abort();
    char text[64], masked[32];
    size_t n = size < sizeof text - 1 ? size : sizeof text - 1;
    memcpy(text, data, n);
    text[n] = '\0';
    text_mask_address(masked, sizeof masked, text);
    check_text(masked, strlen(masked));
    buf_done(&once);
    buf_done(&twice);
    return 0;
}
