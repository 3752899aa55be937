/* coro.h - a function that can be left in the middle and entered again, on a stack of its own.
 *
 * A lane is written in blocking style; in the simulation it runs as one of these, so that hundreds
 * of lanes of dead and living engines share one thread and one virtual clock. A coroutine that is
 * dropped is never entered again: its stack is forgotten as it is, as by kill -9. */
#ifndef CORO_H
#define CORO_H

#include <stdbool.h>

struct coro;

/* Runs body(arg) at the first coro_enter(). NULL without memory. */
struct coro *coro_new(void (*body)(void *arg), void *arg);
/* Drops it, wherever it stands; not from inside. Accepts NULL. */
void coro_free(struct coro *c);
/* Goes on where it stands, until it yields or ends. Not from inside another coroutine. */
void coro_enter(struct coro *c);
/* From inside: back to who entered. */
void coro_yield(struct coro *c);
bool coro_ended(const struct coro *c);

#endif
