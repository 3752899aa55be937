/* cmd_engine.c - autopilot engine: the engine without a terminal, log lines on stdout.
 *
 * The main thread owns stdout and the signals: TERM, INT and QUIT end it at a step boundary (jobs
 * that run keep running for whoever serves next), HUP reads the config again. */
#include "api.h"
#include "base/clock.h"
#include "base/notify.h"
#include "base/str.h"
#include "base/watch.h"
#include "commands.h"
#include "engine/engine.h"
#include "log_view.h"
#include "output.h"
#include "place.h"
#include "record.h"
#include "store/logdb.h"
#include "store/read_jobs.h"
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SUMMARY_ARENA_MAX = 32 << 20 };

struct serving {
    struct app *app;
    struct config config;
    struct logdb *log;
    struct log_sink sink;
    struct wire *wire;
    struct engine *engine;
    struct api *api;
    struct db *db;
    struct log_view view;
    struct watch watch;
    int signals; /* signalfd */
    struct notify manager;
};

static bool block_signals(int *ret_fd, struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGHUP);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return err_set(err, ERR_STOP, "engine: signals can't be blocked");
    *ret_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret_fd >= 0 || err_set(err, ERR_STOP, "engine: signalfd: %s", strerror(errno));
}

/* The record must be there before it is read; opening it for writing makes and migrates it. */
static bool prepare(struct serving *s, struct err *err)
{
    struct record r;
    char path[FILE_PATH_MAX];
    enum log_level level = LOG_INFO;
    if (!record_open(s->app, &r, err))
        return false;
    s->config = r.config;
    record_close(&r);
    (void)log_level_parse(s->config.settings.log_level,
                          &level); /* settings allow known names only */
    if (!place_file(s->app, PLACE_LOG, path, err) ||
        !logdb_open(path, s->config.settings.log_keep_lines, &s->log, err))
        return false;
    s->sink = logdb_sink(s->log, level);
    if (!record_read(s->app, &s->db, err))
        return false;
    s->view = (struct log_view){
        .app = s->app,
        .db = s->db,
        .filter = {.level = level, .mask = s->config.settings.console_mask_addresses},
    };
    return log_view_skip(&s->view, err);
}

static bool start(struct serving *s, struct err *err)
{
    static const char *const names[] = {PLACE_RECORD "-wal", PLACE_MIRROR "-wal", PLACE_LOG "-wal"};
    int64_t wait_us = US_PER_S;
    const char *wait = cli_value(s->app, "wait-lock");
    if (wait != NULL && !str_span_us(wait, &wait_us))
        return err_set(err, ERR_USAGE, "--wait-lock: \"%s\" is not a span (500ms, 10s, 2m)", wait);
    watch_init(&s->watch, s->app->data_dir, names, 3);
    if (!prepare(s, err) || !wire_new(s->app, &s->config, &s->sink, &s->wire, err))
        return false;
    wire_keep(s->wire);
    return engine_start(wire_plugs(s->wire), ENGINE_ROLE_SERVE, wait_us, NULL, &s->engine, err) &&
           api_start(s->app, &s->config, wire_plugs(s->wire), engine_desk(s->engine), &s->sink,
                     &s->api, err);
}

/* Handles what is pending; false when the engine shall end. */
static bool handle_signals(struct serving *s)
{
    struct signalfd_siginfo info;
    while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        struct command reload = {.kind = COMMAND_CONFIG_RELOAD};
        if (info.ssi_signo != SIGHUP)
            return false;
        (void)str_copy(reload.actor, sizeof reload.actor, s->app->actor); /* same size */
        if (!desk_submit(engine_desk(s->engine), &reload))
            log_line(&s->sink, LOG_WARN, "config",
                     "SIGHUP came while 64 commands wait; send it again");
    }
    struct reply ignored; /* what became of it is in the log and in the standing */
    while (desk_reply(engine_desk(s->engine), &ignored)) {
    }
    return true;
}

