/* cmd_job.c - autopilot job: import, list, show, export, add, edit, start ... delete. */
#include "app/jobfile.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "engine/desk.h"
#include "job_json.h"
#include "jobs.h"
#include "output.h"
#include "record.h"
#include "store/read_jobs.h"

#include <stdio.h>
#include <string.h>

enum { JOB_ARENA_MAX = 64 << 20 };

static void say_put(const struct app *app, const struct job_def *def,
                    const struct job_put_result *put)
{
    struct out_text t = {0};
    if (app->quiet || app->json)
        return;
    out_print("%s job %s: %d groups, %d terms, %d templates",
              put->created   ? "created"
              : put->changed ? "updated"
                             : "unchanged",
              out_safe(&t, def->name), put->groups, put->terms, put->templates);
    if (put->groups_removed > 0 || put->terms_removed > 0)
        out_print("; %d groups and %d terms are no longer in it (their ledger rows stay)",
                  put->groups_removed, put->terms_removed);
    out_print("\n");
}

static json_t *put_json(const struct job_def *def, const struct job_put_result *put)
{
    return json_pack("{s:o, s:o, s:b, s:b, s:i, s:i, s:i}", "name", json_text(def->name),
                     "workspace", json_text(def->workspace), "created", put->created, "changed",
                     put->changed, "groups", put->groups, "terms", put->terms, "templates",
                     put->templates);
}

