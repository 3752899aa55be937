/* step_mail.c - one mail step of a term: claim letters, write them, hand them to the sink,
 * report.
 *
 * The idea: the verdicts of a batch and the claim of the next are one command, so between two
 * batches nothing is in flight. Inside a batch a letter goes SLOT_READY -> (intent journalled)
 * SLOT_ALLOWED -> SLOT_DECIDED; whatever ends the batch early, letters that were not allowed are
 * released and letters that were allowed are waited for or looked up in the sink. */
#include "lane_work.h"

#include "base/clock.h"
#include "base/fp.h"
#include "base/log.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/outbound.h"
#include "domain/pace.h"

#include <inttypes.h>

#define VERDICT_PATIENCE_US (INT64_C(20) * 60 * 1000000) /* above SMTP's 10 min for the final dot */

enum { SLOT_KEEP_BYTES = 64 * 1024 };

struct batch {
    struct lane *l;
    const struct move *move;
    bool dropping; /* nothing more is allowed; what was allowed is waited for */
    bool dead;     /* the sink as a whole failed: nothing is waited for */
    bool failed;   /* something did, why says what; the batch is the last one */
    bool stuck;    /* no letter was decided */
    bool loaded;   /* the template is there */
    struct err why;
    int64_t patience_us;
};

static void fail(struct batch *b, bool dead, const struct err *why)
{
    if (!b->failed)
        b->why = *why;
    b->failed = true;
    b->dead = b->dead || dead;
}

static void verdict_add(struct lane *l, int32_t i, enum send_state state, int32_t code,
                        const char *reason)
{
    struct send_verdict *v = &l->verdict[l->verdicts++];
    const struct send_row *row = &l->grant.rows[i];
    *v = (struct send_verdict){.id = row->id, .state = state, .code = code};
    text_screen_to(v->reason, sizeof v->reason, reason);
    outbound_verdict(&l->settings, v);
    (void)str_copy(v->sha256, sizeof v->sha256, l->slot[i].sha256); /* same size */
    if (state == SEND_DEFERRED) {
        int32_t own = row->attempt < 1 ? 0 : row->attempt - 1;
        int32_t at = pace_wait(l->settings.mail_retry_us, SETTING_RETRIES, row->waited_us);
        at = own > at ? own : at;
        at = at < SETTING_RETRIES ? at : SETTING_RETRIES - 1;
        v->retry_at_us = lane_now(l) + l->settings.mail_retry_us[at];
    }
    l->slot[i].state = SLOT_DECIDED;
    if (state == SEND_QUEUED)
        return;
    l->idle_rounds = 0;
    l->sum.decided++;
    l->sum.held += state == SEND_HELD;
    l->sum.accepted += state == SEND_SENT || state == SEND_SIMULATED;
}

/* Makes the verdicts durable here before anybody is told. When that fails they are reported all
 * the same: the authority's commit is as good a memory, and the trouble is told afterwards. */
static void note_facts(struct batch *b)
{
    struct lane *l = b->l;
    int32_t count = l->verdicts - l->journalled;
    if (count == 0)
        return;
    struct err err = {0};
    FP("lane_before_verdicts");
    if (!journal_verdicts(l->ports->journal, l->verdict + l->journalled, count, lane_now(l), &err))
        fail(b, false, &err);
    FP("lane_after_verdicts");
    l->journalled = l->verdicts;
}

/* Writes the letters; one that can't be written is held, or ends the batch when it is not the
 * lead's fault. Returns how many are ready for the sink. */
static int32_t write_letters(struct batch *b)
{
    struct lane *l = b->l;
    const struct lane_ports *p = l->ports;
    const char *group = l->plan->groups[b->move->group].name;
    const char *term = l->plan->terms[b->move->term].text;
    int32_t ready = 0;
    for (int32_t i = 0; i < l->grant.count; i++) {
        struct slot *s = &l->slot[i];
        const struct send_row *row = &l->grant.rows[i];
        struct err why = {0};
        s->state = SLOT_READY;
        s->sha256[0] = '\0';
        buf_clear(&s->bytes);
        if (b->failed)
            continue;
        bool ok =
            outbound_may_go(&l->settings, row->address, row->claimed_at_us - row->queued_at_us,
                            &why) &&
            p->letter(p->ctx, &l->settings, &l->template_def, row, group, term, &s->bytes, &why);
        if (ok && !buf_ok(&s->bytes))
            ok = err_set(&why, ERR_REFUSED, "mail: the letter is larger than %d bytes",
                         LANE_LETTER_MAX);
        if (!ok && why.kind == ERR_REFUSED) {
            verdict_add(l, i, SEND_HELD, 0, why.text);
        } else if (!ok) {
            fail(b, false, &why);
        } else {
            str_sha256_hex(buf_text(&s->bytes), s->bytes.len, s->sha256);
            l->letter[ready++] =
                (struct mail_letter){.id = row->id,
                                     .to = outbound_recipient(&l->settings, row->address),
                                     .bytes = buf_text(&s->bytes),
                                     .size_bytes = s->bytes.len};
        }
    }
    return ready;
}

