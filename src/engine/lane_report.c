/* lane_report.c - one run, from its row to its end.
 *
 * The idea: making a report has no effect that can't be repeated (a file that replaces itself, a
 * row that is written when it ends), so nothing is journalled: a run that was cut off is made
 * again. */
#include "engine/report_lane.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { END_TRIES = 5 };

#define WORK_MEMORY ((size_t)128 << 20)
#define END_PAUSE_US (INT64_C(500) * 1000)

struct report_lane {
    struct report_lane_ports ports;
    struct arena memory;
    struct run_work work;
    struct report_made made;
    int64_t renewed_us; /* boot time before the last request that renewed the run's lease */
    int64_t deadline_us;
};

bool report_lane_new(const struct report_lane_ports *ports, struct report_lane **ret,
                     struct err *err)
{
    struct report_lane *l = calloc(1, sizeof *l);
    if (l == NULL)
        return err_set(err, ERR_STOP, "reports: out of memory for a lane");
    l->ports = *ports;
    l->memory = arena_init(WORK_MEMORY);
    l->made.html = buf_init(REPORT_BYTES_MAX);
    l->made.text = buf_init(REPORT_BYTES_MAX);
    l->made.keys = buf_init(REPORT_KEYS_BYTES_MAX);
    *ret = l;
    return true;
}

void report_lane_free(struct report_lane *l)
{
    if (l == NULL)
        return;
    buf_done(&l->made.html);
    buf_done(&l->made.text);
    buf_done(&l->made.keys);
    arena_done(&l->memory);
    free(l);
}

static int64_t boot_now(const struct report_lane *l)
{
    return l->ports.clock->ops->boot_us(l->ports.clock);
}

static bool go_on(void *ctx, struct err *err)
{
    struct report_lane *l = ctx;
    struct agenda *a = l->ports.agenda;
    int64_t boot_us = boot_now(l);
    if (l->ports.clock->ops->cancelled(l->ports.clock))
        return err_set(err, ERR_CANCELLED, "reports: the engine ends");
    if (boot_us >= l->deadline_us)
        return err_set(err, ERR_RETRY, "the report was not made in time (reports.deadline)");
    if (boot_us - l->renewed_us < RUN_RENEW_US)
        return true;
    struct err why = {0};
    if (a->ops->run_renew(a, l->work.run, l->work.attempt, &why)) {
        l->renewed_us = boot_us;
        return true;
    }
    /* A record that can't be reached now is asked again at the next step. */
    return why.kind != ERR_FENCED || err_set(err, ERR_FENCED, "%s", why.text);
}

static void clear_made(struct report_made *m)
{
    buf_clear(&m->html);
    buf_clear(&m->text);
    buf_clear(&m->keys);
    m->items = m->sources = m->sources_failed = 0;
    m->nothing_new = false;
    m->file[0] = m->sha256[0] = '\0';
}

/* A failure that may pass is tried again, later each time, as often as the settings say. */
static int64_t retry_at(const struct report_lane *l, const struct settings *s,
                        const struct err *why)
{
    bool passes = why->kind == ERR_RETRY || why->kind == ERR_UNREACHABLE;
    if (!passes || l->work.attempt > s->report_retries)
        return 0;
    int64_t wait_us = s->retry_min_us;
    for (int32_t i = 1; i < l->work.attempt && wait_us < s->retry_max_us; i++)
        wait_us *= 2;
    if (wait_us > s->retry_max_us)
        wait_us = s->retry_max_us;
    return l->ports.clock->ops->now_us(l->ports.clock) + wait_us;
}

static struct run_result result_of(const struct report_lane *l)
{
    const struct report_made *m = &l->made;
    return (struct run_result){.ok = true,
                               .quiet = m->nothing_new,
                               .items = m->items,
                               .sources = m->sources,
                               .sources_failed = m->sources_failed,
                               .report = m->file,
                               .sha256 = m->sha256,
                               .html = m->html.data,
                               .html_len = m->html.len,
                               .text = m->text.data,
                               .text_len = m->text.len,
                               .keys = (const uint64_t *)(const void *)m->keys.data,
                               .key_count = (int64_t)(m->keys.len / sizeof(uint64_t))};
}

/* The outcome is a fact: told until it is taken, or until the run went on without this lane. */
static bool tell_end(struct report_lane *l, const struct run_result *result, struct err *err)
{
    struct agenda *a = l->ports.agenda;
    struct clock_port *clock = l->ports.clock;
    FP("report_before_end");
    for (int i = 0;; i++) {
        struct err why = {0};
        if (a->ops->run_end(a, l->work.run, l->work.attempt, result, &why)) {
            FP("report_after_end");
            return true;
        }
        if (why.kind == ERR_FENCED)
            return true;
        if (i >= END_TRIES || clock->ops->cancelled(clock))
            return err_set(err, why.kind, "%s", why.text);
        (void)clock->ops->wait(clock, boot_now(l) + END_PAUSE_US, NULL); /* then it is tried */
    }
}

static bool work(struct report_lane *l, struct err *err)
{
    struct settings settings;
    struct err why = {0};
    l->ports.settings(l->ports.ctx, &settings);
    l->deadline_us = boot_now(l) + settings.report_deadline_us;
    struct report_watch watch = {.go_on = go_on, .ctx = l, .deadline_us = l->deadline_us};
    clear_made(&l->made);
    FP("report_before_make");
    struct reports *r = l->ports.reports;
    bool ok = r->ops->make(r, &l->work, &watch, &l->made, &why);
    FP("report_after_make");
    if (!ok && (why.kind == ERR_FENCED || why.kind == ERR_CANCELLED))
        return true; /* somebody else's now, or made again at the next start */
    struct run_result result = {.error = why.text, .retry_at_us = retry_at(l, &settings, &why)};
    if (ok)
        result = result_of(l);
    return tell_end(l, &result, err);
}

bool report_lane_run_once(struct report_lane *l, bool *ret_took, struct err *err)
{
    struct agenda *a = l->ports.agenda;
    int64_t before_us = boot_now(l);
    *ret_took = false;
    FP("report_before_take");
    if (!a->ops->run_take(a, l->ports.engine, l->ports.journal_gen, &l->memory, &l->work, ret_took,
                          err)) {
        arena_done(&l->memory);
        return false;
    }
    FP("report_after_take");
    bool ok = true;
    if (*ret_took) {
        l->renewed_us = before_us;
        if (l->ports.busy != NULL)
            l->ports.busy(l->ports.ctx);
        ok = work(l, err);
    }
    arena_done(&l->memory);
    return ok;
}
