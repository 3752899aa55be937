/* page.h - reads one page that comes from anywhere: its addresses, what it says about its owner,
 * its text.
 *
 * Any bytes are welcome: HTML of any quality, plain text, gzip of either, in any encoding of the
 * web; what is neither is said to be binary and not looked into. Time is linear in the size and
 * memory bounded whatever the page holds: the parser (libxml2, SAX) sees only what can hold an
 * address, and what would make it slow is read as plain text instead.
 *
 * A reader belongs to one thread at a time and keeps its buffers between pages; several threads
 * each have their own. Nothing here opens a file or a connection. */
#ifndef ADAPTER_PAGE_H
#define ADAPTER_PAGE_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/lead.h"
#include "domain/types.h"

#include <stddef.h>

enum {
    PAGE_BYTES_MAX = 5 * 1024 * 1024, /* what lies behind is not read (also after gunzip) */
    PAGE_ADDRESSES_MAX = 1000         /* further ones are dropped */
};

enum page_kind {
    PAGE_EMPTY,
    PAGE_HTML,
    PAGE_TEXT,
    PAGE_BINARY, /* a picture, an archive, a program: nothing was looked for */
    PAGE_KINDS
};

/* What a page gives. The pointers are borrowed until the reader's next call. */
struct page_facts {
    enum page_kind kind;
    bool cut;                       /* the page, or the number of its addresses, passed a ceiling */
    const struct lead_found *leads; /* in order of appearance, each identity once */
    int32_t lead_count;
    struct page_words words; /* filled in only when there is an address: for letters */
};

struct page_reader;

/* Fails (ERR_STOP) without memory, or when libpsl was built without its list. */
bool page_reader_new(struct page_reader **ret_reader, struct err *err);
void page_reader_free(struct page_reader *reader);

/* The addresses of a page. content_type: the HTTP header's value, or NULL; it says text/plain or
 * HTML, and the encoding. Fails (ERR_STOP) only without memory. */
bool page_extract(struct page_reader *reader, const void *bytes, size_t len,
                  const char *content_type, struct page_facts *ret_facts, struct err *err);

/* The link on the page, if it is HTML, that looks most like one to how its owner can be reached
 * (domain/contact.h), as an address that weblink_clean() gives. Only of the same site as `url`,
 * where the page is from (of weblink_clean() as well), and of another page. */
bool page_contact(struct page_reader *reader, const void *bytes, size_t len,
                  const char *content_type, const char *url, char ret[URL_MAX + 1]);

/* The text of a page, for an index: words as they are read, blocks on lines of their own; scripts
 * and the like left out. Appends to both bufs, at most to their ceilings (reaching one is no
 * failure). ret_kind may be NULL. */
bool page_text(struct page_reader *reader, const void *bytes, size_t len, const char *content_type,
               struct buf *out_title, struct buf *out_text, enum page_kind *ret_kind,
               struct err *err);

/* An address that a person typed or a file holds -> its identity and flags. ERR_REFUSED says what
 * is wrong with it. */
bool page_fold_address(struct page_reader *reader, const char *address,
                       struct lead_found *ret_found, struct err *err);

#endif
