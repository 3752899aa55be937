/* test_lane.c - if this fails, a job does not run to its end, does not come to rest when its
 * operator says so, or does not go on at exactly the same point after a stop, a lost answer or a
 * kill. */
#include "rig.h"

#include "base/fp.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

static struct rig *make(const struct rig_job *job)
{
    struct rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    rig_init(rig, job);
    return rig;
}

static void end(struct rig *rig)
{
    rig_done(rig);
    free(rig);
}

/* The sequence of an undisturbed run; the caller frees it. */
static char *undisturbed(const struct rig_job *job, const struct fake_world *world)
{
    struct rig *rig = make(job);
    struct buf out = buf_init((size_t)1 << 20);
    if (world != NULL)
        rig->world = *world;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    rig_check(rig);
    rig_sequence(rig, &out);
    end(rig);
    return buf_take(&out);
}

static void same_sequence(int line, const struct rig *rig, const char *want)
{
    struct buf out = buf_init((size_t)1 << 20);
    rig_sequence(rig, &out);
    CHECK_AT(line, str_equal(buf_text(&out), want), "another sequence:\n%s\ninstead of\n%s",
             buf_text(&out), want);
    buf_done(&out);
}

/* --- to the end ----------------------------------------------------------------------------- */

static void test_nothing_to_do(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    assert_false(report.took);
    /* Nobody tells of a lease that runs out, so it looks again by itself, but not soon. */
    assert_int_equal(report.look_again_us, rig->clock.boot + rig->settings.poll_interval_us);
    end(rig);
}

static void test_completes(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_COMPLETED);
    assert_true(report.took);
    assert_string_equal(report.job_name, "sample");
    assert_string_equal(report.problem, "");
    assert_int_equal(rig_state(rig), JOB_COMPLETED);
    /* Two groups of 12; equitable: 4 of each of the three terms. */
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 24);
    for (int32_t i = 0; i < 6; i++)
        assert_int_equal(rig_plan(rig)->terms[i].counted, 4);
    assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
    assert_false(fake_log_has(&rig->log, "step failed")); /* it always knew where it stood */
    rig_check(rig);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    end(rig);
}

static void test_random_completes(void **state)
{
    (void)state;
    struct rig_job job = rig_small;
    job.distribution = DISTRIBUTION_RANDOM;
    job.groups = 4;
    struct rig *rig = make(&job);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    /* Each group: 5, 5 and the last 2 of 12. */
    for (int32_t g = 0; g < 4; g++) {
        assert_int_equal(rig_plan(rig)->groups[g].counted, 12);
        assert_int_equal(rig_plan(rig)->terms[3 * g].counted, 5);
        assert_int_equal(rig_plan(rig)->terms[3 * g + 2].counted, 2);
    }
    rig_check(rig);
    end(rig);
}

/* However many letters are claimed at once, the outcome is the same. */
static void test_batches(void **state)
{
    (void)state;
    static const int32_t batches[] = {1, 2, 3, 7, 50};
    struct fake_world world = fake_world(11);
    world.held = 20;
    world.skipped = 20;
    world.people = 200;
    char *want = undisturbed(&rig_small, &world);
    for (size_t i = 0; i < CASES(batches); i++) {
        struct rig *rig = make(&rig_small);
        rig->world = world;
        rig->settings.mail_batch = batches[i];
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
        rig_check(rig);
        same_sequence((int)i, rig, want);
        end(rig);
    }
    free(want);
}

/* A looping job rests after a cycle that counted nothing new, and does not hold the lane. */
static void test_loop_rests(void **state)
{
    (void)state;
    struct rig_job job = rig_small;
    job.loop = true;
    struct rig *rig = make(&job);
    struct lane_report report;
    rig->world.people = 10;
    rig->world.results_max = rig->world.results_min = 3;
    rig_control(rig, CONTROL_START);
    int32_t ends = 0;
    do {
        assert_true(ends++ < 3);
        rig_run(rig, &report);
    } while (report.end != LANE_WAITING);
    int64_t wait_us = model_job_facts(rig->record, 0).wait_until_us;
    assert_int_equal(wait_us, rig->clock.now + rig->settings.loop_rest_us);
    assert_int_equal(rig_state(rig), JOB_RUNNING);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    int32_t cycle = rig_plan(rig)->cycle;
    fake_clock_pass(&rig->clock, rig->settings.loop_rest_us);
    assert_int_equal(rig_run(rig, &report), LANE_WAITING);
    assert_int_equal(rig_plan(rig)->cycle, cycle + 1);
    rig_check(rig);
    end(rig);
}

