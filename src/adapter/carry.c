/* carry.c - a whole record from one place to the other.
 *
 * The idea: a row is one line of JSON, made by one statement a table (sql/sqlite/carry_*.sql). What
 * goes out is hashed, then the copy that comes back is read by the same statements and hashed too;
 * so the way there, the server, and the way back are checked by one comparison. */
#include "adapter/carry.h"

#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "carry_rest.h"
#include "store/db.h"
#include "store/verify.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALL_WITHIN_US (300 * US_PER_S)
#define REST_WITHIN_US (1800 * US_PER_S)

enum {
    BATCH_ROWS = 2000,
    BATCH_BYTES = 1024 * 1024, /* a batch ends with the row that passes this */
    BATCH_MAX = PG_ARGS_BYTES_MAX - 1024,
    TRANSACTION_MAX = 24
};

/* In the order in which rows refer to rows. */
struct carry_table {
    const char *relation;
    enum sql_id rows;
    bool json; /* has JSON in it, which the server spells in its own way */
};
static const struct carry_table tables[] = {
    {"workspaces", SQL_CARRY_WORKSPACES, false},
    {"workspace_members", SQL_CARRY_WORKSPACE_MEMBERS, false},
    {"automation_jobs", SQL_CARRY_AUTOMATION_JOBS, false},
    {"automation_process_state", SQL_CARRY_AUTOMATION_PROCESS_STATE, false},
    {"job_leases", SQL_CARRY_JOB_LEASES, false},
    {"search_groups", SQL_CARRY_SEARCH_GROUPS, false},
    {"search_terms", SQL_CARRY_SEARCH_TERMS, false},
    {"term_variations", SQL_CARRY_TERM_VARIATIONS, false},
    {"email_templates", SQL_CARRY_EMAIL_TEMPLATES, false},
    {"leads", SQL_CARRY_LEADS, false},
    {"lead_sources", SQL_CARRY_LEAD_SOURCES, false},
    {"sends", SQL_CARRY_SENDS, false},
    {"send_counts", SQL_CARRY_SEND_COUNTS, false},
    {"send_rates", SQL_CARRY_SEND_RATES, false},
    {"suppressions", SQL_CARRY_SUPPRESSIONS, false},
    {"engines", SQL_CARRY_ENGINES, false},
    {"newsletter_specifications", SQL_CARRY_NEWSLETTER_SPECIFICATIONS, true},
    {"autopilot_schedules", SQL_CARRY_AUTOPILOT_SCHEDULES, true},
    {"schedule_specifications", SQL_CARRY_SCHEDULE_SPECIFICATIONS, false},
    {"newsletter_runs", SQL_CARRY_NEWSLETTER_RUNS, false},
    {"schedule_templates", SQL_CARRY_SCHEDULE_TEMPLATES, true},
    {"report_files", SQL_CARRY_REPORT_FILES, false},
    {"report_items", SQL_CARRY_REPORT_ITEMS, false},
    {"deliveries", SQL_CARRY_DELIVERIES, false},
    {"events", SQL_CARRY_EVENTS, false},
    {"keeping", SQL_CARRY_KEEPING, false},
    {"audit_log", SQL_CARRY_AUDIT_LOG, false},
};
enum { TABLES = sizeof tables / sizeof tables[0] };

struct carry {
    struct db *db; /* the file that rows are read from */
    struct pg_link *link;
    const struct carry_watch *watch;
    char transaction[TRANSACTION_MAX]; /* its number on the server */
    struct uuid record;
    int64_t made_at;
    struct carry_line line[TABLES];
    int64_t done, total; /* rows; total 0: not yet known */
    struct buf batch;
    int32_t batch_rows;
};

static void tell(const struct carry *c, int i)
{
    if (c->watch->line != NULL)
        c->watch->line(c->watch->ctx, &c->line[i]);
}

static void tell_rows(struct carry *c, int64_t more)
{
    c->done += more;
    if (c->watch->rows != NULL)
        c->watch->rows(c->watch->ctx, c->done, c->total);
}

/* --- rows out of a file --- */

/* Each hash covers the one before: the order counts too. */
static void add_to_hash(struct carry_line *line, const char *row)
{
    char joined[2 * 65];
    char of_row[65];
    str_sha256_hex(row, strlen(row), of_row);
    (void)str_format(joined, sizeof joined, "%s%s", line->sha256, of_row); /* it fits */
    str_sha256_hex(joined, strlen(joined), line->sha256);
    line->rows++;
}

/* A row with the keys of every object in one order; NULL: it is no JSON, or there is no memory.
 * Ended with free(). */
