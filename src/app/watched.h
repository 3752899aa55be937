/* watched.h - ports that note how their service answered (store/health.h) and else do what the one
 * inside does. An answer is noted at most every 5 s while all is well, a failure at once. */
#ifndef APP_WATCHED_H
#define APP_WATCHED_H

#include "cli.h"
#include "config.h"
#include "port/mail.h"
#include "port/search.h"

/* Which services the config has: those are kept from now on. What can't be written is no failure:
 * it is only not seen. */
void watched_keep(const struct app *app, const struct config *config);

/* How one answered: why NULL = well. */
void watched_note(const struct app *app, const char *name, const char *why);

/* Takes over *port, and puts itself in its place; without memory *port stays as it is. */
void watched_search(const struct app *app, const char *provider, struct search **port);
void watched_mail(const struct app *app, struct mail **port);

#endif
