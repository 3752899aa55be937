/* mirror.c - brings the copy up to date.
 *
 * The idea: the record is asked for what transactions wrote that were not over at the last question
 * (sql/postgres/functions/09_pull.sql), so nothing is missed and nothing needs to be remembered but
 * one mark, which is saved in the transaction that applies the rows.
 *
 * A new copy is filled first, piece by piece (12_piece.sql), each in a transaction that says where
 * the next one begins. The mark is of before the first piece, so the pull that follows the last one
 * brings whatever changed meanwhile. A row whose name another has in the copy so far is left out:
 * one of the two lost or got that name since the mark, the other one got or lost it, so both come
 * again. */
#include "adapter/mirror.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "mirror_table.h"
#include "store/db.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SAVED_US (60 * US_PER_S)

enum {
    MARK_MAX = 24,
    SERVER_MAX = 40,
    LOGIN_MAX = 64,
    NAMES_MAX = 36,
    TURN_MS = 5,
    KEY_MAX = 2048,    /* of a row, as JSON */
    PIECE_ROWS = 5000, /* of ordinary size: 2 to 3 MB */
    PLACE_END = -1     /* all pieces are there; what changed meanwhile is not */
};

struct mirror {
    struct db *db;
    char path[FILE_PATH_MAX];
    struct uuid record;      /* zero: none yet */
    char server[SERVER_MAX]; /* that the mark is of */
    char mark[MARK_MAX];
    int64_t pulled_at; /* 0: it is not whole yet; then: */
    int64_t place;     /* where the next piece begins */
    char after[KEY_MAX];
    bool filling; /* a piece is being applied */
};

static bool load_state(struct mirror *m, struct err *err)
{
    bool row;
    if (!db_run(db_stmt(m->db, SQL_MIRROR_MAKE), NULL, err) ||
        !db_run(db_stmt(m->db, SQL_MIRROR_MAKE_LINK), NULL, err))
        return false;
    struct stmt *st = db_stmt(m->db, SQL_MIRROR_STATE);
    if (!db_step(st, &row, err))
        return false;
    (void)str_copy(m->mark, sizeof m->mark, "0"); /* it fits */
    m->place = 0;
    m->after[0] = '\0';
    if (row) {
        m->record = col_uuid(st, 0);
        col_text_to(st, 1, m->mark, sizeof m->mark);
        m->pulled_at = col_int(st, 2);
        col_text_to(st, 3, m->server, sizeof m->server);
        m->place = col_int(st, 4);
        col_text_to(st, 5, m->after, sizeof m->after);
    }
    stmt_end(st);
    return true;
}

static bool open_file(struct mirror *m, struct err *err)
{
    m->record = (struct uuid){{0}};
    m->pulled_at = 0;
    if (!db_open(m->path, DB_CREATE, &m->db, err))
        return false;
    if (load_state(m, err))
        return true;
    db_close(m->db);
    m->db = NULL;
    return false;
}

static void remove_file(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[FILE_PATH_MAX + 8];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (str_format(name, sizeof name, "%s%s", path, ends[i]))
            (void)unlink(name); /* absent is fine; what stays shows at the next open */
}

/* Nothing in it is worth keeping: a file that can't be used is made anew. */
static bool open_fresh(struct mirror *m, struct err *err)
{
    db_close(m->db);
    m->db = NULL;
    remove_file(m->path);
    return open_file(m, err);
}

/* Another process may have made the file anew: who goes on in the old one fills what nobody reads,
 * and would make the new one anew in its turn. The caller has the turn. */
static bool follow(struct mirror *m, struct err *err)
{
    struct err why = {0};
    if (m->db != NULL && db_is_current(m->db))
        return true;
    db_close(m->db);
    m->db = NULL;
    return open_file(m, &why) || open_fresh(m, err);
}

bool mirror_open(const char *path, struct mirror **ret, struct err *err)
{
    struct err first = {0};
    struct mirror *m = calloc(1, sizeof *m);
    if (m == NULL || !str_copy(m->path, sizeof m->path, path)) {
        free(m);
        return err_set(err, ERR_STOP, "mirror: the path %.80s is too long, or memory is", path);
    }
    if (open_file(m, &first) || open_fresh(m, err)) {
        *ret = m;
        return true;
    }
    free(m);
    return false;
}

void mirror_close(struct mirror *m)
{
    if (m == NULL)
        return;
    db_close(m->db);
    free(m);
}

