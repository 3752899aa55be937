/* deliver.c - see deliver.h. */
#include "deliver.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/str.h"
#include "domain/outbound.h"

#include <string.h>

#define MEMORY ((size_t)1 << 20)
#define LETTER_MOST ((size_t)8 << 20)  /* a message */
#define REPORT_MOST ((size_t)16 << 20) /* one part of a report */
#define LOOK_US US_PER_S               /* how often a sink is asked */
#define TELL_AGAIN_US (2 * US_PER_S)   /* the record did not hear it */

struct outcome {
    struct delivery_ended end;
    char answer[MAIL_ANSWER_MAX + DELIVERY_ANSWER_MAX + 1];
};

static void say(struct outcome *o, enum delivery_state state, const char *answer)
{
    o->end.state = state;
    (void)str_copy(o->answer, sizeof o->answer, answer); /* a cut is fine: it is a reason */
}

/* Not taken: once more after a while, or given up. */
static void later(const struct deliver_ports *p, struct outcome *o, int64_t asked_us,
                  const char *answer)
{
    int32_t attempts = o->end.work->attempt;
    say(o, attempts >= p->settings->delivery_attempts ? DELIVERY_FAILED : DELIVERY_WAITING, answer);
    o->end.again_us = p->clock->ops->now_us(p->clock) +
                      delivery_wait_us(p->settings->delivery_retry_us, attempts, asked_us);
}

/* --- webhooks --------------------------------------------------------------------------------- */

static bool post(const struct deliver_ports *p, struct outcome *o, const char *html,
                 struct err *err)
{
    struct courier_said said;
    FP("delivery_post_before");
    if (!p->courier->ops->bring(p->courier, o->end.work, html, p->clock, &said, err))
        return false;
    FP("delivery_post_after");
    o->end.code = said.status;
    if (said.verdict == DELIVERY_TAKEN)
        say(o, DELIVERY_DELIVERED, "");
    else if (said.verdict == DELIVERY_NEVER)
        say(o, DELIVERY_FAILED, said.words);
    else
        later(p, o, said.asked_us, said.words);
    return true;
}

/* --- letters ---------------------------------------------------------------------------------- */

static void take_verdict(const struct deliver_ports *p, struct outcome *o,
                         const struct mail_event *e)
{
    struct send_verdict v = {.state = e->verdict, .code = e->code};
    (void)str_copy(v.reason, sizeof v.reason, e->answer); /* same size */
    outbound_verdict(p->settings, &v);
    o->end.code = v.code;
    switch (v.state) {
    case SEND_SENT:
        say(o, DELIVERY_DELIVERED, v.reason);
        break;
    case SEND_SIMULATED:
        say(o, DELIVERY_SIMULATED, v.reason);
        break;
    case SEND_REJECTED:
        say(o, DELIVERY_FAILED, v.reason);
        break;
    case SEND_IN_DOUBT:
        say(o, DELIVERY_IN_DOUBT, v.reason);
        break;
    default: /* it certainly was not sent */
        later(p, o, 0, v.reason);
    }
}

/* The sink as a whole failed: before it was allowed to take the last step nothing has left. */
static void sink_failed(const struct deliver_ports *p, struct outcome *o, bool allowed,
                        const struct err *why)
{
    if (allowed)
        say(o, DELIVERY_IN_DOUBT, why->text);
    else if (why->kind == ERR_REFUSED)
        say(o, DELIVERY_HELD, why->text);
    else
        later(p, o, 0, why->text);
}

/* From the sink's question to its verdict. The attempt is in the record: that is the intent. */
static void hand_over(const struct deliver_ports *p, struct outcome *o, struct err *why)
{
    struct mail *m = p->mail;
    bool allowed = false;
    for (;;) {
        struct mail_event e = {0};
        int64_t until_us = p->clock->ops->boot_us(p->clock) + LOOK_US;
        if (!m->ops->next(m, until_us, &e, why)) {
            sink_failed(p, o, allowed, why);
            return;
        }
        if (e.kind == MAIL_VERDICT) {
            take_verdict(p, o, &e);
            return;
        }
        if (e.kind == MAIL_ASK) {
            FP("delivery_mail_before");
            allowed = true;
            if (!m->ops->allow(m, e.ids, e.count, why)) {
                sink_failed(p, o, allowed, why);
                return;
            }
        } else if (!allowed && p->clock->ops->cancelled(p->clock)) {
            later(p, o, 0, "the engine was stopped before it was sent");
            return;
        }
    }
}

