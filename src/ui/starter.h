/* starter.h - starts the engine beside the console: on a thread of its own, because taking locks
 * and writing to disk is nothing that a key should wait for. */
#ifndef UI_STARTER_H
#define UI_STARTER_H

#include "base/err.h"
#include "base/wake.h"
#include "ui/console.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct starter {
    const struct console_options *options;
    struct wake *wake; /* woken when it is done */
    pthread_t thread;
    bool running;
    atomic_bool done; /* what follows is written before and read after */
    bool ok;
    struct desk *desk;
    struct err err;
};

/* Calls options->begin on its thread; nothing when there is none. Called once. */
void starter_begin(struct starter *s, const struct console_options *options, struct wake *wake);
/* True once: when begin() has come back. *ret_desk may be NULL; *ret_err has kind ERR_NONE when it
 * did not fail. */
bool starter_take(struct starter *s, struct desk **ret_desk, struct err *ret_err);
/* Waits for begin() when it is still under way. */
void starter_end(struct starter *s);

#endif
