/* test_desk_commands.c - if this fails, an operator's key does something else than its word says,
 * is answered with a wrong sentence, or is carried out for nobody. */
#include "rig.h"

#include "base/str.h"
#include "engine/desk.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

static struct rig *make(void)
{
    struct rig *rig = malloc(sizeof *rig);
    assert_non_null(rig);
    rig_init(rig, &rig_small);
    return rig;
}

static void end(struct rig *rig)
{
    rig_done(rig);
    free(rig);
}

static struct reply carry_out(struct rig *rig, enum command_kind kind, const char *target)
{
    struct command c = {.kind = kind, .ticket = 77, .workspace = "default", .actor = "ana"};
    struct reply reply;
    (void)str_copy(c.target, sizeof c.target, target); /* it fits */
    memset(&reply, 0xff, sizeof reply);
    desk_carry_out(rig->raw, &rig->settings, &c, &reply);
    assert_int_equal(reply.ticket, 77);
    assert_int_equal(reply.kind, kind);
    assert_string_equal(reply.target, target);
    return reply;
}

/* What is asked for, one after the other, of a job that no lane works. */
static const struct {
    int line;
    enum command_kind kind;
    bool ok, changed;
    const char *said; /* as a whole, or a part when it is refused */
    enum job_state state;
} steps[] = {
    {__LINE__, COMMAND_JOB_RESUME, false, false, "use start", JOB_IDLE},
    {__LINE__, COMMAND_JOB_PAUSE, false, false, "does not run", JOB_IDLE},
    {__LINE__, COMMAND_JOB_STOP, false, false, "does not run", JOB_IDLE},
    {__LINE__, COMMAND_JOB_START, true, true, "Started sample (equitable, 2 groups).", JOB_RUNNING},
    {__LINE__, COMMAND_JOB_START, true, false, "sample is running already.", JOB_RUNNING},
    {__LINE__, COMMAND_JOB_RESUME, true, false, "sample is running already.", JOB_RUNNING},
    {__LINE__, COMMAND_JOB_PAUSE, true, true, "Pausing sample: finishing the letters in hand.",
     JOB_PAUSED},
    {__LINE__, COMMAND_JOB_PAUSE, true, false, "sample is paused already.", JOB_PAUSED},
    {__LINE__, COMMAND_JOB_RESUME, true, true, "Resumed sample at the same point.", JOB_RUNNING},
    {__LINE__, COMMAND_JOB_STOP, true, true, "Stopping sample: finishing the letters in hand.",
     JOB_STOPPED},
    {__LINE__, COMMAND_JOB_STOP, true, false, "sample is stopped already.", JOB_STOPPED},
    {__LINE__, COMMAND_JOB_START, true, true, "Started sample (equitable, 2 groups).", JOB_RUNNING},
    {__LINE__, COMMAND_NONE, false, false, "\"none\" is not carried out here", JOB_RUNNING},
    {__LINE__, COMMAND_CONFIG_RELOAD, false, false, "\"reload\" is not carried out here",
     JOB_RUNNING},
    {__LINE__, COMMAND_KINDS, false, false, "\"unknown\" is not carried out here", JOB_RUNNING},
};

/* The word about a letter goes to the ledger with its id; one that is not there is refused. */
static void test_letters(void **state)
{
    (void)state;
    struct rig *rig = make();
    static const enum command_kind kinds[] = {COMMAND_LETTER_SENT, COMMAND_LETTER_AGAIN,
                                              COMMAND_LETTER_DROP};
    for (size_t i = 0; i < CASES(kinds); i++) {
        struct reply r = carry_out(rig, kinds[i], "sample");
        CHECK_AT(__LINE__, !r.ok && !r.changed && strstr(r.text, "no such letter") != NULL, "%s",
                 r.text);
    }
    end(rig);
}

