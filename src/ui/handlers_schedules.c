/* handlers_schedules.c - what the rows of the action table about schedules and runs call. The idea:
 * what an open question is about is kept as a command (ui->pending), so that the answer is about
 * that very schedule, whatever is selected by then. */
#include "runparts.h"

#include "base/str.h"
#include "domain/timing.h"

#include <string.h>

enum { ANSWER_GO = 1, ANSWER_TEST };

/* A command about the selected schedule; false: the operator was told that there is none. */
static bool about_schedule(struct ui *ui, const struct action *a, struct command *ret)
{
    const struct schedule_row *s = ui_schedule(ui);
    *ret = (struct command){.kind = a->command};
    if (s == NULL) {
        ui_say(ui, MESSAGE_WARN, "%s: no schedule is selected", a->name);
        return false;
    }
    (void)str_copy(ret->workspace, sizeof ret->workspace, s->workspace); /* stored names fit */
    (void)str_copy(ret->target, sizeof ret->target, s->name);            /* likewise */
    /* What was paused can be paused again for the same reason: that is how it is undone. */
    (void)str_copy(ret->note, sizeof ret->note, s->paused_note); /* a cut is fine */
    return true;
}

static void schedule_answered(struct ui *ui, int answer)
{
    struct command c = ui->pending;
    if (answer == ANSWER_TEST)
        c.kind = COMMAND_SCHEDULE_TEST;
    (void)ui_submit(ui, &c); /* it has told the operator when it failed */
}

static void ask_delete(struct ui *ui, const struct schedule_row *s)
{
    char title[DIALOG_TEXT];
    struct dialog *d = &ui->dialog;
    (void)str_format(title, sizeof title, "Delete %s", s->name);
    dialog_begin(d, title, true);
    dialog_line(d, "%s  of %s", s->name, s->specification);
    dialog_line(d, "Its %lld runs and their reports stay. It does not run again.",
                (long long)s->runs);
    dialog_line(d, "u can't bring it back; disabling it (x) can be undone.");
    dialog_choice(d, "Enter", KEY_RETURN, "delete", ANSWER_GO);
    dialog_choice(d, "Esc", KEY_ESC, "keep it", 0);
    ui->answered = schedule_answered;
}

void act_schedule(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct command c;
    (void)key, (void)arg;
    if (!about_schedule(ui, a, &c))
        return;
    ui->pending = c;
    if (a->asks) {
        ask_delete(ui, ui_schedule(ui));
        return;
    }
    /* One that goes on out of an error was not paused, so u does not pause it. */
    if (ui_submit(ui, &c) && ui->undo.kind == COMMAND_SCHEDULE_PAUSE && c.note[0] == '\0')
        ui->undo.kind = COMMAND_NONE;
}

static void note_done(struct ui *ui, const char *text)
{
    struct command c = ui->pending;
    char copy[PROMPT_MAX];
    (void)str_copy(copy, sizeof copy, text);               /* same size */
    (void)str_copy(c.note, sizeof c.note, str_trim(copy)); /* a cut is fine */
    if (c.note[0] == '\0')
        ui_say(ui, MESSAGE_WARN, "a pause needs a note that says why; %s was not paused", c.target);
    else
        (void)ui_submit(ui, &c); /* as above */
}

void act_schedule_pause(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct command c;
    (void)key;
    if (!about_schedule(ui, a, &c))
        return;
    ui->pending = c;
    if (*arg != '\0')
        note_done(ui, arg);
    else
        ui_ask(ui, "pause because: ", c.note, NULL, note_done, NULL);
}

void act_run_now(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct command c;
    char title[DIALOG_TEXT];
    struct dialog *d = &ui->dialog;
    const struct schedule_row *s = ui_schedule(ui);
    (void)key, (void)arg;
    if (!about_schedule(ui, a, &c))
        return;
    ui->pending = c;
    (void)str_format(title, sizeof title, "Run %s now", s->name);
    dialog_begin(d, title, false);
    dialog_line(d, "A report of %s, at once; the schedule keeps its next run.", s->specification);
    dialog_choice(d, "r", 'r',
                  s->cadence == NULL ? "a report: it uses up the period of the specification"
                                     : "a report: the schedule overrides the limit",
                  ANSWER_GO);
    dialog_choice(d, "t", 't', "a test: it counts for nothing", ANSWER_TEST);
    dialog_choice(d, "Esc", KEY_ESC, "neither", 0);
    ui->answered = schedule_answered;
}

