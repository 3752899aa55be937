/* lease.c - holding a job while it is worked: renewal, the operator's wish, waiting, giving back.
 *
 * The idea: a lane trusts its lease from before the request that renewed it until 5 s before the
 * authority would let somebody else have it, so a lane that was frozen starts nothing late. */
#include "lane_work.h"

#include "base/fp.h"
#include "base/rng.h"
#include "base/str.h"

enum { RELEASE_TRIES = 3 };

#define TRUST_US (LEASE_TTL_US - LEASE_MARGIN_US)
#define FLUSH_FROM_US (INT64_C(2) * 1000000) /* a wait that an operator may look at */
#define WAIT_LEAST_US INT64_C(20000)         /* clocks may differ a little: never a hot loop */

int64_t lane_now(const struct lane *l)
{
    return l->ports->clock->ops->now_us(l->ports->clock);
}

int64_t lane_boot(const struct lane *l)
{
    return l->ports->clock->ops->boot_us(l->ports->clock);
}

int64_t lane_backoff(const struct lane *l, uint64_t seed, uint64_t of, int32_t failures)
{
    int64_t most = l->settings.retry_min_us;
    for (int32_t i = 1; i < failures && most < l->settings.retry_max_us; i++)
        most *= 2;
    if (most > l->settings.retry_max_us)
        most = l->settings.retry_max_us;
    uint64_t dice = rng_draw(seed, of, (uint64_t)failures);
    return (int64_t)rng_below(dice, (uint64_t)most + 1);
}

static bool renew(struct lane *l, int64_t boot_us, struct err *err)
{
    struct authority *a = l->ports->authority;
    struct progress seen;
    if (!a->ops->lease_renew(a, &l->lease, &seen, err))
        return false;
    l->renewed_us = boot_us;
    return true;
}

/* The operator's wish turned into an end. */
static void heed(struct lane *l, enum desired desired)
{
    if (l->manual || l->end != LANE_ENDS)
        return;
    if (desired == DESIRED_PAUSE)
        l->end = LANE_PAUSED;
    else if (desired == DESIRED_STOP)
        l->end = LANE_STOPPED;
}

/* What was asked for here counts before the record knows of it. */
static void heed_here(struct lane *l)
{
    enum desired desired;
    if (l->plan != NULL && l->ports->wish != NULL &&
        l->ports->wish(l->ports->ctx, l->plan->workspace, l->plan->job_name, &desired))
        heed(l, desired);
}

static bool look_at_wish(struct lane *l, int64_t boot_us, struct err *err)
{
    struct authority *a = l->ports->authority;
    struct progress seen = {0};
    if (!a->ops->job_desired(a, l->lease.job, &seen, err))
        return false;
    l->looked_us = boot_us;
    if (l->plan != NULL && seen.rev != l->plan->rev)
        l->stale = true;
    heed(l, seen.desired);
    return true;
}

bool lane_look(struct lane *l, bool now, struct err *err)
{
    int64_t boot_us = lane_boot(l);
    if (l->ports->clock->ops->cancelled(l->ports->clock)) {
        l->end = LANE_CANCELLED;
        return true;
    }
    if (!l->leased)
        return true;
    heed_here(l);
    if (boot_us - l->renewed_us >= LEASE_RENEW_US && !renew(l, boot_us, err))
        return false;
    if (l->manual || (!now && boot_us - l->looked_us < LANE_LOOK_US))
        return true;
    return look_at_wish(l, boot_us, err);
}

void lane_offer(struct lane *l)
{
    if (l->end == LANE_ENDS && l->ports->yield != NULL && !l->manual &&
        l->ports->yield(l->ports->ctx, l->taken_us))
        l->end = LANE_YIELDED;
}

bool lane_trusted(const struct lane *l)
{
    return lane_boot(l) - l->renewed_us < TRUST_US;
}

bool lane_wait(struct lane *l, int64_t until_us, struct err *err)
{
    struct clock_port *clock = l->ports->clock;
    if (until_us - lane_now(l) < WAIT_LEAST_US)
        until_us = lane_now(l) + WAIT_LEAST_US;
    while (l->end == LANE_ENDS) {
        int64_t left = until_us - lane_now(l);
        if (left <= 0)
            return true;
        if (left > LANE_HOLD_US) {
            l->end = LANE_WAITING;
            l->rest_until_us = until_us;
            return true;
        }
        if (!lane_look(l, true, err))
            return false;
        lane_offer(l);
        if (l->end != LANE_ENDS)
            return true;
        if (left > FLUSH_FROM_US)
            (void)journal_flush(l->ports->journal, NULL); /* at worst it waits for a commit */
        int64_t slice = left < LANE_SLICE_US ? left : LANE_SLICE_US;
        (void)clock->ops->wait(clock, lane_boot(l) + slice, NULL); /* the next look sees why */
    }
    return true;
}

void lane_progress(struct lane *l, const struct move *move, const struct progress *p)
{
    struct plan_term *t = &l->plan->terms[move->term];
    t->counted = p->term_counted;
    t->queued = p->queued;
    t->deferred = p->deferred;
    t->deferred_due = p->deferred_due;
    l->plan->groups[move->group].counted = p->group_counted;
    l->plan->total = p->total;
    if (p->rev != l->plan->rev)
        l->stale = true;
    heed(l, p->desired);
    l->looked_us = lane_boot(l); /* the wish came along: it need not be asked for */
}

static enum job_state state_after(enum lane_end end)
{
    switch (end) {
    case LANE_PAUSED:
        return JOB_PAUSED;
    case LANE_STOPPED:
        return JOB_STOPPED;
    case LANE_FAILED:
        return JOB_FAILED;
    default:
        return JOB_RUNNING;
    }
}

bool lane_pay_owed(struct lane *l, struct err *err)
{
    struct authority *a = l->ports->authority;
    if (!l->owed)
        return true;
    struct release how = {
        .state = l->owed_state, .wait_until_us = l->owed_until_us, .reason = l->owed_reason};
    struct err why = {0};
    FP("lane_before_release");
    bool ok = a->ops->lease_release(a, &l->owed_lease, &how, &why);
    FP("lane_after_release");
    /* Fenced or refused: the lease or the job is gone, there is nothing left to give back. */
    if (ok || why.kind == ERR_FENCED || why.kind == ERR_REFUSED) {
        l->owed = false;
        return true;
    }
    return err_set(err, why.kind, "%s", why.text);
}

void lane_release(struct lane *l)
{
    l->leased = false;
    l->owed = true;
    l->owed_lease = l->lease;
    l->owed_state = state_after(l->end);
    bool until = l->end == LANE_WAITING || l->end == LANE_PROBLEM;
    l->owed_until_us = until ? l->rest_until_us : 0;
    (void)str_copy(l->owed_reason, sizeof l->owed_reason,
                   l->end == LANE_FAILED ? l->reason : ""); /* same size */
    for (int i = 0; i < RELEASE_TRIES && l->owed; i++)
        (void)lane_pay_owed(l, NULL); /* what stays owed is tried again at the next call */
}
