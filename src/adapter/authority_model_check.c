/* authority_model_check.c - recounts the in-memory record from its ledger. The idea: whatever is
 * kept as a number can be counted again from the rows, and must come out the same. */
#include "authority_model_record.h"

#include <stdlib.h>
#include <string.h>

/* What the ledger says of one job. */
struct recount {
    int32_t *group, *term, *queued, *deferred;
    int64_t total[MODES];
};

static void count_row(const struct model_job *job, const struct model_send *row, struct recount *n)
{
    int32_t group = model_group_index(job, row->group_no);
    int32_t term = model_term_index(job, row->term_no);
    bool holds = send_holds_place(row->state);
    n->total[row->mode] += holds;
    if (row->mode != job->plan.mode)
        return;
    if (holds && row->cycle == job->plan.cycle) {
        n->group[group >= 0 ? group : job->plan.group_count]++;
        n->term[term >= 0 ? term : job->plan.term_count]++;
    }
    if (term >= 0) {
        n->queued[term] += row->state == SEND_QUEUED;
        n->deferred[term] += row->state == SEND_DEFERRED;
    }
}

static bool compare_term(const struct model_job *job, const struct recount *n, int32_t i,
                         struct err *ret)
{
    const struct plan_term *t = &job->plan.terms[i];
    if (t->queued != n->queued[i] || t->deferred != n->deferred[i])
        return err_set(ret, ERR_STOP,
                       "model: job %s term %s: %d queued and %d deferred, but %d and %d rows are",
                       job->plan.job_name, t->text, t->queued, t->deferred, n->queued[i],
                       n->deferred[i]);
    if (job->plan.cycle_ended)
        return true; /* what counts belongs to another mode or a cycle that is over */
    if (t->counted != n->term[i])
        return err_set(ret, ERR_STOP, "model: job %s term %s: counted %d, but %d rows hold a place",
                       job->plan.job_name, t->text, t->counted, n->term[i]);
    if (n->term[i] > job->most_per_term)
        return err_set(ret, ERR_STOP, "model: job %s term %s: %d places of %d are taken",
                       job->plan.job_name, t->text, n->term[i], job->most_per_term);
    return true;
}

static bool compare_group(const struct model_job *job, const struct recount *n, int32_t i,
                          struct err *ret)
{
    const struct plan_group *g = &job->plan.groups[i];
    if (job->plan.cycle_ended)
        return true;
    if (g->counted != n->group[i])
        return err_set(ret, ERR_STOP,
                       "model: job %s group %s: counted %d, but %d rows hold a place",
                       job->plan.job_name, g->name, g->counted, n->group[i]);
    if (n->group[i] > job->most_per_group)
        return err_set(ret, ERR_STOP, "model: job %s group %s: %d places of %d are taken",
                       job->plan.job_name, g->name, n->group[i], job->most_per_group);
    return true;
}

static bool check_job(const struct model_record *r, int32_t at, struct err *ret)
{
    const struct model_job *job = model_job_at(r, at);
    size_t groups = (size_t)job->plan.group_count + 1;
    size_t terms = (size_t)job->plan.term_count + 1;
    int32_t *numbers = calloc(groups + 3 * terms, sizeof *numbers);
    if (numbers == NULL)
        return err_set(ret, ERR_STOP, "model: there is no memory for the check");
    struct recount n = {
        numbers, numbers + groups, numbers + groups + terms, numbers + groups + 2 * terms, {0}};
    for (int32_t i = 0; i < r->sends.count; i++)
        if (model_send_row(r, i)->job == at)
            count_row(job, &model_send_row(r, i)->pub, &n);
    bool ok = true;
    for (int32_t m = 0; ok && m < MODES; m++)
        if (n.total[m] != job->total[m])
            ok = err_set(ret, ERR_STOP, "model: job %s: total %lld, but %lld rows hold a place",
                         job->plan.job_name, (long long)job->total[m], (long long)n.total[m]);
    for (int32_t i = 0; ok && i < job->plan.term_count; i++)
        ok = compare_term(job, &n, i, ret);
    for (int32_t i = 0; ok && i < job->plan.group_count; i++)
        ok = compare_group(job, &n, i, ret);
    free(numbers);
    return ok;
}

