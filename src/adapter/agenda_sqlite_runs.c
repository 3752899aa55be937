/* agenda_sqlite_runs.c - waiting runs are taken, worked and ended, many in one transaction.
 *
 * The idea: run and attempt together name a piece of work. Whoever took a row later has a higher
 * attempt, so what an earlier lane still says about it is told apart, however late it comes. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"

#include <string.h>

/* --- taking ----------------------------------------------------------------------------------- */

struct candidate {
    int64_t seq;
    bool died; /* it was running */
};

static bool text_or_null(struct stmt *st, int i, struct arena *arena, const char **ret)
{
    *ret = col_null(st, i) ? NULL : arena_text(arena, col_text(st, i));
    return col_null(st, i) || *ret != NULL;
}

static bool read_work(struct stmt *st, struct arena *arena, struct run_work *ret)
{
    *ret = (struct run_work){.run = col_uuid(st, 1),
                             .specification = col_uuid(st, 2),
                             .attempt = (int32_t)col_int(st, 4) + 1,
                             .slot_us = col_null(st, 6) ? INT64_MIN : col_int(st, 6),
                             .period_us = col_int(st, 7),
                             .workspace = arena_text(arena, col_text(st, 8)),
                             .spec_name = arena_text(arena, col_text(st, 9)),
                             .schedule_name = arena_text(arena, col_text(st, 10)),
                             .definition = arena_text(arena, col_text(st, 11)),
                             .config = arena_text(arena, col_text(st, 14)),
                             .last_success_us = col_null(st, 16) ? INT64_MIN : col_int(st, 16)};
    if (!col_null(st, 3))
        ret->schedule = col_uuid(st, 3);
    (void)run_trigger_parse(col_text(st, 5), &ret->trigger); /* the schema checks it */
    return text_or_null(st, 12, arena, &ret->categories) &&
           text_or_null(st, 13, arena, &ret->regions) && ret->workspace != NULL &&
           ret->spec_name != NULL && ret->schedule_name != NULL && ret->definition != NULL &&
           ret->config != NULL;
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "reports: out of memory for a run");
}

/* Who takes, and what was taken so far. */
struct taking {
    struct uuid engine;
    int64_t gen;
    int32_t max;
    struct arena *arena;
    struct run_work *work;
    int32_t count;
};

/* Those found, behind those taken. */
static bool has_spec(const struct taking *t, int32_t found, struct uuid specification)
{
    for (int32_t i = 0; i < found; i++)
        if (uuid_equal(t->work[t->count + i].specification, specification))
            return true;
    return false;
}

/* Reads into t->work behind what was taken, at most what there is room for; rows without memory are
 * left for the next command when there are others. */
static bool find_work(struct auth *a, const struct taking *t, bool past, struct candidate *ret,
                      int32_t *ret_found, struct err *err)
{
    bool row = true;
    int32_t n = 0;
    struct stmt *st = db_stmt(a->db, SQL_RUN_CANDIDATE);
    stmt_uuid(st, "$engine", t->engine);
    stmt_int(st, "$gen", t->gen);
    stmt_int(st, "$now", a->now);
    stmt_int(st, "$past", past);
    stmt_int(st, "$max", t->max - t->count);
    while (row) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || has_spec(t, n, col_uuid(st, 2)))
            continue;
        if (!read_work(st, t->arena, &t->work[t->count + n])) {
            stmt_end(st);
            row = false;
            if (n + t->count == 0)
                return no_memory(err);
            continue;
        }
        ret[n].seq = col_int(st, 0);
        ret[n++].died = str_equal(col_text(st, 15), "running");
    }
    *ret_found = n;
    return true;
}

static const char *name_of(const struct run_work *w)
{
    return w->schedule_name[0] != '\0' ? w->schedule_name : w->spec_name;
}

