/* status_json.h - `autopilot status --json`, also for the control API. */
#ifndef APP_STATUS_JSON_H
#define APP_STATUS_JSON_H

#include "cli.h"
#include "store/db.h"

#include <jansson.h>

/* A new reference; NULL with the sentence. app->record_* say whether a shared record answered. */
json_t *status_make(struct app *app, struct db *db, struct err *err);

#endif
