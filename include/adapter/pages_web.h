/* pages_web.h - the addresses of pages of the web (http, https), by libcurl.
 *
 * A page is fetched only when somebody is named whom its owner can ask ([fetch] contact), its
 * robots.txt allows it, and its host was left alone for a while (web_gate.h); each redirect is such
 * a page of its own, at most 5. Only public addresses are connected to unless allow_private;
 * ceilings on time, bytes and slowness are in web_fetch.h. Only HTML and plain text are read.
 *
 * Pages that are announced with ahead() are fetched meanwhile, 16 hosts at the same time, and kept
 * for some minutes in bounded memory; start() of one that is there costs nothing. They go on only
 * while next() is called: after a longer rest what was under way is begun anew. */
#ifndef ADAPTER_PAGES_WEB_H
#define ADAPTER_PAGES_WEB_H

#include "adapter/web_gate.h"
#include "base/err.h"
#include "port/pages.h"

#include <stdbool.h>
#include <stdint.h>

struct pages_web_options {
    const char *agent;        /* the true name of this program and a contact; copied */
    bool contact;             /* whether it names a contact: else every page is ERR_STOP */
    bool allow_private;       /* connect to private and loopback addresses too */
    int64_t host_interval_us; /* the pause between two requests to a host */
    bool contact_hop;         /* a page without an address: once on to its site's contact page */
    const char *data_dir;     /* where fetch.db is; NULL: nothing is kept */
    /* For tests: where all connections go ("HOST:PORT:HOST:PORT" of libcurl; NULL: where they
     * belong), and a port of this machine that counts as public (0: none). */
    const char *connect_to;
    int32_t open_port;
};

/* gate: shared by the instances of a process, outlives them. */
bool pages_web_new(const struct pages_web_options *options, struct web_gate *gate,
                   struct pages **ret, struct err *err);

#endif
