/* cmd_console.c - autopilot without a sub-command: the console, with an engine inside unless one
 * already serves; and what becomes of the work when the console ends. */
#include "api.h"
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "engine/engine.h"
#include "output.h"
#include "place.h"
#include "record.h"
#include "shared.h"
#include "store/logdb.h"
#include "store/read_jobs.h"
#include "ui/console.h"
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LEAVE_LIMIT_MS = 900, STOP_LIMIT_MS = 5000, STOP_ARENA_MAX = 32 << 20 };

struct console_app {
    struct app *app;
    struct config config;
    struct logdb *log;
    struct log_sink sink;
    struct wire *wire;
    struct wake wake;
    struct engine *engine;
    struct api *api;
    struct zones *zones; /* of the console's thread */
};

/* Called when the first frame is on the screen. */
static bool begin(void *ctx, struct desk **ret, struct err *err)
{
    struct console_app *c = ctx;
    enum engine_role role = c->app->read_only ? ENGINE_ROLE_DESK : ENGINE_ROLE_ATTACH;
    if (!engine_start(wire_plugs(c->wire), role, 0, &c->wake, &c->engine, err))
        return false;
    *ret = engine_desk(c->engine);
    return c->app->read_only ||
           api_start(c->app, &c->config, wire_plugs(c->wire), *ret, &c->sink, &c->api, err);
}

static void settings_now(void *ctx, struct settings *ret)
{
    struct console_app *c = ctx;
    const struct engine_plugs *plugs = wire_plugs(c->wire);
    plugs->settings(plugs->ctx, ret);
}

static bool zone_named(void *ctx, const char *name, const struct zone **ret, struct err *err)
{
    struct console_app *c = ctx;
    const struct engine_plugs *plugs = wire_plugs(c->wire);
    return (c->zones != NULL || plugs->zones(plugs->ctx, &c->zones, err)) &&
           c->zones->ops->get(c->zones, name, ret, err);
}

/* Is this process the one that works? */
static bool works_here(const struct console_app *c)
{
    struct engine_standing standing;
    if (c->engine == NULL || c->app->read_only)
        return false;
    desk_standing(engine_desk(c->engine), &standing);
    return standing.where == ENGINE_HERE;
}

/* Jobs that want to run, as the record has them; -1 when it can't be read. */
static int32_t jobs_running(const struct console_app *c)
{
    struct arena arena = arena_init(STOP_ARENA_MAX);
    struct db *db = NULL;
    struct job_row *rows = NULL;
    int32_t count = 0;
    int32_t running = 0;
    bool ok = record_read(c->app, &db, NULL) &&
              read_jobs(db, NULL, clock_now_us(), &arena, &rows, &count, NULL);
    for (int32_t i = 0; ok && i < count; i++)
        running += rows[i].state == JOB_RUNNING;
    db_close(db);
    arena_done(&arena);
    return ok ? running : -1;
}

/* In the grandchild: a session of its own, nothing of the terminal left. */
static void become_engine(const struct console_app *c)
{
    sigset_t none;
    int null_fd = open("/dev/null", O_RDWR);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL); /* exec keeps the mask: the engine sets its own */
    for (int fd = 0; fd <= 2 && null_fd >= 0; fd++)
        (void)dup2(null_fd, fd); /* at worst the old one stays */
    /* A config file that is named must be there; one that never was is not named. */
    bool named = cli_given(c->app, "config") || file_exists(c->app->config_path);
    int failed =
        named ? execl("/proc/self/exe", "autopilot", "--data", c->app->data_dir, "--config",
                      c->app->config_path, "engine", "--quiet", "--wait-lock", "30s", (char *)NULL)
              : execl("/proc/self/exe", "autopilot", "--data", c->app->data_dir, "engine",
                      "--quiet", "--wait-lock", "30s", (char *)NULL);
    _exit(failed != 0 ? 127 : 0); /* it only comes back when it failed */
}

/* Starts `autopilot engine` beside this process: it waits for the engine lock, which is freed when
 * this process comes to rest at a step boundary. */
static void hand_over(const struct console_app *c)
{
    pid_t child = fork();
    if (child == 0) {
        (void)setsid(); /* a forked child is no group leader: it can't fail */
        if (fork() == 0)
            become_engine(c);
        _exit(0);
    }
    if (child > 0)
        (void)waitpid(child, NULL, 0); /* it ends at once */
}

static void last_resort(void *ctx, enum console_end end)
{
    struct console_app *c = ctx;
    bool go_on = end == CONSOLE_QUIT_KEEP_WORKING ||
                 (end == CONSOLE_HANGUP && c->config.settings.on_hangup == HANGUP_CONTINUE);
    if (go_on && works_here(c) && jobs_running(c) > 0)
        hand_over(c);
}

/* The process ends in time, whatever a lane is waiting for: a crash is a stop that nobody ordered,
 * and whoever serves next settles it. */
static void *end_in_time(void *arg)
{
    (void)arg; /* there is nothing to know */
    struct timespec t = {.tv_sec = LEAVE_LIMIT_MS / 1000,
                         .tv_nsec = LEAVE_LIMIT_MS % 1000 * 1000000L};
    (void)nanosleep(&t, NULL); /* signals are blocked: it sleeps to the end */
    _exit(0);
}

