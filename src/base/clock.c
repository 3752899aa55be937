/* clock.c - reads the two clocks and turns instants into text and back. The idea: the calendar
 * part goes through libc's UTC functions, the text part through our own tables, because strftime
 * follows the locale and mail headers and logs must not. */
#include "base/clock.h"

#include "base/str.h"

#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec ts = {0};
    (void)clock_gettime(id, &ts); /* can't fail for these two clocks on Linux */
    return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t clock_now_us(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_boot_us(void)
{
    return read_clock(CLOCK_BOOTTIME);
}

/* Splits an instant into the second it lies in and the microseconds after it, also before 1970. */
static time_t split(int64_t at_us, int *ret_us)
{
    int64_t second = at_us / US_PER_S, rest = at_us % US_PER_S;
    if (rest < 0) {
        rest += US_PER_S;
        second--;
    }
    *ret_us = (int)rest;
    return (time_t)second;
}

/* An int64_t of microseconds ends in the year 294247, so gmtime_r can not overflow. */
static struct tm utc_of(int64_t at_us, int *ret_us)
{
    time_t second = split(at_us, ret_us);
    struct tm tm = {0};
    (void)gmtime_r(&second, &tm); /* see above */
    return tm;
}

void time_text_utc(int64_t at_us, char dst[TIME_TEXT_MAX])
{
    int us;
    struct tm tm = utc_of(at_us, &us);
    char decimals[16] = "";
    if (us != 0)
        (void)str_format(decimals, sizeof decimals, ".%06d", us); /* 7 bytes */
    (void)str_format(dst, TIME_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%sZ", tm.tm_year + 1900,
                     tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                     decimals); /* 30 bytes at most */
}

void time_text_clock(int64_t at_us, char *dst, size_t size)
{
    int us;
    time_t second = split(at_us, &us);
    struct tm tm = {0};
    if (localtime_r(&second, &tm) == NULL)
        (void)str_copy(dst, size, "--:--:--"); /* a cut is fine */
    else
        (void)str_format(dst, size, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min,
                         tm.tm_sec); /* a cut is fine */
}

void time_text_mail(int64_t at_us, char dst[TIME_TEXT_MAX])
{
    static const char day[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char month[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int us;
    struct tm tm = utc_of(at_us, &us);
    (void)str_format(dst, TIME_TEXT_MAX, "%s, %02d %s %04d %02d:%02d:%02d +0000", day[tm.tm_wday],
                     tm.tm_mday, month[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                     tm.tm_sec); /* 33 bytes at most */
}

/* Reads exactly `digits` digits from *at. */
static bool read_number(const char **at, int digits, int *ret)
{
    int value = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9')
            return false;
        value = value * 10 + (**at - '0');
    }
    *ret = value;
    return true;
}

/* Steps over one of the characters in `set`. */
static bool read_mark(const char **at, const char *set)
{
    if (**at == '\0' || strchr(set, **at) == NULL)
        return false;
    (*at)++;
    return true;
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

static bool read_date(const char **at, struct tm *tm)
{
    int year, month, day;
    if (!read_number(at, 4, &year) || !read_mark(at, "-") || !read_number(at, 2, &month) ||
        !read_mark(at, "-") || !read_number(at, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    tm->tm_year = year - 1900;
    tm->tm_mon = month - 1;
    tm->tm_mday = day;
    return true;
}

/* Second 60 is taken for the first of the next minute: POSIX time has no leap seconds. */
static bool read_time(const char **at, struct tm *tm)
{
    if (!read_number(at, 2, &tm->tm_hour) || !read_mark(at, ":") ||
        !read_number(at, 2, &tm->tm_min) || !read_mark(at, ":") || !read_number(at, 2, &tm->tm_sec))
        return false;
    return tm->tm_hour <= 23 && tm->tm_min <= 59 && tm->tm_sec <= 60;
}

static bool read_decimals(const char **at, int64_t *ret_us)
{
    *ret_us = 0;
    if (**at != '.')
        return true;
    int64_t weight = US_PER_S / 10;
    for ((*at)++; **at >= '0' && **at <= '9'; (*at)++, weight /= 10) {
        if (weight == 0)
            return false;
        *ret_us += (**at - '0') * weight;
    }
    return weight != US_PER_S / 10;
}

static bool read_offset(const char **at, int64_t *ret_us)
{
    *ret_us = 0;
    if (read_mark(at, "Zz"))
        return true;
    bool west = **at == '-';
    int hours, minutes;
    if (!read_mark(at, "+-") || !read_number(at, 2, &hours) || !read_mark(at, ":") ||
        !read_number(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    int64_t minutes_east = ((int64_t)hours * 60 + minutes) * (west ? -1 : 1);
    *ret_us = minutes_east * 60 * US_PER_S;
    return true;
}

/* RFC 3339 section 5.6; its note allows a space and lower case where we write T and Z. */
bool time_parse(const char *text, int64_t *ret_us)
{
    struct tm tm = {0};
    int64_t part_us, offset_us;
    if (!read_date(&text, &tm) || !read_mark(&text, "Tt ") || !read_time(&text, &tm) ||
        !read_decimals(&text, &part_us) || !read_offset(&text, &offset_us) || *text != '\0')
        return false;
    *ret_us = (int64_t)timegm(&tm) * US_PER_S + part_us - offset_us;
    return true;
}
