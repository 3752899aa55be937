/* lane_agenda.c - from due rows to orders, and through the door with them.
 *
 * The idea: rows are read, decided by domain/due, and given to the record in one command; the
 * record carries out an order only if its row is still as it was seen. What was blocked by a run
 * that holds the period is decided once more with that knowledge. */
#include "engine/agenda_lane.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/due.h"
#include "store/timing_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_MAX = 10000 };

#define PASS_MEMORY ((size_t)64 << 20)

/* One due schedule on its way to an order. */
struct item {
    const struct due_row *row;
    struct timing timing;
    struct due_facts facts;
    struct due_answer answer;
    char period[FREQUENCY_KEY_MAX];
    struct err why; /* it can't be decided: its sentence */
};

struct pass {
    const struct agenda_lane *lane;
    struct item item;
    struct slot_order order[AGENDA_DUE_MAX];
    enum slot_answer answer[AGENDA_DUE_MAX];
    char reason[AGENDA_DUE_MAX][AGENDA_TEXT_MAX + 1];
    char period[AGENDA_DUE_MAX][FREQUENCY_KEY_MAX];
};

static int64_t seconds(int64_t us)
{
    return us >= 0 ? us / US_PER_S : -((-us + US_PER_S - 1) / US_PER_S);
}

/* The specification's limit, unless the schedule overrides it. */
static bool read_limit(const struct due_row *row, struct timing_limit *ret, struct err *err)
{
    *ret = (struct timing_limit){0};
    if (row->cadence != NULL)
        return true;
    if (!frequency_parse(row->frequency, &ret->cadence))
        return err_set(err, ERR_REFUSED,
                       "the frequency \"%s\" of its specification is not known; use daily, weekly, "
                       "biweekly or monthly",
                       row->frequency);
    ret->on = true;
    ret->ran = row->last_success_us != INT64_MIN;
    ret->last_success = ret->ran ? seconds(row->last_success_us) : 0;
    return true;
}

/* Everything that the decision needs; false: a person must look at the schedule. */
static bool read_facts(const struct agenda_lane *lane, const struct due_row *row, int64_t now_us,
                       struct zone_hint *hint, struct item *ret)
{
    char key[TIMING_KEY_MAX];
    struct due_facts *f = &ret->facts;
    *f = (struct due_facts){.timing = &ret->timing,
                            .hint = hint,
                            .id = str_hash(row->schedule.byte, sizeof row->schedule.byte, 0),
                            .slots = row->slot_count,
                            .slot = seconds(row->next_run_us),
                            .now = seconds(now_us),
                            .busy = row->busy,
                            .waiting = row->waiting};
    if (!row->spec_active)
        return err_set(&ret->why, ERR_REFUSED, "Specification is not active");
    return timing_json_read(&ret->timing, row->type, row->config, strlen(row->config), key,
                            &ret->why) &&
           lane->zones->ops->get(lane->zones, ret->timing.zone, &f->zone, &ret->why) &&
           read_limit(row, &f->limit, &ret->why);
}

static enum slot_what what_of(enum due_what what)
{
    static const enum slot_what whats[DUE_WHATS] = {[DUE_RUN] = SLOT_RUN,
                                                    [DUE_CATCH_UP] = SLOT_RUN,
                                                    [DUE_FREQUENCY] = SLOT_FREQUENCY,
                                                    [DUE_OVERLAP] = SLOT_OVERLAP,
                                                    [DUE_MISSED] = SLOT_MISSED};
    return whats[what];
}

/* What was decided, as an order with texts of its own. */
static void write_order(struct pass *p, int32_t i, const struct item *it)
{
    const struct due_answer *a = &it->answer;
    struct slot_order *o = &p->order[i];
    (void)str_copy(p->reason[i], sizeof p->reason[i], a->reason); /* it fits */
    *o = (struct slot_order){.schedule = it->row->schedule,
                             .specification = it->row->specification,
                             .seen_us = it->row->next_run_us,
                             .what = what_of(a->what),
                             .trigger = a->what == DUE_RUN ? TRIGGER_SCHEDULE : TRIGGER_CATCHUP,
                             .slot_us = a->slot * US_PER_S,
                             .not_before_us = a->starts_at * US_PER_S,
                             .missed = a->missed,
                             .next_us = a->next * US_PER_S,
                             .ends = a->ends,
                             .reason = p->reason[i]};
    if (o->what == SLOT_RUN && it->facts.limit.on) {
        frequency_key(it->facts.limit.cadence, a->slot, p->period[i]);
        o->period_key = p->period[i];
    }
}

