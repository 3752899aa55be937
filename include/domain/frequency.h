/* frequency.h - how often a specification may make a report: once in each period of its cadence.
 *
 * Periods are counted in UTC, whatever zones the schedules of a specification are in: the limit
 * belongs to the specification. A day is a UTC day, a week begins on Monday, a block of two weeks
 * is counted from Monday 1970-01-05, a month is a calendar month. Instants are seconds since 1970.
 * Pure; any thread. Source: docs/schedules.md, "How often"; ISO 8601 for the weeks. */
#ifndef DOMAIN_FREQUENCY_H
#define DOMAIN_FREQUENCY_H

#include <stdbool.h>
#include <stdint.h>

enum frequency {
    FREQUENCY_DAILY,
    FREQUENCY_WEEKLY,
    FREQUENCY_BIWEEKLY,
    FREQUENCY_MONTHLY,
    FREQUENCIES
};

enum { FREQUENCY_KEY_MAX = 16 };

const char *frequency_name(enum frequency frequency);
/* False (and *ret left alone) for an unknown or empty name: such a specification is not run. */
bool frequency_parse(const char *name, enum frequency *ret);

/* The number of the period that an instant lies in; periods that follow each other have numbers
 * that do. */
int64_t frequency_period(enum frequency frequency, int64_t at_s);
/* Where a period begins. */
int64_t frequency_period_start(enum frequency frequency, int64_t period);
/* The period as text, for the record's unique index: "2026-11-23", "2026-W47",
 * "2026-W47+2" (the two weeks that begin with that one), "2026-11". at_s in the years 0 to 9999. */
void frequency_key(enum frequency frequency, int64_t at_s, char dst[FREQUENCY_KEY_MAX]);

/* May a run be made now, when the newest successful one that counts was at last_success_s? False
 * fills *ret_next_s with the first instant of the next period, from which on (inclusive) it may. A
 * success stamped later than now (a clock was wrong) uses up its own period and all before it. */
bool frequency_allows(enum frequency frequency, int64_t last_success_s, int64_t now_s,
                      int64_t *ret_next_s);

#endif
