/* screen_system.c - who works on the record, over which way it is reached, and what this machine is
 * set to do. Everything is read from the file here, so it stands still, with its age, while a
 * shared record is away. */
#include "screen.h"

#include "sysparts.h"

#include "base/str.h"

#include <string.h>

enum { SYSTEM_BYTES = 4 << 20, HOLDS_MAX = 6 };

struct system_view {
    struct arena arena;
    struct system_seen seen;
    struct machine_files files;
    struct table_state table;
    struct uuid selected; /* stays on its engine whatever is sorted in around it */
    bool chosen;
};

static bool system_load(struct ui *ui, void *state, struct err *err)
{
    struct system_view *v = state;
    struct arena arena = arena_init(SYSTEM_BYTES);
    struct system_seen seen;
    const struct source *s = &ui->source;
    if (!s->system(s->ctx, ui->now_us, &arena, &seen, &v->files, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->seen = seen;
    for (int32_t i = 0; v->chosen && i < seen.engine_count; i++)
        if (uuid_equal(seen.engine[i].id, v->selected))
            v->table.selected = i;
    return true;
}

static const struct engine_seen *selected(struct system_view *v)
{
    int32_t rows = v->seen.engine_count;
    return rows > 0 ? &v->seen.engine[table_moved(v->table.selected, rows, 1, MOVE_NONE)] : NULL;
}

/* The first job in its hands. */
static bool open_job(struct ui *ui, const struct system_view *v, const struct engine_seen *e)
{
    for (int32_t i = 0; i < v->seen.lease_count; i++)
        if (uuid_equal(v->seen.lease[i].engine, e->id)) {
            ui_show(ui, screens_find("job"), v->seen.lease[i].job, true);
            return true;
        }
    return false;
}

static bool system_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct system_view *v = state;
    (void)arg;
    if (op == OP_MOVE) {
        v->table.selected =
            table_moved(v->table.selected, v->seen.engine_count, v->table.page, (enum move)by);
        const struct engine_seen *e = selected(v);
        v->chosen = e != NULL;
        if (e != NULL)
            v->selected = e->id;
        return true;
    }
    const struct engine_seen *e = selected(v);
    if (op == OP_OPEN)
        return e != NULL && open_job(ui, v, e);
    if (op != OP_COPY || e == NULL)
        return false;
    char id[UUID_TEXT_SIZE];
    uuid_text(e->id, id);
    (void)str_copy(ui->copy, sizeof ui->copy, id); /* it fits */
    return true;
}

/* --- engines ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_HOST, C_PID, C_VERSION, C_SEEN, C_UNTIL, C_HOLDS, COLUMNS };

static const struct fit_column columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_HOST] = {"ENGINE", 12, 24, 0, .middle = true},
    [C_PID] = {"PID", 7, 7, 1, .right = true},
    [C_VERSION] = {"VERSION", 8, 10, 3},
    [C_SEEN] = {"SEEN", 8, 8, 0},
    [C_UNTIL] = {"UNTIL", 8, 8, 2},
    [C_HOLDS] = {"HOLDS", 10, 24, 0, .stretch = true},
};

struct drawing {
    const struct ui *ui;
    const struct system_view *view;
};

/* "dental-uk, spain-plumbers, 2 reports" */
static void holds(const struct system_view *v, const struct engine_seen *e, char *dst, size_t size)
{
    char more[40] = "";
    struct buf all = buf_init(2048);
    for (int32_t i = 0; i < v->seen.lease_count; i++)
        if (uuid_equal(v->seen.lease[i].engine, e->id))
            buf_addf(&all, "%s%s", all.len > 0 ? ", " : "", v->seen.lease[i].job);
    if (e->reports > 0)
        (void)str_format(more, sizeof more, "%s%lld %s", all.len > 0 ? ", " : "",
                         (long long)e->reports,
                         e->reports == 1 ? "report" : "reports"); /* it fits */
    (void)str_format(dst, size, "%s%s", all.len > 0 ? buf_text(&all) : "",
                     more); /* a cut is fine */
    if (dst[0] == '\0')
        (void)str_copy(dst, size, "-");
    buf_done(&all);
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char text[FIT_TEXT];
    const struct drawing *d = ctx;
    const struct engine_seen *e = &d->view->seen.engine[row];
    struct system_look look = system_look(d->ui, e);
    switch (column) {
    case C_GLYPH:
        ret->look = (int)look.role;
        (void)str_copy(ret->text, sizeof ret->text, look.glyph); /* it fits */
        break;
    case C_HOST:
        (void)str_format(ret->text, sizeof ret->text, "%s%s", e->host,
                         system_is_here(d->ui, e) ? " (here)" : ""); /* a cut is fine */
        break;
    case C_PID:
        (void)str_format(ret->text, sizeof ret->text, "%lld", (long long)e->pid); /* it fits */
        break;
    case C_VERSION:
        (void)str_copy(ret->text, sizeof ret->text, e->version); /* a cut is fine */
        break;
    case C_SEEN:
        ret->look = look.role == ROLE_OK ? ROLE_TEXT : (int)look.role;
        (void)str_format(ret->text, sizeof ret->text, "%s ago",
                         system_ago(d->ui, e->last_seen_us, text)); /* it fits */
        break;
    case C_UNTIL:
        ret->look = e->until_us > 0 && e->until_us < d->ui->now_us ? ROLE_WARN : ROLE_INFO;
        if (e->until_us > 0)
            time_text_clock(e->until_us, ret->text, sizeof ret->text);
        break;
    default:
        holds(d->view, e, ret->text, sizeof ret->text);
    }
}

static int draw_engines(struct ui *ui, struct system_view *v, struct pane p, int y)
{
    struct drawing d = {ui, v};
    int32_t want = v->seen.engine_count + 1;
    int32_t most = p.rows / 3 > 3 ? p.rows / 3 : 3;
    int rows = (int)(want < most ? want : most);
    struct table t = {.columns = columns,
                      .column_count = COLUMNS,
                      .rows = v->seen.engine_count,
                      .cell = cell,
                      .ctx = &d,
                      .head = true,
                      .focused = true,
                      .margin = p.cols >= 50};
    pane_rule(p, y++, "Engines", "who holds what");
    if (v->seen.engine_count == 0) {
        pane_put(p, y, 1, ROLE_DIM, "no engine was seen in the last seven days");
        return y + 1;
    }
    table_draw(pane_part(p, y, 0, rows, p.cols), &t, &v->table);
    return y + rows;
}

/* What the selected engine holds, one line a job: only where there is room for it. */
static int draw_holds(struct ui *ui, struct system_view *v, struct pane p, int y, int room)
{
    char until[24], left[FIT_TEXT];
    const struct engine_seen *e = selected(v);
    if (e == NULL || e->leases + e->reports == 0 || room < 3)
        return y;
    pane_rule(p, y++, e->host, "leases");
    int last = y + (room - 1 < HOLDS_MAX ? room - 1 : HOLDS_MAX);
    for (int32_t i = 0; i < v->seen.lease_count && y < last; i++) {
        const struct lease_seen *l = &v->seen.lease[i];
        if (!uuid_equal(l->engine, e->id))
            continue;
        time_text_clock(l->until_us, until, sizeof until);
        bool over = l->until_us <= ui->now_us;
        pane_say(p, y++, 1, over ? ROLE_WARN : ROLE_TEXT, "%s/%s  until %s (%s%s)  epoch %lld%s",
                 l->workspace, l->job, until, over ? "ran out " : "in ",
                 fit_span(over ? ui->now_us - l->until_us : l->until_us - ui->now_us, left),
                 (long long)l->epoch, l->manual ? "  by hand" : "");
    }
    if (e->reports > 0 && y < last) {
        time_text_clock(e->reports_until_us, until, sizeof until);
        pane_say(p, y++, 1, ROLE_TEXT, "%lld %s being made, until %s", (long long)e->reports,
                 e->reports == 1 ? "report is" : "reports are", until);
    }
    return y;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void draw_summary(const struct ui *ui, const struct system_view *v, struct pane p)
{
    char n[FIT_TEXT], age[FIT_TEXT], note[64];
    int32_t alive = 0;
    for (int32_t i = 0; i < v->seen.engine_count; i++)
        alive += system_look(ui, &v->seen.engine[i]).role == ROLE_OK;
    int x = pane_addf(p, 0, 1, LOOK_BOLD, "%s", fit_count(alive, n));
    x = pane_add(p, 0, x, ROLE_TEXT, alive == 1 ? " engine works · " : " engines work · ");
    x = pane_addf(p, 0, x, LOOK_BOLD, "%s", fit_count(v->seen.lease_count, n));
    x = pane_add(p, 0, x, ROLE_TEXT, v->seen.lease_count == 1 ? " job held" : " jobs held");
    if (ui_away(ui))
        x = pane_add(p, 0, x, ROLE_ERROR, " · the record does not answer");
    if (!v->seen.copy)
        return;
    (void)str_format(note, sizeof note, "as of %s ago",
                     system_ago(ui, system_as_of(ui, &v->seen), age)); /* it fits */
    if (x + fit_columns_of(note) + 2 < p.cols)
        pane_put_right(p, 0, p.cols - 1, ui_away(ui) ? ROLE_WARN : ROLE_DIM, note);
}

static void system_draw(struct ui *ui, void *state, struct pane p)
{
    struct system_view *v = state;
    int gap = p.rows >= 32;
    draw_summary(ui, v, p);
    int y = draw_engines(ui, v, p, 1);
    int rest = p.rows - y - system_rows(&v->seen) - v->files.services - 4 * gap;
    y = draw_holds(ui, v, p, y, rest > 0 ? rest : 0);
    y = system_draw_record(ui, p, y + gap, &v->seen);
    y = system_draw_machine(ui, p, y + gap, &v->files);
    y = system_draw_services(ui, p, y + gap, &v->files);
    (void)system_draw_config(ui, p, y + gap); /* nothing stands below it */
}

static void system_done(void *state)
{
    struct system_view *v = state;
    arena_done(&v->arena);
}

const struct screen screen_system = {
    .name = "system",
    .title = "System",
    .brief = "Sys",
    .key = '6',
    .kinds = IN_LIST,
    .state_size = sizeof(struct system_view),
    .load = system_load,
    .draw = system_draw,
    .act = system_act,
    .done = system_done,
};
