/* screen_dash.c - is all well? What runs, what needs somebody, the pace, the newest log lines. */
#include "screen.h"

#include "joblist.h"
#include "logline.h"
#include "schedparts.h"
#include "state.h"

#include "base/str.h"

enum {
    LOG_LINES = 100,
    LOG_BYTES = 1 << 20,
    FULL_ROWS = 17,
    FULL_COLS = 60,
    SPLIT_COLS = 90,
    NEEDS = 5,
    DUE_COLS = 40
};
enum focus { FOCUS_JOBS, FOCUS_LOG, FOCUSES };

struct dash_view {
    struct joblist list;
    enum focus focus;
    struct arena arena;
    struct log_row *log;
    int32_t log_count;
};

static bool dash_load(struct ui *ui, void *state, struct err *err)
{
    struct dash_view *v = state;
    struct log_filter filter = {.level = LOG_INFO, .mask = ui->mask};
    arena_done(&v->arena);
    v->arena = arena_init(LOG_BYTES);
    v->log_count = 0;
    return ui->source.log(ui->source.ctx, &filter, NULL, true, LOG_LINES, &v->arena, &v->log,
                          &v->log_count, err);
}

/* One row further than the last job is the log, and one back from there the jobs. */
static void move(struct ui *ui, struct dash_view *v, enum move by)
{
    bool last = v->list.rows == 0 || v->list.table.selected == v->list.rows - 1;
    bool was_log = v->focus == FOCUS_LOG;
    if (by == MOVE_DOWN && (last || was_log)) {
        v->focus = FOCUS_LOG;
        return;
    }
    v->focus = FOCUS_JOBS;
    if (!was_log)
        joblist_move(ui, &v->list, by);
}

static bool dash_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct dash_view *v = state;
    const struct job_row *job = joblist_job(ui, &v->list);
    char id[UUID_TEXT_SIZE];
    (void)arg;
    switch (op) {
    case OP_MOVE:
        move(ui, v, (enum move)by);
        return true;
    case OP_PANE:
        v->focus = (enum focus)(((int)v->focus + by + FOCUSES) % FOCUSES);
        return true;
    case OP_OPEN:
        if (v->focus == FOCUS_LOG) {
            ui_show(ui, screens_find("log"), "", true);
            return true;
        }
        if (job == NULL)
            return false;
        uuid_text(job->id, id);
        ui_show(ui, screens_find("job"), id, true);
        return true;
    default:
        return false;
    }
}

/* Where the engine is, in a word and a colour. */
static int draw_engine(const struct ui *ui, struct pane p, int x)
{
    x = pane_add(p, 0, x, LOOK_BOLD, "Engine ");
    const char *other = ui_works_elsewhere(ui);
    if (ui_stands_alone(ui) && other != NULL)
        return pane_addf(p, 0, x, ROLE_OK, "● running on %s", other);
    if (ui_stands_alone(ui))
        return pane_add(p, 0, x, ROLE_WARN, "■ none here");
    if (ui->has_desk && ui->standing.where == ENGINE_HERE)
        return ui->standing.problem[0] == '\0' ? pane_add(p, 0, x, ROLE_OK, "● running here")
               : ui->standing.lanes_busy > 0   ? pane_add(p, 0, x, ROLE_WARN, "▲ in trouble")
                                               : pane_add(p, 0, x, ROLE_ERROR, "× stands still");
    if (ui->has_desk && ui->standing.where == ENGINE_ELSEWHERE)
        return pane_addf(p, 0, x, ROLE_OK, "● running, pid %ld", ui->standing.pid);
    if (ui->starting)
        return pane_add(p, 0, x, ROLE_DIM, "· starting");
    if (!ui->has_desk && other != NULL)
        return pane_addf(p, 0, x, ROLE_OK, "● running on %s", other);
    return pane_add(p, 0, x, ROLE_WARN, ui->has_desk ? "■ not running" : "■ not here");
}

/* The schedules in a few figures. */
static void draw_reports(const struct ui *ui, struct pane p, int x)
{
    char n[FIT_TEXT];
    const struct schedule_counts *c = &ui->model.board.counts;
    int64_t left_us = c->next_run_us - ui->now_us;
    if (c->all == 0)
        return;
    x = pane_add(p, 0, x + 3, LOOK_BOLD, "Due next ");
    x = pane_add(p, 0, x, ROLE_TEXT,
                 c->next_run_us == 0 ? "-"
                 : left_us > 0       ? fit_span(left_us, n)
                                     : "now");
    x = pane_add(p, 0, x + 3, LOOK_BOLD, "Reports ");
    x = pane_addf(p, 0, x, ROLE_TEXT, "%s ok", fit_count(c->successes, n));
    if (c->overdue > 0)
        x = pane_addf(p, 0, x + 3, ROLE_WARN, "%s overdue", fit_count(c->overdue, n));
    if (c->unseen > 0)
        pane_say(p, 0, x + 3, ROLE_ERROR, "%s failed", fit_count(c->unseen, n));
}

