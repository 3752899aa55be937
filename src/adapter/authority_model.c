/* authority_model.c - the in-memory authority's handle: engines, leases, events, and the table of
 * commands. The idea: a command runs to its end without waiting for anything, so it is its own
 * transaction; what it may refuse it refuses before it changes the first thing. */
#include "adapter/authority_model.h"

#include "authority_model_record.h"

#include <stdlib.h>
#include <string.h>

int64_t model_now(struct model_handle *h)
{
    return h->clock->ops->now_us(h->clock);
}

static void store_event(struct model_record *r, const struct model_event *event)
{
    struct model_event *row = model_row_add(r, &r->events, sizeof *row);
    if (row == NULL)
        return;
    *row = *event;
    row->actor = model_text(r, event->actor);
    row->text = model_text(r, event->text);
    r->audits += row->actor[0] != '\0';
}

void model_event(struct model_handle *h, const struct model_event *event)
{
    struct model_event stamped = *event;
    stamped.at_us = model_now(h);
#ifdef PLANTED_BUGS
    if (h->r->bug == MODEL_BUG_LOG_OUTSIDE) {
        stamped.text = model_text(h->r, event->text);
        struct model_event *late = model_row_add(h->r, &h->late_events, sizeof *late);
        if (late != NULL)
            *late = stamped;
        return;
    }
#endif
    store_event(h->r, &stamped);
}

bool model_begin(struct model_handle *h, struct err *err)
{
#ifdef PLANTED_BUGS
    /* What a planted bug has put off happens now. */
    struct model_event *late = h->late_events.data;
    for (int64_t i = 0; i < h->late_events.count; i++)
        store_event(h->r, &late[i]);
    h->late_events.count = 0;
    model_sends_planted_flush(h);
#endif
    return model_whole(h->r, err);
}

/* --- engines and leases ------------------------------------------------------------------------*/

/* What the engine's dead predecessor held ends here. */
static bool hello(struct authority *a, const struct engine_card *card, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    for (int32_t i = 0; i < h->r->jobs.count; i++) {
        struct model_job *job = model_job_at(h->r, i);
        if (job->deleted || !uuid_equal(job->owner, card->id))
            continue;
        job->owner = (struct uuid){0};
        job->lease_until = 0;
        job->by_hand = false;
        if (job->state == JOB_RUNNING && job->desired != DESIRED_RUN)
            model_job_rests(h, i);
    }
    return model_whole(h->r, err);
}

bool model_lease_free(const struct model_job *job, int64_t now)
{
    return uuid_is_zero(job->owner) || job->lease_until <= now;
}

/* What other engines had claimed is in doubt from now on. */
static void doubt_foreign(struct model_handle *h, int32_t at, struct uuid engine)
{
    for (int64_t i = 0; i < h->r->open.count; i++) {
        int32_t send = ((int32_t *)h->r->open.data)[i];
        struct model_send_row *row = model_send_row(h->r, send);
        if (row->job != at || uuid_equal(row->pub.owner, engine) ||
            !send_move_allowed(row->pub.state, SEND_IN_DOUBT))
            continue;
        model_send_move(h, send, SEND_IN_DOUBT);
        model_send_event(h, send, EVENT_IN_DOUBT, "", "another engine took the job over");
    }
}

static void take(struct model_handle *h, int32_t at, struct uuid engine, bool by_hand,
                 struct lease *ret)
{
    struct model_job *job = model_job_at(h->r, at);
    bool over = !uuid_is_zero(job->owner) && !uuid_equal(job->owner, engine);
    job->owner = engine;
    job->token = (struct uuid){0};
    job->by_hand = by_hand;
    job->wait_until = 0;
    job->epoch++;
    job->lease_until = model_now(h) + LEASE_TTL_US;
    *ret = (struct lease){job->plan.job, engine, job->epoch};
    doubt_foreign(h, at, engine);
    char name[UUID_TEXT_SIZE];
    uuid_text(engine, name);
    model_event(
        h, &(struct model_event){
               .kind = EVENT_LEASE_TAKEN, .job = job->plan.job, .n1 = job->epoch, .text = name});
    if (over)
        model_event(h, &(struct model_event){.kind = EVENT_LEASE_TAKEN_OVER,
                                             .job = job->plan.job,
                                             .n1 = job->epoch,
                                             .text = name});
}

