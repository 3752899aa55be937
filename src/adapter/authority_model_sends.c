/* authority_model_sends.c - the in-memory ledger: claims, verdicts, counters.
 *
 * The one idea: a row changes its state in model_send_move() alone, and whatever counts rows is
 * moved there with it. */
#include "authority_model_record.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

/* --- counters ----------------------------------------------------------------------------------*/

/* A row takes (+1) or frees (-1) a place of its term and group. */
static void count_place(struct model_handle *h, int32_t send, int32_t delta)
{
    const struct model_send *row = &model_send_row(h->r, send)->pub;
    struct model_job *job = model_job_at(h->r, model_send_row(h->r, send)->job);
    job->total[row->mode] += delta;
    if (row->mode != job->plan.mode || row->cycle != job->plan.cycle)
        return;
    int32_t group = model_group_index(job, row->group_no);
    int32_t term = model_term_index(job, row->term_no);
    if (group >= 0)
        job->plan.groups[group].counted += delta;
    if (term >= 0)
        job->plan.terms[term].counted += delta;
}

void model_sends_planted_flush(struct model_handle *h)
{
#ifdef PLANTED_BUGS
    for (int32_t i = 0; i < h->late_counts; i++)
        count_place(h, h->late_count[i].send, h->late_count[i].delta);
    h->late_counts = 0;
#else
    (void)h;
#endif
}

static void count_now_or_late(struct model_handle *h, int32_t send, int32_t delta)
{
#ifdef PLANTED_BUGS
    if (h->r->bug == MODEL_BUG_COUNT_LATE && h->late_counts < MAIL_BATCH_MAX) {
        h->late_count[h->late_counts++] = (struct model_late_count){send, delta};
        return;
    }
#endif
    count_place(h, send, delta);
}

/* Queued and deferred rows of the term, for those of the job's mode. */
static void count_open(struct model_job *job, const struct model_send *row, int32_t term,
                       enum send_state state, int32_t delta)
{
    if (term < 0 || row->mode != job->plan.mode)
        return;
    if (state == SEND_QUEUED)
        job->plan.terms[term].queued += delta;
    if (state == SEND_DEFERRED)
        job->plan.terms[term].deferred += delta;
}

void model_mode_set(struct model_record *r, struct model_job *job, enum mail_mode mode)
{
    if (job->plan.mode == mode)
        return;
    job->plan.mode = mode;
    for (int32_t term = 0; term < job->plan.term_count; term++) {
        job->plan.terms[term].queued = job->plan.terms[term].deferred = 0;
        const int32_t *list = job->rows[term].list.data;
        for (int64_t i = 0; i < job->rows[term].list.count; i++) {
            const struct model_send *row = &model_send_row(r, list[i])->pub;
            count_open(job, row, term, row->state, 1);
        }
    }
}

/* The row may be claimed again: its term looks for rows from here on. */
static void reopen(struct model_job *job, int32_t term, int32_t send)
{
    if (term < 0)
        return;
    struct model_term_rows *rows = &job->rows[term];
    const int32_t *list = rows->list.data;
    int32_t low = 0;
    int32_t high = rows->first_open;
    while (low < high) { /* rows are in order of queueing, and indexes are too */
        int32_t middle = low + (high - low) / 2;
        if (list[middle] < send)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < rows->first_open && list[low] == send)
        rows->first_open = low;
}

void model_send_move(struct model_handle *h, int32_t send, enum send_state to)
{
    struct model_send_row *row = model_send_row(h->r, send);
    struct model_job *job = model_job_at(h->r, row->job);
    int32_t term = model_term_index(job, row->pub.term_no);
    enum send_state from = row->pub.state;
    bool had = send_holds_place(from);
    bool has = send_holds_place(to);
    count_open(job, &row->pub, term, from, -1);
    count_open(job, &row->pub, term, to, 1);
    if (had && !has)
        count_now_or_late(h, send, -1);
    if (!had && has) {
        row->pub.cycle = job->plan.cycle; /* it counts in the cycle that claims it */
        count_now_or_late(h, send, 1);
    }
    row->pub.state = to;
    if (to == SEND_QUEUED || to == SEND_DEFERRED)
        reopen(job, term, send);
}

