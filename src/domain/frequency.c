/* frequency.c - one report a period: the period's number decides, never a distance in time. */
#include "domain/frequency.h"

#include "base/str.h"
#include "domain/calendar.h"

static const char *const names[FREQUENCIES] = {"daily", "weekly", "biweekly", "monthly"};

/* 1970-01-05 was a Monday. */
enum { MONDAY_0 = 4 };

const char *frequency_name(enum frequency frequency)
{
    return (unsigned)frequency < FREQUENCIES ? names[frequency] : "unknown";
}

bool frequency_parse(const char *name, enum frequency *ret)
{
    for (int i = 0; i < FREQUENCIES; i++) {
        if (str_equal(name, names[i])) {
            *ret = (enum frequency)i;
            return true;
        }
    }
    return false;
}

int64_t frequency_period(enum frequency frequency, int64_t at_s)
{
    int64_t day = calendar_floor(at_s, CALENDAR_DAY_S);
    struct calendar_date date;
    switch (frequency) {
    case FREQUENCY_WEEKLY:
        return calendar_floor(day - MONDAY_0, 7);
    case FREQUENCY_BIWEEKLY:
        return calendar_floor(day - MONDAY_0, 14);
    case FREQUENCY_MONTHLY:
        date = calendar_date(day);
        return date.year * INT64_C(12) + date.month - 1;
    default:
        return day;
    }
}

int64_t frequency_period_start(enum frequency frequency, int64_t period)
{
    int64_t year = calendar_floor(period, 12);
    switch (frequency) {
    case FREQUENCY_WEEKLY:
        return (period * 7 + MONDAY_0) * CALENDAR_DAY_S;
    case FREQUENCY_BIWEEKLY:
        return (period * 14 + MONDAY_0) * CALENDAR_DAY_S;
    case FREQUENCY_MONTHLY:
        return calendar_day(year, (int32_t)(period - year * 12) + 1, 1) * CALENDAR_DAY_S;
    default:
        return period * CALENDAR_DAY_S;
    }
}

void frequency_key(enum frequency frequency, int64_t at_s, char dst[FREQUENCY_KEY_MAX])
{
    int64_t start = frequency_period_start(frequency, frequency_period(frequency, at_s));
    int64_t day = calendar_floor(start, CALENDAR_DAY_S);
    struct calendar_date date = calendar_date(day);
    int32_t year, week;
    calendar_iso_week(day, &year, &week);
    bool ok = true;
    if (frequency == FREQUENCY_WEEKLY)
        ok = str_format(dst, FREQUENCY_KEY_MAX, "%04d-W%02d", year, week);
    else if (frequency == FREQUENCY_BIWEEKLY)
        ok = str_format(dst, FREQUENCY_KEY_MAX, "%04d-W%02d+2", year, week);
    else if (frequency == FREQUENCY_MONTHLY)
        ok = str_format(dst, FREQUENCY_KEY_MAX, "%04d-%02d", date.year, date.month);
    else
        ok = str_format(dst, FREQUENCY_KEY_MAX, "%04d-%02d-%02d", date.year, date.month, date.day);
    (void)ok; /* four digits of a year always fit */
}

bool frequency_allows(enum frequency frequency, int64_t last_success_s, int64_t now_s,
                      int64_t *ret_next_s)
{
    int64_t last = frequency_period(frequency, last_success_s);
    if (last < frequency_period(frequency, now_s))
        return true;
    *ret_next_s = frequency_period_start(frequency, last + 1);
    return false;
}
