/* authority_pg_work.c - what was found, what may be sent, what became of it
 * (sql/postgres/functions/05_search.sql, 06_sends.sql). */
#include "authority_pg.h"

#include "base/str.h"

#include <string.h>

/* --- search --- */

static json_t *cursor_of(const struct term_cursor *c)
{
    return json_pack("{s:i,s:o,s:i,s:b}", "variation", c->variation, "result", pg_words(c->result),
                     "address", c->address, "ended", c->ended);
}

static json_t *lead_of(const struct lead_found *l)
{
    bool same = str_equal(l->shown, l->address);
    return json_pack("{s:o,s:o,s:o,s:i,s:b}", "address", pg_words(l->address), "shown",
                     same ? json_null() : pg_words(l->shown), "site",
                     pg_words(l->address + l->site_at), "flags", (int)l->flags, "skip",
                     (l->flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) != 0);
}

static json_t *page_of(const struct search_page *p)
{
    static const struct page_words none;
    const struct page_words *w = p->words != NULL ? p->words : &none;
    json_t *leads = json_array();
    for (int32_t i = 0; leads != NULL && i < p->count; i++)
        if (json_array_append_new(leads, lead_of(&p->leads[i])) != 0) {
            json_decref(leads);
            return NULL;
        }
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "url", pg_words(p->url), "title",
                     pg_words(w->title), "company", pg_words(w->company), "language",
                     pg_words(w->language), "before", cursor_of(&p->before), "after",
                     cursor_of(&p->after), "leads", leads);
}

static json_t *pages_of(const struct search_result *r)
{
    json_t *pages = json_array();
    for (int32_t i = 0; pages != NULL && i < r->count; i++)
        if (json_array_append_new(pages, page_of(&r->pages[i])) != 0) {
            json_decref(pages);
            return NULL;
        }
    return pages;
}

static bool read_taken(const json_t *answer, struct search_taken *ret)
{
    const json_t *c = json_object_get(answer, "cursor");
    struct search_taken t = {.queued = (int32_t)pg_get_int(answer, "queued"),
                             .duplicates = (int32_t)pg_get_int(answer, "duplicates"),
                             .skipped = (int32_t)pg_get_int(answer, "skipped")};
    t.cursor.variation = (int32_t)pg_get_int(c, "variation");
    t.cursor.address = (int32_t)pg_get_int(c, "address");
    t.cursor.ended = pg_get_bool(c, "ended");
    if (!str_copy(t.cursor.result, sizeof t.cursor.result, pg_get_text(c, "result")) ||
        !pgauth_progress(json_object_get(answer, "progress"), &t.progress))
        return false;
    *ret = t;
    return true;
}

