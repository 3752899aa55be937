/* lane.c - the automation loop: what comes next, and when to come to rest.
 *
 * The idea: a turn asks rotation_next() what follows from the plan, has the authority make that
 * one move, and changes the plan in the same way. Whenever an answer was lost the plan is thrown
 * away and loaded again, after own open letters were settled; so there is no second path for
 * recovery. */
#include "lane_work.h"

#include "base/fp.h"
#include "base/log.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    TROUBLES_MAX = 5,    /* failures in a row before the job is given back */
    IDLE_ROUNDS_MAX = 4, /* steps in a row that changed nothing */
    DOUBLINGS_MAX = 9    /* of the wait after a problem; retry_max ends it before */
};

#define PLAN_MEMORY ((size_t)512 * 1024 * 1024)
#define TRIM_EVERY_US (INT64_C(86400) * 1000000)
#define KEEP_FACTS_US (7 * TRIM_EVERY_US)
#define LOOK_LEAST_US INT64_C(100000)
#define STEP_MEMORY ((size_t)128 * 1024 * 1024)

static const char *const end_names[LANE_ENDS] = {"nothing",   "paused",  "stopped", "completed",
                                                 "waiting",   "yielded", "failed",  "fenced",
                                                 "cancelled", "problem"};

const char *lane_end_name(enum lane_end end)
{
    return (unsigned)end < LANE_ENDS ? end_names[end] : "unknown";
}

bool lane_new(const struct lane_ports *ports, struct lane **ret, struct err *err)
{
    struct lane *l = calloc(1, sizeof *l);
    if (l == NULL)
        return err_set(err, ERR_STOP, "engine: out of memory for a lane");
    l->own = *ports;
    l->ports = &l->own;
    l->end = LANE_ENDS;
    l->plan_memory = arena_init(PLAN_MEMORY);
    l->step_memory = arena_init(STEP_MEMORY);
    for (int i = 0; i < MAIL_BATCH_MAX; i++)
        l->slot[i].bytes = buf_init(LANE_LETTER_MAX);
    *ret = l;
    return true;
}

void lane_free(struct lane *l)
{
    if (l == NULL)
        return;
    for (int i = 0; i < MAIL_BATCH_MAX; i++)
        buf_done(&l->slot[i].bytes);
    arena_done(&l->plan_memory);
    arena_done(&l->step_memory);
    free(l);
}

struct lane_ports *lane_ports(struct lane *l)
{
    return &l->own;
}

void lane_fail(struct lane *l, const char *text)
{
    l->end = LANE_FAILED;
    (void)str_copy(l->reason, sizeof l->reason, text); /* a cut is fine */
}

bool lane_load(struct lane *l, struct err *err)
{
    struct authority *a = l->ports->authority;
    l->plan = NULL;
    arena_done(&l->plan_memory);
    if (!a->ops->job_load(a, l->lease.job, &l->plan_memory, &l->plan, err))
        return false;
    l->stale = false;
    return true;
}

/* Has the authority make the move, then makes it in the plan. */
static bool make_move(struct lane *l, const struct move *move, struct err *err)
{
    struct authority *a = l->ports->authority;
    int64_t rest_us = move->kind == MOVE_REST ? lane_now(l) + l->settings.loop_rest_us : 0;
    FP("lane_before_move");
    if (!a->ops->job_move(a, &l->lease, l->plan, move, rest_us, err))
        return false;
    FP("lane_after_move");
    l->idle_rounds = 0;
    switch (move->kind) {
    case MOVE_REST:
        l->end = LANE_WAITING;
        l->rest_until_us = rest_us;
        return true;
    case MOVE_COMPLETE:
        l->end = LANE_COMPLETED;
        return true;
    case MOVE_CYCLE: /* counts, cursors and what is due are the authority's to say */
    case MOVE_GROUP:
    case MOVE_TERM:
        l->stale = true;
        return true;
    default:
        rotation_apply(l->plan, move);
        return true;
    }
}

/* Letters that wait go before new searches. */
static bool work(struct lane *l, const struct move *move, struct err *err)
{
    const struct plan_term *t = &l->plan->terms[move->term];
    if (++l->idle_rounds > IDLE_ROUNDS_MAX) {
        l->idle_rounds = 0;
        return err_set(err, ERR_RETRY, "engine: job \"%s\" makes no progress at \"%s\"",
                       l->plan->job_name, t->text);
    }
    l->mail_left = INT32_MAX;
    if (t->queued > 0 || t->deferred_due > 0)
        return step_mail(l, move, err);
    return step_search(l, move, err);
}

/* Own letters whose fate is open are settled before anything else is decided. */
static bool settle_own(struct lane *l, struct err *err)
{
    struct settle_sum sum;
    if (!replay_if_behind(l->ports, err) || !settle_run(l->ports, &l->lease.job, &sum, err))
        return false;
    l->unsettled = false;
    l->stale = true;
    if (sum.seen > 0)
        log_line(l->ports->log, LOG_INFO, "engine",
                 "settled open letters seen=%" PRId32 " released=%" PRId32 " delivered=%" PRId32
                 " in_doubt=%" PRId32,
                 sum.seen, sum.released, sum.delivered, sum.in_doubt);
    return true;
}

