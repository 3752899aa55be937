/* test_step_mail.c - if this fails, a limit is missed by one, a refused letter keeps its place, a
 * letter that must not go out goes out, or trouble with the sink loses or repeats a letter. */
#include "rig.h"

#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)
#define MINUTE (60 * S)
#define DAY (1440 * MINUTE)

static struct rig *make(const struct rig_job *job, enum mail_mode mode)
{
    struct rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    rig_init(rig, job);
    rig_mode(rig, mode);
    rig_kill(rig);
    return rig;
}

static void end(struct rig *rig)
{
    rig_done(rig);
    free(rig);
}

static const struct rig_job one_term = {.distribution = DISTRIBUTION_RANDOM,
                                        .loop_interval = 20,
                                        .max_per_group = 100,
                                        .groups = 1,
                                        .terms = 1};

/* --- verdicts ------------------------------------------------------------------------------- */

/* Percentages of people who refuse, and what the ledger must show besides 20 that count. */
static const struct {
    int line;
    enum mail_mode mode;
    int32_t rejected, deferred, held;
    enum send_state counted;
} worlds[] = {
    {__LINE__, MODE_DRYRUN, 0, 0, 0, SEND_SIMULATED},
    {__LINE__, MODE_DRYRUN, 0, 0, 40, SEND_SIMULATED},
    {__LINE__, MODE_MAILDIR, 0, 0, 20, SEND_SENT},
    {__LINE__, MODE_SMTP, 40, 0, 0, SEND_SENT},
    {__LINE__, MODE_SMTP, 0, 40, 0, SEND_SENT},
    {__LINE__, MODE_SMTP, 30, 20, 20, SEND_SENT},
};

static void test_verdicts(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(worlds); i++) {
        int line = worlds[i].line;
        struct rig *rig = make(&one_term, worlds[i].mode);
        rig->world.results_min = rig->world.results_max = 60;
        rig->world.rejected = worlds[i].rejected;
        rig->world.deferred = worlds[i].deferred;
        rig->world.held = worlds[i].held;
        rig->settings.mail_batch = 6;
        rig_control(rig, CONTROL_START);
        CHECK_AT(line, rig_run_all(rig) == LANE_COMPLETED, "it does not complete");
        rig_check(rig);
        CHECK_AT(line, rig_rows(rig, worlds[i].counted) == 20, "%d are counted",
                 (int)rig_rows(rig, worlds[i].counted));
        CHECK_AT(line, (rig_rows(rig, SEND_REJECTED) > 0) == (worlds[i].rejected > 0), "rejected");
        CHECK_AT(line, (rig_rows(rig, SEND_DEFERRED) > 0) == (worlds[i].deferred > 0), "deferred");
        CHECK_AT(line, (rig_rows(rig, SEND_HELD) > 0) == (worlds[i].held > 0), "held");
        CHECK_AT(line, rig_rows(rig, SEND_QUEUED) == 0 && rig_rows(rig, SEND_CLAIMED) == 0,
                 "letters are left over");
        end(rig);
    }
}

/* What the ledger keeps of a letter: the reason of a hold, the answer, the hash of the bytes. */
static void test_facts(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    rig->world.held = 30;
    rig->world.rejected = 30;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    for (int64_t i = 0; i < model_send_count(rig->record); i++) {
        const struct model_send *row = model_send_at(rig->record, i);
        if (row->state == SEND_HELD) {
            assert_non_null(strstr(row->reason, "{{name}} is not known"));
            assert_string_equal(row->sha256, "");
        } else {
            assert_int_equal(strlen(row->sha256), 64);
            assert_int_equal(row->code, row->state == SEND_REJECTED ? 550 : 250);
        }
    }
    end(rig);
}

/* A letter that is refused for now is tried again after 1, 5, 15, 60, 60 minutes, each time when
 * the job's term has room again. */
static void test_deferred(void **state)
{
    (void)state;
    static const int64_t waits[] = {1, 5, 15, 60, 60};
    struct rig_job job = one_term;
    job.loop = true;
    struct rig *rig = make(&job, MODE_SMTP);
    struct lane_report report;
    rig->world.people = 1;
    rig->world.deferred = 100;
    rig->settings.loop_rest_us = DAY;
    rig_control(rig, CONTROL_START);
    for (size_t i = 0; i < CASES(waits); i++) {
        assert_int_equal(rig_run(rig, &report), LANE_WAITING); /* nothing was counted: it rests */
        assert_int_equal(model_send_count(rig->record), 1);
        const struct model_send *row = model_send_at(rig->record, 0);
        assert_int_equal(row->state, SEND_DEFERRED);
        assert_int_equal(row->attempt, i + 1);
        assert_int_equal(row->retry_at_us - row->claimed_at_us, waits[i] * MINUTE);
        fake_clock_pass(&rig->clock, DAY + MINUTE);
    }
    rig->world.deferred = 0;
    while (rig_rows(rig, SEND_SENT) == 0) {
        rig_run(rig, &report);
        fake_clock_pass(&rig->clock, DAY + MINUTE);
    }
    rig_check(rig);
    end(rig);
}