/* A schedule that a person must look at. */
static void order_error(struct pass *p, int32_t i, const struct item *it)
{
    (void)str_copy(p->reason[i], sizeof p->reason[i], it->why.text); /* a cut is fine */
    p->order[i] = (struct slot_order){.schedule = it->row->schedule,
                                      .specification = it->row->specification,
                                      .seen_us = it->row->next_run_us,
                                      .what = SLOT_ERROR,
                                      .slot_us = it->row->next_run_us,
                                      .next_us = it->row->next_run_us,
                                      .reason = p->reason[i]};
}

/* When what follows another has come to its end: in the row's next instant. False: it has. */
static bool after_from_now(const struct item *it, int64_t *ret_next_us)
{
    int64_t end = timing_after_end(&it->timing, it->facts.zone, it->facts.hint);
    *ret_next_us = end == INT64_MAX ? SCHEDULE_NEVER_US : end * US_PER_S;
    return end > it->facts.now;
}

/* A pause is over: nothing of its time is caught up. Or what follows another comes to its end. */
static void order_other(struct pass *p, int32_t i, const struct item *it)
{
    int64_t next = it->facts.slot, next_us = it->row->next_run_us;
    bool paused = it->row->status == SCHEDULE_PAUSED;
    bool more = it->row->follows ? after_from_now(it, &next_us) : due_from_now(&it->facts, &next);
    if (!it->row->follows && more)
        next_us = next * US_PER_S;
    p->reason[i][0] = '\0';
    p->order[i] = (struct slot_order){.schedule = it->row->schedule,
                                      .specification = it->row->specification,
                                      .seen_us = it->row->next_run_us,
                                      .what = paused ? SLOT_RESUME : SLOT_END,
                                      .slot_us = it->row->next_run_us,
                                      .next_us = more ? next_us : it->row->next_run_us,
                                      .ends = !more,
                                      .reason = p->reason[i]};
}

/* The order of one specification. False: it is about the whole schedule. */
static bool decide(struct pass *p, int32_t i, const struct due_row *row, int64_t now_us, bool held)
{
    struct item *it = &p->item;
    struct zone_hint hint = {0};
    it->row = row;
    it->why = (struct err){0};
    if (!read_facts(p->lane, row, now_us, &hint, it)) {
        order_error(p, i, it);
        return false;
    }
    it->facts.held = held;
    if (row->status == SCHEDULE_PAUSED || row->follows) {
        order_other(p, i, it);
        return false;
    }
    due_decide(&it->facts, &it->answer);
    write_order(p, i, it);
    return true;
}

/* The schedule goes on with the earliest instant that one of its specifications is for, so that
 * none holds up the others; and it ends with a run that was its last. */
static void join_orders(struct slot_order *orders, int32_t count)
{
    int64_t next = INT64_MAX;
    bool ends = false;
    for (int32_t i = 0; i < count; i++) {
        ends = ends || (orders[i].ends && orders[i].what == SLOT_RUN);
        if (!orders[i].ends && orders[i].next_us < next)
            next = orders[i].next_us;
        orders[i].more = i + 1 < count;
    }
    ends = ends || next == INT64_MAX;
    for (int32_t i = 0; i < count; i++) {
        orders[i].ends = ends;
        orders[i].next_us = ends ? orders[i].slot_us : next;
    }
}

/* The orders of one schedule, from the i-th on: one for each of its rows, or one for all. held:
 * a run holds the slot's period, as was answered; NULL: none. Returns how many. */
static int32_t decide_all(struct pass *p, int32_t i, const struct due_row *rows, int32_t count,
                          int64_t now_us, const bool *held)
{
    for (int32_t k = 0; k < count; k++) {
        if (decide(p, i + k, &rows[k], now_us, held != NULL && held[k]))
            continue;
        p->order[i] = p->order[i + k];
        memmove(p->reason[i], p->reason[i + k], sizeof p->reason[i]);
        p->order[i].reason = p->reason[i];
        return 1;
    }
    if (count > 1)
        join_orders(&p->order[i], count);
    return count;
}

