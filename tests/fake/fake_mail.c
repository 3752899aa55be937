/* fake_mail.c - letters into a table. The idea: a letter is accepted at the moment its verdict is
 * made, so a test that stops asking after allow() has letters that were never accepted, and one
 * that throws the verdict away has letters that were. */
#include "fake/fake_mail.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

/* --- the sink ----------------------------------------------------------------------------------*/

void fake_sink_init(struct fake_sink *s)
{
    *s = (struct fake_sink){0};
}

void fake_sink_done(struct fake_sink *s)
{
    free(s->letters);
    free(s->slots);
    *s = (struct fake_sink){0};
}

/* The slot that holds the id, or the free one where it belongs. */
static int32_t *slot_of(const struct fake_sink *s, struct uuid id)
{
    uint64_t at = str_hash(id.byte, sizeof id.byte, 1);
    for (;; at++) {
        int32_t *slot = &s->slots[at & (uint64_t)(s->slot_count - 1)];
        if (*slot < 0 || uuid_equal(s->letters[*slot].id, id))
            return slot;
    }
}

static bool grow(struct fake_sink *s)
{
    int32_t cap = s->cap > 0 ? s->cap * 2 : 256;
    struct fake_letter *letters = realloc(s->letters, (size_t)cap * sizeof *letters);
    if (letters == NULL)
        return false;
    s->letters = letters;
    int32_t *slots = malloc((size_t)cap * 2 * sizeof *slots);
    if (slots == NULL)
        return false;
    memset(slots, 0xff, (size_t)cap * 2 * sizeof *slots);
    free(s->slots);
    s->slots = slots;
    s->slot_count = cap * 2;
    s->cap = cap;
    for (int32_t i = 0; i < s->count; i++)
        *slot_of(s, letters[i].id) = i;
    return true;
}

const struct fake_letter *fake_sink_find(const struct fake_sink *s, struct uuid id)
{
    if (s->count == 0)
        return NULL;
    int32_t at = *slot_of(s, id);
    return at < 0 ? NULL : &s->letters[at];
}

/* A letter takes its last step; NULL without memory. */
static struct fake_letter *offer(struct fake_sink *s, struct uuid id, const char *address)
{
    if (s->count == s->cap && !grow(s)) {
        s->spent = true;
        return NULL;
    }
    int32_t *slot = slot_of(s, id);
    if (*slot < 0) {
        *slot = s->count++;
        s->letters[*slot] = (struct fake_letter){.id = id};
        (void)str_copy(s->letters[*slot].address, ADDRESS_MAX + 1, address); /* the same size */
    }
    struct fake_letter *letter = &s->letters[*slot];
    letter->offered++;
    return letter;
}

static void accept_letter(struct fake_sink *s, struct fake_letter *letter)
{
    letter->accepted++;
    s->accepted++;
    s->repeated += letter->accepted > 1;
    if (letter->order == 0)
        letter->order = s->accepted;
}

/* --- the port ----------------------------------------------------------------------------------*/

static struct fake_mail *self(struct mail *port)
{
    return (struct fake_mail *)port;
}

static void forget(struct fake_mail *m)
{
    for (int32_t i = 0; i < m->count; i++)
        m->not_allowed += m->batch[i].step < FAKE_ALLOWED;
    m->count = 0;
}

static bool submit(struct mail *port, const struct mail_letter *letters, int32_t count,
                   struct err *err)
{
    struct fake_mail *m = self(port);
    m->submits++;
    if (m->fail_submit > 0) {
        m->fail_submit--;
        return err_set(err, ERR_RETRY, "mail: the sink took no letter");
    }
    if (count < 1 || count > MAIL_BATCH_MAX)
        return err_set(err, ERR_REFUSED, "mail: a batch of %d letters", count);
    forget(m);
    m->count = count;
    for (int32_t i = 0; i < count; i++) {
        m->batch[i].id = letters[i].id;
        m->batch[i].step = FAKE_TAKEN;
        (void)str_copy(m->batch[i].to, sizeof m->batch[i].to, letters[i].to); /* an address */
    }
    return true;
}

static bool ask(struct fake_mail *m, struct mail_event *ret)
{
    int32_t most = m->ask_most > 0 ? m->ask_most : MAIL_BATCH_MAX;
    ret->count = 0;
    for (int32_t i = 0; i < m->count && ret->count < most; i++) {
        if (m->batch[i].step == FAKE_TAKEN) {
            m->batch[i].step = FAKE_ASKED;
            ret->ids[ret->count++] = m->batch[i].id;
        }
    }
    if (ret->count > 0)
        ret->kind = MAIL_ASK;
    return ret->count > 0;
}

