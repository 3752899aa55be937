/* Broken if this finds something: a message that came back, as anybody may send one, crashes its
 * reader, or text of it gets through that does a terminal harm. */
#include "adapter/returned.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void must_be_harmless(const char *text, size_t size)
{
    size_t len = strnlen(text, size);
    if (len == size)
        abort();
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7F)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct returned back;
    enum returned_kind kind = returned_read((const char *)bytes, size, &back);
    const struct heard *h = &back.heard;
    must_be_harmless(back.subject, sizeof back.subject);
    must_be_harmless(h->words, sizeof h->words);
    if (h->id_count < 0 || h->id_count > HEARD_IDS_MAX || h->code < 0 || h->code > 599)
        abort();
    if (kind == RETURNED_READ && (h->kind == HEARD_NOTHING || h->id_count == 0))
        abort();
    return 0;
}
