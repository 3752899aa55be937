/* spec.h - a newsletter specification as its operator defines it: categories, regions, sources.
 *
 * Plain values; arrays and texts are borrowed from whatever arena they were read into.
 * spec_check() holds every rule that a definition must obey, whoever made it (a specification
 * file, the record, a form). Pure; any thread. */
#ifndef DOMAIN_SPEC_H
#define DOMAIN_SPEC_H

#include "base/err.h"
#include "domain/frequency.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SPEC_TOPICS_MAX = 128, /* categories, and again regions */
    SPEC_SOURCES_MAX = 200,
    SPEC_PHRASES_MAX = 2000, /* words and phrases of one specification in all */
    SPEC_PHRASE_MAX = 200,   /* bytes of one */
    SPEC_TITLE_MAX = 200,    /* bytes of a title */
    SPEC_DESCRIPTION_MAX = 2000,
    SPEC_ADDRESS_MAX = URL_MAX, /* of a source */
    SPEC_SECTION_ITEMS_MAX = 500,
    SPEC_ITEMS_MAX = 2000
};

enum source_kind {
    SOURCE_AUTO, /* RSS, Atom or JSON Feed, whatever the bytes are */
    SOURCE_RSS,
    SOURCE_ATOM,
    SOURCE_JSON,
    SOURCE_CORPUS, /* pages of the corpus that match the address, taken as a query; an empty one
                    * asks for the words of each category */
    SOURCE_KINDS
};

/* A category or a region. An item belongs to it when one of `words` stands in its title, summary or
 * tags and none of `without` does. Without any words it takes what no other topic of its kind took.
 * A word or phrase matches whole words, whatever their case and accents; a * at its end makes its
 * last word a beginning. */
struct spec_topic {
    const char *id;    /* by which schedules name it */
    const char *title; /* as reports show it */
    const char *const *words;
    int32_t word_count;
    const char *const *without;
    int32_t without_count;
    bool summary; /* categories: a language model may put a summary before the items */
};

struct spec_source {
    const char *name; /* as reports show it */
    enum source_kind kind;
    const char *address;  /* http:, https:, or an absolute path; SOURCE_CORPUS: a query, or "" */
    const char *category; /* "" or the id of a category that every item of it belongs to */
    const char *region;   /* likewise */
};

struct spec_def {
    const char *name;
    const char *workspace;
    const char *title;       /* of its reports */
    const char *description; /* may be "" */
    const char *language;    /* of the report's own words: "en", "es", ... (BCP 47) */
    bool active;
    enum frequency frequency;
    int32_t items_per_section;
    int32_t items_max;
    const struct spec_topic *categories; /* the sections of a report, in order; at least one */
    int32_t category_count;
    const struct spec_topic *regions; /* none: items are not parted by region */
    int32_t region_count;
    const struct spec_source *sources; /* at least one; of two that tell the same the first wins */
    int32_t source_count;
};

enum spec_part { SPEC_PART_SPEC, SPEC_PART_CATEGORY, SPEC_PART_REGION, SPEC_PART_SOURCE };

/* The first rule that a definition breaks: where, and in words. */
struct spec_fault {
    enum spec_part part;
    int32_t index;   /* of the category, region or source, from 0 */
    const char *key; /* "name", "word", ..., as specification files spell them; static */
    char text[320];  /* what is wrong and what is allowed; names no file and no line; screened */
};

/* True when the definition breaks a rule; *ret is then filled in. */
bool spec_find_fault(const struct spec_def *def, struct spec_fault *ret);
/* The same as a sentence: ERR_REFUSED, "specification: \"NAME\": ...". */
bool spec_check(const struct spec_def *def, struct err *err);

/* The index of a topic by its id; -1 when there is none. */
int32_t spec_topic_find(const struct spec_topic *topics, int32_t count, const char *id);

const char *source_kind_name(enum source_kind v);
/* False (and *ret left alone) for an unknown name. */
bool source_kind_parse(const char *name, enum source_kind *ret);

/* The beginning of the period that ends at to_us: a day, 7 days, 14 days, or a calendar month
 * earlier in UTC (31 March: the last day of February). */
int64_t spec_period_start(enum frequency frequency, int64_t to_us);

#endif
