/* screen_log.c - the log: follow, hold, search. The idea: the place is a line's key, never a number
 * of lines from an end, so nothing that arrives or is trimmed moves what is being read. */
#include "screen.h"

#include "logline.h"
#include "state.h"

#include "base/str.h"

#include <string.h>

enum { WINDOW_BYTES = 8 << 20, PAGE_FIRST = 60, WINDOW_PAGES = 3, SHIFT_STEP = 10 };

struct log_view {
    bool begun;
    struct arena arena;
    struct log_row *row; /* the window that was read, oldest first */
    int32_t count;

    bool held;                /* not following */
    struct log_key cursor;    /* the current line while held */
    int32_t offset;           /* rows between the top of the screen and it */
    struct log_key held_from; /* the newest line when it was held */
    int64_t fresh;            /* lines that came since */

    enum log_level level;
    char job[NAME_MAX_BYTES + 1];
    char search[PROMPT_MAX], only[PROMPT_MAX];
    bool has_hit;
    regex_t hit;
    int32_t page; /* lines on the screen */
    int shift;
    bool wrap;
};

static bool key_before(const struct log_key *a, const struct log_key *b)
{
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us;
    if (a->source != b->source)
        return a->source < b->source;
    return a->seq < b->seq;
}

/* Where the current line is in the window: it, or the first one after it when it was trimmed. */
static int32_t cursor_index(const struct log_view *v)
{
    if (!v->held || v->count == 0)
        return v->count - 1;
    for (int32_t i = 0; i < v->count; i++)
        if (!key_before(&v->row[i].key, &v->cursor))
            return i;
    return v->count - 1;
}

static struct log_filter filter_of(const struct ui *ui, const struct log_view *v)
{
    return (struct log_filter){
        .level = v->level,
        .job = v->job[0] != '\0' ? v->job : NULL,
        .match = v->only[0] != '\0' ? v->only : NULL,
        .mask = ui->mask,
    };
}

/* The newest lines; one screen of them is enough. */
static bool read_newest(struct ui *ui, struct log_view *v, struct arena *arena,
                        struct log_row **ret, int32_t *ret_count, struct err *err)
{
    struct log_filter f = filter_of(ui, v);
    return ui->source.log(ui->source.ctx, &f, NULL, true, v->page, arena, ret, ret_count, err);
}

/* Some screens before and after the current line. */
static bool read_around(struct ui *ui, struct log_view *v, struct arena *arena,
                        struct log_row **ret, int32_t *ret_count, struct err *err)
{
    const struct source *s = &ui->source;
    struct log_filter f = filter_of(ui, v);
    struct log_row *before = NULL, *after = NULL;
    int32_t n_before = 0, n_after = 0, most = v->page * WINDOW_PAGES;
    struct log_key from = v->cursor;
    from.seq--; /* newer than this includes the line itself */
    if (!s->log(s->ctx, &f, &v->cursor, true, most, arena, &before, &n_before, err) ||
        !s->log(s->ctx, &f, &from, false, most, arena, &after, &n_after, err))
        return false;
    struct log_row *all = arena_array(arena, (size_t)n_before + (size_t)n_after, sizeof *all);
    if (all == NULL)
        return err_set(err, ERR_STOP, "log: out of memory");
    if (n_before > 0)
        memcpy(all, before, (size_t)n_before * sizeof *all);
    if (n_after > 0)
        memcpy(all + n_before, after, (size_t)n_after * sizeof *all);
    *ret = all;
    *ret_count = n_before + n_after;
    return true;
}

static void begin(struct log_view *v)
{
    if (v->begun)
        return;
    v->begun = true;
    v->level = LOG_INFO;
    v->page = PAGE_FIRST;
    v->arena = arena_init(WINDOW_BYTES);
}

