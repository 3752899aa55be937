/* robots.h - what a site lets this program read: its robots.txt, read and asked. Pure; any thread.
 *
 * A file is read once into the few lines that concern this program; these are kept and asked for
 * each page. Both take time in proportion to what they are given, whatever it holds.
 * Sources: RFC 9309; Crawl-delay is no part of it, but widely written and honoured here. */
#ifndef DOMAIN_ROBOTS_H
#define DOMAIN_ROBOTS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROBOTS_BYTES_MAX = 500 * 1024 }; /* what lies behind is not read (RFC 9309 section 2.5) */

#define ROBOTS_DELAY_MAX_US (INT64_C(10) * 1000000) /* a longer Crawl-delay counts as this */

/* The rules for the product token (letters, - and _): of all groups that name it, else of those for
 * "*". Appends them to out, for robots_allows(); *ret_delay_us: between two requests, 0 when
 * nothing is said. The caller asks buf_ok(); with the ceiling of ROBOTS_BYTES_MAX times 3 all
 * rules fit, since a byte becomes three at most. */
void robots_read(const char *text, size_t len, const char *token, struct buf *out,
                 int64_t *ret_delay_us);

/* Whether the rules let path be read. path: from the first / of the address on, with its query; ""
 * counts as "/". The longest matching rule decides, and of two as long the one that allows
 * (section 2.2.2); /robots.txt itself is always allowed. A path over URL_MAX is not. */
bool robots_allows(const char *rules, const char *path);

#endif
