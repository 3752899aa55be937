/* gather.c - reads the pages that a query finds, one after the other, from a cursor on.
 *
 * The idea: a page stands between two cursors, so whoever takes its addresses can stop anywhere
 * and the next query goes on exactly there. A page that can't be read is stepped over; a provider
 * that fails ends the step with what was found before. Batches never change the outcome, only how
 * many pages are reported at once: so many as are read in a second, of as many variations. */
#include "lane_work.h"

#include "base/log.h"
#include "base/str.h"
#include "domain/variation.h"

#include <string.h>

enum { STEP_HITS_MAX = SEARCH_PAGES_MAX, AHEAD_MAX = 32 };

#define STEP_MEMORY (INT64_C(16) * 1024 * 1024) /* no further page is begun above it */
#define GATHER_US (INT64_C(1) * 1000000)        /* then what is there is reported */
#define SEARCH_PATIENCE_US (INT64_C(120) * 1000000)
#define SAY_AGAIN_US (24 * INT64_C(3600) * 1000000)
#define PAGE_PATIENCE_US (INT64_C(60) * 1000000)

struct gatherer {
    struct lane *l;
    const struct query *q;
    struct gathered *ret;
    struct search *search;
    int32_t addresses; /* usable ones found so far */
    int64_t slice_us;  /* boot time from which what is there is reported */

    struct search_hit *line; /* AHEAD_MAX of them, a ring; in the step's memory */
    int32_t first, waiting;
    bool more;               /* the pages port wants to hear of further hits */
    enum search_answer last; /* behind the line: SEARCH_HIT, or the end that the provider said */
    struct err why;          /* with SEARCH_FAILED */
};

/* Asks the provider for one hit more, and announces it. False: none came until the deadline. */
static bool queue_hit(struct gatherer *g, int64_t deadline_us)
{
    struct pages *p = g->l->ports->pages;
    struct search_hit *hit = &g->line[(g->first + g->waiting) % AHEAD_MAX];
    struct err why = {0};
    enum search_answer answer = g->search->ops->next(g->search, deadline_us, hit, &why);
    if (answer == SEARCH_WAIT)
        return false;
    if (answer != SEARCH_HIT) {
        g->last = answer;
        g->why = why;
        return false;
    }
    g->waiting++;
    g->more = p->ops->ahead != NULL && p->ops->ahead(p, hit->url);
    return true;
}

/* Announces what the provider has by now; waits for nothing. */
static void look_ahead(struct gatherer *g)
{
    while (g->more && g->last == SEARCH_HIT && g->waiting < AHEAD_MAX &&
           queue_hit(g, lane_boot(g->l)))
        ;
}

/* The words of variation k; "" when the term has no such variation. */
static bool query_text(const struct gatherer *g, int32_t k, char ret[TERM_MAX_BYTES + 1],
                       struct err *err)
{
    struct authority *a = g->l->ports->authority;
    ret[0] = '\0';
    if (k == 0) {
        (void)str_copy(ret, TERM_MAX_BYTES + 1, g->q->term); /* it fits */
        return true;
    }
    if (k > g->q->variations)
        return true;
    if (g->q->stored)
        return a->ops->variation_load(a, g->q->job, g->q->term_no, k, ret, err);
    struct buf text = buf_init(TERM_MAX_BYTES);
    if (variation_text(g->q->seed, g->q->term, k, &text) && buf_ok(&text))
        (void)str_copy(ret, TERM_MAX_BYTES + 1, buf_text(&text)); /* it fits */
    buf_done(&text);
    return true;
}

/* The query has no more: its next variation follows, or the term is at its end. */
static bool next_variation(struct gatherer *g, struct err *err)
{
    char text[TERM_MAX_BYTES + 1];
    int32_t k = g->ret->at.variation + 1;
    if (!query_text(g, k, text, err))
        return false;
    g->ret->moved = true;
    g->ret->at.address = 0;
    if (text[0] == '\0') {
        g->ret->at.ended = true;
        return true;
    }
    g->ret->at = (struct term_cursor){.variation = k};
    return true;
}

/* Looks around while something is awaited; true when the step must be dropped. */
static bool must_drop(struct gatherer *g)
{
    struct err err = {0};
    if (lane_look(g->l, false, &err) && g->l->end == LANE_ENDS)
        return false;
    /* A lease that can't be renewed now is noticed again, and dealt with, at the next command. */
    if (g->l->end == LANE_ENDS && err.kind != ERR_FENCED && lane_trusted(g->l))
        return false;
    if (g->l->end == LANE_ENDS && err.kind == ERR_FENCED)
        g->l->end = LANE_FENCED;
    g->ret->dropped = true;
    return true;
}

