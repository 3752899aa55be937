/* pg_wait.c - poll() with our deadlines. */
#include "pg_wait.h"

#include "base/clock.h"

#include <poll.h>
#include <stdbool.h>

/* poll() does not count suspend but our deadlines do: look at the clock at least this often. */
#define SLICE_US (5 * US_PER_S)
/* A wake-up that is no cancellation stays in the wake for its owner, so polling it would not wait:
 * the flag is looked at this often instead. */
#define LOOK_US (100 * US_PER_MS)

enum pg_waited pg_wait(int fd, short events, int64_t deadline_us, const struct wake *wake)
{
    bool watch_wake = wake != NULL;
    for (;;) {
        if (wake != NULL && wake_cancelled(wake))
            return PG_CANCELLED;
        int64_t left_us = deadline_us - clock_boot_us();
        int64_t most_us = wake != NULL && !watch_wake ? LOOK_US : SLICE_US;
        if (left_us < 0)
            left_us = 0;
        int64_t slice_us = left_us < most_us ? left_us : most_us;
        struct pollfd fds[2] = {{.fd = fd, .events = events},
                                {.fd = watch_wake ? wake->fd : -1, .events = POLLIN}};
        /* An interrupted or failed wait is only a shorter one. */
        int n = poll(fds, 2, (int)((slice_us + US_PER_MS - 1) / US_PER_MS));
        if (n > 0 && fds[0].revents != 0)
            return PG_READY;
        if (n > 0 && fds[1].revents != 0)
            watch_wake = false;
        else if (left_us == 0)
            return PG_LATE;
    }
}
