/* state.c - the console's state. The idea: reading is one function (ui_load) that either gives the
 * screens new data as a whole or leaves them what they had and says since when it is old. */
#include "state.h"

#include "base/log.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FADE_US (6 * US_PER_S)
#define PASTE_PAUSE_US (1 * US_PER_S)

static bool make_states(struct ui *ui)
{
    for (int i = 0; i < screens_count(); i++) {
        ui->state[i] = calloc(1, screens_at(i)->state_size);
        if (ui->state[i] == NULL)
            return false;
    }
    return true;
}

bool ui_init(struct ui *ui, const struct ui_setup *setup, struct err *err)
{
    const struct console_options *o = setup->options;
    memset(ui, 0, sizeof *ui);
    ui->source = setup->source;
    ui->workspace = o->workspace;
    ui->actor = o->actor != NULL ? o->actor : "";
    ui->host = o->host != NULL ? o->host : "";
    ui->record_path = o->record_path != NULL ? o->record_path : "";
    ui->config_path = o->config_path != NULL ? o->config_path : "";
    ui->log_path = o->log_path != NULL ? o->log_path : "";
    ui->log = o->log;
    ui->read_only = o->read_only;
    ui->now_us = setup->now_us;
    ui->boot_us = setup->boot_us;
    ui->model.arena = arena_init(MODEL_BYTES);
    ui->stale = true;
    ui->filtered = IN_JOBS;
    settings_defaults(&ui->settings);
    ui->mask = ui->settings.console_mask_addresses;
    (void)keymap_build(&ui->keymap, "", NULL); /* without overrides it can't be refused */
    if (!make_states(ui)) {
        ui_done(ui);
        return err_set(err, ERR_STOP, "console: out of memory");
    }
    return true;
}

void ui_done(struct ui *ui)
{
    for (int i = 0; i < screens_count(); i++) {
        if (ui->state[i] != NULL && screens_at(i)->done != NULL)
            screens_at(i)->done(ui->state[i]);
        free(ui->state[i]);
        ui->state[i] = NULL;
    }
    arena_done(&ui->model.arena);
}

void ui_settings(struct ui *ui, const struct settings *settings)
{
    const struct settings *old = &ui->settings;
    struct err why;
    if (settings->console_mask_addresses != old->console_mask_addresses) {
        ui->mask = settings->console_mask_addresses;
        ui->stale = true;
    }
    if (!str_equal(settings->console_theme, old->console_theme) &&
        !theme_parse(settings->console_theme, &ui->theme))
        ui_say(ui, MESSAGE_WARN, "console: there is no theme \"%s\"; default and cvd are",
               settings->console_theme);
    if (!str_equal(settings->console_keys, old->console_keys) &&
        !keymap_build(&ui->keymap, settings->console_keys, &why))
        ui_say(ui, MESSAGE_ERROR, "%s (the default keys hold)", why.text);
    ui->settings = *settings;
}

void ui_say(struct ui *ui, enum message_kind kind, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(ui->message.text, sizeof ui->message.text, format, args); /* cut is enough */
    va_end(args);
    ui->message.kind = kind;
    ui->message.until_us = ui->boot_us + FADE_US;
    if (kind > MESSAGE_DONE) /* what went well is logged by who did it */
        log_line(ui->log, kind == MESSAGE_ERROR ? LOG_WARN : LOG_INFO, "console", "%s",
                 ui->message.text);
}

static bool read_model(struct ui *ui, struct model *to, struct err *err)
{
    const struct source *s = &ui->source;
    if (!s->jobs(s->ctx, ui->workspace, ui->now_us, &to->arena, &to->jobs, &to->job_count, err) ||
        !s->totals(s->ctx, ui->now_us, fit_midnight(ui->now_us), &to->totals, err) ||
        !s->engine(s->ctx, &to->engine, &to->engine_found, err) ||
        !s->board(s->ctx, ui->workspace, ui->now_us, &to->arena, &to->board, err))
        return false;
    to->there = true;
    to->read_at_us = ui->now_us;
    return true;
}

