/* authority_sqlite_settle.c - the operator's word about a letter that is in doubt or held: it was
 * sent, send it again, or drop it. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"

static const char *const words[] = {
    [SETTLE_SENT] = "sent", [SETTLE_AGAIN] = "send again", [SETTLE_DROP] = "drop"};

/* The state a letter goes to; SEND_STATES: there is none. A dry run's letter was never sent, only
 * written. */
static enum send_state target_of(enum settle_how how, enum mail_mode mode)
{
    if (how == SETTLE_AGAIN)
        return SEND_QUEUED;
    if (how == SETTLE_DROP)
        return SEND_CANCELLED;
    if (how == SETTLE_SENT)
        return mode == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
    return SEND_STATES;
}

/* The row, when it waits for the operator's word. */
static bool find(struct auth *a, struct uuid id, struct tally_row *ret, int64_t *ret_seq,
                 struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_FIND);
    stmt_uuid(st, "$id", id);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "sends: there is no such letter");
    *ret_seq = col_int(st, 0);
    *ret = (struct tally_row){.job = col_uuid(st, 1),
                              .group_no = (int32_t)col_int(st, 3),
                              .term_no = (int32_t)col_int(st, 4),
                              .cycle = (int32_t)col_int(st, 5)};
    (void)mail_mode_parse(col_text(st, 2), &ret->mode);   /* the schema checks it */
    (void)send_state_parse(col_text(st, 6), &ret->state); /* the schema checks it */
    stmt_end(st);
    return true;
}

/* "workspace/job address", for the audit log. */
static bool name_it(struct auth *a, int64_t seq, char *dst, size_t size, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_NAMES);
    stmt_int(st, "$seq", seq);
    if (!db_step(st, &row, err))
        return false;
    (void)str_format(dst, size, "%s/%s %s", row ? col_text(st, 0) : "", row ? col_text(st, 1) : "",
                     row ? col_text(st, 2) : ""); /* it fits */
    stmt_end(st);
    return true;
}

static bool settle(struct auth *a, const char *actor, struct uuid id, enum settle_how how,
                   struct err *err)
{
    struct tally_row row;
    struct tally t = {.begun = false};
    char target[2 * NAME_MAX_BYTES + ADDRESS_MAX + 4];
    int64_t seq;
    if (!find(a, id, &row, &seq, err) || !name_it(a, seq, target, sizeof target, err))
        return false;
    enum send_state to = target_of(how, row.mode);
    bool waits = row.state == SEND_IN_DOUBT || row.state == SEND_HELD;
    if (!waits || to == SEND_STATES || !send_move_allowed(row.state, to))
        return err_set(err, ERR_REFUSED,
                       "sends: letter %lld is %s; only letters that are in "
                       "doubt or held are settled (held ones: again or drop)",
                       (long long)seq, send_state_name(row.state));
    struct stmt *st = db_stmt(a->db, SQL_SEND_REQUEUE);
    stmt_int(st, "$seq", seq);
    stmt_text(st, "$state", send_state_name(to));
    stmt_text(st, "$reason", "settled by the operator");
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_SEND_SETTLED,
                        .job = &row.job,
                        .group_no = row.group_no,
                        .term_no = row.term_no,
                        .send_seq = seq,
                        .actor = actor,
                        .text = words[how]};
    return db_run(st, NULL, err) && tally_move(a, &t, &row, to, row.cycle, err) &&
           tally_write(a, &t, err) && auth_audit(a, &note, target, err);
}

bool auth_settle(struct authority *base, const char *actor, struct uuid id, enum settle_how how,
                 struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = settle(a, actor, id, how, err);
    FP("authority_send_settle_before");
    ok = auth_end(a, ok, err);
    FP("authority_send_settle_after");
    return ok;
}
