/* screen_report.c - the text of a report, to be read. The idea: the text is taken once, since a
 * report never changes, and only where its lines begin is remembered; what it says is foreign and
 * is screened where it is drawn, as everything is (canvas.c). */
#include "screen.h"

#include "state.h"

#include "base/buf.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 16 << 20, SHIFT_STEP = 10, LINE_MAX = 2000 };

struct report_view {
    struct uuid id;
    struct buf text;
    size_t *line; /* where each begins */
    int32_t lines;
    bool there;
    char why[ERR_TEXT_MAX]; /* not there: why */
    int32_t top, page;
    int shift; /* columns that are scrolled away */
};

static void drop(struct report_view *v)
{
    buf_done(&v->text);
    free(v->line);
    *v = (struct report_view){.id = v->id};
}

static void report_enter(struct ui *ui, void *state, const char *arg)
{
    struct report_view *v = state;
    struct uuid id = {{0}};
    (void)ui;
    if (!uuid_parse(arg, &id) || uuid_equal(id, v->id))
        return;
    drop(v);
    v->id = id;
}

static bool find_lines(struct report_view *v)
{
    const char *text = buf_text(&v->text);
    int32_t count = 1;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        count++;
    v->line = calloc((size_t)count + 1, sizeof *v->line);
    if (v->line == NULL)
        return false;
    for (const char *at = text; at != NULL && *at != '\0';) {
        v->line[v->lines++] = (size_t)(at - text);
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    return true;
}

static bool report_load(struct ui *ui, void *state, struct err *err)
{
    struct report_view *v = state;
    struct err why = {0};
    if (v->there)
        return true;
    drop(v);
    v->text = buf_init(TEXT_BYTES);
    v->there = ui->source.report(ui->source.ctx, v->id, &v->text, &why);
    (void)str_copy(v->why, sizeof v->why, v->there ? "" : why.text); /* same size */
    if (v->there && !find_lines(v)) {
        drop(v);
        return err_set(err, ERR_STOP, "console: out of memory for a report");
    }
    return true;
}

static bool report_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct report_view *v = state;
    int32_t last = v->lines > v->page ? v->lines - v->page : 0;
    (void)arg, (void)ui;
    switch (op) {
    case OP_MOVE:
        v->top = table_moved(v->top, last + 1, v->page, (enum move)by);
        return true;
    case OP_SIDEWAYS:
        v->shift += by * SHIFT_STEP;
        v->shift = v->shift < 0 ? 0 : v->shift;
        return true;
    default:
        return false;
    }
}

static void draw_line(struct pane p, int y, const struct report_view *v, int32_t i)
{
    char line[LINE_MAX];
    const char *at = buf_text(&v->text) + v->line[i];
    (void)str_copy_n(line, sizeof line, at, strcspn(at, "\n")); /* a cut is fine */
    struct pane row = pane_part(p, y, 1, 1, p.cols - 2);
    pane_put(row, 0, -v->shift, ROLE_TEXT, line);
}

static void report_draw(struct ui *ui, void *state, struct pane p)
{
    struct report_view *v = state;
    char note[80];
    (void)ui;
    v->page = p.rows > 1 ? p.rows - 1 : 1;
    int32_t last = v->lines > v->page ? v->lines - v->page : 0;
    v->top = v->top > last ? last : v->top;
    (void)str_format(note, sizeof note, "%d%% of %d lines", fit_percent(v->top + v->page, v->lines),
                     (int)v->lines); /* it fits */
    pane_rule(p, 0, "Report", v->there && p.cols >= 50 ? note : "");
    for (int y = 1; y < p.rows && v->top + y - 1 < v->lines; y++)
        draw_line(p, y, v, v->top + y - 1);
    if (v->why[0] != '\0')
        pane_put_cut(p, 1, 1, p.cols - 2, ROLE_WARN, v->why);
}

static void report_done(void *state)
{
    drop(state);
}

const struct screen screen_report = {
    .name = "report",
    .title = "Report",
    .brief = "Report",
    .tab = "runs",
    .kinds = IN_TEXT,
    .state_size = sizeof(struct report_view),
    .enter = report_enter,
    .load = report_load,
    .draw = report_draw,
    .act = report_act,
    .done = report_done,
};
