/* screen_job.c - one job: its groups, the terms of the selected group, limits, pace, log. */
#include "screen.h"

#include "joblist.h"
#include "jobparts.h"
#include "logline.h"
#include "state.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { LOG_LINES = 60, LOG_BYTES = 1 << 20, THREE_PANES = 96, FULL_ROWS = 17, FULL_COLS = 60 };
enum focus { FOCUS_GROUPS, FOCUS_TERMS, FOCUSES };

struct job_view {
    struct uuid id;
    struct job_parts parts;
    struct table_state groups, terms;
    bool chosen; /* the operator picked a group; else the current one is shown */
    enum focus focus;
    struct arena log_arena;
    struct log_row *log;
    int32_t log_count;
};

static void job_enter(struct ui *ui, void *state, const char *arg)
{
    struct job_view *v = state;
    struct uuid id = {{0}};
    const struct job_row *named = ui_job_named(ui, arg);
    if (!uuid_parse(arg, &id) && named != NULL)
        id = named->id;
    if (uuid_equal(id, v->id))
        return;
    v->id = id;
    v->chosen = false;
    v->focus = FOCUS_GROUPS;
    v->groups = v->terms = (struct table_state){0};
    v->log_count = 0;
}

static bool job_load(struct ui *ui, void *state, struct err *err)
{
    struct job_view *v = state;
    const struct job_row *job = ui_job_by_id(ui, v->id);
    if (job == NULL)
        return true; /* it was deleted; drawing says so */
    if (!job_parts_load(ui, &v->parts, v->id, err))
        return false;
    struct log_filter filter = {.level = LOG_INFO, .job = job->name, .mask = ui->mask};
    arena_done(&v->log_arena);
    v->log_arena = arena_init(LOG_BYTES);
    v->log_count = 0;
    return ui->source.log(ui->source.ctx, &filter, NULL, true, LOG_LINES, &v->log_arena, &v->log,
                          &v->log_count, err);
}

/* The detail is of this job and of no other. */
static bool has_parts(const struct job_view *v)
{
    return v->parts.there && uuid_equal(v->parts.id, v->id);
}

static int32_t shown_group(struct job_view *v)
{
    if (!has_parts(v))
        return -1;
    int32_t current = job_parts_current(&v->parts);
    if (!v->chosen)
        v->groups.selected = current < 0 ? 0 : current;
    return v->groups.selected;
}

static bool job_move(struct job_view *v, enum move by)
{
    if (!has_parts(v))
        return false;
    const struct plan *plan = v->parts.detail.plan;
    int32_t group = shown_group(v);
    if (v->focus == FOCUS_TERMS && group < plan->group_count) {
        v->terms.selected =
            table_moved(v->terms.selected, plan->groups[group].terms, v->terms.page, by);
        return true;
    }
    v->groups.selected = table_moved(group, plan->group_count, v->groups.page, by);
    v->chosen = true;
    v->terms = (struct table_state){.page = v->terms.page};
    return true;
}

static bool job_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct job_view *v = state;
    (void)ui, (void)arg;
    switch (op) {
    case OP_MOVE:
        return job_move(v, (enum move)by);
    case OP_PANE:
        v->focus = (enum focus)(((int)v->focus + by + FOCUSES) % FOCUSES);
        return true;
    case OP_OPEN:
        v->focus = FOCUS_TERMS;
        return v->focus == FOCUS_TERMS;
    default:
        return false;
    }
}

static void draw_top(struct ui *ui, struct pane p, const struct job_row *job)
{
    char when[FIT_TEXT];
    struct job_look look = job_look(job);
    int x = pane_add(p, 0, 1, ROLE_DIM, "Jobs › ");
    x = pane_add(p, 0, x, LOOK_BOLD, job->name);
    x = pane_addf(p, 0, x + 3, (int)look.role, "%s %s", look.glyph, look.word);
    if (job->cycle > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, "   cycle "), ROLE_TEXT, "%d",
                      (int)job->cycle);
    if (job->started_at_us > 0 && p.cols >= 70)
        pane_say(p, 0, x, ROLE_DIM, "   started %s%s%s",
                 fit_when(job->started_at_us, ui->now_us, when),
                 job->started_by[0] != '\0' ? " by " : "", job->started_by);
}

