/* sim_check.c - what must hold: at any instant, and in the end. */
#include "sim/sim_inside.h"

#include "adapter/authority_model.h"
#include "base/str.h"
#include "sim/brute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that the log says of one letter; only where somebody looks on. */
static void tell_letter(struct sim *s, const struct fake_letter *letter)
{
    if (!s->options.tell || s->options.authority != SIM_MODEL)
        return;
    for (int64_t i = 0; i < model_event_count(s->record); i++) {
        const struct model_event *e = model_event_at(s->record, i);
        if (e->send_seq > 0 &&
            uuid_equal(model_send_at(s->record, e->send_seq - 1)->id, letter->id))
            printf("  %.6f %s %s\n", (double)(e->at_us - SIM_START) / (double)SIM_DAY,
                   event_row(e->kind)->name, e->text);
    }
}

/* No letter twice: not even once in a thousand years. */
static void check_repeated(struct sim *s)
{
    for (int32_t i = 0; s->sink.repeated > 0 && i < s->sink.count; i++) {
        if (s->sink.letters[i].accepted > 1) {
            sim_violation(s, "the letter to %s was accepted %d times", s->sink.letters[i].address,
                          s->sink.letters[i].accepted);
            tell_letter(s, &s->sink.letters[i]);
            return;
        }
    }
}

/* No more letters within an hour and a day than windows allow. What is in hand or was taken counts;
 * in the calm at the end there are none. */
static void check_windows(struct sim *s)
{
    const struct settings *t = &s->settings;
    int64_t hour = 0, day = 0;
    if (s->calm)
        return;
    for (int64_t i = 0; i < model_send_count(s->record); i++) {
        const struct model_send *row = model_send_at(s->record, i);
        if (!send_holds_place(row->state) || row->mode != t->mail_mode)
            continue;
        hour += row->claimed_at_us > s->now - SIM_HOUR;
        day += row->claimed_at_us > s->now - SIM_DAY;
    }
    if ((t->mail_per_hour > 0 && hour > t->mail_per_hour) ||
        (t->mail_daily_cap > 0 && day > t->mail_daily_cap))
        sim_violation(s, "%lld letters in an hour, of %d, and %lld in a day, of %d",
                      (long long)hour, t->mail_per_hour, (long long)day, t->mail_daily_cap);
}

void sim_check_now(struct sim *s)
{
    struct err err = {0};
    if (s->sink.spent)
        sim_violation(s, "the sink is out of memory");
    check_repeated(s);
    if (s->options.authority == SIM_MODEL && !model_check(s->record, &err))
        sim_violation(s, "%s", err.text);
    if (s->options.authority == SIM_MODEL)
        check_windows(s);
}

void sim_check_log(struct sim *s)
{
    struct err err = {0};
    if (s->options.authority == SIM_MODEL && !model_check_log(s->record, &err))
        sim_violation(s, "%s", err.text);
}

void sim_check_limits(struct sim *s, const struct lease *lease, const struct send_grant *grant)
{
    const struct progress *p = &grant->progress;
    const struct sim_job *job = sim_job_of(s, lease->job);
    const struct job_def *def = job != NULL ? &job->made.def : NULL;
    if (def != NULL && grant->count > 0 &&
        (p->term_counted > def->loop_interval || p->group_counted > def->max_emails_per_group))
        sim_violation(s, "job %s: %d letters of %d for the term, %d of %d for the group",
                      job->made.name, p->term_counted, def->loop_interval, p->group_counted,
                      def->max_emails_per_group);
}

/* --- in the end --------------------------------------------------------------------------------*/

/* The ledger against the world outside, for one job; returns how many of its letters are there. */
static int64_t check_outside(struct sim *s, const struct sim_job *job, const struct ct_row *rows,
                             int32_t count)
{
    int64_t there = 0;
    for (int32_t i = 0; i < count; i++) {
        const struct fake_letter *letter = fake_sink_find(&s->sink, rows[i].id);
        bool accepted = letter != NULL && letter->accepted > 0;
        bool sent = rows[i].state == SEND_SENT || rows[i].state == SEND_SIMULATED;
        if (accepted ? !sent && rows[i].state != SEND_IN_DOUBT : sent) {
            sim_violation(s, "job %s: the letter to %s is %s, but outside it was %saccepted",
                          job->made.name, rows[i].address, send_state_name(rows[i].state),
                          accepted ? "" : "not ");
            if (letter != NULL)
                tell_letter(s, letter);
        }
        if (rows[i].state == SEND_CLAIMED || rows[i].state == SEND_COMMITTING)
            sim_violation(s, "job %s: the letter to %s is still in hand", job->made.name,
                          rows[i].address);
        there += accepted;
        s->result->in_doubt += rows[i].state == SEND_IN_DOUBT;
    }
    return there;
}