/* Facts that hold for each row by itself. */
static bool check_row(const struct model_record *r, int32_t at, struct err *ret)
{
    const struct model_send_row *row = model_send_row(r, at);
    const struct model_send *s = &row->pub;
    bool pending = s->state == SEND_CLAIMED || s->state == SEND_COMMITTING;
    if (s->seq != at + 1 || (pending && !s->open) ||
        (s->open && !pending && s->state != SEND_IN_DOUBT))
        return err_set(ret, ERR_STOP, "model: row %lld is %s and %s", (long long)s->seq,
                       send_state_name(s->state), s->open ? "open" : "not open");
    if (row->lead < 0 || row->lead >= r->leads.count)
        return err_set(ret, ERR_STOP, "model: row %lld has no lead", (long long)s->seq);
    if ((s->attempt > 0) != (s->claimed_at_us > 0))
        return err_set(ret, ERR_STOP, "model: row %lld has %d attempts", (long long)s->seq,
                       s->attempt);
    return true;
}

bool model_check(const struct model_record *r, struct err *ret)
{
    if (r->spent)
        return err_set(ret, ERR_STOP, "model: the record is spent");
    for (int32_t i = 0; i < r->sends.count; i++)
        if (!check_row(r, i, ret))
            return false;
    for (int32_t i = 0; i < r->jobs.count; i++)
        if (!model_job_at(r, i)->deleted && !check_job(r, i, ret))
            return false;
    return true;
}

/* --- the log -----------------------------------------------------------------------------------*/

/* What the log tells of one row. */
struct told {
    int32_t leads, ends, claims;
    enum send_state end;
};

static bool is_end(enum send_state state)
{
    return state == SEND_SENT || state == SEND_SIMULATED || state == SEND_REJECTED ||
           state == SEND_SUPPRESSED || state == SEND_CANCELLED;
}

/* The state from which a row never moves again and of which this event tells; else SEND_STATES. */
static enum send_state end_of(const struct model_event *e)
{
    enum send_state state = SEND_STATES;
    switch (e->kind) {
    case EVENT_SENT:
        return SEND_SENT;
    case EVENT_SIMULATED:
        return SEND_SIMULATED;
    case EVENT_REJECTED:
        return SEND_REJECTED;
    case EVENT_SUPPRESSED:
        return SEND_SUPPRESSED;
    case EVENT_CANCELLED:
        return SEND_CANCELLED;
    case EVENT_SEND_SETTLED: /* its text is the state */
        return send_state_parse(e->text, &state) && is_end(state) ? state : SEND_STATES;
    default:
        return SEND_STATES;
    }
}

static bool compare_told(const struct model_record *r, int32_t at, const struct told *t,
                         struct err *ret)
{
    const struct model_send *s = &model_send_row(r, at)->pub;
    bool ended = is_end(s->state);
    if (t->leads == 1 && t->ends == ended && (!ended || t->end == s->state))
        return true;
    return err_set(ret, ERR_STOP,
                   "model: letter %lld is %s, but the log has %d lines of its "
                   "beginning and %d of its end",
                   (long long)s->seq, send_state_name(s->state), t->leads, t->ends);
}

static void hear(const struct model_event *e, struct told *told, int64_t rows, int64_t *claimed)
{
    if (e->kind == EVENT_CLAIMED)
        *claimed += e->n1;
    if (e->send_seq < 1 || e->send_seq > rows)
        return;
    struct told *t = &told[e->send_seq - 1];
    t->leads += e->kind == EVENT_LEAD;
    if (end_of(e) != SEND_STATES) {
        t->ends++;
        t->end = end_of(e);
    }
}

bool model_check_log(const struct model_record *r, struct err *ret)
{
    int64_t rows = r->sends.count, claimed = 0, attempts = 0;
    struct told *told = calloc((size_t)rows + 1, sizeof *told);
    if (told == NULL)
        return err_set(ret, ERR_STOP, "model: there is no memory for the check");
    for (int64_t i = 0; i < r->events.count; i++)
        hear(model_event_at(r, i), told, rows, &claimed);
    bool ok = true;
    for (int32_t i = 0; ok && i < rows; i++) {
        attempts += model_send_row(r, i)->pub.attempt;
        ok = compare_told(r, i, &told[i], ret);
    }
    free(told);
    if (ok && attempts != claimed)
        ok = err_set(ret, ERR_STOP, "model: %lld letters were claimed, the log tells of %lld",
                     (long long)attempts, (long long)claimed);
    return ok;
}
