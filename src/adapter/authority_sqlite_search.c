/* authority_sqlite_search.c - what a search found becomes leads, sources and ledger rows, and the
 * term's cursor moves, in one transaction: no lead without its row, no address twice, none lost.
 *
 * The idea: addresses are walked in order from where the term stood, and the walk stops right
 * behind the address that fills the last free place; where it stopped is the new cursor. */
#include "authority_sqlite.h"

#include "base/buf.h"
#include "base/fp.h"
#include "base/str.h"

#include <string.h>

/* One call of search_end. */
struct harvest {
    struct auth *a;
    const struct search_result *result;
    struct uuid job;
    int64_t until_us; /* when it has taken long */
    int64_t workspace;
    enum mail_mode mode;
    enum recontact recontact;
    bool one_lead_per_domain;
    int32_t cycle;
    int32_t queued, duplicates, skipped;
    int64_t new_leads;
    struct tally tally;
};

static bool load_job(struct harvest *h, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(h->a->db, SQL_SEARCH_JOB);
    stmt_uuid(st, "$job", h->job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    h->workspace = col_int(st, 0);
    (void)mail_mode_parse(col_text(st, 1), &h->mode);      /* the schema checks it */
    (void)recontact_parse(col_text(st, 2), &h->recontact); /* the schema checks it */
    h->one_lead_per_domain = col_int(st, 3) != 0;
    h->cycle = (int32_t)col_int(st, 4);
    stmt_end(st);
    return true;
}

/* A query for one number: *ret 0 when there is no row. */
static bool look_up(struct stmt *st, int64_t *ret, struct err *err)
{
    bool row;
    if (!db_step(st, &row, err))
        return false;
    *ret = row ? col_int(st, 0) : 0;
    stmt_end(st);
    return true;
}

static void bind_source(struct harvest *h, struct stmt *st, int64_t lead,
                        const struct search_page *page)
{
    stmt_int(st, "$lead", lead);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$group", h->result->group_no);
    stmt_int(st, "$term", h->result->term_no);
    stmt_text(st, "$url", page->url);
    stmt_text(st, "$title", page->words != NULL ? page->words->title : "");
    stmt_text(st, "$company", page->words != NULL ? page->words->company : "");
    stmt_text(st, "$language", page->words != NULL ? page->words->language : "");
    stmt_int(st, "$now", h->a->now);
}

/* The lead is known already. A line is written when it was met in a new place: a cycle that walks
 * the same pages again changes nothing and says nothing for each address. */
static bool met_again(struct harvest *h, int64_t lead, int64_t send_seq,
                      const struct search_page *page, struct err *err)
{
    int64_t changed;
    struct stmt *st = db_stmt(h->a->db, SQL_SOURCE_ADD);
    bind_source(h, st, lead, page);
    if (!db_run(st, &changed, err))
        return false;
    h->duplicates++;
    struct note note = {.kind = EVENT_DUPLICATE,
                        .job = &h->job,
                        .group_no = h->result->group_no,
                        .term_no = h->result->term_no,
                        .send_seq = send_seq};
    return changed == 0 || auth_note(h->a, &note, err);
}

/* The first to find this address in the workspace. */
static bool add_lead(struct harvest *h, const struct lead_found *found,
                     const struct search_page *page, int64_t *ret, struct err *err)
{
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_ADD);
    stmt_int(st, "$workspace", h->workspace);
    stmt_text(st, "$address", found->address);
    stmt_text(st, "$shown", str_equal(found->shown, found->address) ? NULL : found->shown);
    stmt_text(st, "$site", found->address + found->site_at);
    stmt_text(st, "$company", page->words != NULL ? page->words->company : "");
    stmt_int(st, "$flags", found->flags);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$group", h->result->group_no);
    stmt_int(st, "$term", h->result->term_no);
    stmt_int(st, "$now", h->a->now);
    if (!db_run(st, NULL, err))
        return false;
    h->new_leads++;
    *ret = db_last_id(h->a->db);
    return true;
}

