/* zones.h - port: time zones by name. An instance belongs to one thread; the zones it hands out are
 * borrowed until it is freed. Adapters: zones_tzdata. */
#ifndef PORT_ZONES_H
#define PORT_ZONES_H

#include "base/err.h"
#include "domain/zone.h"

#include <stdbool.h>

enum { ZONES_VERSION_MAX = 60 };

struct zones;

struct zones_ops {
    /* ERR_REFUSED: there is no such zone, or its file is damaged. */
    bool (*get)(struct zones *z, const char *name, const struct zone **ret, struct err *err);
    /* Which zones these are: "2026a". The same text, the same rules. */
    void (*version)(struct zones *z, char ret[ZONES_VERSION_MAX + 1]);
    void (*free)(struct zones *z); /* accepts NULL */
};

struct zones {
    const struct zones_ops *ops;
};

#endif
