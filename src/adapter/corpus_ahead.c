/* corpus_ahead.c - a ring of files between two threads.
 *
 * The one idea: taking the text out of a page costs about as much as indexing it, so the two are
 * done side by side, by one thread that reads ahead. The ring keeps the order, so the corpus that
 * comes out is the same as without it. Waking a thread costs as much as reading a small page, so
 * neither wakes the other before there is work for a while (SHARE files), or nothing else to do.
 *
 * A ticket belongs to the caller, then to the reader, then to the caller again: the counts only
 * ever grow, tickets in [ready, put) are the reader's, all others the caller's. */
#include "corpus_ahead.h"

#include "base/str.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHARE = CORPUS_AHEAD_MAX / 4,
    HELD_MAX = 16 << 20,            /* bytes of text that wait to be taken; the reader then rests */
    TICKETS = CORPUS_AHEAD_MAX + 1, /* one more: the ticket that the caller has borrowed */
};

struct corpus_ahead {
    pthread_t thread;
    pthread_mutex_t lock; /* guards all down to why */
    pthread_cond_t for_reader, for_caller;
    uint64_t put;   /* tickets put so far */
    uint64_t ready; /* of these, read */
    uint64_t taken; /* of these, taken */
    size_t held;    /* bytes of text in [taken, ready) */
    bool resting;   /* the reader waits */
    bool waiting;   /* the caller waits */
    bool end;       /* the reader is to end */
    bool failed;    /* it has, because of why */
    struct err why;
    struct corpus_reader reader; /* the thread's alone, once it runs */
    struct corpus_ticket tickets[TICKETS];
};

static struct corpus_ticket *ticket_at(struct corpus_ahead *a, uint64_t number)
{
    return &a->tickets[number % TICKETS];
}

/* ---- the reader's side ---- */

static bool may_read(const struct corpus_ahead *a)
{
    return a->ready != a->put && (a->held < HELD_MAX || a->ready == a->taken);
}

/* Enough for the caller to go on with for a while, or all that will come without it. */
static bool enough(const struct corpus_ahead *a)
{
    return a->failed || a->ready - a->taken >= SHARE || (a->ready != a->taken && !may_read(a));
}

/* Waits for a ticket to read; false when the thread is to end. */
static bool wait_for_work(struct corpus_ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->end && !may_read(a)) {
        a->resting = true;
        pthread_cond_wait(&a->for_reader, &a->lock);
    }
    a->resting = false;
    const bool more = !a->end;
    pthread_mutex_unlock(&a->lock);
    return more;
}

/* Hands the ticket back, or tells that there will be no more. */
static void hand_over(struct corpus_ahead *a, const struct corpus_ticket *t, const struct err *why)
{
    pthread_mutex_lock(&a->lock);
    if (why->kind == ERR_NONE) {
        a->ready++;
        a->held += t->found.body.cap;
    } else {
        a->failed = true;
        a->why = *why;
    }
    if (a->waiting && enough(a))
        pthread_cond_signal(&a->for_caller);
    pthread_mutex_unlock(&a->lock);
}

static void *read_all(void *ctx)
{
    struct corpus_ahead *a = ctx;
    struct err why = {0};
    while (why.kind == ERR_NONE && wait_for_work(a)) {
        struct corpus_ticket *t = ticket_at(a, a->ready); /* only this thread changes ready */
        (void)corpus_read(&a->reader, t->path, &t->found, &why); /* false is told by why */
        hand_over(a, t, &why);
    }
    return NULL;
}

/* ---- the caller's side ---- */

static void done(struct corpus_ahead *a)
{
    for (int i = 0; i < TICKETS; i++)
        corpus_found_done(&a->tickets[i].found);
    corpus_reader_done(&a->reader);
    (void)pthread_cond_destroy(&a->for_reader); /* nobody waits any more */
    (void)pthread_cond_destroy(&a->for_caller); /* nor here */
    (void)pthread_mutex_destroy(&a->lock);      /* nor holds it */
    free(a);
}

bool corpus_ahead_new(struct corpus_ahead **ret, struct err *err)
{
    struct corpus_ahead *a = calloc(1, sizeof *a);
    if (!a)
        return err_set(err, ERR_STOP, "corpus: out of memory");
    (void)pthread_mutex_init(&a->lock, NULL);      /* can't fail without attributes */
    (void)pthread_cond_init(&a->for_reader, NULL); /* likewise */
    (void)pthread_cond_init(&a->for_caller, NULL); /* likewise */
    for (int i = 0; i < TICKETS; i++)
        corpus_found_init(&a->tickets[i].found);
    if (!corpus_reader_init(&a->reader, err)) {
        done(a);
        return false;
    }
    const int number = pthread_create(&a->thread, NULL, read_all, a);
    if (number != 0) {
        done(a);
        return err_set(err, ERR_RETRY, "corpus: starting a thread failed: %s", strerror(number));
    }
    *ret = a;
    return true;
}

void corpus_ahead_free(struct corpus_ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->end = true;
    pthread_cond_signal(&a->for_reader);
    pthread_mutex_unlock(&a->lock);
    (void)pthread_join(a->thread, NULL); /* it ends after the file that it reads */
    done(a);
}

int corpus_ahead_pending(const struct corpus_ahead *a)
{
    return (int)(a->put - a->taken); /* only this side changes either */
}

void corpus_ahead_put(struct corpus_ahead *a, const char *path, const struct corpus_row *old)
{
    struct corpus_ticket *t = ticket_at(a, a->put);
    (void)str_copy(t->path, sizeof t->path, path);
    t->old = *old;
    pthread_mutex_lock(&a->lock);
    a->put++;
    if (a->resting && a->put - a->ready >= SHARE)
        pthread_cond_signal(&a->for_reader);
    pthread_mutex_unlock(&a->lock);
}

bool corpus_ahead_take(struct corpus_ahead *a, const struct corpus_ticket **ret, struct err *err)
{
    if (a->taken > 0)
        corpus_found_clear(&ticket_at(a, a->taken - 1)->found); /* the one that was borrowed */
    pthread_mutex_lock(&a->lock);
    if (a->resting && may_read(a))
        pthread_cond_signal(&a->for_reader);
    while (a->ready == a->taken && !enough(a)) {
        a->waiting = true;
        pthread_cond_wait(&a->for_caller, &a->lock);
    }
    a->waiting = false;
    const bool ok = a->ready != a->taken;
    struct corpus_ticket *t = ticket_at(a, a->taken);
    if (ok) {
        a->held -= t->found.body.cap;
        a->taken++;
    } else if (err) {
        *err = a->why;
    }
    pthread_mutex_unlock(&a->lock);
    *ret = t;
    return ok;
}
