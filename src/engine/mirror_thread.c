/* mirror_thread.c - the thread that keeps the copy of a shared record up to date, and notices first
 * when the record can't be reached.
 *
 * The idea: it asks once a second what changed, and at once when somebody in this process changed
 * something; whoever waits for changes watches the copy's file as they would watch the record's, so
 * nobody else needs to know that there is a copy. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#define EVERY_US (1 * US_PER_S)

static void tell(struct mirror_thread *t, bool ok, const struct err *why)
{
    struct engine *e = t->engine;
    int64_t now_us = t->clock->ops->now_us(t->clock);
    engine_hold(e);
    bool was_down = t->problem[0] != '\0';
    bool news = was_down == ok;
    t->asked = true;
    if (ok)
        t->seen_us = now_us;
    e->returns += ok && was_down;
    (void)str_copy(t->problem, sizeof t->problem, ok ? "" : why->text); /* same size */
    engine_let_go(e);
    if (news && !ok)
        log_line(e->plugs.log, LOG_ERROR, "record",
                 "%s; screens show what was last known, nothing new is begun", why->text);
    else if (news)
        log_line(e->plugs.log, LOG_INFO, "record", "the record answers again");
    if (news || ok)
        engine_publish(e);
    if (news && ok)
        engine_changed(e); /* lanes look again at once */
}

static void work(struct mirror_thread *t)
{
    const struct engine_plugs *p = &t->engine->plugs;
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        int64_t rows = 0;
        int64_t until_us = clock->ops->boot_us(clock) + EVERY_US;
        bool ok = (t->mirror != NULL || p->mirror(p->ctx, &t->mirror, &err)) &&
                  t->mirror->ops->pull(t->mirror, &rows, &err);
        if (!clock->ops->cancelled(clock))
            tell(t, ok, &err);
        (void)clock->ops->wait(clock, until_us, NULL); /* the loop looks for the reason */
    }
}

void *mirror_thread_main(void *arg)
{
    struct mirror_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    if (p->clock(p->ctx, &t->wake, &t->clock, &err))
        work(t);
    else
        log_line(p->log, LOG_ERROR, "record", "%s", err.text);
    if (t->mirror != NULL)
        t->mirror->ops->free(t->mirror);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}