static void draw_progress(struct pane p, int y, const struct job_row *job)
{
    char text[160], sent[FIT_TEXT], goal[FIT_TEXT], eta[FIT_TEXT], rate[FIT_TEXT];
    bool running = job->state == JOB_RUNNING;
    (void)str_format(rate, sizeof rate, "  %d/min", (int)job->per_minute);
    (void)str_format(text, sizeof text, "  %s of %s%s%s%s", fit_count(job->cycle_sent, sent),
                     fit_count(job->cycle_goal, goal), running && p.cols >= 60 ? rate : "",
                     running && job->eta_us >= 0 ? "  ETA " : "",
                     running && job->eta_us >= 0 ? fit_span(job->eta_us, eta) : "");
    int wide = p.cols - fit_columns_of(text) - 8;
    if (wide < 6)
        wide = 6;
    bar_draw(p, y, 1, wide, job->cycle_sent, job->cycle_goal,
             running ? (int)ROLE_RUN : (int)job_look(job).role);
    int x = pane_addf(p, y, wide + 2, LOOK_BOLD, "%3d%%",
                      fit_percent(job->cycle_sent, job->cycle_goal));
    pane_put(p, y, x, ROLE_TEXT, text);
}

static void draw_groups(struct job_view *v, struct pane p, const struct job_row *job)
{
    char note[FIT_TEXT], cycle[FIT_TEXT], all[FIT_TEXT];
    (void)shown_group(v); /* brings the selection to the current group */
    (void)fit_count(v->parts.detail.plan->group_count, note); /* it is in note */
    pane_rule(p, 0, "Groups", note);
    bool sums = p.rows > 8;
    job_parts_groups(pane_part(p, 1, 0, p.rows - 1 - sums, p.cols), job, &v->parts, &v->groups,
                     false, v->focus == FOCUS_GROUPS);
    if (sums)
        pane_say(p, p.rows - 1, 1, ROLE_DIM, "this cycle %s  all %s",
                 fit_count(job->cycle_sent, cycle), fit_count(job->total_sent, all));
}

static void draw_terms(struct job_view *v, struct pane p, const struct job_row *job)
{
    char title[NAME_MAX_BYTES + 16], note[FIT_TEXT];
    const struct plan *plan = v->parts.detail.plan;
    int32_t group = shown_group(v);
    if (group < 0 || group >= plan->group_count) {
        pane_rule(p, 0, "Terms", "");
        return;
    }
    (void)str_format(title, sizeof title, "%s: terms", plan->groups[group].name);
    pane_rule(p, 0, title, fit_count(plan->groups[group].terms, note));
    bool query = p.rows > 8 && v->parts.detail.last_variation != NULL &&
                 v->parts.detail.last_variation[0] != '\0' && group == job_parts_current(&v->parts);
    job_parts_terms(pane_part(p, 1, 0, p.rows - 1 - query, p.cols), job, &v->parts, group,
                    &v->terms, v->focus == FOCUS_TERMS);
    if (query)
        pane_say(p, p.rows - 1, 1, ROLE_DIM, "asked: %s", v->parts.detail.last_variation);
}

static void draw_panes(struct ui *ui, struct job_view *v, struct pane p, const struct job_row *job)
{
    bool limits = p.cols >= THREE_PANES;
    int left = limits ? p.cols * 34 / 100 : p.cols / 2;
    int right = limits ? p.cols * 70 / 100 : p.cols;
    draw_groups(v, pane_part(p, 0, 0, p.rows, left), job);
    draw_terms(v, pane_part(p, 0, left + 1, p.rows, right - left - 1), job);
    pane_put(p, 0, left, ROLE_DIM, "─"); /* the bar makes a joint of it */
    pane_bar_down(p, 1, left, p.rows - 1);
    if (!limits)
        return;
    struct pane rest = pane_part(p, 0, right + 1, p.rows, p.cols - right - 1);
    pane_rule(rest, 0, "Limits", "");
    job_parts_limits(ui, pane_part(rest, 1, 0, rest.rows - 1, rest.cols), job, &v->parts);
    pane_put(p, 0, right, ROLE_DIM, "─");
    pane_bar_down(p, 1, right, p.rows - 1);
}