int64_t mirror_pulled_at(const struct mirror *m)
{
    return m->pulled_at;
}

/* --- rows --- */

static bool hex_bytes(const char *text, uint8_t *dst, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        dst[i] = (uint8_t)byte;
    }
    return text[2 * size] == '\0';
}

static bool bind_one(struct stmt *st, const char *name, char kind, const json_t *v)
{
    struct uuid id;
    uint8_t hash[32];
    const char *text = json_string_value(v);
    if (json_is_null(v)) {
        stmt_null(st, name);
        return true;
    }
    if (kind == 'i' && (json_is_integer(v) || json_is_boolean(v))) {
        stmt_int(st, name, json_is_integer(v) ? json_integer_value(v) : json_is_true(v));
        return true;
    }
    if (kind == 't' && text != NULL) {
        stmt_text(st, name, text);
        return true;
    }
    if (kind == 'u' && text != NULL && uuid_parse(text, &id)) {
        stmt_uuid(st, name, id);
        return true;
    }
    if (kind != 'x' || text == NULL || !hex_bytes(text, hash, sizeof hash))
        return false;
    stmt_blob(st, name, hash, sizeof hash);
    return true;
}

static const char *const places[NAMES_MAX] = {
    "$c0",  "$c1",  "$c2",  "$c3",  "$c4",  "$c5",  "$c6",  "$c7",  "$c8",  "$c9",  "$c10", "$c11",
    "$c12", "$c13", "$c14", "$c15", "$c16", "$c17", "$c18", "$c19", "$c20", "$c21", "$c22", "$c23",
    "$c24", "$c25", "$c26", "$c27", "$c28", "$c29", "$c30", "$c31", "$c32", "$c33", "$c34", "$c35"};

static bool odd(const char *relation, struct err *err)
{
    return err_set(err, ERR_STOP,
                   "mirror: the database gives rows of \"%.40s\" in a form that this program does "
                   "not know; its schema is of another version: run autopilot db status",
                   relation);
}

static bool run(struct mirror *m, enum sql_id id, const char *kinds, const json_t *row,
                const char *relation, struct err *err)
{
    size_t count = strlen(kinds);
    if (json_array_size(row) != count || count > NAMES_MAX)
        return odd(relation, err);
    struct stmt *st = db_stmt(m->db, id);
    for (size_t i = 0; i < count; i++)
        if (!bind_one(st, places[i], kinds[i], json_array_get(row, i)))
            return odd(relation, err);
    bool taken; /* then it comes again */
    return m->filling ? db_run_unless_taken(st, &taken, err) : db_run(st, NULL, err);
}

/* [relation, [key...]]. A relation that has no copy here does not matter. */
static bool drop(struct mirror *m, const json_t *row, struct err *err)
{
    const char *relation = json_string_value(json_array_get(row, 0));
    const struct mirror_table *t = relation != NULL ? mirror_table_of(relation) : NULL;
    return t == NULL || t->drop == SQL_COUNT ||
           run(m, t->drop, t->key, json_array_get(row, 1), relation, err);
}

/* What the shared record does not keep any more is forgotten here too. */
static bool forget(struct mirror *m, const json_t *row, struct err *err)
{
    static const struct {
        const char *relation;
        enum sql_id sql;
    } all[] = {{"events", SQL_MIRROR_FORGET_EVENTS}, {"send_rates", SQL_MIRROR_FORGET_RATES}};
    const char *relation = json_string_value(json_array_get(row, 0)); /* it was bound as text */
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (!str_equal(all[i].relation, relation))
            continue;
        struct stmt *st = db_stmt(m->db, all[i].sql);
        stmt_int(st, "$before", json_integer_value(json_array_get(row, 1)));
        return db_run(st, NULL, err);
    }
    return true;
}

/* The last row: where to go on next time. */
struct next {
    struct uuid record;
    char server[SERVER_MAX];
    char mark[MARK_MAX];
    int64_t at;
    char login[LOGIN_MAX]; /* "" from a server whose functions are older */
    char version[SERVER_MAX];
    int64_t pid;   /* of the server process that answered */
    int64_t place; /* of the next piece */
    char after[KEY_MAX];
};

static void text_at(const json_t *row, size_t i, char *dst, size_t size)
{
    const char *text = json_string_value(json_array_get(row, i));
    (void)str_copy(dst, size, text != NULL ? text : ""); /* a cut is fine: it is only shown */
}

