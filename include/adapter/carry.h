/* carry.h - a whole record from the embedded file to the shared one, and back.
 *
 * Everything keeps its name, number and instant. What arrived is read back through a copy, as every
 * console would, and compared table by table before it counts. Used by one thread at a time. */
#ifndef ADAPTER_CARRY_H
#define ADAPTER_CARRY_H

#include "adapter/pg_link.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* One table: `checked` tells that it was read back and is the same. */
struct carry_line {
    const char *relation;
    int64_t rows;
    char sha256[65]; /* of its rows, in the order of their key; "": not yet known */
    bool checked;
};

struct carry_watch {
    void (*line)(void *ctx, const struct carry_line *line); /* a table is done; NULL: nobody asks */
    void (*rows)(void *ctx, int64_t done, int64_t total);   /* now and then; NULL: nobody asks */
    void *ctx;
};

/* Copies the embedded record at `path`, which nobody can write to meanwhile, into the shared one,
 * whose schema must fit, in one transaction of each. scratch: a file that may be made, and is
 * removed. ERR_REFUSED: the shared record is not empty, the file is a copy of one, or it holds what
 * has no place there; ERR_STOP: what arrived is not the same, or breaks an invariant: then nothing
 * was changed. ERR_RETRY: whether it was carried over is to be looked at. */
bool carry_to_shared(const char *path, struct pg_link *link, const char *scratch,
                     const struct carry_watch *watch, struct err *err);

/* Makes an embedded record at `path`, where nothing may be, of the shared one, which stays as it
 * is. On failure there is no file. */
bool carry_to_embedded(struct pg_link *link, const char *path, const struct carry_watch *watch,
                       struct err *err);

/* Is the file a copy of a shared record? False also when it can't be read. *ret_at: the server's
 * instant of its last pull; may be NULL. */
bool carry_is_copy(const char *path, int64_t *ret_at);

#endif
