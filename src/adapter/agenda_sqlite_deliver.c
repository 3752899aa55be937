/* agenda_sqlite_deliver.c - what is to be brought, taken one by one.
 *
 * The idea: taking is a commit, so the record knows of every attempt before anything leaves this
 * machine; whoever finds a row that a dead engine was at knows that it may have been brought. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "base/utf8.h"
#include "delivery_note.h"
#include "store/read_schedules.h"

bool agenda_deliver(struct auth *a, struct uuid run, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_DELIVERY_ADD);
    stmt_uuid(st, "$run", run);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

bool agenda_delivery_next(struct agenda *base, struct uuid engine, int64_t journal_gen,
                          int64_t *ret_us, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_DELIVERY_NEXT);
    stmt_uuid(st, "$engine", engine);
    stmt_int(st, "$gen", journal_gen);
    if (!db_step(st, &row, err))
        return false;
    *ret_us = row && !col_null(st, 0) ? col_int(st, 0) : INT64_MAX;
    if (row)
        stmt_end(st);
    return true;
}

static bool read_work(struct stmt *st, struct arena *arena, struct delivery_work *ret)
{
    *ret = (struct delivery_work){.seq = col_int(st, 0),
                                  .id = col_uuid(st, 1),
                                  .attempt = (int32_t)col_int(st, 5) + 1,
                                  .died = col_int(st, 6) != 0,
                                  .slot_us = col_null(st, 13) ? INT64_MIN : col_int(st, 13),
                                  .period_us = col_int(st, 14),
                                  .items = (int32_t)col_int(st, 15),
                                  .sources = (int32_t)col_int(st, 16),
                                  .sources_failed = (int32_t)col_int(st, 17),
                                  .created_us = col_int(st, 20)};
    const struct {
        int at;
        const char **to;
    } texts[] = {{4, &ret->target},    {7, &ret->about},          {8, &ret->text},
                 {9, &ret->workspace}, {10, &ret->schedule_name}, {11, &ret->spec_name},
                 {12, &ret->trigger},  {18, &ret->file},          {19, &ret->sha256}};
    bool ok = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i].to = arena_text(arena, col_text(st, texts[i].at));
        ok = ok && *texts[i].to != NULL;
    }
    (void)delivery_kind_parse(col_text(st, 3), &ret->kind); /* the schema checks it */
    if (!col_null(st, 2))
        ret->run = col_uuid(st, 2);
    if (!col_null(st, 21))
        ret->schedule = col_uuid(st, 21);
    return ok;
}

static bool take(struct auth *a, struct uuid engine, int64_t gen, struct arena *arena,
                 struct delivery_work *ret, bool *ret_any, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_DELIVERY_CANDIDATE);
    stmt_uuid(st, "$engine", engine);
    stmt_int(st, "$gen", gen);
    stmt_int(st, "$now", a->now);
    if (!db_step(st, ret_any, err))
        return false;
    if (!*ret_any)
        return true;
    bool ok = read_work(st, arena, ret);
    stmt_end(st);
    if (!ok)
        return err_set(err, ERR_STOP, "deliveries: out of memory");
    st = db_stmt(a->db, SQL_DELIVERY_START);
    stmt_int(st, "$seq", ret->seq);
    stmt_uuid(st, "$engine", engine);
    stmt_int(st, "$gen", gen);
    stmt_int(st, "$until",
             a->now + (ret->kind == DELIVERY_MAIL ? DELIVERY_MAIL_TTL_US : DELIVERY_POST_TTL_US));
    return db_run(st, NULL, err);
}

bool agenda_delivery_take(struct agenda *base, struct uuid engine, int64_t journal_gen,
                          struct arena *arena, struct delivery_work *ret, bool *ret_any,
                          struct err *err)
{
    struct auth *a = agenda_auth(base);
    *ret_any = false;
    if (!auth_begin(a, err))
        return false;
    bool ok = take(a, engine, journal_gen, arena, ret, ret_any, err);
    FP("delivery_take_before");
    ok = auth_end(a, ok, err);
    FP("delivery_take_after");
    return ok;
}

