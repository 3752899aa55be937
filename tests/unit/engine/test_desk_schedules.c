/* test_desk_schedules.c - if this fails, an operator's key about a schedule or a run does something
 * else than its word says, is answered with a wrong sentence, or is carried out for nobody. */
#include "adapter/agenda_sqlite.h"
#include "adapter/zone_file.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "engine/desk.h"
#include "store/read_schedules.h"
#include "unit/cases.h"

#include <string.h>

/* Mon 2026-11-23 14:00:00 UTC */
#define NOW_US (INT64_C(1795442400) * 1000000)

struct lab {
    struct clock_port clock;
    struct db *db;
    struct agenda *agenda;
    struct zones *zones;
};

static int64_t now_us(struct clock_port *c)
{
    (void)c;
    return NOW_US;
}

static const struct clock_ops clock_ops = {.now_us = now_us};

static void put_schedule(struct lab *l, const char *name, const char *type, const char *config,
                         const char *cadence)
{
    struct err err = {0};
    enum put_answer answer;
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = "chips",
                               .type = type,
                               .config = config,
                               .cadence = cadence,
                               .notes = "",
                               .enabled = true};
    if (!l->agenda->ops->schedule_put(l->agenda, "ana", &def, NOW_US + US_PER_S, -1, &answer, &err))
        fail_msg("%s", err.text);
}

static void put_workspace(struct lab *l)
{
    struct err err = {0};
    bool row;
    struct stmt *st = db_stmt(l->db, SQL_WORKSPACE_ADD);
    stmt_text(st, "$name", "default");
    stmt_int(st, "$now", NOW_US);
    if (!db_step(st, &row, &err))
        fail_msg("%s", err.text);
    stmt_end(st);
}

static void begin(struct lab *l)
{
    struct err err = {0};
    enum put_answer answer;
    struct spec_put spec = {"default", "chips", true, "weekly", "{}"};
    *l = (struct lab){.clock = {&clock_ops}};
    if (!db_open(":memory:", DB_CREATE, &l->db, &err) ||
        !agenda_sqlite_open_on(l->db, &l->clock, &l->agenda, &err))
        fail_msg("%s", err.text);
    put_workspace(l);
    if (!zones_tzdata_new(ZONE_FILES_DIR, &l->zones, &err) ||
        !l->agenda->ops->spec_put(l->agenda, "ana", &spec, -1, &answer, &err))
        fail_msg("%s", err.text);
    put_schedule(l, "brief", "daily", "{\"time\":\"09:00\",\"timezone\":\"Europe/Madrid\"}", NULL);
}

static void end(struct lab *l)
{
    l->agenda->ops->free(l->agenda);
    l->zones->ops->free(l->zones);
    db_close(l->db);
}

static struct reply carry_out(struct lab *l, enum command_kind kind, const char *target,
                              const char *note)
{
    struct command c = {.kind = kind, .ticket = 77, .workspace = "default", .actor = "ana"};
    c.schedule.rev = 1; /* nothing new is made */
    struct reply reply;
    (void)str_copy(c.target, sizeof c.target, target); /* it fits */
    (void)str_copy(c.note, sizeof c.note, note);       /* it fits */
    memset(&reply, 0xff, sizeof reply);
    desk_carry_out_schedule(l->agenda, l->zones, NOW_US, &c, &reply);
    assert_int_equal(reply.ticket, 77);
    assert_int_equal(reply.kind, kind);
    assert_string_equal(reply.target, target);
    return reply;
}

