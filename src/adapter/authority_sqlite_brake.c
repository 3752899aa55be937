/* authority_sqlite_brake.c - a domain that asked to wait is left alone, and a job whose letters are
 * refused is stopped. Both follow from the ledger and its lines. */
#include "authority_sqlite.h"

#include "base/str.h"

bool auth_any_deferred(struct auth *a, enum mail_mode mode, bool *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_ANY_DEFERRED);
    stmt_text(st, "$mode", mail_mode_name(mode));
    if (!db_step(st, &row, err))
        return false;
    *ret = row && col_int(st, 0) != 0;
    stmt_end(st);
    return true;
}

bool auth_domain_waits(struct auth *a, enum mail_mode mode, int64_t seq, struct domain_wait *ret,
                       struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_DOMAIN_WAITS);
    stmt_text(st, "$mode", mail_mode_name(mode));
    stmt_int(st, "$seq", seq);
    stmt_text(st, "$reason", LEDGER_PUT_OFF_REASON);
    if (!db_step(st, &row, err))
        return false;
    *ret = (struct domain_wait){0};
    if (row && !col_null(st, 0))
        *ret = (struct domain_wait){col_int(st, 0), col_int(st, 1), (int32_t)col_int(st, 2)};
    stmt_end(st);
    return true;
}

bool auth_put_off(struct auth *a, int64_t seq, const struct domain_wait *wait, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SEND_PUT_OFF);
    stmt_int(st, "$seq", seq);
    stmt_int(st, "$until", wait->until_us);
    stmt_int(st, "$code", wait->code);
    stmt_text(st, "$reason", LEDGER_PUT_OFF_REASON);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

/* The job's letters since it was started or resumed, the last LEDGER_FATES of them. */
static bool hear(struct auth *a, struct uuid job, struct ledger_fates *ret, struct err *err)
{
    bool row;
    enum event_kind kind;
    struct stmt *st = db_stmt(a->db, SQL_SEND_FATES);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$max", LEDGER_FATES);
    *ret = (struct ledger_fates){0};
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || !event_kind_parse(col_text(st, 0), &kind) || !ledger_fate_add(ret, kind))
            break;
    }
    stmt_end(st);
    return true;
}

bool auth_braked(struct auth *a, const struct lease *lease, const struct send_want *want, bool *ret,
                 struct err *err)
{
    struct ledger_fates fates;
    char why[MAIL_ANSWER_MAX + 1];
    *ret = false;
    if (want->by_hand || (want->stop_after_errors <= 0 && want->stop_at_rejections <= 0))
        return true;
    if (!hear(a, lease->job, &fates, err))
        return false;
    *ret = ledger_brake(&fates, want->stop_after_errors, want->stop_at_rejections, why);
    if (!*ret)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_CONTROL_DESIRED);
    stmt_uuid(st, "$job", lease->job);
    stmt_text(st, "$desired", desired_name(DESIRED_PAUSE));
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_JOB_BRAKED, .job = &lease->job, .text = why};
    return db_run(st, NULL, err) && auth_note(a, &note, err);
}
