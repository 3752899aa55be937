/* year_plan.c - makes up 260 schedules of every kind, each as its meaning and as its config. */
#include "year.h"

#include "base/rng.h"
#include "domain/calendar.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const year_zones[YEAR_ZONES] = {
    "UTC",
    "America/New_York",
    "Europe/Berlin",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Havana",
    "America/Santiago",
    "America/Nuuk",
    "Atlantic/Azores",
    "Pacific/Chatham",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Beirut",
    "Pacific/Easter",
    "Europe/Lisbon",
    "Australia/Sydney",
    "Pacific/Kiritimati",
};

static int roll(struct rng *d, int below)
{
    return (int)rng_below(rng_next(d), (uint64_t)below);
}

static void add(struct year_schedule *s, const char *format, ...)
{
    va_list list;
    size_t at = strlen(s->config);
    va_start(list, format);
    int n = vsnprintf(s->config + at, sizeof s->config - at, format, list);
    va_end(list);
    if (n < 0 || (size_t)n >= sizeof s->config - at)
        abort(); /* the field is too small */
}

/* Most clocks change at night: half of all are then. */
static int hour(struct rng *d)
{
    return roll(d, 2) == 0 ? roll(d, 4) : roll(d, 24);
}

static void every_day(struct year_schedule *s)
{
    memset(s->dom, true, sizeof s->dom);
    memset(s->dow, true, sizeof s->dow);
    s->both_days = true;
}

static void at_time(struct rng *d, struct year_schedule *s, int *ret_hour, int *ret_minute)
{
    *ret_hour = hour(d);
    *ret_minute = roll(d, 3) == 0 ? 0 : roll(d, 60);
    s->hour[*ret_hour] = s->minute[*ret_minute] = true;
}

/* --- the kinds ------------------------------------------------------------------------------- */

static void daily(struct rng *d, struct year_schedule *s)
{
    int h, m;
    at_time(d, s, &h, &m);
    every_day(s);
    s->type = "daily";
    add(s, "\"time\":\"%02d:%02d\"", h, m);
}

static void weekly(struct rng *d, struct year_schedule *s)
{
    int h, m, day = roll(d, 7); /* 0 is Monday */
    at_time(d, s, &h, &m);
    every_day(s);
    memset(s->dow, false, sizeof s->dow);
    s->dow[(day + 1) % 7] = true;
    s->type = "weekly";
    add(s, "\"time\":\"%02d:%02d\",\"day_of_week\":%d", h, m, day);
}

static void monthly(struct rng *d, struct year_schedule *s)
{
    int h, m, day = 1 + roll(d, 28);
    at_time(d, s, &h, &m);
    every_day(s);
    memset(s->dom, false, sizeof s->dom);
    s->dom[day] = true;
    s->type = "monthly";
    add(s, "\"time\":\"%02d:%02d\",\"day_of_month\":%d", h, m, day);
}

/* Half-hourly at night, or every few hours: follows the clock. */
static void star(struct rng *d, struct year_schedule *s)
{
    every_day(s);
    s->type = "custom";
    s->follows_clock = true;
    if (roll(d, 2) == 0) {
        int from = roll(d, 3);
        s->minute[0] = s->minute[30] = true;
        for (int h = from; h <= from + 2; h++)
            s->hour[h] = true;
        add(s, "\"cron_expression\":\"*/30 %d-%d * * *\"", from, from + 2);
        return;
    }
    int m = roll(d, 60), step = 2 + roll(d, 10);
    s->minute[m] = true;
    for (int h = 0; h < 24; h += step)
        s->hour[h] = true;
    add(s, "\"cron_expression\":\"%d */%d * * *\"", m, step);
}

/* Lists and ranges without a star: times that are fixed. */
static void lists(struct rng *d, struct year_schedule *s)
{
    int h = roll(d, 3), m = roll(d, 30);
    every_day(s);
    memset(s->dow, false, sizeof s->dow);
    for (int day = 1; day <= 5; day++)
        s->dow[day] = true;
    s->minute[m] = s->minute[m + 30] = true;
    s->hour[h] = s->hour[h + 1] = s->hour[17] = true;
    s->type = "custom";
    add(s, "\"cron_expression\":\"%d,%d %d-%d,17 * * MON-FRI\"", m, m + 30, h, h + 1);
}

