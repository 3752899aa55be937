/* mailbox.c - the messages of a Maildir, an mbox, or a file with one message. */
#include "mailbox.h"

#include "base/file.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 64 * 1024 };

struct walk {
    size_t ceiling;
    mailbox_message *message;
    void *ctx;
};

static bool is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static bool one_file(const struct walk *w, const char *path, struct err *err)
{
    struct stat st;
    struct err why = {0};
    struct buf bytes = buf_init(w->ceiling);
    bool there = stat(path, &st) == 0 && S_ISREG(st.st_mode) && file_read(path, &bytes, &why);
    bool ok = w->message(w->ctx, path, there ? &bytes : NULL, err);
    buf_done(&bytes);
    return ok;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool one_folder(const struct walk *w, const char *dir, const char *name, struct err *err)
{
    char folder[FILE_PATH_MAX], path[FILE_PATH_MAX];
    struct dirent **names;
    if (!file_join(folder, dir, name, err))
        return false;
    int count = scandir(folder, &names, visible, alphasort);
    if (count < 0)
        return errno == ENOENT ||
               err_set(err, ERR_REFUSED, "mailbox: %s can't be read: %s", folder, strerror(errno));
    bool ok = true;
    for (int i = 0; i < count; i++) {
        ok = ok && file_join(path, folder, names[i]->d_name, err) && one_file(w, path, err);
        free(names[i]);
    }
    free(names);
    return ok;
}

/* --- mbox: a line that begins with "From " begins a message (RFC 4155) ------------------------ */

struct mbox {
    const struct walk *walk;
    const char *path;
    struct buf bytes;
    int64_t number;
    bool begun;
};

static bool hand_over(struct mbox *m, struct err *err)
{
    char name[FILE_PATH_MAX + 40];
    if (!m->begun)
        return true;
    m->number++;
    (void)str_format(name, sizeof name, "%s message %lld", m->path, (long long)m->number);
    bool ok = m->walk->message(m->walk->ctx, name, buf_ok(&m->bytes) ? &m->bytes : NULL, err);
    buf_clear(&m->bytes);
    m->begun = false;
    return ok;
}

/* A piece of a line, or a whole one. */
static bool take_line(struct mbox *m, const char *line, size_t len, bool whole, struct err *err)
{
    bool begins = whole && len >= 5 && memcmp(line, "From ", 5) == 0;
    if (begins) {
        bool ok = hand_over(m, err);
        m->begun = true;
        return ok;
    }
    m->begun = true;
    (void)buf_add(&m->bytes, line, len); /* asked for when it is handed over */
    return true;
}

/* What was read, line by line; *whole: the next piece begins a line. Returns how many bytes were
 * used: all, or up to the last line's beginning while more may come. */
static size_t take_lines(struct mbox *m, const char *bytes, size_t len, bool *whole, bool *ok,
                         struct err *err)
{
    size_t at = 0;
    while (*ok && at < len) {
        const char *nl = memchr(bytes + at, '\n', len - at);
        if (nl == NULL && at > 0)
            break;
        size_t size = nl != NULL ? (size_t)(nl - bytes) + 1 - at : len;
        *ok = take_line(m, bytes + at, size, *whole, err);
        *whole = nl != NULL;
        at += size;
    }
    return at;
}

static bool read_mbox(const struct walk *w, const char *path, struct err *err)
{
    struct mbox m = {.walk = w, .path = path, .bytes = buf_init(w->ceiling)};
    char *bytes = malloc(BLOCK);
    FILE *f = fopen(path, "re");
    bool ok = bytes != NULL && f != NULL, whole = true;
    size_t have = 0, got = 1;
    while (ok && got > 0) {
        got = fread(bytes + have, 1, BLOCK - have, f);
        have += got;
        size_t used = take_lines(&m, bytes, have, &whole, &ok, err);
        memmove(bytes, bytes + used, have - used);
        have -= used;
    }
    if (f == NULL || bytes == NULL || ferror(f) != 0)
        ok = err_set(err, ERR_REFUSED, "mailbox: %s can't be read: %s", path, strerror(errno));
    ok = ok && (have == 0 || take_line(&m, bytes, have, whole, err)) && hand_over(&m, err);
    if (f != NULL)
        (void)fclose(f); /* it was only read */
    free(bytes);
    buf_done(&m.bytes);
    return ok;
}

bool mailbox_walk(const char *path, size_t ceiling, mailbox_message *message, void *ctx,
                  struct err *err)
{
    char folder[FILE_PATH_MAX];
    struct stat st;
    struct walk w = {ceiling, message, ctx};
    if (stat(path, &st) != 0)
        return err_set(err, ERR_REFUSED, "mailbox: %s can't be read: %s", path, strerror(errno));
    if (S_ISREG(st.st_mode))
        return read_mbox(&w, path, err);
    if (!file_join(folder, path, "cur", err))
        return false;
    if (!S_ISDIR(st.st_mode) || !is_dir(folder))
        return err_set(err, ERR_REFUSED,
                       "mailbox: %s is neither a Maildir (a directory with cur and new) nor a file "
                       "with messages",
                       path);
    return one_folder(&w, path, "new", err) && one_folder(&w, path, "cur", err);
}
