/* authority_model_jobs.c - what operators do to the in-memory record: workspaces, templates, jobs.
 *
 * The idea of job_put: the new arrays of groups and terms are built beside the old ones; what is
 * found in the old ones (groups by name, terms by group and text) brings its numbers, its position
 * and its rows along. */
#include "authority_model_record.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static void operator_event(struct model_handle *h, enum event_kind kind, const char *actor,
                           struct uuid job, const char *text)
{
    model_event(h, &(struct model_event){.kind = kind, .job = job, .actor = actor, .text = text});
}

/* --- workspaces --------------------------------------------------------------------------------*/

bool model_workspace_put(struct authority *a, const char *actor, const char *name, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    if (!job_name_ok(name))
        return err_set(err, ERR_REFUSED, "workspace: that is not a name");
    if (model_workspace(h->r, name) >= 0)
        return true;
    const char **row = model_row_add(h->r, &h->r->workspaces, sizeof *row);
    if (row != NULL)
        *row = model_text(h->r, name);
    operator_event(h, EVENT_WORKSPACE_CREATED, actor, (struct uuid){0}, name);
    return model_whole(h->r, err);
}

bool model_workspace_delete(struct authority *a, const char *actor, const char *name,
                            struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_workspace(h->r, name);
    if (at < 0)
        return err_set(err, ERR_REFUSED, "workspace: there is no workspace \"%s\"", name);
    for (int32_t i = 0; i < h->r->jobs.count; i++)
        if (!model_job_at(h->r, i)->deleted && model_job_at(h->r, i)->workspace == at)
            return err_set(err, ERR_REFUSED, "workspace: \"%s\" has jobs; delete them first", name);
    ((const char **)h->r->workspaces.data)[at] = NULL;
    operator_event(h, EVENT_WORKSPACE_DELETED, actor, (struct uuid){0}, name);
    return model_whole(h->r, err);
}

/* --- templates ---------------------------------------------------------------------------------*/

static bool same_template(const struct template_def *a, const struct template_def *b)
{
    const char *none = "";
    return str_equal(a->subject, b->subject) &&
           str_equal(a->text != NULL ? a->text : none, b->text != NULL ? b->text : none) &&
           str_equal(a->html != NULL ? a->html : none, b->html != NULL ? b->html : none);
}

/* True when the template was not so before. */
static bool put_template(struct model_handle *h, const char *actor, int32_t workspace,
                         const struct template_def *def)
{
    struct model_record *r = h->r;
    int32_t at = model_template_named(r, workspace, def->name);
    struct model_template *rows = r->templates.data;
    struct model_template *row = at >= 0 ? &rows[at] : NULL;
    if (row != NULL && same_template(&row->def, def))
        return false;
    if (row == NULL)
        row = model_row_add(r, &r->templates, sizeof *row);
    if (row == NULL)
        return false;
    row->workspace = workspace;
    row->def = (struct template_def){model_text(r, def->name), model_text(r, def->subject),
                                     model_text(r, def->text), model_text(r, def->html)};
    operator_event(h, EVENT_TEMPLATE_CHANGED, actor, (struct uuid){0}, def->name);
    return true;
}

bool model_template_put(struct authority *a, const char *actor, const char *workspace,
                        const struct template_def *def, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_workspace(h->r, workspace);
    if (at < 0)
        return err_set(err, ERR_REFUSED, "template: there is no workspace \"%s\"", workspace);
    (void)put_template(h, actor, at, def); /* the same text again is as good */
    return model_whole(h->r, err);
}

static bool template_used(const struct model_record *r, int32_t workspace, const char *name)
{
    for (int32_t i = 0; i < r->jobs.count; i++) {
        const struct model_job *job = model_job_at(r, i);
        for (int32_t g = 0; g < job->plan.group_count; g++)
            if (!job->deleted && job->workspace == workspace &&
                str_equal(job->plan.groups[g].template_name, name))
                return true;
    }
    return false;
}

bool model_template_delete(struct authority *a, const char *actor, const char *workspace,
                           const char *name, struct err *err)
{
    struct model_handle *h = model_self(a);
    if (!model_begin(h, err))
        return false;
    int32_t at = model_workspace(h->r, workspace);
    int32_t found = at < 0 ? -1 : model_template_named(h->r, at, name);
    if (found < 0)
        return err_set(err, ERR_REFUSED, "template: there is no template \"%s\"", name);
    if (template_used(h->r, at, name))
        return err_set(err, ERR_REFUSED, "template: a group still uses \"%s\"", name);
    ((struct model_template *)h->r->templates.data)[found].deleted = true;
    operator_event(h, EVENT_TEMPLATE_DELETED, actor, (struct uuid){0}, name);
    return model_whole(h->r, err);
}