static char *in_one_form(const char *row)
{
    json_error_t why;
    json_t *o = json_loads(row, JSON_DECODE_ANY, &why);
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(o);
    return text;
}

static bool hash_row(int table, const char *row, struct carry_line *line, struct err *err)
{
    if (!tables[table].json) {
        add_to_hash(line, row);
        return true;
    }
    char *form = in_one_form(row);
    if (form == NULL)
        return err_set(err, ERR_STOP, "record: a row of %s can't be read as JSON: %.80s",
                       tables[table].relation, row);
    add_to_hash(line, form);
    free(form);
    return true;
}

static bool each_row(struct carry *c, int table, struct carry_line *line,
                     bool (*then)(struct carry *, int, const char *, struct err *), struct err *err)
{
    bool there = true;
    struct stmt *st = db_stmt(c->db, tables[table].rows);
    *line = (struct carry_line){.relation = tables[table].relation};
    while (there) {
        if (!db_step(st, &there, err))
            return false;
        if (!there)
            break;
        const char *row = col_text(st, 0);
        if (then == NULL && c->total > 0 && line->rows % BATCH_ROWS == BATCH_ROWS - 1)
            tell_rows(c, BATCH_ROWS);
        if (!hash_row(table, row, line, err) || (then != NULL && !then(c, table, row, err))) {
            stmt_end(st);
            return false;
        }
    }
    return true;
}

/* --- onto the server --- */

static bool call(struct carry *c, const char *sql, const struct pg_args *args,
                 struct pg_answer *ret, struct err *err)
{
    return pg_link_call(c->link, sql, args, clock_boot_us() + CALL_WITHIN_US, ret, err);
}

static bool call_only(struct carry *c, const char *sql, struct err *err)
{
    struct pg_answer none = {0};
    bool ok = call(c, sql, NULL, &none, err);
    pg_answer_done(&none);
    return ok;
}

static bool send_batch(struct carry *c, int table, struct err *err)
{
    struct pg_answer a = {0};
    struct pg_args args = pg_args_init();
    if (c->batch_rows == 0)
        return true;
    buf_addc(&c->batch, ']');
    pg_args_text(&args, c->transaction);
    pg_args_text(&args, tables[table].relation);
    pg_args_text(&args, buf_ok(&c->batch) ? buf_text(&c->batch) : NULL);
    bool ok = buf_ok(&c->batch) ||
              err_set(err, ERR_STOP, "record: a row of %s is too large", tables[table].relation);
    ok = ok && call(c, "SELECT ap.carry_rows($1, $2, $3::jsonb)", &args, &a, err);
    if (ok && pg_answer_int(&a, 0, 0) != c->batch_rows)
        ok = err_set(err, ERR_STOP, "record: the server took another number of rows of %s",
                     tables[table].relation);
    if (ok)
        tell_rows(c, c->batch_rows);
    c->batch_rows = 0;
    buf_clear(&c->batch);
    pg_answer_done(&a);
    pg_args_done(&args);
    return ok;
}

static bool put_row(struct carry *c, int table, const char *row, struct err *err)
{
    buf_addc(&c->batch, c->batch_rows++ == 0 ? '[' : ',');
    buf_adds(&c->batch, row);
    return (c->batch_rows < BATCH_ROWS && c->batch.len < BATCH_BYTES) || send_batch(c, table, err);
}

static bool begin_there(struct carry *c, struct err *err)
{
    struct pg_answer a = {0};
    struct pg_args args = pg_args_init();
    pg_args_uuid(&args, c->record);
    pg_args_int(&args, c->made_at);
    bool ok = call_only(c, "BEGIN", err) &&
              call(c, "SELECT ap.carry_begin($1, $2)", &args, &a, err) &&
              (pg_answer_text_to(&a, 0, 0, c->transaction, sizeof c->transaction) ||
               err_set(err, ERR_STOP, "record: the number of the transaction is too long")) &&
              pg_answer_ok(&a, err);
    pg_answer_done(&a);
    pg_args_done(&args);
    return ok;
}

static bool end_there(struct carry *c, struct err *err)
{
    struct pg_answer none = {0};
    struct pg_args args = pg_args_init();
    pg_args_text(&args, c->transaction);
    bool ok = call(c, "SELECT ap.carry_end($1)", &args, &none, err);
    pg_answer_done(&none);
    pg_args_done(&args);
    return ok;
}

static bool send_all(struct carry *c, struct err *err)
{
    if (!begin_there(c, err))
        return false;
    for (int i = 0; i < TABLES; i++) {
        struct carry_line line;
        if (!each_row(c, i, &line, put_row, err) || !send_batch(c, i, err))
            return false;
        c->line[i] = line;
        tell(c, i);
        if (i == TABLES / 2)
            FP("carry_half");
    }
    return end_there(c, err);
}

