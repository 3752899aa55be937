/* If this fails, a stop that is asked for while the shared record can't be reached does not work at
 * once, or is forgotten when it can be reached again. */
#include "../cases.h"
#include "plant.h"

#include "adapter/authority_sqlite.h"
#include "base/str.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* One test at a time; read by the engine's threads. */
static atomic_bool away;
static struct authority_ops patched, original;
static bool (*open_authority)(void *, struct clock_port *, struct authority **, struct err *);

static bool control(struct authority *a, const char *actor, const struct job_ref *job,
                    enum control what, enum mail_mode mode, bool *ret_changed, struct err *err)
{
    if (atomic_load(&away))
        return err_set(err, ERR_UNREACHABLE, "plant: the record is away");
    return original.job_control(a, actor, job, what, mode, ret_changed, err);
}

/* Only what operators ask fails, so that it is the stop that stops the lanes and not the outage. */
static bool plug_authority(void *ctx, struct clock_port *clock, struct authority **ret,
                           struct err *err)
{
    if (!open_authority(ctx, clock, ret, err))
        return false;
    (*ret)->ops = &patched;
    return true;
}

static bool pull(struct mirror_port *m, int64_t *ret_rows, struct err *err)
{
    (void)m;
    (void)err;
    *ret_rows = 0;
    return true;
}

static void nothing(struct mirror_port *m)
{
    (void)m;
}

static bool plug_mirror(void *ctx, struct mirror_port **ret, struct err *err)
{
    static const struct mirror_ops ops = {.pull = pull, .free = nothing};
    static struct mirror_port port = {&ops};
    (void)ctx;
    (void)err;
    *ret = &port;
    return true;
}

static void begin(struct plant *p)
{
    struct authority *a = NULL;
    struct err err = {0};
    plant_init(p);
    open_authority = p->plugs.authority;
    assert_true(open_authority(p, NULL, &a, &err)); /* only its functions are looked at */
    original = patched = *a->ops;
    patched.job_control = control;
    a->ops->free(a);
    p->plugs.authority = plug_authority;
    p->plugs.mirror = plug_mirror;
}

static struct reply ask(struct plant *p, struct engine *e, enum command_kind kind)
{
    struct command *c = calloc(1, sizeof *c);
    struct reply reply = {0};
    assert_non_null(c);
    c->kind = kind;
    (void)str_copy(c->workspace, sizeof c->workspace, "default");
    (void)str_copy(c->target, sizeof c->target, "sample");
    (void)str_copy(c->actor, sizeof c->actor, "ana");
    assert_true(desk_submit(engine_desk(e), c));
    free(c);
    while (!desk_reply(engine_desk(e), &reply))
        (void)wake_wait(&p->console, INT64_MAX); /* woken with each reply */
    return reply;
}

static bool has_rested(struct plant *p, struct engine *e)
{
    struct engine_standing s;
    desk_standing(engine_desk(e), &s);
    return s.lanes_busy == 0 && plant_total(p) > 0;
}

static bool some_letters(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_letters(p) >= 3; /* written, not only claimed: a stop gives claims back */
}

static bool is_busy(struct plant *p, struct engine *e)
{
    struct engine_standing s;
    (void)p;
    desk_standing(engine_desk(e), &s);
    return s.lanes_busy > 0;
}

static bool is_stopped(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_state(p) == JOB_STOPPED;
}

static bool is_owing(struct plant *p, struct engine *e)
{
    struct engine_standing s;
    (void)p;
    desk_standing(engine_desk(e), &s);
    return s.untold > 0 && s.where == ENGINE_HERE;
}

static bool owes_nothing(struct plant *p, struct engine *e)
{
    struct engine_standing s;
    (void)p;
    desk_standing(engine_desk(e), &s);
    return s.untold == 0;
}

static void test_a_stop_works_at_once_and_is_told_later(void **state)
{
    (void)state;
    struct plant p;
    begin(&p);
    p.settings.mail_per_minute = 300; /* so that there is time to stop it */
    plant_control(&p, CONTROL_START);
    struct engine *e = plant_start(&p, ENGINE_ROLE_SERVE);
    plant_wait(&p, e, some_letters);
    atomic_store(&away, true);
    struct reply reply = ask(&p, e, COMMAND_JOB_STOP);
    assert_true(reply.ok && reply.changed);
    assert_non_null(strstr(reply.text, "as soon as it answers"));
    plant_wait(&p, e, has_rested);
    assert_int_equal(plant_state(&p), JOB_RUNNING); /* the record does not know */
    int64_t letters = plant_total(&p);
    assert_in_range(letters, 3, 23);
    atomic_store(&away, false);
    plant_wait(&p, e, is_stopped);
    assert_int_equal(plant_total(&p), letters);
    plant_stop(e);
    plant_done(&p);
}

static void test_what_was_told_is_not_owed(void **state)
{
    (void)state;
    struct plant p;
    begin(&p);
    p.settings.mail_per_minute = 300;
    plant_control(&p, CONTROL_START);
    struct engine *e = plant_start(&p, ENGINE_ROLE_SERVE);
    plant_wait(&p, e, some_letters);
    struct reply reply = ask(&p, e, COMMAND_JOB_STOP);
    assert_true(reply.ok && strstr(reply.text, "answers") == NULL);
    plant_wait(&p, e, is_stopped);
    reply = ask(&p, e, COMMAND_JOB_RESUME);
    assert_true(reply.ok);
    plant_wait(&p, e, is_busy);
    plant_stop(e);
    plant_done(&p);
}

/* The process ends before the record answers: the next one of this machine tells it, and its lanes
 * leave the job alone from the start. */
static void test_a_stop_outlives_the_process_that_was_asked(void **state)
{
    (void)state;
    struct plant p;
    begin(&p);
    p.settings.mail_per_minute = 300;
    plant_control(&p, CONTROL_START);
    struct engine *e = plant_start(&p, ENGINE_ROLE_SERVE);
    plant_wait(&p, e, some_letters);
    atomic_store(&away, true);
    assert_true(ask(&p, e, COMMAND_JOB_STOP).ok);
    plant_wait(&p, e, has_rested);
    plant_stop(e);
    int64_t letters = plant_total(&p);
    assert_int_equal(plant_state(&p), JOB_RUNNING);
    e = plant_start(&p, ENGINE_ROLE_SERVE);
    plant_wait(&p, e, is_owing); /* still away: it is remembered, and not worked */
    atomic_store(&away, false);
    plant_wait(&p, e, is_stopped);
    plant_wait(&p, e, owes_nothing);
    assert_in_range(plant_total(&p), letters, letters + 1); /* a claim that was under way */
    plant_stop(e);
    plant_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_stop_works_at_once_and_is_told_later),
        cmocka_unit_test(test_what_was_told_is_not_owed),
        cmocka_unit_test(test_a_stop_outlives_the_process_that_was_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
