/* journal.c - this machine's memory of what it was about to do and did.
 *
 * The idea: only two facts need a commit of their own, the intent before the last step of a letter
 * and the verdict before it is reported. That the authority has a verdict is kept in memory and
 * written with the next of those: when it is lost, the verdict is reported once more, which changes
 * nothing. */
#include "store/journal.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "db_inside.h"
#include "journal_inside.h"

#include <stdlib.h>

enum {
    TRIM_PIECE = 5000, /* rows that are forgotten in one commit, so that others get their turn */
    TRIM_PIECES = 400
};

static const enum sql_id steps[] = {SQL_JOURNAL_MAKE_1, SQL_JOURNAL_MAKE_2, SQL_JOURNAL_MAKE_3,
                                    SQL_JOURNAL_MAKE_4, SQL_JOURNAL_MAKE_5, SQL_JOURNAL_MAKE_6,
                                    SQL_JOURNAL_MAKE_7, SQL_JOURNAL_MAKE_8, SQL_JOURNAL_MAKE_9};
static const int upto[] = {6, 9};

static const struct db_kind journal_kind = {
    .area = "journal",
    .missing = "an engine makes it when it starts",
    .damaged = "what this machine had in its hands can't be known any more, so nothing is sent. "
               "Restore it, or move it away to begin as a new engine: those letters are then in "
               "doubt",
    .application_id = 0x61704A4E,
    .synchronous = "PRAGMA synchronous = FULL",
    .version = 2,
    .steps = steps,
    .step_count = sizeof steps / sizeof steps[0],
    .upto = upto,
};

static bool load_identity(struct journal *j, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_IDENTITY);
    if (!db_step(st, &row, err))
        return false;
    if (row)
        j->engine = col_uuid(st, 0);
    stmt_end(st);
    if (row)
        return true;
    st = db_stmt(j->db, SQL_JOURNAL_IDENTITY_ADD);
    stmt_uuid(st, "$engine", uuid_new_v7(clock_now_us()));
    stmt_int(st, "$now", clock_now_us());
    /* Two processes may make it at once: the first one's stays, and both read it. */
    return db_run(st, NULL, err) && load_identity(j, err);
}

bool journal_open(const char *path, struct journal **ret, struct err *err)
{
    struct journal *j = calloc(1, sizeof *j);
    if (j == NULL)
        return err_set(err, ERR_STOP, "journal: there is no memory to open %s", path);
    if (!db_open_kind(path, &journal_kind, DB_CREATE, &j->db, NULL, err) ||
        !load_identity(j, err)) {
        journal_close(j);
        return false;
    }
    *ret = j;
    return true;
}

/* Writes the acknowledgements that wait; inside a transaction. */
static bool write_done(struct journal *j, struct err *err)
{
    for (int32_t i = 0; i < j->done_count; i++) {
        struct stmt *st = db_stmt(j->db, SQL_JOURNAL_DONE);
        stmt_int(st, "$n", j->done[i].n);
        stmt_int(st, "$attempt", j->done[i].attempt);
        stmt_int(st, "$now", j->done[i].at_us);
        if (!db_run(st, NULL, err))
            return false;
    }
    return true;
}

/* They are forgotten only when they are on the disk. */
static bool end(struct journal *j, bool ok, struct err *err)
{
    if (!ok) {
        db_rollback(j->db);
        return false;
    }
    if (!db_commit(j->db, err))
        return false;
    j->done_count = 0;
    return true;
}

bool journal_flush(struct journal *j, struct err *err)
{
    if (j->done_count == 0)
        return true;
    if (!db_begin(j->db, err))
        return false;
    bool ok = write_done(j, err);
    FP("journal_done_before");
    ok = end(j, ok, err);
    FP("journal_done_after");
    return ok;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->db != NULL)
        (void)journal_flush(j,
                            NULL); /* what is lost is reported once more, which changes nothing */
    db_close(j->db);
    free(j);
}

bool journal_look(const char *path, struct journal_untold *ret, struct err *err)
{
    struct journal j = {0};
    *ret = (struct journal_untold){0};
    if (!file_exists(path))
        return true;
    if (!db_open_kind(path, &journal_kind, DB_READ, &j.db, NULL, err))
        return false;
    bool ok = journal_untold(&j, ret, err);
    db_close(j.db);
    return ok;
}

struct uuid journal_engine(const struct journal *j)
{
    return j->engine;
}

static bool check_whole(struct journal *j, struct err *err)
{
    bool whole;
    if (!db_check_whole(j->db, &whole, err))
        return false;
    return whole || db_fail(j->db, SQLITE_CORRUPT, "checking", err);
}

static bool count_start(struct journal *j, int64_t *ret_gen, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_START);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return db_fail(j->db, SQLITE_CORRUPT, "reading", err);
    *ret_gen = col_int(st, 0);
    return db_run(st, NULL, err); /* to its end: the change is made then */
}

bool journal_start(struct journal *j, int64_t *ret_gen, struct err *err)
{
    int64_t gen = 0;
    if (!check_whole(j, err) || !db_begin(j->db, err))
        return false;
    bool ok = write_done(j, err) && count_start(j, &gen, err);
    FP("journal_start_before");
    ok = end(j, ok, err);
    FP("journal_start_after");
    if (ok)
        *ret_gen = gen;
    return ok;
}

static bool write_intents(struct journal *j, const struct uuid *ids, int32_t count, int64_t now_us,
                          struct err *err)
{
    for (int32_t i = 0; i < count; i++) {
        struct stmt *st = db_stmt(j->db, SQL_JOURNAL_INTENT);
        stmt_uuid(st, "$id", ids[i]);
        stmt_int(st, "$now", now_us);
        if (!db_run(st, NULL, err))
            return false;
    }
    return true;
}