/* When a job is due soon, the lane says so. */
static void test_looks_again_when_due(void **state)
{
    (void)state;
    struct rig_job job = rig_small;
    job.loop = true;
    struct rig *rig = make(&job);
    struct lane_report report;
    rig->world.people = 1;
    rig->settings.loop_rest_us = INT64_C(5000000);
    rig_control(rig, CONTROL_START);
    while (rig_run(rig, &report) != LANE_WAITING)
        assert_true(report.took);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    assert_int_equal(report.look_again_us, rig->clock.boot + rig->settings.loop_rest_us);
    end(rig);
}

/* --- coming to rest, and going on at the same point ----------------------------------------- */

static void say_stop(struct rig *rig, enum rig_op op)
{
    if (op == RIG_EXCHANGE && rig->calls[op] == rig->hook_at)
        rig_control(rig, CONTROL_STOP);
}

static void say_pause(struct rig *rig, enum rig_op op)
{
    if (op == RIG_SEARCH_END && rig->calls[op] == rig->hook_at)
        rig_control(rig, CONTROL_PAUSE);
}

static void say_cancel(struct rig *rig, enum rig_op op)
{
    if (op == RIG_MOVE && rig->calls[op] == rig->hook_at)
        rig->clock.cancelled = true;
}

static void say_yield(struct rig *rig, enum rig_op op)
{
    if (op == RIG_EXCHANGE && rig->calls[op] == rig->hook_at)
        rig->yield_now = true;
}

static const struct {
    int line;
    void (*hook)(struct rig *rig, enum rig_op op);
    enum lane_end end;
    enum job_state state;
    enum control again; /* CONTROLS: it goes on by itself */
} rests[] = {
    {__LINE__, say_stop, LANE_STOPPED, JOB_STOPPED, CONTROL_RESUME},
    {__LINE__, say_stop, LANE_STOPPED, JOB_STOPPED, CONTROL_START},
    {__LINE__, say_pause, LANE_PAUSED, JOB_PAUSED, CONTROL_RESUME},
    {__LINE__, say_pause, LANE_PAUSED, JOB_PAUSED, CONTROL_START},
    {__LINE__, say_cancel, LANE_CANCELLED, JOB_RUNNING, CONTROLS},
    {__LINE__, say_yield, LANE_YIELDED, JOB_RUNNING, CONTROLS},
};

static void rest_and_go_on(size_t i, int32_t at, const char *want)
{
    int line = rests[i].line;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->settings.mail_batch = 2;
    rig->hook = rests[i].hook;
    rig->hook_at = at;
    rig_control(rig, CONTROL_START);
    enum lane_end how = rig_run(rig, &report);
    CHECK_AT(line, how == rests[i].end, "at %d it ended as %s", (int)at, lane_end_name(how));
    CHECK_AT(line, rig_state(rig) == rests[i].state, "it is %s", job_state_name(rig_state(rig)));
    CHECK_AT(line, uuid_is_zero(model_job_facts(rig->record, 0).lease_owner), "not given back");
    CHECK_AT(line, rig_rows(rig, SEND_CLAIMED) == 0, "a letter is in flight");
    rig_check(rig);
    rig->hook = NULL;
    rig->clock.cancelled = false;
    if (rests[i].again != CONTROLS) {
        CHECK_AT(line, rig_run(rig, &report) == LANE_NOTHING, "it does not rest");
        rig_control(rig, rests[i].again);
    }
    CHECK_AT(line, rig_run_all(rig) == LANE_COMPLETED, "it does not complete");
    rig_check(rig);
    same_sequence(line, rig, want);
    end(rig);
}

static void test_rests(void **state)
{
    (void)state;
    char *want = undisturbed(&rig_small, NULL);
    for (size_t i = 0; i < CASES(rests); i++)
        for (int32_t at = 1; at <= 4; at++)
            rest_and_go_on(i, at, want);
    free(want);
}

/* --- the definition changes while it runs --------------------------------------------------- */

static void change_job(struct rig *rig, enum rig_op op)
{
    struct rig_job job = rig_small;
    if (op != RIG_EXCHANGE || rig->calls[op] != rig->hook_at)
        return;
    job.max_per_group = 15;
    job.terms = 4;
    rig_put(rig, &job);
}

