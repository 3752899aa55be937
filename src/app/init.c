/* init.c - config file, record, workspace, and the sample when it is wanted. */
#include "init.h"

#include "agendas.h"
#include "app/jobfile.h"
#include "base/str.h"
#include "commands.h"
#include "corpus_add.h"
#include "domain/settings.h"
#include "output.h"
#include "place.h"
#include "record.h"

#include <string.h>

enum { INIT_ARENA_MAX = 16 << 20, CONFIG_TEXT_MAX = 1 << 20 };

/* Sets a key of a section in the template text: the commented line becomes a value. */
static bool uncomment(struct buf *text, const char *key, const char *value, struct err *err)
{
    char commented[128];
    str_format(commented, sizeof commented, "\n;%s = ", key);
    const char *at = strstr(buf_text(text), commented);
    if (at == NULL)
        return err_set(err, ERR_STOP, "init: the config template has no line for %s", key);
    struct buf out = buf_init(CONFIG_TEXT_MAX);
    const char *end = strchr(at + 1, '\n');
    end = end != NULL ? end : at + strlen(at);
    buf_add(&out, text->data, (size_t)(at - text->data));
    buf_addf(&out, "\n%s = %s", key, value);
    buf_adds(&out, end);
    bool ok = buf_ok(&out) || err_set(err, ERR_STOP, "init: out of memory");
    if (ok) {
        buf_clear(text);
        buf_add(text, out.data, out.len);
    }
    buf_done(&out);
    return ok;
}

static bool write_config(const struct app *app, bool sample, struct err *err)
{
    if (file_exists(app->config_path))
        return true;
    struct buf text = buf_init(CONFIG_TEXT_MAX);
    settings_template(&text);
    bool ok = buf_ok(&text) || err_set(err, ERR_STOP, "init: out of memory");
    if (ok && sample)
        ok = uncomment(&text, "per_minute", "60", err);
    ok = ok && file_replace(app->config_path, buf_text(&text), text.len, 0600, err);
    buf_done(&text);
    return ok;
}

static bool import_sample(struct app *app, struct record *r, const char *dir, struct err *err)
{
    char file[FILE_PATH_MAX];
    struct arena arena = arena_init(INIT_ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    bool ok =
        file_join(file, dir, "sample.ini", err) && jobfile_read(file, &arena, &jobs, &count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        struct job_put_result put;
        ok = r->authority->ops->job_put(r->authority, app->actor, &jobs[i], -1, &put, err);
    }
    arena_done(&arena);
    return ok;
}

/* The sample's specification, and a schedule for it: Mondays at seven. */
static bool add_reports(struct app *app, const char *dir, struct err *err)
{
    struct agendas a;
    struct agenda_entry timing;
    char file[FILE_PATH_MAX];
    enum put_answer answer;
    int64_t next_us = 0;
    struct schedule_def def = {.name = "monday-report",
                               .specification = "harbour-week",
                               .type = "weekly",
                               .config = "{\"day_of_week\":0,\"time\":\"07:00\","
                                         "\"timezone\":\"UTC\"}",
                               .notes = "the sample's",
                               .enabled = true};
    bool ok = file_join(file, dir, "report.ini", err) && agendas_open(app, true, &a, err);
    if (!ok)
        return false;
    def.workspace = a.workspace;
    ok = agendas_import_specs(app, &a, file, NULL, err) &&
         agendas_timing(&a, def.type, def.config, 0, &timing, &next_us, err) &&
         a.agenda->ops->schedule_put(a.agenda, app->actor, &def, next_us, -1, &answer, err);
    agendas_close(&a);
    return ok;
}

static bool add_sample(struct app *app, struct record *r, struct err *err)
{
    char dir[FILE_PATH_MAX];
    char corpus[FILE_PATH_MAX];
    const char *paths[1] = {corpus};
    return place_sample(dir, err) && file_join(corpus, dir, "corpus", err) &&
           corpus_add_paths(app, paths, 1, false, err) && import_sample(app, r, dir, err) &&
           add_reports(app, dir, err);
}

bool init_make(struct app *app, bool sample, struct err *err)
{
    struct record r = {0};
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "init: nothing is changed with --read-only");
    if (!file_make_dirs(app->data_dir, 0700, err) || !write_config(app, sample, err))
        return false;
    bool ok = record_open(app, &r, err) &&
              r.authority->ops->workspace_put(r.authority, app->actor, "default", err) &&
              (!sample || add_sample(app, &r, err));
    record_close(&r);
    return ok;
}

bool cmd_init(struct app *app, struct err *err)
{
    struct out_text t = {0};
    bool sample = cli_given(app, "sample");
    if (app->arguments == 1) {
        struct app named = *app;
        static const struct cli_option data = {"data", "DIR", ""};
        if (named.values == CLI_VALUES_MAX)
            return err_set(err, ERR_USAGE, "init: too many options");
        named.value[named.values].option = &data;
        named.value[named.values++].text = app->argument[0];
        if (!place_find(&named, err))
            return false;
        *app = named;
    }
    if (!init_make(app, sample, err))
        return false;
    if (app->quiet)
        return true;
    out_print("data directory %s\nconfig file    %s\n", out_safe(&t, app->data_dir),
              out_safe(&t, app->config_path));
    if (sample)
        out_print("job `sample` is ready: autopilot --data %s job start sample\n",
                  out_safe(&t, app->data_dir));
    return true;
}
