/* feed_parts.h - the steps from the bytes of a feed to its items, one room each:
 *
 *   bytes -> feed.c (encoding, which kind) -> feed_mend.c, feed_xml.c or feed_json.c (raw fields)
 *         -> feed_entry.c (texts reduced, dates and links read) -> items */
#ifndef ADAPTER_FEED_PARTS_H
#define ADAPTER_FEED_PARTS_H

#include "adapter/feed.h"
#include "base/arena.h"
#include "page_tag.h"

/* What an entry can say, as it was written. */
enum feed_field {
    FIELD_TITLE,
    FIELD_SUMMARY,
    FIELD_CONTENT, /* the whole text: instead of a summary where there is none */
    FIELD_LINK,
    FIELD_ID, /* the link where there is none and it looks like one */
    FIELD_AUTHOR,
    FIELD_PUBLISHED,
    FIELD_UPDATED,
    FIELD_LANGUAGE,
    FIELD_TAG, /* the one that is being read */
    FIELDS,
    FIELD_NONE = FIELDS
};

enum { FEED_FIELD_MAX = 64 * 1024 }; /* bytes of one field; the rest is dropped */

struct feed_entry {
    struct buf text[FIELDS];
    bool plain[FIELDS]; /* it is text and not markup, however it looks */
    const char *tags[ITEM_TAGS_MAX];
    int32_t tag_count;
};

struct feed_reader {
    struct arena arena; /* of the items */
    struct page_reader *page;
    struct page_converter converter;
    struct buf decoded; /* the feed in UTF-8 */
    struct buf mended;
    struct buf reduced, reduced_title, line;
    struct feed_entry entry;
    /* The feed under way. */
    const struct feed_input *input;
    struct content_item *items; /* CONTENT_ITEMS_MAX of them */
    int32_t count, odd;
    bool cut;
    char base[URL_MAX + 1];
    char language[16];
    char note[CONTENT_NOTE_MAX + 1];
    struct err why; /* kind not ERR_NONE: the feed is refused */
};

/* --- feed_entry.c --- */
void feed_entry_init(struct feed_entry *e);
void feed_entry_done(struct feed_entry *e);
void feed_entry_clear(struct feed_entry *e);
/* Appends to a field as far as there is room. */
void feed_entry_add(struct feed_entry *e, enum feed_field field, const char *text, size_t len);
/* The tag that was read joins the others. */
void feed_entry_tag(struct feed_reader *r);
/* Makes an item of the entry. False: there are enough items, or no memory (r->why). */
bool feed_entry_take(struct feed_reader *r);
/* The note; the first one stays. */
void feed_note(struct feed_reader *r, const char *text);

/* --- feed_value.c --- */
/* An instant however feeds write it: RFC 822, RFC 3339 and its short forms. Between 1990 and 2100;
 * false otherwise. */
bool feed_date(const char *text, int64_t *ret_us);
/* The link as weblink_clean() wants it, a relative one resolved against base ("": none). */
bool feed_link(const char *base, const char *link, char dst[URL_MAX + 1]);
/* One line of plain text in the arena: markup reduced unless plain, white space collapsed,
 * screened, cut at a word to max bytes with three dots. NULL without memory. */
const char *feed_text(struct feed_reader *r, const char *text, size_t len, bool plain, size_t max);

/* --- feed_mend.c --- */
/* The text with its commonest mistakes mended, borrowed until the next call; how many they were. */
struct page_span feed_mend(struct feed_reader *r, struct page_span text, int32_t *ret_mended);

/* --- feed_xml.c, feed_json.c: false without memory; r->why when it is refused --- */
bool feed_xml(struct feed_reader *r, struct page_span text);
bool feed_json(struct feed_reader *r, struct page_span text);

#endif