static int32_t slot_of(const struct lane *l, struct uuid id)
{
    for (int32_t i = 0; i < l->grant.count; i++)
        if (uuid_equal(l->grant.rows[i].id, id))
            return i;
    return -1;
}

static bool any_in(const struct lane *l, enum slot_state state)
{
    for (int32_t i = 0; i < l->grant.count; i++)
        if (l->slot[i].state == state)
            return true;
    return false;
}

/* Takes back everything that was not allowed. */
static void drop_rest(struct batch *b)
{
    struct lane *l = b->l;
    struct mail *m = l->ports->mail;
    b->dropping = true;
    m->ops->drop(m);
    for (int32_t i = 0; i < l->grant.count; i++)
        if (l->slot[i].state == SLOT_READY)
            verdict_add(l, i, SEND_QUEUED, 0, "");
}

/* Looks around during a batch. Only a lost lease or a rest ends it; an authority that can't be
 * asked right now is met again at the report. */
static void look_around(struct batch *b)
{
    struct err err = {0};
    if (!lane_look(b->l, false, &err) && err.kind == ERR_FENCED)
        b->l->end = LANE_FENCED;
    if (!b->dropping && b->l->end != LANE_ENDS)
        drop_rest(b);
}

/* The sink asks for letters' last step: the intent becomes durable first, and with it what became
 * of the letters before them. */
static void answer_ask(struct batch *b, const struct mail_event *ask)
{
    struct lane *l = b->l;
    struct mail *m = l->ports->mail;
    struct err err = {0};
    struct uuid ids[MAIL_BATCH_MAX];
    int32_t count = 0;
    for (int32_t i = 0; i < ask->count; i++) {
        int32_t at = slot_of(l, ask->ids[i]);
        if (at >= 0 && l->slot[at].state == SLOT_READY)
            ids[count++] = ask->ids[i];
    }
    look_around(b); /* renews a lease that may have run out, before anything starts */
    if (!lane_trusted(l) && !b->dropping)
        drop_rest(b);
    if (b->dropping || count == 0)
        return;
    FP("lane_before_intent");
    if (!journal_step(l->ports->journal, l->verdict + l->journalled, l->verdicts - l->journalled,
                      ids, count, lane_now(l), &err)) {
        fail(b, false, &err);
        return;
    }
    l->journalled = l->verdicts;
    FP("lane_after_intent");
    for (int32_t i = 0; i < count; i++)
        l->slot[slot_of(l, ids[i])].state = SLOT_ALLOWED;
    if (!m->ops->allow(m, ids, count, &err))
        fail(b, true, &err);
    FP("lane_after_allow");
}

static void take_verdict(struct batch *b, const struct mail_event *event)
{
    int32_t i = slot_of(b->l, event->ids[0]);
    if (i < 0 || b->l->slot[i].state == SLOT_DECIDED)
        return;
    enum send_state state = event->verdict;
    bool known = state == SEND_SENT || state == SEND_SIMULATED || state == SEND_REJECTED ||
                 state == SEND_DEFERRED || state == SEND_HELD || state == SEND_QUEUED;
    verdict_add(b->l, i, known ? state : SEND_IN_DOUBT, event->code, event->answer);
}

/* A letter that was allowed and has no verdict: the sink is looked into. What it can't say now is
 * left open: its intent is in the journal, settle will decide. */
