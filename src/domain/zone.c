/* zone.c - reads TZif into spans and finds the span of an instant. */
#include "domain/zone.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "zone_footer.h"

#include <string.h>

enum {
    HEADER = 44,         /* magic, version, 15 unused bytes, six counts of 4 bytes */
    OFFSET_MIN = -89999, /* RFC 9636 section 3.2: -25 h to 26 h, both excluded */
    OFFSET_MAX = 93599,
    YEARS_AHEAD = 401, /* of the footer: one to begin with and a whole cycle */
    ABBREVIATIONS_MAX = 512,
    FIRST_RULE_YEAR = 1900 /* of a file that has a rule and no transitions */
};

/* The six counts of a header, in the file's order. */
struct counts {
    uint32_t isut, isstd, leap, time, type, chars;
};

struct reader {
    const char *name;
    const uint8_t *bytes;
    size_t len;
    struct counts n;
    const uint8_t *times, *indexes, *types; /* of the 64-bit block */
    const char *chars;
    const char *footer;
    size_t footer_len;
    struct zone_span *spans;
    int32_t count;
};

static const struct zone_span utc_span = {.start = ZONE_BEGIN, .high = ZONE_BEGIN};
static const struct zone utc = {.spans = &utc_span, .count = 1, .abbreviations = "UTC"};

const struct zone *zone_utc(void)
{
    return &utc;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool damaged(const struct reader *r, const char *what, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "zone %s: the file is damaged: %s; reinstall the package tzdata", r->name, what);
}

static uint32_t big_32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t big_64(const uint8_t *at)
{
    return (int64_t)((uint64_t)big_32(at) << 32 | big_32(at + 4));
}

static size_t body_size(const struct counts *n, size_t time_size)
{
    return n->time * (time_size + 1) + n->type * (size_t)6 + n->chars + n->leap * (time_size + 4) +
           n->isstd + n->isut;
}

/* Reads the header at `at` and checks that its body is in the file too. */
static bool read_header(struct reader *r, size_t at, size_t time_size, struct err *err)
{
    if (r->len < at + HEADER || memcmp(r->bytes + at, "TZif", 4) != 0)
        return damaged(r, "no TZif header", err);
    const uint8_t *n = r->bytes + at + 20;
    r->n = (struct counts){big_32(n),      big_32(n + 4),  big_32(n + 8),
                           big_32(n + 12), big_32(n + 16), big_32(n + 20)};
    if (r->n.time > ZONE_TRANSITIONS_MAX || r->n.type > 256 || r->n.chars > ABBREVIATIONS_MAX ||
        r->n.leap > ZONE_TRANSITIONS_MAX || r->n.isstd > 256 || r->n.isut > 256)
        return damaged(r, "it counts more than a zone has", err);
    if (r->len - at - HEADER < body_size(&r->n, time_size))
        return damaged(r, "it is cut", err);
    return true;
}

/* Finds the parts of the 64-bit block and the footer. */
static bool read_parts(struct reader *r, struct err *err)
{
    if (!read_header(r, 0, 4, err))
        return false;
    if (r->bytes[4] < '2' || r->bytes[4] > '4')
        return err_set(err, ERR_REFUSED,
                       "zone %s: the file is of TZif version %s, not 2 to 4; install the package "
                       "tzdata",
                       r->name, r->bytes[4] == 0 ? "1" : "?");
    size_t at = HEADER + body_size(&r->n, 4);
    if (!read_header(r, at, 8, err))
        return false;
    if (r->n.leap != 0)
        return err_set(err, ERR_REFUSED,
                       "zone %s: it counts leap seconds; take the zone of that name outside right/",
                       r->name);
    r->times = r->bytes + at + HEADER;
    r->indexes = r->times + r->n.time * (size_t)8;
    r->types = r->indexes + r->n.time;
    r->chars = (const char *)(r->types + r->n.type * (size_t)6);
    at += HEADER + body_size(&r->n, 8);
    r->footer = (const char *)r->bytes + at;
    r->footer_len = r->len - at;
    if (r->footer_len < 2 || r->footer[0] != '\n' ||
        memchr(r->footer + 1, '\n', r->footer_len - 1) != r->footer + r->footer_len - 1)
        return damaged(r, "no footer", err);
    r->footer++;
    r->footer_len -= 2;
    return true;
}

