/* chrome.c - the frame around every screen: tabs, banners, message line, keys; and what lies over
 * it: prompt, help, dialog. The idea: each line is made from a table or from the state, so a screen
 * draws its body only. */
#include "state.h"

#include "base/str.h"

#include <string.h>

enum { BANNERS_MAX = 2, MESSAGE_ROWS = 12, TABS_COLS = 60, UNTOLD_COLS = 100, FOOTER_MAX = 40 };

/* --- tab bar ---------------------------------------------------------------------------------- */

static int tab_of(const struct ui *ui)
{
    const struct screen *s = ui_screen(ui);
    int tab = s->tab != NULL ? screens_find(s->tab) : -1;
    return tab >= 0 ? tab : ui->screen;
}

static void tab_text(const struct ui *ui, int i, bool brief, char *dst, size_t size)
{
    const struct screen *s = screens_at(i);
    int64_t needs = s->badge != NULL ? s->badge(ui) : 0;
    if (needs > 0)
        (void)str_format(dst, size, " %c %s %d ", s->key, brief ? s->brief : s->title, (int)needs);
    else
        (void)str_format(dst, size, " %c %s ", s->key, brief ? s->brief : s->title);
}

static int tabs_width(const struct ui *ui, bool brief)
{
    char text[64];
    int wide = 12;
    for (int i = 0; i < screens_count(); i++) {
        if (screens_at(i)->key == '\0')
            continue;
        tab_text(ui, i, brief, text, sizeof text);
        wide += fit_columns_of(text);
    }
    return wide;
}

/* What stands at the right of the tab bar, and how alarming it is. */
static enum role connection(const struct ui *ui, int cols, char *dst, size_t size)
{
    char clock[FIT_TEXT] = "", age[FIT_TEXT];
    if (cols >= TABS_COLS) {
        (void)fit_minute(ui->now_us, clock); /* it is in clock */
        memmove(clock + 2, clock, strlen(clock) + 1);
        memcpy(clock, "  ", 2);
    }
    if (ui->trouble.kind != ERR_NONE) {
        (void)str_format(dst, size, " × record  data %s%s ",
                         ui->model.there ? fit_minute(ui->model.read_at_us, age) : "none", clock);
        return ROLE_ALARM;
    }
    if (ui->read_only) {
        (void)str_format(dst, size, " READ ONLY%s ", clock);
        return ROLE_ALERT;
    }
    if (ui_away(ui)) {
        char untold[32] = "";
        if (ui->standing.untold > 0 && cols >= UNTOLD_COLS)
            (void)str_format(untold, sizeof untold, ", %lld untold",
                             (long long)ui->standing.untold); /* it fits */
        (void)str_format(dst, size, " × pg DOWN since %s%s%s ",
                         fit_when(ui->standing.away_us, ui->now_us, age), untold, clock);
        return ROLE_ALARM;
    }
    bool shared = ui->has_desk && ui->standing.shared;
    bool there = ui->model.there && (!shared || ui->standing.reached);
    (void)str_format(dst, size, "%s %s%s ", there ? "●" : "…", shared ? "pg" : "embedded", clock);
    return ROLE_TABS;
}

static void draw_tabs(const struct ui *ui, struct pane p)
{
    char text[64], right[96];
    pane_fill(p, 0, 0, p.cols, ROLE_TABS);
    enum role role = connection(ui, p.cols, right, sizeof right);
    int room = p.cols - fit_columns_of(right), lit = tab_of(ui);
    bool brief = tabs_width(ui, false) > room, one = tabs_width(ui, true) > room;
    int x = one ? 0 : pane_add(p, 0, 1, ROLE_TABS, "autopilot") + 2;
    for (int i = 0; i < screens_count(); i++) {
        if (screens_at(i)->key == '\0' || (one && i != lit))
            continue;
        tab_text(ui, i, brief, text, sizeof text);
        x = pane_add(p, 0, x, i == lit && !one ? LOOK_BOLD : ROLE_TABS, text);
    }
    pane_put_right(p, 0, p.cols, (int)role, right);
}

/* --- banners ---------------------------------------------------------------------------------- */

static int put_banner(struct pane p, int y, enum role role, const char *glyph, const char *text)
{
    if (y >= BANNERS_MAX)
        return y;
    pane_fill(p, y, 0, p.cols, (int)role);
    int x = pane_addf(p, y, 1, (int)role, "%s ", glyph);
    pane_put_cut(p, y, x, p.cols - x - 1, (int)role, text);
    return y + 1;
}

