/* pg_wait.h - waits for a socket, until a deadline or a cancelled wake. */
#ifndef PG_WAIT_H
#define PG_WAIT_H

#include "base/wake.h"

#include <stdint.h>

enum pg_waited { PG_READY, PG_LATE, PG_CANCELLED };

/* Waits until fd has one of the events (POLLIN, POLLOUT) or is broken (then it is ready: who reads
 * is told why), deadline_us (clock_boot_us) has come, or wake (NULL: none) is cancelled. The wake's
 * event is left in it. */
enum pg_waited pg_wait(int fd, short events, int64_t deadline_us, const struct wake *wake);

#endif
