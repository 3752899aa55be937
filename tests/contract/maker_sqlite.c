/* maker_sqlite.c - the embedded authority for the contract: how a record is made, opened and
 * looked into. */
#include "adapter/authority_sqlite.h"
#include "base/str.h"
#include "contract/contract.h"
#include "store/verify.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A record is a database in memory, which lives as long as the second connection, with which the
 * test looks at it behind the authority's back. */
struct record {
    char path[100];
    sqlite3 *db;
};

static void record_free(void *record)
{
    struct record *r = record;
    (void)sqlite3_close(r->db);
    free(r);
}

static void *record_new(void)
{
    struct record *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    /* A name that nobody else has: a promise that is broken leaves its record behind. */
    (void)snprintf(r->path, sizeof r->path, "file:contract-%p?mode=memory&cache=shared", (void *)r);
    struct db *db = NULL;
    struct err err = {0};
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(r->path, &r->db, flags, NULL) != SQLITE_OK ||
        !db_open(r->path, DB_CREATE, &db, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        record_free(r);
        return NULL;
    }
    db_close(db);
    return r;
}

static struct authority *open_sqlite(void *record, struct clock_port *clock)
{
    struct authority *a = NULL;
    struct err err = {0};
    if (!authority_sqlite_open(((struct record *)record)->path, clock, &a, &err))
        (void)fprintf(stderr, "%s\n", err.text);
    return a;
}

/* A query whose only parameter, where it has one, is a job. */
static sqlite3_stmt *ask(void *record, const char *sql, const struct uuid *job)
{
    struct record *r = record;
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(r->db, sql, -1, &st, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(r->db));
        abort();
    }
    if (job != NULL)
        (void)sqlite3_bind_blob(st, 1, job->byte, 16, SQLITE_TRANSIENT);
    return st;
}

static void text_to(sqlite3_stmt *st, int column, char *dst, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(st, column);
    (void)str_copy(dst, size, text != NULL ? text : "");
}

static int32_t rows(void *record, struct uuid job, struct ct_row *ret, int32_t max)
{
    sqlite3_stmt *st =
        ask(record,
            "SELECT id, seq, mode, state, group_no, term_no, cycle, attempt, code, retry_at,"
            " address, reason, sha256, heard FROM sends WHERE job = ?1 ORDER BY seq",
            &job);
    int32_t n = 0;
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        struct ct_row row = {.seq = sqlite3_column_int64(st, 1),
                             .group_no = sqlite3_column_int(st, 4),
                             .term_no = sqlite3_column_int(st, 5),
                             .cycle = sqlite3_column_int(st, 6),
                             .attempt = sqlite3_column_int(st, 7),
                             .code = sqlite3_column_int(st, 8),
                             .retry_at_us = sqlite3_column_int64(st, 9)};
        memcpy(row.id.byte, sqlite3_column_blob(st, 0), 16);
        if (!mail_mode_parse((const char *)sqlite3_column_text(st, 2), &row.mode) ||
            !send_state_parse((const char *)sqlite3_column_text(st, 3), &row.state) ||
            !heard_parse((const char *)sqlite3_column_text(st, 13), &row.heard))
            abort();
        text_to(st, 10, row.address, sizeof row.address);
        text_to(st, 11, row.reason, sizeof row.reason);
        text_to(st, 12, row.sha256, sizeof row.sha256);
        if (n < max)
            ret[n] = row;
    }
    (void)sqlite3_finalize(st);
    return n;
}

static int32_t events(void *record, struct uuid job, struct ct_event *ret, int32_t max)
{
    sqlite3_stmt *st = ask(record,
                           "SELECT kind, term_no, send, n1, n2, actor, text FROM events"
                           " WHERE job = ?1 ORDER BY seq",
                           &job);
    int32_t n = 0;
    for (; sqlite3_step(st) == SQLITE_ROW; n++) {
        struct ct_event event = {.term_no = sqlite3_column_int(st, 1),
                                 .send_seq = sqlite3_column_int64(st, 2),
                                 .n1 = sqlite3_column_int64(st, 3),
                                 .n2 = sqlite3_column_int64(st, 4)};
        if (!event_kind_parse((const char *)sqlite3_column_text(st, 0), &event.kind))
            abort();
        text_to(st, 5, event.actor, sizeof event.actor);
        text_to(st, 6, event.text, sizeof event.text);
        if (n < max)
            ret[n] = event;
    }
    (void)sqlite3_finalize(st);
    return n;
}

static bool facts(void *record, struct uuid job, struct ct_facts *ret)
{
    sqlite3_stmt *st = ask(record,
                           "SELECT status, desired, error FROM automation_jobs"
                           " JOIN automation_process_state ON job = id WHERE id = ?1",
                           &job);
    bool found = sqlite3_step(st) == SQLITE_ROW;
    if (found) {
        if (!job_state_parse((const char *)sqlite3_column_text(st, 0), &ret->state) ||
            !desired_parse((const char *)sqlite3_column_text(st, 1), &ret->desired))
            abort();
        text_to(st, 2, ret->error, sizeof ret->error);
    }
    (void)sqlite3_finalize(st);
    return found;
}

static int64_t count(void *record, enum ct_table table)
{
    static const char *const queries[] = {
        [CT_LEADS] = "SELECT count(*) FROM leads",
        [CT_SOURCES] = "SELECT count(*) FROM lead_sources",
        [CT_SUPPRESSIONS] = "SELECT count(*) FROM suppressions",
        [CT_AUDITS] = "SELECT count(*) FROM audit_log",
    };
    sqlite3_stmt *st = ask(record, queries[table], NULL);
    int64_t n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
    (void)sqlite3_finalize(st);
    return n;
}

/* Keeps the first invariant that is broken. */
struct broken {
    char *text;
    size_t size;
};

static void look_at_line(void *ctx, const struct verify_line *line)
{
    struct broken *b = ctx;
    if (line->broken > 0 && b->text[0] == '\0')
        (void)str_format(b->text, b->size, "%s: %s: %s", line->name, line->sentence, line->example);
}

static bool check(void *record, char *text, size_t size)
{
    struct db *db = NULL;
    struct err err = {0};
    struct broken first = {text, size};
    int32_t broken = 0;
    bool ok = db_open(((struct record *)record)->path, DB_READ, &db, &err) &&
              verify_run(db, false, look_at_line, &first, &broken, &err);
    if (!ok)
        (void)str_copy(text, size, err.text);
    db_close(db);
    return ok && broken == 0;
}

const struct ct_maker ct_sqlite = {
    "authority_sqlite", record_new, record_free, open_sqlite, rows, events, facts, count, check};
