/* cron_words.c - an expression in words. What is said is read off the masks, never off the text, so
 * it is what will happen, also where a step or a range means something else than it looks like. */
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/cron.h"

enum { TIMES_MAX = 6, ALL_WEEKDAYS = 0x7F, ALL_MONTHS = 0x1FFE };

#define ALL_MINUTES ((UINT64_C(1) << 60) - 1)
#define ALL_HOURS ((UINT64_C(1) << 24) - 1)
#define ALL_DAYS (UINT32_MAX - 1)
#define ODD_DAYS UINT32_C(0xAAAAAAAA)

static const char *const weekday_names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                             "Thursday", "Friday", "Saturday"};
static const char *const month_names[13] = {
    "",     "January", "February",  "March",   "April",    "May",     "June",
    "July", "August",  "September", "October", "November", "December"};
static const char *const nth_names[6] = {"first", "second", "third", "fourth", "fifth", "last"};

/* Writes one value of a list. */
typedef void write_value(struct buf *out, int32_t value);

static void write_number(struct buf *out, int32_t value)
{
    buf_addf(out, "%d", value);
}

static void write_month(struct buf *out, int32_t value)
{
    buf_adds(out, value <= 12 ? month_names[value] : "");
}

static void write_weekday(struct buf *out, int32_t value)
{
    buf_adds(out, value < 7 ? weekday_names[value] : "");
}

static void write_weekdays(struct buf *out, int32_t value)
{
    write_weekday(out, value);
    buf_addc(out, 's');
}

static void write_ordinal(struct buf *out, int32_t value)
{
    const char *ending = "th";
    if (value == 0) {
        buf_adds(out, "last day");
        return;
    }
    if (value % 10 == 1 && value != 11)
        ending = "st";
    else if (value % 10 == 2 && value != 12)
        ending = "nd";
    else if (value % 10 == 3 && value != 13)
        ending = "rd";
    buf_addf(out, "%d%s", value, ending);
}

/* The end of the run of bits that starts at `from`. */
static int32_t run_end(uint64_t mask, int32_t from)
{
    while (from < 63 && (mask >> (from + 1) & 1) != 0)
        from++;
    return from;
}

/* "1, 3 to 7 and 9". Three or more that follow each other become a range. */
static void write_list(struct buf *out, uint64_t mask, write_value *write)
{
    for (bool first = true; mask != 0; first = false) {
        int32_t from = __builtin_ctzll(mask);
        int32_t to = run_end(mask, from);
        if (to < from + 2)
            to = from;
        mask &= ~(((UINT64_C(2) << (to - from)) - 1) << from);
        if (!first)
            buf_adds(out, mask == 0 ? " and " : ", ");
        write(out, from);
        if (to > from) {
            buf_adds(out, " to ");
            write(out, to);
        }
    }
}

/* --- the time of day -------------------------------------------------------------------------- */

/* The distance of bits that begin at 0 and are all equally far apart, at least three; else 0. */
static int32_t step_of(uint64_t mask)
{
    if (__builtin_popcountll(mask) < 3 || (mask & 1) == 0)
        return 0;
    int32_t step = __builtin_ctzll(mask & (mask - 1));
    int32_t at = 0;
    for (uint64_t left = mask; left != 0; left &= left - 1, at += step)
        if (__builtin_ctzll(left) != at)
            return 0;
    return at > 60 - step ? step : 0;
}

static void write_minutes(const struct cron *c, struct buf *out)
{
    int32_t step = step_of(c->minutes);
    bool one = __builtin_popcountll(c->minutes) == 1;
    const char *of = (c->hours & ALL_HOURS) == ALL_HOURS ? " of each hour" : "";
    if (c->minutes == ALL_MINUTES) {
        buf_adds(out, "Every minute");
    } else if (step > 0 && 60 % step == 0) {
        buf_addf(out, "Every %d minutes", step);
    } else if (step > 0) {
        buf_addf(out, "At minutes 0, %d, ... %d%s (not every %d minutes across the hour)", step,
                 59 / step * step, of, step);
    } else {
        buf_addf(out, "At minute%s ", one ? "" : "s");
        write_list(out, c->minutes, write_number);
        buf_adds(out, of);
    }
}

/* "09:00, 09:30 and 17:00" */
static void write_times(const struct cron *c, struct buf *out, int32_t count)
{
    int32_t written = 0;
    buf_adds(out, "At ");
    for (uint32_t hours = c->hours; hours != 0; hours &= hours - 1) {
        for (uint64_t minutes = c->minutes; minutes != 0; minutes &= minutes - 1) {
            if (written > 0)
                buf_adds(out, written == count - 1 ? " and " : ", ");
            buf_addf(out, "%02d:%02d", __builtin_ctz(hours), __builtin_ctzll(minutes));
            written++;
        }
    }
}