/* --- job_put -----------------------------------------------------------------------------------*/

static bool same_groups(const struct plan *plan, const struct job_def *def)
{
    if (plan->group_count != def->group_count)
        return false;
    for (int32_t g = 0; g < def->group_count; g++) {
        const struct plan_group *is = &plan->groups[g];
        const struct group_def *want = &def->groups[g];
        if (!str_equal(is->name, want->name) || is->terms != want->term_count ||
            !str_equal(is->template_name, want->template_name))
            return false;
        for (int32_t t = 0; t < want->term_count; t++)
            if (!str_equal(plan->terms[is->first_term + t].text, want->terms[t].text))
                return false;
    }
    return true;
}

static bool same_definition(const struct plan *plan, const struct job_def *def)
{
    return plan->distribution == def->distribution && plan->loop_interval == def->loop_interval &&
           plan->max_emails_per_group == def->max_emails_per_group &&
           plan->loop_automation == def->loop_automation &&
           str_equal(plan->provider, def->provider) && plan->variations == def->variations &&
           (!def->has_seed || plan->seed == def->seed) && plan->recontact == def->recontact &&
           plan->one_lead_per_domain == def->one_lead_per_domain && same_groups(plan, def);
}

static int32_t group_named(const struct plan *plan, const char *name)
{
    for (int32_t g = 0; g < plan->group_count; g++)
        if (str_equal(plan->groups[g].name, name))
            return g;
    return -1;
}

static int32_t term_named(const struct plan *plan, int32_t group, const char *text)
{
    const struct plan_group *g = group >= 0 ? &plan->groups[group] : NULL;
    for (int32_t t = 0; g != NULL && t < g->terms; t++)
        if (str_equal(plan->terms[g->first_term + t].text, text))
            return g->first_term + t;
    return -1;
}

/* The new arrays, as large as the definition wants them. */
struct build {
    struct plan_group *groups;
    struct plan_term *terms;
    struct model_term_rows *rows;
    int32_t group_count, term_count;
};

static bool build_new(struct build *b, const struct job_def *def)
{
    int32_t terms = 0;
    for (int32_t g = 0; g < def->group_count; g++)
        terms += def->groups[g].term_count;
    *b = (struct build){.group_count = def->group_count, .term_count = terms};
    b->groups = calloc((size_t)def->group_count + 1, sizeof *b->groups);
    b->terms = calloc((size_t)terms + 1, sizeof *b->terms);
    b->rows = calloc((size_t)terms + 1, sizeof *b->rows);
    if (b->groups != NULL && b->terms != NULL && b->rows != NULL)
        return true;
    free(b->groups);
    free(b->terms);
    free(b->rows);
    return false;
}

/* Fills in one group and its terms; what was there before is taken over, new things get the next
 * number. */
static void build_group(struct model_record *r, struct model_job *job, struct build *b, int32_t g,
                        int32_t first_term, const struct group_def *def)
{
    int32_t was = group_named(&job->plan, def->name);
    struct plan_group *group = &b->groups[g];
    if (was >= 0) {
        *group = job->plan.groups[was];
    } else {
        *group = (struct plan_group){.group_no = (int32_t)job->group_of_no.count,
                                     .name = model_text(r, def->name)};
    }
    model_map_set(r, &job->group_of_no, group->group_no, g);
    group->template_name = model_text(r, def->template_name);
    group->first_term = first_term;
    group->terms = def->term_count;
    for (int32_t t = 0; t < def->term_count; t++) {
        int32_t at = first_term + t;
        int32_t old = term_named(&job->plan, was, def->terms[t].text);
        if (old >= 0) {
            b->terms[at] = job->plan.terms[old];
            b->rows[at] = job->rows[old];
            job->rows[old] = (struct model_term_rows){0}; /* moved */
        } else {
            b->terms[at] = (struct plan_term){.term_no = (int32_t)job->term_of_no.count,
                                              .text = model_text(r, def->terms[t].text)};
        }
        model_map_set(r, &job->term_of_no, b->terms[at].term_no, at);
    }
}