bool agenda_delivery_report(struct agenda *base, struct uuid run, struct buf *html,
                            struct buf *text, struct err *err)
{
    return read_report(agenda_auth(base)->db, run, html, text, err);
}

/* --- ending ----------------------------------------------------------------------------------- */

static bool note_end(struct auth *a, const struct delivery_ended *e, struct err *err)
{
    const struct delivery_work *w = e->work;
    char text[AGENDA_TEXT_MAX + 1];
    delivery_note(e, text);
    struct note note = {.kind = delivery_event(e->state),
                        .schedule = uuid_is_zero(w->schedule) ? NULL : &w->schedule,
                        .run = uuid_is_zero(w->run) ? NULL : &w->run,
                        .text = text,
                        .n1 = w->attempt};
    return auth_note(a, &note, err);
}

static bool end(struct auth *a, const struct delivery_ended *e, enum run_answer *ret,
                struct err *err)
{
    int64_t rows = 0;
    char answer[DELIVERY_ANSWER_MAX + 1];
    text_screen_to(answer, sizeof answer, e->answer);
    struct stmt *st = db_stmt(a->db, SQL_DELIVERY_END);
    stmt_int(st, "$seq", e->work->seq);
    stmt_int(st, "$attempt", e->work->attempt);
    stmt_text(st, "$state", delivery_state_name(e->state));
    stmt_int(st, "$not_before", e->state == DELIVERY_WAITING ? e->again_us : a->now);
    stmt_int(st, "$code", e->code);
    stmt_text(st, "$answer", answer);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, &rows, err))
        return false;
    *ret = rows > 0 ? RUN_TOLD : RUN_FENCED;
    return rows == 0 || note_end(a, e, err);
}

bool agenda_delivery_end(struct agenda *base, const struct delivery_ended *e, enum run_answer *ret,
                         struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = end(a, e, ret, err);
    FP("delivery_end_before");
    ok = auth_end(a, ok, err);
    FP("delivery_end_after");
    return ok;
}

/* --- operators -------------------------------------------------------------------------------- */

static bool again(struct agenda *base, const char *actor, int64_t seq, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool row;
    char creator[NAME_MAX_BYTES + 1], name[NAME_MAX_BYTES + 1], text[AGENDA_TEXT_MAX + 1];
    enum delivery_state state = DELIVERY_WAITING;
    struct uuid schedule = {0}, run = {0};
    struct stmt *st = db_stmt(a->db, SQL_DELIVERY_FIND);
    stmt_int(st, "$seq", seq);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED,
                       "delivery: there is no %lld; `autopilot deliveries list` has all",
                       (long long)seq);
    (void)delivery_state_parse(col_text(st, 0), &state); /* the schema checks it */
    int64_t workspace = col_int(st, 3);
    col_text_to(st, 4, creator, sizeof creator);
    col_text_to(st, 5, name, sizeof name);
    if (!col_null(st, 6))
        schedule = col_uuid(st, 6);
    if (!col_null(st, 7))
        run = col_uuid(st, 7);
    (void)str_format(text, sizeof text, "%s: %s to %.80s", name, col_text(st, 1),
                     col_text(st, 2)); /* a cut is fine */
    stmt_end(st);
    if (!agenda_gate(base, actor, ROLE_RUN, workspace, creator, err))
        return false;
    if (state == DELIVERY_WAITING || state == DELIVERY_GOING)
        return err_set(err, ERR_REFUSED, "delivery: it is %s; it goes by itself",
                       delivery_state_name(state));
    st = db_stmt(a->db, SQL_DELIVERY_AGAIN);
    stmt_int(st, "$seq", seq);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_DELIVERY_ASKED,
                        .schedule = uuid_is_zero(schedule) ? NULL : &schedule,
                        .run = uuid_is_zero(run) ? NULL : &run,
                        .actor = actor,
                        .text = text};
    return db_run(st, NULL, err) && auth_audit(a, &note, name, err);
}

bool agenda_delivery_again(struct agenda *base, const char *actor, int64_t seq, struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = again(base, actor, seq, err);
    FP("delivery_again_before");
    ok = auth_end(a, ok, err);
    FP("delivery_again_after");
    return ok;
}
