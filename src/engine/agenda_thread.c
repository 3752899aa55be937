/* agenda_thread.c - the thread that deals with due schedules to the minute.
 *
 * The idea: it sleeps until the next instant at which something is due, or until the record
 * changes; nothing is polled but as a safety net. It never makes a report itself, so however long
 * reports take, no schedule is late for them. */
#include "engine_work.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"
#include "engine/agenda_lane.h"

#include <inttypes.h>
#include <string.h>

#define SHARED_LEAST_US US_PER_S       /* the same when the record is on a server */
#define LOOK_LEAST_US (20 * US_PER_MS) /* between two looks while the record changes */
#define READY_STEP_US (5 * US_PER_MS)  /* while lanes begin what was ready */
#define STUCK_US (60 * US_PER_S)       /* so much later than it meant to, it hangs */
#define REPAIR_US (2 * US_PER_S)       /* after a failure */
#define KEEP_FIRST_US (60 * US_PER_S)  /* from the start: others begin too */
#define KEEP_EVERY_US (3600 * US_PER_S)
#define KEEP_WITHIN_US (200 * US_PER_MS) /* of one look, so that no schedule waits for it */

static bool make_ports(struct agenda_thread *t, struct err *err)
{
    const struct engine_plugs *p = &t->engine->plugs;
    return (t->agenda != NULL || p->agenda(p->ctx, t->clock, &t->agenda, err)) &&
           (t->zones != NULL || p->zones(p->ctx, &t->zones, err));
}

static void begin_look(struct agenda_thread *t, int64_t *ret_changes)
{
    engine_hold(t->engine);
    t->looking = true;
    t->asked = false;
    *ret_changes = t->engine->changes;
    engine_let_go(t->engine);
}

static void end_look(struct agenda_thread *t, int64_t changes, bool idle, const struct err *why)
{
    struct engine *e = t->engine;
    engine_hold(e);
    bool news = engine_complain(e, &t->problem, why);
    t->looking = false;
    t->idle_at = idle ? changes : -1;
    t->failures = why->text[0] != '\0' ? t->failures + 1 : 0;
    engine_let_go(e);
    if (news && why->text[0] != '\0')
        log_line(e->plugs.log, LOG_ERROR, "schedules", "%s", why->text);
    engine_publish(e);
}

/* When the zones are others than those that next instants were worked out with, these are worked
 * out anew. Which these were stands in a file beside the record; without it, at the first start,
 * nothing is known to have changed, and it is only written. */
static bool check_zones(struct agenda_thread *t, const struct agenda_lane *lane, struct err *err)
{
    static const char name[] = "zones.version";
    const struct engine_plugs *p = &t->engine->plugs;
    char path[FILE_PATH_MAX], now[ZONES_VERSION_MAX + 1];
    struct buf before = buf_init(ZONES_VERSION_MAX + 1);
    struct err ignored = {0};
    int64_t changed = 0;
    t->zones->ops->version(t->zones, now);
    if (!file_join(path, p->data_dir, name, err))
        return false;
    bool known = file_read(path, &before, &ignored);
    bool same = known && str_equal(buf_text(&before), now);
    buf_done(&before);
    if (same)
        return true;
    if (known && !agenda_retime(lane, &changed, err))
        return false;
    log_line(p->log, changed > 0 ? LOG_WARN : LOG_INFO, "schedules",
             "time zones are version %s: %" PRId64 " schedules have another next instant", now,
             changed);
    return file_replace(path, now, strlen(now), 0640, err);
}

static void tell_kept(struct agenda_thread *t, const struct agenda_kept *kept)
{
    if (kept->events + kept->runs > 0)
        log_line(t->engine->plugs.log, LOG_INFO, "record",
                 "%" PRId64 " events and %" PRId64 " runs with their reports are no longer kept",
                 kept->events, kept->runs);
}

/* Once an hour, and at each look while there is more: history that is not to be kept goes. A
 * failure harms nobody: the next hour tries again. */
static void keep(struct agenda_thread *t)
{
    const struct engine_plugs *p = &t->engine->plugs;
    const int64_t began_us = t->clock->ops->boot_us(t->clock);
    struct settings s;
    struct err err = {0};
    struct agenda_kept kept = {.more = true};
    if (t->keep_at_us == 0)
        t->keep_at_us = began_us + KEEP_FIRST_US;
    if (began_us < t->keep_at_us || ready_open(&t->ready) || t->ready.more)
        return;
    p->settings(p->ctx, &s);
    const struct agenda_keep keep = {s.keep_events * KEEP_DAY_US, s.keep_runs * KEEP_DAY_US};
    bool ok = true;
    while (ok && kept.more && t->clock->ops->boot_us(t->clock) - began_us < KEEP_WITHIN_US) {
        ok = t->agenda->ops->upkeep(t->agenda, &keep, &kept, &err);
        if (ok)
            tell_kept(t, &kept);
    }
    if (!ok)
        log_line(p->log, LOG_WARN, "record", "%s", err.text);
    t->keep_at_us = began_us + (ok && kept.more ? 0 : KEEP_EVERY_US);
}

static void call_pool(void *ctx)
{
    pool_thread_call(ctx);
}

static struct ready_work work_of(struct agenda_thread *t, const struct agenda_lane *lane)
{
    return (struct ready_work){.engine = t->engine, .clock = t->clock, .lane = lane};
}

