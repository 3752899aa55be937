/* Broken if this fails: a record whose schedules count other runs than there were, that lost a
 * report or made one twice would be called sound, or a sound one would raise a false alarm. */
#include "fake/one_run.h"
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "adapter/agenda_sqlite.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/verify.h"

#include <stdlib.h>
#include <string.h>

#define SLOT_US (INT64_C(1795424400) * US_PER_S)
#define DAY_US (86400 * US_PER_S)

struct scene {
    struct record_lab lab;
    struct agenda *agenda;
    struct err err;
};

#define OK(call) CHECK_AT(__LINE__, (call), "%s", c->err.text)

static struct uuid schedule_id(struct scene *c)
{
    bool row;
    struct stmt *st = db_stmt(c->lab.db, SQL_SCHEDULE_FIND);
    stmt_int(st, "$workspace", 1);
    stmt_text(st, "$name", "morning");
    OK(db_step(st, &row, &c->err) && row);
    struct uuid id = col_uuid(st, 0);
    stmt_end(st);
    return id;
}

static void order(struct scene *c, int day, enum slot_what what, const char *period)
{
    enum slot_answer answer;
    struct slot_order o = {.schedule = schedule_id(c),
                           .seen_us = SLOT_US + day * DAY_US,
                           .what = what,
                           .slot_us = SLOT_US + day * DAY_US,
                           .next_us = SLOT_US + (day + 1) * DAY_US,
                           .period_key = period,
                           .reason = ""};
    OK(c->agenda->ops->slots(c->agenda, &o, 1, &answer, &c->err));
    assert_int_equal(answer, SLOT_DONE);
}

static void work(struct scene *c, const struct run_result *result)
{
    struct run_work w;
    bool found;
    struct arena arena = arena_init(1 << 20);
    OK(one_run_take(c->agenda, c->lab.engine, 1, &arena, &w, &found, &c->err));
    assert_true(found);
    if (result != NULL)
        OK(one_run_end(c->agenda, w.run, w.attempt, result, &c->err));
    arena_done(&arena);
}

/* A success, a quiet one, a failure, one of each kind of skip, a test, and one that is made. */
static void live(struct scene *c)
{
    struct uuid run;
    enum put_answer answer;
    struct agenda_ref ref = {"acme", "morning"};
    struct spec_put spec = {"acme", "news", true, "daily", "{}"};
    struct schedule_def def = {.workspace = "acme",
                               .name = "morning",
                               .specification = "news",
                               .type = "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "",
                               .enabled = true};
    struct run_result good = {.ok = true,
                              .report = "x.html",
                              .sha256 = "abc",
                              .html = "<p>",
                              .html_len = 3,
                              .text = "t",
                              .text_len = 1};
    struct run_result quiet = {.ok = true, .quiet = true};
    struct run_result bad = {.error = "no source answered"};
    OK(c->lab.a->ops->workspace_put(c->lab.a, "ana", "acme", &c->err));
    OK(c->agenda->ops->spec_put(c->agenda, "ana", &spec, -1, &answer, &c->err));
    OK(c->agenda->ops->schedule_put(c->agenda, "ana", &def, SLOT_US, -1, &answer, &c->err));
    const struct run_result *results[] = {&good, &quiet, &bad};
    static const char *const periods[] = {"1", "2", "3"};
    for (int i = 0; i < 3; i++) {
        order(c, i, SLOT_RUN, periods[i]);
        work(c, results[i]);
    }
    order(c, 3, SLOT_FREQUENCY, NULL);
    order(c, 4, SLOT_OVERLAP, NULL);
    order(c, 5, SLOT_MISSED, NULL);
    OK(c->agenda->ops->run_ask(c->agenda, "ana", &ref, TRIGGER_TEST, NULL, &run, &c->err));
    work(c, &good);
    OK(c->agenda->ops->run_ask(c->agenda, "ana", &ref, TRIGGER_MANUAL, "6", &run, &c->err));
    work(c, NULL);
}

static int begin(void **state)
{
    struct scene *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    lab_init(&c->lab);
    OK(agenda_sqlite_open(c->lab.path, &c->lab.clock.port, &c->agenda, &c->err));
    live(c);
    *state = c;
    return 0;
}

static int end(void **state)
{
    struct scene *c = *state;
    c->agenda->ops->free(c->agenda);
    lab_done(&c->lab);
    free(c);
    return 0;
}

static void take(void *ctx, const struct verify_line *v)
{
    if (v->broken > 0)
        buf_addf(ctx, " %s ", v->name);
}

/* The names of what is broken, with blanks around each. */
static struct buf verify(struct scene *c, bool at_rest)
{
    int32_t broken;
    struct buf names = buf_init(4096);
    OK(verify_run(c->lab.db, at_rest, take, &names, &broken, &c->err));
    return names;
}

