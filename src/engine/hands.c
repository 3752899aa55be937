/* hands.c - a table of lanes and jobs under a lock that is held for a glance only. */
#include "engine/hands.h"

#include <string.h>

bool hands_init(struct hands *h, struct err *err)
{
    memset(h, 0, sizeof *h);
    return pthread_mutex_init(&h->lock, NULL) == 0 ||
           err_set(err, ERR_STOP, "engine: out of memory for a lock");
}

void hands_done(struct hands *h)
{
    (void)pthread_mutex_destroy(&h->lock); /* nobody holds it */
}

bool hands_take(struct hands *h, int32_t lane, struct uuid job)
{
    bool free = true;
    (void)pthread_mutex_lock(&h->lock); /* a normal mutex, never taken twice: it can't fail */
    for (int32_t i = 0; i < HANDS_MAX; i++)
        free = free && (i == lane || !uuid_equal(h->job[i], job));
    if (free)
        h->job[lane] = job;
    (void)pthread_mutex_unlock(&h->lock); /* as above */
    return free;
}

void hands_leave(struct hands *h, int32_t lane)
{
    (void)pthread_mutex_lock(&h->lock); /* as above */
    h->job[lane] = (struct uuid){0};
    (void)pthread_mutex_unlock(&h->lock); /* as above */
}
