/* screen_leads.c - who was found: by all jobs, by one, or by one of its groups, the newest first.
 * The idea: one page is held, so a hundred thousand leads cost what fifty do; going on at its end
 * reads the page behind it. What a page says of itself is foreign: the canvas screens it. */
#include "screen.h"

#include "leadparts.h"
#include "listing.h"
#include "matcher.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define LOOK_AGAIN_US (2 * US_PER_S)

enum { PAGE_MAX = 200, PAGE_BYTES = 8 << 20, PAGES_MAX = 500 };

struct leads_view {
    struct listing list;
    char job[NAME_MAX_BYTES + 1]; /* only what it found: a name or an id; "" all */
    int32_t group_no;             /* only this group of it; 0 all */
    char group[NAME_MAX_BYTES + 1];
    struct arena arena;
    struct lead_page page;
    int64_t before[PAGES_MAX]; /* where the pages up to this one begin; the first: the newest */
    int pages;                 /* those before this one */
    char filter[PROMPT_MAX];   /* that the page was read with */
    int64_t read_us;           /* on the boot clock; 0: to be read */
    bool bad;                  /* the filter can't be read */
};

static struct uuid id_of(const void *view, int32_t row)
{
    struct uuid id = {{0}};
    int64_t lead = ((const struct leads_view *)view)->page.row[row].id;
    memcpy(id.byte, &lead, sizeof lead);
    return id;
}

static const struct lead_row *selected(struct leads_view *v)
{
    listing_find(&v->list, v->page.count, id_of, v);
    int32_t at = listing_at(&v->list, v->page.count);
    return at < 0 ? NULL : &v->page.row[at];
}

/* --- reading ---------------------------------------------------------------------------------- */

static void start_over(struct leads_view *v)
{
    v->pages = 0;
    v->read_us = 0;
    v->list.chosen = false;
}

static void leads_enter(struct ui *ui, void *state, const char *arg)
{
    struct leads_view *v = state;
    (void)ui;
    v->read_us = 0;
    if (str_equal(v->job, arg))
        return;
    (void)str_copy(v->job, sizeof v->job, arg); /* same size */
    v->group_no = 0;
    v->page.count = 0;
    start_over(v);
}

static bool takes(void *ctx, const char *line)
{
    return matcher_takes(ctx, line);
}

static bool read_page(struct ui *ui, struct leads_view *v, struct err *err)
{
    struct matcher m;
    const struct job_row *job = v->job[0] != '\0' ? ui_job_of(ui, v->job) : NULL;
    struct arena arena = arena_init(PAGE_BYTES);
    struct lead_page page;
    matcher_init(&m, v->filter);
    v->bad = m.bad;
    struct lead_filter filter = {.workspace = ui->workspace,
                                 .job = job != NULL ? &job->id : NULL,
                                 .group_no = v->group_no,
                                 .before = v->pages > 0 ? v->before[v->pages] : INT64_MAX,
                                 .max = PAGE_MAX,
                                 .takes = m.all ? NULL : takes,
                                 .ctx = &m};
    bool ok = ui->source.leads(ui->source.ctx, &filter, &arena, &page, err);
    matcher_done(&m);
    if (!ok) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->page = page;
    v->read_us = ui->boot_us;
    return true;
}

/* At each commit of an engine something may be new, but a filter that finds little looks far. */
static bool leads_load(struct ui *ui, void *state, struct err *err)
{
    struct leads_view *v = state;
    if (!str_equal(v->filter, ui->filter)) {
        (void)str_copy(v->filter, sizeof v->filter, ui->filter); /* same size */
        start_over(v);
    }
    if (v->read_us != 0 && ui->boot_us - v->read_us < LOOK_AGAIN_US)
        return true;
    return read_page(ui, v, err);
}

/* --- keys ------------------------------------------------------------------------------------- */

