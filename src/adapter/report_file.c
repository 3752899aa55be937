/* report_file.c - writes reports. The name is made of hexadecimal digits alone, so nothing that
 * anybody typed gets into a path. */
#include "adapter/report_file.h"

#include "base/str.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

bool report_file_write(const char *dir, struct uuid run, enum report_form form, const void *bytes,
                       size_t len, struct report_written *ret, struct err *err)
{
    static const char *const endings[REPORT_FORMS] = {"html", "txt"};
    char id[UUID_TEXT_SIZE], name[UUID_TEXT_SIZE + 8];
    struct report_written written = {.size_bytes = (int64_t)len};
    uuid_text(run, id);
    (void)str_format(name, sizeof name, "%s.%s", id, endings[form]); /* fits */
    if (!file_join(written.path, dir, name, err) || !file_make_dirs(dir, 0750, err) ||
        !file_replace(written.path, bytes, len, 0640, err))
        return false;
    str_sha256_hex(bytes, len, written.sha256);
    *ret = written;
    return true;
}

void report_file_sweep(const char *dir, struct uuid run)
{
    char id[UUID_TEXT_SIZE], beginning[UUID_TEXT_SIZE + 2], path[FILE_PATH_MAX];
    struct err ignored = {0};
    DIR *d = opendir(dir);
    if (d == NULL)
        return;
    uuid_text(run, id);
    (void)str_format(beginning, sizeof beginning, ".%s.", id); /* fits */
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (strncmp(e->d_name, beginning, strlen(beginning)) == 0 &&
            file_join(path, dir, e->d_name, &ignored))
            (void)unlink(path); /* else it stays */
    (void)closedir(d);          /* opened for reading */
}