/* Schedules that should have run more than a day ago; gone when they have run. */
static int put_overdue(const struct ui *ui, struct pane p, int y)
{
    char text[ERR_TEXT_MAX], when[FIT_TEXT];
    const struct schedule_board *b = &ui->model.board;
    const struct board_need *first = NULL;
    for (int32_t i = 0; i < b->need_count && first == NULL; i++)
        if (b->need[i].what == BOARD_OVERDUE)
            first = &b->need[i];
    if (!ui->model.there || b->counts.overdue == 0 || first == NULL)
        return y;
    (void)fit_when(first->at_us, ui->now_us, when); /* it is in when */
    if (b->counts.overdue == 1)
        (void)str_format(text, sizeof text, "overdue: %s should have run %s", first->name,
                         when); /* a cut is fine */
    else
        (void)str_format(text, sizeof text, "%lld schedules are overdue: %s should have run %s",
                         (long long)b->counts.overdue, first->name, when); /* a cut is fine */
    return put_banner(p, y, ROLE_ALERT, "▲", text);
}

/* What is wrong with the engine; while a shared record is away, since when that is. */
static int put_problem(const struct ui *ui, struct pane p, int y)
{
    char text[sizeof ui->standing.problem + 80], since[FIT_TEXT];
    const struct engine_standing *s = &ui->standing;
    bool away = s->shared && !s->reached && s->seen_us > 0;
    if (away)
        (void)str_format(text, sizeof text, "shown is what was known at %s: %s",
                         fit_minute(s->seen_us, since), s->problem); /* a cut is fine */
    if (ui_stands_alone(ui)) { /* nothing stops for it, but who opened this console should know */
        (void)str_format(text, sizeof text, "no engine works in this console: %s",
                         s->problem); /* a cut is fine */
        return put_banner(p, y, ROLE_ALERT, "▲", text);
    }
    return put_banner(p, y, ROLE_ALARM, "×", away ? text : s->problem);
}

/* Draws at most two; returns how many. */
static int draw_banners(const struct ui *ui, struct pane p)
{
    int y = 0;
    char text[sizeof ui->standing.config + 64];
    if (ui->trouble.kind != ERR_NONE)
        y = put_banner(p, y, ROLE_ALARM, "×", ui->trouble.text);
    if (ui->begin_trouble.kind != ERR_NONE)
        y = put_banner(p, y, ROLE_ALARM, "×", ui->begin_trouble.text);
    if (ui->has_desk && ui->standing.problem[0] != '\0')
        y = put_problem(ui, p, y);
    if (ui->has_desk && ui->standing.config[0] != '\0') {
        (void)str_format(text, sizeof text, "config refused, the old settings hold: %s",
                         ui->standing.config); /* a cut is fine */
        y = put_banner(p, y, ROLE_ALERT, "▲", text);
    }
    if (ui->has_desk && ui->standing.trial[0] != '\0') {
        (void)str_format(text, sizeof text, "trial: every letter goes to %s, nobody else gets one",
                         ui->standing.trial); /* a cut is fine */
        y = put_banner(p, y, ROLE_ALERT, "▲", text);
    }
    if (ui->has_desk && ui->standing.where == ENGINE_NOWHERE && ui->model.totals.running > 0)
        y = put_banner(p, y, ROLE_ALERT, "▲", "no engine serves this record: running jobs wait");
    return put_overdue(ui, p, y);
}

/* --- message line and keys -------------------------------------------------------------------- */

static void draw_message(const struct ui *ui, struct pane p, int y)
{
    static const enum role role[] = {ROLE_TEXT, ROLE_TEXT, ROLE_OK, ROLE_WARN, ROLE_ERROR};
    static const char *const glyph[] = {"", "", "", "▲ ", "× "};
    char who[160];
    const struct message *m = &ui->message;
    (void)str_format(who, sizeof who, "%s · %s · %s", ui->actor,
                     ui->workspace != NULL ? ui->workspace : "all workspaces", ui->host);
    int end = p.cols - 1, wide = fit_columns_of(who);
    if (m->kind == MESSAGE_NONE || fit_columns_of(m->text) + wide + 6 < p.cols) {
        pane_put_right(p, y, end, ROLE_DIM, who);
        end -= wide + 2;
    }
    if (m->kind == MESSAGE_NONE)
        return;
    int x = pane_add(p, y, 1, (int)role[m->kind], glyph[m->kind]);
    pane_put_cut(p, y, x, end - x, (int)role[m->kind], m->text);
}

struct footer_item {
    char key[KEY_NAME_MAX];
    const char *word;
    int rank, width;
};

/* Without a row there is nothing to do with it. */
static bool has_rows(const struct ui *ui)
{
    unsigned kinds = ui_screen(ui)->kinds;
    if ((kinds & IN_SCHEDULES) != 0)
        return ui->model.board.counts.all > 0;
    return (kinds & IN_JOBS) == 0 || ui->model.job_count > 0;
}

