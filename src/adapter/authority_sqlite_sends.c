/* authority_sqlite_sends.c - what became of letters: verdicts into the ledger, and what settling
 * after a crash asks.
 *
 * The idea: a verdict is a fact. It is taken from any epoch of the engine that claimed the row,
 * moves only a row that is still open, and taken twice changes nothing. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"

#include <string.h>

/* A ledger row as a verdict finds it. */
struct found {
    int64_t seq;
    struct tally_row row;
    struct uuid owner;
    bool decided;
};

static bool find(struct auth *a, struct uuid id, struct found *ret, bool *ret_found,
                 struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SEND_FIND);
    stmt_uuid(st, "$id", id);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    ret->seq = col_int(st, 0);
    ret->row = (struct tally_row){.job = col_uuid(st, 1),
                                  .group_no = (int32_t)col_int(st, 3),
                                  .term_no = (int32_t)col_int(st, 4),
                                  .cycle = (int32_t)col_int(st, 5)};
    (void)mail_mode_parse(col_text(st, 2), &ret->row.mode);   /* the schema checks it */
    (void)send_state_parse(col_text(st, 6), &ret->row.state); /* the schema checks it */
    ret->owner = col_uuid(st, 7);
    ret->decided = !col_null(st, 8);
    stmt_end(st);
    return true;
}

static bool is_open(enum send_state state)
{
    return state == SEND_CLAIMED || state == SEND_COMMITTING || state == SEND_IN_DOUBT;
}

/* The server says that nobody is at the address: no job of the workspace writes to it again. */
static bool suppress_bounced(struct auth *a, int64_t seq, struct err *err)
{
    char workspace[NAME_MAX_BYTES + 1], address[ADDRESS_MAX + 1];
    int64_t added;
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_NAMES);
    stmt_int(st, "$seq", seq);
    if (!db_step(st, &row, err))
        return false;
    if (!row) /* its job's row is never taken away; without one there would be no list */
        return true;
    col_text_to(st, 0, workspace, sizeof workspace);
    col_text_to(st, 2, address, sizeof address);
    stmt_end(st);
    st = db_stmt(a->db, SQL_SUPPRESS_BOUNCED);
    stmt_int(st, "$seq", seq);
    stmt_text(st, "$reason", LEDGER_BOUNCE_REASON);
    stmt_text(st, "$actor", LEDGER_BOUNCE_ACTOR);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, &added, err))
        return false;
    struct note note = {
        .kind = EVENT_SUPPRESS_ADDED, .actor = LEDGER_BOUNCE_ACTOR, .text = address};
    return added == 0 || auth_audit(a, &note, workspace, err);
}

static bool decide(struct auth *a, const struct found *f, const struct send_verdict *v,
                   struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SEND_DECIDE);
    stmt_int(st, "$seq", f->seq);
    stmt_text(st, "$state", send_state_name(v->state));
    stmt_int(st, "$code", v->code);
    stmt_text(st, "$reason", v->reason);
    stmt_text(st, "$sha256", v->sha256);
    if (v->state == SEND_DEFERRED)
        stmt_int(st, "$retry_at", v->retry_at_us);
    if (v->state != SEND_QUEUED)
        stmt_int(st, "$decided_at", a->now);
    struct note note = {.kind = event_of_send(v->state),
                        .job = &f->row.job,
                        .group_no = f->row.group_no,
                        .term_no = f->row.term_no,
                        .send_seq = f->seq,
                        .text = v->reason,
                        .n1 = v->code};
    return db_run(st, NULL, err) && auth_note(a, &note, err) &&
           (!ledger_nobody_there(v) || suppress_bounced(a, f->seq, err));
}

static bool acknowledge(struct auth *a, int64_t seq, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SEND_ACK);
    stmt_int(st, "$seq", seq);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool take_verdict(struct auth *a, struct uuid engine, const struct send_verdict *v,
                         struct tally *t, struct err *err)
{
    struct found f;
    bool there;
    if (!find(a, v->id, &f, &there, err))
        return false;
    /* Another engine's word about a row that it did not claim would be no fact. */
    if (!there || !is_open(f.row.state) || !uuid_equal(f.owner, engine))
        return true;
    if (f.row.state == SEND_IN_DOUBT && v->state == SEND_IN_DOUBT && !f.decided)
        return acknowledge(a, f.seq, err);
    if (!send_move_allowed(f.row.state, v->state) || event_of_send(v->state) == EVENT_KINDS)
        return true;
    return decide(a, &f, v, err) && tally_move(a, t, &f.row, v->state, f.row.cycle, err);
}