/* How long until the next look, when something is due in so long; 0: at once. */
static int64_t pause_us(struct agenda_thread *t, int64_t wait_us, bool idle)
{
    struct settings settings;
    bool ahead = t->agenda->ops->ready != NULL;
    t->engine->plugs.settings(t->engine->plugs.ctx, &settings);
    if (t->ready.more)
        return 0;
    if (ready_open(&t->ready))
        return READY_STEP_US;
    if (ahead && wait_us > READY_AHEAD_US)
        wait_us -= READY_AHEAD_US;
    if (wait_us > settings.poll_interval_us)
        wait_us = settings.poll_interval_us;
    /* A waiting run that no lane takes (all are busy) is due all the time: look now and then. */
    if (wait_us < LOOK_LEAST_US)
        wait_us = idle ? LOOK_LEAST_US : US_PER_S;
    return wait_us;
}

/* One look; *ret_until: boot time of the next one, unless something changes before. */
static bool look(struct agenda_thread *t, int64_t *ret_until, bool *ret_idle, struct err *err)
{
    struct clock_port *clock = t->clock;
    struct agenda_lane lane = {
        .agenda = t->agenda, .zones = t->zones, .queued = call_pool, .ctx = t->engine};
    const struct ready_work w = work_of(t, &lane);
    int64_t dealt = 0, next_us = INT64_MAX;
    bool wait;
    if (!ready_begin(&t->ready, &w, err) || !ready_settle(&t->ready, &w, &wait, err))
        return false;
    *ret_until = clock->ops->boot_us(clock) + READY_STEP_US;
    if (wait)
        return true;
    if ((!t->looked && !check_zones(t, &lane, err)) || !agenda_pass(&lane, &dealt, err) ||
        !t->agenda->ops->next_due(t->agenda, &next_us, err) ||
        !ready_make(&t->ready, &w, next_us, err))
        return false;
    int64_t wait_us = next_us == INT64_MAX ? INT64_MAX : next_us - clock->ops->now_us(clock);
    *ret_idle = wait_us > 0 && !ready_open(&t->ready);
    /* What an earlier start of this engine was making is taken again at once: at the first look. */
    if ((!*ret_idle && !ready_open(&t->ready)) || (!t->looked && next_us != INT64_MAX))
        pool_thread_call(t->engine);
    t->looked = true;
    *ret_until = clock->ops->boot_us(clock) + pause_us(t, wait_us, *ret_idle);
    return true;
}

/* It looks again by then, or it hangs. */
static void promise(struct agenda_thread *t, int64_t until_us)
{
    engine_hold(t->engine);
    t->alive_until_us = until_us + STUCK_US;
    engine_let_go(t->engine);
}

static bool is_asked(struct agenda_thread *t)
{
    engine_hold(t->engine);
    bool asked = t->asked;
    engine_let_go(t->engine);
    return asked;
}

/* A shared record is asked over a network, and every letter of every engine changes it: when
 * nothing was due, changes gather for a second before it is asked again; but who asked for
 * something here is not kept waiting. */
static void rest(struct agenda_thread *t, int64_t since_us, int64_t until_us, bool idle)
{
    struct clock_port *clock = t->clock;
    bool shared = t->engine->plugs.mirror != NULL, woken = false;
    int64_t firm_us = since_us + SHARED_LEAST_US < until_us ? since_us + SHARED_LEAST_US : until_us;
    while (idle && shared && !clock->ops->cancelled(clock) && !is_asked(t) &&
           clock->ops->boot_us(clock) < firm_us) {
        (void)clock->ops->wait(clock, firm_us, NULL); /* woken or not is seen by the clock */
        woken = woken || clock->ops->boot_us(clock) < firm_us;
    }
    if (!woken)
        (void)clock->ops->wait(clock, until_us, NULL); /* the loop looks for the reason */
}

static void work(struct agenda_thread *t)
{
    struct clock_port *clock = t->clock;
    while (!clock->ops->cancelled(clock)) {
        struct err err = {0};
        bool idle = false;
        int64_t changes, since_us = clock->ops->boot_us(clock), until_us = since_us + REPAIR_US;
        begin_look(t, &changes);
        if (make_ports(t, &err) && look(t, &until_us, &idle, &err)) /* a failure is told below */
            keep(t);
        end_look(t, changes, idle, &err);
        promise(t, until_us);
        rest(t, since_us, until_us, idle);
    }
}

/* The engine ends: others need not wait for what it made ready. */
static void give_up(struct agenda_thread *t)
{
    struct err err = {0};
    const struct agenda_lane lane = {.agenda = t->agenda};
    const struct ready_work w = work_of(t, &lane);
    if (t->ready.count > 0 && !ready_end(&t->ready, &w, &err))
        log_line(t->engine->plugs.log, LOG_WARN, "schedules", "%s", err.text);
}

void *agenda_thread_main(void *arg)
{
    struct agenda_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    if (p->clock(p->ctx, &t->wake, &t->clock, &err))
        work(t);
    else
        log_line(p->log, LOG_ERROR, "schedules", "%s", err.text);
    give_up(t);
    if (t->agenda != NULL)
        t->agenda->ops->free(t->agenda);
    if (t->zones != NULL)
        t->zones->ops->free(t->zones);
    p->clock_free(p->ctx, t->clock);
    return NULL;
}
