/* mail_smtp.c - letters to a relay over several connections.
 *
 * The idea: a letter's slot says whose turn it is. The lane moves it from TAKEN (a sender may have
 * it) and from ASKED to ALLOWED; its sender moves it to ASKING and to DECIDED; everything is under
 * one mutex, and a letter's bytes are the sender's only between WORKING and DECIDED. When the relay
 * as a whole fails, letters that were not begun stay TAKEN, without a verdict, and next() fails
 * once those that were begun are decided. */
#include "adapter/mail_smtp.h"

#include "adapter/mx.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "smtp_session.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum step {
    STEP_TAKEN,   /* waits for a sender */
    STEP_WORKING, /* a sender has it */
    STEP_ASKING,  /* its sender waits at the dot; the lane was not told yet */
    STEP_ASKED,   /* the lane was told */
    STEP_ALLOWED, /* the dot may follow */
    STEP_DECIDED, /* its verdict is due */
    STEP_DONE,    /* its verdict was given, or it was dropped */
};

struct sender;

struct slot {
    struct mail_letter letter;
    struct sender *sender; /* who has it, from WORKING on */
    enum step step;
    struct smtp_outcome outcome;
    struct smtp_fate fate;
};

struct sender {
    struct mail_smtp *m;
    struct smtp_session *session;
    struct slot *slot;    /* what it works at; guarded by m->mutex */
    pthread_cond_t leave; /* its dot was allowed, or taken back */
    pthread_t thread;
    bool running;
};

struct mail_smtp {
    struct mail mail;
    struct mail_smtp_options options; /* its texts are the arrays below */
    char url[512], from[330], hello[256], ca_file[FILE_PATH_MAX];
    struct sender sender[SMTP_CONNECTIONS_MAX];
    struct mx *mx;          /* NULL: no domain is asked for */
    atomic_bool taken_back; /* senders before their dot let go */
    pthread_mutex_t mutex;  /* guards what follows */
    pthread_cond_t work;    /* for senders without a letter */
    pthread_cond_t news;    /* for the lane: something changed */
    struct slot slots[MAIL_BATCH_MAX];
    int32_t count;
    bool quit;
    struct err trouble; /* kind ERR_NONE: the relay is fine as far as we know */
};

static struct mail_smtp *own(struct mail *m)
{
    return (struct mail_smtp *)m;
}

/* With the mutex held. */
static int32_t count_in(const struct mail_smtp *m, enum step from, enum step to)
{
    int32_t n = 0;
    for (int32_t i = 0; i < m->count; i++)
        n += m->slots[i].step >= from && m->slots[i].step <= to;
    return n;
}

/* --- a sender's thread ------------------------------------------------------------------------ */

static bool ask(void *ctx)
{
    struct sender *s = ctx;
    struct mail_smtp *m = s->m;
    pthread_mutex_lock(&m->mutex);
    s->slot->step = STEP_ASKING;
    pthread_mutex_unlock(&m->mutex);
    pthread_cond_signal(&m->news); /* whoever is woken finds the mutex free */
    pthread_mutex_lock(&m->mutex);
    while (s->slot->step != STEP_ALLOWED && !atomic_load(&m->taken_back))
        pthread_cond_wait(&s->leave, &m->mutex);
    bool allowed = s->slot->step == STEP_ALLOWED;
    pthread_mutex_unlock(&m->mutex);
    return allowed;
}

/* A letter that nobody has yet, unless the relay is in trouble. With the mutex held. */
static struct slot *next_slot(struct mail_smtp *m)
{
    if (m->trouble.kind != ERR_NONE || atomic_load(&m->taken_back))
        return NULL;
    for (int32_t i = 0; i < m->count; i++)
        if (m->slots[i].step == STEP_TAKEN)
            return &m->slots[i];
    return NULL;
}

/* What is certainly not sent because of the relay goes back without a verdict; everything else has
 * one. With the mutex held. */
static void decide(struct mail_smtp *m, struct slot *slot, const struct smtp_outcome *outcome)
{
    struct smtp_fate fate = smtp_fate(&outcome->end);
    slot->outcome = *outcome;
    slot->fate = fate;
    if (fate.relay && m->trouble.kind == ERR_NONE)
        (void)err_set(&m->trouble, fate.kind,
                      fate.kind == ERR_RETRY
                          ? "mail: the relay can't take letters now: %s"
                          : "mail: the relay refuses us: %s; look at url, from, tls and ca under "
                            "[mail], then start the job again",
                      outcome->answer);
    bool back = outcome->end.how == SMTP_TAKEN_BACK;
    slot->step = back || (fate.relay && fate.letter == SEND_QUEUED) ? STEP_TAKEN : STEP_DECIDED;
}