static void test_steps(void **state)
{
    (void)state;
    struct rig *rig = make();
    for (size_t i = 0; i < CASES(steps); i++) {
        struct reply r = carry_out(rig, steps[i].kind, "sample");
        CHECK_AT(steps[i].line, r.ok == steps[i].ok && r.changed == steps[i].changed,
                 "ok %d changed %d: %s", r.ok, r.changed, r.text);
        bool said = r.ok ? str_equal(r.text, steps[i].said) : strstr(r.text, steps[i].said) != NULL;
        CHECK_AT(steps[i].line, said, "said %s", r.text);
        CHECK_AT(steps[i].line, rig_state(rig) == steps[i].state, "it is %s",
                 job_state_name(rig_state(rig)));
    }
    end(rig);
}

static void test_delete(void **state)
{
    (void)state;
    struct rig *rig = make();
    struct reply r = carry_out(rig, COMMAND_JOB_DELETE, "sample");
    assert_true(r.ok && r.changed);
    assert_string_equal(r.text, "Deleted sample.");
    assert_null(model_job_plan(rig->record, 0));
    r = carry_out(rig, COMMAND_JOB_DELETE, "sample");
    assert_false(r.ok);
    end(rig);
}

static void test_no_such_job(void **state)
{
    (void)state;
    struct rig *rig = make();
    for (int kind = COMMAND_JOB_START; kind <= COMMAND_JOB_DELETE; kind++) {
        struct reply r = carry_out(rig, (enum command_kind)kind, "other");
        assert_false(r.ok);
        assert_false(r.changed);
        assert_non_null(strstr(r.text, "other"));
    }
    end(rig);
}

/* Nobody asks: nothing is done. */
static void test_nobody(void **state)
{
    (void)state;
    struct rig *rig = make();
    struct command c = {.kind = COMMAND_JOB_START, .workspace = "default", .target = "sample"};
    struct reply reply;
    desk_carry_out(rig->raw, &rig->settings, &c, &reply);
    assert_false(reply.ok);
    assert_non_null(strstr(reply.text, "who asks"));
    assert_int_equal(rig_state(rig), JOB_IDLE);
    end(rig);
}

/* Who asked and for what is in the audit. */
static void test_audited(void **state)
{
    (void)state;
    struct rig *rig = make();
    int64_t before = model_counts(rig->record).audits;
    (void)carry_out(rig, COMMAND_JOB_START, "sample");
    assert_int_equal(model_counts(rig->record).audits, before + 1);
    const struct model_event *e = model_event_at(rig->record, model_event_count(rig->record) - 1);
    assert_int_equal(e->kind, EVENT_JOB_START);
    assert_string_equal(e->actor, "ana");
    end(rig);
}

/* Real mail is announced; a mode is changed only at rest. */
static void test_modes(void **state)
{
    (void)state;
    struct rig *rig = make();
    rig->settings.mail_mode = MODE_SMTP;
    struct reply r = carry_out(rig, COMMAND_JOB_START, "sample");
    assert_string_equal(r.text, "Started sample (equitable, 2 groups, sending mail).");
    rig->settings.mail_mode = MODE_DRYRUN;
    r = carry_out(rig, COMMAND_JOB_START, "sample");
    assert_false(r.ok);
    assert_non_null(strstr(r.text, "smtp"));
    end(rig);
}

/* A job without groups has nothing to do, and a name from somebody else's file does not reach the
 * terminal as it stands. */
static void test_screened(void **state)
{
    (void)state;
    struct rig *rig = make();
    struct job_put_result put;
    struct err err = {0};
    struct job_def def = {.name = "a\u202eb",
                          .workspace = "default",
                          .loop_interval = 1,
                          .max_emails_per_group = 1,
                          .provider = "local"};
    if (!rig->raw->ops->job_put(rig->raw, "ana", &def, -1, &put, &err))
        skip(); /* such a name is refused where it comes in */
    struct reply r = carry_out(rig, COMMAND_JOB_START, "a\u202eb");
    assert_false(r.ok);
    assert_non_null(strstr(r.text, "job: \"ab\" has no groups"));
    end(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters), cmocka_unit_test(test_steps),
        cmocka_unit_test(test_delete),  cmocka_unit_test(test_no_such_job),
        cmocka_unit_test(test_nobody),  cmocka_unit_test(test_audited),
        cmocka_unit_test(test_modes),   cmocka_unit_test(test_screened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