static bool read_window(struct ui *ui, struct log_view *v, struct err *err)
{
    struct arena arena = arena_init(WINDOW_BYTES);
    struct log_row *rows = NULL;
    int32_t count = 0;
    if (!(v->held ? read_around : read_newest)(ui, v, &arena, &rows, &count, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&v->arena);
    v->arena = arena;
    v->row = rows;
    v->count = count;
    return true;
}

static bool log_load(struct ui *ui, void *state, struct err *err)
{
    struct log_view *v = state;
    begin(v);
    /* While held the lines in the window don't change; only how many came since. */
    if (!v->held || v->count == 0)
        return read_window(ui, v, err);
    struct log_filter f = filter_of(ui, v);
    return ui->source.log_count_after(ui->source.ctx, &f, &v->held_from, &v->fresh, err);
}

/* Reads anew after something was asked for that the window does not hold. */
static void reread(struct ui *ui, struct log_view *v)
{
    struct err why;
    if (!read_window(ui, v, &why))
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
}

static void follow(struct ui *ui, struct log_view *v)
{
    v->held = false;
    v->fresh = 0;
    v->shift = 0;
    reread(ui, v);
}

/* Holds the view at the line that is current now. */
static void hold(struct log_view *v)
{
    if (v->held || v->count == 0)
        return;
    v->held_from = v->row[v->count - 1].key;
    v->cursor = v->held_from;
    v->offset = (v->count < v->page ? v->count : v->page) - 1;
    v->fresh = 0;
    v->held = true;
}

/* Keeps the screen where it is while the cursor goes from one line to another. */
static void set_cursor(struct log_view *v, int32_t from, int32_t to)
{
    v->cursor = v->row[to].key;
    v->offset += to - from;
    if (v->offset < 0)
        v->offset = 0;
    if (v->offset > v->page - 1)
        v->offset = v->page - 1;
}

static void move_by(struct ui *ui, struct log_view *v, int32_t lines)
{
    int32_t at = cursor_index(v);
    if (at + lines < v->page || at + lines + v->page >= v->count) {
        reread(ui, v); /* centres the window on the cursor */
        at = cursor_index(v);
    }
    if (v->count == 0)
        return;
    int32_t to = at + lines < 0 ? 0 : at + lines;
    set_cursor(v, at, to >= v->count ? v->count - 1 : to);
}

static int32_t lines_of(const struct log_view *v, enum move move)
{
    int32_t half = v->page > 3 ? v->page / 2 : 1;
    switch (move) {
    case MOVE_DOWN:
        return 1;
    case MOVE_UP:
        return -1;
    case MOVE_HALF_DOWN:
        return half;
    case MOVE_HALF_UP:
        return -half;
    case MOVE_PAGE_DOWN:
        return v->page;
    case MOVE_PAGE_UP:
        return -v->page;
    default:
        return 0;
    }
}

static void go_first(struct ui *ui, struct log_view *v)
{
    struct log_filter f = filter_of(ui, v);
    struct arena arena = arena_init(WINDOW_BYTES);
    struct log_row *row = NULL;
    int32_t count = 0;
    struct err why;
    hold(v);
    if (!ui->source.log(ui->source.ctx, &f, NULL, false, 1, &arena, &row, &count, &why))
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
    else if (count > 0) {
        v->cursor = row[0].key;
        v->offset = 0;
        reread(ui, v);
    }
    arena_done(&arena);
}

static void move(struct ui *ui, struct log_view *v, enum move by)
{
    int32_t lines = lines_of(v, by);
    if (by == MOVE_LAST || (!v->held && lines > 0)) {
        follow(ui, v);
    } else if (by == MOVE_FIRST) {
        go_first(ui, v);
    } else {
        hold(v);
        move_by(ui, v, lines);
    }
}

/* Goes to the next line (dir 1) or the one before (-1) that is as serious or matches. */
static void jump(struct ui *ui, struct log_view *v, enum log_level level, const char *match,
                 const char *what, int dir)
{
    struct log_filter f = filter_of(ui, v);
    f.level = level < f.level ? level : f.level;
    if (match != NULL)
        f.match = match;
    struct arena arena = arena_init(WINDOW_BYTES);
    struct log_row *row = NULL;
    int32_t count = 0;
    struct err why;
    bool from_end = !v->held && dir < 0; /* the newest line counts too */
    hold(v);
    if (!ui->source.log(ui->source.ctx, &f, from_end ? NULL : &v->cursor, dir < 0, 1, &arena, &row,
                        &count, &why)) {
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
    } else if (count == 0) {
        ui_say(ui, MESSAGE_NOTE, "no %s %s", dir < 0 ? "earlier" : "later", what);
    } else {
        v->cursor = row[0].key;
        v->offset = v->page / 3;
        reread(ui, v);
    }
    arena_done(&arena);
}

static void drop_search(struct log_view *v)
{
    if (v->has_hit)
        regfree(&v->hit);
    v->has_hit = false;
    v->search[0] = '\0';
}

/* Compiles what is to be pointed out; false: told why not. */
static bool set_search(struct ui *ui, struct log_view *v, const char *text)
{
    char why[120];
    drop_search(v);
    if (*text == '\0')
        return true;
    int bad = regcomp(&v->hit, text, REG_EXTENDED | REG_ICASE);
    if (bad != 0) {
        (void)regerror(bad, &v->hit, why, sizeof why); /* cut is enough */
        ui_say(ui, MESSAGE_WARN, "/%s: %s", text, why);
        return false;
    }
    v->has_hit = true;
    (void)str_copy(v->search, sizeof v->search, text);
    return true;
}

static void search(struct ui *ui, struct log_view *v, int dir, const char *text)
{
    if (dir == 0 && !set_search(ui, v, text))
        return;
    if (v->search[0] == '\0') {
        if (dir != 0)
            ui_say(ui, MESSAGE_NOTE, "nothing was searched for yet; / does");
        return;
    }
    jump(ui, v, v->level, v->search, "match", dir == 0 ? -1 : dir);
}

static void only(struct ui *ui, struct log_view *v, const char *text)
{
    if (!set_search(ui, v, text))
        return;
    (void)str_copy(v->only, sizeof v->only, text);
    follow(ui, v);
}

static void set_level(struct ui *ui, struct log_view *v, const char *text)
{
    static const enum log_level next[LOG_LEVELS] = {[LOG_INFO] = LOG_DEBUG,
                                                    [LOG_DEBUG] = LOG_ERROR,
                                                    [LOG_ERROR] = LOG_WARN,
                                                    [LOG_WARN] = LOG_INFO};
    if (*text == '\0')
        v->level = next[v->level];
    else if (!log_level_parse(text, &v->level))
        ui_say(ui, MESSAGE_WARN, "level: error, warn, info or debug, not \"%s\"", text);
    reread(ui, v);
}

static bool clear(struct ui *ui, struct log_view *v)
{
    if (v->search[0] == '\0' && v->only[0] == '\0')
        return false;
    bool was_only = v->only[0] != '\0';
    drop_search(v);
    v->only[0] = '\0';
    if (was_only)
        reread(ui, v);
    return true;
}

static void copy_line(struct ui *ui, const struct log_view *v)
{
    char clock[16];
    if (v->count == 0)
        return;
    const struct log_row *row = &v->row[cursor_index(v)];
    time_text_clock(row->key.at_us, clock, sizeof clock);
    (void)str_format(ui->copy, sizeof ui->copy, "%s %s %s %s%s%s", clock,
                     log_level_name(row->level), row->area, row->job,
                     row->job[0] != '\0' ? " " : "", row->text);
}

static bool open_line(struct ui *ui, const struct log_view *v)
{
    const char *job = v->count > 0 ? v->row[cursor_index(v)].job : "";
    if (job[0] == '\0')
        return false;
    ui_show(ui, screens_find("job"), job, true);
    return true;
}

static bool log_act(struct ui *ui, void *state, enum op op, int by, const char *arg)
{
    struct log_view *v = state;
    begin(v);
    switch (op) {
    case OP_MOVE:
        move(ui, v, (enum move)by);
        return true;
    case OP_SIDEWAYS:
        v->shift += by * SHIFT_STEP;
        v->shift = v->shift < 0 ? 0 : v->shift;
        return true;
    case OP_OPEN:
        return open_line(ui, v);
    case OP_CLEAR:
        return clear(ui, v);
    case OP_MATCH:
        search(ui, v, by, arg);
        return true;
    case OP_ONLY:
        only(ui, v, arg);
        return true;
    case OP_FOLLOW:
        if (v->held)
            follow(ui, v);
        else
            hold(v);
        return true;
    case OP_LEVEL:
        set_level(ui, v, arg);
        return true;
    case OP_ERROR:
        jump(ui, v, LOG_ERROR, NULL, "error", by);
        return true;
    case OP_WARNING:
        jump(ui, v, LOG_WARN, NULL, "warning", by);
        return true;
    case OP_WRAP:
        v->wrap = !v->wrap;
        return true;
    case OP_COPY:
        copy_line(ui, v);
        return true;
    default:
        return false;
    }
}

static void log_enter(struct ui *ui, void *state, const char *arg)
{
    struct log_view *v = state;
    (void)ui;
    begin(v);
    if (str_equal(v->job, arg))
        return;
    (void)str_copy(v->job, sizeof v->job, arg);
    v->held = false;
    v->count = 0;
    v->shift = 0;
}

static void draw_summary(struct pane p, const struct log_view *v)
{
    char fresh[FIT_TEXT];
    int x = 1;
    if (!v->held)
        x = pane_add(p, 0, x, ROLE_RUN, "▶ following");
    else if (v->fresh > 0)
        x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_WARN, "║ paused"), ROLE_TEXT,
                      " %s new below (G follows)", fit_count(v->fresh, fresh));
    else
        x = pane_add(p, 0, pane_add(p, 0, x, ROLE_WARN, "║ paused"), ROLE_TEXT, " (G follows)");
    x = pane_add(p, 0, x, ROLE_DIM, "   level ");
    x = pane_addf(p, 0, x, LOOK_BOLD, "%s%s", log_level_name(v->level),
                  v->level == LOG_ERROR ? "" : "+");
    x = pane_add(p, 0, x, ROLE_DIM, "   job ");
    x = pane_add(p, 0, x, LOOK_BOLD, v->job[0] != '\0' ? v->job : "all");
    if (v->search[0] == '\0')
        return;
    x = pane_add(p, 0, x, ROLE_DIM, v->only[0] != '\0' ? "   only " : "   search ");
    pane_say(p, 0, x, ROLE_INFO, "/%s", v->search);
}

