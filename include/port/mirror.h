/* mirror.h - port: the copy of a shared record that screens and lists read. Where the record is
 * embedded there is none. An instance belongs to one thread. */
#ifndef PORT_MIRROR_H
#define PORT_MIRROR_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct mirror_port;

struct mirror_ops {
    /* Brings the copy up to date, in at most about 3 s, or a new one nearer to it; *ret_rows: how
     * many rows that took. */
    bool (*pull)(struct mirror_port *m, int64_t *ret_rows, struct err *err);
    void (*free)(struct mirror_port *m);
};

struct mirror_port {
    const struct mirror_ops *ops;
};

#endif
