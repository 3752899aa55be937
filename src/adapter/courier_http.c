/* courier_http.c - the message as JSON, its signature, and one exchange. */
#include "adapter/courier_http.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "http_call.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_US (20 * US_PER_S) /* of its answer */
#define TOTAL_US (30 * US_PER_S)
#define LOOK_US (200 * US_PER_MS)       /* how often it is asked whether to go on */
#define ANSWER_MAX ((size_t)64 << 10)   /* bytes of an answer that are read */
#define MESSAGE_MOST ((size_t)40 << 20) /* a report, each byte escaped, fits but for odd ones */

struct courier_http {
    struct courier base;
    struct http_call *call;
    bool allow_private, with_html;
    uint8_t key[SECRET_HASH];
};

/* --- the message ------------------------------------------------------------------------------ */

static json_t *instant(int64_t us)
{
    char text[TIME_TEXT_MAX];
    if (us == INT64_MIN)
        return json_null();
    time_text_utc(us, text);
    return json_string(text);
}

static json_t *id_text(struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    return json_string(text);
}

static json_t *report_data(const struct delivery_work *w, const char *html)
{
    json_t *data = json_pack(
        "{s:o, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:i, s:s, s:s}", "run", id_text(w->run),
        "workspace", w->workspace, "schedule", w->schedule_name, "specification", w->spec_name,
        "title", w->text, "trigger", w->trigger, "slot", instant(w->slot_us), "period",
        instant(w->period_us), "items", (int)w->items, "sources", (int)w->sources, "sources_failed",
        (int)w->sources_failed, "report", w->file, "sha256", w->sha256);
    if (data != NULL && html[0] != '\0' &&
        json_object_set_new(data, "html", json_string(html)) != 0) {
        json_decref(data);
        return NULL;
    }
    return data;
}

static json_t *notice_data(const struct delivery_work *w)
{
    return json_pack("{s:s, s:s, s:s}", "workspace", w->workspace, "about", w->about, "text",
                     w->text);
}

bool courier_body(const struct delivery_work *work, const char *html, struct buf *out)
{
    bool report = !uuid_is_zero(work->run);
    json_t *o = json_pack("{s:s, s:o, s:o}", "type", report ? "report.made" : "notice", "timestamp",
                          instant(work->created_us), "data",
                          report ? report_data(work, html) : notice_data(work));
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    bool ok = text != NULL && buf_adds(out, text);
    free(text);
    json_decref(o);
    return ok;
}

bool courier_sign(const uint8_t key[32], const char *id, int64_t at_s, const char *body,
                  char dst[COURIER_SIGNATURE_SIZE], struct err *err)
{
    uint8_t hash[SECRET_HASH];
    char text[SECRET_TEXT_SIZE];
    struct buf said = buf_init(MESSAGE_MOST + 200);
    bool ok = buf_addf(&said, "%s.%" PRId64 ".%s", id, at_s, body);
    if (ok) {
        secret_hmac(key, SECRET_HASH, buf_text(&said), said.len, hash);
        secret_text(hash, sizeof hash, text);
        for (char *p = text; *p != '\0'; p++) /* base64url to base64 (RFC 4648 section 4) */
            *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
        ok = str_format(dst, COURIER_SIGNATURE_SIZE, "v1,%s=", text);
    }
    buf_done(&said);
    return ok || err_set(err, ERR_STOP, "webhook: out of memory for its signature");
}

/* --- one exchange ----------------------------------------------------------------------------- */

static bool later(struct courier_said *ret, enum delivery_verdict verdict, const char *words)
{
    ret->verdict = verdict;
    text_screen_to(ret->words, sizeof ret->words, words);
    return true;
}

static bool note_answer(struct http_call *call, struct courier_said *ret)
{
    char words[DELIVERY_ANSWER_MAX + 1];
    ret->status = http_call_status(call);
    ret->asked_us = http_call_retry_after_s(call) * US_PER_S;
    ret->verdict = delivery_of_status(ret->status);
    if (ret->verdict == DELIVERY_TAKEN)
        return true;
    (void)str_format(words, sizeof words, "it answered %d %.160s", (int)ret->status,
                     buf_text(http_call_body(call))); /* a cut is fine */
    return later(ret, ret->verdict, words);
}

