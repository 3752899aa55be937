/* authority_model_loop.c - the in-memory authority's part in the loop: load a plan, make a move,
 * take what a search found. The idea: a job's position is a struct plan and the moves are
 * domain/rotation's own, so this authority is rotation with a memory. */
#include "authority_model_record.h"

#include "base/str.h"
#include "domain/variation.h"

#include <string.h>

/* --- loading -----------------------------------------------------------------------------------*/

bool model_job_load(struct authority *a, struct uuid id, struct arena *arena, struct plan **ret,
                    struct err *err)
{
    struct model_handle *h = model_self(a);
    int32_t at = model_job_of(h->r, id);
    if (at < 0)
        return err_set(err, ERR_REFUSED, "job: the job is gone");
    const struct model_job *job = model_job_at(h->r, at);
    const struct plan *stored = &job->plan;
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    struct plan_group *groups = arena_array(arena, (size_t)stored->group_count, sizeof *groups);
    struct plan_term *terms = arena_array(arena, (size_t)stored->term_count, sizeof *terms);
    if (plan == NULL || groups == NULL || terms == NULL)
        return err_set(err, ERR_STOP, "model: there is no memory for the plan");
    if (stored->group_count > 0)
        memcpy(groups, stored->groups, (size_t)stored->group_count * sizeof *groups);
    if (stored->term_count > 0)
        memcpy(terms, stored->terms, (size_t)stored->term_count * sizeof *terms);
    *plan = *stored;
    plan->groups = groups;
    plan->terms = terms;
    plan->total = job->total[stored->mode];
    int64_t now = model_now(h);
    plan->rested = job->rest_until > 0 && job->rest_until <= now;
    for (int32_t i = 0; i < plan->term_count; i++)
        terms[i].deferred_due = model_deferred_due(h->r, job, i, now);
#ifdef PLANTED_BUGS
    if (h->r->bug == MODEL_BUG_DICE_DRAWN)
        plan->seed = (uint64_t)now;
#endif
    *ret = plan;
    return model_whole(h->r, err);
}

bool model_template_load(struct authority *a, struct uuid id, int32_t group_no, struct arena *arena,
                         struct template_def *ret, struct err *err)
{
    struct model_record *r = model_self(a)->r;
    int32_t at = model_job_of(r, id);
    int32_t group = at < 0 ? -1 : model_group_index(model_job_at(r, at), group_no);
    if (group < 0)
        return err_set(err, ERR_REFUSED, "template: the group is gone");
    const struct model_job *job = model_job_at(r, at);
    const char *name = job->plan.groups[group].template_name;
    int32_t found = model_template_named(r, job->workspace, name);
    if (found < 0)
        return err_set(err, ERR_REFUSED, "template: there is no template \"%s\"", name);
    const struct template_def *def = &((const struct model_template *)r->templates.data)[found].def;
    struct template_def copy = {arena_text(arena, def->name), arena_text(arena, def->subject),
                                arena_text(arena, def->text), arena_text(arena, def->html)};
    if (copy.name == NULL || copy.subject == NULL || copy.text == NULL || copy.html == NULL)
        return err_set(err, ERR_STOP, "model: there is no memory for the template");
    *ret = copy;
    return model_whole(r, err);
}

bool model_variation_load(struct authority *a, struct uuid id, int32_t term_no, int32_t k,
                          char ret[TERM_MAX_BYTES + 1], struct err *err)
{
    struct model_record *r = model_self(a)->r;
    int32_t at = model_job_of(r, id);
    int32_t term = at < 0 ? -1 : model_term_index(model_job_at(r, at), term_no);
    if (term < 0)
        return err_set(err, ERR_RETRY, "variation: the term is gone; load the job again");
    const struct plan *plan = &model_job_at(r, at)->plan;
    struct buf text = buf_init(TERM_MAX_BYTES);
    ret[0] = '\0';
    if (k >= 1 && k <= plan->variations &&
        variation_text(plan->seed, plan->terms[term].text, k, &text) && buf_ok(&text))
        (void)str_copy(ret, TERM_MAX_BYTES + 1, buf_text(&text)); /* the buf's ceiling */
    buf_done(&text);
    return model_whole(r, err);
}

