/* schedparts.c - pieces that the views of schedules share. The idea: when a schedule runs next is
 * asked of timing_preview(), which counts as the engine's own planning does, so that the screen
 * promises nothing that the engine does not keep. */
#include "schedparts.h"

#include "runparts.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "store/timing_json.h"

#include <string.h>
#include <time.h>

enum { RUNS_MAX = 50, RUNS_BYTES = 4 << 20, PREVIEW = 400 };

/* From here on the year is said. */
#define FAR_US (INT64_C(300) * 86400 * US_PER_S)

/* --- what a schedule looks like --------------------------------------------------------------- */

static bool overdue(const struct ui *ui, const struct schedule_row *s)
{
    return schedule_overdue(s->enabled, s->status, s->next_run_us, ui->now_us);
}

/* Of one that is enabled and active. */
static struct sched_look active_look(const struct ui *ui, const struct schedule_row *s)
{
    if (overdue(ui, s))
        return (struct sched_look){"▲", ROLE_WARN, "overdue"};
    if (s->busy)
        return (struct sched_look){"▶", ROLE_RUN, "running"};
    if (!s->spec_active)
        return (struct sched_look){"▲", ROLE_WARN, "specification off"};
    if (str_equal(s->last_status, "failed"))
        return (struct sched_look){"▲", ROLE_WARN, "active, last failed"};
    return (struct sched_look){"●", ROLE_OK, "active"};
}

struct sched_look sched_look(const struct ui *ui, const struct schedule_row *s)
{
    if (!s->enabled)
        return (struct sched_look){"·", ROLE_DIM, "disabled"};
    switch (s->status) {
    case SCHEDULE_PAUSED:
        return (struct sched_look){"║", ROLE_WARN, "paused"};
    case SCHEDULE_CANCELLED:
        return (struct sched_look){"■", ROLE_DIM, "ended"};
    case SCHEDULE_ERROR:
        return (struct sched_look){"×", ROLE_ERROR, "in error"};
    default:
        return active_look(ui, s);
    }
}

void sched_state(const struct ui *ui, const struct schedule_row *s, char *dst, size_t size)
{
    char when[FIT_TEXT];
    struct sched_look look = sched_look(ui, s);
    (void)str_copy(dst, size, look.word); /* cuts are fine, here and below */
    if (!s->enabled)
        return;
    if (s->status == SCHEDULE_ERROR)
        (void)str_format(dst, size, "in error: %s", s->last_error);
    else if (s->status == SCHEDULE_PAUSED && s->paused_until_us > 0)
        (void)str_format(dst, size, "paused until %s: %s",
                         sched_when(s->paused_until_us, ui->now_us, when), s->paused_note);
    else if (s->status == SCHEDULE_PAUSED)
        (void)str_format(dst, size, "paused: %s", s->paused_note);
    else if (overdue(ui, s))
        (void)str_format(dst, size, "overdue since %s", fit_when(s->next_run_us, ui->now_us, when));
}

bool sched_timing(const struct schedule_row *s, struct timing *ret, struct err *err)
{
    char key[TIMING_KEY_MAX];
    return timing_json_read(ret, s->type, s->config, strlen(s->config), key, err);
}

void sched_words(const struct schedule_row *s, char dst[SCHED_WORDS])
{
    struct timing timing;
    struct err err;
    struct buf words = buf_init(4096);
    (void)str_copy(dst, SCHED_WORDS, s->type); /* it fits */
    if (s->after != NULL)
        (void)str_format(dst, SCHED_WORDS, "After %s", s->after); /* a name: it fits */
    else if (sched_timing(s, &timing, &err)) {
        cron_words(&timing.cron, &words);
        (void)str_copy(dst, SCHED_WORDS, buf_text(&words)); /* a cut is fine */
    }
    buf_done(&words);
}

static bool planned(const struct schedule_row *s)
{
    return s->enabled && s->status == SCHEDULE_ACTIVE;
}

