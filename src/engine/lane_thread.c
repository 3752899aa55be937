/* lane_thread.c - the thread around a lane: makes its ports, runs it, waits until it makes sense
 * to run it again.
 *
 * The idea: nothing is polled. A lane that found no job sleeps until one becomes due or until the
 * record changes; the keeper watches the record's file and wakes it. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"

#include <inttypes.h>

#define TURN_US (60 * US_PER_S)         /* a job's turn while all lanes are busy */
#define LOOK_LEAST_US (200 * US_PER_MS) /* between two looks that found nothing */
#define REPAIR_US (5 * US_PER_S)        /* between two tries to make the ports */

/* --- what the lane asks of us --------------------------------------------------------------- */

static bool find_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    struct lane_thread *t = ctx;
    const struct engine_plugs *p = &t->engine->plugs;
    for (int i = 0; i < t->providers; i++) {
        if (str_equal(t->provider[i].name, provider)) {
            *ret = t->provider[i].search;
            return true;
        }
    }
    if (t->providers == PROVIDERS_MAX) { /* the eldest goes */
        t->provider[0].search->ops->free(t->provider[0].search);
        t->provider[0] = t->provider[--t->providers];
    }
    if (!p->search(p->ctx, provider, ret, err))
        return false;
    t->provider[t->providers].search = *ret;
    (void)str_copy(t->provider[t->providers].name, sizeof t->provider[0].name,
                   provider); /* a name: it fits */
    t->providers++;
    return true;
}

static bool write_letter(void *ctx, const struct settings *settings,
                         const struct template_def *template, const struct send_row *row,
                         const char *group, const char *term, struct buf *out, struct err *err)
{
    const struct engine_plugs *p = &((struct lane_thread *)ctx)->engine->plugs;
    return p->letter(p->ctx, settings, template, row, group, term, out, err);
}

static void read_settings(void *ctx, struct settings *ret)
{
    const struct engine_plugs *p = &((struct lane_thread *)ctx)->engine->plugs;
    p->settings(p->ctx, ret);
}

/* Was the config changed so that mail and providers must be made anew? */
static bool outdated(struct lane_thread *t)
{
    struct engine *e = t->engine;
    engine_hold(e);
    bool old = t->config_no != e->config_no;
    engine_let_go(e);
    e->plugs.settings(e->plugs.ctx, &t->look);
    return old || t->look.mail_mode != t->settings.mail_mode ||
           t->look.mail_connections != t->settings.mail_connections ||
           t->look.mail_per_connection != t->settings.mail_per_connection ||
           t->look.mail_tls != t->settings.mail_tls ||
           !str_equal(t->look.mail_ca, t->settings.mail_ca) ||
           !str_equal(t->look.mail_from, t->settings.mail_from) ||
           !str_equal(t->look.mail_url, t->settings.mail_url) ||
           !str_equal(t->look.mail_dir, t->settings.mail_dir);
}

/* All lanes have a job and this one has had its turn: there may be a job that waits for one. */
static bool others_may_wait(struct lane_thread *t, int64_t since_us)
{
    struct engine *e = t->engine;
    if (t->clock->ops->boot_us(t->clock) - since_us < TURN_US)
        return false;
    engine_hold(e);
    bool all = true;
    for (int32_t i = 0; i < e->lanes; i++)
        all = all && e->lane[i].has_job;
    engine_let_go(e);
    return all;
}

/* The lane asks this only when it has a job. */
static void note_job(struct lane_thread *t)
{
    engine_hold(t->engine);
    bool news = !t->has_job;
    t->has_job = true;
    engine_let_go(t->engine);
    if (news)
        engine_publish(t->engine);
}

static bool yield(void *ctx, int64_t since_us)
{
    struct lane_thread *t = ctx;
    note_job(t);
    return outdated(t) || others_may_wait(t, since_us);
}

static bool wish(void *ctx, const char *workspace, const char *job, enum desired *ret)
{
    return engine_wish(((struct lane_thread *)ctx)->engine, workspace, job, ret);
}

static void set_problem(void *ctx, const char *sentence)
{
    struct lane_thread *t = ctx;
    engine_hold(t->engine);
    (void)str_copy(t->problem, sizeof t->problem, sentence); /* same size */
    engine_let_go(t->engine);
    engine_publish(t->engine);
}

/* --- ports ---------------------------------------------------------------------------------- */

static void free_changeable(struct lane_thread *t)
{
    for (int i = 0; i < t->providers; i++)
        t->provider[i].search->ops->free(t->provider[i].search);
    t->providers = 0;
    if (t->pages != NULL)
        t->pages->ops->free(t->pages);
    if (t->mail != NULL)
        t->mail->ops->free(t->mail);
    t->pages = NULL;
    t->mail = NULL;
}

static void free_all(struct lane_thread *t)
{
    const struct engine_plugs *p = &t->engine->plugs;
    lane_free(t->lane);
    free_changeable(t);
    journal_close(t->journal);
    if (t->authority != NULL)
        t->authority->ops->free(t->authority);
    p->clock_free(p->ctx, t->clock);
    t->lane = NULL;
    t->journal = NULL;
    t->authority = NULL;
    t->clock = NULL;
}

