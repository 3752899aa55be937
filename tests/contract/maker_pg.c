/* maker_pg.c - the shared authority for the contract: an empty record for each promise, on a server
 * of the tests' own (AUTOPILOT_TEST_PG), reached directly or through a pooler in transaction mode.
 *
 * The promises move a clock of their own; the database has it in a table, which takes the place of
 * the server's clock. It is written before each command, on a second connection. Afterwards the
 * record is copied as a console copies it, and the copy must keep every invariant of the embedded
 * record: so the copy is tried with every promise, too. */
#include "contract/maker_pg.h"

#include "adapter/authority_pg.h"
#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/str.h"
#include "store/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URL_SIZE = 600, LANES = 64 };

struct lane_clock {
    struct clock_port port;
    struct clock_port *fake;
    struct record *record;
};

struct record {
    char name[64];
    struct pg_link *side; /* to the database, behind the authority's back */
    struct lane_clock lanes[LANES];
    int lane_count;
    int64_t told_us; /* what the clock in the database says */
    const char *url_variable;
};

static int64_t soon(void)
{
    return clock_boot_us() + 30 * US_PER_S;
}

/* The URL of a database on the server that this variable names. */
static bool url_of(const char *variable, const char *database, char ret[URL_SIZE])
{
    const char *url = getenv(variable);
    const char *slash = url != NULL ? strrchr(url, '/') : NULL;
    const char *options = url != NULL ? strchr(url, '?') : NULL;
    /* The path of the CA's file has slashes too. */
    if (options != NULL)
        for (slash = options; slash > url && *slash != '/';)
            slash--;
    return slash != NULL && str_format(ret, URL_SIZE, "%.*s/%s%s", (int)(slash - url), url,
                                       database, options != NULL ? options : "");
}

static struct pg_link *link_to(const char *variable, const char *database)
{
    char url[URL_SIZE];
    struct pg_link *link = NULL;
    struct err err = {0};
    struct pg_link_options options = {.url = url};
    if (!url_of(variable, database, url) || !pg_link_new(&options, &link, &err))
        (void)fprintf(stderr, "%s: %s\n", variable, err.text);
    return link;
}

static void must(struct pg_link *link, const char *sql)
{
    struct err err = {0};
    if (!pg_link_script(link, sql, soon(), &err)) {
        (void)fprintf(stderr, "%s: %s\n", sql, err.text);
        abort();
    }
}

/* --- databases --- */

static const char test_clock[] =
    "CREATE TABLE public.test_clock (us bigint NOT NULL);"
    "INSERT INTO public.test_clock VALUES (0);"
    "GRANT SELECT ON public.test_clock TO PUBLIC;"
    "CREATE OR REPLACE FUNCTION ap.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS "
    "'SELECT ap.ts(us) FROM public.test_clock';";

/* Made once by each program. */
static const char *the_database(void)
{
    static char name[48];
    char sql[100];
    struct err err = {0};
    int32_t steps;
    if (name[0] != '\0')
        return name;
    (void)snprintf(name, sizeof name, "contract_%d", (int)getpid());
    (void)snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    struct pg_link *link = link_to("AUTOPILOT_TEST_PG", "postgres");
    must(link, sql);
    pg_link_free(link);
    link = link_to("AUTOPILOT_TEST_PG", name);
    if (!pg_migrate(link, "test", &steps, &err) || !pg_schema_check(link, &err)) {
        (void)fprintf(stderr, "migrating: %s\n", err.text);
        abort();
    }
    must(link, test_clock);
    pg_link_free(link);
    return name;
}

static void database(const char *what, const char *name, const char *more)
{
    char sql[300];
    struct pg_link *link = link_to("AUTOPILOT_TEST_PG", "postgres");
    (void)snprintf(sql, sizeof sql, "%s DATABASE %s %s", what, name, more);
    must(link, sql);
    pg_link_free(link);
}

/* Everything but what the migration wrote. One database serves all promises, because making one
 * takes ten times as long as emptying it. */
static const char empty[] =
    "DO $$ DECLARE t text; BEGIN"
    " SET LOCAL session_replication_role = replica;"
    " FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ap'::regnamespace"
    " AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN"
    " ('schema_migrations', 'event_kinds', 'record') LOOP"
    " EXECUTE format('DELETE FROM ap.%I', t); END LOOP; END $$;"
    "UPDATE public.test_clock SET us = 0;";

