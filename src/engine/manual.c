/* manual.c - the pipeline for one term, by hand.
 *
 * The idea: searching is gather.c without the report, sending is the lane's own two steps on a job
 * that was taken by name; so there is no second way of finding or writing. */
#include "lane_work.h"

#include "base/fp.h"
#include "base/str.h"

#include <inttypes.h>
#include <string.h>

enum { SEEN_MAX = 1024 * 1024, ROUNDS_MAX = 10000, FAILURES_MAX = 3 };

/* Addresses that were handed out, as hashes: 64 bits, so that a false match does not happen. */
struct seen {
    struct buf hashes;
};

static bool seen_before(struct seen *s, const char *address)
{
    uint64_t hash = str_hash(address, strlen(address), 0), other;
    for (size_t at = 0; at < s->hashes.len; at += sizeof other) {
        memcpy(&other, s->hashes.data + at, sizeof other);
        if (other == hash)
            return true;
    }
    (void)buf_add(&s->hashes, &hash, sizeof hash); /* full: a duplicate may be shown twice */
    return false;
}

/* Hands out the addresses of one page; false when there are enough. */
static bool hand_out(struct lane *l, const struct manual_request *r, const struct search_page *page,
                     struct seen *seen)
{
    for (int32_t i = page->before.address; i < page->count; i++) {
        const struct lead_found *lead = &page->leads[i];
        if ((lead->flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) != 0)
            continue;
        if (seen_before(seen, lead->address)) {
            l->sum.duplicates++;
            continue;
        }
        l->sum.found++;
        if (r->found != NULL && !r->found(r->ctx, lead, page->words, page->url))
            return false;
        if (l->sum.found >= r->limit)
            return false;
    }
    return true;
}

static bool search_only(struct lane *l, const struct manual_request *r, struct err *err)
{
    struct seen seen = {.hashes = buf_init((size_t)SEEN_MAX * sizeof(uint64_t))};
    struct query q = {
        .provider = r->provider, .term = r->term, .variations = r->variations, .seed = r->seed};
    struct gathered got = {0};
    bool ok = true, more = true;
    while (ok && more && !got.at.ended) {
        got = (struct gathered){.at = got.at};
        q.room = r->limit - l->sum.found;
        ok = gather_pages(l, &q, &got, err);
        for (int32_t i = 0; ok && more && i < got.count; i++)
            more = hand_out(l, r, &got.pages[i], &seen);
        if (ok && got.failed && more)
            ok = err_set(err, got.why.kind, "%s", got.why.text);
        else if (ok && got.pause_us > 0 && more)
            ok = err_set(err, ERR_RETRY,
                         "search: the provider asks to be left alone for %lld s; try again then",
                         (long long)(got.pause_us / 1000000));
        if (got.dropped)
            ok = err_set(err, ERR_CANCELLED, "search: stopped");
        arena_done(&l->step_memory);
    }
    l->sum.exhausted = ok && more;
    buf_done(&seen.hashes);
    return ok;
}

/* Where the request's group and term stand in the plan. */
static bool find_term(const struct lane *l, const struct manual_request *r, struct move *ret,
                      struct err *err)
{
    const struct plan *p = l->plan;
    *ret = (struct move){.kind = MOVE_WORK, .group = -1, .term = -1, .cycle = p->cycle};
    for (int32_t i = 0; i < p->group_count; i++)
        if (str_equal(p->groups[i].name, r->group))
            ret->group = i;
    if (ret->group < 0)
        return err_set(err, ERR_REFUSED, "search: job \"%s\" has no group \"%s\"", p->job_name,
                       r->group);
    const struct plan_group *g = &p->groups[ret->group];
    for (int32_t i = g->first_term; i < g->first_term + g->terms; i++)
        if (str_equal(p->terms[i].text, r->term))
            ret->term = i;
    if (ret->term < 0)
        return err_set(err, ERR_REFUSED,
                       "search: group \"%s\" of job \"%s\" has no term \"%s\"; add it first",
                       r->group, p->job_name, r->term);
    return true;
}

/* Places left by hand: the job's limits and the request's own. */
static int32_t room(const struct lane *l, const struct manual_request *r, const struct move *m)
{
    const struct plan *p = l->plan;
    int32_t left = r->limit - l->sum.accepted;
    int32_t term = p->loop_interval - p->terms[m->term].counted;
    int32_t group = p->max_emails_per_group - p->groups[m->group].counted;
    left = term < left ? term : left;
    return group < left ? group : left;
}

/* One step; *ret_more false when there is nothing more to do. */
static bool send_step(struct lane *l, const struct manual_request *r, bool *ret_more,
                      struct err *err)
{
    struct move move;
    *ret_more = false;
    if (!lane_look(l, false, err))
        return false;
    if (l->end == LANE_CANCELLED)
        return err_set(err, ERR_CANCELLED, "search: stopped");
    if (l->stale && !lane_load(l, err))
        return false;
    if (!find_term(l, r, &move, err))
        return false;
    const struct plan_term *t = &l->plan->terms[move.term];
    move.room = room(l, r, &move);
    if (l->sum.accepted >= r->limit || l->sum.limited)
        return true;
    if (move.room <= 0) {
        l->sum.limited = true;
        return true;
    }
    *ret_more = true;
    l->mail_left = move.room;
    if (t->queued > 0 || t->deferred_due > 0)
        return step_mail(l, &move, err);
    l->sum.exhausted = t->cursor.ended;
    *ret_more = !t->cursor.ended;
    if (t->cursor.ended)
        return true;
    if (!step_search(l, &move, err))
        return false;
    if (l->end == LANE_FAILED)
        return err_set(err, ERR_REFUSED, "%s", l->reason);
    if (l->plan->terms[move.term].failures >= FAILURES_MAX)
        return err_set(err, ERR_RETRY, "search: the provider keeps failing; try again later");
    return true;
}

static bool send_rounds(struct lane *l, const struct manual_request *r, struct err *err)
{
    struct settle_sum settled;
    bool more = true;
    if (!settle_run(l->ports, &l->lease.job, &settled, err) || !lane_load(l, err))
        return false;
    for (int i = 0; more; i++) {
        if (i >= ROUNDS_MAX)
            return err_set(err, ERR_RETRY, "search: \"%s\" makes no progress", r->term);
        if (!send_step(l, r, &more, err))
            return false;
    }
    return true;
}

static bool search_and_send(struct lane *l, const struct manual_request *r, struct err *err)
{
    struct authority *a = l->ports->authority;
    int64_t before_us = lane_boot(l);
    if (!lane_pay_owed(l, err))
        return false;
    FP("lane_before_acquire_one");
    if (!a->ops->job_acquire_one(a, l->ports->engine, l->ports->mail->ops->mode, &r->job, &l->lease,
                                 err))
        return false;
    FP("lane_after_acquire_one");
    l->leased = l->manual = true;
    l->taken_us = l->renewed_us = before_us;
    bool ok = send_rounds(l, r, err);
    l->end = LANE_YIELDED; /* only the lease goes */
    lane_release(l);
    arena_done(&l->plan_memory);
    l->plan = NULL;
    return ok;
}

bool lane_manual(struct lane *l, const struct manual_request *request, struct manual_result *ret,
                 struct err *err)
{
    l->ports->settings(l->ports->ctx, &l->settings);
    l->end = LANE_ENDS;
    l->sum = (struct manual_result){0};
    l->stale = l->unsettled = false;
    bool ok = request->send ? search_and_send(l, request, err) : search_only(l, request, err);
    *ret = l->sum;
    return ok;
}