/* Copies what the pages port lends until its next start. */
static bool keep_page(struct gatherer *g, const struct search_hit *hit,
                      const struct page_view *view, struct err *err)
{
    struct arena *memory = &g->l->step_memory;
    size_t bytes = (size_t)view->count * sizeof *view->leads;
    struct page_words *words = arena_alloc(memory, sizeof *words);
    struct lead_found *leads = arena_array(memory, (size_t)view->count, sizeof *leads);
    char *url = arena_text(memory, hit->url);
    if (words == NULL || leads == NULL || url == NULL)
        return err_set(err, ERR_STOP, "search: out of memory for the addresses of a page");
    *words = view->words;
    memcpy(leads, view->leads, bytes);
    struct search_page *page = &g->ret->pages[g->ret->count++];
    *page = (struct search_page){
        .url = url, .words = words, .leads = leads, .count = view->count, .before = g->ret->at};
    page->after.variation = g->ret->at.variation;
    (void)str_copy(page->after.result, sizeof page->after.result, hit->cursor); /* same size */
    for (int32_t i = g->ret->at.address; i < view->count; i++)
        g->addresses += (leads[i].flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) == 0;
    return true;
}

/* Waits for the page that was started. PAGE_WAIT: the step was dropped. */
static enum page_answer await_page(struct gatherer *g, struct page_view *view, struct err *why)
{
    struct pages *p = g->l->ports->pages;
    int64_t patience = lane_boot(g->l) + PAGE_PATIENCE_US;
    for (;;) {
        enum page_answer answer = p->ops->next(p, lane_boot(g->l) + LANE_LOOK_US, view, why);
        if (answer != PAGE_WAIT)
            return answer;
        if (must_drop(g))
            return PAGE_WAIT;
        if (lane_boot(g->l) >= patience) {
            (void)err_set(why, ERR_RETRY, "pages: no answer for a minute");
            return PAGE_FAILED;
        }
        look_ahead(g);
    }
}

/* Says why a page was skipped; once a day what is the same of all pages of a site. */
static void say_skipped(struct lane *l, const char *why)
{
    const uint64_t hash = str_hash(why, strlen(why), 0);
    const int64_t now_us = lane_boot(l);
    for (int32_t i = 0; i < LANE_SAID_MAX; i++)
        if (l->said[i].at_us > 0 && l->said[i].hash == hash &&
            now_us - l->said[i].at_us < SAY_AGAIN_US)
            return;
    l->said[l->said_next] = (struct said){hash, now_us};
    l->said_next = (l->said_next + 1) % LANE_SAID_MAX;
    log_line(l->ports->log, LOG_WARN, "search", "page skipped: %s", why);
}

/* Reads one hit's page; false only for want of memory. */
static bool take_hit(struct gatherer *g, const struct search_hit *hit, struct err *err)
{
    struct pages *p = g->l->ports->pages;
    struct page_view view = {0};
    struct err why = {0};
    bool ok = true;
    enum page_answer answer = PAGE_FAILED;
    if (p->ops->start(p, hit->url, &why))
        answer = await_page(g, &view, &why);
    if (answer == PAGE_FAILED &&
        why.kind == ERR_STOP) { /* no page can be read: it keeps its turn */
        p->ops->end(p);
        g->ret->failed = true;
        g->ret->why = why;
        return true;
    }
    g->l->sum.pages += answer == PAGE_READY;
    g->l->sum.failed += answer == PAGE_FAILED;
    if (answer == PAGE_READY && view.count > 0)
        ok = keep_page(g, hit, &view, err);
    p->ops->end(p);
    if (answer == PAGE_FAILED)
        say_skipped(g->l, why.text);
    if (answer == PAGE_WAIT || !ok)
        return ok;
    g->ret->at = (struct term_cursor){.variation = g->ret->at.variation};
    (void)str_copy(g->ret->at.result, sizeof g->ret->at.result, hit->cursor); /* same size */
    g->ret->moved = true;
    g->ret->hits++;
    return true;
}

/* How long the provider asked to be left alone. */
static void note_pause(struct gatherer *g)
{
    const struct search_ops *ops = g->search != NULL ? g->search->ops : NULL;
    int64_t left_us = ops != NULL && ops->not_before_us != NULL ? ops->not_before_us(g->search) : 0;
    left_us -= lane_boot(g->l);
    g->ret->pause_us = left_us > 0 ? left_us : 0;
}

