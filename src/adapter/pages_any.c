/* pages_any.c - two adapters of pages behind one door. */
#include "adapter/pages_any.h"

#include "base/str.h"

#include <stdlib.h>

struct pages_any {
    struct pages pages;
    struct pages *corpus, *web;
    struct pages *now; /* of the page that was started; NULL: none */
};

static struct pages_any *own(struct pages *pages)
{
    return (struct pages_any *)pages;
}

static struct pages *which(struct pages_any *p, const char *url)
{
    return str_starts(url, "corpus:") ? p->corpus : p->web;
}

static void any_end(struct pages *pages)
{
    struct pages_any *p = own(pages);
    if (p->now != NULL)
        p->now->ops->end(p->now);
    p->now = NULL;
}

static bool any_start(struct pages *pages, const char *url, struct err *err)
{
    struct pages_any *p = own(pages);
    any_end(pages);
    p->now = which(p, url);
    return p->now->ops->start(p->now, url, err);
}

static enum page_answer any_next(struct pages *pages, int64_t deadline_us, struct page_view *ret,
                                 struct err *err)
{
    struct pages_any *p = own(pages);
    if (p->now != NULL)
        return p->now->ops->next(p->now, deadline_us, ret, err);
    (void)err_set(err, ERR_REFUSED, "pages: no page was started");
    return PAGE_FAILED;
}

static bool any_ahead(struct pages *pages, const char *url)
{
    struct pages *p = which(own(pages), url);
    return p->ops->ahead != NULL && p->ops->ahead(p, url);
}

static void any_free(struct pages *pages)
{
    struct pages_any *p = own(pages);
    if (p->corpus != NULL)
        p->corpus->ops->free(p->corpus);
    if (p->web != NULL)
        p->web->ops->free(p->web);
    free(p);
}

static const struct pages_ops ops = {
    .start = any_start,
    .next = any_next,
    .end = any_end,
    .ahead = any_ahead,
    .free = any_free,
};

bool pages_any_new(struct pages *corpus, struct pages *web, struct pages **ret, struct err *err)
{
    struct pages_any *p = calloc(1, sizeof *p);
    if (p == NULL) {
        corpus->ops->free(corpus);
        web->ops->free(web);
        return err_set(err, ERR_STOP, "pages: out of memory");
    }
    *p = (struct pages_any){.pages = {&ops}, .corpus = corpus, .web = web};
    *ret = &p->pages;
    return true;
}
