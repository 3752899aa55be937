/* select.h - which items make a report, in which section and in which order.
 *
 * The same input gives the same answer, whatever the order in which sources answered within
 * themselves. Every item that goes in is counted once in what comes out: shown, or left out for
 * the first of these reasons: outside the period, told by an earlier report, in no wanted
 * category, in no wanted region, the same as another item, past a limit.
 * Pure; any thread. Memory comes from the caller's arena. */
#ifndef DOMAIN_SELECT_H
#define DOMAIN_SELECT_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/item.h"
#include "domain/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct select_input {
    const struct spec_def *spec;      /* obeys spec_check() */
    const struct content_item *items; /* ordered by source; a source's items in its own order */
    int32_t count;
    const char *const *categories; /* only these, by id; none: all of the specification */
    int32_t category_count;
    const char *const *regions; /* likewise */
    int32_t region_count;
    int64_t from_us, to_us; /* [from, to): items without a date belong to every period */
    const uint64_t *known;  /* keys that earlier reports showed, ascending */
    size_t known_count;
};

/* Topics as bits: bit i is topic i of the specification. */
struct topic_set {
    uint64_t bits[SPEC_TOPICS_MAX / 64];
};
bool topic_set_has(const struct topic_set *set, int32_t topic);

struct selected_item {
    const struct content_item *item;
    uint64_t key;    /* the same for the same page, now and in later reports */
    int32_t section; /* index into spec->categories */
    int32_t matches; /* different words and phrases of that category it holds */
    struct topic_set categories, regions; /* all it belongs to, of those wanted */
    int32_t also;                         /* other sources that told the same */
};

struct select_section {
    int32_t category;     /* index into spec->categories */
    int32_t first, count; /* in selection.items; count 0: nothing for this section */
    int32_t cut;          /* items past a limit */
};

struct select_region {
    int32_t region; /* index into spec->regions */
    int32_t count;  /* items of the report that belong to it */
};

/* shown + all that follows it is read. */
struct select_counts {
    int32_t read, shown;
    int32_t outside;   /* not in the period */
    int32_t known;     /* told by an earlier report */
    int32_t unmatched; /* in no wanted category */
    int32_t elsewhere; /* in no wanted region */
    int32_t repeated;  /* the same page or title as another item */
    int32_t cut;       /* past items_per_section or items_max */
};

/* Borrowed from the arena; items point into the input. */
struct selection {
    const struct selected_item *items; /* by section, the most telling first */
    int32_t count;
    const struct select_section *sections; /* every wanted category, in the specification's order */
    int32_t section_count;
    const struct select_region *regions; /* every wanted region, likewise */
    int32_t region_count;
    int32_t undated; /* of the items shown */
    struct select_counts counts;
};

/* ERR_REFUSED: a wanted category or region is not in the specification, or none is left; ERR_STOP:
 * the arena is full. *ret is left alone on failure. */
bool select_items(const struct select_input *input, struct arena *arena, struct selection *ret,
                  struct err *err);

/* The key of an item: 64 bits of the SHA-256 of its canonical address, or of its folded title when
 * it has none. Never 0. */
uint64_t select_key(const struct content_item *item);

#endif
