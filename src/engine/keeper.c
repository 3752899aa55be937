/* keeper.c - the thread that gets the data directory, makes it ready, and then watches files.
 *
 * The idea: the order after a start never changes: lock, journal, hello, settle, then lanes; so no
 * letter of an earlier life is open when a new one is claimed. Afterwards this is the only thread
 * that notices changes on disk; it wakes those whom they concern, so all others just sleep. */
#include "engine_work.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/log.h"
#include "base/str.h"
#include "base/watch.h"
#include "engine/settle.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define LOCK_EVERY_US (2 * US_PER_S) /* an attached console looks whether it may serve */
#define SLOW_US US_PER_S             /* a commit that takes longer is seen by the poll alone */
#define COALESCE_US (40 * US_PER_MS) /* changes of the record are passed on 25 times a second */
#define CONFIG_QUIET_US (100 * US_PER_MS) /* editors write a file in several steps */
#define RETRY_FIRST_US (1 * US_PER_S)
#define RETRY_MOST_US (30 * US_PER_S)
#define BLIND_US (1 * US_PER_S) /* without inotify files are looked at once a second */

struct keeper {
    struct engine *e;
    struct clock_port *clock;
    struct watch record;
    struct watch config;
    bool ready;   /* lock taken and lanes started, or HOLD */
    bool counted; /* journal_start was done */
    bool hold;    /* the journal is damaged */
    int64_t generation;
    int64_t try_us;    /* boot time of the next try to serve */
    int64_t retry_us;  /* the pause after a failed one */
    int64_t again_us;  /* boot time of one more look after the last change; 0 none */
    int64_t last_us;   /* and of the last such look */
    int64_t quiet_us;  /* boot time until which changes of the record are only gathered; 0 none */
    int64_t reload_us; /* boot time at which the config is read; 0 not */
    char noted[ERR_TEXT_MAX]; /* the refusal of the config that stands in the lock's note */
};

static int64_t boot_now(const struct keeper *k)
{
    return k->clock->ops->boot_us(k->clock);
}

static void say(struct engine *e, enum engine_where where, long pid, const char *problem)
{
    engine_hold(e);
    e->where = where;
    e->pid = pid;
    (void)str_copy(e->problem, sizeof e->problem, problem); /* same size */
    engine_let_go(e);
    engine_publish(e);
}

/* --- getting ready -------------------------------------------------------------------------- */

/* Own letters of an earlier life are settled through a set of ports that only settling needs. */
static bool settle_all(struct keeper *k, struct authority *a, struct journal *j, struct err *err)
{
    const struct engine_plugs *p = &k->e->plugs;
    struct settings settings;
    struct settle_sum sum = {0};
    struct lane_ports ports = {.authority = a, .journal = j, .clock = k->clock, .engine = k->e->id};
    p->settings(p->ctx, &settings);
    if (!p->mail(p->ctx, &settings, &ports.mail, err))
        return false;
    bool ok = replay_if_behind(&ports, err) && settle_run(&ports, NULL, &sum, err);
    ports.mail->ops->free(ports.mail);
    if (ok && sum.seen > 0)
        log_line(p->log, LOG_INFO, "engine",
                 "settled letters of the last run: seen=%" PRId32 " released=%" PRId32
                 " delivered=%" PRId32 " in_doubt=%" PRId32,
                 sum.seen, sum.released, sum.delivered, sum.in_doubt);
    return ok;
}

static bool greet(struct keeper *k, struct authority *a, struct journal *j, struct err *err)
{
    const struct engine_plugs *p = &k->e->plugs;
    if (!k->counted && !journal_start(j, &k->generation, err))
        return false;
    k->counted = true;
    k->e->generation = k->generation;
    FP("engine_after_journal_start");
    struct engine_card card = {.id = k->e->id,
                               .journal_gen = k->generation,
                               .host = p->host,
                               .pid = (int64_t)getpid(),
                               .version = p->version};
    if (!a->ops->hello(a, &card, err))
        return false;
    FP("engine_after_hello");
    if (!settle_all(k, a, j, err))
        return false;
    FP("engine_after_settle");
    return true;
}

static bool prepare(struct keeper *k, struct err *err)
{
    const struct engine_plugs *p = &k->e->plugs;
    struct authority *a = NULL;
    struct journal *j = NULL;
    bool ok = p->journal(p->ctx, &j, err);
    if (!ok && err->kind == ERR_STOP) { /* damaged: only a person may decide what is true */
        k->hold = true;
        return false;
    }
    if (ok) {
        k->e->id = journal_engine(j);
        ok = p->authority(p->ctx, k->clock, &a, err) && greet(k, a, j, err);
    }
    if (a != NULL)
        a->ops->free(a);
    journal_close(j);
    return ok;
}

