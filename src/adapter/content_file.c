/* content_file.c - a feed from a file, read in one go. */
#include "adapter/content_file.h"

#include "adapter/feed.h"
#include "base/buf.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct content_file {
    struct content content;
    struct feed_reader *feed;
    struct buf bytes;
    struct content_request request;
    bool under_way;
};

static struct content_file *own(struct content *c)
{
    return (struct content_file *)c;
}

static void file_end(struct content *c)
{
    own(c)->under_way = false;
}

static bool file_start(struct content *c, const struct content_request *request, struct err *err)
{
    struct content_file *f = own(c);
    file_end(c);
    if (request->spec->sources[request->source].address[0] != '/')
        return err_set(err, ERR_REFUSED, "its address is no absolute path of a file");
    f->request = *request;
    f->under_way = true;
    return true;
}

static bool fail(struct err *err, int number)
{
    enum err_kind kind = number == EIO || number == ENOMEM      ? ERR_STOP
                         : number == EMFILE || number == ENFILE ? ERR_RETRY
                                                                : ERR_REFUSED;
    return err_set(err, kind, "the file cannot be read: %s", strerror(number));
}

/* At most FEED_BYTES_MAX + 1 bytes: one more than the feed reader looks at says that it was cut. */
static bool read_bytes(struct content_file *f, int fd, struct err *err)
{
    char chunk[16384];
    buf_clear(&f->bytes);
    while (f->bytes.len <= FEED_BYTES_MAX) {
        size_t room = f->bytes.ceiling - f->bytes.len;
        ssize_t n = read(fd, chunk, room < sizeof chunk ? room : sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail(err, errno);
        if (n == 0)
            break;
        if (!buf_add(&f->bytes, chunk, (size_t)n))
            return fail(err, ENOMEM);
    }
    return true;
}

static void mark_of(const struct stat *st, struct content_state *ret)
{
    *ret = (struct content_state){.etag = ""};
    (void)str_format(ret->etag, sizeof ret->etag, "%lld-%lld.%09ld-%lld", (long long)st->st_size,
                     (long long)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
                     (long long)st->st_ino); /* fits */
}

static enum content_answer read_feed(struct content_file *f, const struct stat *st, int fd,
                                     struct content_view *ret, struct err *err)
{
    const struct spec_source *source = &f->request.spec->sources[f->request.source];
    struct content_view view = {0};
    mark_of(st, &view.state);
    if (f->request.since.etag[0] != '\0' && str_equal(f->request.since.etag, view.state.etag))
        return CONTENT_UNCHANGED;
    if (!read_bytes(f, fd, err))
        return CONTENT_FAILED;
    struct feed_input input = {.bytes = buf_text(&f->bytes),
                               .len = f->bytes.len,
                               .base = "",
                               .kind = source->kind,
                               .source = f->request.source};
    if (!feed_read(f->feed, &input, &view, err))
        return CONTENT_FAILED;
    *ret = view;
    return CONTENT_READY;
}

static enum content_answer file_next(struct content *c, int64_t deadline_us,
                                     struct content_view *ret, struct err *err)
{
    struct content_file *f = own(c);
    struct stat st;
    (void)deadline_us; /* five megabytes take less than a slice */
    if (!f->under_way) {
        (void)err_set(err, ERR_REFUSED, "no source was started");
        return CONTENT_FAILED;
    }
    f->under_way = false;
    /* NONBLOCK: a FIFO must not keep us waiting for a writer. */
    int fd = open(f->request.spec->sources[f->request.source].address,
                  O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum content_answer answer = CONTENT_FAILED;
    if (fd < 0)
        (void)fail(err, errno);
    else if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        (void)err_set(err, ERR_REFUSED, "its address is no regular file");
    else
        answer = read_feed(f, &st, fd, ret, err);
    if (fd >= 0)
        (void)close(fd); /* it was only read */
    return answer;
}

static void file_free(struct content *c)
{
    if (c == NULL)
        return;
    struct content_file *f = own(c);
    feed_reader_free(f->feed);
    buf_done(&f->bytes);
    free(f);
}

static const struct content_ops ops = {
    .start = file_start,
    .next = file_next,
    .end = file_end,
    .free = file_free,
};

bool content_file_new(struct content **ret, struct err *err)
{
    struct content_file *f = calloc(1, sizeof *f);
    if (f == NULL)
        return err_set(err, ERR_STOP, "content: out of memory");
    f->content.ops = &ops;
    f->bytes = buf_init(FEED_BYTES_MAX + 1);
    if (!feed_reader_new(&f->feed, err)) {
        file_free(&f->content);
        return false;
    }
    *ret = &f->content;
    return true;
}
