/* screen_letters.c - letters that wait for somebody's word, of all jobs or of one: in doubt, since
 * nobody knows whether they left, or held, since they can't be written. Beside or below the list
 * the selected one with its reason whole. */
#include "screen.h"

#include "leadparts.h"
#include "listing.h"
#include "matcher.h"

#include "base/clock.h"
#include "base/str.h"

#define LOOK_AGAIN_US (15 * US_PER_S)

enum { LIST_MAX = 500, LIST_BYTES = 8 << 20 };

struct letters_view {
    struct listing list;
    char job[NAME_MAX_BYTES + 1]; /* only its letters: a name or an id; "" all */
    struct arena arena;
    struct letter_row *row; /* as read */
    int32_t count;
    struct letter_counts counts; /* when they were read */
    int64_t read_us;             /* on the boot clock; 0: to be read */
    const struct letter_row *shown[2 * LIST_MAX];
    int32_t rows;
    bool bad; /* the filter can't be read */
};

/* --- what is shown ---------------------------------------------------------------------------- */

static struct uuid id_of(const void *view, int32_t row)
{
    return ((const struct letters_view *)view)->shown[row]->id;
}

static bool takes(const struct matcher *m, const struct letter_row *r)
{
    char line[6 * NAME_MAX_BYTES];
    if (m->all)
        return true; /* without making the line */
    (void)str_format(line, sizeof line, "%s %s %s %s %s %s %s", r->workspace, r->job, r->group,
                     r->term, r->address, letter_word(r->state), r->reason); /* a cut is fine */
    return matcher_takes(m, line);
}

static void fill(struct ui *ui, struct letters_view *v)
{
    struct matcher m;
    matcher_init(&m, ui->filter);
    v->bad = m.bad;
    v->rows = 0;
    for (int32_t i = 0; i < v->count; i++)
        if (takes(&m, &v->row[i]))
            v->shown[v->rows++] = &v->row[i];
    matcher_done(&m);
    listing_find(&v->list, v->rows, id_of, v);
}

static const struct letter_row *selected(struct ui *ui, struct letters_view *v)
{
    fill(ui, v);
    int32_t at = listing_at(&v->list, v->rows);
    return at < 0 ? NULL : v->shown[at];
}

static void letters_enter(struct ui *ui, void *state, const char *arg)
{
    struct letters_view *v = state;
    (void)ui;
    v->read_us = 0;
    if (str_equal(v->job, arg))
        return;
    (void)str_copy(v->job, sizeof v->job, arg); /* same size */
    v->list.chosen = false;
    v->count = 0;
}

/* Which letters wait changes seldom, and looking for held ones may take a moment: they are read
 * when there are more or fewer of them, when the operator had a word, and now and then. */
