/* service_door.h - what a service that listens needs to know of addresses and callers. Pure; any
 * thread. Sources: RFC 6750 (bearer tokens), RFC 9110 section 7.2 (Host). */
#ifndef ADAPTER_SERVICE_DOOR_H
#define ADAPTER_SERVICE_DOOR_H

#include "base/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct service_address {
    int family; /* AF_INET, AF_INET6 */
    bool loopback;
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } any;
};

/* "127.0.0.1:8080", "[::1]:8080", "localhost:0"; other names are not looked up. REFUSED with the
 * form. */
bool service_address_read(const char *text, struct service_address *ret, struct err *err);

/* Is the header "Bearer TOKEN" with the token whose SHA-256 this is? Takes as long whatever the
 * token is. authorization: NULL when there is none. */
bool service_token_fits(const uint8_t sha256[32], const char *authorization);

/* Is the Host header's name localhost or a loopback address, whatever the port? */
bool service_host_is_local(const char *host);

#endif