static void look_up(struct batch *b)
{
    struct lane *l = b->l;
    struct mail *m = l->ports->mail;
    enum send_state there = m->ops->mode == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
    for (int32_t i = 0; i < l->grant.count; i++) {
        bool known = false, found = false;
        if (l->slot[i].state != SLOT_ALLOWED)
            continue;
        if (!m->ops->find(m, l->grant.rows[i].id, &known, &found, NULL)) {
            l->slot[i].state = SLOT_DECIDED;
            l->unsettled = true;
        } else if (!known) {
            verdict_add(l, i, SEND_IN_DOUBT, 0, "no answer after the letter was handed over");
        } else {
            verdict_add(l, i, found ? there : SEND_QUEUED, 0, "");
        }
    }
}

/* The next thing that the sink has to say. */
static void take_event(struct batch *b)
{
    struct lane *l = b->l;
    struct mail *m = l->ports->mail;
    struct mail_event event;
    struct err err = {0};
    bool unwritten = l->verdicts > l->journalled;
    int64_t deadline = lane_boot(l) + (unwritten ? 0 : LANE_LOOK_US);
    if (!m->ops->next(m, deadline, &event, &err)) {
        fail(b, true, &err);
    } else if (event.kind == MAIL_ASK) {
        answer_ask(b, &event);
    } else if (event.kind == MAIL_VERDICT) {
        take_verdict(b, &event);
    } else if (unwritten) {
        note_facts(b);
    } else if (lane_boot(l) > b->patience_us) {
        (void)err_set(&err, ERR_RETRY, "mail: no verdict for 20 minutes");
        fail(b, true, &err);
    } else {
        look_around(b);
    }
}

/* Takes events until every letter is decided. */
static void run_batch(struct batch *b)
{
    struct lane *l = b->l;
    while (any_in(l, SLOT_READY) || any_in(l, SLOT_ALLOWED)) {
        if (b->failed && !b->dropping)
            drop_rest(b);
        if (b->dead)
            break;
        if (any_in(l, SLOT_READY) || any_in(l, SLOT_ALLOWED))
            take_event(b);
    }
    look_up(b);
    note_facts(b);
}

/* Once a step, after the first claim, whose answer may have brought it along. Without one the
 * letters are released. */
static void load_template(struct batch *b)
{
    struct lane *l = b->l;
    struct authority *a = l->ports->authority;
    struct err err = {0};
    if (b->loaded)
        return;
    b->loaded = a->ops->template_load(a, l->lease.job, l->plan->groups[b->move->group].group_no,
                                      &l->step_memory, &l->template_def, &err);
    if (!b->loaded)
        fail(b, false, &err);
}

/* The claimed rows of l->grant, from letter to verdict. */
static void send_batch(struct batch *b)
{
    struct lane *l = b->l;
    struct mail *m = l->ports->mail;
    int32_t decided = l->sum.decided;
    struct err err = {0};
    l->mail_left -= l->grant.count;
    load_template(b);
    b->patience_us = lane_boot(l) + VERDICT_PATIENCE_US;
    int32_t ready = write_letters(b);
    FP("lane_before_submit");
    if (!b->failed && ready > 0 && !m->ops->submit(m, l->letter, ready, &err))
        fail(b, true, &err);
    run_batch(b);
    b->stuck = l->sum.decided == decided;
    for (int32_t i = 0; i < l->grant.count; i++)
        if (l->slot[i].bytes.cap > SLOT_KEEP_BYTES)
            buf_done(&l->slot[i].bytes);
}

/* The authority has them. What is in doubt stays open in the journal: it is the evidence. */
static void facts_done(struct lane *l)
{
    struct uuid ids[MAIL_BATCH_MAX];
    int32_t count = 0;
    for (int32_t i = 0; i < l->verdicts; i++)
        if (l->verdict[i].state != SEND_IN_DOUBT)
            ids[count++] = l->verdict[i].id;
    if (count > 0)
        (void)journal_done(l->ports->journal, ids, count, lane_now(l),
                           NULL); /* reported once more at worst, which changes nothing */
}

struct send_want step_mail_want(const struct lane *l, const struct move *move, int32_t count)
{
    return (struct send_want){.group_no = l->plan->groups[move->group].group_no,
                              .term_no = l->plan->terms[move->term].term_no,
                              .count = count,
                              .per_minute = l->settings.mail_per_minute,
                              .daily_cap = l->settings.mail_daily_cap,
                              .per_hour = l->settings.mail_per_hour,
                              .per_domain_per_hour = l->settings.mail_per_domain_per_hour,
                              .ramp_start = l->settings.mail_ramp_start,
                              .ramp_growth = l->settings.mail_ramp_growth,
                              .stop_after_errors = l->settings.mail_stop_after_errors,
                              .stop_at_rejections = l->settings.mail_stop_at_rejections,
                              .back_off = l->settings.mail_back_off,
                              .confirm_first = l->settings.mail_confirm_first,
                              .by_hand = l->manual};
}

