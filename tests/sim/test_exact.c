/* test_exact.c - the real lane against the plainest reading of what a job is: counts, states and
 * the
 * whole sequence of (group, term, address, verdict), on both authorities. If it failed, 40 would
 * not mean 40, or the order would not be what the operator was told.
 * time limit: 300 s */
#include "sim/brute.h"
#include "sim/made_job.h"
#include "sim/rig.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { JOBS_OF_A_RECORD = 3, ROWS_MOST = 20000, LIST_MOST = 4000 };

/* One record with its jobs, one after the other. */
struct scene {
    struct rig rig;
    struct rng dice;
    struct made_job job;
    struct brute brute;
    const char *suppressed[40];
    char subjects[40][ADDRESS_MAX + 2];
    int32_t suppressed_count;
    const char *contacted[LIST_MOST];
    char *contacted_text;
    int32_t contacted_count;
    struct ct_row *rows;
    int32_t row_count;
    int64_t letters; /* of all jobs */
};

static int32_t draw(struct scene *s, int32_t from, int32_t to)
{
    return from + (int32_t)rng_below(rng_next(&s->dice), (uint64_t)(to - from + 1));
}

static void make_world(struct scene *s)
{
    struct fake_world *w = &s->rig.world;
    *w = fake_world(rng_next(&s->dice));
    w->people = draw(s, 50, 4000);
    w->domains = draw(s, 10, w->people);
    w->sites = draw(s, 20, 3000);
    w->results_min = draw(s, 0, 10);
    w->results_max = w->results_min + draw(s, 0, 60);
    w->page_leads = draw(s, 1, 8);
    w->dry = draw(s, 0, 30);
    w->failing = draw(s, 0, 25);
    w->broken = draw(s, 0, 10);
    w->skipped = draw(s, 0, 10);
    w->rejected = draw(s, 0, 15);
    w->deferred = draw(s, 0, 10);
    w->held = draw(s, 0, 5);
}

/* Some people and some domains do not want to be written to. */
static void suppress(struct scene *s)
{
    s->suppressed_count = draw(s, 0, 40);
    for (int32_t i = 0; i < s->suppressed_count; i++) {
        struct lead_found lead;
        bool changed;
        fake_world_person(&s->rig.world, draw(s, 0, s->rig.world.people - 1), &lead);
        const char *subject = i % 4 == 0 ? strchr(lead.address, '@') : lead.address;
        (void)str_copy(s->subjects[i], sizeof s->subjects[i], subject);
        s->suppressed[i] = s->subjects[i];
        struct authority *a = s->rig.authority;
        assert_true(a->ops->workspace_put(a, "ana", "w", &s->rig.err));
        assert_true(a->ops->suppress(a, "ana", "w", subject, "", true, &changed, &s->rig.err));
    }
}

/* --- comparing ---------------------------------------------------------------------------------*/

static void compare_rows(struct scene *s, const char *where, struct uuid job,
                         const struct plan *plan)
{
    struct rig *r = &s->rig;
    s->row_count = r->maker->rows(r->record, job, s->rows, ROWS_MOST);
    if (s->row_count != s->brute.row_count)
        fail_msg("%s: %d letters, not %d", where, s->row_count, s->brute.row_count);
    for (int32_t i = 0; i < s->row_count; i++) {
        const struct ct_row *is = &s->rows[i];
        const struct brute_row *want = &s->brute.rows[i];
        const struct plan_group *group = &plan->groups[want->group];
        int32_t term_no = plan->terms[group->first_term + want->term].term_no;
        if (!str_equal(is->address, want->address) || is->state != want->state ||
            is->group_no != group->group_no || is->term_no != term_no || is->cycle != want->cycle ||
            is->attempt != want->tries)
            fail_msg("%s: letter %d is %s %s of term %d in cycle %d, not %s %s of term %d in %d",
                     where, i, is->address, send_state_name(is->state), is->term_no, is->cycle,
                     want->address, send_state_name(want->state), term_no, want->cycle);
    }
}