/* --- moves -------------------------------------------------------------------------------------*/

/* The move was computed from the plan that is stored. Its definition is the same (rev), so indexes
 * name the same groups and terms. */
static bool same_position(const struct model_job *job, const struct plan *plan,
                          const struct move *move)
{
    const struct plan *stored = &job->plan;
    if (plan->rev != stored->rev || plan->cycle != stored->cycle ||
        plan->cycle_ended != stored->cycle_ended || plan->draws != stored->draws ||
        plan->mode != stored->mode || job->state == JOB_COMPLETED)
        return false;
    if (move->group >= 0) {
        const struct plan_group *was = &plan->groups[move->group];
        const struct plan_group *is = &stored->groups[move->group];
        if (was->state != is->state || was->pass != is->pass || was->draw_no != is->draw_no)
            return false;
    }
    return move->term < 0 || plan->terms[move->term].state == stored->terms[move->term].state;
}

static void move_event(struct model_handle *h, const struct plan *plan, int64_t total,
                       const struct move *move)
{
    static const enum event_kind kinds[MOVE_KINDS] = {
        [MOVE_CYCLE] = EVENT_CYCLE,       [MOVE_GROUP] = EVENT_GROUP,
        [MOVE_PASS] = EVENT_PASS,         [MOVE_TERM] = EVENT_TERM,
        [MOVE_TERM_END] = EVENT_TERM_END, [MOVE_GROUP_END] = EVENT_GROUP_END,
        [MOVE_REST] = EVENT_JOB_RESTS,    [MOVE_COMPLETE] = EVENT_JOB_COMPLETED,
        [MOVE_WORK] = EVENT_KINDS,
    };
    struct model_event event = {.kind = kinds[move->kind], .job = plan->job, .n1 = plan->cycle};
    if (move->group >= 0) {
        event.group_no = plan->groups[move->group].group_no;
        event.n1 = plan->groups[move->group].counted;
    }
    if (move->term >= 0) {
        event.term_no = plan->terms[move->term].term_no;
        event.n1 = plan->terms[move->term].counted;
    }
    if (move->kind == MOVE_GROUP)
        event.n1 = move->draw;
    if (move->kind == MOVE_PASS) {
        event.n1 = plan->groups[move->group].pass;
        event.n2 = plan->max_emails_per_group - plan->groups[move->group].counted;
    }
    if (move->kind == MOVE_TERM_END)
        event.text = term_state_name(move->term_end);
    if (move->kind == MOVE_COMPLETE)
        event.n2 = total;
    model_event(h, &event);
}

bool model_job_move(struct authority *a, const struct lease *lease, const struct plan *plan,
                    const struct move *move, int64_t rest_until_us, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_fence(h, lease, err);
    if (at < 0)
        return false;
    struct model_job *job = model_job_at(h->r, at);
    if (move->kind == MOVE_WORK || move->kind >= MOVE_KINDS)
        return err_set(err, ERR_REFUSED, "job: \"%s\" is not a move", move_name(move->kind));
    if (!same_position(job, plan, move))
        return err_set(err, ERR_RETRY, "job: \"%s\" stands elsewhere by now; load it again",
                       job->plan.job_name);
    rotation_apply(&job->plan, move);
    if (move->kind == MOVE_CYCLE)
        job->rest_until = 0;
    if (move->kind == MOVE_REST)
        job->rest_until = rest_until_us;
    if (move->kind == MOVE_COMPLETE) {
        job->state = JOB_COMPLETED;
        job->desired = DESIRED_STOP;
    }
    move_event(h, &job->plan, job->total[job->plan.mode], move);
    return model_whole(h->r, err);
}

/* --- what a search found -----------------------------------------------------------------------*/