static bool wait_answer(struct courier_http *c, struct clock_port *clock, struct courier_said *ret)
{
    struct err why = {0};
    for (;;) {
        if (clock->ops->cancelled(clock)) {
            http_call_end(c->call);
            return later(ret, DELIVERY_LATER, "the engine was stopped before it answered");
        }
        switch (http_call_next(c->call, clock->ops->boot_us(clock) + LOOK_US, &why)) {
        case HTTP_WAIT:
        case HTTP_MORE:
            break;
        case HTTP_WHOLE:
            return note_answer(c->call, ret);
        default: /* a status that came before the break is one */
            if (delivery_of_status(http_call_status(c->call)) == DELIVERY_TAKEN)
                return note_answer(c->call, ret);
            return later(ret, DELIVERY_LATER, why.text);
        }
    }
}

static bool bring(struct courier *base, const struct delivery_work *work, const char *html,
                  struct clock_port *clock, struct courier_said *ret, struct err *err)
{
    struct courier_http *c = (struct courier_http *)base;
    struct err why = {0};
    struct buf body = buf_init(MESSAGE_MOST);
    char id[UUID_TEXT_SIZE], signature[COURIER_SIGNATURE_SIZE], lines[3][120];
    int64_t at_s = calendar_floor(clock->ops->now_us(clock), US_PER_S);
    *ret = (struct courier_said){.verdict = DELIVERY_LATER};
    uuid_text(uuid_is_zero(work->run) ? work->id : work->run, id);
    bool ok = courier_body(work, c->with_html ? html : "", &body) ||
              err_set(err, ERR_STOP, "webhook: out of memory for the message");
    ok = ok && courier_sign(c->key, id, at_s, buf_text(&body), signature, err);
    if (ok) {
        (void)str_format(lines[0], sizeof lines[0], "webhook-id: %s", id);                /* fits */
        (void)str_format(lines[1], sizeof lines[1], "webhook-timestamp: %" PRId64, at_s); /* too */
        (void)str_format(lines[2], sizeof lines[2], "webhook-signature: %s", signature);  /* too */
        const char *more[] = {lines[0], lines[1], lines[2], NULL};
        struct http_request request = {.method = "POST",
                                       .url = work->target,
                                       .token = "",
                                       .accept = "",
                                       .key = id,
                                       .json = buf_text(&body),
                                       .headers = more,
                                       .public_only = !c->allow_private,
                                       .first_us = FIRST_US,
                                       .silence_us = FIRST_US,
                                       .total_us = TOTAL_US};
        if (http_call_start(c->call, &request, &why))
            (void)wait_answer(c, clock, ret); /* it is told in *ret */
        else
            (void)later(ret, why.kind == ERR_REFUSED ? DELIVERY_NEVER : DELIVERY_LATER, why.text);
        http_call_end(c->call);
    }
    buf_done(&body);
    return ok;
}

static void courier_free(struct courier *base)
{
    if (base == NULL)
        return;
    struct courier_http *c = (struct courier_http *)base;
    http_call_free(c->call);
    free(c);
}

static const struct courier_ops ops = {.bring = bring, .free = courier_free};

bool courier_http_new(const struct courier_http_options *options, struct courier **ret,
                      struct err *err)
{
    struct courier_http *c = calloc(1, sizeof *c);
    if (c == NULL || !http_call_new(options->agent, ANSWER_MAX, &c->call, err)) {
        free(c);
        return err_set(err, ERR_STOP, "webhook: out of memory");
    }
    c->base.ops = &ops;
    c->allow_private = options->allow_private;
    c->with_html = options->with_html;
    memcpy(c->key, options->key, sizeof c->key);
    *ret = &c->base;
    return true;
}