void sched_in(const struct ui *ui, const struct schedule_row *s, char dst[FIT_TEXT])
{
    char span[FIT_TEXT];
    if (!planned(s) || s->after != NULL)
        (void)str_copy(dst, FIT_TEXT, "-");
    else if (s->next_run_us <= ui->now_us)
        (void)str_copy(dst, FIT_TEXT, "due");
    else
        (void)str_format(dst, FIT_TEXT, "in %s", fit_span(s->next_run_us - ui->now_us, span));
}

const char *sched_when(int64_t at_us, int64_t now_us, char dst[FIT_TEXT])
{
    const int64_t day = INT64_C(86400) * US_PER_S;
    int64_t midnight = fit_midnight(now_us);
    if (at_us < midnight)
        return fit_when(at_us, now_us, dst);
    const char *form = "%e %b %H:%M";
    struct tm tm = {0};
    time_t at = (time_t)(at_us / US_PER_S);
    (void)localtime_r(&at, &tm); /* it fails for years past int only; then 1900 is shown */
    if (at_us < midnight + day)
        form = "%H:%M";
    else if (at_us < midnight + 6 * day)
        form = "%a %H:%M";
    else if (at_us >= now_us + FAR_US)
        form = "%e %b %Y";
    if (strftime(dst, FIT_TEXT, form, &tm) == 0)
        dst[0] = '\0';
    return dst[0] == ' ' ? dst + 1 : dst;
}

/* --- the next runs ---------------------------------------------------------------------------- */

/* The limit of the specification, unless the schedule overrides it. */
static struct timing_limit limit_of(const struct schedule_row *s)
{
    struct timing_limit limit = {.ran = s->ran, .last_success = s->last_success_us / US_PER_S};
    /* Several have each their own: every slot is shown. */
    limit.on =
        s->cadence == NULL && s->further == NULL && frequency_parse(s->frequency, &limit.cadence);
    return limit;
}

static bool is_made(const struct timing_hit *hit)
{
    return (hit->notes & (TIMING_NOTE_EXCLUDED | TIMING_NOTE_LIMIT)) == 0;
}

