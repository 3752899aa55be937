/* cron_fault.c - says what is wrong with an expression, and what to write instead. */
#include "cron_fault.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

enum { SHOWN_MAX = 40 }; /* bytes of foreign text in a sentence */

static const char *const field_names[CRON_FIELDS] = {"minute", "hour",        "day-of-month",
                                                     "month",  "day-of-week", "expression"};

const char *cron_field_name(enum cron_field field)
{
    return (unsigned)field < CRON_FIELDS ? field_names[field] : "unknown";
}

const char *cron_warning(unsigned warning)
{
    if (warning == CRON_WARN_BOTH)
        return "a day field starts with `*`: day of month and day of week must both match";
    if (warning == CRON_WARN_EVERY_DAY)
        return "matches every day: either day field may match, and one of them always does";
    if (warning == CRON_WARN_STEP)
        return "a step as long as its field picks only the first value";
    return "";
}

static int32_t code_points(const char *text, size_t len)
{
    int32_t count = 0;
    for (uint32_t point; len > 0; count++) {
        size_t used = utf8_next(text, len, &point);
        text += used;
        len -= used;
    }
    return count;
}

/* Foreign text for a sentence: screened, and cut with an ellipsis. */
static void show(struct cron_span s, char dst[SHOWN_MAX + 8])
{
    char part[SHOWN_MAX + 1];
    size_t keep = s.len <= SHOWN_MAX ? s.len : utf8_whole(s.text, SHOWN_MAX - 3);
    (void)str_copy_n(part, sizeof part, s.text, keep); /* it fits */
    text_screen_to(dst, SHOWN_MAX + 8, part);
    if (keep < s.len)
        (void)str_format(dst + strlen(dst), 4, "..."); /* it fits */
}

/* --- what is wrong ---------------------------------------------------------------------------- */

static void say(const struct cron_fault_at *at, enum cron_mistake mistake, struct cron_span where,
                char *dst, size_t size)
{
    static const char *const plain[CRON_MISTAKES] = {
        [CRON_EMPTY_ITEM] = "there is nothing between the commas",
        [CRON_STEP_ZERO] = "a step of 0 never moves",
        [CRON_MACRO] = "there is no such @word",
        [CRON_NUL] = "it holds a NUL byte",
        [CRON_LONG] = "it is longer than 1000 bytes",
    };
    const struct cron_range *range = cron_range_of(at->field);
    char shown[SHOWN_MAX + 8];
    show(where, shown);
    if (mistake == CRON_NOT_A_VALUE)
        (void)str_format(dst, size, "'%s' is not a number%s", shown,
                         range->names != NULL ? " or name" : ""); /* it fits */
    else if (mistake == CRON_TOO_LARGE)
        (void)str_format(dst, size, "%s is too large a number", shown); /* it fits */
    else if (mistake == CRON_OUTSIDE)
        (void)str_format(dst, size, "%s is outside %d-%d%s", shown, range->low, range->high,
                         at->field == CRON_WEEKDAY ? " (0 and 7 are Sunday)" : ""); /* it fits */
    else if (mistake == CRON_BACKWARDS)
        (void)str_format(dst, size, "the range %s runs backwards", shown); /* it fits */
    else if (mistake == CRON_STEP_NO_NUMBER)
        (void)str_format(dst, size, "the step '%s' is not a number", shown); /* it fits */
    else if (mistake == CRON_STEP_LARGE)
        (void)str_format(dst, size, "a step of %s does not fit %d-%d", shown, range->low,
                         at->field == CRON_WEEKDAY ? 6 : range->high); /* it fits */
    else if (mistake == CRON_STEP_ALONE)
        (void)str_format(dst, size, "%s: a step needs a range", shown); /* it fits */
    else if (mistake == CRON_NTH)
        (void)str_format(dst, size, "%s: a number from 1 to 5 belongs behind #", shown); /* fits */
    else if (mistake == CRON_COUNT)
        (void)str_format(dst, size, "5 fields expected, %d found", at->count); /* it fits */
    else
        (void)str_copy(dst, size, plain[mistake]); /* it fits */
}

/* --- what to write instead -------------------------------------------------------------------- */

static bool span_is(struct cron_span s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.text, text, s.len) == 0;
}

