/* authority_sqlite.c - opens the embedded authority, and the frame that every command has.
 *
 * The idea: a command is one BEGIN IMMEDIATE .. COMMIT. Its instant is read once, inside, so that
 * everything it writes carries the same time and commands of several handles are in order. */
#include "adapter/authority_sqlite.h"

#include "authority_sqlite.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

enum { EVENT_TEXT_MAX = 240 };

struct auth *auth_of(struct authority *a)
{
    return (struct auth *)a;
}

bool auth_begin(struct auth *a, struct err *err)
{
    if (!db_begin(a->db, err))
        return false;
    a->now = a->clock->ops->now_us(a->clock);
    return true;
}

bool auth_end(struct auth *a, bool ok, struct err *err)
{
    if (ok)
        return db_commit(a->db, err);
    db_rollback(a->db);
    return false;
}

static void bind_number(struct stmt *st, const char *name, int64_t n)
{
    if (n > 0)
        stmt_int(st, name, n);
    else
        stmt_null(st, name);
}

bool auth_note(struct auth *a, const struct note *note, struct err *err)
{
    const struct event_row *row = event_row(note->kind);
    char text[EVENT_TEXT_MAX + 1];
    (void)str_copy(text, sizeof text, note->text != NULL ? note->text : ""); /* cut: a reason */
    struct stmt *st = db_stmt(a->db, SQL_EVENT_ADD);
    stmt_int(st, "$at", a->now);
    stmt_text(st, "$kind", row->name);
    stmt_int(st, "$level", row->level);
    if (note->job != NULL)
        stmt_uuid(st, "$job", *note->job);
    bind_number(st, "$group", note->group_no);
    bind_number(st, "$term", note->term_no);
    bind_number(st, "$send", note->send_seq);
    if (note->schedule != NULL)
        stmt_uuid(st, "$schedule", *note->schedule);
    if (note->run != NULL)
        stmt_uuid(st, "$run", *note->run);
    stmt_text(st, "$actor", note->actor);
    stmt_text(st, "$text", text[0] != '\0' ? text : NULL);
    stmt_int(st, "$n1", note->n1);
    stmt_int(st, "$n2", note->n2);
    return db_run(st, NULL, err);
}

static bool audit_last(struct auth *a, int64_t *ret_seq, uint8_t hash[32], struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_AUDIT_LAST);
    memset(hash, 0, 32);
    *ret_seq = 0;
    if (!db_step(st, &row, err))
        return false;
    if (row) {
        *ret_seq = col_int(st, 0);
        (void)col_blob_to(st, 1, hash, 32); /* the schema checks its length */
    }
    stmt_end(st);
    return true;
}

bool auth_audit(struct auth *a, const struct note *note, const char *target, struct err *err)
{
    struct audit_entry e = {.at_us = a->now,
                            .actor = note->actor,
                            .action = event_row(note->kind)->name,
                            .target = target,
                            .detail = note->text != NULL ? note->text : ""};
    uint8_t hash[32];
    if (!auth_note(a, note, err) || !audit_last(a, &e.seq, hash, err))
        return false;
    e.seq++;
    if (!audit_hash(&e, hash))
        return err_set(err, ERR_STOP, "record: there is no memory for the audit row");
    struct stmt *st = db_stmt(a->db, SQL_AUDIT_ADD);
    stmt_int(st, "$seq", e.seq);
    stmt_int(st, "$at", e.at_us);
    stmt_text(st, "$actor", e.actor);
    stmt_text(st, "$action", e.action);
    stmt_text(st, "$target", e.target);
    stmt_text(st, "$detail", e.detail);
    stmt_blob(st, "$hash", hash, sizeof hash);
    return db_run(st, NULL, err);
}

bool auth_has_term(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no, bool *ret,
                   struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_TERM_FIND);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$group", group_no);
    stmt_int(st, "$term", term_no);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static bool position(struct auth *a, struct uuid job, int32_t *group_no, int32_t *term_no,
                     struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_POSITION);
    stmt_uuid(st, "$job", job);
    if (!db_step(st, &row, err))
        return false;
    *group_no = row ? (int32_t)col_int(st, 0) : 0;
    *term_no = row ? (int32_t)col_int(st, 1) : 0;
    stmt_end(st);
    return true;
}

bool auth_progress(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no,
                   struct progress *ret, struct err *err)
{
    bool row;
    if (term_no == 0 && !position(a, job, &group_no, &term_no, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_PROGRESS);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$group", group_no);
    stmt_int(st, "$term", term_no);
    stmt_int(st, "$now", a->now);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    struct progress p = {.term_counted = (int32_t)col_int(st, 0),
                         .group_counted = (int32_t)col_int(st, 1),
                         .queued = (int32_t)col_int(st, 2),
                         .deferred = (int32_t)col_int(st, 3),
                         .deferred_due = (int32_t)col_int(st, 4),
                         .total = col_int(st, 5),
                         .rev = col_int(st, 6)};
    (void)desired_parse(col_text(st, 7), &p.desired); /* the schema checks it */
    if (col_int(st, 8) != 0)
        p.desired = DESIRED_RUN; /* taken by hand: what the job shall do does not matter */
    stmt_end(st);
    *ret = p;
    return true;
}

static void auth_free(struct authority *base)
{
    if (base == NULL)
        return;
    struct auth *a = auth_of(base);
    db_close(a->db);
    free(a);
}

static const struct authority_ops ops = {
    .kind = "sqlite",
    .hello = auth_hello,
    .job_acquire = auth_acquire,
    .job_acquire_one = auth_acquire_one,
    .lease_renew = auth_renew,
    .lease_release = auth_release,
    .job_desired = auth_desired,
    .next_due = auth_next_due,
    .job_load = auth_load,
    .template_load = auth_template_load,
    .variation_load = auth_variation_load,
    .job_move = auth_move,
    .search_end = auth_search_end,
    .search_failed = auth_search_failed,
    .sends_exchange = auth_exchange,
    .sends_end = auth_sends_end,
    .sends_open = auth_sends_open,
    .job_put = auth_job_put,
    .job_get = auth_job_get,
    .job_control = auth_job_control,
    .job_delete = auth_job_delete,
    .workspace_put = auth_workspace_put,
    .workspace_delete = auth_workspace_delete,
    .template_put = auth_template_put,
    .template_delete = auth_template_delete,
    .suppress = auth_suppress,
    .send_settle = auth_settle,
    .send_heard = auth_heard,
    .leads_import = auth_leads_import,
    .free = auth_free,
};

bool authority_sqlite_open_on(struct db *db, struct clock_port *clock, struct authority **ret,
                              struct err *err)
{
    struct auth *a = calloc(1, sizeof *a);
    if (a == NULL)
        return err_set(err, ERR_STOP, "record: there is no memory for another authority");
    a->base.ops = &ops;
    a->db = db_share(db);
    a->clock = clock;
    *ret = &a->base;
    return true;
}

bool authority_sqlite_open(const char *path, struct clock_port *clock, struct authority **ret,
                           struct err *err)
{
    struct db *db;
    if (!db_open(path, DB_CREATE, &db, err))
        return false;
    bool ok = authority_sqlite_open_on(db, clock, ret, err);
    db_close(db); /* the authority has its share */
    return ok;
}