static int job_width(const struct log_view *v, int cols)
{
    int most = 0;
    for (int32_t i = 0; i < v->count && v->job[0] == '\0'; i++) {
        int wide = fit_columns_of(v->row[i].job);
        most = wide > most ? wide : most;
    }
    int limit = cols / 6;
    return most < limit ? most : limit;
}

/* The first line to show, so that the cursor keeps its place and is in view whatever is wrapped. */
static int32_t top_of(struct pane p, const struct log_view *v, const struct logline_form *form,
                      int32_t cursor)
{
    int32_t top = v->held ? cursor - v->offset : v->count - p.rows;
    if (top > v->count - p.rows && !v->wrap)
        top = v->count - p.rows; /* no empty rows while there are lines above */
    top = top < 0 ? 0 : top;
    int rows = 0;
    for (int32_t i = cursor; i >= top && i >= 0; i--) {
        rows += logline_rows(p, &v->row[i], form);
        if (rows > p.rows)
            return i < cursor ? i + 1 : i;
    }
    return top;
}

static void draw_lines(struct pane p, struct log_view *v)
{
    struct logline_form form = {
        .level = p.cols >= 50,
        .area = p.cols >= 70,
        .short_time = p.cols < 50,
        .shift = v->shift,
        .wrap = v->wrap,
        .hit = v->has_hit ? &v->hit : NULL,
    };
    form.one_job = v->job[0] != '\0';
    form.job_width = job_width(v, p.cols);
    form.job = p.cols >= 90 && form.job_width > 0;
    int32_t cursor = cursor_index(v);
    int y = 0;
    for (int32_t i = top_of(p, v, &form, cursor); i >= 0 && i < v->count && y < p.rows; i++) {
        form.selected = v->held && i == cursor;
        logline_draw(p, y, &v->row[i], &form);
        y += logline_rows(p, &v->row[i], &form);
    }
    if (v->count == 0)
        pane_put(p, 0, 1, ROLE_DIM,
                 v->only[0] != '\0' ? "no line matches · Esc clears" : "nothing yet");
}

