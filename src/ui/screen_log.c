/* screen_log.c - the log: follow, hold, search. What is shown and where is logview's affair; here
 * are the keys and the picture. */
#include "screen.h"

#include "logline.h"
#include "logview.h"
#include "state.h"

#include "base/clock.h"
#include "base/str.h"

enum { SHIFT_STEP = 10 };

static void copy_line(struct ui *ui, const struct log_view *v)
{
    char clock[16];
    if (v->count == 0)
        return;
    const struct log_row *row = &v->row[logview_cursor(v)];
    time_text_clock(row->key.at_us, clock, sizeof clock);
    (void)str_format(ui->copy, sizeof ui->copy, "%s %s %s %s%s%s", clock,
                     log_level_name(row->level), row->area, row->job,
                     row->job[0] != '\0' ? " " : "", row->text);
}

static bool open_line(struct ui *ui, const struct log_view *v)
{
    const char *job = v->count > 0 ? v->row[logview_cursor(v)].job : "";
    if (job[0] == '\0')
        return false;
    ui_show(ui, screens_find("job"), job, true);
    return true;
}

static bool log_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct log_view *v = state;
    logview_begin(v);
    switch (op) {
    case OP_MOVE:
        logview_move(ui, v, (enum move)by);
        return true;
    case OP_SIDEWAYS:
        v->shift += by * SHIFT_STEP;
        v->shift = v->shift < 0 ? 0 : v->shift;
        return true;
    case OP_OPEN:
        return open_line(ui, v);
    case OP_CLEAR:
        return logview_clear(ui, v);
    case OP_MATCH:
        logview_search(ui, v, by, arg);
        return true;
    case OP_ONLY:
        logview_only(ui, v, arg);
        return true;
    case OP_FOLLOW:
        if (v->held)
            logview_follow(ui, v);
        else
            logview_hold(v);
        return true;
    case OP_LEVEL:
        logview_level(ui, v, arg);
        return true;
    case OP_ERROR:
        logview_jump(ui, v, LOG_ERROR, "error", by);
        return true;
    case OP_WARNING:
        logview_jump(ui, v, LOG_WARN, "warning", by);
        return true;
    case OP_WRAP:
        v->wrap = !v->wrap;
        return true;
    case OP_COPY:
        copy_line(ui, v);
        return true;
    default:
        return false;
    }
}

static bool log_load(struct ui *ui, void *state, struct err *err)
{
    return logview_load(ui, state, err);
}

static void log_enter(struct ui *ui, void *state, const char *arg)
{
    struct log_view *v = state;
    (void)ui;
    logview_begin(v);
    if (str_equal(v->job, arg))
        return;
    (void)str_copy(v->job, sizeof v->job, arg);
    v->held = false;
    v->count = 0;
    v->shift = 0;
}

static void draw_summary(const struct ui *ui, struct pane p, const struct log_view *v)
{
    char fresh[FIT_TEXT], since[FIT_TEXT];
    int x = 1;
    if (!v->held)
        x = pane_add(p, 0, x, ROLE_RUN, "▶ following");
    else if (v->fresh > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_WARN, "║ paused"), ROLE_TEXT,
                      " %s new below (G follows)", fit_count(v->fresh, fresh));
    else
        x = pane_add(p, 0, pane_add(p, 0, x, ROLE_WARN, "║ paused"), ROLE_TEXT, " (G follows)");
    x = pane_add(p, 0, x, ROLE_DIM, "   level ");
    x = pane_addf(p, 0, x, LOOK_BOLD, "%s%s", log_level_name(v->level),
                  v->level == LOG_ERROR ? "" : "+");
    x = pane_add(p, 0, x, ROLE_DIM, "   job ");
    x = pane_add(p, 0, x, LOOK_BOLD, v->job[0] != '\0' ? v->job : "all");
    if (v->search[0] == '\0')
        return;
    x = pane_add(p, 0, x, ROLE_DIM, v->only[0] != '\0' ? "   only " : "   search ");
    x = pane_addf(p, 0, x, ROLE_INFO, "/%s", v->search);
    if (v->only[0] != '\0' && v->since_us > 0)
        pane_say(p, 0, x, ROLE_DIM, " since %s", fit_when(v->since_us, ui->now_us, since));
}

static int job_width(const struct log_view *v, int cols)
{
    int most = 0;
    for (int32_t i = 0; i < v->count && v->job[0] == '\0'; i++) {
        int wide = fit_columns_of(v->row[i].job);
        most = wide > most ? wide : most;
    }
    int limit = cols / 6;
    return most < limit ? most : limit;
}

/* The first line to show, so that the cursor keeps its place and is in view whatever is wrapped. */
static int32_t top_of(struct pane p, const struct log_view *v, const struct logline_form *form,
                      int32_t cursor)
{
    int32_t top = v->held ? cursor - v->offset : v->count - p.rows;
    if (top > v->count - p.rows && !v->wrap)
        top = v->count - p.rows; /* no empty rows while there are lines above */
    top = top < 0 ? 0 : top;
    int rows = 0;
    for (int32_t i = cursor; i >= top && i >= 0; i--) {
        rows += logline_rows(p, &v->row[i], form);
        if (rows > p.rows)
            return i < cursor ? i + 1 : i;
    }
    return top;
}

static void draw_lines(struct pane p, struct log_view *v)
{
    struct logline_form form = {
        .level = p.cols >= 50,
        .area = p.cols >= 70,
        .short_time = p.cols < 50,
        .shift = v->shift,
        .wrap = v->wrap,
        .hit = v->has_hit ? &v->hit : NULL,
    };
    form.one_job = v->job[0] != '\0';
    form.job_width = job_width(v, p.cols);
    form.job = p.cols >= 90 && form.job_width > 0;
    int32_t cursor = logview_cursor(v);
    int y = 0;
    for (int32_t i = top_of(p, v, &form, cursor); i >= 0 && i < v->count && y < p.rows; i++) {
        form.selected = v->held && i == cursor;
        logline_draw(p, y, &v->row[i], &form);
        y += logline_rows(p, &v->row[i], &form);
    }
    if (v->count == 0)
        pane_put(p, 0, 1, ROLE_DIM,
                 v->only[0] != '\0' ? "no line matches · Esc clears" : "nothing yet");
}

static void log_draw(struct ui *ui, void *state, struct pane p)
{
    struct log_view *v = state;
    logview_begin(v);
    int top = p.rows >= 8 ? 2 : 1;
    draw_summary(ui, p, v);
    if (top == 2)
        pane_rule(p, 1, "", "");
    struct pane body = pane_part(p, top, 0, p.rows - top, p.cols);
    int32_t page = body.rows > 1 ? body.rows : 1;
    if (page > v->page)
        ui->stale = true; /* there is more room than was read for */
    v->page = page;
    draw_lines(body, v);
}

static const struct job_row *log_job(struct ui *ui, void *state)
{
    const struct log_view *v = state;
    const char *name = v->job[0] != '\0' ? v->job
                       : v->count > 0    ? v->row[logview_cursor(v)].job
                                         : "";
    return ui_job_named(ui, name);
}

static void log_done(void *state)
{
    struct log_view *v = state;
    logview_drop_search(v);
    arena_done(&v->arena);
}

const struct screen screen_log = {
    .name = "log",
    .title = "Log",
    .brief = "Log",
    .key = '5',
    .kinds = IN_LOG,
    .state_size = sizeof(struct log_view),
    .enter = log_enter,
    .load = log_load,
    .draw = log_draw,
    .act = log_act,
    .job = log_job,
    .done = log_done,
};