/* Past an end of the page: the page there. False: there is none. */
static bool turn(struct ui *ui, struct leads_view *v, enum move by)
{
    int32_t at = listing_at(&v->list, v->page.count);
    bool down = by == MOVE_DOWN || by == MOVE_HALF_DOWN || by == MOVE_PAGE_DOWN || by == MOVE_LAST;
    if (by == MOVE_FIRST && v->pages > 0)
        v->pages = 0;
    else if (down && at == v->page.count - 1 && v->page.next > 0 && v->pages + 1 < PAGES_MAX)
        v->before[++v->pages] = v->page.next;
    else if (!down && at <= 0 && v->pages > 0)
        v->pages--;
    else
        return false;
    v->list.chosen = false;
    v->read_us = 0;
    ui->stale = true;
    return true;
}

static bool one_group(struct ui *ui, struct leads_view *v)
{
    const struct lead_row *r = selected(v);
    bool all = v->group_no != 0;
    if (!all && (r == NULL || r->group_no == 0 || ui_job_named(ui, r->job) == NULL))
        return false;
    v->group_no = all ? 0 : r->group_no;
    if (!all) {
        (void)str_copy(v->group, sizeof v->group, r->group); /* stored names fit */
        (void)str_copy(v->job, sizeof v->job, r->job);       /* likewise */
    }
    start_over(v);
    ui->stale = true;
    return true;
}

static bool leads_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    char to[NAME_MAX_BYTES + 1];
    struct leads_view *v = state;
    const struct lead_row *r = selected(v);
    (void)arg;
    switch (op) {
    case OP_MOVE:
        if (!turn(ui, v, (enum move)by))
            listing_move(&v->list, v->page.count, (enum move)by, v->pages == 0, id_of, v);
        return true;
    case OP_ONLY:
        return one_group(ui, v);
    case OP_COPY:
        if (r != NULL)
            (void)str_copy(ui->copy, sizeof ui->copy, r->address); /* it fits */
        return r != NULL;
    case OP_OPEN:
        if (r == NULL)
            return false;
        (void)str_format(to, sizeof to, "%lld", (long long)r->id); /* it fits */
        ui_show(ui, screens_find("preview"), to, true);
        return true;
    default:
        return false;
    }
}

/* --- drawing ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_STATE, C_ADDRESS, C_COMPANY, C_GROUP, C_TERM, C_FOUND, C_PAGE, COLUMNS };

static const struct fit_column columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_STATE] = {"LETTER", 8, 10, 1},
    [C_ADDRESS] = {"ADDRESS", 16, 28, 0, .middle = true},
    [C_COMPANY] = {"COMPANY", 10, 18, 4},
    [C_GROUP] = {"GROUP", 8, 12, 5, .middle = true},
    [C_TERM] = {"TERM", 10, 18, 2, .middle = true},
    [C_FOUND] = {"FOUND", 9, 9, 3},
    [C_PAGE] = {"PAGE", 12, 24, 6, .stretch = true},
};

struct drawing {
    const struct ui *ui;
    const struct leads_view *view;
};

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char text[FIT_TEXT] = "";
    const struct drawing *d = ctx;
    const struct lead_row *r = &d->view->page.row[row];
    const char *shown;
    switch (column) {
    case C_GLYPH:
    case C_STATE:
        ret->look = (int)letter_role(r->state);
        shown = column == C_GLYPH ? letter_glyph(r->state) : letter_word(r->state);
        break;
    case C_ADDRESS:
        lead_address(d->ui, r->address, ret->text, sizeof ret->text);
        return;
    case C_COMPANY:
        shown = r->company;
        break;
    case C_GROUP:
        shown = r->group;
        break;
    case C_TERM:
        shown = r->term;
        break;
    case C_FOUND:
        shown = fit_when(r->found_at_us, d->ui->now_us, text);
        break;
    default:
        ret->look = ROLE_DIM;
        shown = r->url;
    }
    (void)str_copy(ret->text, sizeof ret->text, shown); /* a cut is fine */
}

static void draw_list(struct ui *ui, struct leads_view *v, struct pane p)
{
    struct drawing d = {ui, v};
    bool wide = p.cols >= 50;
    struct table t = {.columns = columns,
                      .column_count = COLUMNS,
                      .rows = v->page.count,
                      .cell = cell,
                      .ctx = &d,
                      .head = wide && p.rows > 2,
                      .focused = true,
                      .margin = wide};
    table_draw(p, &t, &v->list.table);
    if (v->page.count == 0)
        listing_say_none(ui, p, t.head, v->filter[0] != '\0' ? (int32_t)v->page.looked : 0,
                         "no leads yet");
}

