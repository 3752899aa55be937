/* cron_parse.c - reads an expression from left to right into masks; the first mistake ends it, and
 * cron_fault.c says what it was. */
#include "base/str.h"
#include "base/utf8.h"
#include "cron_fault.h"
#include "domain/calendar.h"
#include "domain/cron.h"

#include <string.h>

enum { DIGITS_MAX = 9 };

static const struct cron_range ranges[5] = {
    [CRON_MINUTE] = {0, 59, 60, NULL},
    [CRON_HOUR] = {0, 23, 24, NULL},
    [CRON_DAY] = {1, 31, 31, NULL},
    [CRON_MONTH] = {1, 12, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"},
    [CRON_WEEKDAY] = {0, 7, 7, "SUNMONTUEWEDTHUFRISAT"},
};

const struct cron_range *cron_range_of(enum cron_field field)
{
    return &ranges[field < CRON_EXPRESSION ? field : CRON_MINUTE];
}

/* Bits that one item of a list adds. */
struct item {
    struct cron_fault_at *at;
    uint64_t *mask;
    struct cron *cron;
};

static bool fault(struct cron_fault_at *at, enum cron_mistake mistake, struct cron_span where)
{
    cron_fault_write(at, mistake, where, where);
    return false;
}

static struct cron_span sub(const char *from, const char *to)
{
    return (struct cron_span){from, (size_t)(to - from)};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool all_digits(struct cron_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.text[i] < '0' || s.text[i] > '9')
            return false;
    return s.len > 0;
}

static int32_t digits_value(struct cron_span s)
{
    int32_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n = n * 10 + (s.text[i] - '0');
    return n;
}

static bool same_letters(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((a[i] >= 'a' && a[i] <= 'z' ? a[i] - 32 : a[i]) != b[i])
            return false;
    return true;
}

int32_t cron_name_value(enum cron_field field, const char *text, size_t len)
{
    const struct cron_range *range = cron_range_of(field);
    if (range->names == NULL || len != 3)
        return -1;
    for (int32_t i = 0; range->names[i * 3] != '\0'; i++)
        if (same_letters(text, range->names + i * 3, 3))
            return range->low + i;
    return -1;
}

/* A number or a name. `item` is what the caret and the cure are about. */
static bool take_value(struct cron_fault_at *at, struct cron_span s, struct cron_span item,
                       int32_t *ret)
{
    const struct cron_range *range = cron_range_of(at->field);
    if (!all_digits(s)) {
        *ret = cron_name_value(at->field, s.text, s.len);
        if (*ret >= 0)
            return true;
        cron_fault_write(at, CRON_NOT_A_VALUE, s, item);
        return false;
    }
    if (s.len > DIGITS_MAX)
        return fault(at, CRON_TOO_LARGE, s);
    *ret = digits_value(s);
    return (*ret >= range->low && *ret <= range->high) || fault(at, CRON_OUTSIDE, s);
}

/* The step behind a slash. */
static bool take_step(struct cron_fault_at *at, struct cron_span s, struct cron *c, int32_t *ret)
{
    const struct cron_range *range = cron_range_of(at->field);
    if (!all_digits(s) || s.len > DIGITS_MAX)
        return fault(at, CRON_STEP_NO_NUMBER, s);
    *ret = digits_value(s);
    if (*ret == 0)
        return fault(at, CRON_STEP_ZERO, s);
    if (*ret > range->size)
        return fault(at, CRON_STEP_LARGE, s);
    if (*ret == range->size)
        c->warnings |= CRON_WARN_STEP;
    return true;
}

static void add_bits(uint64_t *mask, int32_t from, int32_t to, int32_t step)
{
    for (int32_t i = from; i <= to; i += step)
        *mask |= UINT64_C(1) << i;
}

/* `a-b`; Sunday by name at the end is the day after Saturday, and from Sunday to Sunday is one. */
static bool take_range(struct cron_fault_at *at, struct cron_span base, const char *dash,
                       int32_t *ret_low, int32_t *ret_high)
{
    struct cron_span a = sub(base.text, dash), b = sub(dash + 1, base.text + base.len);
    if (!take_value(at, a, a, ret_low) || !take_value(at, b, b, ret_high))
        return false;
    bool sunday = at->field == CRON_WEEKDAY && *ret_high == 0 && !all_digits(b);
    if (sunday && *ret_low == 0 && !all_digits(a))
        return true;
    if (sunday)
        *ret_high = 7;
    return *ret_low <= *ret_high || fault(at, CRON_BACKWARDS, base);
}

/* `*`, `*` with a step, a value, a range, a range with a step. */
static bool take_plain(const struct item *item, struct cron_span s)
{
    struct cron_fault_at *at = item->at;
    const struct cron_range *range = cron_range_of(at->field);
    const char *slash = memchr(s.text, '/', s.len);
    struct cron_span base = slash != NULL ? sub(s.text, slash) : s;
    const char *dash = memchr(base.text, '-', base.len);
    int32_t low = range->low, high = range->high, step = 1;
    bool star = base.len == 1 && base.text[0] == '*';
    if (dash != NULL) {
        if (!take_range(at, base, dash, &low, &high))
            return false;
    } else if (!star) {
        if (!take_value(at, base, base, &low))
            return false;
        high = low;
    }
    if (slash != NULL && !take_step(at, sub(slash + 1, s.text + s.len), item->cron, &step))
        return false;
    if (slash != NULL && dash == NULL && !star)
        return fault(at, CRON_STEP_ALONE, s);
    add_bits(item->mask, low, high, step);
    return true;
}

/* `d#n`, the n-th such weekday of the month, and `dL`, the last one. */
static bool take_weekday_of_month(const struct item *item, struct cron_span s, const char *hash)
{
    struct cron_fault_at *at = item->at;
    struct cron_span day = hash != NULL ? sub(s.text, hash) : sub(s.text, s.text + s.len - 1);
    int32_t weekday;
    if (!take_value(at, day, s, &weekday))
        return false;
    uint8_t bit = (uint8_t)(1u << weekday % 7);
    if (hash == NULL) {
        item->cron->last |= bit;
        return true;
    }
    if (hash + 2 != s.text + s.len || hash[1] < '1' || hash[1] > '5')
        return fault(at, CRON_NTH, s);
    item->cron->nth[hash[1] - '1'] |= bit;
    return true;
}

static bool is_l(char c)
{
    return c == 'L' || c == 'l';
}

static bool take_item(const struct item *item, struct cron_span s)
{
    enum cron_field field = item->at->field;
    if (s.len == 0)
        return fault(item->at, CRON_EMPTY_ITEM, s);
    if (field == CRON_DAY && s.len == 1 && is_l(s.text[0])) {
        *item->mask |= 1;
        return true;
    }
    if (field == CRON_WEEKDAY) {
        const char *hash = memchr(s.text, '#', s.len);
        if (hash != NULL || (s.len > 1 && is_l(s.text[s.len - 1])))
            return take_weekday_of_month(item, s, hash);
    }
    return take_plain(item, s);
}

/* A list of items with commas between. */
static bool take_field(struct cron_fault_at *at, struct cron_span s, struct cron *c, uint64_t *ret)
{
    const char *end = s.text + s.len;
    struct item item = {at, ret, c};
    *ret = 0;
    for (const char *from = s.text;;) {
        const char *comma = memchr(from, ',', (size_t)(end - from));
        if (!take_item(&item, sub(from, comma != NULL ? comma : end)))
            return false;
        if (comma == NULL)
            return true;
        from = comma + 1;
    }
}

/* --- the whole -------------------------------------------------------------------------------- */

/* A year that begins on each weekday, common and leap: every year of the calendar is like one of
 * these, so an expression that matches in none of them never does. */
static bool matches_never(const struct cron *c)
{
    static const int32_t years[] = {2017, 2018, 2019, 2014, 2015, 2021, 2022,
                                    2012, 2024, 2008, 2020, 2032, 2016, 2028};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        int64_t first = calendar_day(years[i], 1, 1);
        int64_t day;
        if (cron_next_day(c, first, &day) && day < calendar_day(years[i] + 1, 1, 1))
            return false;
    }
    return true;
}

