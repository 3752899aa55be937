/* year_when.c - when schedules come up: every minute of the year is looked at as libc shows it on
 * the wall, and the rules are applied as they are written in words. */
#include "year.h"

#include "domain/calendar.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Days from DAY_0 on are known, minutes from MINUTE_0 on are walked: a run may be put off from a
 * day before. */
enum {
    DAY_0 = 20423, /* 2025-12-01 */
    DAYS = 600,
    MINUTE_0 = (DAY_0 + 80) * 1440,
    MINUTES = (DAYS - 90) * 1440,
    LOST_MIN = 180 /* what a change of the clock skips at least to be lost */
};

struct days {
    bool runs[DAYS];
};

static int month_length(const struct tm *day)
{
    struct tm next = {.tm_year = day->tm_year, .tm_mon = day->tm_mon + 1, .tm_mday = 0};
    time_t at = timegm(&next);
    gmtime_r(&at, &next);
    return next.tm_mday;
}

static bool day_matches(const struct year_schedule *s, const struct tm *day)
{
    int length = month_length(day);
    bool dom = s->dom[day->tm_mday] || (s->last_day && day->tm_mday == length);
    bool dow = s->dow[day->tm_wday];
    if (s->nth == 6)
        dow = day->tm_wday == s->nth_weekday && day->tm_mday + 7 > length;
    else if (s->nth > 0)
        dow = day->tm_wday == s->nth_weekday && (day->tm_mday - 1) / 7 + 1 == s->nth;
    return s->both_days ? dom && dow : dom || dow;
}

static bool is_weekend(int64_t day)
{
    return (day + 3) % 7 >= 5; /* 1970-01-05 was a Monday */
}

static bool in_range(const struct year_schedule *s, int64_t day)
{
    for (int i = 0; i < s->ranges; i++)
        if (day >= s->excluded[i][0] && day <= s->excluded[i][1])
            return true;
    return false;
}

static bool is_excluded(const struct year_schedule *s, int64_t day)
{
    return in_range(s, day) || (s->workdays_only && is_weekend(day));
}

/* On which days the schedule's times are run, in the end. */
static void find_days(const struct year_schedule *s, struct days *ret)
{
    memset(ret, 0, sizeof *ret);
    for (int64_t day = DAY_0; day < DAY_0 + DAYS; day++) {
        struct tm date;
        time_t second = day * 86400;
        gmtime_r(&second, &date);
        if (day < s->first_day || !day_matches(s, &date))
            continue;
        int64_t to = day;
        if (is_excluded(s, day)) {
            if (!s->moves || s->follows_clock)
                continue;
            while (to < DAY_0 + DAYS && (in_range(s, to) || is_weekend(to)))
                to++;
        }
        if (to < DAY_0 + DAYS)
            ret->runs[to - DAY_0] = true;
    }
}

/* Does it run when the wall shows this minute (since 1970)? */
static bool minute_matches(const struct year_schedule *s, const struct days *days, int64_t minute)
{
    int64_t day = minute / 1440, rest = minute % 1440;
    return s->hour[rest / 60] && s->minute[rest % 60] && days->runs[day - DAY_0];
}

/* before: the latest minute that the wall has shown so far. */
static bool runs(const struct year_schedule *s, const struct days *days, int64_t shown,
                 int64_t before)
{
    if (s->follows_clock)
        return minute_matches(s, days, shown);
    if (shown <= before)
        return false; /* the second pass */
    bool lost = shown - before - 1 >= LOST_MIN;
    for (int64_t minute = lost ? shown : before + 1; minute <= shown; minute++)
        if (minute_matches(s, days, minute))
            return true;
    return false;
}

static void add(struct year_slots *slots, int64_t at)
{
    if (slots->count == slots->room) {
        slots->room = slots->room * 2 + 64;
        slots->at = realloc(slots->at, (size_t)slots->room * sizeof *slots->at);
        if (slots->at == NULL)
            abort();
    }
    slots->at[slots->count++] = at;
}

static void find_slots(const struct year_schedule *s, const int64_t *shown, struct year_slots *ret)
{
    struct days days;
    int64_t reached = shown[0];
    find_days(s, &days);
    for (int i = 1; i < MINUTES; i++) {
        int64_t at = (MINUTE_0 + (int64_t)i) * 60;
        if ((s->last == 0 || at <= s->last) && runs(s, &days, shown[i], reached))
            add(ret, at);
        reached = shown[i] > reached ? shown[i] : reached;
    }
}

void year_slots_make(const struct year_plan *plan, struct year_slots ret[YEAR_SCHEDULES])
{
    int64_t *shown = malloc(MINUTES * sizeof *shown);
    if (shown == NULL)
        abort();
    memset(ret, 0, YEAR_SCHEDULES * sizeof *ret);
    for (int z = 0; z < YEAR_ZONES; z++) {
        setenv("TZ", year_zones[z], 1);
        tzset();
        for (int i = 0; i < MINUTES; i++) {
            struct tm wall;
            time_t at = (MINUTE_0 + (int64_t)i) * 60;
            localtime_r(&at, &wall);
            shown[i] = (at + wall.tm_gmtoff) / 60;
        }
        for (int i = 0; i < YEAR_SCHEDULES; i++)
            if (plan->schedule[i].zone == z && plan->schedule[i].after < 0)
                find_slots(&plan->schedule[i], shown, &ret[i]);
    }
    free(shown);
}

void year_slots_free(struct year_slots slots[YEAR_SCHEDULES])
{
    for (int i = 0; i < YEAR_SCHEDULES; i++)
        free(slots[i].at);
}
