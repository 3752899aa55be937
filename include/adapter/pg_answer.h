/* pg_answer.h - the rows of an answer. Errors stick: a value that is null, not there, or not of the
 * kind asked for reads as 0, false or "", and pg_answer_ok() says so at the end; a caller looks
 * once, before it believes what it read. Where null is right it is asked for first.
 *
 * Rows and columns count from 0. Owned by one thread at a time. */
#ifndef ADAPTER_PG_ANSWER_H
#define ADAPTER_PG_ANSWER_H

#include "base/err.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_answer {
    void *result; /* libpq's; NULL: empty */
    int32_t rows, columns;
    int64_t changed; /* rows that an INSERT, UPDATE, DELETE or SELECT touched */
    /* The first value that was not what was asked for. */
    bool wrong;
    int32_t wrong_row, wrong_column;
    const char *wanted;
};

/* Also for a zeroed one. Texts and bytes that were read are gone with it. */
void pg_answer_done(struct pg_answer *a);
/* False, ERR_STOP: something was not as asked for; the schema is of another version. */
bool pg_answer_ok(const struct pg_answer *a, struct err *err);

bool pg_answer_null(struct pg_answer *a, int32_t row, int32_t column);
int64_t pg_answer_int(struct pg_answer *a, int32_t row, int32_t column); /* smallint to bigint */
bool pg_answer_bool(struct pg_answer *a, int32_t row, int32_t column);
struct uuid pg_answer_uuid(struct pg_answer *a, int32_t row, int32_t column);
/* timestamptz; infinity is INT64_MAX, -infinity INT64_MIN. */
int64_t pg_answer_instant(struct pg_answer *a, int32_t row, int32_t column);
/* Any type whose binary form is its text (text, varchar, citext, name, enumerations, json), and
 * jsonb; cast anything else to text in the statement. Never NULL; null reads as "" and is not an
 * error. */
const char *pg_answer_text(struct pg_answer *a, int32_t row, int32_t column);
/* Cut at a character of UTF-8; false when it had to be. */
bool pg_answer_text_to(struct pg_answer *a, int32_t row, int32_t column, char *dst, size_t size);
/* bytea. Never NULL; null is no bytes and not an error. */
const void *pg_answer_bytes(struct pg_answer *a, int32_t row, int32_t column, size_t *ret_len);

#endif
