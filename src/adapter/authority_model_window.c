/* authority_model_window.c - the in-memory ledger's windows: pace, hour, day with its ramp, and the
 * hour of each recipient domain.
 *
 * The idea: claims lie in order of time, and each knows the one before it to the same domain; a
 * claim counts while its row is still the one that was claimed then and holds a place. */
#include "authority_model_record.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/pace.h"

#include <string.h>

#define MINUTE_US (INT64_C(60) * US_PER_S)

static const struct model_claim *claim_at(const struct model_window *w, int64_t i)
{
    return (const struct model_claim *)w->claims.data + i;
}

static bool counts(const struct model_record *r, const struct model_claim *claim)
{
    const struct model_send *row = &model_send_row(r, claim->send)->pub;
    return row->attempt == claim->attempt && send_holds_place(row->state);
}

/* --- domains -----------------------------------------------------------------------------------*/

struct site_key {
    enum mail_mode mode;
    const char *site;
};

static bool same_site(const struct model_record *r, int32_t row, const void *key)
{
    const struct model_site *site = (const struct model_site *)r->sites.data + row;
    const struct site_key *want = key;
    return site->mode == want->mode && str_equal(site->name, want->site);
}

static struct model_site *site_of(const struct model_record *r, int32_t send)
{
    const struct model_send_row *row = model_send_row(r, send);
    struct site_key key = {row->pub.mode, row->pub.address + row->site};
    int32_t at =
        model_find(r, &r->claimed_site, str_hash(key.site, strlen(key.site), 0), same_site, &key);
    return at < 0 ? NULL : (struct model_site *)r->sites.data + at;
}

/* The domain's claims of the last hour that hold a place; *ret_oldest_us: the oldest. */
static int32_t in_domain_hour(struct model_handle *h, int32_t send, int64_t *ret_oldest_us)
{
    const struct model_window *w = &h->r->window[model_send_row(h->r, send)->pub.mode];
    const struct model_site *site = site_of(h->r, send);
    int64_t since = model_now(h) - PACE_HOUR_US;
    int32_t n = 0;
    for (int64_t i = site != NULL ? site->last : -1; i >= 0; i = claim_at(w, i)->prev_of_site) {
        const struct model_claim *claim = claim_at(w, i);
        if (claim->at_us <= since)
            break;
        if (counts(h->r, claim)) {
            *ret_oldest_us = claim->at_us;
            n++;
        }
    }
    return n;
}

int64_t model_domain_opens(struct model_handle *h, int32_t send, const struct send_want *want)
{
    int64_t oldest = 0;
    if (want->per_domain_per_hour <= 0 ||
        in_domain_hour(h, send, &oldest) < want->per_domain_per_hour)
        return 0;
    return oldest + PACE_HOUR_US;
}

/* The newest claim to the domain that its server decided for good; 0: none. */
static int64_t answered_us(const struct model_record *r, const struct model_window *w, int64_t last)
{
    for (int64_t i = last; i >= 0; i = claim_at(w, i)->prev_of_site) {
        const struct model_claim *claim = claim_at(w, i);
        const struct model_send *row = &model_send_row(r, claim->send)->pub;
        if (row->attempt == claim->attempt &&
            (row->state == SEND_SENT || row->state == SEND_SIMULATED ||
             row->state == SEND_REJECTED))
            return claim->at_us;
    }
    return 0;
}

void model_domain_wait(struct model_handle *h, int32_t send, struct model_wait *ret)
{
    const struct model_window *w = &h->r->window[model_send_row(h->r, send)->pub.mode];
    const struct model_site *site = site_of(h->r, send);
    int64_t last = site != NULL ? site->last : -1;
    int64_t since_us = answered_us(h->r, w, last);
    *ret = (struct model_wait){0};
    for (int64_t i = last; i >= 0 && claim_at(w, i)->at_us > since_us;
         i = claim_at(w, i)->prev_of_site) {
        const struct model_claim *claim = claim_at(w, i);
        const struct model_send *row = &model_send_row(h->r, claim->send)->pub;
        if (row->attempt != claim->attempt || row->state != SEND_DEFERRED ||
            str_equal(row->reason, LEDGER_PUT_OFF_REASON))
            continue;
        int64_t waited = row->retry_at_us - row->claimed_at_us;
        ret->until_us = row->retry_at_us > ret->until_us ? row->retry_at_us : ret->until_us;
        ret->waited_us = waited > ret->waited_us ? waited : ret->waited_us;
        ret->code = row->code > ret->code ? row->code : ret->code;
    }
}

/* A line about what became of a letter that was tried, or one from which on they count. */
static bool tells(const struct model_event *e)
{
    switch (e->kind) {
    case EVENT_SENT:
    case EVENT_SIMULATED:
    case EVENT_REJECTED:
    case EVENT_DEFERRED:
    case EVENT_IN_DOUBT:
        return e->n2 == 0;
    default:
        return e->kind == EVENT_JOB_START || e->kind == EVENT_JOB_RESUME;
    }
}

