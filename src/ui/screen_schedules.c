/* screen_schedules.c - all schedules; beside or below the list the selected one: its facts, when it
 * runs next and why not, how its last runs went. */
#include "screen.h"

#include "listing.h"
#include "matcher.h"
#include "schedparts.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES = 64 << 20, SHOWN_MAX = 20000, SIDE_COLS = 100, NAME_MAX_COLS = 30 };

enum sort { SORT_NEXT, SORT_NAME, SORT_STATE, SORT_FAILURES, SORTS };

struct schedules_view {
    struct arena arena;
    struct schedule_row *row; /* as read */
    char (*words)[SCHED_WORDS];
    int32_t count;
    const struct schedule_row **shown; /* filtered and sorted; of the arena */
    int32_t rows;
    bool bad; /* the filter can't be read */
    struct listing list;
    struct table_state runs;
    enum sort sort;
    bool inverted;
    const struct ui *ui; /* while it sorts */
    struct sched_detail detail;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "console: out of memory for the schedules");
}

/* --- filter and order ------------------------------------------------------------------------- */

static bool takes(const struct ui *ui, const struct matcher *m, const struct schedule_row *s)
{
    char line[4 * NAME_MAX_BYTES + 64];
    if (m->all)
        return true; /* without making the line */
    (void)str_format(line, sizeof line, "%s %s %s %s %s", s->workspace, s->name, s->specification,
                     s->type, sched_look(ui, s).word); /* it fits */
    return matcher_takes(m, line);
}

/* What needs somebody first. */
static int rank(const struct ui *ui, const struct schedule_row *s)
{
    enum role role = sched_look(ui, s).role;
    return role == ROLE_ERROR ? 0 : role == ROLE_WARN ? 1 : role == ROLE_RUN ? 2 : role != ROLE_OK;
}

static int sign(int64_t v)
{
    return (v > 0) - (v < 0);
}

static bool plans(const struct schedule_row *s)
{
    return s->enabled && s->status == SCHEDULE_ACTIVE;
}

static int compare(const void *left, const void *right, void *ctx)
{
    const struct schedule_row *a = *(const struct schedule_row *const *)left;
    const struct schedule_row *b = *(const struct schedule_row *const *)right;
    const struct schedules_view *v = ctx;
    int c = 0;
    if (v->sort == SORT_NEXT)
        c = plans(a) != plans(b) ? (int)plans(b) - (int)plans(a)
                                 : sign(a->next_run_us - b->next_run_us);
    if (v->sort == SORT_STATE || (v->sort == SORT_NEXT && !plans(a) && !plans(b)))
        c = rank(v->ui, a) - rank(v->ui, b);
    else if (v->sort == SORT_FAILURES)
        c = sign(b->failures - a->failures);
    if (c == 0)
        c = strcmp(a->name, b->name);
    if (c == 0)
        c = strcmp(a->workspace, b->workspace);
    return v->inverted ? -c : c;
}

static struct uuid id_of(const void *view, int32_t row)
{
    return ((const struct schedules_view *)view)->shown[row]->id;
}

/* Makes what is shown from what was read; to be called before each draw and each move. */
static void fill(struct ui *ui, struct schedules_view *v)
{
    struct matcher m;
    matcher_init(&m, ui->filter);
    v->bad = m.bad;
    v->rows = 0;
    for (int32_t i = 0; i < v->count; i++)
        if (takes(ui, &m, &v->row[i]))
            v->shown[v->rows++] = &v->row[i];
    matcher_done(&m);
    v->ui = ui;
    if (v->rows > 0)
        qsort_r(v->shown, (size_t)v->rows, sizeof *v->shown, compare, v);
    listing_find(&v->list, v->rows, id_of, v);
}

