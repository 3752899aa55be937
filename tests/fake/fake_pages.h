/* fake_pages.h - the pages port over a fake_world. */
#ifndef FAKE_PAGES_H
#define FAKE_PAGES_H

#include "fake/fake_world.h"
#include "port/pages.h"

#include <stdbool.h>
#include <stdint.h>

struct fake_pages {
    struct pages port; /* first: hand out &pages.port */
    const struct fake_world *world;
    int32_t wait_every; /* each so-manieth next() answers PAGE_WAIT; 0: none does */
    bool looks_ahead;   /* what ahead() answers */
    /* What happened, for tests. */
    int32_t starts, nexts, ends, aheads;
    /* The page under way. */
    bool open;
    char url[URL_MAX + 1];
    struct lead_found leads[FAKE_PAGE_LEADS];
};

/* free() of the port does nothing: the caller owns the struct. */
void fake_pages_init(struct fake_pages *p, const struct fake_world *world);

#endif
