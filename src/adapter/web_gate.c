/* web_gate.c - a table of hosts. The idea: a host is busy or free from an instant on; whoever finds
 * it free takes it in the same moment, so no order of lanes can make two visitors at once. */
#include "adapter/web_gate.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/robots.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define AGENT_TOKEN "autopilot"
#define RULES_AGE_US (24 * 3600 * US_PER_S)
#define AWAY_AGE_US (300 * US_PER_S) /* a site that stumbled is asked again after that */
#define BUSY_LOOK_US (20 * US_PER_MS)

enum {
    BUCKETS = 1024,
    HOSTS_MAX = 4096,
    RULES_BYTES_MAX = 16 * 1024 * 1024, /* of all hosts together */
};

/* What robots.txt of one origin says. */
struct site {
    struct site *next;
    char origin[WEB_ORIGIN_MAX];
    enum web_rules kind;
    char *text; /* the rules, or why there are none; owned */
    int64_t delay_us, until_us;
};

struct host {
    struct host *next;
    char name[WEB_HOST_MAX];
    bool busy;
    int64_t free_us; /* nobody asks before */
    int64_t used_us;
    int64_t pause_us; /* after the request under way */
    struct site *sites;
};

struct web_gate {
    pthread_mutex_t mutex; /* guards all below */
    struct host *bucket[BUCKETS];
    int32_t hosts;
    size_t rules_bytes;
};

/* --- addresses -------------------------------------------------------------------------------- */

bool web_place_of(const char *url, struct web_place *ret)
{
    const char *host = strstr(url, "://");
    if (host == NULL)
        return false;
    host += 3;
    size_t authority = strcspn(host, "/?#");
    const char *rest = host + authority, *end = memchr(host, ']', authority);
    end = end != NULL ? end + 1 : host + strcspn(host, ":/?#");
    if (!str_copy_n(ret->host, sizeof ret->host, host, (size_t)(end - host)) ||
        !str_copy_n(ret->origin, sizeof ret->origin, url, (size_t)(rest - url)) ||
        !str_format(ret->path, sizeof ret->path, "%s%.*s", rest[0] == '/' ? "" : "/",
                    (int)strcspn(rest, "#"), rest))
        return false;
    str_lower(ret->host);
    str_lower(ret->origin);
    size_t len = strlen(ret->host);
    if (len > 1 && ret->host[len - 1] == '.')
        ret->host[len - 1] = '\0';
    return ret->host[0] != '\0';
}

/* --- the table -------------------------------------------------------------------------------- */

static void free_site(struct web_gate *g, struct site *s)
{
    g->rules_bytes -= strlen(s->text);
    free(s->text);
    free(s);
}

static void free_host(struct web_gate *g, struct host *h)
{
    for (struct site *s = h->sites, *next; s != NULL; s = next) {
        next = s->next;
        free_site(g, s);
    }
    free(h);
    g->hosts--;
}

/* Lets go of hosts that were not used since `us` and may be asked again at once. */
static void forget(struct web_gate *g, int64_t before_us, int64_t now_us)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct host **at = &g->bucket[i]; *at != NULL;) {
            struct host *h = *at;
            if (h->busy || h->free_us > now_us || h->used_us > before_us) {
                at = &h->next;
                continue;
            }
            *at = h->next;
            free_host(g, h);
        }
}

/* Halves the time that is remembered until there is room. */
static void make_room(struct web_gate *g, int64_t now_us)
{
    for (int64_t age_us = RULES_AGE_US; age_us > 0; age_us /= 2) {
        if (g->hosts < HOSTS_MAX && g->rules_bytes < RULES_BYTES_MAX)
            return;
        forget(g, now_us - age_us, now_us);
    }
}

static size_t bucket_of(const char *name)
{
    return (size_t)(str_hash(name, strlen(name), 0) % BUCKETS);
}

/* NULL without memory, or when all that is known is in use. */
static struct host *host_at(struct web_gate *g, const char *name, int64_t now_us)
{
    struct host **first = &g->bucket[bucket_of(name)];
    for (struct host *h = *first; h != NULL; h = h->next)
        if (str_equal(h->name, name))
            return h;
    make_room(g, now_us);
    struct host *h = g->hosts < HOSTS_MAX ? calloc(1, sizeof *h) : NULL;
    if (h == NULL)
        return NULL;
    (void)str_copy(h->name, sizeof h->name, name); /* same size */
    h->next = *first;
    *first = h;
    g->hosts++;
    return h;
}

static struct site **site_at(struct host *h, const char *origin)
{
    struct site **at = &h->sites;
    while (*at != NULL && !str_equal((*at)->origin, origin))
        at = &(*at)->next;
    return at;
}

/* --- doors ------------------------------------------------------------------------------------ */

