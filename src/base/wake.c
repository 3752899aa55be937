/* wake.c - wakes one waiting thread. The idea: `armed` says that an event already lies in the fd,
 * so a thousand wake-ups cost one system call; the waiter reads the fd first and disarms after, so
 * whoever found it armed published its news before the waiter goes to look. */
#include "base/wake.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

/* poll() does not count suspend but our deadlines do: look at the clock at least this often. */
#define SLICE_US (5 * US_PER_S)

bool wake_init(struct wake *w, struct err *err)
{
    atomic_init(&w->armed, false);
    atomic_init(&w->cancelled, false);
    w->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (w->fd < 0)
        return err_set(err, ERR_STOP, "wake: making an event descriptor failed: %s",
                       strerror(errno));
    return true;
}

void wake_done(struct wake *w)
{
    if (w == NULL || w->fd <= 0) /* 0: never made; it is the standard input */
        return;
    (void)close(w->fd); /* nothing is lost with an eventfd */
    w->fd = -1;
}

void wake_up(struct wake *w)
{
    if (w->fd < 0 || atomic_exchange(&w->armed, true))
        return;
    int saved = errno; /* may run inside a signal handler */
    uint64_t one = 1;
    ssize_t n = write(w->fd, &one, sizeof one);
    (void)n; /* can't fail: the counter is 0 or 1 */
    errno = saved;
}

void wake_cancel(struct wake *w)
{
    atomic_store(&w->cancelled, true);
    wake_up(w);
}

bool wake_cancelled(const struct wake *w)
{
    return atomic_load(&w->cancelled);
}

void wake_clear(struct wake *w)
{
    uint64_t count;
    ssize_t n = read(w->fd, &count, sizeof count);
    (void)n;                                 /* EAGAIN: nothing was there */
    (void)atomic_exchange(&w->armed, false); /* an exchange, to see what the waker published */
}

/* Waits for the fd until the deadline or one slice; true when it is readable. */
static bool wait_slice(const struct wake *w, int64_t left_us)
{
    if (left_us > SLICE_US)
        left_us = SLICE_US;
    if (left_us < 0)
        left_us = 0;
    struct timespec limit = {
        .tv_sec = (time_t)(left_us / US_PER_S),
        .tv_nsec = (long)(left_us % US_PER_S * 1000),
    };
    struct pollfd fd = {.fd = w->fd, .events = POLLIN};
    return ppoll(&fd, 1, &limit, NULL) > 0;
}

bool wake_wait(struct wake *w, int64_t deadline_us)
{
    for (;;) {
        int64_t now = clock_boot_us(), left;
        if (__builtin_sub_overflow(deadline_us, now, &left))
            left = 0; /* only a deadline long past can overflow */
        if (wait_slice(w, left)) {
            wake_clear(w);
            return true;
        }
        if (wake_cancelled(w))
            return true;
        if (left <= 0)
            return false;
    }
}
