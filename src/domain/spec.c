/* spec.c - the rules of a specification. The idea, as for jobs: rules are looked at in the order in
 * which a file is written, and the first one that is broken is told with its place, so that a
 * reader of files can add the line. */
#include "domain/spec.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"
#include "domain/weblink.h"
#include "domain/words.h"

#include <string.h>
#include <time.h>

enum { SHOWN_MAX = 80 }; /* bytes of a foreign value in a sentence */

static const char *const kind_names[SOURCE_KINDS] = {"auto", "rss", "atom", "json", "corpus"};

const char *source_kind_name(enum source_kind v)
{
    return (unsigned)v < SOURCE_KINDS ? kind_names[v] : "unknown";
}

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (str_equal(names[i], name))
            return i;
    return -1;
}

bool source_kind_parse(const char *name, enum source_kind *ret)
{
    int found = find_name(kind_names, SOURCE_KINDS, name);
    if (found >= 0)
        *ret = (enum source_kind)found;
    return found >= 0;
}

int32_t spec_topic_find(const struct spec_topic *topics, int32_t count, const char *id)
{
    for (int32_t i = 0; i < count; i++)
        if (str_equal(topics[i].id, id))
            return i;
    return -1;
}

int64_t spec_period_start(enum frequency frequency, int64_t to_us)
{
    static const int days[FREQUENCIES] = {1, 7, 14, 0};
    if (frequency != FREQUENCY_MONTHLY)
        return to_us - days[frequency] * INT64_C(86400) * US_PER_S;
    int64_t rest = (to_us % US_PER_S + US_PER_S) % US_PER_S;
    time_t second = (time_t)((to_us - rest) / US_PER_S);
    struct tm tm = {0};
    (void)gmtime_r(&second, &tm); /* an int64_t of microseconds can't overflow it */
    tm.tm_mon--;
    struct tm tried = tm;
    second = timegm(&tried);
    if (tried.tm_mday != tm.tm_mday) { /* carried on: that month has no such day */
        tm.tm_mon++;
        tm.tm_mday = 0;
        second = timegm(&tm);
    }
    return (int64_t)second * US_PER_S + rest;
}

/* --- rules ------------------------------------------------------------------------------------ */

/* Fills in a fault whose place is known already; true. */
#define FAULT(ret, what_key, ...)                                                                  \
    ((ret)->key = (what_key), (void)str_format((ret)->text, sizeof(ret)->text, __VA_ARGS__), true)

/* least: 0 when the text may be empty. */
static bool text_fault(struct spec_fault *ret, const char *key, const char *text, size_t max,
                       bool lines, size_t least)
{
    size_t len = text != NULL ? strlen(text) : 0;
    char shown[SHOWN_MAX];
    text_screen_to(shown, sizeof shown, text != NULL ? text : "");
    if (text == NULL || len < least)
        return FAULT(ret, key, "%s is empty", key);
    if (len > max)
        return FAULT(ret, key, "%s = \"%s...\" has %zu bytes; %zu are allowed", key, shown, len,
                     max);
    const char *fault = plain_fault(text, len, lines, NULL);
    if (fault != NULL)
        return FAULT(ret, key, "%s = \"%s\" %s", key, shown, fault);
    if (len > 0 && !lines && (text[0] == ' ' || text[len - 1] == ' '))
        return FAULT(ret, key, "%s = \"%s\" begins or ends with a blank", key, shown);
    return false;
}

static bool range_fault(struct spec_fault *ret, const char *key, int32_t value, int32_t max)
{
    if (value >= 1 && value <= max)
        return false;
    return FAULT(ret, key, "%s = %d: a whole number from 1 to %d is allowed", key, (int)value,
                 (int)max);
}

/* BCP 47, as far as a report needs it: letters, then groups of letters and digits. */
static bool is_language(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    size_t n = strcspn(text, "-0123456789");
    if (n < 2 || n > 8 || strspn(text, letters) < n)
        return false;
    for (text += n; *text == '-'; text += n + 1) {
        n = strspn(text + 1, letters);
        if (n < 1 || n > 8)
            return false;
    }
    return *text == '\0';
}

static bool language_fault(const struct spec_def *def, struct spec_fault *ret)
{
    if (def->language != NULL && is_language(def->language))
        return false;
    return FAULT(ret, "language", "language is no language's short name; write en, es or pt-BR");
}

static bool head_fault(const struct spec_def *def, struct spec_fault *ret)
{
    return text_fault(ret, "name", def->name, NAME_MAX_BYTES, false, 1) ||
           text_fault(ret, "workspace", def->workspace, NAME_MAX_BYTES, false, 1) ||
           text_fault(ret, "title", def->title, SPEC_TITLE_MAX, false, 1) ||
           text_fault(ret, "description", def->description, SPEC_DESCRIPTION_MAX, true, 0) ||
           language_fault(def, ret) ||
           ((unsigned)def->frequency >= FREQUENCIES &&
            FAULT(ret, "frequency", "frequency has an unknown value (%u)",
                  (unsigned)def->frequency)) ||
           range_fault(ret, "items_per_section", def->items_per_section, SPEC_SECTION_ITEMS_MAX) ||
           range_fault(ret, "items_max", def->items_max, SPEC_ITEMS_MAX);
}

static bool has_word(const char *phrase)
{
    struct buf folded = buf_init(4 * SPEC_PHRASE_MAX);
    words_phrase(phrase, &folded);
    bool any = folded.len > 0;
    buf_done(&folded);
    return any;
}

