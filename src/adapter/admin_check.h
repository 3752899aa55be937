/* admin_check.h - what every authority looks at before it asks its database: names, templates,
 * subjects of the suppression list. ERR_REFUSED with the sentence. Pure; any thread. */
#ifndef ADMIN_CHECK_H
#define ADMIN_CHECK_H

#include "base/err.h"
#include "domain/job.h"

bool admin_check_workspace(const char *name, struct err *err);
bool admin_check_template(const struct template_def *def, struct err *err);
/* An address, or "@domain". */
bool admin_check_subject(const char *subject, struct err *err);

#endif
