/* file.h - files and directories with whole sentences when they fail. Any thread. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { FILE_PATH_MAX = 4096 };

/* Appends the whole file to out; refuses one that is larger than the buf's ceiling leaves. Reads
 * pipes and devices too, so the caller decides which names it takes from outside. */
bool file_read(const char *path, struct buf *out, struct err *err);
/* Replaces path as a whole: temporary file beside it, write, fsync, rename, fsync of the
 * directory. Either the old or the new content is there at any instant. A process that is killed
 * in between may leave the temporary file ".NAME.tmpXXXXXX" behind. Failpoints: file.before_sync,
 * file.after_sync, file.before_rename, file.after_rename. */
bool file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err);
/* Writes all bytes to fd, through interruptions and short writes. */
bool file_write_all(int fd, const void *bytes, size_t len, const char *path, struct err *err);
/* Makes a directory and its parents (mode for each new one); one that is there is fine. */
bool file_make_dirs(const char *path, mode_t mode, struct err *err);
bool file_exists(const char *path);
/* dir + "/" + name into dst (FILE_PATH_MAX); name absolute: name alone. */
bool file_join(char dst[FILE_PATH_MAX], const char *dir, const char *name, struct err *err);
/* The directory part of path: "." when it has none. */
void file_dir_of(char dst[FILE_PATH_MAX], const char *path);
/* fsync of a directory, so that names made in it survive a power cut. */
bool file_sync_dir(const char *path, struct err *err);

/* A lock that the kernel frees when its holder dies (flock). On success *ret_fd holds it; closing
 * frees it. `note` (one line, e.g. "pid 812 engine") is written into the file for people to read.
 * ERR_CONFLICT with the holder's note when somebody else has it. */
bool file_lock(const char *path, const char *note, int *ret_fd, struct err *err);

#endif
