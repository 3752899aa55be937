/* fake_search.h - the search port over a fake_world. A term that fails does so at the same result
 * each time; besides, a test may order failures that pass. */
#ifndef FAKE_SEARCH_H
#define FAKE_SEARCH_H

#include "base/err.h"
#include "fake/fake_clock.h"
#include "fake/fake_world.h"
#include "port/search.h"

#include <stdbool.h>
#include <stdint.h>

struct fake_search {
    struct search port; /* first: hand out &search.port */
    const struct fake_world *world;
    int32_t wait_every;      /* each so-manieth next() answers SEARCH_WAIT; 0: none does */
    int32_t fail_next;       /* so many calls of next() fail before the world is asked again */
    enum err_kind fail_kind; /* with this; ERR_RETRY unless a test says otherwise */
    int64_t pause_us;        /* such a failure asks to be left alone for so long */
    const struct fake_clock *clock; /* by this; NULL: no pauses */
    /* What happened, for tests. */
    int32_t starts, ends, nexts, hits;
    int32_t early; /* asked before a pause was over */
    int64_t not_before_us;
    /* The query under way. */
    bool open;
    char term[TERM_MAX_BYTES + 1];
    char query[TERM_MAX_BYTES + 64];
    int32_t at; /* the next result */
};

/* free() of the port does nothing: the caller owns the struct. */
void fake_search_init(struct fake_search *s, const struct fake_world *world);

#endif
