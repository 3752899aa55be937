/* search_static.h - the search port over a file: the operator's list of addresses for each term.
 *
 * A line is TERM, a tab, an address, and perhaps a tab and a title; lines that begin with # and
 * empty lines are remarks. A term finds its lines in their order, whatever its case; variations of
 * a term find nothing. The cursor is the number of the line. */
#ifndef ADAPTER_SEARCH_STATIC_H
#define ADAPTER_SEARCH_STATIC_H

#include "base/err.h"
#include "port/search.h"

#include <stdbool.h>

/* path is copied; the file is read at each query, so it may change in between. A file that is not
 * there ends a query with ERR_STOP and the cure. */
bool search_static_new(const char *path, struct search **ret, struct err *err);

#endif
