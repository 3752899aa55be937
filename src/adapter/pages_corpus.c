/* pages_corpus.c - reads pages from the files that the corpus was made of. The one idea: the corpus
 * is the list of what may be opened; an address is only a question whether its path is on it. */
#include "adapter/pages_corpus.h"

#include "corpus_db.h"
#include "corpus_file.h"

#include "adapter/page.h"
#include "base/str.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pages_corpus {
    struct pages pages;
    char *data_dir;
    struct corpus_db *db; /* NULL until the first page */
    struct page_reader *reader;
    struct corpus_file file;
    char path[URL_MAX + 1]; /* of the page under way; "" when there is none */
    char shown[256];        /* the same for sentences */
};

static struct pages_corpus *own(struct pages *pages)
{
    return (struct pages_corpus *)pages;
}

static void corpus_end(struct pages *pages)
{
    own(pages)->path[0] = '\0';
}

static bool corpus_start(struct pages *pages, const char *url, struct err *err)
{
    struct pages_corpus *p = own(pages);
    corpus_end(pages);
    if (corpus_path(url, p->path)) {
        text_screen_to(p->shown, sizeof p->shown, p->path);
        return true;
    }
    p->path[0] = '\0';
    text_screen_to(p->shown, sizeof p->shown, url);
    return err_set(err, ERR_REFUSED, "pages: %s is no address of a page in the corpus", p->shown);
}

static bool open_corpus(struct pages_corpus *p, struct err *err)
{
    if (p->db && corpus_db_current(p->db))
        return true;
    corpus_db_close(p->db);
    p->db = NULL;
    return corpus_db_open(p->data_dir, false, &p->db, err);
}

static bool check_added(struct pages_corpus *p, struct err *err)
{
    bool row = false, added = false;
    if (!open_corpus(p, err))
        return false;
    sqlite3_stmt *st = corpus_query(p->db, SQL_CORPUS_IS_PAGE);
    corpus_bind_blob(p->db, st, "$path", p->path, strlen(p->path));
    if (!corpus_step(p->db, st, &row, err))
        return false;
    if (row) {
        added = sqlite3_column_int64(st, 0) != 0;
        (void)sqlite3_reset(st); /* its only row was read */
    }
    return added ||
           err_set(err, ERR_REFUSED, "pages: %s is not in the corpus (any more)", p->shown);
}

static bool fail_unreadable(const struct pages_corpus *p, enum corpus_skip skip, struct err *err)
{
    const int number = p->file.error;
    if (number == ENOENT || number == ENOTDIR)
        return err_set(err, ERR_REFUSED,
                       "pages: %s is gone; `autopilot corpus add` of its directory takes it out of "
                       "the corpus",
                       p->shown);
    return err_set(err, number == ENOMEM ? ERR_STOP : ERR_REFUSED, "pages: %s can't be read: %s",
                   p->shown, number ? strerror(number) : corpus_skip_name(skip));
}

static bool read_page(struct pages_corpus *p, struct page_view *ret, struct err *err)
{
    struct page_facts facts;
    if (!check_added(p, err))
        return false;
    const enum corpus_skip skip = corpus_file_read(&p->file, p->path);
    if (skip != CORPUS_PAGE)
        return fail_unreadable(p, skip, err);
    if (!page_extract(p->reader, buf_text(&p->file.bytes), p->file.bytes.len, p->file.type, &facts,
                      err))
        return false;
    if (facts.kind == PAGE_BINARY)
        return err_set(err, ERR_REFUSED, "pages: %s is not text any more", p->shown);
    const bool many = facts.lead_count > PAGE_LEADS_MAX;
    *ret = (struct page_view){.words = facts.words,
                              .leads = facts.leads,
                              .count = many ? PAGE_LEADS_MAX : facts.lead_count,
                              .cut = facts.cut || p->file.cut || many};
    return true;
}

static enum page_answer corpus_next(struct pages *pages, int64_t deadline_us, struct page_view *ret,
                                    struct err *err)
{
    struct pages_corpus *p = own(pages);
    (void)deadline_us; /* a file of five megabytes takes less than a slice */
    if (!p->path[0]) {
        (void)err_set(err, ERR_REFUSED, "pages: no page was started");
        return PAGE_FAILED;
    }
    struct err own_err = {0};
    const bool ok = read_page(p, ret, &own_err);
    if (!ok && err)
        *err = own_err;
    if (!ok && own_err.kind == ERR_RETRY)
        return PAGE_WAIT; /* the corpus was busy, which says nothing about the page */
    corpus_end(pages);
    return ok ? PAGE_READY : PAGE_FAILED;
}

static void corpus_free(struct pages *pages)
{
    if (!pages)
        return;
    struct pages_corpus *p = own(pages);
    corpus_db_close(p->db);
    page_reader_free(p->reader);
    corpus_file_done(&p->file);
    free(p->data_dir);
    free(p);
}

static const struct pages_ops ops = {
    .start = corpus_start,
    .next = corpus_next,
    .end = corpus_end,
    .free = corpus_free,
};

bool pages_corpus_new(const char *data_dir, struct pages **ret, struct err *err)
{
    struct pages_corpus *p = calloc(1, sizeof *p);
    if (p) {
        p->pages.ops = &ops;
        corpus_file_init(&p->file);
        p->data_dir = strdup(data_dir);
    }
    if (!p || !p->data_dir) {
        free(p);
        return err_set(err, ERR_STOP, "pages: out of memory");
    }
    if (!page_reader_new(&p->reader, err)) {
        corpus_free(&p->pages);
        return false;
    }
    *ret = &p->pages;
    return true;
}
