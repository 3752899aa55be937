/* dns.h - one round of questions to a resolver, with a deadline; libcares asks, libc reads.
 *
 * Sources: RFC 1035; RFC 2308 section 5 (how long a no counts); RFC 2181 section 8 (TTLs). */
#ifndef ADAPTER_DNS_H
#define ADAPTER_DNS_H

#include "base/err.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum dns_type { DNS_A = 1, DNS_MX = 15, DNS_AAAA = 28 };

enum dns_said {
    DNS_OPEN,    /* no answer, or none that can be used */
    DNS_SOME,    /* there are such records */
    DNS_NULL,    /* MX only: one record, and it names the root (RFC 7505) */
    DNS_NONE,    /* the name exists and has none of this type */
    DNS_NO_NAME, /* the name, or what it is an alias of, does not exist */
};

struct dns_reply {
    enum dns_said said;
    uint32_t ttl_s; /* for how long that counts; 0 when nothing says it */
    bool slow;      /* there was no answer in time */
};

struct dns;

/* servers as mx_new() has them. False with err: REFUSED for servers that can't be read, STOP
 * without memory. Closed by dns_close(), which also ends what is under way. For one thread. */
bool dns_open(const char *servers, struct dns **ret, struct err *err);
void dns_close(struct dns *d);

/* Begins a question; *ret is filled in by dns_wait(), and must stay where it is until then. At most
 * DNS_ROUND of them at a time. */
enum { DNS_ROUND = 2 };
void dns_ask(struct dns *d, const char *name, enum dns_type type, struct dns_reply *ret);

/* Waits until all that was begun is answered, boot time deadline_us, or *stop (NULL: never).
 * What is open then stays DNS_OPEN and counts as slow. */
void dns_wait(struct dns *d, int64_t deadline_us, const atomic_bool *stop);

/* What the bytes of an answer say that libcares found to have this status. Pure; any thread. */
struct dns_reply dns_read(enum dns_type type, int status, const unsigned char *bytes, int size);

#endif
