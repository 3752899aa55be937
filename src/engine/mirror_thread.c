/* mirror_thread.c - the thread that keeps the copy of a shared record up to date, and notices first
 * when the record can't be reached.
 *
 * The idea: it asks once a second what changed, and at once when somebody in this process changed
 * something or it hears that somebody else did; whoever waits for changes watches the copy's file
 * as they would watch the record's, so nobody else needs to know that there is a copy. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

enum { QUIET = 10 }; /* pulls in a row that brought nothing */

#define EVERY_US (1 * US_PER_S)
#define QUIET_EVERY_US (1500 * US_PER_MS) /* when nothing has happened for a while */
#define PUT_OFF_US (3 * US_PER_S)         /* so long at most, while many reports are to begin */
#define PUT_OFF_STEP_US (100 * US_PER_MS)

/* How much of what this machine did the record may not know of. A read-only console leaves the
 * journal alone. */
static int64_t count_untold(struct mirror_thread *t)
{
    struct journal_untold untold = {0};
    const struct engine_plugs *p = &t->engine->plugs;
    if (t->engine->role == ENGINE_ROLE_DESK)
        return 0;
    if ((t->journal == NULL && !p->journal(p->ctx, &t->journal, NULL)) ||
        !journal_untold(t->journal, &untold, NULL))
        return 0; /* a journal that can't be read is the keeper's to tell */
    return untold.letters + untold.stops;
}

/* Keeps how it went; *ret_news: it is another answer than the last. True when others want to know.
 */
static bool note(struct mirror_thread *t, bool ok, const struct err *why, bool *ret_news)
{
    struct engine *e = t->engine;
    int64_t now_us = t->clock->ops->now_us(t->clock);
    int64_t untold = count_untold(t);
    engine_hold(e);
    bool was_down = t->problem[0] != '\0';
    bool counted = t->untold != untold;
    t->asked = true;
    t->untold = untold;
    t->failures = ok ? 0 : t->failures + 1;
    if (ok)
        t->seen_us = now_us;
    if (ok && was_down) {
        e->returns++;
        e->owed_look = e->role != ENGINE_ROLE_DESK;
    }
    t->away_us = ok ? 0 : was_down ? t->away_us : now_us;
    if (!ok) {
        (void)str_copy(t->trouble, sizeof t->trouble, why->text); /* same size */
        t->trouble_us = now_us;
    }
    (void)str_copy(t->problem, sizeof t->problem, ok ? "" : why->text); /* same size */
    engine_let_go(e);
    *ret_news = was_down == ok;
    return ok || *ret_news || counted || t->failures == IDLE_FAILURES;
}

static void tell(struct mirror_thread *t, bool ok, const struct err *why)
{
    bool news;
    struct engine *e = t->engine;
    if (note(t, ok, why, &news))
        engine_publish(e);
    if (!news)
        return;
    if (!ok) {
        log_line(e->plugs.log, LOG_ERROR, "record",
                 "%s; screens show what was last known, nothing new is begun", why->text);
        return;
    }
    log_line(e->plugs.log, LOG_INFO, "record", "the record answers again");
    engine_changed(e); /* lanes look again at once */
    wake_up(&e->desk.wake);
}

/* Is what others change heard at once? Told when that changed. */
static void tell_hearing(struct mirror_thread *t)
{
    const struct mirror_port *m = t->mirror;
    bool hears = m != NULL && m->ops->hears != NULL && m->ops->hears(t->mirror);
    if (t->hears == hears)
        return;
    engine_hold(t->engine);
    t->hears = hears;
    engine_let_go(t->engine);
    engine_publish(t->engine);
    log_line(t->engine->plugs.log, LOG_INFO, "record",
             hears ? "what others change is heard at once"
                   : "what others change is not heard any more; it is looked for each second");
}

/* Until then, or until somebody of this process wants a pull, or somebody else changed something;
 * which of them is seen by the clock. */
static void wait_until(struct mirror_thread *t, int64_t until_us)
{
    if (t->mirror != NULL && t->mirror->ops->wait != NULL)
        t->mirror->ops->wait(t->mirror, &t->wake, until_us);
    else
        (void)t->clock->ops->wait(t->clock, until_us, NULL);
}

/* Until the next pull is due, or wanted. A copy of rows that change all
 * the time is put off while many runs are to begin: they need the server and the processors. */
static void rest(struct mirror_thread *t, int64_t until_us)
{
    struct clock_port *clock = t->clock;
    int64_t last_us = until_us + PUT_OFF_US;
    wait_until(t, until_us);
    while (!clock->ops->cancelled(clock) && clock->ops->boot_us(clock) >= until_us &&
           until_us < last_us && run_pool_standing(&t->engine->pool).waiting > 0) {
        until_us += PUT_OFF_STEP_US;
        wait_until(t, until_us);
    }
}

static void work(struct mirror_thread *t)
{
    int32_t quiet = 0;
    const struct engine_plugs *p = &t->engine->plugs;
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        int64_t rows = 0;
        int64_t since_us = clock->ops->boot_us(clock);
        bool ok = (t->mirror != NULL || p->mirror(p->ctx, &t->mirror, &err)) &&
                  t->mirror->ops->pull(t->mirror, &rows, &err);
        if (!clock->ops->cancelled(clock))
            tell(t, ok, &err);
        quiet = ok && rows == 0 ? quiet + (quiet < QUIET) : 0;
        tell_hearing(t);
        rest(t, since_us + (quiet < QUIET ? EVERY_US : QUIET_EVERY_US));
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
    journal_close(t->journal);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}
