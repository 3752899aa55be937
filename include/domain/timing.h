/* timing.h - when a schedule runs: its times, what is left out, what is put off, and why.
 *
 * timing_next() is the one answer to "when next?": the worker plans by it and the preview shows it,
 * so that they cannot disagree. Instants are seconds since 1970-01-01T00:00:00Z, days are those of
 * calendar.h in the schedule's own zone. Pure; any thread. */
#ifndef DOMAIN_TIMING_H
#define DOMAIN_TIMING_H

#include "domain/cron.h"
#include "domain/frequency.h"
#include "domain/zone.h"

#include <stdbool.h>
#include <stdint.h>

enum timing_type {
    TIMING_DAILY,
    TIMING_WEEKLY,
    TIMING_MONTHLY,
    TIMING_CUSTOM,
    TIMING_AFTER, /* no times: runs when another schedule had a success */
    TIMING_TYPES
};
/* After a time of standing still: the latest missed run, each of them, or none. */
enum timing_catchup {
    TIMING_CATCHUP_ONE,
    TIMING_CATCHUP_ALL,
    TIMING_CATCHUP_NONE,
    TIMING_CATCHUPS
};
/* While the last run is still at work: leave this one out, or let one wait. */
enum timing_overlap { TIMING_OVERLAP_SKIP, TIMING_OVERLAP_QUEUE_ONE, TIMING_OVERLAPS };
/* A run on an excluded day: left out, or at the same time on the next day that is not excluded and
 * no weekend. A job that follows the clock is always left out. */
enum timing_excluded { TIMING_DROP, TIMING_NEXT_BUSINESS_DAY, TIMING_EXCLUDEDS };

enum {
    TIMING_RANGES_MAX = 64,
    TIMING_JITTER_MAX_S = 240,
    TIMING_DAY_OF_MONTH_MAX = 28, /* so that no month lacks it */
    TIMING_RUNS_MAX = 1000000
};

/* Days, both included. */
struct timing_range {
    int64_t from, to;
};

/* An end of a schedule's life: an instant, or a day in its zone. */
struct timing_edge {
    enum { TIMING_EDGE_NONE, TIMING_EDGE_INSTANT, TIMING_EDGE_DAY } kind;
    int64_t value;
};

/* A plain value. */
struct timing {
    enum timing_type type;
    char expression[CRON_TEXT_MAX + 1];
    struct cron cron;
    char zone[ZONE_NAME_MAX];
    enum timing_catchup catchup;
    int64_t catchup_window_s; /* older ones are not caught up; 0: no limit */
    enum timing_overlap overlap;
    int32_t jitter_s;                                /* 0..TIMING_JITTER_MAX_S */
    struct timing_edge start, end;                   /* both included */
    struct timing_range excluded[TIMING_RANGES_MAX]; /* in order, apart (timing_exclude) */
    int32_t excluded_count;
    enum timing_excluded on_excluded;
    bool workdays_only; /* Saturdays and Sundays are excluded too */
    int32_t max_runs;   /* 0: no limit; 1: once */
};

/* What is special about one run. */
enum {
    TIMING_NOTE_GAP = 1u << 0,      /* its time does not exist: runs when the clock has moved */
    TIMING_NOTE_FIRST = 1u << 1,    /* its time comes twice: this is the first */
    TIMING_NOTE_SECOND = 1u << 2,   /* ... the second */
    TIMING_NOTE_MOVED = 1u << 3,    /* put off from an excluded day */
    TIMING_NOTE_EXCLUDED = 1u << 4, /* only in previews: does not run, its day is excluded */
    TIMING_NOTE_LIMIT = 1u << 5     /* only in previews: does not run, the cadence forbids it */
};

struct timing_hit {
    int64_t scheduled_for; /* the nominal instant: what the run is known by */
    int64_t starts_at;     /* scheduled_for and the jitter */
    int64_t nominal;       /* what the clock on the wall should show, as in cron_hit */
    int64_t from_day;      /* TIMING_NOTE_MOVED: the excluded day */
    int64_t next_eligible; /* TIMING_NOTE_LIMIT: from here on it may run */
    unsigned notes;
};

/* What the cadence of the specification says; `on` false: nothing. */
struct timing_limit {
    bool on;
    enum frequency cadence;
    bool ran; /* there is a last success */
    int64_t last_success;
};

const char *timing_type_name(enum timing_type v);
const char *timing_catchup_name(enum timing_catchup v);
const char *timing_overlap_name(enum timing_overlap v);
const char *timing_excluded_name(enum timing_excluded v);
/* False (and *ret left alone) for an unknown name. */
bool timing_type_parse(const char *name, enum timing_type *ret);
bool timing_catchup_parse(const char *name, enum timing_catchup *ret);
bool timing_overlap_parse(const char *name, enum timing_overlap *ret);
bool timing_excluded_parse(const char *name, enum timing_excluded *ret);

/* "HH:MM", exactly, 00:00 to 23:59, as minutes of the day. False leaves *ret alone. */
bool timing_parse_clock(const char *text, size_t len, int32_t *ret_minute);

/* Sets type, expression and cron. minute: of the day; day: weekly 0 = Monday ... 6 = Sunday,
 * monthly 1..28, daily unused. Not for TIMING_CUSTOM, TIMING_AFTER. */
void timing_set(struct timing *t, enum timing_type type, int32_t minute, int32_t day);
/* Sets type custom, expression and cron. False: fault says why and nothing changed. */
bool timing_set_custom(struct timing *t, const char *text, size_t len, struct cron_fault *fault);

/* Excludes the days from `from` to `to` (from <= to). False when there is no room. */
bool timing_exclude(struct timing *t, int64_t from, int64_t to);

/* The first run that is scheduled strictly after `after`. runs: how many it has made so far. id: a
 * hash of the schedule's id, for its jitter. False when there is none (any more). hint: as in
 * zone_at(). */
bool timing_next(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                 int64_t after, int64_t runs, uint64_t id, struct timing_hit *ret);

/* TIMING_AFTER: the first instant at which it has come to its end, as its end date says in its
 * zone; INT64_MAX when it has none. timing_next() and timing_preview() find nothing then. */
int64_t timing_after_end(const struct timing *t, const struct zone *zone, struct zone_hint *hint);

/* The next runs as timing_next() gives them, up to `count`, and between them the first one of each
 * row that an exclusion takes out, and those that the cadence does not let run if each before it
 * succeeds. Returns how many were written to rows. */
int32_t timing_preview(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                       int64_t after, int64_t runs, uint64_t id, const struct timing_limit *limit,
                       struct timing_hit *rows, int32_t count);

/* The first run at or after the instant from which the cadence allows one again; what becomes of
 * next_run_at when a run was blocked. *ret_eligible: that instant; `now` when it is not blocked
 * (then the run is strictly after now). */
bool timing_next_eligible(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                          int64_t now, const struct timing_limit *limit, int64_t *ret_eligible,
                          struct timing_hit *ret);

enum { TIMING_WALL_MAX = 64 };
/* "Mon 2026-11-23 10:00 CET": what the clock on that wall shows. */
void timing_wall(const struct zone *zone, struct zone_hint *hint, int64_t at,
                 char dst[TIMING_WALL_MAX]);

/* The notes as words: "02:30 does not exist on 2026-03-08: runs at 03:00". Nothing for none.
 * limit: as given to timing_preview(), may be NULL. */
void timing_reason(const struct timing_hit *hit, const struct zone *zone, struct zone_hint *hint,
                   const struct timing_limit *limit, struct buf *out);

#endif