static void send(const struct deliver_ports *p, struct outcome *o, const char *html,
                 const char *text)
{
    const struct delivery_work *w = o->end.work;
    struct err why = {0};
    struct buf bytes = buf_init(LETTER_MOST);
    if (!p->letter(p->ctx, p->settings, w, html, text, &bytes, &why)) {
        sink_failed(p, o, false, &why);
    } else {
        struct mail_letter letter = {.id = w->id,
                                     .to = outbound_recipient(p->settings, w->target),
                                     .bytes = buf_text(&bytes),
                                     .size_bytes = bytes.len};
        if (p->mail->ops->submit(p->mail, &letter, 1, &why))
            hand_over(p, o, &why);
        else
            sink_failed(p, o, false, &why);
        FP("delivery_mail_after");
        p->mail->ops->drop(p->mail);
    }
    buf_done(&bytes);
}

/* An engine died over it. A sink that can be asked knows; of another nobody does. */
static bool was_sent(const struct deliver_ports *p, struct outcome *o)
{
    bool known = false, there = false;
    struct err why = {0};
    if (!p->mail->ops->find(p->mail, o->end.work->id, &known, &there, &why))
        known = false;
    if (!known)
        say(o, DELIVERY_IN_DOUBT,
            "an engine died over it; it may have arrived, so it is not sent again by itself");
    else if (there)
        say(o, p->mail->ops->mode == MODE_DRYRUN ? DELIVERY_SIMULATED : DELIVERY_DELIVERED, "");
    return !known || there;
}

static void mail_one(const struct deliver_ports *p, struct outcome *o, const char *html,
                     const char *text)
{
    struct err why = {0};
    if (o->end.work->died && was_sent(p, o))
        return;
    if (!outbound_may_go(p->settings, o->end.work->target, 0, &why))
        say(o, DELIVERY_HELD, why.text);
    else
        send(p, o, html, text);
}

/* --- one of them ------------------------------------------------------------------------------ */

static bool bring(const struct deliver_ports *p, struct outcome *o, struct err *err)
{
    const struct delivery_work *w = o->end.work;
    struct buf html = buf_init(REPORT_MOST), text = buf_init(REPORT_MOST);
    struct err why = {0};
    bool ok = true;
    if (!uuid_is_zero(w->run) &&
        !p->agenda->ops->delivery_report(p->agenda, w->run, &html, &text, &why)) {
        ok = why.kind == ERR_REFUSED || err_set(err, why.kind, "%s", why.text);
        say(o, DELIVERY_FAILED, why.text);
    } else if (w->kind == DELIVERY_WEBHOOK) {
        ok = post(p, o, buf_text(&html), err);
    } else {
        mail_one(p, o, buf_text(&html), buf_text(&text));
    }
    buf_done(&html);
    buf_done(&text);
    return ok;
}

/* What left this machine must not be forgotten because the record is away: it is told as long as
 * this engine lives. */
static bool tell(const struct deliver_ports *p, const struct outcome *o, struct err *err)
{
    enum run_answer ignored; /* fenced: somebody else goes on with it */
    struct clock_port *clock = p->clock;
    for (;;) {
        struct err why = {0};
        if (p->agenda->ops->delivery_end(p->agenda, &o->end, &ignored, &why))
            return true;
        bool again = why.kind == ERR_RETRY || why.kind == ERR_UNREACHABLE;
        if (!again || clock->ops->cancelled(clock) ||
            !clock->ops->wait(clock, clock->ops->boot_us(clock) + TELL_AGAIN_US, NULL))
            return err_set(err, why.kind, "%s", why.text);
    }
}

bool deliver_next(const struct deliver_ports *p, bool *ret_any, struct err *err)
{
    struct arena arena = arena_init(MEMORY);
    struct delivery_work work;
    struct outcome o = {.end = {.work = &work, .answer = o.answer}};
    bool ok = p->agenda->ops->delivery_take(p->agenda, p->engine, p->generation, &arena, &work,
                                            ret_any, err);
    if (ok && *ret_any)
        ok = bring(p, &o, err) && tell(p, &o, err);
    arena_done(&arena);
    return ok;
}