static void write_time_of_day(const struct cron *c, struct buf *out)
{
    int32_t times = __builtin_popcountll(c->minutes) * __builtin_popcount(c->hours);
    if (times <= TIMES_MAX && c->hours != ALL_HOURS) {
        write_times(c, out, times);
        return;
    }
    write_minutes(c, out);
    if (c->hours == ALL_HOURS)
        return;
    buf_addf(out, " in the hour%s ", __builtin_popcount(c->hours) == 1 ? "" : "s");
    write_list(out, c->hours, write_number);
}

/* --- the day ---------------------------------------------------------------------------------- */

static bool all_days(const struct cron *c)
{
    return (c->days | 1) == UINT32_MAX;
}

static void write_days(const struct cron *c, struct buf *out)
{
    uint64_t days = c->days & ALL_DAYS;
    bool last = (c->days & 1) != 0;
    if (days == ODD_DAYS)
        buf_adds(out, "on odd days");
    else if (days != 0)
        buf_adds(out, "on the ");
    if (days != 0 && days != ODD_DAYS)
        write_list(out, days, write_ordinal);
    if (last)
        buf_addf(out, "%son the last day of the month", days != 0 ? " and " : "");
}

/* Weekdays as the n-th or the last of the month; *joined: something stands before them. */
static void write_nth(const struct cron *c, struct buf *out, bool joined)
{
    for (int32_t n = 0; n < 6; n++) {
        uint32_t weekdays = n < 5 ? c->nth[n] : c->last;
        if (weekdays == 0)
            continue;
        buf_addf(out, "%son the %s ", joined ? " and " : "", nth_names[n]);
        write_list(out, weekdays, write_weekday);
        buf_adds(out, " of the month");
        joined = true;
    }
}

static void write_week(const struct cron *c, struct buf *out)
{
    bool any = c->weekdays != 0;
    bool range = run_end(c->weekdays, any ? __builtin_ctz(c->weekdays) : 0) >=
                 (any ? __builtin_ctz(c->weekdays) + 2 : 99);
    if (any) {
        buf_adds(out, range ? "every day from " : "every ");
        write_list(out, c->weekdays, write_weekday);
    }
    write_nth(c, out, any);
}

/* Both day fields restrict, and both must match. */
static void write_both(const struct cron *c, struct buf *out)
{
    write_days(c, out);
    if (c->weekdays == 0) {
        buf_adds(out, ", but only when that is ");
        write_nth(c, out, false);
        return;
    }
    buf_adds(out, " that are ");
    write_list(out, c->weekdays, write_weekdays);
    write_nth(c, out, true);
}

static void write_day(const struct cron *c, struct buf *out, bool of_clock)
{
    bool days = all_days(c), week = c->weekdays == ALL_WEEKDAYS;
    if (c->both_days ? days && week : days || week) {
        if (!of_clock)
            buf_adds(out, " every day");
        return;
    }
    buf_adds(out, " ");
    if (c->both_days && !days && !week) {
        write_both(c, out);
    } else if (c->both_days && days) {
        write_week(c, out);
    } else if (c->both_days) {
        write_days(c, out);
    } else {
        write_days(c, out);
        buf_adds(out, ", and also ");
        write_week(c, out);
    }
}

/* No common year has a matching day. */
static bool only_leap_years(const struct cron *c)
{
    static const int32_t common[] = {2014, 2015, 2017, 2018, 2019, 2021, 2022};
    if ((c->months & ~(1u << 2)) != 0)
        return false;
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        int64_t day;
        if (cron_next_day(c, calendar_day(common[i], 1, 1), &day) &&
            day < calendar_day(common[i] + 1, 1, 1))
            return false;
    }
    return true;
}

static void write_never(const struct cron *c, struct buf *out)
{
    int32_t day = c->days != 0 ? __builtin_ctz(c->days) : 0;
    buf_adds(out, "Never: no month chosen has ");
    buf_adds(out, day > 28 ? "a " : "such a day");
    if (day > 28)
        write_ordinal(out, day);
}

void cron_words(const struct cron *cron, struct buf *out)
{
    if (cron->never) {
        write_never(cron, out);
        return;
    }
    write_time_of_day(cron, out);
    write_day(cron, out, cron->hours == ALL_HOURS);
    if (cron->months != ALL_MONTHS) {
        buf_adds(out, ", in ");
        write_list(out, cron->months, write_month);
    }
    if (only_leap_years(cron))
        buf_adds(out, ", only in leap years");
}
