/* zones_tzdata.c - a cache of zones behind the port. */
#include "adapter/zones_tzdata.h"

#include "adapter/zone_file.h"

#include <stdlib.h>
#include <string.h>

struct zones_tzdata {
    struct zones base;
    struct zone_files *files;
};

static bool get(struct zones *base, const char *name, const struct zone **ret, struct err *err)
{
    return zone_files_get(((struct zones_tzdata *)base)->files, name, strlen(name), ret, err);
}

static void zones_free(struct zones *base)
{
    if (base == NULL)
        return;
    zone_files_free(((struct zones_tzdata *)base)->files);
    free(base);
}

static const struct zones_ops ops = {.get = get, .free = zones_free};

bool zones_tzdata_new(const char *directory, struct zones **ret, struct err *err)
{
    struct zones_tzdata *z = calloc(1, sizeof *z);
    if (z == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    z->base.ops = &ops;
    if (!zone_files_new(&z->files, directory, err)) {
        free(z);
        return false;
    }
    *ret = &z->base;
    return true;
}
