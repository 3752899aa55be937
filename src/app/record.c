/* record.c - opens the record for one command. */
#include "record.h"

#include "adapter/clock_real.h"
#include "base/file.h"
#include "base/str.h"
#include "engine/desk.h"
#include "engine/engine.h"
#include "output.h"
#include "place.h"
#include "shared.h"
#include "store/journal.h"
#include "store/names.h"
#include "store/read_lists.h"

static bool may_change(const struct app *app, struct err *err)
{
    return !app->read_only || err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
}

static bool open_authority(struct app *app, struct record *ret, struct err *err)
{
    if (!file_make_dirs(app->data_dir, 0700, err) || !clock_real_new(NULL, &ret->clock, err))
        return false;
    if (shared_authority(app, &ret->config.settings, ret->clock, &ret->authority, err))
        return true;
    record_close(ret);
    return false;
}

/* One stop that an earlier process of this machine could not tell. False: still not. */
static bool tell_stop(const struct record *r, struct journal *j, const struct journal_stop *stop)
{
    struct reply reply = {0};
    struct out_text safe = {0};
    struct command c = {.kind = stop->want == DESIRED_PAUSE ? COMMAND_JOB_PAUSE : COMMAND_JOB_STOP};
    (void)str_copy(c.workspace, sizeof c.workspace, stop->workspace); /* same size */
    (void)str_copy(c.target, sizeof c.target, stop->job);             /* same size */
    (void)str_copy(c.actor, sizeof c.actor, stop->actor);             /* same size */
    desk_carry_out(r->authority, &r->config.settings, &c, &reply);
    if (reply.untold)
        return false;
    out_warn("asked for while the record could not be reached, told now: %s",
             out_safe(&safe, reply.text));
    return journal_paid(j, stop->workspace, stop->job, NULL);
}

/* What earlier processes of this machine still had to tell; an engine that serves tells it itself.
 */
static void tell_owed(const struct app *app, const struct record *r)
{
    long pid;
    int32_t count = 0;
    char path[FILE_PATH_MAX];
    struct journal *j = NULL;
    struct journal_stop rows[16];
    struct journal_untold untold;
    if (!shared_is(&r->config.settings) || engine_served(app->data_dir, &pid) ||
        !place_file(app, PLACE_JOURNAL, path, NULL) || !journal_look(path, &untold, NULL) ||
        untold.stops == 0 || !journal_open(path, &j, NULL))
        return;
    bool ok = journal_owed(j, rows, sizeof rows / sizeof rows[0], &count, NULL);
    for (int32_t i = 0; ok && i < count; i++)
        ok = tell_stop(r, j, &rows[i]);
    journal_close(j);
}

bool record_open(struct app *app, struct record *ret, struct err *err)
{
    *ret = (struct record){0};
    if (!may_change(app, err) ||
        !config_read(app->config_path, cli_given(app, "config"), &ret->config, err) ||
        !open_authority(app, ret, err))
        return false;
    tell_owed(app, ret);
    return true;
}

bool record_open_to_stop(struct app *app, struct record *ret, struct err *err)
{
    struct err why = {0};
    *ret = (struct record){0};
    if (!may_change(app, err))
        return false;
    if (!config_read(app->config_path, cli_given(app, "config"), &ret->config, &why)) {
        if (!shared_settings(app, &ret->config.settings, err))
            return false;
        out_warn("%s (done all the same)", why.text);
    }
    return open_authority(app, ret, err);
}

void record_close(struct record *r)
{
    if (r->authority != NULL)
        r->authority->ops->free(r->authority);
    clock_real_free(r->clock);
    r->authority = NULL;
    r->clock = NULL;
}

bool record_read(struct app *app, struct db **ret, struct err *err)
{
    char path[FILE_PATH_MAX];
    char log[FILE_PATH_MAX];
    bool there;
    struct db *db = NULL;
    struct settings settings;
    if (!shared_settings(app, &settings, err) ||
        !place_file(app, shared_file(&settings), path, err) ||
        !place_file(app, PLACE_LOG, log, err) ||
        (shared_is(&settings) && !shared_pull(app, &settings, err)))
        return false;
    if (!file_exists(path))
        return err_set(
            err, ERR_REFUSED,
            "there is no record in %s; `autopilot init` makes one (or give another place "
            "with --data DIR)",
            app->data_dir);
    if (!db_open(path, DB_READ, &db, err))
        return false;
    if (!db_attach_read(db, log, "log", &there, err) ||
        !names_workspace_known(db, app->workspace, err) ||
        !names_job_known(db, app->workspace, cli_value(app, "job"), err)) {
        db_close(db);
        return false;
    }
    *ret = db;
    return true;
}

/* The names that were met: the only one counts. */
struct only {
    char name[NAME_MAX_BYTES + 1];
    int32_t count;
};

static bool keep_only(void *ctx, const struct workspace_line *w)
{
    struct only *o = ctx;
    (void)str_copy(o->name, sizeof o->name, w->name); /* a name: it fits */
    return ++o->count < 2;
}

bool record_workspace(struct app *app, struct db *db, const char **ret, struct err *err)
{
    struct only only = {0};
    *ret = app->workspace;
    if (app->workspace != NULL)
        return true;
    if (!read_workspaces(db, keep_only, &only, err))
        return false;
    (void)str_copy(app->workspace_found, sizeof app->workspace_found,
                   only.count == 1 ? only.name : "default"); /* same size */
    *ret = app->workspace_found;
    return true;
}
