/* fake_clock.c - time by hand. */
#include "fake/fake_clock.h"

#define START_US (INT64_C(1795424400) * 1000000)

static struct fake_clock *self(struct clock_port *port)
{
    return (struct fake_clock *)port;
}

static int64_t now_us(struct clock_port *port)
{
    return self(port)->now;
}

static int64_t boot_us(struct clock_port *port)
{
    return self(port)->boot;
}

static bool wait_until(struct clock_port *port, int64_t deadline_us, struct err *err)
{
    struct fake_clock *c = self(port);
    c->waits++;
    if (c->cancel_after >= 0 && c->waits >= c->cancel_after)
        c->cancelled = true;
    if (c->cancelled)
        return err_set(err, ERR_CANCELLED, "clock: the lane was asked to end");
    if (deadline_us > c->boot)
        fake_clock_pass(c, deadline_us - c->boot);
    return true;
}

static bool cancelled(struct clock_port *port)
{
    return self(port)->cancelled;
}

static const struct clock_ops ops = {now_us, boot_us, wait_until, cancelled};

void fake_clock_init(struct fake_clock *c)
{
    *c = (struct fake_clock){
        .port = {&ops},
        .now = START_US,
        .boot = INT64_C(1000) * 1000000,
        .cancel_after = -1,
    };
}

void fake_clock_pass(struct fake_clock *c, int64_t span_us)
{
    c->now += span_us;
    c->boot += span_us;
}