static bool phrases_fault(const char *const *phrases, int32_t count, const char *key,
                          int32_t *total, struct spec_fault *ret)
{
    char shown[SHOWN_MAX];
    for (int32_t i = 0; i < count; i++) {
        if (text_fault(ret, key, phrases[i], SPEC_PHRASE_MAX, false, 1))
            return true;
        text_screen_to(shown, sizeof shown, phrases[i]);
        if (!has_word(phrases[i]))
            return FAULT(ret, key, "%s = \"%s\" has no letter and no digit", key, shown);
    }
    *total += count;
    if (*total > SPEC_PHRASES_MAX)
        return FAULT(ret, key, "a specification may have %d words and phrases",
                     (int)SPEC_PHRASES_MAX);
    return false;
}

static bool topics_fault(const struct spec_topic *topics, int32_t count, int32_t *total,
                         struct spec_fault *ret)
{
    int32_t open = -1; /* the one without words */
    for (int32_t i = 0; i < count; i++) {
        const struct spec_topic *t = &topics[i];
        ret->index = i;
        if (text_fault(ret, "name", t->id, NAME_MAX_BYTES, false, 1) ||
            text_fault(ret, "title", t->title, SPEC_TITLE_MAX, false, 1) ||
            phrases_fault(t->words, t->word_count, "word", total, ret) ||
            phrases_fault(t->without, t->without_count, "without", total, ret))
            return true;
        if (spec_topic_find(topics, i, t->id) >= 0)
            return FAULT(ret, "name", "the name \"%s\" stands twice", t->id);
        if (t->word_count == 0 && open >= 0)
            return FAULT(ret, "word",
                         "\"%s\" and \"%s\" have no word; only one may take what is left",
                         topics[open].id, t->id);
        if (t->word_count == 0)
            open = i;
    }
    return false;
}

static bool address_fault(const struct spec_source *s, struct spec_fault *ret)
{
    char clean[URL_MAX + 1], shown[SHOWN_MAX];
    size_t least = s->kind == SOURCE_CORPUS ? 0 : 1;
    if (text_fault(ret, "address", s->address, SPEC_ADDRESS_MAX, false, least))
        return true;
    if (s->kind == SOURCE_CORPUS || s->address[0] == '/' || weblink_clean(s->address, clean))
        return false;
    text_screen_to(shown, sizeof shown, s->address);
    return FAULT(ret, "address",
                 "address = \"%s\": an address that begins with http:// or https://, without a "
                 "user name, or a file is allowed",
                 shown);
}

static bool sources_fault(const struct spec_def *def, struct spec_fault *ret)
{
    for (int32_t i = 0; i < def->source_count; i++) {
        const struct spec_source *s = &def->sources[i];
        ret->index = i;
        if (text_fault(ret, "name", s->name, NAME_MAX_BYTES, false, 1))
            return true;
        if ((unsigned)s->kind >= SOURCE_KINDS)
            return FAULT(ret, "kind", "kind has an unknown value (%u)", (unsigned)s->kind);
        if (address_fault(s, ret))
            return true;
        if (s->category == NULL ||
            (s->category[0] != '\0' &&
             spec_topic_find(def->categories, def->category_count, s->category) < 0))
            return FAULT(ret, "category", "category names none of the specification's categories");
        if (s->region == NULL || (s->region[0] != '\0' &&
                                  spec_topic_find(def->regions, def->region_count, s->region) < 0))
            return FAULT(ret, "region", "region names none of the specification's regions");
        for (int32_t k = 0; k < i; k++)
            if (str_equal(def->sources[k].name, s->name))
                return FAULT(ret, "name", "the name \"%s\" stands twice", s->name);
    }
    return false;
}

static bool count_fault(int32_t count, int32_t least, int32_t most, const char *what,
                        struct spec_fault *ret)
{
    if (count < least)
        return FAULT(ret, "name", "it has no %s; add a section [%s NAME]", what, what);
    if (count > most)
        return FAULT(ret, "name", "it has %d sections [%s NAME]; %d are allowed", (int)count, what,
                     (int)most);
    return false;
}

static bool any_fault(const struct spec_def *def, struct spec_fault *ret)
{
    int32_t phrases = 0;
    ret->part = SPEC_PART_SPEC;
    if (head_fault(def, ret) ||
        count_fault(def->category_count, 1, SPEC_TOPICS_MAX, "category", ret) ||
        count_fault(def->region_count, 0, SPEC_TOPICS_MAX, "region", ret) ||
        count_fault(def->source_count, 1, SPEC_SOURCES_MAX, "source", ret))
        return true;
    ret->part = SPEC_PART_CATEGORY;
    if (topics_fault(def->categories, def->category_count, &phrases, ret))
        return true;
    ret->part = SPEC_PART_REGION;
    if (topics_fault(def->regions, def->region_count, &phrases, ret))
        return true;
    ret->part = SPEC_PART_SOURCE;
    return sources_fault(def, ret);
}

bool spec_find_fault(const struct spec_def *def, struct spec_fault *ret)
{
    struct spec_fault fault = {.part = SPEC_PART_SPEC};
    if (!any_fault(def, &fault))
        return false;
    *ret = fault;
    text_screen_to(ret->text, sizeof ret->text, fault.text); /* names may hold bidi controls */
    return true;
}

bool spec_check(const struct spec_def *def, struct err *err)
{
    struct spec_fault fault;
    char name[SHOWN_MAX];
    if (!spec_find_fault(def, &fault))
        return true;
    text_screen_to(name, sizeof name, def->name != NULL ? def->name : "");
    return err_set(err, ERR_REFUSED, "specification: \"%s\": %s", name, fault.text);
}