/* [place, [key...]] */
static bool read_more(const json_t *row, struct next *ret, struct err *err)
{
    char *key = json_dumps(json_array_get(row, 1), JSON_COMPACT);
    bool ok = key != NULL && json_is_integer(json_array_get(row, 0)) &&
              str_copy(ret->after, sizeof ret->after, key);
    free(key);
    ret->place = json_integer_value(json_array_get(row, 0));
    return ok || odd("more", err);
}

static bool read_next(const json_t *row, struct next *ret, struct err *err)
{
    const char *mark, *record, *server;
    json_int_t at;
    if (json_unpack((json_t *)row, "[s,I,s,s]", &mark, &at, &record, &server) != 0 ||
        !uuid_parse(record, &ret->record) || !str_copy(ret->mark, sizeof ret->mark, mark) ||
        !str_copy(ret->server, sizeof ret->server, server))
        return odd("next", err);
    ret->at = at;
    text_at(row, 4, ret->login, sizeof ret->login);
    text_at(row, 5, ret->version, sizeof ret->version);
    ret->pid = json_integer_value(json_array_get(row, 6));
    return true;
}

static bool apply_row(struct mirror *m, const char *relation, const json_t *row, struct next *next,
                      struct err *err)
{
    if (str_equal(relation, "next") || str_equal(relation, "head"))
        return read_next(row, next, err);
    if (str_equal(relation, "more"))
        return read_more(row, next, err);
    if (str_equal(relation, "gone"))
        return drop(m, row, err);
    const struct mirror_table *t = mirror_table_of(relation);
    if (t == NULL || t->put == SQL_COUNT)
        return odd(relation, err);
    return run(m, t->put, t->columns, row, relation, err) &&
           (t->put != SQL_MIRROR_KEEPING || forget(m, row, err));
}

static bool apply_rows(struct mirror *m, struct pg_answer *a, struct next *next, struct err *err)
{
    for (int32_t i = 0; i < a->rows; i++) {
        json_error_t why;
        json_t *row = json_loads(pg_answer_text(a, i, 1), 0, &why);
        bool ok = row != NULL ? apply_row(m, pg_answer_text(a, i, 0), row, next, err)
                              : odd(pg_answer_text(a, i, 0), err);
        json_decref(row);
        if (!ok)
            return false;
    }
    return pg_answer_ok(a, err) && (next->at > 0 || odd("next", err));
}

/* at 0: it is not whole yet. */
static bool save(struct mirror *m, const struct next *next, const char *mark, int64_t at,
                 struct err *err)
{
    struct stmt *st = db_stmt(m->db, SQL_MIRROR_SAVED);
    stmt_uuid(st, "$record", next->record);
    stmt_text(st, "$server", next->server);
    stmt_text(st, "$mark", mark);
    stmt_int(st, "$at", at);
    stmt_int(st, "$place", next->place);
    stmt_text(st, "$after", next->after);
    return db_run(st, NULL, err);
}

/* The way that the answer came, for the screens. A process of the server that is not the one we
 * were told of when connecting: a pooler stands between. */
static bool save_link(struct mirror *m, struct pg_link *link, const struct next *next,
                      struct err *err)
{
    struct pg_link_wire wire;
    struct stmt *st = db_stmt(m->db, SQL_MIRROR_LINK);
    stmt_text(st, "$place", pg_link_where(link));
    stmt_text(st, "$login", next->login);
    stmt_text(st, "$version", next->version);
    stmt_int(st, "$pooled", next->pid != 0 && pg_link_wire(link, &wire) && wire.pid != next->pid);
    return db_run(st, NULL, err);
}

/* When nothing came, the file is left alone, because all threads look again when it changes; only
 * how old it is is put right once a minute. The older mark gives nothing twice. */
static bool apply(struct mirror *m, struct pg_link *link, struct pg_answer *a, struct next *next,
                  struct err *err)
{
    if (a->rows == 1 && apply_rows(m, a, next, err) && next->at < m->pulled_at + SAVED_US)
        return true;
    if (!db_begin(m->db, err))
        return false;
    bool ok = db_run(db_stmt(m->db, SQL_MIRROR_DEFER), NULL, err) && apply_rows(m, a, next, err) &&
              save(m, next, next->mark, next->at, err) && save_link(m, link, next, err);
    FP("mirror_before_commit");
    if (ok)
        ok = db_commit(m->db, err);
    else
        db_rollback(m->db);
    FP("mirror_after_commit");
    return ok;
}

