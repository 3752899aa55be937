/* ready.c - slots that begin at their instant by one small row.
 *
 * The idea: hundreds of schedules are due at nine o'clock, and all that takes time about them
 * (rows, indexes, events, what their reports need) is known before. So they are made ready while
 * nothing happens; at nine one command says that they have begun, and their lanes start; what that
 * changes in the record is written while the lanes work. Until it is, the record is not told
 * anything that names these runs (run_pool.h: apart). */
#include "ready.h"

#include "base/clock.h"
#include "engine_work.h"

#include <stdlib.h>
#include <string.h>

#define CLEAR_US (250 * US_PER_MS)  /* before an instant nothing long is begun */
#define LEAST_US US_PER_S           /* a slot that is due sooner is not worth it */
#define SETTLE_US (400 * US_PER_MS) /* so long lanes go before the record */

enum { ROUND = 128 }; /* batches in one command */

int64_t ready_next_us(const struct ready *r)
{
    int64_t next_us = INT64_MAX;
    for (int32_t i = 0; i < r->count; i++)
        if (r->batch[i].begun_us == 0 && r->batch[i].due_us < next_us)
            next_us = r->batch[i].due_us;
    return next_us;
}

bool ready_open(const struct ready *r)
{
    for (int32_t i = 0; i < r->count; i++)
        if (r->batch[i].begun_us != 0)
            return true;
    return false;
}

static void take_out(struct ready *r, int32_t i)
{
    r->count--;
    memmove(&r->batch[i], &r->batch[i + 1], (size_t)(r->count - i) * sizeof *r->batch);
}

/* --- at the instant --------------------------------------------------------------------------- */

/* Takes what was withdrawn out of a batch that has begun. */
static void leave_out(struct ready_batch *b, const struct ready_gone *gone, int32_t count)
{
    int32_t n = 0;
    for (int32_t i = 0; i < b->count; i++) {
        bool stays = true;
        for (int32_t k = 0; k < count && stays; k++)
            stays = gone[k].batch != b->id || !uuid_equal(gone[k].run, b->runs->work[i].run);
        if (stays)
            b->runs->work[n++] = b->runs->work[i];
    }
    b->count = n;
}

/* It has begun, or can't any more: what the lanes get. */
static void hand_over(struct ready_batch *b, const struct ready_work *w, bool begun)
{
    if (!begun)
        b->count = 0;
    b->begun_us = w->clock->ops->boot_us(w->clock);
    if (b->count > 0) {
        run_pool_begun(&w->engine->pool, b->runs, b->count, b->begun_us);
        return;
    }
    run_pool_unused(b->runs);
    b->runs = NULL;
}

static bool begin_some(struct ready *r, const struct ready_work *w, const int32_t *which,
                       int32_t count, struct err *err)
{
    struct agenda *a = w->lane->agenda;
    struct engine *e = w->engine;
    struct arena arena = arena_init((size_t)16 << 20);
    struct ready_gone *gone;
    int32_t gone_count;
    int64_t id[ROUND];
    bool begun[ROUND];
    for (int32_t i = 0; i < count; i++)
        id[i] = r->batch[which[i]].id;
    bool ok =
        a->ops->begin(a, e->id, e->generation, id, count, begun, &arena, &gone, &gone_count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        struct ready_batch *b = &r->batch[which[i]];
        /* Not begun: the record's clock is behind ours, or the batch is gone. */
        if (!begun[i] && w->clock->ops->now_us(w->clock) < b->due_us + US_PER_S)
            continue;
        leave_out(b, gone, gone_count);
        hand_over(b, w, begun[i]);
    }
    arena_done(&arena);
    return ok;
}

bool ready_begin(struct ready *r, const struct ready_work *w, struct err *err)
{
    int32_t which[ROUND], n = 0;
    int64_t now_us = w->clock->ops->now_us(w->clock);
    for (int32_t i = 0; i < r->count && n < ROUND; i++)
        if (r->batch[i].begun_us == 0 && r->batch[i].due_us <= now_us)
            which[n++] = i;
    if (n == 0)
        return true;
    bool ok = begin_some(r, w, which, n, err);
    if (ok && run_pool_standing(&w->engine->pool).waiting > 0)
        report_threads_call(w->engine);
    return ok;
}

