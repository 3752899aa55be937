/* delivery_thread.c - the thread that brings finished reports to who wants them.
 *
 * The idea: it works rows of the record one after the other, and sleeps until the next is due or
 * the record changes. A receiver that is slow holds up other deliveries, never a report. */
#include "deliver.h"
#include "engine_work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#include <string.h>

#define REPAIR_US (2 * US_PER_S) /* after a failure */
#define SHARED_LEAST_US US_PER_S /* between two looks at a record on a server */

static void free_ports(struct delivery_thread *t)
{
    if (t->mail != NULL)
        t->mail->ops->free(t->mail);
    if (t->courier != NULL)
        t->courier->ops->free(t->courier);
    t->mail = NULL;
    t->courier = NULL;
}

/* With the config in force: after a change they are made anew. */
static bool make_ports(struct delivery_thread *t, struct settings *ret, struct err *err)
{
    struct engine *e = t->engine;
    const struct engine_plugs *p = &e->plugs;
    engine_hold(e);
    bool old = t->config_no != e->config_no;
    t->config_no = e->config_no;
    engine_let_go(e);
    if (old)
        free_ports(t);
    p->settings(p->ctx, ret);
    ret->mail_mx_check = false; /* where reports go an operator said: the relay knows it */
    return (t->agenda != NULL || p->agenda(p->ctx, t->clock, &t->agenda, err)) &&
           (t->mail != NULL || p->mail(p->ctx, ret, &t->mail, err)) &&
           (t->courier != NULL || p->courier(p->ctx, ret, &t->courier, err));
}

static bool bring_all(struct delivery_thread *t, struct err *err)
{
    struct engine *e = t->engine;
    bool any = true;
    while (any && !wake_cancelled(&t->wake)) {
        struct settings settings;
        if (!make_ports(t, &settings, err))
            return false;
        struct deliver_ports ports = {.agenda = t->agenda,
                                      .clock = t->clock,
                                      .courier = t->courier,
                                      .mail = t->mail,
                                      .letter = e->plugs.report_letter,
                                      .ctx = e->plugs.ctx,
                                      .settings = &settings,
                                      .engine = e->id,
                                      .generation = e->generation};
        if (!deliver_next(&ports, &any, err))
            return false;
    }
    return true;
}

/* One look; *ret_until: boot time of the next, unless something changes before. Ports are made when
 * there is something for them. */
static bool look(struct delivery_thread *t, int64_t *ret_until, struct err *err)
{
    struct engine *e = t->engine;
    struct clock_port *clock = t->clock;
    struct settings settings;
    int64_t next_us = INT64_MAX;
    if (t->agenda == NULL && !e->plugs.agenda(e->plugs.ctx, clock, &t->agenda, err))
        return false;
    for (;;) {
        if (!t->agenda->ops->delivery_next(t->agenda, e->id, e->generation, &next_us, err))
            return false;
        if (next_us > clock->ops->now_us(clock) || clock->ops->cancelled(clock))
            break;
        if (!bring_all(t, err))
            return false;
    }
    e->plugs.settings(e->plugs.ctx, &settings);
    int64_t wait_us = next_us == INT64_MAX ? INT64_MAX : next_us - clock->ops->now_us(clock);
    if (wait_us > settings.poll_interval_us)
        wait_us = settings.poll_interval_us;
    *ret_until = clock->ops->boot_us(clock) + wait_us;
    return true;
}

static int64_t begin_look(struct delivery_thread *t)
{
    engine_hold(t->engine);
    t->looking = true;
    int64_t changes = t->engine->changes;
    engine_let_go(t->engine);
    return changes;
}

static void end_look(struct delivery_thread *t, int64_t changes, const struct err *why)
{
    struct engine *e = t->engine;
    bool bad = why->text[0] != '\0';
    engine_hold(e);
    bool news = engine_complain(e, &t->problem, why);
    t->looking = false;
    t->idle_at = bad ? -1 : changes;
    t->failures = bad ? t->failures + 1 : 0;
    engine_let_go(e);
    if (news && bad)
        log_line(e->plugs.log, LOG_ERROR, "deliveries", "%s", why->text);
    engine_publish(e);
}

/* Every letter of every engine changes a shared record: changes gather for a second. */
static void rest(struct delivery_thread *t, int64_t since_us, int64_t until_us)
{
    struct clock_port *clock = t->clock;
    bool shared = t->engine->plugs.mirror != NULL, woken = false;
    int64_t firm_us = since_us + SHARED_LEAST_US < until_us ? since_us + SHARED_LEAST_US : until_us;
    while (shared && !clock->ops->cancelled(clock) && clock->ops->boot_us(clock) < firm_us) {
        (void)clock->ops->wait(clock, firm_us, NULL); /* woken or not is seen by the clock */
        woken = woken || clock->ops->boot_us(clock) < firm_us;
    }
    if (!woken)
        (void)clock->ops->wait(clock, until_us, NULL); /* the loop looks for the reason */
}

static void work(struct delivery_thread *t)
{
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        int64_t since_us = clock->ops->boot_us(clock), until_us = since_us + REPAIR_US;
        int64_t changes = begin_look(t);
        (void)look(t, &until_us, &err); /* a failure is told below */
        end_look(t, changes, &err);
        rest(t, since_us, until_us);
    }
}

static void *delivery_thread_main(void *arg)
{
    struct delivery_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    if (p->clock(p->ctx, &t->wake, &t->clock, &err))
        work(t);
    else
        log_line(p->log, LOG_ERROR, "deliveries", "%s", err.text);
    free_ports(t);
    if (t->agenda != NULL)
        t->agenda->ops->free(t->agenda);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}

bool delivery_thread_start(struct engine *e, struct err *err)
{
    struct delivery_thread *t = &e->delivery;
    if (t->running || e->plugs.courier == NULL)
        return true;
    t->engine = e;
    t->idle_at = -1;
    if (!wake_init(&t->wake, err))
        return false;
    int failed = pthread_create(&t->thread, NULL, delivery_thread_main, t);
    engine_hold(e);
    t->running = failed == 0;
    engine_let_go(e);
    if (failed != 0)
        wake_done(&t->wake);
    return failed == 0 ||
           err_set(err, ERR_STOP, "engine: starting the deliveries' thread failed: %s",
                   strerror(failed));
}

void delivery_thread_stop(struct engine *e)
{
    struct delivery_thread *t = &e->delivery;
    if (!t->running)
        return;
    wake_cancel(&t->wake);
    (void)pthread_join(t->thread, NULL); /* it was started and is joined once */
    engine_hold(e);
    t->running = false;
    engine_let_go(e);
}
