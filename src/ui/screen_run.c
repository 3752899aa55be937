/* screen_run.c - one run: all its facts and the whole of its trace. */
#include "screen.h"

#include "runparts.h"

#include "base/str.h"

enum { VIEW_BYTES = 1 << 20 };

struct run_view {
    struct uuid id;
    struct arena arena;
    const struct run_row *row; /* NULL: it is not there */
    bool read;
    struct run_detail detail;
    int32_t top, page; /* of the trace */
};

static void run_enter(struct ui *ui, void *state, const char *arg)
{
    struct run_view *v = state;
    struct uuid id = {{0}};
    (void)ui;
    if (!uuid_parse(arg, &id) || uuid_equal(id, v->id))
        return;
    v->id = id;
    v->row = NULL;
    v->read = false;
    v->top = 0;
}

static bool run_load(struct ui *ui, void *state, struct err *err)
{
    struct run_view *v = state;
    struct run_filter filter = {.workspace = ui->workspace, .run = &v->id, .max = 1};
    struct arena arena = arena_init(VIEW_BYTES);
    struct run_row *row = NULL;
    int32_t count = 0;
    if (!ui->source.runs(ui->source.ctx, &filter, &arena, &row, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->row = count > 0 ? row : NULL;
    v->read = true;
    return v->row == NULL || run_detail_load(ui, &v->detail, v->id, err);
}

static bool run_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct run_view *v = state;
    char id[UUID_TEXT_SIZE];
    (void)arg;
    if (v->row == NULL)
        return false;
    switch (op) {
    case OP_MOVE:
        v->top = table_moved(v->top, v->detail.lines, v->page, (enum move)by);
        return true;
    case OP_SEEN:
        return runs_seen(ui, &v->row, 1) > 0;
    case OP_COPY:
        uuid_text(v->id, id);
        (void)str_copy(ui->copy, sizeof ui->copy, v->row->report[0] != '\0' ? v->row->report : id);
        return true;
    case OP_OPEN:
        if (v->row->report[0] == '\0')
            return false;
        uuid_text(v->id, id);
        ui_show(ui, screens_find("report"), id, true);
        return true;
    default:
        return false;
    }
}

static void run_draw(struct ui *ui, void *state, struct pane p)
{
    struct run_view *v = state;
    const struct run_row *r = v->row;
    char when[FIT_TEXT];
    if (r == NULL) {
        pane_put(p, 0, 1, ROLE_DIM, v->read ? "This run is not there. q goes back." : "");
        return;
    }
    struct run_look look = run_look(r);
    int x = pane_add(p, 0, 1, ROLE_DIM, "Runs › ");
    x = pane_add(p, 0, x, LOOK_BOLD, r->schedule[0] != '\0' ? r->schedule : r->specification);
    x = pane_addf(p, 0, x + 2, ROLE_TEXT, "%s", fit_when(run_instant(r), ui->now_us, when));
    pane_say(p, 0, x + 2, (int)look.role, "%s %s", look.glyph, look.word);
    int facts = p.rows < 18 ? p.rows * 2 / 3 - 2 : 14;
    int y = 3 + run_draw_facts(ui, pane_part(p, 2, 0, facts, p.cols), r);
    v->page = p.rows - y - 1;
    int32_t last = v->detail.lines > v->page ? v->detail.lines - v->page : 0;
    v->top = v->top > last ? last : v->top;
    if (v->detail.there)
        run_draw_trace(pane_part(p, y, 0, p.rows - y, p.cols), &v->detail, v->top);
}

static const struct run_row *run_run(struct ui *ui, void *state)
{
    (void)ui;
    return ((struct run_view *)state)->row;
}

static void run_done(void *state)
{
    struct run_view *v = state;
    run_detail_done(&v->detail);
    arena_done(&v->arena);
}

const struct screen screen_run = {
    .name = "run",
    .title = "Run",
    .brief = "Run",
    .tab = "runs",
    .kinds = IN_LIST | IN_RUNS,
    .state_size = sizeof(struct run_view),
    .enter = run_enter,
    .load = run_load,
    .draw = run_draw,
    .act = run_act,
    .run = run_run,
    .done = run_done,
};
