/* watched.c - what a service said is known here anyway; it is only written down. */
#include "watched.h"

#include "base/clock.h"
#include "base/str.h"
#include "place.h"
#include "store/health.h"

#include <stdlib.h>

#define APART_US (5 * US_PER_S) /* answers are noted no closer than this */

struct notes {
    char path[FILE_PATH_MAX];
    char name[HEALTH_NAME_MAX + 1];
    int64_t ok_us; /* boot time of the last answer that was noted; 0: a failure came behind it */
};

static void notes_begin(struct notes *n, const struct app *app, const char *name)
{
    (void)str_copy(n->name, sizeof n->name, name); /* a name that is cut is not kept */
    if (!place_file(app, HEALTH_FILE, n->path, NULL))
        n->path[0] = '\0';
}

static void note(struct notes *n, const char *why)
{
    int64_t boot = clock_boot_us();
    if (n->path[0] == '\0' || (why == NULL && n->ok_us != 0 && boot - n->ok_us < APART_US))
        return;
    n->ok_us = why == NULL ? boot : 0;
    (void)health_note(n->path, n->name, why, clock_now_us(), NULL); /* only the sight suffers */
}

void watched_note(const struct app *app, const char *name, const char *why)
{
    struct notes n = {.ok_us = 0};
    notes_begin(&n, app, name);
    note(&n, why);
}

void watched_keep(const struct app *app, const struct config *config)
{
    char search[CONFIG_SEARCHES_MAX + 1][HEALTH_NAME_MAX + 1], path[FILE_PATH_MAX];
    const char *names[HEALTH_MAX];
    int32_t count = 0;
    bool local = false;
    for (int32_t i = 0; i < config->searches; i++) {
        local = local || str_equal(config->search[i].name, "local");
        (void)str_format(search[i], sizeof search[i], "%s%s", HEALTH_SEARCH,
                         config->search[i].name); /* it fits */
        names[count++] = search[i];
    }
    if (!local)
        names[count++] = HEALTH_SEARCH "local"; /* it is built in */
    if (config->settings.mail_mode == MODE_SMTP)
        names[count++] = HEALTH_MAIL;
    if (config->settings.llm_url[0] != '\0')
        names[count++] = HEALTH_LLM;
    if (place_file(app, HEALTH_FILE, path, NULL))
        (void)health_keep(path, names, count, NULL); /* only the sight suffers */
}

/* --- search --- */

struct watched_search {
    struct search search; /* first */
    struct search_ops ops;
    struct search *inside;
    struct notes notes;
};

static struct watched_search *own_search(const struct search *s)
{
    return (struct watched_search *)s;
}

/* A query that never works says nothing of the service. */
static void search_failed(struct watched_search *w, const struct err *err)
{
    if (err->kind != ERR_REFUSED && err->kind != ERR_CANCELLED)
        note(&w->notes, err->text);
}

static bool search_start(struct search *s, const struct search_request *request, struct err *err)
{
    struct watched_search *w = own_search(s);
    bool ok = w->inside->ops->start(w->inside, request, err);
    if (!ok)
        search_failed(w, err);
    return ok;
}

static enum search_answer search_next(struct search *s, int64_t deadline_us,
                                      struct search_hit *ret_hit, struct err *err)
{
    struct watched_search *w = own_search(s);
    enum search_answer answer = w->inside->ops->next(w->inside, deadline_us, ret_hit, err);
    if (answer == SEARCH_HIT || answer == SEARCH_EXHAUSTED)
        note(&w->notes, NULL);
    else if (answer == SEARCH_FAILED)
        search_failed(w, err);
    return answer;
}

static void search_end(struct search *s)
{
    struct watched_search *w = own_search(s);
    w->inside->ops->end(w->inside);
}

static int64_t search_not_before(const struct search *s)
{
    struct watched_search *w = own_search(s);
    return w->inside->ops->not_before_us(w->inside);
}

static void search_free(struct search *s)
{
    struct watched_search *w = own_search(s);
    w->inside->ops->free(w->inside);
    free(w);
}

void watched_search(const struct app *app, const char *provider, struct search **port)
{
    char name[HEALTH_NAME_MAX + 1];
    struct watched_search *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    (void)str_format(name, sizeof name, "%s%s", HEALTH_SEARCH, provider); /* a cut one is none */
    notes_begin(&w->notes, app, name);
    w->inside = *port;
    w->ops = (struct search_ops){
        .kind = w->inside->ops->kind,
        .start = search_start,
        .next = search_next,
        .end = search_end,
        .not_before_us = w->inside->ops->not_before_us != NULL ? search_not_before : NULL,
        .free = search_free,
    };
    w->search.ops = &w->ops;
    *port = &w->search;
}

/* --- mail --- */

struct watched_mail {
    struct mail mail; /* first */
    struct mail_ops ops;
    struct mail *inside;
    struct notes notes;
};

static struct watched_mail *own_mail(struct mail *m)
{
    return (struct watched_mail *)m;
}

static bool mail_submit(struct mail *m, const struct mail_letter *letters, int32_t count,
                        struct err *err)
{
    struct watched_mail *w = own_mail(m);
    return w->inside->ops->submit(w->inside, letters, count, err);
}

/* A relay that says no answers; one that says nothing does not. Held ones did not get there. */
static void mail_heard(struct watched_mail *w, const struct mail_event *e)
{
    if (e->kind != MAIL_VERDICT || e->verdict == SEND_HELD)
        return;
    bool well = e->code != 0 || e->verdict == SEND_SENT || e->verdict == SEND_SIMULATED;
    note(&w->notes, well ? NULL : e->answer);
}

static bool mail_next(struct mail *m, int64_t deadline_us, struct mail_event *ret, struct err *err)
{
    struct watched_mail *w = own_mail(m);
    bool ok = w->inside->ops->next(w->inside, deadline_us, ret, err);
    if (ok)
        mail_heard(w, ret);
    else if (err->kind != ERR_CANCELLED)
        note(&w->notes, err->text);
    return ok;
}

static bool mail_allow(struct mail *m, const struct uuid *ids, int32_t count, struct err *err)
{
    struct watched_mail *w = own_mail(m);
    return w->inside->ops->allow(w->inside, ids, count, err);
}

static void mail_drop(struct mail *m)
{
    struct watched_mail *w = own_mail(m);
    w->inside->ops->drop(w->inside);
}

static bool mail_find(struct mail *m, struct uuid id, bool *ret_known, bool *ret_there,
                      struct err *err)
{
    struct watched_mail *w = own_mail(m);
    return w->inside->ops->find(w->inside, id, ret_known, ret_there, err);
}

static void mail_free(struct mail *m)
{
    struct watched_mail *w = own_mail(m);
    w->inside->ops->free(w->inside);
    free(w);
}

void watched_mail(const struct app *app, struct mail **port)
{
    struct watched_mail *w = calloc(1, sizeof *w);
    if (w == NULL)
        return;
    notes_begin(&w->notes, app, HEALTH_MAIL);
    w->inside = *port;
    w->ops = (struct mail_ops){
        .mode = w->inside->ops->mode,
        .submit = mail_submit,
        .next = mail_next,
        .allow = mail_allow,
        .drop = mail_drop,
        .find = mail_find,
        .free = mail_free,
    };
    w->mail.ops = &w->ops;
    *port = &w->mail;
}