/* A number at the start of a span that the reader has found good; names give their value. */
static int32_t value_of(enum cron_field field, const char *text, size_t len)
{
    int32_t name = cron_name_value(field, text, len);
    if (name >= 0)
        return name;
    int32_t n = 0;
    for (size_t i = 0; i < len && i < 9 && text[i] >= '0' && text[i] <= '9'; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

/* What people write who know another program, and its cure here. */
static const char *habit(const struct cron_fault_at *at, struct cron_span s)
{
    static const struct {
        const char *text; /* a character that the item holds */
        const char *cure;
    } habits[] = {
        {"?", "`?` is Quartz; write *"},
        {"~", "`~` (a random time) is not supported: write a number"},
        {"$", "`$` is not supported: write a number"},
        {"+", "write the number without a sign"},
        {"*", "`*` stands alone or before a step: * or */5"},
        {"#", "`#` belongs into the day-of-week field, as in 1#2 for the second Monday"},
        {"L", "write L in the day-of-month field for the last day, 5L in day-of-week for the last "
              "Friday"},
        {"W", "`W` (the nearest workday) is not supported here: use workdays_only"},
    };
    if (s.len == 0)
        return "write a value before and behind `-`, and before `/`";
    if (span_is(s, "H") || span_is(s, "h"))
        return "`H` is Jenkins; write a number";
    for (size_t i = 0; i < sizeof habits / sizeof *habits; i++) {
        bool letter = habits[i].text[0] == 'L' || habits[i].text[0] == 'W';
        bool days = at->field == CRON_DAY || at->field == CRON_WEEKDAY;
        if (memchr(s.text, habits[i].text[0], s.len) != NULL && (!letter || (days && s.len < 4)))
            return habits[i].cure;
    }
    return NULL;
}

/* "MONDAY" begins with a name that is known. */
static bool longer_name(const struct cron_fault_at *at, struct cron_span s, char *dst, size_t size)
{
    const struct cron_range *range = cron_range_of(at->field);
    int32_t value = s.len > 3 ? cron_name_value(at->field, s.text, 3) : -1;
    if (value < 0)
        return false;
    return str_format(dst, size, "did you mean %.3s?", range->names + (value - range->low) * 3);
}

/* A space that is none, in words. */
static bool strange_space(const struct cron_fault_at *at, char *dst, size_t size)
{
    const char *text = at->text;
    for (size_t left = at->len; left > 0;) {
        uint32_t point;
        size_t used = utf8_next(text, left, &point);
        if (point == 0xA0 || (point >= 0x2000 && point <= 0x200B) || point == 0x202F ||
            point == 0x3000 || point == 0xFEFF || point == 0x0B || point == 0x0C || point == 0x0A ||
            point == 0x0D)
            return str_format(dst, size, "column %d is U+%04X: write a plain space between fields",
                              code_points(at->text, (size_t)(text - at->text)) + 1,
                              (unsigned)point);
        text += used;
        left -= used;
    }
    return false;
}

static void cure_value(const struct cron_fault_at *at, struct cron_span s, char *dst, size_t size)
{
    const struct cron_range *range = cron_range_of(at->field);
    const char *known = habit(at, s);
    if (longer_name(at, s, dst, size) || strange_space(at, dst, size))
        return;
    if (known != NULL)
        (void)str_copy(dst, size, known); /* it fits */
    else if (range->names != NULL)
        (void)str_format(dst, size, "write a number from %d to %d or a name such as %.3s",
                         range->low, range->high, range->names + 3); /* it fits */
    else
        (void)str_format(dst, size, "write a number from %d to %d", range->low,
                         range->high); /* it fits */
}

/* 22-2 is 22-23,0-2. */
static void cure_backwards(const struct cron_fault_at *at, struct cron_span s, char *dst,
                           size_t size)
{
    const struct cron_range *range = cron_range_of(at->field);
    const char *dash = memchr(s.text, '-', s.len);
    int32_t low = value_of(at->field, s.text, (size_t)(dash - s.text));
    int32_t high = value_of(at->field, dash + 1, (size_t)(s.text + s.len - dash - 1));
    int32_t last = at->field == CRON_WEEKDAY && low < 7 ? 6 : range->high;
    (void)str_format(dst, size, "write %d-%d,%d-%d", low, last, range->low, high); /* it fits */
}

static void cure_count(const struct cron_fault_at *at, char *dst, size_t size)
{
    bool zone = at->len > 3 && (memmem(at->text, at->len, "TZ=", 3) != NULL);
    if (zone)
        (void)str_copy(dst, size, "the zone is a setting of its own: drop TZ=..."); /* it fits */
    else if (at->count == 6)
        (void)str_copy(dst, size, "seconds are not supported: drop the first field?"); /* fits */
    else if (at->count > 6)
        (void)str_copy(dst, size,
                       "write: minute hour day-of-month month day-of-week"); /* it fits */
    else if (!strange_space(at, dst, size))
        (void)str_copy(dst, size,
                       "write: minute hour day-of-month month day-of-week, as in 0 9 * * MON");
}

static void cure_macro(struct cron_span s, char *dst, size_t size)
{
    bool reboot = s.len >= 7 && memcmp(s.text, "@reboot", 7) == 0;
    bool every = s.len >= 6 && memcmp(s.text, "@every", 6) == 0;
    const char *cure = "write @hourly, @daily, @weekly, @monthly or @yearly";
    if (reboot)
        cure = "@reboot is no time: write when it shall run, as in @daily";
    else if (every)
        cure = "write the step as a field: */5 * * * * is every 5 minutes";
    (void)str_copy(dst, size, cure); /* it fits */
}

static void advise(const struct cron_fault_at *at, enum cron_mistake mistake,
                   struct cron_span where, char *dst, size_t size)
{
    const struct cron_range *range = cron_range_of(at->field);
    char shown[SHOWN_MAX + 8];
    show(where, shown);
    switch (mistake) {
    case CRON_BACKWARDS:
        cure_backwards(at, where, dst, size);
        break;
    case CRON_STEP_NO_NUMBER:
    case CRON_STEP_ZERO:
        (void)str_format(dst, size, "write a step from 1 to %d", range->size); /* it fits */
        break;
    case CRON_STEP_LARGE:
        (void)str_format(dst, size, "write a step from 1 to %d; for every %s use two lines",
                         range->size, shown); /* it fits */
        break;
    case CRON_STEP_ALONE:
        (void)str_format(dst, size, "write %.*s-%d%.*s", (int)strcspn(shown, "/"), shown,
                         at->field == CRON_WEEKDAY ? 6 : range->high,
                         (int)strlen(strchr(shown, '/')), strchr(shown, '/')); /* it fits */
        break;
    case CRON_NTH:
        (void)str_copy(dst, size, "write 1#2 for the second Monday of the month"); /* it fits */
        break;
    case CRON_MACRO:
        cure_macro(where, dst, size);
        break;
    case CRON_COUNT:
        cure_count(at, dst, size);
        break;
    case CRON_EMPTY_ITEM:
        (void)str_copy(dst, size, "drop the comma, or write a value"); /* it fits */
        break;
    case CRON_NUL:
    case CRON_LONG:
        (void)str_copy(dst, size, "write five fields, as in 0 9 * * MON"); /* it fits */
        break;
    default:
        cure_value(at, where, dst, size);
        break;
    }
}

void cron_fault_write(const struct cron_fault_at *at, enum cron_mistake mistake,
                      struct cron_span where, struct cron_span item)
{
    struct cron_fault *f = at->fault;
    f->field = at->field;
    f->column = code_points(at->text, (size_t)(item.text - at->text));
    say(at, mistake, where, f->message, sizeof f->message);
    bool sunday = mistake == CRON_OUTSIDE && at->field == CRON_WEEKDAY && span_is(where, "8");
    if (sunday)
        (void)str_copy(f->cure, sizeof f->cure, "did you mean 7 or SUN?"); /* it fits */
    else
        advise(at, mistake, where, f->cure, sizeof f->cure);
}

/* --- laid out --------------------------------------------------------------------------------- */

/* The columns that the first `points` characters take on the screen, once screened. */
static int32_t columns_before(const char *text, size_t len, int32_t points)
{
    int32_t columns = 0;
    for (; points > 0 && len > 0; points--) {
        uint32_t point;
        size_t used = utf8_next(text, len, &point);
        char one[8] = {0}, shown[16];
        memcpy(one, text, used);
        text_screen_to(shown, sizeof shown, one);
        for (size_t at = 0, n = strlen(shown); at < n;) {
            at += utf8_next(shown + at, n - at, &point);
            int wide = utf8_columns(point);
            columns += wide > 0 ? wide : 0;
        }
        if (one[0] == '\0')
            columns++; /* a NUL is shown as one dot */
        text += used;
        len -= used;
    }
    return columns;
}

void cron_fault_lines(const struct cron_fault *fault, const char *text, size_t len, struct buf *out)
{
    buf_addf(out, "%s: %s\n", cron_field_name(fault->field), fault->message);
    text_screen(out, text, len);
    buf_addf(out, "\n%*s^\n%s\n", (int)columns_before(text, len, fault->column), "", fault->cure);
}

void cron_fault_line(const struct cron_fault *fault, char *dst, size_t size)
{
    (void)str_format(dst, size, "%s: %s; %s", cron_field_name(fault->field), fault->message,
                     fault->cure); /* a cut is fine */
}
