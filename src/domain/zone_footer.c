/* zone_footer.c - reads a POSIX TZ rule from left to right, and says when it changes the clock. */
#include "zone_footer.h"

#include "domain/calendar.h"

#include <string.h>

enum { HOURS_MAX = 167, OFFSET_HOURS_MAX = 24, DEFAULT_TIME = 2 * 3600 };

/* What is left to read. */
struct scan {
    const char *at, *end;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool take(struct scan *s, char c)
{
    if (s->at == s->end || *s->at != c)
        return false;
    s->at++;
    return true;
}

/* A number of one to three digits in [min, max]. */
static bool take_number(struct scan *s, int32_t min, int32_t max, int32_t *ret)
{
    int32_t n = 0, digits = 0;
    for (; s->at < s->end && is_digit(*s->at) && digits < 4; s->at++, digits++)
        n = n * 10 + (*s->at - '0');
    *ret = n;
    return digits > 0 && digits < 4 && n >= min && n <= max;
}

/* "CET", or "<+0530>" for names that are not all letters. */
static bool take_name(struct scan *s, char ret[16])
{
    bool quoted = take(s, '<');
    size_t len = 0;
    while (s->at < s->end && len < 15 &&
           (is_letter(*s->at) || (quoted && (is_digit(*s->at) || *s->at == '+' || *s->at == '-'))))
        ret[len++] = *s->at++;
    ret[len] = '\0';
    return len >= 3 && (!quoted || take(s, '>'));
}

/* [+-]hh[:mm[:ss]] in seconds. */
static bool take_time(struct scan *s, int32_t hours_max, int32_t *ret)
{
    int32_t hours, minutes = 0, seconds = 0;
    bool minus = take(s, '-');
    if (!minus)
        take(s, '+');
    if (!take_number(s, 0, hours_max, &hours))
        return false;
    if (take(s, ':') && !take_number(s, 0, 59, &minutes))
        return false;
    if (s->at < s->end && *s->at == ':' && (s->at++, !take_number(s, 0, 59, &seconds)))
        return false;
    *ret = (hours * 3600 + minutes * 60 + seconds) * (minus ? -1 : 1);
    return true;
}

static bool take_change(struct scan *s, struct zone_change *ret)
{
    *ret = (struct zone_change){.time = DEFAULT_TIME};
    bool ok;
    if (take(s, 'M')) {
        ret->kind = ZONE_DAY_WEEK;
        ok = take_number(s, 1, 12, &ret->month) && take(s, '.') &&
             take_number(s, 1, 5, &ret->week) && take(s, '.') && take_number(s, 0, 6, &ret->day);
    } else if (take(s, 'J')) {
        ret->kind = ZONE_DAY_JULIAN;
        ok = take_number(s, 1, 365, &ret->day);
    } else {
        ret->kind = ZONE_DAY_COUNT;
        ok = take_number(s, 0, 365, &ret->day);
    }
    return ok && (!take(s, '/') || take_time(s, HOURS_MAX, &ret->time));
}

bool zone_footer_parse(const char *text, size_t len, struct zone_footer *ret)
{
    struct scan s = {text, text + len};
    *ret = (struct zone_footer){0};
    if (!take_name(&s, ret->name[0]) || !take_time(&s, OFFSET_HOURS_MAX, &ret->offset[0]))
        return false;
    ret->offset[0] = -ret->offset[0]; /* POSIX counts westward */
    if (s.at == s.end)
        return true;
    if (!take_name(&s, ret->name[1]))
        return false;
    ret->offset[1] = ret->offset[0] + 3600;
    if (s.at < s.end && *s.at != ',') {
        if (!take_time(&s, OFFSET_HOURS_MAX, &ret->offset[1]))
            return false;
        ret->offset[1] = -ret->offset[1];
    }
    return take(&s, ',') && take_change(&s, &ret->change[0]) && take(&s, ',') &&
           take_change(&s, &ret->change[1]) && s.at == s.end;
}

static int64_t day_of(const struct zone_change *change, int32_t year)
{
    if (change->kind == ZONE_DAY_COUNT)
        return calendar_day(year, 1, 1) + change->day;
    if (change->kind == ZONE_DAY_JULIAN) /* 1 March is day 60 in every year */
        return calendar_day(year, 1, 1) + change->day - 1 +
               (change->day >= 60 && calendar_leap(year));
    int64_t first = calendar_day(year, change->month, 1);
    int32_t day = (change->day - calendar_weekday(first) + 7) % 7 + (change->week - 1) * 7;
    while (day >= calendar_month_days(year, change->month))
        day -= 7;
    return first + day;
}

int64_t zone_footer_instant(const struct zone_change *change, int32_t year, int32_t offset)
{
    return day_of(change, year) * CALENDAR_DAY_S + change->time - offset;
}
