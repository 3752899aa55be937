/* logview.c - a place in the log. The idea: while following the newest screen is read anew; while
 * held a window of some screens around the current line is kept, and read again only when a move
 * leaves it. */
#include "logview.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define QUICK_US (20 * US_PER_MS)   /* reading that may be repeated at each change */
#define SEARCH_US (150 * US_PER_MS) /* searching per key: then the operator decides to go on */
#define BACK_US (600 * US_PER_S)    /* how far back `only` looks at first */

enum { CHUNK = 1000, WINDOW_BYTES = 8 << 20, PAGE_FIRST = 60, WINDOW_PAGES = 3 };

static bool key_before(const struct log_key *a, const struct log_key *b)
{
    if (a->at_us != b->at_us)
        return a->at_us < b->at_us;
    if (a->source != b->source)
        return a->source < b->source;
    return a->seq < b->seq;
}

/* Where the current line is in the window: it, or the first one after it when it was trimmed. */
int32_t logview_cursor(const struct log_view *v)
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

/* The newest lines; one screen of them is enough. Matching lines may be rare, and whoever looks for
 * them must not wait for the whole log to be read: how far back is looked grows as long as looking
 * is quick. */
static bool read_newest(struct ui *ui, struct log_view *v, struct arena *arena,
                        struct log_row **ret, int32_t *ret_count, struct err *err)
{
    struct log_filter f = filter_of(ui, v);
    for (;;) {
        int64_t from = clock_boot_us();
        f.since_us = f.match != NULL && v->back_us < ui->now_us ? ui->now_us - v->back_us : 0;
        if (!ui->source.log(ui->source.ctx, &f, NULL, true, v->page, arena, ret, ret_count, err))
            return false;
        v->since_us = f.since_us;
        if (f.since_us == 0 || *ret_count >= v->page || clock_boot_us() - from > QUICK_US)
            return true;
        v->back_us *= 4;
    }
}

