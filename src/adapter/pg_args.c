/* pg_args.c - parameters in PostgreSQL's binary form, one behind the other in one buf. Sources: the
 * types' send functions (src/backend/utils/adt: int8send, array_send, timestamptz_send) and the
 * numbers in pg_type.dat, which never change. */
#include "adapter/pg_args.h"

#include "pg_form.h"

#include <string.h>

struct pg_args pg_args_init(void)
{
    return (struct pg_args){.bytes = buf_init(PG_ARGS_BYTES_MAX)};
}

void pg_args_done(struct pg_args *a)
{
    buf_done(&a->bytes);
    pg_args_clear(a);
}

void pg_args_clear(struct pg_args *a)
{
    buf_clear(&a->bytes);
    a->count = 0;
    a->failed = false;
}

bool pg_args_ok(const struct pg_args *a)
{
    return !a->failed && buf_ok(&a->bytes);
}

/* The next parameter, which begins at the end of the bytes; NULL when there are too many. */
static struct pg_arg *begin(struct pg_args *a, uint32_t type)
{
    if (a->count == PG_ARGS_MAX) {
        a->failed = true;
        return NULL;
    }
    struct pg_arg *arg = &a->arg[a->count++];
    *arg = (struct pg_arg){.type = type, .at = a->bytes.len};
    return arg;
}

static void put(struct pg_args *a, uint32_t type, const void *bytes, size_t len)
{
    struct pg_arg *arg = begin(a, type);
    if (arg == NULL)
        return;
    arg->len = len;
    if (len > 0)
        (void)buf_add(&a->bytes, bytes, len);
    (void)buf_addc(&a->bytes, '\0'); /* after text; and no address is past the end */
}

void pg_args_int(struct pg_args *a, int64_t value)
{
    uint8_t form[8];
    pg_form_put(form, sizeof form, (uint64_t)value);
    put(a, PG_INT8, form, sizeof form);
}

void pg_args_bool(struct pg_args *a, bool value)
{
    put(a, PG_BOOL, value ? "\1" : "\0", 1);
}

void pg_args_uuid(struct pg_args *a, struct uuid id)
{
    put(a, PG_UUID, id.byte, sizeof id.byte);
}

void pg_args_instant(struct pg_args *a, int64_t at_us)
{
    uint8_t form[8];
    pg_form_put(form, sizeof form, (uint64_t)pg_form_instant(at_us));
    put(a, PG_TIMESTAMPTZ, form, sizeof form);
}

void pg_args_text(struct pg_args *a, const char *text)
{
    if (text == NULL)
        pg_args_null(a);
    else
        put(a, 0, text, strlen(text));
}

void pg_args_bytes(struct pg_args *a, const void *bytes, size_t len)
{
    put(a, PG_BYTEA, bytes, len);
}

void pg_args_null(struct pg_args *a)
{
    struct pg_arg *arg = begin(a, 0);
    if (arg != NULL)
        arg->null = true;
}

/* --- arrays ----------------------------------------------------------------------------------- */

static void put_int32(struct pg_args *a, size_t value)
{
    uint8_t form[4];
    pg_form_put(form, sizeof form, value);
    (void)buf_add(&a->bytes, form, sizeof form);
}

/* The head of an array; its elements follow, each with its length before it. */
static struct pg_arg *begin_array(struct pg_args *a, uint32_t type, uint32_t element, size_t count)
{
    struct pg_arg *arg = begin(a, type);
    if (arg == NULL)
        return NULL;
    put_int32(a, count > 0 ? 1 : 0); /* dimensions: an empty array has none */
    put_int32(a, 1);                 /* there may be nulls in it */
    put_int32(a, element);
    if (count > 0) {
        put_int32(a, count);
        put_int32(a, 1); /* the first one's number */
    }
    return arg;
}

static void put_element(struct pg_args *a, const void *bytes, size_t len)
{
    put_int32(a, len);
    if (len > 0)
        (void)buf_add(&a->bytes, bytes, len);
}

static void end_array(struct pg_args *a, struct pg_arg *arg)
{
    if (arg != NULL)
        arg->len = a->bytes.len - arg->at;
}

void pg_args_ints(struct pg_args *a, const int64_t *values, size_t count)
{
    struct pg_arg *arg = begin_array(a, PG_INT8_ARRAY, PG_INT8, count);
    for (size_t i = 0; arg != NULL && i < count; i++) {
        uint8_t form[8];
        pg_form_put(form, sizeof form, (uint64_t)values[i]);
        put_element(a, form, sizeof form);
    }
    end_array(a, arg);
}

void pg_args_uuids(struct pg_args *a, const struct uuid *ids, size_t count)
{
    struct pg_arg *arg = begin_array(a, PG_UUID_ARRAY, PG_UUID, count);
    for (size_t i = 0; arg != NULL && i < count; i++)
        put_element(a, ids[i].byte, sizeof ids[i].byte);
    end_array(a, arg);
}

void pg_args_instants(struct pg_args *a, const int64_t *at_us, size_t count)
{
    struct pg_arg *arg = begin_array(a, PG_TIMESTAMPTZ_ARRAY, PG_TIMESTAMPTZ, count);
    for (size_t i = 0; arg != NULL && i < count; i++) {
        uint8_t form[8];
        pg_form_put(form, sizeof form, (uint64_t)pg_form_instant(at_us[i]));
        put_element(a, form, sizeof form);
    }
    end_array(a, arg);
}

void pg_args_bools(struct pg_args *a, const bool *values, size_t count)
{
    struct pg_arg *arg = begin_array(a, PG_BOOL_ARRAY, PG_BOOL, count);
    for (size_t i = 0; arg != NULL && i < count; i++)
        put_element(a, values[i] ? "\1" : "\0", 1);
    end_array(a, arg);
}

void pg_args_texts(struct pg_args *a, const char *const *texts, size_t count)
{
    struct pg_arg *arg = begin_array(a, PG_TEXT_ARRAY, PG_TEXT, count);
    for (size_t i = 0; arg != NULL && i < count; i++) {
        if (texts[i] == NULL)
            put_int32(a, UINT32_MAX); /* -1: null */
        else
            put_element(a, texts[i], strlen(texts[i]));
    }
    end_array(a, arg);
}
