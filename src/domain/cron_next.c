/* cron_next.c - the next instant of an expression.
 *
 * Two steps that know nothing of each other: the next minute on the wall that matches (masks and
 * counting zeros), and the instant at which the wall shows it (the zone's stretches). */
#include "domain/cron.h"

#include "domain/calendar.h"

enum { DAY_MIN = 1440, WEEK_MASK = 0x7F, YEARS_MAX = 400, LAST_YEAR = 9999 };

/* Seven bits, turned so that bit 0 stands for weekday `first`. */
static uint64_t turn(uint32_t weekdays, int32_t first)
{
    return ((weekdays | weekdays << 7) >> first) & WEEK_MASK;
}

/* The days of a month that some weekdays fall on, bit 1 is the first. */
static uint64_t spread(const struct cron *c, int32_t first, int32_t length)
{
    uint64_t days = turn(c->weekdays, first) * UINT64_C(0x10204081) << 1; /* five weeks */
    for (int32_t n = 0; n < 5; n++)
        days |= turn(c->nth[n], first) << (7 * n + 1);
    if (c->last != 0)
        days |= turn(c->last, (first + length - 7) % 7) << (length - 6);
    return days;
}

/* The days of a month that match, bit 1 is the first. first: its weekday. */
static uint64_t days_of_month(const struct cron *c, int32_t first, int32_t length)
{
    uint64_t days = c->days & ~UINT64_C(1);
    days |= (uint64_t)(c->days & 1) << length;
    uint64_t weekdays = spread(c, first, length);
    days = c->both_days ? days & weekdays : days | weekdays;
    return days & ((UINT64_C(2) << length) - 2);
}

static bool month_set(const struct cron *c, int32_t month)
{
    return (c->months >> month & 1) != 0;
}

/* The first matching day after the month of `date` has none left. */
static bool later_month(const struct cron *c, struct calendar_date date, int64_t *ret)
{
    int32_t year = date.year, month = date.month;
    for (int32_t years = 0; years <= YEARS_MAX && year <= LAST_YEAR;) {
        uint32_t later = (uint32_t)c->months >> (month + 1);
        if (later == 0) {
            year++;
            years++;
            month = 0;
            continue;
        }
        month += 1 + __builtin_ctz(later);
        int64_t first = calendar_day(year, month, 1);
        uint64_t days = days_of_month(c, calendar_weekday(first), calendar_month_days(year, month));
        if (days != 0) {
            *ret = first + __builtin_ctzll(days) - 1;
            return true;
        }
    }
    return false;
}

bool cron_next_day(const struct cron *c, int64_t day, int64_t *ret)
{
    struct calendar_date date = calendar_date(day);
    if (c->never)
        return false;
    if (month_set(c, date.month)) {
        int64_t first = day - date.day + 1;
        uint64_t days =
            days_of_month(c, calendar_weekday(first), calendar_month_days(date.year, date.month)) >>
            date.day;
        if (days != 0) {
            *ret = day + __builtin_ctzll(days);
            return true;
        }
    }
    return later_month(c, date, ret);
}

/* The first minute of a day >= `minute` that matches; -1 when the day has none left. */
static int32_t next_in_day(const struct cron *c, int32_t minute)
{
    int32_t hour = minute / 60;
    if ((c->hours >> hour & 1) != 0) {
        uint64_t left = c->minutes >> (minute % 60);
        if (left != 0)
            return minute + __builtin_ctzll(left);
    }
    uint32_t later = c->hours >> (hour + 1); /* hour + 1 <= 24 */
    if (later == 0)
        return -1;
    return (hour + 1 + __builtin_ctz(later)) * 60 + __builtin_ctzll(c->minutes);
}

/* The first minute on the wall >= `minute` (counted from 1970-01-01T00:00) that matches. */
static bool next_minute(const struct cron *c, int64_t minute, int64_t *ret)
{
    int64_t day = calendar_floor(minute, DAY_MIN);
    int64_t match;
    if (!cron_next_day(c, day, &match))
        return false;
    int32_t in_day =
        match == day ? next_in_day(c, (int32_t)(minute - day * DAY_MIN)) : next_in_day(c, 0);
    if (in_day < 0) {
        if (!cron_next_day(c, day + 1, &match))
            return false;
        in_day = next_in_day(c, 0);
    }
    *ret = match * DAY_MIN + in_day;
    return true;
}

/* The first whole minute at or after a second. */
static int64_t minute_from(int64_t second)
{
    return calendar_floor(second + 59, 60);
}

static int64_t later_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* A question: after this instant, and no minute on the wall before `floor`. */
struct question {
    const struct cron *cron;
    const struct zone *zone;
    int64_t after;
    int64_t floor;
};

/* A job of a fixed time. Where the clock went back it has shown some times before, up to s->high,
 * so the search begins behind the latest time it has shown so far; then each time on the wall is
 * reached at exactly one instant, and later times are reached later. */
static bool next_fixed(const struct question *q, struct zone_stretch *s, struct cron_hit *ret)
{
    int64_t shown = later_of(q->after + s->offset, s->high - 1);
    int64_t minute;
    if (!next_minute(q->cron, later_of(calendar_floor(shown, 60) + 1, q->floor), &minute))
        return false;
    for (;;) {
        ret->nominal = minute * 60;
        ret->at = ret->nominal - s->offset;
        if (ret->at >= s->end) {
            if (!zone_go_on(q->zone, s))
                return false;
        } else if (ret->at >= s->start) {
            return true;
        } else if (s->offset - s->before < CRON_GAP_S) {
            ret->at = s->start;
            return true;
        } else if (!next_minute(q->cron, minute_from(s->start + s->offset), &minute)) {
            return false;
        }
    }
}

/* A job that follows the clock: what matches within a stretch, then within the next one. */
static bool next_by_clock(const struct question *q, struct zone_stretch *s, struct cron_hit *ret)
{
    int64_t from = later_of(calendar_floor(q->after + s->offset, 60) + 1, q->floor);
    int64_t minute; /* the first that matches from `from` on */
    if (!next_minute(q->cron, from, &minute))
        return false;
    for (;;) {
        ret->nominal = minute * 60;
        ret->at = ret->nominal - s->offset;
        if (ret->at < s->end)
            return true;
        if (!zone_go_on(q->zone, s) || s->start > q->after + 2 * ZONE_CYCLE)
            return false;
        int64_t first = later_of(minute_from(s->start + s->offset), q->floor);
        if (first < from || first > minute) {
            from = first;
            if (!next_minute(q->cron, from, &minute))
                return false;
        }
    }
}

bool cron_next_from(const struct cron *cron, const struct zone *zone, struct zone_hint *hint,
                    int64_t after, int64_t nominal, struct cron_hit *ret)
{
    struct question q = {cron, zone, after, minute_from(nominal)};
    struct zone_stretch stretch;
    struct cron_hit hit;
    if (cron->never || after < CALENDAR_MIN || after > CALENDAR_MAX || nominal > CALENDAR_MAX)
        return false;
    zone_at(zone, hint, after, &stretch);
    bool found =
        cron->follows_clock ? next_by_clock(&q, &stretch, &hit) : next_fixed(&q, &stretch, &hit);
    if (!found || hit.at > CALENDAR_MAX)
        return false;
    *ret = hit;
    return true;
}

bool cron_next(const struct cron *cron, const struct zone *zone, struct zone_hint *hint,
               int64_t after, struct cron_hit *ret)
{
    return cron_next_from(cron, zone, hint, after, CALENDAR_MIN - CALENDAR_DAY_S * 2, ret);
}