static bool letters_load(struct ui *ui, void *state, struct err *err)
{
    struct letters_view *v = state;
    struct letter_counts counts;
    const struct source *s = &ui->source;
    const struct job_row *job = v->job[0] != '\0' ? ui_job_of(ui, v->job) : NULL;
    const struct uuid *id = job != NULL ? &job->id : NULL;
    if (!s->letter_counts(s->ctx, ui->workspace, id, &counts, err))
        return false;
    if (v->read_us != 0 && ui->boot_us - v->read_us < LOOK_AGAIN_US &&
        counts.held == v->counts.held && counts.in_doubt == v->counts.in_doubt)
        return true;
    struct arena arena = arena_init(LIST_BYTES);
    struct letter_row *row = NULL;
    int32_t count = 0;
    if (!s->letters(s->ctx, ui->workspace, id, &counts, LIST_MAX, &arena, &row, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->row = row;
    v->count = count;
    v->counts = counts;
    v->read_us = ui->boot_us;
    return true;
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool letters_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct letters_view *v = state;
    const struct letter_row *r = selected(ui, v);
    (void)arg;
    switch (op) {
    case OP_MOVE:
        listing_move(&v->list, v->rows, (enum move)by, false, id_of, v);
        return true;
    case OP_MARK:
        return listing_mark_all(ui, v->rows, id_of, v);
    case OP_COPY:
        if (r != NULL)
            uuid_text(r->id, ui->copy);
        return r != NULL;
    case OP_OPEN:
        if (r == NULL || ui_job_named(ui, r->job) == NULL)
            return false;
        ui_show(ui, screens_find("job"), r->job, true);
        return true;
    default:
        return false;
    }
}

static void letters_reply(struct ui *ui, void *state, const struct reply *r)
{
    struct letters_view *v = state;
    if (command_about(r->kind) == ABOUT_LETTER)
        v->read_us = 0;
    (void)ui;
}

/* --- drawing ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_STATE, C_JOB, C_TO, C_SINCE, C_MODE, C_WHY, COLUMNS };

static const struct fit_column columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_STATE] = {"STATE", 8, 8, 0},
    [C_JOB] = {"JOB", 10, 18, 2, .middle = true},
    [C_TO] = {"TO", 14, 26, 0, .middle = true},
    [C_SINCE] = {"SINCE", 9, 9, 3},
    [C_MODE] = {"MODE", 7, 7, 4},
    [C_WHY] = {"WHY", 16, 24, 1, .stretch = true},
};

struct drawing {
    const struct ui *ui;
    const struct letters_view *view;
};

static int64_t since(const struct letter_row *r)
{
    return r->decided_at_us > 0   ? r->decided_at_us
           : r->claimed_at_us > 0 ? r->claimed_at_us
                                  : r->queued_at_us;
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char text[FIT_TEXT] = "";
    const struct drawing *d = ctx;
    const struct letter_row *r = d->view->shown[row];
    const char *shown;
    switch (column) {
    case C_GLYPH:
    case C_STATE:
        ret->look = (int)letter_role(r->state);
        shown = column == C_STATE ? letter_word(r->state) : letter_glyph(r->state);
        break;
    case C_JOB:
        shown = r->job;
        break;
    case C_TO:
        lead_address(d->ui, r->address, ret->text, sizeof ret->text);
        return;
    case C_SINCE:
        shown = fit_when(since(r), d->ui->now_us, text);
        break;
    case C_MODE:
        shown = mail_mode_name(r->mode);
        ret->look = ROLE_DIM;
        break;
    default:
        lead_text(d->ui, r->reason, ret->text, sizeof ret->text);
        return;
    }
    (void)str_copy(ret->text, sizeof ret->text, shown); /* a cut is fine */
}

static bool marked(void *ctx, int32_t row)
{
    const struct drawing *d = ctx;
    return ui_is_marked(d->ui, d->view->shown[row]->id);
}

static void draw_list(struct ui *ui, struct letters_view *v, struct pane p)
{
    struct drawing d = {ui, v};
    bool wide = p.cols >= 50;
    struct table t = {.columns = columns,
                      .column_count = COLUMNS,
                      .rows = v->rows,
                      .cell = cell,
                      .marked = marked,
                      .ctx = &d,
                      .head = wide && p.rows > 2,
                      .focused = true,
                      .margin = wide};
    table_draw(p, &t, &v->list.table);
    if (v->rows == 0)
        listing_say_none(ui, p, t.head, v->count, "no letter waits for your word");
}

static void draw_summary(const struct ui *ui, const struct letters_view *v, struct pane p)
{
    char n[FIT_TEXT];
    const struct letter_counts *c = &v->counts;
    int x = pane_addf(p, 0, 1, c->in_doubt > 0 ? ROLE_WARN : ROLE_TEXT, "%s in doubt",
                      fit_count(c->in_doubt, n));
    x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), c->held > 0 ? ROLE_WARN : ROLE_TEXT,
                  "%s held", fit_count(c->held, n));
    if (v->job[0] != '\0')
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_TEXT, " of "), LOOK_BOLD, "%s", v->job);
    if (c->in_doubt > LIST_MAX || c->held > LIST_MAX)
        x = pane_addf(p, 0, x, ROLE_DIM, " (the newest %d of each)", LIST_MAX);
    if (ui->marks > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, " · "), ROLE_INFO, "%s marked",
                      fit_count(ui->marks, n));
    if (ui->filter[0] != '\0')
        (void)filter_say(ui, p, x + 3, v->bad, v->rows); /* nothing stands behind it */
}

