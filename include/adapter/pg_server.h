/* pg_server.h - the server of a shared record as an operator wants to know it: version, wire, way,
 * rights, latency. Changes nothing there. Used by one thread at a time. */
#ifndef ADAPTER_PG_SERVER_H
#define ADAPTER_PG_SERVER_H

#include "adapter/pg_link.h"
#include "adapter/pg_migrate.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

enum { PG_SERVER_TRIPS = 5, PG_SERVER_TEXT = 64 };

struct pg_server {
    int32_t version; /* server_version_num: 150020 */
    char version_text[PG_SERVER_TEXT];
    char login[PG_SERVER_TEXT];
    struct pg_link_wire wire;
    bool pooled; /* something between answers with other server processes than it says */
    bool in_recovery;
    bool has_schema;   /* a schema `ap`, whosever */
    bool has_roles;    /* those that logins are made members of */
    bool has_commands; /* with the commands of a record in it */
    /* What this login may do. */
    bool may_make_roles, may_migrate, may_enter, may_work, may_operate, may_read;
};

/* May be asked of any database, by any login. Failures as pg_link_call's. */
bool pg_server_look(struct pg_link *link, struct pg_server *ret, struct err *err);
/* PG_SERVER_TRIPS round trips, the shortest first, in microseconds. */
bool pg_server_trips(struct pg_link *link, int64_t ret[PG_SERVER_TRIPS], struct err *err);
/* The record's own name; the schema must fit. */
bool pg_server_record(struct pg_link *link, struct uuid *ret, struct err *err);

#endif
