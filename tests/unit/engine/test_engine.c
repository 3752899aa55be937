/* test_engine.c - if this fails, two processes work one data directory, a console does not take
 * over from one that left, a command waits for a lane, an idle engine keeps the machine awake, or
 * ending the engine loses the job it worked. */
#include "plant.h"

#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct plant *make(void)
{
    struct plant *p = malloc(sizeof *p);
    assert_non_null(p);
    plant_init(p);
    return p;
}

static void end(struct plant *p)
{
    plant_done(p);
    free(p);
}

static struct engine_standing standing(struct engine *e)
{
    struct engine_standing s;
    desk_standing(engine_desk(e), &s);
    return s;
}

static bool is_idle(struct plant *p, struct engine *e)
{
    (void)p;
    return engine_idle(e);
}

static bool is_here(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).where == ENGINE_HERE;
}

static bool is_elsewhere(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).where == ENGINE_ELSEWHERE;
}

static bool is_completed(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_state(p) == JOB_COMPLETED;
}

static bool is_stopped(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_state(p) == JOB_STOPPED;
}

static bool has_problem(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).problem[0] != '\0';
}

static bool has_no_problem(struct plant *p, struct engine *e)
{
    return !has_problem(p, e);
}

static bool has_sent_some(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_letters(p) >= 1;
}

static bool is_busy(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).lanes_busy > 0;
}

static bool was_reloaded(struct plant *p, struct engine *e)
{
    (void)e;
    assert_int_equal(pthread_mutex_lock(&p->lock), 0);
    bool so = p->reloads > 0;
    assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
    return so;
}

static void submit(struct engine *e, enum command_kind kind, int64_t ticket)
{
    struct command c = {
        .kind = kind, .ticket = ticket, .workspace = "default", .target = "sample", .actor = "ana"};
    assert_true(desk_submit(engine_desk(e), &c));
}

/* The next reply; the console is woken for it. */
static struct reply await(struct plant *p, struct engine *e)
{
    struct reply reply;
    int64_t until_us = clock_boot_us() + 60 * US_PER_S;
    while (!desk_reply(engine_desk(e), &reply)) {
        assert_true(clock_boot_us() < until_us);
        (void)wake_wait(&p->console, until_us); /* looked at above */
    }
    return reply;
}

/* --- serving -------------------------------------------------------------------------------- */

static void test_serves(void **state)
{
    (void)state;
    struct plant *p = make();
    long pid;
    plant_control(p, CONTROL_START);
    assert_false(engine_served(p->dir.dir, &pid));
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    assert_true(engine_served(p->dir.dir, &pid));
    assert_int_equal(pid, getpid());
    plant_wait(p, e, is_idle);
    assert_int_equal(plant_state(p), JOB_COMPLETED);
    assert_int_equal(plant_letters(p), 24);
    assert_int_equal(plant_total(p), 24);
    assert_int_equal(standing(e).where, ENGINE_HERE);
    assert_int_equal(standing(e).pid, getpid());
    assert_int_equal(standing(e).lanes_busy, 0);
    assert_string_equal(standing(e).problem, "");
    engine_stop(e);
    assert_false(engine_served(p->dir.dir, &pid));
    engine_free(e);
    engine_free(NULL);
    end(p);
}

/* More jobs than lanes: each has its turn, none is worked twice. */
static void test_many_jobs(void **state)
{
    (void)state;
    static const char *const names[] = {"second", "third", "fourth"};
    struct plant *p = make();
    for (size_t i = 0; i < CASES(names); i++) {
        plant_put(p, names[i]);
        plant_control_of(p, names[i], CONTROL_START);
    }
    plant_control(p, CONTROL_START);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    assert_int_equal(plant_state(p), JOB_COMPLETED);
    assert_int_equal(plant_letters(p), 4 * 24);
    plant_stop(e);
    end(p);
}

static void test_nothing_to_do(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    assert_int_equal(plant_state(p), JOB_IDLE);
    plant_stop(e);
    end(p);
}

