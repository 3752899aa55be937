/* pool_thread.c - the thread between the pool of runs and the record: takes them, says that they
 * live, tells how they ended.
 *
 * The idea: one thread does all three, one command at a time, so that the engine never contends
 * with itself for the record. Taking goes first, because somebody waits for a report to begin and
 * nobody for one that is made: while many are to be begun, outcomes are put off for a moment,
 * unless a lane waits for it. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { END_TRIES = 5 }; /* when the engine ends: what is not told then is made again */

#define TELL_LATE_US (500 * US_PER_MS) /* so long outcomes may be put off */
#define REPAIR_US (500 * US_PER_MS)
#define TROUBLE_US (2 * US_PER_S)

/* One command's worth. */
struct hand {
    struct run_piece piece[AGENDA_RUNS_MAX];
    struct run_ended end[AGENDA_RUNS_MAX];
    enum run_answer answer[AGENDA_RUNS_MAX];
    int32_t ends_max; /* outcomes in one command: 1 after a failure, so that one spoils no others */
    int32_t refused;  /* commands with outcomes that failed, in a row */
};

void pool_thread_call(struct engine *e)
{
    run_pool_call(&e->pool);
    wake_up(&e->pool_keeper.wake);
}

static int64_t boot_now(const struct pool_thread *t)
{
    return t->clock->ops->boot_us(t->clock);
}

/* Somebody waits, or nobody looks after what does. */
static void call_lanes(struct pool_thread *t)
{
    if (run_pool_standing(&t->engine->pool).waiting > 0)
        report_threads_call(t->engine);
}

static bool take(struct pool_thread *t, int32_t want, struct err *err)
{
    struct engine *e = t->engine;
    struct agenda *a = t->agenda;
    int32_t count = 0;
    int64_t before_us = boot_now(t);
    struct pool_batch *batch = run_pool_batch(want);
    bool ok = batch != NULL || err_set(err, ERR_STOP, "reports: out of memory for runs");
    FP("report_before_take");
    ok = ok &&
         a->ops->run_take(a, e->id, e->generation, want, &batch->arena, batch->work, &count, err);
    FP("report_after_take");
    if (!ok && batch != NULL) {
        run_pool_fill(&e->pool, batch, 0, before_us);
        run_pool_call(&e->pool); /* it is asked again */
    } else {
        run_pool_fill(&e->pool, batch, count, before_us);
    }
    call_lanes(t);
    return ok;
}

/* What ended may let another begin. */
static void note_ends(struct engine *e)
{
    engine_hold(e);
    e->changes++;
    engine_let_go(e);
    run_pool_call(&e->pool);
    wake_up(&e->agenda.wake);
    if (e->delivery.running)
        wake_up(&e->delivery.wake);
}

/* RUN_FENCED: it was told by somebody else, or is none of ours any more. */
static bool tell(struct pool_thread *t, struct hand *h, struct err *err)
{
    struct agenda *a = t->agenda;
    struct run_pool *pool = &t->engine->pool;
    int32_t count = run_pool_ends(pool, h->end, h->ends_max);
    FP("report_before_end");
    bool ok = a->ops->run_end(a, h->end, count, h->answer, err);
    t->tell_us = INT64_MAX;
    FP("report_after_end");
    h->ends_max = ok ? AGENDA_RUNS_MAX : 1;
    h->refused = ok ? 0 : h->refused + 1;
    if (!ok && (h->refused < END_TRIES || !run_pool_standing(pool).ending)) {
        run_pool_not_told(pool);
        return false;
    }
    note_ends(t->engine); /* before they are forgotten: nothing is idle in between */
    run_pool_told(pool, count);
    return ok;
}

static bool renew(struct pool_thread *t, struct hand *h, struct err *err)
{
    struct agenda *a = t->agenda;
    struct run_pool *pool = &t->engine->pool;
    int32_t from = 0, count;
    while ((count = run_pool_pieces(pool, &from, h->piece, AGENDA_RUNS_MAX)) > 0) {
        if (!a->ops->run_renew(a, h->piece, count, h->answer, err))
            return false;
        for (int32_t i = 0; i < count; i++)
            if (h->answer[i] == RUN_FENCED)
                run_pool_lose(pool, &h->piece[i]);
    }
    return true;
}

/* What was not begun, and what waits here for too long; at the end all that waits. */
static bool give_back(struct pool_thread *t, struct hand *h, int64_t before_us, struct err *err)
{
    struct agenda *a = t->agenda;
    struct engine *e = t->engine;
    int32_t count;
    while ((count = run_pool_backs(&e->pool, before_us, h->piece, AGENDA_RUNS_MAX)) > 0) {
        FP("report_before_return");
        if (!a->ops->run_return(a, e->id, e->generation, h->piece, count, err))
            return false;
        FP("report_after_return");
        run_pool_returned(&e->pool, h->piece, count);
        wake_up(&e->agenda.wake);
    }
    return true;
}

