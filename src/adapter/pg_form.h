/* pg_form.h - PostgreSQL's binary form of values: big endian, instants from the year 2000 on. */
#ifndef PG_FORM_H
#define PG_FORM_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of types (src/include/catalog/pg_type.dat); they never change. */
enum pg_type {
    PG_BOOL = 16,
    PG_BYTEA = 17,
    PG_INT8 = 20,
    PG_INT2 = 21,
    PG_INT4 = 23,
    PG_TEXT = 25,
    PG_TIMESTAMPTZ = 1184,
    PG_UUID = 2950,
    PG_JSONB = 3802,
    PG_BOOL_ARRAY = 1000,
    PG_TEXT_ARRAY = 1009,
    PG_INT8_ARRAY = 1016,
    PG_TIMESTAMPTZ_ARRAY = 1185,
    PG_UUID_ARRAY = 2951,
};

/* From 1970-01-01 to 2000-01-01, in microseconds. */
#define PG_EPOCH_US INT64_C(946684800000000)

static inline void pg_form_put(uint8_t *dst, size_t size, uint64_t value)
{
    for (size_t i = size; i-- > 0; value >>= 8)
        dst[i] = (uint8_t)(value & 0xFF);
}

/* The number with its sign; size 1 to 8. */
static inline int64_t pg_form_get(const uint8_t *src, size_t size)
{
    uint64_t value = (src[0] & 0x80) != 0 ? UINT64_MAX : 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | src[i];
    return (int64_t)value;
}

/* INT64_MAX is infinity and INT64_MIN is -infinity on both sides; what lies too far back for the
 * other side becomes -infinity. */
static inline int64_t pg_form_instant(int64_t at_us)
{
    if (at_us == INT64_MAX)
        return INT64_MAX;
    return at_us < INT64_MIN + PG_EPOCH_US ? INT64_MIN : at_us - PG_EPOCH_US;
}

static inline int64_t pg_form_instant_back(int64_t form)
{
    if (form == INT64_MIN)
        return INT64_MIN;
    return form > INT64_MAX - PG_EPOCH_US ? INT64_MAX : form + PG_EPOCH_US;
}

#endif