static void test_two_engines(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE), *second;
    struct err err = {0};
    assert_false(engine_start(&p->plugs, ENGINE_ROLE_SERVE, 0, NULL, &second, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_non_null(strstr(err.text, "engine.lock is locked by another process"));
    plant_stop(e);
    e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_stop(e);
    end(p);
}

/* One waits for the other to leave. */
static void *leave(void *e)
{
    engine_stop(e);
    return NULL;
}

static void test_waits_for_lock(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *first = plant_start(p, ENGINE_ROLE_SERVE), *second;
    struct err err = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, leave, first), 0);
    if (!engine_start(&p->plugs, ENGINE_ROLE_SERVE, 60 * US_PER_S, NULL, &second, &err))
        fail_msg("%s", err.text);
    assert_int_equal(pthread_join(thread, NULL), 0);
    plant_stop(second);
    engine_free(first);
    end(p);
}

/* A console beside an engine: it shows who serves, and takes over when nobody does any more. */
static void test_attach(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *first = plant_start(p, ENGINE_ROLE_SERVE);
    struct engine *console = plant_start(p, ENGINE_ROLE_ATTACH);
    plant_wait(p, console, is_elsewhere);
    assert_int_equal(standing(console).pid, getpid());
    assert_true(engine_idle(console));
    plant_stop(first);
    plant_control(p, CONTROL_START);
    plant_wait(p, console, is_here);
    plant_wait(p, console, is_completed);
    assert_int_equal(plant_letters(p), 24);
    plant_stop(console);
    end(p);
}

/* Alone, it serves at once. */
static void test_attach_alone(void **state)
{
    (void)state;
    struct plant *p = make();
    plant_control(p, CONTROL_START);
    struct engine *console = plant_start(p, ENGINE_ROLE_ATTACH);
    plant_wait(p, console, is_completed);
    assert_int_equal(standing(console).where, ENGINE_HERE);
    plant_stop(console);
    end(p);
}

/* A desk alone works nothing, whatever there is to do. */
static void test_desk_only(void **state)
{
    (void)state;
    struct plant *p = make();
    long pid;
    struct engine *e = plant_start(p, ENGINE_ROLE_DESK);
    submit(e, COMMAND_JOB_START, 5);
    struct reply r = await(p, e);
    assert_true(r.ok);
    assert_int_equal(r.ticket, 5);
    assert_string_equal(r.text, "Started sample (equitable, 2 groups).");
    assert_int_equal(plant_state(p), JOB_RUNNING);
    assert_false(engine_served(p->dir.dir, &pid));
    assert_true(engine_idle(e));
    assert_int_equal(standing(e).where, ENGINE_NOWHERE);
    plant_stop(e);
    assert_int_equal(plant_letters(p), 0);
    end(p);
}

/* --- commands ------------------------------------------------------------------------------- */

static void test_commands(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    submit(e, COMMAND_JOB_START, 1);
    submit(e, COMMAND_JOB_DELETE, 2); /* refused or not, it comes second */
    assert_int_equal(await(p, e).ticket, 1);
    assert_int_equal(await(p, e).ticket, 2);
    plant_stop(e);
    end(p);
}

/* The record is changed by another process: the lanes notice it by themselves. */
static void test_notices_change(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    plant_control(p, CONTROL_START);
    plant_wait(p, e, is_completed);
    assert_int_equal(plant_letters(p), 24);
    plant_stop(e);
    end(p);
}

/* While the desk can't work, 64 commands wait and the 65th is told to come again. */
static void test_queue(void **state)
{
    (void)state;
    struct plant *p = make();
    p->authority_blocked = true;
    struct engine *e = plant_start(p, ENGINE_ROLE_DESK);
    struct command c = {.kind = COMMAND_JOB_PAUSE, .workspace = "default", .target = "sample"};
    (void)str_copy(c.actor, sizeof c.actor, "ana"); /* it fits */
    for (c.ticket = 0; c.ticket < 64; c.ticket++)
        assert_true(desk_submit(engine_desk(e), &c));
    assert_false(desk_submit(engine_desk(e), &c));
    plant_unblock(p);
    for (int64_t ticket = 0; ticket < 64; ticket++) {
        struct reply r = await(p, e);
        assert_int_equal(r.ticket, ticket);
        assert_false(r.ok);
    }
    assert_true(desk_submit(engine_desk(e), &c));
    assert_int_equal(await(p, e).ticket, 64);
    plant_stop(e);
    end(p);
}

