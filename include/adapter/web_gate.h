/* web_gate.h - when which page of the web may be asked for: one request to a host at a time, with
 * a pause after it, and only what its robots.txt lets this program read.
 *
 * One gate serves all lanes of a process, so that a host meets one visitor however many lanes
 * there are: any thread may call, each call takes a moment. What robots.txt says is kept for a day
 * (RFC 9309 section 2.4), in bounded memory; what was let go is fetched again. */
#ifndef ADAPTER_WEB_GATE_H
#define ADAPTER_WEB_GATE_H

#include "base/err.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEB_HOST_MAX = 260, WEB_ORIGIN_MAX = WEB_HOST_MAX + 20 };

/* An address in the parts that matter here. */
struct web_place {
    char host[WEB_HOST_MAX];     /* lower case, without port and final dot: whom it bothers */
    char origin[WEB_ORIGIN_MAX]; /* "https://host:8443": whose robots.txt counts */
    char path[URL_MAX + 1];      /* from / on, with the query */
};

/* url: of weblink_clean(). False when its host is longer than a name can be. */
bool web_place_of(const char *url, struct web_place *ret);

enum web_leave {
    WEB_GO,     /* ask for it now, then call web_gate_done() */
    WEB_ROBOTS, /* fetch origin/robots.txt first, then call web_gate_robots() and _done() */
    WEB_WAIT,   /* ask again at *ret_again_us */
    WEB_DENIED, /* err says why: REFUSED by its rules, RETRY when they can't be read */
};

enum web_rules {
    WEB_RULES_TEXT, /* the file is text */
    WEB_RULES_NONE, /* there is no such file (4xx): all may be read (section 2.3.1.3) */
    WEB_RULES_AWAY, /* it can't be had (5xx, no answer): nothing may be read, for now (2.3.1.4) */
};

struct web_gate;

bool web_gate_new(struct web_gate **ret, struct err *err);
void web_gate_free(struct web_gate *g); /* accepts NULL */

/* Times are boot times. interval_us: [fetch] per_host_interval, which a Crawl-delay prolongs. */
enum web_leave web_gate_ask(struct web_gate *g, const struct web_place *at, int64_t now_us,
                            int64_t interval_us, int64_t *ret_again_us, struct err *err);
/* text: of the file; for WEB_RULES_AWAY the sentence that says why. */
void web_gate_robots(struct web_gate *g, const struct web_place *at, enum web_rules rules,
                     const char *text, size_t len, int64_t now_us);
/* The request that WEB_GO or WEB_ROBOTS stood for is over (or was dropped). */
void web_gate_done(struct web_gate *g, const struct web_place *at, int64_t now_us);

#endif
