/* corpus_add.c - brings the corpus up to date with files and directories.
 *
 * The one idea: look before reading. A walk compares each file's mark (size, time of change, inode)
 * with the row, and only files that differ are read (by corpus_ahead, side by side with the
 * indexing here). Rows that the walk did not meet are of files that are gone. Every few hundred
 * files are one commit, so an add can be stopped or killed at any instant and the next one does the
 * rest. */
#include "adapter/corpus.h"

#include "corpus_ahead.h"
#include "corpus_own.h"
#include "corpus_walk.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_FILES = 500,
    BATCH_BYTES = 16 << 20, /* of words: bounds what a commit has to write at once */
};

struct adding {
    struct corpus_rows *rows;
    const struct corpus_watch *watch; /* may be NULL */
    struct corpus_stats *stats;
    struct corpus_progress progress;
    struct corpus_ahead *ahead;
    int64_t root, prefix; /* of the path that is being added */
    int batch_files;
    size_t batch_bytes;
    bool begun; /* a batch is open */
};

/* ---- before anything is changed ---- */

static int64_t bytes_of(const struct stat *st)
{
    return st->st_size < CORPUS_FILE_MAX ? st->st_size : CORPUS_FILE_MAX;
}

static bool count_entry(void *ctx, const struct corpus_entry *entry, struct err *err)
{
    struct corpus_progress *total = ctx;
    (void)err; /* counting can't fail */
    total->files_total++;
    if (entry->stat)
        total->bytes_total += bytes_of(entry->stat);
    return true;
}

static bool refuse(const char *path, int number, struct err *err)
{
    char shown[256];
    text_screen_to(shown, sizeof shown, path);
    return err_set(err, number == ENOMEM ? ERR_STOP : ERR_REFUSED, "corpus: adding %s: %s", shown,
                   strerror(number));
}

/* The absolute path without links, or NULL; a directory that can't be looked into is refused here,
 * because its pages would otherwise count as gone. */
static char *resolve(const char *path, struct err *err)
{
    char *real = realpath(path, NULL);
    if (!real) {
        (void)refuse(path, errno, err);
        return NULL;
    }
    const int fd = open(real, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno != ENOTDIR && errno != ENXIO) {
        (void)refuse(path, errno, err);
        free(real);
        return NULL;
    }
    if (fd >= 0)
        (void)close(fd); /* nothing was written */
    return real;
}

/* ---- batches ---- */

static bool batch_end(struct adding *a, struct err *err)
{
    if (!a->begun)
        return true;
    a->begun = false;
    a->batch_files = 0;
    a->batch_bytes = 0;
    if (corpus_rows_commit(a->rows, err))
        return true;
    corpus_rows_undo(a->rows);
    return false;
}

static bool batch_begin(struct adding *a, struct err *err)
{
    if (a->begun && a->batch_files < BATCH_FILES && a->batch_bytes < BATCH_BYTES)
        return true;
    if (!batch_end(a, err))
        return false;
    a->begun = corpus_rows_begin(a->rows, err);
    return a->begun;
}

/* ---- one file ---- */

static bool same_mark(const struct corpus_mark *a, const struct corpus_mark *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->inode == b->inode;
}

static void count_kept(struct adding *a, const struct corpus_row *row)
{
    if (row->reason == CORPUS_PAGE)
        a->stats->unchanged++;
    else
        a->stats->skipped[row->reason]++;
}

static void count_read(struct adding *a, const struct corpus_row *old, const struct corpus_row *row)
{
    const bool was_page = old->id && old->reason == CORPUS_PAGE;
    if (row->reason != CORPUS_PAGE) {
        a->stats->skipped[row->reason]++;
        a->stats->removed += was_page;
    } else if (!was_page) {
        a->stats->added++;
    } else if (old->hash != row->hash) {
        a->stats->changed++;
    } else {
        a->stats->unchanged++;
    }
}

/* Files that could not even be opened leave no row: the reason is not in the file itself, so
 * nothing would tell when it is over. */
static bool leaves_row(enum corpus_skip skip)
{
    return skip == CORPUS_PAGE || skip == CORPUS_BINARY || skip == CORPUS_NO_WORDS;
}

static bool put_found(struct adding *a, const struct corpus_ticket *t, struct err *err)
{
    const struct corpus_found *found = &t->found;
    const struct corpus_row *old = &t->old;
    struct corpus_row row = {.root = a->root,
                             .prefix = a->prefix,
                             .mark = found->mark,
                             .reason = found->skip,
                             .hash = found->hash};
    const bool page = found->skip == CORPUS_PAGE;
    const bool same = old->id && page && old->reason == CORPUS_PAGE && old->hash == found->hash;
    if (!corpus_rows_put(a->rows, t->path, old, &row, page && !same ? &found->words : NULL, err) ||
        !corpus_rows_seen(a->rows, row.id, err))
        return false;
    count_read(a, old, &row);
    if (page && !same) {
        const size_t text = found->words.title_len + found->words.body_len;
        a->batch_bytes += text;
        a->stats->bytes_text += (int64_t)text;
        a->stats->cut += found->cut;
    }
    return true;
}