static enum web_leave denied(const struct site *s, const struct web_place *at, struct err *err)
{
    if (s->kind == WEB_RULES_AWAY)
        (void)err_set(err, ERR_RETRY, "pages: robots.txt of %s can't be read, so nothing is: %s",
                      at->origin, s->text);
    else
        (void)err_set(err, ERR_REFUSED, "pages: robots.txt of %s asks not to read %s", at->origin,
                      at->path);
    return WEB_DENIED;
}

static enum web_leave take(struct host *h, int64_t now_us, int64_t pause_us, bool known,
                           int64_t *ret_again_us)
{
    if (h->busy || h->free_us > now_us) {
        *ret_again_us = h->busy ? now_us + BUSY_LOOK_US : h->free_us;
        return WEB_WAIT;
    }
    h->busy = true;
    h->used_us = now_us;
    h->pause_us = pause_us;
    return known ? WEB_GO : WEB_ROBOTS;
}

enum web_leave web_gate_ask(struct web_gate *g, const struct web_place *at, int64_t now_us,
                            int64_t interval_us, int64_t *ret_again_us, struct err *err)
{
    enum web_leave leave = WEB_WAIT;
    *ret_again_us = now_us + US_PER_S;
    pthread_mutex_lock(&g->mutex);
    struct host *h = host_at(g, at->host, now_us);
    const struct site *s = h != NULL ? *site_at(h, at->origin) : NULL;
    if (s != NULL && s->until_us <= now_us)
        s = NULL; /* fetched again, and exchanged then */
    if (s != NULL && (s->kind == WEB_RULES_AWAY ||
                      (s->kind == WEB_RULES_TEXT && !robots_allows(s->text, at->path))))
        leave = denied(s, at, err);
    else if (h != NULL)
        leave = take(h, now_us, s != NULL && s->delay_us > interval_us ? s->delay_us : interval_us,
                     s != NULL, ret_again_us);
    pthread_mutex_unlock(&g->mutex);
    return leave;
}

/* NULL without memory: then the file is fetched once more. */
static struct site *new_site(const char *origin, enum web_rules kind, const char *text, size_t len)
{
    struct site *s = calloc(1, sizeof *s);
    struct buf kept = buf_init((size_t)ROBOTS_BYTES_MAX * 3);
    if (s == NULL)
        return NULL;
    (void)str_copy(s->origin, sizeof s->origin, origin); /* same size */
    s->kind = kind;
    (void)buf_adds(&kept, ""); /* so that there is a text; asked below */
    if (kind == WEB_RULES_TEXT)
        robots_read(text, len, AGENT_TOKEN, &kept, &s->delay_us);
    else if (kind == WEB_RULES_AWAY)
        (void)buf_add(&kept, text, len); /* asked below */
    s->text = buf_take(&kept);
    if (s->text != NULL)
        return s;
    free(s);
    return NULL;
}

void web_gate_robots(struct web_gate *g, const struct web_place *at, enum web_rules rules,
                     const char *text, size_t len, int64_t now_us)
{
    struct site *fresh = new_site(at->origin, rules, text, len);
    if (fresh == NULL)
        return;
    fresh->until_us = now_us + (rules == WEB_RULES_AWAY ? AWAY_AGE_US : RULES_AGE_US);
    pthread_mutex_lock(&g->mutex);
    struct host *h = host_at(g, at->host, now_us);
    struct site **old = h != NULL ? site_at(h, at->origin) : NULL;
    if (old != NULL) {
        fresh->next = *old != NULL ? (*old)->next : NULL;
        if (*old != NULL)
            free_site(g, *old);
        *old = fresh;
        g->rules_bytes += strlen(fresh->text);
        if (fresh->delay_us > h->pause_us) /* counts from this request on */
            h->pause_us = fresh->delay_us;
    }
    pthread_mutex_unlock(&g->mutex);
    if (old == NULL) {
        free(fresh->text);
        free(fresh);
    }
}

void web_gate_done(struct web_gate *g, const struct web_place *at, int64_t now_us)
{
    pthread_mutex_lock(&g->mutex);
    struct host *h = host_at(g, at->host, now_us);
    if (h != NULL) {
        h->busy = false;
        h->free_us = now_us + h->pause_us;
        h->used_us = now_us;
    }
    pthread_mutex_unlock(&g->mutex);
}

bool web_gate_new(struct web_gate **ret, struct err *err)
{
    struct web_gate *g = calloc(1, sizeof *g);
    if (g == NULL || pthread_mutex_init(&g->mutex, NULL) != 0) {
        free(g);
        return err_set(err, ERR_STOP, "pages: out of memory");
    }
    *ret = g;
    return true;
}

void web_gate_free(struct web_gate *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct host *h = g->bucket[i], *next; h != NULL; h = next) {
            next = h->next;
            free_host(g, h);
        }
    pthread_mutex_destroy(&g->mutex);
    free(g);
}