static unsigned day_warnings(const struct cron *c)
{
    const uint32_t every_day = UINT32_MAX - 1;
    bool weekdays = (c->weekdays & 0x7F) == 0x7F;
    bool days = (c->days | 1) == (every_day | 1);
    bool restricts = !days || !weekdays;
    if (c->both_days)
        return !days && !weekdays ? CRON_WARN_BOTH : 0;
    return (days || weekdays) && restricts ? CRON_WARN_EVERY_DAY : 0;
}

static bool take_fields(struct cron_fault_at *at, const struct cron_span s[5], struct cron *c)
{
    uint64_t mask[5];
    for (int32_t i = 0; i < 5; i++) {
        at->field = (enum cron_field)i;
        if (!take_field(at, s[i], c, &mask[i]))
            return false;
    }
    c->minutes = mask[CRON_MINUTE];
    c->hours = (uint32_t)mask[CRON_HOUR];
    c->days = (uint32_t)mask[CRON_DAY];
    c->months = (uint16_t)mask[CRON_MONTH];
    c->weekdays = (uint8_t)((mask[CRON_WEEKDAY] | mask[CRON_WEEKDAY] >> 7) & 0x7F); /* 7 is 0 */
    c->both_days = s[CRON_DAY].text[0] == '*' || s[CRON_WEEKDAY].text[0] == '*';
    c->follows_clock = s[CRON_MINUTE].text[0] == '*' || s[CRON_HOUR].text[0] == '*';
    c->never = matches_never(c);
    c->warnings |= day_warnings(c);
    return true;
}