/* What the outside does with a letter that takes its last step. */
static enum send_state decide(struct fake_mail *m, int32_t i)
{
    m->batch[i].step = FAKE_DECIDED;
    if (m->release_next > 0) {
        m->release_next--;
        return SEND_QUEUED;
    }
    struct fake_letter *letter = offer(m->sink, m->batch[i].id, m->batch[i].to);
    if (letter == NULL)
        return SEND_QUEUED;
    enum send_state verdict = fake_world_verdict(m->world, m->batch[i].to, m->ops.mode);
    if (verdict == SEND_DEFERRED && m->give_in && letter->offered > 1)
        verdict = SEND_SENT;
    if (verdict != SEND_REJECTED && verdict != SEND_DEFERRED) {
        /* A sink that files by key finds the letter there already, and that is as good. */
        if (!m->can_find || letter->accepted == 0)
            accept_letter(m->sink, letter);
        verdict = m->ops.mode == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
        if (m->doubt_next > 0) {
            m->doubt_next--;
            verdict = SEND_IN_DOUBT;
        }
    }
    return verdict;
}

static void verdict_event(struct fake_mail *m, int32_t i, struct mail_event *ret)
{
    ret->kind = MAIL_VERDICT;
    ret->ids[0] = m->batch[i].id;
    ret->count = 1;
    ret->verdict = decide(m, i);
    static const struct {
        int32_t code;
        const char *answer;
    } words[SEND_STATES] = {
        [SEND_SENT] = {250, "accepted"},
        [SEND_REJECTED] = {550, "no such user"},
        [SEND_DEFERRED] = {451, "try again later"},
        [SEND_IN_DOUBT] = {0, "the connection broke after the dot"},
        [SEND_QUEUED] = {0, "the connection broke before the dot"},
    };
    const char *answer = words[ret->verdict].answer;
    ret->code = words[ret->verdict].code;
    (void)str_copy(ret->answer, sizeof ret->answer, answer != NULL ? answer : ""); /* it fits */
}

static bool next(struct mail *port, int64_t deadline_us, struct mail_event *ret, struct err *err)
{
    struct fake_mail *m = self(port);
    (void)deadline_us; /* nothing here takes time */
    m->nexts++;
    if (m->fail_next > 0) {
        m->fail_next--;
        return err_set(err, ERR_STOP, "mail: the disk of the sink is full");
    }
    ret->kind = MAIL_NOTHING;
    ret->count = 0;
    if (m->nothing_every > 0 && m->nexts % m->nothing_every == 0)
        return true;
    for (int32_t i = 0; i < m->count; i++) {
        if (m->batch[i].step == FAKE_ALLOWED) {
            verdict_event(m, i, ret);
            return true;
        }
    }
    (void)ask(m, ret); /* nothing to ask: MAIL_NOTHING */
    return true;
}

static bool allow(struct mail *port, const struct uuid *ids, int32_t count, struct err *err)
{
    struct fake_mail *m = self(port);
    m->allows++;
    for (int32_t k = 0; k < count; k++) {
        int32_t i = 0;
        while (i < m->count && !uuid_equal(m->batch[i].id, ids[k]))
            i++;
        if (i == m->count || m->batch[i].step != FAKE_ASKED)
            return err_set(err, ERR_REFUSED, "mail: a letter was allowed that had not asked");
        m->batch[i].step = FAKE_ALLOWED;
    }
    return true;
}

static void drop(struct mail *port)
{
    struct fake_mail *m = self(port);
    int32_t kept = 0;
    m->drops++;
    for (int32_t i = 0; i < m->count; i++) {
        m->not_allowed += m->batch[i].step < FAKE_ALLOWED;
        if (m->batch[i].step == FAKE_ALLOWED) /* it goes on; its verdict is still asked for */
            m->batch[kept++] = m->batch[i];
    }
    m->count = kept;
}

static bool find(struct mail *port, struct uuid id, bool *ret_known, bool *ret_there,
                 struct err *err)
{
    struct fake_mail *m = self(port);
    (void)err; /* a table can always be asked */
    m->finds++;
    const struct fake_letter *letter = fake_sink_find(m->sink, id);
    *ret_known = m->can_find;
    *ret_there = m->can_find && letter != NULL && letter->accepted > 0;
    return true;
}

static void release(struct mail *port)
{
    (void)port; /* owned by the caller */
}

void fake_mail_init(struct fake_mail *m, enum mail_mode mode, struct fake_sink *sink,
                    const struct fake_world *world)
{
    *m = (struct fake_mail){
        .ops = {mode, submit, next, allow, drop, find, release},
        .sink = sink,
        .world = world,
        .can_find = mode != MODE_SMTP,
    };
    m->port.ops = &m->ops;
}

void fake_mail_finish(struct fake_mail *m, int32_t most)
{
    for (int32_t i = 0; i < m->count && most > 0; i++) {
        if (m->batch[i].step == FAKE_ALLOWED) {
            (void)decide(m, i); /* nobody hears the verdict */
            most--;
        }
    }
}

bool fake_letter_write(const struct fake_world *w, const struct template_def *template,
                       const struct send_row *row, const char *group, const char *term,
                       struct buf *out, struct err *err)
{
    if (fake_world_verdict(w, row->address, MODE_DRYRUN) == SEND_HELD)
        return err_set(err, ERR_REFUSED, "letter: {{name}} is not known and has no fallback");
    (void)buf_addf(out, "To: %s\r\nSubject: %s\r\n\r\n%s, %s\r\n", row->address,
                   template->subject != NULL ? template->subject : "", group,
                   term); /* asked below */
    return buf_ok(out) || err_set(err, ERR_STOP, "letter: there is no memory for it");
}
