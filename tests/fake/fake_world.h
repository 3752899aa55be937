/* fake_world.h - an outside world made of a seed: what a query finds, what a page says, who refuses
 * letters. Everything is a function of the seed and of texts, so the same question gets the same
 * answer on every day and after every crash, and a test may ask the world itself what is true.
 *
 * There are `people` different addresses on `sites` sites; pages name some of them, so that few
 * people give many duplicates. Percentages are drawn per term, page or address. Pure. */
#ifndef FAKE_WORLD_H
#define FAKE_WORLD_H

#include "domain/lead.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_PAGE_LEADS = 40 };

/* A term whose nature a test decides itself. */
struct fake_term {
    const char *text;
    int32_t results;  /* of each of its queries; -1: drawn */
    int32_t fails_at; /* the provider fails at this result, for ever; -1: never */
};

struct fake_world {
    uint64_t seed;
    int32_t people;
    int32_t domains; /* of the addresses; half of the people write from a host below it */
    int32_t sites;   /* each has ten pages */
    int32_t results_min, results_max; /* of a query */
    int32_t page_leads;               /* addresses of a page: 0 to this, <= FAKE_PAGE_LEADS */
    int32_t dry;                      /* percent of queries that have 0 to 2 results */
    int32_t failing;                  /* percent of terms whose provider fails at some result */
    int32_t broken;                   /* percent of pages that can't be read */
    int32_t skipped;                  /* percent of people that are noreply or disposable */
    int32_t rejected;                 /* percent of people whose server refuses letters for good */
    int32_t deferred;                 /* percent of people whose server refuses them for now */
    int32_t held;                     /* percent of people to whom no letter can be written */
    const struct fake_term *terms;
    int32_t term_count;
};

/* A world with plenty of everything and nothing that fails. */
struct fake_world fake_world(uint64_t seed);

int32_t fake_world_results(const struct fake_world *w, const char *term, const char *query);
/* The result at which a term's provider fails each time; -1 never. */
int32_t fake_world_fails_at(const struct fake_world *w, const char *term);
/* Result i of a query. */
void fake_world_url(const struct fake_world *w, const char *query, int32_t i, char *dst,
                    size_t size);
/* The addresses of a page, each once; -1 when it can't be read. leads has room for
 * FAKE_PAGE_LEADS. */
int32_t fake_world_page(const struct fake_world *w, const char *url, struct lead_found *leads);
/* Person n as a lead. */
void fake_world_person(const struct fake_world *w, int32_t n, struct lead_found *ret);
/* What becomes of a letter to this address in this mode: SENT, SIMULATED, REJECTED, DEFERRED, or
 * HELD when it can't be written. A dry run refuses nothing. */
enum send_state fake_world_verdict(const struct fake_world *w, const char *address,
                                   enum mail_mode mode);

#endif
