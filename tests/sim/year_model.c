/* year_model.c - what becomes of each slot, as docs/schedules.md says it in words.
 *
 * A slot of a limited schedule is left out while the specification has its report of that period.
 * Else it is left out while a run of the specification waits or is made; with queue_one one may
 * wait. What catch-up of all brings waits its turn. A period that such a run holds is not given
 * twice. Of one specification one report at a time is made, and one slot a look becomes a run, so
 * that the next is judged by what the first did. A schedule of several specifications is left out
 * or run for each of them, and goes on with the earliest slot that one of them is for.
 *
 * What follows another has its slot when that one's report is made, once, and its own limits. */
#include "year.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LATE_S = 300, ALL_MAX = 31, ATTEMPTS_MAX = 3 };

/* --- periods ---------------------------------------------------------------------------------- */

static int64_t period_of(enum year_frequency f, int64_t at)
{
    struct tm date;
    time_t second = at;
    int64_t day = at / 86400;
    switch (f) {
    case YEAR_WEEKLY:
        return (day + 3) / 7; /* 1970-01-01 was a Thursday */
    case YEAR_BIWEEKLY:
        return (day + 10) / 14; /* so that a block begins on 1970-01-05 */
    case YEAR_MONTHLY:
        gmtime_r(&second, &date);
        return date.tm_year * INT64_C(12) + date.tm_mon;
    default:
        return day;
    }
}

/* The first instant of the period after that of `at`. */
static int64_t next_period(enum year_frequency f, int64_t at)
{
    int64_t day = at / 86400;
    while (period_of(f, day * 86400) == period_of(f, at))
        day++;
    return day * 86400;
}

/* --- runs ------------------------------------------------------------------------------------- */

static int spec_of(const struct year_model *m, int run)
{
    return m->run[run].spec;
}

static int *grow(int *list, int *room)
{
    *room = *room * 2 + 64;
    list = realloc(list, (size_t)*room * sizeof *list);
    if (list == NULL)
        abort();
    return list;
}

static int add_run(struct year_model *m, const struct year_run *r)
{
    if (m->runs == m->room) {
        m->room = m->room * 2 + 1024;
        m->run = realloc(m->run, (size_t)m->room * sizeof *m->run);
        if (m->run == NULL)
            abort();
    }
    m->run[m->runs] = *r;
    return m->runs++;
}

static void open_run(struct year_model *m, int run)
{
    if (m->opens == m->open_room)
        m->open = grow(m->open, &m->open_room);
    m->open[m->opens++] = run;
}

static void close_run(struct year_model *m, int run, enum run_status status)
{
    int n = 0;
    for (int i = 0; i < m->opens; i++)
        if (m->open[i] != run)
            m->open[n++] = m->open[i];
    m->opens = n;
    m->run[run].status = status;
    m->counts[m->run[run].schedule].runs += status != RUN_SKIPPED;
}

void year_model_leave(struct year_model *m, int run)
{
    close_run(m, run, RUN_SKIPPED);
}

void year_model_fail(struct year_model *m, int run)
{
    close_run(m, run, RUN_FAILED);
    m->counts[m->run[run].schedule].failures++;
}

void year_model_retry(struct year_model *m, int run, int64_t at)
{
    m->run[run].status = RUN_QUEUED;
    m->run[run].not_before = at;
}

static bool spec_works(const struct year_model *m, int spec)
{
    for (int i = 0; i < m->opens; i++)
        if (m->run[m->open[i]].status == RUN_RUNNING && spec_of(m, m->open[i]) == spec)
            return true;
    return false;
}

/* The one that waits longest and may be taken; -1 none. */
static int longest(const struct year_model *m, int64_t now, int start)
{
    int best = -1;
    for (int i = 0; i < m->opens; i++) {
        const struct year_run *r = &m->run[m->open[i]];
        bool can = r->status == RUN_QUEUED
                       ? r->not_before <= now && !spec_works(m, spec_of(m, m->open[i]))
                       : r->start < start;
        if (can && (best < 0 || r->not_before < m->run[best].not_before))
            best = m->open[i];
    }
    return best;
}

int year_model_take(struct year_model *m, int64_t now, int start)
{
    for (;;) {
        int run = longest(m, now, start);
        if (run < 0)
            return -1;
        struct year_run *r = &m->run[run];
        if (r->status == RUN_QUEUED || r->attempt < ATTEMPTS_MAX) {
            r->status = RUN_RUNNING;
            r->attempt++;
            r->start = start;
            return run;
        }
        year_model_fail(m, run);
    }
}

/* --- slots ------------------------------------------------------------------------------------ */

/* The slot after `after`; the number of slots when there is none. */
static int slot_after(const struct year_slots *slots, int from, int64_t after)
{
    while (from < slots->count && slots->at[from] <= after)
        from++;
    return from;
}