static bool write_verdicts(struct journal *j, const struct send_verdict *verdicts, int32_t count,
                           int64_t now_us, struct err *err)
{
    for (int32_t i = 0; i < count; i++) {
        const struct send_verdict *v = &verdicts[i];
        struct stmt *st = db_stmt(j->db, SQL_JOURNAL_VERDICT);
        stmt_uuid(st, "$id", v->id);
        stmt_text(st, "$state", send_state_name(v->state));
        stmt_int(st, "$code", v->code);
        stmt_text(st, "$reason", v->reason);
        stmt_text(st, "$sha256", v->sha256);
        stmt_int(st, "$retry_at", v->retry_at_us);
        stmt_int(st, "$now", now_us);
        if (!db_run(st, NULL, err))
            return false;
    }
    return true;
}

bool journal_verdicts(struct journal *j, const struct send_verdict *verdicts, int32_t count,
                      int64_t now_us, struct err *err)
{
    if (!db_begin(j->db, err))
        return false;
    bool ok = write_done(j, err) && write_verdicts(j, verdicts, count, now_us, err);
    FP("journal_verdicts_before");
    ok = end(j, ok, err);
    FP("journal_verdicts_after");
    return ok;
}

bool journal_step(struct journal *j, const struct send_verdict *verdicts, int32_t verdict_count,
                  const struct uuid *ids, int32_t count, int64_t now_us, struct err *err)
{
    if (!db_begin(j->db, err))
        return false;
    bool ok = write_done(j, err) && write_verdicts(j, verdicts, verdict_count, now_us, err) &&
              write_intents(j, ids, count, now_us, err);
    FP("journal_intents_before");
    ok = end(j, ok, err);
    FP("journal_intents_after");
    return ok;
}

bool journal_intents(struct journal *j, const struct uuid *ids, int32_t count, int64_t now_us,
                     struct err *err)
{
    return journal_step(j, NULL, 0, ids, count, now_us, err);
}

bool journal_done(struct journal *j, const struct uuid *ids, int32_t count, int64_t now_us,
                  struct err *err)
{
    for (int32_t i = 0; i < count; i++) {
        bool row;
        struct stmt *st = db_stmt(j->db, SQL_JOURNAL_FIND);
        stmt_uuid(st, "$id", ids[i]);
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            continue;
        int64_t n = col_int(st, 5), attempt = col_int(st, 6);
        stmt_end(st);
        if (j->done_count == DONE_MAX && !journal_flush(j, err))
            return false;
        j->done[j->done_count].n = n;
        j->done[j->done_count].attempt = attempt;
        j->done[j->done_count++].at_us = now_us;
    }
    return true;
}

static bool waits_to_be_done(const struct journal *j, int64_t n, int64_t attempt)
{
    for (int32_t i = 0; i < j->done_count; i++)
        if (j->done[i].n == n && j->done[i].attempt == attempt)
            return true;
    return false;
}

bool journal_find(struct journal *j, struct uuid id, enum journal_fact *ret,
                  struct send_verdict *ret_verdict, struct err *err)
{
    bool row;
    *ret = JOURNAL_NOTHING;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_FIND);
    stmt_uuid(st, "$id", id);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return true;
    if (waits_to_be_done(j, col_int(st, 5), col_int(st, 6))) {
        stmt_end(st);
        return true;
    }
    *ret = col_null(st, 0) ? JOURNAL_INTENT : JOURNAL_VERDICT;
    if (*ret == JOURNAL_VERDICT) {
        *ret_verdict = (struct send_verdict){
            .id = id, .code = (int32_t)col_int(st, 1), .retry_at_us = col_int(st, 4)};
        (void)send_state_parse(col_text(st, 0), &ret_verdict->state); /* we wrote it */
        col_text_to(st, 2, ret_verdict->reason, sizeof ret_verdict->reason);
        col_text_to(st, 3, ret_verdict->sha256, sizeof ret_verdict->sha256);
    }
    stmt_end(st);
    return true;
}

bool journal_facts(struct journal *j, int64_t *after, struct send_verdict *rows, int32_t max,
                   int32_t *ret_count, struct err *err)
{
    bool row;
    int32_t n = 0;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_FACTS);
    stmt_int(st, "$after", *after);
    stmt_int(st, "$max", max);
    for (;; n++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == max)
            break;
        rows[n] = (struct send_verdict){.id = col_uuid(st, 1)};
        (void)send_state_parse(col_text(st, 2), &rows[n].state); /* we wrote it */
        *after = col_int(st, 0);
    }
    stmt_end(st);
    *ret_count = n;
    return true;
}

static bool trim_piece(struct journal *j, int64_t before_us, int64_t *ret_forgotten,
                       struct err *err)
{
    if (!db_begin(j->db, err))
        return false;
    struct stmt *st = db_stmt(j->db, SQL_JOURNAL_TRIM);
    stmt_int(st, "$before", before_us);
    stmt_int(st, "$max", TRIM_PIECE);
    bool ok = db_run(st, ret_forgotten, err) && write_done(j, err);
    FP("journal_trim_before");
    ok = end(j, ok, err);
    FP("journal_trim_after");
    return ok;
}

bool journal_trim(struct journal *j, int64_t before_us, struct err *err)
{
    int64_t forgotten = TRIM_PIECE;
    for (int i = 0; i < TRIM_PIECES && forgotten == TRIM_PIECE; i++)
        if (!trim_piece(j, before_us, &forgotten, err))
            return false;
    return true;
}
