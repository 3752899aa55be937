/* calendar.c - civil dates by arithmetic on eras of 400 years. */
#include "domain/calendar.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

/* Years begin in March here, so that the leap day is the last of its year; an era is 400 of them
 * and begins on 0000-03-01, which is 719468 days before 1970-01-01. */
enum { ERA_YEARS = 400, ERA_TO_1970 = 719468, DAYS_OF_4 = 1460, DAYS_OF_100 = 36524 };

int64_t calendar_day(int64_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int64_t era = calendar_floor(year, ERA_YEARS);
    int32_t year_of_era = (int32_t)(year - era * ERA_YEARS);
    int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * CALENDAR_CYCLE_DAYS + day_of_era + day - 1 - ERA_TO_1970;
}

struct calendar_date calendar_date(int64_t day)
{
    day += ERA_TO_1970;
    int64_t era = calendar_floor(day, CALENDAR_CYCLE_DAYS);
    uint32_t day_of_era = (uint32_t)(day - era * CALENDAR_CYCLE_DAYS);
    uint32_t year_of_era = (day_of_era - day_of_era / DAYS_OF_4 + day_of_era / DAYS_OF_100 -
                            day_of_era / (CALENDAR_CYCLE_DAYS - 1)) /
                           365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month = (5 * day_of_year + 2) / 153; /* 0 = March */
    struct calendar_date date = {
        .year = (int32_t)(era * ERA_YEARS) + (int32_t)year_of_era + (month >= 10),
        .month = (int32_t)(month < 10 ? month + 3 : month - 9),
        .day = (int32_t)(day_of_year - (153 * month + 2) / 5 + 1),
    };
    return date;
}

int32_t calendar_weekday(int64_t day)
{
    int64_t from_sunday = day + 4; /* 1970-01-01 was a Thursday */
    return (int32_t)(from_sunday - calendar_floor(from_sunday, 7) * 7);
}

bool calendar_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int32_t calendar_month_days(int64_t year, int32_t month)
{
    if (month == 2)
        return calendar_leap(year) ? 29 : 28;
    return 30 + ((month ^ (month >> 3)) & 1); /* 31 in odd months up to July, in even ones after */
}

void calendar_iso_week(int64_t day, int32_t *ret_year, int32_t *ret_week)
{
    int64_t thursday = day + 3 - (calendar_weekday(day) + 6) % 7;
    struct calendar_date date = calendar_date(thursday);
    *ret_year = date.year;
    *ret_week = (int32_t)((thursday - calendar_day(date.year, 1, 1)) / 7 + 1);
}

/* The number of `digits` digits at text; -1 when there is something else. */
static int32_t number_at(const char *text, int32_t digits)
{
    int32_t number = 0;
    for (int32_t i = 0; i < digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        number = number * 10 + (text[i] - '0');
    }
    return number;
}

bool calendar_parse_date(const char *text, int64_t *ret_day)
{
    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int32_t year = number_at(text, 4);
    int32_t month = number_at(text + 5, 2);
    int32_t day = number_at(text + 8, 2);
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > calendar_month_days(year, month))
        return false;
    *ret_day = calendar_day(year, month, day);
    return true;
}

bool calendar_parse(const char *text, int64_t *ret_s)
{
    int64_t at_us;
    if (!time_parse(text, &at_us) || at_us % US_PER_S != 0)
        return false;
    *ret_s = at_us / US_PER_S;
    return true;
}

void calendar_text(int64_t at_s, char dst[CALENDAR_TEXT_MAX])
{
    int64_t day = calendar_floor(at_s, CALENDAR_DAY_S);
    int32_t second = (int32_t)(at_s - day * CALENDAR_DAY_S);
    struct calendar_date date = calendar_date(day);
    str_format(dst, CALENDAR_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month,
               date.day, second / 3600, second / 60 % 60, second % 60);
}