/* The new limits and terms hold from the next step on; what was done stays. */
static void test_changed_while_running(void **state)
{
    (void)state;
    for (int32_t at = 1; at <= 4; at++) {
        struct rig *rig = make(&rig_small);
        rig->settings.mail_batch = 2;
        rig->hook = change_job;
        rig->hook_at = at;
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
        for (int32_t g = 0; g < 2; g++)
            assert_int_equal(rig_plan(rig)->groups[g].counted, 15);
        assert_int_equal(rig_plan(rig)->term_count, 8);
        assert_true(rig_plan(rig)->terms[7].counted > 0);
        rig_check(rig);
        end(rig);
    }
}

/* --- coming to rest while waiting ----------------------------------------------------------- */

/* The operator's wish is noticed while the lane waits for its pace, at the next slice or wake. */
static void stop_while_waiting(struct rig *rig, enum rig_op op)
{
    if (op == RIG_DESIRED && rig->clock.waits >= rig->hook_at) {
        rig->hook = NULL;
        rig_control(rig, CONTROL_STOP);
    }
}

static void test_stop_during_pace(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->settings.mail_per_minute = 1;
    rig->hook = stop_while_waiting;
    rig->hook_at = 3;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_STOPPED);
    assert_true(rig->clock.waits <= 5);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 1);
    rig_check(rig);
    end(rig);
}

/* The release of a stopped job got lost: until it is known to have happened the lane does nothing
 * else, or the job would be "stopping" for ever. */
/* Another lane of this engine has the job in its hands and only stood still while its lease ran
 * out: what that lane has begun is not for this one to settle or to send. */
static void test_in_other_hands(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    struct hands hands;
    assert_true(hands_init(&hands, NULL));
    lane_ports(rig->lane)->hands = &hands;
    lane_ports(rig->lane)->number = 3;
    rig_control(rig, CONTROL_START);
    int32_t looks = rig->calls[RIG_OPEN];
    assert_true(hands_take(&hands, 1, model_job_facts(rig->record, 0).id));
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    assert_false(report.took);
    assert_int_equal(rig->calls[RIG_LOAD], 0);
    assert_int_equal(rig->calls[RIG_OPEN], looks);
    assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
    hands_leave(&hands, 1);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    rig_check(rig);
    /* And it lets go of what it had. */
    assert_true(hands_take(&hands, 1, model_job_facts(rig->record, 0).id));
    end(rig);
    hands_done(&hands);
}

static void test_owed_release(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->hook = say_stop;
    rig->hook_at = 2;
    rig->fault[0] = (struct rig_fault){RIG_RELEASE, 1, 4, false, ERR_STOP};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_STOPPED);
    assert_int_equal(rig_state(rig), JOB_RUNNING); /* nobody could write it down */
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_true(report.look_again_us > rig->clock.boot);
    assert_int_equal(rig->calls[RIG_ACQUIRE], 1);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    assert_int_equal(rig_state(rig), JOB_STOPPED);
    rig_check(rig);
    end(rig);
}

/* Its answer got lost, but it was done: the second try is refused as fenced, and that is the end.
 */
static void test_release_done_twice(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->hook = say_stop;
    rig->hook_at = 2;
    rig->fault[0] = (struct rig_fault){RIG_RELEASE, 1, 1, true, ERR_RETRY};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_STOPPED);
    assert_int_equal(rig_state(rig), JOB_STOPPED);
    assert_int_equal(rig->calls[RIG_RELEASE], 2);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    end(rig);
}

/* --- lost answers --------------------------------------------------------------------------- */

/* Every operation of a run, lost before and lost after, for as many calls as there are: the end is
 * the same, no letter goes twice. */
static void lose(enum rig_op op, int32_t call, bool after, enum err_kind kind, const char *want)
{
    struct rig *rig = make(&rig_small);
    rig->settings.mail_batch = 3;
    rig->fault[0] = (struct rig_fault){op, call, 1, after, kind};
    rig_control(rig, CONTROL_START);
    enum lane_end how = rig_run_all(rig);
    int about = (int)op * 1000 + (int)call;
    CHECK_AT(about, how == LANE_COMPLETED, "lost %s it: %s", after ? "after" : "before",
             lane_end_name(how));
    rig_check(rig);
    same_sequence(about, rig, want);
    end(rig);
}

static void test_lost_answers(void **state)
{
    (void)state;
    char *want = undisturbed(&rig_small, NULL);
    struct rig *rig = make(&rig_small);
    rig->settings.mail_batch = 3;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    for (int op = 0; op < RIG_OPS; op++) {
        for (int32_t call = 1; call <= rig->calls[op]; call++) {
            lose((enum rig_op)op, call, false, ERR_RETRY, want);
            lose((enum rig_op)op, call, true, ERR_RETRY, want);
        }
        if (rig->calls[op] > 0)
            lose((enum rig_op)op, 1, false, ERR_UNREACHABLE, want);
    }
    end(rig);
    free(want);
}