static int64_t jitter(const struct year_model *m, int s, int slot)
{
    const struct year_slots *slots = &m->slots[s];
    int64_t most = m->plan->schedule[s].jitter_s;
    if (most == 0)
        return 0;
    int64_t half = slot + 1 < slots->count ? (slots->at[slot + 1] - slots->at[slot]) / 2 : most;
    most = half < most ? half : most;
    return most > 0 ? (int64_t)(m->id[s] % (uint64_t)most) : 0;
}

/* One slot on its way. */
struct judgement {
    int slot;
    bool late, catch_up;
    int64_t missed;
};

/* What one specification makes of it. */
struct part {
    bool began;    /* it was to be run */
    bool runs;     /* and is */
    bool held;     /* but its period is not free */
    int64_t after; /* the next slot for it is later than this */
};

static struct judgement choose(const struct year_model *m, int s, int64_t now)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    const struct year_slots *slots = &m->slots[s];
    int first = m->at[s], newest = slot_after(slots, first, now) - 1;
    struct judgement j = {.slot = newest};
    if (p->catchup == YEAR_ALL)
        j.slot = newest - first >= ALL_MAX ? newest - ALL_MAX + 1 : first;
    j.missed = j.slot - first;
    j.late = now - slots->at[j.slot] > LATE_S;
    j.catch_up = j.late || j.missed > 0;
    return j;
}

/* Is it left out because of what the specification does? Counts it. */
static struct part judge(struct year_model *m, int s, int spec, int64_t at, bool in_turn)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    enum year_frequency f = m->plan->frequency[spec];
    int64_t last = m->last_success[spec];
    bool busy = false, waits = false, hold = false;
    struct part ret = {.after = at};
    if (!p->override && last != INT64_MIN && period_of(f, last) >= period_of(f, at)) {
        m->counts[s].skipped++;
        ret.after = next_period(f, last) - 1 > at ? next_period(f, last) - 1 : at;
        return ret;
    }
    for (int i = 0; i < m->opens; i++) {
        const struct year_run *r = &m->run[m->open[i]];
        if (r->spec != spec)
            continue;
        busy = true;
        waits = waits || r->status == RUN_QUEUED;
        hold = hold || (r->keyed && r->period == period_of(f, at));
    }
    if (busy && !in_turn && (!p->queue_one || waits)) {
        m->counts[s].overlapped++;
        return ret;
    }
    ret.began = true;
    ret.held = !p->override && hold;
    ret.runs = !ret.held;
    if (!ret.held)
        return ret;
    m->counts[s].skipped++;
    ret.after = next_period(f, at) - 1;
    return ret;
}

/* The slot's row of one specification; waits: it is queued. */
static int add_row(struct year_model *m, int s, int spec, int64_t at, bool waits,
                   enum run_trigger trigger, int64_t not_before)
{
    bool keyed = waits && !m->plan->schedule[s].override;
    struct year_run r = {.schedule = s,
                         .spec = spec,
                         .slot = at,
                         .status = waits ? RUN_QUEUED : RUN_SKIPPED,
                         .trigger = waits ? trigger : TRIGGER_SCHEDULE,
                         .not_before = waits ? not_before : 0,
                         .keyed = keyed,
                         .period = keyed ? period_of(m->plan->frequency[spec], at) : 0};
    return add_run(m, &r);
}

/* Moves the schedule on. */
static void move_on(struct year_model *m, int s, const struct judgement *j, int64_t after)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    m->at[s] = slot_after(&m->slots[s], m->at[s], after);
    if (m->at[s] == m->slots[s].count && p->last == 0)
        abort(); /* year_when.c looks too short a time ahead */
    m->ended[s] =
        m->at[s] == m->slots[s].count || (p->max_runs > 0 && m->counts[s].slots >= p->max_runs);
    if (m->ended[s])
        m->at[s] = j->slot; /* the instant stays where it was last */
}

/* Runs that wait once the look is over: those whose slot was asked for a second time, because one
 * of its specifications was held. */
struct later {
    int run[YEAR_SCHEDULES * YEAR_PARTS];
    int count;
};

/* began: specifications of which a run was ordered in this look; their next waits for the next. */
static void deal(struct year_model *m, int s, int64_t now, bool began[YEAR_SPECS],
                 struct later *later)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    struct judgement j = choose(m, s, now);
    int64_t at = m->slots[s].at[j.slot], after = INT64_MAX;
    bool gone = j.late && (p->catchup == YEAR_NONE || (p->window_s > 0 && now - at > p->window_s));
    bool in_turn = p->catchup == YEAR_ALL && j.catch_up, any = false, held = false;
    int waits[YEAR_PARTS], count = 0;
    for (int k = 0; k < p->specs; k++) {
        struct part part = {.after = at};
        m->counts[s].missed += j.missed + gone;
        if (!gone)
            part = judge(m, s, p->spec[k], at, in_turn);
        began[p->spec[k]] = began[p->spec[k]] || part.began;
        int run =
            add_row(m, s, p->spec[k], at, part.runs,
                    j.catch_up ? TRIGGER_CATCHUP : TRIGGER_SCHEDULE, at + jitter(m, s, j.slot));
        if (part.runs)
            waits[count++] = run;
        after = part.after < after ? part.after : after;
        any = any || part.runs;
        held = held || part.held;
    }
    for (int i = 0; i < count; i++) {
        if (held)
            later->run[later->count++] = waits[i];
        else
            open_run(m, waits[i]);
    }
    m->counts[s].slots += any;
    move_on(m, s, &j, after);
}

