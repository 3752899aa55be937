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
    PG_FIT_CHANGED,   /* a migration that was carried out has another text here */
    PG_FIT_OTHER      /* the schema `ap` is something else's */
};

struct pg_standing {
    enum pg_fit fit;
    int32_t version; /* of the schema; 0: none */
    int32_t newest;  /* that this program has */
};

/* The oldest server that has all the record needs, as server_version_num. */
enum { PG_SERVER_OLDEST = 140000 };
/* ERR_REFUSED, with what to do, for a server that is too old. */
bool pg_server_fits(int32_t version_num, struct err *err);
/* A query of sql/postgres/queries; NULL: there is none of that name. */
const char *pg_query(const char *name);

/* What stands there; changes nothing. Failures as pg_link_call's. */
bool pg_schema_standing(struct pg_link *link, struct pg_standing *ret, struct err *err);
/* ERR_STOP with what to do, unless the schema fits: asked before anything else is. */
bool pg_schema_check(struct pg_link *link, struct err *err);
/* The name of the n-th step, from 0 on, that leads from there to this program's schema; NULL: there
 * is none any more. */
const char *pg_migrate_step(const struct pg_standing *from, int32_t n);
/* Only the functions, and with them roles and rights, whether they are there or not. */
bool pg_migrate_functions(struct pg_link *link, const char *app_version, struct err *err);
/* Carries out what is missing; *ret_steps: how many migrations that was, and one for the functions.
 * app_version: noted beside each. ERR_STOP: it can't be, and why (a newer or changed schema, or
 * rights that are missing); what was carried out before that stays. */
bool pg_migrate(struct pg_link *link, const char *app_version, int32_t *ret_steps, struct err *err);

#endif
