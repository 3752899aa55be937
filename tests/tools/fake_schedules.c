/* fake_schedules.c - invented schedules and runs. */
#include "fake_schedules.h"

#include "adapter/zone_file.h"
#include "base/clock.h"
#include "base/str.h"
#include "fake_console.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE (INT64_C(60) * US_PER_S)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

/* Of each specification: three categories and two regions. */
static const char definition[] =
    "{\"name\":\"any\",\"workspace\":\"acme\",\"title\":\"Any\",\"description\":\"\","
    "\"language\":\"en\",\"active\":true,\"frequency\":\"daily\",\"items_per_section\":10,"
    "\"items_max\":50,\"categories\":["
    "{\"id\":\"fabs\",\"title\":\"New fabs\",\"words\":[\"fab\"],\"without\":[]},"
    "{\"id\":\"grids\",\"title\":\"Power and grids\",\"words\":[\"grid\"],\"without\":[]},"
    "{\"id\":\"money\",\"title\":\"Money\",\"words\":[\"bond\"],\"without\":[]}],\"regions\":["
    "{\"id\":\"EU\",\"title\":\"Europe\",\"words\":[\"Europe\"],\"without\":[]},"
    "{\"id\":\"US\",\"title\":\"United States\",\"words\":[\"America\"],\"without\":[]}],"
    "\"sources\":[{\"name\":\"wire\",\"kind\":\"rss\",\"address\":\"https://wire.example/f\","
    "\"category\":\"\",\"region\":\"\"}]}";

static struct uuid id_of(int kind, int n)
{
    struct uuid id = {{0}};
    id.byte[0] = (uint8_t)(n + 1);
    id.byte[1] = (uint8_t)kind;
    id.byte[6] = 0x70;
    id.byte[8] = 0x80;
    return id;
}

/* A schedule that is well, and made its last report so long ago. */
static void make(struct schedule_row *s, int n, const char *name, const char *spec,
                 const char *frequency)
{
    *s = (struct schedule_row){.id = id_of(1, n),
                               .workspace = "acme",
                               .name = name,
                               .specification = spec,
                               .enabled = true,
                               .status = SCHEDULE_ACTIVE,
                               .last_run_us = FAKE_NOW_US - 5 * DAY,
                               .last_status = "success",
                               .last_error = "",
                               .runs = 34,
                               .successes = 32,
                               .failures = 0,
                               .slots = 33,
                               .paused_note = "",
                               .notes = "",
                               .created_by = "ana",
                               .created_us = FAKE_NOW_US - 200 * DAY,
                               .rev = 3,
                               .frequency = frequency,
                               .spec_active = true,
                               .last_success_us = FAKE_NOW_US - 5 * DAY,
                               .ran = true};
}

static void make_well(struct schedule_row *s)
{
    make(&s[0], 0, "Chips daily brief", "Semiconductor brief", "daily");
    s[0].type = "daily";
    s[0].config = "{\"time\":\"15:00\"}";
    s[0].next_run_us = FAKE_NOW_US + 27 * MINUTE + 55 * US_PER_S;
    s[0].last_run_us = FAKE_NOW_US - 23 * HOUR;
    s[0].last_status = "failed";
    s[0].last_error = "all 3 sources failed: chips.example answered 502";
    s[0].failures = 2;
    s[0].regions = "[\"EU\",\"US\"]";
    s[0].skipped = 1;
    make(&s[1], 1, "Weekly EU energy", "Energy of the EU", "weekly");
    s[1].type = "weekly";
    s[1].config = "{\"time\":\"09:00\",\"day_of_week\":0,\"timezone\":\"Europe/Madrid\","
                  "\"exclude\":[\"2025-12-08\"]}";
    s[1].next_run_us = FAKE_NOW_US + DAY + 17 * HOUR + 27 * MINUTE + 55 * US_PER_S;
    s[1].notes = "for the board; Lucía reads it first";
    make(&s[2], 2, "Investor digest", "Investors", "weekly");
    s[2].type = "custom";
    s[2].config = "{\"cron_expression\":\"30 17 * * FRI\"}";
    s[2].next_run_us = FAKE_NOW_US - DAY - 21 * HOUR;
}