/* One search_end under way. */
struct taking {
    struct model_handle *h;
    int32_t at; /* the job */
    int32_t group_no, term_no, term;
    const struct search_page *page;
    struct search_taken *sum;
};

struct lead_key {
    int32_t workspace;
    const char *address;
};

static bool same_lead(const struct model_record *r, int32_t row, const void *key)
{
    const struct lead_key *want = key;
    const struct model_lead *lead = model_lead_at(r, row);
    return lead->workspace == want->workspace && str_equal(lead->address, want->address);
}

/* -1 when it is not known yet. */
static int32_t lead_of(const struct taking *t, const char *address)
{
    struct lead_key key = {model_job_at(t->h->r, t->at)->workspace, address};
    return model_find(t->h->r, &t->h->r->lead_of, str_hash(address, strlen(address), 0), same_lead,
                      &key);
}

/* A fact that nobody gave so far. */
static void fill_in(struct model_record *r, const char **fact, const char *text)
{
    if ((*fact)[0] == '\0')
        *fact = model_text(r, text);
}

static int32_t lead_put(const struct taking *t, const char *address)
{
    struct model_record *r = t->h->r;
    int32_t at = lead_of(t, address);
    if (at < 0) {
        struct model_lead *lead = model_row_add(r, &r->leads, sizeof *lead);
        if (lead == NULL)
            return -1;
        *lead = (struct model_lead){
            model_job_at(r, t->at)->workspace, -1, model_text(r, address), "", "", "", ""};
        at = (int32_t)r->leads.count - 1;
        model_index_add(r, &r->lead_of, str_hash(address, strlen(address), 0), at);
    }
    struct model_lead *lead = model_lead_at(r, at);
    if (t->page->words != NULL) {
        fill_in(r, &lead->company, t->page->words->company);
        fill_in(r, &lead->title, t->page->words->title);
        fill_in(r, &lead->language, t->page->words->language);
    }
    return at;
}

static bool same_source(const struct model_record *r, int32_t row, const void *key)
{
    const struct model_source *s = (const struct model_source *)r->sources.data + row;
    const struct model_source *want = key;
    return s->lead == want->lead && s->job == want->job && s->term_no == want->term_no &&
           str_equal(s->url, want->url);
}

static void source_put(const struct taking *t, int32_t lead)
{
    struct model_record *r = t->h->r;
    struct model_source key = {lead, t->at, t->term_no, t->page->url};
    uint64_t hash = str_hash(key.url, strlen(key.url), (uint64_t)lead);
    if (model_find(r, &r->source_of, hash, same_source, &key) >= 0)
        return;
    key.url = model_text(r, key.url);
    struct model_source *row = model_row_add(r, &r->sources, sizeof *row);
    if (row == NULL)
        return;
    *row = key;
    model_index_add(r, &r->source_of, hash, (int32_t)r->sources.count - 1);
}

/* The lead has its row in this job and mode: the ledger's key. */
static bool has_row(const struct taking *t, int32_t lead)
{
    const struct model_record *r = t->h->r;
    enum mail_mode mode = model_job_at(r, t->at)->plan.mode;
    for (int32_t i = model_lead_at(r, lead)->first_send; i >= 0;
         i = model_send_row(r, i)->next_of_lead)
        if (model_send_row(r, i)->job == t->at && model_send_row(r, i)->pub.mode == mode)
            return true;
    return false;
}

struct site_key {
    int32_t job;
    enum mail_mode mode;
    const char *site;
};

static bool same_site(const struct model_record *r, int32_t row, const void *key)
{
    const struct model_send_row *s = model_send_row(r, row);
    const struct site_key *want = key;
    return s->job == want->job && s->pub.mode == want->mode &&
           str_equal(s->pub.address + s->site, want->site);
}

