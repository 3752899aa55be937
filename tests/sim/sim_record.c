/* sim_record.c - the authority as a lane sees it: far away. A call is carried out at one instant,
 * or not at all; around that instant time passes, and the answer may get lost. */
#include "sim/sim_inside.h"

/* Names of the calls for the trace. */
enum {
    OP_HELLO = 10,
    OP_ACQUIRE,
    OP_RENEW,
    OP_RELEASE,
    OP_DESIRED,
    OP_NEXT_DUE,
    OP_LOAD,
    OP_TEMPLATE,
    OP_VARIATION,
    OP_MOVE,
    OP_SEARCH_END,
    OP_SEARCH_FAILED,
    OP_EXCHANGE,
    OP_END,
    OP_OPEN
};

static enum sim_outcome draw_outcome(struct sim *s)
{
    for (int i = SIM_REFUSED; i < SIM_OUTCOMES; i++)
        if (s->rates.outcome[i] > 0 && sim_accident(s, s->rates.outcome[i]))
            return (enum sim_outcome)i;
    return SIM_DONE;
}

static int64_t way(struct sim *s, enum sim_outcome outcome)
{
    if (outcome == SIM_LATE)
        return sim_between(s, SIM_SECOND, 40 * SIM_SECOND);
    return sim_between(s, 200, 4000);
}

bool sim_before(struct sim_task *t, int op, enum sim_outcome *ret, struct err *err)
{
    struct sim *s = t->sim;
    *ret = draw_outcome(s);
    s->result->calls++;
    s->result->refused += *ret == SIM_REFUSED;
    s->result->lost += *ret == SIM_LOST;
    s->result->unanswered += *ret == SIM_UNANSWERED;
    s->result->late += *ret == SIM_LATE;
    sim_sleep(t, *ret == SIM_LOST ? 5 * SIM_SECOND : way(s, *ret));
    sim_trace(s, (uint64_t)op, (uint64_t)*ret);
    if (*ret == SIM_REFUSED)
        return err_set(err, ERR_RETRY, "record: it is busy");
    if (*ret == SIM_LOST)
        return err_set(err, ERR_UNREACHABLE, "record: no answer");
    return true;
}

bool sim_after(struct sim_task *t, int op, enum sim_outcome outcome, bool ok, struct err *err)
{
    sim_trace(t->sim, (uint64_t)op, (uint64_t)ok + 16);
    if (outcome == SIM_UNANSWERED) {
        sim_sleep(t, 5 * SIM_SECOND);
        return err_set(err, ERR_RETRY, "record: no answer");
    }
    sim_sleep(t, way(t->sim, SIM_DONE));
    return ok;
}

static struct sim_record *self(struct authority *a)
{
    return (struct sim_record *)a;
}

/* One call: CALL is the real one. An answer that is lost leaves nothing behind with the caller, so
 * results of calls go to `hidden` first. */
#define AROUND(op, CALL)                                                                           \
    struct sim_record *r = self(a);                                                                \
    struct authority *real = r->real;                                                              \
    enum sim_outcome outcome;                                                                      \
    if (!sim_before(r->task, (op), &outcome, err))                                                 \
        return false;                                                                              \
    r->task->sim->atomic = true;                                                                   \
    bool ok = (CALL);                                                                              \
    r->task->sim->atomic = false;                                                                  \
    ok = sim_after(r->task, (op), outcome, ok, err)

static bool hello(struct authority *a, const struct engine_card *card, struct err *err)
{
    AROUND(OP_HELLO, real->ops->hello(real, card, err));
    return ok;
}

/* The real call, and a look at the lease in the instant in which it is given. */
static bool take(struct sim_task *t, struct uuid engine, enum mail_mode mode, struct uuid token,
                 struct lease *ret, bool *ret_found, struct err *err)
{
    struct authority *real = t->record.real;
    bool ok = real->ops->job_acquire(real, engine, mode, token, ret, ret_found, err);
    if (ok && *ret_found)
        sim_job_taken(t->sim, ret);
    return ok;
}

static bool acquire(struct authority *a, struct uuid engine, enum mail_mode mode, struct uuid token,
                    struct lease *ret, bool *ret_found, struct err *err)
{
    struct lease hidden;
    bool found = false;
    AROUND(OP_ACQUIRE, take(r->task, engine, mode, token, &hidden, &found, err));
    (void)real;
    if (!ok)
        return false;
    *ret_found = found;
    if (found)
        *ret = hidden;
    return true;
}

static bool renew(struct authority *a, const struct lease *lease, struct progress *ret,
                  struct err *err)
{
    struct progress hidden;
    AROUND(OP_RENEW, real->ops->lease_renew(real, lease, &hidden, err));
    if (ok)
        *ret = hidden;
    return ok;
}

static bool release(struct authority *a, const struct lease *lease, const struct release *how,
                    struct err *err)
{
    AROUND(OP_RELEASE, real->ops->lease_release(real, lease, how, err));
    return ok;
}