static bool queue(struct harvest *h, int64_t lead, const struct lead_found *found, struct uuid id,
                  const struct search_page *page, struct err *err)
{
    int64_t source;
    struct stmt *st = db_stmt(h->a->db, SQL_SOURCE_TAKE);
    bind_source(h, st, lead, page);
    if (!look_up(st, &source, err))
        return false;
    st = db_stmt(h->a->db, SQL_SEND_ADD);
    stmt_uuid(st, "$id", id);
    stmt_uuid(st, "$job", h->job);
    stmt_text(st, "$mode", mail_mode_name(h->mode));
    stmt_int(st, "$lead", lead);
    stmt_int(st, "$source", source);
    stmt_text(st, "$address", found->address);
    stmt_text(st, "$site", found->address + found->site_at);
    stmt_int(st, "$group", h->result->group_no);
    stmt_int(st, "$term", h->result->term_no);
    stmt_int(st, "$cycle", h->cycle);
    stmt_int(st, "$now", h->a->now);
    if (!db_run(st, NULL, err))
        return false;
    struct note note = {.kind = EVENT_LEAD,
                        .job = &h->job,
                        .group_no = h->result->group_no,
                        .term_no = h->result->term_no,
                        .send_seq = db_last_id(h->a->db)};
    struct tally_row row = {.job = h->job,
                            .mode = h->mode,
                            .group_no = h->result->group_no,
                            .term_no = h->result->term_no,
                            .cycle = h->cycle,
                            .state = SEND_QUEUED};
    h->queued++;
    return tally_new(h->a, &h->tally, &row, err) && auth_note(h->a, &note, err);
}

/* Is there a row for this address in this job and mode? *ret_seq 0: no. */
static bool find_row(struct harvest *h, struct uuid id, int64_t *ret_seq, int64_t *ret_lead,
                     struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(h->a->db, SQL_SEND_BY_ID);
    stmt_uuid(st, "$id", id);
    if (!db_step(st, &row, err))
        return false;
    *ret_seq = row ? col_int(st, 0) : 0;
    *ret_lead = row ? col_int(st, 1) : 0;
    stmt_end(st);
    return true;
}

/* The letter of another job that reached this lead; *ret_seq 0: none, or it does not matter. */
static bool find_contact(struct harvest *h, int64_t lead, int64_t *ret_seq, struct err *err)
{
    *ret_seq = 0;
    if (lead == 0 || h->recontact != RECONTACT_NEVER)
        return true;
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_CONTACTED);
    stmt_int(st, "$lead", lead);
    stmt_uuid(st, "$job", h->job);
    return look_up(st, ret_seq, err);
}

static bool site_taken(struct harvest *h, const struct lead_found *found, bool *ret,
                       struct err *err)
{
    int64_t taken = 0;
    *ret = false;
    if (!h->one_lead_per_domain)
        return true;
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_SITE_TAKEN);
    stmt_uuid(st, "$job", h->job);
    stmt_text(st, "$mode", mail_mode_name(h->mode));
    stmt_text(st, "$site", found->address + found->site_at);
    if (!look_up(st, &taken, err))
        return false;
    *ret = taken != 0;
    return true;
}

static bool find_lead(struct harvest *h, const struct lead_found *found, int64_t *ret,
                      struct err *err)
{
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_FIND);
    stmt_int(st, "$workspace", h->workspace);
    stmt_text(st, "$address", found->address);
    return look_up(st, ret, err);
}

/* One address: skipped, a duplicate, or a new row of the ledger. */
static bool take_address(struct harvest *h, const struct search_page *page,
                         const struct lead_found *found, struct err *err)
{
    int64_t seq, lead;
    bool taken;
    if ((found->flags & (LEAD_NOREPLY | LEAD_DISPOSABLE)) != 0) {
        h->skipped++;
        return true;
    }
    struct uuid id = ledger_send_id(h->mode, h->job, found->address);
    if (!find_row(h, id, &seq, &lead, err))
        return false;
    if (seq != 0)
        return met_again(h, lead, seq, page, err);
    if (!find_lead(h, found, &lead, err) || !find_contact(h, lead, &seq, err))
        return false;
    if (seq != 0)
        return met_again(h, lead, seq, page, err);
    if (!site_taken(h, found, &taken, err))
        return false;
    if (taken) {
        h->skipped++;
        return true;
    }
    if (lead == 0 && !add_lead(h, found, page, &lead, err))
        return false;
    return queue(h, lead, found, id, page, err);
}

/* Others wait for the record while this goes on. */
static bool is_late(const struct harvest *h)
{
    return h->a->clock->ops->now_us(h->a->clock) >= h->until_us;
}

/* Walks the addresses; *ret is where the term stands afterwards. */
static bool walk(struct harvest *h, struct term_cursor *ret, struct err *err)
{
    const struct search_result *r = h->result;
    for (int32_t i = 0; i < r->count; i++) {
        const struct search_page *page = &r->pages[i];
        for (int32_t n = page->before.address; n < page->count; n++) {
            if (!take_address(h, page, &page->leads[n], err))
                return false;
            if (h->queued < r->room && !is_late(h))
                continue;
            *ret = n + 1 < page->count ? page->before : page->after;
            if (n + 1 < page->count)
                ret->address = n + 1;
            return true;
        }
    }
    *ret = r->end;
    return true;
}

