/* pages_web.c - fetches pages of the web, many at the same time, for a caller who takes them one
 * by one. The idea: a page is a small state machine (waiting, fetching, ready, failed) that goes on
 * whenever somebody waits for any of them; who asked for it, and when, changes nothing about it. */
#include "adapter/pages_web.h"

#include "adapter/page.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"
#include "web_cache.h"
#include "web_fetch.h"

#include <stdlib.h>
#include <string.h>

enum {
    ITEMS_MAX = 64,
    FETCHES_MAX = 16,
    REDIRECTS_MAX = 5,
    POLL_MS = 1000,
    AGENT_MAX = 400,
    SHOWN_MAX = 160,
};

#define AHEAD_BYTES (INT64_C(32) * 1024 * 1024) /* nothing more is fetched ahead above it */
#define KEPT_US (600 * US_PER_S)                /* a page that nobody took is fetched again */
#define RETRY_US (30 * US_PER_S)                /* the same for one that failed for now */
#define REST_US (2 * US_PER_S) /* libcurl's clocks went on while nobody looked: begun anew */

enum item_state { ITEM_FREE, ITEM_WAITING, ITEM_FETCHING, ITEM_READY, ITEM_FAILED };

struct item {
    enum item_state state;
    char url[URL_MAX + 1]; /* as it was asked for */
    char at[URL_MAX + 1];  /* where the redirects led */
    struct web_place place;
    int64_t number;   /* the latest announced has the highest */
    int64_t again_us; /* WAITING: nothing can be done before */
    int64_t begun_us, spent_us, done_us;
    int32_t redirects;
    bool hopped;                /* this is the contact page; a failure is an empty page */
    int32_t fetch;              /* FETCHING: its number; else -1 */
    bool robots;                /* FETCHING: not the page, but robots.txt */
    struct content_state marks; /* that were sent */
    char *bytes;                /* READY; owned */
    size_t len;
    char type[200];
    bool cut;
    struct err why; /* FAILED */
};

struct pages_web {
    struct pages pages;
    struct web_gate *gate;
    struct web_cache *cache; /* NULL: none */
    struct page_reader *reader;
    CURLM *multi;
    struct curl_slist *connect_to;
    struct web_fetch_options fetch_options;
    struct web_fetch *fetch[FETCHES_MAX];
    bool busy[FETCHES_MAX];
    char agent[AGENT_MAX];
    bool contact, contact_hop;
    int64_t host_interval_us;
    struct item *items;
    struct item *wanted;                 /* of start(); NULL: none */
    int64_t numbers, driven_us, look_us; /* look: boot time from which something can begin */
    int64_t bytes;                       /* of all items */
};

static struct pages_web *own(struct pages *pages)
{
    return (struct pages_web *)pages;
}

/* --- items ------------------------------------------------------------------------------------ */

static void drop_bytes(struct pages_web *p, struct item *i)
{
    p->bytes -= (int64_t)i->len;
    free(i->bytes);
    i->bytes = NULL;
    i->len = 0;
}

/* The request of the item is over: its host is free, and so is what fetched it. */
static void let_go(struct pages_web *p, struct item *i, int64_t now_us)
{
    web_fetch_end(p->fetch[i->fetch], p->multi);
    p->busy[i->fetch] = false;
    i->fetch = -1;
    web_gate_done(p->gate, &i->place, now_us);
    for (struct item *o = p->items; o < p->items + ITEMS_MAX; o++)
        if (o->state == ITEM_WAITING && str_equal(o->place.host, i->place.host))
            o->again_us = 0; /* the gate says when */
    p->look_us = 0;
}

/* Takes the request back, as if it had not been made. */
static void stop_fetch(struct pages_web *p, struct item *i)
{
    if (i->state != ITEM_FETCHING)
        return;
    i->state = ITEM_WAITING;
    let_go(p, i, clock_boot_us());
}

static void free_item(struct pages_web *p, struct item *i)
{
    stop_fetch(p, i);
    drop_bytes(p, i);
    i->state = ITEM_FREE;
}

/* i->why says why. The page that led to a contact page was read, and had no address. */
static void end_failed(struct item *i)
{
    const bool empty = i->hopped && i->why.kind != ERR_STOP;
    i->state = empty ? ITEM_READY : ITEM_FAILED;
    i->done_us = clock_boot_us();
}