/* --- pace and windows ----------------------------------------------------------------------- */

static void test_pace(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    rig->settings.mail_per_minute = 4;
    rig->settings.search_failures = 1;
    int64_t before_us = rig->clock.boot;
    rig_control(rig, CONTROL_START);
    struct lane_report report;
    assert_int_equal(rig_run(rig, &report), LANE_COMPLETED); /* it keeps the job meanwhile */
    for (int64_t i = 1; i < model_send_count(rig->record); i++)
        assert_true(model_send_at(rig->record, i)->claimed_at_us -
                        model_send_at(rig->record, i - 1)->claimed_at_us >=
                    15 * S);
    int64_t took_us = rig->clock.boot - before_us;
    assert_true(took_us >= 19 * 15 * S && took_us <= 20 * 16 * S);
    assert_true(rig->calls[RIG_RENEW] > 0);
    end(rig);
}

/* The day is full: the job is given back until the oldest letter leaves the window. */
static void test_daily_cap(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    struct lane_report report;
    rig->settings.mail_daily_cap = 8;
    int64_t start_us = rig->clock.now;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_WAITING);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 8);
    assert_int_equal(rig_rows(rig, SEND_QUEUED), 12);
    struct model_job_facts facts = model_job_facts(rig->record, 0);
    assert_true(uuid_is_zero(facts.lease_owner));
    assert_true(facts.wait_until_us >= start_us + DAY && facts.wait_until_us <= start_us + DAY + S);
    assert_int_equal(rig_run(rig, &report), LANE_NOTHING);
    for (int day = 1; day <= 2; day++) {
        fake_clock_pass(&rig->clock, DAY);
        assert_int_equal(rig_run(rig, &report), day == 1 ? LANE_WAITING : LANE_COMPLETED);
    }
    rig_check(rig);
    end(rig);
}

/* --- suppression and other jobs ------------------------------------------------------------- */

static void suppress_queued(struct rig *rig, enum rig_op op)
{
    bool changed;
    if (op != RIG_SEARCH_END || rig->calls[op] != 1)
        return;
    for (int64_t i = 5; i < 8; i++)
        assert_true(rig->raw->ops->suppress(rig->raw, "ana", "default",
                                            model_send_at(rig->record, i)->address, "asked", true,
                                            &changed, NULL));
}

/* Addresses that were suppressed after they were found, before they were claimed, get no letter. */
static void test_suppressed(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    rig->settings.mail_batch = 5; /* which are claimed with the search */
    rig->hook = suppress_queued;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SUPPRESSED), 3);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 20);
    for (int64_t i = 5; i < 8; i++) {
        assert_int_equal(model_send_at(rig->record, i)->state, SEND_SUPPRESSED);
        assert_null(fake_sink_find(&rig->sink, model_send_at(rig->record, i)->id));
    }
    rig_check(rig);
    end(rig);
}

/* Nothing but suppressed addresses in the queue: the lane goes on to search for others. */
static void suppress_all(struct rig *rig, enum rig_op op)
{
    bool changed;
    if (op != RIG_SEARCH_END || rig->calls[op] != 1)
        return;
    for (int64_t i = 5; i < model_send_count(rig->record); i++)
        assert_true(rig->raw->ops->suppress(rig->raw, "ana", "default",
                                            model_send_at(rig->record, i)->address, "asked", true,
                                            &changed, NULL));
}

static void test_all_suppressed(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    rig->world.results_min = rig->world.results_max = 60;
    rig->settings.mail_batch = 5;
    rig->hook = suppress_all;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SUPPRESSED), 15);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 20);
    rig_check(rig);
    end(rig);
}

/* --- trouble with the sink ------------------------------------------------------------------ */

/* Something happens at the at-th event that the lane asks the sink for. */
struct intercept {
    bool (*next)(struct mail *m, int64_t deadline_us, struct mail_event *ret, struct err *err);
    bool (*act)(struct rig *rig, struct err *err); /* false: the event is this failure */
    int calls, at;
    bool acted;
};