/* Rings once for each job and each run that failed since the last look. */
static void ring(struct ui *ui)
{
    int64_t failed = ui->model.totals.failed + ui->model.board.counts.unseen;
    if (failed > ui->failed_seen && ui->settings.console_bell)
        ui->wishes |= WISH_BELL;
    ui->failed_seen = failed;
}

static bool load(struct ui *ui, struct err *err)
{
    if (!ui->source.ready(ui->source.ctx, err))
        return false;
    struct model fresh = {.arena = arena_init(MODEL_BYTES)};
    if (!read_model(ui, &fresh, err)) {
        arena_done(&fresh.arena);
        return false;
    }
    arena_done(&ui->model.arena);
    ui->model = fresh;
    ring(ui);
    const struct screen *screen = ui_screen(ui);
    return screen->load == NULL || screen->load(ui, ui_screen_state(ui), err);
}

void ui_load(struct ui *ui)
{
    struct err why = {.kind = ERR_NONE};
    ui->stale = false;
    if (load(ui, &why)) {
        ui->trouble.kind = ERR_NONE;
        return;
    }
    if (ui->trouble.kind == ERR_NONE)
        log_line(ui->log, LOG_WARN, "console", "%s", why.text);
    ui->trouble = why;
}

static void take_reply(struct ui *ui, const struct reply *r)
{
    enum command_kind inverse = command_inverse(r->kind);
    bool can_undo = r->ok && r->changed && inverse != COMMAND_NONE && r->target[0] != '\0' &&
                    ui->undo.kind == inverse && str_equal(ui->undo.target, r->target) &&
                    ui->undo.ticket == r->ticket;
    if (!can_undo && ui->undo.ticket == r->ticket)
        ui->undo.kind = COMMAND_NONE;
    ui_say(ui, r->ok ? MESSAGE_DONE : MESSAGE_ERROR, "%s%s", r->text,
           can_undo ? "   u undoes it" : "");
    const struct screen *screen = ui_screen(ui);
    if (screen->reply != NULL)
        screen->reply(ui, ui_screen_state(ui), r);
}

static bool same_standing(const struct engine_standing *a, const struct engine_standing *b)
{
    return a->where == b->where && a->pid == b->pid && a->lanes_busy == b->lanes_busy &&
           a->shared == b->shared && a->reached == b->reached && a->untold == b->untold &&
           a->away_us == b->away_us && str_equal(a->config, b->config) &&
           str_equal(a->problem, b->problem);
}

bool ui_news(struct ui *ui)
{
    bool changed = false;
    struct reply reply;
    while (ui->source.reply(ui->source.ctx, &reply)) {
        take_reply(ui, &reply);
        ui->stale = true;
        changed = true;
    }
    struct engine_standing now;
    memset(&now, 0, sizeof now);
    bool has = ui->source.standing(ui->source.ctx, &now);
    changed |= has != ui->has_desk || !same_standing(&now, &ui->standing);
    ui->has_desk = has;
    ui->standing = now;
    return changed;
}

/* A pressed key takes a warning away, Esc an error too. */
static void acknowledge(struct ui *ui, uint32_t key)
{
    if (ui->message.kind == MESSAGE_NOTE || ui->message.kind == MESSAGE_WARN ||
        (ui->message.kind == MESSAGE_ERROR && key == KEY_ESC))
        ui->message.kind = MESSAGE_NONE;
}