/* Reports what is decided and claims up to `count` more. */
static bool exchange(struct lane *l, const struct move *move, int32_t count, struct err *err)
{
    struct authority *a = l->ports->authority;
    struct send_want want = step_mail_want(l, move, count);
    struct err why = {0};
    l->grant.count = 0;
    FP("lane_before_exchange");
    bool ok = a->ops->sends_exchange(a, &l->lease, l->verdict, l->verdicts, &want, &l->grant, &why);
    FP("lane_after_exchange");
    if (ok || why.kind == ERR_FENCED) /* fenced: the verdicts were taken all the same */
        facts_done(l);
    l->verdicts = l->journalled = 0;
    if (!ok)
        return err_set(err, why.kind, "%s", why.text);
    lane_progress(l, move, &l->grant.progress);
    if (l->grant.suppressed + l->grant.cancelled + l->grant.put_off > 0)
        l->idle_rounds = 0;
    return true;
}

/* What is not allowed yet waits; a wait that the lane does not sit out is told. */
static void tell_wait(const struct lane *l)
{
    static const char *const names[] = {
        [WINDOW_PACE] = "per_minute",
        [WINDOW_HOUR] = "per_hour",
        [WINDOW_DAY] = "the cap of 24 hours",
        [WINDOW_DOMAIN] = "per_domain_per_hour",
    };
    char at[TIME_TEXT_MAX];
    if (l->grant.wait_until_us - lane_now(l) <= LANE_HOLD_US)
        return;
    time_text_utc(l->grant.wait_until_us, at);
    log_line(l->ports->log, LOG_INFO, "engine",
             "job \"%s\": %s is used up; the next letter goes at %s", l->plan->job_name,
             names[l->grant.window], at);
}

/* Why nothing was claimed. */
static bool heed_answer(struct lane *l, const struct move *move, struct err *err)
{
    switch (l->grant.reason) {
    case GRANT_WAIT:
        l->sum.limited = true;
        if (l->manual)
            return true;
        l->idle_rounds = 0; /* waiting is not standing still */
        tell_wait(l);
        return lane_wait(l, l->grant.wait_until_us, err);
    case GRANT_LIMIT:
        l->sum.limited = true;
        l->stale = l->stale || rotation_room(l->plan, move->group, move->term) > 0;
        return true;
    case GRANT_STOP:
        l->sum.limited = true;
        return lane_look(l, true, err);
    case GRANT_GO:
    case GRANT_NOTHING:
        return true;
    }
    return true;
}

int32_t step_mail_count(const struct lane *l)
{
    if (l->end != LANE_ENDS || l->stale || l->unsettled)
        return 0;
    int32_t batch = l->settings.mail_batch, lines = l->settings.mail_connections;
    /* A batch is over when its last letter is: full rounds leave no connection idle. */
    if (l->ports->mail->ops->mode == MODE_SMTP && lines > 0 && batch > lines)
        batch -= batch % lines;
    return batch < l->mail_left ? batch : l->mail_left;
}

/* Batch after batch, until there is nothing to claim. granted: the first is claimed already. */
static bool send_all(struct lane *l, const struct move *move, bool granted, struct err *err)
{
    struct batch b = {.l = l, .move = move};
    bool ok = true;
    l->verdicts = l->journalled = 0;
    while (ok) {
        int32_t count = granted || b.failed || b.stuck ? 0 : step_mail_count(l);
        ok = granted || exchange(l, move, count, err);
        if (!ok || (count == 0 && !granted))
            break;
        if (l->grant.count == 0) {
            ok = heed_answer(l, move, err);
            break;
        }
        granted = false;
        send_batch(&b);
    }
    if (ok && b.failed)
        ok = err_set(err, b.why.kind, "%s", b.why.text);
    arena_done(&l->step_memory);
    return ok;
}

bool step_mail(struct lane *l, const struct move *move, struct err *err)
{
    return send_all(l, move, false, err);
}

bool step_mail_granted(struct lane *l, const struct move *move, struct err *err)
{
    return send_all(l, move, true, err);
}
