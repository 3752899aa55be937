/* corpus_add.h - adding to the corpus with a progress bar, for `corpus add` and `init --sample`. */
#ifndef APP_CORPUS_ADD_H
#define APP_CORPUS_ADD_H

#include "cli.h"

/* report: print what was done. */
bool corpus_add_paths(struct app *app, const char *const *paths, int count, bool report,
                      struct err *err);

#endif