static bool intercepted(struct mail *m, int64_t deadline_us, struct mail_event *ret,
                        struct err *err)
{
    struct rig *rig = (struct rig *)(void *)((char *)m - offsetof(struct rig, mail));
    struct intercept *i = rig->user;
    if (++i->calls == i->at) {
        i->acted = true;
        if (!i->act(rig, err))
            return false;
    }
    return i->next(m, deadline_us, ret, err);
}

static void intercept(struct rig *rig, struct intercept *i, int at,
                      bool (*act)(struct rig *rig, struct err *err))
{
    *i = (struct intercept){.next = rig->mail.ops.next, .act = act, .at = at};
    rig->user = i;
    rig->mail.ops.next = intercepted;
}

static bool disk_full(struct rig *rig, struct err *err)
{
    (void)rig;
    return err_set(err, ERR_STOP, "mail: the disk is full; make room");
}

/* The disk is full in the middle: what was not allowed is released, what was allowed is looked up,
 * and when there is room again the job goes on by itself. */
static void test_sink_fails(void **state)
{
    (void)state;
    for (int at = 1; at <= 20; at++) {
        struct rig *rig = make(&one_term, MODE_DRYRUN);
        struct lane_report report;
        struct intercept i;
        rig->settings.mail_batch = 5;
        rig->mail.ask_most = 2;
        intercept(rig, &i, at, disk_full);
        rig_control(rig, CONTROL_START);
        assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
        assert_string_equal(report.problem, "mail: the disk is full; make room");
        assert_string_equal(rig->problem, report.problem);
        assert_int_equal(rig_state(rig), JOB_RUNNING);
        assert_int_equal(rig_rows(rig, SEND_CLAIMED), 0);
        rig_check(rig);
        assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
        assert_int_equal(rig_rows(rig, SEND_SIMULATED), 20);
        assert_string_equal(rig->problem, "");
        rig_check(rig);
        end(rig);
    }
}

static bool delivered_and_full(struct rig *rig, struct err *err)
{
    fake_mail_finish(&rig->mail, 2);
    return disk_full(rig, err);
}

/* Two letters were there when the disk became full: the sink knows them, so they are not
 * released. */
static void test_sink_fails_delivered(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_MAILDIR);
    struct lane_report report;
    struct intercept i;
    rig->settings.mail_batch = 5;
    intercept(rig, &i, 2, delivered_and_full);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_int_equal(rig_rows(rig, SEND_SENT), 2);
    assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 0);
    rig_check(rig);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SENT), 20);
    rig_check(rig);
    end(rig);
}

static bool sink_gone(struct mail *m, struct uuid id, bool *ret_known, bool *ret_there,
                      struct err *err)
{
    (void)m;
    (void)id;
    (void)ret_known;
    (void)ret_there;
    return err_set(err, ERR_STOP, "mail: the disk is gone");
}

/* It can't even be looked into: the letters stay open and are settled when it is back. */
static void test_sink_gone(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    struct lane_report report;
    struct intercept i;
    struct mail_ops whole = rig->mail.ops;
    rig->settings.mail_batch = 4;
    intercept(rig, &i, 3, disk_full); /* 1: asks for all, 2: the first verdict */
    rig->mail.ops.find = sink_gone;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 1);
    assert_int_equal(rig_rows(rig, SEND_CLAIMED), 3);
    fake_clock_pass(&rig->clock, MINUTE);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM); /* nothing new before that is known */
    assert_int_equal(rig_rows(rig, SEND_CLAIMED), 3);
    rig->mail.ops = whole;
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 20);
    rig_check(rig);
    end(rig);
}

/* A sink that can't be asked by key: the letter that was allowed is in doubt, and stays so. */
static void test_sink_fails_in_doubt(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    struct lane_report report;
    struct intercept i;
    intercept(rig, &i, 3, disk_full); /* 1: asks for all, 2: the first verdict */
    rig->settings.mail_batch = 4;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_int_equal(rig_rows(rig, SEND_SENT), 1);
    assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 3);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SENT), 17); /* the three in doubt hold their places */
    assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 3);
    rig_check(rig);
    /* The journal keeps its word about them, whoever asks. */
    for (int64_t k = 0; k < model_send_count(rig->record); k++) {
        enum journal_fact fact;
        struct send_verdict v;
        const struct model_send *row = model_send_at(rig->record, k);
        assert_true(journal_find(rig->journal, row->id, &fact, &v, NULL));
        assert_int_equal(fact == JOURNAL_VERDICT, row->state == SEND_IN_DOUBT);
    }
    rig_kill(rig); /* nor does a restart send them */
    assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 3);
    end(rig);
}

