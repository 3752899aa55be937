/* fake_world.c - the made-up outside. The idea: each fact is a draw from the seed, the hash of the
 * text it is about, and the number of the question. */
#include "fake/fake_world.h"

#include "base/rng.h"
#include "base/str.h"

#include <string.h>

/* The numbers of the questions: draws about one text must not depend on one another. */
enum {
    ASK_RESULTS = 1,
    ASK_DRY,
    ASK_FAILS,
    ASK_BROKEN,
    ASK_COUNT,
    ASK_PERSON,
    ASK_VERDICT,
    ASK_URL
};

struct fake_world fake_world(uint64_t seed)
{
    return (struct fake_world){
        .seed = seed,
        .people = 5000,
        .domains = 700,
        .sites = 3000,
        .results_min = 10,
        .results_max = 60,
        .page_leads = 4,
    };
}

static uint64_t ask(const struct fake_world *w, const char *text, int question, int32_t i)
{
    uint64_t about = str_hash(text, strlen(text), w->seed);
    return rng_draw(w->seed, about, (uint64_t)question << 32 | (uint32_t)i);
}

static int32_t below(uint64_t draw, int32_t n)
{
    return n > 0 ? (int32_t)rng_below(draw, (uint64_t)n) : 0;
}

static bool happens(uint64_t draw, int32_t percent)
{
    return below(draw, 100) < percent;
}

static const struct fake_term *decided(const struct fake_world *w, const char *term)
{
    for (int32_t i = 0; i < w->term_count; i++)
        if (str_equal(w->terms[i].text, term))
            return &w->terms[i];
    return NULL;
}

int32_t fake_world_results(const struct fake_world *w, const char *term, const char *query)
{
    const struct fake_term *t = decided(w, term);
    if (t != NULL && t->results >= 0)
        return t->results;
    if (happens(ask(w, query, ASK_DRY, 0), w->dry))
        return below(ask(w, query, ASK_RESULTS, 1), 3);
    return w->results_min +
           below(ask(w, query, ASK_RESULTS, 0), w->results_max - w->results_min + 1);
}

int32_t fake_world_fails_at(const struct fake_world *w, const char *term)
{
    const struct fake_term *t = decided(w, term);
    if (t != NULL)
        return t->fails_at;
    if (!happens(ask(w, term, ASK_FAILS, 0), w->failing))
        return -1;
    return below(ask(w, term, ASK_FAILS, 1), 8);
}

void fake_world_url(const struct fake_world *w, const char *query, int32_t i, char *dst,
                    size_t size)
{
    uint64_t draw = ask(w, query, ASK_URL, i);
    (void)str_format(dst, size, "http://site%d.example/p%d", below(draw, w->sites),
                     (int)(draw & 1023) % 10); /* it fits */
}

void fake_world_person(const struct fake_world *w, int32_t n, struct lead_found *ret)
{
    *ret = (struct lead_found){0};
    uint64_t draw = rng_draw(w->seed, ASK_PERSON, (uint64_t)n);
    bool skipped = happens(draw, w->skipped);
    const char *local = !skipped ? "p" : draw % 2 != 0 ? "noreply" : "throwaway";
    const char *host = draw % 3 == 0 ? "mail." : "";
    (void)str_format(ret->address, sizeof ret->address, "%s%d@%sd%d.example", local, n, host,
                     n % (w->domains > 0 ? w->domains : 1));     /* it fits */
    (void)str_copy(ret->shown, sizeof ret->shown, ret->address); /* the same size */
    if (skipped)
        ret->flags = draw % 2 != 0 ? LEAD_NOREPLY : LEAD_DISPOSABLE;
    const char *domain = strchr(ret->address, '@') + 1;
    ret->site_at = (int32_t)(domain + strlen(host) - ret->address);
}

static bool named_before(const struct lead_found *leads, int32_t count, const char *address)
{
    for (int32_t i = 0; i < count; i++)
        if (str_equal(leads[i].address, address))
            return true;
    return false;
}

int32_t fake_world_page(const struct fake_world *w, const char *url, struct lead_found *leads)
{
    if (happens(ask(w, url, ASK_BROKEN, 0), w->broken))
        return -1;
    int32_t most = w->page_leads < FAKE_PAGE_LEADS ? w->page_leads : FAKE_PAGE_LEADS;
    int32_t named = below(ask(w, url, ASK_COUNT, 0), most + 1);
    int32_t count = 0;
    for (int32_t i = 0; i < named; i++) {
        fake_world_person(w, below(ask(w, url, ASK_PERSON, i), w->people), &leads[count]);
        if (!named_before(leads, count, leads[count].address))
            count++;
    }
    return count;
}

enum send_state fake_world_verdict(const struct fake_world *w, const char *address,
                                   enum mail_mode mode)
{
    int32_t percent = below(ask(w, address, ASK_VERDICT, 0), 100);
    if (percent < w->held)
        return SEND_HELD;
    if (mode == MODE_DRYRUN)
        return SEND_SIMULATED;
    percent = below(ask(w, address, ASK_VERDICT, 1), 100);
    if (percent < w->rejected)
        return SEND_REJECTED;
    return percent < w->rejected + w->deferred ? SEND_DEFERRED : SEND_SENT;
}