static void a_sound_record_is_called_sound(void **state)
{
    struct scene *c = *state;
    struct buf names = verify(c, false);
    assert_string_equal(buf_text(&names), "");
    buf_done(&names);
    names = verify(c, true); /* one is being made */
    assert_string_equal(buf_text(&names), " run-rest ");
    buf_done(&names);
}

static void each_kind_of_harm_is_found(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *harm, *found;
    } cases[] = {
        {__LINE__, "UPDATE autopilot_schedules SET run_count = 3", " runs "},
        {__LINE__, "UPDATE autopilot_schedules SET success_count = 2, run_count = 3", " runs "},
        {__LINE__, "UPDATE autopilot_schedules SET failure_count = 2, run_count = 3", " runs "},
        {__LINE__, "UPDATE autopilot_schedules SET slot_count = 4", " runs "},
        {__LINE__, "UPDATE autopilot_schedules SET skip_count = 3", " runs "},
        {__LINE__, "DELETE FROM events WHERE kind = 'slot_skipped' AND run IS NULL", " runs "},
        {__LINE__, "UPDATE newsletter_runs SET status = 'cancelled' WHERE status = 'success'",
         " runs "},
        {__LINE__, "UPDATE newsletter_runs SET trigger = 'manual' WHERE trigger = 'test'",
         " runs "},
        {__LINE__, "DELETE FROM report_files", " report "},
        {__LINE__, "UPDATE report_files SET sha256 = 'abd'", " report "},
        {__LINE__, "UPDATE report_files SET html = x'00'", " report "},
        {__LINE__,
         "INSERT INTO report_files SELECT id, '', x'', x'' FROM newsletter_runs "
         "WHERE status = 'failed'",
         " report "},
        {__LINE__, "UPDATE newsletter_runs SET owner = NULL WHERE status = 'running'",
         " run-state "},
        {__LINE__, "UPDATE newsletter_runs SET finished_at = NULL WHERE status = 'failed'",
         " run-state "},
        {__LINE__,
         "UPDATE newsletter_runs SET status = 'running', owner = zeroblob(16), until = 1, "
         "period_key = NULL WHERE trigger = 'test'",
         " period "},
        {__LINE__,
         "DROP INDEX newsletter_runs_period; UPDATE newsletter_runs SET period_key = '1' "
         "WHERE period_key = '6'",
         " period "},
        {__LINE__, "UPDATE events SET kind = 'run_started' WHERE kind = 'run_failed'",
         " line-run "},
        {__LINE__, "UPDATE newsletter_runs SET status = 'failed' WHERE trigger = 'test'",
         " line-run "},
        {__LINE__,
         "INSERT INTO schedule_specifications SELECT id, 2, specification_id "
         "FROM autopilot_schedules LIMIT 1",
         " parts "},
        {__LINE__,
         "INSERT INTO schedule_specifications SELECT id, 1, specification_id "
         "FROM autopilot_schedules LIMIT 1",
         " parts "},
        {__LINE__, "UPDATE autopilot_schedules SET schedule_type = 'after', after_id = id",
         " after "},
        {__LINE__,
         "UPDATE newsletter_runs SET after_run = (SELECT id FROM newsletter_runs "
         "WHERE status = 'failed') WHERE trigger = 'test'",
         " follow "},
        {__LINE__, "UPDATE newsletter_runs SET trigger = 'after' WHERE status = 'success'",
         " follow "},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        void *scene;
        assert_int_equal(begin(&scene), 0);
        struct scene *c = scene;
        lab_sql(&c->lab, cases[i].harm);
        struct buf names = verify(c, false);
        CHECK_AT(cases[i].line, strstr(buf_text(&names), cases[i].found) != NULL, "found only: %s",
                 buf_text(&names));
        buf_done(&names);
        (void)end(&scene);
    }
}

/* With the unique indexes gone, as in a file that was mended by hand. */
static void a_slot_with_two_rows_is_found(void **state)
{
    struct scene *c = *state;
    lab_sql(&c->lab,
            "PRAGMA foreign_keys = OFF; CREATE TABLE copy AS SELECT * FROM newsletter_runs; "
            "UPDATE copy SET scheduled_for = (SELECT min(scheduled_for) FROM copy) "
            "WHERE status = 'failed'; "
            "DROP TABLE newsletter_runs; ALTER TABLE copy RENAME TO newsletter_runs; "
            "CREATE UNIQUE INDEX copy_id ON newsletter_runs (id); "
            "CREATE INDEX newsletter_runs_busy ON newsletter_runs (specification_id) "
            "WHERE status = 'queued' OR status = 'running'");
    struct buf names = verify(c, false);
    assert_non_null(strstr(buf_text(&names), " slot "));
    buf_done(&names);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_sound_record_is_called_sound),
        cmocka_unit_test(each_kind_of_harm_is_found),
        CASE(a_slot_with_two_rows_is_found),
    };
    return cmocka_run_group_tests_name("verify_runs", tests, NULL, NULL);
}