static void test_submit_fails(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    rig->mail.fail_submit = 3;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SIMULATED), 20);
    rig_check(rig);
    end(rig);
}

/* Letters come back unsent: they are tried again, but not for ever without a pause. */
static void test_released(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    struct lane_report report;
    rig->mail.release_next = 30;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SENT), 20);
    rig_check(rig);
    end(rig);

    rig = make(&one_term, MODE_SMTP);
    rig->mail.release_next = INT32_MAX;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_non_null(strstr(report.problem, "makes no progress"));
    assert_true(rig->mail.submits < 100);
    assert_int_equal(rig_rows(rig, SEND_QUEUED), 20);
    end(rig);
}

static void test_doubt(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    rig->mail.doubt_next = 2;
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_IN_DOUBT), 2);
    assert_int_equal(rig_rows(rig, SEND_SENT), 18);
    rig_check(rig);
    end(rig);
}

/* Letters can't be written at all, for a reason that is not the lead's: nothing is held. */
static void test_letters_fail(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_DRYRUN);
    struct lane_report report;
    (void)err_set(&rig->letter_why, ERR_STOP, "letter: there is no memory");
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_string_equal(report.problem, "letter: there is no memory");
    assert_int_equal(rig_rows(rig, SEND_HELD), 0);
    assert_int_equal(rig_rows(rig, SEND_QUEUED), 20);
    rig->letter_why.kind = ERR_NONE;
    assert_int_equal(rig_run_all(rig), LANE_COMPLETED);
    rig_check(rig);
    end(rig);
}

/* --- stopping in the middle of a batch ------------------------------------------------------ */

static bool cancel(struct rig *rig, struct err *err)
{
    (void)err; /* the event itself is fine */
    rig->clock.cancelled = true;
    return true;
}

static bool operator_stops(struct rig *rig, struct err *err)
{
    (void)err; /* the event itself is fine */
    rig_control(rig, CONTROL_STOP);
    fake_clock_pass(&rig->clock, LANE_LOOK_US);
    return true;
}

/* Letters past their last question are finished, the others go back to their places. */
static void stop_in_batch(int at, bool (*act)(struct rig *rig, struct err *err), enum lane_end want)
{
    struct rig *rig = make(&one_term, MODE_SMTP);
    struct lane_report report;
    struct intercept i;
    rig->settings.mail_batch = 10;
    rig->mail.ask_most = 1;
    rig->mail.nothing_every = 3;
    intercept(rig, &i, at, act);
    rig_control(rig, CONTROL_START);
    enum lane_end how = rig_run(rig, &report);
    CHECK_AT(at, how == want || !i.acted, "ended as %s", lane_end_name(how));
    CHECK_AT(at, rig_rows(rig, SEND_CLAIMED) == 0, "a letter is in flight");
    CHECK_AT(at, rig_rows(rig, SEND_IN_DOUBT) == 0, "a letter is in doubt");
    CHECK_AT(at, rig_rows(rig, SEND_SENT) <= at, "%d letters went out", (int)rig->sink.accepted);
    rig_check(rig);
    rig->clock.cancelled = false;
    if (rig_state(rig) == JOB_STOPPED)
        rig_control(rig, CONTROL_RESUME);
    (void)rig_run_all(rig); /* it may be through */
    assert_int_equal(rig_state(rig), JOB_COMPLETED);
    assert_int_equal(rig_rows(rig, SEND_SENT), 20);
    rig_check(rig);
    end(rig);
}

static void test_stop_in_batch(void **state)
{
    (void)state;
    for (int at = 1; at <= 25; at++) {
        stop_in_batch(at, cancel, LANE_CANCELLED);
        stop_in_batch(at, operator_stops, LANE_STOPPED);
    }
}

/* --- the lease ------------------------------------------------------------------------------ */

static bool freeze(struct rig *rig, struct err *err)
{
    (void)err; /* the event itself is fine */
    fake_clock_pass(&rig->clock, LEASE_TTL_US - S);
    return true;
}

/* Frozen between claim and last step, but nobody took over: the lease is renewed first. */
static void test_frozen_and_renewed(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    struct lane_report report;
    struct intercept i;
    intercept(rig, &i, 1, freeze);
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_COMPLETED);
    assert_int_equal(rig->calls[RIG_RENEW], 1);
    assert_int_equal(rig_rows(rig, SEND_SENT), 20);
    rig_check(rig);
    end(rig);
}

