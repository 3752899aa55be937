/* public_address.h - which network addresses belong to the public internet. Pure; any thread.
 * Sources: IANA special-purpose address registries (RFC 6890 and its updates). */
#ifndef ADAPTER_PUBLIC_ADDRESS_H
#define ADAPTER_PUBLIC_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* False for loopback, private, link-local, shared, documentation and multicast addresses, for those
 * that carry such a one inside (IPv4-mapped, NAT64, 6to4), and for other families. */
bool public_address(const struct sockaddr *address);

#endif