/* The record can't be opened: the command says so, and the next one tries again. */
static void test_desk_without_record(void **state)
{
    (void)state;
    struct plant *p = make();
    p->authority_failures = 2;
    struct engine *e = plant_start(p, ENGINE_ROLE_DESK);
    submit(e, COMMAND_JOB_START, 1);
    struct reply r = await(p, e);
    assert_false(r.ok);
    assert_string_equal(r.text, "plant: the record is busy");
    submit(e, COMMAND_JOB_START, 2);
    assert_true(await(p, e).ok);
    plant_stop(e);
    end(p);
}

/* --- stopping ------------------------------------------------------------------------------- */

/* A lane that waits a minute for its pace obeys at once. */
static void test_stop_is_quick(void **state)
{
    (void)state;
    struct plant *p = make();
    p->settings.mail_per_minute = 1;
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    submit(e, COMMAND_JOB_START, 1);
    assert_true(await(p, e).ok);
    plant_wait(p, e, has_sent_some);
    plant_wait(p, e, is_busy);
    int64_t before_us = clock_boot_us();
    submit(e, COMMAND_JOB_STOP, 2);
    struct reply r = await(p, e);
    assert_string_equal(r.text, "Stopping sample: finishing the letters in hand.");
    plant_wait(p, e, is_stopped);
    assert_true(clock_boot_us() - before_us < 9 * US_PER_S / 2); /* below a slice */
    assert_int_equal(plant_letters(p), 1);
    plant_stop(e);
    end(p);
}

/* The engine ends while a job waits: at once, the job still runs, and the next engine goes on. */
static void test_engine_ends_and_goes_on(void **state)
{
    (void)state;
    struct plant *p = make();
    p->settings.mail_per_minute = 1;
    plant_control(p, CONTROL_START);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, has_sent_some);
    int64_t before_us = clock_boot_us();
    plant_stop(e);
    assert_true(clock_boot_us() - before_us < 9 * US_PER_S / 2);
    assert_int_equal(plant_state(p), JOB_RUNNING);
    assert_int_equal(plant_letters(p), 1);
    p->settings.mail_per_minute = 0;
    e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    assert_int_equal(plant_state(p), JOB_COMPLETED);
    assert_int_equal(plant_letters(p), 24);
    assert_int_equal(plant_total(p), 24);
    plant_stop(e);
    end(p);
}

/* Started and ended again and again at any moment: nothing is lost, nothing goes twice. */
static void test_restarts(void **state)
{
    (void)state;
    struct plant *p = make();
    p->settings.mail_batch = 1;
    plant_control(p, CONTROL_START);
    for (int64_t i = 0; i < 12; i++) {
        struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
        (void)wake_wait(engine_wake(e), clock_boot_us() + i * 3 * US_PER_MS); /* any moment */
        plant_stop(e);
    }
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_completed);
    assert_int_equal(plant_letters(p), 24);
    assert_int_equal(plant_total(p), 24);
    plant_stop(e);
    end(p);
}

static bool has_claimed(struct plant *p, struct engine *e)
{
    (void)e;
    return plant_total(p) > 0;
}

/* A process that serves until it is killed, with letters in its hands that never begin. */
static pid_t start_process(struct plant *p)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    p->letters_blocked = true;
    (void)plant_start(p, ENGINE_ROLE_SERVE); /* it never comes to an end by itself */
    for (;;)
        (void)pause(); /* until it is killed */
}

/* Killed with letters claimed, and then the operator says stop: the next engine has nothing to
 * work, and yet puts everything back in its place. */
