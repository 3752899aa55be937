/* handlers.c - what the rows of the action table call. The idea: a handler only changes the ui's
 * state or hands a command to the desk; it never waits and it never draws. */
#include "joblist.h"
#include "state.h"

#include "base/str.h"

#include <fnmatch.h>
#include <string.h>

enum { ANSWER_GO = 1, ANSWER_KEEP_WORKING, ANSWER_STOP_JOBS };

static void end_with(struct ui *ui, enum console_end end)
{
    ui->ended = true;
    ui->end = end;
}

void act_screen(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key;
    const struct screen *screen = ui_screen(ui);
    if (screen->act == NULL || !screen->act(ui, ui_screen_state(ui), a->op, a->by, arg))
        ui_say(ui, MESSAGE_NOTE, "%s: nothing to do here", a->name);
}

void act_view(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a;
    char digit[2] = {(char)key, '\0'};
    const char *name = key != 0 ? digit : arg;
    int screen = strlen(name) == 1 ? screens_on_key(name[0]) : -1;
    if (screen < 0)
        ui_say(ui, MESSAGE_NOTE, "there is no view %s yet, ? helps", name);
    else
        ui_show(ui, screen, "", true);
}

/* --- leaving ---------------------------------------------------------------------------------- */

static void quit_answered(struct ui *ui, int answer)
{
    if (answer == ANSWER_KEEP_WORKING)
        end_with(ui, CONSOLE_QUIT_KEEP_WORKING);
    else if (answer == ANSWER_STOP_JOBS)
        end_with(ui, CONSOLE_QUIT_STOP_JOBS);
}

void act_quit(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    int32_t busy = ui_busy_here(ui);
    if (busy == 0) {
        end_with(ui, CONSOLE_QUIT);
        return;
    }
    struct dialog *d = &ui->dialog;
    dialog_begin(d, "Quit", false);
    dialog_line(d, "This console also runs the engine: %d %s running.", (int)busy,
                busy == 1 ? "job is" : "jobs are");
    dialog_choice(d, "d", 'd', "quit, leave the engine running in the background",
                  ANSWER_KEEP_WORKING);
    dialog_choice(d, "s", 's', "stop the jobs at their exact point, then quit", ANSWER_STOP_JOBS);
    dialog_choice(d, "Esc", KEY_ESC, "stay", 0);
    (void)str_copy(d->note, sizeof d->note,
                   ui->settings.on_hangup == HANGUP_STOP
                       ? "SSH drop: the jobs stop, as with s (on_hangup)"
                       : "SSH drop: the engine goes on, as with d (on_hangup)");
    ui->answered = quit_answered;
}

void act_back(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    const struct screen *screen = ui_screen(ui);
    bool quits = a->by == 1; /* q; Esc stays on the first view */
    if (!quits && ui->filter[0] != '\0' && (screen->kinds & IN_FILTER) != 0) {
        ui->filter[0] = '\0';
        return;
    }
    if (!quits && screen->act != NULL && screen->act(ui, ui_screen_state(ui), OP_CLEAR, 0, ""))
        return;
    if (!ui_back(ui) && quits)
        act_quit(ui, a, key, arg);
}

void act_interrupt(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    bool twice = ui->interrupt_us != 0 && ui->boot_us - ui->interrupt_us < INTERRUPT_US;
    ui->interrupt_us = ui->boot_us;
    if (twice)
        end_with(ui, ui_busy_here(ui) > 0 ? CONSOLE_QUIT_STOP_JOBS : CONSOLE_QUIT);
    else
        act_quit(ui, a, key, arg);
}

static void suspend_answered(struct ui *ui, int answer)
{
    if (answer == ANSWER_GO)
        ui->wishes |= WISH_SUSPEND;
}

void act_suspend(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    int32_t busy = ui_busy_here(ui);
    if (busy == 0) {
        ui->wishes |= WISH_SUSPEND;
        return;
    }
    struct dialog *d = &ui->dialog;
    dialog_begin(d, "Suspend", false);
    dialog_line(d, "This console also runs the engine: %d %s running.", (int)busy,
                busy == 1 ? "job is" : "jobs are");
    dialog_line(d, "Suspended, they stand still; their leases run out.");
    dialog_choice(d, "z", 'z', "suspend all the same", ANSWER_GO);
    dialog_choice(d, "Esc", KEY_ESC, "stay", 0);
    ui->answered = suspend_answered;
}

/* --- commands --------------------------------------------------------------------------------- */