void model_send_event(struct model_handle *h, int32_t send, enum event_kind kind, const char *actor,
                      const char *text)
{
    const struct model_send *row = &model_send_row(h->r, send)->pub;
    model_event(h, &(struct model_event){
                       .kind = kind,
                       .job = row->job,
                       .group_no = row->group_no,
                       .term_no = row->term_no,
                       .send_seq = row->seq,
                       .n1 = row->code,
                       .actor = actor,
                       .text = text,
                   });
}

int32_t model_deferred_due(const struct model_record *r, const struct model_job *job, int32_t term,
                           int64_t now)
{
    int32_t due = 0;
    if (job->plan.terms[term].deferred == 0)
        return 0;
    const struct model_term_rows *rows = &job->rows[term];
    const int32_t *list = rows->list.data;
    for (int32_t i = rows->first_open; i < rows->list.count; i++) {
        const struct model_send *row = &model_send_row(r, list[i])->pub;
        due +=
            row->mode == job->plan.mode && row->state == SEND_DEFERRED && row->retry_at_us <= now;
    }
    return due;
}

void model_progress(struct model_handle *h, int32_t at, int32_t group_no, int32_t term_no,
                    struct progress *ret)
{
    const struct model_job *job = model_job_at(h->r, at);
    int32_t group = model_group_index(job, group_no);
    int32_t term = model_term_index(job, term_no);
    *ret = (struct progress){
        .total = job->total[job->plan.mode], .rev = job->plan.rev, .desired = job->desired};
    if (group >= 0)
        ret->group_counted = job->plan.groups[group].counted;
    if (term >= 0) {
        ret->term_counted = job->plan.terms[term].counted;
        ret->queued = job->plan.terms[term].queued;
        ret->deferred = job->plan.terms[term].deferred;
        ret->deferred_due = model_deferred_due(h->r, job, term, model_now(h));
    }
}

bool model_contacted(const struct model_record *r, int32_t lead, int32_t job)
{
    for (int32_t i = model_lead_at(r, lead)->first_send; i >= 0;
         i = model_send_row(r, i)->next_of_lead) {
        const struct model_send_row *row = model_send_row(r, i);
        if (row->job != job && row->pub.mode != MODE_DRYRUN &&
            (row->pub.state == SEND_SENT || row->pub.state == SEND_IN_DOUBT ||
             row->pub.state == SEND_CLAIMED || row->pub.state == SEND_COMMITTING))
            return true;
    }
    return false;
}

/* --- rows that are claimed and without a verdict -----------------------------------------------*/

static void open_add(struct model_handle *h, int32_t send)
{
    if (model_row_add(h->r, &h->r->open, sizeof(int32_t)) == NULL)
        return;
    int32_t *list = h->r->open.data;
    int64_t at = h->r->open.count - 1;
    for (; at > 0 && list[at - 1] > send; at--)
        list[at] = list[at - 1];
    list[at] = send;
    model_send_row(h->r, send)->pub.open = true;
}

void model_open_remove(struct model_handle *h, int32_t send)
{
    int32_t *list = h->r->open.data;
    int64_t kept = 0;
    for (int64_t i = 0; i < h->r->open.count; i++)
        if (list[i] != send)
            list[kept++] = list[i];
    h->r->open.count = kept;
    model_send_row(h->r, send)->pub.open = false;
}

bool model_sends_open(struct authority *a, struct uuid engine, const struct uuid *job,
                      struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    struct model_handle *h = model_self(a);
    *ret_count = 0;
    for (int64_t i = 0; i < h->r->open.count && *ret_count < max; i++) {
        const struct model_send *row = &model_send_row(h->r, ((int32_t *)h->r->open.data)[i])->pub;
        if (uuid_equal(row->owner, engine) && (job == NULL || uuid_equal(row->job, *job)))
            rows[(*ret_count)++] = (struct send_open){row->id, row->job, row->mode, row->state};
    }
    return model_whole(h->r, err);
}