/* Some screens before and after the current line. */
static bool read_around(struct ui *ui, struct log_view *v, struct arena *arena,
                        struct log_row **ret, int32_t *ret_count, struct err *err)
{
    const struct source *s = &ui->source;
    struct log_filter f = filter_of(ui, v);
    f.since_us = v->only[0] != '\0' ? v->since_us : 0;
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

void logview_begin(struct log_view *v)
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

bool logview_load(struct ui *ui, struct log_view *v, struct err *err)
{
    logview_begin(v);
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

void logview_follow(struct ui *ui, struct log_view *v)
{
    v->held = false;
    v->fresh = 0;
    reread(ui, v);
}

/* Holds the view at the line that is current now. */
void logview_hold(struct log_view *v)
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

/* Further up than `only` has looked so far: then it looks further. */
static void look_further(struct ui *ui, struct log_view *v)
{
    if (v->only[0] == '\0' || v->since_us == 0)
        return;
    v->back_us *= 4;
    v->since_us = v->back_us < ui->now_us ? ui->now_us - v->back_us : 0;
    reread(ui, v);
}

static void move_by(struct ui *ui, struct log_view *v, int32_t lines)
{
    int32_t at = logview_cursor(v);
    if (at + lines < v->page || at + lines + v->page >= v->count) {
        reread(ui, v); /* centres the window on the cursor */
        at = logview_cursor(v);
    }
    if (at + lines < 0) {
        look_further(ui, v);
        at = logview_cursor(v);
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
    logview_hold(v);
    f.since_us = f.match != NULL ? v->since_us : 0;
    if (!ui->source.log(ui->source.ctx, &f, NULL, false, 1, &arena, &row, &count, &why))
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
    else if (count > 0) {
        v->cursor = row[0].key;
        v->offset = 0;
        reread(ui, v);
    }
    arena_done(&arena);
}

void logview_move(struct ui *ui, struct log_view *v, enum move by)
{
    int32_t lines = lines_of(v, by);
    if (by == MOVE_LAST || (!v->held && lines > 0)) {
        logview_follow(ui, v);
    } else if (by == MOVE_FIRST) {
        go_first(ui, v);
    } else {
        logview_hold(v);
        move_by(ui, v, lines);
    }
}

static void show_at(struct ui *ui, struct log_view *v, struct log_key key)
{
    v->cursor = key;
    v->offset = v->page / 3;
    reread(ui, v);
}

/* Goes to the next line (dir 1) or the one before (-1) that is as serious: that has an index. */
void logview_jump(struct ui *ui, struct log_view *v, enum log_level level, const char *what,
                  int dir)
{
    struct log_filter f = filter_of(ui, v);
    f.level = level < f.level ? level : f.level;
    struct arena arena = arena_init(WINDOW_BYTES);
    struct log_row *row = NULL;
    int32_t count = 0;
    struct err why;
    bool from_end = !v->held && dir < 0; /* the newest line counts too */
    logview_hold(v);
    if (!ui->source.log(ui->source.ctx, &f, from_end ? NULL : &v->cursor, dir < 0, 1, &arena, &row,
                        &count, &why))
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
    else if (count == 0)
        ui_say(ui, MESSAGE_NOTE, "no %s %s", dir < 0 ? "earlier" : "later", what);
    else
        show_at(ui, v, row[0].key);
    arena_done(&arena);
}

static bool matches(const struct log_view *v, const struct log_row *row)
{
    char line[2 * NAME_MAX_BYTES + 1200];
    (void)str_format(line, sizeof line, "%s %s %s", row->area, row->job, row->text);
    return regexec(&v->hit, line, 0, NULL, 0) == 0;
}

enum found { FOUND_YES, FOUND_END, FOUND_LATE, FOUND_FAILED };

/* Looks through the lines before or after *at (NULL: from the newest), a piece at a time, and not
 * for longer than a person notices. *ret_at: the match, or how far it came. */
static enum found look_for(struct ui *ui, struct log_view *v, const struct log_key *at, int dir,
                           struct log_key *ret_at, struct err *err)
{
    struct log_filter f = filter_of(ui, v);
    int64_t until = clock_boot_us() + SEARCH_US;
    enum found found = FOUND_LATE;
    struct arena arena = arena_init(WINDOW_BYTES);
    while (found == FOUND_LATE && clock_boot_us() < until) {
        struct log_row *row = NULL;
        int32_t count = 0;
        arena_done(&arena);
        if (!ui->source.log(ui->source.ctx, &f, at, dir < 0, CHUNK, &arena, &row, &count, err))
            found = FOUND_FAILED;
        else if (count < CHUNK)
            found = FOUND_END;
        for (int32_t i = 0; i < count && found != FOUND_YES; i++) {
            const struct log_row *next = &row[dir < 0 ? count - 1 - i : i];
            *ret_at = next->key;
            if (matches(v, next))
                found = FOUND_YES;
        }
        at = ret_at;
    }
    arena_done(&arena);
    return found;
}

static void find_match(struct ui *ui, struct log_view *v, int dir)
{
    struct err why;
    struct log_key at = v->cursor;
    char clock[16];
    bool from_end = !v->held && dir < 0; /* the newest line counts too */
    logview_hold(v);
    switch (look_for(ui, v, from_end ? NULL : &v->cursor, dir, &at, &why)) {
    case FOUND_YES:
        show_at(ui, v, at);
        break;
    case FOUND_END:
        ui_say(ui, MESSAGE_NOTE, "no %s match", dir < 0 ? "earlier" : "later");
        break;
    case FOUND_LATE:
        time_text_clock(at.at_us, clock, sizeof clock);
        show_at(ui, v, at);
        ui_say(ui, MESSAGE_NOTE, "no match up to %s; %s goes on from here", clock,
               dir < 0 ? "N" : "n");
        break;
    default:
        ui_say(ui, MESSAGE_ERROR, "%s", why.text);
        break;
    }
}

void logview_drop_search(struct log_view *v)
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
    logview_drop_search(v);
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

void logview_search(struct ui *ui, struct log_view *v, int dir, const char *text)
{
    if (dir == 0 && !set_search(ui, v, text))
        return;
    if (v->search[0] == '\0') {
        if (dir != 0)
            ui_say(ui, MESSAGE_NOTE, "nothing was searched for yet; / does");
        return;
    }
    find_match(ui, v, dir == 0 ? -1 : dir);
}

void logview_only(struct ui *ui, struct log_view *v, const char *text)
{
    if (!set_search(ui, v, text))
        return;
    (void)str_copy(v->only, sizeof v->only, text);
    v->back_us = BACK_US;
    logview_follow(ui, v);
}

void logview_level(struct ui *ui, struct log_view *v, const char *text)
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

bool logview_clear(struct ui *ui, struct log_view *v)
{
    if (v->search[0] == '\0' && v->only[0] == '\0')
        return false;
    bool was_only = v->only[0] != '\0';
    logview_drop_search(v);
    v->only[0] = '\0';
    if (was_only)
        reread(ui, v);
    return true;
}
