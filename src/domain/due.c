/* due.c - the rules of catch-up, overlap and frequency, in this order: which slot, may it run, when
 * is the next.
 *
 * The idea: slots are walked with timing_next() alone, so what was previewed is what happens. */
#include "domain/due.h"

#include "base/buf.h"
#include "base/str.h"
#include "domain/calendar.h"

/* The slots from facts->slot to now: the newest, and one that is so many before it. */
struct gone_by {
    int64_t count; /* slots, the first one included */
    int64_t newest;
    int64_t kept; /* the oldest of the last DUE_CATCHUP_ALL_MAX */
};

static bool next_after(const struct due_facts *f, int64_t after, int64_t slots,
                       struct timing_hit *ret)
{
    return timing_next(f->timing, f->zone, f->hint, after, slots, f->id, ret);
}

static struct gone_by look_back(const struct due_facts *f)
{
    int64_t ring[DUE_CATCHUP_ALL_MAX] = {f->slot};
    struct gone_by g = {.count = 1, .newest = f->slot, .kept = f->slot};
    struct timing_hit hit;
    while (g.count < DUE_COUNT_MAX && next_after(f, g.newest, f->slots, &hit) &&
           hit.scheduled_for <= f->now) {
        g.newest = hit.scheduled_for;
        ring[g.count % DUE_CATCHUP_ALL_MAX] = g.newest;
        g.count++;
    }
    if (g.count > DUE_CATCHUP_ALL_MAX)
        g.kept = ring[g.count % DUE_CATCHUP_ALL_MAX];
    return g;
}

/* Which of the slots that went by this is about; the others before it are missed. */
static void choose(const struct due_facts *f, struct due_answer *a)
{
    struct gone_by g = look_back(f);
    if (f->timing->catchup == TIMING_CATCHUP_ALL) {
        a->slot = g.kept;
        a->missed = g.count > DUE_CATCHUP_ALL_MAX ? g.count - DUE_CATCHUP_ALL_MAX : 0;
    } else {
        a->slot = g.newest;
        a->missed = g.count - 1;
    }
    bool late = f->now - a->slot > DUE_LATE_S;
    a->what = late || a->missed > 0 ? DUE_CATCH_UP : DUE_RUN;
    if (!late)
        return;
    if (f->timing->catchup == TIMING_CATCHUP_NONE) {
        a->what = DUE_MISSED;
        (void)str_copy(a->reason, sizeof a->reason,
                       "it went by while no engine ran, and is not caught up"); /* it fits */
    } else if (f->timing->catchup_window_s > 0 && f->now - a->slot > f->timing->catchup_window_s) {
        a->what = DUE_MISSED;
        (void)str_copy(a->reason, sizeof a->reason,
                       "it went by longer ago than the catch-up window"); /* it fits */
    }
}

static void say_instant(char *dst, size_t size, const char *before, int64_t at)
{
    char text[CALENDAR_TEXT_MAX];
    calendar_text(at, text);
    (void)str_format(dst, size, "%s%s", before, text); /* it fits */
}

/* From which instant on the frequency allows a report, when it does not at the slot. */
static bool limited(const struct due_facts *f, int64_t slot, int64_t *ret_eligible)
{
    const struct timing_limit *l = &f->limit;
    if (!l->on)
        return false;
    if (f->held) {
        *ret_eligible = frequency_period_start(l->cadence, frequency_period(l->cadence, slot) + 1);
        return true;
    }
    return l->ran && !frequency_allows(l->cadence, l->last_success, slot, ret_eligible);
}

/* The run before is not over, and the slot does not wait for it. What catch-up of all brings waits
 * its turn, else only the first of them would ever be run. */
static bool overlaps(const struct due_facts *f, const struct due_answer *a)
{
    bool in_turn = f->timing->catchup == TIMING_CATCHUP_ALL && a->what == DUE_CATCH_UP;
    return f->busy && !in_turn && (f->timing->overlap == TIMING_OVERLAP_SKIP || f->waiting);
}

/* May the slot run? `after`: the next run is later than this. */
static void judge(const struct due_facts *f, struct due_answer *a, int64_t *after)
{
    int64_t eligible = 0;
    if (a->what == DUE_MISSED)
        return;
    if (limited(f, a->slot, &eligible)) {
        a->what = DUE_FREQUENCY;
        if (eligible - 1 > *after)
            *after = eligible - 1;
        say_instant(a->reason, sizeof a->reason,
                    f->held ? "frequency limit reached: a report of this period is being made; "
                              "next eligible "
                            : "frequency limit reached; next eligible ",
                    eligible);
    } else if (overlaps(f, a)) {
        a->what = DUE_OVERLAP;
        (void)str_copy(a->reason, sizeof a->reason, "the run before is not over"); /* it fits */
    }
}

/* The slot with its jitter: as timing_next() gives it from just before. */
static int64_t start_of(const struct due_facts *f, int64_t slot)
{
    struct timing_hit hit;
    if (next_after(f, slot - 1, f->slots, &hit) && hit.scheduled_for == slot)
        return hit.starts_at;
    return slot;
}

void due_decide(const struct due_facts *f, struct due_answer *ret)
{
    struct timing_hit hit;
    *ret = (struct due_answer){0};
    choose(f, ret);
    int64_t after = ret->slot;
    judge(f, ret, &after);
    bool runs = ret->what == DUE_RUN || ret->what == DUE_CATCH_UP;
    if (runs)
        ret->starts_at = start_of(f, ret->slot);
    ret->ends = !next_after(f, after, f->slots + runs, &hit);
    ret->next = ret->ends ? ret->slot : hit.scheduled_for;
}

bool due_from_now(const struct due_facts *f, int64_t *ret_next)
{
    struct timing_hit hit;
    if (!next_after(f, f->now, f->slots, &hit))
        return false;
    *ret_next = hit.scheduled_for;
    return true;
}