static struct schedule_row row_of(struct lab *l, struct arena *arena, const char *name)
{
    struct schedule_row *rows;
    int32_t count = 0;
    struct err err = {0};
    if (!read_schedules(l->db, "default", name, arena, &rows, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 1);
    return rows[0];
}

/* What is asked for, one after the other, of one schedule. */
static const struct {
    int line;
    enum command_kind kind;
    const char *note;
    bool ok, changed;
    const char *said; /* as a whole, or a part when it is refused */
    bool enabled;
    enum schedule_status status;
} steps[] = {
    {__LINE__, COMMAND_SCHEDULE_ENABLE, "", true, false, "brief is enabled already.", true,
     SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_DISABLE, "", true, true,
     "Disabled brief: it does not run until it is enabled.", false, SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_DISABLE, "", true, false, "brief is disabled already.", false,
     SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_ENABLE, "", true, true,
     "Enabled brief; next run 2026-11-24 09:00 Europe/Madrid.", true, SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_RESUME, "", true, false, "brief is active already.", true,
     SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_PAUSE, "", false, false, "a pause needs a note", true,
     SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_SCHEDULE_PAUSE, "a holiday", true, true, "Paused brief.", true,
     SCHEDULE_PAUSED},
    {__LINE__, COMMAND_SCHEDULE_RESUME, "", true, true,
     "Resumed brief; next run 2026-11-24 09:00 Europe/Madrid.", true, SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_JOB_START, "", false, false, "\"start\" is not about a schedule", true,
     SCHEDULE_ACTIVE},
    {__LINE__, COMMAND_KINDS, "", false, false, "\"unknown\" is not about a schedule", true,
     SCHEDULE_ACTIVE},
};

static void test_steps(void **state)
{
    (void)state;
    struct lab l;
    begin(&l);
    for (size_t i = 0; i < CASES(steps); i++) {
        struct arena arena = arena_init(1 << 20);
        struct reply r = carry_out(&l, steps[i].kind, "brief", steps[i].note);
        CHECK_AT(steps[i].line, r.ok == steps[i].ok && r.changed == steps[i].changed,
                 "ok %d changed %d: %s", r.ok, r.changed, r.text);
        bool said = r.ok ? str_equal(r.text, steps[i].said) : strstr(r.text, steps[i].said) != NULL;
        CHECK_AT(steps[i].line, said, "said %s", r.text);
        struct schedule_row row = row_of(&l, &arena, "brief");
        CHECK_AT(steps[i].line, row.enabled == steps[i].enabled && row.status == steps[i].status,
                 "enabled %d, %s", row.enabled, schedule_status_name(row.status));
        arena_done(&arena);
    }
    end(&l);
}

/* After a pause it goes on at the next instant of its own zone, not at one that went by. */
static void test_next_instant(void **state)
{
    (void)state;
    struct lab l;
    struct arena arena = arena_init(1 << 20);
    int64_t want_s;
    begin(&l);
    (void)carry_out(&l, COMMAND_SCHEDULE_PAUSE, "brief", "a holiday");
    assert_string_equal(row_of(&l, &arena, "brief").paused_note, "a holiday");
    assert_int_equal(row_of(&l, &arena, "brief").paused_until_us, 0);
    (void)carry_out(&l, COMMAND_SCHEDULE_RESUME, "brief", "");
    struct command until = {.kind = COMMAND_SCHEDULE_PAUSE,
                            .workspace = "default",
                            .target = "brief",
                            .actor = "ana",
                            .note = "a move",
                            .until_us = NOW_US + 3600 * US_PER_S};
    struct reply r;
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &until, &r);
    assert_true(r.ok && r.changed);
    assert_true(row_of(&l, &arena, "brief").paused_until_us == NOW_US + 3600 * US_PER_S);
    (void)carry_out(&l, COMMAND_SCHEDULE_RESUME, "brief", "");
    assert_true(calendar_parse("2026-11-24T08:00:00Z", &want_s));
    assert_int_equal(row_of(&l, &arena, "brief").next_run_us, want_s * US_PER_S);
    arena_done(&arena);
    end(&l);
}

/* Another time: the zone and what is not known stay; what is wrong or never comes is refused and
 * leaves things as they were. */