/* The DNS says that nobody takes mail there: the relay isn't asked, and the letter is held. */
static bool goes_nowhere(struct mail_smtp *m, const struct mail_letter *letter,
                         struct smtp_outcome *ret)
{
    const char *at = m->mx != NULL ? strrchr(letter->to, '@') : NULL;
    const char *why = at != NULL ? mx_why_not(mx_ask(m->mx, at + 1, &m->taken_back)) : NULL;
    if (why == NULL)
        return false;
    *ret = (struct smtp_outcome){.end = {.phase = SMTP_GREETING, .how = SMTP_NOWHERE}};
    (void)str_copy(ret->answer, sizeof ret->answer, why); /* it fits */
    return true;
}

static void *run(void *arg)
{
    struct sender *s = arg;
    struct mail_smtp *m = s->m;
    struct smtp_outcome outcome;
    pthread_mutex_lock(&m->mutex);
    while (!m->quit) {
        s->slot = next_slot(m);
        if (s->slot == NULL) {
            pthread_cond_wait(&m->work, &m->mutex);
            continue;
        }
        s->slot->step = STEP_WORKING;
        s->slot->sender = s;
        pthread_mutex_unlock(&m->mutex);
        if (!goes_nowhere(m, &s->slot->letter, &outcome))
            smtp_session_send(s->session, &s->slot->letter, ask, s, &outcome);
        pthread_mutex_lock(&m->mutex);
        decide(m, s->slot, &outcome);
        s->slot = NULL;
        if (next_slot(m) == NULL)
            pthread_cond_signal(&m->news);
    }
    pthread_mutex_unlock(&m->mutex);
    return NULL;
}

static bool start_senders(struct mail_smtp *m, struct err *err)
{
    for (int32_t i = 0; i < m->options.connections; i++) {
        struct sender *s = &m->sender[i];
        if (s->running)
            continue;
        s->m = m;
        if (s->session == NULL && !smtp_session_new(&m->options, &m->taken_back, &s->session, err))
            return false;
        if (pthread_create(&s->thread, NULL, run, s) != 0)
            return err_set(err, ERR_STOP, "mail: no thread can be started for a connection");
        s->running = true;
    }
    return true;
}

/* --- the port --------------------------------------------------------------------------------- */

static bool smtp_submit(struct mail *mail, const struct mail_letter *letters, int32_t count,
                        struct err *err)
{
    struct mail_smtp *m = own(mail);
    if (count < 1 || count > MAIL_BATCH_MAX)
        return err_set(err, ERR_REFUSED, "mail: a batch has 1 to %d letters, not %d",
                       (int)MAIL_BATCH_MAX, (int)count);
    if (!start_senders(m, err))
        return false;
    pthread_mutex_lock(&m->mutex);
    bool busy = count_in(m, STEP_WORKING, STEP_DECIDED) > 0;
    if (!busy) {
        atomic_store(&m->taken_back, false);
        m->trouble = (struct err){.kind = ERR_NONE};
        m->count = count;
        for (int32_t i = 0; i < count; i++)
            m->slots[i] = (struct slot){.letter = letters[i], .step = STEP_TAKEN};
        pthread_cond_broadcast(&m->work);
    }
    pthread_mutex_unlock(&m->mutex);
    return !busy || err_set(err, ERR_REFUSED, "mail: a batch is under way");
}

/* All that wait at their dot; with the mutex held. */
static bool give_ask(struct mail_smtp *m, struct mail_event *ret)
{
    for (int32_t i = 0; i < m->count; i++) {
        if (m->slots[i].step == STEP_ASKING) {
            m->slots[i].step = STEP_ASKED;
            ret->ids[ret->count++] = m->slots[i].letter.id;
        }
    }
    ret->kind = ret->count > 0 ? MAIL_ASK : MAIL_NOTHING;
    return ret->count > 0;
}