static bool start_lane(struct engine *e, int32_t i, struct err *err)
{
    struct lane_thread *t = &e->lane[i];
    t->engine = e;
    t->idle_at = -1;
    if (!wake_init(&t->wake, err))
        return false;
    int failed = pthread_create(&t->thread, NULL, lane_thread_main, t);
    t->running = failed == 0;
    if (!t->running)
        wake_done(&t->wake);
    return t->running ||
           err_set(err, ERR_STOP, "engine: starting a lane's thread failed: %s", strerror(failed));
}

/* The thread that deals with schedules; report lanes are started when they are called. */
static bool start_agenda(struct engine *e, struct err *err)
{
    struct agenda_thread *t = &e->agenda;
    if (e->plugs.agenda == NULL)
        return true;
    t->engine = e;
    t->idle_at = -1;
    t->alive_until_us = INT64_MAX; /* until its first look */
    if (!pool_thread_start(e, err) || !delivery_thread_start(e, err) || !wake_init(&t->wake, err))
        return false;
    int failed = pthread_create(&t->thread, NULL, agenda_thread_main, t);
    engine_hold(e);
    t->running = failed == 0;
    engine_let_go(e);
    return failed == 0 || err_set(err, ERR_STOP, "engine: starting the agenda's thread failed: %s",
                                  strerror(failed));
}

/* As many lanes as the settings ask for; fewer is better than none. */
static bool start_lanes(struct engine *e, struct err *err)
{
    struct settings settings;
    e->plugs.settings(e->plugs.ctx, &settings);
    int32_t want = settings.job_lanes < LANES_MAX ? settings.job_lanes : LANES_MAX;
    for (int32_t i = 0; i < want; i++) {
        struct err why = {0};
        if (!start_lane(e, i, &why)) {
            log_line(e->plugs.log, LOG_ERROR, "engine", "%s", why.text);
            return i > 0 || err_set(err, why.kind, "%s", why.text);
        }
        engine_hold(e);
        e->lanes = i + 1;
        e->serving = true;
        engine_let_go(e);
    }
    return true;
}

/* A try that failed: once more after a while, longer each time. */
static void try_later(struct keeper *k, const struct err *why)
{
    struct engine *e = k->e;
    engine_hold(e);
    bool news = !str_equal(e->problem, why->text);
    engine_let_go(e);
    if (news)
        log_line(e->plugs.log, LOG_ERROR, "engine", "%s%s", k->hold ? "HOLD: " : "", why->text);
    say(e, ENGINE_HERE, (long)getpid(), why->text);
    engine_hold(e); /* only now, when the reason can be read, does it count as idle */
    e->held = k->hold;
    e->failures++;
    engine_let_go(e);
    engine_publish(e);
    k->ready = k->hold;
    k->try_us = boot_now(k) + k->retry_us;
    k->retry_us = k->retry_us * 2 < RETRY_MOST_US ? k->retry_us * 2 : RETRY_MOST_US;
}

/* Tries to become the one that serves. */
static void try_to_serve(struct keeper *k)
{
    struct engine *e = k->e;
    struct err err = {0};
    long pid = 0;
    k->try_us = boot_now(k) + LOCK_EVERY_US;
    if (e->lock_fd < 0 && (e->role == ENGINE_ROLE_DESK || engine_served(e->plugs.data_dir, &pid))) {
        bool served = pid != 0 || engine_served(e->plugs.data_dir, &pid);
        say(e, served ? ENGINE_ELSEWHERE : ENGINE_NOWHERE, pid, "");
        return;
    }
    if (e->lock_fd < 0 && !serve_lock_take(e->plugs.data_dir, 0, &e->lock_fd, &err)) {
        say(e, ENGINE_NOWHERE, 0, err.kind == ERR_CONFLICT ? "" : err.text);
        return;
    }
    if (!prepare(k, &err) || !start_agenda(e, &err) || !start_lanes(e, &err)) {
        try_later(k, &err);
        return;
    }
    k->ready = true;
    engine_hold(e);
    e->failures = 0;
    engine_let_go(e);
    log_line(e->plugs.log, LOG_INFO, "engine", "serving lanes=%" PRId32, e->lanes);
    say(e, ENGINE_HERE, (long)getpid(), "");
}

/* --- watching ------------------------------------------------------------------------------- */

