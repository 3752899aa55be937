/* fake_pages.c - pages out of a fake_world. */
#include "fake/fake_pages.h"

#include "base/str.h"

static struct fake_pages *self(struct pages *port)
{
    return (struct fake_pages *)port;
}

static bool start(struct pages *port, const char *url, struct err *err)
{
    struct fake_pages *p = self(port);
    if (!str_copy(p->url, sizeof p->url, url))
        return err_set(err, ERR_REFUSED, "pages: the address of the page is too long");
    p->starts++;
    p->open = true;
    return true;
}

static enum page_answer next(struct pages *port, int64_t deadline_us, struct page_view *ret,
                             struct err *err)
{
    struct fake_pages *p = self(port);
    (void)deadline_us; /* nothing here takes time */
    p->nexts++;
    if (p->wait_every > 0 && p->nexts % p->wait_every == 0)
        return PAGE_WAIT;
    int32_t count = p->open ? fake_world_page(p->world, p->url, p->leads) : -1;
    if (count < 0) {
        (void)err_set(err, ERR_REFUSED, "pages: %s can't be read", p->url); /* PAGE_FAILED */
        return PAGE_FAILED;
    }
    p->open = false;
    *ret = (struct page_view){.leads = p->leads, .count = count};
    (void)str_copy(ret->words.title, sizeof ret->words.title, "A page");        /* it fits */
    (void)str_copy(ret->words.company, sizeof ret->words.company, "A company"); /* it fits */
    (void)str_copy(ret->words.language, sizeof ret->words.language, "en");      /* it fits */
    return PAGE_READY;
}

static void end(struct pages *port)
{
    self(port)->ends++;
    self(port)->open = false;
}

static bool ahead(struct pages *port, const char *url)
{
    (void)url; /* everything is here already */
    self(port)->aheads++;
    return self(port)->looks_ahead;
}

static void release(struct pages *port)
{
    (void)port; /* owned by the caller */
}

static const struct pages_ops ops = {
    .start = start, .next = next, .end = end, .ahead = ahead, .free = release};

void fake_pages_init(struct fake_pages *p, const struct fake_world *world)
{
    *p = (struct fake_pages){.port = {&ops}, .world = world};
}
