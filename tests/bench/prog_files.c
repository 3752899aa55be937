/* prog_files.c - the floor of the letters benchmark: the same files and no database.
 *
 * usage: prog_files FROM TO BATCH      copies every file of the Maildir FROM/new into TO as a
 * careful
 * program must: tmp file, fsync, link into new, unlink tmp, the directory fsynced once a batch.
 * Prints "FILES SECONDS". */
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILES_MAX = 100000, NAME_SIZE = 128 };

struct letters {
    char (*name)[NAME_SIZE];
    struct buf *bytes;
    int count;
};

/* All letters in memory first: only the writing is measured. */
static bool load(const char *from, struct letters *l, struct err *err)
{
    char dir[FILE_PATH_MAX];
    char path[FILE_PATH_MAX];
    if (!file_join(dir, from, "new", err))
        return false;
    DIR *d = opendir(dir);
    if (d == NULL)
        return err_set(err, ERR_STOP, "%s cannot be read", dir);
    bool ok = true;
    for (struct dirent *e; ok && l->count < FILES_MAX && (e = readdir(d)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        l->bytes[l->count] = buf_init(1 << 20);
        ok = str_copy(l->name[l->count], NAME_SIZE, e->d_name) &&
             file_join(path, dir, e->d_name, err) && file_read(path, &l->bytes[l->count], err);
        l->count++;
    }
    (void)closedir(d); /* it was only read */
    return ok;
}

static bool write_one(int tmp, int new, const char *name, const struct buf *bytes, struct err *err)
{
    int fd = openat(tmp, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(err, ERR_STOP, "%s cannot be made", name);
    bool ok = file_write_all(fd, bytes->data, bytes->len, name, err) && fsync(fd) == 0;
    ok =
        close(fd) == 0 && ok && linkat(tmp, name, new, name, 0) == 0 && unlinkat(tmp, name, 0) == 0;
    return ok || err_set(err, ERR_STOP, "%s cannot be written", name);
}

static int open_dir(const char *base, const char *name, struct err *err)
{
    char path[FILE_PATH_MAX];
    if (!file_join(path, base, name, err) || !file_make_dirs(path, 0700, err))
        return -1;
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool run(const char *from, const char *to, int batch, struct err *err)
{
    struct letters l = {.name = calloc(FILES_MAX, NAME_SIZE),
                        .bytes = calloc(FILES_MAX, sizeof(struct buf))};
    int tmp = open_dir(to, "tmp", err);
    int new = open_dir(to, "new", err);
    bool ok = l.name != NULL && l.bytes != NULL && tmp >= 0 && new >= 0 && load(from, &l, err);
    int64_t began = clock_boot_us();
    for (int i = 0; ok && i < l.count; i++) {
        ok = write_one(tmp, new, l.name[i], &l.bytes[i], err);
        if (ok && (i % batch == batch - 1 || i == l.count - 1))
            ok = fsync(new) == 0;
    }
    int64_t took = clock_boot_us() - began;
    if (ok)
        (void)printf("%d %.6f\n", l.count, (double)took / 1e6); /* the caller reads it */
    for (int i = 0; i < l.count; i++)
        buf_done(&l.bytes[i]);
    free(l.bytes);
    free(l.name);
    return ok;
}

int main(int argc, char **argv)
{
    struct err err = {0};
    int64_t batch;
    if (argc != 4 || !str_int(argv[3], 1, 1000, &batch)) {
        (void)fprintf(stderr, "usage: prog_files FROM TO BATCH\n"); /* nowhere else to say */
        return 2;
    }
    if (run(argv[1], argv[2], (int)batch, &err))
        return 0;
    (void)fprintf(stderr, "prog_files: %s\n", err.text); /* likewise */
    return 1;
}
