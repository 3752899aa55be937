/* record.h - the record as sub-commands open it: the authority to change, the file to read. */
#ifndef APP_RECORD_H
#define APP_RECORD_H

#include "cli.h"
#include "config.h"
#include "port/authority.h"
#include "store/db.h"

#include <stdbool.h>

/* The authority of the data directory; made with the directory when absent. Refused with
 * --read-only. Stops that this machine could not tell a shared record are told first. Ended with
 * record_close(). */
struct record {
    struct authority *authority;
    struct clock_port *clock;
    struct config config; /* the settings in force for this command */
};
bool record_open(struct app *app, struct record *ret, struct err *err);
/* The same for what only holds letters back (stop, pause, suppress): it must work while the config
 * file is refused, so that is a warning on stderr, and the settings are the defaults then. */
bool record_open_to_stop(struct app *app, struct record *ret, struct err *err);
void record_close(struct record *r);

/* The file for reading, with the process log attached as schema `log` when it is there. A record
 * that is absent: ERR_REFUSED naming `autopilot init`. So are a --workspace and a --job that it
 * does not know of. Closed with db_close(). */
bool record_read(struct app *app, struct db **ret, struct err *err);

/* --workspace, else the only workspace, else `default`. The text lives as long as app. */
bool record_workspace(struct app *app, struct db *db, const char **ret, struct err *err);

#endif