/* "Mon 24 Nov 09:00 CET", with the year when it is far away. */
static void local_text(const struct zone *zone, int64_t at, bool far, char *dst, size_t size)
{
    static const char days[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    char text[CALENDAR_TEXT_MAX];
    struct zone_hint hint = {0};
    struct zone_stretch z;
    zone_at(zone, &hint, at, &z);
    int64_t day = calendar_floor(at + z.offset, CALENDAR_DAY_S);
    struct calendar_date date = calendar_date(day);
    calendar_text(at + z.offset, text);
    (void)str_format(dst, size, "%s %2d %s%s%.*s %.5s %s", days[calendar_weekday(day)],
                     (int)date.day, months[(date.month - 1) % 12], far ? " " : "", far ? 4 : 0,
                     text, text + 11, z.abbreviation); /* it fits */
}

static void take_row(const struct ui *ui, struct sched_next *n, const struct timing_hit *hit,
                     const struct zone *zone, const struct timing_limit *limit)
{
    struct zone_hint hint = {0};
    struct buf reason = buf_init(1024);
    *n = (struct sched_next){.at_us = hit->scheduled_for * US_PER_S, .runs = is_made(hit)};
    local_text(zone, hit->scheduled_for, n->at_us > ui->now_us + FAR_US, n->local, sizeof n->local);
    timing_reason(hit, zone, &hint, limit, &reason);
    (void)str_copy(n->reason, sizeof n->reason, buf_text(&reason)); /* a cut is fine */
    buf_done(&reason);
}

/* The first runs that will be made, and between them the first of what is left out and how many
 * more are. */
static void take_rows(const struct ui *ui, struct sched_detail *d, const struct timing_hit *hits,
                      int32_t count, const struct zone *zone, const struct timing_limit *limit)
{
    int made = 0;
    for (int32_t i = 0; i < count && made < SCHED_NEXT_RUNS; i++) {
        if (i > 0 && !is_made(&hits[i]) && !is_made(&hits[i - 1])) {
            d->next[d->next_count - 1].more++;
            continue;
        }
        if (d->next_count == SCHED_NEXT_ROWS)
            return;
        take_row(ui, &d->next[d->next_count++], &hits[i], zone, limit);
        made += is_made(&hits[i]);
    }
}

void sched_preview(struct ui *ui, struct sched_detail *d, const struct schedule_row *s,
                   const struct timing *timing)
{
    struct timing_hit *hits = arena_array(&d->arena, PREVIEW, sizeof *hits);
    struct zone_hint hint = {0};
    struct timing_limit limit = limit_of(s);
    const struct zone *zone;
    struct err why = {0};
    d->next_count = 0;
    d->trouble[0] = '\0';
    if (hits == NULL || !ui->source.zone(ui->source.ctx, timing->zone, &zone, &why)) {
        (void)str_copy(d->trouble, sizeof d->trouble, why.text); /* same size */
        return;
    }
    uint64_t id = str_hash(s->id.byte, sizeof s->id.byte, 0);
    int32_t count = timing_preview(timing, zone, &hint, calendar_floor(ui->now_us, US_PER_S),
                                   s->slots, id, &limit, hits, PREVIEW);
    take_rows(ui, d, hits, count, zone, &limit);
}

static void preview(struct ui *ui, struct sched_detail *d, const struct schedule_row *s)
{
    struct timing timing;
    struct err why = {0};
    if (sched_timing(s, &timing, &why))
        sched_preview(ui, d, s, &timing);
    else
        (void)str_copy(d->trouble, sizeof d->trouble, why.text); /* same size */
}

bool sched_detail_load(struct ui *ui, struct sched_detail *d, const struct schedule_row *s,
                       struct err *err)
{
    struct run_filter filter = {.workspace = s->workspace, .schedule = s->name, .max = RUNS_MAX};
    sched_detail_done(d);
    d->arena = arena_init(RUNS_BYTES);
    d->id = s->id;
    d->there = ui->source.runs(ui->source.ctx, &filter, &d->arena, &d->runs, &d->run_count, err);
    if (d->there)
        preview(ui, d, s);
    return d->there;
}

void sched_detail_done(struct sched_detail *d)
{
    arena_done(&d->arena);
    *d = (struct sched_detail){0};
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int draw_state(const struct ui *ui, struct pane p, const struct schedule_row *s)
{
    char text[400], in[FIT_TEXT], when[FIT_TEXT];
    struct sched_look look = sched_look(ui, s);
    (void)str_format(text, sizeof text, "%s ", look.glyph); /* it fits */
    sched_state(ui, s, text + strlen(text), sizeof text - strlen(text));
    int y = fact_draw(p, 0, "State", (int)look.role, text);
    sched_words(s, text);
    y = fact_draw(p, y, "When", ROLE_TEXT, text);
    sched_in(ui, s, in);
    (void)str_format(text, sizeof text, "%s  %s", sched_when(s->next_run_us, ui->now_us, when),
                     in); /* it fits */
    return planned(s) && s->after == NULL ? fact_draw(p, y, "Next", ROLE_INFO, text) : y;
}

static int draw_past(const struct ui *ui, struct pane p, int y, const struct schedule_row *s)
{
    char text[400], when[FIT_TEXT];
    bool failed = str_equal(s->last_status, "failed");
    if (s->last_run_us > 0) {
        (void)str_format(text, sizeof text, "%s %s%s%s", s->last_status,
                         fit_when(s->last_run_us, ui->now_us, when),
                         s->last_error[0] != '\0' ? ": " : "", s->last_error); /* a cut is fine */
        y = fact_draw(p, y, "Last run", failed ? ROLE_ERROR : ROLE_TEXT, text);
    }
    (void)str_format(text, sizeof text, "%lld runs: %lld ok · %lld failed · %lld skipped",
                     (long long)s->runs, (long long)s->successes, (long long)s->failures,
                     (long long)s->skipped); /* it fits */
    y = fact_draw(p, y, "So far", ROLE_TEXT, text);
    (void)str_format(text, sizeof text, "%lld overlapped · %lld missed while no engine ran",
                     (long long)s->overlapped, (long long)s->missed); /* it fits */
    return s->overlapped + s->missed > 0 ? fact_draw(p, y, "Left out", ROLE_WARN, text) : y;
}

/* "news", "news (not active), press, wire". */
static void specs_text(const struct schedule_row *s, char *dst, size_t size)
{
    char name[NAME_MAX_BYTES + 1], all[400];
    const char *at = s->further != NULL ? s->further : "";
    (void)str_format(dst, size, "%s%s", s->specification,
                     s->spec_active ? "" : "  (not active)"); /* it fits */
    while (schedule_next_name(&at, name)) {
        (void)str_copy(all, sizeof all, dst);
        (void)str_format(dst, size, "%s, %s", all, name); /* a cut is fine */
    }
}

int sched_draw_facts(const struct ui *ui, struct pane p, const struct schedule_row *s)
{
    char text[400], when[FIT_TEXT];
    int y = draw_state(ui, p, s);
    y = draw_past(ui, p, y, s);
    specs_text(s, text, sizeof text);
    y = fact_draw(p, y, "Spec", s->spec_active ? ROLE_TEXT : ROLE_WARN, text);
    (void)str_format(text, sizeof text, s->cadence != NULL ? "%s (override)" : "%s, as the spec",
                     s->cadence != NULL ? s->cadence : s->frequency); /* it fits */
    if (s->after != NULL)
        y = fact_draw(p, y, "After", ROLE_TEXT, s->after);
    y = fact_draw(p, y, "Cadence", ROLE_TEXT, text);
    y = fact_draw(p, y, "Categories", ROLE_TEXT, s->categories != NULL ? s->categories : "all");
    y = fact_draw(p, y, "Regions", ROLE_TEXT, s->regions != NULL ? s->regions : "all");
    (void)str_format(text, sizeof text, "%s %s", s->type, s->config); /* a cut is fine */
    y = fact_draw(p, y, "Config", ROLE_TEXT, text);
    y = fact_draw(p, y, "Notes", ROLE_TEXT, s->notes);
    (void)str_format(text, sizeof text, "%s, %s, revision %lld", s->created_by,
                     fit_when(s->created_us, ui->now_us, when), (long long)s->rev); /* it fits */
    return fact_draw(p, y, "Made by", ROLE_DIM, text);
}

static int draw_next_row(const struct ui *ui, struct pane p, int y, const struct sched_next *n)
{
    char span[FIT_TEXT], reason[sizeof n->reason];
    int look = n->runs ? ROLE_TEXT : ROLE_DIM;
    pane_put(p, y, 1, look, n->runs ? "›" : "·");
    int x = pane_add(p, y, 3, look, n->local);
    x = x < 26 ? 26 : x + 1;
    if (n->runs)
        pane_say(p, y, x, ROLE_INFO, "in %s", fit_span(n->at_us - ui->now_us, span));
    if (n->reason[0] == '\0')
        return y + 1;
    (void)str_copy(reason, sizeof reason, n->reason); /* same size */
    if (n->more > 0)
        (void)str_format(reason, sizeof reason, "(%d runs) %s", (int)n->more + 1,
                         n->reason); /* a cut is fine */
    int role = n->runs ? ROLE_WARN : ROLE_DIM;
    x += n->runs ? 11 : 0;
    if (fit_columns_of(reason) >= p.cols - x) { /* below it, when there is a row for it */
        pane_put_cut(p, ++y, 5, p.cols - 6, role, reason);
        return y + 1;
    }
    pane_put_cut(p, y, x, p.cols - x - 1, role, reason);
    return y + 1;
}

void sched_draw_next_rows(const struct ui *ui, struct pane p, const struct sched_detail *d)
{
    int y = 0;
    for (int32_t i = 0; i < d->next_count && y < p.rows; i++)
        y = draw_next_row(ui, p, y, &d->next[i]);
    if (d->trouble[0] != '\0')
        pane_put_cut(p, 0, 1, p.cols - 2, ROLE_ERROR, d->trouble);
    else if (d->there && d->next_count == 0)
        pane_put(p, 0, 1, ROLE_DIM, "none: it has come to its end");
}

void sched_draw_next(const struct ui *ui, struct pane p, const struct schedule_row *s,
                     const struct sched_detail *d)
{
    if (p.rows < 2)
        return;
    pane_rule(p, 0, planned(s) ? "Next runs" : "Next runs, if it were active", "");
    if (d->there && d->next_count == 0 && d->trouble[0] == '\0' && s->after != NULL)
        pane_say(p, 1, 1, ROLE_DIM, "each time a report of %s was made", s->after);
    else
        sched_draw_next_rows(ui, pane_part(p, 1, 0, p.rows - 1, p.cols), d);
}

enum run_column { C_GLYPH, C_WHEN, C_TRIGGER, C_TOOK, C_ITEMS, C_RESULT, COLUMNS };

static const struct fit_column columns[COLUMNS] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_WHEN] = {"", 9, 9, 0},
    [C_TRIGGER] = {"", 8, 8, 3},
    [C_TOOK] = {"", 5, 5, 2, .right = true},
    [C_ITEMS] = {"", 4, 4, 4, .right = true},
    [C_RESULT] = {"", 8, 20, 1, .stretch = true},
};

