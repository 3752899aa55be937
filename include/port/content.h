/* content.h - port: what a source of a specification tells, as items. Fetching, decoding, parsing
 * and the reduction to plain text are behind it. One instance belongs to one thread; one source at
 * a time.
 * Adapters: content_file, content_http, content_corpus; content_any chooses between them. */
#ifndef PORT_CONTENT_H
#define PORT_CONTENT_H

#include "base/err.h"
#include "domain/item.h"
#include "domain/spec.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CONTENT_ITEMS_MAX = 2000, /* of one source; further ones are dropped, `cut` says so */
    CONTENT_MARK_MAX = 240,   /* bytes of an ETag; a longer one is not kept */
    CONTENT_NOTE_MAX = 160
};

/* What a server said about the state of a source, to be sent back with the next request (RFC 9110
 * section 13.1). Opaque; "" = nothing. */
struct content_state {
    char etag[CONTENT_MARK_MAX + 1];
    char last_modified[CONTENT_MARK_MAX + 1];
};

struct content_request {
    const struct spec_def *spec; /* borrowed until end() */
    int32_t source;              /* index into spec->sources */
    struct content_state since;  /* of the last report that used it; {0}: tell everything */
};

struct content_view {
    const struct content_item *items; /* in the source's own order; borrowed until the next start()
                                       * or free() */
    int32_t count;
    bool cut;    /* the source had more bytes or items than the ceilings */
    int32_t odd; /* entries that were left out or mended: no title and no link, a date that can't
                    * be read, a link that is none */
    struct content_state state;      /* for the next request */
    char note[CONTENT_NOTE_MAX + 1]; /* what a person should know about it, screened; or "" */
};

enum content_answer {
    CONTENT_READY,     /* *ret is filled in */
    CONTENT_UNCHANGED, /* nothing new since `since` */
    CONTENT_WAIT,      /* nothing yet; ask again */
    CONTENT_FAILED     /* err says why: RETRY = later perhaps, REFUSED = not without a change */
};

struct content;

struct content_ops {
    /* Begins with a source; one under way is ended first. */
    bool (*start)(struct content *c, const struct content_request *request, struct err *err);
    /* Waits until boot time deadline_us at most. */
    enum content_answer (*next)(struct content *c, int64_t deadline_us, struct content_view *ret,
                                struct err *err);
    /* Ends the source under way; safe to call at any time. What next() lent stays. */
    void (*end)(struct content *c);
    void (*free)(struct content *c); /* accepts NULL */
};

/* An adapter's struct begins with this one. */
struct content {
    const struct content_ops *ops;
};

#endif
