/* fp.c - failpoints of the test build; an empty file otherwise. The idea: a crash test names the
 * exact line before or after which the process dies, instead of hoping that a random kill finds it.
 *
 * This is the one place with file-scope state: a failpoint is a property of the process and must
 * be reachable from any function without being passed in. It is not in the program that is
 * installed. */
#include "base/fp.h"

#ifdef FAILPOINTS

#include "base/file.h"
#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { POINTS_MAX = 256, NAME_MAX_BYTES = 64 };

struct point {
    char name[NAME_MAX_BYTES];
    long hits;
};

struct state {
    pthread_mutex_t lock; /* guards all below */
    bool started;
    struct point point[POINTS_MAX];
    int points;
    char name[NAME_MAX_BYTES]; /* from AUTOPILOT_FP; empty: none */
    int64_t hit;
    char action[8];
    int trace; /* -1: none */
    void (*hook)(void *ctx, const char *name);
    void *ctx;
};

static struct state fp = {.lock = PTHREAD_MUTEX_INITIALIZER, .trace = -1};

/* A broken test setting must not look like a passed test. */
static void bad_setting(const char *why)
{
    static const char want[] = "AUTOPILOT_FP: want name:hit:kill|stop|exit: ";
    (void)file_write_all(2, want, sizeof want - 1, "stderr", NULL); /* ending anyway */
    (void)file_write_all(2, why, strlen(why), "stderr", NULL);      /* ending anyway */
    (void)file_write_all(2, "\n", 1, "stderr", NULL);               /* ending anyway */
    _exit(99);
}

static void parse_setting(const char *text)
{
    const char *last = strrchr(text, ':');
    const char *first = strchr(text, ':');
    if (last == NULL || first == last)
        bad_setting(text);
    char hit[24];
    bool ok = str_copy_n(fp.name, sizeof fp.name, text, (size_t)(first - text)) &&
              str_copy_n(hit, sizeof hit, first + 1, (size_t)(last - first - 1)) &&
              str_copy(fp.action, sizeof fp.action, last + 1) &&
              str_int(hit, 1, INT64_MAX, &fp.hit);
    if (!ok || (!str_equal(fp.action, "kill") && !str_equal(fp.action, "stop") &&
                !str_equal(fp.action, "exit")))
        bad_setting(text);
}

static void trace_line(const char *name, long hits)
{
    char line[NAME_MAX_BYTES + 32];
    if (hits > 0)
        (void)str_format(line, sizeof line, "%s %ld\n", name, hits); /* it fits */
    else
        (void)str_format(line, sizeof line, "%s\n", name);             /* it fits */
    (void)file_write_all(fp.trace, line, strlen(line), "trace", NULL); /* a test notices */
}

static void trace_counts(void)
{
    for (int i = 0; fp.trace >= 0 && i < fp.points; i++)
        trace_line(fp.point[i].name, fp.point[i].hits);
}

static void at_exit(void)
{
    (void)pthread_mutex_lock(&fp.lock); /* can't fail: not held by this thread */
    trace_counts();
    (void)pthread_mutex_unlock(&fp.lock); /* can't fail */
}

static void start(void)
{
    fp.started = true;
    const char *setting = getenv("AUTOPILOT_FP");
    const char *trace = getenv("AUTOPILOT_FP_TRACE");
    if (setting != NULL && *setting != '\0')
        parse_setting(setting);
    if (trace != NULL && *trace != '\0') {
        fp.trace = open(trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        (void)atexit(at_exit); /* without it the counts are missing, which a test notices */
    }
}

/* Counts one hit of the point and returns how many it has now. */
static long count_hit(const char *name)
{
    for (int i = 0; i < fp.points; i++)
        if (str_equal(fp.point[i].name, name))
            return ++fp.point[i].hits;
    if (fp.points == POINTS_MAX)
        bad_setting("more failpoints than POINTS_MAX");
    if (!str_copy(fp.point[fp.points].name, NAME_MAX_BYTES, name))
        bad_setting(name);
    if (fp.trace >= 0)
        trace_line(name, 0);
    return fp.point[fp.points++].hits = 1;
}

static void act(void)
{
    trace_counts();
    if (str_equal(fp.action, "exit"))
        _exit(98);
    (void)raise(str_equal(fp.action, "kill") ? SIGKILL : SIGSTOP); /* can't fail */
}

void fp_hit(const char *name)
{
    (void)pthread_mutex_lock(&fp.lock); /* can't fail: a normal mutex, not held by this thread */
    void (*hook)(void *ctx, const char *name) = fp.hook;
    void *ctx = fp.ctx;
    if (hook == NULL) {
        if (!fp.started)
            start();
        if (count_hit(name) == fp.hit && str_equal(name, fp.name))
            act();
    }
    (void)pthread_mutex_unlock(&fp.lock); /* can't fail */
    if (hook != NULL)
        hook(ctx, name);
}

void fp_set_hook(void (*hook)(void *ctx, const char *name), void *ctx)
{
    (void)pthread_mutex_lock(&fp.lock); /* can't fail */
    fp.hook = hook;
    fp.ctx = ctx;
    (void)pthread_mutex_unlock(&fp.lock); /* can't fail */
}

#else

/* ISO C wants at least one declaration in a file. */
struct fp_is_not_compiled_in;

#endif
