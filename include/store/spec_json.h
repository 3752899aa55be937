/* spec_json.h - a specification as one JSON text, so that the record can keep it in one column.
 *
 * Canonical: members in one order, no white space, so equal definitions give equal bytes. Pure but
 * for memory; any thread. */
#ifndef STORE_SPEC_JSON_H
#define STORE_SPEC_JSON_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "domain/spec.h"

#include <stdbool.h>

/* Appends the text. def obeys spec_check(); ERR_STOP without room or memory. */
bool spec_json_write(const struct spec_def *def, struct buf *out, struct err *err);

/* Reads what spec_json_write() wrote; *ret is borrowed from the arena. Members that are not known
 * are passed over, so that an older program can read what a newer one wrote. ERR_REFUSED names the
 * member that is missing or of another type, or the rule that is broken; ERR_STOP: arena full. */
bool spec_json_read(const char *text, struct arena *arena, struct spec_def *ret, struct err *err);

#endif