/* The provider said that it can't go on. A query that never works counts as exhausted. */
static bool take_failure(struct gatherer *g, const struct err *why, struct err *err)
{
    if (why->kind == ERR_REFUSED) {
        log_line(g->l->ports->log, LOG_WARN, "search",
                 "query given up term=\"%s\" variation=%d: %s", g->q->term, g->ret->at.variation,
                 why->text);
        return next_variation(g, err);
    }
    g->ret->failed = true;
    g->ret->why = *why;
    note_pause(g);
    return true;
}

static bool enough(const struct gatherer *g)
{
    const struct gathered *r = g->ret;
    return r->dropped || r->failed || g->addresses >= g->q->room || r->count >= SEARCH_PAGES_MAX ||
           r->hits >= STEP_HITS_MAX || (int64_t)g->l->step_memory.used > STEP_MEMORY ||
           (r->hits > 0 && lane_boot(g->l) >= g->slice_us);
}

/* Waits until there is a hit in line. *ret_go false: there is none, and the step ends. */
static bool await_hit(struct gatherer *g, bool *ret_go, struct err *err)
{
    int64_t patience = lane_boot(g->l) + SEARCH_PATIENCE_US;
    *ret_go = false;
    while (g->waiting == 0) {
        if (g->last == SEARCH_EXHAUSTED)
            return next_variation(g, err);
        if (g->last == SEARCH_FAILED)
            return take_failure(g, &g->why, err);
        if (queue_hit(g, lane_boot(g->l) + LANE_LOOK_US) || g->last != SEARCH_HIT)
            continue;
        if (must_drop(g))
            return true;
        if (lane_boot(g->l) >= patience) {
            (void)err_set(&g->why, ERR_RETRY, "search: no answer for two minutes");
            return take_failure(g, &g->why, err);
        }
    }
    *ret_go = true;
    return true;
}

/* The query is under way: takes its hits until there is enough or an end. */
static bool take_hits(struct gatherer *g, struct err *err)
{
    bool go = true;
    while (!enough(g)) {
        if (!await_hit(g, &go, err))
            return false;
        if (!go)
            return true;
        look_ahead(g);
        if (!take_hit(g, &g->line[g->first], err))
            return false;
        g->first = (g->first + 1) % AHEAD_MAX;
        g->waiting--;
        if (must_drop(g))
            return true;
    }
    return true;
}

/* The query that the cursor stands in, from there on. */
static bool gather_query(struct gatherer *g, struct err *err)
{
    struct gathered *ret = g->ret;
    const struct query *q = g->q;
    char text[TERM_MAX_BYTES + 1];
    struct err why = {0};
    if (!query_text(g, ret->at.variation, text, err))
        return false;
    if (text[0] == '\0') /* the job has fewer variations than it had when it stood there */
        return next_variation(g, err);
    note_pause(g);
    if (ret->pause_us > 0) /* asked for by an earlier answer; asking now would be no new one */
        return true;
    struct search_request request = {.job = q->job,
                                     .term = q->term,
                                     .query = text,
                                     .variation = ret->at.variation,
                                     .cursor = ret->at.result,
                                     .limit = q->room - g->addresses};
    if (!g->search->ops->start(g->search, &request, &why))
        return take_failure(g, &why, err);
    g->first = g->waiting = 0;
    g->more = false;
    g->last = SEARCH_HIT;
    bool ok = take_hits(g, err);
    g->search->ops->end(g->search);
    return ok;
}

bool gather_pages(struct lane *l, const struct query *q, struct gathered *ret, struct err *err)
{
    struct gatherer g = {.l = l, .q = q, .ret = ret};
    struct err why = {0};
    g.slice_us = lane_boot(l) + GATHER_US;
    ret->pages = arena_array(&l->step_memory, SEARCH_PAGES_MAX, sizeof *ret->pages);
    g.line = arena_array(&l->step_memory, AHEAD_MAX, sizeof *g.line);
    if (ret->pages == NULL || g.line == NULL)
        return err_set(err, ERR_STOP, "search: out of memory for the pages of a step");
    if (!l->ports->search(l->ports->ctx, q->provider, &g.search, &why)) {
        ret->failed = true;
        ret->why = why;
        if (why.kind == ERR_REFUSED) /* no such provider: not the query's fault */
            ret->why.kind = ERR_STOP;
        return true;
    }
    do {
        if (!gather_query(&g, err))
            return false;
    } while (!ret->at.ended && !ret->failed && ret->pause_us == 0 && !enough(&g));
    return true;
}
