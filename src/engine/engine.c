/* engine.c - starts and ends the threads, and answers what the engine is doing.
 *
 * The idea: threads share next to nothing. What they do share is a handful of facts under one
 * mutex: who is busy, how often something changed, and what is wrong; all work lies in the
 * record. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A normal mutex that its holder never takes twice: neither call can fail. */
void engine_hold(struct engine *e)
{
    (void)pthread_mutex_lock(&e->lock); /* see above */
}

void engine_let_go(struct engine *e)
{
    (void)pthread_mutex_unlock(&e->lock); /* see above */
}

void engine_changed(struct engine *e)
{
    engine_hold(e);
    e->changes++;
    int32_t lanes = e->lanes;
    bool agenda = e->agenda.running, delivery = e->delivery.running;
    engine_let_go(e);
    for (int32_t i = 0; i < lanes; i++)
        wake_up(&e->lane[i].wake);
    if (agenda)
        wake_up(&e->agenda.wake);
    if (delivery)
        wake_up(&e->delivery.wake);
}

bool engine_complain(const struct engine *e, struct complaint *c, const struct err *why)
{
    bool news = !str_equal(c->text, why->text);
    (void)str_copy(c->text, sizeof c->text, why->text); /* same size */
    c->passing = why->kind == ERR_UNREACHABLE || why->kind == ERR_RETRY;
    c->returns = e->returns;
    return news;
}

/* What the record's absence did to a thread is over when the record is back, though the thread has
 * not tried again yet. */
static const char *complaint(const struct engine *e, const struct complaint *c)
{
    return c->passing && c->returns != e->returns ? "" : c->text;
}

/* The most important of what is wrong; "" nothing. Under the lock. */
static const char *worst(const struct engine *e)
{
    if (e->mirror.problem[0] != '\0')
        return e->mirror.problem;
    if (e->problem[0] != '\0')
        return e->problem;
    for (int32_t i = 0; i < e->lanes; i++)
        if (e->lane[i].problem[0] != '\0')
            return e->lane[i].problem;
    const char *text = complaint(e, &e->agenda.problem);
    if (text[0] == '\0')
        text = complaint(e, &e->pool_keeper.problem);
    for (int32_t i = 0; i < REPORT_LANES_MAX && text[0] == '\0'; i++)
        text = complaint(e, &e->report[i].problem);
    return text[0] != '\0' ? text : complaint(e, &e->delivery.problem);
}

void engine_publish(struct engine *e)
{
    struct engine_standing s = {0};
    engine_hold(e);
    s.where = e->where;
    s.pid = e->pid;
    (void)str_copy(s.config, sizeof s.config, e->config_problem); /* same size */
    for (int32_t i = 0; i < e->lanes; i++)
        s.lanes_busy += e->lane[i].has_job;
    for (int32_t i = 0; i < REPORT_LANES_MAX; i++)
        s.lanes_busy += e->report[i].started && e->report[i].has_run;
    (void)str_copy(s.problem, sizeof s.problem, worst(e)); /* same size */
    s.shared = e->plugs.mirror != NULL;
    s.reached = e->mirror.asked && e->mirror.problem[0] == '\0';
    s.seen_us = e->mirror.seen_us;
    s.hears = s.reached && e->mirror.hears;
    s.untold = e->mirror.untold;
    s.away_us = e->mirror.away_us;
    (void)str_copy(s.trouble, sizeof s.trouble, e->mirror.trouble); /* same size */
    s.trouble_us = e->mirror.trouble_us;
    engine_let_go(e);
    desk_stand(&e->desk, &s);
    wake_up(&e->caller);
}

void engine_config(struct engine *e, const struct err *why)
{
    engine_hold(e);
    e->config_no += why == NULL;
    (void)str_copy(e->config_problem, sizeof e->config_problem,
                   why != NULL ? why->text : ""); /* same size */
    engine_let_go(e);
    if (why != NULL)
        log_line(e->plugs.log, LOG_ERROR, "config", "%s; the old settings hold", why->text);
    else
        log_line(e->plugs.log, LOG_INFO, "config", "read again");
    wake_up(&e->keeper); /* it writes the refusal into the lock's note */
    engine_changed(e);
    engine_publish(e);
}

