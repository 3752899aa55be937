/* timing.c - the next run: the expression's next time, moved past the days that are excluded. */
#include "domain/timing.h"

#include "base/str.h"
#include "domain/calendar.h"

#include <string.h>

/* Excluded days that are passed one after the other; 400 years have fewer weekends. */
enum { HOPS_MAX = 30000 };

/* --- names ------------------------------------------------------------------------------------ */

static const char *const type_names[TIMING_TYPES] = {"daily", "weekly", "monthly", "custom",
                                                     "after"};
static const char *const catchup_names[TIMING_CATCHUPS] = {"one", "all", "none"};
static const char *const overlap_names[TIMING_OVERLAPS] = {"skip", "queue_one"};
static const char *const excluded_names[TIMING_EXCLUDEDS] = {"drop", "next_business_day"};

static int find_name(const char *const *names, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (str_equal(names[i], name))
            return i;
    return -1;
}

#define NAMES(what, count)                                                                         \
    const char *timing_##what##_name(enum timing_##what v)                                         \
    {                                                                                              \
        return (unsigned)v < (count) ? what##_names[v] : "unknown";                                \
    }                                                                                              \
    bool timing_##what##_parse(const char *name, enum timing_##what *ret)                          \
    {                                                                                              \
        int i = find_name(what##_names, count, name);                                              \
        if (i >= 0)                                                                                \
            *ret = (enum timing_##what)i;                                                          \
        return i >= 0;                                                                             \
    }
NAMES(type, TIMING_TYPES)
NAMES(catchup, TIMING_CATCHUPS)
NAMES(overlap, TIMING_OVERLAPS)
NAMES(excluded, TIMING_EXCLUDEDS)

/* --- what it is made of ----------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool timing_parse_clock(const char *text, size_t len, int32_t *ret_minute)
{
    if (len != 5 || !is_digit(text[0]) || !is_digit(text[1]) || text[2] != ':' ||
        !is_digit(text[3]) || !is_digit(text[4]))
        return false;
    int32_t hour = (text[0] - '0') * 10 + text[1] - '0';
    int32_t minute = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 23 || minute > 59)
        return false;
    *ret_minute = hour * 60 + minute;
    return true;
}

bool timing_set_custom(struct timing *t, const char *text, size_t len, struct cron_fault *fault)
{
    struct cron cron;
    if (!cron_parse(text, len, &cron, fault))
        return false;
    t->type = TIMING_CUSTOM;
    t->cron = cron;
    (void)str_copy_n(t->expression, sizeof t->expression, text, len); /* parsed: it fits */
    if (strchr(t->expression, '@') != NULL)
        str_lower(t->expression); /* @Daily is kept as @daily */
    return true;
}

void timing_set(struct timing *t, enum timing_type type, int32_t minute, int32_t day)
{
    struct cron_fault fault;
    char text[32];
    int32_t hour = minute / 60;
    if (type == TIMING_WEEKLY)
        (void)str_format(text, sizeof text, "%d %d * * %d", minute % 60, hour, (day + 1) % 7);
    else if (type == TIMING_MONTHLY)
        (void)str_format(text, sizeof text, "%d %d %d * *", minute % 60, hour, day);
    else
        (void)str_format(text, sizeof text, "%d %d * * *", minute % 60, hour);
    (void)timing_set_custom(t, text, strlen(text), &fault); /* made of good numbers */
    t->type = type;
}

/* Kept in order and apart: ranges that touch become one. */
bool timing_exclude(struct timing *t, int64_t from, int64_t to)
{
    struct timing_range merged[TIMING_RANGES_MAX + 1];
    int32_t count = 0;
    bool placed = false;
    for (int32_t i = 0; i < t->excluded_count; i++) {
        struct timing_range r = t->excluded[i];
        if (r.to + 1 < from) {
            merged[count++] = r;
        } else if (to + 1 < r.from) {
            if (!placed)
                merged[count++] = (struct timing_range){from, to};
            placed = true;
            merged[count++] = r;
        } else {
            from = r.from < from ? r.from : from;
            to = r.to > to ? r.to : to;
        }
    }
    if (!placed)
        merged[count++] = (struct timing_range){from, to};
    if (count > TIMING_RANGES_MAX)
        return false;
    memcpy(t->excluded, merged, (size_t)count * sizeof *merged);
    t->excluded_count = count;
    return true;
}

/* --- days ------------------------------------------------------------------------------------- */

static bool is_weekend(int64_t day)
{
    int32_t weekday = calendar_weekday(day);
    return weekday == 0 || weekday == 6;
}

static const struct timing_range *range_of(const struct timing *t, int64_t day)
{
    for (int32_t i = 0; i < t->excluded_count; i++)
        if (day >= t->excluded[i].from && day <= t->excluded[i].to)
            return &t->excluded[i];
    return NULL;
}

static bool is_excluded(const struct timing *t, int64_t day)
{
    return (t->workdays_only && is_weekend(day)) || range_of(t, day) != NULL;
}

static bool moves(const struct timing *t)
{
    return t->on_excluded == TIMING_NEXT_BUSINESS_DAY && !t->cron.follows_clock;
}

/* The first day from `day` on that is not excluded and, with `workdays`, no weekend. */
static int64_t open_day(const struct timing *t, int64_t day, bool workdays)
{
    for (;;) {
        const struct timing_range *range = range_of(t, day);
        if (range != NULL)
            day = range->to + 1;
        else if (workdays && is_weekend(day))
            day++;
        else
            return day;
    }
}

/* The first day of those whose runs may be put off to `day` or later: `day`, or as far back as
 * there is no open day in between. */
static int64_t earliest_for(const struct timing *t, int64_t day)
{
    for (;;) {
        const struct timing_range *range = range_of(t, day - 1);
        if (range != NULL)
            day = range->from;
        else if (is_weekend(day - 1))
            day--;
        else
            return day;
    }
}

/* --- the next run ----------------------------------------------------------------------------- */

/* What stays the same while one next run is looked for. */
struct search {
    const struct timing *t;
    const struct zone *zone;
    struct zone_hint *hint;
    int64_t after;
    int64_t first; /* no day before this one */
};

/* Runs of excluded days are left out. */
static bool find_dropping(const struct search *s, struct timing_hit *ret)
{
    int64_t day = s->first;
    for (int32_t hops = 0; hops < HOPS_MAX; hops++) {
        struct cron_hit hit;
        if (!cron_next_from(&s->t->cron, s->zone, s->hint, s->after, day * CALENDAR_DAY_S, &hit))
            return false;
        int64_t nominal_day = calendar_floor(hit.nominal, CALENDAR_DAY_S);
        day = open_day(s->t, nominal_day, s->t->workdays_only);
        if (day == nominal_day) {
            *ret = (struct timing_hit){.scheduled_for = hit.at, .nominal = hit.nominal};
            return true;
        }
    }
    return false;
}

/* The first run that was put off from an excluded day up to `last`. Later ones of these are put off
 * to later days, so the first whose day has a time left decides. */
static bool find_put_off(const struct search *s, int64_t last, struct timing_hit *ret)
{
    struct cron every_day = s->t->cron;
    struct zone_stretch stretch;
    struct cron_hit hit;
    every_day.days = UINT32_MAX - 1;
    every_day.months = 0x1FFE;
    every_day.both_days = false;
    zone_at(s->zone, s->hint, s->after, &stretch);
    int64_t today = calendar_floor(s->after + stretch.offset, CALENDAR_DAY_S);
    int64_t match = earliest_for(s->t, today < s->first ? s->first : today);
    int64_t passed = INT64_MIN; /* no time is left on this day */
    if (match < s->first)
        match = s->first;
    for (; cron_next_day(&s->t->cron, match, &match) && match <= last; match++) {
        if (!is_excluded(s->t, match))
            continue;
        int64_t day = open_day(s->t, match, true);
        if (day == passed)
            continue;
        if (!cron_next_from(&every_day, s->zone, s->hint, s->after, day * CALENDAR_DAY_S, &hit))
            return false;
        if (calendar_floor(hit.nominal, CALENDAR_DAY_S) == day) {
            *ret = (struct timing_hit){.scheduled_for = hit.at,
                                       .nominal = hit.nominal,
                                       .from_day = match,
                                       .notes = TIMING_NOTE_MOVED};
            return true;
        }
        passed = day;
    }
    return false;
}

/* The earlier of what stays where it is and what was put off; both at once are one run. */
static bool find_moving(const struct search *s, struct timing_hit *ret)
{
    struct timing_hit moved;
    bool stays = find_dropping(s, ret);
    int64_t last = calendar_floor(stays ? ret->nominal : CALENDAR_MAX, CALENDAR_DAY_S);
    if (!find_put_off(s, last, &moved))
        return stays;
    if (!stays || moved.scheduled_for < ret->scheduled_for)
        *ret = moved;
    return true;
}

static unsigned clock_notes(const struct zone *zone, struct zone_hint *hint,
                            const struct timing_hit *hit)
{
    struct zone_stretch s;
    zone_at(zone, hint, hit->scheduled_for, &s);
    if (hit->scheduled_for + s.offset != hit->nominal)
        return TIMING_NOTE_GAP;
    if (hit->nominal < s.high)
        return TIMING_NOTE_SECOND;
    int64_t end = s.end;
    return zone_go_on(zone, &s) && hit->nominal >= end + s.offset ? TIMING_NOTE_FIRST : 0;
}

/* Without notes and jitter. */
static bool find(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                 int64_t after, struct timing_hit *ret)
{
    struct search s = {t, zone, hint, after, calendar_floor(CALENDAR_MIN, CALENDAR_DAY_S)};
    if (t->type == TIMING_AFTER)
        return false;
    if (t->start.kind == TIMING_EDGE_INSTANT && s.after < t->start.value)
        s.after = t->start.value - 1;
    else if (t->start.kind == TIMING_EDGE_DAY)
        s.first = t->start.value;
    if (!(moves(t) ? find_moving(&s, ret) : find_dropping(&s, ret)))
        return false;
    if (t->end.kind == TIMING_EDGE_INSTANT)
        return ret->scheduled_for <= t->end.value;
    return t->end.kind == TIMING_EDGE_NONE ||
           calendar_floor(ret->nominal, CALENDAR_DAY_S) <= t->end.value;
}

/* Less than half the way to the run that follows, so that runs never change their order. */
static int64_t jitter(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                      int64_t at, uint64_t id)
{
    struct timing_hit following;
    int64_t most = t->jitter_s < TIMING_JITTER_MAX_S ? t->jitter_s : TIMING_JITTER_MAX_S;
    if (most <= 0)
        return 0;
    if (find(t, zone, hint, at, &following) && most > (following.scheduled_for - at) / 2)
        most = (following.scheduled_for - at) / 2;
    return most > 0 ? (int64_t)(id % (uint64_t)most) : 0;
}

bool timing_next(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                 int64_t after, int64_t runs, uint64_t id, struct timing_hit *ret)
{
    struct timing_hit hit;
    if ((t->max_runs > 0 && runs >= t->max_runs) || !find(t, zone, hint, after, &hit))
        return false;
    hit.notes |= clock_notes(zone, hint, &hit);
    hit.starts_at = hit.scheduled_for + jitter(t, zone, hint, hit.scheduled_for, id);
    *ret = hit;
    return true;
}

/* The day after the last begins when a schedule of every midnight comes up. */
int64_t timing_after_end(const struct timing *t, const struct zone *zone, struct zone_hint *hint)
{
    struct timing midnight = {.start = {TIMING_EDGE_DAY, t->end.value + 1}};
    struct timing_hit hit;
    if (t->end.kind == TIMING_EDGE_INSTANT)
        return t->end.value + 1;
    timing_set(&midnight, TIMING_DAILY, 0, 0);
    return t->end.kind == TIMING_EDGE_DAY && find(&midnight, zone, hint, CALENDAR_MIN, &hit)
               ? hit.scheduled_for
               : INT64_MAX;
}

bool timing_next_eligible(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                          int64_t now, const struct timing_limit *limit, int64_t *ret_eligible,
                          struct timing_hit *ret)
{
    int64_t eligible = now;
    bool blocked = limit->on && limit->ran &&
                   !frequency_allows(limit->cadence, limit->last_success, now, &eligible);
    if (!timing_next(t, zone, hint, blocked ? eligible - 1 : now, 0, 0, ret))
        return false;
    *ret_eligible = eligible;
    return true;
}
