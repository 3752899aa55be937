/* zones_tzdata.c - a cache of zones behind the port. */
#include "adapter/zones_tzdata.h"

#include "adapter/zone_file.h"
#include "base/file.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct zones_tzdata {
    struct zones base;
    struct zone_files *files;
    char directory[FILE_PATH_MAX];
};

static bool get(struct zones *base, const char *name, const struct zone **ret, struct err *err)
{
    return zone_files_get(((struct zones_tzdata *)base)->files, name, strlen(name), ret, err);
}

/* The first line of a file, printable characters of it; "" there is none. */
static void first_line(const char *directory, const char *name, char ret[ZONES_VERSION_MAX + 1])
{
    char path[FILE_PATH_MAX];
    struct err ignored = {0};
    size_t len = 0;
    FILE *f = file_join(path, directory, name, &ignored) ? fopen(path, "re") : NULL;
    for (int c = f != NULL ? fgetc(f) : EOF; c >= ' ' && c <= '~' && len < ZONES_VERSION_MAX;
         c = fgetc(f))
        ret[len++] = (char)c;
    ret[len] = '\0';
    if (f != NULL)
        (void)fclose(f); /* opened for reading */
}

/* tzdata.zi begins with "# version 2026a"; +VERSION holds it alone; without both, when the
 * directory was changed last must do. */
static void version(struct zones *base, char ret[ZONES_VERSION_MAX + 1])
{
    static const char mark[] = "# version ";
    const char *directory = ((struct zones_tzdata *)base)->directory;
    struct stat st;
    first_line(directory, "tzdata.zi", ret);
    size_t skip = strncmp(ret, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : strlen(ret);
    memmove(ret, ret + skip, strlen(ret + skip) + 1);
    if (ret[0] == '\0')
        first_line(directory, "+VERSION", ret);
    if (ret[0] == '\0')
        (void)str_format(ret, ZONES_VERSION_MAX + 1, "of %" PRId64,
                         stat(directory, &st) == 0 ? (int64_t)st.st_mtime : 0); /* it fits */
}

static void zones_free(struct zones *base)
{
    if (base == NULL)
        return;
    zone_files_free(((struct zones_tzdata *)base)->files);
    free(base);
}

static const struct zones_ops ops = {.get = get, .version = version, .free = zones_free};

bool zones_tzdata_new(const char *directory, struct zones **ret, struct err *err)
{
    struct zones_tzdata *z = calloc(1, sizeof *z);
    if (z == NULL)
        return err_set(err, ERR_STOP, "zones: out of memory");
    z->base.ops = &ops;
    (void)str_copy(z->directory, sizeof z->directory, directory); /* too long: refused below */
    if (!zone_files_new(&z->files, directory, err)) {
        free(z);
        return false;
    }
    *ret = &z->base;
    return true;
}