static void queue(const struct taking *t, const struct lead_found *found)
{
    struct model_record *r = t->h->r;
    struct model_job *job = model_job_at(r, t->at);
    struct uuid id = ledger_send_id(job->plan.mode, job->plan.job, found->address);
    int32_t lead = lead_put(t, found->address);
    struct model_send_row *row = lead < 0 ? NULL : model_row_add(r, &r->sends, sizeof *row);
    int32_t *listed = model_row_add(r, &job->rows[t->term].list, sizeof *listed);
    if (row == NULL || listed == NULL)
        return;
    source_put(t, lead);
    int32_t at = *listed = (int32_t)r->sends.count - 1;
    *row = (struct model_send_row){
        .pub = {.id = id,
                .queued_at_us = model_now(t->h),
                .job = job->plan.job,
                .seq = r->sends.count,
                .mode = job->plan.mode,
                .state = SEND_QUEUED,
                .group_no = t->group_no,
                .term_no = t->term_no,
                .cycle = job->plan.cycle,
                .address = model_lead_at(r, lead)->address,
                .url = model_text(r, t->page->url),
                .reason = ""},
        .job = t->at,
        .lead = lead,
        .next_of_lead = model_lead_at(r, lead)->first_send,
        .site = found->site_at,
    };
    model_lead_at(r, lead)->first_send = at;
    job->plan.terms[t->term].queued++;
    const char *site = found->address + found->site_at;
    model_index_add(r, &r->send_of, str_hash(id.byte, sizeof id.byte, 0), at);
    model_index_add(r, &r->site_of, str_hash(site, strlen(site), 0), at);
    model_send_event(t->h, at, EVENT_LEAD, "", "");
    t->sum->queued++;
}

static void duplicate(const struct taking *t, int32_t lead)
{
    source_put(t, lead);
    t->sum->duplicates++;
}

/* One address: a new row, a duplicate, or nothing. */
static void take_address(const struct taking *t, const struct lead_found *found)
{
    struct model_record *r = t->h->r;
    const struct model_job *job = model_job_at(r, t->at);
    if ((found->flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) != 0) {
        t->sum->skipped++;
        return;
    }
    int32_t lead = lead_of(t, found->address);
    if (lead >= 0 && has_row(t, lead)) {
        duplicate(t, lead);
        return;
    }
    if (lead >= 0 && job->plan.recontact == RECONTACT_NEVER && model_contacted(r, lead, t->at)) {
        duplicate(t, lead_put(t, found->address));
        return;
    }
    struct site_key key = {t->at, job->plan.mode, found->address + found->site_at};
    if (job->plan.one_lead_per_domain &&
        model_find(r, &r->site_of, str_hash(key.site, strlen(key.site), 0), same_site, &key) >= 0) {
        t->sum->skipped++;
        return;
    }
    queue(t, found);
}

/* Walks the pages until they are used up or `room` rows were queued; returns the new cursor. */
static struct term_cursor take_pages(struct taking *t, const struct search_result *result)
{
    for (int32_t p = 0; p < result->count; p++) {
        t->page = &result->pages[p];
        for (int32_t i = t->page->before.address; i < t->page->count; i++) {
            int32_t queued = t->sum->queued;
            take_address(t, &t->page->leads[i]);
            if (t->sum->queued == queued || t->sum->queued < result->room)
                continue;
            if (i + 1 == t->page->count)
                return t->page->after;
            struct term_cursor inside = t->page->before;
            inside.address = i + 1;
            return inside;
        }
    }
    return result->end;
}

