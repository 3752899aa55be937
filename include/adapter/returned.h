/* returned.h - reads a message that came back: a relay's report (RFC 3464 in RFC 6522), an answer
 * of a person or of a machine (RFC 3834).
 *
 * It reads the bytes where they lie, keeps nothing, and looks at no more than RETURNED_DEPTH levels
 * of parts and RETURNED_PARTS of them; what is broken or made to be endless is not understood.
 * Pure; any thread. */
#ifndef ADAPTER_RETURNED_H
#define ADAPTER_RETURNED_H

#include "domain/heard.h"

#include <stddef.h>

enum { RETURNED_MAX = 8 * 1024 * 1024, RETURNED_DEPTH = 4, RETURNED_PARTS = 64 };

enum returned_kind {
    RETURNED_NONE, /* it refers to no message: not for us */
    RETURNED_READ, /* *ret says what it means; its ids may be anybody's */
    RETURNED_ODD,  /* some program reports something, in a form that is not understood */
};

struct returned {
    struct heard heard;
    char subject[120]; /* as the header has it, screened: for who looks for it by hand */
};

enum returned_kind returned_read(const char *bytes, size_t len, struct returned *ret);

#endif
