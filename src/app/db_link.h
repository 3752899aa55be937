/* db_link.h - the way to the shared record for sub-commands that are about the record itself. */
#ifndef DB_LINK_H
#define DB_LINK_H

#include "adapter/pg_link.h"
#include "cli.h"

#include <stdbool.h>

enum { DB_LINK_WAIT_S = 10 };

/* *ret NULL: the config names no shared record. needed: that is ERR_REFUSED. Ended with
 * pg_link_free(). */
bool db_link_open(const struct app *app, bool needed, struct pg_link **ret, struct err *err);

#endif
