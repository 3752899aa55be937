/* corpus_read.h - from a path to the words that are indexed. One reader, one thread. */
#ifndef ADAPTER_CORPUS_READ_H
#define ADAPTER_CORPUS_READ_H

#include "adapter/page.h"
#include "corpus_file.h"
#include "corpus_rows.h"

struct corpus_reader {
    struct page_reader *page;
    struct corpus_file file;
};

/* What reading one file gave. Made once, filled in again and again. */
struct corpus_found {
    enum corpus_skip skip;
    struct corpus_mark mark;
    bool cut;
    int64_t bytes_read;
    struct buf title, body;
    struct corpus_words words; /* title and body; only for CORPUS_PAGE */
    uint64_t hash;
};

bool corpus_reader_init(struct corpus_reader *r, struct err *err);
void corpus_reader_done(struct corpus_reader *r);
void corpus_found_init(struct corpus_found *found);
void corpus_found_done(struct corpus_found *found);
/* Empty, and without the memory of a text that was unusually long. */
void corpus_found_clear(struct corpus_found *found);

/* False only when nothing more can be read at all (no memory). */
bool corpus_read(struct corpus_reader *r, const char *path, struct corpus_found *ret,
                 struct err *err);

#endif
