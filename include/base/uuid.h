/* uuid.h - names of rows, by value. Sources: RFC 9562 (v7 from time and chance, v8 from a hash).
 * Pure but for uuid_new_v7, which asks the kernel for random bytes. Any thread. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_TEXT_SIZE = 37 };

struct uuid {
    uint8_t byte[16];
};

struct uuid uuid_new_v7(int64_t now_us);
/* Version 8 from SHA-256 of the bytes: the same bytes give the same name, for ever. */
struct uuid uuid_from_bytes(const void *bytes, size_t len);
void uuid_text(struct uuid id, char dst[UUID_TEXT_SIZE]);
bool uuid_parse(const char *text, struct uuid *ret);
bool uuid_equal(struct uuid a, struct uuid b);
bool uuid_is_zero(struct uuid a);

#endif
