/* corpus_file.h - one file of the corpus: read safely, and its address as a page.
 * Shared by corpus_add.c and pages_corpus.c. Any thread, one reader each. */
#ifndef ADAPTER_CORPUS_FILE_H
#define ADAPTER_CORPUS_FILE_H

#include "adapter/corpus.h"
#include "base/buf.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#define CORPUS_SCHEME "corpus:"

/* What tells that a file is as it was. */
struct corpus_mark {
    int64_t size;
    int64_t mtime_ns;
    int64_t inode;
};
void corpus_mark_of(const struct stat *st, struct corpus_mark *ret);

struct corpus_file {
    struct buf bytes;
    bool cut;  /* the file has more than was read */
    int error; /* errno of CORPUS_UNREADABLE */
    struct corpus_mark mark;
    const char *type; /* "text/html", "text/plain", NULL where the name does not tell; static */
};

/* Allocates nothing. */
void corpus_file_init(struct corpus_file *f);
void corpus_file_done(struct corpus_file *f);
/* Reads at most CORPUS_FILE_MAX bytes of a regular file. Never waits (FIFO), never follows a link
 * at the end of the path. CORPUS_PAGE, or why there is nothing to look at. */
enum corpus_skip corpus_file_read(struct corpus_file *f, const char *path);

/* The address of the page that a file is: "corpus:" + its absolute path, every byte that is not
 * plain ASCII percent-encoded. False when it would be longer than URL_MAX. */
bool corpus_url(const char *path, char dst[URL_MAX + 1]);
/* The path of such an address; false for anything else. */
bool corpus_path(const char *url, char dst[URL_MAX + 1]);

#endif
