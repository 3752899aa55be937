/* lane_report.c - one run, from its work to its outcome.
 *
 * The idea: making a report has no effect that can't be repeated (a file that replaces itself, a
 * row that is written when it ends), so nothing is journalled: a run that was cut off is made
 * again. */
#include "engine/report_lane.h"

#include "base/clock.h"
#include "base/fp.h"

#include <stdlib.h>

#define KNOWN_MEMORY ((size_t)128 << 20)

struct report_lane {
    struct report_lane_ports ports;
    struct arena memory;
    struct report_made made;
    struct err why; /* of the failure that was told last */
    int64_t deadline_us;
};

bool report_lane_new(const struct report_lane_ports *ports, struct report_lane **ret,
                     struct err *err)
{
    struct report_lane *l = calloc(1, sizeof *l);
    if (l == NULL)
        return err_set(err, ERR_STOP, "reports: out of memory for a lane");
    l->ports = *ports;
    l->memory = arena_init(KNOWN_MEMORY);
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
    if (l->ports.clock->ops->cancelled(l->ports.clock))
        return err_set(err, ERR_CANCELLED, "reports: the engine ends");
    if (boot_now(l) >= l->deadline_us)
        return err_set(err, ERR_RETRY, "the report was not made in time (reports.deadline)");
    return !l->ports.lost(l->ports.ctx) ||
           err_set(err, ERR_FENCED, "run: it went on without this lane");
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
static int64_t retry_at(const struct report_lane *l, const struct run_work *work,
                        const struct settings *s, const struct err *why)
{
    bool passes = why->kind == ERR_RETRY || why->kind == ERR_UNREACHABLE;
    if (!passes || work->attempt > s->report_retries)
        return 0;
    int64_t wait_us = s->retry_min_us;
    for (int32_t i = 1; i < work->attempt && wait_us < s->retry_max_us; i++)
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

enum report_end report_lane_make(struct report_lane *l, const struct run_work *work,
                                 struct run_result *ret, struct err *err)
{
    struct settings settings;
    struct run_known known = {0};
    struct agenda *a = l->ports.agenda;
    struct reports *r = l->ports.reports;
    l->ports.settings(l->ports.ctx, &settings);
    l->deadline_us = boot_now(l) + settings.report_deadline_us;
    struct report_watch watch = {.go_on = go_on, .ctx = l, .deadline_us = l->deadline_us};
    clear_made(&l->made);
    l->why = (struct err){0};
    if (!work->fresh &&
        !a->ops->run_known(a, work->specification, work->run, &l->memory, &known, err)) {
        arena_done(&l->memory);
        return REPORT_NOT_BEGUN;
    }
    FP("report_before_make");
    bool ok = r->ops->make(r, work, &known, &watch, &l->made, &l->why);
    FP("report_after_make");
    arena_done(&l->memory);
    if (!ok && (l->why.kind == ERR_FENCED || l->why.kind == ERR_CANCELLED))
        return REPORT_GIVEN_UP;
    *ret = ok ? result_of(l)
              : (struct run_result){.error = l->why.text,
                                    .retry_at_us = retry_at(l, work, &settings, &l->why)};
    return REPORT_TELL;
}
