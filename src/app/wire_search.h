/* wire_search.h - which adapter stands behind a search provider, by its [search NAME] section. */
#ifndef APP_WIRE_SEARCH_H
#define APP_WIRE_SEARCH_H

#include "cli.h"
#include "config.h"
#include "port/search.h"

/* REFUSED for a name that no section has (but `local`, which is built in) and for a kind that is
 * none; its token file must be the owner's alone. The caller frees *ret. */
bool wire_search_new(const struct app *app, const struct config *config, const char *provider,
                     struct search **ret, struct err *err);

/* Could it be made, and does it accept its url or list? Nothing is sent. */
bool wire_search_check(const struct app *app, const struct config *config, const char *provider,
                       struct err *err);

enum { WIRE_TOKEN_MAX = 1024 };
/* The first line of a file that is its owner's alone: a token. STOP with the cure for a file that
 * isn't there, others can read, is empty or is too long. */
bool wire_token_read(const char *path, char dst[WIRE_TOKEN_MAX], struct err *err);

#endif