bool model_search_end(struct authority *a, const struct lease *lease,
                      const struct search_result *result, const struct send_want *want,
                      struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_fence(h, lease, err);
    if (at < 0)
        return false;
    struct model_job *job = model_job_at(h->r, at);
    struct taking t = {.h = h,
                       .at = at,
                       .group_no = result->group_no,
                       .term_no = result->term_no,
                       .term = model_term_index(job, result->term_no),
                       .sum = ret};
    if (t.term < 0 || model_group_index(job, result->group_no) < 0)
        return err_set(err, ERR_RETRY, "search: the term is gone; load the job again");
    if (result->count > 0 && result->room < 1)
        return err_set(err, ERR_REFUSED, "search: there is no room for what was found");
    ret->queued = ret->duplicates = ret->skipped = 0;
    struct term_cursor cursor = take_pages(&t, result);
    job->plan.terms[t.term].cursor = cursor;
    job->plan.terms[t.term].failures = 0;
    ret->cursor = cursor;
    model_event(h, &(struct model_event){.kind = EVENT_SEARCHED,
                                         .job = lease->job,
                                         .group_no = t.group_no,
                                         .term_no = t.term_no,
                                         .n1 = ret->queued,
                                         .n2 = ret->duplicates});
    if (want != NULL)
        model_grant(h, at, lease, want, ret_grant);
    model_progress(h, at, t.group_no, t.term_no, &ret->progress);
    return model_whole(h->r, err);
}

bool model_search_failed(struct authority *a, const struct lease *lease, int32_t group_no,
                         int32_t term_no, const char *reason, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_fence(h, lease, err);
    if (at < 0)
        return false;
    struct model_job *job = model_job_at(h->r, at);
    int32_t term = model_term_index(job, term_no);
    if (term < 0)
        return err_set(err, ERR_RETRY, "search: the term is gone; load the job again");
    job->plan.terms[term].failures++;
    model_event(h, &(struct model_event){.kind = EVENT_SEARCH_FAILED,
                                         .job = lease->job,
                                         .group_no = group_no,
                                         .term_no = term_no,
                                         .n1 = job->plan.terms[term].failures,
                                         .text = reason});
    return model_whole(h->r, err);
}

/* --- leads by hand -----------------------------------------------------------------------------*/

/* The term of this text, or the job's first; sets t's. */
static bool import_term(struct taking *t, const char *term, struct err *err)
{
    const struct plan *plan = &model_job_at(t->h->r, t->at)->plan;
    for (int32_t g = 0; g < plan->group_count; g++)
        for (int32_t i = 0; i < plan->groups[g].terms; i++) {
            t->term = plan->groups[g].first_term + i;
            t->group_no = plan->groups[g].group_no;
            t->term_no = plan->terms[t->term].term_no;
            if (term == NULL || str_equal(plan->terms[t->term].text, term))
                return true;
        }
    return err_set(err, ERR_REFUSED, "leads: job \"%s\" has no term \"%.80s\"", plan->job_name,
                   term != NULL ? term : "");
}

bool model_leads_import(struct authority *a, const char *actor, const struct job_ref *ref,
                        const char *term, const struct lead_brought *leads, int32_t count,
                        struct leads_imported *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    struct search_taken sum = {0};
    struct taking t = {.h = h, .sum = &sum};
    if (!model_begin(h, err))
        return false;
    t.at = model_job_named(h->r, ref);
    if (t.at < 0)
        return err_set(err, ERR_REFUSED, "job: there is no job \"%s\"", ref->name);
    if (!import_term(&t, term, err))
        return false;
    for (int32_t i = 0; i < count; i++) {
        struct search_page page = {.url = leads[i].url, .words = &leads[i].words};
        t.page = &page;
        take_address(&t, &leads[i].found);
        int32_t lead = lead_of(&t, leads[i].found.address);
        if (lead >= 0)
            fill_in(h->r, &model_lead_at(h->r, lead)->name, leads[i].name);
    }
    struct plan *plan = &model_job_at(h->r, t.at)->plan;
    plan->rev += sum.queued > 0;
    model_event(h, &(struct model_event){.kind = EVENT_LEADS_IMPORTED,
                                         .job = plan->job,
                                         .group_no = t.group_no,
                                         .term_no = t.term_no,
                                         .actor = actor,
                                         .text = plan->terms[t.term].text,
                                         .n1 = sum.queued,
                                         .n2 = sum.duplicates});
    *ret = (struct leads_imported){sum.queued, sum.duplicates, sum.skipped, plan->mode};
    return model_whole(h->r, err);
}
