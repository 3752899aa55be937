/* corpus_walk.h - the files below a path, in an order that is always the same. */
#ifndef ADAPTER_CORPUS_WALK_H
#define ADAPTER_CORPUS_WALK_H

#include "adapter/corpus.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/stat.h>

struct corpus_entry {
    const char *path;        /* borrowed for the call; bytes as the disk has them */
    const struct stat *stat; /* only for CORPUS_PAGE */
    enum corpus_skip skip;   /* CORPUS_PAGE: a regular file; else what stands in its place */
};

/* Visits what is at path (a file or a directory, absolute) and below it, directories themselves
 * left out: the names of a directory in byte order, links not followed. visit ends the walk by
 * returning false (with err filled in), which makes the walk return false. */
bool corpus_walk(const char *path,
                 bool (*visit)(void *ctx, const struct corpus_entry *entry, struct err *err),
                 void *ctx, struct err *err);

#endif
