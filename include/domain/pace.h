/* pace.h - how many letters a day may have while an account is warmed up, and how long a domain
 * that asked to wait is left alone. */
#ifndef DOMAIN_PACE_H
#define DOMAIN_PACE_H

#include <stdint.h>

#define PACE_DAY_US (INT64_C(86400) * 1000000)
#define PACE_HOUR_US (INT64_C(3600) * 1000000)

/* A daily cap that grows from `start` by `growth` percent a day until it is `cap`. */
struct ramp {
    int32_t start;  /* 0: none, the cap counts from the first day on */
    int32_t growth; /* percent a day, 0 .. 1000 */
    int32_t cap;    /* 0: none */
};

/* min(cap, start * (1 + growth/100)^day), rounded down; 0: no limit. Computed in whole millionths,
 * so that the server's function of the same name comes to the same number. day < 0 counts as 0.
 * Pure; any thread. */
int32_t ramp_cap(const struct ramp *ramp, int64_t day);

/* The day that an instant lies in, from 0, counted in spans of 24 hours from first_us (0: no letter
 * has gone yet). Pure; any thread. */
int64_t ramp_day(int64_t first_us, int64_t now_us);

/* When a full day has room again: the oldest letter leaves it, or the next day allows more,
 * whichever is sooner. Pure; any thread. */
int64_t ramp_opens(const struct ramp *ramp, int64_t first_us, int64_t now_us, int64_t oldest_us);

/* Which of the waits retry[0 .. count-1] a domain's next deferral takes: behind each that is no
 * longer than waited_us, the longest that its letters were made to wait since one got through.
 * 0 .. count-1. Pure; any thread. */
int32_t pace_wait(const int64_t *retry_us, int32_t count, int64_t waited_us);

#endif
