/* secret.c - HMAC over libmd's SHA-256, and base64url. */
#include "base/secret.h"

#include "base/str.h"

#include <string.h>

#include <sha2.h>

enum { BLOCK = 64, PARSE_MAX = 64 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool secret_equal(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *x = a, *y = b; /* volatile: no early end is compiled in */
    uint8_t differ = 0;
    for (size_t i = 0; i < len; i++)
        differ = (uint8_t)(differ | (x[i] ^ y[i]));
    return differ == 0;
}

static void hash_pair(const uint8_t pad[BLOCK], const void *bytes, size_t len,
                      uint8_t ret[SECRET_HASH])
{
    SHA2_CTX state;
    SHA256Init(&state);
    SHA256Update(&state, pad, BLOCK);
    if (len > 0)
        SHA256Update(&state, bytes, len);
    SHA256Final(ret, &state);
}

void secret_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
                 uint8_t ret[SECRET_HASH])
{
    uint8_t block[BLOCK] = {0}, inner[BLOCK], outer[BLOCK];
    if (key_len > BLOCK)
        str_sha256(key, key_len, block);
    else
        memcpy(block, key, key_len);
    for (int i = 0; i < BLOCK; i++) {
        inner[i] = block[i] ^ 0x36;
        outer[i] = block[i] ^ 0x5c;
    }
    uint8_t hash[SECRET_HASH];
    hash_pair(inner, bytes, len, hash);
    hash_pair(outer, hash, sizeof hash, ret);
}

void secret_text(const void *bytes, size_t len, char *dst)
{
    const uint8_t *in = bytes;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < len; i++) {
        bits = (bits << 8 | in[i]) & 0xffff;
        have += 8;
        for (; have >= 6; have -= 6)
            *dst++ = letters[bits >> (have - 6) & 63];
    }
    if (have > 0)
        *dst++ = letters[bits << (6 - have) & 63];
    *dst = '\0';
}

bool secret_parse(const char *text, void *dst, size_t len)
{
    uint8_t out[PARSE_MAX];
    uint32_t bits = 0;
    int have = 0;
    size_t n = 0, length = strnlen(text, PARSE_MAX * 2);
    if (len > sizeof out || length != (len * 4 + 2) / 3)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char *at = strchr(letters, text[i]);
        if (at == NULL)
            return false;
        bits = (bits << 6 | (uint32_t)(at - letters)) & 0xffff;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        out[n++] = (uint8_t)(bits >> have);
    }
    if (n != len || (bits & ((1u << have) - 1)) != 0)
        return false;
    memcpy(dst, out, len);
    return true;
}
