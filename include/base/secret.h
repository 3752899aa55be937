/* secret.h - keys and tokens (their bytes: rng_secure): compared without telling how much of them
 * is right, written as text that any URL and header takes. Any thread. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SECRET_HASH = 32,     /* bytes of an HMAC-SHA256 */
    SECRET_TEXT_SIZE = 44 /* 32 bytes as text, with the NUL */
};

/* Do the bytes agree? Takes as long whatever they are and wherever they first differ. */
bool secret_equal(const void *a, const void *b, size_t len);
/* HMAC-SHA256 (RFC 2104) of the bytes. */
void secret_hmac(const void *key, size_t key_len, const void *bytes, size_t len,
                 uint8_t ret[SECRET_HASH]);

/* base64url without padding (RFC 4648 section 5). dst has room for (len * 4 + 2) / 3 + 1. */
void secret_text(const void *bytes, size_t len, char *dst);
/* Reads exactly len bytes from a text of exactly their length; false: it is not such a text (also
 * when unused bits are set: each value has one text). dst is only written when true. */
bool secret_parse(const char *text, void *dst, size_t len);

#endif
