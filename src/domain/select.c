/* select.c - from all that sources told to the items of a report. The idea: a row of sieves, each
 * of which counts what it keeps back; what passes is put into one order, cut, and dealt to its
 * sections. */
#include "domain/select.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"
#include "domain/words.h"

#include <stdlib.h>
#include <string.h>

enum {
    FOLDED_MAX = 32 * 1024, /* an item's texts, folded: twice their length at most */
    TITLE_SAME_MIN = 16     /* shorter titles ("Correction") say nothing about sameness */
};

/* A category or region with its phrases folded. */
struct sieve_topic {
    const char **words, **without;
    int32_t word_count, without_count;
    bool wanted;
};

struct sieve {
    const struct select_input *in;
    struct arena *arena;
    struct sieve_topic *categories, *regions;
    struct selected_item *kept; /* at most in->count */
    int32_t count;
    uint64_t *slots; /* keys that were seen: open addressing */
    int32_t *owner;  /* beside each: index into kept */
    size_t mask;
    struct buf text; /* the item that is looked at, folded */
    struct buf title;
    struct select_counts counts;
};

bool topic_set_has(const struct topic_set *set, int32_t topic)
{
    return (set->bits[topic / 64] >> (topic % 64) & 1) != 0;
}

static void set_add(struct topic_set *set, int32_t topic)
{
    set->bits[topic / 64] |= UINT64_C(1) << (topic % 64);
}

static bool set_empty(const struct topic_set *set)
{
    for (size_t i = 0; i < sizeof set->bits / sizeof set->bits[0]; i++)
        if (set->bits[i] != 0)
            return false;
    return true;
}

static bool full(struct err *err)
{
    return err_set(err, ERR_STOP, "report: there is no memory for so many items");
}

/* --- topics ----------------------------------------------------------------------------------- */

static const char **fold_phrases(struct sieve *s, const char *const *phrases, int32_t count)
{
    const char **folded = arena_array(s->arena, (size_t)count, sizeof *folded);
    for (int32_t i = 0; folded != NULL && i < count; i++) {
        buf_clear(&s->text);
        words_phrase(phrases[i], &s->text);
        folded[i] = arena_text(s->arena, buf_text(&s->text));
        if (folded[i] == NULL || !buf_ok(&s->text))
            return NULL;
    }
    return folded;
}

static bool want(struct sieve_topic *topics, const struct spec_topic *defs, int32_t count,
                 const char *const *ids, int32_t id_count, const char *what, struct err *err)
{
    char shown[100];
    for (int32_t i = 0; id_count == 0 && i < count; i++)
        topics[i].wanted = true;
    for (int32_t i = 0; i < id_count; i++) {
        int32_t at = spec_topic_find(defs, count, ids[i]);
        text_screen_to(shown, sizeof shown, ids[i]);
        if (at < 0)
            return err_set(err, ERR_REFUSED,
                           "report: the %s \"%s\" that was asked for is not in the specification; "
                           "add it there or ask for another one",
                           what, shown);
        topics[at].wanted = true;
    }
    return true;
}

static struct sieve_topic *make_topics(struct sieve *s, const struct spec_topic *defs,
                                       int32_t count, struct err *err)
{
    struct sieve_topic *topics = arena_array(s->arena, (size_t)count, sizeof *topics);
    for (int32_t i = 0; topics != NULL && i < count; i++) {
        topics[i].words = fold_phrases(s, defs[i].words, defs[i].word_count);
        topics[i].without = fold_phrases(s, defs[i].without, defs[i].without_count);
        topics[i].word_count = defs[i].word_count;
        topics[i].without_count = defs[i].without_count;
        if (topics[i].words == NULL || topics[i].without == NULL)
            topics = NULL;
    }
    if (topics == NULL)
        (void)full(err);
    return topics;
}

static int32_t found(const char *folded, const char **phrases, int32_t count)
{
    int32_t n = 0;
    for (int32_t i = 0; i < count; i++)
        n += words_find(folded, phrases[i]);
    return n;
}

