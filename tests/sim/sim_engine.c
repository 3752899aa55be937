/* sim_engine.c - an engine's life: it starts, makes itself ready in the order in which the real one
 * does, works on its lanes, and dies anywhere. */
#include "sim/sim_inside.h"

#include "engine/settle.h"

#include <stdlib.h>
#include <string.h>

#define REST_MOST_US (10 * SIM_MINUTE) /* who is not woken by the record looks by himself */

/* --- what a lane asks of its surroundings --- */

static bool find_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    (void)provider; /* there is one */
    (void)err;
    *ret = &((struct sim_task *)ctx)->search.port;
    return true;
}

static bool write_letter(void *ctx, const struct settings *settings,
                         const struct template_def *template, const struct send_row *row,
                         const char *group, const char *term, struct buf *out, struct err *err)
{
    struct sim_task *t = ctx;
    (void)settings;
    return fake_letter_write(&t->sim->world, template, row, group, term, out, err);
}

static void read_settings(void *ctx, struct settings *ret)
{
    *ret = ((struct sim_task *)ctx)->sim->settings;
}

/* Jobs take turns: a lane that has worked one for a while gives it back. */
static bool yield(void *ctx, int64_t since_us)
{
    struct sim_task *t = ctx;
    int64_t boot_us = t->clock.port.ops->boot_us(&t->clock.port);
    return boot_us - since_us > 10 * SIM_MINUTE;
}

static struct lane_ports ports_of(struct sim_task *t)
{
    return (struct lane_ports){
        .authority = &t->record.port,
        .journal = t->journal,
        .pages = &t->pages.port,
        .mail = &t->mail.port,
        .clock = &t->clock.port,
        .search = find_search,
        .letter = write_letter,
        .settings = read_settings,
        .yield = yield,
        .ctx = t,
        .hands = t->sim->options.bug == SIM_BUG_TWO_HANDS ? NULL : &t->engine->hands,
        .number = t->number,
        .engine = t->engine->id};
}

/* --- tasks --- */

/* Opens the journal; a disk that fails is tried again. */
static void open_journal(struct sim_task *t)
{
    char path[80];
    struct err err = {0};
    disk_path(t->engine->number, path, sizeof path);
    for (;;) {
        t->sim->atomic = true; /* what it has made so far hangs on nothing yet */
        bool ok = journal_open(path, &t->journal, &err);
        t->sim->atomic = false;
        if (ok)
            return;
        sim_tell(t->sim, "engine %d: %s", t->engine->number, err.text);
        if (t->sim->calm)
            sim_violation(t->sim, "engine %d: %s", t->engine->number, err.text);
        sim_sleep(t, 5 * SIM_SECOND);
    }
}

/* Starts counted, hello said, letters of the last life settled: then the lanes. */
static bool make_ready(struct sim_task *t, bool *counted)
{
    struct sim_engine *e = t->engine;
    struct err err = {0};
    struct settle_sum sum;
    struct lane_ports ports = ports_of(t);
    if (!*counted && !journal_start(t->journal, &e->generation, &err))
        return false;
    *counted = true;
    struct engine_card card = {e->id, e->generation, "here", 1 + e->number, "sim"};
    return t->record.port.ops->hello(&t->record.port, &card, &err) &&
           settle_run(&ports, NULL, &sum, &err);
}

static void keeper(void *arg)
{
    struct sim_task *t = arg;
    bool counted = false;
    open_journal(t);
    while (!make_ready(t, &counted))
        sim_sleep(t, sim_between(t->sim, SIM_SECOND, 5 * SIM_SECOND));
    for (int32_t i = 1; i <= SIM_LANES; i++)
        sim_order(t->sim, t->sim->now, SIM_RESUME, t->engine->number, i);
}

static void rest(struct sim_task *t, const struct lane_report *report)
{
    struct clock_port *clock = &t->clock.port;
    int64_t until = clock->ops->boot_us(clock) + sim_between(t->sim, SIM_SECOND, REST_MOST_US);
    if (report->look_again_us < until)
        until = report->look_again_us;
    while (!t->engine->shutting && clock->ops->boot_us(clock) < until)
        (void)clock->ops->wait(clock, until, NULL); /* the loop looks for the reason */
}