static int64_t wait_of(const struct model_job *job)
{
    return job->wait_until > job->rest_until ? job->wait_until : job->rest_until;
}

/* The live lease that this wish was given before; NULL none. */
static struct model_job *given_before(struct model_handle *h, struct uuid engine,
                                      enum mail_mode mode, struct uuid token)
{
    for (int32_t i = 0; i < h->r->jobs.count && !uuid_is_zero(token); i++) {
        struct model_job *job = model_job_at(h->r, i);
        if (uuid_equal(job->token, token) && uuid_equal(job->owner, engine) && !job->by_hand &&
            job->lease_until > model_now(h) && job->plan.mode == mode && !job->deleted)
            return job;
    }
    return NULL;
}

static bool job_acquire(struct authority *a, struct uuid engine, enum mail_mode mode,
                        struct uuid token, struct lease *ret, bool *ret_found, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int64_t now = model_now(h);
    struct model_job *ours = given_before(h, engine, mode, token);
    if (ours != NULL) {
        ours->lease_until = now + LEASE_TTL_US;
        *ret = (struct lease){ours->plan.job, engine, ours->epoch};
        *ret_found = true;
        return model_whole(h->r, err);
    }
    int32_t best = -1;
    for (int32_t i = 0; i < h->r->jobs.count; i++) {
        const struct model_job *job = model_job_at(h->r, i);
        if (job->deleted || job->state != JOB_RUNNING || !model_lease_free(job, now))
            continue;
        if (job->desired != DESIRED_RUN)
            model_job_rests(h, i); /* its engine died before it could obey */
        else if (job->plan.mode == mode && wait_of(job) <= now &&
                 (best < 0 || job->released < model_job_at(h->r, best)->released))
            best = i;
    }
    *ret_found = best >= 0;
    if (best >= 0) {
        take(h, best, engine, false, ret);
        model_job_at(h->r, best)->token = token;
    }
    return model_whole(h->r, err);
}

static bool job_acquire_one(struct authority *a, struct uuid engine, enum mail_mode mode,
                            const struct job_ref *ref, struct lease *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_job_named(h->r, ref);
    if (at < 0)
        return err_set(err, ERR_REFUSED, "job: there is no job \"%s\" in workspace \"%s\"",
                       ref->name, ref->workspace);
    struct model_job *job = model_job_at(h->r, at);
    if (!model_lease_free(job, model_now(h)))
        return err_set(err, ERR_CONFLICT, "job: \"%s\" is being worked; stop it first", ref->name);
    if (job->plan.mode != mode && job->plan.cycle > 0)
        return err_set(err, ERR_CONFLICT, "job: \"%s\" ran in mode %s; start it in mode %s first",
                       ref->name, mail_mode_name(job->plan.mode), mail_mode_name(mode));
    model_mode_set(h->r, job, mode);
    take(h, at, engine, true, ret);
    return model_whole(h->r, err);
}

int32_t model_fence(struct model_handle *h, const struct lease *lease, struct err *err)
{
    int32_t at = model_job_of(h->r, lease->job);
    if (at >= 0) {
        const struct model_job *job = model_job_at(h->r, at);
        if (job->epoch == lease->epoch && uuid_equal(job->owner, lease->engine) &&
            job->lease_until > model_now(h))
            return at;
    }
    (void)err_set(err, ERR_FENCED, "lease: this engine no longer holds the job"); /* -1 says so */
    return -1;
}

static bool lease_renew(struct authority *a, const struct lease *lease, struct progress *ret,
                        struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_fence(h, lease, err);
    if (at < 0)
        return false;
    struct model_job *job = model_job_at(h->r, at);
    job->lease_until = model_now(h) + LEASE_TTL_US;
    *ret = (struct progress){
        .total = job->total[job->plan.mode], .rev = job->plan.rev, .desired = job->desired};
    return true;
}

void model_job_rests(struct model_handle *h, int32_t at)
{
    struct model_job *job = model_job_at(h->r, at);
    bool pause = job->desired == DESIRED_PAUSE;
    job->state = pause ? JOB_PAUSED : JOB_STOPPED;
    model_event(h, &(struct model_event){.kind = pause ? EVENT_JOB_PAUSED : EVENT_JOB_STOPPED,
                                         .job = job->plan.job,
                                         .n1 = job->total[job->plan.mode]});
}

