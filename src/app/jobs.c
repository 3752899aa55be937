/* jobs.c - read the whole definition, change it, save the whole definition. */
#include "jobs.h"

#include "base/clock.h"
#include "base/str.h"
#include "engine/engine.h"
#include "output.h"
#include "store/read_lists.h"

#include <string.h>

enum { JOBS_ARENA_MAX = 64 << 20 };

bool jobs_workspace(struct app *app, const char *name, char ret[NAME_MAX_BYTES + 1],
                    struct err *err)
{
    if (app->workspace != NULL) {
        if (!str_copy(ret, NAME_MAX_BYTES + 1, app->workspace))
            return err_set(err, ERR_USAGE, "--workspace: the name is longer than %d bytes",
                           NAME_MAX_BYTES);
        return true;
    }
    struct arena arena = arena_init(JOBS_ARENA_MAX);
    struct db *db = NULL;
    struct job_row *row = NULL;
    app->will_change = true;
    bool ok =
        record_read(app, &db, err) && read_job(db, NULL, name, clock_now_us(), &arena, &row, err);
    if (ok)
        (void)str_copy(ret, NAME_MAX_BYTES + 1, row->workspace); /* stored names fit */
    db_close(db);
    arena_done(&arena);
    return ok;
}

bool jobs_open(struct app *app, const char *name, struct open_job *ret, struct err *err)
{
    *ret = (struct open_job){.arena = arena_init(JOBS_ARENA_MAX)};
    char workspace[NAME_MAX_BYTES + 1];
    if (!jobs_workspace(app, name, workspace, err) || !record_open(app, &ret->record, err))
        return false;
    struct authority *a = ret->record.authority;
    struct job_ref ref = {workspace, name};
    if (!a->ops->job_get(a, &ref, &ret->arena, &ret->def, &ret->rev, err)) {
        jobs_close(ret);
        return false;
    }
    return true;
}

void jobs_close(struct open_job *j)
{
    record_close(&j->record);
    arena_done(&j->arena);
}

bool jobs_save(struct app *app, struct open_job *j, struct err *err)
{
    struct authority *a = j->record.authority;
    struct job_put_result put;
    struct out_text t = {0};
    if (!job_check(j->def, err) || !a->ops->job_put(a, app->actor, j->def, j->rev, &put, err))
        return false;
    if (app->json)
        return out_json(json_pack("{s:o, s:o, s:b}", "name", json_text(j->def->name), "workspace",
                                  json_text(j->def->workspace), "changed", put.changed),
                        true, err);
    if (!app->quiet)
        out_print("%s job %s\n", put.changed ? "changed" : "unchanged", out_safe(&t, j->def->name));
    return true;
}

struct group_def *jobs_groups(struct open_job *j, struct err *err)
{
    size_t count = (size_t)j->def->group_count;
    struct group_def *copy = arena_array(&j->arena, count + 1, sizeof *copy);
    if (copy == NULL) {
        err_set(err, ERR_STOP, "job: out of memory");
        return NULL;
    }
    if (count > 0)
        memcpy(copy, j->def->groups, count * sizeof *copy);
    j->def->groups = copy;
    return copy;
}

struct term_def *jobs_terms(struct open_job *j, struct group_def *group, struct err *err)
{
    size_t count = (size_t)group->term_count;
    struct term_def *copy = arena_array(&j->arena, count + 1, sizeof *copy);
    if (copy == NULL) {
        err_set(err, ERR_STOP, "job: out of memory");
        return NULL;
    }
    if (count > 0)
        memcpy(copy, group->terms, count * sizeof *copy);
    group->terms = copy;
    return copy;
}

/* One template, copied out of the workspace's list. */
struct wanted {
    const char *name;
    struct arena *arena;
    struct template_def def;
    bool found;
};

static bool keep_wanted(void *ctx, const struct template_line *t)
{
    struct wanted *w = ctx;
    if (!str_equal(t->name, w->name))
        return true;
    w->found = true;
    w->def = (struct template_def){.name = arena_text(w->arena, t->name),
                                   .subject = arena_text(w->arena, t->subject),
                                   .text = arena_text(w->arena, t->text),
                                   .html = arena_text(w->arena, t->html)};
    return false;
}

