/* search_reply.c - turns what a port answers into the lines of the contract. */
#include "search_reply.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { REPLY_MAX = 1024 * 1024, ENOUGH = 8 * 1024, PAGE_MAX = 100 };

#define LOOK_US (250 * US_PER_MS) /* how soon a cancelled query ends */

/* Appends one object as a line; without memory the buf says so at the end. */
static void say(struct search_reply *r, json_t *object)
{
    char *text = object != NULL ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text == NULL)
        r->out.failed = true;
    else
        buf_addf(&r->out, "%s\n", text);
    free(text);
    json_decref(object);
}

/* --- what a hit becomes ----------------------------------------------------------------------- */

/* The page's address for others; false: it is not for them. */
static bool public_url(const struct search_reply *r, const char *url, char dst[URL_MAX + 1])
{
    char dir[URL_MAX + 1];
    if (r->site_dir[0] == '\0' || !str_starts(url, "corpus:"))
        return str_copy(dst, URL_MAX + 1, url);
    return str_format(dir, sizeof dir, "corpus:%s/", r->site_dir) && str_starts(url, dir) &&
           str_format(dst, URL_MAX + 1, "%s/%s", r->site_url, url + strlen(dir));
}

static void say_hit(struct search_reply *r, const struct search_hit *hit)
{
    char url[URL_MAX + 1];
    (void)str_copy(r->cursor, sizeof r->cursor, hit->cursor); /* same size */
    if (!public_url(r, hit->url, url))
        return;
    r->count++;
    say(r, json_pack("{s:s,s:i,s:s,s:s,s:s}", "t", "result", "n", (int)r->count, "url", url,
                     "title", hit->title, "cursor", hit->cursor));
}

static void say_end(struct search_reply *r, const char *reason)
{
    r->ended = true;
    say(r, json_pack("{s:s,s:s,s:i,s:s}", "t", "end", "reason", reason, "count", (int)r->count,
                     "cursor", r->cursor));
}

/* What is wrong here is told here; the engine hears only what it may do about it. */
static void say_failure(struct search_reply *r, const struct err *err)
{
    bool refused = err->kind == ERR_REFUSED, retry = err->kind == ERR_RETRY;
    const struct search_ops *ops = r->search->ops;
    int64_t until_us = ops->not_before_us != NULL ? ops->not_before_us(r->search) : 0;
    int64_t left_us = until_us - clock_boot_us();
    r->ended = true;
    if (!refused)
        r->trouble(r->ctx, err->text);
    say(r, json_pack("{s:s,s:s,s:s,s:i,s:b}", "t", "error", "code",
                     refused       ? "bad_query"
                     : left_us > 0 ? "rate_limited"
                     : retry       ? "engine_blocked"
                                   : "internal",
                     "msg",
                     refused ? "this query can't be answered"
                     : retry ? "no answer now"
                             : "the worker can't search; its own log says why",
                     "retry_after_s", left_us > 0 ? (int)(left_us / US_PER_S) + 1 : 0, "fatal", 1));
}

/* --- one answer of the port ------------------------------------------------------------------- */

/* True when the query is at an end for a reason of its own. */
static bool is_over(struct search_reply *r)
{
    const char *reason = NULL;
    if (atomic_load(r->stopping) || atomic_load(&r->cancelled))
        reason = "cancelled";
    else if (r->count >= r->asked.request.limit)
        reason = "limit";
    else if (clock_boot_us() >= r->until_us)
        reason = "deadline";
    if (reason != NULL)
        say_end(r, reason);
    return reason != NULL;
}

/* True when there may be more at once. */
static bool one_answer(struct search_reply *r, int64_t deadline_us)
{
    struct search_hit hit;
    struct err err = {0};
    switch (r->search->ops->next(r->search, deadline_us, &hit, &err)) {
    case SEARCH_HIT:
        say_hit(r, &hit);
        return true;
    case SEARCH_WAIT:
        return false;
    case SEARCH_EXHAUSTED:
        r->exhausted = true;
        say_end(r, "exhausted");
        return false;
    case SEARCH_FAILED:
        say_failure(r, &err);
        return false;
    }
    return false;
}

static int64_t next_look(const struct search_reply *r)
{
    int64_t at_us = clock_boot_us() + LOOK_US;
    at_us = r->until_us < at_us ? r->until_us : at_us;
    return r->ping_at_us < at_us ? r->ping_at_us : at_us;
}

void search_reply_more(struct search_reply *r)
{
    while (!r->ended && buf_ok(&r->out)) {
        bool more = !is_over(r) && one_answer(r, r->out.len > 0 ? 0 : next_look(r));
        if (r->out.len > ENOUGH || (r->out.len > 0 && !more))
            break;
        if (!more && clock_boot_us() >= r->ping_at_us)
            say(r, json_pack("{s:s}", "t", "ping"));
    }
    r->ping_at_us = clock_boot_us() + r->ping_us;
    r->ended = r->ended || !buf_ok(&r->out);
}

/* --- begin, page, end ------------------------------------------------------------------------- */

int search_reply_begin(struct search_reply *r, struct err *err)
{
    struct err why = {0};
    r->out = buf_init(REPLY_MAX);
    r->until_us = clock_boot_us() + r->asked.deadline_us;
    r->ping_at_us = clock_boot_us() + r->ping_us;
    (void)str_copy(r->cursor, sizeof r->cursor, r->asked.cursor); /* same size */
    if (!r->search->ops->start(r->search, &r->asked.request, &why)) {
        bool refused = why.kind == ERR_REFUSED;
        if (!refused)
            r->trouble(r->ctx, why.text);
        (void)err_set(err, why.kind, "%s",
                      refused ? "this query can't be answered"
                              : "the worker can't search; its own log says why");
        return refused ? 422 : 503;
    }
    say(r, json_pack("{s:s,s:i,s:s,s:s}", "t", "hello", "proto", 1, "request_id", r->asked.id,
                     "worker", r->name));
    return 200;
}

bool search_reply_page(struct search_reply *r)
{
    if (r->asked.request.limit > PAGE_MAX)
        r->asked.request.limit = PAGE_MAX;
    r->ping_at_us = INT64_MAX;
    while (!r->ended && buf_ok(&r->out))
        if (!is_over(r) && one_answer(r, next_look(r)))
            continue;
    json_t *items = json_array();
    bool ok = buf_ok(&r->out) && items != NULL;
    for (const char *line = buf_text(&r->out); *line != '\0'; line = strchr(line, '\n') + 1)
        ok =
            ok && json_array_append_new(items, json_loadb(line, strcspn(line, "\n"), 0, NULL)) == 0;
    buf_clear(&r->out);
    say(r, json_pack("{s:o,s:s,s:b}", "items", items, "cursor", r->cursor, "end", r->exhausted));
    return ok && buf_ok(&r->out);
}

void search_reply_done(struct search_reply *r)
{
    if (r->search != NULL)
        r->search->ops->free(r->search);
    r->search = NULL;
    buf_done(&r->out);
}
