/* cmd_status.c - autopilot status, verify, audit verify, db status: is all well? */
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "engine/engine.h"
#include "job_json.h"
#include "jobs.h"
#include "output.h"
#include "place.h"
#include "record.h"
#include "status_json.h"
#include "store/journal.h"
#include "store/read_jobs.h"
#include "store/read_schedules.h"
#include "store/read_system.h"
#include "store/verify.h"
#include "system_json.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_ARENA_MAX = 32 << 20 };

struct status {
    struct job_row *jobs;
    int32_t count;
    struct totals totals;
    struct engine_row engine;
    bool engine_known;                 /* one has served this record before */
    bool engine_serves;                /* one holds the lock now */
    char config_problem[ERR_TEXT_MAX]; /* the file is refused, older settings hold; "" it is not */
    struct journal_untold untold;
    bool untold_known;
    struct schedule_counts schedules;
    struct schedule_row *late; /* those that are overdue by more than a day come first in it */
    int32_t late_count;
    struct system_seen system;
    struct health service[HEALTH_MAX];
    int32_t services;
    int64_t now_us;
};

/* Why the config file is refused: by the engine that serves (only it knows of a file that was
 * there), else by a look at it. */
static void read_config_problem(const struct app *app, struct status *ret)
{
    struct config config;
    struct err why = {0};
    if (ret->config_problem[0] == '\0' &&
        !config_read(app->config_path, cli_given(app, "config"), &config, &why))
        (void)str_copy(ret->config_problem, sizeof ret->config_problem, why.text); /* same size */
}

static int64_t local_midnight_us(int64_t now_us)
{
    time_t seconds = (time_t)(now_us / US_PER_S);
    struct tm tm;
    if (localtime_r(&seconds, &tm) == NULL)
        return now_us - INT64_C(86400) * US_PER_S;
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    return (int64_t)mktime(&tm) * US_PER_S;
}

/* Is it overdue by more than a day? */
static bool is_late(const struct schedule_row *s, int64_t now_us)
{
    return schedule_overdue(s->enabled, s->status, s->next_run_us, now_us);
}

static bool read_late(const struct app *app, struct db *db, struct arena *arena, struct status *ret,
                      struct err *err)
{
    int32_t count;
    if (ret->schedules.overdue == 0)
        return true;
    if (!read_schedules(db, app->workspace, NULL, arena, &ret->late, &count, err))
        return false;
    for (int32_t i = 0; i < count; i++)
        if (is_late(&ret->late[i], ret->now_us))
            ret->late[ret->late_count++] = ret->late[i];
    return true;
}

static json_t *late_json(const struct status *s)
{
    json_t *late = json_array();
    for (int32_t i = 0; i < s->late_count; i++)
        json_array_append_new(
            late, json_pack("{s:o, s:o, s:I}", "schedule", json_text(s->late[i].name),
                            "next_run_at", json_instant(s->late[i].next_run_us), "overdue_s",
                            (json_int_t)((s->now_us - s->late[i].next_run_us) / US_PER_S)));
    return late;
}

static json_t *schedules_json(const struct status *s)
{
    const struct schedule_counts *c = &s->schedules;
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "active", (json_int_t)c->active,
                     "paused", (json_int_t)c->paused, "in_error", (json_int_t)c->in_error,
                     "disabled", (json_int_t)c->disabled, "running", (json_int_t)c->running,
                     "queued", (json_int_t)c->queued, "unseen_failures", (json_int_t)c->unseen,
                     "next_run_at", json_instant(c->next_run_us));
}

static void schedules_text(const struct status *s)
{
    struct out_text t = {0};
    const struct schedule_counts *c = &s->schedules;
    char next[TIME_TEXT_MAX] = "none";
    if (c->all == 0)
        return;
    if (c->next_run_us != 0)
        time_text_utc(c->next_run_us, next);
    out_print("reports %lld schedules active, %lld paused, %lld in error; %lld failures not seen; "
              "next run %s\n",
              (long long)c->active, (long long)c->paused, (long long)c->in_error,
              (long long)c->unseen, next);
    for (int32_t i = 0; i < s->late_count; i++)
        out_print("  OVERDUE %s by %lld h\n", out_safe(&t, s->late[i].name),
                  (long long)((s->now_us - s->late[i].next_run_us) / (3600 * US_PER_S)));
}

/* What this machine's journal has and the record may not have yet. */
static void read_untold(const struct app *app, struct status *ret)
{
    char path[FILE_PATH_MAX];
    ret->untold_known =
        place_file(app, PLACE_JOURNAL, path, NULL) && journal_look(path, &ret->untold, NULL);
}