/* --- following -------------------------------------------------------------------------------- */

static bool has_row(const struct year_model *m, int s, int64_t slot)
{
    for (int i = m->runs - 1; i >= 0; i--)
        if (m->run[i].schedule == s && m->run[i].slot == slot)
            return true;
    return false;
}

static void follow(struct year_model *m, int s, int64_t slot, int64_t now)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    bool any = false;
    for (int k = 0; k < p->specs; k++) {
        struct part part = judge(m, s, p->spec[k], slot, false);
        int run = add_row(m, s, p->spec[k], slot, part.runs, TRIGGER_AFTER, now);
        if (part.runs)
            open_run(m, run);
        any = any || part.runs;
    }
    m->counts[s].slots += any;
    m->ended[s] = any && p->max_runs > 0 && m->counts[s].slots >= p->max_runs;
}

void year_model_succeed(struct year_model *m, int run, int64_t now)
{
    int who = m->run[run].schedule;
    int64_t slot = m->run[run].slot, *last = &m->last_success[spec_of(m, run)];
    close_run(m, run, RUN_SUCCESS);
    m->counts[who].successes++;
    *last = slot > *last ? slot : *last;
    for (int s = YEAR_TIMED; s < YEAR_SCHEDULES; s++) {
        const struct year_schedule *p = &m->plan->schedule[s];
        bool lives = !m->ended[s] && (p->last == 0 || now <= p->last);
        if (p->after == who && lives && !has_row(m, s, slot))
            follow(m, s, slot, now);
    }
}

/* --- time ------------------------------------------------------------------------------------- */

int64_t year_model_next(const struct year_model *m, int s)
{
    const struct year_schedule *p = &m->plan->schedule[s];
    if (p->after >= 0) /* only its end */
        return p->last > 0 ? p->last + 1 : INT64_MAX;
    return m->slots[s].at[m->at[s]];
}

static int64_t next_of(const struct year_model *m, int s)
{
    return m->ended[s] ? INT64_MAX : year_model_next(m, s);
}

/* The due ones, oldest first. */
static int due(const struct year_model *m, int64_t now, int ret[YEAR_SCHEDULES])
{
    int n = 0;
    for (int s = 0; s < YEAR_SCHEDULES; s++) {
        int at = n;
        if (next_of(m, s) > now)
            continue;
        for (; at > 0 && next_of(m, ret[at - 1]) > next_of(m, s); at--)
            ret[at] = ret[at - 1];
        ret[at] = s;
        n++;
    }
    return n;
}

static bool is_begun(const struct year_schedule *p, const bool began[YEAR_SPECS])
{
    for (int k = 0; k < p->specs; k++)
        if (began[p->spec[k]])
            return true;
    return false;
}

void year_model_pass(struct year_model *m, int64_t now)
{
    int list[YEAR_SCHEDULES];
    for (int n = due(m, now, list); n > 0; n = due(m, now, list)) {
        bool began[YEAR_SPECS] = {false};
        struct later later = {.count = 0};
        for (int i = 0; i < n; i++) {
            const struct year_schedule *p = &m->plan->schedule[list[i]];
            if (is_begun(p, began))
                continue;
            if (p->after >= 0)
                m->ended[list[i]] = true;
            else
                deal(m, list[i], now, began, &later);
        }
        for (int i = 0; i < later.count; i++)
            open_run(m, later.run[i]);
    }
}

int64_t year_model_next_slot(const struct year_model *m)
{
    int64_t next = INT64_MAX;
    for (int s = 0; s < YEAR_SCHEDULES; s++)
        next = next_of(m, s) < next ? next_of(m, s) : next;
    return next;
}

int64_t year_model_next_take(const struct year_model *m)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < m->opens; i++) {
        const struct year_run *r = &m->run[m->open[i]];
        if (r->status == RUN_QUEUED && r->not_before < next &&
            !spec_works(m, spec_of(m, m->open[i])))
            next = r->not_before;
    }
    return next;
}

void year_model_init(struct year_model *m, const struct year_plan *plan, int64_t start)
{
    memset(m, 0, sizeof *m);
    m->plan = plan;
    year_slots_make(plan, m->slots);
    for (int i = 0; i < YEAR_SPECS; i++)
        m->last_success[i] = INT64_MIN;
    for (int s = 0; s < YEAR_TIMED; s++) {
        m->at[s] = slot_after(&m->slots[s], 0, start);
        if (m->at[s] == m->slots[s].count)
            abort(); /* a schedule that never runs is no part of the plan */
    }
}

void year_model_done(struct year_model *m)
{
    year_slots_free(m->slots);
    free(m->run);
    free(m->open);
}
