/* corpus_rows.c - changes of the corpus, one file at a time.
 *
 * The one idea is the version: the sum of one number a page, made from its words and its relative
 * path. Adding a page adds its number, dropping it takes the number away again, so the version is
 * kept up to date without looking at the other pages, and equal corpora have equal versions however
 * they came to be. A search cursor is good exactly as long as the version is the same. */
#include "corpus_rows.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* What is at a path and below it: the path itself, and all from path + "/" up to path + "0", the
 * byte after the slash. */
struct range {
    char *low, *high; /* one allocation; low holds it */
    size_t len;       /* of each */
};

static bool range_init(struct range *r, const char *path, struct err *err)
{
    const size_t len = strlen(path) > 1 ? strlen(path) : 0; /* "/" is the start of every path */
    r->low = malloc(2 * (len + 2));
    if (!r->low)
        return err_set(err, ERR_STOP, "corpus: out of memory");
    r->high = r->low + len + 2;
    memcpy(r->low, path, len);
    memcpy(r->high, path, len);
    memcpy(r->low + len, "/", 2);
    memcpy(r->high + len, "0", 2);
    r->len = len + 1;
    return true;
}

static void range_done(struct range *r)
{
    free(r->low);
    r->low = NULL;
}

static void bind_range(struct corpus_db *db, sqlite3_stmt *st, const struct range *r)
{
    corpus_bind_blob(db, st, "$low", r->low, r->len);
    corpus_bind_blob(db, st, "$high", r->high, r->len);
}

static void bind_path(struct corpus_db *db, sqlite3_stmt *st, const char *path)
{
    corpus_bind_blob(db, st, "$path", path, strlen(path));
}

/* ---- the version ---- */

/* A root that was a directory and is a file now has a prefix past the end of the path. */
static uint64_t share_of(const char *path, int64_t prefix, uint64_t hash)
{
    const size_t len = strlen(path);
    const size_t skip = prefix < 0 ? 0 : (uint64_t)prefix > len ? len : (size_t)prefix;
    return str_hash(path + skip, len - skip, hash);
}

uint64_t corpus_words_hash(const struct corpus_words *words)
{
    const uint64_t title = str_hash(words->title, words->title_len, words->title_len);
    return str_hash(words->body, words->body_len, title);
}

bool corpus_rows_begin(struct corpus_rows *rows, struct err *err)
{
    int64_t version = 0;
    if (!corpus_begin(rows->db, err))
        return false;
    if (!corpus_number(rows->db, SQL_CORPUS_VERSION, &version, err)) {
        corpus_rollback(rows->db);
        return false;
    }
    rows->version = rows->stored = (uint64_t)version;
    return true;
}

bool corpus_rows_commit(struct corpus_rows *rows, struct err *err)
{
    if (rows->version != rows->stored) {
        sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_VERSION_SET);
        corpus_bind_int(rows->db, st, "$version", (int64_t)rows->version);
        if (!corpus_run(rows->db, st, err))
            return false;
    }
    return corpus_commit(rows->db, err);
}

void corpus_rows_undo(struct corpus_rows *rows)
{
    corpus_rollback(rows->db);
}

/* ---- files ---- */

bool corpus_rows_find(struct corpus_rows *rows, const char *path, struct corpus_row *ret,
                      struct err *err)
{
    bool there = false;
    sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_FILE_AT);
    bind_path(rows->db, st, path);
    if (!corpus_step(rows->db, st, &there, err))
        return false;
    ret->id = 0;
    if (!there)
        return true;
    ret->id = sqlite3_column_int64(st, 0);
    ret->mark.size = sqlite3_column_int64(st, 1);
    ret->mark.mtime_ns = sqlite3_column_int64(st, 2);
    ret->mark.inode = sqlite3_column_int64(st, 3);
    const int64_t reason = sqlite3_column_int64(st, 4);
    ret->reason = reason >= 0 && reason < CORPUS_SKIPS ? (enum corpus_skip)reason : CORPUS_BINARY;
    ret->hash = (uint64_t)sqlite3_column_int64(st, 5);
    (void)sqlite3_reset(st); /* its only row was read */
    return true;
}

static bool put_file(struct corpus_rows *rows, const char *path, struct corpus_row *row,
                     struct err *err)
{
    struct corpus_db *db = rows->db;
    sqlite3_stmt *st = corpus_query(db, row->id ? SQL_CORPUS_FILE_SET : SQL_CORPUS_FILE_ADD);
    if (row->id) {
        corpus_bind_int(db, st, "$id", row->id);
    } else {
        corpus_bind_int(db, st, "$root", row->root);
        bind_path(db, st, path);
    }
    corpus_bind_int(db, st, "$size", row->mark.size);
    corpus_bind_int(db, st, "$mtime", row->mark.mtime_ns);
    corpus_bind_int(db, st, "$inode", row->mark.inode);
    corpus_bind_int(db, st, "$reason", row->reason);
    corpus_bind_int(db, st, "$hash", (int64_t)row->hash);
    if (!corpus_run(db, st, err))
        return false;
    if (!row->id)
        row->id = corpus_last_id(db);
    return true;
}

