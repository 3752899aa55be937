/* clock_real.c - the time as the kernel tells it. The idea: CLOCK_BOOTTIME counts a suspended
 * laptop's night, so a lease that ran out meanwhile is known to have run out. */
#include "adapter/clock_real.h"

#include "base/clock.h"

#include <stdlib.h>

struct clock_real {
    struct clock_port port; /* first: the port is handed out */
    struct wake *wake;
    struct wake own; /* where nobody gave one */
};

static struct clock_real *self(struct clock_port *port)
{
    return (struct clock_real *)port;
}

static int64_t now_us(struct clock_port *port)
{
    (void)port; /* one wall for all */
    return clock_now_us();
}

static int64_t boot_us(struct clock_port *port)
{
    (void)port; /* one machine for all */
    return clock_boot_us();
}

static bool cancelled(struct clock_port *port)
{
    return wake_cancelled(self(port)->wake);
}

static bool wait_until(struct clock_port *port, int64_t deadline_us, struct err *err)
{
    struct wake *wake = self(port)->wake;
    if (!wake_cancelled(wake))
        (void)wake_wait(wake, deadline_us); /* why it ended is asked below */
    if (wake_cancelled(wake))
        return err_set(err, ERR_CANCELLED, "engine: asked to end");
    return true;
}

static const struct clock_ops ops = {
    .now_us = now_us, .boot_us = boot_us, .wait = wait_until, .cancelled = cancelled};

bool clock_real_new(struct wake *wake, struct clock_port **ret, struct err *err)
{
    struct clock_real *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_set(err, ERR_STOP, "clock: out of memory");
    c->port.ops = &ops;
    c->wake = wake;
    if (wake == NULL && !wake_init(&c->own, err)) {
        free(c);
        return false;
    }
    if (wake == NULL)
        c->wake = &c->own;
    *ret = &c->port;
    return true;
}

void clock_real_free(struct clock_port *clock)
{
    if (clock == NULL)
        return;
    struct clock_real *c = self(clock);
    if (c->wake == &c->own)
        wake_done(&c->own);
    free(c);
}
