/* calendar.h - days and seconds since 1970-01-01T00:00:00 against civil dates and times.
 *
 * The calendar is the proleptic Gregorian one and knows no zone: seconds are what a clock on the
 * wall shows, or UTC. A day is the number of days since 1970-01-01, negative before. The calendar
 * repeats itself, weekdays and all, every CALENDAR_CYCLE_DAYS. Pure; any thread.
 * Source: ISO 8601:2004 sections 3.2.1 and 2.2.10 (weeks); H. Hinnant, "chrono-compatible
 * low-level date algorithms". */
#ifndef DOMAIN_CALENDAR_H
#define DOMAIN_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CALENDAR_CYCLE_DAYS = 146097, CALENDAR_DAY_S = 86400, CALENDAR_TEXT_MAX = 24 };

/* The years 0 to 9999, as seconds: what ISO 8601 writes with four digits. */
#define CALENDAR_MIN INT64_C(-62167219200)
#define CALENDAR_MAX INT64_C(253402300799)

struct calendar_date {
    int32_t year;
    int32_t month; /* 1..12 */
    int32_t day;   /* 1..31 */
};

/* The quotient rounded down, also for negative a; b > 0. */
static inline int64_t calendar_floor(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The day of a date; month 1..12, any day (31 April is 1 May), years -1,000,000 to 1,000,000. */
int64_t calendar_day(int64_t year, int32_t month, int32_t day);
/* The date of a day, for the years that calendar_day takes. */
struct calendar_date calendar_date(int64_t day);
/* 0 = Sunday, 6 = Saturday. */
int32_t calendar_weekday(int64_t day);
bool calendar_leap(int64_t year);
/* 28 to 31. */
int32_t calendar_month_days(int64_t year, int32_t month);
/* The week 1..53 and the year it belongs to: week 1 has the year's first Thursday. */
void calendar_iso_week(int64_t day, int32_t *ret_year, int32_t *ret_week);

/* "2026-11-23", exactly ten characters, a day that is in the calendar. False leaves *ret alone. */
bool calendar_parse_date(const char *text, int64_t *ret_day);
/* "2026-11-23T09:00:00Z" or with an offset, whole seconds. False leaves *ret alone. */
bool calendar_parse(const char *text, int64_t *ret_s);
/* "2026-11-23T09:00:00Z"; at_s from CALENDAR_MIN to CALENDAR_MAX. */
void calendar_text(int64_t at_s, char dst[CALENDAR_TEXT_MAX]);

#endif
