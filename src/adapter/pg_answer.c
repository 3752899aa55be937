/* pg_answer.c - reads values out of libpq's results, which are asked for in binary form. */
#include "adapter/pg_answer.h"

#include "base/str.h"
#include "pg_form.h"

#include <libpq-fe.h>
#include <string.h>

void pg_answer_done(struct pg_answer *a)
{
    if (a == NULL)
        return;
    PQclear(a->result);
    *a = (struct pg_answer){0};
}

bool pg_answer_ok(const struct pg_answer *a, struct err *err)
{
    if (!a->wrong)
        return true;
    return err_set(
        err, ERR_STOP,
        "postgres: the answer has no %s in column %d of row %d: the schema is of another "
        "version than this program; run: autopilot db migrate",
        a->wanted, a->wrong_column + 1, a->wrong_row + 1);
}

static void keep_wrong(struct pg_answer *a, int32_t row, int32_t column, const char *wanted)
{
    if (!a->wrong) {
        a->wrong = true;
        a->wrong_row = row;
        a->wrong_column = column;
        a->wanted = wanted;
    }
}

static bool is_there(const struct pg_answer *a, int32_t row, int32_t column)
{
    return row >= 0 && row < a->rows && column >= 0 && column < a->columns;
}

/* The bytes of a value that is there and not null; else NULL, and remembered. */
static const uint8_t *value_of(struct pg_answer *a, int32_t row, int32_t column, const char *wanted)
{
    if (is_there(a, row, column) && PQgetisnull(a->result, row, column) == 0)
        return (const uint8_t *)PQgetvalue(a->result, row, column);
    keep_wrong(a, row, column, wanted);
    return NULL;
}

static Oid type_of(const struct pg_answer *a, int32_t column)
{
    return PQftype(a->result, column);
}

static size_t length_of(const struct pg_answer *a, int32_t row, int32_t column)
{
    return (size_t)PQgetlength(a->result, row, column);
}

bool pg_answer_null(struct pg_answer *a, int32_t row, int32_t column)
{
    if (is_there(a, row, column))
        return PQgetisnull(a->result, row, column) == 1;
    keep_wrong(a, row, column, "value");
    return true;
}

/* A value of a type of fixed size, or NULL. */
static const uint8_t *fixed(struct pg_answer *a, int32_t row, int32_t column, enum pg_type type,
                            size_t size, const char *wanted)
{
    const uint8_t *value = value_of(a, row, column, wanted);
    if (value == NULL || (type_of(a, column) == type && length_of(a, row, column) == size))
        return value;
    keep_wrong(a, row, column, wanted);
    return NULL;
}

int64_t pg_answer_int(struct pg_answer *a, int32_t row, int32_t column)
{
    const char *wanted = "whole number";
    const uint8_t *value = value_of(a, row, column, wanted);
    if (value == NULL)
        return 0;
    Oid type = type_of(a, column);
    size_t size = type == PG_INT8 ? 8 : type == PG_INT4 ? 4 : type == PG_INT2 ? 2 : 0;
    if (size != 0 && length_of(a, row, column) == size)
        return pg_form_get(value, size);
    keep_wrong(a, row, column, wanted);
    return 0;
}

bool pg_answer_bool(struct pg_answer *a, int32_t row, int32_t column)
{
    const uint8_t *value = fixed(a, row, column, PG_BOOL, 1, "truth value");
    return value != NULL && value[0] != 0;
}

struct uuid pg_answer_uuid(struct pg_answer *a, int32_t row, int32_t column)
{
    struct uuid id = {0};
    const uint8_t *value = fixed(a, row, column, PG_UUID, sizeof id.byte, "uuid");
    if (value != NULL)
        memcpy(id.byte, value, sizeof id.byte);
    return id;
}

int64_t pg_answer_instant(struct pg_answer *a, int32_t row, int32_t column)
{
    const uint8_t *value = fixed(a, row, column, PG_TIMESTAMPTZ, 8, "instant");
    return value != NULL ? pg_form_instant_back(pg_form_get(value, 8)) : 0;
}

/* Whose binary form is text: these, and what was made by CREATE TYPE or an extension (enumerations,
 * citext), whose numbers begin there. */
static bool is_text(Oid type)
{
    static const Oid texts[] = {18, 19, PG_TEXT, 114, 705, 1042, 1043, PG_JSONB};
    enum { FIRST_MADE = 16384 };
    bool found = type >= FIRST_MADE;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        found = found || type == texts[i];
    return found;
}

const char *pg_answer_text(struct pg_answer *a, int32_t row, int32_t column)
{
    if (pg_answer_null(a, row, column))
        return "";
    /* Binary values too have a NUL behind them. */
    const char *value = PQgetvalue(a->result, row, column);
    if (!is_text(type_of(a, column))) {
        keep_wrong(a, row, column, "text");
        return "";
    }
    return value + (type_of(a, column) == PG_JSONB && value[0] == 1 ? 1 : 0); /* its version */
}

bool pg_answer_text_to(struct pg_answer *a, int32_t row, int32_t column, char *dst, size_t size)
{
    return str_copy(dst, size, pg_answer_text(a, row, column));
}

const void *pg_answer_bytes(struct pg_answer *a, int32_t row, int32_t column, size_t *ret_len)
{
    *ret_len = 0;
    if (pg_answer_null(a, row, column))
        return "";
    if (type_of(a, column) != PG_BYTEA) {
        keep_wrong(a, row, column, "bytes");
        return "";
    }
    *ret_len = length_of(a, row, column);
    return PQgetvalue(a->result, row, column);
}