static void test_cron(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *expression;
        bool ok, changed;
        const char *said;
    } rows[] = {
        {__LINE__, "30 9 * * FRI", true, true,
         "Changed brief; next run 2026-11-27 09:30 Europe/Madrid."},
        {__LINE__, "30 9 * * FRI", true, false, "brief has this expression already."},
        {__LINE__, "30 9 * * 8", false, false, "cron_expression"},
        {__LINE__, "30 9 30 2 *", false, false, "has no run to come"},
        {__LINE__, "", false, false, "cron_expression"},
    };
    struct lab l;
    struct arena arena = arena_init(1 << 20);
    begin(&l);
    for (size_t i = 0; i < CASES(rows); i++) {
        struct reply r = carry_out(&l, COMMAND_SCHEDULE_CRON, "brief", rows[i].expression);
        CHECK_AT(rows[i].line, r.ok == rows[i].ok && r.changed == rows[i].changed, "%s", r.text);
        CHECK_AT(rows[i].line, strstr(r.text, rows[i].said) != NULL, "%s", r.text);
        struct schedule_row row = row_of(&l, &arena, "brief");
        assert_string_equal(row.type, "custom");
        CHECK_AT(rows[i].line, strstr(row.config, "30 9 * * FRI") != NULL, "%s", row.config);
        CHECK_AT(rows[i].line, strstr(row.config, "Europe/Madrid") != NULL, "%s", row.config);
        assert_int_equal(row.rev, 2);
    }
    arena_done(&arena);
    end(&l);
}

/* What a form saves: a new one once, an old one when it is as the form began from. */
static void test_put(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *name;
        int64_t rev;
        const char *spec, *type, *config;
        bool ok, changed;
        const char *said;
        int64_t now; /* the revision afterwards; 0: there is none */
    } rows[] = {
        {__LINE__, "brief", 0, "chips", "daily", "{\"time\":\"10:00\"}", false, false,
         "\"brief\" is there already; give this one another name", 1},
        {__LINE__, "brief", 1, "chips", "daily", "{\"time\":\"10:00\"}", true, true,
         "Saved brief; next run 2026-11-24 10:00 UTC.", 2},
        {__LINE__, "brief", 2, "chips", "daily", "{\"time\":\"10:00\"}", true, false,
         "brief is so already.", 2},
        {__LINE__, "brief", 1, "chips", "daily", "{\"time\":\"11:00\"}", false, false,
         "was changed meanwhile", 2},
        {__LINE__, "brief", 2, "nothing", "daily", "{\"time\":\"10:00\"}", false, false, "nothing",
         2},
        {__LINE__, "brief", 2, "chips", "daily", "{\"time\":\"25:00\"}", false, false, "time: ", 2},
        {__LINE__, "brief", 2, "chips", "yearly", "{}", false, false, "schedule_type", 2},
        {__LINE__, "new", 0, "chips", "weekly", "{\"time\":\"09:00\",\"day_of_week\":2}", true,
         true, "Saved new; next run 2026-11-25 09:00 UTC.", 1},
        {__LINE__, "gone", 1, "chips", "daily", "{\"time\":\"10:00\"}", false, false, "gone", 0},
    };
    struct lab l;
    begin(&l);
    for (size_t i = 0; i < CASES(rows); i++) {
        struct arena arena = arena_init(1 << 20);
        struct command c = {.kind = COMMAND_SCHEDULE_PUT, .workspace = "default", .actor = "ana"};
        struct reply r;
        (void)str_copy(c.target, sizeof c.target, rows[i].name); /* it fits, as all below */
        c.schedule = (struct command_schedule){.rev = rows[i].rev, .enabled = true};
        (void)str_copy(c.schedule.specification, NAME_MAX_BYTES, rows[i].spec); /* as above */
        (void)str_copy(c.schedule.type, sizeof c.schedule.type, rows[i].type);  /* as above */
        (void)str_copy(c.schedule.config, COMMAND_CONFIG_MAX, rows[i].config);  /* as above */
        (void)str_copy(c.schedule.regions, COMMAND_TEXT_MAX, "[\"EU\"]");       /* as above */
        desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
        CHECK_AT(rows[i].line, r.ok == rows[i].ok && r.changed == rows[i].changed, "%s", r.text);
        CHECK_AT(rows[i].line, strstr(r.text, rows[i].said) != NULL, "%s", r.text);
        if (rows[i].now > 0) {
            struct schedule_row row = row_of(&l, &arena, rows[i].name);
            CHECK_AT(rows[i].line, row.rev == rows[i].now, "%d", (int)row.rev);
            CHECK_AT(rows[i].line, !r.ok || str_equal(row.regions, "[\"EU\"]"), "%s", row.regions);
            CHECK_AT(rows[i].line, !r.ok || (row.cadence == NULL && row.categories == NULL),
                     "null");
        }
        arena_done(&arena);
    }
    end(&l);
}