static void compare_counts(struct scene *s, const char *where, const struct plan *plan)
{
    int64_t total = 0;
    for (int32_t g = 0; g < plan->group_count; g++) {
        const struct plan_group *group = &plan->groups[g];
        if (group->counted != s->brute.group_counted[g] || group->state != GROUP_DONE ||
            group->counted > s->job.def.max_emails_per_group)
            fail_msg("%s: group %d counted %d, not %d", where, g, group->counted,
                     s->brute.group_counted[g]);
        for (int32_t t = 0; t < group->terms; t++) {
            const struct plan_term *is = &plan->terms[group->first_term + t];
            const struct brute_term *want = &s->brute.terms[g][t];
            if (is->counted != want->counted || is->state != want->state ||
                is->counted > s->job.def.loop_interval)
                fail_msg("%s: \"%s\" is %s with %d, not %s with %d", where, is->text,
                         term_state_name(is->state), is->counted, term_state_name(want->state),
                         want->counted);
        }
    }
    for (int32_t i = 0; i < s->row_count; i++)
        total += send_holds_place(s->rows[i].state);
    if (plan->total != total)
        fail_msg("%s: total %lld, not %lld", where, (long long)plan->total, (long long)total);
}

static void compare(struct scene *s, struct uuid job, int number)
{
    struct rig *r = &s->rig;
    struct arena arena = arena_init((size_t)1 << 26);
    struct plan *plan;
    char where[120];
    (void)str_format(where, sizeof where, "%s, job %d, cycle %d", r->maker->kind, number,
                     s->brute.cycle);
    if (!r->authority->ops->job_load(r->authority, job, &arena, &plan, &r->err))
        fail_msg("%s: %s", where, r->err.text);
    compare_rows(s, where, job, plan);
    if (plan->cycle == s->brute.cycle)
        compare_counts(s, where, plan);
    else
        fail_msg("%s: the job is in cycle %d", where, plan->cycle);
    arena_done(&arena);
}

/* Every accepted letter is in the sink, once. */
static void compare_sink(struct scene *s)
{
    int64_t accepted = 0;
    for (int32_t i = 0; i < s->row_count; i++) {
        const struct fake_letter *letter = fake_sink_find(&s->rig.sink, s->rows[i].id);
        bool there = letter != NULL && letter->accepted > 0;
        bool sent = s->rows[i].state == SEND_SENT || s->rows[i].state == SEND_SIMULATED;
        if (there != sent)
            fail_msg("%s is %s", s->rows[i].address, send_state_name(s->rows[i].state));
        accepted += there;
    }
    s->letters += accepted;
    assert_int_equal(s->rig.sink.repeated, 0);
}

/* Whom this job wrote to is known to the jobs that follow. */
static void remember_contacts(struct scene *s)
{
    if (s->rig.mail.ops.mode == MODE_DRYRUN)
        return;
    for (int32_t i = 0; i < s->row_count && s->contacted_count < LIST_MOST; i++) {
        if (s->rows[i].state != SEND_SENT)
            continue;
        char *text = s->contacted_text + (size_t)s->contacted_count * (ADDRESS_MAX + 1);
        (void)str_copy(text, ADDRESS_MAX + 1, s->rows[i].address);
        s->contacted[s->contacted_count++] = text;
    }
}

/* --- running -----------------------------------------------------------------------------------*/

/* The job by the engine and by hand, cycle by cycle. */
static void run_cycles(struct scene *s, int number, int cycles)
{
    struct uuid job = {0};
    for (int i = 0; i < cycles; i++) {
        job = rig_start(&s->rig, &s->job.def); /* when it completed: the next cycle */
        rig_run_to(&s->rig, LANE_COMPLETED);
        (void)brute_cycle(&s->brute);
        compare(s, job, number);
        fake_clock_pass(&s->rig.clock, INT64_C(7200) * 1000000); /* what was put off is due */
    }
}

