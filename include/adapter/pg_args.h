/* pg_args.h - the parameters of one statement, $1 $2 ..., copied as they are added.
 *
 * Errors stick: past PG_ARGS_MAX parameters or PG_ARGS_BYTES_MAX bytes, or without memory, the call
 * that is given them fails and says so; no addition needs to be looked at. Numbers, names, truth
 * values, bytes and instants go in PostgreSQL's binary form with their type, so a function's
 * parameter of type int is written $1::int in the statement; text has no type and takes the one
 * that stands there (text, an enumeration, jsonb, numeric ...). Owned by one thread at a time. */
#ifndef ADAPTER_PG_ARGS_H
#define ADAPTER_PG_ARGS_H

#include "base/buf.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PG_ARGS_MAX = 64, PG_ARGS_BYTES_MAX = 48 * 1024 * 1024 };

struct pg_arg {
    uint32_t type; /* 0: text, of the type that the server finds */
    size_t at;     /* in bytes; of text with a NUL behind it */
    size_t len;
    bool null;
};

struct pg_args {
    struct buf bytes;
    struct pg_arg arg[PG_ARGS_MAX];
    int32_t count;
    bool failed;
};

struct pg_args pg_args_init(void); /* none; allocates nothing */
void pg_args_done(struct pg_args *a);
void pg_args_clear(struct pg_args *a); /* none again, memory kept */
bool pg_args_ok(const struct pg_args *a);

void pg_args_int(struct pg_args *a, int64_t value);     /* bigint */
void pg_args_bool(struct pg_args *a, bool value);       /* boolean */
void pg_args_uuid(struct pg_args *a, struct uuid id);   /* uuid */
void pg_args_instant(struct pg_args *a, int64_t at_us); /* timestamptz; INT64_MAX: infinity */
void pg_args_text(struct pg_args *a, const char *text); /* UTF-8; NULL: null */
void pg_args_bytes(struct pg_args *a, const void *bytes, size_t len); /* bytea */
void pg_args_null(struct pg_args *a);

/* One-dimensional arrays: bigint[], uuid[], timestamptz[], boolean[], text[] (NULL: null). */
void pg_args_ints(struct pg_args *a, const int64_t *values, size_t count);
void pg_args_uuids(struct pg_args *a, const struct uuid *ids, size_t count);
void pg_args_instants(struct pg_args *a, const int64_t *at_us, size_t count);
void pg_args_bools(struct pg_args *a, const bool *values, size_t count);
void pg_args_texts(struct pg_args *a, const char *const *texts, size_t count);

#endif