static bool run_for(struct corpus_rows *rows, enum sql_id id, int64_t row, struct err *err)
{
    sqlite3_stmt *st = corpus_query(rows->db, id);
    corpus_bind_int(rows->db, st, "$id", row);
    return corpus_run(rows->db, st, err);
}

static bool drop_words(struct corpus_rows *rows, int64_t id, struct err *err)
{
    return run_for(rows, SQL_CORPUS_INDEX_DROP, id, err) &&
           run_for(rows, SQL_CORPUS_TEXT_DROP, id, err);
}

static bool add_words(struct corpus_rows *rows, enum sql_id sql, int64_t id,
                      const struct corpus_words *words, struct err *err)
{
    sqlite3_stmt *st = corpus_query(rows->db, sql);
    corpus_bind_int(rows->db, st, "$id", id);
    corpus_bind_text(rows->db, st, "$title", words->title, words->title_len);
    corpus_bind_text(rows->db, st, "$body", words->body, words->body_len);
    return corpus_run(rows->db, st, err);
}

bool corpus_rows_put(struct corpus_rows *rows, const char *path, const struct corpus_row *old,
                     struct corpus_row *row, const struct corpus_words *words, struct err *err)
{
    const bool was_page = old->id && old->reason == CORPUS_PAGE;
    const bool same_words = was_page && row->reason == CORPUS_PAGE && !words;
    row->id = old->id;
    if (was_page && !same_words && !drop_words(rows, old->id, err))
        return false;
    if (!put_file(rows, path, row, err))
        return false;
    if (same_words)
        return true;
    if (words && (!add_words(rows, SQL_CORPUS_TEXT_ADD, row->id, words, err) ||
                  !add_words(rows, SQL_CORPUS_INDEX_ADD, row->id, words, err)))
        return false;
    if (was_page)
        rows->version -= share_of(path, row->prefix, old->hash);
    if (words)
        rows->version += share_of(path, row->prefix, row->hash);
    return true;
}

bool corpus_rows_seen(struct corpus_rows *rows, int64_t id, struct err *err)
{
    return run_for(rows, SQL_CORPUS_SEEN, id, err);
}

bool corpus_rows_forget_seen(struct corpus_rows *rows, struct err *err)
{
    return corpus_run(rows->db, corpus_query(rows->db, SQL_CORPUS_CREATE_SEEN), err) &&
           corpus_run(rows->db, corpus_query(rows->db, SQL_CORPUS_SEEN_CLEAR), err);
}

/* ---- several files ---- */

struct known {
    int64_t id;
    uint64_t share; /* of the version; 0 when it is no page */
    uint64_t moved; /* what its share would be in another root */
    bool page;
};

struct known_list {
    struct known *at;
    size_t count, cap;
};

static bool known_add(struct known_list *list, const struct known *k)
{
    if (list->count == list->cap) {
        const size_t cap = list->cap ? list->cap * 2 : 256;
        struct known *at = realloc(list->at, cap * sizeof *at);
        if (!at)
            return false;
        list->at = at;
        list->cap = cap;
    }
    list->at[list->count++] = *k;
    return true;
}

static void known_here(sqlite3_stmt *st, int64_t moved_prefix, struct known *ret)
{
    char path[URL_MAX + 1];
    const uint64_t hash = (uint64_t)sqlite3_column_int64(st, 3);
    *ret = (struct known){.id = sqlite3_column_int64(st, 0),
                          .page = sqlite3_column_int64(st, 2) == CORPUS_PAGE};
    if (!ret->page)
        return;
    corpus_column(st, 1, path, sizeof path);
    ret->share = share_of(path, sqlite3_column_int64(st, 4), hash);
    ret->moved = share_of(path, moved_prefix, hash);
}

static bool known_read(struct corpus_rows *rows, sqlite3_stmt *st, int64_t moved_prefix,
                       struct known_list *list, struct err *err)
{
    for (;;) {
        bool more = false;
        struct known k;
        if (!corpus_step(rows->db, st, &more, err))
            return false;
        if (!more)
            return true;
        known_here(st, moved_prefix, &k);
        if (!known_add(list, &k)) {
            (void)sqlite3_reset(st); /* only read from */
            return err_set(err, ERR_STOP, "corpus: out of memory");
        }
    }
}

static bool known_below(struct corpus_rows *rows, enum sql_id id, const char *path,
                        const struct range *range, int64_t moved_prefix, struct known_list *list,
                        struct err *err)
{
    sqlite3_stmt *st = corpus_query(rows->db, id);
    bind_path(rows->db, st, path);
    bind_range(rows->db, st, range);
    return known_read(rows, st, moved_prefix, list, err);
}