static void draw_summary(const struct ui *ui, const struct leads_view *v, struct pane p)
{
    char n[FIT_TEXT];
    bool more = v->page.next > 0;
    int x = pane_addf(p, 0, 1, LOOK_BOLD, "%s", fit_count(v->page.count, n));
    x = pane_add(p, 0, x, ROLE_TEXT, v->page.count == 1 ? " lead" : " leads");
    if (v->job[0] != '\0')
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_TEXT, " of "), LOOK_BOLD, "%s%s%s", v->job,
                      v->group_no != 0 ? " › " : "", v->group_no != 0 ? v->group : "");
    x = pane_add(p, 0, x, ROLE_DIM,
                 more           ? " on this page, more behind it"
                 : v->pages > 0 ? " on the last page"
                                : "");
    if (v->filter[0] != '\0') {
        x = filter_say(ui, p, x + 3, v->bad, v->page.count);
        pane_say(p, 0, x, ROLE_DIM, " of %s looked at", fit_count(v->page.looked, n));
    }
}

static void draw_detail(struct ui *ui, struct leads_view *v, struct pane p)
{
    char text[TABLE_TEXT_MAX], when[FIT_TEXT];
    const struct lead_row *r = selected(v);
    if (r == NULL || p.rows < 4)
        return;
    lead_address(ui, r->shown[0] != '\0' ? r->shown : r->address, text, sizeof text);
    pane_rule(p, 0, text, "Enter: its letter");
    (void)str_format(text, sizeof text, "%s: %s%s%s", letter_word(r->state),
                     letter_meaning(r->state), r->state_at_us > 0 ? ", " : "",
                     r->state_at_us > 0 ? fit_when(r->state_at_us, ui->now_us, when)
                                        : ""); /* a cut is fine */
    int y = fact_draw(p, 1, "Letter", (int)letter_role(r->state), text);
    lead_text(ui, r->reason, text, sizeof text);
    y = fact_draw(p, y, "Why", ROLE_TEXT, text);
    y = fact_draw(p, y, "Company", ROLE_TEXT, r->company);
    y = fact_draw(p, y, "Name", ROLE_TEXT, r->name);
    (void)str_format(text, sizeof text, "%s · %s · %s", r->job, r->group,
                     r->term); /* a cut is fine */
    y = fact_draw(p, y, "Found by", ROLE_TEXT, text);
    (void)str_format(text, sizeof text, "%s, on %d %s", fit_when(r->found_at_us, ui->now_us, when),
                     (int)r->pages, r->pages == 1 ? "page" : "pages"); /* it fits */
    y = fact_draw(p, y, "Found", ROLE_TEXT, text);
    y = fact_draw(p, y, "Page", ROLE_TEXT, r->url);
    y = fact_draw(p, y, "Title", ROLE_TEXT, r->title);
    (void)fact_draw(p, y, "Language", ROLE_TEXT, r->language); /* nothing stands below it */
}

static void leads_draw(struct ui *ui, void *state, struct pane p)
{
    struct leads_view *v = state;
    if (!str_equal(v->filter, ui->filter))
        ui->stale = true; /* it is typed: the page is read anew */
    (void)selected(v);    /* brings the selection back to its row */
    int top = p.rows >= 6;
    if (top)
        draw_summary(ui, v, p);
    struct listing_panes to = listing_split(ui, &v->list, p, top, v->page.count, LISTING_SIDE_COLS);
    draw_list(ui, v, to.list);
    draw_detail(ui, v, to.detail);
}

static void leads_done(void *state)
{
    struct leads_view *v = state;
    arena_done(&v->arena);
}

const struct screen screen_leads = {
    .name = "leads",
    .title = "Leads",
    .brief = "Leads",
    .tab = "jobs",
    .kinds = IN_LIST | IN_LEADS | IN_FILTER,
    .state_size = sizeof(struct leads_view),
    .enter = leads_enter,
    .load = leads_load,
    .draw = leads_draw,
    .act = leads_act,
    .done = leads_done,
};