static void fail(struct item *i, enum err_kind kind, const char *why)
{
    char shown[SHOWN_MAX];
    text_screen_to(shown, sizeof shown, i->at);
    (void)err_set(&i->why, kind, "pages: %s: %s", shown, why);
    end_failed(i);
}

static bool set_place(struct item *i, const char *url)
{
    char clean[URL_MAX + 1];
    if (!weblink_clean(url, clean) || !web_place_of(clean, &i->place))
        return false;
    (void)str_copy(i->at, sizeof i->at, clean); /* same size */
    return true;
}

static void begin_item(struct pages_web *p, struct item *i)
{
    drop_bytes(p, i);
    i->state = ITEM_WAITING;
    i->again_us = i->spent_us = 0;
    i->redirects = 0;
    i->hopped = i->cut = false;
    i->fetch = -1;
    p->look_us = 0;
    if (!set_place(i, i->url)) {
        (void)str_copy(i->at, sizeof i->at, i->url); /* same size */
        fail(i, ERR_REFUSED, "it is no address of a page of the web");
    }
}

static bool is_stale(const struct item *i, int64_t now_us)
{
    if (i->state == ITEM_FAILED)
        return i->why.kind != ERR_REFUSED ? now_us - i->done_us > RETRY_US
                                          : now_us - i->done_us > KEPT_US;
    return i->state == ITEM_READY && now_us - i->done_us > KEPT_US;
}

/* A free place, or that of the page that was announced longest ago; never the wanted one's. */
static struct item *make_place(struct pages_web *p)
{
    struct item *oldest = p->wanted == p->items ? p->items + 1 : p->items;
    for (struct item *i = p->items; i < p->items + ITEMS_MAX; i++) {
        if (i->state == ITEM_FREE)
            return i;
        if (i != p->wanted && i->number < oldest->number)
            oldest = i;
    }
    free_item(p, oldest);
    return oldest;
}

static struct item *item_for(struct pages_web *p, const char *url)
{
    int64_t now_us = clock_boot_us();
    struct item *found = NULL;
    for (struct item *i = p->items; i < p->items + ITEMS_MAX && found == NULL; i++)
        if (i->state != ITEM_FREE && str_equal(i->url, url))
            found = i;
    if (found == NULL) {
        found = make_place(p);
        found->state = ITEM_FREE;
        (void)str_copy(found->url, sizeof found->url, url); /* was looked at */
        begin_item(p, found);
    } else if (is_stale(found, now_us)) {
        begin_item(p, found);
    }
    found->number = ++p->numbers;
    return found;
}

/* --- one request ------------------------------------------------------------------------------ */

static int32_t free_fetch(const struct pages_web *p)
{
    for (int32_t n = 0; n < FETCHES_MAX; n++)
        if (!p->busy[n])
            return n;
    return -1;
}

static bool begin_fetch(struct pages_web *p, struct item *i, bool robots, struct err *err)
{
    char url[WEB_ORIGIN_MAX + 20];
    int32_t n = free_fetch(p); /* the caller looked */
    struct web_request request = {.url = i->at, .robots = robots, .etag = "", .last_modified = ""};
    request.total_us = WEB_TOTAL_US - i->spent_us;
    i->marks = (struct content_state){.etag = ""};
    if (robots) {
        (void)str_format(url, sizeof url, "%s/robots.txt", i->place.origin); /* it fits */
        request.url = url;
        request.total_us = WEB_TOTAL_US;
    } else if (web_cache_marks(p->cache, i->at, &i->marks)) {
        request.etag = i->marks.etag;
        request.last_modified = i->marks.last_modified;
    }
    if (p->fetch[n] == NULL)
        p->fetch[n] = web_fetch_new(&p->fetch_options);
    i->begun_us = clock_boot_us();
    if (p->fetch[n] == NULL || !web_fetch_start(p->fetch[n], p->multi, &request, i, err)) {
        web_gate_done(p->gate, &i->place, i->begun_us);
        return err_set(err, ERR_STOP, "pages: out of memory");
    }
    i->state = ITEM_FETCHING;
    i->robots = robots;
    i->fetch = n;
    p->busy[n] = true;
    return true;
}

