/* names.h - what was meant: sentences for a name that is not in the record. Read only. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "base/err.h"
#include "store/db.h"

#include <stdbool.h>

/* Fills in ERR_REFUSED: no such job (workspace NULL: in no workspace), workspace, template,
 * schedule or specification; with the nearest name there is. Always false. */
bool names_no_job(struct db *db, const char *workspace, const char *name, struct err *err);
bool names_no_workspace(struct db *db, const char *name, struct err *err);
bool names_no_schedule(struct db *db, const char *workspace, const char *name, struct err *err);
bool names_no_spec(struct db *db, const char *workspace, const char *name, struct err *err);
bool names_no_template(struct db *db, const char *workspace, const char *name, struct err *err);
/* Is there a workspace, or is or was there a job, of this name? If not: as above. NULL is fine. */
bool names_workspace_known(struct db *db, const char *name, struct err *err);
bool names_job_known(struct db *db, const char *workspace, const char *name, struct err *err);

#endif
