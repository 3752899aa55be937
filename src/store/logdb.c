/* logdb.c - the process log: lines go into a bounded queue and one thread writes them.
 *
 * The idea: whoever logs pays for a copy and a lock, never for the disk. The writer wakes at most
 * ten times a second and commits all that has gathered; when it can't keep up, or the disk is full,
 * lines are dropped and counted, and the count is the next line that gets through. */
#include "store/logdb.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "db_inside.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    QUEUE_MAX = 4096,
    PAUSE_MS = 100,    /* between two commits */
    TRIM_EVERY = 2000, /* lines between two looks at the length of the log */
    RETRY_MS = 1000    /* after a commit that failed */
};

struct line {
    int64_t at_us;
    enum log_level level;
    char area[32];
    char *text; /* owned by the queue */
};

struct logdb {
    struct db *db; /* the writer's alone, once it runs */
    int32_t keep_lines;
    pthread_t writer;
    pthread_cond_t more;  /* something is queued, or the end */
    pthread_cond_t end;   /* the end: cuts the writer's pause short */
    pthread_mutex_t lock; /* guards all below */
    struct line queue[QUEUE_MAX];
    int32_t first, count;
    int64_t dropped; /* since the last commit */
    bool ending;
};

static const enum sql_id steps[] = {SQL_LOG_MAKE_1, SQL_LOG_MAKE_2, SQL_LOG_MAKE_3, SQL_LOG_MAKE_4,
                                    SQL_LOG_MAKE_5};

static const struct db_kind log_kind = {
    .area = "log",
    .missing = "the program makes it when it starts",
    .damaged = "it is moved aside and begun anew",
    .application_id = 0x61704C47,
    .synchronous = "PRAGMA synchronous = NORMAL",
    .version = 1,
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
};

/* --- the queue --- */

static void put(void *ctx, enum log_level level, const char *area, const char *text)
{
    struct logdb *l = ctx;
    char *copy = strdup(text);
    (void)pthread_mutex_lock(&l->lock); /* can't fail: a normal mutex, not held by this thread */
    if (copy == NULL || l->count == QUEUE_MAX || l->ending) {
        l->dropped++;
        free(copy);
    } else {
        struct line *line = &l->queue[(l->first + l->count++) % QUEUE_MAX];
        line->at_us = clock_now_us();
        line->level = level;
        line->text = copy;
        (void)str_copy(line->area, sizeof line->area, area); /* areas are short */
        (void)pthread_cond_signal(&l->more);                 /* can't fail */
    }
    (void)pthread_mutex_unlock(&l->lock); /* can't fail */
}

/* Takes what is queued out, in order; the texts are the caller's then. Returns how many. */
static int32_t take_all(struct logdb *l, struct line *lines, int64_t *ret_dropped)
{
    (void)pthread_mutex_lock(&l->lock); /* can't fail */
    int32_t n = l->count;
    for (int32_t i = 0; i < n; i++)
        lines[i] = l->queue[(l->first + i) % QUEUE_MAX];
    l->first = (l->first + n) % QUEUE_MAX;
    l->count = 0;
    *ret_dropped = l->dropped;
    l->dropped = 0;
    (void)pthread_mutex_unlock(&l->lock); /* can't fail */
    return n;
}

static void count_dropped(struct logdb *l, int64_t n)
{
    (void)pthread_mutex_lock(&l->lock); /* can't fail */
    l->dropped += n;
    (void)pthread_mutex_unlock(&l->lock); /* can't fail */
}

/* --- writing --- */

static bool write_line(struct logdb *l, const struct line *line, struct err *err)
{
    struct stmt *st = db_stmt(l->db, SQL_LOG_ADD);
    stmt_int(st, "$at", line->at_us);
    stmt_int(st, "$level", line->level);
    stmt_text(st, "$area", line->area);
    stmt_text(st, "$text", line->text);
    return db_run(st, NULL, err);
}

static bool write_dropped(struct logdb *l, int64_t dropped, struct err *err)
{
    char text[64];
    struct line line = {.at_us = clock_now_us(), .level = LOG_WARN, .area = "log", .text = text};
    if (dropped == 0)
        return true;
    (void)str_format(text, sizeof text, "%lld lines dropped", (long long)dropped); /* it fits */
    return write_line(l, &line, err);
}

static bool trim(struct logdb *l, struct err *err)
{
    struct stmt *st = db_stmt(l->db, SQL_LOG_TRIM);
    stmt_int(st, "$keep", l->keep_lines);
    return db_run(st, NULL, err);
}

static bool write_all(struct logdb *l, const struct line *lines, int32_t n, int64_t dropped,
                      bool trim_too)
{
    if (!db_begin(l->db, NULL))
        return false;
    bool ok = true;
    for (int32_t i = 0; ok && i < n; i++)
        ok = write_line(l, &lines[i], NULL);
    ok = ok && write_dropped(l, dropped, NULL) && (!trim_too || trim(l, NULL));
    FP("log_before_commit");
    if (ok)
        ok = db_commit(l->db, NULL);
    else
        db_rollback(l->db);
    FP("log_after_commit");
    return ok;
}

/* --- the thread --- */

static struct timespec from_now(int32_t ms)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at); /* can't fail */
    at.tv_nsec += ms % 1000 * 1000000L;
    at.tv_sec += ms / 1000 + at.tv_nsec / 1000000000L;
    at.tv_nsec %= 1000000000L;
    return at;
}