static bool turn(struct lane *l, struct err *err)
{
    struct move move;
    l->ports->settings(l->ports->ctx, &l->settings);
    if (!lane_look(l, false, err))
        return false;
    lane_offer(l);
    if (l->end != LANE_ENDS)
        return true;
    if (l->unsettled && !settle_own(l, err))
        return false;
    if (l->stale && !lane_load(l, err))
        return false;
    rotation_next(l->plan, l->settings.search_failures, &move);
    if (move.kind == MOVE_WORK)
        return work(l, &move, err);
    return make_move(l, &move, err);
}

/* A dice for waits that nobody needs to repeat. */
static int64_t problem_wait(const struct lane *l, int32_t failures)
{
    uint64_t seed = str_hash(&l->ports->engine, sizeof l->ports->engine, 0);
    if (failures > DOUBLINGS_MAX)
        failures = DOUBLINGS_MAX;
    return l->settings.retry_min_us + lane_backoff(l, seed, (uint64_t)lane_boot(l), failures);
}

/* Database, disk or sink in trouble: the job is given back for a while, still wanting to run. */
static void problem(struct lane *l, const struct err *err)
{
    l->end = LANE_PROBLEM;
    l->problems++;
    l->rest_until_us = lane_now(l) + problem_wait(l, l->problems);
    (void)str_copy(l->reason, sizeof l->reason, err->text); /* same size */
}

/* What a failed turn means. */
static void trouble(struct lane *l, const struct err *err)
{
    if (l->end != LANE_ENDS) /* coming to rest anyway: what is open is settled by the next one */
        return;
    switch (err->kind) {
    case ERR_FENCED:
        l->end = LANE_FENCED;
        return;
    case ERR_CANCELLED:
        l->end = LANE_CANCELLED;
        return;
    case ERR_REFUSED:
        lane_fail(l, err->text);
        return;
    case ERR_RETRY:
    case ERR_CONFLICT:
    case ERR_UNREACHABLE:
        l->unsettled = l->stale = true;
        if (++l->troubles > TROUBLES_MAX)
            problem(l, err);
        else if (l->troubles > 1)
            (void)lane_wait(l, lane_now(l) + problem_wait(l, l->troubles),
                            NULL); /* the next turn meets the same failure and decides */
        return;
    default:
        problem(l, err);
    }
}

/* The same trouble is logged once, not at every try. */
static void tell_problem(struct lane *l, const char *text)
{
    if (str_equal(l->told, text))
        return;
    (void)str_copy(l->told, sizeof l->told, text); /* same size */
    if (l->ports->problem != NULL)
        l->ports->problem(l->ports->ctx, text);
    if (text[0] != '\0')
        log_line(l->ports->log, LOG_ERROR, "engine", "%s", text);
}

/* A problem is over when what it was about works again, or is not there any more. */
static void forget_problem(struct lane *l)
{
    l->problems = 0;
    l->told_taking = false;
    tell_problem(l, "");
}

/* Letters went out, or a while went by without new trouble: it is over. */
static void check_recovered(struct lane *l)
{
    if (l->problems == 0 || (l->sum.accepted == 0 && lane_boot(l) - l->taken_us < LANE_SLICE_US))
        return;
    forget_problem(l);
}

/* Works the job at hand until it comes to rest. */
static void work_job(struct lane *l)
{
    l->end = LANE_ENDS;
    l->unsettled = l->stale = true;
    l->troubles = l->idle_rounds = 0;
    l->sum = (struct manual_result){0};
    while (l->end == LANE_ENDS) {
        struct err err = {0};
        if (turn(l, &err)) {
            if (l->idle_rounds == 0)
                l->troubles = 0;
            check_recovered(l);
            continue;
        }
        log_line(l->ports->log, LOG_DEBUG, "engine", "step failed kind=%s: %s",
                 err_kind_name(err.kind), err.text);
        trouble(l, &err);
    }
}

static void report_problem(struct lane *l, const struct err *err, struct lane_report *ret)
{
    ret->end = LANE_PROBLEM;
    l->problems++;
    ret->look_again_us = lane_boot(l) + problem_wait(l, l->problems);
    (void)str_copy(ret->problem, sizeof ret->problem, err->text); /* same size */
    tell_problem(l, ret->problem);
    l->told_taking = true;
}

/* Facts that were acknowledged long ago are dropped once a day. */
static void trim_journal(struct lane *l)
{
    if (lane_now(l) < l->trim_us)
        return;
    l->trim_us = lane_now(l) + TRIM_EVERY_US;
    struct err err = {0};
    if (!journal_trim(l->ports->journal, lane_now(l) - KEEP_FACTS_US, &err))
        log_line(l->ports->log, LOG_WARN, "engine", "%s", err.text);
}