static bool good_type(const struct reader *r, const uint8_t *type)
{
    int32_t offset = (int32_t)big_32(type);
    return offset >= OFFSET_MIN && offset <= OFFSET_MAX && type[4] <= 1 && type[5] < r->n.chars;
}

static bool check_types(const struct reader *r, struct err *err)
{
    bool fit = r->n.type != 0 && r->n.chars != 0 && r->chars[r->n.chars - 1] == '\0' &&
               (r->n.isstd == 0 || r->n.isstd == r->n.type) &&
               (r->n.isut == 0 || r->n.isut == r->n.type);
    if (!fit)
        return damaged(r, "the counts do not fit each other", err);
    for (uint32_t i = 0; i < r->n.type; i++)
        if (!good_type(r, r->types + i * (size_t)6))
            return damaged(r, "a kind of local time is impossible", err);
    for (const char *c = r->chars; c < r->chars + r->n.chars; c++)
        if (*c != '\0' && (*c < '!' || *c > '~'))
            return damaged(r, "an abbreviation is not plain text", err);
    return true;
}

/* --- spans ------------------------------------------------------------------------------------ */

/* One more span. It may begin where the last one does and then stands in its place. False when it
 * would begin before. */
static bool add_span(struct reader *r, struct zone_span span)
{
    struct zone_span *last = r->count > 0 ? &r->spans[r->count - 1] : NULL;
    if (last != NULL && span.start < last->start)
        return false;
    if (last != NULL && r->count > 1 && span.start == last->start) {
        r->count--;
        last--;
    }
    if (last != NULL && last->offset == span.offset && last->dst == span.dst &&
        last->abbreviation == span.abbreviation)
        return true; /* the clock goes on as it did */
    span.high = ZONE_BEGIN;
    if (last != NULL) {
        int64_t reached = span.start + last->offset;
        span.high = reached > last->high ? reached : last->high;
    }
    r->spans[r->count++] = span;
    return true;
}

static struct zone_span span_of_type(const struct reader *r, int64_t start, uint8_t index)
{
    const uint8_t *type = r->types + index * (size_t)6;
    return (struct zone_span){
        .start = start, .offset = (int32_t)big_32(type), .abbreviation = type[5], .dst = type[4]};
}

static bool add_transitions(struct reader *r, struct err *err)
{
    (void)add_span(r, span_of_type(r, ZONE_BEGIN, 0)); /* the first one always fits */
    int64_t last = ZONE_BEGIN;
    for (uint32_t i = 0; i < r->n.time; i++) {
        int64_t at = big_64(r->times + i * (size_t)8);
        if (at <= last && i > 0)
            return damaged(r, "the transitions are not in order", err);
        last = at;
        if (r->indexes[i] >= r->n.type)
            return damaged(r, "a transition leads to nothing", err);
        /* zic writes -2^59 for "since ever". */
        if (at <= CALENDAR_MIN) {
            r->spans[0] = span_of_type(r, ZONE_BEGIN, r->indexes[i]);
            r->spans[0].high = ZONE_BEGIN;
        } else if (at > CALENDAR_MAX || !add_span(r, span_of_type(r, at, r->indexes[i])))
            return damaged(r, "a transition is past the year 9999", err);
    }
    return true;
}

/* The footer's changes in one year, the earlier one first. What the file lists goes before what
 * the rule says about the time up to `listed`. False when the rule's years run into each other. */