bool ui_submit(struct ui *ui, struct command *c)
{
    if (!ui_may_submit(ui, c))
        return false;
    c->ticket = ++ui->ticket;
    (void)str_copy(c->actor, sizeof c->actor, ui->actor); /* same size */
    if (!ui->source.submit(ui->source.ctx, c)) {
        ui_say(ui, MESSAGE_ERROR, "%s %s: nobody takes commands now: %s", command_name(c->kind),
               c->target, ui->has_desk ? "too many wait already" : "the engine is not up yet");
        return false;
    }
    ui->undo = *c;
    ui->undo.kind = command_inverse(c->kind);
    return true;
}

static bool submit(struct ui *ui, enum command_kind kind, const char *workspace, const char *target)
{
    struct command c = {.kind = kind};
    (void)str_copy(c.workspace, sizeof c.workspace, workspace); /* stored names fit */
    (void)str_copy(c.target, sizeof c.target, target);          /* likewise */
    return ui_submit(ui, &c);
}

/* What a command is about: jobs that match a name, the marked ones, or the selected one. */
struct targets {
    const struct job_row *job[MARKS_MAX];
    int count;
};

static void find_targets(struct ui *ui, const char *pattern, struct targets *ret)
{
    ret->count = 0;
    const struct job_row *selected = ui_job(ui);
    for (int32_t i = 0; i < ui->model.job_count && ret->count < MARKS_MAX; i++) {
        const struct job_row *job = &ui->model.jobs[i];
        bool wanted = *pattern != '\0' ? fnmatch(pattern, job->name, 0) == 0
                      : ui->marks > 0  ? ui_is_marked(ui, job->id)
                                       : job == selected;
        if (wanted)
            ret->job[ret->count++] = job;
    }
}

static void submit_all(struct ui *ui, enum command_kind kind, const struct targets *t)
{
    for (int i = 0; i < t->count; i++)
        if (!submit(ui, kind, t->job[i]->workspace, t->job[i]->name))
            return;
    if (t->count > 1)
        ui->undo.kind = COMMAND_NONE; /* u takes back one change, not many */
    ui->marks = 0;
}

static void command_answered(struct ui *ui, int answer)
{
    struct targets t;
    if (answer != ANSWER_GO)
        return;
    find_targets(ui, ui->pending.target, &t);
    submit_all(ui, ui->pending.kind, &t);
}

static void say_stop(const struct ui *ui, struct dialog *d, const struct job_row *job)
{
    char sent[FIT_TEXT], goal[FIT_TEXT];
    (void)ui;
    dialog_line(d, "%s  %s of %s letters of this cycle", job->name,
                fit_count(job->cycle_sent, sent), fit_count(job->cycle_goal, goal));
    dialog_line(d, "It stops after the letter in hand and keeps the point: r resumes there.");
    dialog_line(d, "Letters that were sent can't be called back.");
}

static void say_delete(const struct ui *ui, struct dialog *d, const struct job_row *job)
{
    char total[FIT_TEXT];
    (void)ui;
    dialog_line(d, "%s  %d groups, %s letters so far", job->name, (int)job->group_count,
                fit_count(job->total_sent, total));
    dialog_line(d, "Its groups, terms and resume point go. u can't bring them back.");
}

/* The first start of a job that mails, or one that changes how it does, shows what it will do. */
static void say_start(const struct ui *ui, struct dialog *d, const struct job_row *job)
{
    char goal[FIT_TEXT];
    enum mail_mode mode = ui->settings.mail_mode; /* a start takes the one in force here */
    dialog_line(d, "%s  up to %s letters to %d groups, mode %s", job->name,
                fit_count(job->cycle_goal, goal), (int)job->group_count, mail_mode_name(mode));
    if (job->mode != mode && job->state != JOB_IDLE)
        dialog_line(d, "Until now it ran in mode %s: this console's config says %s.",
                    mail_mode_name(job->mode), mail_mode_name(mode));
    dialog_line(d, "%sLetters that were sent can't be called back.",
                job->state == JOB_IDLE ? "It has never run. " : "");
}

static bool start_asks(const struct ui *ui, const struct job_row *job)
{
    enum mail_mode mode = ui->settings.mail_mode;
    bool first = job->state == JOB_IDLE, other = job->mode != mode;
    return mode == MODE_SMTP ? first || other : other && !first && job->mode == MODE_SMTP;
}

struct question {
    const char *title, *yes, *no;
    void (*say)(const struct ui *ui, struct dialog *d, const struct job_row *job);
};

