/* content_corpus.h - content from the pages of the corpus (corpus.h) that match: the source's
 * address is a query; an empty one asks for each word and phrase of the categories, one by one.
 *
 * A page gives one item: its title, the beginning of its text, the date of its file. Best matches
 * first; a page that several queries find is told once. A page that can't be read is counted as
 * odd. Nothing is ever unchanged. */
#ifndef ADAPTER_CONTENT_CORPUS_H
#define ADAPTER_CONTENT_CORPUS_H

#include "base/err.h"
#include "port/content.h"

#include <stdbool.h>

enum { CONTENT_CORPUS_HITS = 100 }; /* pages of one query */

/* data_dir: where corpus.db is, or will be. */
bool content_corpus_new(const char *data_dir, struct content **ret, struct err *err);

#endif
