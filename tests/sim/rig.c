/* rig.c - plugs a lane together. */
#include "sim/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static bool find_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    struct rig *r = ctx;
    (void)provider; /* there is one */
    (void)err;
    *ret = &r->search.port;
    return true;
}

static bool write_letter(void *ctx, const struct settings *settings,
                         const struct template_def *template, const struct send_row *row,
                         const char *group, const char *term, struct buf *out, struct err *err)
{
    struct rig *r = ctx;
    (void)settings; /* no sender's address in this world */
    return fake_letter_write(&r->world, template, row, group, term, out, err);
}

static void read_settings(void *ctx, struct settings *ret)
{
    *ret = ((struct rig *)ctx)->settings;
}

static void make_settings(struct settings *s, enum mail_mode mode)
{
    settings_defaults(s);
    s->mail_confirm_first = 0; /* nobody is there to confirm */
    s->mail_mode = mode;
    s->mail_per_minute = 0;
    s->mail_daily_cap = 0;
    s->mail_back_off =
        false; /* who is put off depends on the batch, and the plain model has none */
    s->search_failures = 3;
    s->retry_min_us = 1000;
    s->retry_max_us = 2000;
    s->loop_rest_us = INT64_C(3600) * 1000000;
    for (int i = 0; i < SETTING_RETRIES; i++)
        s->mail_retry_us[i] = INT64_C(3600) * 1000000;
}

void rig_open(struct rig *r, enum mail_mode mode)
{
    fake_clock_init(&r->clock);
    fake_search_init(&r->search, &r->world);
    fake_pages_init(&r->pages, &r->world);
    fake_sink_init(&r->sink);
    fake_mail_init(&r->mail, mode, &r->sink, &r->world);
    fake_log_init(&r->log, LOG_WARN);
    make_settings(&r->settings, mode);
    r->record = r->maker->record_new();
    assert_non_null(r->record);
    r->authority = r->maker->open(r->record, &r->clock.port);
    assert_non_null(r->authority);
    if (!journal_open(":memory:", &r->journal, &r->err))
        fail_msg("%s", r->err.text);
    struct lane_ports ports = {.authority = r->authority,
                               .journal = r->journal,
                               .pages = &r->pages.port,
                               .mail = &r->mail.port,
                               .clock = &r->clock.port,
                               .search = find_search,
                               .letter = write_letter,
                               .settings = read_settings,
                               .ctx = r,
                               .log = &r->log.sink,
                               .engine = journal_engine(r->journal)};
    struct engine_card card = {ports.engine, 1, "here", 1, "test"};
    assert_true(r->authority->ops->hello(r->authority, &card, &r->err));
    assert_true(lane_new(&ports, &r->lane, &r->err));
}

void rig_close(struct rig *r)
{
    lane_free(r->lane);
    journal_close(r->journal);
    r->authority->ops->free(r->authority);
    r->maker->record_free(r->record);
    fake_sink_done(&r->sink);
    fake_log_done(&r->log);
}

struct uuid rig_start(struct rig *r, const struct job_def *def)
{
    struct authority *a = r->authority;
    struct job_put_result put;
    struct job_ref ref = {def->workspace, def->name};
    bool changed;
    if (!a->ops->workspace_put(a, "ana", def->workspace, &r->err) ||
        !a->ops->job_put(a, "ana", def, -1, &put, &r->err) ||
        !a->ops->job_control(a, "ana", &ref, CONTROL_START, r->mail.ops.mode, &changed, &r->err))
        fail_msg("%s: %s", def->name, r->err.text);
    return put.job;
}

void rig_run_to(struct rig *r, enum lane_end end)
{
    for (int i = 0; i < 100000; i++) {
        struct lane_report report;
        lane_run_once(r->lane, &report);
        if (report.end == end)
            return;
        if (report.end != LANE_NOTHING && report.end != LANE_WAITING && report.end != LANE_YIELDED)
            fail_msg("the lane ended %s: %s\n%s", lane_end_name(report.end), report.problem,
                     buf_text(&r->log.text));
        if (report.end == LANE_NOTHING && report.look_again_us == INT64_MAX)
            fail_msg("there is no work, and the job never came to %s", lane_end_name(end));
        if (report.look_again_us > r->clock.boot && report.look_again_us != INT64_MAX)
            fake_clock_pass(&r->clock, report.look_again_us - r->clock.boot);
    }
    fail_msg("the job never came to %s", lane_end_name(end));
}
