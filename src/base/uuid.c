/* uuid.c - makes, writes and reads the names of rows. The idea: a name is 16 plain bytes that are
 * copied by value; its text form exists only at the edges (screen, SQL, mail header). */
#include "base/uuid.h"

#include "base/rng.h"
#include "base/str.h"

#include <string.h>

/* RFC 9562 section 4.1 and 4.2: the variant in the top bits of byte 8, the version in byte 6. */
static void stamp(struct uuid *id, unsigned version)
{
    id->byte[6] = (uint8_t)((id->byte[6] & 0x0F) | version << 4);
    id->byte[8] = (uint8_t)((id->byte[8] & 0x3F) | 0x80);
}

/* Section 5.7: 48 bits of milliseconds; then, by section 6.2 method 3, 12 bits of the fraction of
 * the millisecond, so that names made one after the other also sort that way; then 62 random. */
struct uuid uuid_new_v7(int64_t now_us)
{
    struct uuid id;
    if (now_us < 0)
        now_us = 0;
    uint64_t ms = (uint64_t)now_us / 1000, fraction = (uint64_t)now_us % 1000 * 4096 / 1000;
    rng_secure(id.byte, sizeof id.byte);
    for (int i = 0; i < 6; i++)
        id.byte[i] = (uint8_t)(ms >> (40 - 8 * i));
    id.byte[6] = (uint8_t)(fraction >> 8);
    id.byte[7] = (uint8_t)fraction;
    stamp(&id, 7);
    return id;
}

struct uuid uuid_from_bytes(const void *bytes, size_t len)
{
    struct uuid id;
    uint8_t hash[32];
    str_sha256(bytes, len, hash);
    memcpy(id.byte, hash, sizeof id.byte);
    stamp(&id, 8);
    return id;
}

/* The text form has a hyphen before bytes 4, 6, 8 and 10. */
static bool hyphen_before(int byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_text(struct uuid id, char dst[UUID_TEXT_SIZE])
{
    static const char digit[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        if (hyphen_before(i))
            *dst++ = '-';
        *dst++ = digit[id.byte[i] >> 4];
        *dst++ = digit[id.byte[i] & 15];
    }
    *dst = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, struct uuid *ret)
{
    struct uuid id;
    for (int i = 0; i < 16; i++) {
        if (hyphen_before(i) && *text++ != '-')
            return false;
        int high = hex_value(text[0]);
        int low = high < 0 ? -1 : hex_value(text[1]);
        if (low < 0)
            return false;
        id.byte[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return false;
    *ret = id;
    return true;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(a.byte, b.byte, sizeof a.byte) == 0;
}

bool uuid_is_zero(struct uuid a)
{
    return uuid_equal(a, (struct uuid){{0}});
}