static bool give_verdict(struct mail_smtp *m, struct mail_event *ret)
{
    for (int32_t i = 0; i < m->count; i++) {
        struct slot *s = &m->slots[i];
        if (s->step != STEP_DECIDED)
            continue;
        s->step = STEP_DONE;
        ret->kind = MAIL_VERDICT;
        ret->count = 1;
        ret->ids[0] = s->letter.id;
        ret->verdict = s->fate.letter;
        ret->code = s->outcome.end.code;
        (void)str_copy(ret->answer, sizeof ret->answer, s->outcome.answer); /* same size */
        return true;
    }
    return false;
}

static void wait_news(struct mail_smtp *m, int64_t left_us)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    int64_t ns = at.tv_nsec + left_us % 1000000 * 1000;
    at.tv_sec += (time_t)(left_us / 1000000 + ns / 1000000000);
    at.tv_nsec = (long)(ns % 1000000000);
    (void)pthread_cond_timedwait(&m->news, &m->mutex, &at); /* why it ended is looked at anyway */
}

static bool smtp_next(struct mail *mail, int64_t deadline_us, struct mail_event *ret,
                      struct err *err)
{
    struct mail_smtp *m = own(mail);
    bool ok = true;
    *ret = (struct mail_event){.kind = MAIL_NOTHING};
    pthread_mutex_lock(&m->mutex);
    /* Verdicts first: whoever hears an ask has heard of the letters before it. */
    while (!give_verdict(m, ret) && !give_ask(m, ret)) {
        int64_t left_us = deadline_us - clock_boot_us();
        if (m->trouble.kind != ERR_NONE && count_in(m, STEP_WORKING, STEP_DECIDED) == 0) {
            ok = err_set(err, m->trouble.kind, "%s", m->trouble.text);
            break;
        }
        if (left_us <= 0)
            break;
        wait_news(m, left_us);
    }
    pthread_mutex_unlock(&m->mutex);
    return ok;
}

static bool is_among(struct uuid id, const struct uuid *ids, int32_t count)
{
    for (int32_t i = 0; i < count; i++)
        if (uuid_equal(id, ids[i]))
            return true;
    return false;
}

static bool smtp_allow(struct mail *mail, const struct uuid *ids, int32_t count, struct err *err)
{
    struct mail_smtp *m = own(mail);
    struct sender *wake[SMTP_CONNECTIONS_MAX];
    int32_t wakes = 0;
    (void)err; /* nothing can fail */
    pthread_mutex_lock(&m->mutex);
    for (int32_t i = 0; i < m->count; i++) {
        struct slot *s = &m->slots[i];
        if (s->step != STEP_ASKED || !is_among(s->letter.id, ids, count))
            continue;
        s->step = STEP_ALLOWED;
        wake[wakes++] = s->sender;
    }
    pthread_mutex_unlock(&m->mutex);
    for (int32_t i = 0; i < wakes; i++)
        pthread_cond_signal(&wake[i]->leave); /* each finds the mutex free */
    return true;
}

/* Senders before their dot let go; with the mutex held. */
static void take_back(struct mail_smtp *m)
{
    atomic_store(&m->taken_back, true);
    for (int32_t i = 0; i < SMTP_CONNECTIONS_MAX; i++)
        pthread_cond_signal(&m->sender[i].leave);
}

/* Returns when no sender holds a letter that was not allowed: its bytes may go. A sender looks once
 * a second at the latest. */
static void smtp_drop(struct mail *mail)
{
    struct mail_smtp *m = own(mail);
    pthread_mutex_lock(&m->mutex);
    take_back(m);
    while (count_in(m, STEP_WORKING, STEP_ASKED) > 0)
        pthread_cond_wait(&m->news, &m->mutex);
    for (int32_t i = 0; i < m->count; i++)
        if (m->slots[i].step == STEP_TAKEN)
            m->slots[i].step = STEP_DONE;
    pthread_mutex_unlock(&m->mutex);
}

static bool smtp_find(struct mail *mail, struct uuid id, bool *ret_known, bool *ret_there,
                      struct err *err)
{
    (void)mail, (void)id, (void)err; /* a relay can't be asked */
    *ret_known = *ret_there = false;
    return true;
}

static void smtp_free(struct mail *mail)
{
    struct mail_smtp *m = own(mail);
    pthread_mutex_lock(&m->mutex);
    m->quit = true;
    take_back(m);
    pthread_cond_broadcast(&m->work);
    pthread_mutex_unlock(&m->mutex);
    for (int32_t i = 0; i < SMTP_CONNECTIONS_MAX; i++) {
        if (m->sender[i].running)
            pthread_join(m->sender[i].thread, NULL);
        smtp_session_free(m->sender[i].session);
        pthread_cond_destroy(&m->sender[i].leave);
    }
    pthread_cond_destroy(&m->news);
    pthread_cond_destroy(&m->work);
    pthread_mutex_destroy(&m->mutex);
    mx_free(m->mx);
    free(m);
}