static void asking_key(struct ui *ui, uint32_t key)
{
    struct asking *a = &ui->asking;
    char text[PROMPT_MAX];
    enum prompt_result result = prompt_key(&a->prompt, key);
    if (result == PROMPT_COMPLETE && *a->lead == ':')
        ui_complete(ui, &a->prompt);
    if (result == PROMPT_CHANGED && a->changed != NULL)
        a->changed(ui, a->prompt.text);
    if (result == PROMPT_DONE) {
        (void)str_copy(text, sizeof text, a->prompt.text);
        a->open = false;
        a->done(ui, text);
    }
    /* Erasing an empty line leaves it too, as in vi. */
    if (result == PROMPT_CANCEL ||
        (key == KEY_RUBOUT && result == PROMPT_EDIT && a->prompt.text[0] == '\0')) {
        a->open = false;
        if (a->cancelled != NULL)
            a->cancelled(ui);
    }
}

static void screen_key(struct ui *ui, uint32_t key)
{
    const struct screen *screen = ui_screen(ui);
    char name[KEY_NAME_MAX];
    acknowledge(ui, key);
    if (screen->typed != NULL && screen->typed(ui, ui_screen_state(ui), key))
        return;
    int found = keymap_find(&ui->keymap, key, screen->kinds);
    if (found < 0) {
        keymap_name(key, name);
        ui_say(ui, MESSAGE_NOTE, "no key %s here, ? helps", name);
        return;
    }
    const struct action *a = action_at(found);
    if (ui_may(ui, a))
        a->run(ui, a, key, "");
}

/* What is pasted where no text is asked for is dropped: its letters are not keys. A mark of the end
 * that never comes is not waited for. */
static bool swallow_paste(struct ui *ui, uint32_t key)
{
    bool was = ui->pasting && ui->boot_us - ui->pasted_us < PASTE_PAUSE_US;
    ui->pasting = key == KEY_PASTE_BEGIN || (was && key != KEY_PASTE_END);
    ui->pasted_us = ui->boot_us;
    if (ui->pasting && !was)
        ui_say(ui, MESSAGE_NOTE, "what is pasted here is dropped; / and : take text");
    return ui->pasting || key == KEY_PASTE_END;
}

void ui_key(struct ui *ui, uint32_t key)
{
    int answer;
    bool typed = ui_screen(ui)->typed != NULL && !ui->dialog.open && !ui->help;
    if (!ui->asking.open && !typed && swallow_paste(ui, key))
        return;
    bool again = key == ('C' & 0x1F) && ui->interrupt_us != 0 &&
                 ui->boot_us - ui->interrupt_us < INTERRUPT_US;
    if (again) { /* the second ^C is meant, whatever the first one opened */
        act_interrupt(ui, action_at(0), key, "");
    } else if (ui->dialog.open) {
        if (dialog_key(&ui->dialog, key, &answer) && answer != 0)
            ui->answered(ui, answer);
    } else if (ui->asking.open) {
        asking_key(ui, key);
    } else if (!ui->help || !help_key(ui, key)) {
        screen_key(ui, key);
    }
}

int64_t ui_next_change(struct ui *ui)
{
    int64_t next = INT64_MAX;
    if (ui->message.kind == MESSAGE_DONE || ui->message.kind == MESSAGE_NOTE) {
        if (ui->boot_us >= ui->message.until_us)
            ui->message.kind = MESSAGE_NONE;
        else
            next = ui->message.until_us;
    }
    /* The clock in the corner shows minutes, and so do all spans but those below one. */
    const int64_t minute = 60 * US_PER_S;
    int64_t to_minute = ui->boot_us + minute - ui->now_us % minute;
    return to_minute < next ? to_minute : next;
}

bool ui_working(const struct ui *ui)
{
    return ui->model.totals.running > 0;
}

const struct screen *ui_screen(const struct ui *ui)
{
    return screens_at(ui->screen);
}

void *ui_screen_state(const struct ui *ui)
{
    return ui->state[ui->screen];
}

/* A filter of jobs says nothing about schedules. */
static void keep_filter(struct ui *ui, unsigned kinds)
{
    unsigned about = kinds & (IN_JOBS | IN_SCHEDULES | IN_RUNS | IN_LETTERS | IN_LEADS);
    if (about == 0 || about == ui->filtered)
        return;
    ui->filtered = about;
    ui->filter[0] = '\0';
}

