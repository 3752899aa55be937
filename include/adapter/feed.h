/* feed.h - the bytes of a feed as items: RSS 0.9x, 1.0 and 2.0, Atom, JSON Feed, in any encoding of
 * the web, well-formed or nearly.
 *
 * Any bytes are welcome. Markup in titles and summaries is reduced to the text a reader would see.
 * Entities that the feed declares itself are refused, a DTD is never loaded, depth and size have
 * ceilings, time is linear in the size. A damaged feed gives the items before the damage, and those
 * behind it as far as they can be told apart; the note says so.
 * A reader belongs to one thread. Nothing here opens a file or a connection.
 * Sources: RSS 2.0 (rssboard.org), RSS 1.0 (web.resource.org), RFC 4287 (Atom), JSON Feed 1.1. */
#ifndef ADAPTER_FEED_H
#define ADAPTER_FEED_H

#include "base/err.h"
#include "port/content.h"

#include <stdbool.h>
#include <stddef.h>

enum { FEED_BYTES_MAX = 5 * 1024 * 1024 }; /* what lies behind is not read */

struct feed_input {
    const void *bytes;
    size_t len;
    bool cut;                 /* there was more, which is not here */
    const char *content_type; /* the HTTP header's value, or NULL */
    const char *base;         /* the address it came from, for relative links, or "" */
    enum source_kind kind;    /* another kind than this is taken too, and noted */
    int32_t source;           /* goes into the items */
};

struct feed_reader;

/* Fails (ERR_STOP) without memory. */
bool feed_reader_new(struct feed_reader **ret, struct err *err);
void feed_reader_free(struct feed_reader *r); /* accepts NULL */

/* Fills *ret but its state; items are borrowed until the reader's next call. ERR_REFUSED: this is
 * no feed, or one that must not be read (the sentence goes on after the source's name); ERR_STOP:
 * no memory. A feed without items is no failure. */
bool feed_read(struct feed_reader *r, const struct feed_input *input, struct content_view *ret,
               struct err *err);

#endif