/* One row against the plain model's. A letter in doubt holds its place as one that was sent. */
static bool same_row(const struct plan *plan, const struct ct_row *is, const struct brute_row *want)
{
    const struct plan_group *group = &plan->groups[want->group];
    bool state =
        is->state == want->state || (is->state == SEND_IN_DOUBT && want->state == SEND_SENT);
    return state && str_equal(is->address, want->address) && is->group_no == group->group_no &&
           is->term_no == plan->terms[group->first_term + want->term].term_no &&
           is->cycle == want->cycle;
}

static void compare_rows(struct sim *s, const struct sim_job *job, const struct plan *plan,
                         const struct ct_row *rows, int32_t count, const struct brute *b)
{
    for (int32_t i = 0; i < count && i < b->row_count; i++) {
        if (!same_row(plan, &rows[i], &b->rows[i])) {
            sim_violation(s, "job %s: letter %d is %s %s in cycle %d, not %s %s in cycle %d",
                          job->made.name, i, rows[i].address, send_state_name(rows[i].state),
                          rows[i].cycle, b->rows[i].address, send_state_name(b->rows[i].state),
                          b->rows[i].cycle);
            return;
        }
    }
    if (count != b->row_count)
        sim_violation(s, "job %s: %d letters, not %d", job->made.name, count, b->row_count);
}

/* The sequence of (group, term, address, verdict) is that of a job that nobody ever disturbed. */
static void check_sequence(struct sim *s, const struct sim_job *job, const struct ct_row *rows,
                           int32_t count)
{
    struct arena arena = arena_init((size_t)1 << 26);
    struct authority *a = s->operator_handle;
    struct plan *plan = NULL;
    struct brute b = {.job = &job->made.def,
                      .world = &s->world,
                      .mode = s->settings.mail_mode,
                      .suppressed = s->suppressed,
                      .suppressed_count = SIM_SUPPRESSED};
    brute_begin(&b);
    if (job->made.def.loop_automation)
        while (!b.spent && brute_cycle(&b) > 0)
            ;
    else
        while (!b.spent && b.cycle < job->loops)
            (void)brute_cycle(&b);
    if (b.spent || !a->ops->job_load(a, job->id, &arena, &plan, NULL))
        sim_violation(s, "job %s can't be compared", job->made.name);
    else
        compare_rows(s, job, plan, rows, count, &b);
    s->result->exact++;
    brute_end(&b);
    arena_done(&arena);
}

/* Hours after the last accident everything that could be done is done. */
static void check_done(struct sim *s, const struct sim_job *job)
{
    struct ct_facts facts = {0};
    (void)s->maker->facts(s->record, job->id, &facts); /* a job that is gone is idle */
    enum job_state want = job->made.def.loop_automation ? JOB_RUNNING : JOB_COMPLETED;
    if (facts.state != want || job->starts != job->loops)
        sim_violation(s, "job %s is %s after %d of %d starts", job->made.name,
                      job_state_name(facts.state), job->starts, job->loops);
}

static int64_t check_job(struct sim *s, const struct sim_job *job)
{
    int32_t count = s->maker->rows(s->record, job->id, NULL, 0);
    struct ct_row *rows = calloc((size_t)count + 1, sizeof *rows);
    if (rows == NULL) {
        sim_violation(s, "there is no memory to look at job %s", job->made.name);
        return 0;
    }
    (void)s->maker->rows(s->record, job->id, rows, count); /* as many as before */
    check_done(s, job);
    int64_t there = check_outside(s, job, rows, count);
    if (!s->shared && !job->touched)
        check_sequence(s, job, rows, count);
    free(rows);
    return there;
}

static void check_open(struct sim *s)
{
    struct authority *a = s->operator_handle;
    for (int32_t i = 0; i < SIM_ENGINES; i++) {
        struct send_open open;
        int32_t count = -1;
        struct err err = {0};
        if (!a->ops->sends_open(a, s->engines[i].id, NULL, &open, 1, &count, &err) || count != 0)
            sim_violation(s, "engine %d has letters in hand that it never settled %s", i, err.text);
    }
}

void sim_check_end(struct sim *s)
{
    char text[CT_TEXT] = "";
    int64_t there = 0;
    sim_check_now(s);
    check_open(s);
    for (int32_t i = 0; i < SIM_JOBS; i++)
        there += check_job(s, &s->jobs[i]);
    int64_t outside = 0;
    for (int32_t i = 0; i < s->sink.count; i++)
        outside += s->sink.letters[i].accepted > 0;
    if (there != outside)
        sim_violation(s, "%lld letters were accepted, the ledger knows of %lld", (long long)outside,
                      (long long)there);
    if (s->settings.mail_mode != MODE_SMTP && s->result->in_doubt > 0)
        sim_violation(s, "%lld letters are in doubt though the sink can be asked",
                      (long long)s->result->in_doubt);
    if (!s->maker->check(s->record, text, sizeof text))
        sim_violation(s, "%s", text);
}