static bool desired(struct authority *a, struct uuid job, struct progress *ret, struct err *err)
{
    struct progress hidden = {0};
    AROUND(OP_DESIRED, real->ops->job_desired(real, job, &hidden, err));
    if (ok)
        *ret = hidden;
    return ok;
}

static bool next_due(struct authority *a, enum mail_mode mode, struct next_due *ret,
                     struct err *err)
{
    struct next_due hidden = {0};
    AROUND(OP_NEXT_DUE, real->ops->next_due(real, mode, &hidden, err));
    if (ok)
        *ret = hidden;
    return ok;
}

static bool load(struct authority *a, struct uuid job, struct arena *arena, struct plan **ret,
                 struct err *err)
{
    struct plan *hidden = NULL;
    AROUND(OP_LOAD, real->ops->job_load(real, job, arena, &hidden, err));
    if (ok)
        *ret = hidden;
    return ok;
}

static bool template_load(struct authority *a, struct uuid job, int32_t group_no,
                          struct arena *arena, struct template_def *ret, struct err *err)
{
    struct template_def hidden;
    AROUND(OP_TEMPLATE, real->ops->template_load(real, job, group_no, arena, &hidden, err));
    if (ok)
        *ret = hidden;
    return ok;
}

static bool variation_load(struct authority *a, struct uuid job, int32_t term_no, int32_t k,
                           char ret[TERM_MAX_BYTES + 1], struct err *err)
{
    AROUND(OP_VARIATION, real->ops->variation_load(real, job, term_no, k, ret, err));
    return ok;
}

static bool move(struct authority *a, const struct lease *lease, const struct plan *plan,
                 const struct move *what, int64_t rest_until_us, struct err *err)
{
    AROUND(OP_MOVE, real->ops->job_move(real, lease, plan, what, rest_until_us, err));
    return ok;
}

static bool search_failed(struct authority *a, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err)
{
    AROUND(OP_SEARCH_FAILED, real->ops->search_failed(real, lease, group_no, term_no, reason, err));
    return ok;
}

/* A look at the limits in the instant in which letters were claimed. */
static void look_at_grant(struct sim_record *r, const struct lease *lease,
                          const struct send_grant *grant)
{
    struct sim *s = r->task->sim;
    sim_check_limits(s, lease, grant);
    if (grant->count > 0 && sim_accident(s, s->rates.busy))
        sim_order(s, s->now + sim_between(s, 0, 3 * SIM_SECOND), SIM_DIE, r->task->engine->number,
                  0);
}

static bool give_first(struct sim_record *r, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    bool ok = r->real->ops->search_end(r->real, lease, result, want, ret, ret_grant, err);
    if (ok)
        look_at_grant(r, lease, ret_grant);
    return ok;
}

/* A grant is large: only one that nobody receives goes elsewhere. A lane always wants one. */
static bool search_end(struct authority *a, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    struct search_taken hidden;
    struct send_grant *scratch = &self(a)->task->sim->scratch;
    AROUND(OP_SEARCH_END, give_first(r, lease, result, want, &hidden,
                                     outcome == SIM_UNANSWERED ? scratch : ret_grant, err));
    (void)real;
    if (ok)
        *ret = hidden;
    return ok;
}

static bool give(struct sim_record *r, const struct lease *lease,
                 const struct send_verdict *verdicts, int32_t verdict_count,
                 const struct send_want *want, struct send_grant *ret, struct err *err)
{
    bool ok = r->real->ops->sends_exchange(r->real, lease, verdicts, verdict_count, want, ret, err);
    if (ok)
        look_at_grant(r, lease, ret);
    return ok;
}

static bool exchange(struct authority *a, const struct lease *lease,
                     const struct send_verdict *verdicts, int32_t verdict_count,
                     const struct send_want *want, struct send_grant *ret, struct err *err)
{
    struct send_grant *scratch = &self(a)->task->sim->scratch;
    AROUND(OP_EXCHANGE, give(r, lease, verdicts, verdict_count, want,
                             outcome == SIM_UNANSWERED ? scratch : ret, err));
    (void)real;
    return ok;
}

static bool sends_end(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                      int32_t count, struct err *err)
{
    AROUND(OP_END, real->ops->sends_end(real, engine, verdicts, count, err));
    return ok;
}

static bool sends_open(struct authority *a, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    int32_t hidden = 0;
    AROUND(OP_OPEN, real->ops->sends_open(real, engine, job, rows, max, &hidden, err));
    if (ok)
        *ret_count = hidden;
    return ok;
}

static const struct authority_ops ops = {
    .kind = "far away",
    .hello = hello,
    .job_acquire = acquire,
    .lease_renew = renew,
    .lease_release = release,
    .job_desired = desired,
    .next_due = next_due,
    .job_load = load,
    .template_load = template_load,
    .variation_load = variation_load,
    .job_move = move,
    .search_end = search_end,
    .search_failed = search_failed,
    .sends_exchange = exchange,
    .sends_end = sends_end,
    .sends_open = sends_open,
};

void sim_record_init(struct sim_task *t)
{
    t->record.port.ops = &ops;
    t->record.task = t;
}