static bool import_file(struct app *app, struct record *r, const char *path, struct err *err)
{
    struct arena arena = arena_init(JOB_ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    bool ok = jobfile_read(path, &arena, &jobs, &count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        struct job_put_result put;
        if (app->workspace != NULL)
            jobs[i].workspace = app->workspace;
        ok = r->authority->ops->job_put(r->authority, app->actor, &jobs[i], -1, &put, err);
        if (ok)
            say_put(app, &jobs[i], &put);
        if (ok && app->json)
            ok = out_json(put_json(&jobs[i], &put), true, err);
    }
    arena_done(&arena);
    return ok;
}

bool cmd_job_import(struct app *app, struct err *err)
{
    struct record r;
    if (!record_open(app, &r, err))
        return false;
    bool ok = true;
    for (int32_t i = 0; ok && i < app->arguments; i++)
        ok = import_file(app, &r, app->argument[i], err);
    record_close(&r);
    return ok;
}

static void list_line(const struct job_row *j)
{
    struct out_text t = {0};
    int percent = j->cycle_goal > 0 ? (int)(j->cycle_sent * 100 / j->cycle_goal) : 0;
    out_print("%-24s %-9s %5lld/%-5lld %3d%%  cycle %-3d %-9s %-8s %s%s%s\n", out_safe(&t, j->name),
              job_state_name(j->state), (long long)j->cycle_sent, (long long)j->cycle_goal, percent,
              j->cycle, distribution_name(j->distribution), mail_mode_name(j->mode),
              out_safe(&t, j->group), j->term[0] != '\0' ? ": " : "", out_safe(&t, j->term));
}

bool cmd_job_list(struct app *app, struct err *err)
{
    struct arena arena = arena_init(JOB_ARENA_MAX);
    struct db *db = NULL;
    struct job_row *rows = NULL;
    int32_t count = 0;
    bool ok = record_read(app, &db, err) &&
              read_jobs(db, app->workspace, clock_now_us(), &arena, &rows, &count, err);
    jobs_without_engine(app, rows, count);
    if (ok && count == 0 && !app->json && !app->quiet)
        out_print("no jobs yet; autopilot job import FILE reads one (see man autopilot)\n");
    for (int32_t i = 0; ok && i < count; i++) {
        if (app->json)
            ok = out_json(job_row_json(&rows[i]), true, err);
        else
            list_line(&rows[i]);
    }
    db_close(db);
    arena_done(&arena);
    return ok;
}

static void show_terms(const struct plan *plan, const struct plan_group *g)
{
    struct out_text t = {0};
    for (int32_t i = 0; i < g->terms; i++) {
        const struct plan_term *term = &plan->terms[g->first_term + i];
        out_print("      %-44s %5d/%-5d %s\n", out_safe(&t, term->text), term->counted,
                  plan->loop_interval, term_state_name(term->state));
    }
}

static void show_text(const struct job_row *j, const struct job_detail *d)
{
    struct out_text t = {0};
    char at[TIME_TEXT_MAX];
    list_line(j);
    out_print("  workspace %s  provider %s  leads per term %d  letters per group %d  loop %s\n",
              out_safe(&t, j->workspace), out_safe(&t, d->plan->provider), j->loop_interval,
              j->max_emails_per_group, j->loop_automation ? "yes" : "no");
    out_print("  letters in all %lld  queued %lld  deferred %lld  held %lld  in doubt %lld\n",
              (long long)j->total_sent, (long long)j->queued, (long long)j->deferred,
              (long long)j->held, (long long)j->in_doubt);
    if (j->error[0] != '\0')
        out_print("  error: %s\n", out_safe(&t, j->error));
    if (j->lease_until_us > clock_now_us()) {
        time_text_utc(j->lease_until_us, at);
        out_print("  held by %s (pid %lld), lease until %s\n", out_safe(&t, j->lease_host),
                  (long long)j->lease_pid, at);
    }
    if (j->over_us != 0) {
        time_text_utc(j->over_us, at);
        out_print("  taken over %s by %s, whose lease ran out\n", at, out_safe(&t, j->over));
    }
    for (int32_t i = 0; i < d->plan->group_count; i++) {
        const struct plan_group *g = &d->plan->groups[i];
        out_print("  %-48s %5d/%-5d %s\n", out_safe(&t, g->name), g->counted,
                  j->max_emails_per_group, group_state_name(g->state));
        show_terms(d->plan, g);
    }
    if (d->saved_at_us != 0) {
        time_text_utc(d->saved_at_us, at);
        out_print("  resume point: cycle %d, group %s, term %s, letter %d of %d, saved %s\n",
                  j->cycle, j->group[0] != '\0' ? out_safe(&t, j->group) : "-",
                  j->term[0] != '\0' ? out_safe(&t, j->term) : "-", j->term_sent, j->term_limit,
                  at);
    }
}

bool cmd_job_show(struct app *app, struct err *err)
{
    struct arena arena = arena_init(JOB_ARENA_MAX);
    struct db *db = NULL;
    struct job_row *row = NULL;
    struct job_detail detail;
    int64_t now = clock_now_us();
    bool ok = record_read(app, &db, err) &&
              read_job(db, app->workspace, app->argument[0], now, &arena, &row, err) &&
              read_job_detail(db, row->id, now, &arena, &detail, err);
    if (ok)
        jobs_without_engine(app, row, 1);
    if (ok && app->json)
        ok = out_json(job_detail_json(row, &detail), false, err);
    else if (ok)
        show_text(row, &detail);
    db_close(db);
    arena_done(&arena);
    return ok;
}

bool cmd_job_export(struct app *app, struct err *err)
{
    struct open_job j;
    struct buf text = buf_init(16 << 20);
    const char *dir = cli_value(app, "to");
    if (!jobs_open(app, app->argument[0], &j, err))
        return false;
    bool ok = dir != NULL ? jobfile_export(j.def, dir, err) : jobfile_write(j.def, &text, err);
    if (ok && dir == NULL)
        out_print("%s", buf_text(&text));
    if (ok && dir != NULL && !app->quiet) {
        struct out_text t = {0};
        char name[JOBFILE_NAME_MAX];
        jobfile_name(j.def, name);
        out_print("wrote %s and its templates to %s\n", out_safe(&t, name), out_safe(&t, dir));
    }
    buf_done(&text);
    jobs_close(&j);
    return ok;
}

/* One row an editable field: option, how it is set. */
static bool edit_number(struct app *app, const char *option, int64_t min, int64_t max,
                        int32_t *field, struct err *err)
{
    int64_t value;
    if (!cli_number(app, option, min, max, *field, &value, err))
        return false;
    *field = (int32_t)value;
    return true;
}

static bool edit_switch(struct app *app, const char *option, bool *field, struct err *err)
{
    const char *text = cli_value(app, option);
    if (text == NULL || str_bool(text, field))
        return true;
    return err_set(err, ERR_USAGE, "--%s: \"%s\" is neither yes nor no", option, text);
}

static bool edit_fields(struct app *app, struct job_def *def, struct err *err)
{
    const char *text = cli_value(app, "distribution");
    if (text != NULL && !distribution_parse(text, &def->distribution))
        return err_set(err, ERR_USAGE, "--distribution: \"%s\" is neither equitable nor random",
                       text);
    text = cli_value(app, "recontact");
    if (text != NULL && !recontact_parse(text, &def->recontact))
        return err_set(err, ERR_USAGE, "--recontact: \"%s\" is neither never nor always", text);
    text = cli_value(app, "seed");
    int64_t seed = 0;
    if (text != NULL && !str_int(text, 0, INT64_MAX, &seed))
        return err_set(err, ERR_USAGE, "--seed: \"%s\" is not a whole number from 0", text);
    if (text != NULL) {
        def->seed = (uint64_t)seed;
        def->has_seed = true;
    }
    if (cli_given(app, "provider"))
        def->provider = cli_value(app, "provider");
    return edit_switch(app, "loop", &def->loop_automation, err) &&
           edit_switch(app, "one-lead-per-domain", &def->one_lead_per_domain, err) &&
           edit_number(app, "loop-interval", JOB_LOOP_INTERVAL_MIN, JOB_LOOP_INTERVAL_MAX,
                       &def->loop_interval, err) &&
           edit_number(app, "max-per-group", JOB_GROUP_EMAILS_MIN, JOB_GROUP_EMAILS_MAX,
                       &def->max_emails_per_group, err) &&
           edit_number(app, "variations", 0, JOB_VARIATIONS_MAX, &def->variations, err);
}

/* A provider that is named here must be there; that of a job file may come later. */
static bool provider_known(const struct app *app, const struct record *r, struct err *err)
{
    const char *name = cli_value(app, "provider");
    return name == NULL || config_provider_known(&r->config, name, err);
}

bool cmd_job_edit(struct app *app, struct err *err)
{
    struct open_job j;
    if (app->values == 0)
        return err_set(err, ERR_USAGE, "job edit: nothing to change; autopilot job edit --help");
    if (!jobs_open(app, app->argument[0], &j, err))
        return false;
    bool ok = edit_fields(app, j.def, err) && provider_known(app, &j.record, err) &&
              jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}

bool cmd_job_add(struct app *app, struct err *err)
{
    struct record r;
    struct job_put_result put;
    struct job_def def = {
        .name = app->argument[0],
        .workspace = app->workspace != NULL ? app->workspace : "default",
        .distribution = DISTRIBUTION_EQUITABLE,
        .loop_interval = 40,
        .max_emails_per_group = 300,
        .provider = "local",
    };
    if (!edit_fields(app, &def, err) || !job_check(&def, err) || !record_open(app, &r, err))
        return false;
    struct job_ref ref = {def.workspace, def.name};
    struct arena arena = arena_init(JOB_ARENA_MAX);
    struct job_def *there;
    int64_t rev;
    bool ok;
    if (!provider_known(app, &r, err))
        ok = false;
    else if (r.authority->ops->job_get(r.authority, &ref, &arena, &there, &rev, NULL))
        ok = err_set(err, ERR_REFUSED, "job: \"%s\" exists already; change it with job edit",
                     def.name);
    else
        ok = r.authority->ops->job_put(r.authority, app->actor, &def, -1, &put, err);
    if (ok)
        say_put(app, &def, &put);
    if (ok && app->json)
        ok = out_json(put_json(&def, &put), true, err);
    arena_done(&arena);
    record_close(&r);
    return ok;
}

bool cmd_job_control(struct app *app, struct err *err)
{
    static const struct {
        const char *verb;
        enum command_kind kind;
    } verbs[] = {{"start", COMMAND_JOB_START},
                 {"pause", COMMAND_JOB_PAUSE},
                 {"stop", COMMAND_JOB_STOP},
                 {"resume", COMMAND_JOB_RESUME},
                 {"confirm", COMMAND_JOB_CONFIRM}};
    struct command c = {0};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (str_equal(verbs[i].verb, app->row->verb))
            c.kind = verbs[i].kind;
    }
    return jobs_command(app, &c, app->argument[0], err);
}

bool cmd_job_delete(struct app *app, struct err *err)
{
    char question[300];
    struct out_text t = {0};
    str_format(question, sizeof question,
               "Delete job \"%s\"? Its groups, terms and position go; leads and ledger stay.",
               out_safe(&t, app->argument[0]));
    struct command c = {.kind = COMMAND_JOB_DELETE};
    return out_confirm(cli_given(app, "yes"), question, err) &&
           jobs_command(app, &c, app->argument[0], err);
}