static const struct schedule_row *selected(struct ui *ui, struct schedules_view *v)
{
    fill(ui, v);
    int32_t at = listing_at(&v->list, v->rows);
    return at < 0 ? NULL : v->shown[at];
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool load_detail(struct ui *ui, struct schedules_view *v, struct err *err)
{
    const struct schedule_row *s = selected(ui, v);
    if (s == NULL || !v->list.has_detail) {
        sched_detail_done(&v->detail);
        return true;
    }
    return sched_detail_load(ui, &v->detail, s, err);
}

static bool schedules_load(struct ui *ui, void *state, struct err *err)
{
    struct schedules_view *v = state;
    struct arena arena = arena_init(LIST_BYTES);
    struct schedule_row *row = NULL;
    int32_t count = 0;
    const struct source *s = &ui->source;
    if (!s->schedules(s->ctx, ui->workspace, NULL, &arena, &row, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->row = row;
    v->shown = arena_array(&v->arena, (size_t)count + 1, sizeof *v->shown);
    v->words = arena_array(&v->arena, (size_t)count + 1, sizeof *v->words);
    v->count = v->shown != NULL && v->words != NULL ? count : 0;
    if (v->count < count)
        return no_memory(err);
    return load_detail(ui, v, err);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void move(struct ui *ui, struct schedules_view *v, enum move by)
{
    struct err err;
    fill(ui, v);
    listing_move(&v->list, v->rows, by, false, id_of, v);
    if (v->rows == 0)
        return;
    v->runs = (struct table_state){0};
    if (!load_detail(ui, v, &err))
        ui->stale = true; /* reading again says what is wrong */
}

static bool schedules_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct schedules_view *v = state;
    char id[UUID_TEXT_SIZE];
    (void)arg;
    const struct schedule_row *s = selected(ui, v);
    switch (op) {
    case OP_MOVE:
        move(ui, v, (enum move)by);
        return true;
    case OP_SORT:
        v->inverted = by == 0 ? !v->inverted : v->inverted;
        v->sort = (enum sort)(((int)v->sort + by + SORTS) % SORTS);
        return true;
    case OP_MARK:
        return listing_mark_all(ui, v->rows, id_of, v);
    case OP_COPY:
        if (s != NULL)
            (void)str_copy(ui->copy, sizeof ui->copy, s->name); /* it fits */
        return s != NULL;
    case OP_OPEN:
        if (s == NULL)
            return false;
        uuid_text(s->id, id);
        ui_show(ui, screens_find("schedule"), id, true);
        return true;
    default:
        return false;
    }
}

/* --- drawing ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_NAME, C_WHEN, C_NEXT, C_IN, C_LAST, C_OK, C_FAILED, C_STATE, COLUMNS };

static const struct fit_column list_columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_NAME] = {"SCHEDULE", 14, 18, 0, .middle = true},
    [C_WHEN] = {"WHEN", 18, 26, 3},
    [C_NEXT] = {"NEXT", 12, 12, 4},
    [C_IN] = {"IN", 8, 8, 0, .right = true},
    [C_LAST] = {"LAST", 11, 11, 2},
    [C_OK] = {"OK", 4, 4, 5, .right = true},
    [C_FAILED] = {"FAIL", 4, 4, 5, .right = true},
    [C_STATE] = {"STATE", 9, 16, 1, .stretch = true},
};

struct drawing {
    struct ui *ui;
    struct schedules_view *view;
};

static void cell_last(const struct ui *ui, const struct schedule_row *s, struct table_cell *ret)
{
    char when[FIT_TEXT];
    bool failed = str_equal(s->last_status, "failed"), ok = str_equal(s->last_status, "success");
    const char *glyph = failed ? "×" : ok ? "●" : "·";
    ret->look = failed ? ROLE_ERROR : ok ? ROLE_OK : ROLE_DIM;
    if (s->last_run_us > 0)
        (void)str_format(ret->text, sizeof ret->text, "%s %s", glyph,
                         fit_when(s->last_run_us, ui->now_us, when)); /* it fits */
    else
        (void)str_copy(ret->text, sizeof ret->text, "never"); /* it fits */
}

/* Worked out once for each row that comes into view. */
static const char *words_of(struct schedules_view *v, const struct schedule_row *s)
{
    char *words = v->words[s - v->row];
    if (words[0] == '\0')
        sched_words(s, words);
    return str_starts(words, "At ") ? words + 3 : words;
}

static void cell_time(const struct drawing *d, const struct schedule_row *s, int column,
                      struct table_cell *ret)
{
    char text[FIT_TEXT];
    struct sched_look look = sched_look(d->ui, s);
    ret->look = look.role == ROLE_WARN || look.role == ROLE_DIM ? (int)look.role : ROLE_INFO;
    if (column == C_IN) {
        sched_in(d->ui, s, ret->text);
        if (s->enabled && s->status == SCHEDULE_PAUSED)
            (void)str_copy(ret->text, sizeof ret->text, "paused"); /* it fits */
    } else if (plans(s) && s->after == NULL) {
        (void)str_copy(ret->text, sizeof ret->text,
                       sched_when(s->next_run_us, d->ui->now_us, text)); /* it fits */
    }
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char n[FIT_TEXT];
    const struct drawing *d = ctx;
    const struct schedule_row *s = d->view->shown[row];
    struct sched_look look = sched_look(d->ui, s);
    const char *text = "";
    switch (column) {
    case C_GLYPH:
        text = look.glyph;
        ret->look = (int)look.role;
        break;
    case C_NAME:
        text = s->name;
        break;
    case C_WHEN:
        text = words_of(d->view, s);
        break;
    case C_NEXT:
    case C_IN:
        cell_time(d, s, column, ret);
        return;
    case C_LAST:
        cell_last(d->ui, s, ret);
        return;
    case C_OK:
        text = fit_count(s->successes, n);
        break;
    case C_FAILED:
        text = fit_count(s->failures, n);
        ret->look = s->failures > 0 ? ROLE_ERROR : ROLE_DIM;
        break;
    default:
        sched_state(d->ui, s, ret->text, sizeof ret->text);
        ret->look = look.role == ROLE_OK ? ROLE_DIM : (int)look.role;
        return;
    }
    (void)str_copy(ret->text, sizeof ret->text, text); /* a cut is fine */
}

static int longest_name(const struct schedules_view *v)
{
    int most = list_columns[C_NAME].ideal;
    for (int32_t i = v->list.table.top; i < v->rows && i < v->list.table.top + 60; i++) {
        int wide = fit_columns_of(v->shown[i]->name);
        most = wide > most ? wide : most;
    }
    return most < NAME_MAX_COLS ? most : NAME_MAX_COLS;
}

static bool marked(void *ctx, int32_t row)
{
    const struct drawing *d = ctx;
    return ui_is_marked(d->ui, d->view->shown[row]->id);
}

static void draw_list(struct ui *ui, struct schedules_view *v, struct pane p)
{
    struct fit_column columns[COLUMNS];
    struct drawing d = {ui, v};
    memcpy(columns, list_columns, sizeof columns);
    columns[C_NAME].ideal = longest_name(v);
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
        listing_say_none(ui, p, head, v->count, "");
}

static int put_count(struct pane p, int x, int64_t n, const char *what, int look)
{
    char text[FIT_TEXT];
    x = pane_add(p, 0, x, ROLE_DIM, " · ");
    return pane_addf(p, 0, x, n > 0 ? look : ROLE_TEXT, "%s %s", fit_count(n, text), what);
}

static void draw_summary(const struct ui *ui, struct pane p, const struct schedules_view *v)
{
    static const char *const names[SORTS] = {"next", "name", "state", "failures"};
    char n[FIT_TEXT], sort[40];
    const struct schedule_counts *c = &ui->model.board.counts;
    int x = pane_add(p, 0, 1, LOOK_BOLD, fit_count(c->all, n));
    x = pane_addf(p, 0, x, ROLE_TEXT, " %s   ", c->all == 1 ? "schedule" : "schedules");
    x = pane_addf(p, 0, x, ROLE_TEXT, "%s active", fit_count(c->active, n));
    x = put_count(p, x, c->paused, "paused", ROLE_WARN);
    x = put_count(p, x, c->in_error, "in error", ROLE_ERROR);
    if (c->overdue > 0)
        x = put_count(p, x, c->overdue, "overdue", ROLE_WARN);
    if (c->running + c->queued > 0 && p.cols >= 90)
        x = put_count(p, x, c->running + c->queued, "at work", ROLE_RUN);
    if (ui->marks > 0)
        x = put_count(p, x, ui->marks, "marked", ROLE_INFO);
    if (ui->filter[0] != '\0')
        x = filter_say(ui, p, x + 3, v->bad, v->rows);
    (void)str_format(sort, sizeof sort, "sort %s %s", names[v->sort], v->inverted ? "↓" : "↑");
    if (x + 20 < p.cols)
        pane_put_right(p, 0, p.cols - 1, ROLE_DIM, sort);
}

static void draw_detail(struct ui *ui, struct schedules_view *v, struct pane p)
{
    const struct schedule_row *s = selected(ui, v);
    if (s == NULL || p.rows < 3)
        return;
    pane_rule(p, 0, s->name, p.rows < 20 ? "Enter opens" : "");
    if (!v->detail.there || !uuid_equal(v->detail.id, s->id))
        return;
    int facts = p.rows < 12 ? p.rows - 7 : p.rows < 24 ? p.rows - 12 : 13;
    int y = 1 + sched_draw_facts(ui, pane_part(p, 1, 0, facts < 2 ? 2 : facts, p.cols), s);
    int next = 1 + v->detail.next_count, room = p.rows - y;
    next = next > 8 ? 8 : next < 2 ? 2 : next;
    next = next > room ? room : next;
    sched_draw_next(ui, pane_part(p, y, 0, next, p.cols), s, &v->detail);
    y += next;
    sched_draw_runs(ui, pane_part(p, y, 0, p.rows - y, p.cols), s, &v->detail, &v->runs, false);
}

static void draw_empty(struct pane p)
{
    pane_put(p, 1, 1, LOOK_BOLD, "No schedules yet.");
    pane_put(p, 3, 1, ROLE_TEXT, "A schedule makes a report of a specification, again and again.");
    pane_put(p, 5, 3, ROLE_INFO, "autopilot spec import FILE");
    pane_put(p, 6, 3, ROLE_INFO, "a makes a schedule of it, in a form");
    pane_put(p, 7, 3, ROLE_INFO, "autopilot schedule add NAME ...");
}

/* The list, and beside it or below it the selected one where there is room. */
static void schedules_draw(struct ui *ui, void *state, struct pane p)
{
    struct schedules_view *v = state;
    if (v->count == 0 && ui->model.board.counts.all == 0) {
        draw_empty(p);
        return;
    }
    fill(ui, v);
    int top = p.rows >= 6;
    if (top)
        draw_summary(ui, p, v);
    struct listing_panes to = listing_split(ui, &v->list, p, top, v->rows, SIDE_COLS);
    draw_list(ui, v, to.list);
    draw_detail(ui, v, to.detail);
}

static const struct schedule_row *schedules_schedule(struct ui *ui, void *state)
{
    return selected(ui, state);
}

static const struct schedule_row *schedules_all(struct ui *ui, void *state, int32_t *ret_count)
{
    struct schedules_view *v = state;
    (void)ui;
    *ret_count = v->count;
    return v->row;
}

static void schedules_done(void *state)
{
    struct schedules_view *v = state;
    sched_detail_done(&v->detail);
    arena_done(&v->arena);
}

const struct screen screen_schedules = {
    .name = "schedules",
    .title = "Schedules",
    .brief = "Sched",
    .key = '2',
    .kinds = IN_LIST | IN_SCHEDULES | IN_FILTER | IN_SORT | IN_MARKS,
    .state_size = sizeof(struct schedules_view),
    .load = schedules_load,
    .draw = schedules_draw,
    .act = schedules_act,
    .schedule = schedules_schedule,
    .schedules = schedules_all,
    .done = schedules_done,
};
