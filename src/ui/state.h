/* state.h - the console's state, without a terminal: what was read, which screen is up, what is
 * being asked. Keys go in (ui_key), a canvas comes out (ui_draw); tests do just that. */
#ifndef UI_STATE_H
#define UI_STATE_H

#include "keymap.h"
#include "screen.h"
#include "source.h"
#include "theme.h"
#include "widget.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "domain/settings.h"
#include "ui/console.h"

#include <stdbool.h>
#include <stdint.h>

#define INTERRUPT_US (2 * US_PER_S) /* two ^C within this are an orderly stop */

enum {
    UI_ROWS_MIN = 8,
    UI_COLS_MIN = 32,
    MARKS_MAX = 200,
    BACK_MAX = 16,
    COPY_MAX = 4096,
    MODEL_BYTES = 16 << 20
};

/* What every screen shares, read in one go. */
struct model {
    struct arena arena;
    struct job_row *jobs;
    int32_t job_count;
    struct totals totals;
    struct engine_row engine;
    bool engine_found;
    struct schedule_board board;
    bool there; /* something was read once */
    int64_t read_at_us;
};

enum message_kind {
    MESSAGE_NONE,
    MESSAGE_NOTE, /* about the last key: fades after 6 s or with the next key */
    MESSAGE_DONE, /* fades after 6 s */
    MESSAGE_WARN, /* stays until a key */
    MESSAGE_ERROR /* stays until Esc or a newer one */
};
struct message {
    enum message_kind kind;
    char text[ERR_TEXT_MAX + 64];
    int64_t until_us; /* of those that fade: on the boot clock */
};

/* The `:` or `/` line, while it is open. */
struct asking {
    bool open;
    const char *lead;
    struct prompt prompt;
    char before[PROMPT_MAX];                          /* what Esc goes back to */
    void (*changed)(struct ui *ui, const char *text); /* may be NULL */
    void (*done)(struct ui *ui, const char *text);
    void (*cancelled)(struct ui *ui);           /* may be NULL */
    void (*draw)(struct ui *ui, struct pane p); /* over the screen while it is open; may be NULL */
};

/* What the terminal is to do after this frame. */
enum {
    WISH_REDRAW = 1u << 0,
    WISH_SUSPEND = 1u << 1,
    WISH_BELL = 1u << 2,
    WISH_COPY = 1u << 3 /* ui->copy */
};

struct ui {
    /* Given at the start. */
    struct source source;
    const char *workspace; /* NULL: all */
    const char *actor, *host, *record_path, *config_path, *log_path;
    const struct log_sink *log;
    bool read_only;
    struct settings settings;
    bool mask; /* addresses; begins as the setting says */
    enum theme theme;
    char terminal[80]; /* "UTF-8 · 256 colours", for the welcome */
    struct keymap keymap;

    /* Both clocks, as of this round of the loop. */
    int64_t now_us, boot_us;

    struct model model;
    struct engine_standing standing;
    bool has_desk;            /* standing is known */
    struct err trouble;       /* kind ERR_NONE: reading works */
    struct err begin_trouble; /* the engine of this process could not be started */
    bool starting;            /* the engine of this process is on its way */
    bool stale;               /* something changed; read again */
    int64_t failed_seen;      /* for the bell: failures that were told */

    int screen;
    struct {
        int screen;
        char arg[NAME_MAX_BYTES + 1];
    } back[BACK_MAX];
    int backs;
    char arg[NAME_MAX_BYTES + 1]; /* what the current screen was entered with */
    void *state[SCREENS_MAX];
    char filter[PROMPT_MAX]; /* of the list that is up */
    unsigned filtered;       /* what it filters: IN_JOBS, IN_SCHEDULES, ... */
    struct uuid marked[MARKS_MAX];
    int marks;

    struct message message;
    struct asking asking;
    struct dialog dialog;
    void (*answered)(struct ui *ui, int answer);
    struct command pending; /* what the open dialog is about */
    bool help;
    int help_top;

    int64_t ticket;
    struct command undo;  /* kind COMMAND_NONE: nothing to undo */
    int64_t interrupt_us; /* the last Ctrl-C */
    bool pasting;         /* between the marks of a paste that is dropped */
    int64_t pasted_us;
    unsigned wishes;
    char copy[COPY_MAX];

    bool ended;
    enum console_end end;
};

/* Who works on the record (standing.c): the host of an engine that is not of this process and was
 * heard of lately; NULL. */
const char *ui_works_elsewhere(const struct ui *ui);
/* The engine of this process can't work on a shared record that is there, and nobody waits for it:
 * others work, or there is nothing to do. */