static bool start(struct auth *a, const struct taking *t, const struct candidate *c,
                  const struct run_work *w, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_RUN_START);
    stmt_int(st, "$seq", c->seq);
    stmt_uuid(st, "$engine", t->engine);
    stmt_int(st, "$gen", t->gen);
    stmt_int(st, "$until", a->now + RUN_TTL_US);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_RUN_STARTED,
                        .schedule = uuid_is_zero(w->schedule) ? NULL : &w->schedule,
                        .run = &w->run,
                        .text = name_of(w),
                        .n1 = w->attempt};
    return db_run(st, NULL, err) && auth_note(a, &note, err);
}

/* A run that took its engine down with it three times is not tried a fourth time. */
static bool bury(struct auth *a, const struct run_work *w, int64_t seq, struct err *err);

/* Starts those that were found, in their order. *ret_full: no more are wanted. */
static bool start_found(struct auth *a, struct taking *t, const struct candidate *c, int32_t found,
                        bool *ret_full, struct err *err)
{
    struct run_work *w = &t->work[t->count];
    for (int32_t i = 0; i < found && !*ret_full; i++) {
        bool last = c[i].died && w[i].attempt == RUN_ATTEMPTS_MAX;
        *ret_full = last && t->count > 0;
        if (*ret_full)
            break;
        if (c[i].died && w[i].attempt > RUN_ATTEMPTS_MAX) {
            if (!bury(a, &w[i], c[i].seq, err))
                return false;
            continue;
        }
        if (!start(a, t, &c[i], &w[i], err))
            return false;
        t->work[t->count++] = w[i]; /* never behind w[i] */
        *ret_full = last || t->count == t->max;
    }
    return true;
}

/* What is of the past comes when there is nothing else. */
static bool take(struct auth *a, struct taking *t, struct err *err)
{
    struct candidate c[AGENDA_RUNS_MAX];
    bool past = false, full = false;
    while (!full) {
        int32_t found = 0;
        if (!find_work(a, t, past, c, &found, err) || !start_found(a, t, c, found, &full, err))
            return false;
        full = full || (found == 0 && past);
        past = past || found == 0;
    }
    return true;
}

bool agenda_run_take(struct agenda *base, struct uuid engine, int64_t journal_gen, int32_t max,
                     struct arena *arena, struct run_work *ret, int32_t *ret_count, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct taking t = {.engine = engine,
                       .gen = journal_gen,
                       .max = max < AGENDA_RUNS_MAX ? max : AGENDA_RUNS_MAX,
                       .arena = arena,
                       .work = ret};
    *ret_count = 0;
    if (!auth_begin(a, err))
        return false;
    bool ok = take(a, &t, err);
    FP("agenda_run_take_before");
    ok = auth_end(a, ok, err);
    FP("agenda_run_take_after");
    *ret_count = ok ? t.count : 0;
    return ok;
}

bool agenda_run_known(struct agenda *base, struct uuid specification, struct uuid run,
                      struct arena *arena, struct run_known *ret, struct err *err)
{
    struct buf keys = buf_init((size_t)64 << 20);
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_REPORT_ITEMS_KNOWN);
    stmt_uuid(st, "$specification", specification);
    stmt_uuid(st, "$run", run);
    bool ok = true, row = true;
    while (ok && row) {
        ok = db_step(st, &row, err);
        uint64_t key = ok && row ? (uint64_t)col_int(st, 0) : 0;
        if (ok && row)
            buf_add(&keys, &key, sizeof key);
    }
    int64_t count = (int64_t)(keys.len / sizeof(uint64_t));
    uint64_t *items = arena_array(arena, (size_t)count + 1, sizeof *items);
    if (ok && (items == NULL || !buf_ok(&keys)))
        ok = no_memory(err);
    if (ok && keys.len > 0)
        memcpy(items, keys.data, keys.len);
    if (ok)
        *ret = (struct run_known){.items = items, .count = count};
    buf_done(&keys);
    return ok;
}

/* --- ending ----------------------------------------------------------------------------------- */

