/* pg_record.c - an empty shared record for each test, and the clock that it goes by. */
#include "contract/pg_record.h"

#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URL_SIZE = 600, LANES = 64 };

struct lane_clock {
    struct clock_port port;
    struct clock_port *fake;
    struct pg_record *record;
};

struct pg_record {
    char name[64];
    struct pg_link *side; /* to the database, behind the adapter's back */
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
    /* Nothing here is to outlive the server. */
    (void)snprintf(sql, sizeof sql, "ALTER DATABASE %s SET synchronous_commit = off", name);
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
    " ('schema_migrations', 'event_kinds', 'record', 'role_rules', 'limits') LOOP"
    " EXECUTE format('DELETE FROM ap.%I', t); END LOOP; END $$;"
    "UPDATE public.test_clock SET us = 0;";

/* A promise that was broken leaves its connections open. */
static const char end_others[] = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                                 " WHERE datname = current_database() AND pid <> pg_backend_pid()";

struct pg_record *pg_record_new(const char *url_variable)
{
    struct pg_record *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->url_variable = url_variable;
    (void)str_copy(r->name, sizeof r->name, the_database()); /* it fits */
    r->side = link_to("AUTOPILOT_TEST_PG", r->name);
    must(r->side, end_others);
    must(r->side, empty);
    return r;
}

void pg_record_free(struct pg_record *r)
{
    if (r == NULL)
        return;
    pg_link_free(r->side);
    free(r);
}

void pg_record_drop(void)
{
    database("DROP", the_database(), "WITH (FORCE)");
}

struct pg_link *pg_record_side(struct pg_record *r)
{
    return r->side;
}

struct pg_link *pg_record_link(struct pg_record *r)
{
    return link_to(r->url_variable, r->name);
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

struct clock_port *pg_record_clock(struct pg_record *r, struct clock_port *fake)
{
    if (r->lane_count == LANES)
        return NULL;
    struct lane_clock *l = &r->lanes[r->lane_count++];
    *l = (struct lane_clock){.port = {&lane_ops}, .fake = fake, .record = r};
    return &l->port;
}

bool pg_record_copy(struct pg_record *r, const char *path, struct err *err)
{
    struct mirror *m = NULL;
    bool ok = mirror_open(path, &m, err) && mirror_pull(m, r->side, soon(), NULL, err) &&
              mirror_pull(m, r->side, soon(), NULL, err);
    mirror_close(m);
    return ok;
}

bool pg_record_report(struct pg_record *r, const char *path, struct uuid run, struct err *err)
{
    struct mirror *m = NULL;
    bool ok = mirror_open(path, &m, err) && mirror_report(m, r->side, run, soon(), err);
    mirror_close(m);
    return ok;
}