static void test_killed_process(void **state)
{
    (void)state;
    struct plant *p = make();
    plant_control(p, CONTROL_START);
    pid_t child = start_process(p);
    int status;
    for (int tries = 0; tries < 1000 && !has_claimed(p, NULL); tries++)
        (void)wake_wait(&p->console, clock_boot_us() + 20 * US_PER_MS); /* nobody wakes it */
    int64_t claimed = plant_total(p);
    assert_true(claimed > 0);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    plant_control(p, CONTROL_STOP);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    assert_int_equal(plant_state(p), JOB_STOPPED);
    assert_int_equal(plant_total(p), 0);
    assert_true(plant_queued(p) >= claimed);
    submit(e, COMMAND_JOB_RESUME, 1);
    assert_true(await(p, e).ok);
    plant_wait(p, e, is_completed);
    assert_int_equal(plant_letters(p), 24);
    plant_stop(e);
    end(p);
}

/* --- trouble -------------------------------------------------------------------------------- */

/* A damaged journal: nothing is worked, it is said, and operators are still served. */
static void test_hold(void **state)
{
    (void)state;
    struct plant *p = make();
    plant_break(p, &p->journal_why, ERR_STOP, "journal: it is damaged; restore it or move it away");
    plant_control(p, CONTROL_START);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    /* Whoever sees that nothing can be done can read why. */
    plant_wait(p, e, is_idle);
    assert_string_equal(standing(e).problem, "journal: it is damaged; restore it or move it away");
    submit(e, COMMAND_JOB_STOP, 1);
    assert_true(await(p, e).ok);
    assert_int_equal(standing(e).lanes_busy, 0);
    plant_stop(e);
    assert_int_equal(plant_letters(p), 0);
    end(p);
}

/* The record can't be opened at first: it is said, tried again, and then forgotten. */
static void test_gets_ready_later(void **state)
{
    (void)state;
    struct plant *p = make();
    p->authority_failures = 2; /* the desk's, and the keeper's first */
    plant_control(p, CONTROL_START);
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_completed);
    plant_wait(p, e, has_no_problem);
    plant_stop(e);
    end(p);
}

static bool refused_config(struct plant *p, struct engine *e)
{
    (void)p;
    return standing(e).config[0] != '\0';
}

static bool took_config(struct plant *p, struct engine *e)
{
    return !refused_config(p, e);
}

/* Other processes are told by the note in the lock. */
static bool tells_refusal(struct plant *p, struct engine *e)
{
    char config[ERR_TEXT_MAX];
    long pid;
    (void)e;
    assert_true(engine_served_by(p->dir.dir, &pid, config));
    assert_int_equal(pid, getpid());
    return str_equal(config, "autopilot.ini:3: there is no option [mail] bath");
}

static bool tells_no_refusal(struct plant *p, struct engine *e)
{
    char config[ERR_TEXT_MAX];
    long pid;
    (void)e;
    return engine_served_by(p->dir.dir, &pid, config) && config[0] == '\0';
}

/* --- config --------------------------------------------------------------------------------- */

static void test_reload_command(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    submit(e, COMMAND_CONFIG_RELOAD, 1);
    struct reply r = await(p, e);
    assert_true(r.ok);
    assert_string_equal(r.text, "The config file was read again.");
    plant_break(p, &p->reload_why, ERR_REFUSED, "autopilot.ini:3: there is no option [mail] bath");
    submit(e, COMMAND_CONFIG_RELOAD, 2);
    r = await(p, e);
    assert_false(r.ok);
    assert_string_equal(r.text, "autopilot.ini:3: there is no option [mail] bath");
    plant_wait(p, e, refused_config);
    assert_string_equal(standing(e).config, r.text);
    assert_string_equal(standing(e).problem, ""); /* the engine works by the old settings */
    plant_wait(p, e, tells_refusal);
    plant_break(p, &p->reload_why, ERR_NONE, NULL);
    submit(e, COMMAND_CONFIG_RELOAD, 3);
    assert_true(await(p, e).ok);
    plant_wait(p, e, took_config);
    plant_wait(p, e, tells_no_refusal);
    plant_stop(e);
    end(p);
}

