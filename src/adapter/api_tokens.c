/* api_tokens.c - the file of tokens: JSON, an object a token, replaced as a whole. */
#include "adapter/api_tokens.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

enum { FILE_MAX = 1 << 16, PREFIX = 3, HASH = 32 };

#define NS_PER_S INT64_C(1000000000)

static const char *const scope_names[API_SCOPES] = {"read", "control"};

const char *api_scope_name(enum api_scope scope)
{
    return (unsigned)scope < API_SCOPES ? scope_names[scope] : "";
}

bool api_scope_parse(const char *name, enum api_scope *ret)
{
    for (int i = 0; i < API_SCOPES; i++)
        if (str_equal(name, scope_names[i])) {
            *ret = (enum api_scope)i;
            return true;
        }
    return false;
}

static bool is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len <= API_TOKEN_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-") == len;
}

/* --- the file --- */

static bool row_read(json_t *o, struct api_token *ret)
{
    const char *name, *scope, *hash, *at;
    if (json_unpack(o, "{s:s, s:s, s:s, s:s}", "name", &name, "scope", &scope, "sha256", &hash,
                    "created_at", &at) != 0)
        return false;
    return is_name(name) && str_copy(ret->name, sizeof ret->name, name) &&
           api_scope_parse(scope, &ret->scope) && secret_parse(hash, ret->hash, HASH) &&
           time_parse(at, &ret->created_us);
}

static bool rows_read(struct api_tokens *t, const struct buf *text)
{
    json_t *list = json_loadb(buf_text(text), text->len, JSON_REJECT_DUPLICATES, NULL);
    size_t count = json_array_size(list);
    bool ok = json_is_array(list) && count <= API_TOKENS_MAX;
    for (size_t i = 0; ok && i < count; i++)
        ok = row_read(json_array_get(list, i), &t->row[i]);
    t->count = ok ? (int32_t)count : 0;
    json_decref(list);
    return ok;
}

static void stand(struct api_tokens *t, const struct stat *st)
{
    t->file = st != NULL ? (int64_t)st->st_ino : 0;
    t->changed_ns = st != NULL ? st->st_ctim.tv_sec * NS_PER_S + st->st_ctim.tv_nsec : 0;
    t->size = st != NULL ? st->st_size : 0;
}

static bool is_same(const struct api_tokens *t, const struct stat *st)
{
    return t->file == (int64_t)st->st_ino && t->size == st->st_size &&
           t->changed_ns == st->st_ctim.tv_sec * NS_PER_S + st->st_ctim.tv_nsec;
}

bool api_tokens_read(struct api_tokens *t, const char *path, struct err *err)
{
    struct stat st;
    *t = (struct api_tokens){0};
    if (stat(path, &st) != 0)
        return errno == ENOENT ||
               err_set(err, ERR_REFUSED, "token: %s can't be read: %s", path, strerror(errno));
    stand(t, &st);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 077) != 0)
        return err_set(err, ERR_REFUSED, "token: others may read or write %s; chmod 600 it", path);
    struct buf text = buf_init(FILE_MAX);
    bool ok = file_read(path, &text, err);
    if (ok && !rows_read(t, &text))
        ok = err_set(err, ERR_REFUSED,
                     "token: %s is damaged; remove it and make the tokens anew (token create)",
                     path);
    buf_done(&text);
    return ok;
}

bool api_tokens_renew(struct api_tokens *t, const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) == 0 ? is_same(t, &st) : errno == ENOENT && t->file == 0)
        return true;
    return api_tokens_read(t, path, err);
}

const struct api_token *api_tokens_find(const struct api_tokens *t, const char *token)
{
    uint8_t hash[HASH];
    const struct api_token *found = NULL;
    str_sha256(token, strlen(token), hash);
    for (int32_t i = 0; i < t->count; i++)
        found = secret_equal(hash, t->row[i].hash, HASH) ? &t->row[i] : found;
    return found;
}

static json_t *row_json(const struct api_token *row)
{
    char hash[SECRET_TEXT_SIZE], at[TIME_TEXT_MAX];
    secret_text(row->hash, HASH, hash);
    time_text_utc(row->created_us, at);
    return json_pack("{s:s, s:s, s:s, s:s}", "name", row->name, "scope", api_scope_name(row->scope),
                     "sha256", hash, "created_at", at);
}

static bool rows_write(const struct api_tokens *t, const char *path, struct err *err)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < t->count; i++)
        json_array_append_new(list, row_json(&t->row[i]));
    bool whole = json_array_size(list) == (size_t)t->count;
    char *text = whole ? json_dumps(list, JSON_INDENT(2)) : NULL;
    json_decref(list);
    bool ok = text != NULL ? file_replace(path, text, strlen(text), 0600, err)
                           : err_set(err, ERR_STOP, "token: out of memory");
    free(text);
    return ok;
}

/* --- changing it --- */

static bool lock(const char *path, int *ret_fd, struct err *err)
{
    char name[FILE_PATH_MAX];
    return (str_format(name, sizeof name, "%s.lock", path) ||
            err_set(err, ERR_REFUSED, "token: %s is too long a name", path)) &&
           file_lock(name, "tokens are changed", ret_fd, err);
}

static int32_t find_name(const struct api_tokens *t, const char *name)
{
    for (int32_t i = 0; i < t->count; i++)
        if (str_equal(t->row[i].name, name))
            return i;
    return -1;
}

static bool add(struct api_tokens *t, const struct api_token *row, struct err *err)
{
    if (find_name(t, row->name) >= 0)
        return err_set(err, ERR_REFUSED,
                       "token: \"%s\" is there already; revoke it first, or take another name",
                       row->name);
    if (t->count == API_TOKENS_MAX)
        return err_set(err, ERR_REFUSED, "token: there are %d already; revoke one", API_TOKENS_MAX);
    t->row[t->count++] = *row;
    return true;
}

bool api_tokens_create(const char *path, const char *name, enum api_scope scope, int64_t now_us,
                       char ret[API_TOKEN_SIZE], struct err *err)
{
    struct api_tokens t;
    struct api_token row = {.scope = scope, .created_us = now_us};
    uint8_t secret[HASH];
    int fd;
    if (!is_name(name))
        return err_set(err, ERR_REFUSED,
                       "token: a name has 1 to %d of a-z, 0-9, dot, dash and underscore",
                       API_TOKEN_NAME_MAX);
    (void)str_copy(row.name, sizeof row.name, name); /* it was measured */
    rng_secure(secret, sizeof secret);
    memcpy(ret, "ap_", PREFIX);
    secret_text(secret, sizeof secret, ret + PREFIX);
    str_sha256(ret, strlen(ret), row.hash);
    if (!lock(path, &fd, err))
        return false;
    bool ok = api_tokens_read(&t, path, err) && add(&t, &row, err) && rows_write(&t, path, err);
    (void)close(fd); /* and with it the lock */
    return ok;
}

bool api_tokens_revoke(const char *path, const char *name, struct err *err)
{
    struct api_tokens t;
    int fd;
    if (!lock(path, &fd, err))
        return false;
    bool ok = api_tokens_read(&t, path, err);
    int32_t at = ok ? find_name(&t, name) : -1;
    if (ok && at < 0)
        ok =
            err_set(err, ERR_REFUSED, "token: there is no \"%.60s\"; `autopilot token list`", name);
    if (ok) {
        memmove(&t.row[at], &t.row[at + 1], (size_t)(t.count - at - 1) * sizeof t.row[0]);
        t.count--;
        ok = rows_write(&t, path, err);
    }
    (void)close(fd); /* and with it the lock */
    return ok;
}