/* What a form does not know of stays: further specifications, and what is followed; until it has
 * times. */
static void test_put_keeps(void **state)
{
    (void)state;
    struct lab l;
    struct arena arena = arena_init(1 << 20);
    struct err err = {0};
    struct reply r;
    enum put_answer answer;
    struct spec_put spec = {"default", "wire", true, "weekly", "{}"};
    struct schedule_def def = {.workspace = "default",
                               .name = "follower",
                               .specification = "chips",
                               .further = "wire",
                               .after = "brief",
                               .type = "after",
                               .config = "{}",
                               .notes = "",
                               .enabled = true};
    begin(&l);
    assert_true(l.agenda->ops->spec_put(l.agenda, "ana", &spec, -1, &answer, &err));
    if (!l.agenda->ops->schedule_put(l.agenda, "ana", &def, SCHEDULE_NEVER_US, -1, &answer, &err))
        fail_msg("%s", err.text);
    struct command c = {.kind = COMMAND_SCHEDULE_PUT,
                        .workspace = "default",
                        .target = "follower",
                        .actor = "ana",
                        .schedule = {.rev = 1,
                                     .specification = "chips",
                                     .type = "after",
                                     .config = "{}",
                                     .notes = "for the board",
                                     .enabled = true}};
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    CHECK_AT(__LINE__, str_equal(r.text, "Saved follower; it runs after brief."), "%s", r.text);
    struct schedule_row row = row_of(&l, &arena, "follower");
    assert_string_equal(row.further, "wire");
    assert_string_equal(row.after, "brief");
    assert_string_equal(row.notes, "for the board");
    c.schedule.rev = 2;
    (void)str_copy(c.schedule.type, sizeof c.schedule.type, "daily");              /* it fits */
    (void)str_copy(c.schedule.config, COMMAND_CONFIG_MAX, "{\"time\":\"10:00\"}"); /* it fits */
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    CHECK_AT(__LINE__, r.ok, "%s", r.text);
    row = row_of(&l, &arena, "follower");
    assert_null(row.after);
    assert_string_equal(row.further, "wire");
    arena_done(&arena);
    end(&l);
}

/* One whose last instant went by is not brought back to a life without runs. */
static void test_no_run_to_come(void **state)
{
    (void)state;
    struct lab l;
    begin(&l);
    put_schedule(&l, "old", "daily", "{\"time\":\"09:00\",\"end_at\":\"2026-11-20\"}", NULL);
    (void)carry_out(&l, COMMAND_SCHEDULE_DISABLE, "old", "");
    struct reply r = carry_out(&l, COMMAND_SCHEDULE_ENABLE, "old", "");
    assert_false(r.ok);
    assert_non_null(strstr(r.text, "has no run to come"));
    end(&l);
}

static int32_t runs_of(struct lab *l, struct arena *arena, struct run_row **ret)
{
    int32_t count = 0;
    struct err err = {0};
    struct run_filter all = {.max = 100};
    if (!read_runs(l->db, &all, arena, ret, &count, &err))
        fail_msg("%s", err.text);
    return count;
}