static void ask_first(struct ui *ui, const struct action *a, const char *pattern,
                      const struct targets *t, const struct question *q)
{
    struct dialog *d = &ui->dialog;
    char title[DIALOG_TEXT];
    (void)str_format(title, sizeof title, "%s %s", q->title, t->job[0]->name);
    if (t->count > 1)
        (void)str_format(title, sizeof title, "%s %d jobs", q->title, t->count);
    dialog_begin(d, title, a->asks);
    for (int i = 0; i < t->count && t->count > 1 && i < 4; i++)
        dialog_line(d, "%s%s", t->job[i]->name, i == 3 && t->count > 4 ? " and more" : "");
    if (t->count == 1)
        q->say(ui, d, t->job[0]);
    d->type_count = t->count > 1 ? t->count : 0;
    dialog_choice(d, "Enter", KEY_RETURN, q->yes, ANSWER_GO);
    dialog_choice(d, "Esc", KEY_ESC, q->no, 0);
    ui->pending = (struct command){.kind = a->command};
    /* Without a pattern the marks, or else this very job, whatever is selected by then. */
    (void)str_copy(ui->pending.target, sizeof ui->pending.target,
                   *pattern != '\0' || t->count > 1 ? pattern : t->job[0]->name);
    ui->answered = command_answered;
}

/* True when the operator is asked before anything is done. */
static bool asked(struct ui *ui, const struct action *a, const char *pattern,
                  const struct targets *t)
{
    static const struct question stop = {"Stop now:", "stop now", "keep running", say_stop};
    static const struct question drop = {"Delete", "delete", "keep it", say_delete};
    static const struct question start = {"Start", "start", "not yet", say_start};
    const struct job_row *first = t->job[0];
    const struct question *q = NULL;
    if (a->asks)
        q = a->command == COMMAND_JOB_DELETE ? &drop : &stop;
    else if (a->command == COMMAND_JOB_START && start_asks(ui, first))
        q = &start;
    if (q != NULL)
        ask_first(ui, a, pattern, t, q);
    return q != NULL;
}

/* What the desk would refuse is not asked about first. */
static bool refused(struct ui *ui, const struct action *a, const struct targets *t)
{
    for (int i = 0; a->command == COMMAND_JOB_DELETE && i < t->count; i++) {
        if (t->job[i]->state != JOB_RUNNING)
            continue;
        ui_say(ui, MESSAGE_WARN, "%s: %s is running; stop it first (x)", a->name, t->job[i]->name);
        return true;
    }
    return false;
}

void act_command(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key;
    struct targets t;
    find_targets(ui, arg, &t);
    if (t.count == 0 && *arg != '\0')
        ui_say(ui, MESSAGE_WARN, "%s: there is no job \"%s\" here", a->name, arg);
    else if (t.count == 0)
        ui_say(ui, MESSAGE_WARN, "%s: no job is selected", a->name);
    else if (!refused(ui, a, &t) && !asked(ui, a, arg, &t))
        submit_all(ui, a->command, &t);
}

void act_undo(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    struct command undo = ui->undo;
    if (undo.kind == COMMAND_NONE)
        ui_say(ui, MESSAGE_NOTE, "there is nothing to undo");
    else if (ui_submit(ui, &undo))
        ui->undo.kind = COMMAND_NONE; /* undoing the undo would be a guess */
}

void act_reload(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key, (void)arg;
    (void)submit(ui, a->command, "", ""); /* it has told the operator when it failed */
}

/* --- the rest --------------------------------------------------------------------------------- */

/* A list of jobs has its rows in the order of the model, so marking all asks the filter; other
 * lists know themselves what they show. */
static void mark_all(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    if ((screen->kinds & IN_JOBS) == 0)
        (void)screen->act(ui, ui_screen_state(ui), OP_MARK, 0,
                          ""); /* an empty list marks nothing */
    for (int32_t i = 0; (screen->kinds & IN_JOBS) != 0 && i < ui->model.job_count; i++)
        if (joblist_shows(ui, &ui->model.jobs[i]))
            (void)ui_mark(ui, ui->model.jobs[i].id, true); /* as many as fit */
}

/* Of the selected row, whatever it is; NULL. */
static const struct uuid *selected_id(struct ui *ui)
{
    const struct job_row *job = ui_job(ui);
    const struct schedule_row *schedule = ui_schedule(ui);
    const struct run_row *run = ui_run(ui);
    const struct letter_row *letter = ui_letter(ui);
    return job != NULL        ? &job->id
           : schedule != NULL ? &schedule->id
           : run != NULL      ? &run->id
           : letter != NULL   ? &letter->id
                              : NULL;
}

