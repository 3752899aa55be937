/* screen_report.c - the text of a report, to be read. The idea: the text is taken once, since a
 * report never changes. */
#include "screen.h"

#include "textview.h"

#include "base/str.h"

enum { TEXT_BYTES = 16 << 20 };

struct report_view {
    struct uuid id;
    struct textview text;
    bool there;
    char why[ERR_TEXT_MAX]; /* not there: why */
};

static void drop(struct report_view *v)
{
    textview_done(&v->text);
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

static bool report_load(struct ui *ui, void *state, struct err *err)
{
    struct report_view *v = state;
    struct err why = {0};
    if (v->there)
        return true;
    drop(v);
    v->text.text = buf_init(TEXT_BYTES);
    v->there = ui->source.report(ui->source.ctx, v->id, &v->text.text, &why);
    (void)str_copy(v->why, sizeof v->why, v->there ? "" : why.text); /* same size */
    if (v->there && !textview_ready(&v->text)) {
        drop(v);
        return err_set(err, ERR_STOP, "console: out of memory for a report");
    }
    return true;
}

static bool report_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct report_view *v = state;
    (void)arg, (void)ui;
    return textview_act(&v->text, op, by);
}

static void report_draw(struct ui *ui, void *state, struct pane p)
{
    struct report_view *v = state;
    (void)ui;
    textview_draw(&v->text, p, "Report");
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
