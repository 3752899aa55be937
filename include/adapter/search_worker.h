/* search_worker.h - the search port that asks a search worker over HTTP.
 *
 * POST {url}/v1/search with a term's query; the answer is a stream of JSON lines, or pages of them
 * (docs/search-worker.md). Each result carries a cursor, so a broken stream goes on behind the last
 * one that was taken: the request's id is made of job, term and variation and stays the same. */
#ifndef ADAPTER_SEARCH_WORKER_H
#define ADAPTER_SEARCH_WORKER_H

#include "base/err.h"
#include "port/search.h"

struct search_service {
    const char *name;  /* of the [search NAME] section, for sentences */
    const char *url;   /* https://..., or http:// to a loopback address */
    const char *token; /* "": none */
    const char *agent; /* what User-Agent says */
};

/* Copies what the service points to. Nothing is asked before the first query. */
bool search_worker_new(const struct search_service *service, struct search **ret, struct err *err);

#endif