static void desk_changed(void *ctx)
{
    struct engine *e = ctx;
    if (e->pool_keeper.running)
        pool_thread_call(e); /* a report that was asked for does not wait for a look at the rest */
    engine_hold(e);
    e->agenda.asked = true;
    engine_let_go(e);
    engine_changed(e);
    if (e->mirror.running)
        wake_up(&e->mirror.wake); /* who asked sees what became of it */
}

static bool desk_owe(void *ctx, const struct command *c)
{
    return engine_owe(ctx, c);
}

static bool desk_owes(void *ctx, struct command *ret)
{
    return engine_owes(ctx, ret);
}

static void desk_paid(void *ctx, const struct command *c)
{
    engine_paid(ctx, c);
}

static void desk_reloaded(void *ctx, const struct err *why)
{
    engine_config(ctx, why);
}

static bool start_mirror(struct engine *e, struct err *err)
{
    if (e->plugs.mirror == NULL)
        return true;
    e->mirror.engine = e;
    if (!wake_init(&e->mirror.wake, err))
        return false;
    int failed = pthread_create(&e->mirror.thread, NULL, mirror_thread_main, &e->mirror);
    e->mirror.running = failed == 0;
    return failed == 0 || err_set(err, ERR_STOP, "engine: starting the mirror's thread failed: %s",
                                  strerror(failed));
}

static bool start_threads(struct engine *e, struct err *err)
{
    if (!desk_start(&e->desk, err) || !start_mirror(e, err))
        return false;
    int failed = pthread_create(&e->keeper_thread, NULL, keeper_main, e);
    e->keeper_running = failed == 0;
    return e->keeper_running ||
           err_set(err, ERR_STOP, "engine: starting the keeper's thread failed: %s",
                   strerror(failed));
}

static bool make_locks(struct engine *e)
{
    if (pthread_mutex_init(&e->lock, NULL) != 0)
        return false;
    if (hands_init(&e->hands, NULL)) {
        if (run_pool_init(&e->pool))
            return true;
        hands_done(&e->hands);
    }
    (void)pthread_mutex_destroy(&e->lock); /* nobody holds it */
    return false;
}

bool engine_start(const struct engine_plugs *plugs, enum engine_role role, int64_t lock_wait_us,
                  struct wake *console_wake, struct engine **ret, struct err *err)
{
    struct engine *e = calloc(1, sizeof *e);
    if (e == NULL || !make_locks(e)) {
        free(e);
        return err_set(err, ERR_STOP, "engine: out of memory");
    }
    e->plugs = *plugs;
    e->role = role;
    e->lock_fd = -1;
    e->where = ENGINE_NOWHERE;
    e->desk.plugs = &e->plugs;
    e->desk.console = console_wake;
    e->desk.changed = desk_changed;
    e->desk.reloaded = desk_reloaded;
    if (plugs->mirror != NULL) {
        e->desk.owe = desk_owe;
        e->desk.owes = desk_owes;
        e->desk.paid = desk_paid;
    }
    e->desk.ctx = e;
    e->desk.standing.where = ENGINE_NOWHERE;
    bool ok = wake_init(&e->caller, err) && wake_init(&e->keeper, err);
    if (ok && role == ENGINE_ROLE_SERVE)
        ok = serve_lock_take(plugs->data_dir, lock_wait_us, &e->lock_fd, err);
    if (ok && plugs->mirror != NULL && role != ENGINE_ROLE_DESK)
        engine_owed_load(e); /* first of all: no lane may take what was stopped */
    ok = ok && start_threads(e, err);
    if (!ok) {
        engine_stop(e);
        engine_free(e);
        return false;
    }
    *ret = e;
    return true;
}

struct desk *engine_desk(struct engine *e)
{
    return &e->desk;
}

struct wake *engine_wake(struct engine *e)
{
    return &e->caller;
}

/* A lane that looked since the last change and found nothing, or that can't work at all. */
static bool lane_idle(const struct engine *e, const struct lane_thread *t)
{
    return !t->looking && (t->idle_at == e->changes || t->failures >= IDLE_FAILURES);
}