/* A promise that was broken leaves its connections open. */
static const char end_others[] = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                 " WHERE datname = current_database() AND pid <> pg_backend_pid()";

static struct record *record_for(const char *url_variable)
{
    struct record *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->url_variable = url_variable;
    (void)str_copy(r->name, sizeof r->name, the_database()); /* it fits */
    r->side = link_to("AUTOPILOT_TEST_PG", r->name);
    must(r->side, end_others);
    must(r->side, empty);
    return r;
}

static void *record_new(void)
{
    return record_for("AUTOPILOT_TEST_PG");
}

static void *record_new_pooler(void)
{
    return record_for("AUTOPILOT_TEST_PG_POOLER");
}

static void record_free(void *record)
{
    struct record *r = record;
    pg_link_free(r->side);
    free(r);
}

/* --- the clock --- */

static int64_t lane_now(struct clock_port *c)
{
    struct lane_clock *l = (struct lane_clock *)c;
    return l->fake->ops->now_us(l->fake);
}

/* Asked before each command, for its deadline. */
static int64_t lane_boot(struct clock_port *c)
{
    char sql[80];
    struct lane_clock *l = (struct lane_clock *)c;
    int64_t now = lane_now(c);
    if (now != l->record->told_us) {
        (void)snprintf(sql, sizeof sql, "UPDATE public.test_clock SET us = %lld", (long long)now);
        must(l->record->side, sql);
        l->record->told_us = now;
    }
    return clock_boot_us();
}

static const struct clock_ops lane_ops = {.now_us = lane_now, .boot_us = lane_boot};

static struct authority *open_pg(void *record, struct clock_port *clock)
{
    struct record *r = record;
    struct authority *a = NULL;
    struct err err = {0};
    if (r->lane_count == LANES)
        return NULL;
    struct lane_clock *l = &r->lanes[r->lane_count++];
    *l = (struct lane_clock){.port = {&lane_ops}, .fake = clock, .record = r};
    struct pg_link *link = link_to(r->url_variable, r->name);
    if (link == NULL || !authority_pg_open(link, &l->port, &a, &err))
        (void)fprintf(stderr, "%s\n", err.text);
    return a;
}

/* --- looking --- */

static struct pg_answer ask(void *record, const char *sql, const struct uuid *job)
{
    struct record *r = record;
    struct pg_answer a = {0};
    struct err err = {0};
    struct pg_args args = pg_args_init();
    if (job != NULL)
        pg_args_uuid(&args, *job);
    if (!pg_link_call(r->side, sql, &args, soon(), &a, &err)) {
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
                             " coalesce(ap.us(retry_at), 0), address, reason, sha256"
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
            !send_state_parse(pg_answer_text(&a, n, 3), &row.state))
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

static bool copy(struct record *r, const char *path, struct err *err)
{
    struct mirror *m = NULL;
    bool ok = mirror_open(path, &m, err) && mirror_pull(m, r->side, soon(), NULL, err) &&
              mirror_pull(m, r->side, soon(), NULL, err);
    mirror_close(m);
    return ok;
}

static bool check(void *record, char *text, size_t size)
{
    struct record *r = record;
    char path[200];
    struct db *db = NULL;
    struct err err = {0};
    struct broken first = {text, size};
    int32_t broken = 0;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(path, sizeof path, "%s/%s.db", tmp != NULL ? tmp : "/tmp", r->name);
    bool ok = copy(r, path, &err) && db_open(path, DB_READ, &db, &err) &&
              verify_run(db, false, look_at_line, &first, &broken, &err);
    if (!ok)
        (void)str_copy(text, size, err.text);
    db_close(db);
    (void)unlink(path);
    return ok && broken == 0;
}

const struct ct_maker ct_pg = {"authority_pg", record_new, record_free, open_pg, rows,
                               events,         facts,      count,       check};
const struct ct_maker ct_pg_pooler = {"authority_pg_pooler",
                                      record_new_pooler,
                                      record_free,
                                      open_pg,
                                      rows,
                                      events,
                                      facts,
                                      count,
                                      check};

int maker_pg_run(const struct ct_maker *maker)
{
    if (getenv("AUTOPILOT_TEST_PG") == NULL) {
        (void)printf("1..1\nok 1 - %s # SKIP no PostgreSQL for tests\n", maker->kind);
        return 0;
    }
    int broken = contract_run(maker);
    database("DROP", the_database(), "WITH (FORCE)");
    return broken;
}
