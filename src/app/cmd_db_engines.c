/* cmd_db_engines.c - autopilot db: engines, forget. */
#include "base/clock.h"
#include "base/str.h"
#include "base/uuid.h"
#include "commands.h"
#include "db_link.h"
#include "output.h"

#include <jansson.h>
#include <stdlib.h>

/* One command of the schema: q is consumed; *ret (may be NULL) is the caller's. */
static bool ask(const struct app *app, const char *sql, json_t *q, json_t **ret, struct err *err)
{
    json_error_t why;
    struct pg_link *link = NULL;
    struct pg_answer a = {0};
    struct pg_args args = pg_args_init();
    char *text = q != NULL ? json_dumps(q, JSON_COMPACT) : NULL;
    json_decref(q);
    pg_args_text(&args, text);
    int64_t until_us = clock_boot_us() + DB_LINK_WAIT_S * US_PER_S;
    bool ok =
        db_link_open(app, true, &link, err) && pg_link_call(link, sql, &args, until_us, &a, err);
    if (ok && ret != NULL) {
        *ret = json_loads(pg_answer_text(&a, 0, 0), 0, &why);
        ok = *ret != NULL || err_set(err, ERR_STOP, "db: the answer can't be read: %s", why.text);
    }
    pg_answer_done(&a);
    pg_args_done(&args);
    pg_link_free(link);
    free(text);
    return ok;
}

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text != NULL ? text : "";
}

static void print_job(const json_t *job)
{
    struct out_text t = {0}, u = {0};
    out_print("    works %s/%s, epoch %lld\n", out_safe(&t, text_of(job, "workspace")),
              out_safe(&u, text_of(job, "name")),
              (long long)json_integer_value(json_object_get(job, "epoch")));
}

static void print_engine(const json_t *e)
{
    size_t i;
    json_t *job;
    struct out_text t = {0};
    char seen[40];
    int64_t ago_us = clock_now_us() - json_integer_value(json_object_get(e, "last_seen"));
    str_span_text(ago_us > 0 ? ago_us / US_PER_S * US_PER_S : 0, seen, sizeof seen);
    out_print("%s  %-20s pid %-7lld seen %s ago%s\n", text_of(e, "id"),
              out_safe(&t, text_of(e, "host")),
              (long long)json_integer_value(json_object_get(e, "pid")), seen,
              json_is_true(json_object_get(e, "behind"))
                  ? "  BEHIND: it must tell what it knows before anybody claims"
                  : "");
    json_array_foreach(json_object_get(e, "jobs"), i, job)
    {
        print_job(job);
    }
}

bool cmd_db_engines(struct app *app, struct err *err)
{
    size_t i;
    json_t *engines = NULL, *e;
    if (!ask(app, "SELECT ap.engine_list($1::jsonb)", json_object(), &engines, err))
        return false;
    if (app->json)
        return out_json(engines, false, err);
    if (json_array_size(engines) == 0)
        out_print("no engine has been seen yet\n");
    json_array_foreach(engines, i, e)
    {
        print_engine(e);
    }
    json_decref(engines);
    return true;
}

bool cmd_db_forget(struct app *app, struct err *err)
{
    struct uuid id;
    const char *name = app->argument[0];
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    if (!uuid_parse(name, &id))
        return err_set(err, ERR_USAGE,
                       "db forget: \"%.60s\" is no engine's id; autopilot db engines shows them",
                       name);
    json_t *q = json_pack("{s:s, s:s}", "actor", app->actor, "engine", name);
    if (!ask(app, "SELECT ap.engine_forget($1::jsonb)", q, NULL, err))
        return false;
    if (!app->quiet)
        out_print("Nobody waits any more for what engine %s knows.\n", name);
    return true;
}
