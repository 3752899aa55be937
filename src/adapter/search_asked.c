/* search_asked.c - a table of the members that are texts; numbers have their ranges beside them. */
#include "search_asked.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <jansson.h>
#include <string.h>

enum { DEADLINE_MIN_MS = 1, DEADLINE_MAX_MS = 600 * 1000, DEADLINE_MS = 60 * 1000 };
enum { VARIATION_MAX = 1000, LIMIT = 10 };

bool search_asked_id(const char *id)
{
    size_t len = strlen(id);
    return len > 0 && len <= ASKED_ID_MAX &&
           strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~") == len;
}

static bool wrong(const char *what, struct err *err)
{
    return err_set(err, ERR_REFUSED, "%s", what);
}

/* A text without control characters; absent or null: "". */
static bool read_text(const json_t *object, const char *key, char *dst, size_t size,
                      struct err *err)
{
    const json_t *value = json_object_get(object, key);
    const char *text = json_string_value(value);
    dst[0] = '\0';
    if (value == NULL || json_is_null(value))
        return true;
    bool ok = text != NULL && strlen(text) < size;
    for (const char *p = ok ? text : ""; *p != '\0'; p++)
        ok = ok && (unsigned char)*p >= ' ' && *p != 0x7f;
    if (!ok)
        return err_set(err, ERR_REFUSED, "%s is a text of up to %zu bytes", key, size - 1);
    (void)str_copy(dst, size, text); /* it fits */
    return true;
}

static bool read_number(const json_t *object, const char *key, int64_t min, int64_t max,
                        int64_t fallback, int64_t *ret, struct err *err)
{
    const json_t *value = json_object_get(object, key);
    *ret = fallback;
    if (value == NULL || json_is_null(value))
        return true;
    if (json_is_integer(value) && json_integer_value(value) >= min) {
        *ret = json_integer_value(value) <= max ? json_integer_value(value) : max;
        return true;
    }
    return err_set(err, ERR_REFUSED, "%s is a whole number of at least %lld", key, (long long)min);
}

static bool read_protocol(const json_t *object, struct err *err)
{
    const char *want = json_string_value(json_object_get(object, "want"));
    if (json_integer_value(json_object_get(object, "proto")) != 1)
        return wrong("proto is 1", err);
    return want == NULL || str_equal(want, "urls") ||
           wrong("want: this worker gives urls only", err);
}

/* Ids travel in paths and headers, cursors come back as they were given. */
static bool check_texts(const struct search_asked *a, struct err *err)
{
    if (!search_asked_id(a->id))
        return wrong("request_id is 1 to 64 letters, digits and -._~", err);
    if (a->query[0] == '\0')
        return wrong("query is missing", err);
    for (const char *p = a->cursor; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            return wrong("cursor is none of ours", err);
    return true;
}

static bool read_texts(const json_t *object, struct search_asked *ret, struct err *err)
{
    char job[UUID_TEXT_SIZE];
    const json_t *term = json_object_get(object, "term");
    if (!read_text(object, "request_id", ret->id, sizeof ret->id, err) ||
        !read_text(object, "job_id", job, sizeof job, err) ||
        !read_text(object, "query", ret->query, sizeof ret->query, err) ||
        !read_text(object, "cursor", ret->cursor, sizeof ret->cursor, err) ||
        !read_text(term, "text", ret->term, sizeof ret->term, err))
        return false;
    if (ret->term[0] == '\0')
        (void)str_copy(ret->term, sizeof ret->term, ret->query); /* same size */
    (void)uuid_parse(job, &ret->request.job);                    /* no name: none is needed */
    return check_texts(ret, err);
}

static bool read_members(const json_t *object, struct search_asked *ret, struct err *err)
{
    int64_t variation, limit, deadline_ms;
    if (!read_protocol(object, err) || !read_texts(object, ret, err) ||
        !read_number(object, "variation", 0, VARIATION_MAX, 0, &variation, err) ||
        !read_number(object, "limit", 1, ASKED_LIMIT_MAX, LIMIT, &limit, err) ||
        !read_number(object, "deadline_ms", DEADLINE_MIN_MS, DEADLINE_MAX_MS, DEADLINE_MS,
                     &deadline_ms, err))
        return false;
    ret->request.term = ret->term;
    ret->request.query = ret->query;
    ret->request.cursor = ret->cursor;
    ret->request.variation = (int32_t)variation;
    ret->request.limit = (int32_t)limit;
    ret->deadline_us = deadline_ms * US_PER_MS;
    return true;
}

int search_asked_read(const char *body, size_t len, struct search_asked *ret, struct err *err)
{
    *ret = (struct search_asked){.deadline_us = 0};
    json_t *object = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    int status = 200;
    if (!json_is_object(object)) {
        (void)err_set(err, ERR_REFUSED, "the body is no JSON object");
        status = 400;
    } else if (!read_members(object, ret, err)) {
        status = 422;
    }
    json_decref(object);
    return status;
}

/* Is this media type among those that are welcome (not with q=0)? */
static bool welcome(const char *accept, const char *type)
{
    size_t n = strlen(type);
    for (const char *p = accept; *p != '\0'; p += strcspn(p, ","), p += *p == ',') {
        p += strspn(p, " \t");
        size_t len = strcspn(p, ",");
        if (len < n || strncasecmp(p, type, n) != 0 || strchr(" \t;,", p[n]) == NULL)
            continue;
        const char *q = memmem(p, len, "q=0", 3);
        return q == NULL || strspn(q + 2, "0.") != strcspn(q + 2, ",; \t");
    }
    return false;
}

enum search_form search_asked_form(const char *accept)
{
    if (accept == NULL || welcome(accept, "application/x-ndjson"))
        return FORM_STREAM;
    if (welcome(accept, "application/json"))
        return FORM_PAGE;
    return welcome(accept, "*/*") || welcome(accept, "application/*") ? FORM_STREAM : FORM_NONE;
}
