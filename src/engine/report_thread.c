/* report_thread.c - the threads that make reports.
 *
 * The idea: they sleep until they are called. The pool's keeper calls one when it has taken runs; a
 * lane that gets one calls the next before it begins, so that as many work as there are runs, and
 * each is started only when all before it are busy. One that hangs holds up nobody but itself. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/log.h"
#include "base/str.h"

#include <string.h>

#define REPAIR_US (2 * US_PER_S)
#define SLEEP_US (3600 * US_PER_S) /* it is called before */

static void *report_thread_main(void *arg);

static bool start(struct engine *e, struct report_thread *t)
{
    struct err err = {0};
    t->engine = e;
    if (!wake_init(&t->wake, &err)) {
        log_line(e->plugs.log, LOG_ERROR, "reports", "%s", err.text);
        return false;
    }
    int failed = pthread_create(&t->thread, NULL, report_thread_main, t);
    if (failed != 0) {
        log_line(e->plugs.log, LOG_ERROR, "reports", "starting a report lane failed: %s",
                 strerror(failed));
        wake_done(&t->wake);
    }
    return failed == 0;
}

void report_threads_call(struct engine *e)
{
    struct settings settings;
    struct report_thread *idle = NULL, *fresh = NULL;
    e->plugs.settings(e->plugs.ctx, &settings);
    engine_hold(e);
    for (int i = 0; i < settings.report_lanes && i < REPORT_LANES_MAX && idle == NULL; i++) {
        struct report_thread *t = &e->report[i];
        if (!t->started)
            fresh = fresh == NULL ? t : fresh;
        else if (!t->has_run)
            idle = t;
    }
    if (e->ending)
        idle = fresh = NULL;
    if (idle == NULL && fresh != NULL) {
        fresh->called = true; /* before it runs: it looks at once */
        fresh->started = start(e, fresh);
        fresh->called = fresh->started;
    }
    if (idle != NULL)
        idle->called = true;
    engine_let_go(e);
    if (idle != NULL)
        wake_up(&idle->wake);
}

bool report_threads_busy(struct engine *e)
{
    for (int i = 0; i < REPORT_LANES_MAX; i++)
        if (e->report[i].started && (e->report[i].called || e->report[i].has_run))
            return true;
    return e->pool_keeper.running && e->pool_keeper.failures < IDLE_FAILURES &&
           run_pool_standing(&e->pool).busy;
}

void report_threads_stop(struct engine *e)
{
    run_pool_ending(&e->pool);
    for (int i = 0; i < REPORT_LANES_MAX; i++)
        if (e->report[i].started)
            wake_cancel(&e->report[i].wake);
    for (int i = 0; i < REPORT_LANES_MAX; i++) {
        if (e->report[i].started)
            (void)pthread_join(e->report[i].thread, NULL); /* it is joined once */
    }
    if (e->pool_keeper.running) { /* after the lanes: one may wait for it */
        wake_cancel(&e->pool_keeper.wake);
        (void)pthread_join(e->pool_keeper.thread, NULL); /* as above */
    }
    engine_hold(e);
    e->pool_keeper.running = false;
    for (int i = 0; i < REPORT_LANES_MAX; i++)
        e->report[i].started = false;
    engine_let_go(e);
}

/* --- one of them ------------------------------------------------------------------------------ */

static void read_settings(void *ctx, struct settings *ret)
{
    const struct engine_plugs *p = &((struct report_thread *)ctx)->engine->plugs;
    p->settings(p->ctx, ret);
}

static bool is_lost(void *ctx)
{
    struct report_thread *t = ctx;
    return run_pool_lost(&t->engine->pool, t->item);
}

static void free_ports(struct report_thread *t)
{
    report_lane_free(t->lane);
    if (t->reports != NULL)
        t->reports->ops->free(t->reports);
    t->lane = NULL;
    t->reports = NULL;
}

