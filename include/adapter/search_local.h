/* search_local.h - the `local` search provider: full text search over DATA/corpus.db (corpus.h).
 *
 * A query's words and "quoted phrases" must all be on a page, in its title or text; letter case and
 * accents don't matter. Best first by bm25, equally good ones by their relative path. A query
 * without a single letter or digit finds nothing. The cursor is the number of results that were
 * given and the corpus' version; when the corpus changed meanwhile the query starts over. Without a
 * corpus, or with an empty one, a query ends with ERR_STOP and the cure. */
#ifndef ADAPTER_SEARCH_LOCAL_H
#define ADAPTER_SEARCH_LOCAL_H

#include "base/buf.h"
#include "base/err.h"
#include "port/search.h"

#include <stdbool.h>

/* data_dir: where corpus.db is, or will be: each query looks for it. Fails without memory. */
bool search_local_new(const char *data_dir, struct search **ret, struct err *err);

/* Turns a query into FTS5's language: each word and each quoted phrase as an FTS5 string, one after
 * the other, which means AND. Nothing else of the query reaches FTS5, so no text can become its
 * syntax. Appends to out. Pure. */
void search_local_match(const char *query, struct buf *out);

#endif
