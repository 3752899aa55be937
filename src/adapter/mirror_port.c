/* mirror_port.c - the copy behind its port: a file, the link that it is pulled over, and an ear for
 * what others change. */
#include "adapter/mirror.h"
#include "adapter/pg_listen.h"

#include "base/clock.h"

#include <stdlib.h>

#define PULL_WITHIN_US (3 * US_PER_S) /* so that an outage is said on the screens within 5 s */
/* However much others have to say, pulling takes a fifth of the time at most. */
#define APART_US (50 * US_PER_MS)

enum { APART_PULLS = 4 };

struct held {
    struct mirror_port base;
    struct mirror *mirror;
    struct pg_link *link;
    struct pg_listener *listener; /* NULL: it listens to nobody */
    int64_t ready_us;             /* before that, what is heard waits */
};

static bool held_pull(struct mirror_port *base, int64_t *ret_rows, struct err *err)
{
    struct held *h = (struct held *)base;
    int64_t began_us = clock_boot_us();
    bool ok = mirror_pull(h->mirror, h->link, began_us + PULL_WITHIN_US, ret_rows, err);
    int64_t now_us = clock_boot_us(), took_us = now_us - began_us;
    h->ready_us =
        now_us + (took_us * APART_PULLS > APART_US ? took_us * APART_PULLS : APART_US - took_us);
    if (ok && h->listener != NULL && mirror_pulled_at(h->mirror) != 0)
        pg_listener_tend(h->listener, h->link);
    return ok;
}

static void held_wait(struct mirror_port *base, struct wake *wake, int64_t deadline_us)
{
    struct held *h = (struct held *)base;
    if (h->listener == NULL)
        (void)wake_wait(wake, deadline_us); /* why it ended is seen by the clock */
    else if (pg_listener_wait(h->listener, wake, deadline_us) && h->ready_us < deadline_us)
        (void)wake_wait(wake, h->ready_us); /* likewise */
}

static bool held_hears(struct mirror_port *base)
{
    const struct held *h = (struct held *)base;
    return h->listener != NULL && pg_listener_hears(h->listener);
}

static void held_free(struct mirror_port *base)
{
    struct held *h = (struct held *)base;
    if (h == NULL)
        return;
    mirror_close(h->mirror);
    pg_link_free(h->link);
    pg_listener_free(h->listener);
    free(h);
}

static const struct mirror_ops ops = {
    .pull = held_pull, .wait = held_wait, .hears = held_hears, .free = held_free};

bool mirror_port_new(const char *path, struct pg_link *link, const char *url,
                     struct mirror_port **ret, struct err *err)
{
    struct held *h = calloc(1, sizeof *h);
    if (h == NULL)
        return err_set(err, ERR_STOP, "mirror: there is no memory for it");
    if (!mirror_open(path, &h->mirror, err) ||
        (url != NULL && !pg_listener_new(url, &h->listener, err))) {
        mirror_close(h->mirror);
        free(h);
        return false;
    }
    h->base.ops = &ops;
    h->link = link;
    *ret = &h->base;
    return true;
}
