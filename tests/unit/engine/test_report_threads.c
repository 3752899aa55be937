/* test_report_threads.c - if this fails, reports that hang hold up those that are due, a hanging
 * one can't be cancelled or outlives its deadline, or an engine waits for it when it shall end.
 *
 * The plant's engine with the real agenda; reports are made by a stub that hangs for schedules
 * whose name begins with "hang", until it is told to give up. */
#include "plant.h"

#include "adapter/agenda_sqlite.h"
#include "adapter/clock_real.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "bench/many_schedules.h"
#include "store/read_schedules.h"
#include "unit/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HANGING = 20, DUE = 100 };

#define LOOK_US (20 * US_PER_MS) /* a hanging report looks around so often */
#define SLICE_US (5 * US_PER_S)

/* The plant and what it has not: schedules. */
struct yard {
    struct plant plant; /* first: the ctx of the plugs */
    struct clock_port *clock;
    struct agenda *agenda;
    struct db *db;
    struct arena arena;
    struct err err;
};

#define OK(y, call) CHECK_AT(__LINE__, (call), "%s", (y)->err.text)

/* --- the stub -------------------------------------------------------------------------------- */

struct stub {
    struct reports base;
    struct wake wake; /* nobody wakes it: hanging is waiting for it */
};

static bool make(struct reports *base, const struct run_work *work, const struct run_known *known,
                 const struct report_watch *watch, struct report_made *ret, struct err *err)
{
    struct stub *s = (struct stub *)base;
    (void)known; /* everything is new */
    if (strncmp(work->schedule_name, "hang", 4) == 0) {
        while (watch->go_on(watch->ctx, err))
            (void)wake_wait(&s->wake, clock_boot_us() + LOOK_US); /* then it looks */
        return false;
    }
    (void)buf_adds(&ret->html, "<p>"); /* they have room */
    (void)buf_adds(&ret->text, "t");
    (void)str_copy(ret->file, sizeof ret->file, "x.html");  /* it fits */
    (void)str_copy(ret->sha256, sizeof ret->sha256, "abc"); /* it fits */
    return true;
}

static void free_stub(struct reports *base)
{
    if (base == NULL)
        return;
    wake_done(&((struct stub *)base)->wake);
    free(base);
}

static bool plug_reports(void *ctx, struct clock_port *clock, struct reports **ret, struct err *err)
{
    static const struct reports_ops ops = {.kind = "stub", .make = make, .free = free_stub};
    struct stub *s = calloc(1, sizeof *s);
    (void)ctx;
    (void)clock; /* the watch tells the time */
    if (s == NULL || !wake_init(&s->wake, err))
        return false;
    s->base.ops = &ops;
    *ret = &s->base;
    return true;
}

static bool plug_agenda(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err)
{
    struct yard *y = ctx;
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/autopilot.db", y->plant.dir.dir); /* it fits */
    return agenda_sqlite_open(path, clock, ret, err);
}

static bool plug_zones(void *ctx, struct zones **ret, struct err *err)
{
    (void)ctx;
    return zones_tzdata_new("/usr/share/zoneinfo", ret, err);
}

/* --- the scene ------------------------------------------------------------------------------- */

static struct yard *begin(void)
{
    struct yard *y = calloc(1, sizeof *y);
    assert_non_null(y);
    plant_init(&y->plant);
    y->plant.plugs.agenda = plug_agenda;
    y->plant.plugs.zones = plug_zones;
    y->plant.plugs.reports = plug_reports;
    y->arena = arena_init((size_t)16 << 20);
    OK(y, clock_real_new(NULL, &y->clock, &y->err));
    OK(y, plug_agenda(y, y->clock, &y->agenda, &y->err));
    OK(y, db_open(scratch_path(&y->plant.dir, "autopilot.db"), DB_READ, &y->db, &y->err));
    return y;
}

static void end(struct yard *y)
{
    y->agenda->ops->free(y->agenda);
    clock_real_free(y->clock);
    db_close(y->db);
    arena_done(&y->arena);
    plant_done(&y->plant);
    free(y);
}

/* So many schedules with a specification each, due now and not again. */
static void put(struct yard *y, const char *name, int count)
{
    for (int i = 0; i < count; i++) {
        char text[32];
        enum put_answer answer;
        snprintf(text, sizeof text, "%s%d", name, i);
        struct spec_put spec = {"default", text, true, "daily", "{}"};
        struct schedule_def def = {.workspace = "default",
                                   .name = text,
                                   .specification = text,
                                   .type = "custom",
                                   .config = "{\"cron_expression\":\"0 0 1 1 *\"}",
                                   .cadence = "none",
                                   .notes = "",
                                   .enabled = true};
        int64_t minute_us = clock_now_us() / (60 * US_PER_S) * 60 * US_PER_S;
        OK(y, y->agenda->ops->spec_put(y->agenda, "ana", &spec, -1, &answer, &y->err));
        OK(y,
           y->agenda->ops->schedule_put(y->agenda, "ana", &def, minute_us, -1, &answer, &y->err));
    }
}

/* The same in one commit, so that they are seen together. */
static void put_all(struct yard *y, const char *name, int count)
{
    struct db *db;
    OK(y, db_open(scratch_path(&y->plant.dir, "autopilot.db"), DB_WRITE, &db, &y->err));
    OK(y, many_schedules_put(db, name, count, clock_now_us() - US_PER_S, &y->err));
    db_close(db);
}