/* A run as it stands. */
struct run_found {
    int64_t seq;
    enum run_status status;
    int32_t attempt;
    enum run_trigger trigger;
    struct uuid run, schedule, specification; /* schedule zero: none */
    char name[NAME_MAX_BYTES + 1];
    int64_t workspace;
    char creator[NAME_MAX_BYTES + 1]; /* of the schedule */
    char asker[NAME_MAX_BYTES + 1];   /* of the run; "" nobody: its slot came */
};

static bool find_run(struct auth *a, struct uuid run, struct run_found *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_RUN_FIND);
    stmt_uuid(st, "$run", run);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "run: there is no such run; `autopilot run list` has all");
    *ret = (struct run_found){.seq = col_int(st, 0),
                              .attempt = (int32_t)col_int(st, 2),
                              .run = run,
                              .specification = col_uuid(st, 5)};
    (void)run_status_parse(col_text(st, 1), &ret->status);   /* the schema checks it */
    (void)run_trigger_parse(col_text(st, 3), &ret->trigger); /* the schema checks it */
    if (!col_null(st, 4))
        ret->schedule = col_uuid(st, 4);
    col_text_to(st, *col_text(st, 6) != '\0' ? 6 : 7, ret->name, sizeof ret->name);
    ret->workspace = col_int(st, 10);
    col_text_to(st, 11, ret->creator, sizeof ret->creator);
    col_text_to(st, 12, ret->asker, sizeof ret->asker);
    stmt_end(st);
    return true;
}

static bool write_end(struct auth *a, const struct run_found *f, enum run_status status,
                      const struct run_result *r, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_RUN_FINISH);
    stmt_int(st, "$seq", f->seq);
    stmt_text(st, "$status", run_status_name(status));
    stmt_text(st, "$error", r->error != NULL ? r->error : "");
    stmt_int(st, "$items", r->items);
    stmt_int(st, "$sources", r->sources);
    stmt_int(st, "$sources_failed", r->sources_failed);
    stmt_text(st, "$report", r->report != NULL ? r->report : "");
    stmt_text(st, "$sha256", r->sha256 != NULL ? r->sha256 : "");
    stmt_int(st, "$bytes", (int64_t)r->html_len);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

/* A test run counts for nothing. */
static bool count_run(struct auth *a, const struct run_found *f, bool ok, const char *error,
                      struct err *err)
{
    if (uuid_is_zero(f->schedule) || f->trigger == TRIGGER_TEST)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_RUN_COUNTED);
    stmt_uuid(st, "$schedule", f->schedule);
    stmt_text(st, "$status", ok ? "success" : "failed");
    agenda_bind_text(st, "$error", ok ? NULL : error);
    stmt_int(st, "$ok", ok);
    stmt_int(st, "$failed", !ok);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool write_report(struct auth *a, const struct run_found *f, const struct run_result *r,
                         struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_REPORT_PUT);
    stmt_uuid(st, "$run", f->run);
    stmt_text(st, "$sha256", r->sha256);
    stmt_blob(st, "$html", r->html, r->html_len);
    stmt_blob(st, "$text", r->text, r->text_len);
    if (!db_run(st, NULL, err))
        return false;
    if (f->trigger == TRIGGER_TEST) /* nobody has had it: the next report has it again */
        return true;
    for (int64_t i = 0; i < r->key_count; i++) {
        st = db_stmt(a->db, SQL_REPORT_ITEM_ADD);
        stmt_uuid(st, "$specification", f->specification);
        stmt_int(st, "$item", (int64_t)r->keys[i]);
        stmt_uuid(st, "$run", f->run);
        if (!db_run(st, NULL, err))
            return false;
    }
    return true;
}

static bool note_run(struct auth *a, enum event_kind kind, const struct run_found *f,
                     const char *reason, const struct run_result *r, struct err *err)
{
    char text[AGENDA_TEXT_MAX + 1];
    agenda_say(text, f->name, reason);
    bool audit = event_row(kind)->audit; /* a line with an actor stands in the audit log too */
    struct note note = {.kind = kind,
                        .schedule = uuid_is_zero(f->schedule) ? NULL : &f->schedule,
                        .run = &f->run,
                        .actor = audit ? AGENDA_ACTOR : NULL,
                        .text = text,
                        .n1 = r->items,
                        .n2 = r->sources - r->sources_failed};
    return audit ? auth_audit(a, &note, f->name, err) : auth_note(a, &note, err);
}