/* The file changes on disk: it is read by whoever has an engine, also a desk alone. */
static void test_reload_file(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_DESK);
    submit(e, COMMAND_JOB_PAUSE, 1); /* when it is answered the threads are up */
    (void)await(p, e);
    for (int tries = 0; tries < 200 && !was_reloaded(p, e); tries++) {
        scratch_write(&p->dir, "autopilot.ini", "; changed\n");
        (void)wake_wait(engine_wake(e), clock_boot_us() + 100 * US_PER_MS);
    }
    plant_wait(p, e, was_reloaded);
    plant_stop(e);
    end(p);
}

/* A new mode takes effect without a restart: lanes at rest make their sinks anew. */
static void test_reload_mode(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    assert_int_equal(pthread_mutex_lock(&p->lock), 0);
    p->next.mail_mode = MODE_MAILDIR;
    assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
    submit(e, COMMAND_CONFIG_RELOAD, 1);
    assert_true(await(p, e).ok);
    submit(e, COMMAND_JOB_START, 2);
    assert_true(await(p, e).ok);
    plant_wait(p, e, is_completed);
    assert_int_equal(plant_letters(p), 24);
    plant_stop(e);
    end(p);
}

/* The new config names a sink that can't be had: it is said, and cured by the next one. */
static void test_reload_to_broken_sink(void **state)
{
    (void)state;
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    plant_break(p, &p->mail_why, ERR_REFUSED, "mail: the directory can't be made");
    submit(e, COMMAND_CONFIG_RELOAD, 1);
    assert_true(await(p, e).ok);
    plant_wait(p, e, has_problem);
    assert_string_equal(standing(e).problem, "mail: the directory can't be made");
    plant_break(p, &p->mail_why, ERR_NONE, NULL);
    submit(e, COMMAND_CONFIG_RELOAD, 2);
    assert_true(await(p, e).ok);
    plant_wait(p, e, has_no_problem);
    submit(e, COMMAND_JOB_START, 3);
    plant_wait(p, e, is_completed);
    plant_stop(e);
    end(p);
}

/* --- rest ----------------------------------------------------------------------------------- */

/* With nothing to do, nobody wakes up. Anything that polls would be seen: a machine that is short
 * of memory may add a few switches of its own. */
static void test_sleeps(void **state)
{
    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* the sanitizer has a thread of its own that wakes up */
#endif
    struct plant *p = make();
    struct engine *e = plant_start(p, ENGINE_ROLE_SERVE);
    plant_wait(p, e, is_idle);
    struct rusage before, after;
    /* What the start itself has stirred up is over when a second passed without a wake. */
    while (wake_wait(engine_wake(e), clock_boot_us() + US_PER_S))
        ;
    assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
    assert_false(wake_wait(engine_wake(e), clock_boot_us() + 2 * US_PER_S));
    assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
    long switches = after.ru_nvcsw - before.ru_nvcsw;
    if (switches > 12)
        fail_msg("%ld wake-ups in two seconds", switches);
    plant_stop(e);
    end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serves),         cmocka_unit_test(test_many_jobs),
        cmocka_unit_test(test_nothing_to_do),  cmocka_unit_test(test_two_engines),
        cmocka_unit_test(test_waits_for_lock), cmocka_unit_test(test_attach),
        cmocka_unit_test(test_attach_alone),   cmocka_unit_test(test_desk_only),
        cmocka_unit_test(test_commands),       cmocka_unit_test(test_notices_change),
        cmocka_unit_test(test_queue),          cmocka_unit_test(test_desk_without_record),
        cmocka_unit_test(test_stop_is_quick),  cmocka_unit_test(test_engine_ends_and_goes_on),
        cmocka_unit_test(test_restarts),       cmocka_unit_test(test_killed_process),
        cmocka_unit_test(test_hold),           cmocka_unit_test(test_gets_ready_later),
        cmocka_unit_test(test_reload_command), cmocka_unit_test(test_reload_file),
        cmocka_unit_test(test_reload_mode),    cmocka_unit_test(test_reload_to_broken_sink),
        cmocka_unit_test(test_sleeps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
