/* pg_reach.h - from the address of a record to an open connection: hosts one after the other, each
 * with a share of the time. */
#ifndef PG_REACH_H
#define PG_REACH_H

#include "base/err.h"
#include "base/file.h"
#include "base/wake.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

enum { PG_PLACES_MAX = 8, PG_NAME_MAX = 256, PG_SECRET_MAX = 1024 };

/* One of the hosts. */
struct pg_place {
    char host[PG_NAME_MAX];    /* "/..." or "@...": a local socket; "": there is an address */
    char address[PG_NAME_MAX]; /* hostaddr: resolved already; "": not */
    char port[8];
};

struct pg_target {
    PQconninfoOption *options; /* as the URL says, and NULL where it does not */
    struct pg_place place[PG_PLACES_MAX];
    int32_t places, best;              /* best: the one to begin with */
    char password_file[FILE_PATH_MAX]; /* "": none */
    char secret[PG_SECRET_MAX];        /* the password, once known, so that no text shows it */
    int64_t host_us;
};

/* ERR_REFUSED for an address that can't be read. */
bool pg_target_init(struct pg_target *t, const char *url, const char *password_file,
                    int64_t host_us, struct err *err);
void pg_target_done(struct pg_target *t);
/* What the address says of an option; "" when nothing. Borrowed. */
const char *pg_target_option(const struct pg_target *t, const char *keyword);

/* Connects to a server that lets us in and is no standby, non-blocking, silent about notices.
 * ERR_UNREACHABLE, with a sentence for each host; ERR_CANCELLED; ERR_STOP without memory. */
PGconn *pg_reach(struct pg_target *t, int64_t deadline_us, const struct wake *wake,
                 struct err *err);

#endif
