/* quota.c - buckets as one number each: how much of the span is used up. It falls with time; each
 * taking adds span / most; full is no. */
#include "base/quota.h"

#include <stddef.h>

enum { LOOK = 8 }; /* places that a key may have */

/* The key's place, or the one of those it may have whose owner was away longest. */
static struct quota_key *place_of(struct quota *q, uint64_t key)
{
    struct quota_key *best = NULL;
    for (uint64_t i = 0; i < LOOK; i++) {
        struct quota_key *k = &q->key[(key + i) % QUOTA_KEYS];
        if (k->key == key)
            return k;
        if (best == NULL || (best->key != 0 && (k->key == 0 || k->at_us < best->at_us)))
            best = k;
    }
    *best = (struct quota_key){.key = key};
    return best;
}

bool quota_take(struct quota *q, uint64_t key, int64_t most, int64_t span_us, int64_t now_us,
                int64_t *ret_wait_us)
{
    *ret_wait_us = 0;
    if (most <= 0)
        return true;
    struct quota_key *k = place_of(q, key != 0 ? key : 1);
    int64_t one = span_us / most > 0 ? span_us / most : 1;
    int64_t passed = now_us - k->at_us;
    k->used = passed >= k->used ? 0 : k->used - passed;
    k->at_us = now_us;
    if (k->used + one > one * most) {
        *ret_wait_us = k->used + one - one * most;
        return false;
    }
    k->used += one;
    return true;
}
