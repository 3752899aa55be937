/* weblink.h - addresses of pages as they come from strangers: which may become a link, and which
 * are the same page. Pure; any thread.
 * Sources: RFC 3986; WHATWG URL (blanks at the ends, line ends and tabs anywhere are dropped). */
#ifndef DOMAIN_WEBLINK_H
#define DOMAIN_WEBLINK_H

#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>

/* The address as a link that is safe in HTML and on a terminal: http or https, a host, no user
 * name or password, only characters of RFC 3986 (others percent-encoded). False, and dst "", for
 * anything else, also when it would pass URL_MAX. */
bool weblink_clean(const char *text, char dst[URL_MAX + 1]);

/* The same page under its many addresses, for comparing (not for following): without scheme,
 * "www.", default port, fragment, a / at the end, and the parameters by which mails and social
 * networks count clicks (utm_..., fbclid, ...); host in lower case. url: of weblink_clean. */
void weblink_canonical(const char *url, char dst[URL_MAX + 1]);

/* Whether both are of one site: the same host and port, whatever the scheme and with or without
 * "www.". a, b: of weblink_clean. */
bool weblink_same_site(const char *a, const char *b);

/* The host, without "www.", for showing; "" when there is none. url: of weblink_clean. */
void weblink_host(const char *url, char *dst, size_t size);

#endif