static void watch_files(struct keeper *k)
{
    char dir[FILE_PATH_MAX], wal[FILE_PATH_MAX];
    const struct engine_plugs *p = &k->e->plugs;
    const char *record_names[] = {wal};
    (void)str_format(wal, sizeof wal, "%s-wal", p->record_file); /* ours: it fits */
    watch_init(&k->record, p->data_dir, record_names, 1);
    k->config = (struct watch){.fd = -1};
    if (p->config_path == NULL)
        return;
    const char *slash = strrchr(p->config_path, '/');
    const char *config_names[] = {slash != NULL ? slash + 1 : p->config_path};
    file_dir_of(dir, p->config_path);
    watch_init(&k->config, dir, config_names, 1);
}

/* Passes changes on: the first at once, those that follow 40 ms later, all together. A commit is
 * written first and can be read only when the disk has it: so there is a look 40 and 400 ms
 * after the last change too. */
static void note_changes(struct keeper *k, int64_t boot_us)
{
    if (k->quiet_us != 0 && boot_us >= k->quiet_us)
        k->quiet_us = 0;
    if (k->quiet_us == 0 && (watch_changed(&k->record) || k->record.fd < 0)) {
        k->quiet_us = k->again_us = boot_us + COALESCE_US;
        k->last_us = boot_us + SLOW_US;
        engine_changed(k->e);
    } else if (k->again_us != 0 && boot_us >= k->again_us) {
        k->again_us = k->again_us < k->last_us ? k->last_us : 0;
        engine_changed(k->e);
    }
    if (watch_changed(&k->config))
        k->reload_us = boot_us + CONFIG_QUIET_US;
    if (k->reload_us != 0 && boot_us >= k->reload_us) {
        struct err why = {0};
        k->reload_us = 0;
        bool ok = k->e->plugs.reload(k->e->plugs.ctx, &why);
        engine_config(k->e, ok ? NULL : &why);
    }
}

/* Whoever asks how this engine is reads it in the lock's note (engine_served_by). */
static void note_config(struct keeper *k)
{
    char now[ERR_TEXT_MAX];
    engine_hold(k->e);
    (void)str_copy(now, sizeof now, k->e->config_problem); /* same size */
    engine_let_go(k->e);
    if (k->e->lock_fd < 0 || str_equal(now, k->noted))
        return;
    if (serve_lock_note(k->e->lock_fd, now))
        (void)str_copy(k->noted, sizeof k->noted, now); /* same size */
}

static int64_t sooner(int64_t a, int64_t b)
{
    return b != 0 && b < a ? b : a;
}

/* Sleeps until a file changes, somebody wakes the keeper, or something is due. */
static void sleep_until_news(struct keeper *k)
{
    int64_t boot_us = boot_now(k);
    int64_t until_us = boot_us + 60 * US_PER_S; /* poll does not count suspend: look sometimes */
    if (!k->ready)
        until_us = sooner(until_us, k->try_us);
    until_us = sooner(until_us, k->quiet_us);
    until_us = sooner(until_us, k->again_us);
    until_us = sooner(until_us, k->reload_us);
    if (k->record.fd < 0 && k->ready)
        until_us = sooner(until_us, boot_us + BLIND_US);
    struct pollfd fds[3] = {{.fd = k->e->keeper.fd, .events = POLLIN},
                            {.fd = k->quiet_us != 0 ? -1 : k->record.fd, .events = POLLIN},
                            {.fd = k->config.fd, .events = POLLIN}};
    int64_t left_us = until_us > boot_us ? until_us - boot_us : 0;
    (void)poll(fds, 3, (int)((left_us + US_PER_MS - 1) / US_PER_MS)); /* the loop looks why */
    wake_clear(&k->e->keeper);
}

void *keeper_main(void *arg)
{
    struct keeper k = {.e = arg, .retry_us = RETRY_FIRST_US};
    const struct engine_plugs *p = &k.e->plugs;
    struct err err = {0};
    if (!p->clock(p->ctx, &k.e->keeper, &k.clock, &err)) {
        say(k.e, ENGINE_NOWHERE, 0, err.text);
        return NULL;
    }
    watch_files(&k);
    while (!wake_cancelled(&k.e->keeper)) {
        if (!k.ready && boot_now(&k) >= k.try_us)
            try_to_serve(&k);
        note_changes(&k, boot_now(&k));
        note_config(&k);
        sleep_until_news(&k);
    }
    watch_done(&k.record);
    watch_done(&k.config);
    p->clock_free(p->ctx, k.clock);
    return NULL;
}
