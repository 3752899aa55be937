/* step_search.c - one search step of a term: gather pages, report them with one command, and send
 * the letters that its answer allows at once.
 *
 * The idea: addresses, ledger rows and the cursor move in one transaction, and the cursor stops
 * right behind the address that filled the room; so nothing is found twice and nothing is
 * skipped, wherever the lane is interrupted. */
#include "lane_work.h"

#include "base/fp.h"
#include "base/log.h"

#include <inttypes.h>

/* Where the last step met known addresses the next one looks so much further ahead: the room counts
 * new ones only, and one commit a page would be slow. What is gathered too much is not recorded. */
enum { KNOWN_MAX = 64 };

#define BACKOFF_SALT UINT64_C(0x6261636b6f6666) /* other dice than the order of groups */

static bool report(struct lane *l, const struct move *move, const struct gathered *got,
                   struct err *err)
{
    struct authority *a = l->ports->authority;
    struct plan_term *t = &l->plan->terms[move->term];
    struct search_result result = {.group_no = l->plan->groups[move->group].group_no,
                                   .term_no = t->term_no,
                                   .room = move->room,
                                   .pages = got->pages,
                                   .count = got->count,
                                   .end = got->at};
    struct send_want want = step_mail_want(l, move, step_mail_count(l));
    struct search_taken taken = {0};
    FP("lane_before_search_end");
    bool ok = a->ops->search_end(a, &l->lease, &result, &want, &taken, &l->grant, err);
    FP("lane_after_search_end");
    if (!ok)
        return false;
    t->cursor = taken.cursor;
    t->failures = 0;
    l->sum.queued += taken.queued;
    l->sum.duplicates += taken.duplicates;
    l->known = taken.duplicates < KNOWN_MAX ? taken.duplicates : KNOWN_MAX;
    l->idle_rounds = 0;
    lane_progress(l, move, &taken.progress);
    return true;
}

/* The provider failed before anything was found: one more failure of the term, then a pause, as
 * long as the provider wants it. */
static bool report_failure(struct lane *l, const struct move *move, const struct gathered *got,
                           struct err *err)
{
    const struct err *why = &got->why;
    struct authority *a = l->ports->authority;
    struct plan_term *t = &l->plan->terms[move->term];
    FP("lane_before_search_failed");
    bool ok = a->ops->search_failed(a, &l->lease, l->plan->groups[move->group].group_no, t->term_no,
                                    why->text, err);
    FP("lane_after_search_failed");
    if (!ok)
        return false;
    t->failures++;
    l->idle_rounds = 0;
    log_line(l->ports->log, LOG_WARN, "search",
             "provider failed term=\"%s\" failures=%" PRId32 ": %s", t->text, t->failures,
             why->text);
    if (t->failures >= l->settings.search_failures)
        return true;
    int64_t pause =
        lane_backoff(l, l->plan->seed ^ BACKOFF_SALT, (uint64_t)t->term_no, t->failures);
    if (pause < got->pause_us)
        pause = got->pause_us;
    return lane_wait(l, lane_now(l) + pause, err);
}

bool step_search(struct lane *l, const struct move *move, struct err *err)
{
    const struct plan *p = l->plan;
    const struct plan_term *t = &p->terms[move->term];
    struct query q = {.job = p->job,
                      .provider = p->provider,
                      .term = t->text,
                      .term_no = t->term_no,
                      .variations = p->variations,
                      .seed = p->seed,
                      .stored = true,
                      .room = move->room + l->known};
    struct gathered got = {.at = t->cursor};
    l->grant.count = 0;
    bool ok = gather_pages(l, &q, &got, err);
    if (!ok || got.dropped)
        goto out;
    if (got.moved)
        ok = report(l, move, &got, err); /* a failure after that shows again at the next step */
    else if (got.failed && got.why.kind == ERR_STOP)
        lane_fail(l, got.why.text);
    else if (got.failed)
        ok = report_failure(l, move, &got, err);
    else if (got.pause_us > 0) /* what it said before counted; nothing was asked now */
        ok = lane_wait(l, lane_now(l) + got.pause_us, err);
out:
    arena_done(&l->step_memory);
    if (ok && l->grant.count > 0)
        ok = step_mail_granted(l, move, err);
    return ok;
}