/* Indexes files that were read, the oldest first, until at most `leave` are under way. */
static bool take_read(struct adding *a, int leave, struct err *err)
{
    while (corpus_ahead_pending(a->ahead) > leave) {
        const struct corpus_ticket *t = NULL;
        if (!corpus_ahead_take(a->ahead, &t, err))
            return false;
        a->stats->files_read++;
        a->stats->bytes_read += t->found.bytes_read;
        if (!batch_begin(a, err))
            return false;
        a->batch_files++;
        if (!leaves_row(t->found.skip))
            a->stats->skipped[t->found.skip]++; /* an old row is dropped with the ones gone */
        else if (!put_found(a, t, err))
            return false;
    }
    return true;
}

static bool add_file(struct adding *a, const struct corpus_entry *entry, struct err *err)
{
    char url[URL_MAX + 1];
    struct corpus_mark mark;
    struct corpus_row old = {0};
    if (!corpus_url(entry->path, url)) {
        a->stats->skipped[CORPUS_LONG_NAME]++;
        return true;
    }
    if (!batch_begin(a, err) || !corpus_rows_find(a->rows, entry->path, &old, err))
        return false;
    corpus_mark_of(entry->stat, &mark);
    if (old.id && same_mark(&mark, &old.mark)) {
        a->batch_files++;
        count_kept(a, &old);
        return corpus_rows_seen(a->rows, old.id, err);
    }
    if (corpus_ahead_pending(a->ahead) == CORPUS_AHEAD_MAX &&
        !take_read(a, CORPUS_AHEAD_MAX / 2, err))
        return false;
    corpus_ahead_put(a->ahead, entry->path, &old);
    return true;
}

static bool go_on(struct adding *a, struct err *err)
{
    if (!a->watch || !a->watch->step || a->watch->step(a->watch->ctx, &a->progress))
        return true;
    return err_set(err, ERR_CANCELLED,
                   "corpus: adding was stopped; what was read so far is kept, and adding the same "
                   "path again does the rest");
}

static bool add_entry(void *ctx, const struct corpus_entry *entry, struct err *err)
{
    struct adding *a = ctx;
    if (!go_on(a, err))
        return false;
    if (entry->skip != CORPUS_PAGE)
        a->stats->skipped[entry->skip]++;
    else if (!add_file(a, entry, err))
        return false;
    a->progress.files_done++;
    if (entry->stat)
        a->progress.bytes_done += bytes_of(entry->stat);
    return true;
}

/* ---- one path ---- */

static bool drop_gone(struct adding *a, const char *path, struct err *err)
{
    int64_t files = 0, pages = 0;
    if (!batch_begin(a, err) || !corpus_rows_drop(a->rows, path, true, &files, &pages, err))
        return false;
    a->stats->removed += pages;
    return true;
}

static bool add_path(struct adding *a, const char *path, struct err *err)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return refuse(path, errno, err);
    if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
        return corpus_walk(path, add_entry, a, err); /* only counts why not */
    if (!batch_begin(a, err) || !corpus_rows_forget_seen(a->rows, err) ||
        !corpus_rows_root(a->rows, path, S_ISDIR(st.st_mode), &a->root, &a->prefix, err))
        return false;
    return corpus_walk(path, add_entry, a, err) && take_read(a, 0, err) &&
           drop_gone(a, path, err) && batch_end(a, err);
}

static bool add_all(struct adding *a, char *const *real, int count, struct err *err)
{
    for (int i = 0; i < count; i++)
        if (!corpus_walk(real[i], count_entry, &a->progress, err))
            return false;
    for (int i = 0; i < count; i++)
        if (!add_path(a, real[i], err))
            return false;
    return go_on(a, err);
}

/* Stopped by whoever watches: what was begun is finished and kept. Anything else: the batch is
 * undone. Returns false. */
static bool leave(struct adding *a, struct err *err)
{
    struct err second = {0};
    if (err->kind == ERR_CANCELLED && !(take_read(a, 0, &second) && batch_end(a, &second)))
        *err = second;
    if (a->begun)
        corpus_rows_undo(a->rows);
    return false;
}

static bool add_real(struct corpus *c, char *const *real, int count,
                     const struct corpus_watch *watch, struct corpus_stats *stats, struct err *err)
{
    struct adding a = {.rows = &c->rows, .watch = watch, .stats = stats};
    struct err own = {0};
    const bool ok =
        corpus_ahead_new(&a.ahead, &own) && (add_all(&a, real, count, &own) || leave(&a, &own));
    corpus_ahead_free(a.ahead);
    if (!ok && err)
        *err = own;
    return ok;
}

bool corpus_add(struct corpus *c, const char *const *paths, int count,
                const struct corpus_watch *watch, struct corpus_stats *stats, struct err *err)
{
    int resolved = 0;
    bool ok = corpus_may_write(c, err);
    *stats = (struct corpus_stats){0};
    if (!ok || count < 1)
        return ok;
    char **real = calloc((size_t)count, sizeof *real);
    if (!real)
        return err_set(err, ERR_STOP, "corpus: out of memory");
    while (resolved < count && (real[resolved] = resolve(paths[resolved], err)) != NULL)
        resolved++;
    ok = resolved == count && add_real(c, real, count, watch, stats, err);
    for (int i = 0; i < resolved; i++)
        free(real[i]);
    free(real);
    return ok;
}