static void log_draw(struct ui *ui, void *state, struct pane p)
{
    struct log_view *v = state;
    begin(v);
    int top = p.rows >= 8 ? 2 : 1;
    draw_summary(p, v);
    if (top == 2)
        pane_rule(p, 1, "", "");
    struct pane body = pane_part(p, top, 0, p.rows - top, p.cols);
    int32_t page = body.rows > 1 ? body.rows : 1;
    if (page > v->page)
        ui->stale = true; /* there is more room than was read for */
    v->page = page;
    draw_lines(body, v);
}

static const struct job_row *log_job(struct ui *ui, void *state)
{
    const struct log_view *v = state;
    const char *name = v->job[0] != '\0' ? v->job : v->count > 0 ? v->row[cursor_index(v)].job : "";
    return ui_job_named(ui, name);
}

static void log_done(void *state)
{
    struct log_view *v = state;
    drop_search(v);
    arena_done(&v->arena);
}

const struct screen screen_log = {
    .name = "log",
    .title = "Log",
    .brief = "Log",
    .key = '5',
    .kinds = IN_LOG,
    .state_size = sizeof(struct log_view),
    .enter = log_enter,
    .load = log_load,
    .draw = log_draw,
    .act = log_act,
    .job = log_job,
    .done = log_done,
};
