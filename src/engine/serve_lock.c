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
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define NOTE_CONFIG "config "

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

bool serve_lock_note(int fd, const char *config_problem)
{
    char note[ERR_TEXT_MAX + 64];
    bool refused = config_problem[0] != '\0';
    (void)str_format(note, sizeof note, "pid %ld engine\n%s%s%s", (long)getpid(),
                     refused ? NOTE_CONFIG : "", config_problem, refused ? "\n" : ""); /* fits */
    ssize_t len = (ssize_t)strlen(note);
    return pwrite(fd, note, (size_t)len, 0) == len && ftruncate(fd, len) == 0;
}

/* "pid 812 engine", and perhaps a line "config ..." */
static long read_note(int fd, char ret_config[ERR_TEXT_MAX])
{
    char note[ERR_TEXT_MAX + 64];
    ssize_t n = read(fd, note, sizeof note - 1);
    note[n > 0 ? n : 0] = '\0';
    if (!str_starts(note, "pid "))
        return 0;
    char *second = strchr(note, '\n');
    if (second != NULL && str_starts(second + 1, NOTE_CONFIG)) {
        char *text = second + 1 + strlen(NOTE_CONFIG);
        text[strcspn(text, "\n")] = '\0';
        (void)str_copy(ret_config, ERR_TEXT_MAX, text); /* it was no longer */
    }
    return strtol(note + 4, NULL, 10);
}

bool engine_served_by(const char *data_dir, long *ret_pid, char ret_config[ERR_TEXT_MAX])
{
    char path[FILE_PATH_MAX];
    *ret_pid = 0;
    ret_config[0] = '\0';
    if (!file_join(path, data_dir, "engine.lock", NULL))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
    if (fd < 0)
        return false;
    bool free_now = flock(fd, LOCK_SH | LOCK_NB) == 0;
    if (!free_now)
        *ret_pid = read_note(fd, ret_config);
    (void)close(fd); /* and with it the lock */
    return !free_now;
}

bool engine_served(const char *data_dir, long *ret_pid)
{
    char config[ERR_TEXT_MAX];
    return engine_served_by(data_dir, ret_pid, config);
}