/* A run now uses up the period once; a test never does; an override is not limited. */
static void test_run_now(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum command_kind kind;
        const char *name, *said;
        bool ok;
        const char *period; /* of the newest run */
    } rows[] = {
        {__LINE__, COMMAND_SCHEDULE_TEST, "brief",
         "A test report of brief is being made; it counts for nothing.", true, ""},
        {__LINE__, COMMAND_SCHEDULE_RUN, "brief", "A report of brief is being made.", true,
         "2026-W48"},
        {__LINE__, COMMAND_SCHEDULE_RUN, "brief", "has its report of this period", false,
         "2026-W48"},
        {__LINE__, COMMAND_SCHEDULE_TEST, "brief",
         "A test report of brief is being made; it counts for nothing.", true, ""},
        {__LINE__, COMMAND_SCHEDULE_RUN, "often", "A report of often is being made.", true, ""},
        {__LINE__, COMMAND_SCHEDULE_RUN, "nobody", "nobody", false, ""},
    };
    struct lab l;
    begin(&l);
    put_schedule(&l, "often", "daily", "{\"time\":\"10:00\"}", "daily");
    for (size_t i = 0; i < CASES(rows); i++) {
        struct arena arena = arena_init(1 << 20);
        struct run_row *run;
        struct reply r = carry_out(&l, rows[i].kind, rows[i].name, "");
        CHECK_AT(rows[i].line, r.ok == rows[i].ok && r.changed == r.ok, "%s", r.text);
        CHECK_AT(rows[i].line, strstr(r.text, rows[i].said) != NULL, "%s", r.text);
        assert_true(runs_of(&l, &arena, &run) > 0);
        CHECK_AT(rows[i].line, str_equal(run[0].period, rows[i].period), "%s", run[0].period);
        assert_string_equal(run[0].actor, "ana");
        arena_done(&arena);
    }
    end(&l);
}

/* Only a failure is seen, only what is not over is cancelled. */
static void test_runs(void **state)
{
    (void)state;
    struct lab l;
    struct arena arena = arena_init(1 << 20);
    struct run_row *run;
    struct reply r;
    begin(&l);
    (void)carry_out(&l, COMMAND_SCHEDULE_TEST, "brief", "");
    assert_int_equal(runs_of(&l, &arena, &run), 1);
    struct command c = {.kind = COMMAND_RUN_SEEN,
                        .workspace = "default",
                        .target = "brief",
                        .actor = "ana",
                        .run = run[0].id};
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    assert_false(r.ok);
    assert_non_null(strstr(r.text, "only a failure"));
    c.kind = COMMAND_RUN_CANCEL;
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    assert_string_equal(r.text, "Cancelled the run of brief.");
    assert_true(r.ok && r.changed);
    assert_int_equal(runs_of(&l, &arena, &run), 1);
    assert_int_equal(run[0].status, RUN_CANCELLED);
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    assert_false(r.ok);
    arena_done(&arena);
    end(&l);
}

static void test_delete(void **state)
{
    (void)state;
    struct lab l;
    begin(&l);
    struct reply r = carry_out(&l, COMMAND_SCHEDULE_DELETE, "brief", "");
    assert_string_equal(r.text, "Deleted brief; its runs and reports stay.");
    for (int kind = COMMAND_SCHEDULE_ENABLE; kind <= COMMAND_SCHEDULE_DELETE; kind++) {
        r = carry_out(&l, (enum command_kind)kind, "brief", "a note");
        assert_false(r.ok);
        assert_false(r.changed);
        assert_non_null(strstr(r.text, "brief"));
    }
    end(&l);
}

/* Nobody asks: nothing is done. */
static void test_nobody(void **state)
{
    (void)state;
    struct lab l;
    struct reply r;
    begin(&l);
    struct command c = {
        .kind = COMMAND_SCHEDULE_DISABLE, .workspace = "default", .target = "brief"};
    desk_carry_out_schedule(l.agenda, l.zones, NOW_US, &c, &r);
    assert_false(r.ok);
    assert_non_null(strstr(r.text, "who asks"));
    end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),     cmocka_unit_test(test_next_instant),
        cmocka_unit_test(test_runs),      cmocka_unit_test(test_no_run_to_come),
        cmocka_unit_test(test_cron),      cmocka_unit_test(test_put),
        cmocka_unit_test(test_put_keeps), cmocka_unit_test(test_run_now),
        cmocka_unit_test(test_delete),    cmocka_unit_test(test_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