static bool make_lane(struct lane_thread *t, struct err *err)
{
    struct lane_ports ports = {.authority = t->authority,
                               .journal = t->journal,
                               .pages = t->pages,
                               .mail = t->mail,
                               .clock = t->clock,
                               .search = find_search,
                               .letter = write_letter,
                               .settings = read_settings,
                               .yield = yield,
                               .wish = wish,
                               .problem = set_problem,
                               .ctx = t,
                               .log = t->engine->plugs.log,
                               .hands = &t->engine->hands,
                               .number = (int32_t)(t - t->engine->lane),
                               .engine = t->engine->id};
    return lane_new(&ports, &t->lane, err);
}

/* Makes what is missing; what was made stays for the next try. */
static bool make_ports(struct lane_thread *t, struct err *err)
{
    struct engine *e = t->engine;
    const struct engine_plugs *p = &e->plugs;
    if (t->mail == NULL) { /* noted first: a change in between makes them anew once more */
        engine_hold(e);
        t->config_no = e->config_no;
        engine_let_go(e);
        p->settings(p->ctx, &t->settings);
    }
    if ((t->authority == NULL && !p->authority(p->ctx, t->clock, &t->authority, err)) ||
        (t->journal == NULL && !p->journal(p->ctx, &t->journal, err)) ||
        (t->pages == NULL && !p->pages(p->ctx, &t->pages, err)) ||
        (t->mail == NULL && !p->mail(p->ctx, &t->settings, &t->mail, err)) ||
        (t->lane == NULL && !make_lane(t, err)))
        return false;
    lane_ports(t->lane)->pages = t->pages;
    lane_ports(t->lane)->mail = t->mail;
    return true;
}

/* --- the loop ------------------------------------------------------------------------------- */

static void begin_look(struct lane_thread *t, int64_t *ret_changes)
{
    engine_hold(t->engine);
    t->looking = true;
    *ret_changes = t->engine->changes;
    engine_let_go(t->engine);
}

static void end_look(struct lane_thread *t, int64_t changes, enum lane_end end)
{
    struct engine *e = t->engine;
    engine_hold(e);
    t->looking = t->has_job = false;
    t->failures = end == LANE_PROBLEM ? t->failures + 1 : 0;
    if (end == LANE_NOTHING)
        t->idle_at = changes;
    else
        e->changes++; /* what it gave back may be work for another lane */
    engine_let_go(e);
    engine_publish(e);
}

/* Did a shared record answer again since the last time? Then what failed may work. */
static bool returned(struct lane_thread *t)
{
    engine_hold(t->engine);
    bool news = t->returns != t->engine->returns;
    t->returns = t->engine->returns;
    engine_let_go(t->engine);
    return news;
}

/* Waits until boot time until_us, whoever wakes; a new config or the record's return ends it. */
static void rest_firmly(struct lane_thread *t, int64_t until_us)
{
    while (!t->clock->ops->cancelled(t->clock) && t->clock->ops->boot_us(t->clock) < until_us &&
           !outdated(t) && !returned(t))
        (void)t->clock->ops->wait(t->clock, until_us, NULL); /* the loop looks for the reason */
}

/* Waits until boot time until_us or a change; not less than the pause after a look at `since_us`.
 */
static void rest(struct lane_thread *t, int64_t since_us, int64_t until_us)
{
    (void)t->clock->ops->wait(t->clock, until_us, NULL); /* the loop looks for the reason */
    rest_firmly(t, since_us + LOOK_LEAST_US);
}

static void look(struct lane_thread *t)
{
    struct lane_report report;
    int64_t changes, since_us = t->clock->ops->boot_us(t->clock);
    begin_look(t, &changes);
    lane_run_once(t->lane, &report);
    end_look(t, changes, report.end);
    if (report.end != LANE_NOTHING)
        log_line(t->engine->plugs.log, LOG_DEBUG, "engine", "lane %d: %s%s%s",
                 (int)(t - t->engine->lane) + 1, lane_end_name(report.end), report.took ? " " : "",
                 report.job_name);
    if (report.end == LANE_NOTHING)
        rest(t, since_us, report.look_again_us);
    else if (report.end == LANE_PROBLEM)
        rest_firmly(t, report.look_again_us);
}

static void work(struct lane_thread *t)
{
    struct err err = {0}, told = {0};
    while (!t->clock->ops->cancelled(t->clock)) {
        if (t->mail != NULL && outdated(t))
            free_changeable(t);
        if (make_ports(t, &err)) {
            if (told.text[0] != '\0')
                set_problem(t, "");
            told.text[0] = '\0';
            look(t);
            continue;
        }
        if (!str_equal(told.text, err.text)) {
            log_line(t->engine->plugs.log, LOG_ERROR, "engine", "%s", err.text);
            set_problem(t, err.text);
        }
        told = err;
        engine_hold(t->engine);
        t->failures++;
        engine_let_go(t->engine);
        engine_publish(t->engine);
        int64_t since_us = t->clock->ops->boot_us(t->clock);
        rest(t, since_us, since_us + REPAIR_US);
    }
}

void *lane_thread_main(void *arg)
{
    struct lane_thread *t = arg;
    const struct engine_plugs *p = &t->engine->plugs;
    struct err err = {0};
    if (p->clock(p->ctx, &t->wake, &t->clock, &err))
        work(t);
    else
        set_problem(t, err.text);
    free_all(t);
    return NULL;
}
