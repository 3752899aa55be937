/* mirror.h - port: the copy of a shared record that screens and lists read. Where the record is
 * embedded there is none. An instance belongs to one thread. */
#ifndef PORT_MIRROR_H
#define PORT_MIRROR_H

#include "base/err.h"
#include "base/wake.h"

#include <stdbool.h>
#include <stdint.h>

struct mirror_port;

struct mirror_ops {
    /* Brings the copy up to date, in at most about 3 s, or a new one nearer to it; *ret_rows: how
     * many rows that took. */
    bool (*pull)(struct mirror_port *m, int64_t *ret_rows, struct err *err);
    /* Waits until boot time deadline_us, until the wake is woken, whose event is consumed, or
     * cancelled, or until somebody says that the record changed, where that can be heard. NULL:
     * it never can; wait for the clock. */
    void (*wait)(struct mirror_port *m, struct wake *wake, int64_t deadline_us);
    /* Can it be heard at the moment? NULL: never. */
    bool (*hears)(struct mirror_port *m);
    void (*free)(struct mirror_port *m);
};

struct mirror_port {
    const struct mirror_ops *ops;
};

#endif
