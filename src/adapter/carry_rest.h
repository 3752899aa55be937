/* carry_rest.h - what a copy leaves on the server, for a file that is to be a whole record. */
#ifndef CARRY_REST_H
#define CARRY_REST_H

#include "adapter/mirror.h"

/* Fetches the reports of all runs, and what was reported already, into the copy m, whose file is
 * `path`. deadline_us: boot time. Fails as mirror_report does. */
bool carry_rest(struct mirror *m, struct pg_link *link, const char *path, int64_t deadline_us,
                struct err *err);

#endif
