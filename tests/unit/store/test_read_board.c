/* test_read_board.c - if this fails, the Dash does not say which schedule is in error, overdue or
 * due next, a failure that nobody has seen is not told of, or a run's trace shows lines of another
 * run or of a job. */
#include "store/read_board.h"

#include "adapter/agenda_sqlite.h"
#include "base/clock.h"
#include "base/str.h"
#include "fake/one_run.h"
#include "store/read_log.h"
#include "unit/cases.h"

#include <string.h>

/* Mon 2026-11-23 14:00:00 UTC */
#define NOW_US (INT64_C(1795442400) * 1000000)
#define HOUR (INT64_C(3600) * US_PER_S)

struct lab {
    struct clock_port clock; /* first: it is asked for the lab's time */
    int64_t at_us;
    struct db *db;
    struct agenda *agenda;
    struct arena arena;
};

static int64_t now_us(struct clock_port *c)
{
    return ((struct lab *)c)->at_us;
}

static const struct clock_ops clock_ops = {.now_us = now_us};

static void put_workspace(struct lab *l, const char *name)
{
    struct err err = {0};
    bool row;
    struct stmt *st = db_stmt(l->db, SQL_WORKSPACE_ADD);
    stmt_text(st, "$name", name);
    stmt_int(st, "$now", NOW_US);
    if (!db_step(st, &row, &err))
        fail_msg("%s", err.text);
    stmt_end(st);
}

static void put_spec(struct lab *l, const char *workspace)
{
    struct err err = {0};
    enum put_answer answer;
    struct spec_put spec = {workspace, "chips", true, "daily", "{}"};
    if (!l->agenda->ops->spec_put(l->agenda, "ana", &spec, -1, &answer, &err))
        fail_msg("%s", err.text);
}

static void put(struct lab *l, const char *workspace, const char *name, int64_t next_us)
{
    struct err err = {0};
    enum put_answer answer;
    struct schedule_def def = {.workspace = workspace,
                               .name = name,
                               .specification = "chips",
                               .type = "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "",
                               .enabled = true};
    if (!l->agenda->ops->schedule_put(l->agenda, "ana", &def, next_us, -1, &answer, &err))
        fail_msg("%s", err.text);
}

static void begin(struct lab *l)
{
    struct err err = {0};
    *l = (struct lab){.clock = {&clock_ops}, .at_us = NOW_US, .arena = arena_init(1 << 22)};
    if (!db_open(":memory:", DB_CREATE, &l->db, &err) ||
        !agenda_sqlite_open_on(l->db, &l->clock, &l->agenda, &err))
        fail_msg("%s", err.text);
    put_workspace(l, "acme");
    put_workspace(l, "other");
    put_spec(l, "acme");
    put_spec(l, "other");
}

static void end(struct lab *l)
{
    arena_done(&l->arena);
    l->agenda->ops->free(l->agenda);
    db_close(l->db);
}

static struct schedule_board board(struct lab *l, const char *workspace)
{
    struct schedule_board b;
    struct err err = {0};
    memset(&b, 0xff, sizeof b);
    if (!read_schedule_board(l->db, workspace, NOW_US, &l->arena, &b, &err))
        fail_msg("%s", err.text);
    return b;
}

static void control(struct lab *l, const char *name, enum schedule_control what)
{
    bool changed;
    struct err err = {0};
    struct agenda_ref ref = {"acme", name};
    if (!l->agenda->ops->schedule_control(l->agenda, "ana", &ref, what, "a note", 0,
                                          NOW_US + 9 * HOUR, &changed, &err))
        fail_msg("%s", err.text);
    assert_true(changed);
}

/* The newest run of the schedule has been asked for, was worked, and failed. */
static struct uuid fail_run(struct lab *l, const char *workspace, const char *name)
{
    struct uuid run, engine = uuid_new_v7(NOW_US);
    struct err err = {0};
    struct run_work work;
    bool found = false;
    struct agenda *a = l->agenda;
    struct agenda_ref ref = {workspace, name};
    struct run_result result = {.error = "chips.example answered 502", .report = "", .sha256 = ""};
    bool asked = a->ops->run_ask(a, "ana", &ref, TRIGGER_TEST, NULL, &run, &err);
    l->at_us += 10 * US_PER_S;
    if (!asked || !one_run_take(a, engine, 1, &l->arena, &work, &found, &err))
        fail_msg("%s", err.text);
    l->at_us += 10 * US_PER_S;
    if (!one_run_end(a, work.run, work.attempt, &result, &err))
        fail_msg("%s", err.text);
    assert_true(found && uuid_equal(run, work.run));
    return run;
}

