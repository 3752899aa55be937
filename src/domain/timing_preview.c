/* timing_preview.c - the next runs for people: the same runs as the worker's, with what does not
 * run between them, and the reason in words. */
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/timing.h"

/* The cadence after each run that is shown: each is taken to succeed. */
static void apply_limit(struct timing_limit *limit, struct timing_hit *hit)
{
    if (!limit->on)
        return;
    if (limit->ran && !frequency_allows(limit->cadence, limit->last_success, hit->scheduled_for,
                                        &hit->next_eligible)) {
        hit->notes |= TIMING_NOTE_LIMIT;
        return;
    }
    limit->ran = true;
    limit->last_success = hit->scheduled_for;
}

/* The first time after `after` that an exclusion takes out, when it lies before `before`, the next
 * run. */
static bool taken_out(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                      int64_t after, int64_t runs, int64_t before, struct timing_hit *ret)
{
    struct timing plain = *t;
    plain.excluded_count = 0;
    plain.workdays_only = false;
    plain.on_excluded = TIMING_DROP;
    if ((t->excluded_count == 0 && !t->workdays_only) ||
        !timing_next(&plain, zone, hint, after, runs, 0, ret) || ret->scheduled_for >= before)
        return false;
    ret->notes = TIMING_NOTE_EXCLUDED;
    ret->starts_at = ret->scheduled_for;
    return true;
}

int32_t timing_preview(const struct timing *t, const struct zone *zone, struct zone_hint *hint,
                       int64_t after, int64_t runs, uint64_t id, const struct timing_limit *limit,
                       struct timing_hit *rows, int32_t count)
{
    struct timing_limit cadence = limit != NULL ? *limit : (struct timing_limit){0};
    int32_t written = 0;
    while (written < count) {
        struct timing_hit hit, out;
        bool more = timing_next(t, zone, hint, after, runs, id, &hit);
        if (!more)
            hit.scheduled_for = CALENDAR_MAX;
        if (taken_out(t, zone, hint, after, runs, hit.scheduled_for, &out) &&
            (more || written == 0 || out.scheduled_for > rows[written - 1].scheduled_for))
            rows[written++] = out;
        if (!more || written == count)
            break;
        apply_limit(&cadence, &hit);
        runs += (hit.notes & TIMING_NOTE_LIMIT) == 0;
        after = hit.scheduled_for;
        rows[written++] = hit;
    }
    return written;
}

/* --- words ------------------------------------------------------------------------------------ */

static void write_clock(struct buf *out, int64_t local)
{
    int64_t second = local - calendar_floor(local, CALENDAR_DAY_S) * CALENDAR_DAY_S;
    buf_addf(out, "%02d:%02d", (int)(second / 3600), (int)(second / 60 % 60));
}

static const char day_names[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

static void write_date(struct buf *out, int64_t day)
{
    struct calendar_date date = calendar_date(day);
    buf_addf(out, "%s %04d-%02d-%02d", day_names[calendar_weekday(day)], date.year, date.month,
             date.day);
}

void timing_wall(const struct zone *zone, struct zone_hint *hint, int64_t at,
                 char dst[TIMING_WALL_MAX])
{
    struct zone_stretch s;
    zone_at(zone, hint, at, &s);
    int64_t day = calendar_floor(at + s.offset, CALENDAR_DAY_S);
    int32_t minute = (int32_t)((at + s.offset - day * CALENDAR_DAY_S) / 60);
    struct calendar_date date = calendar_date(day);
    (void)str_format(dst, TIMING_WALL_MAX, "%s %04d-%02d-%02d %02d:%02d %s",
                     day_names[calendar_weekday(day)], date.year, date.month, date.day, minute / 60,
                     minute % 60, s.abbreviation); /* it fits */
}

/* Parts of a reason are set apart with semicolons. */
static void part(struct buf *out, size_t from)
{
    if (out->len > from)
        buf_adds(out, "; ");
}

static void write_shift(const struct timing_hit *hit, const struct zone *zone,
                        struct zone_hint *hint, struct buf *out)
{
    struct zone_stretch s;
    if ((hit->notes & TIMING_NOTE_GAP) != 0) {
        zone_at(zone, hint, hit->scheduled_for, &s);
        write_clock(out, hit->nominal);
        buf_adds(out, " does not exist on ");
        write_date(out, calendar_floor(hit->nominal, CALENDAR_DAY_S));
        buf_adds(out, ": runs at ");
        write_clock(out, hit->scheduled_for + s.offset);
    } else if ((hit->notes & (TIMING_NOTE_FIRST | TIMING_NOTE_SECOND)) != 0) {
        buf_addf(out, "%s of two ", (hit->notes & TIMING_NOTE_FIRST) != 0 ? "first" : "second");
        write_clock(out, hit->nominal);
    }
}

void timing_reason(const struct timing_hit *hit, const struct zone *zone, struct zone_hint *hint,
                   const struct timing_limit *limit, struct buf *out)
{
    size_t from = out->len;
    if ((hit->notes & TIMING_NOTE_EXCLUDED) != 0) {
        buf_adds(out, "skipped: excluded date");
        return;
    }
    if ((hit->notes & TIMING_NOTE_LIMIT) != 0) {
        buf_addf(out, "skipped: %s limit until ",
                 limit != NULL ? frequency_name(limit->cadence) : "cadence");
        write_date(out, calendar_floor(hit->next_eligible, CALENDAR_DAY_S));
        buf_adds(out, " 00:00 UTC");
    }
    if ((hit->notes & (TIMING_NOTE_GAP | TIMING_NOTE_FIRST | TIMING_NOTE_SECOND)) != 0) {
        part(out, from);
        write_shift(hit, zone, hint, out);
    }
    if ((hit->notes & TIMING_NOTE_MOVED) != 0) {
        part(out, from);
        buf_adds(out, "put off from ");
        write_date(out, hit->from_day);
    }
    if (hit->starts_at > hit->scheduled_for) {
        part(out, from);
        buf_addf(out, "jitter +%d s", (int)(hit->starts_at - hit->scheduled_for));
    }
}
