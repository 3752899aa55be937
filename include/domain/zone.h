/* zone.h - a time zone: what a clock on the wall shows at any instant, from a TZif file.
 *
 * A zone is a sorted array of spans, each with one offset from UTC. Where a file ends with a rule
 * (the POSIX footer) the array holds one whole cycle of 400 years of it: the Gregorian calendar
 * repeats itself after that, so every later instant is looked up as the one some cycles before it.
 * Nothing here changes after zone_read(), so any number of threads may look; what a caller learnt
 * last time is in a hint that the caller owns. Instants are seconds since 1970-01-01T00:00:00Z.
 * Source: RFC 9636 (TZif, versions 2 to 4), POSIX.1-2017 section 8.3 (TZ) with the hours of
 * -167 to 167 that RFC 9636 section 3.3.1 allows. */
#ifndef DOMAIN_ZONE_H
#define DOMAIN_ZONE_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ZONE_NAME_MAX = 64,         /* the longest of tzdata has 30 */
    ZONE_FILE_MAX = 64 * 1024,  /* the largest of tzdata has 3.5 KB */
    ZONE_TRANSITIONS_MAX = 2000 /* in a file; tzdata has at most 236 */
};

/* 400 years in seconds. */
#define ZONE_CYCLE (INT64_C(146097) * 86400)
/* Earlier and later than every instant a zone is asked for. */
#define ZONE_BEGIN (INT64_MIN / 4)
#define ZONE_END (INT64_MAX / 4)

/* From `start` to the start of the next span. */
struct zone_span {
    int64_t start;
    int64_t high; /* no earlier span showed this local time or a later one */
    int32_t offset;
    uint16_t abbreviation; /* where its text begins in zone.abbreviations */
    bool dst;
};

struct zone {
    const struct zone_span *spans; /* [0].start == ZONE_BEGIN */
    int32_t count;
    int32_t period; /* so many spans at the end are one cycle that goes on for ever; 0: none */
    const char *abbreviations; /* texts with a NUL behind each */
};

/* Where the last question was answered; start with {0}. One for each thread and zone. */
struct zone_hint {
    int32_t index;
};

/* A span as it lies around an instant, with its end. */
struct zone_stretch {
    int64_t start, end; /* [start, end); ZONE_BEGIN and ZONE_END where there is none */
    int64_t high;       /* as in zone_span */
    int32_t offset;     /* local time = instant + offset */
    int32_t before;     /* the offset of the stretch before it; its own for the first */
    int32_t index;
    int64_t shift; /* so many seconds later than the array says: whole cycles */
    const char *abbreviation;
    bool dst;
};

/* UTC, without any file. */
const struct zone *zone_utc(void);

/* Reads a TZif file that is in memory. The spans and texts are taken from the arena, which must
 * outlive the zone: 70 KB at most, 26 KB for the largest of tzdata. Refuses, in one line that
 * begins with `name`, what is damaged, cut, of version 1 (no 64-bit block), counts leap seconds,
 * has more than ZONE_TRANSITIONS_MAX transitions, or whose footer is no rule. */
bool zone_read(struct zone *ret, struct arena *arena, const char *name, const void *bytes,
               size_t len, struct err *err);

/* May this be a zone's name? [A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*, fewer than ZONE_NAME_MAX bytes,
 * and none of the files that lie among the zones without being one: posix/, right/, localtime,
 * posixrules, Factory. False fills err with the reason and the cure. Says nothing about whether
 * there is such a zone. len: so a NUL inside is seen. */
bool zone_name_check(const char *name, size_t len, struct err *err);

/* The stretch that `at` lies in. hint may be NULL. */
void zone_at(const struct zone *zone, struct zone_hint *hint, int64_t at, struct zone_stretch *ret);
/* Moves to the stretch that follows; false (nothing changed) when this is the last one. */
bool zone_go_on(const struct zone *zone, struct zone_stretch *stretch);

#endif