/* Runs of schedules whose name begins with `name`, in this state. */
static int count_runs(struct yard *y, const char *name, enum run_status status,
                      struct run_row *ret_last)
{
    struct run_filter filter = {.max = READ_RUNS_MAX};
    struct run_row *rows;
    int32_t count = 0;
    int n = 0;
    arena_done(&y->arena);
    OK(y, read_runs(y->db, &filter, &y->arena, &rows, &count, &y->err));
    for (int i = 0; i < count; i++) {
        bool is = strncmp(rows[i].schedule, name, strlen(name)) == 0 && rows[i].status == status;
        if (is && ret_last != NULL)
            *ret_last = rows[i];
        n += is;
    }
    return n;
}

static bool all_hang(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "hang", RUN_RUNNING, NULL) == HANGING;
}

static bool one_hangs(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "hang", RUN_RUNNING, NULL) == 1;
}

static bool all_are_made(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "due", RUN_SUCCESS, NULL) == DUE;
}

static bool one_has_failed(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "hang", RUN_FAILED, NULL) >= 1;
}

/* Another is made on the lane of the one that was cancelled. */
static bool one_is_made(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "due", RUN_SUCCESS, NULL) >= 1;
}

/* --- the promises ---------------------------------------------------------------------------- */

static void what_hangs_holds_up_nobody(void **state)
{
    (void)state;
    struct yard *y = begin();
    put(y, "hang", HANGING);
    struct engine *e = plant_start(&y->plant, ENGINE_ROLE_SERVE);
    plant_wait(&y->plant, e, all_hang);
    int64_t since_us = clock_boot_us();
    put(y, "due", DUE);
    plant_wait(&y->plant, e, all_are_made);
    int64_t took_us = clock_boot_us() - since_us;
    print_message("# %d reports beside %d that hang: %lld ms\n", DUE, HANGING,
                  (long long)(took_us / US_PER_MS));
    assert_true(took_us < 5 * US_PER_S);
    since_us = clock_boot_us();
    engine_stop(e);
    took_us = clock_boot_us() - since_us;
    print_message("# the engine ended in %lld ms\n", (long long)(took_us / US_PER_MS));
    assert_true(took_us < SLICE_US);
    engine_free(e);
    assert_true(all_hang(&y->plant, NULL)); /* they are made again at the next start */
    end(y);
}

static void a_deadline_ends_what_hangs(void **state)
{
    (void)state;
    struct yard *y = begin();
    struct run_row run;
    y->plant.settings.report_deadline_us = US_PER_S;
    put(y, "hang", 1);
    struct engine *e = plant_start(&y->plant, ENGINE_ROLE_SERVE);
    plant_wait(&y->plant, e, one_has_failed);
    assert_int_equal(count_runs(y, "hang", RUN_FAILED, &run), 1);
    assert_non_null(strstr(run.error, "reports.deadline"));
    assert_true(run.finished_us - run.started_us < US_PER_S + SLICE_US);
    plant_stop(e);
    end(y);
}

/* A run that was cancelled is noticed when it is renewed; the lane is free for the next. */
static void a_cancelled_one_gives_up_its_lane(void **state)
{
    (void)state;
    struct yard *y = begin();
    struct run_row run;
    y->plant.settings.report_lanes = 1;
    put(y, "hang", 1);
    struct engine *e = plant_start(&y->plant, ENGINE_ROLE_SERVE);
    plant_wait(&y->plant, e, one_hangs);
    put(y, "due", 1);
    assert_int_equal(count_runs(y, "hang", RUN_RUNNING, &run), 1);
    OK(y, y->agenda->ops->run_cancel(y->agenda, "ana", run.id, &y->err));
    int64_t since_us = clock_boot_us();
    plant_wait(&y->plant, e, one_is_made);
    assert_true(clock_boot_us() - since_us < RUN_RENEW_US + SLICE_US);
    assert_int_equal(count_runs(y, "hang", RUN_CANCELLED, NULL), 1);
    plant_stop(e);
    end(y);
}

static bool five_are_taken(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "hang", RUN_RUNNING, NULL) == 5;
}

static bool four_wait(struct plant *p, struct engine *e)
{
    (void)e;
    return count_runs((struct yard *)p, "hang", RUN_QUEUED, NULL) == 4;
}

/* What was taken ahead, for a lane that was quick and hangs now, is given back: while the engine
 * runs, and when it ends. */
static void what_was_not_begun_waits_again(void **state)
{
    (void)state;
    struct run_row run;
    for (int ends = 0; ends < 2; ends++) {
        struct yard *y = begin();
        y->plant.settings.report_lanes = 1;
        put(y, "due", 1);
        struct engine *e = plant_start(&y->plant, ENGINE_ROLE_SERVE);
        plant_wait(&y->plant, e, one_is_made);
        put_all(y, "hang", 5);
        plant_wait(&y->plant, e, five_are_taken);
        if (!ends)
            plant_wait(&y->plant, e, four_wait);
        plant_stop(e);
        assert_int_equal(count_runs(y, "hang", RUN_QUEUED, &run), 4);
        assert_int_equal(run.attempt, 0); /* none is used up */
        assert_int_equal(count_runs(y, "hang", RUN_RUNNING, NULL), 1);
        end(y);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_hangs_holds_up_nobody),
        cmocka_unit_test(a_deadline_ends_what_hangs),
        cmocka_unit_test(a_cancelled_one_gives_up_its_lane),
        cmocka_unit_test(what_was_not_begun_waits_again),
    };
    return cmocka_run_group_tests_name("report_threads", tests, NULL, NULL);
}