bool model_braked(const struct model_record *r, struct uuid job, const struct send_want *want,
                  char why[MAIL_ANSWER_MAX + 1])
{
    struct ledger_fates fates = {0};
    bool on = !want->by_hand && (want->stop_after_errors > 0 || want->stop_at_rejections > 0);
    for (int64_t i = r->events.count - 1; on && i >= 0; i--) {
        const struct model_event *e = (const struct model_event *)r->events.data + i;
        if (uuid_equal(e->job, job) && tells(e) && !ledger_fate_add(&fates, e->kind))
            break;
    }
    return on && ledger_brake(&fates, want->stop_after_errors, want->stop_at_rejections, why);
}

void model_window_add(struct model_handle *h, int32_t send)
{
    struct model_record *r = h->r;
    const struct model_send_row *row = model_send_row(r, send);
    struct model_window *w = &r->window[row->pub.mode];
    struct model_site *site = site_of(r, send);
    struct model_claim *kept = model_row_add(r, &w->claims, sizeof *kept);
    if (kept == NULL)
        return;
    *kept = (struct model_claim){
        .at_us = row->pub.claimed_at_us,
        .send = send,
        .attempt = row->pub.attempt,
        .prev_of_site = site != NULL ? site->last : -1,
    };
    w->last_us = kept->at_us;
    if (site == NULL) {
        const char *name = row->pub.address + row->site;
        site = model_row_add(r, &r->sites, sizeof *site);
        if (site == NULL)
            return;
        *site = (struct model_site){.mode = row->pub.mode, .name = name};
        model_index_add(r, &r->claimed_site, str_hash(name, strlen(name), 0),
                        (int32_t)r->sites.count - 1);
    }
    site->last = w->claims.count - 1;
}

/* --- all jobs together -------------------------------------------------------------------------*/

static void narrow(struct model_room *room, int64_t left, int64_t opens_us,
                   enum grant_window window)
{
    if (left < room->allowed)
        room->allowed = left < 0 ? 0 : (int32_t)left;
    if (left > 0 || opens_us < room->opens_us)
        return;
    room->opens_us = opens_us;
    room->window = window;
}

static void pace(struct model_handle *h, const struct model_window *w, int32_t per_minute,
                 struct model_room *room)
{
    int64_t gap = MINUTE_US / per_minute;
    int64_t burst = per_minute / 60 > 1 ? per_minute / 60 : 1;
    int64_t passed = gap > 0 ? (model_now(h) - w->last_us) / gap : burst;
    narrow(room, passed < burst ? passed : burst, w->last_us + gap, WINDOW_PACE);
}

/* Claims since then that hold a place; *from: older ones never count again. */
static int64_t since(const struct model_record *r, const struct model_window *w, int64_t from_us,
                     int64_t *from, int64_t *ret_oldest_us)
{
    int64_t n = 0;
    while (*from < w->claims.count &&
           (claim_at(w, *from)->at_us <= from_us || !counts(r, claim_at(w, *from))))
        (*from)++;
    for (int64_t i = *from; i < w->claims.count; i++)
        n += counts(r, claim_at(w, i));
    *ret_oldest_us = *from < w->claims.count ? claim_at(w, *from)->at_us : 0;
    return n;
}

static void hour(struct model_handle *h, struct model_window *w, int32_t per_hour,
                 struct model_room *room)
{
    int64_t oldest;
    int64_t n = since(h->r, w, model_now(h) - PACE_HOUR_US, &w->first_of_hour, &oldest);
    narrow(room, per_hour - n, oldest + PACE_HOUR_US, WINDOW_HOUR);
}

static void day(struct model_handle *h, struct model_window *w, const struct ramp *ramp,
                struct model_room *room)
{
    int64_t now = model_now(h);
    int64_t oldest;
    int64_t n = since(h->r, w, now - PACE_DAY_US, &w->first, &oldest);
    while (w->first_ever < w->claims.count && !counts(h->r, claim_at(w, w->first_ever)))
        w->first_ever++;
    int64_t first_us = w->first_ever < w->claims.count ? claim_at(w, w->first_ever)->at_us : 0;
    narrow(room, ramp_cap(ramp, ramp_day(first_us, now)) - n,
           ramp_opens(ramp, first_us, now, oldest), WINDOW_DAY);
}

void model_window(struct model_handle *h, enum mail_mode mode, const struct send_want *want,
                  struct model_room *ret)
{
    struct model_window *w = &h->r->window[mode];
    const struct ramp ramp = {want->ramp_start, want->ramp_growth, want->daily_cap};
    *ret = (struct model_room){.allowed = MAIL_BATCH_MAX};
#ifdef PLANTED_BUGS
    if (h->r->bug == MODEL_BUG_WINDOW_EARLY)
        return;
#endif
    if (want->per_minute > 0)
        pace(h, w, want->per_minute, ret);
    if (want->per_hour > 0)
        hour(h, w, want->per_hour, ret);
    if (ramp.cap > 0 || ramp.start > 0)
        day(h, w, &ramp, ret);
}
