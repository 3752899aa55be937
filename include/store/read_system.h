/* read_system.h - what the System screen and `status` show of who works on the record: engines,
 * what each holds and until when, and over which way a copy was pulled. Read only, from the file on
 * this machine: never a question to a server. Instants in microseconds UTC. */
#ifndef STORE_READ_SYSTEM_H
#define STORE_READ_SYSTEM_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct engine_seen {
    struct uuid id;
    const char *host, *version;
    int64_t pid, starts; /* of its journal, so far */
    int64_t first_seen_us, last_seen_us;
    int64_t reports, reports_until_us; /* being made; 0 none */
    int32_t leases;                    /* jobs in its hands */
    int64_t until_us;                  /* the first of those leases to run out; 0 none */
};
struct lease_seen {
    struct uuid engine;
    const char *workspace, *job;
    int64_t until_us, epoch;
    bool manual; /* taken by name, for one run by hand */
};

struct system_seen {
    struct engine_seen *engine; /* the last seen first */
    int32_t engine_count;
    struct lease_seen *lease;
    int32_t lease_count;
    bool copy;                           /* of a shared record; else the rest is empty */
    const char *place, *login, *version; /* "" unknown */
    bool pooled;                         /* a pooler stands between */
    int64_t pulled_us;                   /* as of the server's clock; 0 never */
};

/* Engines seen in the last seven days, or that hold something: at most 200. All in the arena; one
 * read transaction. ERR_STOP without memory. The thread of the db. */
bool read_system(struct db *db, int64_t now_us, struct arena *arena, struct system_seen *ret,
                 struct err *err);

#endif