static bool save_cursor(struct harvest *h, const struct term_cursor *cursor, struct err *err)
{
    struct stmt *st = db_stmt(h->a->db, SQL_SEARCH_CURSOR);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$term", h->result->term_no);
    stmt_int(st, "$variation", cursor->variation);
    stmt_text(st, "$result", cursor->result);
    stmt_int(st, "$address", cursor->address);
    stmt_int(st, "$ended", cursor->ended);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(h->a->db, SQL_SEARCH_SAVED);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$duplicates", h->duplicates);
    stmt_int(st, "$now", h->a->now);
    return db_run(st, NULL, err);
}

static bool count_leads(struct harvest *h, struct err *err)
{
    if (h->new_leads == 0)
        return true;
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_COUNTED);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$group", h->result->group_no);
    stmt_int(st, "$leads", h->new_leads);
    return db_run(st, NULL, err);
}

static bool save_counts(struct harvest *h, struct err *err)
{
    struct note note = {.kind = EVENT_SEARCHED,
                        .job = &h->job,
                        .group_no = h->result->group_no,
                        .term_no = h->result->term_no,
                        .n1 = h->queued,
                        .n2 = h->duplicates};
    return tally_write(h->a, &h->tally, err) && auth_note(h->a, &note, err) && count_leads(h, err);
}

static bool term_there(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no,
                       struct err *err)
{
    bool there;
    if (!auth_has_term(a, job, group_no, term_no, &there, err))
        return false;
    return there || err_set(err, ERR_RETRY, "job: term %d is gone; load the job again", term_no);
}

static bool search_end(struct harvest *h, struct search_taken *ret, struct err *err)
{
    struct search_taken taken = {0};
    if (h->result->count > 0 && h->result->room < 1)
        return err_set(err, ERR_REFUSED, "search: there is no room for what was found");
    if (!term_there(h->a, h->job, h->result->group_no, h->result->term_no, err))
        return false;
    if (!load_job(h, err) || !walk(h, &taken.cursor, err) || !save_cursor(h, &taken.cursor, err) ||
        !save_counts(h, err) ||
        !auth_progress(h->a, h->job, h->result->group_no, h->result->term_no, &taken.progress, err))
        return false;
    taken.queued = h->queued;
    taken.duplicates = h->duplicates;
    taken.skipped = h->skipped;
    *ret = taken;
    return true;
}

/* The claim that follows; the position is then what it is after that. */
static bool claim_first(struct auth *a, const struct lease *lease, const struct send_want *want,
                        struct search_taken *taken, struct send_grant *ret, struct err *err)
{
    send_grant_clear(ret);
    if (want->count > 0 && !auth_claim(a, lease, want, ret, err))
        return false;
    if (!auth_progress(a, lease->job, want->group_no, want->term_no, &ret->progress, err))
        return false;
    taken->progress = ret->progress;
    return true;
}

bool auth_search_end(struct authority *base, const struct lease *lease,
                     const struct search_result *result, const struct send_want *want,
                     struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    struct auth *a = auth_of(base);
    struct harvest h = {.a = a, .result = result, .job = lease->job};
    struct search_taken taken;
    if (!auth_begin(a, err))
        return false;
    h.until_us = a->now + SEARCH_END_US;
    bool ok = auth_fence(a, lease, err) && search_end(&h, &taken, err) &&
              (want == NULL || claim_first(a, lease, want, &taken, ret_grant, err));
    FP("authority_search_end_before");
    ok = auth_end(a, ok, err);
    FP("authority_search_end_after");
    if (ok)
        *ret = taken;
    else if (want != NULL)
        ret_grant->count = 0;
    return ok;
}