static bool add_year(struct reader *r, const struct zone_footer *rule, const uint16_t names[2],
                     int32_t year, int64_t listed)
{
    struct zone_span to[2];
    for (int32_t i = 0; i < 2; i++) {
        int32_t next = 1 - i; /* change[0] leads to summer time */
        to[i] = (struct zone_span){
            .start = zone_footer_instant(&rule->change[i], year, rule->offset[i]),
            .offset = rule->offset[next],
            .abbreviation = names[next],
            .dst = next == 1,
        };
    }
    bool swap = to[0].start > to[1].start;
    for (int32_t i = 0; i < 2; i++) {
        const struct zone_span *span = &to[swap ? 1 - i : i];
        if (span->start > listed && !add_span(r, *span))
            return false;
    }
    return true;
}

/* A rule without summer time: from the last transition on, which normally says the same. */
static bool add_constant(struct reader *r, const struct zone_footer *rule, uint16_t name)
{
    struct zone_span *last = &r->spans[r->count - 1];
    if (last->offset != rule->offset[0])
        return false;
    last->abbreviation = name;
    last->dst = false;
    return true;
}

/* The rule for a whole cycle; *ret_period as zone.period. */
static bool add_rule(struct reader *r, const struct zone_footer *rule, const uint16_t names[2],
                     int32_t *ret_period)
{
    int64_t listed = r->spans[r->count - 1].start;
    int32_t year = FIRST_RULE_YEAR;
    if (r->n.time > 0 && listed > ZONE_BEGIN)
        year = calendar_date(calendar_floor(listed, CALENDAR_DAY_S)).year;
    int32_t from = 0;
    for (int32_t i = 0; i <= YEARS_AHEAD; i++) {
        if (!add_year(r, rule, names, year + i, listed))
            return false;
        if (i == 1) /* the first whole year */
            from = r->count;
    }
    *ret_period = r->count - from;
    if (*ret_period == 0) { /* summer time all year: only its end in the last year is left over */
        if (r->count > 1 && r->spans[r->count - 1].start > listed + ZONE_CYCLE / 2)
            r->count--;
        return true;
    }
    int32_t same = r->count - 1 - *ret_period;
    return same > 0 && r->spans[r->count - 1].start - r->spans[same].start == ZONE_CYCLE;
}

/* The file's abbreviations and the rule's two behind them. */
static char *join_names(const struct reader *r, struct arena *arena, const struct zone_footer *rule,
                        uint16_t ret_names[2])
{
    char *all = arena_alloc(arena, r->n.chars + sizeof rule->name);
    if (all == NULL)
        return NULL;
    memcpy(all, r->chars, r->n.chars);
    memcpy(all + r->n.chars, rule->name, sizeof rule->name);
    ret_names[0] = (uint16_t)r->n.chars;
    ret_names[1] = (uint16_t)(r->n.chars + sizeof rule->name[0]);
    return all;
}

bool zone_read(struct zone *ret, struct arena *arena, const char *name, const void *bytes,
               size_t len, struct err *err)
{
    struct reader r = {.name = name, .bytes = bytes, .len = len};
    struct zone_footer rule = {0};
    struct zone zone = {0};
    uint16_t names[2];
    if (!read_parts(&r, err) || !check_types(&r, err))
        return false;
    if (r.footer_len > 0 && !zone_footer_parse(r.footer, r.footer_len, &rule))
        return damaged(&r, "its footer is no rule", err);
    bool summer = rule.name[1][0] != '\0';
    size_t most = 1 + r.n.time + (summer ? 2 * (YEARS_AHEAD + 1) : 0);
    r.spans = arena_array(arena, most, sizeof *r.spans);
    char *abbreviations = join_names(&r, arena, &rule, names);
    if (r.spans == NULL || abbreviations == NULL)
        return err_set(err, ERR_STOP, "zone %s: out of memory", name);
    if (!add_transitions(&r, err))
        return false;
    bool fits = r.footer_len == 0 || (summer ? add_rule(&r, &rule, names, &zone.period)
                                             : add_constant(&r, &rule, names[0]));
    if (!fits)
        return damaged(&r, "its footer does not fit its transitions", err);
    zone.spans = r.spans;
    zone.count = r.count;
    zone.abbreviations = abbreviations;
    *ret = zone;
    return true;
}

