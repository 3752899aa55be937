/* api_events.c - GET /v1/events: what happens, as server-sent events.
 *
 * The idea: nothing is queued for anybody. A stream is a number, the last event that its client was
 * given, and the record has the rest: a client that comes back with Last-Event-ID goes on exactly
 * there, and one that is slow costs nothing until it is dropped.
 *
 * On a shared record numbers are given when a transaction begins and seen when it ends, so a lower
 * one may be seen after a higher. A gap is therefore waited at until what stands behind it is older
 * than any transaction may become; then it is a number that was never used. */
#include "api_work.h"
#include "base/clock.h"
#include "base/str.h"
#include "output.h"
#include "store/read_events.h"

#include <stdlib.h>

enum { AT_ONCE = 200, GAP_S = 20, RETRY_MS = 1000 };

struct follower {
    struct api *api;
    int64_t seq;
    bool begun, beat;
};

struct telling {
    struct follower *f;
    struct buf *out;
    size_t most;
};

static bool waits_at_gap(const struct follower *f, const struct event_line *e)
{
    return f->api->plugs->mirror != NULL && e->seq != f->seq + 1 &&
           clock_now_us() - e->at_us < GAP_S * US_PER_S;
}

static bool tell(void *ctx, const struct event_line *e)
{
    struct telling *t = ctx;
    if (waits_at_gap(t->f, e) || t->out->len > t->most)
        return false;
    json_t *o = json_pack(
        "{s:I, s:o, s:s, s:s, s:s, s:o, s:o, s:o}", "seq", (json_int_t)e->seq, "at",
        json_instant(e->at_us), "level", log_level_name(e->level), "kind", e->kind, "area", e->area,
        "job", e->job[0] != '\0' ? json_text(e->job) : json_null(), "actor",
        e->actor[0] != '\0' ? json_text(e->actor) : json_null(), "text", json_text(e->text));
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    if (text == NULL)
        return false;
    (void)buf_addf(t->out, "id: %lld\nevent: %s\ndata: %s\n\n", (long long)e->seq, e->kind, text);
    free(text);
    t->f->seq = e->seq;
    return true;
}

/* When it is asked and has nothing, it says nothing; asked again, a comment: so a client that went
 * away is noticed. */
static bool more(void *ctx, struct buf *out, size_t most)
{
    struct err err = {0};
    struct follower *f = ctx;
    struct telling t = {f, out, most};
    if (!f->begun)
        (void)buf_addf(out, "retry: %d\n\n", RETRY_MS);
    f->begun = true;
    if (f->api->db == NULL ||
        !read_events(f->api->db, f->seq, AT_ONCE, f->api->settings.console_mask_addresses, tell, &t,
                     &err)) {
        log_line(f->api->log, LOG_WARN, "api", "a stream ends: %s", err.text);
        return false;
    }
    f->beat = out->len == 0 && !f->beat;
    if (out->len == 0 && !f->beat)
        (void)buf_adds(out, ":\n\n");
    return true;
}

/* Behind which event it begins: what the client says it has, else the newest. False: the answer is
 * given. */
static bool begin_at(struct api_call *c, int64_t *ret)
{
    struct err err = {0};
    char after[24];
    const char *said = c->asked->last_event;
    if (!http_query(c->asked->request, "after", after, sizeof after))
        said = "?";
    else if (said[0] == '\0')
        said = after;
    if (said[0] == '\0') {
        bool ok = read_events_last(c->api->db, ret, &err);
        if (!ok)
            api_failed(c, &err);
        return ok;
    }
    if (str_int(said, 0, INT64_MAX, ret))
        return true;
    api_error(c, 400, "bad_id", "Last-Event-ID (or after) is no number of an event",
              "send the id of the last event that you have, or none");
    return false;
}

void api_events(struct api_call *c)
{
    struct follower *f = NULL;
    int64_t seq;
    if (!api_db(c) || !begin_at(c, &seq))
        return;
    f = calloc(1, sizeof *f);
    if (f == NULL) {
        api_error(c, 500, "memory", "out of memory", "ask again later");
        return;
    }
    *f = (struct follower){.api = c->api, .seq = seq};
    c->answer->status = 200;
    c->answer->type = "text/event-stream";
    c->answer->stream = (struct http_stream){.ctx = f, .more = more, .free = free};
}