void act_schedule_add(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    ui_show(ui, screens_find("form"), "", true);
}

/* Another time, in words of cron: what `:schedule-edit CRON` asks for. */
static void set_cron(struct ui *ui, struct command *c, const char *text)
{
    struct timing timing = {.type = TIMING_CUSTOM};
    struct cron_fault fault;
    char why[ERR_TEXT_MAX];
    if (!timing_set_custom(&timing, text, strlen(text), &fault)) {
        cron_fault_line(&fault, why, sizeof why);
        ui_say(ui, MESSAGE_ERROR, "%s was not changed: %s", c->target, why);
    } else if (timing.cron.never) {
        ui_say(ui, MESSAGE_ERROR, "%s was not changed: there is no such date", c->target);
    } else if (!str_copy(c->note, sizeof c->note, text)) {
        ui_say(ui, MESSAGE_ERROR, "%s was not changed: more than %d characters; use e", c->target,
               COMMAND_NOTE_MAX);
    } else {
        (void)ui_submit(ui, c); /* it has told the operator when it failed */
    }
}

void act_schedule_edit(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct command c;
    char id[UUID_TEXT_SIZE];
    (void)key;
    if (!about_schedule(ui, a, &c))
        return;
    if (*arg != '\0') {
        set_cron(ui, &c, arg);
        return;
    }
    uuid_text(ui_schedule(ui)->id, id);
    ui_show(ui, screens_find("form"), id, true);
}

void act_runs_of(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    const struct schedule_row *s = ui_schedule(ui);
    (void)key, (void)arg;
    if (s == NULL)
        ui_say(ui, MESSAGE_WARN, "%s: no schedule is selected", a->name);
    else
        ui_show(ui, screens_find("runs"), s->name, true);
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool submit_run(struct ui *ui, enum command_kind kind, const struct run_row *r)
{
    struct command c = {.kind = kind, .run = r->id};
    (void)str_copy(c.workspace, sizeof c.workspace, r->workspace); /* stored names fit */
    (void)str_copy(c.target, sizeof c.target,
                   r->schedule[0] != '\0' ? r->schedule : r->specification); /* likewise */
    return ui_submit(ui, &c);
}

void act_run(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    const struct run_row *r = ui_run(ui);
    const struct screen *screen = ui_screen(ui);
    (void)key;
    if (str_equal(arg, "all") && a->command == COMMAND_RUN_SEEN) {
        if (screen->act == NULL || !screen->act(ui, ui_screen_state(ui), OP_SEEN, 0, ""))
            ui_say(ui, MESSAGE_NOTE, "%s: there is no failure that nobody has seen", a->name);
    } else if (r == NULL) {
        ui_say(ui, MESSAGE_WARN, "%s: no run is selected", a->name);
    } else if (a->command == COMMAND_RUN_SEEN && (r->status != RUN_FAILED || r->seen)) {
        ui_say(ui, MESSAGE_NOTE, "%s: this run %s", a->name,
               r->seen ? "was seen already" : "has not failed");
    } else {
        (void)submit_run(ui, a->command, r); /* it has told the operator when it failed */
    }
}

int runs_seen(struct ui *ui, const struct run_row *const *rows, int32_t count)
{
    int done = 0;
    for (int32_t i = 0; i < count; i++)
        if (rows[i]->status == RUN_FAILED && !rows[i]->seen) {
            if (!submit_run(ui, COMMAND_RUN_SEEN, rows[i]))
                break;
            done++;
        }
    return done;
}

void act_report(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    char id[UUID_TEXT_SIZE];
    const struct run_row *r = ui_run(ui);
    (void)key, (void)arg;
    if (r == NULL || r->report[0] == '\0') {
        ui_say(ui, MESSAGE_NOTE, "%s: %s", a->name,
               r == NULL ? "no run is selected" : "this run has made none");
        return;
    }
    uuid_text(r->id, id);
    ui_show(ui, screens_find("report"), id, true);
}
