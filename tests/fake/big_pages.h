/* big_pages.h - pages that are large or hostile, made in memory: the five large ones of
 * tests/data/pages, and one for each way in which a page could make its reader slow. */
#ifndef FAKE_BIG_PAGES_H
#define FAKE_BIG_PAGES_H

#include "base/buf.h"

struct big_page {
    const char *name; /* a file name */
    const char *head, *unit, *tail;
    size_t bytes;     /* the unit is repeated up to here */
    const char *want; /* an address that is found all the same; NULL: none need be */
};

/* The row at i; NULL behind the last. The first BIG_DATA_PAGES are those of tests/data/pages. */
enum { BIG_DATA_PAGES = 5 };
const struct big_page *big_page(size_t i);
/* Makes the page, with at most most_bytes of repetition; the buf's ceiling must allow it. */
bool big_page_make(const struct big_page *page, size_t most_bytes, struct buf *out);

#endif
