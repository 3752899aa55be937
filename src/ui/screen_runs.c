/* screen_runs.c - the runs of all schedules or of one, the newest first; beside or below the list
 * the selected one: its facts and its trace. A failure stands out until somebody has seen it. */
#include "screen.h"

#include "listing.h"
#include "matcher.h"
#include "runparts.h"

#include "base/str.h"

#include <string.h>

enum { LIST_MAX = 1000, LIST_BYTES = 16 << 20 };

struct runs_view {
    char schedule[NAME_MAX_BYTES + 1]; /* only its runs; "" all */
    struct arena arena;
    struct run_row *row; /* as read */
    int32_t count;
    const struct run_row *shown[LIST_MAX];
    int32_t rows;
    bool bad; /* the filter can't be read */
    struct listing list;
    struct run_detail detail;
};

/* --- what is shown ---------------------------------------------------------------------------- */

static bool takes(const struct matcher *m, const struct run_row *r)
{
    char line[4 * NAME_MAX_BYTES + 300];
    if (m->all)
        return true; /* without making the line */
    (void)str_format(line, sizeof line, "%s %s %s %s %s %s", r->workspace, r->schedule,
                     r->specification, run_trigger_name(r->trigger), run_look(r).word,
                     r->error); /* a cut is fine */
    return matcher_takes(m, line);
}

static struct uuid id_of(const void *view, int32_t row)
{
    return ((const struct runs_view *)view)->shown[row]->id;
}

static void fill(struct ui *ui, struct runs_view *v)
{
    struct matcher m;
    matcher_init(&m, ui->filter);
    v->bad = m.bad;
    v->rows = 0;
    for (int32_t i = 0; i < v->count && v->rows < LIST_MAX; i++)
        if (takes(&m, &v->row[i]))
            v->shown[v->rows++] = &v->row[i];
    matcher_done(&m);
    listing_find(&v->list, v->rows, id_of, v);
}

static const struct run_row *selected(struct ui *ui, struct runs_view *v)
{
    fill(ui, v);
    int32_t at = listing_at(&v->list, v->rows);
    return at < 0 ? NULL : v->shown[at];
}

static void runs_enter(struct ui *ui, void *state, const char *arg)
{
    struct runs_view *v = state;
    (void)ui;
    if (str_equal(v->schedule, arg))
        return;
    (void)str_copy(v->schedule, sizeof v->schedule, arg); /* same size */
    v->list.chosen = false;
    v->count = 0;
}

static bool load_detail(struct ui *ui, struct runs_view *v, struct err *err)
{
    const struct run_row *r = selected(ui, v);
    if (r != NULL && v->list.has_detail)
        return run_detail_load(ui, &v->detail, r->id, err);
    run_detail_done(&v->detail);
    return true;
}

