/* sim_jobs.c - the jobs of a run, and the people at the console. */
#include "sim/sim_inside.h"

#include "base/str.h"

#include <string.h>

/* --- jobs --------------------------------------------------------------------------------------*/

/* A looping job goes on until its world is used up, so its terms find only so much. */
static void limit_supply(struct sim *s, struct sim_job *job, int32_t letters)
{
    const struct job_def *def = &job->made.def;
    int32_t terms = 0;
    for (int32_t g = 0; g < def->group_count; g++)
        terms += def->groups[g].term_count;
    /* A page names four people on the average; a term is asked in 1 + variations ways. */
    int32_t results = letters / (terms * 4 * (1 + def->variations)) + 1;
    for (int32_t g = 0; g < def->group_count; g++)
        for (int32_t t = 0; t < def->groups[g].term_count; t++)
            s->terms[s->world.term_count++] =
                (struct fake_term){def->groups[g].terms[t].text, results, -1};
    s->world.terms = s->terms;
}

static bool make_job(struct sim *s, int32_t i, int32_t letters)
{
    struct sim_job *job = &s->jobs[i];
    struct job_def *def = &job->made.def;
    struct job_put_result put;
    struct err err = {0};
    char name[16], workspace[16];
    (void)str_format(name, sizeof name, "job%d", i);                         /* they fit */
    (void)str_format(workspace, sizeof workspace, "w%d", s->shared ? 0 : i); /* both */
    made_job(&job->made, &s->dice, workspace, name, 1, 1);
    def->one_lead_per_domain = false; /* the plain model looks at every row for it: too slow here */
    def->loop_automation = sim_percent(s, 30);
    job->loops = def->loop_automation ? 1 : (int32_t)sim_between(s, 1, 3);
    int32_t max = letters / (def->group_count * job->loops) + 1;
    def->max_emails_per_group = def->loop_automation ? max / 2 + 1 : max;
    def->loop_interval = max * (int32_t)sim_between(s, 2, 6) / 10 + 1;
    if (def->loop_automation)
        limit_supply(s, job, letters);
    struct authority *a = s->operator_handle;
    if (!a->ops->workspace_put(a, "ana", workspace, &err) ||
        !a->ops->job_put(a, "ana", def, -1, &put, &err)) {
        sim_violation(s, "%s", err.text);
        return true; /* it is told as a violation */
    }
    job->id = put.job;
    return true;
}

static void suppress(struct sim *s, const char *subject)
{
    struct authority *a = s->operator_handle;
    for (int32_t i = 0; i < SIM_JOBS; i++) {
        bool changed;
        (void)a->ops->suppress(a, "ana", s->jobs[i].made.workspace, subject, "", true, &changed,
                               NULL); /* what was not suppressed shows in the sequence */
    }
}

bool sim_jobs_init(struct sim *s)
{
    int32_t letters = (int32_t)(s->options.days * s->options.per_day) / SIM_JOBS;
    for (int32_t i = 0; i < SIM_JOBS; i++)
        if (!make_job(s, i, (int32_t)sim_between(s, letters * 3 / 4, letters * 7 / 4) + 1))
            return false;
    for (int32_t i = 0; i < SIM_SUPPRESSED; i++) {
        struct lead_found lead;
        fake_world_person(&s->world, (int32_t)sim_between(s, 0, s->world.people - 1), &lead);
        const char *subject = i % 3 == 0 ? strchr(lead.address, '@') : lead.address;
        (void)str_copy(s->subjects[i], sizeof s->subjects[i], subject); /* an address */
        s->suppressed[i] = s->subjects[i];
        suppress(s, subject);
    }
    return true;
}

struct sim_job *sim_job_of(struct sim *s, struct uuid id)
{
    for (int32_t i = 0; i < SIM_JOBS; i++)
        if (uuid_equal(s->jobs[i].id, id))
            return &s->jobs[i];
    return NULL;
}

void sim_job_taken(struct sim *s, const struct lease *lease)
{
    struct sim_job *job = sim_job_of(s, lease->job);
    if (job == NULL) {
        sim_violation(s, "a job was taken that nobody made");
        return;
    }
    if (lease->epoch == job->last_epoch && uuid_equal(lease->engine, job->last_engine))
        return; /* it asked again because it did not hear the answer */
    if (lease->epoch <= job->last_epoch)
        sim_violation(s, "job %s: epoch %lld after %lld", job->made.name, (long long)lease->epoch,
                      (long long)job->last_epoch);
    struct authority *a = s->operator_handle;
    struct send_open open;
    int32_t count = 0;
    if (!uuid_equal(job->last_engine, lease->engine) && !uuid_is_zero(job->last_engine) &&
        a->ops->sends_open(a, job->last_engine, &job->id, &open, 1, &count, NULL) && count > 0) {
        sim_tell(s, "job %s changes hands with letters in doubt", job->made.name);
        s->result->takeovers++;
        job->touched = true;
    }
    job->last_epoch = lease->epoch;
    job->last_engine = lease->engine;
}