/* --- what came back --- */

static void keep_broken(void *ctx, const struct verify_line *v)
{
    const char **first = ctx;
    if (v->broken > 0 && *first == NULL)
        *first = v->name;
}

static bool verify(struct db *db, struct err *err)
{
    int32_t broken = 0;
    const char *first = NULL;
    if (!verify_run(db, false, keep_broken, &first, &broken, err))
        return false;
    return broken == 0 ||
           err_set(err, ERR_STOP,
                   "record: the copy breaks the invariant \"%s\" (and %d in all); nothing was "
                   "changed; look at the record with: autopilot verify",
                   first, broken);
}

/* Reads a copy by the statements that the rows were sent by. */
static bool compare(struct carry *c, const char *scratch, struct err *err)
{
    struct db *db = c->db;
    bool ok = db_open(scratch, DB_READ, &c->db, err);
    for (int i = 0; ok && i < TABLES; i++) {
        struct carry_line back;
        ok = each_row(c, i, &back, NULL, err);
        c->line[i].checked =
            ok && back.rows == c->line[i].rows && str_equal(back.sha256, c->line[i].sha256);
        if (ok && !c->line[i].checked)
            ok = err_set(err, ERR_STOP,
                         "record: %s came back with %lld rows of %lld, or with other values; "
                         "nothing was changed",
                         tables[i].relation, (long long)back.rows, (long long)c->line[i].rows);
        if (ok)
            tell(c, i);
    }
    ok = ok && verify(c->db, err);
    if (c->db != db)
        db_close(c->db);
    c->db = db;
    return ok;
}

static void remove_files(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
    char name[FILE_PATH_MAX + 8];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (str_format(name, sizeof name, "%s%s", path, ends[i]))
            (void)unlink(name); /* absent is fine */
}

/* A copy of what the link shows, in a file that was not there, with what other copies leave on the
 * server. */
static bool pull_into(struct pg_link *link, const char *path, struct err *err)
{
    struct mirror *m = NULL;
    remove_files(path);
    bool ok = mirror_open(path, &m, err) &&
              mirror_pull_whole(m, link, CALL_WITHIN_US, NULL, NULL, err) &&
              carry_rest(m, link, path, clock_boot_us() + REST_WITHIN_US, err);
    mirror_close(m);
    return ok;
}

/* --- to the shared record --- */

static bool count_rows(struct carry *c, struct err *err)
{
    for (int i = 0; i < TABLES; i++) {
        struct carry_line line;
        if (!each_row(c, i, &line, NULL, err))
            return false;
        c->total += 2 * line.rows; /* there and, to be compared, back; not yet told of */
    }
    return true;
}

static bool one_row(struct db *db, enum sql_id id, struct stmt **ret, struct err *err)
{
    bool there = false;
    *ret = db_stmt(db, id);
    return db_step(*ret, &there, err) &&
           (there || err_set(err, ERR_STOP, "record: the file does not say which record it is"));
}

/* Everything that can be refused by looking at the file alone. */
static bool look_here(struct carry *c, struct err *err)
{
    struct stmt *st = NULL;
    if (!one_row(c->db, SQL_MIRROR_THERE, &st, err))
        return false;
    bool copy = col_int(st, 0) > 0;
    stmt_end(st);
    if (copy)
        return err_set(err, ERR_REFUSED,
                       "record: %s is a copy of a shared record already, not a record of its own",
                       db_path(c->db));
    if (!one_row(c->db, SQL_RECORD_FACTS, &st, err))
        return false;
    c->record = col_uuid(st, 0);
    c->made_at = col_int(st, 1);
    stmt_end(st);
    return true;
}

static bool carry_over(struct carry *c, const char *scratch, struct err *err)
{
    bool ok = look_here(c, err) && count_rows(c, err) && send_all(c, err) &&
              pull_into(c->link, scratch, err) && compare(c, scratch, err);
    FP("carry_before_commit");
    ok = ok && call_only(c, "COMMIT", err);
    FP("carry_after_commit");
    return ok;
}

bool carry_to_shared(const char *path, struct pg_link *link, const char *scratch,
                     const struct carry_watch *watch, struct err *err)
{
    struct carry c = {.link = link, .watch = watch, .batch = buf_init(BATCH_MAX)};
    if (!db_open(path, DB_WRITE, &c.db, err))
        return false;
    bool begun = db_begin(c.db, err); /* changes nothing: it keeps everybody else from writing */
    bool ok = begun && carry_over(&c, scratch, err);
    if (!ok)
        pg_link_drop(link); /* what was begun there is undone */
    if (begun)
        db_rollback(c.db);
    db_close(c.db);
    remove_files(scratch);
    buf_done(&c.batch);
    return ok;
}