/* The record can't be written for a while: the lane says so, waits longer each time, and goes on.
 */
static void test_record_unwritable(void **state)
{
    (void)state;
    char *want = undisturbed(&rig_small, NULL);
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->fault[0] = (struct rig_fault){RIG_MOVE, 5, 1, false, ERR_STOP};
    rig->fault[1] = (struct rig_fault){RIG_ACQUIRE, 2, 3, false, ERR_STOP};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_true(report.took);
    assert_int_equal(rig_state(rig), JOB_RUNNING);
    assert_string_equal(rig->problem, report.problem);
    for (int i = 0; i < 3; i++) {
        fake_clock_pass(&rig->clock, report.look_again_us - rig->clock.boot);
        assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
        assert_false(report.took);
        assert_true(report.look_again_us - rig->clock.boot >= rig->settings.retry_min_us);
    }
    fake_clock_pass(&rig->clock, report.look_again_us - rig->clock.boot);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_string_equal(rig->problem, "");
    assert_int_equal(rig->log.lines[LOG_ERROR], 2); /* each trouble once, not each try */
    rig_check(rig);
    same_sequence(__LINE__, rig, want);
    end(rig);
    free(want);
}

/* The same operation fails again and again: the lane gives the job back instead of spinning. */
static void test_gives_up_for_a_while(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->fault[0] = (struct rig_fault){RIG_MOVE, 2, 1000000, false, ERR_RETRY};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_true(rig->calls[RIG_MOVE] < 20);
    assert_true(rig->clock.waits > 0);
    assert_int_equal(rig_state(rig), JOB_RUNNING);
    assert_true(uuid_is_zero(model_job_facts(rig->record, 0).lease_owner));
    assert_true(model_job_facts(rig->record, 0).wait_until_us > rig->clock.now);
    end(rig);
}

/* A refusal that only a person can cure ends the job with the sentence. */
static void test_refused(void **state)
{
    (void)state;
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig->fault[0] = (struct rig_fault){RIG_TEMPLATE, 2, 1, false, ERR_REFUSED};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_FAILED);
    assert_int_equal(rig_state(rig), JOB_FAILED);
    assert_string_equal(report.problem, "rig: operation 7 failed");
    assert_string_equal(model_job_facts(rig->record, 0).error, report.problem);
    assert_true(fake_log_has(&rig->log, "job \"sample\" failed"));
    rig_check(rig);
    /* Resumed, it goes on. */
    rig_control(rig, CONTROL_RESUME);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 24);
    rig_check(rig);
    end(rig);
}

/* --- takeover ------------------------------------------------------------------------------- */

/* Another engine takes the job when the lease has run out, as if this lane had been frozen. */
static void take_over(struct rig *rig, enum rig_op op)
{
    struct lease lease;
    bool found = false;
    struct err err = {0};
    if (op != RIG_EXCHANGE || rig->calls[op] != rig->hook_at)
        return;
    fake_clock_pass(&rig->clock, LEASE_TTL_US + 1);
    struct uuid other = uuid_from_bytes("other", 5);
    struct engine_card card = {other, 1, "elsewhere", 2, "0"};
    if (!rig->raw->ops->hello(rig->raw, &card, &err) ||
        !rig->raw->ops->job_acquire(rig->raw, other, rig->settings.mail_mode, (struct uuid){0},
                                    &lease, &found, &err))
        fail_msg("%s", err.text);
    assert_true(found);
}

static void test_fenced(void **state)
{
    (void)state;
    for (int32_t at = 1; at <= 4; at++) {
        struct rig *rig = make(&rig_small);
        struct lane_report report;
        rig->settings.mail_batch = 3;
        rig->hook = take_over;
        rig->hook_at = at;
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run(rig, &report), LANE_FENCED);
        assert_string_equal(report.problem, "");
        /* What was in hand was not sent: the lease could not be trusted any more. It was put in
         * doubt by the takeover and taken back by this engine's word. */
        assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 0);
        assert_int_equal(rig_rows(rig, SEND_CLAIMED), 0);
        rig_check(rig);
        assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
        end(rig);
    }
}

/* --- kills ---------------------------------------------------------------------------------- */

static void kill_now(struct rig *rig, enum rig_op op)
{
    (void)op;
    if (--rig->hook_at == 0)
        longjmp(rig->killed, 1);
}

