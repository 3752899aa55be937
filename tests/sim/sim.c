/* sim.c - one run: the scheduler's loop, virtual time, accidents.
 *
 * The one idea: everything that waits is an event in one heap, ordered by virtual time and,
 * within an
 * instant, by the order of asking; and everything that is left to chance asks one generator. */
#include "sim/sim_inside.h"

#include "adapter/authority_model.h"
#include "base/fp.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const bug_names[SIM_BUGS] = {
    [SIM_BUG_NONE] = "none",
    [SIM_BUG_RESEND] = "resend",
    [SIM_BUG_COUNT_LATE] = "count-late",
    [SIM_BUG_LOG_OUTSIDE] = "log-outside",
    [SIM_BUG_DICE] = "dice",
    [SIM_BUG_LIMIT_EARLY] = "limit-early",
    [SIM_BUG_LOST_IS_NOT] = "lost-is-not",
    [SIM_BUG_TWO_HANDS] = "two-hands",
    [SIM_BUG_WINDOW_EARLY] = "window-early",
};

const char *sim_bug_name(enum sim_bug bug)
{
    return (unsigned)bug < SIM_BUGS ? bug_names[bug] : "unknown";
}

bool sim_bug_parse(const char *name, enum sim_bug *ret)
{
    for (int i = 0; i < SIM_BUGS; i++) {
        if (str_equal(bug_names[i], name)) {
            *ret = (enum sim_bug)i;
            return true;
        }
    }
    return false;
}

/* --- chance ------------------------------------------------------------------------------------*/

uint64_t sim_dice(struct sim *s)
{
    return rng_next(&s->dice);
}

int64_t sim_between(struct sim *s, int64_t from, int64_t to)
{
    return to <= from ? from : from + (int64_t)rng_below(sim_dice(s), (uint64_t)(to - from) + 1);
}

bool sim_percent(struct sim *s, int32_t percent)
{
    return rng_below(sim_dice(s), 100) < (uint64_t)percent;
}

bool sim_accident(struct sim *s, int32_t of_a_million)
{
    if (s->calm || rng_below(sim_dice(s), 1000000) >= (uint64_t)of_a_million)
        return false;
    if (s->options.max_faults > 0 && --s->options.max_faults == 0)
        s->calm = true;
    return true;
}

void sim_trace(struct sim *s, uint64_t a, uint64_t b)
{
    uint64_t mixed = rng_draw(s->result->trace, (uint64_t)s->now ^ a << 48, b);
    s->result->trace = mixed;
}

/* --- telling -----------------------------------------------------------------------------------*/

static double day_of(const struct sim *s)
{
    return (double)(s->now - SIM_START) / (double)SIM_DAY;
}

void sim_violation(struct sim *s, const char *format, ...)
{
    if (s->violated)
        return; /* the first one says why */
    s->violated = true;
    s->result->ok = false;
    s->result->violated_day = day_of(s);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(s->result->why, sizeof s->result->why, format, args);
    va_end(args);
}

void sim_tell(struct sim *s, const char *format, ...)
{
    if (!s->options.tell)
        return;
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    printf("%.6f %s\n", day_of(s), text);
}

/* --- the heap ----------------------------------------------------------------------------------*/

static bool sooner(const struct sim_event *a, const struct sim_event *b)
{
    return a->at < b->at || (a->at == b->at && a->order < b->order);
}

static void put_event(struct sim *s, struct sim_event event)
{
    if (s->heap_count == s->heap_room) {
        int32_t room = s->heap_room > 0 ? 2 * s->heap_room : 256;
        struct sim_event *heap = realloc(s->heap, (size_t)room * sizeof *heap);
        if (heap == NULL)
            abort(); /* a simulation without memory proves nothing */
        s->heap = heap;
        s->heap_room = room;
    }
    int32_t at = s->heap_count++;
    for (; at > 0 && sooner(&event, &s->heap[(at - 1) / 2]); at = (at - 1) / 2)
        s->heap[at] = s->heap[(at - 1) / 2];
    s->heap[at] = event;
}

