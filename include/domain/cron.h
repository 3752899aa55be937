/* cron.h - five-field cron expressions: read, asked for the next instant, said in words.
 *
 * An expression becomes bit masks once; the next instant is then found by shifting and counting
 * zeros, without memory of its own. The rules, where programs differ:
 *   - a day field that begins with `*`: both day fields must match; else either may;
 *   - minute or hour begins with `*`: the job follows the clock on the wall. Else it is a job of a
 *     fixed time: it runs once where the clock is turned back (the first pass), and where it is
 *     turned forward by less than CRON_GAP_S, at the end of the gap. What a longer gap skips is
 *     lost;
 *   - a range may end in Sunday (FRI-SUN), none runs backwards; a step needs `*` or a range.
 * Also `L` as the last day of the month, `d#n` the n-th and `dL` the last such weekday of it.
 * Pure; any thread. Source: cron(8) and crontab(5) of Debian. */
#ifndef DOMAIN_CRON_H
#define DOMAIN_CRON_H

#include "base/buf.h"
#include "domain/zone.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRON_TEXT_MAX = 1000, /* longer expressions are refused */
    CRON_GAP_S = 3 * 3600
};

enum cron_field {
    CRON_MINUTE,
    CRON_HOUR,
    CRON_DAY,
    CRON_MONTH,
    CRON_WEEKDAY,
    CRON_EXPRESSION, /* of a fault: not in one field */
    CRON_FIELDS
};

/* What is allowed and seldom meant. */
enum {
    CRON_WARN_BOTH = 1u << 0,      /* a day field starts with `*` and restricts: both must match */
    CRON_WARN_EVERY_DAY = 1u << 1, /* either day field may match, and one matches every day */
    CRON_WARN_STEP = 1u << 2,      /* a step as long as its field: only the first value */
    CRON_WARNINGS = 3
};

/* A plain value. Bit n stands for the value n. */
struct cron {
    uint64_t minutes;
    uint32_t hours;
    uint32_t days; /* bit 0: the last day of the month */
    uint16_t months;
    uint8_t weekdays;   /* bit 0 is Sunday */
    uint8_t nth[5];     /* weekdays as the first to fifth of the month */
    uint8_t last;       /* weekdays as the last of the month */
    bool both_days;     /* both day fields must match */
    bool follows_clock; /* minute or hour begins with `*` */
    bool never;         /* there is no such date */
    unsigned warnings;
};

/* Why an expression is refused. */
struct cron_fault {
    enum cron_field field;
    int32_t column;    /* of the item, in code points from the start of the text, from 0 */
    char message[160]; /* with the field's name and the number as it was written */
    char cure[160];
};

/* One answer. */
struct cron_hit {
    int64_t at;      /* the instant */
    int64_t nominal; /* what the clock on the wall should show: seconds from 1970-01-01T00:00:00 */
};

/* Reads an expression of len bytes: a NUL inside is a fault like any other. False fills *fault with
 * the first mistake from the left and leaves *ret alone. `never` is set when no day of any year
 * matches; such an expression is well formed, and whoever saves it refuses it. */
bool cron_parse(const char *text, size_t len, struct cron *ret, struct cron_fault *fault);

/* "minute" ... "day-of-week", "expression". */
const char *cron_field_name(enum cron_field field);
/* A sentence for one of the warnings' bits. */
const char *cron_warning(unsigned warning);

/* The fault as four lines: what is wrong, the text, a caret below the item, the cure. The text is
 * screened; the caret stands at the item's column on the screen. */
void cron_fault_lines(const struct cron_fault *fault, const char *text, size_t len,
                      struct buf *out);
/* The same as one line, for an err. */
void cron_fault_line(const struct cron_fault *fault, char *dst, size_t size);

/* The first instant that is strictly later than `after`, for a wall in that zone. False: there is
 * none before the year 10000, or `after` is before the year 0. Looks at most 800 years ahead; after
 * 400 both calendar and zone repeat themselves. hint: as in zone_at(). */
bool cron_next(const struct cron *cron, const struct zone *zone, struct zone_hint *hint,
               int64_t after, struct cron_hit *ret);

/* As cron_next(), but only times on the wall at or after `nominal` (see struct cron_hit). */
bool cron_next_from(const struct cron *cron, const struct zone *zone, struct zone_hint *hint,
                    int64_t after, int64_t nominal, struct cron_hit *ret);

/* The first day (as in calendar.h) >= `day` on which the expression's day fields match. False when
 * there is none within 400 years. */
bool cron_next_day(const struct cron *cron, int64_t day, int64_t *ret);

/* The expression in words, from the masks: "At 09:00 every Monday". No zone, no full stop. */
void cron_words(const struct cron *cron, struct buf *out);

#endif