bool ui_stands_alone(const struct ui *ui);
/* Its first letters went out, and it waits for somebody to say that they are well. */
bool ui_awaits_confirmation(const struct ui *ui, const struct job_row *job);

/* What may be changed now (gate.c). A shared record does not answer: what is shown is old, and only
 * what is held here can be asked for. */
bool ui_away(const struct ui *ui);
/* The action is of use now: not one that writes, on a console that may not or can't. */
bool ui_offers(const struct ui *ui, const struct action *a);
/* The same; false: the operator was told why not, and since when. */
bool ui_may(struct ui *ui, const struct action *a);
bool ui_may_submit(struct ui *ui, const struct command *c);
/* "WHAT: not now, ... since 12:03REST; ..." */
void ui_say_away(struct ui *ui, const char *what, const char *rest);

/* Takes a filter of the lists of jobs; one that can't be read is told, and `before` holds.
 * (handlers.c) */
void ui_filter(struct ui *ui, const char *text, const char *before);

struct ui_setup {
    struct source source;
    const struct console_options *options;
    int64_t now_us, boot_us;
};
/* False without memory. The texts of the options are borrowed. */
bool ui_init(struct ui *ui, const struct ui_setup *setup, struct err *err);
void ui_done(struct ui *ui);
/* Takes over settings that may have changed (mask, theme, bell, keys). */
void ui_settings(struct ui *ui, const struct settings *settings);

/* Reads everything that is shown. What fails leaves the last known data and sets ui->trouble. */
void ui_load(struct ui *ui);
/* Takes replies and the engine's standing; true when something shown changed. */
bool ui_news(struct ui *ui);
/* One key: dialog, prompt, help, then the screen. */
void ui_key(struct ui *ui, uint32_t key);
/* Draws the whole frame (chrome.c). */
void ui_draw(struct ui *ui, struct canvas *c);
/* The instant (boot clock) at which something shown changes by itself; INT64_MAX never. Clears a
 * message whose time has passed. */
int64_t ui_next_change(struct ui *ui);
/* True while a job runs, so rates and ETA grow old by themselves. */
bool ui_working(const struct ui *ui);

void ui_say(struct ui *ui, enum message_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Shows a screen; arg as in struct screen. remember: Esc leads back here. */
void ui_show(struct ui *ui, int screen, const char *arg, bool remember);
/* Back to where this screen was opened from; false at the first one. */
bool ui_back(struct ui *ui);
const struct screen *ui_screen(const struct ui *ui);
void *ui_screen_state(const struct ui *ui);
/* Opens the `:` or `/` line with text in it. */
void ui_ask(struct ui *ui, const char *lead, const char *text,
            void (*changed)(struct ui *ui, const char *text),
            void (*done)(struct ui *ui, const char *text), void (*cancelled)(struct ui *ui));
/* The job that the screen has selected; NULL. */
const struct job_row *ui_job(struct ui *ui);
/* The schedule, the run and the letter that the screen has selected; NULL. */
const struct schedule_row *ui_schedule(struct ui *ui);
const struct run_row *ui_run(struct ui *ui);
const struct letter_row *ui_letter(struct ui *ui);
/* Hands a command to the desk; ticket and actor are filled in here, and undo remembers it. False:
 * the operator was told. */
bool ui_submit(struct ui *ui, struct command *command);
/* A job of the model by name, in the workspace of this console; NULL. */
const struct job_row *ui_job_named(const struct ui *ui, const char *name);
/* The same by id or name, as screens are told it. */
const struct job_row *ui_job_of(const struct ui *ui, const char *text);
const struct job_row *ui_job_by_id(const struct ui *ui, struct uuid id);
bool ui_is_marked(const struct ui *ui, struct uuid id);
/* Marks or unmarks; false when there is no room for another mark. */
bool ui_mark(struct ui *ui, struct uuid id, bool on);
/* Jobs that run in an engine of this very process: quitting concerns them. */
int32_t ui_busy_here(const struct ui *ui);

/* The `:` line (prompt.c): carries it out; completes the text in place. */
void ui_command_line(struct ui *ui, const char *text);
void ui_complete(struct ui *ui, struct prompt *p);

/* Things that need somebody, most urgent first. */
struct attention {
    enum role role; /* ROLE_ERROR or ROLE_WARN */
    const char *glyph;
    char subject[NAME_MAX_BYTES + 1];
    char text[256];
};
/* Fills at most max; returns how many there are in all. */
int ui_attention(const struct ui *ui, struct attention *ret, int max);

/* Help overlay (screen_help.c). */
void help_draw(struct ui *ui, struct pane p);
bool help_key(struct ui *ui, uint32_t key);

#endif
