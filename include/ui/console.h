/* console.h - the console: the one door through which app opens it.
 *
 * The console owns the terminal and a read-only handle on the record; it waits for keys, signals
 * and wake-ups and for nothing else. It shows what it read last, hands commands to the desk, and
 * gives the terminal back however it ends. One console a process. */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include "base/err.h"
#include "base/log.h"
#include "base/wake.h"
#include "domain/settings.h"
#include "domain/zone.h"
#include "engine/desk.h"

#include <stdbool.h>

/* How it ended, which is what app decides by. */
enum console_end {
    CONSOLE_QUIT,              /* nothing was under way here */
    CONSOLE_QUIT_KEEP_WORKING, /* jobs run in this process: let them go on without a console */
    CONSOLE_QUIT_STOP_JOBS,    /* stop the jobs that run here at their exact point, then end */
    CONSOLE_HANGUP,            /* the terminal is gone: what the setting on_hangup says */
    CONSOLE_SIGNAL,            /* TERM, INT or QUIT: an orderly end */
    CONSOLE_ENDS
};

struct console_options {
    const char *record_path; /* autopilot.db; it may be made a moment later */
    const char *log_path;    /* log.db; may be absent */
    const char *config_path; /* shown only */
    const char *data_dir;    /* console.err is written there while the screen is up */
    const char *workspace;   /* NULL: all */
    const char *actor;       /* goes into every command */
    const char *host;        /* shown only */
    bool read_only;          /* no command is handed in */
    struct desk *desk;       /* NULL: commands are refused until begin() gave one */
    struct wake *wake;       /* woken by the desk; NULL: there is none */
    const struct log_sink *log;

    /* Each may be NULL; ctx is handed back. */
    void *ctx;
    /* Called once, on a thread of its own, when the first frame is on the screen: starts the
     * engine, so that neither the first frame nor a key waits for it. It has come back when
     * console_run() returns. A failure is shown as a banner. */
    bool (*begin)(void *ctx, struct desk **ret, struct err *err);
    /* A copy of the settings in force: at the start and after each wake. NULL: the defaults. */
    void (*settings)(void *ctx, struct settings *ret);
    /* A time zone by name, as port/zones.h gives it; borrowed until console_run() returns. On the
     * console's thread. NULL: UTC alone is known. */
    bool (*zone)(void *ctx, const char *name, const struct zone **ret, struct err *err);
    /* Called on a thread of its own, only when an end was asked for and the console could not be
     * freed from a stalled terminal: hands the work over. The process then ends with _exit(). */
    void (*last_resort)(void *ctx, enum console_end end);
};

/* Blocks the signals that the console takes by asking (HUP, TERM, INT, QUIT, TSTP, WINCH, CONT,
 * PIPE). To be called before the first thread is started, since threads inherit the mask. */
void console_block_signals(void);

/* Runs until somebody ends it; *ret_end says how. False with ERR_USAGE when there is no terminal
 * or one that can't move its cursor, before anything was written. The signals stay blocked
 * afterwards: an end that was asked for once is not asked for twice. */
bool console_run(const struct console_options *options, enum console_end *ret_end, struct err *err);

#endif
