/* edit_timing.c - another time for a schedule, as a cron expression: while it is typed its words
 * and its next runs are shown, or where it is wrong. The idea: all of that is worked out from the
 * text when it is drawn, so nothing on the screen can be of an older text. */
#include "schedparts.h"

#include "base/str.h"

#include <string.h>

enum { ROWS = 12, PREVIEW_BYTES = 1 << 20 };

static const struct schedule_row *edited(struct ui *ui)
{
    const struct schedule_row *s = ui_schedule(ui);
    return s != NULL && str_equal(s->name, ui->pending.target) ? s : NULL;
}

/* What is wrong, with a caret below the place. */
static void draw_fault(struct pane p, const struct cron_fault *fault, const char *text)
{
    struct buf lines = buf_init(8192);
    cron_fault_lines(fault, text, strlen(text), &lines);
    const char *at = buf_text(&lines);
    for (int y = 0; y < p.rows && *at != '\0'; y++) {
        char line[PROMPT_MAX + 80];
        size_t len = strcspn(at, "\n");
        (void)str_copy_n(line, sizeof line, at, len); /* a cut is fine */
        pane_put(p, y, 0, y == 0 || y == 2 ? ROLE_ERROR : ROLE_TEXT, line);
        at += len + (at[len] == '\n');
    }
    buf_done(&lines);
}

static void draw_runs(struct ui *ui, struct pane p, const struct schedule_row *s,
                      const struct timing *timing)
{
    struct sched_detail d = {.there = true, .arena = arena_init(PREVIEW_BYTES)};
    struct buf words = buf_init(4096);
    cron_words(&timing->cron, &words);
    pane_put_cut(p, 0, 1, p.cols - 2, ROLE_INFO, buf_text(&words));
    buf_done(&words);
    int y = 1;
    for (unsigned bit = 1; bit < 1u << CRON_WARNINGS; bit <<= 1)
        if ((timing->cron.warnings & bit) != 0)
            pane_put_cut(p, y++, 1, p.cols - 2, ROLE_WARN, cron_warning(bit));
    if (timing->cron.never)
        pane_put(p, y, 1, ROLE_ERROR, "there is no such date: it would never run");
    else
        sched_preview(ui, &d, s, timing);
    if (!timing->cron.never)
        sched_draw_next(ui, pane_part(p, y, 0, p.rows - y, p.cols), s, &d);
    sched_detail_done(&d);
}

/* At the bottom, above the line that is typed into. */
static void draw(struct ui *ui, struct pane p)
{
    struct timing timing;
    struct cron_fault fault;
    struct err err;
    char title[NAME_MAX_BYTES + 32];
    const char *text = ui->asking.prompt.text;
    const struct schedule_row *s = edited(ui);
    int rows = p.rows < ROWS ? p.rows : ROWS;
    struct pane box = pane_part(p, p.rows - rows, 0, rows, p.cols);
    struct pane in = pane_part(box, 1, 2, rows - 2, p.cols - 4);
    pane_blank(box);
    if (s == NULL)
        pane_put(in, 0, 0, ROLE_DIM, "This schedule is not selected any more. Esc goes back.");
    else if (!sched_timing(s, &timing, &err))
        pane_put_cut(in, 0, 0, in.cols, ROLE_ERROR, err.text);
    else if (!timing_set_custom(&timing, text, strlen(text), &fault))
        draw_fault(in, &fault, text);
    else
        draw_runs(ui, in, s, &timing);
    (void)str_format(title, sizeof title, "When %s runs", ui->pending.target); /* it fits */
    pane_frame(box, ROLE_TEXT, title);
}

static void done(struct ui *ui, const char *text)
{
    struct timing timing = {.type = TIMING_CUSTOM};
    struct cron_fault fault;
    char why[ERR_TEXT_MAX];
    struct command c = ui->pending;
    if (!timing_set_custom(&timing, text, strlen(text), &fault)) {
        cron_fault_line(&fault, why, sizeof why);
        ui_say(ui, MESSAGE_ERROR, "%s was not changed: %s", c.target, why);
    } else if (timing.cron.never) {
        ui_say(ui, MESSAGE_ERROR, "%s was not changed: there is no such date", c.target);
    } else if (!str_copy(c.note, sizeof c.note, text)) {
        ui_say(ui, MESSAGE_ERROR,
               "%s was not changed: more than %d characters; use the sub-command"
               " schedule edit",
               c.target, COMMAND_NOTE_MAX);
    } else {
        (void)ui_submit(ui, &c); /* it has told the operator when it failed */
    }
}

void act_schedule_edit(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct timing timing;
    struct err err;
    const struct schedule_row *s = ui_schedule(ui);
    (void)key;
    if (s == NULL) {
        ui_say(ui, MESSAGE_WARN, "%s: no schedule is selected", a->name);
        return;
    }
    ui->pending = (struct command){.kind = a->command};
    (void)str_copy(ui->pending.workspace, sizeof ui->pending.workspace, s->workspace); /* fits */
    (void)str_copy(ui->pending.target, sizeof ui->pending.target, s->name);            /* fits */
    if (*arg != '\0') {
        done(ui, arg);
        return;
    }
    ui_ask(ui, "cron: ", sched_timing(s, &timing, &err) ? timing.expression : "", NULL, done, NULL);
    ui->asking.draw = draw;
}
