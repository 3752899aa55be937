/* authority_sqlite_heard.c - a message that came back about a letter: its mark in the ledger, the
 * end of a doubt, its address on the suppression list, in one transaction. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "domain/heard.h"

/* The letter, as the ledger has it. */
struct letter {
    int64_t seq;
    struct tally_row row;
    enum heard_kind before;
    char address[ADDRESS_MAX + 1];
    char workspace[NAME_MAX_BYTES + 1];
    char job[NAME_MAX_BYTES + 1];
};

static bool find(struct auth *a, struct uuid id, struct letter *ret, bool *ret_found,
                 struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SEND_HEARD_FIND);
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
    (void)heard_parse(col_text(st, 7), &ret->before);         /* the schema checks it */
    col_text_to(st, 8, ret->address, sizeof ret->address);
    col_text_to(st, 9, ret->workspace, sizeof ret->workspace);
    col_text_to(st, 10, ret->job, sizeof ret->job);
    stmt_end(st);
    *ret_found = heard_possible(ret->row.mode, ret->row.state);
    return true;
}

static bool find_any(struct auth *a, const struct heard *h, struct letter *ret, bool *ret_found,
                     struct err *err)
{
    *ret_found = false;
    for (int32_t i = 0; i < h->id_count && !*ret_found; i++)
        if (!find(a, h->ids[i], ret, ret_found, err))
            return false;
    return true;
}

static struct note note_of(const struct letter *l, enum event_kind kind, const struct heard *h)
{
    return (struct note){.kind = kind,
                         .job = &l->row.job,
                         .group_no = l->row.group_no,
                         .term_no = l->row.term_no,
                         .send_seq = l->seq,
                         .text = h->words,
                         .n1 = h->code};
}

static bool mark(struct auth *a, const char *actor, const struct letter *l, const struct heard *h,
                 struct err *err)
{
    char target[2 * NAME_MAX_BYTES + ADDRESS_MAX + 4];
    struct stmt *st = db_stmt(a->db, SQL_SEND_HEARD);
    stmt_int(st, "$seq", l->seq);
    stmt_text(st, "$heard", heard_name(h->kind));
    (void)str_format(target, sizeof target, "%s/%s %s", l->workspace, l->job, l->address);
    struct note note = note_of(l, event_of_heard(h->kind), h);
    note.actor = actor;
    return db_run(st, NULL, err) && auth_audit(a, &note, target, err);
}

static bool move(struct auth *a, const struct letter *l, const struct heard *h, enum send_state to,
                 struct err *err)
{
    struct tally t = {.begun = false};
    struct note note = note_of(l, event_of_send(to), h);
    struct stmt *st = db_stmt(a->db, SQL_SEND_HEARD_MOVE);
    stmt_int(st, "$seq", l->seq);
    stmt_text(st, "$state", send_state_name(to));
    stmt_int(st, "$code", h->code);
    stmt_text(st, "$reason", h->words);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) && auth_note(a, &note, err) &&
           tally_move(a, &t, &l->row, to, l->row.cycle, err) && tally_write(a, &t, err);
}

static bool suppress(struct auth *a, const char *actor, const struct letter *l,
                     enum heard_kind kind, bool *ret_added, struct err *err)
{
    int64_t added;
    struct stmt *st = db_stmt(a->db, SQL_SUPPRESS_BOUNCED);
    stmt_int(st, "$seq", l->seq);
    stmt_text(st, "$reason", kind == HEARD_ANSWERED ? heard_name(kind) : LEDGER_BOUNCE_REASON);
    stmt_text(st, "$actor", actor);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, &added, err))
        return false;
    *ret_added = added > 0;
    struct note note = {.kind = EVENT_SUPPRESS_ADDED, .actor = actor, .text = l->address};
    return added == 0 || auth_audit(a, &note, l->workspace, err);
}

static bool hear(struct auth *a, const char *actor, const struct heard *h, bool try,
                 struct heard_result *ret, struct err *err)
{
    struct letter l = {.seq = 0};
    struct heard_effect e;
    bool there;
    if (!find_any(a, h, &l, &there, err))
        return false;
    if (!there)
        return true;
    heard_judge(h, l.row.state, l.before, &e);
    bool moves = e.to != SEND_STATES;
    *ret = (struct heard_result){.ours = true,
                                 .changed = e.mark || moves,
                                 .suppressed = e.suppress,
                                 .state = moves ? e.to : l.row.state};
    (void)str_copy(ret->address, sizeof ret->address, l.address); /* it was as large */
    if (try)
        return true;
    return (!e.mark || mark(a, actor, &l, h, err)) && (!moves || move(a, &l, h, e.to, err)) &&
           (!e.suppress || suppress(a, actor, &l, h->kind, &ret->suppressed, err));
}

bool auth_heard(struct authority *base, const char *actor, const struct heard *heard, bool try,
                struct heard_result *ret, struct err *err)
{
    struct auth *a = auth_of(base);
    struct heard_result result = {.ours = false};
    if (!auth_begin(a, err))
        return false;
    bool ok = hear(a, actor, heard, try, &result, err);
    FP("authority_send_heard_before");
    ok = auth_end(a, ok, err);
    FP("authority_send_heard_after");
    if (ok)
        *ret = result;
    return ok;
}