struct drawing {
    const struct ui *ui;
    const struct sched_detail *detail;
};

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    char text[FIT_TEXT];
    const struct drawing *d = ctx;
    const struct run_row *r = &d->detail->runs[row];
    struct run_look look = run_look(r);
    const char *shown = text;
    text[0] = '\0';
    switch (column) {
    case C_GLYPH:
        shown = look.glyph;
        ret->look = (int)look.role;
        break;
    case C_WHEN:
        shown = fit_when(run_instant(r), d->ui->now_us, text);
        break;
    case C_TRIGGER:
        shown = run_trigger_name(r->trigger);
        ret->look = ROLE_DIM;
        break;
    case C_TOOK:
        run_took(d->ui, r, text);
        break;
    case C_ITEMS:
        if (r->items > 0)
            shown = fit_count(r->items, text);
        break;
    default:
        run_result(r, ret->text, sizeof ret->text);
        ret->look = r->error[0] != '\0' ? (int)look.role : ROLE_DIM;
        return;
    }
    (void)str_copy(ret->text, sizeof ret->text, shown); /* it fits */
}

void sched_draw_runs(const struct ui *ui, struct pane p, const struct schedule_row *s,
                     const struct sched_detail *d, struct table_state *table, bool focused)
{
    char note[FIT_TEXT] = "";
    struct drawing drawing = {ui, d};
    struct table t = {.columns = columns,
                      .column_count = COLUMNS,
                      .rows = d->run_count,
                      .cell = cell,
                      .ctx = &drawing,
                      .focused = focused,
                      .margin = 1};
    if (p.rows < 2)
        return;
    if (s->successes + s->failures > 0)
        (void)str_format(note, sizeof note, "%lld · %d%% ok", (long long)s->runs,
                         fit_percent(s->successes, s->successes + s->failures)); /* it fits */
    pane_rule(p, 0, "Last runs", note);
    table_draw(pane_part(p, 1, 0, p.rows - 1, p.cols), &t, table);
    if (d->there && d->run_count == 0)
        pane_put(p, 1, 1, ROLE_DIM, "it has not run yet");
}