static void enter(struct ui *ui, int screen, const char *arg)
{
    keep_filter(ui, screens_at(screen)->kinds);
    ui->screen = screen;
    (void)str_copy(ui->arg, sizeof ui->arg, arg);
    ui->help = false;
    ui->marks = 0;
    ui->stale = true;
    if (screens_at(screen)->enter != NULL)
        screens_at(screen)->enter(ui, ui->state[screen], ui->arg);
}

void ui_show(struct ui *ui, int screen, const char *arg, bool remember)
{
    char copy[sizeof ui->arg];
    (void)str_copy(copy, sizeof copy, arg);
    if (screen == ui->screen && str_equal(copy, ui->arg))
        return;
    /* A screen that is on the way already is gone back to: the way never becomes a loop. */
    for (int i = 0; i < ui->backs; i++)
        if (ui->back[i].screen == screen) {
            ui->backs = i;
            remember = false;
        }
    if (remember && ui->backs < BACK_MAX) {
        ui->back[ui->backs].screen = ui->screen;
        (void)str_copy(ui->back[ui->backs++].arg, sizeof ui->arg, ui->arg);
    }
    enter(ui, screen, copy);
}

bool ui_back(struct ui *ui)
{
    if (ui->backs == 0)
        return false;
    ui->backs--;
    char arg[sizeof ui->arg];
    (void)str_copy(arg, sizeof arg, ui->back[ui->backs].arg);
    enter(ui, ui->back[ui->backs].screen, arg);
    return true;
}

void ui_ask(struct ui *ui, const char *lead, const char *text,
            void (*changed)(struct ui *ui, const char *text),
            void (*done)(struct ui *ui, const char *text), void (*cancelled)(struct ui *ui))
{
    struct asking *a = &ui->asking;
    *a = (struct asking){
        .open = true, .lead = lead, .changed = changed, .done = done, .cancelled = cancelled};
    (void)str_copy(a->before, sizeof a->before, text);
    prompt_set(&a->prompt, text);
}

const struct job_row *ui_job(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    return screen->job != NULL ? screen->job(ui, ui_screen_state(ui)) : NULL;
}

const struct schedule_row *ui_schedule(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    return screen->schedule != NULL ? screen->schedule(ui, ui_screen_state(ui)) : NULL;
}

const struct run_row *ui_run(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    return screen->run != NULL ? screen->run(ui, ui_screen_state(ui)) : NULL;
}

const struct letter_row *ui_letter(struct ui *ui)
{
    const struct screen *screen = ui_screen(ui);
    return screen->letter != NULL ? screen->letter(ui, ui_screen_state(ui)) : NULL;
}

const struct job_row *ui_job_named(const struct ui *ui, const char *name)
{
    for (int32_t i = 0; i < ui->model.job_count; i++)
        if (str_equal(ui->model.jobs[i].name, name))
            return &ui->model.jobs[i];
    return NULL;
}

const struct job_row *ui_job_by_id(const struct ui *ui, struct uuid id)
{
    for (int32_t i = 0; i < ui->model.job_count; i++)
        if (uuid_equal(ui->model.jobs[i].id, id))
            return &ui->model.jobs[i];
    return NULL;
}

const struct job_row *ui_job_of(const struct ui *ui, const char *text)
{
    struct uuid id;
    return uuid_parse(text, &id) ? ui_job_by_id(ui, id) : ui_job_named(ui, text);
}

bool ui_is_marked(const struct ui *ui, struct uuid id)
{
    for (int i = 0; i < ui->marks; i++)
        if (uuid_equal(ui->marked[i], id))
            return true;
    return false;
}

bool ui_mark(struct ui *ui, struct uuid id, bool on)
{
    for (int i = 0; i < ui->marks; i++)
        if (uuid_equal(ui->marked[i], id)) {
            if (!on)
                ui->marked[i] = ui->marked[--ui->marks];
            return true;
        }
    if (!on)
        return true;
    if (ui->marks == MARKS_MAX)
        return false;
    ui->marked[ui->marks++] = id;
    return true;
}