/* Reports are made with the config in force: after a change they are made anew. */
static bool make_ports(struct report_thread *t, struct err *err)
{
    struct engine *e = t->engine;
    const struct engine_plugs *p = &e->plugs;
    engine_hold(e);
    bool old = t->config_no != e->config_no;
    t->config_no = e->config_no;
    engine_let_go(e);
    if (old)
        free_ports(t);
    if ((t->agenda == NULL && !p->agenda(p->ctx, t->clock, &t->agenda, err)) ||
        (t->reports == NULL && !p->reports(p->ctx, t->clock, &t->reports, err)))
        return false;
    if (t->lane != NULL)
        return true;
    struct report_lane_ports ports = {.agenda = t->agenda,
                                      .clock = t->clock,
                                      .reports = t->reports,
                                      .settings = read_settings,
                                      .lost = is_lost,
                                      .ctx = t};
    return report_lane_new(&ports, &t->lane, err);
}

/* What keeps it from working is told once. */
static void say(struct report_thread *t, const struct err *why)
{
    struct engine *e = t->engine;
    engine_hold(e);
    bool news = engine_complain(e, &t->problem, why);
    engine_let_go(e);
    if (news && why->text[0] != '\0')
        log_line(e->plugs.log, LOG_ERROR, "reports", "%s", why->text);
}

static bool take_call(struct report_thread *t)
{
    engine_hold(t->engine);
    bool called = t->called;
    t->called = false;
    t->has_run = called; /* looking counts as busy, so that nothing ends in between */
    engine_let_go(t->engine);
    return called;
}

static void rest(struct report_thread *t)
{
    engine_hold(t->engine);
    t->has_run = false;
    engine_let_go(t->engine);
    engine_publish(t->engine);
}

static void wake_keeper(void *ctx)
{
    wake_up(&((struct engine *)ctx)->pool_keeper.wake);
}

static int64_t boot_now(const struct report_thread *t)
{
    return t->clock->ops->boot_us(t->clock);
}

/* Another may look for the next, and more may be taken. */
static struct pool_item *next_run(struct report_thread *t)
{
    bool low;
    int32_t left;
    struct engine *e = t->engine;
    struct pool_item *item = run_pool_pop(&e->pool, boot_now(t), &left, &low);
    if (left > 0)
        report_threads_call(e);
    if (low)
        wake_keeper(e);
    return item;
}

static void make(struct report_thread *t, struct pool_item *item, struct err *err)
{
    struct run_result result;
    struct engine *e = t->engine;
    t->item = item;
    FP("report_begins");
    switch (report_lane_make(t->lane, item->work, &result, err)) {
    case REPORT_TELL:
        run_pool_end(&e->pool, item, &result, boot_now(t), wake_keeper, e);
        FP("report_handed_over");
        break;
    case REPORT_NOT_BEGUN:
        run_pool_back(&e->pool, item);
        wake_keeper(e);
        break;
    default:
        run_pool_drop(&e->pool, item);
        break;
    }
    t->item = NULL;
}

/* One run after the other until none waits. False: this lane can't work now. */
static bool make_all(struct report_thread *t, struct err *err)
{
    struct engine *e = t->engine;
    bool ok = true, begun = false;
    while (ok && !wake_cancelled(&t->wake)) {
        ok = make_ports(t, err);
        if (run_pool_trouble(&e->pool, !ok))
            wake_keeper(e);
        struct pool_item *item = ok ? next_run(t) : NULL;
        if (item == NULL)
            break;
        if (!begun)
            engine_publish(e);
        begun = true;
        make(t, item, err);
        ok = err->text[0] == '\0';
    }
    return ok;
}

static void work(struct report_thread *t)
{
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        if (!take_call(t)) {
            (void)clock->ops->wait(clock, clock->ops->boot_us(clock) + SLEEP_US, NULL); /* called */
            continue;
        }
        bool ok = make_all(t, &err);
        say(t, &err);
        rest(t);
        if (!ok)
            (void)clock->ops->wait(clock, clock->ops->boot_us(clock) + REPAIR_US, NULL); /* then */
    }
}

static void *report_thread_main(void *arg)
{
    struct report_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    if (p->clock(p->ctx, &t->wake, &t->clock, &err))
        work(t);
    else
        log_line(p->log, LOG_ERROR, "reports", "%s", err.text);
    free_ports(t);
    if (t->agenda != NULL)
        t->agenda->ops->free(t->agenda);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}
