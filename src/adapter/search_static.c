/* search_static.c - reads the list line by line; nothing is kept but the place. */
#include "adapter/search_static.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BYTES = 8192, LINE_NUMBER_MAX = 100000000 };

#define BOM "\xEF\xBB\xBF" /* before the first line, by some editors */

struct search_static {
    struct search search;
    char path[FILE_PATH_MAX];
    FILE *file; /* NULL: no query is under way */
    char term[TERM_MAX_BYTES + 1];
    int64_t line; /* lines read */
    bool nothing; /* a variation */
};

static struct search_static *own(struct search *s)
{
    return (struct search_static *)s;
}

static void static_end(struct search *s)
{
    if (own(s)->file != NULL)
        (void)fclose(own(s)->file); /* it was only read */
    own(s)->file = NULL;
}

/* Reads a line without its end; one that is longer, or has a NUL in it, is given as empty. */
static bool read_line(struct search_static *s, char line[LINE_BYTES])
{
    size_t len = 0;
    bool odd = false, any = false;
    int c;
    while ((c = getc_unlocked(s->file)) != EOF && c != '\n') {
        any = true;
        odd = odd || c == '\0' || len == LINE_BYTES - 1;
        if (!odd)
            line[len++] = (char)c;
    }
    if (c == EOF && !any)
        return false;
    s->line++;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    line[odd ? 0 : len] = '\0';
    return true;
}

/* A pipe would be waited for, and a directory can't be read. */
static bool open_list(struct search_static *s, struct err *err)
{
    struct stat st;
    const char *why = "it is no file";
    if (stat(s->path, &st) != 0)
        why = strerror(errno);
    else if (S_ISREG(st.st_mode) && (s->file = fopen(s->path, "re")) == NULL)
        why = strerror(errno);
    return s->file != NULL ||
           err_set(err, ERR_STOP,
                   "search: the list %s can't be read: %s; put it there or correct url in its "
                   "[search] section",
                   s->path, why);
}

static bool static_start(struct search *search, const struct search_request *request,
                         struct err *err)
{
    struct search_static *s = own(search);
    char line[LINE_BYTES];
    int64_t from = 0;
    static_end(search);
    if (request->cursor[0] != '\0' && !str_int(request->cursor, 0, LINE_NUMBER_MAX, &from))
        from = 0; /* another provider's: the query begins again */
    s->line = 0;
    s->nothing = request->variation > 0;
    (void)str_copy(s->term, sizeof s->term, request->term); /* a term: it fits */
    if (!open_list(s, err))
        return false;
    while (s->line < from && read_line(s, line))
        continue;
    return true;
}

/* Does this line belong to the term? Then *ret_hit is its address. */
static bool take_line(const struct search_static *s, char *line, struct search_hit *ret_hit)
{
    char *tab = strchr(line, '\t');
    if (line[0] == '#' || tab == NULL)
        return false;
    *tab = '\0';
    char *url = tab + 1, *title = strchr(url, '\t');
    if (title != NULL)
        *title++ = '\0';
    if (str_starts(line, BOM))
        line += sizeof BOM - 1;
    if (!str_equal_nocase(str_trim(line), s->term) || !weblink_clean(url, ret_hit->url))
        return false;
    text_screen_to(ret_hit->title, sizeof ret_hit->title, title != NULL ? title : "");
    return str_format(ret_hit->cursor, sizeof ret_hit->cursor, "%lld", (long long)s->line);
}

static enum search_answer static_next(struct search *search, int64_t deadline_us,
                                      struct search_hit *ret_hit, struct err *err)
{
    struct search_static *s = own(search);
    char line[LINE_BYTES];
    (void)deadline_us; /* a file of any length takes less than a slice */
    if (s->file == NULL || s->nothing)
        return SEARCH_EXHAUSTED;
    while (read_line(s, line))
        if (take_line(s, line, ret_hit))
            return SEARCH_HIT;
    if (ferror(s->file)) {
        (void)err_set(err, ERR_RETRY, "search: the list %s can't be read to its end", s->path);
        return SEARCH_FAILED;
    }
    return SEARCH_EXHAUSTED;
}

static void static_free(struct search *s)
{
    if (s == NULL)
        return;
    static_end(s);
    free(s);
}

static const struct search_ops ops = {
    .kind = "static",
    .start = static_start,
    .next = static_next,
    .end = static_end,
    .free = static_free,
};

bool search_static_new(const char *path, struct search **ret, struct err *err)
{
    struct search_static *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_STOP, "search: out of memory");
    s->search.ops = &ops;
    if (path[0] == '\0' || !str_copy(s->path, sizeof s->path, path)) {
        free(s);
        return err_set(err, ERR_REFUSED, "search: a static provider needs url = PATH of its list");
    }
    *ret = &s->search;
    return true;
}