/* Where an item belongs, among all topics of a kind and among those wanted. */
struct place {
    struct topic_set wanted;
    int32_t best;    /* the wanted one with the most matches, the first of equals; -1: none */
    int32_t matches; /* its */
};

/* given: the index of a topic that the source states; -1: none. */
static struct place find_place(const char *folded, const struct sieve_topic *topics, int32_t count,
                               int32_t given)
{
    struct place p = {.best = -1, .matches = -1};
    int32_t rest = -1; /* the topic that takes what no other took */
    bool any = given >= 0;
    for (int32_t i = 0; i < count; i++) {
        const struct sieve_topic *t = &topics[i];
        int32_t n = found(folded, t->words, t->word_count);
        if (t->word_count == 0 && i != given)
            rest = found(folded, t->without, t->without_count) == 0 ? i : rest;
        if (i != given && (n == 0 || found(folded, t->without, t->without_count) > 0))
            continue;
        any = true;
        if (!t->wanted)
            continue;
        set_add(&p.wanted, i);
        if (n > p.matches) {
            p.best = i;
            p.matches = n;
        }
    }
    if (!any && rest >= 0 && topics[rest].wanted) {
        set_add(&p.wanted, rest);
        p = (struct place){.wanted = p.wanted, .best = rest};
    }
    return p;
}

/* --- the same item ---------------------------------------------------------------------------- */

static uint64_t key_of(const char *kind, const char *text)
{
    char line[URL_MAX + 16];
    uint8_t sum[32];
    uint64_t key = 0;
    (void)str_format(line, sizeof line, "%s%s", kind, text); /* a cut keeps enough */
    str_sha256(line, strlen(line), sum);
    for (int i = 0; i < 8; i++)
        key = key << 8 | sum[i];
    return key != 0 ? key : 1;
}

uint64_t select_key(const struct content_item *item)
{
    char canonical[URL_MAX + 1];
    if (item->url[0] != '\0') {
        weblink_canonical(item->url, canonical);
        return key_of("page:", canonical);
    }
    struct buf title = buf_init(4 * ITEM_TITLE_MAX);
    words_fold(item->title, strlen(item->title), &title);
    uint64_t key = key_of("title:", title.len > 0 ? buf_text(&title) : item->title);
    buf_done(&title);
    return key;
}