static bool serve(struct serving *s, struct err *err)
{
    bool until_idle = cli_given(s->app, "until-idle");
    struct wake *wake = engine_wake(s->engine);
    for (;;) {
        if (!s->app->quiet && !log_view_new(&s->view, err))
            return false;
        if (until_idle && engine_idle(s->engine))
            return true;
        struct pollfd p[3] = {{.fd = s->signals, .events = POLLIN},
                              {.fd = wake->fd, .events = POLLIN},
                              {.fd = s->watch.fd, .events = POLLIN}};
        if (engine_alive(s->engine))
            notify_alive(&s->manager, clock_boot_us());
        int timeout = s->watch.fd < 0 ? 1000 : until_idle ? 2000 : -1;
        if (poll(p, 3, notify_wait_ms(&s->manager, clock_boot_us(), timeout)) < 0 && errno != EINTR)
            return err_set(err, ERR_STOP, "engine: poll: %s", strerror(errno));
        wake_clear(wake);
        (void)watch_changed(&s->watch); /* only a hint that there are new lines */
        if (!handle_signals(s))
            return true;
    }
}

/* Trouble that is still there at the end (a damaged journal, a full disk) is how it ended. */
static bool check_standing(struct serving *s, struct err *err)
{
    struct engine_standing standing;
    desk_standing(engine_desk(s->engine), &standing);
    const char *trouble = standing.problem[0] != '\0' ? standing.problem : standing.config;
    return trouble[0] == '\0' || err_set(err, ERR_STOP, "%s", trouble);
}

static bool summary(struct serving *s, struct err *err)
{
    struct arena arena = arena_init(SUMMARY_ARENA_MAX);
    struct out_text t = {0};
    struct job_row *rows = NULL;
    int32_t count = 0;
    bool ok = read_jobs(s->db, NULL, clock_now_us(), &arena, &rows, &count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        const struct job_row *j = &rows[i];
        if (j->state == JOB_FAILED)
            s->app->exit_status = 1;
        if (!s->app->quiet && !s->app->json)
            out_print("%s: %s, %lld letters in cycle %d, %lld in all; %lld deferred, %lld held, "
                      "%lld in doubt%s%s%s\n",
                      out_safe(&t, j->name), job_state_name(j->state), (long long)j->cycle_sent,
                      j->cycle, (long long)j->total_sent, (long long)j->deferred,
                      (long long)j->held, (long long)j->in_doubt,
                      j->wait_until_us > 0 ? "; waits for its next cycle" : "",
                      j->error[0] ? ": " : "", out_safe(&t, j->error));
    }
    arena_done(&arena);
    return ok;
}

bool cmd_engine(struct app *app, struct err *err)
{
    struct serving s = {.app = app, .signals = -1, .watch = {.fd = -1}, .manager = {.fd = -1}};
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "engine: it can't serve with --read-only");
    bool ok = block_signals(&s.signals, err) && start(&s, err);
    notify_open(&s.manager);
    if (ok)
        notify_send(&s.manager, "READY=1");
    ok = ok && serve(&s, err);
    notify_send(&s.manager, "STOPPING=1");
    struct err trouble = {0};
    bool well = !ok || check_standing(&s, &trouble);
    api_stop(s.api);
    if (s.engine != NULL)
        engine_stop(s.engine);
    if (ok && !app->quiet)
        ok = log_view_new(&s.view, err);
    if (ok && cli_given(app, "until-idle"))
        ok = summary(&s, err);
    if (ok && !well)
        ok = err_set(err, trouble.kind, "%s", trouble.text);
    engine_free(s.engine);
    wire_free(s.wire);
    db_close(s.db);
    logdb_close(s.log);
    watch_done(&s.watch);
    notify_close(&s.manager);
    if (s.signals >= 0)
        (void)close(s.signals); /* the process ends */
    return ok;
}