static void lane_body(void *arg)
{
    struct sim_task *t = arg;
    struct err err = {0};
    open_journal(t);
    struct lane_ports ports = ports_of(t);
    if (!lane_new(&ports, &t->lane, &err))
        abort(); /* a simulation without memory proves nothing */
    while (!t->engine->shutting) {
        struct lane_report report;
        lane_run_once(t->lane, &report);
        sim_trace(t->sim, 2, (uint64_t)report.end);
        if (report.end == LANE_FAILED)
            sim_violation(t->sim, "job %s failed: %s", report.job_name, report.problem);
        if (report.end == LANE_NOTHING || report.end == LANE_PROBLEM)
            rest(t, &report);
    }
}

/* --- life and death --- */

static void free_task(struct sim_task *t)
{
    coro_free(t->coro);
    lane_free(t->lane);
    journal_close(t->journal);
    if (t->record.real != NULL)
        t->record.real->ops->free(t->record.real);
    t->coro = NULL;
    t->lane = NULL;
    t->journal = NULL;
    t->record.real = NULL;
}

void sim_engine_kill(struct sim_engine *e)
{
    struct sim *s = e->sim;
    e->up = e->shutting = false;
    e->life++;
    e->frozen_until = 0;
    disk_kill(s->disk, e->number);
    for (int32_t i = 0; i <= SIM_LANES; i++) {
        /* What was handed over may arrive though nobody waits for it. */
        if (e->tasks[i].mail.fake.count > 0)
            fake_mail_finish(&e->tasks[i].mail.fake, (int32_t)sim_between(s, 0, MAIL_BATCH_MAX));
        free_task(&e->tasks[i]);
    }
}

static void make_task(struct sim_engine *e, int32_t i, void (*body)(void *))
{
    struct sim_task *t = &e->tasks[i];
    *t = (struct sim_task){.sim = e->sim, .engine = e, .number = i};
    t->coro = coro_new(body, t);
    t->record.real = e->sim->maker->open(e->sim->record, &e->sim->record_clock.port);
    if (t->coro == NULL || t->record.real == NULL)
        abort(); /* a simulation without memory proves nothing */
    sim_record_init(t);
    sim_world_init(t);
}

void sim_engine_start(struct sim_engine *e)
{
    struct sim *s = e->sim;
    sim_tell(s, "engine %d starts", e->number);
    e->up = true;
    e->shutting = false;
    for (int32_t i = 0; i < HANDS_MAX; i++)
        hands_leave(&e->hands, i);
    disk_fail_every(s->disk, e->number,
                    s->rates.disk > 0 && !s->calm ? sim_between(s, 2000, 200000) : 0);
    make_task(e, 0, keeper);
    for (int32_t i = 1; i <= SIM_LANES; i++)
        make_task(e, i, lane_body);
    sim_order(s, s->now, SIM_RESUME, e->number, 0);
}

void sim_engine_resume(struct sim_engine *e, int32_t task)
{
    struct sim_task *t = &e->tasks[task];
    if (t->coro == NULL || coro_ended(t->coro))
        return;
    e->sim->current = t;
    coro_enter(t->coro);
    e->sim->current = NULL;
}

/* A keeper that was asked to end before it was ready has no lanes to wait for. */
bool sim_engine_gone(const struct sim_engine *e)
{
    for (int32_t i = 1; i <= SIM_LANES; i++)
        if (!coro_ended(e->tasks[i].coro))
            return false;
    return true;
}

bool sim_engines_init(struct sim *s)
{
    for (int32_t i = 0; i < SIM_ENGINES; i++) {
        struct sim_engine *e = &s->engines[i];
        e->sim = s;
        e->number = i;
        e->id = uuid_from_bytes(&i, sizeof i);
        e->boot_zero = s->now - sim_between(s, SIM_MINUTE, SIM_DAY);
        if (!hands_init(&e->hands, NULL))
            return false;
        e->skew = s->options.calm ? 0 : sim_between(s, -SIM_SECOND, SIM_SECOND);
    }
    return true;
}

void sim_engines_done(struct sim *s)
{
    for (int32_t i = 0; i < SIM_ENGINES; i++) {
        if (s->engines[i].up)
            sim_engine_kill(&s->engines[i]);
        hands_done(&s->engines[i].hands);
    }
}
