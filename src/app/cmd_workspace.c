/* cmd_workspace.c - autopilot workspace: list, add, show, delete. */
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "output.h"
#include "record.h"
#include "store/read_jobs.h"
#include "store/read_lists.h"

enum { WORKSPACE_ARENA_MAX = 16 << 20 };

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    const char *only; /* show: this one */
    bool failed;
    int32_t found;
};

static bool workspace_row(void *ctx, const struct workspace_line *w)
{
    struct listing *l = ctx;
    char at[TIME_TEXT_MAX];
    if (l->only != NULL && !str_equal(l->only, w->name))
        return true;
    l->found++;
    time_text_utc(w->created_at_us, at);
    if (!l->app->json) {
        out_print("%-32s %4d jobs  since %s\n", out_safe(&l->safe, w->name), w->jobs, at);
        return true;
    }
    l->failed = !out_json(json_pack("{s:o, s:i, s:o}", "name", json_text(w->name), "jobs", w->jobs,
                                    "created_at", json_instant(w->created_at_us)),
                          true, l->err);
    return !l->failed;
}

bool cmd_workspace_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) && read_workspaces(db, workspace_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

static bool show_jobs(struct listing *l, struct db *db, struct err *err)
{
    struct arena arena = arena_init(WORKSPACE_ARENA_MAX);
    struct job_row *rows = NULL;
    int32_t count = 0;
    bool ok = read_jobs(db, l->only, clock_now_us(), &arena, &rows, &count, err);
    for (int32_t i = 0; ok && i < count && !l->app->json; i++)
        out_print("  job %-28s %s\n", out_safe(&l->safe, rows[i].name),
                  job_state_name(rows[i].state));
    arena_done(&arena);
    return ok;
}

static bool template_row(void *ctx, const struct template_line *t)
{
    struct listing *l = ctx;
    if (!l->app->json)
        out_print("  template %-23s %d groups\n", out_safe(&l->safe, t->name), t->used_by);
    return true;
}

bool cmd_workspace_show(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err, .only = app->argument[0]};
    struct db *db = NULL;
    bool ok = record_read(app, &db, err) && read_workspaces(db, workspace_row, &l, err);
    if (ok && l.found == 0)
        ok = err_set(err, ERR_REFUSED,
                     "there is no workspace \"%s\"; autopilot workspace list shows them", l.only);
    ok = ok && show_jobs(&l, db, err) && read_templates(db, l.only, template_row, &l, err);
    db_close(db);
    return ok && !l.failed;
}

static bool say_done(const struct app *app, const char *what, struct err *err)
{
    return out_done(app, "workspace", app->argument[0], what, err);
}

bool cmd_workspace_add(struct app *app, struct err *err)
{
    struct record r;
    if (!record_open(app, &r, err))
        return false;
    bool ok = r.authority->ops->workspace_put(r.authority, app->actor, app->argument[0], err);
    record_close(&r);
    return ok && say_done(app, "is there", err);
}

bool cmd_workspace_delete(struct app *app, struct err *err)
{
    struct record r;
    if (!out_confirm(cli_given(app, "yes"), "Delete the workspace?", err) ||
        !record_open(app, &r, err))
        return false;
    bool ok = r.authority->ops->workspace_delete(r.authority, app->actor, app->argument[0], err);
    record_close(&r);
    return ok && say_done(app, "is gone", err);
}
