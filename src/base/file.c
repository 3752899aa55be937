/* file.c - files, directories and locks. The idea: a file is replaced as a whole or not at all, and
 * every refusal of the kernel becomes a sentence that names the file and what to do. */
#include "base/file.h"

#include "base/fp.h"
#include "base/str.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the caller may do about an errno: a full or broken disk is no use trying again on; a missing
 * or forbidden file is for whoever named it. */
static enum err_kind kind_of(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EIO:
    case EROFS:
    case ENOMEM:
        return ERR_STOP;
    case EMFILE:
    case ENFILE:
    case EAGAIN:
    case EBUSY:
        return ERR_RETRY;
    default:
        return ERR_REFUSED;
    }
}

/* One failure of a system call: "file: reading /etc/x failed: Permission denied". */
static bool fail(struct err *err, const char *doing, const char *path)
{
    int number = errno;
    return err_set(err, kind_of(number), "file: %s %s failed: %s", doing, path, strerror(number));
}

static ssize_t read_some(int fd, void *bytes, size_t len)
{
    ssize_t n;
    do
        n = read(fd, bytes, len);
    while (n < 0 && errno == EINTR);
    return n;
}

bool file_read(const char *path, struct buf *out, struct err *err)
{
    char chunk[16384];
    ssize_t n;
    size_t before = out->len;
    bool ok = false;
    if (!buf_ok(out))
        return err_set(err, ERR_STOP, "file: reading %s: no room was left before it", path);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return fail(err, "opening", path);
    while ((n = read_some(fd, chunk, sizeof chunk)) > 0) {
        if ((size_t)n > out->ceiling - out->len) {
            (void)err_set(err, ERR_REFUSED, "file: %s is larger than the %zu bytes allowed", path,
                          out->ceiling - before);
            goto out;
        }
        if (!buf_add(out, chunk, (size_t)n)) {
            (void)err_set(err, ERR_STOP, "file: reading %s: out of memory", path);
            goto out;
        }
    }
    if (n < 0)
        (void)fail(err, "reading", path);
    ok = n == 0;
out:
    if (!ok) {
        buf_cut(out, before);
        out->failed = false;
    }
    (void)close(fd); /* opened for reading: nothing is lost */
    return ok;
}

bool file_write_all(int fd, const void *bytes, size_t len, const char *path, struct err *err)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(err, "writing", path);
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/* Fills and syncs the open temporary file. */
static bool fill(int fd, const void *bytes, size_t len, mode_t mode, const char *path,
                 struct err *err)
{
    if (fchmod(fd, mode) != 0)
        return fail(err, "setting the rights of", path);
    if (!file_write_all(fd, bytes, len, path, err))
        return false;
    FP("file.before_sync");
    if (fsync(fd) != 0)
        return fail(err, "syncing", path);
    FP("file.after_sync");
    return true;
}

bool file_replace(const char *path, const void *bytes, size_t len, mode_t mode, struct err *err)
{
    char dir[FILE_PATH_MAX], temp[FILE_PATH_MAX];
    const char *slash = strrchr(path, '/');
    file_dir_of(dir, path);
    if (!str_format(temp, sizeof temp, "%s/.%s.tmpXXXXXX", dir, slash != NULL ? slash + 1 : path))
        return err_set(err, ERR_REFUSED, "file: the path %.100s... is too long", path);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return fail(err, "making a temporary file beside", path);
    bool ok = fill(fd, bytes, len, mode, path, err);
    if (close(fd) != 0 && ok)
        ok = fail(err, "closing", path);
    FP("file.before_rename");
    if (ok && rename(temp, path) != 0)
        ok = fail(err, "replacing", path);
    FP("file.after_rename");
    if (!ok) {
        (void)unlink(temp); /* the failure is already told */
        return false;
    }
    return file_sync_dir(dir, err);
}

/* True for a directory that is there, following links. */
static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool make_dir(const char *path, mode_t mode, struct err *err)
{
    if (mkdir(path, mode) == 0 || (errno == EEXIST && is_dir(path)))
        return true;
    if (errno == EEXIST)
        return err_set(err, ERR_REFUSED, "file: %s is there but is not a directory", path);
    /* A parent that may not be written (/, /home) is fine as long as it is there. */
    int number = errno;
    if (is_dir(path))
        return true;
    errno = number;
    return fail(err, "making the directory", path);
}

bool file_make_dirs(const char *path, mode_t mode, struct err *err)
{
    char part[FILE_PATH_MAX];
    if (!str_copy(part, sizeof part, path))
        return err_set(err, ERR_REFUSED, "file: the path %.100s... is too long", path);
    if (part[0] == '\0')
        return err_set(err, ERR_REFUSED, "file: the name of a directory is empty");
    for (char *at = part + 1; *at != '\0'; at++) {
        if (*at != '/' || at[-1] == '/')
            continue;
        *at = '\0';
        if (!make_dir(part, mode, err))
            return false;
        *at = '/';
    }
    return make_dir(part, mode, err);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_join(char dst[FILE_PATH_MAX], const char *dir, const char *name, struct err *err)
{
    const char *slash = dir[0] != '\0' && !str_ends(dir, "/") ? "/" : "";
    if (name[0] == '/')
        dir = slash = "";
    if (!str_format(dst, FILE_PATH_MAX, "%s%s%s", dir, slash, name))
        return err_set(err, ERR_REFUSED, "file: the path %.100s... is too long", dst);
    return true;
}

void file_dir_of(char dst[FILE_PATH_MAX], const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        (void)str_copy(dst, FILE_PATH_MAX, "."); /* it fits */
    else if (slash == path)
        (void)str_copy(dst, FILE_PATH_MAX, "/"); /* it fits */
    else
        (void)str_copy_n(dst, FILE_PATH_MAX, path,
                         (size_t)(slash - path)); /* longer: no such file */
}

bool file_sync_dir(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail(err, "opening the directory", path);
    bool ok = fsync(fd) == 0;
    /* Some file systems have nothing to sync for a directory and say so. */
    if (!ok && (errno == EINVAL || errno == EROFS))
        ok = true;
    if (!ok)
        (void)fail(err, "syncing the directory", path);
    (void)close(fd); /* opened for reading: nothing is lost */
    return ok;
}

/* Who holds the lock, from the note in the file, made harmless. */
static bool tell_holder(int fd, const char *path, struct err *err)
{
    char note[128], clean[128];
    ssize_t n = read_some(fd, note, sizeof note - 1);
    note[n > 0 ? n : 0] = '\0';
    note[strcspn(note, "\n")] = '\0';
    text_screen_to(clean, sizeof clean, note);
    return err_set(err, ERR_CONFLICT, "file: %s is locked by another process%s%s%s", path,
                   clean[0] != '\0' ? " (" : "", clean, clean[0] != '\0' ? ")" : "");
}

/* The note is for people: a disk that is full must not keep anybody from taking the lock. */
static void write_note(int fd, const char *note, const char *path)
{
    if (ftruncate(fd, 0) != 0)
        return;
    if (file_write_all(fd, note, strlen(note), path, NULL))
        (void)file_write_all(fd, "\n", 1, path, NULL); /* see above */
}

bool file_lock(const char *path, const char *note, int *ret_fd, struct err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return fail(err, "opening the lock", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        write_note(fd, note, path);
        *ret_fd = fd;
        return true;
    }
    if (errno == EWOULDBLOCK)
        (void)tell_holder(fd, path, err);
    else
        (void)fail(err, "locking", path);
    (void)close(fd); /* nothing was written */
    return false;
}