static bool search_failed(struct auth *a, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err)
{
    int64_t failures;
    if (!term_there(a, lease->job, group_no, term_no, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_SEARCH_FAILED);
    stmt_uuid(st, "$job", lease->job);
    stmt_int(st, "$term", term_no);
    if (!look_up(st, &failures, err))
        return false;
    struct note note = {.kind = EVENT_SEARCH_FAILED,
                        .job = &lease->job,
                        .group_no = group_no,
                        .term_no = term_no,
                        .text = reason,
                        .n1 = failures};
    return auth_note(a, &note, err);
}

bool auth_search_failed(struct authority *base, const struct lease *lease, int32_t group_no,
                        int32_t term_no, const char *reason, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_fence(a, lease, err) && search_failed(a, lease, group_no, term_no, reason, err);
    FP("authority_search_failed_before");
    ok = auth_end(a, ok, err);
    FP("authority_search_failed_after");
    return ok;
}

/* --- leads by hand --- */

/* The term they belong to; its text for the audit log. */
static bool import_term(struct auth *a, const struct job_ref *ref, struct uuid job,
                        const char *term, struct search_result *ret, char text[TERM_MAX_BYTES + 1],
                        struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_IMPORT_TERM);
    stmt_uuid(st, "$job", job);
    stmt_text(st, "$text", term);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "leads: job \"%s\" has no term%s%.80s%s", ref->name,
                       term != NULL ? " \"" : "", term != NULL ? term : "",
                       term != NULL ? "\"" : "");
    ret->group_no = (int32_t)col_int(st, 0);
    ret->term_no = (int32_t)col_int(st, 1);
    col_text_to(st, 2, text, TERM_MAX_BYTES + 1);
    stmt_end(st);
    return true;
}

static bool bring(struct harvest *h, const struct lead_brought *lead, struct err *err)
{
    struct search_page page = {
        .url = lead->url, .words = &lead->words, .leads = &lead->found, .count = 1};
    if (!take_address(h, &page, &lead->found, err))
        return false;
    if (lead->name[0] == '\0')
        return true;
    struct stmt *st = db_stmt(h->a->db, SQL_LEAD_NAME);
    stmt_int(st, "$workspace", h->workspace);
    stmt_text(st, "$address", lead->found.address);
    stmt_text(st, "$name", lead->name);
    return db_run(st, NULL, err);
}

/* Counters, the raised rev that makes an engine load the job again, the line of the audit log. */
static bool save_import(struct harvest *h, const char *actor, const struct job_ref *ref,
                        const char *term, struct err *err)
{
    char target[2 * NAME_MAX_BYTES + 2];
    struct note note = {.kind = EVENT_LEADS_IMPORTED,
                        .job = &h->job,
                        .group_no = h->result->group_no,
                        .term_no = h->result->term_no,
                        .actor = actor,
                        .text = term,
                        .n1 = h->queued,
                        .n2 = h->duplicates};
    (void)str_format(target, sizeof target, "%s/%s", ref->workspace, ref->name); /* it fits */
    struct stmt *st = db_stmt(h->a->db, SQL_SEARCH_SAVED);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$duplicates", h->duplicates);
    stmt_int(st, "$now", h->a->now);
    if (!db_run(st, NULL, err) || !tally_write(h->a, &h->tally, err) || !count_leads(h, err) ||
        !auth_audit(h->a, &note, target, err))
        return false;
    if (h->queued == 0)
        return true;
    st = db_stmt(h->a->db, SQL_JOB_CHANGED);
    stmt_uuid(st, "$job", h->job);
    stmt_int(st, "$now", h->a->now);
    return db_run(st, NULL, err);
}

/* where: h's result. */
static bool import(struct harvest *h, struct search_result *where, const char *actor,
                   const struct job_ref *ref, const char *term, const struct lead_brought *leads,
                   int32_t count, struct err *err)
{
    struct job_found job;
    char text[TERM_MAX_BYTES + 1];
    if (!auth_job_must(h->a, ref, &job, err) ||
        !import_term(h->a, ref, job.id, term, where, text, err))
        return false;
    h->job = job.id;
    if (!load_job(h, err))
        return false;
    for (int32_t i = 0; i < count; i++)
        if (!bring(h, &leads[i], err))
            return false;
    return save_import(h, actor, ref, text, err);
}

bool auth_leads_import(struct authority *base, const char *actor, const struct job_ref *ref,
                       const char *term, const struct lead_brought *leads, int32_t count,
                       struct leads_imported *ret, struct err *err)
{
    struct search_result where = {0};
    struct harvest h = {.a = auth_of(base), .result = &where};
    if (!auth_begin(h.a, err))
        return false;
    bool ok = import(&h, &where, actor, ref, term, leads, count, err);
    FP("authority_leads_import_before");
    ok = auth_end(h.a, ok, err);
    FP("authority_leads_import_after");
    if (ok)
        *ret = (struct leads_imported){h.queued, h.duplicates, h.skipped, h.mode};
    return ok;
}
