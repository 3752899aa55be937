/* api_control.c - what is asked with POST: commands, handed in as a sub-command would. */
#include "api_work.h"
#include "base/clock.h"
#include "base/str.h"
#include "engine/desk.h"
#include "output.h"
#include "store/read_jobs.h"
#include "store/read_schedules.h"

/* The body is empty, or a JSON object with nothing but what `allowed` (NULL: nothing) names. A new
 * reference; NULL: the answer is given. */
static json_t *read_body(struct api_call *c, const char *allowed)
{
    const struct http_asked *q = c->asked;
    if (q->body_len == 0)
        return json_object();
    if (!str_equal(q->type, "application/json")) {
        api_error(c, 415, "not_json", "the body's Content-Type is not application/json",
                  "send a JSON object, or nothing");
        return NULL;
    }
    json_t *body = json_loadb(q->body, q->body_len, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(body);
    const char *key;
    json_t *value;
    json_object_foreach(body, key, value) ok =
        ok && allowed != NULL && str_equal(key, allowed) && json_is_boolean(value);
    if (ok)
        return body;
    json_decref(body);
    api_error(c, 400, "bad_body", "the body is no JSON object of what is known here",
              allowed != NULL ? "{\"test\": true} is known" : "send {} or nothing");
    return NULL;
}

static bool open_clock(struct api *a, struct err *err)
{
    return a->clock != NULL || a->plugs->clock(a->plugs->ctx, &a->wake, &a->clock, err);
}

bool api_authority(struct api *a, struct err *err)
{
    return a->authority != NULL ||
           (open_clock(a, err) && a->plugs->authority(a->plugs->ctx, a->clock, &a->authority, err));
}

static bool open_agenda(struct api *a, struct err *err)
{
    return open_clock(a, err) &&
           (a->agenda != NULL || a->plugs->agenda(a->plugs->ctx, a->clock, &a->agenda, err)) &&
           (a->zones != NULL || a->plugs->zones(a->plugs->ctx, &a->zones, err));
}

void api_close_record(struct api *a)
{
    if (a->authority != NULL)
        a->authority->ops->free(a->authority);
    if (a->agenda != NULL)
        a->agenda->ops->free(a->agenda);
    if (a->zones != NULL)
        a->zones->ops->free(a->zones);
    if (a->clock != NULL)
        a->plugs->clock_free(a->plugs->ctx, a->clock);
    db_close(a->db);
    a->authority = NULL;
    a->agenda = NULL;
    a->zones = NULL;
    a->clock = NULL;
    a->db = NULL;
}

static void say_reply(struct api_call *c, const struct reply *reply)
{
    if (reply->ok)
        api_json(c, 200,
                 json_pack("{s:b, s:b, s:o}", "ok", 1, "changed", (int)reply->changed, "message",
                           json_text(reply->text)));
    else if (reply->untold)
        api_error(c, 503, "record_unreachable", reply->text,
                  "nobody knows whether it was done: look at it before asking again");
    else
        api_error(c, 409, "refused", reply->text, "the sentence says what to do");
}

static void log_command(const struct api_call *c, const struct reply *reply)
{
    log_line(c->api->log, LOG_INFO, "api", "%s asked to %s \"%s\": %s", c->actor, c->verb, c->name,
             reply->text);
}

static void fill_in(struct api_call *c, const char *workspace, struct command *command)
{
    (void)str_copy(command->workspace, sizeof command->workspace, workspace); /* stored: it fits */
    (void)str_copy(command->target, sizeof command->target, c->name);         /* same size */
    (void)str_copy(command->actor, sizeof command->actor, c->actor);          /* same size */
}

/* --- jobs --- */

static enum command_kind job_kind(const char *verb)
{
    return str_equal(verb, "start")   ? COMMAND_JOB_START
           : str_equal(verb, "pause") ? COMMAND_JOB_PAUSE
           : str_equal(verb, "stop")  ? COMMAND_JOB_STOP
                                      : COMMAND_JOB_RESUME;
}

/* In which workspace the job is; false: the answer is given. */
static bool find_job(struct api_call *c, struct command *command)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct job_row *row;
    if (!api_db(c))
        return false;
    bool ok = read_job(c->api->db, api_workspace(c), c->name, clock_now_us(), &arena, &row, &err);
    if (ok)
        fill_in(c, row->workspace, command);
    else
        api_failed(c, &err);
    arena_done(&arena);
    return ok;
}

void api_job_control(struct api_call *c)
{
    struct err err = {0};
    struct reply reply;
    struct settings settings;
    struct api *a = c->api;
    struct command command = {.kind = job_kind(c->verb)};
    json_t *body = read_body(c, NULL);
    if (body == NULL)
        return;
    json_decref(body);
    if (!find_job(c, &command))
        return;
    if (!api_authority(a, &err)) {
        api_failed(c, &err);
        return;
    }
    a->plugs->settings(a->plugs->ctx, &settings);
    desk_carry_out(a->authority, &settings, &command, &reply);
    api_forget(a);
    log_command(c, &reply);
    say_reply(c, &reply);
}

/* --- schedules --- */

static bool find_schedule(struct api_call *c, struct command *command)
{
    struct err err = {0};
    struct arena arena = arena_init(API_ARENA_MAX);
    struct schedule_row *rows;
    int32_t count = 0;
    if (!api_db(c))
        return false;
    bool ok = read_schedules(c->api->db, api_workspace(c), c->name, &arena, &rows, &count, &err);
    if (!ok)
        api_failed(c, &err);
    else if (count == 0)
        api_error(c, 404, "not_found", "there is no such schedule", "GET /v1/schedules lists them");
    else if (count > 1)
        api_error(c, 409, "ambiguous", "several workspaces have a schedule of this name",
                  "add ?workspace=NAME");
    else
        fill_in(c, rows[0].workspace, command);
    arena_done(&arena);
    return ok && count == 1;
}

void api_schedule_run(struct api_call *c)
{
    struct err err = {0};
    struct reply reply;
    struct settings settings;
    struct api *a = c->api;
    struct command command = {.kind = COMMAND_SCHEDULE_RUN};
    json_t *body = read_body(c, "test");
    if (body == NULL)
        return;
    if (json_is_true(json_object_get(body, "test")))
        command.kind = COMMAND_SCHEDULE_TEST;
    json_decref(body);
    if (!find_schedule(c, &command))
        return;
    if (!open_agenda(a, &err)) {
        api_failed(c, &err);
        return;
    }
    a->plugs->settings(a->plugs->ctx, &settings);
    struct agenda_rules rules = {.admins = settings.engine_admins,
                                 .create_per_hour = settings.create_per_hour,
                                 .run_per_hour = settings.run_per_hour};
    a->agenda->ops->rules(a->agenda, &rules);
    desk_carry_out_schedule(a->agenda, a->zones, clock_now_us(), &command, &reply);
    rules.admins = "";
    a->agenda->ops->rules(a->agenda, &rules); /* the names above end with this call */
    api_forget(a);
    log_command(c, &reply);
    say_reply(c, &reply);
}
