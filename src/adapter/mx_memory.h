/* mx_memory.h - what the DNS said of domains, and for how long that counts.
 *
 * A table of a fixed size: a domain has a few places where it may stand, and takes the one whose
 * answer is over first. No clock and no lock of its own; times are passed in. */
#ifndef ADAPTER_MX_MEMORY_H
#define ADAPTER_MX_MEMORY_H

#include "adapter/mx.h"
#include "domain/address.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MX_SETS = 1024,
    MX_WAYS = 4, /* places of one domain */
    MX_KEEP_MIN_S = 60,
    MX_KEEP_MAX_S = 3600,
    MX_SLOW_MAX = 3, /* domains in a row that the resolver was too slow for */
    MX_PAUSE_S = 30,
};

struct mx_place {
    char domain[ADDRESS_DOMAIN_MAX + 1];
    enum mx_answer answer;
    int64_t until_us; /* 0: free */
};

struct mx_memory {
    struct mx_place place[MX_SETS][MX_WAYS];
    int32_t slow;           /* in a row */
    int64_t pause_until_us; /* nobody is asked before */
};

/* What was said of the domain and still counts; also true, with MX_NOT_KNOWN, while nobody is to be
 * asked. */
bool mx_recall(const struct mx_memory *m, const char *domain, int64_t now_us, enum mx_answer *ret);

/* Notes an answer that says it counts for ttl_s. slow: the resolver did not answer in time; once a
 * domain, however many asked at the same time. */
void mx_note(struct mx_memory *m, const char *domain, int64_t now_us, enum mx_answer answer,
             uint32_t ttl_s, bool slow);

#endif
