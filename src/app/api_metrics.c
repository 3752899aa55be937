/* api_metrics.c - GET /metrics: figures for Prometheus, text format 0.0.4. */
#include "api_work.h"
#include "base/clock.h"
#include "base/utf8.h"
#include "store/read_jobs.h"
#include "store/read_schedules.h"

static void figure(struct buf *out, const char *name, const char *type, const char *help,
                   int64_t value)
{
    (void)buf_addf(out, "# HELP autopilot_%s %s\n# TYPE autopilot_%s %s\nautopilot_%s %lld\n", name,
                   help, name, type, name, (long long)value);
}

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    (void)buf_addf(out, "# HELP autopilot_%s %s\n# TYPE autopilot_%s %s\n", name, help, name, type);
}

/* The value of a label: backslash, quote and line end are escaped. */
static void label(struct buf *out, const char *text)
{
    char safe[NAME_MAX_BYTES * 2];
    text_screen_to(safe, sizeof safe, text);
    for (const char *p = safe; *p != '\0'; p++) {
        if (*p == '\\' || *p == '"')
            (void)buf_addc(out, '\\');
        (void)buf_addc(out, *p);
    }
}

static void job_figure(struct buf *out, const char *name, const struct job_row *j, int64_t value)
{
    (void)buf_addf(out, "autopilot_%s{workspace=\"", name);
    label(out, j->workspace);
    (void)buf_adds(out, "\",job=\"");
    label(out, j->name);
    (void)buf_addf(out, "\"} %lld\n", (long long)value);
}

static void jobs_of(struct buf *out, const struct job_row *rows, int32_t count)
{
    head(out, "job_letters_total", "counter", "Letters of the job in its mode, all cycles.");
    for (int32_t i = 0; i < count; i++)
        job_figure(out, "job_letters_total", &rows[i], rows[i].total_sent);
    head(out, "job_running", "gauge", "1 while the job runs.");
    for (int32_t i = 0; i < count; i++)
        job_figure(out, "job_running", &rows[i], rows[i].state == JOB_RUNNING);
    head(out, "job_failed", "gauge", "1 while the job has failed.");
    for (int32_t i = 0; i < count; i++)
        job_figure(out, "job_failed", &rows[i], rows[i].state == JOB_FAILED);
    head(out, "job_letters_held", "gauge", "Letters that need a person.");
    for (int32_t i = 0; i < count; i++)
        job_figure(out, "job_letters_held", &rows[i], rows[i].held);
    head(out, "job_letters_in_doubt", "gauge", "Letters of which nobody can know.");
    for (int32_t i = 0; i < count; i++)
        job_figure(out, "job_letters_in_doubt", &rows[i], rows[i].in_doubt);
}

static void schedules_of(struct buf *out, const struct schedule_counts *s)
{
    head(out, "schedules", "gauge", "Schedules by status.");
    (void)buf_addf(out,
                   "autopilot_schedules{status=\"active\"} %lld\n"
                   "autopilot_schedules{status=\"paused\"} %lld\n"
                   "autopilot_schedules{status=\"error\"} %lld\n"
                   "autopilot_schedules{status=\"disabled\"} %lld\n",
                   (long long)s->active, (long long)s->paused, (long long)s->in_error,
                   (long long)s->disabled);
    figure(out, "runs_succeeded_total", "counter", "Runs that made a report.", s->successes);
    figure(out, "runs_failed_total", "counter", "Runs that failed.", s->failures);
    figure(out, "runs_unseen_failures", "gauge", "Failures that nobody has seen.", s->unseen);
    figure(out, "runs_running", "gauge", "Reports that are made now.", s->running);
    figure(out, "runs_queued", "gauge", "Runs that wait.", s->queued);
    figure(out, "schedules_overdue", "gauge", "Schedules overdue by more than a day.", s->overdue);
}

static void engine_of(struct buf *out, struct api *a)
{
    struct engine_standing s;
    desk_standing(a->desk, &s);
    figure(out, "engine_up", "gauge", "1 while this process serves.", s.where == ENGINE_HERE);
    figure(out, "engine_lanes_busy", "gauge", "Lanes at work.", s.lanes_busy);
    figure(out, "engine_problem", "gauge", "1 while something is wrong (/v1/status).",
           s.problem[0] != '\0');
    figure(out, "record_reachable", "gauge", "0 while a shared record does not answer.",
           !s.shared || s.reached);
    head(out, "api_requests_total", "counter", "Requests of the API by their answer.");
    for (int i = 100; i < API_CODES; i++)
        if (a->answered[i] > 0)
            (void)buf_addf(out, "autopilot_api_requests_total{code=\"%d\"} %lld\n", i,
                           (long long)a->answered[i]);
    figure(out, "api_streams", "gauge", "Clients that follow the events.",
           http_server_streams(a->server));
}

void api_metrics(struct api_call *c)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct schedule_counts schedules;
    struct job_row *rows;
    int32_t count = 0;
    int64_t now = clock_now_us();
    struct buf *out = &c->answer->body;
    if (!api_db(c))
        return;
    if (read_jobs(c->api->db, api_workspace(c), now, &arena, &rows, &count, &err) &&
        read_schedule_counts(c->api->db, api_workspace(c), now, &schedules, &err)) {
        c->answer->status = 200;
        c->answer->type = "text/plain; version=0.0.4; charset=utf-8";
        engine_of(out, c->api);
        jobs_of(out, rows, count);
        schedules_of(out, &schedules);
    } else {
        api_failed(c, &err);
    }
    arena_done(&arena);
}
