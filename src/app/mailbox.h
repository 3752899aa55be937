/* mailbox.h - the messages of a Maildir, an mbox, or a file with one message, one after the other.
 * Nothing in it is moved or marked. */
#ifndef APP_MAILBOX_H
#define APP_MAILBOX_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>

/* One message; NULL bytes: it is larger than the ceiling, or its file can't be read. name: the
 * file, or "FILE message N". False ends the walk with *err as it was set. */
typedef bool mailbox_message(void *ctx, const char *name, const struct buf *bytes, struct err *err);

/* Never holds more than one message of `ceiling` bytes. Files of a Maildir in the order of their
 * names. ERR_REFUSED: it is neither. */
bool mailbox_walk(const char *path, size_t ceiling, mailbox_message *message, void *ctx,
                  struct err *err);

#endif