void act_mark(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key, (void)arg;
    const struct uuid *id = selected_id(ui);
    if (a->by == 0)
        ui->marks = 0;
    if (a->by == 2)
        mark_all(ui);
    if (a->by != 1 || id == NULL)
        return;
    if (!ui_mark(ui, *id, !ui_is_marked(ui, *id)))
        ui_say(ui, MESSAGE_WARN, "mark: not more than %d rows can be marked", MARKS_MAX);
    const struct screen *screen = ui_screen(ui);
    if (screen->act != NULL)
        (void)screen->act(ui, ui_screen_state(ui), OP_MOVE, MOVE_DOWN, ""); /* the last row stays */
}

static void filter_changed(struct ui *ui, const char *text)
{
    (void)str_copy(ui->filter, sizeof ui->filter, text);
}

/* A filter that can't be read is not taken: the one before holds. */
void ui_filter(struct ui *ui, const char *text, const char *before)
{
    char why[100];
    bool ok = joblist_filter_ok(text, why, sizeof why);
    (void)str_copy(ui->filter, sizeof ui->filter, ok ? text : before);
    if (!ok)
        ui_say(ui, MESSAGE_ERROR, "/%s: %s", text, why);
}

static void filter_done(struct ui *ui, const char *text)
{
    ui_filter(ui, text, ui->asking.before);
}

static void filter_cancelled(struct ui *ui)
{
    (void)str_copy(ui->filter, sizeof ui->filter, ui->asking.before);
}

static void search_done(struct ui *ui, const char *text)
{
    (void)ui_screen(ui)->act(ui, ui_screen_state(ui), OP_MATCH, 0, text); /* a log says it itself */
}

static void only_done(struct ui *ui, const char *text)
{
    (void)ui_screen(ui)->act(ui, ui_screen_state(ui), OP_ONLY, 0, text); /* as search */
}

void act_filter(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    void (*done)(struct ui *, const char *) = a->op == OP_FILTER  ? filter_done
                                              : a->op == OP_MATCH ? search_done
                                                                  : only_done;
    char before[sizeof ui->filter];
    (void)str_copy(before, sizeof before, ui->filter);
    if (key == 0 && a->op == OP_FILTER)
        ui_filter(ui, arg, before);
    else if (key == 0)
        done(ui, arg);
    else if (a->op == OP_FILTER)
        ui_ask(ui, "/", ui->filter, filter_changed, done, filter_cancelled);
    else
        ui_ask(ui, a->op == OP_ONLY ? "&" : "/", "", NULL, done, NULL);
}

void act_prompt(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key;
    ui_ask(ui, ":", arg, NULL, ui_command_line, NULL);
}

void act_help(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key;
    const struct action *about = *arg != '\0' ? actions_find(arg) : NULL;
    if (about != NULL) {
        ui_say(ui, MESSAGE_WARN, ":%s %s  %s", about->name, about->args != NULL ? about->args : "",
               about->help);
        return;
    }
    ui->help = true;
    ui->help_top = 0;
}

void act_log_of(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key;
    const struct job_row *job = *arg != '\0' ? ui_job_named(ui, arg) : ui_job(ui);
    int screen = screens_find("log");
    if (job == NULL)
        ui_say(ui, MESSAGE_WARN, "%s: no such job here", a->name);
    else if (screen >= 0)
        ui_show(ui, screen, job->name, true);
}

void act_copy(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key, (void)arg;
    const struct screen *screen = ui_screen(ui);
    const struct job_row *job = ui_job(ui);
    ui->copy[0] = '\0';
    if ((screen->act == NULL || !screen->act(ui, ui_screen_state(ui), a->op, 0, "")) && job != NULL)
        (void)str_copy(ui->copy, sizeof ui->copy, job->name);
    if (ui->copy[0] == '\0') {
        ui_say(ui, MESSAGE_NOTE, "copy: nothing is selected");
        return;
    }
    ui->wishes |= WISH_COPY;
    ui_say(ui, MESSAGE_NOTE, "copied: %s", ui->copy);
}

void act_refresh(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    ui->stale = true;
    ui_say(ui, MESSAGE_NOTE, "read again");
}

void act_redraw(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key, (void)arg;
    ui->wishes |= WISH_REDRAW;
}

void act_theme(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)a, (void)key;
    if (!theme_parse(arg, &ui->theme))
        ui_say(ui, MESSAGE_WARN, "theme: default or cvd, not \"%s\"", arg);
    else
        ui->wishes |= WISH_REDRAW;
}

void act_mask(struct ui *ui, const struct action *a, uint32_t key, const char *arg)
{
    (void)key, (void)arg;
    ui->mask = a->by == 1;
    ui->stale = true;
    ui_say(ui, MESSAGE_DONE, "addresses are shown %s", ui->mask ? "as m***@x" : "whole");
}
