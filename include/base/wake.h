/* wake.h - an eventfd that wakes one waiting thread, and a flag that asks it to stop.
 *
 * wake_up() may be called from any thread and from a signal handler; many calls before the waiter
 * looks are one wake-up. The waiter polls wake_fd() together with its sockets, or wake_wait(). */
#ifndef BASE_WAKE_H
#define BASE_WAKE_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct wake {
    int fd;
    atomic_bool armed;     /* an event is in the fd and was not read yet */
    atomic_bool cancelled; /* the owner asks the waiter to end */
};

bool wake_init(struct wake *w, struct err *err);
/* Also for one that was never made (zeroed) or failed to be. */
void wake_done(struct wake *w);
void wake_up(struct wake *w);
/* Sets the cancel flag, then wakes. */
void wake_cancel(struct wake *w);
bool wake_cancelled(const struct wake *w);
/* Waits until woken, cancelled or deadline_us (clock_boot_us time; INT64_MAX: for ever), and
 * consumes the wake-up. True when woken or cancelled, false at the deadline. */
bool wake_wait(struct wake *w, int64_t deadline_us);
/* Consumes a pending wake-up after the fd polled readable. */
void wake_clear(struct wake *w);

#endif