static int compare_int(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void draw_pace(struct pane p, const struct job_detail *d)
{
    char note[80];
    int32_t sorted[60];
    int64_t sum = 0;
    memcpy(sorted, d->minute, sizeof sorted);
    qsort(sorted, 60, sizeof *sorted, compare_int);
    for (int i = 0; i < 60; i++)
        sum += sorted[i];
    (void)str_format(note, sizeof note, "avg %d  p95 %d  now %d", (int)(sum / 60), (int)sorted[56],
                     (int)d->minute[59]);
    pane_rule(p, 0, "Letters per minute, last 60", note);
    spark_draw(p, 1, 1, p.cols - 2, d->minute, 60, ROLE_INFO);
}

static void draw_log(struct job_view *v, struct pane p)
{
    struct logline_form form = {.area = p.cols >= 60, .one_job = true, .short_time = p.cols < 60};
    if (p.rows < 2)
        return;
    pane_rule(p, 0, "Log of this job", p.cols >= 60 ? "following · l opens" : "");
    logline_tail(pane_part(p, 1, 0, p.rows - 1, p.cols), v->log, v->log_count, &form);
}

static void draw_full(struct ui *ui, struct job_view *v, struct pane p, const struct job_row *job)
{
    int log = p.rows / 4 < 4 ? 4 : p.rows / 4, pace = p.rows >= 20 ? 2 : 0;
    int panes = p.rows - 2 - pace - log - 1;
    int most = v->parts.detail.plan->group_count + 3;
    most = most < 15 ? 15 : most;
    panes = panes > most ? most : panes;
    draw_panes(ui, v, pane_part(p, 2, 0, panes, p.cols), job);
    int y = 2 + panes;
    if (pace > 0)
        draw_pace(pane_part(p, y, 0, pace, p.cols), &v->parts.detail);
    /* The rules below close the bars between the panes. */
    y += pace;
    draw_log(v, pane_part(p, y, 0, p.rows - y, p.cols));
}

static void job_draw(struct ui *ui, void *state, struct pane p)
{
    struct job_view *v = state;
    const struct job_row *job = ui_job_by_id(ui, v->id);
    if (job == NULL) {
        pane_put(p, 0, 1, ROLE_DIM, "This job is not there any more. q goes back.");
        return;
    }
    draw_top(ui, p, job);
    draw_progress(p, 1, job);
    if (!has_parts(v))
        return;
    if (p.rows >= FULL_ROWS && p.cols >= FULL_COLS) {
        draw_full(ui, v, p, job);
        return;
    }
    struct pane body = pane_part(p, 2, 0, p.rows - 2, p.cols);
    if (v->focus == FOCUS_TERMS)
        draw_terms(v, body, job);
    else
        draw_groups(v, body, job);
}

static const struct job_row *job_job(struct ui *ui, void *state)
{
    const struct job_view *v = state;
    return ui_job_by_id(ui, v->id);
}

static void job_done(void *state)
{
    struct job_view *v = state;
    job_parts_done(&v->parts);
    arena_done(&v->log_arena);
}

const struct screen screen_job = {
    .name = "job",
    .title = "Job",
    .brief = "Job",
    .tab = "jobs",
    .kinds = IN_LIST | IN_JOBS | IN_PANES,
    .state_size = sizeof(struct job_view),
    .enter = job_enter,
    .load = job_load,
    .draw = job_draw,
    .act = job_act,
    .job = job_job,
    .done = job_done,
};
