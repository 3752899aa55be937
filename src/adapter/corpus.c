/* corpus.c - opens, lists, counts and empties the corpus; corpus_add.c fills it. The one idea: a
 * root is what an operator named, a file belongs to one root, and everything that can be asked is
 * asked by path, so that nobody needs to remember how something came in. */
#include "adapter/corpus.h"

#include "corpus_own.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const skip_names[CORPUS_SKIPS] = {
    [CORPUS_PAGE] = "page",
    [CORPUS_BINARY] = "not text",
    [CORPUS_NO_WORDS] = "no words",
    [CORPUS_NOT_FILE] = "not a regular file",
    [CORPUS_LINK] = "symbolic link",
    [CORPUS_UNREADABLE] = "unreadable",
    [CORPUS_LONG_NAME] = "name too long",
};

const char *corpus_skip_name(enum corpus_skip skip)
{
    return (unsigned)skip < CORPUS_SKIPS ? skip_names[skip] : "unknown";
}

static bool lock_dir(struct corpus *c, const char *dir, struct err *err)
{
    char path[FILE_PATH_MAX];
    char note[64];
    (void)str_format(note, sizeof note, "pid %ld corpus", (long)getpid());
    return file_make_dirs(dir, 0700, err) && file_join(path, dir, "corpus.lock", err) &&
           file_lock(path, note, &c->lock, err);
}

bool corpus_open(const char *dir, enum corpus_mode mode, struct corpus **ret, struct err *err)
{
    struct corpus *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(err, ERR_STOP, "corpus: out of memory");
    c->lock = -1;
    if ((mode == CORPUS_WRITE && !lock_dir(c, dir, err)) ||
        !corpus_db_open(dir, mode == CORPUS_WRITE, &c->db, err)) {
        corpus_close(c);
        return false;
    }
    c->rows.db = c->db;
    *ret = c;
    return true;
}

void corpus_close(struct corpus *c)
{
    if (!c)
        return;
    corpus_db_close(c->db);
    if (c->lock >= 0)
        (void)close(c->lock); /* frees the lock; nothing else is in the file */
    free(c);
}

bool corpus_may_write(const struct corpus *c, struct err *err)
{
    return c->lock >= 0 || err_set(err, ERR_REFUSED, "corpus: it was opened for reading only");
}

/* ---- asking ---- */

bool corpus_list(struct corpus *c, bool (*visit)(void *ctx, const struct corpus_root *root),
                 void *ctx, struct err *err)
{
    sqlite3_stmt *st = corpus_query(c->db, SQL_CORPUS_ROOTS);
    for (;;) {
        bool more = false;
        char path[FILE_PATH_MAX];
        if (!corpus_step(c->db, st, &more, err))
            return false;
        if (!more)
            return true;
        corpus_column(st, 0, path, sizeof path);
        const struct corpus_root root = {.path = path,
                                         .pages = sqlite3_column_int64(st, 1),
                                         .skipped = sqlite3_column_int64(st, 2),
                                         .bytes = sqlite3_column_int64(st, 3)};
        if (!visit(ctx, &root)) {
            (void)sqlite3_reset(st); /* only read from */
            return true;
        }
    }
}

static bool read_count(struct corpus *c, struct corpus_count *ret, struct err *err)
{
    bool row = false;
    int64_t version = 0;
    if (!corpus_number(c->db, SQL_CORPUS_VERSION, &version, err))
        return false;
    sqlite3_stmt *st = corpus_query(c->db, SQL_CORPUS_COUNT);
    if (!corpus_step(c->db, st, &row, err))
        return false;
    ret->pages = sqlite3_column_int64(st, 0);
    ret->skipped = sqlite3_column_int64(st, 1);
    ret->bytes = sqlite3_column_int64(st, 2);
    ret->version = (uint64_t)version;
    (void)sqlite3_reset(st); /* its only row was read */
    return true;
}

bool corpus_count(struct corpus *c, struct corpus_count *ret, struct err *err)
{
    struct corpus_count count;
    if (!corpus_begin(c->db, err))
        return false;
    const bool ok = read_count(c, &count, err);
    corpus_rollback(c->db); /* nothing was changed; this ends the snapshot */
    if (ok)
        *ret = count;
    return ok;
}

/* ---- removing ---- */

/* Adds one part of a path to the absolute one in dst. */
static void add_part(struct buf *dst, const char *part, size_t len)
{
    if (len == 0 || (len == 1 && part[0] == '.'))
        return;
    if (len == 2 && part[0] == '.' && part[1] == '.') {
        const char *slash = strrchr(buf_text(dst), '/');
        buf_cut(dst, slash ? (size_t)(slash - buf_text(dst)) : 0);
        return;
    }
    buf_addc(dst, '/');
    buf_add(dst, part, len);
}

/* Puts the absolute form of path into dst, without asking the disk: what is to be removed may be
 * gone. "." and ".." are worked out, doubled slashes dropped. */
static bool absolute(const char *path, struct buf *dst, struct err *err)
{
    char here[FILE_PATH_MAX];
    if (path[0] != '/') {
        if (!getcwd(here, sizeof here))
            return err_set(err, ERR_REFUSED,
                           "corpus: the current directory has no name; give the path from / on");
        buf_adds(dst, here[1] ? here : ""); /* "/" itself adds nothing */
    }
    while (*path) {
        const size_t len = strcspn(path, "/");
        add_part(dst, path, len);
        path += len + (path[len] ? 1 : 0);
    }
    if (dst->len == 0)
        buf_addc(dst, '/');
    return buf_ok(dst) || err_set(err, ERR_REFUSED, "corpus: the path is too long");
}

static bool drop_path(struct corpus *c, const char *path, int64_t *ret_files, int64_t *ret_pages,
                      int64_t *ret_roots, struct err *err)
{
    if (!corpus_rows_begin(&c->rows, err))
        return false;
    if (!corpus_rows_drop(&c->rows, path, false, ret_files, ret_pages, err) ||
        !corpus_rows_drop_roots(&c->rows, path, ret_roots, err) ||
        !corpus_rows_commit(&c->rows, err)) {
        corpus_rows_undo(&c->rows);
        return false;
    }
    return true;
}

bool corpus_remove(struct corpus *c, const char *path, int64_t *ret_pages, struct err *err)
{
    struct buf plain = buf_init(FILE_PATH_MAX);
    char *real = realpath(path, NULL);
    int64_t files = 0, pages = 0, roots = 0;
    char shown[256];
    bool ok = false;
    if (!corpus_may_write(c, err) || !absolute(path, &plain, err))
        goto out;
    if (real && !drop_path(c, real, &files, &pages, &roots, err))
        goto out;
    if (!files && !roots && !drop_path(c, buf_text(&plain), &files, &pages, &roots, err))
        goto out;
    text_screen_to(shown, sizeof shown, path);
    ok = files || roots ||
         err_set(err, ERR_REFUSED,
                 "corpus: it holds nothing of %s; `autopilot corpus list` shows what it holds",
                 shown);
    if (ok)
        *ret_pages = pages;
out:
    buf_done(&plain);
    free(real);
    return ok;
}