/* --- verdicts ----------------------------------------------------------------------------------*/

static bool same_suppression(const struct model_record *r, int32_t row, const void *key)
{
    const struct model_suppression *s =
        (const struct model_suppression *)r->suppressions.data + row;
    const struct model_suppression *want = key;
    return s->workspace == want->workspace && str_equal(s->subject, want->subject);
}

bool model_list_subject(struct model_handle *h, int32_t workspace, const char *subject,
                        const char *actor, bool add)
{
    struct model_record *r = h->r;
    struct model_suppression key = {.workspace = workspace, .subject = subject};
    uint64_t hash = str_hash(subject, strlen(subject), 0);
    int32_t at = model_find(r, &r->suppressed, hash, same_suppression, &key);
    struct model_suppression *row =
        at < 0 ? NULL : (struct model_suppression *)r->suppressions.data + at;
    if ((row != NULL && row->active) == add)
        return false;
    if (row == NULL) {
        row = model_row_add(r, &r->suppressions, sizeof *row);
        if (row == NULL)
            return false;
        *row = (struct model_suppression){workspace, false, model_text(r, subject)};
        model_index_add(r, &r->suppressed, hash, (int32_t)r->suppressions.count - 1);
    }
    row->active = add;
    model_event(h,
                &(struct model_event){.kind = add ? EVENT_SUPPRESS_ADDED : EVENT_SUPPRESS_REMOVED,
                                      .actor = actor,
                                      .text = subject});
    return true;
}

/* A fact moves a row that is claimed or in doubt, and says nothing about any other. */
static void take_verdict(struct model_handle *h, struct uuid engine,
                         const struct send_verdict *verdict)
{
    int32_t send = model_send_of(h->r, verdict->id);
    if (send < 0)
        return;
    struct model_send *row = &model_send_row(h->r, send)->pub;
    bool waits =
        row->state == SEND_CLAIMED || row->state == SEND_COMMITTING || row->state == SEND_IN_DOUBT;
    if (!waits || !uuid_equal(row->owner, engine))
        return;
    if (row->state == SEND_IN_DOUBT && verdict->state == SEND_IN_DOUBT)
        model_open_remove(h,
                          send); /* in doubt by a takeover, now by its engine's word: nothing new */
    if (!send_move_allowed(row->state, verdict->state))
        return;
    row->code = verdict->code;
    row->reason = model_text(h->r, verdict->reason);
    row->retry_at_us = verdict->state == SEND_DEFERRED ? verdict->retry_at_us : 0;
    if (verdict->sha256[0] != '\0')
        (void)str_copy(row->sha256, sizeof row->sha256, verdict->sha256); /* 64 digits */
    model_open_remove(h, send);
    model_send_move(h, send, verdict->state);
    model_send_event(h, send, event_of_send(verdict->state), "", verdict->reason);
    if (ledger_nobody_there(verdict))
        (void)model_list_subject(h, model_job_at(h->r, model_send_row(h->r, send)->job)->workspace,
                                 row->address, LEDGER_BOUNCE_ACTOR, true); /* model_whole() tells */
}

bool model_sends_end(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                     int32_t count, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    for (int32_t i = 0; i < count; i++)
        take_verdict(h, engine, &verdicts[i]);
    return model_whole(h->r, err);
}

bool model_send_settle(struct authority *a, const char *actor, struct uuid id, enum settle_how how,
                       struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t send = model_send_of(h->r, id);
    if (send < 0)
        return err_set(err, ERR_REFUSED, "sends: there is no such letter");
    const struct model_send *row = &model_send_row(h->r, send)->pub;
    enum send_state accepted = row->mode == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
    enum send_state to = how == SETTLE_SENT    ? accepted
                         : how == SETTLE_AGAIN ? SEND_QUEUED
                                               : SEND_CANCELLED;
    if ((row->state != SEND_IN_DOUBT && row->state != SEND_HELD) ||
        !send_move_allowed(row->state, to))
        return err_set(err, ERR_REFUSED, "sends: a letter that is %s can't become %s",
                       send_state_name(row->state), send_state_name(to));
    model_open_remove(h, send);
    if (to == SEND_QUEUED)
        model_send_row(h->r, send)->pub.queued_at_us = model_now(h);
    model_send_move(h, send, to);
    model_send_event(h, send, EVENT_SEND_SETTLED, actor, send_state_name(to));
    return model_whole(h->r, err);
}

