/* corpus.h - the pages that the `local` provider searches: DATA/corpus.db, made of files that an
 * operator added.
 *
 * The files stay where they are; the corpus knows their words. Files that did not change since
 * (size, time of change, inode) are not read again. What can't be a page is counted with a reason
 * and remembered, so it isn't read again either. Symbolic links inside an added directory are not
 * followed. Names of files are foreign text: they may hold escape sequences and line ends, and
 * whoever prints one screens it (text_screen).
 * One corpus belongs to one thread. One process writes at a time (DATA/corpus.lock); any number
 * read meanwhile. */
#ifndef ADAPTER_CORPUS_H
#define ADAPTER_CORPUS_H

#include "adapter/page.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORPUS_FILE_MAX = PAGE_BYTES_MAX }; /* more of a file is not read (`cut`) */

struct corpus;

enum corpus_mode {
    CORPUS_READ,  /* must exist: ERR_STOP with the cure when it does not */
    CORPUS_WRITE, /* made when absent; ERR_CONFLICT while another process writes */
};

/* Why a file is no page. The numbers are stored: only ever add at the end. */
enum corpus_skip {
    CORPUS_PAGE,       /* it is one */
    CORPUS_BINARY,     /* not text */
    CORPUS_NO_WORDS,   /* nothing in it that can be searched for */
    CORPUS_NOT_FILE,   /* FIFO, socket, device */
    CORPUS_LINK,       /* symbolic link */
    CORPUS_UNREADABLE, /* no permission, gone meanwhile, a loop of directories */
    CORPUS_LONG_NAME,  /* its address would be longer than URL_MAX */
    CORPUS_SKIPS
};
/* "binary", "no words", ... Never NULL. */
const char *corpus_skip_name(enum corpus_skip skip);

/* How far an add is. The totals are counted before the first file is read. */
struct corpus_progress {
    int64_t files_done, files_total;
    int64_t bytes_done, bytes_total; /* as they will be read, so at most CORPUS_FILE_MAX a file */
};

struct corpus_watch {
    /* Called before each file and once at the end; false stops the add. NULL: nobody watches. */
    bool (*step)(void *ctx, const struct corpus_progress *progress);
    void *ctx;
};

/* What an add did. Filled in even when it fails on the way. */
struct corpus_stats {
    int64_t added, changed, unchanged; /* pages */
    int64_t removed;                   /* pages whose file is gone or no page any more */
    int64_t cut;                       /* pages added or changed of which not all was read */
    int64_t skipped[CORPUS_SKIPS];     /* files that are no page, by reason */
    int64_t files_read;                /* opened and read, pages or not */
    int64_t bytes_read;                /* of the disk */
    int64_t bytes_text;                /* words that were indexed */
};

/* dir: the data directory. */
bool corpus_open(const char *dir, enum corpus_mode mode, struct corpus **ret, struct err *err);
void corpus_close(struct corpus *c); /* accepts NULL */

/* Adds files and whole directories, or brings up to date what was added before: pages whose files
 * are gone go. A path inside what was added before only brings that part up to date; a directory
 * around something added before takes it over. A path that can't be looked at is refused before
 * anything is changed. Every few hundred files are one commit: stopped (ERR_CANCELLED) or killed,
 * the corpus holds what was committed, and the next add of the same path does the rest. */
bool corpus_add(struct corpus *c, const char *const *paths, int count,
                const struct corpus_watch *watch, struct corpus_stats *stats, struct err *err);

/* Takes what is at the path and below it out of the corpus (the files stay). *ret_pages: how many
 * pages that were. ERR_REFUSED when the corpus holds nothing there. */
bool corpus_remove(struct corpus *c, const char *path, int64_t *ret_pages, struct err *err);

/* What was added, in the order of paths. */
struct corpus_root {
    const char *path; /* borrowed for the call; not screened */
    int64_t pages;
    int64_t skipped;
    int64_t bytes; /* of the files that are pages */
};
/* visit may return false to end the list early; that is no failure. */
bool corpus_list(struct corpus *c, bool (*visit)(void *ctx, const struct corpus_root *root),
                 void *ctx, struct err *err);

struct corpus_count {
    int64_t pages;
    int64_t skipped;
    int64_t bytes;
    uint64_t version; /* equal for equal words under equal relative paths; it changes only when
                       * the results of some query may */
};
bool corpus_count(struct corpus *c, struct corpus_count *ret, struct err *err);

#endif
