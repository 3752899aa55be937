/* screen_jobs.c - all jobs, and below them the groups and the resume point of the selected one. */
#include "screen.h"

#include "joblist.h"
#include "jobparts.h"
#include "logline.h"
#include "state.h"

#include "base/str.h"

enum { BELOW_ROWS = 18, TAIL_ROWS = 5, LOG_LINES = 60, LOG_BYTES = 1 << 20 };

struct jobs_view {
    struct joblist list;
    struct job_parts parts;
    struct table_state groups;
    /* A small screen shows the log where there is no room for groups. */
    struct arena log_arena;
    struct log_row *log;
    int32_t log_count;
};

static bool load_log(struct ui *ui, struct jobs_view *v, struct err *err)
{
    struct log_filter filter = {.level = LOG_INFO, .mask = ui->mask};
    arena_done(&v->log_arena);
    v->log_arena = arena_init(LOG_BYTES);
    v->log_count = 0;
    return ui->source.log(ui->source.ctx, &filter, NULL, true, LOG_LINES, &v->log_arena, &v->log,
                          &v->log_count, err);
}

static bool jobs_load(struct ui *ui, void *state, struct err *err)
{
    struct jobs_view *v = state;
    const struct job_row *job = joblist_job(ui, &v->list);
    if (!load_log(ui, v, err))
        return false;
    return job == NULL || job_parts_load(ui, &v->parts, job->id, err);
}

static bool sort_by(struct jobs_view *v, int by)
{
    if (by == 0)
        v->list.inverted = !v->list.inverted;
    else
        v->list.sort = (enum job_sort)(((int)v->list.sort + by + SORTS) % SORTS);
    return true;
}

static bool jobs_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct jobs_view *v = state;
    const struct job_row *job = joblist_job(ui, &v->list);
    char id[UUID_TEXT_SIZE];
    (void)arg;
    if (op == OP_MOVE) {
        joblist_move(ui, &v->list, (enum move)by);
        ui->stale = true; /* the groups of another job */
        return true;
    }
    if (op == OP_SORT)
        return sort_by(v, by);
    if (op != OP_OPEN || job == NULL)
        return false;
    uuid_text(job->id, id);
    ui_show(ui, screens_find("job"), id, true);
    return true;
}

static void draw_summary(struct ui *ui, struct pane p, const struct jobs_view *v)
{
    char n[FIT_TEXT];
    const struct totals *t = &ui->model.totals;
    int32_t rate = 0;
    for (int32_t i = 0; i < ui->model.job_count; i++)
        rate += ui->model.jobs[i].state == JOB_RUNNING ? ui->model.jobs[i].per_minute : 0;
    int x = pane_addf(p, 0, 1, LOOK_BOLD, "%d", (int)t->jobs);
    x = pane_addf(p, 0, x, ROLE_TEXT, " %s   ", t->jobs == 1 ? "job" : "jobs");
    x = pane_addf(p, 0, x, t->running > 0 ? ROLE_RUN : ROLE_TEXT, "%d running", (int)t->running);
    x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), t->paused > 0 ? ROLE_WARN : ROLE_TEXT,
                  "%d paused", (int)t->paused);
    x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_TEXT, "%d idle", (int)t->idle);
    if (t->failed > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_ERROR, "%d failed",
                      (int)t->failed);
    if (p.cols >= 90) {
        x = pane_addf(p, 0, x + 6, LOOK_BOLD, "%d", (int)rate);
        x = pane_add(p, 0, x, ROLE_TEXT, " letters/min   ");
        x = pane_add(p, 0, x, LOOK_BOLD, fit_count(t->letters_today, n));
        x = pane_add(p, 0, x, ROLE_TEXT, " today");
    }
    if (ui->filter[0] != '\0')
        x = pane_addf(p, 0, pane_add(p, 0, x + 3, ROLE_DIM, "filter "), ROLE_INFO, "/%s",
                      ui->filter);
    char sort[40];
    (void)str_format(sort, sizeof sort, "sort %s %s", joblist_sort_name(v->list.sort),
                     v->list.inverted ? "↓" : "↑");
    if (x + 20 < p.cols)
        pane_put_right(p, 0, p.cols - 1, ROLE_DIM, sort);
}