static bool is_known(const struct select_input *in, uint64_t key)
{
    size_t low = 0, high = in->known_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (in->known[mid] < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low < in->known_count && in->known[low] == key;
}

/* The kept item that has the key, or -1; the slot where it is or belongs into *ret_slot. */
static int32_t owner_of(const struct sieve *s, uint64_t key, size_t *ret_slot)
{
    size_t at = (size_t)key & s->mask;
    while (s->slots[at] != 0 && s->slots[at] != key)
        at = (at + 1) & s->mask;
    *ret_slot = at;
    return s->slots[at] != 0 ? s->owner[at] : -1;
}

static void own(struct sieve *s, uint64_t key, int32_t index)
{
    size_t slot;
    if (owner_of(s, key, &slot) >= 0)
        return;
    s->slots[slot] = key;
    s->owner[slot] = index;
}

/* 0: the title is too short to tell. */
static uint64_t title_key(struct sieve *s, const struct content_item *item)
{
    buf_clear(&s->title);
    words_fold(item->title, strlen(item->title), &s->title);
    return s->title.len < TITLE_SAME_MIN ? 0 : key_of("same:", buf_text(&s->title));
}

/* Is it the same page as one that was kept, or does another source tell it under the same title?
 * One source may well have one title every day ("The week in pictures"). */
static bool is_repeated(struct sieve *s, const struct content_item *item, uint64_t key,
                        uint64_t same_title)
{
    size_t slot;
    int32_t at = owner_of(s, key, &slot);
    if (at < 0 && same_title != 0) {
        at = owner_of(s, same_title, &slot);
        if (at >= 0 && s->kept[at].item->source == item->source)
            at = -1;
    }
    if (at < 0)
        return false;
    s->kept[at].also += s->kept[at].item->source != item->source;
    return true;
}

/* --- one item --------------------------------------------------------------------------------- */

static bool fold_item(struct sieve *s, const struct content_item *item)
{
    buf_clear(&s->text);
    words_fold(item->title, strlen(item->title), &s->text);
    words_part(&s->text);
    words_fold(item->summary, strlen(item->summary), &s->text);
    for (int32_t i = 0; i < item->tag_count; i++) {
        words_part(&s->text);
        words_fold(item->tags[i], strlen(item->tags[i]), &s->text);
    }
    return buf_ok(&s->text);
}

static bool in_period(const struct select_input *in, const struct content_item *item)
{
    return item->published_us == 0 ||
           (item->published_us >= in->from_us && item->published_us < in->to_us);
}

static int32_t given_topic(const struct spec_topic *topics, int32_t count, const char *id)
{
    return id[0] != '\0' ? spec_topic_find(topics, count, id) : -1;
}

/* Does the item belong here? The reason why not is counted. */
static bool place_item(struct sieve *s, struct selected_item *item)
{
    const struct spec_def *spec = s->in->spec;
    const struct spec_source *source = &spec->sources[item->item->source];
    const char *folded = buf_text(&s->text);
    struct place category =
        find_place(folded, s->categories, spec->category_count,
                   given_topic(spec->categories, spec->category_count, source->category));
    if (category.best < 0) {
        s->counts.unmatched++;
        return false;
    }
    struct place region =
        find_place(folded, s->regions, spec->region_count,
                   given_topic(spec->regions, spec->region_count, source->region));
    if (spec->region_count > 0 && set_empty(&region.wanted)) {
        s->counts.elsewhere++;
        return false;
    }
    item->section = category.best;
    item->matches = category.matches;
    item->categories = category.wanted;
    item->regions = region.wanted;
    return true;
}

static bool sift(struct sieve *s, const struct content_item *item)
{
    struct selected_item row = {.item = item, .key = select_key(item)};
    s->counts.read++;
    if (!in_period(s->in, item)) {
        s->counts.outside++;
        return true;
    }
    if (is_known(s->in, row.key)) {
        s->counts.known++;
        return true;
    }
    if (!fold_item(s, item))
        return false;
    if (!place_item(s, &row))
        return true;
    uint64_t same_title = title_key(s, item);
    if (is_repeated(s, item, row.key, same_title)) {
        s->counts.repeated++;
        return true;
    }
    own(s, row.key, s->count);
    if (same_title != 0)
        own(s, same_title, s->count);
    s->kept[s->count++] = row;
    return true;
}

/* --- order, limits, sections ------------------------------------------------------------------ */

static int compare(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* Days first, so that a telling item of the morning stands above a chance one of the evening; items
 * without a date last. */
static int by_rank(const void *one, const void *two)
{
    const struct selected_item *a = one, *b = two;
    const int64_t day_us = INT64_C(86400) * US_PER_S;
    int order = compare(b->item->published_us / day_us, a->item->published_us / day_us);
    if (order == 0)
        order = compare(b->matches, a->matches);
    if (order == 0)
        order = compare(b->item->published_us, a->item->published_us);
    if (order != 0)
        return order;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* Cuts to the limits, the highest ranks first; what stays keeps its order. */
static void cut(struct sieve *s, struct select_section *by_category)
{
    const struct spec_def *spec = s->in->spec;
    int32_t n = 0;
    for (int32_t i = 0; i < s->count; i++) {
        struct select_section *section = &by_category[s->kept[i].section];
        if (section->count >= spec->items_per_section || n >= spec->items_max) {
            section->cut++;
            s->counts.cut++;
            continue;
        }
        section->count++;
        s->kept[n++] = s->kept[i];
    }
    s->count = n;
    s->counts.shown = n;
}

static bool deal(struct sieve *s, struct selection *ret)
{
    const struct spec_def *spec = s->in->spec;
    struct select_section *by_category =
        arena_array(s->arena, (size_t)spec->category_count, sizeof *by_category);
    struct select_section *sections =
        arena_array(s->arena, (size_t)spec->category_count, sizeof *sections);
    struct selected_item *items = arena_array(s->arena, (size_t)s->count, sizeof *items);
    if (by_category == NULL || sections == NULL || items == NULL)
        return false;
    cut(s, by_category);
    int32_t n = 0, section_count = 0;
    for (int32_t c = 0; c < spec->category_count; c++) {
        if (!s->categories[c].wanted)
            continue;
        sections[section_count++] = (struct select_section){
            .category = c, .first = n, .count = by_category[c].count, .cut = by_category[c].cut};
        for (int32_t i = 0; i < s->count; i++)
            if (s->kept[i].section == c)
                items[n++] = s->kept[i];
    }
    ret->items = items;
    ret->count = n;
    ret->sections = sections;
    ret->section_count = section_count;
    return true;
}

static bool count_regions(struct sieve *s, struct selection *ret)
{
    const struct spec_def *spec = s->in->spec;
    struct select_region *rows = arena_array(s->arena, (size_t)spec->region_count, sizeof *rows);
    if (rows == NULL)
        return false;
    for (int32_t r = 0; r < spec->region_count; r++) {
        if (!s->regions[r].wanted)
            continue;
        struct select_region row = {.region = r};
        for (int32_t i = 0; i < ret->count; i++)
            row.count += topic_set_has(&ret->items[i].regions, r);
        rows[ret->region_count++] = row;
    }
    ret->regions = rows;
    for (int32_t i = 0; i < ret->count; i++)
        ret->undated += ret->items[i].item->published_us == 0;
    return true;
}

/* --- door ------------------------------------------------------------------------------------- */

static bool prepare(struct sieve *s, struct err *err)
{
    const struct select_input *in = s->in;
    const struct spec_def *spec = in->spec;
    size_t slots = 64;
    while (slots < (size_t)in->count * 4) /* two keys an item, half full at most */
        slots *= 2;
    s->mask = slots - 1;
    s->categories = make_topics(s, spec->categories, spec->category_count, err);
    s->regions =
        s->categories != NULL ? make_topics(s, spec->regions, spec->region_count, err) : NULL;
    if (s->categories == NULL || s->regions == NULL ||
        !want(s->categories, spec->categories, spec->category_count, in->categories,
              in->category_count, "category", err) ||
        !want(s->regions, spec->regions, spec->region_count, in->regions, in->region_count,
              "region", err))
        return false;
    s->kept = arena_array(s->arena, (size_t)in->count, sizeof *s->kept);
    s->slots = arena_array(s->arena, slots, sizeof *s->slots);
    s->owner = arena_array(s->arena, slots, sizeof *s->owner);
    return (s->kept != NULL && s->slots != NULL && s->owner != NULL) || full(err);
}

bool select_items(const struct select_input *input, struct arena *arena, struct selection *ret,
                  struct err *err)
{
    struct sieve s = {.in = input, .arena = arena};
    struct selection made = {0};
    s.text = buf_init(FOLDED_MAX);
    s.title = buf_init(4 * ITEM_TITLE_MAX);
    bool ok = prepare(&s, err);
    for (int32_t i = 0; ok && i < input->count; i++)
        ok = sift(&s, &input->items[i]) || full(err);
    if (ok) {
        if (s.count > 0)
            qsort(s.kept, (size_t)s.count, sizeof *s.kept, by_rank);
        ok = (deal(&s, &made) && count_regions(&s, &made)) || full(err);
    }
    buf_done(&s.text);
    buf_done(&s.title);
    if (ok) {
        made.counts = s.counts;
        *ret = made;
    }
    return ok;
}