/* A looping job: it ends in the rest after the cycle that counted nothing. */
static void run_loop(struct scene *s, int number)
{
    struct authority *a = s->rig.authority;
    struct job_ref ref = {s->job.def.workspace, s->job.def.name};
    struct uuid job = rig_start(&s->rig, &s->job.def);
    bool changed;
    rig_run_to(&s->rig, LANE_WAITING);
    while (brute_cycle(&s->brute) > 0 && s->brute.cycle < 1000)
        ;
    compare(s, job, number);
    assert_true(a->ops->job_control(a, "ana", &ref, CONTROL_STOP, s->rig.mail.ops.mode, &changed,
                                    &s->rig.err));
}

static const int32_t limits[] = {1, 7, 40, 300};

static void run_job(struct scene *s, int scenario, int k)
{
    char name[24];
    int number = scenario * JOBS_OF_A_RECORD + k;
    bool loop = number % 5 == 4 && s->rig.world.deferred == 0;
    (void)str_format(name, sizeof name, "job%d", number);
    made_job(&s->job, &s->dice, "w", name, limits[number % 4], limits[number / 4 % 4]);
    s->job.def.distribution = number / 16 % 2 == 0 ? DISTRIBUTION_EQUITABLE : DISTRIBUTION_RANDOM;
    s->job.def.loop_automation = loop;
    s->rig.settings.mail_batch = draw(s, 1, MAIL_BATCH_MAX);
    s->rig.mail.ask_most = draw(s, 0, 1) * draw(s, 1, 20);
    s->rig.search.wait_every = draw(s, 0, 1) * draw(s, 2, 9);
    s->brute = (struct brute){.job = &s->job.def,
                              .world = &s->rig.world,
                              .mode = s->rig.mail.ops.mode,
                              .suppressed = s->suppressed,
                              .suppressed_count = s->suppressed_count,
                              .contacted = s->contacted,
                              .contacted_count = s->contacted_count,
                              .deferred_give_in = s->rig.mail.give_in};
    brute_begin(&s->brute);
    if (loop)
        run_loop(s, number);
    else
        run_cycles(s, number, 1 + number % 3);
    assert_false(s->brute.spent);
    compare_sink(s);
    remember_contacts(s);
    brute_end(&s->brute);
}

static int64_t run_scenes(const struct ct_maker *maker, int first, int count)
{
    static const enum mail_mode modes[] = {MODE_MAILDIR, MODE_SMTP, MODE_DRYRUN};
    int64_t letters = 0;
    for (int i = first; i < first + count; i++) {
        struct scene *s = calloc(1, sizeof *s);
        assert_non_null(s);
        s->rows = calloc(ROWS_MOST, sizeof *s->rows);
        s->contacted_text = calloc(LIST_MOST, ADDRESS_MAX + 1);
        s->dice.state = (uint64_t)i * 1000003;
        s->rig.maker = maker;
        make_world(s);
        if (i % 3 == 1)
            s->rig.world.deferred = 0;
        rig_open(&s->rig, modes[i / 2 % 3]);
        s->rig.mail.give_in = i % 2 == 0;
        suppress(s);
        for (int k = 0; k < JOBS_OF_A_RECORD; k++)
            run_job(s, i, k);
        char text[CT_TEXT] = "";
        if (!maker->check(s->rig.record, text, sizeof text))
            fail_msg("%s, record %d: %s", maker->kind, i, text);
        letters += s->letters;
        rig_close(&s->rig);
        free(s->rows);
        free(s->contacted_text);
        free(s);
    }
    print_message("# %s: %d jobs, %lld letters\n", maker->kind, count * JOBS_OF_A_RECORD,
                  (long long)letters);
    return letters;
}

enum { SCENES = 72 };

static void jobs_are_exact_on_the_authority_in_memory(void **state)
{
    (void)state;
    bool soak = getenv("AUTOPILOT_SOAK") != NULL;
    assert_true(run_scenes(&ct_model, 0, soak ? 20 * SCENES : SCENES) > 10000);
}

static void jobs_are_exact_on_the_embedded_authority(void **state)
{
    (void)state;
    bool soak = getenv("AUTOPILOT_SOAK") != NULL;
    assert_true(run_scenes(&ct_sqlite, 0, soak ? 3 * SCENES : SCENES) > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_are_exact_on_the_authority_in_memory),
        cmocka_unit_test(jobs_are_exact_on_the_embedded_authority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