static const struct mail_ops ops = {
    .mode = MODE_SMTP,
    .submit = smtp_submit,
    .next = smtp_next,
    .allow = smtp_allow,
    .drop = smtp_drop,
    .find = smtp_find,
    .free = smtp_free,
};

/* --- making one ------------------------------------------------------------------------------- */

static bool url_ok(const char *text, struct err *err)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *path = NULL;
    bool parsed = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_PATH, &path, 0) == CURLUE_OK;
    bool ok = parsed && (str_equal(scheme, "smtp") || str_equal(scheme, "smtps")) &&
              (path[0] == '\0' || str_equal(path, "/"));
    curl_free(scheme);
    curl_free(path);
    curl_url_cleanup(url);
    return ok || err_set(err, ERR_REFUSED,
                         "mail: [mail] url must be smtp://host:port or smtps://user:password@host "
                         "and nothing more (its text is not shown: it may hold a password)");
}

static bool copy_options(struct mail_smtp *m, const struct mail_smtp_options *o, struct err *err)
{
    bool fits = str_copy(m->url, sizeof m->url, o->url) &&
                str_copy(m->from, sizeof m->from, o->from) &&
                str_copy(m->hello, sizeof m->hello, o->hello) &&
                str_copy(m->ca_file, sizeof m->ca_file, o->ca_file);
    if (!fits)
        return err_set(err, ERR_REFUSED, "mail: [mail] url, from or ca is too long");
    if (o->connections < 1 || o->connections > SMTP_CONNECTIONS_MAX || o->letters < 1)
        return err_set(err, ERR_REFUSED, "mail: 1 to %d connections, each for 1 letter or more",
                       (int)SMTP_CONNECTIONS_MAX);
    m->options = *o;
    m->options.url = m->url;
    m->options.from = m->from;
    m->options.hello = m->hello;
    m->options.ca_file = m->ca_file;
    if (o->dns_wait_ms > 0)
        m->mx = mx_new(o->dns_servers, o->dns_wait_ms, err);
    return (o->dns_wait_ms == 0 || m->mx != NULL) && url_ok(m->url, err);
}

static bool make_locks(struct mail_smtp *m)
{
    pthread_condattr_t attr;
    bool ok = pthread_condattr_init(&attr) == 0;
    ok = ok && pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0 &&
         pthread_mutex_init(&m->mutex, NULL) == 0 && pthread_cond_init(&m->work, NULL) == 0 &&
         pthread_cond_init(&m->news, &attr) == 0;
    (void)pthread_condattr_destroy(&attr); /* nothing to lose */
    for (int32_t i = 0; i < SMTP_CONNECTIONS_MAX; i++)
        ok = ok && pthread_cond_init(&m->sender[i].leave, NULL) == 0;
    return ok;
}

struct mail *mail_smtp_new(const struct mail_smtp_options *options, struct err *err)
{
    struct mail_smtp *m = calloc(1, sizeof *m);
    if (m == NULL || !make_locks(m)) {
        free(m);
        (void)err_set(err, ERR_STOP, "mail: out of memory");
        return NULL;
    }
    m->mail.ops = &ops;
    if (!copy_options(m, options, err)) {
        smtp_free(&m->mail);
        return NULL;
    }
    return &m->mail;
}

bool mail_smtp_probe(const struct mail_smtp_options *options, char answer[MAIL_ANSWER_MAX + 1],
                     struct err *err)
{
    atomic_bool never = false;
    struct smtp_session *s = NULL;
    struct smtp_outcome out;
    struct mail *checked = mail_smtp_new(options, err); /* the options are as they must be */
    if (checked == NULL)
        return false;
    checked->ops->free(checked);
    if (!smtp_session_new(options, &never, &s, err))
        return false;
    smtp_session_probe(s, &out);
    smtp_session_free(s);
    (void)str_copy(answer, MAIL_ANSWER_MAX + 1, out.answer); /* same size */
    if (out.end.how == SMTP_ACCEPTED)
        return true;
    struct smtp_fate fate = smtp_fate(&out.end);
    return err_set(err, fate.kind == ERR_REFUSED ? ERR_REFUSED : ERR_RETRY, "%s", out.answer);
}
