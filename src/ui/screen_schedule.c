/* screen_schedule.c - one schedule: all its facts, when it runs next and why not, its last runs. */
#include "screen.h"

#include "schedparts.h"

#include "base/str.h"

#include <string.h>

enum { VIEW_BYTES = 64 << 20, SPLIT_COLS = 110, FACTS = 13 };

struct schedule_view {
    struct uuid id;
    char workspace[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1]; /* "": not known yet */
    struct arena arena;
    const struct schedule_row *row; /* NULL: it is not there */
    bool read;
    struct sched_detail detail;
    struct table_state runs;
};

/* arg: its id, or its name. */
static void schedule_enter(struct ui *ui, void *state, const char *arg)
{
    struct schedule_view *v = state;
    struct uuid id = {{0}};
    bool by_id = uuid_parse(arg, &id);
    if (arg[0] == '\0' ||
        (by_id ? uuid_equal(id, v->id) : str_equal(arg, v->name) && v->row != NULL))
        return;
    v->id = id;
    v->row = NULL;
    v->read = false;
    v->runs = (struct table_state){0};
    (void)str_copy(v->workspace, sizeof v->workspace,
                   ui->workspace != NULL ? ui->workspace : ""); /* it fits */
    (void)str_copy(v->name, sizeof v->name, by_id ? "" : arg);  /* same size */
}

/* The row that is meant: by id, or, while none is known, the first of that name. */
static const struct schedule_row *find(const struct schedule_view *v,
                                       const struct schedule_row *rows, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        if (uuid_is_zero(v->id) || uuid_equal(rows[i].id, v->id))
            return &rows[i];
    return NULL;
}

static bool schedule_load(struct ui *ui, void *state, struct err *err)
{
    struct schedule_view *v = state;
    struct arena arena = arena_init(VIEW_BYTES);
    struct schedule_row *rows = NULL;
    int32_t count = 0;
    const struct source *s = &ui->source;
    if (!s->schedules(s->ctx, v->workspace[0] != '\0' ? v->workspace : NULL,
                      v->name[0] != '\0' ? v->name : NULL, &arena, &rows, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->read = true;
    v->row = find(v, rows, count);
    if (v->row == NULL)
        return true; /* it was deleted; drawing says so */
    v->id = v->row->id;
    (void)str_copy(v->workspace, sizeof v->workspace, v->row->workspace); /* same size */
    (void)str_copy(v->name, sizeof v->name, v->row->name);                /* same size */
    return sched_detail_load(ui, &v->detail, v->row, err);
}

static bool schedule_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct schedule_view *v = state;
    struct sched_detail *d = &v->detail;
    char id[UUID_TEXT_SIZE];
    (void)arg;
    if (v->row == NULL)
        return false;
    switch (op) {
    case OP_MOVE:
        v->runs.selected = table_moved(v->runs.selected, d->run_count, v->runs.page, (enum move)by);
        return true;
    case OP_COPY:
        (void)str_copy(ui->copy, sizeof ui->copy, v->row->name); /* it fits */
        return true;
    case OP_OPEN:
        if (d->run_count == 0)
            return false;
        uuid_text(d->runs[table_moved(v->runs.selected, d->run_count, 1, MOVE_NONE)].id, id);
        ui_show(ui, screens_find("run"), id, true);
        return true;
    default:
        return false;
    }
}

/* Side by side: what will be, and what was. */
static void draw_wide(struct ui *ui, struct schedule_view *v, struct pane p)
{
    int half = p.cols / 2;
    sched_draw_next(ui, pane_part(p, 0, 0, p.rows, half), v->row, &v->detail);
    sched_draw_runs(ui, pane_part(p, 0, half + 1, p.rows, p.cols - half - 1), v->row, &v->detail,
                    &v->runs, true);
    pane_put(p, 0, half, ROLE_DIM, "─"); /* the bar makes a joint of it */
    pane_bar_down(p, 1, half, p.rows - 1);
}

static void draw_narrow(struct ui *ui, struct schedule_view *v, struct pane p)
{
    int next = 1 + v->detail.next_count, most = p.rows > 8 ? p.rows - 4 : p.rows / 2;
    next = next < 2 ? 2 : next;
    next = next > most ? most : next;
    sched_draw_next(ui, pane_part(p, 0, 0, next, p.cols), v->row, &v->detail);
    sched_draw_runs(ui, pane_part(p, next, 0, p.rows - next, p.cols), v->row, &v->detail, &v->runs,
                    true);
}

static void schedule_draw(struct ui *ui, void *state, struct pane p)
{
    struct schedule_view *v = state;
    const struct schedule_row *s = v->row;
    if (s == NULL) {
        pane_put(p, 0, 1, ROLE_DIM,
                 v->read ? "This schedule is not there any more. q goes back." : "");
        return;
    }
    int x = pane_add(p, 0, 1, ROLE_DIM, "Schedules › ");
    pane_put(p, 0, x, LOOK_BOLD, s->name);
    int facts = p.rows - 2 < 26 ? (p.rows - 2) / 2 : FACTS;
    int y = 2 + sched_draw_facts(ui, pane_part(p, 2, 0, facts, p.cols), s);
    if (!v->detail.there)
        return;
    struct pane below = pane_part(p, y + 1, 0, p.rows - y - 1, p.cols);
    if (p.cols >= SPLIT_COLS)
        draw_wide(ui, v, below);
    else
        draw_narrow(ui, v, below);
}

static const struct schedule_row *schedule_schedule(struct ui *ui, void *state)
{
    (void)ui;
    return ((struct schedule_view *)state)->row;
}

static void schedule_done(void *state)
{
    struct schedule_view *v = state;
    sched_detail_done(&v->detail);
    arena_done(&v->arena);
}

const struct screen screen_schedule = {
    .name = "schedule",
    .title = "Schedule",
    .brief = "Sched",
    .tab = "schedules",
    .kinds = IN_LIST | IN_SCHEDULES,
    .state_size = sizeof(struct schedule_view),
    .enter = schedule_enter,
    .load = schedule_load,
    .draw = schedule_draw,
    .act = schedule_act,
    .schedule = schedule_schedule,
    .done = schedule_done,
};
