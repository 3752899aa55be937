/* watch.c - tells that a file changed. The idea: the directory is watched, not the files, because
 * SQLite removes and makes its WAL anew and editors replace a file by renaming another over it. */
#include "base/watch.h"

#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

/* Reads per call at most: a busy writer can not hold the owner here; what is left makes the fd
 * readable again. */
enum { READS_MAX = 16 };

void watch_init(struct watch *w, const char *dir, const char *const *names, int n)
{
    *w = (struct watch){.fd = -1};
    for (int i = 0; i < n && i < WATCH_NAMES; i++)
        if (str_copy(w->name[w->names], sizeof w->name[0], names[i]))
            w->names++;
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0)
        return;
    uint32_t what = IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_ATTRIB |
                    IN_DELETE_SELF | IN_MOVE_SELF;
    if (inotify_add_watch(w->fd, dir, what | IN_ONLYDIR) < 0)
        watch_done(w);
}

void watch_done(struct watch *w)
{
    if (w == NULL || w->fd <= 0) /* 0: never made; it is the standard input */
        return;
    (void)close(w->fd); /* nothing is lost with an inotify descriptor */
    w->fd = -1;
}

/* Does this event count? *ret_gone: the directory itself went away, so no more will come. */
static bool counts(const struct watch *w, const struct inotify_event *event, bool *ret_gone)
{
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED | IN_UNMOUNT))
        *ret_gone = true;
    if (*ret_gone || event->mask & IN_Q_OVERFLOW)
        return true;
    for (int i = 0; event->len > 0 && i < w->names; i++)
        if (str_equal(event->name, w->name[i]))
            return true;
    return false;
}

bool watch_changed(struct watch *w)
{
    /* One event with the longest name always fits: inotify(7). */
    _Alignas(struct inotify_event) char space[4096];
    bool changed = false, gone = false;
    for (int reads = 0; w->fd >= 0 && reads < READS_MAX; reads++) {
        ssize_t got = read(w->fd, space, sizeof space);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        for (char *at = space; at < space + got;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)at;
            changed |= counts(w, event, &gone);
            at += sizeof *event + event->len;
        }
        if (gone)
            watch_done(w);
    }
    return changed;
}
