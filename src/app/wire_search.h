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

#endif