/* Runs the job; the lane dies after its at-th operation, and another goes on in its place. Returns
 * false when there are not so many. */
static bool kill_after(int32_t at, enum mail_mode mode, const char *want)
{
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig_mode(rig, mode);
    rig_kill(rig);
    rig->settings.mail_batch = 3;
    rig->hook = kill_now;
    rig->hook_at = at;
    rig_control(rig, CONTROL_START);
    volatile bool killed = false;
    if (setjmp(rig->killed) == 0)
        (void)rig_run(rig, &report);
    else
        killed = true;
    if (killed) {
        rig->hook = NULL;
        rig_kill(rig);
        assert_int_equal(rig_rows(rig, SEND_CLAIMED), 0);
        (void)rig_run_all(rig); /* it may have completed before it died */
        CHECK_AT(at, rig_state(rig) == JOB_COMPLETED, "it is %s", job_state_name(rig_state(rig)));
        rig_check(rig);
        same_sequence((int)at, rig, want);
    }
    end(rig);
    return killed;
}

static void test_killed_anywhere(void **state)
{
    (void)state;
    char *want = undisturbed(&rig_small, NULL);
    int32_t at = 1;
    while (kill_after(at, MODE_DRYRUN, want))
        at++;
    assert_true(at > 40); /* there were so many operations */
    free(want);
}

#ifdef FAILPOINTS
/* Dies at the hook_at-th failpoint of a lane; those inside a database's transaction are others'.
 */
static void die_at_point(void *ctx, const char *name)
{
    struct rig *rig = ctx;
    if (!str_starts(name, "lane_") || --rig->hook_at != 0)
        return;
    fp_set_hook(NULL, NULL);
    longjmp(rig->killed, 1);
}

/* The letters it had been allowed reach the sink or not, `finish` of them. */
static bool kill_at_point(int32_t at, enum mail_mode mode, int32_t finish, const char *want)
{
    struct rig *rig = make(&rig_small);
    struct lane_report report;
    rig_mode(rig, mode);
    rig_kill(rig);
    rig->settings.mail_batch = 3;
    rig->hook_at = at;
    rig_control(rig, CONTROL_START);
    fp_set_hook(die_at_point, rig);
    volatile bool killed = false;
    if (setjmp(rig->killed) == 0)
        (void)rig_run(rig, &report);
    else
        killed = true;
    fp_set_hook(NULL, NULL);
    if (killed) {
        fake_mail_finish(&rig->mail, finish);
        rig_kill(rig);
        int64_t doubt = rig_rows(rig, SEND_IN_DOUBT);
        CHECK_AT(at, rig_rows(rig, SEND_CLAIMED) == 0, "a letter is open");
        CHECK_AT(at, doubt <= (mode == MODE_SMTP ? 3 : 0), "%d are in doubt", (int)doubt);
        (void)rig_run_all(rig); /* it may have completed before it died */
        CHECK_AT(at, rig_state(rig) == JOB_COMPLETED, "it is %s", job_state_name(rig_state(rig)));
        rig_check(rig);
        if (want != NULL)
            same_sequence((int)at, rig, want);
        else
            assert_int_equal(rig_rows(rig, SEND_SENT) + doubt, 24);
    }
    end(rig);
    return killed;
}

static void test_killed_at_failpoints(void **state)
{
    (void)state;
    char *want = undisturbed(&rig_small, NULL);
    int32_t at = 1;
    while (kill_at_point(at, MODE_DRYRUN, at % 4, want))
        at++;
    assert_true(at > 100); /* there were so many points on the way */
    for (at = 1; kill_at_point(at, MODE_SMTP, at % 4, NULL);)
        at++;
    free(want);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_completes),
        cmocka_unit_test(test_random_completes),
        cmocka_unit_test(test_batches),
        cmocka_unit_test(test_loop_rests),
        cmocka_unit_test(test_looks_again_when_due),
        cmocka_unit_test(test_rests),
        cmocka_unit_test(test_changed_while_running),
        cmocka_unit_test(test_stop_during_pace),
        cmocka_unit_test(test_in_other_hands),
        cmocka_unit_test(test_owed_release),
        cmocka_unit_test(test_release_done_twice),
        cmocka_unit_test(test_lost_answers),
        cmocka_unit_test(test_record_unwritable),
        cmocka_unit_test(test_gives_up_for_a_while),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_fenced),
        cmocka_unit_test(test_killed_anywhere),
#ifdef FAILPOINTS
        cmocka_unit_test(test_killed_at_failpoints),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