/* Nothing is due, no run waits for now, none is made. */
static bool agenda_idle(struct engine *e)
{
    const struct agenda_thread *t = &e->agenda;
    return !t->running || (!t->looking && t->idle_at == e->changes && !report_threads_busy(e)) ||
           t->failures >= IDLE_FAILURES;
}

/* Nothing is to be brought now. */
static bool delivery_idle(const struct engine *e)
{
    const struct delivery_thread *t = &e->delivery;
    return !t->running || (!t->looking && t->idle_at == e->changes) || t->failures >= IDLE_FAILURES;
}

/* A copy that could not be pulled may be pulled in a moment: only then is what it says known. */
static bool mirror_settled(const struct engine *e)
{
    return e->mirror.problem[0] == '\0' || e->mirror.failures >= IDLE_FAILURES;
}

bool engine_idle(struct engine *e)
{
    engine_hold(e);
    bool idle =
        e->held || e->failures >= IDLE_FAILURES || (!e->serving && e->role != ENGINE_ROLE_SERVE);
    if (e->serving) {
        idle = true;
        for (int32_t i = 0; i < e->lanes; i++)
            idle = idle && lane_idle(e, &e->lane[i]);
        idle = idle && agenda_idle(e) && delivery_idle(e) && mirror_settled(e);
    }
    engine_let_go(e);
    return idle;
}

bool engine_alive(struct engine *e)
{
    engine_hold(e);
    bool alive = !e->agenda.running || clock_boot_us() < e->agenda.alive_until_us;
    engine_let_go(e);
    return alive;
}

void engine_stop(struct engine *e)
{
    engine_hold(e);
    e->ending = true;
    engine_let_go(e);
    if (e->keeper_running) { /* first: it is the one that starts lanes */
        wake_cancel(&e->keeper);
        (void)pthread_join(e->keeper_thread, NULL); /* it was started and is joined once */
        e->keeper_running = false;
    }
    for (int32_t i = 0; i < LANES_MAX; i++)
        if (e->lane[i].running)
            wake_cancel(&e->lane[i].wake);
    for (int32_t i = 0; i < LANES_MAX; i++) {
        if (e->lane[i].running)
            (void)pthread_join(e->lane[i].thread, NULL); /* as above */
        e->lane[i].running = false;
    }
    if (e->agenda.running) {
        wake_cancel(&e->agenda.wake);
        (void)pthread_join(e->agenda.thread, NULL); /* as above */
        engine_hold(e);
        e->agenda.running = false;
        engine_let_go(e);
    }
    report_threads_stop(e);
    delivery_thread_stop(e);
    desk_stop(&e->desk);
    if (e->mirror.running) { /* last: what the others wrote is still shown */
        wake_cancel(&e->mirror.wake);
        (void)pthread_join(e->mirror.thread, NULL); /* as above */
        e->mirror.running = false;
    }
    journal_close(e->owed_journal);
    e->owed_journal = NULL;
    engine_hold(e);
    e->serving = false;
    e->where = ENGINE_NOWHERE;
    engine_let_go(e);
    if (e->lock_fd >= 0)
        (void)close(e->lock_fd); /* and with it the lock: others may serve from here on */
    e->lock_fd = -1;
}

void engine_free(struct engine *e)
{
    if (e == NULL)
        return;
    for (int32_t i = 0; i < LANES_MAX; i++)
        wake_done(&e->lane[i].wake);
    for (int32_t i = 0; i < REPORT_LANES_MAX; i++)
        wake_done(&e->report[i].wake);
    wake_done(&e->agenda.wake);
    wake_done(&e->mirror.wake);
    wake_done(&e->pool_keeper.wake);
    wake_done(&e->delivery.wake);
    desk_done(&e->desk);
    wake_done(&e->caller);
    wake_done(&e->keeper);
    run_pool_done(&e->pool);
    hands_done(&e->hands);
    (void)pthread_mutex_destroy(&e->lock); /* nobody holds it */
    free(e);
}
