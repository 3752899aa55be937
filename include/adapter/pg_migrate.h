/* pg_migrate.h - the schema of the shared record: brings it up to date, and says how it stands.
 *
 * Migrations are numbered, forward only, each one transaction under a lock that all share, and
 * written down with the hash of their text; the functions are put again whenever their text is
 * another one. Used by one thread at a time. */
#ifndef ADAPTER_PG_MIGRATE_H
#define ADAPTER_PG_MIGRATE_H

#include "adapter/pg_link.h"

#include <stdbool.h>
#include <stdint.h>

/* How a schema stands beside this program. */
enum pg_fit {
    PG_FIT_GOOD,
    PG_FIT_NONE,      /* the database has no schema `ap` */
    PG_FIT_OLD,       /* older: migrate */
    PG_FIT_NEW,       /* newer: another program is needed */
    PG_FIT_FUNCTIONS, /* the version fits, the functions are another program's: migrate */
    PG_FIT_CHANGED    /* a migration that was carried out has another text here */
};

struct pg_standing {
    enum pg_fit fit;
    int32_t version; /* of the schema; 0: none */
    int32_t newest;  /* that this program has */
};

/* What stands there; changes nothing. Failures as pg_link_call's. */
bool pg_schema_standing(struct pg_link *link, struct pg_standing *ret, struct err *err);
/* ERR_STOP with what to do, unless the schema fits: asked before anything else is. */
bool pg_schema_check(struct pg_link *link, struct err *err);
/* Carries out what is missing; *ret_steps: how many migrations that was, and one for the functions.
 * app_version: noted beside each. ERR_STOP: it can't be, and why (a newer or changed schema, or
 * rights that are missing); what was carried out before that stays. */
bool pg_migrate(struct pg_link *link, const char *app_version, int32_t *ret_steps, struct err *err);

#endif
