/* carry_rest.c - reports, a call each because they are large, and the items of them, in pieces. */
#include "carry_rest.h"

#include "store/db.h"

enum { PIECE = 5000 };

/* The list is read by a handle of its own: the copy is written meanwhile. */
static bool reports(struct mirror *m, struct pg_link *link, struct db *db, int64_t deadline_us,
                    struct err *err)
{
    bool there = true;
    struct stmt *st = db_stmt(db, SQL_CARRY_REPORTS_DUE);
    while (db_step(st, &there, err)) {
        if (!there)
            return true;
        if (!mirror_report(m, link, col_uuid(st, 0), deadline_us, err)) {
            stmt_end(st);
            break;
        }
    }
    return false;
}

struct place {
    struct uuid specification;
    int64_t item;
};

static bool keep_items(struct db *db, struct pg_answer *a, struct place *last, struct err *err)
{
    if (!db_begin(db, err))
        return false;
    for (int32_t i = 0; i < a->rows; i++) {
        *last = (struct place){pg_answer_uuid(a, i, 0), pg_answer_int(a, i, 1)};
        struct stmt *st = db_stmt(db, SQL_REPORT_ITEM_ADD);
        stmt_uuid(st, "$specification", last->specification);
        stmt_int(st, "$item", last->item);
        stmt_uuid(st, "$run", pg_answer_uuid(a, i, 2));
        if (!pg_answer_ok(a, err) || !db_run(st, NULL, err)) {
            db_rollback(db);
            return false;
        }
    }
    return db_commit(db, err);
}

static bool items(struct pg_link *link, struct db *db, int64_t deadline_us, struct err *err)
{
    static const char ask[] = "SELECT specification_id, item, run FROM ap.carry_items($1, $2, $3)";
    struct place last = {.item = INT64_MIN};
    for (;;) {
        struct pg_answer a = {0};
        struct pg_args args = pg_args_init();
        pg_args_uuid(&args, last.specification);
        pg_args_int(&args, last.item);
        pg_args_int(&args, PIECE);
        bool ok =
            pg_link_call(link, ask, &args, deadline_us, &a, err) && keep_items(db, &a, &last, err);
        bool more = ok && a.rows == PIECE;
        pg_answer_done(&a);
        pg_args_done(&args);
        if (!more)
            return ok;
    }
}

bool carry_rest(struct mirror *m, struct pg_link *link, const char *path, int64_t deadline_us,
                struct err *err)
{
    struct db *db = NULL;
    bool ok = db_open(path, DB_WRITE, &db, err) && reports(m, link, db, deadline_us, err) &&
              items(link, db, deadline_us, err);
    db_close(db);
    return ok;
}