static void test_empty(void **state)
{
    (void)state;
    struct lab l;
    begin(&l);
    struct schedule_board b = board(&l, NULL);
    assert_int_equal(b.counts.all, 0);
    assert_int_equal(b.next_count, 0);
    assert_int_equal(b.need_count, 0);
    end(&l);
}

/* The five soonest of those that run by themselves. */
static void test_next(void **state)
{
    (void)state;
    static const char *const names[] = {"g", "f", "e", "d", "c", "b", "a", "off", "paused"};
    struct lab l;
    begin(&l);
    for (size_t i = 0; i < CASES(names); i++)
        put(&l, "acme", names[i], NOW_US + (int64_t)(CASES(names) - i) * HOUR);
    put(&l, "other", "soonest", NOW_US + 60 * US_PER_S);
    control(&l, "off", SCHEDULE_DISABLE);
    control(&l, "paused", SCHEDULE_PAUSE);
    struct schedule_board b = board(&l, "acme");
    static const char *const want[] = {"a", "b", "c", "d", "e"};
    assert_int_equal(b.next_count, BOARD_NEXT_MAX);
    for (size_t i = 0; i < CASES(want); i++) {
        CHECK_AT(i, str_equal(b.next[i].name, want[i]), "%s", b.next[i].name);
        assert_int_equal(b.next[i].next_run_us, NOW_US + (int64_t)(3 + i) * HOUR);
        assert_string_equal(b.next[i].specification, "chips");
    }
    assert_int_equal(b.counts.active, 7);
    assert_int_equal(b.counts.disabled, 1);
    assert_int_equal(b.counts.paused, 1);
    assert_string_equal(board(&l, NULL).next[0].name, "soonest");
    end(&l);
}

/* What needs somebody: errors, then what is overdue, then failures until they were seen. */
static void test_needs(void **state)
{
    (void)state;
    struct lab l;
    struct err err = {0};
    struct due_row *due;
    int32_t count;
    int64_t now;
    enum slot_answer answer[10];
    begin(&l);
    put(&l, "acme", "failing", NOW_US + HOUR);
    put(&l, "acme", "late", NOW_US - 25 * HOUR);
    put(&l, "acme", "a bit late", NOW_US - 23 * HOUR);
    put(&l, "acme", "broken", NOW_US - 2 * HOUR);
    put(&l, "other", "late too", NOW_US - 30 * HOUR);
    assert_true(l.agenda->ops->due(l.agenda, &l.arena, &due, &count, &now, &err));
    for (int32_t i = 0; i < count; i++) {
        struct slot_order o = {.schedule = due[i].schedule,
                               .seen_us = due[i].next_run_us,
                               .what = SLOT_ERROR,
                               .slot_us = due[i].next_run_us,
                               .next_us = due[i].next_run_us,
                               .reason = "the zone is gone"};
        if (str_equal(due[i].name, "broken"))
            assert_true(l.agenda->ops->slots(l.agenda, &o, 1, answer, &err));
    }
    struct uuid run = fail_run(&l, "acme", "failing");
    struct schedule_board b = board(&l, "acme");
    assert_int_equal(b.need_count, 3);
    assert_int_equal(b.need[0].what, BOARD_ERROR);
    assert_string_equal(b.need[0].name, "broken");
    assert_string_equal(b.need[0].text, "the zone is gone");
    assert_int_equal(b.need[1].what, BOARD_OVERDUE);
    assert_string_equal(b.need[1].name, "late");
    assert_int_equal(b.need[1].at_us, NOW_US - 25 * HOUR);
    assert_int_equal(b.need[2].what, BOARD_FAILED);
    assert_string_equal(b.need[2].name, "failing");
    assert_string_equal(b.need[2].text, "chips.example answered 502");
    assert_int_equal(b.counts.unseen, 1);
    assert_int_equal(board(&l, NULL).need_count, 4);
    assert_true(l.agenda->ops->run_seen(l.agenda, "ana", run, &err));
    b = board(&l, "acme");
    assert_int_equal(b.need_count, 2);
    assert_int_equal(b.counts.unseen, 0);
    end(&l);
}

