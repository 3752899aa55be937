/* zone_file.c - a sorted table of the zones that were asked for, and one arena that they lie in. */
#include "adapter/zone_file.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    char name[ZONE_NAME_MAX];
    struct zone *zone; /* in the arena, so that the table may move */
};

struct zone_files {
    char directory[FILE_PATH_MAX];
    struct arena arena;
    struct entry *entries; /* by name */
    int32_t count, room;
    bool version_read;
    char version[ZONE_VERSION_MAX];
};

/* The arena's ceiling is never what stops an honest use: ZONE_FILES_MAX zones of 70 KB. */
enum { ARENA_MAX = 72 << 20, FIRST_LINE_MAX = 64 };

bool zone_files_new(struct zone_files **ret, const char *directory, struct err *err)
{
    struct zone_files *files = calloc(1, sizeof *files);
    if (files == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    if (!str_copy(files->directory, sizeof files->directory, directory)) {
        free(files);
        return err_set(err, ERR_REFUSED, "zones: the directory's name is too long");
    }
    files->arena = arena_init(ARENA_MAX);
    *ret = files;
    return true;
}

void zone_files_free(struct zone_files *files)
{
    if (files == NULL)
        return;
    arena_done(&files->arena);
    free(files->entries);
    free(files);
}

/* Where the name is, or belongs. */
static int32_t place_of(const struct zone_files *files, const char *name, bool *ret_there)
{
    int32_t low = 0, high = files->count;
    *ret_there = false;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        int order = strcmp(files->entries[middle].name, name);
        if (order == 0) {
            *ret_there = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool make_room(struct zone_files *files, struct err *err)
{
    if (files->count == ZONE_FILES_MAX)
        return err_set(err, ERR_REFUSED, "zones: more than %d are in use", ZONE_FILES_MAX);
    if (files->count < files->room)
        return true;
    int32_t room = files->room > 0 ? files->room * 2 : 16;
    struct entry *entries = realloc(files->entries, (size_t)room * sizeof *entries);
    if (entries == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    files->entries = entries;
    files->room = room;
    return true;
}

static bool no_zone(const char *name, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "timezone: there is no zone \"%s\"; write an IANA name such as Europe/Berlin "
                   "or UTC",
                   name);
}

/* Opens a zone's file; -1 with err filled in. */
static int open_file(const char *path, const char *name, struct err *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == EACCES || errno == ELOOP)
            no_zone(name, err);
        else
            err_set(err, ERR_STOP, "timezone: %s cannot be opened: %s", path, strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= ZONE_FILE_MAX)
        return fd;
    (void)close(fd); /* nothing was done with it */
    no_zone(name, err);
    return -1;
}

/* Reads a zone's file into ZONE_FILE_MAX bytes. */
static bool read_file(const struct zone_files *files, const char *name, uint8_t *bytes,
                      size_t *ret_len, struct err *err)
{
    char path[FILE_PATH_MAX];
    size_t len = 0;
    if (!file_join(path, files->directory, name, err))
        return false;
    int fd = open_file(path, name, err);
    if (fd < 0)
        return false;
    ssize_t n = 1;
    while (n > 0 && len < ZONE_FILE_MAX) {
        n = read(fd, bytes + len, ZONE_FILE_MAX - len);
        if (n > 0)
            len += (size_t)n;
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    int why = errno;
    (void)close(fd); /* it was only read */
    if (n < 0)
        return err_set(err, ERR_STOP, "timezone: %s cannot be read: %s", path, strerror(why));
    *ret_len = len;
    return true;
}

/* A file that is none of a zone (zone.tab, tzdata.zi) lies there by right: not damaged. */
static bool read_zone(struct zone_files *files, const char *name, struct zone *ret, struct err *err)
{
    uint8_t *bytes = malloc(ZONE_FILE_MAX);
    size_t len;
    if (bytes == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    bool ok = read_file(files, name, bytes, &len, err);
    if (ok && (len < 4 || memcmp(bytes, "TZif", 4) != 0))
        ok = no_zone(name, err);
    ok = ok && zone_read(ret, &files->arena, name, bytes, len, err);
    free(bytes);
    return ok;
}

bool zone_files_get(struct zone_files *files, const char *name, size_t len, const struct zone **ret,
                    struct err *err)
{
    char key[ZONE_NAME_MAX];
    bool there;
    if (!zone_name_check(name, len, err))
        return false;
    (void)str_copy_n(key, sizeof key, name, len); /* checked: it fits */
    if (str_equal(key, "UTC")) {
        *ret = zone_utc();
        return true;
    }
    int32_t at = place_of(files, key, &there);
    if (there) {
        *ret = files->entries[at].zone;
        return true;
    }
    struct zone zone;
    if (!make_room(files, err) || !read_zone(files, key, &zone, err))
        return false;
    struct zone *kept = arena_alloc(&files->arena, sizeof *kept);
    if (kept == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    *kept = zone;
    memmove(files->entries + at + 1, files->entries + at,
            (size_t)(files->count - at) * sizeof *files->entries);
    files->count++;
    memcpy(files->entries[at].name, key, sizeof key);
    files->entries[at].zone = kept;
    *ret = kept;
    return true;
}

/* --- version ---------------------------------------------------------------------------------- */

/* The first bytes of a file, up to its line's end; "" when there is none. */
static void first_line(const struct zone_files *files, const char *name, char dst[FIRST_LINE_MAX])
{
    char path[FILE_PATH_MAX];
    struct err ignored;
    dst[0] = '\0';
    if (!file_join(path, files->directory, name, &ignored))
        return;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return;
    ssize_t n = read(fd, dst, FIRST_LINE_MAX - 1);
    (void)close(fd); /* it was only read */
    dst[n > 0 ? n : 0] = '\0';
    dst[strcspn(dst, "\r\n")] = '\0';
}

/* "2026f": four digits and letters. */
static bool is_version(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    size_t letters = strspn(text + digits, "abcdefghijklmnopqrstuvwxyz");
    return digits == 4 && text[4 + letters] == '\0' && 4 + letters < ZONE_VERSION_MAX;
}

const char *zone_files_version(struct zone_files *files)
{
    char line[FIRST_LINE_MAX];
    if (files->version_read)
        return files->version;
    files->version_read = true;
    first_line(files, "+VERSION", line);
    const char *version = line;
    if (!is_version(version)) {
        first_line(files, "tzdata.zi", line);
        version = str_starts(line, "# version ") ? line + strlen("# version ") : "";
    }
    if (is_version(version))
        (void)str_copy(files->version, sizeof files->version, version); /* checked: it fits */
    return files->version;
}
