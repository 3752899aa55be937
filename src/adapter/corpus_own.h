/* corpus_own.h - what an open corpus holds; for corpus.c and corpus_add.c. */
#ifndef ADAPTER_CORPUS_OWN_H
#define ADAPTER_CORPUS_OWN_H

#include "corpus_rows.h"

struct corpus {
    struct corpus_db *db;
    struct corpus_rows rows;
    int lock; /* the descriptor that holds DATA/corpus.lock; -1 when only reading */
};

/* True when the corpus may be changed; else the sentence. */
bool corpus_may_write(const struct corpus *c, struct err *err);

#endif