static void test_trace(void **state)
{
    (void)state;
    struct lab l;
    struct err err = {0};
    struct log_row *rows;
    int32_t count;
    begin(&l);
    put(&l, "acme", "first", NOW_US + HOUR);
    put(&l, "acme", "second", NOW_US + HOUR);
    struct uuid first = fail_run(&l, "acme", "first");
    struct uuid second = fail_run(&l, "acme", "second");
    struct log_filter filter = {.level = LOG_DEBUG, .run = &first};
    if (!read_log(l.db, &filter, NULL, true, 100, &l.arena, &rows, &count, &err))
        fail_msg("%s", err.text);
    assert_true(count >= 3); /* asked for, begun, failed */
    for (int32_t i = 0; i < count; i++)
        CHECK_AT(i, strstr(rows[i].text, "second") == NULL, "%s", rows[i].text);
    assert_non_null(strstr(rows[0].text, "asked"));
    assert_non_null(strstr(rows[count - 1].text, "502"));
    l.at_us += HOUR; /* it is seen long after its end, and that is a line of it too */
    assert_true(l.agenda->ops->run_seen(l.agenda, "ana", first, &err));
    assert_true(read_log(l.db, &filter, NULL, true, 1, &l.arena, &rows, &count, &err));
    assert_int_equal(count, 1);
    assert_null(strstr(rows[0].text, "502"));
    filter.run = &second;
    if (!read_log(l.db, &filter, NULL, true, 2, &l.arena, &rows, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 2); /* the newest two, the oldest first */
    assert_non_null(strstr(rows[1].text, "502"));
    struct uuid nobody = uuid_new_v7(NOW_US);
    filter.run = &nobody;
    assert_true(read_log(l.db, &filter, NULL, true, 100, &l.arena, &rows, &count, &err));
    assert_int_equal(count, 0);
    end(&l);
}

static int32_t runs(struct lab *l, const struct run_filter *filter, struct run_row **ret)
{
    int32_t count = -1;
    struct err err = {0};
    if (!read_runs(l->db, filter, &l->arena, ret, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

/* Runs of all, of one schedule, and one run: the same rows, whichever way they are found. */
static void test_runs_of_one(void **state)
{
    (void)state;
    struct lab l;
    struct run_row *all, *row;
    struct err err = {0};
    begin(&l);
    put(&l, "acme", "first", NOW_US + HOUR);
    put(&l, "acme", "second", NOW_US + HOUR);
    put(&l, "other", "first", NOW_US + HOUR);
    struct uuid seen = fail_run(&l, "acme", "first");
    (void)fail_run(&l, "acme", "second");
    (void)fail_run(&l, "other", "first");
    (void)fail_run(&l, "acme", "first");
    assert_true(l.agenda->ops->run_seen(l.agenda, "ana", seen, &err));
    assert_int_equal(runs(&l, &(struct run_filter){.max = 100}, &all), 4);
    static const struct {
        int line;
        const char *workspace, *schedule;
        bool failed;
        int32_t max, want;
    } rows[] = {
        {__LINE__, NULL, "first", false, 100, 3},    {__LINE__, "acme", "first", false, 100, 2},
        {__LINE__, "acme", "first", true, 100, 1},   {__LINE__, "acme", "first", false, 1, 1},
        {__LINE__, "other", "first", false, 100, 1}, {__LINE__, "other", "second", false, 100, 0},
        {__LINE__, NULL, "nobody", false, 100, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct run_filter f = {.workspace = rows[i].workspace,
                               .schedule = rows[i].schedule,
                               .failed = rows[i].failed,
                               .max = rows[i].max};
        int32_t got = runs(&l, &f, &row);
        CHECK_AT(rows[i].line, got == rows[i].want, "%d rows", (int)got);
        for (int32_t k = 0; k < got; k++)
            CHECK_AT(rows[i].line, str_equal(row[k].schedule, rows[i].schedule), "%s",
                     row[k].schedule);
    }
    for (int i = 0; i < 4; i++) {
        struct run_filter f = {.run = &all[i].id, .max = 10};
        assert_int_equal(runs(&l, &f, &row), 1);
        assert_true(uuid_equal(row->id, all[i].id));
        assert_string_equal(row->error, "chips.example answered 502");
    }
    struct run_filter newest = {.schedule = "first", .workspace = "acme", .max = 10};
    assert_int_equal(runs(&l, &newest, &row), 2);
    assert_true(uuid_equal(row[1].id, seen) && row[1].seen); /* the newest first */
    end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_next),
        cmocka_unit_test(test_needs),       cmocka_unit_test(test_trace),
        cmocka_unit_test(test_runs_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
