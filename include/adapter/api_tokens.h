/* api_tokens.h - who may use the control API: a file with a name, a scope and the hash of a token
 * a row. The tokens themselves are nowhere: each is shown once, when it is made.
 *
 * A token is 256 bits of chance, so a plain SHA-256 of it is enough: there is nothing to guess, and
 * a slow hash would only let others make this program slow. One thread; processes that change the
 * file take turns (flock). */
#ifndef ADAPTER_API_TOKENS_H
#define ADAPTER_API_TOKENS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    API_TOKENS_MAX = 100,
    API_TOKEN_NAME_MAX = 40,
    API_TOKEN_SIZE = 48 /* "ap_", 43 characters, and the NUL */
};

enum api_scope { API_READ, API_CONTROL, API_SCOPES };
const char *api_scope_name(enum api_scope scope); /* "read", "control" */
bool api_scope_parse(const char *name, enum api_scope *ret);

struct api_token {
    char name[API_TOKEN_NAME_MAX + 1]; /* a-z 0-9 . _ - */
    enum api_scope scope;
    uint8_t hash[32];
    int64_t created_us;
};

struct api_tokens {
    struct api_token row[API_TOKENS_MAX];
    int32_t count;
    /* What the file was when it was read: another one is read again. */
    int64_t file, changed_ns, size;
};

/* The file as it is now; none is no tokens. ERR_REFUSED: it can't be understood, or others may
 * write it or read it. Then *t is empty: nobody gets in. */
bool api_tokens_read(struct api_tokens *t, const char *path, struct err *err);
/* The same, only when it is another file than t was read from. For each request. */
bool api_tokens_renew(struct api_tokens *t, const char *path, struct err *err);
/* Whose token it is; NULL: nobody's. Takes as long whoever's it is: it is hashed, and its hash
 * compared to each row's, whole. */
const struct api_token *api_tokens_find(const struct api_tokens *t, const char *token);

/* Makes a token and keeps its hash. ERR_REFUSED: the name is taken or is none, or there are
 * API_TOKENS_MAX. */
bool api_tokens_create(const char *path, const char *name, enum api_scope scope, int64_t now_us,
                       char ret[API_TOKEN_SIZE], struct err *err);
/* ERR_REFUSED: there is none of this name. */
bool api_tokens_revoke(const char *path, const char *name, struct err *err);

#endif
