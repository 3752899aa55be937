/* corpus_file.c - reads one file that nobody vouches for. The one idea: it is opened in a way that
 * can neither wait nor be led elsewhere, and is judged by what was opened, not by what its name
 * stood for a moment ago. */
#include "corpus_file.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

struct type_row {
    const char *ending;
    const char *type;
};

static const struct type_row types[] = {
    {".html", "text/html"},  {".htm", "text/html"},   {".xhtml", "text/html"},
    {".shtml", "text/html"}, {".php", "text/html"},   {".asp", "text/html"},
    {".txt", "text/plain"},  {".text", "text/plain"}, {".md", "text/plain"},
    {".rst", "text/plain"},  {".csv", "text/plain"},  {".tsv", "text/plain"},
    {".log", "text/plain"},
};

void corpus_mark_of(const struct stat *st, struct corpus_mark *ret)
{
    ret->size = st->st_size;
    ret->mtime_ns = (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
    ret->inode = (int64_t)st->st_ino;
}

void corpus_file_init(struct corpus_file *f)
{
    *f = (struct corpus_file){.bytes = buf_init(CORPUS_FILE_MAX)};
}

void corpus_file_done(struct corpus_file *f)
{
    buf_done(&f->bytes);
}

static enum corpus_skip unreadable(struct corpus_file *f, int error)
{
    f->error = error;
    return error == ELOOP ? CORPUS_LINK : CORPUS_UNREADABLE;
}

static enum corpus_skip read_open(struct corpus_file *f, int fd)
{
    static const size_t ceiling = CORPUS_FILE_MAX;
    char chunk[CHUNK];
    while (f->bytes.len < ceiling) {
        const size_t room = ceiling - f->bytes.len;
        const ssize_t n = read(fd, chunk, room < sizeof chunk ? room : sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return unreadable(f, errno);
        if (n == 0)
            break;
        if (!buf_add(&f->bytes, chunk, (size_t)n))
            return unreadable(f, ENOMEM);
    }
    f->cut = f->bytes.len == ceiling && f->mark.size > (int64_t)ceiling;
    return CORPUS_PAGE;
}

static enum corpus_skip read_bytes(struct corpus_file *f, const char *path)
{
    struct stat st;
    enum corpus_skip skip = CORPUS_NOT_FILE;
    /* O_NONBLOCK: opening a FIFO must not wait for somebody who writes into it. */
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENXIO || errno == ENODEV ? CORPUS_NOT_FILE : unreadable(f, errno);
    if (fstat(fd, &st) != 0) {
        skip = unreadable(f, errno);
    } else if (S_ISREG(st.st_mode)) {
        corpus_mark_of(&st, &f->mark);
        skip = read_open(f, fd);
    }
    (void)close(fd); /* nothing was written */
    return skip;
}

static const char *type_of(const char *path)
{
    char name[16 + 1];
    size_t len = strlen(path);
    if (str_ends(path, ".gz"))
        len -= 3;
    const size_t tail = len < 16 ? len : 16;
    (void)str_copy_n(name, sizeof name, path + len - tail, tail);
    str_lower(name);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(name, types[i].ending))
            return types[i].type;
    return NULL;
}

enum corpus_skip corpus_file_read(struct corpus_file *f, const char *path)
{
    buf_clear(&f->bytes);
    f->cut = false;
    f->error = 0;
    f->mark = (struct corpus_mark){0};
    f->type = type_of(path);
    return read_bytes(f, path);
}

/* ---- addresses of pages ---- */

static bool is_plain(char c)
{
    return c > ' ' && c < 0x7f && !strchr("%\"<>#?\\^`{|}", c);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool corpus_url(const char *path, char dst[URL_MAX + 1])
{
    static const char digits[] = "0123456789ABCDEF";
    size_t n = sizeof CORPUS_SCHEME - 1;
    memcpy(dst, CORPUS_SCHEME, n);
    for (; *path; path++) {
        const unsigned char c = (unsigned char)*path;
        const bool plain = is_plain(*path);
        if (n + (plain ? 1 : 3) > URL_MAX)
            return false;
        dst[n++] = plain ? *path : '%';
        if (plain)
            continue;
        dst[n++] = digits[c >> 4];
        dst[n++] = digits[c & 15];
    }
    dst[n] = '\0';
    return true;
}

bool corpus_path(const char *url, char dst[URL_MAX + 1])
{
    size_t n = 0;
    if (!str_starts(url, CORPUS_SCHEME "/") || strlen(url) > URL_MAX)
        return false;
    for (url += sizeof CORPUS_SCHEME - 1; *url; url++) {
        char c = *url;
        if (c == '%') {
            const int high = hex_value(url[1]);
            const int low = high < 0 ? -1 : hex_value(url[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            c = (char)(high << 4 | low);
            url += 2;
        }
        dst[n++] = c;
    }
    dst[n] = '\0';
    return true;
}