/* --- operators ---------------------------------------------------------------------------------*/

static enum job_state state_of(struct sim *s, const struct sim_job *job)
{
    struct ct_facts facts = {0};
    if (!s->maker->facts(s->record, job->id, &facts))
        sim_violation(s, "job %s is gone", job->made.name);
    return facts.state;
}

static void control(struct sim *s, struct sim_job *job, enum control what)
{
    static const char *const names[CONTROLS] = {"start", "pause", "stop", "resume"};
    struct authority *a = s->operator_handle;
    struct job_ref ref = {job->made.workspace, job->made.name};
    bool changed = false;
    bool ok = a->ops->job_control(a, "ana", &ref, what, s->settings.mail_mode, &changed, NULL);
    sim_tell(s, "operator: %s %s%s", names[what], job->made.name, ok ? "" : ": refused");
    sim_trace(s, 4, (uint64_t)what * 4 + ok * 2 + changed);
    s->result->controls += changed;
}

/* Other limits, up or down, while letters wait to be sent. */
static void change_limits(struct sim *s, struct sim_job *job)
{
    struct job_def *def = &job->made.def;
    def->loop_interval =
        (int32_t)sim_between(s, def->loop_interval / 2, def->loop_interval * 3 / 2);
    def->max_emails_per_group =
        (int32_t)sim_between(s, def->max_emails_per_group / 2, def->max_emails_per_group * 3 / 2);
    def->loop_interval += def->loop_interval == 0;
    def->max_emails_per_group += def->max_emails_per_group == 0;
    job->touched = true;
    sim_tell(s, "operator: %s has limits %d and %d", job->made.name, def->loop_interval,
             def->max_emails_per_group);
}

/* The same definition once more, another text of the template, other limits where the sequence is
 * not compared. */
static void put_again(struct sim *s, struct sim_job *job)
{
    struct authority *a = s->operator_handle;
    struct job_put_result put;
    struct err err = {0};
    if (s->shared && sim_percent(s, 70))
        change_limits(s, job);
    job->made.template.subject = sim_percent(s, 50) ? "Hello" : "Hello again";
    if (!a->ops->job_put(a, "ana", &job->made.def, -1, &put, &err))
        sim_violation(s, "job_put %s: %s", job->made.name, err.text);
    sim_trace(s, 5, put.changed);
}

static void play(struct sim *s, struct sim_job *job, enum job_state state)
{
    int64_t dice = sim_between(s, 0, 99);
    if (state == JOB_RUNNING && dice < 30)
        control(s, job, CONTROL_STOP);
    else if (state == JOB_RUNNING && dice < 60)
        control(s, job, CONTROL_PAUSE);
    else if (dice < 80)
        put_again(s, job);
    else
        control(s, job, CONTROL_START);
}

/* What keeps a job from its end; true when it still rests afterwards. */
static bool go_on(struct sim *s, struct sim_job *job, enum job_state state)
{
    bool again = state == JOB_COMPLETED && job->starts < job->loops;
    bool rests = state == JOB_PAUSED || state == JOB_STOPPED;
    if (state == JOB_IDLE || again) {
        job->starts++;
        control(s, job, CONTROL_START);
    } else if (rests && (s->calm || sim_percent(s, 60))) {
        control(s, job, sim_percent(s, 50) ? CONTROL_RESUME : CONTROL_START);
    } else {
        return rests;
    }
    return false;
}

void sim_hurry(struct sim *s)
{
    for (int32_t i = 0; i < SIM_JOBS; i++) {
        if (state_of(s, &s->jobs[i]) != JOB_RUNNING)
            continue;
        control(s, &s->jobs[i], CONTROL_STOP);
        control(s, &s->jobs[i], CONTROL_START);
    }
}

bool sim_operate(struct sim *s)
{
    bool rests = false;
    for (int32_t i = 0; i < SIM_JOBS; i++)
        rests = go_on(s, &s->jobs[i], state_of(s, &s->jobs[i])) || rests;
    if (!s->calm) {
        struct sim_job *job = &s->jobs[sim_between(s, 0, SIM_JOBS - 1)];
        enum job_state state = state_of(s, job);
        if (state != JOB_COMPLETED)
            play(s, job, state);
    }
    return rests;
}