/* Those of the first of `count` rows' schedule. */
static int32_t rows_of_one(const struct due_row *rows, int32_t count)
{
    int32_t n = 1;
    while (n < count && n < SCHEDULE_SPECS_MAX && uuid_equal(rows[n].schedule, rows[0].schedule))
        n++;
    return n;
}

/* Those that were blocked, once more: each with all that its slot has. */
static bool again(struct pass *p, struct due_row *rows, int32_t count, int64_t now_us,
                  struct err *err)
{
    int32_t n = 0;
    for (int32_t i = 0, of_one = 0; i < count; i += of_one) {
        bool held[SCHEDULE_SPECS_MAX], any = false;
        of_one = rows_of_one(&rows[i], count - i);
        for (int32_t k = 0; k < of_one; k++) {
            held[k] = p->answer[i + k] == SLOT_BLOCKED;
            any = any || held[k];
        }
        if (any) /* i >= n: what is overwritten was answered */
            n += decide_all(p, n, &rows[i], of_one, now_us, held);
    }
    struct agenda *a = p->lane->agenda;
    return n == 0 || a->ops->slots(a, p->order, n, p->answer, err);
}

/* Is a run of one of these specifications ordered already? */
static bool is_begun(const struct pass *p, int32_t count, const struct due_row *rows,
                     int32_t row_count)
{
    for (int32_t i = 0; i < count; i++)
        for (int32_t k = 0; k < row_count; k++)
            if (p->order[i].what == SLOT_RUN &&
                uuid_equal(p->order[i].specification, rows[k].specification))
                return true;
    return false;
}

/* One look, one command. What else of a specification is due beside its first run is left to the
 * next look: only then is seen that one waits. */
static bool look(struct pass *p, struct arena *arena, int32_t *ret_count, struct err *err)
{
    struct agenda *a = p->lane->agenda;
    struct due_row *rows;
    int64_t now_us;
    int32_t count, n = 0;
    if (!a->ops->due(a, arena, &rows, &count, &now_us, err))
        return false;
    for (int32_t i = 0, of_one = 0; i < count; i += of_one) {
        of_one = rows_of_one(&rows[i], count - i);
        if (is_begun(p, n, &rows[i], of_one))
            continue;
        if (n < i) /* a row stands where its order does */
            memmove(&rows[n], &rows[i], (size_t)of_one * sizeof *rows);
        n += decide_all(p, n, &rows[n], of_one, now_us, NULL);
    }
    *ret_count = n;
    return n == 0 ||
           (a->ops->slots(a, p->order, n, p->answer, err) && again(p, rows, n, now_us, err));
}

bool agenda_pass(const struct agenda_lane *lane, int64_t *ret_dealt, struct err *err)
{
    struct pass *p = calloc(1, sizeof *p);
    bool ok = p != NULL || err_set(err, ERR_STOP, "schedules: out of memory for a pass");
    int32_t count = ok ? 1 : 0;
    *ret_dealt = 0;
    for (int round = 0; ok && count > 0; round++) {
        struct arena arena = arena_init(PASS_MEMORY);
        p->lane = lane;
        ok = look(p, &arena, &count, err);
        *ret_dealt += ok ? count : 0;
        if (ok && count > 0 && lane->queued != NULL)
            lane->queued(lane->ctx);
        arena_done(&arena);
        if (ok && round >= ROUNDS_MAX)
            ok = err_set(err, ERR_STOP, "schedules: what is due does not become less");
    }
    free(p);
    return ok;
}

/* --- ready before their instant --------------------------------------------------------------- */

/* An order that needs nothing but a run. */
static bool is_plain(const struct slot_order *o, const struct due_row *row)
{
    return o->what == SLOT_RUN && o->trigger == TRIGGER_SCHEDULE && o->missed == 0 && !o->ends &&
           o->not_before_us <= o->slot_us && !row->busy;
}