static bool add_template(struct open_job *j, const struct template_def *def, struct err *err)
{
    size_t count = (size_t)j->def->template_count;
    struct template_def *copy = arena_array(&j->arena, count + 1, sizeof *copy);
    if (copy == NULL || def->name == NULL || def->subject == NULL || def->text == NULL ||
        def->html == NULL)
        return err_set(err, ERR_STOP, "job: out of memory");
    if (count > 0)
        memcpy(copy, j->def->templates, count * sizeof *copy);
    copy[count] = *def;
    j->def->templates = copy;
    j->def->template_count++;
    return true;
}

bool jobs_use_template(struct app *app, struct open_job *j, const char *name, struct err *err)
{
    struct wanted w = {.name = name, .arena = &j->arena};
    struct db *db = NULL;
    for (int32_t i = 0; i < j->def->template_count; i++) {
        if (str_equal(j->def->templates[i].name, name))
            return true;
    }
    bool ok = record_read(app, &db, err) &&
              (read_templates(db, j->def->workspace, keep_wanted, &w, err) || w.found);
    db_close(db);
    if (ok && !w.found)
        return err_set(err, ERR_REFUSED,
                       "there is no template \"%s\" in workspace %s; autopilot template add makes "
                       "one, autopilot template list shows those that are there",
                       name, j->def->workspace);
    return ok && add_template(j, &w.def, err);
}

int32_t jobs_find_group(const struct job_def *def, const char *name, struct err *err)
{
    const char *best = NULL;
    int distance = 4;
    if (name == NULL) {
        err_set(err, ERR_USAGE, "--group NAME is needed");
        return -1;
    }
    for (int32_t i = 0; i < def->group_count; i++) {
        if (str_equal(def->groups[i].name, name))
            return i;
        int d = str_distance(def->groups[i].name, name, distance);
        if (d < distance) {
            distance = d;
            best = def->groups[i].name;
        }
    }
    if (best != NULL)
        err_set(err, ERR_REFUSED, "job %s has no group \"%s\"; did you mean \"%s\"?", def->name,
                name, best);
    else
        err_set(err, ERR_REFUSED, "job %s has no group \"%s\"; autopilot group list --job %s",
                def->name, name, def->name);
    return -1;
}

int32_t jobs_find_term(const struct group_def *group, const char *text, struct err *err)
{
    for (int32_t i = 0; i < group->term_count; i++) {
        if (str_equal(group->terms[i].text, text))
            return i;
    }
    err_set(err, ERR_REFUSED, "group %s has no term \"%s\"; autopilot term list shows them",
            group->name, text);
    return -1;
}

void jobs_without_engine(const struct app *app, struct job_row *rows, int32_t count)
{
    long pid;
    if (engine_served(app->data_dir, &pid))
        return;
    for (int32_t i = 0; i < count; i++)
        rows[i].eta_us = -1;
}

static bool print_reply(struct app *app, const struct command *command, const struct reply *r,
                        struct err *err)
{
    struct out_text t = {0};
    long pid;
    bool runs = command->kind == COMMAND_JOB_START || command->kind == COMMAND_JOB_RESUME;
    bool served = engine_served(app->data_dir, &pid);
    const char *hint = runs && !served ? " No engine is running here: start one with `autopilot` "
                                         "or `autopilot engine`."
                                       : "";
    if (app->json)
        return out_json(json_pack("{s:o, s:b, s:b, s:b, s:o}", "job", json_text(r->target), "ok",
                                  r->ok, "changed", r->changed, "engine_running", served, "message",
                                  json_text(r->text)),
                        false, err);
    if (!app->quiet)
        out_print("%s%s\n", out_safe(&t, r->text), hint);
    return true;
}

bool jobs_command(struct app *app, struct command *command, const char *name, struct err *err)
{
    struct record r;
    struct reply reply = {0};
    if (!str_copy(command->target, sizeof command->target, name))
        return err_set(err, ERR_REFUSED, "job: there is no job with so long a name");
    (void)str_copy(command->actor, sizeof command->actor, app->actor); /* same size */
    bool stops = command->kind == COMMAND_JOB_STOP || command->kind == COMMAND_JOB_PAUSE;
    if (!jobs_workspace(app, name, command->workspace, err))
        return false;
    if (stops ? !record_open_to_stop(app, &r, err) : !record_open(app, &r, err))
        return false;
    desk_carry_out(r.authority, &r.config.settings, command, &reply);
    record_close(&r);
    if (!reply.ok)
        return err_set(err, reply.untold ? ERR_UNREACHABLE : ERR_REFUSED, "%s", reply.text);
    return print_reply(app, command, &reply, err);
}