/* The actions that apply here and have a word, in the order of the table. */
static int footer_items(const struct ui *ui, struct footer_item *ret)
{
    int n = 0;
    const struct action *a;
    for (int i = 0; (a = action_at(i)) != NULL && n < FOOTER_MAX; i++) {
        if (a->word == NULL || (a->kinds & ui_screen(ui)->kinds) == 0 || !ui_offers(ui, a) ||
            ((a->kinds & IN_ALL) != IN_ALL && !a->alone && !has_rows(ui)))
            continue;
        keymap_first_key(&ui->keymap, i, ret[n].key);
        if (ret[n].key[0] == '\0')
            continue;
        ret[n].word = a->run == act_back && ui->backs == 0 ? "quit" : a->word;
        ret[n].rank = a->rank;
        ret[n].width = fit_columns_of(ret[n].key) + 1 + fit_columns_of(ret[n].word);
        n++;
    }
    return n;
}

/* The greatest rank that may be shown so that all of up to that rank fit. */
static int footer_rank(const struct footer_item *item, int n, int gap, int room)
{
    int best = -1;
    for (int rank = 0; rank < 10; rank++) {
        int wide = -gap;
        for (int i = 0; i < n; i++)
            wide += item[i].rank <= rank ? item[i].width + gap : 0;
        if (wide <= room)
            best = rank;
    }
    return best < 0 ? 0 : best;
}

static void draw_keys(const struct ui *ui, struct pane p, int y)
{
    struct footer_item item[FOOTER_MAX];
    int n = footer_items(ui, item), margin = p.cols >= TABS_COLS, gap = margin ? 2 : 1;
    int rank = footer_rank(item, n, gap, p.cols - 2 * margin), x = margin;
    for (int i = 0; i < n; i++) {
        if (item[i].rank > rank)
            continue;
        x = pane_add(p, y, x, LOOK_BOLD, item[i].key);
        x = pane_add(p, y, x + 1, ROLE_TEXT, item[i].word) + gap;
    }
}

static void draw_bottom(const struct ui *ui, struct pane p)
{
    bool two = p.rows >= MESSAGE_ROWS;
    int y = p.rows - 1;
    if (two)
        draw_message(ui, p, y - 1);
    if (ui->asking.open)
        prompt_draw(p, y, ui->asking.lead, &ui->asking.prompt);
    else if (!two && ui->message.kind != MESSAGE_NONE)
        draw_message(ui, p, y);
    else
        draw_keys(ui, p, y);
}

/* --- all of it -------------------------------------------------------------------------------- */

/* In a window too small for a screen the state is said in words, as far as there is room. */
static void draw_too_small(const struct ui *ui, struct pane p)
{
    char text[200];
    const struct totals *t = &ui->model.totals;
    (void)str_format(text, sizeof text,
                     "autopilot %dx%d: too small, needs %dx%d · %d running, %d failed", p.cols,
                     p.rows, UI_COLS_MIN, UI_ROWS_MIN, (int)t->running, (int)t->failed);
    for (int y = 0; y < p.rows; y++)
        pane_put(pane_part(p, y, 0, 1, p.cols), 0, -y * p.cols, ROLE_TEXT, text);
}

void ui_draw(struct ui *ui, struct canvas *c)
{
    struct pane p = canvas_pane(c);
    canvas_clear(c);
    if (p.rows < UI_ROWS_MIN || p.cols < UI_COLS_MIN) {
        draw_too_small(ui, p);
        return;
    }
    draw_tabs(ui, p);
    int top = 1 + draw_banners(ui, pane_part(p, 1, 0, BANNERS_MAX, p.cols));
    int bottom = p.rows >= MESSAGE_ROWS ? 2 : 1;
    struct pane body = pane_part(p, top, 0, p.rows - top - bottom, p.cols);
    if (ui->model.there)
        ui_screen(ui)->draw(ui, ui_screen_state(ui), body);
    else if (ui->trouble.kind == ERR_NONE)
        pane_put(body, 1, 1, ROLE_DIM, "reading the record");
    draw_bottom(ui, p);
    if (ui->asking.open && ui->asking.draw != NULL)
        ui->asking.draw(ui, pane_part(p, 1, 0, p.rows - 1 - bottom, p.cols));
    if (ui->help)
        help_draw(ui, pane_part(p, 1, 0, p.rows - 1 - bottom, p.cols));
    if (ui->dialog.open)
        dialog_draw(pane_part(p, 1, 0, p.rows - 1 - bottom, p.cols), &ui->dialog);
}