static void set_groups(struct model_record *r, struct model_job *job, const struct job_def *def,
                       struct build *b)
{
    for (int32_t g = 0; g < job->plan.group_count; g++)
        model_map_set(r, &job->group_of_no, job->plan.groups[g].group_no, -1);
    for (int32_t t = 0; t < job->plan.term_count; t++)
        model_map_set(r, &job->term_of_no, job->plan.terms[t].term_no, -1);
    int32_t first_term = 0;
    for (int32_t g = 0; g < def->group_count; g++) {
        build_group(r, job, b, g, first_term, &def->groups[g]);
        first_term += def->groups[g].term_count;
    }
    for (int32_t t = 0; t < job->plan.term_count; t++)
        free(job->rows[t].list.data); /* rows of terms that are gone stay in the ledger */
    free(job->rows);
    free(job->plan.groups);
    free(job->plan.terms);
    job->rows = b->rows;
    job->plan.groups = b->groups;
    job->plan.terms = b->terms;
    job->plan.group_count = b->group_count;
    job->plan.term_count = b->term_count;
}

static void set_definition(struct model_record *r, struct model_job *job, const struct job_def *def)
{
    struct plan *plan = &job->plan;
    if (job->most_per_term < def->loop_interval)
        job->most_per_term = def->loop_interval;
    if (job->most_per_group < def->max_emails_per_group)
        job->most_per_group = def->max_emails_per_group;
    plan->distribution = def->distribution;
    plan->loop_interval = def->loop_interval;
    plan->max_emails_per_group = def->max_emails_per_group;
    plan->loop_automation = def->loop_automation;
    plan->provider = model_text(r, def->provider);
    plan->variations = def->variations;
    plan->recontact = def->recontact;
    plan->one_lead_per_domain = def->one_lead_per_domain;
    if (def->has_seed)
        plan->seed = def->seed;
}

/* A new job's row: its name and, as chance is not to be had here, a seed out of its id. */
static int32_t new_job(struct model_record *r, int32_t workspace, const struct job_def *def)
{
    struct model_job *job = model_row_add(r, &r->jobs, sizeof *job);
    if (job == NULL)
        return -1;
    char key[256];
    (void)str_format(key, sizeof key, "job %s %lld", def->name,
                     (long long)r->jobs.count); /* cut is as good */
    job->plan.job = uuid_from_bytes(key, strlen(key));
    job->plan.job_name = model_text(r, def->name);
    job->plan.workspace = model_text(r, def->workspace);
    job->plan.seed = str_hash(job->plan.job.byte, 16, 0);
    job->workspace = workspace;
    job->desired = DESIRED_STOP;
    job->error = "";
    model_map_set(r, &job->group_of_no, 0, -1); /* numbers begin at 1 */
    model_map_set(r, &job->term_of_no, 0, -1);
    return (int32_t)r->jobs.count - 1;
}

static void count_removed(const struct plan *plan, const struct job_def *def,
                          struct job_put_result *ret)
{
    for (int32_t g = 0; g < plan->group_count; g++) {
        const struct group_def *kept = NULL;
        for (int32_t i = 0; i < def->group_count; i++)
            if (str_equal(def->groups[i].name, plan->groups[g].name))
                kept = &def->groups[i];
        ret->groups_removed += kept == NULL;
        for (int32_t t = 0; t < plan->groups[g].terms; t++) {
            const char *text = plan->terms[plan->groups[g].first_term + t].text;
            bool there = false;
            for (int32_t i = 0; kept != NULL && i < kept->term_count; i++)
                there = there || str_equal(kept->terms[i].text, text);
            ret->terms_removed += !there;
        }
    }
}

bool model_job_put(struct authority *a, const char *actor, const struct job_def *def, int64_t rev,
                   struct job_put_result *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    struct model_record *r = h->r;
    if (!model_begin(h, err) || !job_check(def, err))
        return false;
    int32_t workspace = model_workspace(r, def->workspace);
    if (workspace < 0)
        return err_set(err, ERR_REFUSED, "job: there is no workspace \"%s\"", def->workspace);
    int32_t at = model_job_named(r, &(struct job_ref){def->workspace, def->name});
    if (rev >= 0 && (at < 0 || model_job_at(r, at)->plan.rev != rev))
        return err_set(err, ERR_CONFLICT, "job: \"%s\" was changed meanwhile; load it again",
                       def->name);
    struct build b;
    if (!build_new(&b, def))
        return err_set(err, ERR_STOP, "model: there is no memory for the job");
    *ret = (struct job_put_result){.created = at < 0,
                                   .groups = def->group_count,
                                   .terms = b.term_count,
                                   .templates = def->template_count};
    if (at < 0)
        at = new_job(r, workspace, def);
    if (at < 0) {
        free(b.groups);
        free(b.terms);
        free(b.rows);
        return model_whole(r, err);
    }
    struct model_job *job = model_job_at(r, at);
    ret->job = job->plan.job;
    ret->changed = ret->created || !same_definition(&job->plan, def);
    count_removed(&job->plan, def, ret);
    for (int32_t i = 0; i < def->template_count; i++)
        ret->changed = put_template(h, actor, workspace, &def->templates[i]) || ret->changed;
    set_definition(r, job, def);
    set_groups(r, job, def, &b);
    job->plan.rev += ret->changed;
    if (ret->changed)
        model_event(
            h, &(struct model_event){.kind = ret->created ? EVENT_JOB_CREATED : EVENT_JOB_CHANGED,
                                     .job = ret->job,
                                     .n1 = ret->groups,
                                     .n2 = ret->terms,
                                     .actor = actor});
    return model_whole(r, err);
}