static void draw_tail(const struct jobs_view *v, struct pane p)
{
    bool wide = p.cols >= 60;
    struct logline_form form = {.level = wide, .area = wide, .short_time = !wide};
    if (p.rows < 2)
        return;
    pane_rule(p, 0, "Log", wide ? "following · info and above · 5 opens" : "");
    logline_tail(pane_part(p, 1, 0, p.rows - 1, p.cols), v->log, v->log_count, &form);
}

/* The groups and the resume point of the selected job, and the log where there is room left. */
static void draw_below(struct ui *ui, struct jobs_view *v, struct pane p)
{
    const struct job_row *job = joblist_job(ui, &v->list);
    char title[NAME_MAX_BYTES + 16], note[120];
    if (job == NULL || p.rows < 3)
        return;
    bool same = v->parts.there && uuid_equal(v->parts.id, job->id);
    int resume = p.rows >= 9 ? 3 : 0;
    int groups = same ? v->parts.detail.plan->group_count : 0;
    int rows = p.rows - 1 - resume - (resume > 0);
    if (rows > groups + 1)
        rows = groups + 1;
    (void)str_format(title, sizeof title, "%s: groups", job->name);
    (void)str_format(note, sizeof note, "limit %d letters per group and cycle · %d leads per term",
                     (int)job->max_emails_per_group, (int)job->loop_interval);
    pane_rule(p, 0, title, note);
    if (!same)
        return;
    int32_t current = job_parts_current(&v->parts);
    v->groups.selected = current < 0 ? 0 : current; /* so that it is in view */
    job_parts_groups(pane_part(p, 1, 0, rows, p.cols), job, &v->parts, &v->groups, true, false);
    if (resume > 0)
        job_parts_resume(ui, pane_part(p, rows + 2, 0, resume, p.cols), job, &v->parts);
    int used = rows + 2 + resume;
    if (p.rows - used >= TAIL_ROWS)
        draw_tail(v, pane_part(p, used, 0, p.rows - used, p.cols));
}

static void jobs_draw(struct ui *ui, void *state, struct pane p)
{
    struct jobs_view *v = state;
    if (ui->model.there && ui->model.job_count == 0) {
        joblist_welcome(ui, p);
        return;
    }
    bool roomy = p.rows >= BELOW_ROWS && p.cols >= 60;
    int top = p.rows >= 12;
    if (top)
        draw_summary(ui, p, v);
    joblist_fill(ui, &v->list);
    int head = p.cols >= 60, want = v->list.rows + head, room = p.rows - top;
    int most = roomy ? (room - head) / 3 + head + 1 : room > 6 ? room * 2 / 3 : room;
    int rows = want < most ? want : most;
    rows = rows < 1 + head ? 1 + head : rows;
    joblist_draw(ui, &v->list, pane_part(p, top, 0, rows, p.cols), true, true);
    struct pane below = pane_part(p, top + rows + roomy, 0, p.rows - top - rows - roomy, p.cols);
    if (roomy)
        draw_below(ui, v, below);
    else
        draw_tail(v, below);
}

static const struct job_row *jobs_job(struct ui *ui, void *state)
{
    struct jobs_view *v = state;
    return joblist_job(ui, &v->list);
}

static void jobs_done(void *state)
{
    struct jobs_view *v = state;
    job_parts_done(&v->parts);
    arena_done(&v->log_arena);
}

const struct screen screen_jobs = {
    .name = "jobs",
    .title = "Jobs",
    .brief = "Jobs",
    .key = '3',
    .kinds = IN_LIST | IN_JOBS | IN_FILTER | IN_MARKS | IN_SORT,
    .state_size = sizeof(struct jobs_view),
    .load = jobs_load,
    .draw = jobs_draw,
    .act = jobs_act,
    .job = jobs_job,
    .done = jobs_done,
};
