/* maker_pg.c - the shared authority for the contract: an empty record for each promise (pg_record).
 *
 * Afterwards the record is copied as a console copies it, and the copy must keep every invariant of
 * the embedded record: so the copy is tried with every promise, too. */
#include "contract/maker_pg.h"

#include "adapter/authority_pg.h"
#include "base/clock.h"
#include "base/str.h"
#include "contract/pg_record.h"
#include "store/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *record_new(void)
{
    return pg_record_new("AUTOPILOT_TEST_PG");
}

static void *record_new_pooler(void)
{
    return pg_record_new("AUTOPILOT_TEST_PG_POOLER");
}

static void record_free(void *record)
{
    pg_record_free(record);
}

static struct authority *open_pg(void *record, struct clock_port *clock)
{
    struct authority *a = NULL;
    struct err err = {0};
    struct clock_port *own = pg_record_clock(record, clock);
    struct pg_link *link = own != NULL ? pg_record_link(record) : NULL;
    if (link == NULL || !authority_pg_open(link, own, &a, &err))
        (void)fprintf(stderr, "%s\n", err.text);
    return a;
}

/* --- looking --- */

static struct pg_answer ask(void *record, const char *sql, const struct uuid *job)
{
    struct pg_answer a = {0};
    struct err err = {0};
    struct pg_args args = pg_args_init();
    if (job != NULL)
        pg_args_uuid(&args, *job);
    if (!pg_link_call(pg_record_side(record), sql, &args, clock_boot_us() + 30 * US_PER_S, &a,
                      &err)) {
        (void)fprintf(stderr, "%s: %s\n", sql, err.text);
        abort();
    }
    pg_args_done(&args);
    return a;
}

static void text_to(struct pg_answer *a, int32_t row, int32_t column, char *dst, size_t size)
{
    (void)str_copy(dst, size, pg_answer_text(a, row, column));
}

static int32_t rows(void *record, struct uuid job, struct ct_row *ret, int32_t max)
{
    struct pg_answer a = ask(record,
                             "SELECT id, seq, mode, state, group_no, term_no, cycle, attempt, code,"
                             " coalesce(ap.us(retry_at), 0), address, reason, sha256, heard"
                             " FROM ap.sends WHERE job = $1 ORDER BY seq",
                             &job);
    for (int32_t n = 0; n < a.rows && n < max; n++) {
        struct ct_row row = {.id = pg_answer_uuid(&a, n, 0),
                             .seq = pg_answer_int(&a, n, 1),
                             .group_no = (int32_t)pg_answer_int(&a, n, 4),
                             .term_no = (int32_t)pg_answer_int(&a, n, 5),
                             .cycle = (int32_t)pg_answer_int(&a, n, 6),
                             .attempt = (int32_t)pg_answer_int(&a, n, 7),
                             .code = (int32_t)pg_answer_int(&a, n, 8),
                             .retry_at_us = pg_answer_int(&a, n, 9)};
        if (!mail_mode_parse(pg_answer_text(&a, n, 2), &row.mode) ||
            !send_state_parse(pg_answer_text(&a, n, 3), &row.state) ||
            !heard_parse(pg_answer_text(&a, n, 13), &row.heard))
            abort();
        text_to(&a, n, 10, row.address, sizeof row.address);
        text_to(&a, n, 11, row.reason, sizeof row.reason);
        text_to(&a, n, 12, row.sha256, sizeof row.sha256);
        ret[n] = row;
    }
    int32_t n = a.rows;
    pg_answer_done(&a);
    return n;
}

static int32_t events(void *record, struct uuid job, struct ct_event *ret, int32_t max)
{
    struct pg_answer a = ask(record,
                             "SELECT kind, coalesce(term_no, 0), coalesce(send, 0), n1, n2,"
                             " actor, text FROM ap.events WHERE job = $1 ORDER BY seq",
                             &job);
    for (int32_t n = 0; n < a.rows && n < max; n++) {
        struct ct_event event = {.term_no = (int32_t)pg_answer_int(&a, n, 1),
                                 .send_seq = pg_answer_int(&a, n, 2),
                                 .n1 = pg_answer_int(&a, n, 3),
                                 .n2 = pg_answer_int(&a, n, 4)};
        if (!event_kind_parse(pg_answer_text(&a, n, 0), &event.kind))
            abort();
        text_to(&a, n, 5, event.actor, sizeof event.actor);
        text_to(&a, n, 6, event.text, sizeof event.text);
        ret[n] = event;
    }
    int32_t n = a.rows;
    pg_answer_done(&a);
    return n;
}

static bool facts(void *record, struct uuid job, struct ct_facts *ret)
{
    struct pg_answer a = ask(record,
                             "SELECT status, desired, error FROM ap.automation_jobs"
                             " JOIN ap.automation_process_state ON job = id WHERE id = $1",
                             &job);
    bool found = a.rows == 1;
    if (found) {
        if (!job_state_parse(pg_answer_text(&a, 0, 0), &ret->state) ||
            !desired_parse(pg_answer_text(&a, 0, 1), &ret->desired))
            abort();
        text_to(&a, 0, 2, ret->error, sizeof ret->error);
    }
    pg_answer_done(&a);
    return found;
}

static int64_t count(void *record, enum ct_table table)
{
    static const char *const queries[] = {
        [CT_LEADS] = "SELECT count(*) FROM ap.leads",
        [CT_SOURCES] = "SELECT count(*) FROM ap.lead_sources",
        [CT_SUPPRESSIONS] = "SELECT count(*) FROM ap.suppressions",
        [CT_AUDITS] = "SELECT count(*) FROM ap.audit_log",
    };
    struct pg_answer a = ask(record, queries[table], NULL);
    int64_t n = pg_answer_int(&a, 0, 0);
    pg_answer_done(&a);
    return n;
}

/* --- the invariants, on a copy --- */

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
    char path[200];
    struct db *db = NULL;
    struct err err = {0};
    struct broken first = {text, size};
    int32_t broken = 0;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(path, sizeof path, "%s/contract_%d.db", tmp != NULL ? tmp : "/tmp",
                   (int)getpid());
    bool ok = pg_record_copy(record, path, &err) && db_open(path, DB_READ, &db, &err) &&
              verify_run(db, false, look_at_line, &first, &broken, &err);
    if (!ok)
        (void)str_copy(text, size, err.text);
    db_close(db);
    (void)unlink(path);
    return ok && broken == 0;
}

/* The copy of what went through the pooler is that of the same functions, directly. */
static bool check_nothing(void *record, char *text, size_t size)
{
    (void)record;
    (void)text;
    (void)size;
    return true;
}

const struct ct_maker ct_pg = {"authority_pg", record_new, record_free, open_pg, rows,
                               events,         facts,      count,       check};
const struct ct_maker ct_pg_pooler = {
    "authority_pg_pooler", record_new_pooler, record_free, open_pg, rows, events, facts, count,
    check_nothing};

int maker_pg_run(const struct ct_maker *maker)
{
    if (getenv("AUTOPILOT_TEST_PG") == NULL) {
        (void)printf("1..1\nok 1 - %s # SKIP no PostgreSQL for tests\n", maker->kind);
        return 0;
    }
    int broken = contract_run(maker);
    pg_record_drop();
    return broken;
}
