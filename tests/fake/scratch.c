/* scratch.c - directories for tests. The one idea: mkdtemp under TMPDIR, everything below it. */
#include "fake/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void need(int good, const char *doing, const char *path)
{
    if (good)
        return;
    fprintf(stderr, "scratch: %s %s: %s\n", doing, path, strerror(errno));
    abort();
}

void scratch_init(struct scratch *s)
{
    char made[200], *real;
    const char *tmp = getenv("TMPDIR");
    snprintf(made, sizeof made, "%.150s/autopilot-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    need(mkdtemp(made) != NULL, "making", made);
    real = realpath(made, NULL);
    need(real != NULL && strlen(real) < sizeof s->dir, "resolving", made);
    memcpy(s->dir, real, strlen(real) + 1);
    free(real);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st;
    (void)type;
    (void)at;
    return remove(path);
}

static void remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void scratch_done(struct scratch *s)
{
    if (s->dir[0])
        remove_tree(s->dir);
    s->dir[0] = '\0';
}

const char *scratch_path(struct scratch *s, const char *name)
{
    static _Thread_local char paths[4][SCRATCH_PATH_MAX];
    static _Thread_local unsigned next;
    char *path = paths[next++ % 4];
    need(snprintf(path, SCRATCH_PATH_MAX, "%s/%s", s->dir, name) < SCRATCH_PATH_MAX, "naming",
         name);
    return path;
}

/* The directories in front of the last slash of an absolute path. */
static void make_dirs(const char *path)
{
    char part[SCRATCH_PATH_MAX];
    for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const size_t len = (size_t)(slash - path);
        memcpy(part, path, len);
        part[len] = '\0';
        need(mkdir(part, 0755) == 0 || errno == EEXIST, "making", part);
    }
}

void scratch_write_n(struct scratch *s, const char *name, const void *bytes, size_t len)
{
    const char *path = scratch_path(s, name);
    make_dirs(path);
    FILE *f = fopen(path, "wb");
    need(f != NULL, "writing", path);
    const size_t written = fwrite(bytes, 1, len, f);
    need(fclose(f) == 0 && written == len, "writing", path);
}

void scratch_write(struct scratch *s, const char *name, const char *text)
{
    scratch_write_n(s, name, text, strlen(text));
}

void scratch_mkdir(struct scratch *s, const char *name)
{
    const char *path = scratch_path(s, name);
    make_dirs(path);
    need(mkdir(path, 0755) == 0, "making", path);
}

void scratch_remove(struct scratch *s, const char *name)
{
    remove_tree(scratch_path(s, name));
}

void scratch_age(struct scratch *s, const char *name, int64_t seconds)
{
    const char *path = scratch_path(s, name);
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    need(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) == 0, "ageing", path);
}

void scratch_sparse(struct scratch *s, const char *name, int64_t size)
{
    scratch_write(s, name, "");
    need(truncate(scratch_path(s, name), size) == 0, "lengthening", name);
}