int32_t ui_busy_here(const struct ui *ui)
{
    if (!ui->has_desk || ui->standing.where != ENGINE_HERE)
        return 0;
    int32_t busy = 0;
    for (int32_t i = 0; i < ui->model.job_count; i++)
        busy += ui->model.jobs[i].state == JOB_RUNNING;
    return busy;
}

static bool add_attention(struct attention *ret, int max, int at, enum role role,
                          const char *subject, const char *text)
{
    if (at < max) {
        ret[at].role = role;
        ret[at].glyph = role == ROLE_ERROR ? "×" : "▲";
        (void)str_copy(ret[at].subject, sizeof ret[at].subject, subject);
        (void)str_copy(ret[at].text, sizeof ret[at].text, text);
    }
    return true;
}

static int job_attention(const struct ui *ui, const struct job_row *job, struct attention *ret,
                         int max, int at)
{
    char text[256];
    if (ui_awaits_confirmation(ui, job)) {
        (void)str_format(text, sizeof text, "first %lld letters went out: c confirms",
                         (long long)job->total_sent);
        at += add_attention(ret, max, at, ROLE_WARN, job->name, text);
    }
    if (job->in_doubt > 0) {
        (void)str_format(text, sizeof text, "%lld in doubt: m shows them, your word decides",
                         (long long)job->in_doubt);
        at += add_attention(ret, max, at, ROLE_WARN, job->name, text);
    }
    if (job->held > 0) {
        (void)str_format(text, sizeof text, "%lld held: m shows why", (long long)job->held);
        at += add_attention(ret, max, at, ROLE_WARN, job->name, text);
    }
    return at;
}

/* Schedules in error and failures that nobody has seen; or, less urgent, overdue ones. */
static int board_attention(const struct ui *ui, bool overdue, struct attention *ret, int max,
                           int at)
{
    char text[256], when[FIT_TEXT];
    const struct schedule_board *b = &ui->model.board;
    for (int32_t i = 0; i < b->need_count; i++) {
        const struct board_need *n = &b->need[i];
        if ((n->what == BOARD_OVERDUE) != overdue)
            continue;
        if (n->what == BOARD_OVERDUE)
            (void)str_format(text, sizeof text, "overdue: should have run %s",
                             fit_when(n->at_us, ui->now_us, when));
        else if (n->what == BOARD_ERROR)
            (void)str_format(text, sizeof text, "in error: %s", n->text); /* a cut is fine */
        else
            (void)str_format(text, sizeof text, "failed %s: %s",
                             fit_when(n->at_us, ui->now_us, when), n->text); /* a cut is fine */
        at += add_attention(ret, max, at, n->what == BOARD_OVERDUE ? ROLE_WARN : ROLE_ERROR,
                            n->name, text);
    }
    return at;
}

int ui_attention(const struct ui *ui, struct attention *ret, int max)
{
    int at = 0;
    const struct model *m = &ui->model;
    for (int32_t i = 0; i < m->job_count; i++)
        if (m->jobs[i].state == JOB_FAILED)
            at += add_attention(ret, max, at, ROLE_ERROR, m->jobs[i].name, m->jobs[i].error);
    at = board_attention(ui, false, ret, max, at);
    at = board_attention(ui, true, ret, max, at);
    for (int32_t i = 0; i < m->job_count; i++)
        at = job_attention(ui, &m->jobs[i], ret, max, at);
    /* Last: banners say these two as well. */
    if (ui->has_desk && ui->standing.problem[0] != '\0')
        at += add_attention(ret, max, at, ui_stands_alone(ui) ? ROLE_WARN : ROLE_ERROR, "engine",
                            ui->standing.problem);
    if (ui->has_desk && ui->standing.config[0] != '\0')
        at += add_attention(ret, max, at, ROLE_WARN, "config", ui->standing.config);
    return at;
}