static bool runs_load(struct ui *ui, void *state, struct err *err)
{
    struct runs_view *v = state;
    struct run_filter filter = {.workspace = ui->workspace,
                                .schedule = v->schedule[0] != '\0' ? v->schedule : NULL,
                                .max = LIST_MAX};
    struct arena arena = arena_init(LIST_BYTES);
    struct run_row *row = NULL;
    int32_t count = 0;
    if (!ui->source.runs(ui->source.ctx, &filter, &arena, &row, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->row = row;
    v->count = count;
    return load_detail(ui, v, err);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void move(struct ui *ui, struct runs_view *v, enum move by)
{
    struct err err;
    fill(ui, v);
    listing_move(&v->list, v->rows, by, true, id_of, v); /* at the top it stays at the newest */
    if (v->rows > 0 && !load_detail(ui, v, &err))
        ui->stale = true; /* reading again says what is wrong */
}

static bool runs_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct runs_view *v = state;
    char id[UUID_TEXT_SIZE];
    (void)arg;
    const struct run_row *r = selected(ui, v);
    switch (op) {
    case OP_MOVE:
        move(ui, v, (enum move)by);
        return true;
    case OP_MARK:
        return listing_mark_all(ui, v->rows, id_of, v);
    case OP_SEEN:
        return runs_seen(ui, v->shown, v->rows) > 0;
    case OP_COPY:
        if (r != NULL)
            (void)str_copy(ui->copy, sizeof ui->copy,
                           r->report[0] != '\0' ? r->report : r->error); /* a cut is fine */
        return r != NULL;
    case OP_OPEN:
        if (r == NULL)
            return false;
        uuid_text(r->id, id);
        ui_show(ui, screens_find("run"), id, true);
        return true;
    default:
        return false;
    }
}

/* --- drawing ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_WHEN, C_NAME, C_TRIGGER, C_STATUS, C_ITEMS, C_TOOK, C_RESULT, COLUMNS };

static const struct fit_column columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_WHEN] = {"WHEN", 9, 9, 0},
    [C_NAME] = {"SCHEDULE", 10, 20, 1, .middle = true},
    [C_TRIGGER] = {"TRIGGER", 8, 8, 4},
    [C_STATUS] = {"STATUS", 9, 12, 0},
    [C_ITEMS] = {"ITEMS", 5, 5, 3, .right = true},
    [C_TOOK] = {"TOOK", 5, 5, 3, .right = true},
    [C_RESULT] = {"RESULT", 10, 20, 2, .stretch = true},
};

struct drawing {
    const struct ui *ui;
    const struct runs_view *view;
};

static const char *name_of(const struct run_row *r)
{
    return r->schedule[0] != '\0' ? r->schedule : r->specification;
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char text[FIT_TEXT] = "";
    const struct drawing *d = ctx;
    const struct run_row *r = d->view->shown[row];
    struct run_look look = run_look(r);
    const char *shown = text;
    switch (column) {
    case C_GLYPH:
    case C_STATUS:
        shown = column == C_GLYPH ? look.glyph : look.word;
        ret->look = (int)look.role;
        break;
    case C_WHEN:
        shown = fit_when(run_instant(r), d->ui->now_us, text);
        break;
    case C_NAME:
        shown = name_of(r);
        break;
    case C_TRIGGER:
        shown = run_trigger_name(r->trigger);
        ret->look = ROLE_DIM;
        break;
    case C_ITEMS:
        if (r->status == RUN_SUCCESS)
            shown = fit_count(r->items, text);
        break;
    case C_TOOK:
        run_took(d->ui, r, text);
        break;
    default:
        run_result(r, ret->text, sizeof ret->text);
        ret->look = r->status == RUN_FAILED ? (int)look.role : ROLE_DIM;
        return;
    }
    (void)str_copy(ret->text, sizeof ret->text, shown); /* a cut is fine */
}

static bool marked(void *ctx, int32_t row)
{
    const struct drawing *d = ctx;
    return ui_is_marked(d->ui, d->view->shown[row]->id);
}

static void draw_list(struct ui *ui, struct runs_view *v, struct pane p)
{
    struct drawing d = {ui, v};
    bool head = p.cols >= 50 && p.rows > 2;
    struct table t = {.columns = columns,
                      .column_count = COLUMNS,
                      .rows = v->rows,
                      .cell = cell,
                      .ctx = &d,
                      .marked = marked,
                      .head = head,
                      .focused = true,
                      .margin = p.cols >= 50};
    table_draw(p, &t, &v->list.table);
    if (v->rows == 0)
        listing_say_none(ui, p, head, v->count, "no runs yet");
}

static void draw_summary(const struct ui *ui, struct pane p, const struct runs_view *v)
{
    char n[FIT_TEXT];
    int32_t failed = 0, ok = 0;
    for (int32_t i = 0; i < v->count; i++) {
        failed += v->row[i].status == RUN_FAILED;
        ok += v->row[i].status == RUN_SUCCESS;
    }
    int x = pane_addf(p, 0, 1, LOOK_BOLD, "%s%s", v->count == LIST_MAX ? "newest " : "",
                      fit_count(v->count, n));
    x = pane_add(p, 0, x, ROLE_TEXT, v->count == 1 ? " run" : " runs");
    if (v->schedule[0] != '\0')
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_TEXT, " of "), LOOK_BOLD, "%s", v->schedule);
    x = pane_addf(p, 0, x + 3, ROLE_TEXT, "%s ok", fit_count(ok, n));
    x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_TEXT, "%s failed",
                  fit_count(failed, n));
    int64_t unseen = ui->model.board.counts.unseen;
    if (unseen > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_ERROR, "%s not seen (A)",
                      fit_count(unseen, n));
    if (ui->marks > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_INFO, "%s marked",
                      fit_count(ui->marks, n));
    if (ui->filter[0] != '\0')
        (void)filter_say(ui, p, x + 3, v->bad, v->rows); /* nothing stands behind it */
}

static void draw_detail(struct ui *ui, struct runs_view *v, struct pane p)
{
    const struct run_row *r = selected(ui, v);
    if (r == NULL || p.rows < 3)
        return;
    pane_rule(p, 0, name_of(r), r->report[0] != '\0' ? "Enter opens · o report" : "Enter opens");
    int facts = p.rows < 12 ? p.rows - 4 : 12;
    int y = 1 + run_draw_facts(ui, pane_part(p, 1, 0, facts, p.cols), r);
    if (v->detail.there && uuid_equal(v->detail.id, r->id))
        run_draw_trace(pane_part(p, y, 0, p.rows - y, p.cols), &v->detail, 0);
}

static void runs_draw(struct ui *ui, void *state, struct pane p)
{
    struct runs_view *v = state;
    fill(ui, v);
    int top = p.rows >= 6;
    if (top)
        draw_summary(ui, p, v);
    struct listing_panes to = listing_split(ui, &v->list, p, top, v->rows, LISTING_SIDE_COLS);
    draw_list(ui, v, to.list);
    draw_detail(ui, v, to.detail);
}

static const struct run_row *runs_run(struct ui *ui, void *state)
{
    return selected(ui, state);
}

static const struct run_row *runs_all(struct ui *ui, void *state, int32_t *ret_count)
{
    struct runs_view *v = state;
    (void)ui;
    *ret_count = v->count;
    return v->row;
}

static int64_t runs_badge(const struct ui *ui)
{
    return ui->model.board.counts.unseen;
}

static void runs_done(void *state)
{
    struct runs_view *v = state;
    run_detail_done(&v->detail);
    arena_done(&v->arena);
}

const struct screen screen_runs = {
    .name = "runs",
    .title = "Runs",
    .brief = "Runs",
    .key = '4',
    .kinds = IN_LIST | IN_RUNS | IN_FILTER | IN_MARKS,
    .state_size = sizeof(struct runs_view),
    .enter = runs_enter,
    .load = runs_load,
    .draw = runs_draw,
    .act = runs_act,
    .run = runs_run,
    .runs = runs_all,
    .badge = runs_badge,
    .done = runs_done,
};
