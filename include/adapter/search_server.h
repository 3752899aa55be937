/* search_server.h - the other side of search_worker.h: answers queries over HTTP
 * (docs/search-worker.md), each from a search port of its own.
 *
 * It keeps nothing between two requests: a cursor says all that is needed to go on. Each connection
 * has a thread of libmicrohttpd's; how many there are at once is bounded. One that talks to other
 * machines needs a token, and TLS in front of it. */
#ifndef ADAPTER_SEARCH_SERVER_H
#define ADAPTER_SEARCH_SERVER_H

#include "base/err.h"
#include "port/search.h"

#include <stdint.h>

struct search_server;

struct search_server_options {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080"; port 0: a free one */
    const char *token;  /* "": none, which only a loopback address allows */
    const char *name;   /* what it calls itself: "autopilot/1.2" */
    /* Pages of the corpus below this directory are given as addresses below this one; others are
     * left out. Both "": as they are in the corpus. */
    const char *site_dir, *site_url;
    int64_t ping_us; /* 0: 15 s */
    /* Makes the port for one query, which frees it. Called from any thread. */
    bool (*open)(void *ctx, struct search **ret, struct err *err);
    /* A sentence for the operator (no search is possible); from any thread. */
    void (*trouble)(void *ctx, const char *text);
    void *ctx;
};

/* Copies what options point to. REFUSED for an address that is none, or that others can reach while
 * there is no token; STOP when it can't be listened on (err says why). */
bool search_server_start(const struct search_server_options *options, struct search_server **ret,
                         struct err *err);
int32_t search_server_port(const struct search_server *s);
/* Ends what is under way with "cancelled", waits for it, and frees. NULL is fine. */
void search_server_stop(struct search_server *s);

#endif