/* No job can be taken now: when does one that waits become due? */
static bool look_ahead(struct lane *l, struct lane_report *ret, struct err *err)
{
    struct authority *a = l->ports->authority;
    struct next_due due = {0};
    ret->end = LANE_NOTHING;
    if (!a->ops->next_due(a, l->ports->mail->ops->mode, &due, err))
        return false;
    if (due.wait_us == INT64_MAX)
        forget_problem(l);
    /* A lease that runs out tells nobody: whoever is idle looks at that moment. */
    int64_t at_us = due.wait_us < due.lapse_us ? due.wait_us : due.lapse_us;
    int64_t wait_us = at_us == INT64_MAX ? at_us : at_us - lane_now(l);
    if (wait_us > l->settings.poll_interval_us)
        wait_us = l->settings.poll_interval_us;
    ret->look_again_us = lane_boot(l) + (wait_us > LOOK_LEAST_US ? wait_us : LOOK_LEAST_US);
    return true;
}

/* The job that was given is ours alone in this process; if not (its lane stood still while the
 * lease ran out), it is given back at once, for a while, and nothing was done. */
static bool in_hand(struct lane *l)
{
    struct hands *hands = l->ports->hands;
    if (hands == NULL || hands_take(hands, l->ports->number, l->lease.job))
        return true;
    log_line(l->ports->log, LOG_WARN, "engine",
             "a lane stood still and lost its lease; its job waits until that lane is back");
    l->end = LANE_WAITING;
    l->rest_until_us = lane_now(l) + LANE_SLICE_US;
    lane_release(l);
    return false;
}

static void let_go(struct lane *l)
{
    if (l->ports->hands != NULL)
        hands_leave(l->ports->hands, l->ports->number);
}

/* A name that no other wish of this engine has, in this life of the process. */
static struct uuid next_wish(struct lane *l)
{
    struct {
        struct uuid engine;
        int64_t now_us;
        int64_t number;
        uint64_t wish;
    } of = {l->ports->engine, lane_now(l), l->ports->number, ++l->wishes};
    return uuid_from_bytes(&of, sizeof of);
}

/* Takes a job; ret->took false when there is none. Whoever gets no answer asks for the same. */
static bool take_job(struct lane *l, struct lane_report *ret, struct err *err)
{
    struct authority *a = l->ports->authority;
    int64_t before_us = lane_boot(l);
    if (!lane_pay_owed(l, err))
        return false;
    if (uuid_is_zero(l->taking))
        l->taking = next_wish(l);
    FP("lane_before_acquire");
    if (!a->ops->job_acquire(a, l->ports->engine, l->ports->mail->ops->mode, l->taking, &l->lease,
                             &ret->took, err))
        return false;
    FP("lane_after_acquire");
    l->taking = (struct uuid){0};
    trim_journal(l);
    if (l->told_taking)
        forget_problem(l);
    ret->took = ret->took && in_hand(l);
    if (!ret->took)
        return look_ahead(l, ret, err);
    l->leased = true;
    l->manual = false;
    l->taken_us = l->renewed_us = before_us;
    l->looked_us = before_us - LANE_LOOK_US;
    ret->job = l->lease.job;
    return true;
}

/* A completed job wants to stop as well; when the answer to its last move was lost, only the
 * record can tell the two apart. */
static void check_completed(struct lane *l)
{
    if (l->end == LANE_STOPPED && l->stale && lane_load(l, NULL) && l->plan->cycle_ended)
        l->end = LANE_COMPLETED;
}

/* Gives the job back and says how it went. */
static void leave_job(struct lane *l, struct lane_report *ret)
{
    check_completed(l);
    ret->end = l->end;
    if (l->plan != NULL)
        (void)str_copy(ret->job_name, sizeof ret->job_name, l->plan->job_name); /* it fits */
    if (l->end == LANE_PROBLEM || l->end == LANE_FAILED)
        (void)str_copy(ret->problem, sizeof ret->problem, l->reason); /* same size */
    if (l->end == LANE_PROBLEM) {
        ret->look_again_us = lane_boot(l) + l->rest_until_us - lane_now(l);
        tell_problem(l, ret->problem);
    } else if (l->end == LANE_FAILED) {
        log_line(l->ports->log, LOG_ERROR, "engine", "job \"%s\" failed: %s", ret->job_name,
                 ret->problem);
    }
    if (l->end != LANE_PROBLEM && l->end != LANE_FENCED && l->end != LANE_CANCELLED)
        forget_problem(l);
    if (l->end == LANE_FENCED)
        l->leased = false;
    else
        lane_release(l);
    (void)journal_flush(l->ports->journal, NULL); /* at worst it waits for the next commit */
    let_go(l);
    arena_done(&l->plan_memory);
    l->plan = NULL;
}

void lane_run_once(struct lane *l, struct lane_report *ret)
{
    struct err err = {0};
    *ret = (struct lane_report){.end = LANE_CANCELLED};
    l->ports->settings(l->ports->ctx, &l->settings);
    if (l->ports->clock->ops->cancelled(l->ports->clock)) {
        (void)lane_pay_owed(l, NULL); /* the next start finds the lease and ends it */
        return;
    }
    if (!take_job(l, ret, &err)) {
        report_problem(l, &err, ret);
        return;
    }
    if (!ret->took)
        return;
    work_job(l);
    leave_job(l, ret);
}