/* --- claims ------------------------------------------------------------------------------------*/

static void claim(struct model_handle *h, int32_t send, const struct lease *lease,
                  struct send_row *ret)
{
    struct model_send_row *row = model_send_row(h->r, send);
    int64_t now = model_now(h);
    row->pub.owner = lease->engine;
    row->pub.epoch = lease->epoch;
    row->pub.attempt++;
    row->pub.claimed_at_us = now;
    model_send_move(h, send, SEND_CLAIMED);
    model_window_add(h, send);
    open_add(h, send);
    const struct model_lead *lead = model_lead_at(h->r, row->lead);
    *ret = (struct send_row){.id = row->pub.id,
                             .seq = row->pub.seq,
                             .attempt = row->pub.attempt,
                             .queued_at_us = row->pub.queued_at_us,
                             .claimed_at_us = now};
    (void)str_copy(ret->address, sizeof ret->address, lead->address); /* they were */
    (void)str_copy(ret->name, sizeof ret->name, lead->name);
    (void)str_copy(ret->company, sizeof ret->company, lead->company);    /* as large */
    (void)str_copy(ret->title, sizeof ret->title, lead->title);          /* when they */
    (void)str_copy(ret->language, sizeof ret->language, lead->language); /* came in */
    (void)str_copy(ret->url, sizeof ret->url, row->pub.url);             /* here */
}

static bool listed(const struct model_record *r, int32_t workspace, const char *subject)
{
    struct model_suppression key = {.workspace = workspace, .subject = subject};
    int32_t at = model_find(r, &r->suppressed, str_hash(subject, strlen(subject), 0),
                            same_suppression, &key);
    return at >= 0 && ((const struct model_suppression *)r->suppressions.data)[at].active;
}

/* The address, its domain, or a domain above it is on the list. */
static bool is_suppressed(const struct model_record *r, int32_t workspace, const char *address)
{
    if (r->suppressions.count == 0)
        return false;
    if (listed(r, workspace, address))
        return true;
    char subject[ADDRESS_MAX + 2] = "@";
    for (const char *at = strchr(address, '@'); at != NULL; at = strchr(at + 1, '.')) {
        (void)str_copy(subject + 1, sizeof subject - 1, at + 1); /* shorter than an address */
        if (listed(r, workspace, subject))
            return true;
    }
    return false;
}

bool model_suppress(struct authority *a, const char *actor, const char *workspace,
                    const char *subject, const char *reason, bool add, bool *ret_changed,
                    struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    struct model_record *r = h->r;
    int32_t at = model_workspace(r, workspace);
    if (at < 0)
        return err_set(err, ERR_REFUSED, "suppress: there is no workspace \"%s\"", workspace);
    (void)reason; /* an operator's note; nothing here asks for it */
    *ret_changed = model_list_subject(h, at, subject, actor, add);
    return model_whole(r, err);
}

/* Its domain asked to wait: the row waits with it. False: it did not, or that is over. */
static bool leave_alone(struct model_handle *h, int32_t send, struct model_wait *wait,
                        struct send_grant *ret)
{
    struct model_send_row *row = model_send_row(h->r, send);
    model_domain_wait(h, send, wait);
    if (wait->until_us <= model_now(h))
        return false;
    ret->put_off++;
    row->pub.retry_at_us = wait->until_us;
    row->pub.code = wait->code;
    row->pub.reason = LEDGER_PUT_OFF_REASON;
    if (row->pub.state == SEND_DEFERRED)
        return true;
    model_send_move(h, send, SEND_DEFERRED);
    model_event(h, &(struct model_event){.kind = EVENT_DEFERRED,
                                         .job = row->pub.job,
                                         .group_no = row->pub.group_no,
                                         .term_no = row->pub.term_no,
                                         .send_seq = row->pub.seq,
                                         .n1 = wait->code,
                                         .n2 = 1,
                                         .text = LEDGER_PUT_OFF_REASON});
    return true;
}

