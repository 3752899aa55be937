/* watch.h - tells that a file changed on disk (inotify on its directory), coalesced.
 *
 * Used for the database's WAL, the config file and nothing else. One thread owns a watch and polls
 * its fd; where inotify fails (limit, network file system) that is -1 and the owner looks once a
 * second instead. */
#ifndef BASE_WATCH_H
#define BASE_WATCH_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

enum { WATCH_NAMES = 4 };

struct watch {
    int fd;                      /* to poll for reading; -1: not available */
    char name[WATCH_NAMES][256]; /* file names inside the directory that count */
    int names;
};

/* Watches the files called names[0..n) in dir (they need not exist yet). n <= WATCH_NAMES. Never
 * fails: without inotify the watch has fd -1. */
void watch_init(struct watch *w, const char *dir, const char *const *names, int n);
void watch_done(struct watch *w);
/* Reads what is there without blocking; true when one of the files changed. */
bool watch_changed(struct watch *w);

#endif