/* --- to an embedded file --- */

static bool facts_of(struct carry *c, struct err *err)
{
    struct pg_answer a = {0};
    if (!call(c, "SELECT id, created_at FROM ap.record_facts()", NULL, &a, err))
        return false;
    c->record = pg_answer_uuid(&a, 0, 0);
    c->made_at = pg_answer_instant(&a, 0, 1);
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

static bool counts_of(struct carry *c, struct err *err)
{
    struct pg_answer a = {0};
    if (!call(c, "SELECT relation, n FROM ap.carry_counts()", NULL, &a, err))
        return false;
    for (int i = 0; i < TABLES; i++) {
        c->line[i] = (struct carry_line){.relation = tables[i].relation, .rows = -1};
        for (int32_t k = 0; k < a.rows; k++)
            if (str_equal(tables[i].relation, pg_answer_text(&a, k, 0)))
                c->line[i].rows = pg_answer_int(&a, k, 1);
    }
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

/* Counts and copy are of one state of the record. */
static bool fetch(struct carry *c, const char *path, struct err *err)
{
    bool ok = call_only(c, "BEGIN ISOLATION LEVEL REPEATABLE READ", err) &&
              call_only(c, pg_query("patient"), err) && facts_of(c, err) && counts_of(c, err) &&
              pull_into(c->link, path, err) && call_only(c, "COMMIT", err);
    if (!ok)
        pg_link_drop(c->link);
    return ok;
}

/* The copy becomes the record that it was made of. */
static bool settle_file(struct carry *c, struct err *err)
{
    if (!db_begin(c->db, err))
        return false;
    struct stmt *st = db_stmt(c->db, SQL_RECORD_RENAME);
    stmt_uuid(st, "$id", c->record);
    stmt_int(st, "$at", c->made_at);
    if (db_run(st, NULL, err) && db_run(db_stmt(c->db, SQL_MIRROR_END), NULL, err))
        return db_commit(c->db, err);
    db_rollback(c->db);
    return false;
}

static bool check_counts(struct carry *c, struct err *err)
{
    for (int i = 0; i < TABLES; i++) {
        struct carry_line line;
        if (!each_row(c, i, &line, NULL, err))
            return false;
        line.checked = line.rows == c->line[i].rows;
        if (!line.checked)
            return err_set(err, ERR_STOP,
                           "record: %lld rows of %s came of %lld; nothing was made; this login may "
                           "not see all of the record, or it was changed meanwhile",
                           (long long)line.rows, line.relation, (long long)c->line[i].rows);
        c->line[i] = line;
        tell(c, i);
    }
    return true;
}

static bool make_file(struct carry *c, const char *path, struct err *err)
{
    if (!fetch(c, path, err) || !db_open(path, DB_WRITE, &c->db, err))
        return false;
    bool ok = check_counts(c, err) && settle_file(c, err) && verify(c->db, err);
    db_close(c->db);
    return ok;
}

bool carry_to_embedded(struct pg_link *link, const char *path, const struct carry_watch *watch,
                       struct err *err)
{
    char making[FILE_PATH_MAX];
    char dir[FILE_PATH_MAX];
    struct carry c = {.link = link, .watch = watch};
    if (file_exists(path))
        return err_set(err, ERR_REFUSED, "record: %.300s is there already; name another file",
                       path);
    if (!str_format(making, sizeof making, "%s.making", path))
        return err_set(err, ERR_REFUSED, "record: the path %.80s... is too long", path);
    file_dir_of(dir, path);
    bool ok = make_file(&c, making, err);
    if (ok && rename(making, path) != 0)
        ok = err_set(err, ERR_STOP, "record: %.200s can't be made: %s", path, strerror(errno));
    remove_files(making); /* but for a lock it is another file's name by now, if all went well */
    return ok && file_sync_dir(dir, err);
}

bool carry_is_copy(const char *path, int64_t *ret_at)
{
    struct db *db = NULL;
    struct stmt *st = NULL;
    bool copy = false, there = false;
    if (!file_exists(path) || !db_open(path, DB_READ, &db, NULL))
        return false;
    if (one_row(db, SQL_MIRROR_THERE, &st, NULL)) {
        copy = col_int(st, 0) > 0;
        stmt_end(st);
    }
    st = copy ? db_stmt(db, SQL_MIRROR_STATE) : NULL;
    if (st != NULL && db_step(st, &there, NULL) && there) {
        if (ret_at != NULL)
            *ret_at = col_int(st, 2);
        stmt_end(st);
    }
    db_close(db);
    return copy;
}