static void fake_rest(struct schedule_row *s)
{
    make(&s[3], 3, "Board digest", "Board", "monthly");
    s[3].type = "monthly";
    s[3].config = "{\"time\":\"16:00\",\"day_of_month\":1}";
    s[3].status = SCHEDULE_ERROR;
    s[3].last_error = "Specification is not active";
    s[3].spec_active = false;
    s[3].next_run_us = FAKE_NOW_US - 10 * HOUR;
    make(&s[4], 4, "Energy test brief", "Energy of the EU", "weekly");
    s[4].type = "custom";
    s[4].config = "{\"cron_expression\":\"*/30 8-18 * * 1-5\",\"timezone\":\"Europe/Madrid\"}";
    s[4].status = SCHEDULE_PAUSED;
    s[4].paused_note = "waits for the new feed";
    s[4].next_run_us = FAKE_NOW_US + DAY + 16 * HOUR;
    make(&s[5], 5, "Fair of 2025", "Fairs", "daily");
    s[5].type = "daily";
    s[5].config = "{\"time\":\"07:30\",\"end_at\":\"2025-10-31\"}";
    s[5].status = SCHEDULE_CANCELLED;
    s[5].next_run_us = FAKE_NOW_US - 22 * DAY;
    make(&s[6], 6, "Old brief", "Semiconductor brief", "daily");
    s[6].type = "daily";
    s[6].config = "{\"time\":\"06:00\"}";
    s[6].enabled = false;
    s[6].cadence = "weekly";
    s[6].next_run_us = FAKE_NOW_US - 3 * DAY;
}

/* --- runs ------------------------------------------------------------------------------------- */

static void make_run(struct run_row *r, int n, const struct schedule_row *s, int64_t ago_us,
                     enum run_trigger trigger, enum run_status status)
{
    *r = (struct run_row){.id = id_of(2, n),
                          .workspace = "acme",
                          .schedule = s->name,
                          .specification = s->specification,
                          .trigger = trigger,
                          .status = status,
                          .slot_us = trigger == TRIGGER_SCHEDULE ? FAKE_NOW_US - ago_us : 0,
                          .attempt = 1,
                          .error = "",
                          .report = "",
                          .sha256 = "",
                          .period = "2025-11-22",
                          .actor =
                              trigger == TRIGGER_MANUAL || trigger == TRIGGER_TEST ? "luis" : "",
                          .created_us = FAKE_NOW_US - ago_us,
                          .started_us = FAKE_NOW_US - ago_us + US_PER_S,
                          .finished_us = FAKE_NOW_US - ago_us + 39 * US_PER_S};
    if (status != RUN_SUCCESS)
        return;
    r->report = "2025-11-20-chips.html";
    r->sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    r->size_bytes = 421888;
    r->items = 57;
    r->sources = 9;
}

static void make_runs(struct fake_schedules *f)
{
    struct run_row *r = f->run;
    const struct schedule_row *chips = &f->row[0], *energy = &f->row[1];
    make_run(&r[0], 0, energy, 40 * US_PER_S, TRIGGER_TEST, RUN_RUNNING);
    r[0].finished_us = 0;
    make_run(&r[1], 1, chips, 90 * US_PER_S, TRIGGER_MANUAL, RUN_QUEUED);
    r[1].started_us = r[1].finished_us = 0;
    make_run(&r[2], 2, chips, 23 * HOUR, TRIGGER_SCHEDULE, RUN_FAILED);
    r[2].error = chips->last_error;
    r[2].attempt = 3;
    r[2].sources = r[2].sources_failed = 3;
    make_run(&r[3], 3, chips, 47 * HOUR, TRIGGER_SCHEDULE, RUN_FAILED);
    r[3].error = chips->last_error;
    make_run(&r[4], 4, chips, 3 * DAY, TRIGGER_SCHEDULE, RUN_SUCCESS);
    r[4].sources_failed = 2;
    make_run(&r[5], 5, chips, 3 * DAY + 2 * HOUR, TRIGGER_MANUAL, RUN_SUCCESS);
    make_run(&r[6], 6, chips, 3 * DAY + 5 * HOUR, TRIGGER_CATCHUP, RUN_SKIPPED);
    r[6].error = "skipped: the specification had its report of 2025-11-19";
    make_run(&r[7], 7, energy, 5 * DAY, TRIGGER_SCHEDULE, RUN_SUCCESS);
    make_run(&r[8], 8, energy, 12 * DAY, TRIGGER_SCHEDULE, RUN_FAILED);
    r[8].error = "reports: the directory is full";
    r[8].seen = true;
    f->runs = FAKE_RUNS;
}

