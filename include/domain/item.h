/* item.h - one piece of news as a source tells it: plain text, whatever the source wrapped it in.
 * Plain values; texts are borrowed. Pure; any thread. */
#ifndef DOMAIN_ITEM_H
#define DOMAIN_ITEM_H

#include "domain/types.h"

#include <stdint.h>

enum {
    ITEM_TITLE_MAX = 300,    /* bytes; longer ones are cut at a word, with three dots */
    ITEM_SUMMARY_MAX = 2000, /* likewise */
    ITEM_AUTHOR_MAX = 120,
    ITEM_TAG_MAX = 80,
    ITEM_TAGS_MAX = 20 /* further ones are dropped */
};

/* Every text is valid UTF-8, one line, screened (base/utf8.h), and "" where the source has none. */
struct content_item {
    const char *title;   /* never "" */
    const char *url;     /* of weblink_clean, or corpus:PATH */
    const char *summary; /* plain text */
    const char *author;
    const char *language; /* "es"; "" unknown */
    const char *const *tags;
    int32_t tag_count;
    int64_t published_us; /* 0: unknown */
    int32_t source;       /* index into the specification's sources */
};

#endif
