/* search_searxng.h - the search port that asks a SearXNG instance (its JSON interface).
 *
 * GET {url}/search?q=...&format=json&pageno=N, page after page, until one is empty or says the same
 * as the one before. A page without results whose `unresponsive_engines` are not empty means that
 * its engines are blocked, not that there is nothing: the query fails for now (RETRY). The cursor
 * is page and place on it, "2.5": what an instance answers may differ from day to day, so a resumed
 * query may skip or repeat a result.
 * Source: docs.searxng.org/dev/search_api.html. */
#ifndef ADAPTER_SEARCH_SEARXNG_H
#define ADAPTER_SEARCH_SEARXNG_H

#include "adapter/search_worker.h"
#include "base/err.h"
#include "port/search.h"

/* Copies what the service points to; its token is sent as a bearer's when there is one. */
bool search_searxng_new(const struct search_service *service, struct search **ret, struct err *err);

#endif