static bool ask(struct mirror *m, struct pg_link *link, int64_t deadline_us, struct pg_answer *ret,
                struct err *err)
{
    struct pg_args args = pg_args_init();
    pg_args_text(&args, m->mark);
    bool ok = pg_link_call(link, "SELECT relation, columns FROM ap.pull($1)", &args, deadline_us,
                           ret, err);
    pg_args_done(&args);
    return ok;
}

/* Is it another record, or another server of it, or can't the copy go on from its mark? A server
 * that took another's place may have lost rows that are here, and counts transactions anew from
 * where it was: its marks are its own. */
static bool is_other(const struct mirror *m, struct pg_answer *a, bool *ret, struct err *err)
{
    struct next next = {.at = 0};
    json_error_t why;
    *ret = false;
    if (uuid_is_zero(m->record) || a->rows < 1)
        return true;
    json_t *row = json_loads(pg_answer_text(a, a->rows - 1, 1), 0, &why);
    bool ok = row != NULL ? read_next(row, &next, err) : odd("next", err);
    json_decref(row);
    *ret = ok && (str_equal(pg_answer_text(a, a->rows - 1, 0), "anew") ||
                  !uuid_equal(next.record, m->record) || !str_equal(next.server, m->server));
    return ok;
}

/* Another process may be pulling just now: that takes as long as an answer takes. */
static bool take_turn(const struct mirror *m, int64_t deadline_us, int *ret_fd, struct err *err)
{
    char path[FILE_PATH_MAX];
    if (!str_format(path, sizeof path, "%s.lock", m->path))
        return err_set(err, ERR_STOP, "mirror: the path %.80s is too long", m->path);
    for (;;) {
        struct err why = {0};
        if (file_lock(path, "pull", ret_fd, &why))
            return true;
        if (why.kind != ERR_CONFLICT)
            return err_set(err, why.kind, "%s", why.text);
        if (clock_boot_us() >= deadline_us)
            return err_set(err, ERR_RETRY, "mirror: another process pulls it and does not end");
        (void)poll(NULL, 0, TURN_MS); /* a pause; the loop looks again */
    }
}

static bool ask_piece(struct mirror *m, struct pg_link *link, int64_t deadline_us,
                      struct pg_answer *ret, struct err *err)
{
    struct pg_args args = pg_args_init();
    pg_args_int(&args, m->place);
    pg_args_text(&args, m->after[0] != '\0' ? m->after : NULL);
    pg_args_int(&args, PIECE_ROWS);
    bool ok = pg_link_call(link, "SELECT relation, columns FROM ap.pull_piece($1, $2, $3)", &args,
                           deadline_us, ret, err);
    pg_args_done(&args);
    return ok;
}

/* The mark of the first piece stays; *ret_other: the pieces before were of another server. */
static bool apply_piece(struct mirror *m, struct pg_answer *a, bool *ret_other, struct err *err)
{
    struct next next = {.place = PLACE_END};
    const bool first = uuid_is_zero(m->record);
    *ret_other = false;
    if (!db_begin(m->db, err))
        return false;
    m->filling = true;
    bool ok = apply_rows(m, a, &next, err);
    m->filling = false;
    *ret_other =
        ok && !first && (!uuid_equal(next.record, m->record) || !str_equal(next.server, m->server));
    if (ok && !*ret_other && save(m, &next, first ? next.mark : m->mark, 0, err)) {
        FP("mirror_piece_before_commit");
        return db_commit(m->db, err) && load_state(m, err);
    }
    db_rollback(m->db);
    return ok && *ret_other;
}

/* Fills a copy that is not whole, at least by a piece, until about half_us; each piece has
 * within_us of its own. */
static bool fill(struct mirror *m, struct pg_link *link, int64_t half_us, int64_t within_us,
                 int64_t *rows, struct err *err)
{
    bool ok = db_run(db_stmt(m->db, SQL_MIRROR_LOOSE), NULL, err);
    do {
        struct pg_answer a = {0};
        bool other = false;
        ok = ok && ask_piece(m, link, clock_boot_us() + within_us, &a, err) &&
             apply_piece(m, &a, &other, err);
        *rows += a.rows;
        pg_answer_done(&a);
        if (ok && other)
            ok = open_fresh(m, err) && db_run(db_stmt(m->db, SQL_MIRROR_LOOSE), NULL, err);
    } while (ok && m->place != PLACE_END && clock_boot_us() < half_us);
    return ok && db_run(db_stmt(m->db, SQL_MIRROR_STRICT), NULL, err);
}

