/* serve_lock.c - who serves a data directory: the holder of engine.lock.
 *
 * The idea: the kernel frees the lock when its holder dies, so it can't lie; the note inside is
 * only for people. Whoever merely wants to know takes it shared for an instant, which is why
 * whoever wants to serve tries for a moment before it gives up. */
#include "engine_work.h"

#include "base/file.h"
#include "base/str.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { TRY_MS = 20, LEAST_MS = 200 };

bool serve_lock_take(const char *data_dir, int64_t wait_us, int *ret_fd, struct err *err)
{
    char path[FILE_PATH_MAX], note[64];
    struct err why = {0};
    if (!file_join(path, data_dir, "engine.lock", err))
        return false;
    (void)str_format(note, sizeof note, "pid %ld engine", (long)getpid()); /* it fits */
    int64_t tries = (wait_us / 1000 > LEAST_MS ? wait_us / 1000 : LEAST_MS) / TRY_MS;
    while (!file_lock(path, note, ret_fd, &why)) {
        if (why.kind != ERR_CONFLICT || tries-- <= 0)
            return err_set(err, why.kind, "%s", why.text);
        (void)poll(NULL, 0, TRY_MS); /* shorter is as good */
    }
    return true;
}

/* "pid 812 engine" */
static long pid_in(int fd)
{
    char note[64];
    ssize_t n = read(fd, note, sizeof note - 1);
    note[n > 0 ? n : 0] = '\0';
    return str_starts(note, "pid ") ? strtol(note + 4, NULL, 10) : 0;
}

bool engine_served(const char *data_dir, long *ret_pid)
{
    char path[FILE_PATH_MAX];
    *ret_pid = 0;
    if (!file_join(path, data_dir, "engine.lock", NULL))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0)
        return false;
    bool free_now = flock(fd, LOCK_SH | LOCK_NB) == 0;
    if (!free_now)
        *ret_pid = pid_in(fd);
    (void)close(fd); /* and with it the lock */
    return !free_now;
}