static void draw_summary(const struct ui *ui, struct pane p)
{
    char n[FIT_TEXT];
    const struct totals *t = &ui->model.totals;
    int x = draw_engine(ui, p, 1);
    x = pane_add(p, 0, x + 3, LOOK_BOLD, "Today ");
    x = pane_addf(p, 0, x, ROLE_TEXT, "%s letters", fit_count(t->letters_today, n));
    if (t->in_doubt > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x + 3, LOOK_BOLD, "In doubt "), ROLE_WARN, "%s",
                      fit_count(t->in_doubt, n));
    if (t->held > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x + 3, LOOK_BOLD, "Held "), ROLE_WARN, "%s",
                      fit_count(t->held, n));
    if (t->failed > 0)
        x = pane_addf(p, 0, x + 3, ROLE_ERROR, "%d failed", (int)t->failed);
    draw_reports(ui, p, x);
}

static void draw_needs(const struct ui *ui, struct pane p)
{
    struct attention a[NEEDS];
    char note[FIT_TEXT];
    int all = ui_attention(ui, a, NEEDS), names = 0;
    pane_rule(p, 0, "Needs attention", all > 0 ? fit_count(all, note) : "");
    if (all == 0)
        pane_put(p, 1, 1, ROLE_DIM, "nothing");
    for (int i = 0; i < all && i < NEEDS; i++) {
        int wide = fit_columns_of(a[i].subject);
        names = wide > names ? wide : names;
    }
    names = names > p.cols / 3 ? p.cols / 3 : names;
    for (int i = 0; i < all && i < NEEDS && i + 1 < p.rows; i++) {
        char subject[NAME_MAX_BYTES + 8];
        fit_cut(subject, sizeof subject, a[i].subject, names, FIT_MIDDLE);
        pane_put(p, i + 1, 1, (int)a[i].role, a[i].glyph);
        pane_put(p, i + 1, 3, ROLE_TEXT, subject);
        pane_put_cut(p, i + 1, names + 5, p.cols - names - 6, (int)a[i].role, a[i].text);
    }
}

/* What comes up next; overdue is said where things need attention. */
static void draw_due(const struct ui *ui, struct pane p)
{
    char n[FIT_TEXT], note[80], when[FIT_TEXT], span[FIT_TEXT];
    const struct schedule_board *b = &ui->model.board;
    (void)str_format(note, sizeof note, "%s of %s active", fit_count(b->counts.active, n),
                     fit_count(b->counts.all, when)); /* it fits */
    pane_rule(p, 0, "Due next", note);
    if (b->next_count == 0)
        pane_put(p, 1, 1, ROLE_DIM, "nothing");
    for (int32_t i = 0; i < b->next_count && i + 1 < p.rows; i++) {
        const struct board_next *next = &b->next[i];
        int64_t left_us = next->next_run_us - ui->now_us;
        int y = (int)i + 1, name = p.cols < DUE_COLS ? 1 : 24;
        if (left_us > 0 && p.cols >= DUE_COLS)
            pane_put(p, y, 1, ROLE_TEXT, sched_when(next->next_run_us, ui->now_us, when));
        (void)str_format(note, sizeof note, "in %s", fit_span(left_us, span)); /* it fits */
        if (p.cols >= DUE_COLS)
            pane_put_right(p, y, 22, left_us > 0 ? ROLE_INFO : ROLE_WARN,
                           left_us > 0 ? note : "due");
        pane_put_cut(p, y, name, p.cols - name - 1, ROLE_TEXT, next->name);
    }
}

static void draw_pace(const struct ui *ui, struct pane p)
{
    const int32_t *v = ui->model.totals.ten_minutes;
    int32_t most = 0;
    for (int i = 0; i < 24; i++)
        most = v[i] > most ? v[i] : most;
    pane_rule(p, 0, "Letters per 10 min, last 4 h", "");
    spark_draw(p, 1, 1, 24, v, 24, ROLE_INFO);
    pane_say(p, 1, 27, ROLE_TEXT, "now %d  max %d", (int)v[23], (int)most);
}

/* With schedules: what is due and what needs attention side by side, the pace below. */
static int draw_with_due(const struct ui *ui, struct pane p, int needs)
{
    int due = ui->model.board.next_count, half = p.cols / 2;
    int rows = 1 + (needs > due ? needs : due);
    draw_due(ui, pane_part(p, 0, 0, rows, half));
    draw_needs(ui, pane_part(p, 0, half + 1, rows, p.cols - half - 1));
    pane_put(p, 0, half, ROLE_DIM, "─"); /* the bar makes a joint of it */
    pane_bar_down(p, 1, half, rows - 1);
    if (p.rows < rows + 8)
        return rows; /* the log is worth more than the pace */
    draw_pace(ui, pane_part(p, rows, 0, 2, p.cols));
    return rows + 2;
}