static bool lease_release(struct authority *a, const struct lease *lease, const struct release *how,
                          struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_fence(h, lease, err);
    if (at < 0)
        return false;
    struct model_job *job = model_job_at(h->r, at);
    job->owner = (struct uuid){0};
    job->lease_until = 0;
    job->released = ++h->r->releases;
    job->by_hand = false;
    if (job->state == JOB_RUNNING && how->state == JOB_RUNNING)
        job->wait_until = how->wait_until_us;
    if (job->state == JOB_RUNNING && how->state == JOB_FAILED) {
        job->state = JOB_FAILED;
        job->desired = DESIRED_STOP;
        job->error = model_text(h->r, how->reason);
        model_event(h, &(struct model_event){
                           .kind = EVENT_JOB_FAILED, .job = job->plan.job, .text = how->reason});
    } else if (job->state == JOB_RUNNING && job->desired != DESIRED_RUN) {
        model_job_rests(h, at);
    }
    model_event(h, &(struct model_event){
                       .kind = EVENT_LEASE_RELEASED, .job = lease->job, .n1 = lease->epoch});
    return model_whole(h->r, err);
}

static bool job_desired(struct authority *a, struct uuid id, struct progress *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    int32_t at = model_job_of(h->r, id);
    *ret = (struct progress){.desired = DESIRED_STOP}; /* a job that is gone */
    if (at >= 0) {
        const struct model_job *job = model_job_at(h->r, at);
        ret->rev = job->plan.rev;
        ret->desired = job->by_hand ? DESIRED_RUN : job->desired;
    }
    return model_whole(h->r, err);
}

static bool next_due(struct authority *a, enum mail_mode mode, struct next_due *ret,
                     struct err *err)
{
    struct model_handle *h = model_self(a);
    int64_t now = model_now(h);
    *ret = (struct next_due){.wait_us = INT64_MAX, .lapse_us = INT64_MAX};
    for (int32_t i = 0; i < h->r->jobs.count; i++) {
        const struct model_job *job = model_job_at(h->r, i);
        if (job->deleted || job->state != JOB_RUNNING || job->plan.mode != mode)
            continue;
        if (job->desired == DESIRED_RUN && wait_of(job) > now && wait_of(job) < ret->wait_us)
            ret->wait_us = wait_of(job);
        if (!uuid_is_zero(job->owner) && job->lease_until > now && job->lease_until < ret->lapse_us)
            ret->lapse_us = job->lease_until;
    }
    return model_whole(h->r, err);
}

static void free_handle(struct authority *a)
{
#ifdef PLANTED_BUGS
    free(model_self(a)->late_events.data);
#endif
    free(a);
}

static const struct authority_ops ops = {
    .kind = "model",
    .hello = hello,
    .job_acquire = job_acquire,
    .job_acquire_one = job_acquire_one,
    .lease_renew = lease_renew,
    .lease_release = lease_release,
    .job_desired = job_desired,
    .next_due = next_due,
    .job_load = model_job_load,
    .template_load = model_template_load,
    .variation_load = model_variation_load,
    .job_move = model_job_move,
    .search_end = model_search_end,
    .search_failed = model_search_failed,
    .sends_exchange = model_sends_exchange,
    .sends_end = model_sends_end,
    .sends_open = model_sends_open,
    .job_put = model_job_put,
    .job_get = model_job_get,
    .job_control = model_job_control,
    .job_delete = model_job_delete,
    .workspace_put = model_workspace_put,
    .workspace_delete = model_workspace_delete,
    .template_put = model_template_put,
    .template_delete = model_template_delete,
    .suppress = model_suppress,
    .send_settle = model_send_settle,
    .send_heard = model_send_heard,
    .leads_import = model_leads_import,
    .free = free_handle,
};

struct authority *authority_model_new(struct model_record *r, struct clock_port *clock)
{
    struct model_handle *h = calloc(1, sizeof *h);
    if (h == NULL)
        return NULL;
    h->port.ops = &ops;
    h->r = r;
    h->clock = clock;
    return &h->port;
}

#ifdef PLANTED_BUGS
void model_record_plant(struct model_record *r, enum model_bug bug)
{
    r->bug = bug;
}
#endif