/* What changed since the mark. *ret_other: it can't be brought up to date from there. */
static bool go_on(struct mirror *m, struct pg_link *link, int64_t deadline_us, int64_t *rows,
                  bool *ret_other, struct err *err)
{
    struct pg_answer a = {0};
    struct next next = {.at = 0};
    bool ok = ask(m, link, deadline_us, &a, err) && is_other(m, &a, ret_other, err);
    if (ok && !*ret_other) {
        ok = apply(m, link, &a, &next, err);
        *rows += a.rows - 1;
    }
    if (ok && !*ret_other) {
        m->record = next.record;
        (void)str_copy(m->server, sizeof m->server, next.server); /* same size */
        m->pulled_at = next.at;
        (void)str_copy(m->mark, sizeof m->mark, next.mark); /* same size */
    }
    pg_answer_done(&a);
    return ok;
}

static bool pull(struct mirror *m, struct pg_link *link, int64_t deadline_us, int64_t *ret_rows,
                 struct err *err)
{
    const int64_t within_us = deadline_us - clock_boot_us();
    const int64_t half_us = deadline_us - within_us / 2;
    int64_t rows = 0;
    bool other = true;
    bool ok = follow(m, err) && load_state(m, err);
    while (ok && other) {
        if (m->pulled_at == 0 && m->place != PLACE_END)
            ok = fill(m, link, half_us, within_us, &rows, err);
        if (!ok || (m->pulled_at == 0 && m->place != PLACE_END))
            break; /* it goes on at the next call */
        ok = go_on(m, link, clock_boot_us() + within_us, &rows, &other, err);
        if (ok && other)
            ok = open_fresh(m, err);
    }
    if (ok && ret_rows != NULL)
        *ret_rows = rows;
    return ok;
}

bool mirror_pull(struct mirror *m, struct pg_link *link, int64_t deadline_us, int64_t *ret_rows,
                 struct err *err)
{
    int fd;
    if (!take_turn(m, deadline_us, &fd, err))
        return false;
    bool ok = pull(m, link, deadline_us, ret_rows, err);
    (void)close(fd); /* and with it the lock */
    return ok;
}

bool mirror_pull_whole(struct mirror *m, struct pg_link *link, int64_t within_us,
                       void (*told)(void *ctx, int64_t rows), void *ctx, struct err *err)
{
    int64_t sum = 0, rows = 0;
    do {
        if (!mirror_pull(m, link, clock_boot_us() + within_us, &rows, err))
            return false;
        sum += rows;
        if (told != NULL)
            told(ctx, sum);
    } while (m->pulled_at == 0);
    return true;
}

/* --- reports --- */

static bool has_report(struct mirror *m, struct uuid run, bool *ret, struct err *err)
{
    struct stmt *st = db_stmt(m->db, SQL_REPORT_GET);
    stmt_uuid(st, "$run", run);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static bool keep_report(struct mirror *m, struct uuid run, struct pg_answer *a, struct err *err)
{
    size_t html_len, text_len;
    int64_t kept = 0;
    const void *html = pg_answer_bytes(a, 0, 1, &html_len);
    const void *text = pg_answer_bytes(a, 0, 2, &text_len);
    struct stmt *st = db_stmt(m->db, SQL_MIRROR_REPORT);
    stmt_uuid(st, "$run", run);
    stmt_text(st, "$sha256", pg_answer_text(a, 0, 0));
    stmt_blob(st, "$html", html, html_len);
    stmt_blob(st, "$text", text, text_len);
    return pg_answer_ok(a, err) && db_run(st, &kept, err) &&
           (kept > 0 || err_set(err, ERR_RETRY,
                                "mirror: the report on the server is not the one that the copy "
                                "knows of; try again"));
}

bool mirror_report(struct mirror *m, struct pg_link *link, struct uuid run, int64_t deadline_us,
                   struct err *err)
{
    bool there;
    struct pg_answer a = {0};
    struct pg_args args = pg_args_init();
    if (!has_report(m, run, &there, err))
        return false;
    if (there)
        return true;
    pg_args_uuid(&args, run);
    bool ok = pg_link_call(link, "SELECT sha256, html, words FROM ap.report_get($1)", &args,
                           deadline_us, &a, err) &&
              (a.rows == 0 || keep_report(m, run, &a, err));
    pg_answer_done(&a);
    pg_args_done(&args);
    return ok;
}