static void last_day(struct rng *d, struct year_schedule *s)
{
    int h, m;
    at_time(d, s, &h, &m);
    memset(s->dow, true, sizeof s->dow);
    s->both_days = s->last_day = true;
    s->type = "custom";
    add(s, "\"cron_expression\":\"%d %d L * *\"", m, h);
}

static void nth(struct rng *d, struct year_schedule *s)
{
    int h, m;
    at_time(d, s, &h, &m);
    memset(s->dom, true, sizeof s->dom);
    s->both_days = true;
    s->nth_weekday = roll(d, 7);
    s->nth = 1 + roll(d, 6);
    s->type = "custom";
    if (s->nth == 6)
        add(s, "\"cron_expression\":\"%d %d * * %dL\"", m, h, s->nth_weekday);
    else
        add(s, "\"cron_expression\":\"%d %d * * %d#%d\"", m, h, s->nth_weekday, s->nth);
}

/* Two day fields: either may match, or both must. */
static void two_days(struct rng *d, struct year_schedule *s)
{
    int h, m;
    at_time(d, s, &h, &m);
    s->type = "custom";
    if (roll(d, 2) == 0) {
        s->dom[1] = s->dom[15] = s->dow[5] = true;
        add(s, "\"cron_expression\":\"%d %d 1,15 * FRI\"", m, h);
        return;
    }
    for (int day = 1; day <= 31; day += 2)
        s->dom[day] = true;
    s->dow[1] = s->dow[3] = s->both_days = true;
    add(s, "\"cron_expression\":\"%d %d */2 * MON,WED\"", m, h);
}

/* --- what is left out, and what becomes of it ------------------------------------------------ */

static void say_day(int64_t day, char dst[16])
{
    struct calendar_date date = calendar_date(day);
    snprintf(dst, 16, "%04d-%02d-%02d", (int)date.year, (int)date.month, (int)date.day);
}

static void leave_out(struct rng *d, struct year_schedule *s)
{
    int64_t march = calendar_day(2026, 3, 1);
    char from[16], to[16];
    s->ranges = roll(d, 3) == 0 ? 1 + roll(d, YEAR_RANGES) : 0;
    for (int i = 0; i < s->ranges; i++) {
        int64_t day = march + roll(d, 360);
        s->excluded[i][0] = day;
        s->excluded[i][1] = day + roll(d, 8);
        say_day(day, from);
        say_day(s->excluded[i][1], to);
        add(s, "%s\"%s/%s\"", i == 0 ? ",\"exclude\":[" : ",", from, to);
    }
    add(s, "%s", s->ranges > 0 ? "]" : "");
    s->workdays_only = roll(d, 6) == 0 && s->dow[1]; /* else there may be no day left */
    if (s->workdays_only)
        add(s, ",\"workdays_only\":true");
    s->moves = roll(d, 3) == 0;
    if (s->moves)
        add(s, ",\"on_excluded\":\"next_business_day\"");
    if (roll(d, 12) == 0) {
        s->first_day = march + roll(d, 60);
        say_day(s->first_day, from);
        add(s, ",\"start_at\":\"%s\"", from);
    }
    if (roll(d, 12) == 0) {
        int64_t day = march + 200 + roll(d, 100);
        s->last = day * 86400 + 12 * 3600;
        say_day(day, from);
        add(s, ",\"end_at\":\"%sT12:00:00Z\"", from);
    }
    s->max_runs = roll(d, 10) == 0 ? 1 + roll(d, 60) : 0;
    if (s->max_runs > 0)
        add(s, ",\"max_runs\":%d", s->max_runs);
}