/* A row whose turn it is: suppressed, contacted by another job meanwhile, or claimed. */
static void judge_row(struct model_handle *h, int32_t at, int32_t send, const struct lease *lease,
                      const struct send_want *want, struct send_grant *ret)
{
    const struct model_job *job = model_job_at(h->r, at);
    const struct model_send_row *row = model_send_row(h->r, send);
    int64_t opens_us = model_domain_opens(h, send, want);
    struct model_wait wait = {0};
    if (is_suppressed(h->r, job->workspace, row->pub.address)) {
        model_send_move(h, send, SEND_SUPPRESSED);
        model_send_event(h, send, EVENT_SUPPRESSED, "", "");
        ret->suppressed++;
    } else if (job->plan.recontact == RECONTACT_NEVER && model_contacted(h->r, row->lead, at)) {
        model_send_move(h, send, SEND_CANCELLED);
        model_send_event(h, send, EVENT_CANCELLED, "", "another job writes to the address");
        ret->cancelled++;
    } else if (opens_us > 0) {
        if (ret->wait_until_us == 0 || opens_us < ret->wait_until_us)
            ret->wait_until_us = opens_us;
    } else if (!want->back_off || !leave_alone(h, send, &wait, ret)) {
        claim(h, send, lease, &ret->rows[ret->count]);
        ret->rows[ret->count++].waited_us = wait.waited_us;
    }
}

/* Claims up to `count` rows of the term, in order of queueing. */
static void claim_rows(struct model_handle *h, int32_t at, int32_t term, const struct lease *lease,
                       const struct send_want *want, int32_t count, struct send_grant *ret)
{
    struct model_job *job = model_job_at(h->r, at);
    struct model_term_rows *rows = &job->rows[term];
    const int32_t *list = rows->list.data;
    int64_t now = model_now(h);
    bool closed = true; /* every row so far can never be claimed again, unless it is reopened */
    for (int32_t i = rows->first_open; i < rows->list.count && ret->count < count; i++) {
        const struct model_send_row *row = model_send_row(h->r, list[i]);
        bool ready = row->pub.state == SEND_QUEUED ||
                     (row->pub.state == SEND_DEFERRED && row->pub.retry_at_us <= now);
        if (ready && row->pub.mode == job->plan.mode)
            judge_row(h, at, list[i], lease, want, ret);
        closed = closed && row->pub.state != SEND_QUEUED && row->pub.state != SEND_DEFERRED;
        if (closed)
            rows->first_open = i + 1;
    }
}

/* A letter that is sent by hand is not bound by the share of the pass. */
static int32_t room_for(const struct model_record *r, const struct model_job *job, int32_t group,
                        int32_t term, bool by_hand)
{
    (void)r; /* only a planted bug asks for it */
#ifdef PLANTED_BUGS
    if (r->bug == MODEL_BUG_LIMIT_EARLY)
        return MAIL_BATCH_MAX;
#endif
    const struct plan *plan = &job->plan;
    int32_t limit = plan->loop_interval;
    if (!by_hand && plan->distribution == DISTRIBUTION_EQUITABLE &&
        plan->terms[term].target < limit)
        limit = plan->terms[term].target;
    int32_t of_term = limit - plan->terms[term].counted;
    int32_t of_group = plan->max_emails_per_group - plan->groups[group].counted;
    return of_term < of_group ? of_term : of_group;
}

/* How many letters are left until somebody has to confirm the job. */
static int32_t first_left(const struct model_job *job, const struct send_want *want)
{
    if (job->plan.mode != MODE_SMTP || want->confirm_first <= 0 || job->confirmed)
        return MAIL_BATCH_MAX;
    int64_t left = want->confirm_first - job->total[MODE_SMTP];
    return left > MAIL_BATCH_MAX ? MAIL_BATCH_MAX : left < 0 ? 0 : (int32_t)left;
}

