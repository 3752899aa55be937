/* health.c - lines of fixed length that are written over in place: who is killed leaves the old
 * line or the new one. */
#include "store/health.h"

#include "base/str.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LINE = 512, FIELDS = 5 };

static const char *const state_names[] = {"unasked", "ok", "failing"};

enum health_state health_state_of(const struct health *h)
{
    if (h->failures > 0)
        return HEALTH_FAILING;
    return h->ok_us != 0 ? HEALTH_OK : HEALTH_UNASKED;
}

const char *health_state_name(enum health_state state)
{
    return state_names[state];
}

static bool failed(const char *path, const char *what, struct err *err)
{
    return err_set(err, ERR_STOP, "%s can't be %s: %s", path, what, strerror(errno));
}

static int open_locked(const char *path, bool write, struct err *err)
{
    int flags = write ? O_RDWR | O_CREAT : O_RDONLY;
    int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        (void)failed(path, "opened", err);
        return -1;
    }
    while (flock(fd, write ? LOCK_EX : LOCK_SH) != 0) { /* held by others for microseconds */
        if (errno == EINTR)
            continue;
        (void)failed(path, "locked", err);
        (void)close(fd); /* nothing was written */
        return -1;
    }
    return fd;
}

/* --- a line --- */

static bool parse(char text[LINE + 1], struct health *ret)
{
    char *field[FIELDS], *rest = text;
    int64_t failures;
    for (int i = 0; i < FIELDS; i++) {
        field[i] = rest;
        rest += strcspn(rest, i + 1 < FIELDS ? "\t" : "\n");
        if (*rest == '\0')
            return false;
        *rest++ = '\0';
    }
    *ret = (struct health){0};
    text_screen_to(ret->name, sizeof ret->name, field[0]);
    text_screen_to(ret->why, sizeof ret->why, str_trim(field[4]));
    bool ok = ret->name[0] != '\0' && str_int(field[1], 0, INT64_MAX, &ret->ok_us) &&
              str_int(field[2], 0, INT64_MAX, &ret->failed_us) &&
              str_int(field[3], 0, INT32_MAX, &failures);
    ret->failures = ok ? (int32_t)failures : 0;
    return ok;
}

static bool write_line(int fd, const char *path, int32_t at, const struct health *h,
                       struct err *err)
{
    char text[LINE + 1];
    (void)str_format(text, sizeof text, "%s\t%" PRId64 "\t%" PRId64 "\t%d\t%s", h->name, h->ok_us,
                     h->failed_us, (int)h->failures, h->why); /* it fits: each part has a ceiling */
    size_t len = strlen(text);
    memset(text + len, ' ', LINE - len);
    text[LINE - 1] = '\n';
    return pwrite(fd, text, LINE, (off_t)at * LINE) == LINE || failed(path, "written", err);
}

/* ret[i] without a name: line i is damaged. */
static bool read_lines(int fd, const char *path, struct health ret[HEALTH_MAX], int32_t *ret_count,
                       struct err *err)
{
    char text[LINE + 1];
    *ret_count = 0;
    for (int32_t i = 0; i < HEALTH_MAX; i++) {
        ssize_t n = pread(fd, text, LINE, (off_t)i * LINE);
        if (n < 0)
            return failed(path, "read", err);
        if (n < LINE)
            return true;
        text[LINE] = '\0';
        if (!parse(text, &ret[i]))
            ret[i] = (struct health){0};
        *ret_count = i + 1;
    }
    return true;
}

static struct health *find(struct health *rows, int32_t count, const char *name)
{
    for (int32_t i = 0; i < count; i++)
        if (str_equal(rows[i].name, name))
            return &rows[i];
    return NULL;
}

/* --- all of them --- */

bool health_keep(const char *path, const char *const *names, int32_t count, struct err *err)
{
    struct health old[HEALTH_MAX];
    int32_t olds;
    int32_t kept = count < HEALTH_MAX ? count : HEALTH_MAX;
    int fd = open_locked(path, true, err);
    if (fd < 0)
        return false;
    bool ok = read_lines(fd, path, old, &olds, err);
    for (int32_t i = 0; ok && i < kept; i++) {
        struct health row = {0};
        text_screen_to(row.name, sizeof row.name, names[i]);
        const struct health *known = find(old, olds, row.name);
        ok = write_line(fd, path, i, known != NULL ? known : &row, err);
    }
    ok = ok && (ftruncate(fd, (off_t)kept * LINE) == 0 || failed(path, "cut", err));
    (void)close(fd); /* frees the lock; the bytes are in the file */
    return ok;
}

bool health_note(const char *path, const char *name, const char *why, int64_t now_us,
                 struct err *err)
{
    struct health rows[HEALTH_MAX];
    char screened[HEALTH_NAME_MAX + 1];
    int32_t count;
    int fd = open_locked(path, true, err);
    if (fd < 0)
        return false;
    text_screen_to(screened, sizeof screened, name);
    bool ok = read_lines(fd, path, rows, &count, err);
    struct health *row = ok ? find(rows, count, screened) : NULL;
    if (row != NULL && why != NULL) {
        row->failed_us = now_us;
        row->failures += row->failures < INT32_MAX;
        text_screen_to(row->why, sizeof row->why, why);
    } else if (row != NULL) {
        row->ok_us = now_us;
        row->failures = 0;
    }
    if (row != NULL)
        ok = write_line(fd, path, (int32_t)(row - rows), row, err);
    (void)close(fd); /* frees the lock; the bytes are in the file */
    return ok;
}

bool health_read(const char *path, struct health ret[HEALTH_MAX], int32_t *ret_count,
                 struct err *err)
{
    struct health rows[HEALTH_MAX];
    int32_t count;
    *ret_count = 0;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return true;
    int fd = open_locked(path, false, err);
    if (fd < 0)
        return false;
    bool ok = read_lines(fd, path, rows, &count, err);
    (void)close(fd); /* it was only read */
    for (int32_t i = 0; ok && i < count; i++)
        if (rows[i].name[0] != '\0')
            ret[(*ret_count)++] = rows[i];
    return ok;
}
