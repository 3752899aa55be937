/* courier.h - port: brings a report, or a word about a failure, to an address of the web.
 *
 * The same piece may be brought more than once (at least once): whoever gets it tells by its id.
 * One instance belongs to one thread. Adapters: courier_http. */
#ifndef PORT_COURIER_H
#define PORT_COURIER_H

#include "base/err.h"
#include "domain/delivery.h"
#include "port/agenda.h"
#include "port/clock.h"

#include <stdint.h>

struct courier_said {
    enum delivery_verdict verdict;
    int32_t status;   /* 0: no answer */
    int64_t asked_us; /* it wants to be left alone for so long; 0: it didn't say */
    char words[DELIVERY_ANSWER_MAX + 1]; /* why it was not taken; screened */
};

struct courier;

struct courier_ops {
    /* Waits for the answer, half a minute at most, or until the clock's owner is to end. html: of
     * the report, "" none. False only when nothing can be brought at all (a key that can't be read,
     * no memory). */
    bool (*bring)(struct courier *c, const struct delivery_work *work, const char *html,
                  struct clock_port *clock, struct courier_said *ret, struct err *err);
    void (*free)(struct courier *c); /* accepts NULL */
};

/* An adapter's struct begins with this one. */
struct courier {
    const struct courier_ops *ops;
};

#endif
