/* cmd_extract.c - autopilot extract: addresses in pages, one line each: FILE<TAB>address. */
#include "adapter/page.h"
#include "base/str.h"
#include "commands.h"
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXTRACT_MAX = 8 << 20 }; /* so much of a file is read; page_extract says what it left out */

struct extracting {
    struct app *app;
    struct page_reader *reader;
    struct page_facts facts;
    char *bytes;
    struct out_text safe;
    int32_t failed;
};

/* Reads up to EXTRACT_MAX bytes of a regular file or of stdin ("-"). A FIFO or device in a list of
 * files would block for ever: refused. */
static bool read_some(struct extracting *x, const char *path, size_t *ret_len, struct err *err)
{
    bool from_stdin = str_equal(path, "-");
    int fd = from_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    bool ok = true;
    *ret_len = 0;
    if (fd < 0)
        return err_set(err, ERR_REFUSED, "%s: cannot be read: %s", path, strerror(errno));
    if (!from_stdin && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)))
        ok = err_set(err, ERR_REFUSED, "%s: is not a file", path);
    while (ok && *ret_len < EXTRACT_MAX) {
        ssize_t n = read(fd, x->bytes + *ret_len, EXTRACT_MAX - *ret_len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = err_set(err, ERR_REFUSED, "%s: cannot be read: %s", path, strerror(errno));
        if (n <= 0)
            break;
        *ret_len += (size_t)n;
    }
    if (!from_stdin)
        (void)close(fd); /* it was only read */
    return ok;
}

static bool print_address(struct extracting *x, const char *path, const struct lead_found *a,
                          struct err *err)
{
    if (x->app->json)
        return out_json(json_pack("{s:o, s:o, s:o}", "file", json_text(path), "address",
                                  json_text(a->shown), "folded", json_text(a->address)),
                        true, err);
    out_print("%s\t%s\n", out_safe(&x->safe, path), out_safe(&x->safe, a->shown));
    return true;
}

/* A file that can't be read is said on stderr and does not end the rest. */
static bool extract_one(struct extracting *x, const char *path, struct err *err)
{
    struct err why = {0};
    size_t len;
    bool ok = read_some(x, path, &len, &why) &&
              page_extract(x->reader, x->bytes, len, NULL, &x->facts, &why);
    if (!ok) {
        (void)fprintf(stderr, "autopilot: %s\n", out_safe(&x->safe, why.text)); /* as said above */
        x->failed++;
        return true;
    }
    for (int32_t i = 0; ok && i < x->facts.lead_count; i++)
        ok = print_address(x, path, &x->facts.leads[i], err);
    return ok;
}

bool cmd_extract(struct app *app, struct err *err)
{
    struct extracting x = {.app = app, .bytes = malloc(EXTRACT_MAX)};
    if (x.bytes == NULL)
        return err_set(err, ERR_STOP, "extract: out of memory");
    bool ok = page_reader_new(&x.reader, err);
    if (ok && app->arguments == 0)
        ok = extract_one(&x, "-", err);
    for (int32_t i = 0; ok && i < app->arguments; i++)
        ok = extract_one(&x, app->argument[i], err);
    page_reader_free(x.reader);
    free(x.bytes);
    if (ok && x.failed > 0)
        app->exit_status = 1;
    return ok;
}
