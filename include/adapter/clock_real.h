/* clock_real.h - the clock port over the kernel's clocks and a wake: waiting ends at the deadline,
 * when the wake is woken, or when it is cancelled. */
#ifndef ADAPTER_CLOCK_REAL_H
#define ADAPTER_CLOCK_REAL_H

#include "base/err.h"
#include "base/wake.h"
#include "port/clock.h"

/* The wake is borrowed and outlives the clock; only the thread that waits here may wait on it.
 * NULL: a clock that nobody wakes (sub-commands). */
bool clock_real_new(struct wake *wake, struct clock_port **ret, struct err *err);
void clock_real_free(struct clock_port *clock); /* accepts NULL */

#endif
