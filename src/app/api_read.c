/* api_read.c - what is asked with GET: the same objects that the sub-commands print with --json. */
#include "api_work.h"
#include "base/clock.h"
#include "base/str.h"
#include "job_json.h"
#include "jobs.h"
#include "output.h"
#include "schedule_json.h"
#include "shared.h"
#include "status_json.h"
#include "store/read_schedules.h"

enum { RUNS_DEFAULT = 200 };

bool api_db(struct api_call *c)
{
    char path[FILE_PATH_MAX];
    struct err err = {0};
    struct api *a = c->api;
    if (a->db != NULL && !db_is_current(a->db)) { /* a copy that was made anew */
        db_close(a->db);
        a->db = NULL;
    }
    if (a->db != NULL || (place_file(&a->app, a->plugs->record_file, path, &err) &&
                          db_open(path, DB_READ, &a->db, &err)))
        return true;
    err.kind =
        err.kind == ERR_REFUSED ? ERR_RETRY : err.kind; /* it is not who asks that is wrong */
    api_failed(c, &err);
    return false;
}

/* How the record stood when it was last asked. */
static void look_at_record(struct api *a)
{
    struct engine_standing s;
    desk_standing(a->desk, &s);
    a->app.record_shared = s.shared;
    a->app.record_reached = s.reached;
    a->app.record_seen_us = s.seen_us;
}

void api_health(struct api_call *c)
{
    struct engine_standing s;
    desk_standing(c->api->desk, &s);
    bool well = s.where == ENGINE_HERE && s.problem[0] == '\0' && (!s.shared || s.reached);
    c->answer->status = well ? 200 : 503;
    c->answer->type = "text/plain; charset=utf-8";
    (void)buf_adds(&c->answer->body, well ? "ok\n" : "not well; see /v1/status\n");
}

void api_status(struct api_call *c)
{
    struct err err = {0};
    if (!api_db(c))
        return;
    look_at_record(c->api);
    c->api->app.workspace = api_workspace(c);
    json_t *json = status_make(&c->api->app, c->api->db, &err);
    c->api->app.workspace = NULL;
    if (json != NULL)
        api_json(c, 200, json);
    else
        api_failed(c, &err);
}

static void list_failed(struct api_call *c, json_t *list, const struct err *err)
{
    json_decref(list);
    api_failed(c, err);
}

void api_jobs(struct api_call *c)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct job_row *rows;
    int32_t count = 0;
    if (!api_db(c))
        return;
    bool ok = read_jobs(c->api->db, api_workspace(c), clock_now_us(), &arena, &rows, &count, &err);
    json_t *list = json_array();
    for (int32_t i = 0; ok && i < count; i++)
        json_array_append_new(list, job_row_json(&rows[i]));
    if (ok)
        api_json(c, 200, json_pack("{s:o}", "jobs", list));
    else
        list_failed(c, list, &err);
    arena_done(&arena);
}

void api_job(struct api_call *c)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct job_row *row;
    struct job_detail detail;
    int64_t now = clock_now_us();
    if (!api_db(c))
        return;
    if (read_job(c->api->db, api_workspace(c), c->name, now, &arena, &row, &err) &&
        read_job_detail(c->api->db, row->id, now, &arena, &detail, &err))
        api_json(c, 200, job_detail_json(row, &detail));
    else
        api_failed(c, &err);
    arena_done(&arena);
}

void api_schedules(struct api_call *c)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct schedule_row *rows;
    int32_t count = 0;
    if (!api_db(c))
        return;
    bool ok = read_schedules(c->api->db, api_workspace(c), NULL, &arena, &rows, &count, &err);
    json_t *list = json_array();
    for (int32_t i = 0; ok && i < count; i++)
        json_array_append_new(list, schedule_json(&rows[i]));
    if (ok)
        api_json(c, 200, json_pack("{s:o}", "schedules", list));
    else
        list_failed(c, list, &err);
    arena_done(&arena);
}

/* False: the answer is given. */
static bool run_filter(struct api_call *c, char schedule[NAME_MAX_BYTES + 1],
                       struct run_filter *ret)
{
    char limit[16], failed[8];
    int64_t most = RUNS_DEFAULT;
    bool only_failed = false;
    struct http_request *r = c->asked->request;
    bool ok = http_query(r, "schedule", schedule, NAME_MAX_BYTES + 1) &&
              http_query(r, "limit", limit, sizeof limit) &&
              http_query(r, "failed", failed, sizeof failed) &&
              (limit[0] == '\0' || str_int(limit, 1, READ_RUNS_MAX, &most)) &&
              (failed[0] == '\0' || str_bool(failed, &only_failed));
    if (!ok)
        api_error(c, 400, "bad_query", "a parameter can't be understood",
                  "schedule=NAME, limit=1..2000, failed=yes|no");
    *ret = (struct run_filter){.workspace = api_workspace(c),
                               .schedule = schedule[0] != '\0' ? schedule : NULL,
                               .failed = only_failed,
                               .max = (int32_t)most};
    return ok;
}

void api_runs(struct api_call *c)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    char schedule[NAME_MAX_BYTES + 1];
    struct run_filter filter;
    struct run_row *rows;
    int32_t count = 0;
    if (!run_filter(c, schedule, &filter) || !api_db(c))
        return;
    bool ok = read_runs(c->api->db, &filter, &arena, &rows, &count, &err);
    json_t *list = json_array();
    for (int32_t i = 0; ok && i < count; i++)
        json_array_append_new(list, run_json(&rows[i]));
    if (ok)
        api_json(c, 200, json_pack("{s:o}", "runs", list));
    else
        list_failed(c, list, &err);
    arena_done(&arena);
}
