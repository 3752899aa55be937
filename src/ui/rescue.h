/* rescue.h - gives the terminal back whatever happens: signals, a crash, a link that stands still.
 *
 * A thread waits for HUP, TERM, INT, QUIT and TSTP and asks the console; when the console does not
 * end because it is blocked in a write to a stalled terminal, the thread frees it, and if even that
 * fails it restores the terminal itself and ends the process. Crash handlers do so at once. */
#ifndef UI_RESCUE_H
#define UI_RESCUE_H

#include "base/err.h"
#include "base/wake.h"
#include "ui/console.h"

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

enum { RESTORE_MAX = 512 };

struct rescue_plan {
    char restore[RESTORE_MAX]; /* what undoes everything that was switched on */
    size_t restore_len;
    struct termios saved;
    int error_fd;         /* where a crash is told: the terminal, not the redirected fd 2 */
    const char *err_path; /* named in that sentence; "" */
    struct wake *wake;    /* of the console */
    void (*last_resort)(void *ctx, enum console_end end);
    void *ctx;
};

/* Once, on the console's thread, signals blocked. The plan is copied. */
bool rescue_begin(const struct rescue_plan *plan, struct err *err);
/* The terminal is ours (true) or was given back: nothing to restore. */
void rescue_holds(bool ours);
/* Writes the restoring bytes and the saved modes, if the terminal is ours. Async-signal-safe. */
void rescue_restore(void);
/* What was asked for. An end stays asked for, a suspend is taken. */
enum rescue_ask { ASK_NOTHING, ASK_SUSPEND, ASK_HANGUP, ASK_END };
enum rescue_ask rescue_asked(void);
/* Ends the thread and gives crashes back to the system. Accepts never having begun. */
void rescue_end(void);

#endif