static void take_robots(struct pages_web *p, struct item *i, const struct web_response *r,
                        const char *why, int64_t now_us)
{
    char text[80];
    if (r != NULL && r->status >= 200 && r->status < 300) {
        web_gate_robots(p->gate, &i->place, WEB_RULES_TEXT, buf_text(r->body), r->body->len,
                        now_us);
        return;
    }
    if (r != NULL && r->status < 500) {
        web_gate_robots(p->gate, &i->place, WEB_RULES_NONE, "", 0, now_us);
        return;
    }
    if (r != NULL) {
        (void)str_format(text, sizeof text, "the server answered %ld", r->status); /* it fits */
        why = text;
    }
    web_gate_robots(p->gate, &i->place, WEB_RULES_AWAY, why, strlen(why), now_us);
}

static void take_redirect(struct item *i, const struct web_response *r)
{
    if (++i->redirects > REDIRECTS_MAX)
        fail(i, ERR_REFUSED, "it leads on more than 5 times");
    else if (i->hopped && !weblink_same_site(i->at, r->location))
        fail(i, ERR_REFUSED, "the contact page leads to another site");
    else if (!set_place(i, r->location))
        fail(i, ERR_REFUSED, "it leads to something else than a page of the web");
}

static void take_same(struct pages_web *p, struct item *i)
{
    if (!web_cache_page(p->cache, i->at, &i->bytes, &i->len, i->type, sizeof i->type)) {
        fail(i, ERR_RETRY, "it is unchanged, but the copy of it is gone");
        return;
    }
    i->cut = false; /* only whole pages are kept */
    i->state = ITEM_READY;
}

static void take_page(struct pages_web *p, struct item *i, struct web_response *r)
{
    const bool marked = r->state.etag[0] != '\0' || r->state.last_modified[0] != '\0';
    if (marked && !r->cut && !r->no_store)
        web_cache_keep(p->cache, i->at, &r->state, r->type, buf_text(r->body), r->body->len);
    (void)str_copy(i->type, sizeof i->type, r->type); /* same size */
    i->cut = r->cut;
    i->len = r->body->len;
    i->bytes = buf_take(r->body); /* NULL when it is empty */
    i->state = ITEM_READY;
}

static void take_status(struct item *i, long status)
{
    char why[80];
    const bool later = status >= 500 || status == 429 || status == 408;
    (void)str_format(why, sizeof why, "the server answered %ld", status); /* it fits */
    fail(i, later ? ERR_RETRY : ERR_REFUSED, why);
}

static void take_response(struct pages_web *p, struct item *i, struct web_response *r)
{
    if (r->status == 304 && (i->marks.etag[0] != '\0' || i->marks.last_modified[0] != '\0'))
        take_same(p, i);
    else if (r->status == 200)
        take_page(p, i, r);
    else
        take_status(i, r->status);
    p->bytes += (int64_t)i->len;
}

/* The page is here. Without an address, and with a link to a contact page, it waits for that one
 * instead, as after a redirect: its host's pause, its robots.txt, and what is left of the time. */
static void hop(struct pages_web *p, struct item *i)
{
    struct page_facts facts;
    char url[URL_MAX + 1];
    const char *bytes = i->bytes != NULL ? i->bytes : "",
               *type = i->type[0] != '\0' ? i->type : NULL;
    if (!p->contact_hop || i->hopped || i->state != ITEM_READY ||
        !page_contact(p->reader, bytes, i->len, type, i->at, url) ||
        !page_extract(p->reader, bytes, i->len, type, &facts, NULL) || facts.lead_count > 0 ||
        !set_place(i, url))
        return;
    drop_bytes(p, i);
    i->hopped = true;
    i->cut = false;
    i->again_us = 0;
    i->state = ITEM_WAITING;
}

/* libcurl said that the item's request is over. */
static void take_answer(struct pages_web *p, struct item *i, CURLcode code)
{
    struct web_response r;
    struct err why = {0};
    const int64_t now_us = clock_boot_us();
    const bool ok = web_fetch_read(p->fetch[i->fetch], code, &r, &why);
    const bool leads_on = ok && r.location[0] != '\0' && r.status >= 300 && r.status < 400;
    i->state = ITEM_WAITING;
    i->again_us = 0;
    i->done_us = now_us;
    if (i->robots) {
        take_robots(p, i, ok ? &r : NULL, why.text, now_us);
        let_go(p, i, now_us);
        return;
    }
    i->spent_us += now_us - i->begun_us;
    if (!ok && web_fetch_unsafe(code)) /* true of all its pages: one sentence for them */
        (void)str_copy(i->at, sizeof i->at, i->place.origin); /* a cut is fine */
    if (!ok)
        fail(i, why.kind, why.text);
    else if (!leads_on)
        take_response(p, i, &r);
    let_go(p, i, now_us);
    if (leads_on) /* another host, maybe: the one that was asked had to be let go first */
        take_redirect(i, &r);
    else
        hop(p, i);
}

