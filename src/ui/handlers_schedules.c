/* handlers_schedules.c - what the rows of the action table about schedules and runs call. The idea:
 * what an open question is about is kept as a command (ui->pending), so that the answer is about
 * that very schedule, whatever is selected by then. */
#include "runparts.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/timing.h"

#include <string.h>

enum { ANSWER_GO = 1, ANSWER_TEST, NAMED_MAX = 4 };

/* --- what it is about ------------------------------------------------------------------------- */

/* The marked schedules, or else the selected one. */
struct targets {
    const struct schedule_row *row[MARKS_MAX];
    int count;
};

static void find_targets(struct ui *ui, struct targets *ret)
{
    const struct screen *screen = ui_screen(ui);
    const struct schedule_row *rows = ui_schedule(ui);
    bool marked = ui->marks > 0 && screen->schedules != NULL;
    int32_t count = rows != NULL;
    ret->count = 0;
    if (marked)
        rows = screen->schedules(ui, ui_screen_state(ui), &count);
    for (int32_t i = 0; i < count && ret->count < MARKS_MAX; i++)
        if (!marked || ui_is_marked(ui, rows[i].id))
            ret->row[ret->count++] = &rows[i];
}

static void about(struct command *c, const struct schedule_row *s)
{
    (void)str_copy(c->workspace, sizeof c->workspace, s->workspace); /* stored names fit */
    (void)str_copy(c->target, sizeof c->target, s->name);            /* likewise */
}

/* A command about the selected schedule; false: the operator was told that there is none. */
static bool about_schedule(struct ui *ui, const struct action *a, struct command *ret)
{
    const struct schedule_row *s = ui_schedule(ui);
    *ret = (struct command){.kind = a->command};
    if (s == NULL) {
        ui_say(ui, MESSAGE_WARN, "%s: no schedule is selected", a->name);
        return false;
    }
    about(ret, s);
    /* What was paused can be paused again for the same reason: that is how it is undone. */
    (void)str_copy(ret->note, sizeof ret->note, s->paused_note); /* a cut is fine */
    ret->until_us = s->paused_until_us > ui->now_us ? s->paused_until_us : 0;
    return true;
}

/* Fills in the targets and what an open question is about: one schedule, or without a name the
 * marked ones. False: there is none, and the operator was told. */
static bool begin(struct ui *ui, const struct action *a, struct targets *t)
{
    find_targets(ui, t);
    if (ui->marks == 0)
        return about_schedule(ui, a, &ui->pending) && t->count > 0;
    ui->pending = (struct command){.kind = a->command};
    if (t->count == 0)
        ui_say(ui, MESSAGE_WARN, "%s: none of the marked schedules is there any more", a->name);
    return t->count > 0;
}

/* Hands in what is pending. A mark goes with its command: when the desk takes no more, the rest
 * stays marked, and the same key goes on with it. */
static void submit_pending(struct ui *ui)
{
    struct targets t = {.count = 0};
    struct command c = ui->pending;
    if (c.target[0] != '\0') {
        (void)ui_submit(ui, &c); /* it has told the operator when it failed */
        return;
    }
    find_targets(ui, &t);
    for (int i = 0; i < t.count; i++) {
        about(&c, t.row[i]);
        if (!ui_submit(ui, &c))
            break;                              /* as above */
        (void)ui_mark(ui, t.row[i]->id, false); /* it was marked */
    }
    if (t.count > 1)
        ui->undo.kind = COMMAND_NONE; /* u takes back one change, not many */
}

/* "Pause Chips daily brief", "Pause 3 schedules"; then the first of them. */
static void begin_dialog(struct dialog *d, const char *what, const struct targets *t, bool danger)
{
    char many[40], title[DIALOG_TEXT];
    (void)str_format(many, sizeof many, "%d schedules", t->count); /* it fits */
    (void)str_format(title, sizeof title, "%s %s", what,
                     t->count > 1 ? many : t->row[0]->name); /* a cut is fine */
    dialog_begin(d, title, danger);
    for (int i = 0; i < t->count && t->count > 1 && i < NAMED_MAX; i++)
        dialog_line(d, "%s%s", t->row[i]->name,
                    i == NAMED_MAX - 1 && t->count > NAMED_MAX ? " and more" : "");
}

/* --- handlers --------------------------------------------------------------------------------- */

static void schedule_answered(struct ui *ui, int answer)
{
    if (answer == ANSWER_TEST)
        ui->pending.kind = COMMAND_SCHEDULE_TEST;
    submit_pending(ui);
}

static void ask_delete(struct ui *ui, const struct targets *t)
{
    struct dialog *d = &ui->dialog;
    const struct schedule_row *s = t->row[0];
    begin_dialog(d, "Delete", t, true);
    if (t->count == 1) {
        dialog_line(d, "%s  of %s", s->name, s->specification);
        dialog_line(d, "Its %lld runs and their reports stay. It does not run again.",
                    (long long)s->runs);
        dialog_line(d, "u can't bring it back; disabling it (x) can be undone.");
    } else {
        dialog_line(d, "Their runs and reports stay. They do not run again.");
        dialog_line(d, "u can't bring them back; disabling them (x) can be undone.");
        d->type_count = t->count;
    }
    dialog_choice(d, "Enter", KEY_RETURN, "delete", ANSWER_GO);
    dialog_choice(d, "Esc", KEY_ESC, t->count == 1 ? "keep it" : "keep them", 0);
    ui->answered = schedule_answered;
}