static void treat(struct rng *d, struct year_schedule *s)
{
    static const char *const catchups[] = {"one", "all", "none"};
    static const char *const windows[] = {"26h", "3d"};
    static const int64_t window_s[] = {26 * 3600, 3 * 86400};
    s->catchup = (enum year_catchup)roll(d, 3);
    add(s, ",\"catchup\":\"%s\"", catchups[s->catchup]);
    if (roll(d, 4) == 0) {
        int i = roll(d, 2);
        s->window_s = window_s[i];
        add(s, ",\"catchup_window\":\"%s\"", windows[i]);
    }
    s->queue_one = roll(d, 2) == 0;
    if (s->queue_one)
        add(s, ",\"overlap\":\"queue_one\"");
    s->jitter_s = roll(d, 5) == 0 ? 1 + roll(d, 240) : 0;
    if (s->jitter_s > 0)
        add(s, ",\"jitter\":%d", s->jitter_s);
    s->override = roll(d, 3) == 0;
}

/* --- several specifications, and others to follow --------------------------------------------- */

static bool has(const struct year_schedule *s, int spec)
{
    for (int k = 0; k < s->specs; k++)
        if (s->spec[k] == spec)
            return true;
    return false;
}

static void add_specs(struct rng *d, struct year_schedule *s, int count)
{
    while (count > 0) {
        int spec = roll(d, YEAR_SPECS);
        if (has(s, spec))
            continue;
        s->spec[s->specs++] = spec;
        count--;
    }
}

/* Half of them follow one with times, the others whatever stands before them. */
static void follower(struct rng *d, struct year_schedule *s, int i)
{
    char to[16];
    snprintf(s->name, sizeof s->name, "s%03d", i);
    s->type = "after";
    s->after = i % 2 == 0 ? roll(d, YEAR_TIMED) : YEAR_TIMED - 10 + roll(d, i - YEAR_TIMED + 10);
    s->zone = i % YEAR_ZONES;
    add(s, "{\"timezone\":\"%s\"", year_zones[s->zone]);
    s->queue_one = roll(d, 2) == 0;
    if (s->queue_one)
        add(s, ",\"overlap\":\"queue_one\"");
    s->max_runs = roll(d, 5) == 0 ? 1 + roll(d, 40) : 0;
    if (s->max_runs > 0)
        add(s, ",\"max_runs\":%d", s->max_runs);
    if (roll(d, 5) == 0) {
        int64_t day = calendar_day(2026, 3, 1) + 150 + roll(d, 150);
        s->last = day * 86400 + 12 * 3600;
        say_day(day, to);
        add(s, ",\"end_at\":\"%sT12:00:00Z\"", to);
    }
    add(s, "}");
    s->override = roll(d, 3) > 0;
    add_specs(d, s, 1 + (roll(d, 4) == 0));
}

void year_plan_make(struct year_plan *plan, uint64_t seed)
{
    static void (*const kinds[])(struct rng * d, struct year_schedule * s) = {
        daily, daily, weekly, weekly, monthly, star, lists, last_day, nth, two_days};
    struct rng dice = {seed};
    memset(plan, 0, sizeof *plan);
    for (int i = 0; i < YEAR_SPECS; i++)
        plan->frequency[i] = (enum year_frequency)(i % 4);
    for (int i = 0; i < YEAR_TIMED; i++) {
        struct year_schedule *s = &plan->schedule[i];
        snprintf(s->name, sizeof s->name, "s%03d", i);
        s->spec[0] = i < YEAR_SPECS ? i : roll(&dice, YEAR_SPECS / 3); /* some have several */
        s->specs = 1;
        s->after = -1;
        s->zone = i * 7 % YEAR_ZONES;
        add(s, "{");
        kinds[i % 10](&dice, s);
        add(s, ",\"timezone\":\"%s\"", year_zones[s->zone]);
        leave_out(&dice, s);
        treat(&dice, s);
        add(s, "}");
    }
    for (int i = 3; i < YEAR_TIMED; i += 5)
        add_specs(&dice, &plan->schedule[i], 1 + i % 2);
    for (int i = YEAR_TIMED; i < YEAR_SCHEDULES; i++)
        follower(&dice, &plan->schedule[i], i);
}