/* The same, and the lease can't be renewed: nothing may start. */
static void test_frozen_and_cut_off(void **state)
{
    (void)state;
    struct rig *rig = make(&one_term, MODE_SMTP);
    struct lane_report report;
    struct intercept i;
    intercept(rig, &i, 1, freeze);
    rig->fault[0] = (struct rig_fault){RIG_RENEW, 1, 1000000, false, ERR_UNREACHABLE};
    rig_control(rig, CONTROL_START);
    assert_int_equal(rig_run(rig, &report), LANE_PROBLEM);
    assert_int_equal(rig->sink.accepted, 0);
    assert_int_equal(rig->mail.allows, 0);
    assert_int_equal(rig_rows(rig, SEND_QUEUED), 20);
    rig_check(rig);
    end(rig);
}

/* --- killed between the last question and the verdict --------------------------------------- */

static bool kill_lane(struct rig *rig, struct err *err)
{
    (void)err; /* nobody will look at it */
    longjmp(rig->killed, 1);
}

struct killing {
    int line;
    enum mail_mode mode;
    int at;        /* the event at which the lane dies */
    int finish;    /* so many allowed letters reach the sink all the same */
    int32_t there; /* after settling: sent or simulated */
    int32_t doubt; /* after settling */
};

/* Batches of 4. Event 1 is the question for all four; each further one is a verdict. */
static const struct killing killings[] = {
    {__LINE__, MODE_DRYRUN, 1, 0, 0, 0},  {__LINE__, MODE_DRYRUN, 2, 0, 0, 0},
    {__LINE__, MODE_DRYRUN, 2, 3, 3, 0},  {__LINE__, MODE_MAILDIR, 3, 0, 1, 0},
    {__LINE__, MODE_MAILDIR, 3, 3, 4, 0}, {__LINE__, MODE_SMTP, 1, 0, 0, 0},
    {__LINE__, MODE_SMTP, 2, 0, 0, 4},    {__LINE__, MODE_SMTP, 2, 4, 0, 4},
    {__LINE__, MODE_SMTP, 4, 1, 0, 4},    {__LINE__, MODE_SMTP, 6, 0, 4, 0},
};

static void run_until_killed(struct rig *rig)
{
    struct lane_report report;
    if (setjmp(rig->killed) == 0) {
        (void)rig_run(rig, &report);
        fail_msg("nobody killed it");
    }
}

static void test_killed_in_batch(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(killings); i++) {
        const struct killing *k = &killings[i];
        struct intercept cut;
        struct rig *rig = make(&one_term, k->mode);
        rig->settings.mail_batch = 4;
        intercept(rig, &cut, k->at, kill_lane);
        rig_control(rig, CONTROL_START);
        run_until_killed(rig);
        fake_mail_finish(&rig->mail, k->finish);
        rig_kill(rig);
        int64_t there = rig_rows(rig, SEND_SENT) + rig_rows(rig, SEND_SIMULATED);
        CHECK_AT(k->line, there == k->there, "%d are there", (int)there);
        CHECK_AT(k->line, rig_rows(rig, SEND_IN_DOUBT) == k->doubt, "%d are in doubt",
                 (int)rig_rows(rig, SEND_IN_DOUBT));
        CHECK_AT(k->line, rig_rows(rig, SEND_CLAIMED) == 0, "some are open");
        rig_check(rig);
        CHECK_AT(k->line, rig_run_all(rig) == LANE_COMPLETED, "it does not complete");
        there = rig_rows(rig, SEND_SENT) + rig_rows(rig, SEND_SIMULATED);
        CHECK_AT(k->line, there == 20 - k->doubt, "%d are there in the end", (int)there);
        rig_check(rig);
        end(rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_deferred),
        cmocka_unit_test(test_pace),
        cmocka_unit_test(test_daily_cap),
        cmocka_unit_test(test_suppressed),
        cmocka_unit_test(test_all_suppressed),
        cmocka_unit_test(test_sink_fails),
        cmocka_unit_test(test_sink_fails_delivered),
        cmocka_unit_test(test_sink_gone),
        cmocka_unit_test(test_sink_fails_in_doubt),
        cmocka_unit_test(test_submit_fails),
        cmocka_unit_test(test_released),
        cmocka_unit_test(test_doubt),
        cmocka_unit_test(test_letters_fail),
        cmocka_unit_test(test_stop_in_batch),
        cmocka_unit_test(test_frozen_and_renewed),
        cmocka_unit_test(test_frozen_and_cut_off),
        cmocka_unit_test(test_killed_in_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