/* Attention and pace side by side, or one below the other; returns the rows taken. */
static int draw_middle(const struct ui *ui, struct pane p)
{
    struct attention a[1];
    int needs = ui_attention(ui, a, 1);
    needs = needs > NEEDS ? NEEDS : needs;
    if (p.cols >= SPLIT_COLS && ui->model.board.counts.all > 0)
        return draw_with_due(ui, p, needs > 1 ? needs : 1);
    if (p.cols >= SPLIT_COLS) {
        int rows = 1 + (needs > 1 ? needs : 1), half = p.cols / 2;
        draw_needs(ui, pane_part(p, 0, 0, rows, half));
        draw_pace(ui, pane_part(p, 0, half + 1, rows, p.cols - half - 1));
        pane_put(p, 0, half, ROLE_DIM, "─"); /* the bar makes a joint of it */
        pane_bar_down(p, 1, half, rows - 1);
        return rows;
    }
    int y = 0;
    if (needs > 0) {
        y = 1 + (needs < 3 ? needs : 3);
        draw_needs(ui, pane_part(p, 0, 0, y, p.cols));
    }
    if (ui->model.board.counts.all > 0) {
        int due = 1 + (ui->model.board.next_count > 3 ? 3 : ui->model.board.next_count);
        draw_due(ui, pane_part(p, y, 0, due < 2 ? 2 : due, p.cols));
        return y + (due < 2 ? 2 : due);
    }
    draw_pace(ui, pane_part(p, y, 0, 2, p.cols));
    return y + 2;
}

static void draw_log(struct pane p, const struct dash_view *v)
{
    bool wide = p.cols >= 60;
    struct logline_form form = {.level = wide, .area = wide, .short_time = !wide};
    if (p.rows < 2)
        return;
    pane_rule(p, 0, "Log", wide ? "following · info and above · 5 opens" : "");
    struct pane body = pane_part(p, 1, 0, p.rows - 1, p.cols);
    logline_tail(body, v->log, v->log_count, &form);
    int shown = v->log_count < body.rows ? v->log_count : body.rows;
    if (v->focus == FOCUS_LOG && shown > 0)
        pane_select(body, shown - 1);
}

static void draw_jobs(struct ui *ui, struct dash_view *v, struct pane p)
{
    char note[80];
    const struct totals *t = &ui->model.totals;
    (void)str_format(note, sizeof note, "%d running · %d paused · %d idle", (int)t->running,
                     (int)t->paused, (int)t->idle);
    pane_rule(p, 0, "Automation", note);
    joblist_draw(ui, &v->list, pane_part(p, 1, 0, p.rows - 1, p.cols), false,
                 v->focus == FOCUS_JOBS);
}

static void draw_full(struct ui *ui, struct dash_view *v, struct pane p)
{
    draw_summary(ui, p);
    joblist_fill(ui, &v->list);
    int most = p.rows / 3, jobs = v->list.rows < 1 ? 1 : v->list.rows;
    jobs = jobs > most ? most : jobs;
    draw_jobs(ui, v, pane_part(p, 2, 0, jobs + 1, p.cols));
    int y = 2 + jobs + 1 + 1;
    y += draw_middle(ui, pane_part(p, y, 0, p.rows - y, p.cols));
    draw_log(pane_part(p, y, 0, p.rows - y, p.cols), v);
}

static void dash_draw(struct ui *ui, void *state, struct pane p)
{
    struct dash_view *v = state;
    if (ui->model.there && ui->model.job_count == 0 && ui->model.board.counts.all == 0) {
        joblist_welcome(ui, p);
        return;
    }
    if (p.rows >= FULL_ROWS && p.cols >= FULL_COLS) {
        draw_full(ui, v, p);
        return;
    }
    joblist_fill(ui, &v->list);
    int most = p.rows > 5 ? p.rows * 2 / 3 : p.rows;
    int jobs = v->list.rows < 1 ? 1 : v->list.rows;
    jobs = jobs > most ? most : jobs;
    joblist_draw(ui, &v->list, pane_part(p, 0, 0, jobs, p.cols), false, v->focus == FOCUS_JOBS);
    draw_log(pane_part(p, jobs, 0, p.rows - jobs, p.cols), v);
}

static const struct job_row *dash_job(struct ui *ui, void *state)
{
    struct dash_view *v = state;
    /* While the log has the focus no row of a job is shown as selected, so none is. */
    return v->focus == FOCUS_JOBS ? joblist_job(ui, &v->list) : NULL;
}

static void dash_done(void *state)
{
    struct dash_view *v = state;
    arena_done(&v->arena);
}

static int64_t dash_badge(const struct ui *ui)
{
    struct attention a[1];
    return ui_attention(ui, a, 1);
}

const struct screen screen_dash = {
    .name = "dash",
    .title = "Dash",
    .brief = "Dash",
    .key = '1',
    .kinds = IN_LIST | IN_JOBS | IN_PANES | IN_FILTER | IN_MARKS,
    .state_size = sizeof(struct dash_view),
    .load = dash_load,
    .draw = dash_draw,
    .act = dash_act,
    .job = dash_job,
    .badge = dash_badge,
    .done = dash_done,
};
