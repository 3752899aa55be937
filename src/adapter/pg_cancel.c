/* pg_cancel.c - PQcancel() blocks, on a stalled network for ever, and there is no other before
 * libpq 17. So it runs on a thread of its own, which owns what it needs; when it takes too long it
 * is left to itself, and the last of the two to go frees. */
#include "pg_cancel.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct attempt {
    PGcancel *request;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    bool done, sent, left;
};

static void attempt_free(struct attempt *a)
{
    PQfreeCancel(a->request);
    (void)pthread_cond_destroy(&a->changed); /* nobody waits for it any more */
    (void)pthread_mutex_destroy(&a->lock);   /* nor holds it */
    free(a);
}

static void *ask(void *user)
{
    struct attempt *a = user;
    char why[256];
    bool sent = PQcancel(a->request, why, sizeof why) == 1;
    (void)pthread_mutex_lock(&a->lock); /* a plain mutex that is never lost */
    a->done = true;
    a->sent = sent;
    bool left = a->left;
    (void)pthread_cond_signal(&a->changed); /* can't fail */
    (void)pthread_mutex_unlock(&a->lock);   /* held */
    if (left)
        attempt_free(a);
    return NULL;
}

static struct attempt *attempt_new(PGconn *conn)
{
    struct attempt *a = calloc(1, sizeof *a);
    pthread_condattr_t attr;
    if (a == NULL)
        return NULL;
    a->request = PQgetCancel(conn);
    if (a->request == NULL || pthread_condattr_init(&attr) != 0) {
        PQfreeCancel(a->request);
        free(a);
        return NULL;
    }
    (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* a known clock */
    (void)pthread_mutex_init(&a->lock, NULL);                /* can't fail on Linux */
    (void)pthread_cond_init(&a->changed, &attr);             /* likewise */
    (void)pthread_condattr_destroy(&attr);                   /* likewise */
    return a;
}

/* The thread has its maker's signal mask, like every thread here. */
static bool start(struct attempt *a)
{
    pthread_t thread;
    bool started = pthread_create(&thread, NULL, ask, a) == 0;
    if (started)
        (void)pthread_detach(thread); /* it was just made */
    return started;
}

bool pg_cancel(PGconn *conn, int64_t deadline_us)
{
    struct attempt *a = attempt_new(conn);
    if (a == NULL)
        return false;
    if (!start(a)) {
        attempt_free(a);
        return false;
    }
    struct timespec end;
    (void)clock_gettime(CLOCK_MONOTONIC, &end); /* always there */
    int64_t left_us = deadline_us - clock_boot_us();
    int64_t end_us = (int64_t)end.tv_nsec / 1000 + (left_us > 0 ? left_us : 0);
    end.tv_sec += (time_t)(end_us / US_PER_S);
    end.tv_nsec = (long)(end_us % US_PER_S) * 1000;
    (void)pthread_mutex_lock(&a->lock); /* a plain mutex that is never lost */
    int rc = 0;
    while (!a->done && rc == 0)
        rc = pthread_cond_timedwait(&a->changed, &a->lock, &end);
    bool done = a->done, sent = a->sent;
    a->left = true;
    (void)pthread_mutex_unlock(&a->lock); /* held */
    if (done)
        attempt_free(a);
    return sent;
}
