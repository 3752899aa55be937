/* web_cache.c - the connection to DATA/fetch.db. The idea: it only ever saves bytes, so whatever
 * goes wrong with it means "not kept", and nobody needs to be told. */
#include "web_cache.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "store/sql_text.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum {
    APPLICATION_ID = 0x41506670, /* "APfp" */
    BUSY_MS = 200,               /* a page is fetched again sooner than that */
    TRIM_EVERY = 32,             /* pages that are kept between two looks at the size */
};

enum query { QUERY_MARKS, QUERY_PAGE, QUERY_USED, QUERY_KEEP, QUERY_TRIM, QUERIES };
static const enum sql_id texts[QUERIES] = {SQL_FETCH_MARKS, SQL_FETCH_PAGE, SQL_FETCH_USED,
                                           SQL_FETCH_KEEP, SQL_FETCH_TRIM};

struct web_cache {
    sqlite3 *handle;
    sqlite3_stmt *statement[QUERIES];
    int32_t kept; /* since the last trim */
};

static bool run(struct web_cache *c, const char *text)
{
    return sqlite3_exec(c->handle, text, NULL, NULL, NULL) == SQLITE_OK;
}

static int64_t number(struct web_cache *c, const char *text)
{
    sqlite3_stmt *st = NULL;
    int64_t n = -1;
    if (sqlite3_prepare_v2(c->handle, text, -1, &st, NULL) == SQLITE_OK &&
        sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st); /* tells the failure of the step again */
    return n;
}

static bool make_schema(struct web_cache *c)
{
    _Static_assert(APPLICATION_ID == 1095788144, "the number in the text below");
    return run(c, "BEGIN IMMEDIATE") && run(c, sql_text(SQL_FETCH_CREATE_PAGE)) &&
           run(c, sql_text(SQL_FETCH_CREATE_USED)) &&
           run(c, "PRAGMA application_id = 1095788144") && run(c, "PRAGMA user_version = 1") &&
           run(c, "COMMIT");
}

/* Another program's file, or a newer one's, is left alone. */
static bool set_up(struct web_cache *c)
{
    (void)sqlite3_busy_timeout(c->handle, BUSY_MS); /* fails only without a handle */
    int64_t id = number(c, "PRAGMA application_id"), version = number(c, "PRAGMA user_version");
    bool fresh = id == 0 && version == 0 && number(c, "SELECT count(*) FROM sqlite_schema") == 0;
    if (!fresh && (id != APPLICATION_ID || version != 1))
        return false;
    if (!run(c, "PRAGMA trusted_schema = OFF") || !run(c, "PRAGMA journal_mode = WAL") ||
        !run(c, "PRAGMA synchronous = NORMAL") || !run(c, "PRAGMA journal_size_limit = 8388608"))
        return false;
    return !fresh || make_schema(c);
}

struct web_cache *web_cache_open(const char *data_dir)
{
    char path[FILE_PATH_MAX];
    struct web_cache *c = calloc(1, sizeof *c);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool ok = c != NULL && file_join(path, data_dir, "fetch.db", NULL) &&
              file_make_dirs(data_dir, 0700, NULL) &&
              sqlite3_open_v2(path, &c->handle, flags, NULL) == SQLITE_OK && set_up(c);
    for (int i = 0; ok && i < QUERIES; i++)
        ok = sqlite3_prepare_v3(c->handle, sql_text(texts[i]), -1, SQLITE_PREPARE_PERSISTENT,
                                &c->statement[i], NULL) == SQLITE_OK;
    if (ok)
        return c;
    web_cache_close(c);
    return NULL;
}

void web_cache_close(struct web_cache *c)
{
    if (c == NULL)
        return;
    for (int i = 0; i < QUERIES; i++)
        (void)sqlite3_finalize(c->statement[i]); /* tells an older failure again */
    (void)sqlite3_close(c->handle);              /* fails only while statements are open */
    free(c);
}

static void bind_text(sqlite3_stmt *st, const char *name, const char *text)
{
    int at = sqlite3_bind_parameter_index(st, name);
    (void)sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC); /* NULL then: no such page */
}

static void bind_int(sqlite3_stmt *st, const char *name, int64_t value)
{
    (void)sqlite3_bind_int64(st, sqlite3_bind_parameter_index(st, name), value); /* as above */
}

static void column(sqlite3_stmt *st, int i, char *dst, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(st, i);
    (void)str_copy(dst, size, text != NULL ? text : ""); /* what is longer was never kept */
}

/* Ends a statement whose text bindings will not outlive the caller. */
static void finish(sqlite3_stmt *st)
{
    (void)sqlite3_reset(st);          /* tells an older failure again */
    (void)sqlite3_clear_bindings(st); /* can't fail */
}

static void step(sqlite3_stmt *st)
{
    (void)sqlite3_step(st); /* what can't be noted is not kept */
    finish(st);
}

bool web_cache_marks(struct web_cache *c, const char *url, struct content_state *ret)
{
    if (c == NULL)
        return false;
    sqlite3_stmt *st = c->statement[QUERY_MARKS];
    bind_text(st, "$url", url);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    if (found) {
        column(st, 0, ret->etag, sizeof ret->etag);
        column(st, 1, ret->last_modified, sizeof ret->last_modified);
    }
    finish(st);
    return found;
}

bool web_cache_page(struct web_cache *c, const char *url, char **ret_bytes, size_t *ret_len,
                    char *type, size_t type_size)
{
    if (c == NULL)
        return false;
    sqlite3_stmt *st = c->statement[QUERY_PAGE];
    char *bytes = NULL;
    bind_text(st, "$url", url);
    if (sqlite3_step(st) == SQLITE_ROW) {
        const void *body = sqlite3_column_blob(st, 0); /* NULL when it is empty */
        *ret_len = (size_t)sqlite3_column_bytes(st, 0);
        column(st, 1, type, type_size);
        bytes = malloc(*ret_len + 1);
        if (bytes != NULL && body != NULL)
            memcpy(bytes, body, *ret_len);
    }
    finish(st);
    if (bytes == NULL)
        return false;
    *ret_bytes = bytes;
    bind_text(c->statement[QUERY_USED], "$url", url);
    bind_int(c->statement[QUERY_USED], "$now", clock_now_us());
    step(c->statement[QUERY_USED]);
    return true;
}

void web_cache_keep(struct web_cache *c, const char *url, const struct content_state *state,
                    const char *type, const void *bytes, size_t len)
{
    if (c == NULL || len > WEB_CACHE_PAGE_MAX)
        return;
    sqlite3_stmt *st = c->statement[QUERY_KEEP];
    bind_text(st, "$url", url);
    bind_text(st, "$etag", state->etag);
    bind_text(st, "$modified", state->last_modified);
    bind_text(st, "$type", type);
    (void)sqlite3_bind_blob64(st, sqlite3_bind_parameter_index(st, "$body"), bytes, len,
                              SQLITE_STATIC); /* NULL then, which the table refuses */
    bind_int(st, "$bytes", (int64_t)len);
    bind_int(st, "$now", clock_now_us());
    step(st);
    if (++c->kept % TRIM_EVERY != 0)
        return;
    bind_int(c->statement[QUERY_TRIM], "$pages", WEB_CACHE_PAGES_MAX);
    bind_int(c->statement[QUERY_TRIM], "$bytes", WEB_CACHE_BYTES_MAX);
    step(c->statement[QUERY_TRIM]);
}
