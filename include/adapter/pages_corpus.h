/* pages_corpus.h - the addresses of a page of the corpus (corpus.h): addresses of pages begin with
 * "corpus:" and lead to files on this machine.
 *
 * Only files that are in the corpus are read: an address that was made up, or found in a page,
 * opens nothing else. The file is read as it is now; one that is gone, or is no page any more, is
 * PAGE_FAILED with a sentence, and the search goes on with the next hit. */
#ifndef ADAPTER_PAGES_CORPUS_H
#define ADAPTER_PAGES_CORPUS_H

#include "base/err.h"
#include "port/pages.h"

#include <stdbool.h>

/* data_dir: where corpus.db is. Fails without memory, or when libpsl was built without its list. */
bool pages_corpus_new(const char *data_dir, struct pages **ret, struct err *err);

#endif