/* Waits for the first line, then a little for more. False: end now. */
static bool wait_for_lines(struct logdb *l, bool failed)
{
    (void)pthread_mutex_lock(&l->lock); /* can't fail */
    while (l->count == 0 && l->dropped == 0 && !l->ending)
        (void)pthread_cond_wait(&l->more, &l->lock); /* can't fail */
    struct timespec until = from_now(failed ? RETRY_MS : PAUSE_MS);
    int rc = 0;
    while (!l->ending && rc != ETIMEDOUT)
        rc = pthread_cond_timedwait(&l->end, &l->lock, &until);
    bool ending = l->ending;
    (void)pthread_mutex_unlock(&l->lock); /* can't fail */
    return !ending;
}

static void *writer(void *ctx)
{
    struct logdb *l = ctx;
    struct line *lines = calloc(QUEUE_MAX, sizeof *lines);
    bool more = lines != NULL, failed = false;
    int32_t since_trim = TRIM_EVERY;
    while (more) {
        int64_t dropped;
        more = wait_for_lines(l, failed);
        int32_t n = take_all(l, lines, &dropped);
        if (n == 0 && dropped == 0)
            continue;
        failed = !write_all(l, lines, n, dropped, since_trim >= TRIM_EVERY);
        since_trim = failed || since_trim >= TRIM_EVERY ? 0 : since_trim + n;
        if (failed)
            count_dropped(l, n + dropped);
        for (int32_t i = 0; i < n; i++)
            free(lines[i].text);
    }
    free(lines);
    return NULL;
}

/* --- opening and closing --- */

/* log.db -> log.db.damaged-UNIXTIME; what lies beside it belongs to it. */
static bool move_aside(const char *path, struct err *err)
{
    static const char *const ends[] = {"-wal", "-shm", ""};
    long long now = (long long)(clock_now_us() / US_PER_S);
    char from[FILE_PATH_MAX];
    char to[FILE_PATH_MAX];
    for (int i = 0; i < 3; i++) {
        if (!str_format(from, sizeof from, "%s%s", path, ends[i]) ||
            !str_format(to, sizeof to, "%s.damaged-%lld%s", path, now, ends[i]))
            return err_set(err, ERR_REFUSED, "log: the path %.80s... is too long", path);
        if (rename(from, to) != 0 && errno != ENOENT)
            return err_set(err, ERR_STOP, "log: %s is damaged and can't be moved to %s: %s", path,
                           to, strerror(errno));
    }
    return true;
}

/* Opens the file and looks whether it is whole; a log is small enough for that. */
static bool open_whole(const char *path, struct db **ret, bool *ret_damaged, struct err *err)
{
    bool whole = false;
    *ret_damaged = false;
    if (!db_open_kind(path, &log_kind, DB_CREATE, ret, ret_damaged, err))
        return false;
    bool ok = db_check_whole(*ret, &whole, err);
    if (whole)
        return true;
    *ret_damaged = ok || (*ret)->damaged;
    db_close(*ret);
    *ret = NULL;
    return ok ? err_set(err, ERR_STOP, "log: %s is damaged", path) : false;
}

static bool start(struct logdb *l, struct err *err)
{
    int rc = pthread_create(&l->writer, NULL, writer, l);
    return rc == 0 || err_set(err, ERR_STOP, "log: its thread can't be started: %s", strerror(rc));
}

static void destroy(struct logdb *l)
{
    for (int32_t i = 0; i < l->count; i++)
        free(l->queue[(l->first + i) % QUEUE_MAX].text);
    db_close(l->db);
    (void)pthread_cond_destroy(&l->more);  /* nobody waits any more */
    (void)pthread_cond_destroy(&l->end);   /* nobody waits any more */
    (void)pthread_mutex_destroy(&l->lock); /* nobody holds it any more */
    free(l);
}

bool logdb_open(const char *path, int32_t keep_lines, struct logdb **ret, struct err *err)
{
    struct logdb *l = calloc(1, sizeof *l);
    bool damaged;
    if (l == NULL)
        return err_set(err, ERR_STOP, "log: there is no memory for it");
    l->keep_lines = keep_lines;
    (void)pthread_mutex_init(&l->lock, NULL); /* can't fail with default attributes */
    (void)pthread_cond_init(&l->more, NULL);  /* can't fail with default attributes */
    pthread_condattr_t monotonic;
    (void)pthread_condattr_init(&monotonic);                      /* can't fail on Linux */
    (void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC); /* there is one */
    (void)pthread_cond_init(&l->end, &monotonic);                 /* can't fail on Linux */
    (void)pthread_condattr_destroy(&monotonic);                   /* can't fail on Linux */
    bool ok = open_whole(path, &l->db, &damaged, err);
    if (!ok && damaged)
        ok = move_aside(path, err) && open_whole(path, &l->db, &damaged, err);
    if (ok && start(l, err)) {
        *ret = l;
        return true;
    }
    destroy(l);
    return false;
}

void logdb_close(struct logdb *l)
{
    if (l == NULL)
        return;
    (void)pthread_mutex_lock(&l->lock); /* can't fail */
    l->ending = true;
    (void)pthread_cond_signal(&l->more);  /* can't fail */
    (void)pthread_cond_signal(&l->end);   /* can't fail */
    (void)pthread_mutex_unlock(&l->lock); /* can't fail */
    (void)pthread_join(l->writer, NULL);  /* it runs, and nobody else joins it */
    destroy(l);
}

struct log_sink logdb_sink(struct logdb *l, enum log_level threshold)
{
    return (struct log_sink){.line = put, .ctx = l, .threshold = threshold};
}