/* Splits at blanks; counts on past five. *ret_sixth: where the sixth begins. */
static int32_t split(struct cron_span s, struct cron_span ret[5], const char **ret_sixth)
{
    const char *at = s.text, *end = s.text + s.len;
    int32_t count = 0;
    while (at < end) {
        const char *from = at;
        while (at < end && !is_blank(*at))
            at++;
        if (count < 5)
            ret[count] = sub(from, at);
        else if (count == 5)
            *ret_sixth = from;
        count++;
        while (at < end && is_blank(*at))
            at++;
    }
    return count;
}

static bool take_macro(struct cron_fault_at *at, struct cron_span s, struct cron *c)
{
    static const char *const macros[][2] = {
        {"@YEARLY", "0 0 1 1 *"}, {"@ANNUALLY", "0 0 1 1 *"}, {"@MONTHLY", "0 0 1 * *"},
        {"@WEEKLY", "0 0 * * 0"}, {"@DAILY", "0 0 * * *"},    {"@MIDNIGHT", "0 0 * * *"},
        {"@HOURLY", "0 * * * *"},
    };
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
        struct cron_span fields[5];
        const char *text = macros[i][1], *sixth;
        if (strlen(macros[i][0]) != s.len || !same_letters(s.text, macros[i][0], s.len))
            continue;
        (void)split(sub(text, text + strlen(text)), fields, &sixth); /* always five */
        return take_fields(at, fields, c);
    }
    return fault(at, CRON_MACRO, s);
}

static struct cron_span trim(struct cron_span s)
{
    const char *from = s.text, *to = s.text + s.len;
    while (from < to && (is_blank(*from) || *from == '\r' || *from == '\n'))
        from++;
    while (to > from && (is_blank(to[-1]) || to[-1] == '\r' || to[-1] == '\n'))
        to--;
    return sub(from, to);
}

bool cron_parse(const char *text, size_t len, struct cron *ret, struct cron_fault *fault_out)
{
    struct cron_fault_at at = {text, len, CRON_EXPRESSION, fault_out, 0};
    struct cron c = {0};
    struct cron_span fields[5], whole = trim((struct cron_span){text, len});
    const char *sixth = NULL;
    const char *nul = memchr(text, '\0', len);
    if (nul != NULL)
        return fault(&at, CRON_NUL, sub(nul, nul + 1));
    if (len > CRON_TEXT_MAX)
        return fault(&at, CRON_LONG, sub(text + CRON_TEXT_MAX, text + len));
    if (whole.len > 0 && whole.text[0] == '@') {
        if (!take_macro(&at, whole, &c))
            return false;
    } else {
        at.count = split(whole, fields, &sixth);
        const char *end = whole.text + whole.len;
        if (at.count != 5)
            return fault(&at, CRON_COUNT, sub(sixth != NULL ? sixth : end, end));
        if (!take_fields(&at, fields, &c))
            return false;
    }
    *ret = c;
    return true;
}