static json_t *brought_of(const struct lead_brought *leads, int32_t count)
{
    json_t *ret = json_array();
    for (int32_t i = 0; ret != NULL && i < count; i++) {
        const struct lead_brought *l = &leads[i];
        struct search_page page = {.url = l->url, .words = &l->words};
        if (json_array_append_new(ret, json_pack("{s:o,s:o,s:o}", "page", page_of(&page), "name",
                                                 pg_words(l->name), "lead", lead_of(&l->found))) !=
            0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

bool pgauth_leads_import(struct authority *base, const char *actor, const struct job_ref *ref,
                         const char *term, const struct lead_brought *leads, int32_t count,
                         struct leads_imported *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q = json_pack("{s:o,s:o}", "term", term != NULL ? pg_words(term) : json_null(), "leads",
                          brought_of(leads, count));
    if (!pg_ask(&a->ask, "leads_import", pgauth_with(pgauth_ref(actor, ref), q), &answer, err))
        return false;
    ret->queued = (int32_t)pg_get_int(answer, "queued");
    ret->duplicates = (int32_t)pg_get_int(answer, "duplicates");
    ret->skipped = (int32_t)pg_get_int(answer, "skipped");
    if (!mail_mode_parse(pg_get_text(answer, "mode"), &ret->mode))
        return pg_ask_odd("leads_import", answer, err);
    json_decref(answer);
    return true;
}

bool pgauth_search_failed(struct authority *base, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *more =
        json_pack("{s:i,s:i,s:o}", "group", group_no, "term", term_no, "reason", pg_words(reason));
    return pg_ask(&a->ask, "search_failed", pgauth_with(pgauth_lease(lease), more), NULL, err);
}

/* --- letters --- */

static json_t *want_of(const struct pgauth *a, const struct send_want *want)
{
    return json_pack("{s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:b,s:b,s:s}", "group",
                     want->group_no, "term", want->term_no, "count", want->count, "per_minute",
                     want->per_minute, "daily_cap", want->daily_cap, "per_hour", want->per_hour,
                     "per_domain_per_hour", want->per_domain_per_hour, "ramp_start",
                     want->ramp_start, "ramp_growth", want->ramp_growth, "confirm_first",
                     want->confirm_first, "stop_after_errors", want->stop_after_errors,
                     "stop_at_rejections", want->stop_at_rejections, "back_off", want->back_off,
                     "by_hand", want->by_hand, "template", a->letter_digest);
}

static json_t *verdicts_of(const struct send_verdict *v, int32_t count)
{
    json_t *ret = json_array();
    for (int32_t i = 0; ret != NULL && i < count; i++) {
        json_t *one = json_pack("{s:o,s:s,s:i,s:o,s:o,s:I,s:b}", "id", pg_name(v[i].id), "state",
                                send_state_name(v[i].state), "code", v[i].code, "reason",
                                pg_words(v[i].reason), "sha256", pg_words(v[i].sha256), "retry_at",
                                (json_int_t)v[i].retry_at_us, "nobody", ledger_nobody_there(&v[i]));
        if (json_array_append_new(ret, one) != 0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

static bool read_row(const json_t *j, struct send_row *r)
{
    *r = (struct send_row){.seq = pg_get_int(j, "seq"),
                           .attempt = (int32_t)pg_get_int(j, "attempt"),
                           .queued_at_us = pg_get_int(j, "queued_at"),
                           .claimed_at_us = pg_get_int(j, "claimed_at"),
                           .waited_us = pg_get_int(j, "waited")};
    return pg_get_uuid(j, "id", &r->id) &&
           str_copy(r->address, sizeof r->address, pg_get_text(j, "address")) &&
           str_copy(r->name, sizeof r->name, pg_get_text(j, "name")) &&
           str_copy(r->company, sizeof r->company, pg_get_text(j, "company")) &&
           str_copy(r->title, sizeof r->title, pg_get_text(j, "title")) &&
           str_copy(r->language, sizeof r->language, pg_get_text(j, "language")) &&
           str_copy(r->url, sizeof r->url, pg_get_text(j, "url"));
}

static bool read_reason(const char *word, enum grant_reason *ret)
{
    static const struct {
        const char *word;
        enum grant_reason reason;
    } words[] = {{"go", GRANT_GO},
                 {"nothing", GRANT_NOTHING},
                 {"limit", GRANT_LIMIT},
                 {"stop", GRANT_STOP},
                 {"wait", GRANT_WAIT}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (str_equal(word, words[i].word)) {
            *ret = words[i].reason;
            return true;
        }
    return false;
}

static enum grant_window read_window(const char *word)
{
    return str_equal(word, "hour")     ? WINDOW_HOUR
           : str_equal(word, "day")    ? WINDOW_DAY
           : str_equal(word, "domain") ? WINDOW_DOMAIN
                                       : WINDOW_PACE;
}

/* The template that came with a claim is kept; its texts come only when they are others. */
static void keep_letter(struct pgauth *a, const struct lease *lease, const struct send_want *want,
                        json_t *letter)
{
    const char *digest = pg_get_text(letter, "digest");
    if (digest[0] == '\0')
        return;
    if (json_object_get(letter, "name") != NULL) {
        json_decref(a->letter);
        a->letter = json_incref(letter);
        (void)str_copy(a->letter_digest, sizeof a->letter_digest, digest); /* it fits */
    }
    a->letter_job = lease->job;
    a->letter_group = want->group_no;
    a->letter_at = pgauth_asked(a);
}

static bool read_grant(const json_t *answer, struct send_grant *ret)
{
    size_t i;
    json_t *row;
    ret->wait_until_us = pg_get_int(answer, "wait_until");
    ret->window = read_window(pg_get_text(answer, "window"));
    ret->suppressed = (int32_t)pg_get_int(answer, "suppressed");
    ret->cancelled = (int32_t)pg_get_int(answer, "cancelled");
    ret->put_off = (int32_t)pg_get_int(answer, "put_off");
    if (!read_reason(pg_get_text(answer, "reason"), &ret->reason))
        return false;
    json_array_foreach(json_object_get(answer, "rows"), i, row)
    {
        if (i >= MAIL_BATCH_MAX || !read_row(row, &ret->rows[i]))
            return false;
        ret->count = (int32_t)i + 1;
    }
    return true;
}

/* "fenced:SENTENCE" or "retry:SENTENCE": the claim was refused, the facts were taken. */
static bool refused(const json_t *answer, struct err *err)
{
    const char *why = pg_get_text(answer, "refused");
    bool fenced = str_starts(why, "fenced:");
    const char *sentence = strchr(why, ':');
    return err_set(err, fenced ? ERR_FENCED : ERR_RETRY, "%s",
                   sentence != NULL ? sentence + 1 : why);
}

bool pgauth_exchange(struct authority *base, const struct lease *lease,
                     const struct send_verdict *verdicts, int32_t verdict_count,
                     const struct send_want *want, struct send_grant *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q = pgauth_with(pgauth_lease(lease), want_of(a, want));
    q = pgauth_with(q, json_pack("{s:o}", "verdicts", verdicts_of(verdicts, verdict_count)));
    send_grant_clear(ret);
    if (!pg_ask(&a->ask, "sends_exchange", q, &answer, err))
        return false;
    bool ok = read_grant(answer, ret) &&
              pgauth_progress(json_object_get(answer, "progress"), &ret->progress);
    if (!ok)
        ret->count = 0; /* the rows are settled when the lane looks at what it has open */
    if (!ok)
        return pg_ask_odd("sends_exchange", answer, err);
    keep_letter(a, lease, want, json_object_get(answer, "template"));
    ok = pg_get_text(answer, "refused")[0] == '\0' || refused(answer, err);
    json_decref(answer);
    return ok;
}

/* The grant of a search, if one was asked for. */
static bool read_first(struct pgauth *a, const struct lease *lease, const struct send_want *want,
                       const json_t *answer, const struct search_taken *taken,
                       struct send_grant *ret)
{
    const json_t *grant = json_object_get(answer, "grant");
    if (want == NULL)
        return true;
    send_grant_clear(ret);
    ret->progress = taken->progress;
    if (grant == NULL)
        return want->count <= 0;
    if (!read_grant(grant, ret)) {
        ret->count = 0;
        return false;
    }
    keep_letter(a, lease, want, json_object_get(grant, "template"));
    return true;
}

bool pgauth_search_end(struct authority *base, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q =
        json_pack("{s:i,s:i,s:i,s:o,s:o}", "group", result->group_no, "term", result->term_no,
                  "room", result->room, "pages", pages_of(result), "end", cursor_of(&result->end));
    q = pgauth_with(pgauth_lease(lease), q);
    if (want != NULL)
        q = pgauth_with(q, want_of(a, want));
    if (want != NULL)
        send_grant_clear(ret_grant);
    if (!pg_ask(&a->ask, "search_end", q, &answer, err))
        return false;
    if (!read_taken(answer, ret) || !read_first(a, lease, want, answer, ret, ret_grant))
        return pg_ask_odd("search_end", answer, err);
    json_decref(answer);
    return true;
}

bool pgauth_sends_end(struct authority *base, struct uuid engine,
                      const struct send_verdict *verdicts, int32_t count, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *q =
        json_pack("{s:o,s:o}", "engine", pg_name(engine), "verdicts", verdicts_of(verdicts, count));
    return pg_ask(&a->ask, "sends_end", q, NULL, err);
}

static bool read_open(const json_t *row, struct send_open *ret)
{
    const char *id, *job, *mode, *state;
    return json_unpack((json_t *)row, "[s,s,s,s]", &id, &job, &mode, &state) == 0 &&
           uuid_parse(id, &ret->id) && uuid_parse(job, &ret->job) &&
           mail_mode_parse(mode, &ret->mode) && send_state_parse(state, &ret->state);
}

bool pgauth_sends_open(struct authority *base, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer, *row;
    size_t i;
    json_t *q = json_pack("{s:o,s:o,s:i}", "engine", pg_name(engine), "job",
                          job != NULL ? pg_name(*job) : json_null(), "max", max);
    if (!pg_ask(&a->ask, "sends_open", q, &answer, err))
        return false;
    json_array_foreach(answer, i, row)
    {
        if (i >= (size_t)max || !read_open(row, &rows[i]))
            return pg_ask_odd("sends_open", answer, err);
    }
    *ret_count = (int32_t)json_array_size(answer);
    json_decref(answer);
    return true;
}

/* --- after a failover --- */

bool pgauth_behind(struct authority *base, struct uuid engine, bool *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    if (!pg_ask(&a->ask, "behind", json_pack("{s:o}", "engine", pg_name(engine)), &answer, err))
        return false;
    *ret = pg_get_bool(answer, "behind");
    json_decref(answer);
    return true;
}

bool pgauth_replay(struct authority *base, struct uuid engine, const struct send_verdict *facts,
                   int32_t count, bool last, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *q = json_pack("{s:o,s:o,s:b}", "engine", pg_name(engine), "facts",
                          verdicts_of(facts, count), "last", last);
    return pg_ask(&a->ask, "replay", q, NULL, err);
}
