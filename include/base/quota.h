/* quota.h - how often somebody may do something: a bucket of tokens for each key, in a table of
 * fixed size. A key that was away for long gives its place to a new one. One thread. */
#ifndef BASE_QUOTA_H
#define BASE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

enum { QUOTA_KEYS = 512 };

struct quota {
    struct quota_key {
        uint64_t key; /* 0: free */
        int64_t used; /* of span_us: what was taken and has not come back yet */
        int64_t at_us;
    } key[QUOTA_KEYS];
};

/* Takes one of `most` in each span_us (evenly given back, all at once at most). False: none is
 * left; *ret_wait_us is then how long until one is. most 0: there is no limit. now_us: of a clock
 * that never goes back. key: a hash (str_hash), 0 counts as 1. */
bool quota_take(struct quota *q, uint64_t key, int64_t most, int64_t span_us, int64_t now_us,
                int64_t *ret_wait_us);

#endif
