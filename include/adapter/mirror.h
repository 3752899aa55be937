/* mirror.h - the copy of the shared record that screens and lists read: a SQLite file of the same
 * tables as the embedded record, disposable, pulled again whenever that is simpler.
 *
 * Anybody on the machine may pull: a lock beside the file lets one do it at a time, and where the
 * last one stopped stands in the file. An instance belongs to one thread. */
#ifndef ADAPTER_MIRROR_H
#define ADAPTER_MIRROR_H

#include "adapter/pg_link.h"
#include "base/err.h"
#include "port/mirror.h"

#include <stdbool.h>
#include <stdint.h>

struct mirror;

/* Opens or makes the file; what is damaged or of an older schema is made anew. ERR_STOP: it can't
 * be (the disk is full, the path is something else's). */
bool mirror_open(const char *path, struct mirror **ret, struct err *err);
void mirror_close(struct mirror *m); /* accepts NULL */

/* Asks what changed and writes it, in one transaction; *ret_rows (may be NULL): how many rows came.
 * A file of another record is emptied first. A new copy is filled first, in pieces of bounded size,
 * each in a transaction: when half of the time has gone this gives back true, and as long as
 * mirror_pulled_at() is 0 the copy is not whole; the next call, of any process, goes on there.
 * Failures of the link as in pg_link.h; then the file is as it was, but for whole pieces.
 * deadline_us: boot time, for each question. */
bool mirror_pull(struct mirror *m, struct pg_link *link, int64_t deadline_us, int64_t *ret_rows,
                 struct err *err);
/* The same until the copy is whole; within_us: for each question. told (may be NULL) hears how many
 * rows came so far. */
bool mirror_pull_whole(struct mirror *m, struct pg_link *link, int64_t within_us,
                       void (*told)(void *ctx, int64_t rows), void *ctx, struct err *err);
/* Fetches the report of a run, unless the copy has it: a pull leaves reports on the server. A run
 * without a report is left as it is. ERR_RETRY: what the server has is not what the copy says it
 * is; pull, and ask again. Other failures as mirror_pull's. */
bool mirror_report(struct mirror *m, struct pg_link *link, struct uuid run, int64_t deadline_us,
                   struct err *err);
/* Pulling as a port; the link becomes its own, in success only. url (NULL: nowhere): where it
 * listens for what others change, over a connection of its own. */
bool mirror_port_new(const char *path, struct pg_link *link, const char *url,
                     struct mirror_port **ret, struct err *err);
/* The server's instant of the last pull that succeeded, also of an earlier process; 0: none, or the
 * copy is not whole. */
int64_t mirror_pulled_at(const struct mirror *m);

#endif
