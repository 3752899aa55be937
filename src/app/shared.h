/* shared.h - where the record is, by the config: in the data directory, or on a server that several
 * machines share, with a copy here that lists and screens read. */
#ifndef APP_SHARED_H
#define APP_SHARED_H

#include "adapter/pg_link.h"
#include "cli.h"
#include "domain/settings.h"
#include "port/agenda.h"
#include "port/authority.h"
#include "port/clock.h"
#include "port/mirror.h"

#include <stdbool.h>

/* [record] url is set. */
bool shared_is(const struct settings *s);
/* The file in the data directory that is read: the record itself, or its copy. A constant. */
const char *shared_file(const struct settings *s);
/* A link to the server; connects at its first call. wake (may be NULL) ends its waiting. */
bool shared_link(const struct settings *s, struct wake *wake, struct pg_link **ret,
                 struct err *err);
/* The authority of this config, whichever it is. The clock is borrowed. */
bool shared_authority(const struct app *app, const struct settings *s, struct clock_port *clock,
                      struct authority **ret, struct err *err);
/* The agenda likewise. */
bool shared_agenda(const struct app *app, const struct settings *s, struct clock_port *clock,
                   struct agenda **ret, struct err *err);
/* The copy as a port, for the engine. Only when shared_is(). */
bool shared_mirror(const struct app *app, const struct settings *s, struct mirror_port **ret,
                   struct err *err);
/* Brings the copy up to date for one command. A server that can't be reached is a warning on stderr
 * with the age of what follows; it is a failure when there is no copy at all yet. app->record_* say
 * how it went. */
bool shared_pull(struct app *app, const struct settings *s, struct err *err);
/* Sees to it that the report of a run can be read: a copy fetches it when it has not got it. */
bool shared_report(const struct app *app, struct uuid run, struct err *err);
/* The settings that say where the record is. A config file that is refused counts as the embedded
 * record, unless this directory has a copy of a shared one: then nobody can know, ERR_REFUSED. */
bool shared_settings(const struct app *app, struct settings *ret, struct err *err);

#endif