/* --- going on --------------------------------------------------------------------------------- */

/* Begins the item's next request if its host is free. */
static bool begin_if_free(struct pages_web *p, struct item *i, int64_t now_us, struct err *err)
{
    struct err why = {0};
    if (i->state != ITEM_WAITING || (i != p->wanted && p->bytes > AHEAD_BYTES))
        return true;
    if (i->again_us > now_us)
        goto later;
    if (i->spent_us >= WEB_TOTAL_US) {
        fail(i, ERR_RETRY, "it took more than 20 s");
        return true;
    }
    switch (web_gate_ask(p->gate, &i->place, now_us, p->host_interval_us, &i->again_us, &why)) {
    case WEB_GO:
        return begin_fetch(p, i, false, err);
    case WEB_ROBOTS:
        return begin_fetch(p, i, true, err);
    case WEB_DENIED:
        i->why = why;
        end_failed(i);
        return true;
    case WEB_WAIT:
        break;
    }
later:
    if (i->again_us < p->look_us)
        p->look_us = i->again_us;
    return true;
}

/* Begins what can begin: the wanted page first, then in the order of announcement. */
static bool begin_all(struct pages_web *p, int64_t now_us, struct err *err)
{
    int64_t done = 0;
    p->look_us = INT64_MAX;
    if (p->wanted != NULL && free_fetch(p) >= 0 && !begin_if_free(p, p->wanted, now_us, err))
        return false;
    while (free_fetch(p) >= 0) {
        struct item *next = NULL;
        for (struct item *i = p->items; i < p->items + ITEMS_MAX; i++)
            if (i->state == ITEM_WAITING && i->number > done && i != p->wanted &&
                (next == NULL || i->number < next->number))
                next = i;
        if (next == NULL)
            return true;
        done = next->number;
        if (!begin_if_free(p, next, now_us, err))
            return false;
    }
    return true;
}

static bool drive(struct pages_web *p, struct err *err)
{
    int running = 0, left = 0;
    int64_t now_us = clock_boot_us();
    if (now_us - p->driven_us > REST_US)
        for (struct item *i = p->items; i < p->items + ITEMS_MAX; i++)
            stop_fetch(p, i);
    p->driven_us = now_us;
    if (p->look_us <= now_us && !begin_all(p, now_us, err))
        return false;
    if (curl_multi_perform(p->multi, &running) != CURLM_OK)
        return err_set(err, ERR_STOP, "pages: libcurl cannot go on (out of memory)");
    for (CURLMsg *m = NULL; (m = curl_multi_info_read(p->multi, &left)) != NULL;) {
        struct item *i = m->msg == CURLMSG_DONE ? web_fetch_owner(m->easy_handle) : NULL;
        if (i != NULL)
            take_answer(p, i, m->data.result);
    }
    return p->look_us > 0 || begin_all(p, clock_boot_us(), err);
}

static bool read_page(struct pages_web *p, const struct item *i, struct page_view *ret,
                      struct err *err)
{
    struct page_facts facts;
    if (!page_extract(p->reader, i->bytes != NULL ? i->bytes : "", i->len,
                      i->type[0] != '\0' ? i->type : NULL, &facts, err))
        return false;
    const bool many = facts.lead_count > PAGE_LEADS_MAX;
    *ret = (struct page_view){.words = facts.words,
                              .leads = facts.leads,
                              .count = many ? PAGE_LEADS_MAX : facts.lead_count,
                              .cut = facts.cut || i->cut || many};
    return true;
}

/* How long nothing can happen here unless a byte comes. */
static int wait_ms(const struct pages_web *p, int64_t now_us, int64_t deadline_us)
{
    int64_t until_us = p->look_us < deadline_us ? p->look_us : deadline_us;
    int64_t ms = until_us > now_us ? (until_us - now_us + US_PER_MS - 1) / US_PER_MS : 0;
    return (int)(ms < POLL_MS ? ms : POLL_MS);
}