static struct sim_event take_event(struct sim *s)
{
    struct sim_event first = s->heap[0];
    struct sim_event last = s->heap[--s->heap_count];
    int32_t at = 0;
    for (;;) {
        int32_t child = 2 * at + 1;
        if (child >= s->heap_count)
            break;
        if (child + 1 < s->heap_count && sooner(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!sooner(&s->heap[child], &last))
            break;
        s->heap[at] = s->heap[child];
        at = child;
    }
    s->heap[at] = last;
    return first;
}

void sim_order(struct sim *s, int64_t at, enum sim_event_kind kind, int32_t engine, int32_t task)
{
    put_event(s, (struct sim_event){.at = at,
                                    .order = s->orders++,
                                    .kind = kind,
                                    .engine = engine,
                                    .task = task,
                                    .life = s->engines[engine].life});
}

void sim_sleep(struct sim_task *t, int64_t us)
{
    struct sim *s = t->sim;
    sim_order(s, s->now + us, SIM_RESUME, t->engine->number, t->number);
    s->current = NULL;
    coro_yield(t->coro);
    s->current = t;
}

/* --- accidents ---------------------------------------------------------------------------------*/

/* The next one of a kind, about so long from now on the average. */
static void order_next(struct sim *s, enum sim_event_kind kind, int32_t engine, int64_t mean_us)
{
    if (mean_us > 0 && !s->calm)
        sim_order(s, s->now + sim_between(s, 1, 2 * mean_us), kind, engine, 0);
}

static void kill_engine(struct sim *s, struct sim_engine *e)
{
    if (!e->up)
        return;
    sim_tell(s, "engine %d is killed", e->number);
    s->result->kills++;
    bool power = sim_percent(s, s->rates.power);
    s->result->power_cuts += power;
    sim_engine_kill(e);
    disk_bury(s->disk, e->number, power);
    int64_t away = sim_percent(s, 50) ? 20 * SIM_SECOND : 10 * SIM_MINUTE;
    sim_order(s, s->now + sim_between(s, SIM_SECOND, away), SIM_START_UP, e->number, 0);
    sim_check_now(s);
}

static void freeze(struct sim *s, struct sim_engine *e)
{
    if (!e->up || e->frozen_until > s->now)
        return;
    e->frozen_until = s->now + sim_between(s, SIM_SECOND, 2 * SIM_MINUTE);
    s->result->freezes++;
    sim_tell(s, "engine %d stands still for %lld s", e->number,
             (long long)((e->frozen_until - s->now) / SIM_SECOND));
}

static void operator_comes(struct sim *s)
{
    bool rests = sim_operate(s);
    int64_t mean_us = s->calm ? SIM_MINUTE : rests ? 15 * SIM_MINUTE : s->rates.operator_us;
    sim_order(s, s->now + sim_between(s, 1, 2 * mean_us), SIM_OPERATOR, 0, 0);
}

/* What an event does besides those of the tasks. */
static void accident(struct sim *s, const struct sim_event *event)
{
    struct sim_engine *e = &s->engines[event->engine];
    bool dying = event->kind == SIM_DIE && event->life == e->life;
    if (s->calm && event->kind != SIM_OPERATOR && !dying)
        return;
    switch (event->kind) {
    case SIM_KILL:
        kill_engine(s, e);
        order_next(s, SIM_KILL, e->number, s->rates.kill_us);
        break;
    case SIM_DIE:
        if (dying)
            kill_engine(s, e);
        break;
    case SIM_FREEZE:
        freeze(s, e);
        order_next(s, SIM_FREEZE, e->number, s->rates.freeze_us);
        break;
    case SIM_SHUT_DOWN:
        if (e->up && !e->shutting) {
            sim_tell(s, "engine %d is asked to end", e->number);
            e->shutting = true;
            s->result->restarts++;
        }
        order_next(s, SIM_SHUT_DOWN, e->number, s->rates.shut_down_us);
        break;
    case SIM_OPERATOR:
        operator_comes(s);
        break;
    default:
        break;
    }
}

/* A failpoint was reached by the coroutine at hand: its engine may die right there, or this one
 * lane stands still, longer than its lease lasts perhaps. */
static void at_failpoint(void *ctx, const char *name)
{
    struct sim *s = ctx;
    struct sim_task *t = s->current;
    if (t == NULL || s->atomic)
        return;
    if (sim_accident(s, s->rates.stall)) {
        sim_tell(s, "engine %d lane %d stands still at %s", t->engine->number, t->number, name);
        sim_sleep(t, sim_between(s, SIM_SECOND, 2 * SIM_MINUTE));
    }
    if (!sim_accident(s, s->rates.failpoint))
        return;
    sim_tell(s, "engine %d dies at %s", t->engine->number, name);
    sim_trace(s, 1, str_hash(name, strlen(name), 0));
    sim_order(s, s->now, SIM_DIE, t->engine->number, 0);
    s->current = NULL;
    coro_yield(t->coro); /* for ever */
}

/* --- the loop ----------------------------------------------------------------------------------*/

static void resume(struct sim *s, struct sim_event event)
{
    struct sim_engine *e = &s->engines[event.engine];
    if (!e->up || event.life != e->life)
        return; /* it died while it waited */
    if (e->frozen_until > s->now) {
        event.at = e->frozen_until;
        event.order = s->orders++;
        put_event(s, event);
        return;
    }
    sim_engine_resume(e, event.task);
    if (e->up && sim_engine_gone(e)) {
        sim_tell(s, "engine %d ended", e->number);
        sim_engine_kill(e); /* nothing is left to kill but the empty shell */
        disk_bury(s->disk, e->number, false);
        sim_order(s, s->now + sim_between(s, SIM_SECOND, SIM_MINUTE), SIM_START_UP, e->number, 0);
    }
}

/* What is left may go now. Each engine starts once more, for one that lost a job to the other
 * settles what it had in hand when it comes back. */
static void become_calm(struct sim *s)
{
    sim_tell(s, "accidents end");
    s->calm = true;
    s->settings.mail_daily_cap = s->settings.mail_per_minute = 0;
    s->settings.mail_per_hour = s->settings.mail_per_domain_per_hour = 0;
    s->settings.mail_ramp_start = 0;
    sim_hurry(s);
    sim_order(s, s->now, SIM_OPERATOR, 0, 0);
    for (int i = 0; i < SIM_ENGINES; i++) {
        disk_fail_every(s->disk, i, 0);
        s->engines[i].shutting = s->engines[i].up;
    }
}

static void step(struct sim *s)
{
    struct sim_event event = take_event(s);
    s->now = event.at;
    s->result->events++;
    switch (event.kind) {
    case SIM_RESUME:
        resume(s, event);
        break;
    case SIM_START_UP:
        if (!s->engines[event.engine].up)
            sim_engine_start(&s->engines[event.engine]);
        break;
    case SIM_CHECK:
        sim_check_now(s);
        sim_check_log(s);
        sim_order(s, s->now + 2 * SIM_HOUR, SIM_CHECK, 0, 0);
        break;
    case SIM_CALM:
        become_calm(s);
        break;
    default:
        accident(s, &event);
    }
}

/* Every seed is unlucky in its own way. */
static void draw_rates(struct sim *s)
{
    static const int32_t rarely[] = {0, 200, 1000, 5000};
    static const int32_t stalls[] = {0, 20, 1000};
    struct sim_rates *r = &s->rates;
    for (int i = SIM_REFUSED; i < SIM_OUTCOMES; i++)
        r->outcome[i] = rarely[sim_between(s, 0, 3)];
    r->failpoint = (int32_t)sim_between(s, 0, 2) * 30;
    r->busy = (int32_t)sim_between(s, 0, 2) * 3000;
    r->stall = stalls[sim_between(s, 0, 2)];
    r->search = rarely[sim_between(s, 0, 3)];
    r->mail = rarely[sim_between(s, 0, 3)];
    r->disk = (int32_t)sim_between(s, 0, 1);
    r->kill_us = sim_between(s, 10 * SIM_MINUTE, 8 * SIM_HOUR);
    r->freeze_us = sim_between(s, SIM_HOUR, SIM_DAY);
    r->shut_down_us = sim_between(s, 4 * SIM_HOUR, 2 * SIM_DAY);
    r->operator_us = sim_between(s, SIM_HOUR, 8 * SIM_HOUR);
    r->power = (int32_t)sim_between(s, 0, 1) * 50;
    if (s->options.calm)
        *r = (struct sim_rates){.operator_us = r->operator_us};
}

static void make_world(struct sim *s)
{
    s->world = fake_world(sim_dice(s));
    s->world.people = 8 * (int32_t)(s->options.days * s->options.per_day) + 2000;
    s->world.domains = s->world.people / 3;
    s->world.sites = 20000;
    s->world.results_min = 20;
    s->world.results_max = 200;
    s->world.page_leads = 8;
    s->world.dry = 10;
    s->world.failing = 5;
    s->world.broken = 2;
    s->world.skipped = 3;
    s->world.rejected = 6;
    s->world.held = (int32_t)sim_between(s, 0, 2);
}

static void make_settings(struct sim *s)
{
    struct settings *t = &s->settings;
    settings_defaults(t);
    t->mail_confirm_first = 0; /* nobody is there to confirm */
    static const enum mail_mode modes[] = {MODE_MAILDIR, MODE_SMTP, MODE_SMTP, MODE_DRYRUN};
    t->mail_mode = modes[sim_between(s, 0, 3)];
    t->mail_batch = (int32_t)sim_between(s, 5, MAIL_BATCH_MAX);
    t->mail_daily_cap = s->options.per_day;
    t->mail_per_minute = sim_percent(s, 30) ? s->options.per_day / 1000 : 0;
    t->mail_per_hour = sim_percent(s, 40) ? s->options.per_day / 8 : 0;
    t->mail_per_domain_per_hour = sim_percent(s, 40) ? (int32_t)sim_between(s, 1, 3) : 0;
    t->mail_ramp_start = sim_percent(s, 30) ? s->options.per_day / 4 : 0;
    t->mail_ramp_growth = 50;
    t->search_failures = 5;
    t->retry_min_us = SIM_SECOND;
    t->retry_max_us = SIM_MINUTE;
    t->loop_rest_us = SIM_HOUR;
    for (int i = 0; i < SETTING_RETRIES; i++)
        t->mail_retry_us[i] = 30 * SIM_MINUTE;
    /* What is put off and tried again depends on time, and time on accidents; who refuses a letter
     * may also have it in doubt, which holds a place: the sequence can be compared only where
     * neither happens. */
    s->shared = sim_percent(s, 40);
    s->world.deferred = s->shared ? (int32_t)sim_between(s, 0, 20) : 0;
    if (!s->shared && t->mail_mode == MODE_SMTP)
        s->world.rejected = 0;
}

static int64_t record_now(struct clock_port *port)
{
    return ((struct sim_clock *)port)->task->sim->now;
}

static const struct clock_ops record_clock_ops = {.now_us = record_now, .boot_us = record_now};

/* Bugs of the authority; the others are in sim_world.c. */
static void plant(struct sim *s)
{
#ifdef PLANTED_BUGS
    static const enum model_bug bugs[SIM_BUGS] = {
        [SIM_BUG_COUNT_LATE] = MODEL_BUG_COUNT_LATE,
        [SIM_BUG_LOG_OUTSIDE] = MODEL_BUG_LOG_OUTSIDE,
        [SIM_BUG_DICE] = MODEL_BUG_DICE_DRAWN,
        [SIM_BUG_LIMIT_EARLY] = MODEL_BUG_LIMIT_EARLY,
        [SIM_BUG_WINDOW_EARLY] = MODEL_BUG_WINDOW_EARLY,
    };
    if (s->options.authority == SIM_MODEL)
        model_record_plant(s->record, bugs[s->options.bug]);
#else
    (void)s;
#endif
}

static bool set_up(struct sim *s)
{
    s->maker = s->options.authority == SIM_MODEL ? &ct_model : &ct_sqlite;
    s->disk = disk_new();
    s->record = s->maker->record_new();
    if (s->disk == NULL || s->record == NULL)
        return false;
    plant(s);
    s->record_clock.port.ops = &record_clock_ops;
    s->record_clock.task = &s->engines[0].tasks[0];
    s->engines[0].tasks[0].sim = s;
    s->operator_handle = s->maker->open(s->record, &s->record_clock.port);
    fake_sink_init(&s->sink);
    return s->operator_handle != NULL && sim_engines_init(s) && sim_jobs_init(s);
}

static void order_all(struct sim *s)
{
    s->end_of_accidents = s->now + (int64_t)(s->options.days * (double)SIM_DAY);
    s->end = s->end_of_accidents + 4 * SIM_HOUR;
    sim_order(s, s->end_of_accidents, SIM_CALM, 0, 0);
    sim_order(s, s->now + 2 * SIM_HOUR, SIM_CHECK, 0, 0);
    sim_order(s, s->now + sim_between(s, 1, s->rates.operator_us), SIM_OPERATOR, 0, 0);
    for (int e = 0; e < SIM_ENGINES; e++) {
        sim_order(s, s->now + sim_between(s, 0, 2 * SIM_SECOND), SIM_START_UP, e, 0);
        order_next(s, SIM_KILL, e, s->rates.kill_us);
        order_next(s, SIM_FREEZE, e, s->rates.freeze_us);
        order_next(s, SIM_SHUT_DOWN, e, s->rates.shut_down_us);
    }
}

bool sim_run(const struct sim_options *options, struct sim_result *ret)
{
    struct sim *s = calloc(1, sizeof *s);
    if (s == NULL)
        return false;
    *ret = (struct sim_result){.ok = true, .trace = options->seed};
    s->options = *options;
    s->result = ret;
    s->dice.state = options->seed * 0x9e3779b97f4a7c15u;
    s->now = SIM_START;
    s->calm = options->calm;
    draw_rates(s);
    make_world(s);
    make_settings(s);
    bool ok = set_up(s);
    if (ok) {
        fp_set_hook(at_failpoint, s);
        order_all(s);
        while (!s->violated && s->now < s->end)
            step(s);
        if (!s->violated)
            sim_check_end(s);
        fp_set_hook(NULL, NULL);
        ret->us = s->now - SIM_START;
        ret->letters = s->sink.accepted;
    }
    sim_engines_done(s);
    if (s->operator_handle != NULL)
        s->operator_handle->ops->free(s->operator_handle);
    if (s->record != NULL)
        s->maker->record_free(s->record);
    fake_sink_done(&s->sink);
    if (s->disk != NULL)
        disk_free(s->disk);
    free(s->heap);
    free(s);
    return ok;
}
