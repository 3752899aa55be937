/* settle.c - what became of letters that were claimed when the lane died or lost its answer.
 *
 * The idea: the journal knows how far this machine got, the sink (where it can be asked by key)
 * knows the rest; the table in settle.h turns both into the one verdict that is true. Nothing is
 * guessed: what can't be known is in_doubt. */
#include "engine/settle.h"

#include "base/fp.h"
#include "base/str.h"

#include <string.h>

enum { SETTLE_ROWS = 512 }; /* above job_lanes * batch of the largest settings: 16 * 50 is rare */

static void count(struct settle_sum *sum, enum send_state state)
{
    switch (state) {
    case SEND_QUEUED:
        sum->released++;
        break;
    case SEND_SENT:
    case SEND_SIMULATED:
        sum->delivered++;
        break;
    case SEND_IN_DOUBT:
        sum->in_doubt++;
        break;
    default:
        sum->other++;
    }
}

bool settle_decide(const struct settle_case *c, const struct send_verdict *journalled,
                   struct send_verdict *ret)
{
    if (c->fact == JOURNAL_VERDICT) {
        *ret = *journalled;
        /* A takeover put it in doubt before it was reported as held: it is written anew. */
        if (c->state == SEND_IN_DOUBT && journalled->state == SEND_HELD)
            ret->state = SEND_QUEUED;
        return true;
    }
    if (c->fact == JOURNAL_NOTHING) {
        ret->state = SEND_QUEUED;
        return true;
    }
    if (c->mode != c->sink)
        return false;
    if (c->known) {
        enum send_state there = c->sink == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
        ret->state = c->there ? there : SEND_QUEUED;
        return true;
    }
    ret->state = SEND_IN_DOUBT;
    (void)str_copy(ret->reason, sizeof ret->reason,
                   "interrupted after the letter was handed over"); /* it fits */
    return true;
}

/* One row; *ret_decided false: it is left. */
static bool decide(const struct lane_ports *p, const struct send_open *row,
                   struct send_verdict *ret, bool *ret_decided, struct err *err)
{
    struct send_verdict journalled = {0};
    struct settle_case c = {.state = row->state, .mode = row->mode, .sink = p->mail->ops->mode};
    *ret = (struct send_verdict){.id = row->id};
    if (!journal_find(p->journal, row->id, &c.fact, &journalled, err))
        return false;
    if (c.fact == JOURNAL_INTENT && c.mode == c.sink &&
        !p->mail->ops->find(p->mail, row->id, &c.known, &c.there, err))
        return false;
    *ret_decided = settle_decide(&c, &journalled, ret);
    ret->id = row->id;
    return true;
}

/* Journals and reports one batch of verdicts. */
static bool tell(const struct lane_ports *p, const struct send_verdict *verdicts, int32_t n,
                 struct err *err)
{
    struct uuid done[MAIL_BATCH_MAX];
    int32_t dones = 0;
    int64_t now_us = p->clock->ops->now_us(p->clock);
    if (n == 0)
        return true;
    FP("settle_before_verdicts");
    if (!journal_verdicts(p->journal, verdicts, n, now_us, err))
        return false;
    FP("settle_after_verdicts");
    if (!p->authority->ops->sends_end(p->authority, p->engine, verdicts, n, err))
        return false;
    FP("settle_after_report");
    for (int32_t i = 0; i < n; i++)
        if (verdicts[i].state != SEND_IN_DOUBT) /* its intent stays as evidence */
            done[dones++] = verdicts[i].id;
    return dones == 0 || journal_done(p->journal, done, dones, now_us, err);
}

/* One look at the open rows; *ret_decided says how many of them were settled. */
static bool settle_some(const struct lane_ports *p, const struct uuid *job, struct settle_sum *sum,
                        int32_t *ret_seen, int32_t *ret_decided, struct err *err)
{
    struct send_open rows[SETTLE_ROWS];
    struct send_verdict verdicts[MAIL_BATCH_MAX];
    int32_t n = 0;
    *ret_decided = 0;
    if (!p->authority->ops->sends_open(p->authority, p->engine, job, rows, SETTLE_ROWS, ret_seen,
                                       err))
        return false;
    for (int32_t i = 0; i < *ret_seen; i++) {
        bool decided = false;
        if (!decide(p, &rows[i], &verdicts[n], &decided, err))
            return false;
        sum->left += !decided;
        if (!decided)
            continue;
        /* In doubt after a takeover, and so it stays: told only so that nobody asks again. */
        if (verdicts[n].state != SEND_IN_DOUBT || rows[i].state != SEND_IN_DOUBT) {
            count(sum, verdicts[n].state);
            ++*ret_decided;
        }
        n++;
        if (n == MAIL_BATCH_MAX) {
            if (!tell(p, verdicts, n, err))
                return false;
            n = 0;
        }
    }
    return tell(p, verdicts, n, err);
}

bool settle_run(const struct lane_ports *ports, const struct uuid *job, struct settle_sum *ret,
                struct err *err)
{
    int32_t seen, decided;
    *ret = (struct settle_sum){0};
    /* Rows that are settled leave the list; when none did, the rest stays as it is. */
    do {
        ret->left = 0;
        if (!settle_some(ports, job, ret, &seen, &decided, err))
            return false;
        ret->seen += decided;
    } while (seen == SETTLE_ROWS && decided > 0);
    return true;
}
