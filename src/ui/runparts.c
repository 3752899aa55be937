/* runparts.c - pieces that the views of runs share. */
#include "runparts.h"

#include "logline.h"

#include "base/str.h"

enum { TRACE_LINES = 200, TRACE_BYTES = 1 << 20, KB = 1024 };

struct run_look run_look(const struct run_row *r)
{
    static const struct run_look looks[RUN_STATUSES] = {
        [RUN_QUEUED] = {"…", ROLE_INFO, "waits"},   [RUN_RUNNING] = {"▶", ROLE_RUN, "running"},
        [RUN_SUCCESS] = {"●", ROLE_OK, "success"},  [RUN_FAILED] = {"×", ROLE_ERROR, "failed"},
        [RUN_SKIPPED] = {"·", ROLE_DIM, "skipped"}, [RUN_CANCELLED] = {"■", ROLE_DIM, "cancelled"},
    };
    if (r->status == RUN_FAILED && r->seen)
        return (struct run_look){"×", ROLE_DIM, "failed, seen"};
    return looks[(unsigned)r->status < RUN_STATUSES ? r->status : RUN_SKIPPED];
}

int64_t run_instant(const struct run_row *r)
{
    return r->started_us > 0 ? r->started_us : r->created_us;
}

void run_took(const struct ui *ui, const struct run_row *r, char dst[FIT_TEXT])
{
    dst[0] = '\0';
    if (r->started_us == 0)
        return;
    int64_t end_us = r->finished_us > 0 ? r->finished_us : ui->now_us;
    (void)fit_span(end_us > r->started_us ? end_us - r->started_us : 0, dst); /* it is in dst */
}

void run_result(const struct run_row *r, char *dst, size_t size)
{
    (void)str_copy(dst, size, r->error[0] != '\0' ? r->error : r->report); /* a cut is fine */
}

void run_size(const struct run_row *r, char dst[FIT_TEXT])
{
    char n[FIT_TEXT];
    int64_t kb = (r->size_bytes + KB - 1) / KB;
    (void)str_format(dst, FIT_TEXT, "%s KB", fit_count(kb, n)); /* it fits */
    if (r->size_bytes == 0)
        dst[0] = '\0';
}

bool run_detail_load(struct ui *ui, struct run_detail *d, struct uuid id, struct err *err)
{
    struct log_filter filter = {.level = LOG_DEBUG, .run = &id, .mask = ui->mask};
    run_detail_done(d);
    d->arena = arena_init(TRACE_BYTES);
    d->id = id;
    d->there = ui->source.log(ui->source.ctx, &filter, NULL, true, TRACE_LINES, &d->arena, &d->line,
                              &d->lines, err);
    return d->there;
}

void run_detail_done(struct run_detail *d)
{
    arena_done(&d->arena);
    *d = (struct run_detail){0};
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int draw_times(const struct ui *ui, struct pane p, int y, const struct run_row *r)
{
    char text[200], took[FIT_TEXT], at[FIT_TEXT], slot[FIT_TEXT];
    run_took(ui, r, took);
    (void)str_format(text, sizeof text, "%s%s%s%s", fit_when(run_instant(r), ui->now_us, at),
                     took[0] != '\0' ? ", took " : "", took,
                     r->started_us == 0 ? ", not begun" : "");
    y = fact_draw(p, y, "Made", ROLE_TEXT, text);
    (void)str_format(text, sizeof text, "%s%s%s%s%s", run_trigger_name(r->trigger),
                     r->slot_us != 0 ? ", for " : "",
                     r->slot_us != 0 ? fit_when(r->slot_us, ui->now_us, slot) : "",
                     r->actor[0] != '\0' ? ", asked by " : "", r->actor);
    y = fact_draw(p, y, "Trigger", ROLE_TEXT, text);
    (void)str_format(text, sizeof text, "%d", (int)r->attempt);
    return r->attempt > 1 ? fact_draw(p, y, "Attempts", ROLE_WARN, text) : y;
}

static int draw_report(struct pane p, int y, const struct run_row *r)
{
    char text[300], size[FIT_TEXT];
    if (r->sources > 0 || r->items > 0) {
        (void)str_format(text, sizeof text, "%d of %d answered, %d %s",
                         (int)(r->sources - r->sources_failed), (int)r->sources, (int)r->items,
                         r->items == 1 ? "item" : "items");
        y = fact_draw(p, y, "Sources", r->sources_failed > 0 ? ROLE_WARN : ROLE_TEXT, text);
    }
    if (r->report[0] == '\0')
        return y;
    run_size(r, size);
    (void)str_format(text, sizeof text, "%s  %s", r->report, size); /* a cut is fine */
    y = fact_draw(p, y, "Report", ROLE_TEXT, text);
    return fact_draw(p, y, "SHA-256", ROLE_DIM, r->sha256);
}

int run_draw_facts(const struct ui *ui, struct pane p, const struct run_row *r)
{
    char text[300], id[UUID_TEXT_SIZE];
    struct run_look look = run_look(r);
    bool own = r->schedule[0] != '\0';
    (void)str_format(text, sizeof text, "%s %s", look.glyph, look.word); /* it fits */
    int y = fact_draw(p, 0, "Status", (int)look.role, text);
    y = fact_draw(p, y, "Error", r->seen ? ROLE_TEXT : ROLE_ERROR, r->error);
    y = fact_draw(p, y, "Schedule", ROLE_TEXT, own ? r->schedule : "none");
    y = fact_draw(p, y, "Spec", ROLE_TEXT, r->specification);
    y = draw_times(ui, p, y, r);
    y = draw_report(p, y, r);
    y = fact_draw(p, y, "Period", ROLE_TEXT, r->period);
    uuid_text(r->id, id);
    return fact_draw(p, y, "Run", ROLE_DIM, id);
}

void run_draw_trace(struct pane p, const struct run_detail *d, int32_t top)
{
    char note[FIT_TEXT];
    bool wide = p.cols >= 60;
    struct logline_form form = {.level = wide, .area = wide, .short_time = !wide, .one_job = true};
    if (p.rows < 2)
        return;
    pane_rule(p, 0, "Trace", d->lines > 0 ? fit_count(d->lines, note) : "");
    struct pane body = pane_part(p, 1, 0, p.rows - 1, p.cols);
    for (int32_t i = top < 0 ? 0 : top, y = 0; i < d->lines && y < body.rows; i++, y++)
        logline_draw(body, y, &d->line[i], &form);
    if (d->lines == 0)
        pane_put(body, 0, 1, ROLE_DIM, "nothing was written about it yet");
}