/* What can't be read is not shown; nothing else depends on it. */
static void read_services(const struct app *app, struct status *ret)
{
    char path[FILE_PATH_MAX];
    if (!place_file(app, HEALTH_FILE, path, NULL) ||
        !health_read(path, ret->service, &ret->services, NULL))
        ret->services = 0;
}

static bool read_status(struct app *app, struct db *db, struct arena *arena, struct status *ret,
                        struct err *err)
{
    int64_t now = ret->now_us = clock_now_us();
    long pid;
    ret->engine_serves = engine_served_by(app->data_dir, &pid, ret->config_problem);
    read_config_problem(app, ret);
    read_untold(app, ret);
    read_services(app, ret);
    if (!read_engine(db, &ret->engine, &ret->engine_known, err))
        return false;
    if (pid != 0) /* the record knows of the last one that said hello */
        ret->engine.pid = pid;
    if (!read_jobs(db, app->workspace, now, arena, &ret->jobs, &ret->count, err) ||
        !read_totals(db, now, local_midnight_us(now), &ret->totals, err))
        return false;
    jobs_without_engine(app, ret->jobs, ret->count);
    return read_system(db, now, arena, &ret->system, err) &&
           read_schedule_counts(db, app->workspace, now, &ret->schedules, err) &&
           read_late(app, db, arena, ret, err);
}

static json_t *record_json(const struct app *app, const struct status *s)
{
    const struct journal_untold *u = &s->untold;
    bool shared = app->record_shared;
    json_t *unsynced =
        s->untold_known ? json_integer((json_int_t)u->letters + (json_int_t)u->stops) : json_null();
    const char *problem = app->record_problem;
    json_t *o = json_pack("{s:s, s:b, s:o, s:I, s:o, s:o}", "mode", shared ? "shared" : "embedded",
                          "reachable", !shared || app->record_reached, "unsynced", unsynced,
                          "unsynced_stops", (json_int_t)u->stops, "as_of",
                          shared ? json_instant(app->record_seen_us) : json_null(), "problem",
                          problem[0] != '\0' ? json_text(problem) : json_null());
    system_link_json(&s->system, o);
    return o;
}

static void record_text(const struct app *app, const struct status *s)
{
    const struct journal_untold *u = &s->untold;
    char seen[TIME_TEXT_MAX];
    if (!app->record_shared) {
        out_print("record  embedded\n");
        return;
    }
    time_text_utc(app->record_seen_us, seen);
    out_print("record  shared, %s %s\n", app->record_reached ? "as of" : "NOT REACHED since", seen);
    system_link_text(&s->system);
    if (u->letters + u->stops > 0)
        out_print("  not told to it yet: what became of %lld letters, %lld stops or pauses\n",
                  (long long)u->letters, (long long)u->stops);
}

static json_t *status_json(const struct app *app, const struct status *s)
{
    json_t *jobs = json_array();
    for (int32_t i = 0; i < s->count; i++)
        json_array_append_new(jobs, job_row_json(&s->jobs[i]));
    json_t *engine = json_pack("{s:b, s:o, s:I, s:o, s:o}", "running", s->engine_serves, "host",
                               s->engine_known ? json_text(s->engine.host) : json_null(), "pid",
                               (json_int_t)s->engine.pid, "version",
                               s->engine_known ? json_text(s->engine.version) : json_null(),
                               "last_seen", json_instant(s->engine.last_seen_us));
    json_t *config = s->config_problem[0] != '\0' ? json_text(s->config_problem) : json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "engine", engine,
                     "engines", system_engines_json(&s->system), "record", record_json(app, s),
                     "config_problem", config, "jobs", jobs, "schedules", schedules_json(s),
                     "overdue", late_json(s), "letters_today", (json_int_t)s->totals.letters_today,
                     "in_doubt", (json_int_t)s->totals.in_doubt, "held",
                     (json_int_t)s->totals.held);
}