void fake_schedules_init(struct fake_schedules *f)
{
    *f = (struct fake_schedules){.count = FAKE_SCHEDULES};
    make_well(f->row);
    fake_rest(f->row);
    make_runs(f);
    f->report = "Semiconductor brief\n===================\n\nThursday, 20 November 2025\n\n"
                "1. A fab opens in Dresden\n   chips.example\n   Two lines of text about it.\n\n"
                "2. \033[31mNot red\033[0m, and \u202enot turned round\n   other.example\n"
                "   A line that is so long that no terminal of the usual width can show it in one "
                "piece, so that it has to be scrolled to be read up to its very END\n";
}

void fake_schedules_done(struct fake_schedules *f)
{
    zone_files_free(f->zones);
    f->zones = NULL;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void count_row(const struct schedule_row *s, int64_t now_us, struct schedule_counts *c)
{
    bool planned = s->enabled && s->status == SCHEDULE_ACTIVE;
    c->all++;
    c->active += planned;
    c->paused += s->status == SCHEDULE_PAUSED;
    c->in_error += s->status == SCHEDULE_ERROR;
    c->disabled += !s->enabled;
    c->successes += s->successes;
    c->failures += s->failures;
    c->overdue += planned && s->next_run_us <= now_us - SCHEDULE_OVERDUE_US;
    if (planned && (c->next_run_us == 0 || s->next_run_us < c->next_run_us))
        c->next_run_us = s->next_run_us;
}

static void add_need(struct schedule_board *b, enum board_what what, const char *name,
                     const char *text, int64_t at_us)
{
    if (b->need_count < BOARD_NEEDS_MAX)
        b->need[b->need_count++] = (struct board_need){what, name, text, at_us};
}

static void fill_next(struct fake_schedules *f, struct schedule_board *b)
{
    static const int order[] = {2, 0, 1};
    for (size_t i = 0; i < sizeof order / sizeof *order && f->count > order[i]; i++) {
        const struct schedule_row *s = &f->row[order[i]];
        if (s->enabled && s->status == SCHEDULE_ACTIVE)
            b->next[b->next_count++] =
                (struct board_next){s->id, s->name, s->specification, s->next_run_us};
    }
}

bool fake_board(struct fake_schedules *f, int64_t now_us, struct arena *arena,
                struct schedule_board *ret, struct err *err)
{
    *ret = (struct schedule_board){0};
    ret->next = arena_array(arena, BOARD_NEXT_MAX, sizeof *ret->next);
    ret->need = arena_array(arena, BOARD_NEEDS_MAX, sizeof *ret->need);
    if (ret->next == NULL || ret->need == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    for (int32_t i = 0; i < f->count; i++) {
        const struct schedule_row *s = &f->row[i];
        count_row(s, now_us, &ret->counts);
        if (s->enabled && s->status == SCHEDULE_ERROR)
            add_need(ret, BOARD_ERROR, s->name, s->last_error, s->next_run_us);
    }
    for (int32_t i = 0; i < f->count; i++)
        if (f->row[i].enabled && f->row[i].status == SCHEDULE_ACTIVE &&
            f->row[i].next_run_us <= now_us - SCHEDULE_OVERDUE_US)
            add_need(ret, BOARD_OVERDUE, f->row[i].name, "", f->row[i].next_run_us);
    for (int32_t i = 0; i < f->runs; i++) {
        const struct run_row *r = &f->run[i];
        ret->counts.running += r->status == RUN_RUNNING;
        ret->counts.queued += r->status == RUN_QUEUED;
        ret->counts.unseen += r->status == RUN_FAILED && !r->seen;
        if (r->status == RUN_FAILED && !r->seen)
            add_need(ret, BOARD_FAILED, r->schedule, r->error, r->finished_us);
    }
    fill_next(f, ret);
    return true;
}

/* The specifications of the schedules, and one without any. */
bool fake_specs(struct fake_schedules *f, const char *name, struct arena *arena,
                struct spec_row **ret, int32_t *ret_count, struct err *err)
{
    static const char *const rows[][2] = {
        {"Board", "monthly"},    {"Energy of the EU", "weekly"},   {"Fairs", "daily"},
        {"Investors", "weekly"}, {"Semiconductor brief", "daily"}, {"Wind", "biweekly"}};
    enum { COUNT = (int)(sizeof rows / sizeof *rows) };
    *ret_count = 0;
    *ret = arena_array(arena, COUNT, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    for (int i = 0; i < COUNT && !f->no_specs; i++)
        if (name == NULL || str_equal(name, rows[i][0]))
            (*ret)[(*ret_count)++] = (struct spec_row){.workspace = "acme",
                                                       .name = rows[i][0],
                                                       .frequency = rows[i][1],
                                                       .definition = definition,
                                                       .created_by = "ana",
                                                       .active = true,
                                                       .rev = 1};
    return true;
}

bool fake_schedules(struct fake_schedules *f, const char *name, struct arena *arena,
                    struct schedule_row **ret, int32_t *ret_count, struct err *err)
{
    *ret_count = 0;
    *ret = arena_array(arena, FAKE_SCHEDULES, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    for (int32_t i = 0; i < f->count; i++)
        if (name == NULL || str_equal(name, f->row[i].name))
            (*ret)[(*ret_count)++] = f->row[i];
    return true;
}

bool fake_runs(struct fake_schedules *f, const struct run_filter *filter, struct arena *arena,
               struct run_row **ret, int32_t *ret_count, struct err *err)
{
    *ret_count = 0;
    *ret = arena_array(arena, FAKE_RUNS, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    for (int32_t i = 0; i < f->runs && *ret_count < filter->max; i++) {
        const struct run_row *r = &f->run[i];
        if ((filter->schedule == NULL || str_equal(filter->schedule, r->schedule)) &&
            (filter->run == NULL || uuid_equal(*filter->run, r->id)))
            (*ret)[(*ret_count)++] = *r;
    }
    return true;
}

bool fake_report(struct fake_schedules *f, struct uuid run, struct buf *text, struct err *err)
{
    for (int32_t i = 0; i < f->runs; i++)
        if (uuid_equal(run, f->run[i].id) && f->run[i].report[0] != '\0') {
            buf_adds(text, f->report);
            return buf_ok(text);
        }
    return err_set(err, ERR_REFUSED, "run: it has no report");
}

bool fake_zone(struct fake_schedules *f, const char *name, const struct zone **ret, struct err *err)
{
    return (f->zones != NULL || zone_files_new(&f->zones, ZONE_FILES_DIR, err)) &&
           zone_files_get(f->zones, name, strlen(name), ret, err);
}

bool fake_trace(struct fake_schedules *f, struct uuid run, struct arena *arena,
                struct log_row **ret, int32_t *ret_count, struct err *err)
{
    static const char *const text[] = {"its slot came: waits for a lane", "begun, attempt 1",
                                       "attempt 1 failed: chips.example answered 502",
                                       "attempt 3 failed, gave up"};
    (void)f;
    *ret_count = run.byte[0] == 2 ? 1 : 4;
    *ret = arena_array(arena, 4, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    for (int32_t i = 0; i < *ret_count; i++)
        (*ret)[i] = (struct log_row){.key = {FAKE_NOW_US - 23 * HOUR + i * US_PER_S, 0, i},
                                     .level = i < 2    ? LOG_INFO
                                              : i == 2 ? LOG_WARN
                                                       : LOG_ERROR,
                                     .area = "report",
                                     .job = "",
                                     .text = text[i]};
    return true;
}

/* --- commands --------------------------------------------------------------------------------- */

static void change_schedule(struct schedule_row *s, const struct command *c)
{
    if (c->kind == COMMAND_SCHEDULE_ENABLE || c->kind == COMMAND_SCHEDULE_DISABLE)
        s->enabled = c->kind == COMMAND_SCHEDULE_ENABLE;
    if (c->kind == COMMAND_SCHEDULE_PAUSE) {
        s->status = SCHEDULE_PAUSED;
        s->paused_note = "paused by a test";
    }
    if (c->kind == COMMAND_SCHEDULE_PUT) /* that it was changed; what it holds the test looks at */
        s->rev++;
    if (c->kind == COMMAND_SCHEDULE_RESUME)
        s->status = SCHEDULE_ACTIVE;
}

void fake_schedules_carry_out(struct fake_schedules *f, const struct command *c)
{
    for (int32_t i = 0; i < f->count; i++)
        if (command_about(c->kind) == ABOUT_SCHEDULE && str_equal(f->row[i].name, c->target))
            change_schedule(&f->row[i], c);
    for (int32_t i = 0; i < f->runs; i++) {
        if (!uuid_equal(f->run[i].id, c->run))
            continue;
        f->run[i].seen |= c->kind == COMMAND_RUN_SEEN;
        if (c->kind == COMMAND_RUN_CANCEL)
            f->run[i].status = RUN_CANCELLED;
    }
}