/* Nothing new, and the schedule wants no empty report: the period is free for the next slot. */
static bool end_quietly(struct auth *a, const struct run_found *f, const struct run_result *r,
                        struct err *err)
{
    struct run_result quiet = *r;
    quiet.error = "nothing new since the last report";
    quiet.report = quiet.sha256 = "";
    quiet.html_len = 0;
    if (!write_end(a, f, RUN_SKIPPED, &quiet, err) ||
        !note_run(a, EVENT_SLOT_SKIPPED, f, quiet.error, r, err))
        return false;
    if (uuid_is_zero(f->schedule) || f->trigger == TRIGGER_TEST)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_RUN_QUIET);
    stmt_uuid(st, "$schedule", f->schedule);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool end_well(struct auth *a, const struct run_found *f, const struct run_result *r,
                     struct err *err)
{
    if (r->quiet)
        return end_quietly(a, f, r, err);
    return write_end(a, f, RUN_SUCCESS, r, err) && write_report(a, f, r, err) &&
           count_run(a, f, true, NULL, err) && note_run(a, EVENT_RUN_SUCCESS, f, "", r, err) &&
           agenda_deliver(a, f->run, err) && agenda_follow(a, f->run, err);
}

static bool end_badly(struct auth *a, const struct run_found *f, const struct run_result *r,
                      struct err *err)
{
    if (r->retry_at_us > 0) {
        struct stmt *st = db_stmt(a->db, SQL_RUN_AGAIN);
        stmt_int(st, "$seq", f->seq);
        stmt_int(st, "$not_before", r->retry_at_us);
        stmt_text(st, "$error", r->error);
        return db_run(st, NULL, err) && note_run(a, EVENT_RUN_RETRY, f, r->error, r, err);
    }
    return write_end(a, f, RUN_FAILED, r, err) && count_run(a, f, false, r->error, err) &&
           note_run(a, EVENT_RUN_FAILED, f, r->error, r, err);
}

static bool end_run(struct auth *a, const struct run_ended *e, enum run_answer *ret,
                    struct err *err)
{
    struct run_found f = {0};
    struct err why = {0};
    *ret = RUN_FENCED;
    if (!find_run(a, e->piece.run, &f, &why)) /* one that isn't there is not worked either */
        return why.kind == ERR_REFUSED || err_set(err, why.kind, "%s", why.text);
    if (f.attempt != e->piece.attempt || f.status != RUN_RUNNING)
        return true;
    *ret = RUN_TOLD;
    return e->result.ok ? end_well(a, &f, &e->result, err) : end_badly(a, &f, &e->result, err);
}

bool agenda_run_end(struct agenda *base, const struct run_ended *ends, int32_t count,
                    enum run_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool ok = true;
    if (!auth_begin(a, err))
        return false;
    for (int32_t i = 0; ok && i < count; i++)
        ok = end_run(a, &ends[i], &ret[i], err);
    FP("agenda_run_end_before");
    ok = auth_end(a, ok, err);
    FP("agenda_run_end_after");
    return ok;
}

static bool bury(struct auth *a, const struct run_work *w, int64_t seq, struct err *err)
{
    struct run_found f = {.seq = seq,
                          .trigger = w->trigger,
                          .run = w->run,
                          .schedule = w->schedule,
                          .specification = w->specification};
    struct run_result r = {.error = "the engine died each time it made this report"};
    (void)str_copy(f.name, sizeof f.name, name_of(w)); /* a name: it fits */
    return end_badly(a, &f, &r, err);
}