static void leave_within_limit(void)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, end_in_time, NULL) == 0)
        (void)pthread_detach(thread); /* nobody waits for it */
}

static bool stop_one(struct console_app *c, struct authority *a, const struct job_row *j)
{
    struct settings settings;
    struct reply reply = {0};
    struct command stop = {.kind = COMMAND_JOB_STOP};
    settings_now(c, &settings);
    (void)str_copy(stop.workspace, sizeof stop.workspace, j->workspace); /* stored names fit */
    (void)str_copy(stop.target, sizeof stop.target, j->name);            /* likewise */
    (void)str_copy(stop.actor, sizeof stop.actor, c->app->actor);        /* same size */
    desk_carry_out(a, &settings, &stop, &reply);
    return reply.ok;
}

/* Stops every running job and waits until its lane has come to rest at its exact point. */
static bool stop_jobs(struct console_app *c, struct err *err)
{
    struct arena arena = arena_init(STOP_ARENA_MAX);
    struct record r = {0};
    struct db *db = NULL;
    struct job_row *rows = NULL;
    int32_t count = 0;
    bool ok = record_open_to_stop(c->app, &r, err) && record_read(c->app, &db, err) &&
              read_jobs(db, NULL, clock_now_us(), &arena, &rows, &count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        if (rows[i].state == JOB_RUNNING)
            ok = stop_one(c, r.authority, &rows[i]);
    }
    int64_t deadline = clock_boot_us() + STOP_LIMIT_MS * US_PER_MS;
    struct wake *changed = engine_wake(c->engine);
    while (ok && jobs_running(c) > 0 && clock_boot_us() < deadline) {
        int64_t look = clock_boot_us() + 50 * US_PER_MS;
        (void)wake_wait(changed, look < deadline ? look : deadline); /* woken or not: look again */
    }
    db_close(db);
    record_close(&r);
    arena_done(&arena);
    return ok;
}

static bool leave(struct console_app *c, enum console_end end, struct err *err)
{
    bool hangup = end == CONSOLE_HANGUP;
    bool go_on = end == CONSOLE_QUIT_KEEP_WORKING ||
                 (hangup && c->config.settings.on_hangup == HANGUP_CONTINUE);
    if (end == CONSOLE_QUIT_STOP_JOBS && works_here(c))
        return stop_jobs(c, err);
    if (go_on && works_here(c) && jobs_running(c) > 0)
        hand_over(c);
    if (hangup || go_on)
        leave_within_limit();
    return true;
}

static bool open_parts(struct console_app *c, struct err *err)
{
    char path[FILE_PATH_MAX];
    enum log_level level = LOG_INFO;
    struct record r;
    if (c->app->read_only) {
        if (!config_read(c->app->config_path, cli_given(c->app, "config"), &c->config, err))
            return false;
    } else {
        if (!record_open(c->app, &r, err))
            return false;
        c->config = r.config;
        record_close(&r);
        if (!place_file(c->app, PLACE_LOG, path, err) ||
            !logdb_open(path, c->config.settings.log_keep_lines, &c->log, err))
            return false;
        (void)log_level_parse(c->config.settings.log_level, &level); /* only known names get in */
        c->sink = logdb_sink(c->log, level);
    }
    if (!wake_init(&c->wake, err) || !wire_new(c->app, &c->config, &c->sink, &c->wire, err))
        return false;
    if (!c->app->read_only)
        wire_keep(c->wire);
    return true;
}

bool cmd_console(struct app *app, struct err *err)
{
    struct console_app c = {.app = app, .wake = {.fd = -1}};
    char record[FILE_PATH_MAX];
    char log[FILE_PATH_MAX];
    enum console_end end = CONSOLE_QUIT;
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return err_set(err, ERR_USAGE,
                       "the console needs a terminal; without one use `autopilot engine`, "
                       "`autopilot status`, `autopilot log` (autopilot --help)");
    console_block_signals();
    bool ok = open_parts(&c, err) &&
              place_file(app, shared_file(&c.config.settings), record, err) &&
              place_file(app, PLACE_LOG, log, err);
    if (ok) {
        struct console_options options = {
            .record_path = record,
            .log_path = log,
            .config_path = app->config_path,
            .data_dir = app->data_dir,
            .workspace = app->workspace,
            .actor = app->actor,
            .host = app->host,
            .read_only = app->read_only,
            .wake = &c.wake,
            .log = &c.sink,
            .ctx = &c,
            .begin = begin,
            .settings = settings_now,
            .zone = zone_named,
            .last_resort = last_resort,
        };
        ok = console_run(&options, &end, err);
    }
    if (ok && c.engine != NULL)
        ok = leave(&c, end, err);
    api_stop(c.api);
    if (c.engine != NULL)
        engine_stop(c.engine);
    engine_free(c.engine);
    if (c.zones != NULL)
        c.zones->ops->free(c.zones);
    wire_free(c.wire);
    logdb_close(c.log);
    if (c.wake.fd >= 0)
        wake_done(&c.wake);
    return ok;
}