static bool look_after(struct pool_thread *t, struct hand *h, struct err *err)
{
    int64_t boot_us = boot_now(t);
    t->renew_us = boot_us + RUN_RENEW_US;
    call_lanes(t);
    return give_back(t, h, boot_us - RUN_RENEW_US, err) && renew(t, h, err);
}

/* Outcomes are told when nothing is to be taken, or when they have waited long or are many. */
static bool must_tell(struct pool_thread *t, const struct pool_standing *s)
{
    if (s->ended == 0) {
        t->tell_us = INT64_MAX;
        return false;
    }
    int64_t boot_us = boot_now(t);
    if (t->tell_us == INT64_MAX)
        t->tell_us = boot_us + TELL_LATE_US;
    return !s->called || s->awaited || s->held > POOL_TELL_HELD || boot_us >= t->tell_us;
}

/* One command, the most urgent. *ret_did false: there is nothing to do now. */
static bool step(struct pool_thread *t, struct hand *h, bool *ret_did, struct err *err)
{
    struct engine *e = t->engine;
    struct settings settings;
    struct pool_standing s = run_pool_standing(&e->pool);
    *ret_did = true;
    if (s.held > 0 && boot_now(t) >= t->renew_us)
        return look_after(t, h, err);
    bool late = must_tell(t, &s);
    if (late && s.called)
        return tell(t, h, err);
    e->plugs.settings(e->plugs.ctx, &settings);
    int32_t want = run_pool_want(&e->pool, settings.report_lanes);
    if (want > 0)
        return take(t, want, err);
    if (late)
        return tell(t, h, err);
    *ret_did = false;
    if (s.trouble && s.called)
        report_threads_call(e); /* it tries once more */
    return true;
}

static void note(struct pool_thread *t, const struct err *why)
{
    struct engine *e = t->engine;
    engine_hold(e);
    bool news = engine_complain(e, &t->problem, why);
    t->failures = why->text[0] != '\0' ? t->failures + 1 : 0;
    engine_let_go(e);
    if (!news && why->text[0] == '\0')
        return;
    if (news && why->text[0] != '\0')
        log_line(e->plugs.log, LOG_ERROR, "reports", "%s", why->text);
    engine_publish(e);
}

static void sleep_until_called(struct pool_thread *t, bool ok)
{
    struct pool_standing s = run_pool_standing(&t->engine->pool);
    int64_t boot_us = boot_now(t), until_us = s.held > 0 ? t->renew_us : INT64_MAX;
    if (s.ended > 0 && until_us > t->tell_us)
        until_us = t->tell_us;
    if (s.trouble && until_us > boot_us + TROUBLE_US)
        until_us = boot_us + TROUBLE_US;
    if (!ok)
        until_us = boot_us + REPAIR_US;
    (void)t->clock->ops->wait(t->clock, until_us, NULL); /* the loop looks for the reason */
    if (!s.busy)
        engine_publish(t->engine);
}

/* The lanes have ended. */
static void finish(struct pool_thread *t, struct hand *h)
{
    struct err err = {0};
    while (run_pool_standing(&t->engine->pool).ended > 0)
        (void)tell(t, h, &err); /* what can't be told is dropped after some tries */
    for (int i = 0; i < END_TRIES; i++)
        if (give_back(t, h, INT64_MAX, &err))
            break;
    note(t, &err);
}

static void work(struct pool_thread *t, struct hand *h)
{
    const struct engine_plugs *p = &t->engine->plugs;
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        bool did = false;
        bool ok = (t->agenda != NULL || p->agenda(p->ctx, clock, &t->agenda, &err)) &&
                  step(t, h, &did, &err);
        note(t, &err);
        if (!ok || !did)
            sleep_until_called(t, ok);
    }
    if (t->agenda != NULL)
        finish(t, h);
}

static void *pool_thread_main(void *arg)
{
    struct pool_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    struct hand *h = calloc(1, sizeof *h);
    if (h == NULL)
        (void)err_set(&err, ERR_STOP, "reports: out of memory");
    else if (p->clock(p->ctx, &t->wake, &t->clock, &err)) {
        h->ends_max = AGENDA_RUNS_MAX;
        work(t, h);
    }
    note(t, &err);
    free(h);
    if (t->agenda != NULL)
        t->agenda->ops->free(t->agenda);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}

bool pool_thread_start(struct engine *e, struct err *err)
{
    struct pool_thread *t = &e->pool_keeper;
    if (t->running)
        return true;
    t->engine = e;
    if (!wake_init(&t->wake, err))
        return false;
    int failed = pthread_create(&t->thread, NULL, pool_thread_main, t);
    engine_hold(e);
    t->running = failed == 0;
    engine_let_go(e);
    if (failed != 0)
        wake_done(&t->wake);
    return failed == 0 ||
           err_set(err, ERR_STOP, "engine: starting the runs' keeper failed: %s", strerror(failed));
}