void act_schedule(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct targets t = {.count = 0};
    (void)key, (void)arg;
    if (!begin(ui, a, &t))
        return;
    if (a->asks) {
        ask_delete(ui, &t);
        return;
    }
    submit_pending(ui);
    /* One that goes on out of an error was not paused, so u does not pause it. */
    if (ui->undo.kind == COMMAND_SCHEDULE_PAUSE && ui->undo.note[0] == '\0')
        ui->undo.kind = COMMAND_NONE;
}

/* An instant, the beginning of a day in UTC, or a span from now; "" none. */
static bool read_until(const struct ui *ui, const char *text, int64_t *ret_us)
{
    int64_t at, span_us;
    *ret_us = 0;
    if (*text == '\0')
        return true;
    if (calendar_parse(text, &at))
        *ret_us = at * US_PER_S;
    else if (calendar_parse_date(text, &at))
        *ret_us = at * CALENDAR_DAY_S * US_PER_S;
    else if (str_span_us(text, &span_us))
        *ret_us = ui->now_us + span_us;
    return *ret_us > ui->now_us;
}

static void until_done(struct ui *ui, const char *text)
{
    char copy[PROMPT_MAX];
    (void)str_copy(copy, sizeof copy, text); /* same size */
    if (read_until(ui, str_trim(copy), &ui->pending.until_us)) {
        submit_pending(ui);
        return;
    }
    ui_say(ui, MESSAGE_WARN,
           "until \"%s\": write a span such as 3d, or a day or instant to come such as 2026-12-24 "
           "or 2026-12-24T08:00:00Z",
           copy);
    ui_ask(ui, "until (empty: no end): ", copy, NULL, until_done, NULL);
}

static bool take_note(struct ui *ui, const char *text)
{
    char copy[PROMPT_MAX];
    struct command *c = &ui->pending;
    (void)str_copy(copy, sizeof copy, text);                 /* same size */
    (void)str_copy(c->note, sizeof c->note, str_trim(copy)); /* a cut is fine */
    if (c->note[0] == '\0')
        ui_say(ui, MESSAGE_WARN, "a pause needs a note that says why; nothing was paused");
    return c->note[0] != '\0';
}

static void note_done(struct ui *ui, const char *text)
{
    if (take_note(ui, text))
        ui_ask(ui, "until (empty: no end): ", "", NULL, until_done, NULL);
}

void act_schedule_pause(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct targets t = {.count = 0};
    (void)key;
    if (!begin(ui, a, &t))
        return;
    if (*arg == '\0')
        ui_ask(ui, "pause because: ", ui->pending.note, NULL, note_done, NULL);
    else if (take_note(ui, arg))
        until_done(ui, "");
}

void act_run_now(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    struct targets t = {.count = 0};
    struct dialog *d = &ui->dialog;
    (void)key, (void)arg;
    if (!begin(ui, a, &t))
        return;
    const struct schedule_row *s = t.row[0];
    begin_dialog(d, "Run now:", &t, false);
    if (t.count == 1)
        dialog_line(d, "A report of %s, at once; the schedule keeps its next run.",
                    s->specification);
    else
        dialog_line(d, "A report of each, at once; the schedules keep their next runs.");
    dialog_choice(d, "r", 'r',
                  t.count > 1          ? "reports: they use up the periods of the specifications"
                  : s->cadence == NULL ? "a report: it uses up the period of the specification"
                                       : "a report: the schedule overrides the limit",
                  ANSWER_GO);
    dialog_choice(d, "t", 't',
                  t.count > 1 ? "tests: they count for nothing" : "a test: it counts for nothing",
                  ANSWER_TEST);
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

/* The same for each marked run that it can be about. */
static void submit_marked(struct ui *ui, const struct action *a)
{
    const struct screen *screen = ui_screen(ui);
    int32_t count = 0, done = 0;
    const struct run_row *rows = screen->runs(ui, ui_screen_state(ui), &count);
    for (int32_t i = 0; i < count; i++) {
        const struct run_row *r = &rows[i];
        bool open = r->status == RUN_QUEUED || r->status == RUN_RUNNING;
        bool unseen = r->status == RUN_FAILED && !r->seen;
        if (!ui_is_marked(ui, r->id))
            continue;
        if (a->command == COMMAND_RUN_SEEN ? unseen : open) {
            if (!submit_run(ui, a->command, r))
                return; /* it has told the operator; the rest stays marked */
            done++;
        }
        (void)ui_mark(ui, r->id, false); /* it was marked */
    }
    if (done == 0)
        ui_say(ui, MESSAGE_NOTE, "%s: none of the marked runs %s", a->name,
               a->command == COMMAND_RUN_SEEN ? "has failed and was not seen" : "waits or is made");
}

void act_run(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    const struct run_row *r = ui_run(ui);
    const struct screen *screen = ui_screen(ui);
    (void)key;
    if (str_equal(arg, "all") && a->command == COMMAND_RUN_SEEN) {
        if (screen->act == NULL || !screen->act(ui, ui_screen_state(ui), OP_SEEN, 0, ""))
            ui_say(ui, MESSAGE_NOTE, "%s: there is no failure that nobody has seen", a->name);
    } else if (ui->marks > 0 && screen->runs != NULL) {
        submit_marked(ui, a);
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