/* --- job_get, job_control, job_delete ----------------------------------------------------------*/

static bool find_job(struct model_record *r, const struct job_ref *ref, int32_t *ret,
                     struct err *err)
{
    *ret = model_job_named(r, ref);
    return *ret >= 0 || err_set(err, ERR_REFUSED, "job: there is no job \"%s\" in workspace \"%s\"",
                                ref->name, ref->workspace);
}

/* The templates that the job's groups name, each once. */
static int32_t get_templates(const struct model_record *r, const struct model_job *job,
                             struct template_def *templates)
{
    int32_t count = 0;
    for (int32_t g = 0; g < job->plan.group_count; g++) {
        const char *name = job->plan.groups[g].template_name;
        int32_t at = model_template_named(r, job->workspace, name);
        bool there = at < 0;
        for (int32_t i = 0; i < count; i++)
            there = there || str_equal(templates[i].name, name);
        if (!there)
            templates[count++] = ((const struct model_template *)r->templates.data)[at].def;
    }
    return count;
}

bool model_job_get(struct authority *a, const struct job_ref *ref, struct arena *arena,
                   struct job_def **ret, int64_t *ret_rev, struct err *err)
{
    struct model_record *r = model_self(a)->r;
    int32_t at;
    if (!find_job(r, ref, &at, err))
        return false;
    const struct model_job *job = model_job_at(r, at);
    const struct plan *plan = &job->plan;
    struct job_def *def = arena_alloc(arena, sizeof *def);
    size_t group_count = (size_t)plan->group_count;
    struct group_def *groups = arena_array(arena, group_count, sizeof *groups);
    struct term_def *terms = arena_array(arena, (size_t)plan->term_count, sizeof *terms);
    struct template_def *templates = arena_array(arena, group_count, sizeof *templates);
    if (def == NULL || groups == NULL || terms == NULL || templates == NULL)
        return err_set(err, ERR_STOP, "model: there is no memory for the job");
    for (int32_t t = 0; t < plan->term_count; t++)
        terms[t].text = plan->terms[t].text; /* texts live as long as the record */
    for (int32_t g = 0; g < plan->group_count; g++)
        groups[g] = (struct group_def){plan->groups[g].name, plan->groups[g].template_name,
                                       terms + plan->groups[g].first_term, plan->groups[g].terms};
    *def = (struct job_def){plan->job_name,
                            plan->workspace,
                            plan->distribution,
                            plan->loop_interval,
                            plan->max_emails_per_group,
                            plan->loop_automation,
                            plan->provider,
                            plan->variations,
                            true,
                            plan->seed,
                            plan->recontact,
                            plan->one_lead_per_domain,
                            groups,
                            plan->group_count,
                            templates,
                            get_templates(r, job, templates)};
    *ret = def;
    *ret_rev = plan->rev;
    return model_whole(r, err);
}

/* start and resume: the job shall run, in this mode. */
static bool want_run(struct model_handle *h, struct model_job *job, enum control what,
                     enum mail_mode mode, bool *ret_changed, struct err *err)
{
    const char *name = job->plan.job_name;
    if (what == CONTROL_RESUME && (job->state == JOB_IDLE || job->state == JOB_COMPLETED))
        return err_set(err, ERR_REFUSED, "job: \"%s\" is %s; use start", name,
                       job_state_name(job->state));
    if (job->plan.mode != mode && job->state == JOB_RUNNING)
        return err_set(err, ERR_REFUSED,
                       "job: \"%s\" runs in mode %s; stop it before it runs in mode %s", name,
                       mail_mode_name(job->plan.mode), mail_mode_name(mode));
    *ret_changed = job->state != JOB_RUNNING || job->desired != DESIRED_RUN;
    if (*ret_changed) { /* a wait or rest under way is over: the operator wants it to go */
        int64_t now = model_now(h);
        job->wait_until = 0;
        job->rest_until = job->rest_until < now ? job->rest_until : now;
    }
    if (job->plan.mode != mode && job->plan.cycle > 0)
        job->plan.cycle_ended = true;
    model_mode_set(h->r, job, mode);
    job->desired = DESIRED_RUN;
    job->state = JOB_RUNNING;
    job->error = "";
    return true;
}

