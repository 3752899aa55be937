/* notify.h - tells the service manager how it stands: one datagram to $NOTIFY_SOCKET.
 *
 * The protocol of sd_notify(3), without its library: READY=1, WATCHDOG=1, STOPPING=1, STATUS=...
 * Without the variable every call does nothing. One thread. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
    int fd; /* -1: nobody listens */
    int64_t
        every_us;    /* how often WATCHDOG=1 is awaited ($WATCHDOG_USEC, when it is ours); 0: not */
    int64_t next_us; /* boot time of the next one */
};

void notify_open(struct notify *n);
void notify_close(struct notify *n);
/* Sends "READY=1" and the like. What can't be sent is lost: the manager notices by itself. */
void notify_send(const struct notify *n, const char *text);
/* Says that all is well when half the time until the watchdog bites is over; call it at least as
 * often as notify_wait_ms() says. */
void notify_alive(struct notify *n, int64_t boot_us);
/* How long poll() may sleep: most_ms (-1: for ever) or until the next sign of life. */
int notify_wait_ms(const struct notify *n, int64_t boot_us, int most_ms);

#endif
