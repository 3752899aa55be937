/* key_file.c - a key on disk. The idea: it is written beside and then linked to its name, which
 * fails when somebody else was first, and never shows a file that is not whole. */
#include "adapter/key_file.h"

#include "base/file.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool refused(const char *path, const char *why, struct err *err)
{
    return err_set(err, ERR_REFUSED, "key: %s %s", path, why);
}

static bool write_new(int fd, const char *path, struct err *err)
{
    uint8_t key[KEY_FILE_BYTES];
    char text[SECRET_TEXT_SIZE + 1];
    rng_secure(key, sizeof key);
    secret_text(key, sizeof key, text);
    text[SECRET_TEXT_SIZE - 1] = '\n';
    return file_write_all(fd, text, SECRET_TEXT_SIZE, path, err) &&
           (fsync(fd) == 0 ||
            err_set(err, ERR_STOP, "key: %s can't be written: %s", path, strerror(errno)));
}

static bool make_file(const char *path, struct err *err)
{
    char beside[FILE_PATH_MAX], dir[FILE_PATH_MAX];
    if (!str_format(beside, sizeof beside, "%s.XXXXXX", path))
        return refused(path, "has a name that is too long", err);
    int fd = mkostemp(beside, O_CLOEXEC); /* mode 0600 */
    if (fd < 0)
        return err_set(err, ERR_STOP, "key: %s can't be made: %s", path, strerror(errno));
    bool ok = write_new(fd, path, err);
    (void)close(fd); /* it was synced */
    if (ok && link(beside, path) != 0 && errno != EEXIST)
        ok = err_set(err, ERR_STOP, "key: %s can't be made: %s", path, strerror(errno));
    (void)unlink(beside); /* at worst a file of a key that nobody uses stays */
    file_dir_of(dir, path);
    return ok && file_sync_dir(dir, err);
}

/* The first line, whatever stands behind it. */
static bool read_file(const char *path, uint8_t ret[KEY_FILE_BYTES], bool *ret_there,
                      struct err *err)
{
    struct stat st;
    char text[SECRET_TEXT_SIZE + 1] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *ret_there = fd >= 0 || errno != ENOENT;
    if (fd < 0)
        return !*ret_there || refused(path, strerror(errno), err);
    bool plain = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    ssize_t n = plain ? read(fd, text, SECRET_TEXT_SIZE) : -1;
    (void)close(fd); /* it was only read */
    if (n < 0)
        return refused(path, "can't be read", err);
    if ((st.st_mode & 077) != 0)
        return refused(path, "can be read by others; chmod 600 it, and think about a new key", err);
    text[strcspn(text, "\r\n")] = '\0';
    return secret_parse(text, ret, KEY_FILE_BYTES) ||
           refused(path, "holds no key (43 characters of base64url)", err);
}

bool key_file_read(const char *path, bool make, uint8_t ret[KEY_FILE_BYTES], struct err *err)
{
    bool there;
    if (!read_file(path, ret, &there, err))
        return false;
    if (there)
        return true;
    if (!make)
        return refused(path, "is not there", err);
    return make_file(path, err) && read_file(path, ret, &there, err) &&
           (there || refused(path, "went away", err));
}