/* The rows of the first instant, decided as they will be then; returns how many became orders. */
static int32_t decide_soon(struct pass *p, const struct due_row *rows, int32_t count,
                           struct soon_place *place, bool *ret_more)
{
    int32_t n = 0, i = 0;
    for (; i < count && rows[i].next_run_us == rows[0].next_run_us; i++) {
        if (decide(p, n, &rows[i], rows[i].next_run_us, false) &&
            is_plain(&p->order[n], &rows[i]) && !is_begun(p, n, &rows[i], 1))
            n++;
    }
    *ret_more = count > 0;
    if (i > 0)
        *place = (struct soon_place){rows[i - 1].next_run_us, rows[i - 1].schedule};
    return n;
}

bool agenda_ready(const struct agenda_lane *lane, const struct agenda_start *start,
                  struct soon_place *place, struct agenda_soon *ret, struct err *err)
{
    struct agenda *a = lane->agenda;
    struct pass *p = calloc(1, sizeof *p);
    struct arena arena = arena_init(PASS_MEMORY);
    struct due_row *rows;
    int64_t now_us;
    int32_t count = 0, n = 0;
    bool ok = p != NULL || err_set(err, ERR_STOP, "schedules: out of memory for a pass");
    ret->count = 0;
    ret->more = false;
    ok = ok && a->ops->soon(a, place, start->within_us, &arena, &rows, &count, &now_us, err);
    if (ok && count > 0) {
        p->lane = lane;
        n = decide_soon(p, rows, count, place, &ret->more);
        n = n < start->most ? n : start->most;
    }
    ok = ok && (n == 0 || a->ops->ready(a, start->engine, start->journal_gen, p->order, n,
                                        ret->arena, ret->work, &ret->count, err));
    arena_done(&arena);
    free(p);
    return ok;
}

/* --- other rules ------------------------------------------------------------------------------ */

/* An order when the row's instant is another now. What was dealt with does not come again. */
static bool order_retime(struct pass *p, int32_t i, const struct due_row *row, int64_t now_us)
{
    struct zone_hint hint = {0};
    struct item *it = &p->item;
    int64_t next;
    it->row = row;
    it->why = (struct err){0};
    if (row->follows || !read_facts(p->lane, row, now_us, &hint, it) ||
        !due_from_now(&it->facts, &next) || next * US_PER_S == row->next_run_us ||
        next * US_PER_S <= row->last_scheduled_us)
        return false;
    (void)str_copy(p->reason[i], sizeof p->reason[i],
                   "the rules of its time zone changed; it has another next instant"); /* it fits */
    p->order[i] = (struct slot_order){.schedule = row->schedule,
                                      .specification = row->specification,
                                      .seen_us = row->next_run_us,
                                      .what = SLOT_RETIME,
                                      .slot_us = row->next_run_us,
                                      .next_us = next * US_PER_S,
                                      .reason = p->reason[i]};
    return true;
}

/* One page of schedules; *after: the last that was seen. */
static bool retime_page(struct pass *p, struct arena *arena, struct uuid *after, int32_t *ret_count,
                        int64_t *changed, struct err *err)
{
    struct agenda *a = p->lane->agenda;
    struct due_row *rows;
    int64_t now_us;
    int32_t n = 0;
    if (!a->ops->ahead(a, *after, arena, &rows, ret_count, &now_us, err))
        return false;
    for (int32_t i = 0; i < *ret_count; i++)
        n += order_retime(p, n, &rows[i], now_us);
    if (n > 0 && !a->ops->slots(a, p->order, n, p->answer, err))
        return false;
    for (int32_t i = 0; i < n; i++)
        *changed += p->answer[i] == SLOT_DONE;
    if (*ret_count > 0)
        *after = rows[*ret_count - 1].schedule;
    return true;
}

bool agenda_retime(const struct agenda_lane *lane, int64_t *ret_changed, struct err *err)
{
    struct pass *p = calloc(1, sizeof *p);
    struct uuid after = {{0}};
    bool ok = p != NULL || err_set(err, ERR_STOP, "schedules: out of memory for a pass");
    int32_t count = ok ? 1 : 0;
    *ret_changed = 0;
    while (ok && count > 0) { /* each page begins behind the last: it comes to an end */
        struct arena arena = arena_init(PASS_MEMORY);
        p->lane = lane;
        ok = retime_page(p, &arena, &after, &count, ret_changed, err);
        arena_done(&arena);
    }
    free(p);
    return ok;
}