static void status_text(const struct app *app, const struct status *s)
{
    struct out_text t = {0};
    out_print("data    %s\n", out_safe(&t, app->data_dir));
    if (s->engine_serves)
        out_print("engine  running, pid %lld on %s\n", (long long)s->engine.pid,
                  out_safe(&t, s->engine.host));
    else
        out_print("engine  not running\n");
    record_text(app, s);
    if (app->record_shared)
        system_engines_text(&s->system);
    if (s->config_problem[0] != '\0')
        out_print("config  refused: %s; %s\n", out_safe(&t, s->config_problem),
                  s->engine_serves ? "the old settings hold" : "no engine can start");
    out_print("today   %lld letters, %lld in doubt, %lld held\n",
              (long long)s->totals.letters_today, (long long)s->totals.in_doubt,
              (long long)s->totals.held);
    out_print("jobs    %d: %d running, %d paused, %d idle, %d failed\n", s->totals.jobs,
              s->totals.running, s->totals.paused, s->totals.idle, s->totals.failed);
    for (int32_t i = 0; i < s->count; i++) {
        const struct job_row *j = &s->jobs[i];
        int percent = j->cycle_goal > 0 ? (int)(j->cycle_sent * 100 / j->cycle_goal) : 0;
        out_print("  %-24s %-9s %lld of %lld letters (%d%%), %d of %d groups done%s%s\n",
                  out_safe(&t, j->name), job_state_name(j->state), (long long)j->cycle_sent,
                  (long long)j->cycle_goal, percent, j->groups_done, j->group_count,
                  j->error[0] ? ": " : "", out_safe(&t, j->error));
    }
    schedules_text(s);
    system_services_text(s->service, s->services, s->now_us);
}

/* The control API shows the record; services are what this machine saw. */
static json_t *own_json(const struct app *app, const struct status *s)
{
    json_t *o = status_json(app, s);
    if (o != NULL)
        json_object_set_new(o, "services", system_services_json(s->service, s->services));
    return o;
}

/* Something that a person has to look at. */
static bool needs_person(const struct status *s)
{
    return s->config_problem[0] != '\0' || s->totals.failed > 0 || s->totals.in_doubt > 0 ||
           s->totals.held > 0 || (s->totals.running > 0 && !s->engine_serves) ||
           s->schedules.overdue > 0 || s->schedules.in_error > 0 || s->schedules.unseen > 0;
}

json_t *status_make(struct app *app, struct db *db, struct err *err)
{
    struct arena arena = arena_init(STATUS_ARENA_MAX);
    struct status s = {0};
    json_t *json = NULL;
    if (read_status(app, db, &arena, &s, err)) {
        json = status_json(app, &s);
        if (json == NULL)
            (void)err_set(err, ERR_STOP, "status: out of memory");
    }
    arena_done(&arena);
    return json;
}

bool cmd_status(struct app *app, struct err *err)
{
    struct arena arena = arena_init(STATUS_ARENA_MAX);
    struct status s = {0};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) && read_status(app, db, &arena, &s, err);
    if (ok && app->json)
        ok = out_json(own_json(app, &s), false, err);
    else if (ok && !(app->quiet && cli_given(app, "check")))
        status_text(app, &s);
    if (ok && cli_given(app, "check") && needs_person(&s))
        app->exit_status = 1;
    db_close(db);
    arena_done(&arena);
    return ok;
}

struct verdicts {
    struct app *app;
    const char *only; /* NULL: all; else names that begin with it */
    int32_t checked;
    int32_t broken;
    bool failed;
    struct err *err;
};

static void verify_row(void *ctx, const struct verify_line *v)
{
    struct verdicts *r = ctx;
    struct out_text t = {0};
    if (r->failed || (r->only != NULL && !str_starts(v->name, r->only)))
        return;
    r->checked++;
    r->broken += v->broken > 0;
    if (r->app->json)
        r->failed = !out_json(json_pack("{s:s, s:s, s:b, s:I, s:o}", "name", v->name, "sentence",
                                        v->sentence, "holds", v->broken == 0, "broken",
                                        (json_int_t)v->broken, "example",
                                        v->broken > 0 ? json_text(v->example) : json_null()),
                              true, r->err);
    else if (v->broken > 0)
        out_print("BROKEN  %-12s %s: %lld rows, for example %s\n", v->name, v->sentence,
                  (long long)v->broken, out_safe(&t, v->example));
    else if (!r->app->quiet)
        out_print("holds   %-12s %s\n", v->name, v->sentence);
}

static bool run_verify(struct app *app, const char *only, struct err *err)
{
    struct verdicts r = {.app = app, .only = only, .err = err};
    struct db *db = NULL;
    int32_t broken = 0;
    long pid;
    bool at_rest =
        only == NULL && (cli_given(app, "at-rest") || !engine_served(app->data_dir, &pid));
    bool ok = record_read(app, &db, err) && verify_run(db, at_rest, verify_row, &r, &broken, err);
    db_close(db);
    if (ok && !app->json && !app->quiet)
        out_print("%d invariants, %d broken\n", r.checked, r.broken);
    if (ok && r.broken > 0)
        app->exit_status = 1;
    return ok && !r.failed;
}

bool cmd_verify(struct app *app, struct err *err)
{
    return run_verify(app, NULL, err);
}

bool cmd_audit_verify(struct app *app, struct err *err)
{
    return run_verify(app, "audit", err);
}
