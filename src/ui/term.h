/* term.h - the terminal: the only place that knows curses. A canvas goes out as one frame, keys
 * come in. One thread; at most one terminal a process. */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "canvas.h"
#include "theme.h"

#include "base/err.h"
#include "base/wake.h"
#include "ui/console.h"

#include <stdbool.h>
#include <stdint.h>

struct terminal;

struct term_setup {
    bool colour;          /* allowed by the settings */
    const char *err_path; /* where fd 2 goes while the screen is up; NULL: nowhere */
    struct wake *wake;    /* woken when a signal asks for something (rescue.h) */
    void (*last_resort)(void *ctx, enum console_end end);
    void *ctx;
};
/* Takes the terminal. ERR_USAGE, in one sentence and before anything was written, when there is
 * none or when it can't move its cursor. */
bool term_open(const struct term_setup *setup, struct terminal **ret, struct err *err);
/* Gives it back; prints the last lines that went to fd 2 meanwhile. Accepts NULL. */
void term_close(struct terminal *t);

void term_size(const struct terminal *t, int *ret_rows, int *ret_cols);
enum glyphs term_glyphs(const struct terminal *t);
bool term_has_colour(const struct terminal *t);
/* "UTF-8 · 256 colours · xterm-256color" */
void term_describe(const struct terminal *t, char *dst, size_t size);

/* Readable when the window changed its size or the process was continued. */
int term_events_fd(const struct terminal *t);
/* Takes those events; true when the size may have changed: draw anew. */
bool term_events(struct terminal *t);
/* False while the terminal takes no more bytes: a frame would block. *ret_gone: it hung up. */
bool term_writable(struct terminal *t, bool *ret_gone);
/* Puts what differs from the last frame on the screen. Returns how long that took. */
int64_t term_show(struct terminal *t, const struct canvas *c, enum theme theme);
/* True when the canvas is what the screen shows already. */
bool term_shows(const struct terminal *t, const struct canvas *c);
/* The next frame is drawn from nothing. */
void term_redraw(struct terminal *t);
/* The next key; false when there is none. Alt with a key, and sequences that are not known, are
 * none: they are dropped whole. */
bool term_key(struct terminal *t, uint32_t *ret);

/* Has the terminal mark what is pasted, so that it is not taken for keys. */
void term_paste_mode(struct terminal *t, bool on);
/* To the clipboard of the operator's terminal (OSC 52); false when this one has none. */
bool term_copy(struct terminal *t, const char *text);
void term_title(struct terminal *t, const char *text);
void term_bell(struct terminal *t);
/* Gives the terminal back, stops the process group, and takes it again when continued. False when
 * there is no shell to come back to. */
bool term_suspend(struct terminal *t);

#endif
