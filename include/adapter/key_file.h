/* key_file.h - a file with one key of 32 bytes, as text on one line; made when it is first needed.
 * Any thread, any process: whoever makes it first wins, the others read it. */
#ifndef ADAPTER_KEY_FILE_H
#define ADAPTER_KEY_FILE_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { KEY_FILE_BYTES = 32 };

/* make: one that is absent is made, mode 0600, durable before its key is used. ERR_REFUSED: it is
 * absent, holds something else, or others may read it. */
bool key_file_read(const char *path, bool make, uint8_t ret[KEY_FILE_BYTES], struct err *err);

#endif