bool auth_take_verdicts(struct auth *a, struct uuid engine, const struct send_verdict *verdicts,
                        int32_t count, struct err *err)
{
    struct tally t = {.begun = false};
    for (int32_t i = 0; i < count; i++)
        if (!take_verdict(a, engine, &verdicts[i], &t, err))
            return false;
    return tally_write(a, &t, err);
}

bool auth_sends_end(struct authority *base, struct uuid engine, const struct send_verdict *verdicts,
                    int32_t count, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_take_verdicts(a, engine, verdicts, count, err);
    FP("authority_sends_end_before");
    ok = auth_end(a, ok, err);
    FP("authority_sends_end_after");
    return ok;
}

/* *ret_refused: the engine may not claim, and why. False: it could not be found out. */
static bool may_claim(struct auth *a, const struct lease *lease, const struct send_want *want,
                      bool *ret_refused, struct err *why, struct err *err)
{
    bool there;
    *ret_refused = !auth_fence(a, lease, why);
    if (*ret_refused)
        return why->kind == ERR_FENCED || err_set(err, why->kind, "%s", why->text);
    if (!auth_has_term(a, lease->job, want->group_no, want->term_no, &there, err))
        return false;
    *ret_refused = !there;
    return there ||
           !err_set(why, ERR_RETRY, "job: term %d is gone; load the job again", want->term_no);
}

bool auth_exchange(struct authority *base, const struct lease *lease,
                   const struct send_verdict *verdicts, int32_t verdict_count,
                   const struct send_want *want, struct send_grant *ret, struct err *err)
{
    struct auth *a = auth_of(base);
    struct err why = {.kind = ERR_NONE}; /* the claim is refused; the facts are not */
    bool refused = false;
    send_grant_clear(ret);
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_take_verdicts(a, lease->engine, verdicts, verdict_count, err);
    if (ok && want->count > 0)
        ok = may_claim(a, lease, want, &refused, &why, err);
    if (ok && want->count > 0 && !refused)
        ok = auth_claim(a, lease, want, ret, err);
    ok = ok && auth_progress(a, lease->job, want->group_no, want->term_no, &ret->progress, err);
    FP("authority_sends_exchange_before");
    ok = auth_end(a, ok, err);
    FP("authority_sends_exchange_after");
    if (ok && refused)
        ok = err_set(err, why.kind, "%s", why.text);
    if (!ok)
        ret->count = 0;
    return ok;
}

bool auth_sends_open(struct authority *base, struct uuid engine, const struct uuid *job,
                     struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    bool row;
    int32_t n = 0;
    struct auth *a = auth_of(base);
    struct stmt *st = db_stmt(a->db, SQL_SEND_OPEN);
    stmt_uuid(st, "$engine", engine);
    if (job != NULL)
        stmt_uuid(st, "$job", *job);
    stmt_int(st, "$max", max);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == max)
            break;
        rows[n] = (struct send_open){.id = col_uuid(st, 0), .job = col_uuid(st, 1)};
        (void)mail_mode_parse(col_text(st, 2), &rows[n].mode);   /* the schema checks it */
        (void)send_state_parse(col_text(st, 3), &rows[n].state); /* the schema checks it */
        n++;
    }
    stmt_end(st);
    *ret_count = n;
    return true;
}

/* The next row that another engine has in its hands; *ret_found false when there is none left. */
static bool next_of_others(struct auth *a, struct uuid job, struct uuid engine, struct found *ret,
                           bool *ret_found, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_LEASE_OTHERS_ROWS);
    stmt_uuid(st, "$job", job);
    stmt_uuid(st, "$engine", engine);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    struct uuid id = col_uuid(st, 0);
    stmt_end(st);
    return find(a, id, ret, ret_found, err);
}

bool auth_doubt_others(struct auth *a, struct uuid job, struct uuid engine, struct err *err)
{
    static const char why[] = "another engine took the job over before this one told";
    struct tally t = {.begun = false};
    struct found f;
    bool there;
    for (;;) {
        if (!next_of_others(a, job, engine, &f, &there, err))
            return false;
        if (!there)
            return tally_write(a, &t, err);
        struct stmt *st = db_stmt(a->db, SQL_SEND_DOUBT);
        stmt_int(st, "$seq", f.seq);
        stmt_text(st, "$reason", why);
        struct note note = {.kind = EVENT_IN_DOUBT,
                            .job = &f.row.job,
                            .group_no = f.row.group_no,
                            .term_no = f.row.term_no,
                            .send_seq = f.seq,
                            .text = why};
        if (!db_run(st, NULL, err) || !auth_note(a, &note, err) ||
            !tally_move(a, &t, &f.row, SEND_IN_DOUBT, f.row.cycle, err))
            return false;
    }
}