static bool drop_known(struct corpus_rows *rows, const struct known *k, struct err *err)
{
    if (k->page && !drop_words(rows, k->id, err))
        return false;
    rows->version -= k->share;
    return run_for(rows, SQL_CORPUS_FILE_DROP, k->id, err);
}

bool corpus_rows_drop(struct corpus_rows *rows, const char *path, bool only_gone,
                      int64_t *ret_files, int64_t *ret_pages, struct err *err)
{
    struct known_list list = {0};
    struct range range;
    int64_t pages = 0;
    bool ok = false;
    if (!range_init(&range, path, err))
        return false;
    const enum sql_id id = only_gone ? SQL_CORPUS_FILES_GONE : SQL_CORPUS_FILES_BELOW;
    if (!known_below(rows, id, path, &range, 0, &list, err))
        goto out;
    for (size_t i = 0; i < list.count; i++) {
        if (!drop_known(rows, &list.at[i], err))
            goto out;
        pages += list.at[i].page;
    }
    *ret_files = (int64_t)list.count;
    *ret_pages = pages;
    ok = true;
out:
    free(list.at);
    range_done(&range);
    return ok;
}

/* ---- roots ---- */

static bool root_at(struct corpus_rows *rows, const char *path, size_t len, int64_t *ret_id,
                    int64_t *ret_prefix, struct err *err)
{
    bool there = false;
    sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_ROOT_AT);
    corpus_bind_blob(rows->db, st, "$path", path, len);
    if (!corpus_step(rows->db, st, &there, err))
        return false;
    *ret_id = there ? sqlite3_column_int64(st, 0) : 0;
    if (there) {
        *ret_prefix = sqlite3_column_int64(st, 1);
        (void)sqlite3_reset(st); /* its only row was read */
    }
    return true;
}

/* The root at path or above it; id 0 when there is none. */
static bool root_above(struct corpus_rows *rows, const char *path, int64_t *ret_id,
                       int64_t *ret_prefix, struct err *err)
{
    size_t len = strlen(path);
    for (;;) {
        if (!root_at(rows, path, len, ret_id, ret_prefix, err))
            return false;
        if (*ret_id || len <= 1)
            return true;
        do
            len--;
        while (len > 0 && path[len] != '/');
        if (len == 0)
            len = 1; /* the root directory's name is its slash */
    }
}

static bool root_add(struct corpus_rows *rows, const char *path, int64_t prefix, int64_t *ret_id,
                     struct err *err)
{
    sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_ROOT_ADD);
    bind_path(rows->db, st, path);
    corpus_bind_int(rows->db, st, "$prefix", prefix);
    if (!corpus_run(rows->db, st, err))
        return false;
    *ret_id = corpus_last_id(rows->db);
    return true;
}

static bool drop_roots(struct corpus_rows *rows, const char *path, const struct range *range,
                       int64_t keep, struct err *err)
{
    sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_ROOTS_DROP);
    bind_path(rows->db, st, path);
    bind_range(rows->db, st, range);
    corpus_bind_int(rows->db, st, "$keep", keep);
    return corpus_run(rows->db, st, err);
}

/* Roots below a new one give it their files, whose relative paths become longer by that. */
static bool take_over(struct corpus_rows *rows, const char *path, int64_t root, int64_t prefix,
                      struct err *err)
{
    struct known_list list = {0};
    struct range range;
    bool ok = false;
    if (!range_init(&range, path, err))
        return false;
    if (!known_below(rows, SQL_CORPUS_FILES_BELOW, path, &range, prefix, &list, err))
        goto out;
    for (size_t i = 0; i < list.count; i++)
        rows->version += list.at[i].moved - list.at[i].share;
    sqlite3_stmt *st = corpus_query(rows->db, SQL_CORPUS_ROOT_TAKE);
    corpus_bind_int(rows->db, st, "$root", root);
    bind_range(rows->db, st, &range);
    ok = corpus_run(rows->db, st, err) && drop_roots(rows, path, &range, root, err);
out:
    free(list.at);
    range_done(&range);
    return ok;
}

bool corpus_rows_root(struct corpus_rows *rows, const char *path, bool directory, int64_t *ret_id,
                      int64_t *ret_prefix, struct err *err)
{
    const char *name = strrchr(path, '/');
    if (!root_above(rows, path, ret_id, ret_prefix, err))
        return false;
    if (*ret_id)
        return true;
    *ret_prefix = directory && path[1] ? (int64_t)strlen(path) + 1 : name - path + 1;
    if (!root_add(rows, path, *ret_prefix, ret_id, err))
        return false;
    return !directory || take_over(rows, path, *ret_id, *ret_prefix, err);
}

bool corpus_rows_drop_roots(struct corpus_rows *rows, const char *path, int64_t *ret_dropped,
                            struct err *err)
{
    struct range range;
    if (!range_init(&range, path, err))
        return false;
    const bool ok = drop_roots(rows, path, &range, 0, err);
    if (ok)
        *ret_dropped = corpus_changes(rows->db);
    range_done(&range);
    return ok;
}
