/* api_work.h - what the parts of the control API share. Cupboard of api*.c. All of it belongs to
 * the API's thread. */
#ifndef APP_API_WORK_H
#define APP_API_WORK_H

#include "adapter/api_tokens.h"
#include "adapter/http_server.h"
#include "api.h"
#include "base/arena.h"
#include "base/quota.h"
#include "base/watch.h"
#include "place.h"
#include "store/db.h"

#include <jansson.h>
#include <pthread.h>

enum { API_KEPT = 16, API_ARENA_MAX = 64 << 20, API_CODES = 600 };

/* An answer that is given again for a moment: however often somebody asks, the record is read a
 * few times a second. */
struct api_kept {
    char path[256]; /* with its query; "" free */
    int64_t until_us;
    char *text;
    size_t len;
    const char *type;
};

struct api {
    struct app app; /* a copy */
    struct settings settings;
    const struct engine_plugs *plugs;
    struct desk *desk;
    const struct log_sink *log;
    pthread_t thread;
    struct wake wake;
    int retry_ms;
    struct http_server *server; /* NULL: it does not listen (yet) */
    char complained[ERR_TEXT_MAX];
    char tokens_path[FILE_PATH_MAX];
    struct api_tokens tokens;
    struct quota quota;
    struct api_kept kept[API_KEPT];
    int next_kept;
    int64_t answered[API_CODES];
    /* Of the record: opened when they are first needed. */
    struct db *db;
    struct clock_port *clock;
    struct authority *authority;
    struct agenda *agenda;
    struct zones *zones;
    struct watch watch;
};

/* One request on its way. */
struct api_call {
    struct api *api;
    const struct http_asked *asked;
    struct http_answer *answer;
    char actor[NAME_MAX_BYTES + 1]; /* api:NAME; "" nobody */
    char name[NAME_MAX_BYTES + 1];  /* of the path, decoded */
    char workspace[NAME_MAX_BYTES + 1];
    const char *verb; /* static: what is asked of it */
};

/* The answers. `code` is for programs, the sentence for people, `hint` says what to do. */
void api_error(struct api_call *c, int status, const char *code, const char *message,
               const char *hint);
/* What an err means to who asked: 404 for what is refused when it was looked up. */
void api_failed(struct api_call *c, const struct err *err);
/* Takes the reference; NULL: out of memory. */
void api_json(struct api_call *c, int status, json_t *value);
/* Reads the record, opening it when needed. False: the answer is given. */
bool api_db(struct api_call *c);
/* The workspace of the query, NULL: none was named. */
const char *api_workspace(const struct api_call *c);
/* What was kept is not given again: something changed. */
void api_forget(struct api *api);
/* Opens what commands about jobs and addresses go to. */
bool api_authority(struct api *api, struct err *err);
void api_close_record(struct api *api);

void api_answer(void *ctx, const struct http_asked *asked, struct http_answer *ret);
void api_refuse(void *ctx, int status, struct http_answer *ret);

/* The end points. */
void api_health(struct api_call *c);
void api_status(struct api_call *c);
void api_jobs(struct api_call *c);
void api_job(struct api_call *c);
void api_schedules(struct api_call *c);
void api_runs(struct api_call *c);
void api_metrics(struct api_call *c);
void api_events(struct api_call *c);
void api_job_control(struct api_call *c);
void api_schedule_run(struct api_call *c);
void api_leave(struct api_call *c); /* unsubscribe: GET shows, POST does */

#endif
