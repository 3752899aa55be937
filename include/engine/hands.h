/* hands.h - which lane of this process has which job in its hands, whatever the leases say.
 *
 * A lease protects against other engines: it runs out when its lane stands still too long. Among
 * the lanes of one engine that is not enough. They share the engine's identity, so one that took
 * the job over would settle the letters of the one that only stood still, and send them; when that
 * one wakes it would report and send them as well. So a lane that was given a job looks here before
 * it touches a letter of it, and gives it back when another lane still has it. No time limit: a
 * lane that stands still for an hour keeps the job for an hour, or until another engine takes it.
 */
#ifndef ENGINE_HANDS_H
#define ENGINE_HANDS_H

#include "base/err.h"
#include "base/uuid.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { HANDS_MAX = 16 }; /* lanes */

struct hands {
    pthread_mutex_t lock;
    struct uuid job[HANDS_MAX]; /* zero: nothing */
};

/* False, with err: no memory for the lock. */
bool hands_init(struct hands *h, struct err *err);
void hands_done(struct hands *h);
/* Lane (0..HANDS_MAX-1) takes the job in its hands, until hands_leave(). False: another lane has
 * it, and nothing changed. A lane has one job at a time. Any thread. */
bool hands_take(struct hands *h, int32_t lane, struct uuid job);
/* It has none any more. Any thread; safe to repeat. */
void hands_leave(struct hands *h, int32_t lane);

#endif
