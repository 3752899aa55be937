/* zone_footer.h - the last line of a TZif file: a rule for all years to come, such as
 * "CET-1CEST,M3.5.0,M10.5.0/3". */
#ifndef DOMAIN_ZONE_FOOTER_H
#define DOMAIN_ZONE_FOOTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum zone_day_kind { ZONE_DAY_JULIAN, ZONE_DAY_COUNT, ZONE_DAY_WEEK };

/* A day of the year and a time of it, on the clock as it stood before. */
struct zone_change {
    enum zone_day_kind kind;
    int32_t month, week; /* ZONE_DAY_WEEK: 1..12; 1..5, 5 is the last */
    int32_t day;         /* weekday 0..6; Jn: 1..365, never 29 February; n: 0..365 */
    int32_t time;        /* seconds from midnight, -167 h to 167 h */
};

struct zone_footer {
    char name[2][16]; /* standard time, then summer time ("" when there is none) */
    int32_t offset[2];
    struct zone_change change[2]; /* to summer time, and back */
};

/* False when it is not such a rule. */
bool zone_footer_parse(const char *text, size_t len, struct zone_footer *ret);
/* The instant at which a change happens in a year; offset: what holds before it. */
int64_t zone_footer_instant(const struct zone_change *change, int32_t year, int32_t offset);

#endif
