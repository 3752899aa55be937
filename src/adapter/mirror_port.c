/* mirror_port.c - the copy behind its port: a file and the link that it is pulled over. */
#include "adapter/mirror.h"

#include "base/clock.h"

#include <stdlib.h>

#define PULL_WITHIN_US (3 * US_PER_S) /* so that an outage is said on the screens within 5 s */

struct held {
    struct mirror_port base;
    struct mirror *mirror;
    struct pg_link *link;
};

static bool held_pull(struct mirror_port *base, int64_t *ret_rows, struct err *err)
{
    struct held *h = (struct held *)base;
    return mirror_pull(h->mirror, h->link, clock_boot_us() + PULL_WITHIN_US, ret_rows, err);
}

static void held_free(struct mirror_port *base)
{
    struct held *h = (struct held *)base;
    if (h == NULL)
        return;
    mirror_close(h->mirror);
    pg_link_free(h->link);
    free(h);
}

static const struct mirror_ops ops = {.pull = held_pull, .free = held_free};

bool mirror_port_new(const char *path, struct pg_link *link, struct mirror_port **ret,
                     struct err *err)
{
    struct held *h = calloc(1, sizeof *h);
    if (h == NULL)
        return err_set(err, ERR_STOP, "mirror: there is no memory for it");
    if (!mirror_open(path, &h->mirror, err)) {
        free(h);
        return false;
    }
    h->base.ops = &ops;
    h->link = link;
    *ret = &h->base;
    return true;
}