/* --- behind it -------------------------------------------------------------------------------- */

static bool settle(struct ready *r, const struct ready_work *w, int32_t i, struct err *err)
{
    struct agenda *a = w->lane->agenda;
    struct engine *e = w->engine;
    struct ready_batch *b = &r->batch[i];
    if (!a->ops->settle(a, e->id, e->generation, &b->id, 1, err))
        return false;
    if (b->begun_us != 0 && b->runs != NULL)
        run_pool_settled(&e->pool, b->runs);
    else
        run_pool_unused(b->runs);
    take_out(r, i);
    wake_up(&e->pool_keeper.wake); /* what has ended meanwhile may be told */
    return true;
}

bool ready_settle(struct ready *r, const struct ready_work *w, bool *ret_wait, struct err *err)
{
    int32_t i = 0;
    *ret_wait = false;
    while (i < r->count && r->batch[i].begun_us == 0)
        i++;
    if (i == r->count)
        return true;
    int64_t late_us = r->batch[i].begun_us + SETTLE_US;
    *ret_wait = w->clock->ops->boot_us(w->clock) < late_us &&
                run_pool_standing(&w->engine->pool).waiting > 0;
    return *ret_wait || settle(r, w, i, err);
}

bool ready_end(struct ready *r, const struct ready_work *w, struct err *err)
{
    bool ok = true;
    while (ok && r->count > 0)
        ok = settle(r, w, 0, err);
    return ok;
}

/* --- before ----------------------------------------------------------------------------------- */

/* For how many more there is room at one instant. */
static int32_t room(const struct ready *r, const struct ready_work *w)
{
    struct settings settings;
    w->engine->plugs.settings(w->engine->plugs.ctx, &settings);
    int32_t n = run_pool_room(&w->engine->pool, settings.report_lanes);
    for (int32_t i = 0; i < r->count; i++)
        n -= r->batch[i].begun_us == 0 ? r->batch[i].count : 0;
    return n < AGENDA_DUE_MAX ? n : AGENDA_DUE_MAX;
}

/* One page becomes one batch, because it is of one instant. */
static bool make(struct ready *r, const struct ready_work *w, int32_t most, struct err *err)
{
    struct engine *e = w->engine;
    struct agenda_start start = {e->id, e->generation, READY_AHEAD_US, most};
    struct pool_batch *runs = run_pool_batch(AGENDA_DUE_MAX);
    if (runs == NULL)
        return err_set(err, ERR_STOP, "schedules: out of memory for slots that are ready");
    struct agenda_soon soon = {.arena = &runs->arena, .work = runs->work};
    bool ok = agenda_ready(w->lane, &start, &r->place, &soon, err);
    r->more = ok && soon.more;
    if (!ok || soon.count == 0) {
        run_pool_unused(runs);
        return ok;
    }
    r->batch[r->count++] = (struct ready_batch){.id = runs->work[0].batch,
                                                .due_us = runs->work[0].due_us,
                                                .runs = runs,
                                                .count = soon.count};
    return true;
}

bool ready_make(struct ready *r, const struct ready_work *w, int64_t next_us, struct err *err)
{
    const struct agenda *a = w->lane->agenda;
    int64_t now_us = w->clock->ops->now_us(w->clock);
    int64_t first_us = ready_next_us(r);
    int32_t most = 0;
    if (!r->more)
        r->place = (struct soon_place){0};
    r->more = false;
    if (a->ops->ready == NULL || next_us == INT64_MAX || next_us - now_us > READY_AHEAD_US ||
        next_us - now_us < CLEAR_US || first_us - now_us < CLEAR_US ||
        r->count == READY_BATCHES_MAX || (most = room(r, w)) <= 0)
        return true;
    if (r->place.due_us < now_us + LEAST_US)
        r->place = (struct soon_place){.due_us = now_us + LEAST_US};
    return make(r, w, most, err);
}