static enum grant_reason ask_to_confirm(struct model_handle *h, int32_t at,
                                        const struct send_want *want)
{
    struct model_job *job = model_job_at(h->r, at);
    if (want->by_hand)
        return GRANT_LIMIT;
    job->desired = DESIRED_PAUSE;
    model_event(h, &(struct model_event){.kind = EVENT_JOB_UNCONFIRMED,
                                         .job = job->plan.job,
                                         .n1 = want->confirm_first});
    return GRANT_STOP;
}

static void brake(struct model_handle *h, int32_t at, const char *why)
{
    struct model_job *job = model_job_at(h->r, at);
    job->desired = DESIRED_PAUSE;
    model_event(h,
                &(struct model_event){.kind = EVENT_JOB_BRAKED, .job = job->plan.job, .text = why});
}

/* Everything that can stand between a wish and a claim, in this order. */
static void grant(struct model_handle *h, int32_t at, const struct lease *lease,
                  const struct send_want *want, struct send_grant *ret)
{
    const struct model_job *job = model_job_at(h->r, at);
    int32_t group = model_group_index(job, want->group_no);
    int32_t term = model_term_index(job, want->term_no);
    int32_t count = want->count < MAIL_BATCH_MAX ? want->count : MAIL_BATCH_MAX;
    if (!want->by_hand && job->desired != DESIRED_RUN) {
        ret->reason = GRANT_STOP;
        return;
    }
    int32_t room = room_for(h->r, job, group, term, want->by_hand);
    if (room <= 0) {
        ret->reason = GRANT_LIMIT;
        return;
    }
    count = count < room ? count : room;
    char why[MAIL_ANSWER_MAX + 1];
    if (model_braked(h->r, job->plan.job, want, why)) {
        ret->reason = GRANT_STOP;
        brake(h, at, why);
        return;
    }
    int32_t first = first_left(job, want);
    if (first <= 0) {
        ret->reason = ask_to_confirm(h, at, want);
        return;
    }
    struct model_room window;
    model_window(h, job->plan.mode, want, &window);
    count = count < first ? count : first;
    count = count < window.allowed ? count : window.allowed;
    if (count <= 0) {
        ret->reason = GRANT_WAIT;
        ret->wait_until_us = window.opens_us;
        ret->window = window.window;
        return;
    }
    claim_rows(h, at, term, lease, want, count, ret);
    ret->reason = ret->count > 0 ? GRANT_GO : ret->wait_until_us == 0 ? GRANT_NOTHING : GRANT_WAIT;
    if (ret->reason == GRANT_WAIT)
        ret->window = WINDOW_DOMAIN;
    else
        ret->wait_until_us = 0;
    if (ret->count > 0)
        model_event(h, &(struct model_event){.kind = EVENT_CLAIMED,
                                             .job = lease->job,
                                             .group_no = want->group_no,
                                             .term_no = want->term_no,
                                             .send_seq = ret->rows[0].seq,
                                             .n1 = ret->count});
}

void model_grant(struct model_handle *h, int32_t at, const struct lease *lease,
                 const struct send_want *want, struct send_grant *ret)
{
    send_grant_clear(ret);
    if (want->count > 0)
        grant(h, at, lease, want, ret);
    model_progress(h, at, want->group_no, want->term_no, &ret->progress);
}

bool model_sends_exchange(struct authority *a, const struct lease *lease,
                          const struct send_verdict *verdicts, int32_t verdict_count,
                          const struct send_want *want, struct send_grant *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_sends_end(a, lease->engine, verdicts, verdict_count, err))
        return false;
    int32_t at = model_job_of(h->r, lease->job);
    if (want->count > 0)
        at = model_fence(h, lease, err);
    else if (at < 0)
        return err_set(err, ERR_RETRY, "sends: the job is gone");
    if (at < 0)
        return false;
    const struct model_job *job = model_job_at(h->r, at);
    if (want->count > 0 &&
        (model_group_index(job, want->group_no) < 0 || model_term_index(job, want->term_no) < 0))
        return err_set(err, ERR_RETRY, "sends: the term is gone; load the job again");
    model_grant(h, at, lease, want, ret);
    return model_whole(h->r, err);
}