/* What the operator can say to it, with what comes of that. */
static int draw_choices(struct pane p, int y, const struct letter_row *r)
{
    bool doubt = r->state == SEND_IN_DOUBT;
    if (doubt)
        y = fact_draw(p, y, "s", ROLE_TEXT, "it arrived: it counts as sent");
    y = fact_draw(p, y, "a", ROLE_TEXT,
                  doubt ? "write it again: when the first one arrived, they get two"
                        : "write it again, when what it lacks is mended");
    return fact_draw(p, y, "D", ROLE_TEXT, "drop it: it is never sent");
}

static void draw_detail(struct ui *ui, struct letters_view *v, struct pane p)
{
    char text[TABLE_TEXT_MAX], when[FIT_TEXT];
    const struct letter_row *r = selected(ui, v);
    if (r == NULL || p.rows < 4)
        return;
    lead_address(ui, r->address, text, sizeof text);
    pane_rule(p, 0, text, "Enter opens its job");
    int y = fact_draw(p, 1, "State", (int)letter_role(r->state), letter_meaning(r->state));
    lead_text(ui, r->reason, text, sizeof text);
    y = fact_draw(p, y, "Why", ROLE_WARN, text[0] != '\0' ? text : "nobody said");
    y = fact_draw(p, y, "Since", ROLE_TEXT, fit_when(since(r), ui->now_us, when));
    (void)str_format(text, sizeof text, "%s, cycle %d, %s", r->job, (int)r->cycle,
                     mail_mode_name(r->mode)); /* a cut is fine */
    y = fact_draw(p, y, "Job", ROLE_TEXT, text);
    (void)str_format(text, sizeof text, "%s · %s", r->group, r->term); /* a cut is fine */
    y = fact_draw(p, y, "Term", ROLE_TEXT, text);
    y = fact_draw(p, y, "Company", ROLE_TEXT, r->company);
    (void)str_format(text, sizeof text, "%d%s", (int)r->attempt,
                     r->code > 0 ? ", the relay said " : ""); /* it fits */
    if (r->code > 0)
        (void)str_format(text, sizeof text, "%d, the relay said %d", (int)r->attempt,
                         (int)r->code); /* it fits */
    y = fact_draw(p, y, "Attempts", ROLE_TEXT, text);
    uuid_text(r->id, text);
    y = fact_draw(p, y, "Letter", ROLE_DIM, text);
    (void)draw_choices(p, y + 1, r); /* nothing stands below it */
}

static void letters_draw(struct ui *ui, void *state, struct pane p)
{
    struct letters_view *v = state;
    fill(ui, v);
    int top = p.rows >= 6;
    if (top)
        draw_summary(ui, v, p);
    struct listing_panes to = listing_split(ui, &v->list, p, top, v->rows, LISTING_SIDE_COLS);
    draw_list(ui, v, to.list);
    draw_detail(ui, v, to.detail);
}

static const struct letter_row *letters_letter(struct ui *ui, void *state)
{
    return selected(ui, state);
}

static const struct letter_row *letters_all(struct ui *ui, void *state, int32_t *ret_count)
{
    struct letters_view *v = state;
    (void)ui;
    *ret_count = v->count;
    return v->row;
}

static void letters_done(void *state)
{
    struct letters_view *v = state;
    arena_done(&v->arena);
}

const struct screen screen_letters = {
    .name = "letters",
    .title = "Letters",
    .brief = "Letters",
    .tab = "jobs",
    .kinds = IN_LIST | IN_LETTERS | IN_FILTER | IN_MARKS,
    .state_size = sizeof(struct letters_view),
    .enter = letters_enter,
    .load = letters_load,
    .draw = letters_draw,
    .act = letters_act,
    .reply = letters_reply,
    .letter = letters_letter,
    .letters = letters_all,
    .done = letters_done,
};