static enum page_answer web_next(struct pages *pages, int64_t deadline_us, struct page_view *ret,
                                 struct err *err)
{
    struct pages_web *p = own(pages);
    if (p->wanted == NULL) {
        (void)err_set(err, ERR_REFUSED, "pages: no page was started");
        return PAGE_FAILED;
    }
    for (;;) {
        if (p->wanted->state == ITEM_READY)
            return read_page(p, p->wanted, ret, err) ? PAGE_READY : PAGE_FAILED;
        if (p->wanted->state == ITEM_FAILED) {
            if (err != NULL)
                *err = p->wanted->why;
            return PAGE_FAILED;
        }
        if (!drive(p, err))
            return PAGE_FAILED;
        int64_t now_us = clock_boot_us();
        if (p->wanted->state == ITEM_READY || p->wanted->state == ITEM_FAILED)
            continue;
        if (now_us >= deadline_us)
            return PAGE_WAIT;
        (void)curl_multi_poll(p->multi, NULL, 0, wait_ms(p, now_us, deadline_us),
                              NULL); /* a failed wait is only a shorter one */
    }
}

/* --- doors ------------------------------------------------------------------------------------ */

static void web_end(struct pages *pages)
{
    struct pages_web *p = own(pages);
    struct item *i = p->wanted;
    p->wanted = NULL;
    if (i != NULL && (i->state == ITEM_READY || i->state == ITEM_FAILED))
        free_item(p, i);
}

static bool check_url(const struct pages_web *p, const char *url, struct err *err)
{
    if (!p->contact)
        return err_set(err, ERR_STOP,
                       "pages: nothing is fetched from the web while nobody is named whom a site's "
                       "owner can ask; set [fetch] contact to a web or mail address of yours");
    return strlen(url) <= URL_MAX ||
           err_set(err, ERR_REFUSED, "pages: the address of the page is too long");
}

static bool web_start(struct pages *pages, const char *url, struct err *err)
{
    struct pages_web *p = own(pages);
    web_end(pages);
    if (!check_url(p, url, err))
        return false;
    p->wanted = item_for(p, url);
    p->look_us = 0;
    return true;
}

static bool web_ahead(struct pages *pages, const char *url)
{
    struct pages_web *p = own(pages);
    if (!check_url(p, url, NULL))
        return false;
    (void)item_for(p, url); /* it is found again by its address */
    return true;
}

static void web_free(struct pages *pages)
{
    if (pages == NULL)
        return;
    struct pages_web *p = own(pages);
    for (struct item *i = p->items; p->items != NULL && i < p->items + ITEMS_MAX; i++)
        free_item(p, i);
    for (int32_t n = 0; n < FETCHES_MAX; n++)
        web_fetch_free(p->fetch[n]);
    (void)curl_multi_cleanup(p->multi); /* it has no handles any more */
    curl_slist_free_all(p->connect_to);
    page_reader_free(p->reader);
    web_cache_close(p->cache);
    free(p->items);
    free(p);
}

static const struct pages_ops ops = {
    .start = web_start,
    .next = web_next,
    .end = web_end,
    .ahead = web_ahead,
    .free = web_free,
};

static bool make_parts(struct pages_web *p, const struct pages_web_options *o, struct err *err)
{
    p->items = calloc(ITEMS_MAX, sizeof *p->items);
    p->multi = curl_multi_init();
    if (o->connect_to != NULL)
        p->connect_to = curl_slist_append(NULL, o->connect_to);
    if (p->items == NULL || p->multi == NULL || (o->connect_to != NULL && p->connect_to == NULL))
        return err_set(err, ERR_STOP, "pages: out of memory");
    if (o->data_dir != NULL)
        p->cache = web_cache_open(o->data_dir);
    return page_reader_new(&p->reader, err);
}

bool pages_web_new(const struct pages_web_options *options, struct web_gate *gate,
                   struct pages **ret, struct err *err)
{
    struct pages_web *p = calloc(1, sizeof *p);
    if (p == NULL)
        return err_set(err, ERR_STOP, "pages: out of memory");
    p->pages.ops = &ops;
    p->gate = gate;
    p->contact = options->contact;
    p->contact_hop = options->contact_hop;
    p->host_interval_us = options->host_interval_us;
    (void)str_copy(p->agent, sizeof p->agent, options->agent); /* a cut is fine */
    if (!make_parts(p, options, err)) {
        web_free(&p->pages);
        return false;
    }
    p->fetch_options = (struct web_fetch_options){.agent = p->agent,
                                                  .connect_to = p->connect_to,
                                                  .allow_private = options->allow_private,
                                                  .open_port = options->open_port};
    *ret = &p->pages;
    return true;
}
