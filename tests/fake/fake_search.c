/* fake_search.c - results out of a fake_world; the cursor is "r" and the next result's number. */
#include "fake/fake_search.h"

#include "base/str.h"

static struct fake_search *self(struct search *port)
{
    return (struct fake_search *)port;
}

static bool start(struct search *port, const struct search_request *request, struct err *err)
{
    struct fake_search *s = self(port);
    int64_t at = 0;
    if (request->cursor[0] != '\0' &&
        (request->cursor[0] != 'r' || !str_int(request->cursor + 1, 0, INT32_MAX, &at)))
        return err_set(err, ERR_REFUSED, "search: cursor \"%s\" is not one of this provider",
                       request->cursor);
    if (!str_copy(s->term, sizeof s->term, request->term) ||
        !str_copy(s->query, sizeof s->query, request->query))
        return err_set(err, ERR_REFUSED, "search: the query is too long");
    s->starts++;
    s->early += s->clock != NULL && s->clock->boot < s->not_before_us;
    s->at = (int32_t)at;
    s->open = true;
    return true;
}

static enum search_answer next(struct search *port, int64_t deadline_us, struct search_hit *ret_hit,
                               struct err *err)
{
    struct fake_search *s = self(port);
    (void)deadline_us; /* nothing here takes time */
    s->nexts++;
    if (!s->open) {
        (void)err_set(err, ERR_REFUSED, "search: no query was started"); /* SEARCH_FAILED says it */
        return SEARCH_FAILED;
    }
    if (s->wait_every > 0 && s->nexts % s->wait_every == 0)
        return SEARCH_WAIT;
    if (s->fail_next > 0 || s->at == fake_world_fails_at(s->world, s->term)) {
        enum err_kind kind = s->fail_next > 0 ? s->fail_kind : ERR_RETRY;
        if (s->fail_next > 0 && s->clock != NULL)
            s->not_before_us = s->clock->boot + s->pause_us;
        s->fail_next -= s->fail_next > 0;
        s->open = false;
        (void)err_set(err, kind, "search: the provider failed at result %d of \"%s\"", s->at,
                      s->query); /* SEARCH_FAILED says it */
        return SEARCH_FAILED;
    }
    if (s->at >= fake_world_results(s->world, s->term, s->query)) {
        s->open = false;
        return SEARCH_EXHAUSTED;
    }
    fake_world_url(s->world, s->query, s->at, ret_hit->url, sizeof ret_hit->url);
    (void)str_format(ret_hit->title, sizeof ret_hit->title, "Result %d", s->at); /* it fits */
    s->at++;
    s->hits++;
    (void)str_format(ret_hit->cursor, sizeof ret_hit->cursor, "r%d", s->at); /* it fits */
    return SEARCH_HIT;
}

static void end(struct search *port)
{
    self(port)->ends++;
    self(port)->open = false;
}

static void release(struct search *port)
{
    (void)port; /* owned by the caller */
}

static int64_t not_before(const struct search *port)
{
    return ((const struct fake_search *)port)->not_before_us;
}

static const struct search_ops ops = {.kind = "fake",
                                      .start = start,
                                      .next = next,
                                      .end = end,
                                      .not_before_us = not_before,
                                      .free = release};

void fake_search_init(struct fake_search *s, const struct fake_world *world)
{
    *s = (struct fake_search){.port = {&ops}, .world = world, .fail_kind = ERR_RETRY};
}