bool agenda_run_renew(struct agenda *base, const struct run_piece *pieces, int32_t count,
                      enum run_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool ok = true;
    if (!auth_begin(a, err))
        return false;
    for (int32_t i = 0; ok && i < count; i++) {
        int64_t rows = 0;
        struct stmt *st = db_stmt(a->db, SQL_RUN_RENEW);
        stmt_uuid(st, "$run", pieces[i].run);
        stmt_int(st, "$attempt", pieces[i].attempt);
        stmt_int(st, "$until", a->now + RUN_TTL_US);
        ok = db_run(st, &rows, err);
        ret[i] = rows > 0 ? RUN_TOLD : RUN_FENCED;
    }
    FP("agenda_run_renew_before");
    ok = auth_end(a, ok, err);
    FP("agenda_run_renew_after");
    return ok;
}

bool agenda_run_return(struct agenda *base, struct uuid engine, int64_t journal_gen,
                       const struct run_piece *pieces, int32_t count, struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool ok = true;
    if (!auth_begin(a, err))
        return false;
    for (int32_t i = 0; ok && i < count; i++) {
        struct stmt *st = db_stmt(a->db, SQL_RUN_RETURN);
        stmt_uuid(st, "$run", pieces[i].run);
        stmt_int(st, "$attempt", pieces[i].attempt);
        stmt_uuid(st, "$engine", engine);
        stmt_int(st, "$gen", journal_gen);
        ok = db_run(st, NULL, err);
    }
    FP("agenda_run_return_before");
    ok = auth_end(a, ok, err);
    FP("agenda_run_return_after");
    return ok;
}

/* --- operators -------------------------------------------------------------------------------- */

/* A change of one run: what may be done to which, and what is written then. */
struct run_change {
    enum role_action action;
    enum sql_id id; /* $seq, $now */
    enum event_kind kind;
    bool (*allowed)(enum run_status);
    const char *cure;
};

static bool change_run(struct agenda *base, const char *actor, const struct run_found *f,
                       const struct run_change *c, struct err *err)
{
    struct auth *a = agenda_auth(base);
    const char *creator = str_equal(f->asker, actor) ? f->asker : f->creator;
    if (!agenda_gate(base, actor, c->action, f->workspace, creator, err))
        return false;
    if (!c->allowed(f->status))
        return err_set(err, ERR_REFUSED, "run: it is %s; %s", run_status_name(f->status), c->cure);
    struct stmt *st = db_stmt(a->db, c->id);
    stmt_int(st, "$seq", f->seq);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = c->kind,
                        .schedule = uuid_is_zero(f->schedule) ? NULL : &f->schedule,
                        .run = &f->run,
                        .actor = actor,
                        .text = f->name};
    return db_run(st, NULL, err) && auth_audit(a, &note, f->name, err);
}

static bool change(struct agenda *base, const char *actor, struct uuid run,
                   const struct run_change *c, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct run_found f = {0};
    if (!auth_begin(a, err))
        return false;
    bool ok = find_run(a, run, &f, err) && change_run(base, actor, &f, c, err);
    return auth_end(a, ok, err);
}

static bool is_open(enum run_status status)
{
    return status == RUN_QUEUED || status == RUN_RUNNING;
}

static bool is_failed(enum run_status status)
{
    return status == RUN_FAILED;
}

bool agenda_run_cancel(struct agenda *base, const char *actor, struct uuid run, struct err *err)
{
    static const struct run_change cancel = {ROLE_RUN_CANCEL, SQL_RUN_CANCEL, EVENT_RUN_CANCELLED,
                                             is_open,
                                             "only a run that waits or runs can be cancelled"};
    return change(base, actor, run, &cancel, err);
}

bool agenda_run_seen(struct agenda *base, const char *actor, struct uuid run, struct err *err)
{
    static const struct run_change seen = {ROLE_RUN_SEEN, SQL_RUN_SEEN, EVENT_RUN_SEEN, is_failed,
                                           "only a failure needs to be seen"};
    return change(base, actor, run, &seen, err);
}