/* pause and stop: the job shall come to rest; at once when nobody holds it. */
static bool want_rest(struct model_handle *h, int32_t at, enum control what, bool *ret_changed,
                      struct err *err)
{
    struct model_job *job = model_job_at(h->r, at);
    enum desired desired = what == CONTROL_PAUSE ? DESIRED_PAUSE : DESIRED_STOP;
    enum job_state rest = what == CONTROL_PAUSE ? JOB_PAUSED : JOB_STOPPED;
    bool so_already = job->desired == desired && (job->state == rest || job->state == JOB_RUNNING);
    if (so_already) {
        *ret_changed = false;
        return true;
    }
    if (job->state != JOB_RUNNING && !(what == CONTROL_STOP && job->state == JOB_PAUSED))
        return err_set(err, ERR_REFUSED, "job: \"%s\" is %s and does not run", job->plan.job_name,
                       job_state_name(job->state));
    *ret_changed = true;
    job->desired = desired;
    return true;
}

/* A job that pauses, or is about to, goes on; another stays as it is. */
static bool confirm(struct model_handle *h, struct model_job *job, const char *actor,
                    enum mail_mode mode, bool *ret_changed, struct err *err)
{
    bool went;
    bool pauses =
        job->state == JOB_PAUSED || (job->state == JOB_RUNNING && job->desired == DESIRED_PAUSE);
    *ret_changed = !job->confirmed;
    if (job->confirmed)
        return true;
    if (pauses && !want_run(h, job, CONTROL_CONFIRM, mode, &went, err))
        return false;
    job->confirmed = true;
    operator_event(h, EVENT_JOB_CONFIRM, actor, job->plan.job,
                   pauses ? mail_mode_name(job->plan.mode) : "");
    return true;
}

bool model_job_control(struct authority *a, const char *actor, const struct job_ref *ref,
                       enum control what, enum mail_mode mode, bool *ret_changed, struct err *err)
{
    static const enum event_kind kinds[CONTROLS] = {
        [CONTROL_START] = EVENT_JOB_START,     [CONTROL_PAUSE] = EVENT_JOB_PAUSE,
        [CONTROL_STOP] = EVENT_JOB_STOP,       [CONTROL_RESUME] = EVENT_JOB_RESUME,
        [CONTROL_CONFIRM] = EVENT_JOB_CONFIRM,
    };
    struct model_handle *h = model_self(a);
    int32_t at;
    if (!model_begin(h, err) || !find_job(h->r, ref, &at, err))
        return false;
    struct model_job *job = model_job_at(h->r, at);
    if (what == CONTROL_CONFIRM)
        return confirm(h, job, actor, mode, ret_changed, err) && model_whole(h->r, err);
    bool run = what == CONTROL_START || what == CONTROL_RESUME;
    if (run ? !want_run(h, job, what, mode, ret_changed, err)
            : !want_rest(h, at, what, ret_changed, err))
        return false;
    if (!*ret_changed)
        return true;
    operator_event(h, kinds[what], actor, job->plan.job, mail_mode_name(job->plan.mode));
    if (!run && model_lease_free(job, model_now(h)))
        model_job_rests(h, at);
    return model_whole(h->r, err);
}

bool model_job_delete(struct authority *a, const char *actor, const struct job_ref *ref,
                      struct err *err)
{
    struct model_handle *h = model_self(a);
    int32_t at;
    if (!model_begin(h, err) || !find_job(h->r, ref, &at, err))
        return false;
    struct model_job *job = model_job_at(h->r, at);
    if (job->state == JOB_RUNNING || !model_lease_free(job, model_now(h)))
        return err_set(err, ERR_REFUSED, "job: \"%s\" is running; stop it first", ref->name);
    job->deleted = true;
    operator_event(h, EVENT_JOB_DELETED, actor, job->plan.job, ref->name);
    return model_whole(h->r, err);
}