/* --- names ------------------------------------------------------------------------------------ */

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-';
}

bool zone_name_check(const char *name, size_t len, struct err *err)
{
    /* They lie below Debian's /usr/share/zoneinfo and are no zones, or not for ever the same. */
    static const char *const no_zones[] = {"localtime", "posixrules", "Factory", "posix", "right"};
    char shown[ZONE_NAME_MAX + 8];
    if (len == 0)
        return err_set(err, ERR_REFUSED, "timezone: it is empty; write a name such as UTC");
    bool ok = len < ZONE_NAME_MAX && name[0] != '/' && name[len - 1] != '/';
    for (size_t i = 0; ok && i < len; i++)
        ok = is_name_char(name[i]) || (name[i] == '/' && name[i - 1] != '/');
    size_t first = 0;
    while (first < len && name[first] != '/')
        first++;
    for (size_t i = 0; ok && i < sizeof no_zones / sizeof *no_zones; i++)
        ok = strlen(no_zones[i]) != first || memcmp(name, no_zones[i], first) != 0;
    if (ok)
        return true;
    char start[ZONE_NAME_MAX / 2];
    (void)str_copy_n(start, sizeof start, name, len); /* enough of it to know it by */
    text_screen_to(shown, sizeof shown, start);
    return err_set(err, ERR_REFUSED,
                   "timezone: \"%s\" is not a zone's name; write one such as Europe/Berlin or UTC",
                   shown);
}

/* --- looking ---------------------------------------------------------------------------------- */

static void fill(const struct zone *zone, int32_t index, int64_t shift, struct zone_stretch *ret)
{
    if (index == zone->count - 1 && zone->period > 0) { /* the same, one cycle earlier */
        index -= zone->period;
        shift += ZONE_CYCLE;
    }
    const struct zone_span *span = &zone->spans[index];
    ret->start = index > 0 ? span->start + shift : ZONE_BEGIN;
    ret->end = index + 1 < zone->count ? span[1].start + shift : ZONE_END;
    ret->high = index > 0 ? span->high + shift : ZONE_BEGIN;
    ret->offset = span->offset;
    ret->before = index > 0 ? span[-1].offset : span->offset;
    ret->index = index;
    ret->shift = shift;
    ret->abbreviation = zone->abbreviations + span->abbreviation;
    ret->dst = span->dst;
}

/* The span of an instant; it is in the array. */
static int32_t find(const struct zone *zone, int64_t at)
{
    int32_t low = 0, high = zone->count;
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (zone->spans[middle].start <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

void zone_at(const struct zone *zone, struct zone_hint *hint, int64_t at, struct zone_stretch *ret)
{
    const struct zone_span *spans = zone->spans;
    int32_t last = zone->count - 1;
    int64_t shift = 0;
    if (zone->period > 0 && at >= spans[last].start) {
        shift = ((at - spans[last].start) / ZONE_CYCLE + 1) * ZONE_CYCLE;
        at -= shift;
    }
    int32_t index = hint != NULL && hint->index <= last ? hint->index : 0;
    if (at < spans[index].start || (index < last && at >= spans[index + 1].start))
        index = find(zone, at);
    if (hint != NULL)
        hint->index = index;
    fill(zone, index, shift, ret);
}

bool zone_go_on(const struct zone *zone, struct zone_stretch *stretch)
{
    if (stretch->index + 1 >= zone->count)
        return false;
    fill(zone, stretch->index + 1, stretch->shift, stretch);
    return true;
}
