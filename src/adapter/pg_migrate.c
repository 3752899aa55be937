/* pg_migrate.c - brings the shared record's schema up to date.
 *
 * The idea: what is there is read again under the lock, in the transaction that changes it, so of
 * two programs that start at once one makes the schema and the other finds it made. */
#include "adapter/pg_migrate.h"

#include "adapter/pg_text.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "domain/event.h"
#include "domain/role.h"
#include "domain/schedule.h"
#include "domain/settings.h"
#include "port/agenda.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define STEP_WITHIN_US (300 * US_PER_S)
#define LOOK_WITHIN_US (10 * US_PER_S)

enum { SCRIPT_MAX = 4 * 1024 * 1024, HASH_SIZE = 65 };

static bool look(struct pg_link *link, const char *sql, struct pg_answer *ret, struct err *err)
{
    return pg_link_call(link, sql, NULL, clock_boot_us() + LOOK_WITHIN_US, ret, err);
}

/* --- what is put there with each change of it --- */

static json_t *kinds(void)
{
    json_t *ret = json_object();
    for (int k = 0; k < EVENT_KINDS; k++) {
        const struct event_row *row = event_row((enum event_kind)k);
        if (json_object_set_new(ret, row->name, json_integer(row->level)) != 0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

/* A row for each action and role. */
static json_t *roles(void)
{
    json_t *ret = json_array();
    for (int i = 0; i < ROLE_ACTIONS * ROLES; i++) {
        enum role_action action = (enum role_action)(i / ROLES);
        enum role role = (enum role)(i % ROLES);
        json_t *one = json_pack("[s,s,b,b,s,s]", role_action_name(action), role_name(role),
                                role_allows(role, action, false), role_allows(role, action, true),
                                role_action_words(action), role_reason(role, action));
        if (json_array_append_new(ret, one) != 0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

static json_t *rules(void)
{
    struct settings *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    settings_defaults(s);
    json_t *ret = json_pack("{s:o,s:{s:i,s:i},s:{s:i,s:i}}", "roles", roles(), "limits",
                            "specs_max", SCHEDULE_SPECS_MAX, "slots_max", BACKFILL_MAX, "first",
                            "create_per_hour", s->create_per_hour, "run_per_hour", s->run_per_hour);
    free(s);
    return ret;
}

/* The functions, and the tables that this program has. */
struct put {
    struct buf functions;
    char *kinds, *rules; /* JSON */
    char hash[HASH_SIZE];
};

/* As text, to be freed; NULL without memory. words is consumed. */
static char *dump(json_t *words)
{
    char *ret = words != NULL ? json_dumps(words, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(words);
    return ret;
}

static void put_done(struct put *p)
{
    buf_done(&p->functions);
    free(p->kinds);
    free(p->rules);
}

/* Ended with put_done(), also when it fails, which it does for want of memory. */
static bool put_init(struct put *ret, struct err *err)
{
    struct buf all = buf_init(SCRIPT_MAX);
    *ret = (struct put){
        .functions = buf_init(SCRIPT_MAX), .kinds = dump(kinds()), .rules = dump(rules())};
    for (int i = 0; i < pg_functions_count; i++)
        buf_addf(&ret->functions, "%s\n", pg_functions[i].text);
    bool ok = buf_ok(&ret->functions) && ret->kinds != NULL && ret->rules != NULL;
    if (ok)
        buf_addf(&all, "%s%s%s", buf_text(&ret->functions), ret->kinds, ret->rules);
    ok = ok && buf_ok(&all);
    if (ok)
        str_sha256_hex(all.data, all.len, ret->hash);
    buf_done(&all);
    return ok || err_set(err, ERR_STOP, "record: there is no memory for its functions");
}

const char *pg_query(const char *name)
{
    for (int i = 0; i < pg_queries_count; i++)
        if (str_equal(pg_queries[i].name, name))
            return pg_queries[i].text;
    return NULL;
}

bool pg_server_fits(int32_t version_num, struct err *err)
{
    return version_num >= PG_SERVER_OLDEST ||
           err_set(err, ERR_REFUSED,
                   "record: the server is PostgreSQL %d and the record needs %d or newer; update "
                   "the server, or name another one in [record] url",
                   version_num / 10000, PG_SERVER_OLDEST / 10000);
}

/* Whose is the schema `ap`? */
static bool find_schema(struct pg_link *link, bool *ret_ours, bool *ret_other, struct err *err)
{
    struct pg_answer a = {0};
    if (!look(link, pg_query("standing"), &a, err))
        return false;
    *ret_ours = pg_answer_bool(&a, 0, 0);
    *ret_other = pg_answer_bool(&a, 0, 1);
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

/* Compares what was carried out with what this program has. */
static void compare(struct pg_answer *a, struct pg_standing *ret)
{
    char hash[HASH_SIZE];
    for (int32_t i = 0; i < a->rows; i++) {
        int64_t version = pg_answer_int(a, i, 0);
        ret->version = version > ret->version ? (int32_t)version : ret->version;
        if (version < 1 || version > pg_migrations_count)
            continue; /* 0: the functions; above: a newer program's */
        const char *text = pg_migrations[version - 1].text;
        str_sha256_hex(text, strlen(text), hash);
        if (!str_equal(hash, pg_answer_text(a, i, 1)))
            ret->fit = PG_FIT_CHANGED;
    }
    if (ret->version > ret->newest)
        ret->fit = PG_FIT_NEW;
    else if (ret->fit == PG_FIT_GOOD && ret->version < ret->newest)
        ret->fit = PG_FIT_OLD;
    if (ret->fit != PG_FIT_GOOD)
        return;
    struct put p;
    bool same = put_init(&p, NULL) && a->rows > 0 && pg_answer_int(a, 0, 0) == 0 &&
                str_equal(p.hash, pg_answer_text(a, 0, 1));
    put_done(&p);
    ret->fit = same ? PG_FIT_GOOD : PG_FIT_FUNCTIONS;
}

bool pg_schema_standing(struct pg_link *link, struct pg_standing *ret, struct err *err)
{
    bool ours, other;
    struct pg_answer a = {0};
    *ret = (struct pg_standing){.fit = PG_FIT_NONE, .newest = pg_migrations_count};
    if (!find_schema(link, &ours, &other, err))
        return false;
    if (other)
        ret->fit = PG_FIT_OTHER;
    if (!ours)
        return true;
    if (!look(link, "SELECT version, sha256 FROM ap.schema_list()", &a, err))
        return false;
    ret->fit = PG_FIT_GOOD;
    compare(&a, ret);
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

bool pg_schema_check(struct pg_link *link, struct err *err)
{
    struct pg_standing s;
    if (!pg_schema_standing(link, &s, err))
        return false;
    switch (s.fit) {
    case PG_FIT_GOOD:
        return true;
    case PG_FIT_NONE:
        return err_set(err, ERR_STOP,
                       "record: %s is no record of autopilot yet; to make it one: autopilot db "
                       "migrate",
                       pg_link_where(link));
    case PG_FIT_OLD:
    case PG_FIT_FUNCTIONS:
        return err_set(err, ERR_STOP,
                       "record: the schema at %s is version %d, this program's is %d with its own "
                       "functions; bring it up to date: autopilot db migrate",
                       pg_link_where(link), s.version, s.newest);
    case PG_FIT_NEW:
        return err_set(err, ERR_STOP,
                       "record: the schema at %s is version %d and this program knows %d; install "
                       "the newer program on this machine too",
                       pg_link_where(link), s.version, s.newest);
    case PG_FIT_OTHER:
        return err_set(
            err, ERR_STOP,
            "record: the schema \"ap\" at %s is something else's; make a database for the "
            "record alone (createdb NAME) and name it in [record] url",
            pg_link_where(link));
    case PG_FIT_CHANGED:
        break;
    }
    return err_set(err, ERR_STOP,
                   "record: a migration that was carried out at %s has another text in this "
                   "program; they are not of the same line of versions",
                   pg_link_where(link));
}

/* --- carrying out --- */

static bool step(struct pg_link *link, const struct pg_text *m, const char *hash,
                 const char *app_version, struct err *err)
{
    struct pg_answer none = {0};
    struct pg_args args = pg_args_init();
    pg_args_int(&args, m->number);
    pg_args_text(&args, m->name);
    pg_args_text(&args, hash);
    pg_args_text(&args, app_version);
    pg_args_text(&args, m->text);
    bool ok = pg_link_call(link, "SELECT ap.schema_step($1::int, $2, $3, $4, $5)", &args,
                           clock_boot_us() + STEP_WITHIN_US, &none, err);
    pg_answer_done(&none);
    pg_args_done(&args);
    return ok;
}

static bool put_words(struct pg_link *link, const char *sql, const char *words, struct err *err)
{
    struct pg_answer none = {0};
    struct pg_args args = pg_args_init();
    pg_args_text(&args, words);
    bool ok = pg_link_call(link, sql, &args, clock_boot_us() + STEP_WITHIN_US, &none, err);
    pg_answer_done(&none);
    pg_args_done(&args);
    return ok;
}

/* One transaction, so that functions never stand there without their tables. */
bool pg_migrate_functions(struct pg_link *link, const char *app_version, struct err *err)
{
    struct put p;
    struct pg_answer none = {0};
    bool ok = put_init(&p, err) && look(link, "BEGIN", &none, err);
    if (ok) {
        pg_answer_done(&none);
        struct pg_text functions = {0, "functions", buf_text(&p.functions)};
        ok = step(link, &functions, p.hash, app_version, err) &&
             put_words(link, "SELECT ap.schema_words($1::jsonb)", p.kinds, err) &&
             put_words(link, "SELECT ap.schema_rules($1::jsonb)", p.rules, err) &&
             look(link, "COMMIT", &none, err);
        pg_answer_done(&none);
        if (!ok)
            pg_link_drop(link); /* and with it the transaction */
    }
    put_done(&p);
    return ok;
}

static bool put_migration(struct pg_link *link, const struct pg_text *m, const char *app_version,
                          struct err *err)
{
    char hash[HASH_SIZE];
    str_sha256_hex(m->text, strlen(m->text), hash);
    return step(link, m, hash, app_version, err);
}

const char *pg_migrate_step(const struct pg_standing *from, int32_t n)
{
    int32_t at = from->version + n;
    if (from->fit == PG_FIT_GOOD || at > pg_migrations_count)
        return NULL;
    return at < pg_migrations_count ? pg_migrations[at].name : "functions";
}

bool pg_migrate(struct pg_link *link, const char *app_version, int32_t *ret_steps, struct err *err)
{
    struct pg_standing s;
    *ret_steps = 0;
    if (!pg_schema_standing(link, &s, err))
        return false;
    if (s.fit == PG_FIT_GOOD)
        return true;
    if (s.fit == PG_FIT_NEW || s.fit == PG_FIT_CHANGED || s.fit == PG_FIT_OTHER)
        return pg_schema_check(link, err);
    if (!pg_link_script(link, pg_schema[0].text, clock_boot_us() + STEP_WITHIN_US, err))
        return false;
    for (int i = s.version; i < pg_migrations_count; i++, (*ret_steps)++)
        if (!put_migration(link, &pg_migrations[i], app_version, err))
            return false;
    if (!pg_migrate_functions(link, app_version, err))
        return false;
    (*ret_steps)++;
    return true;
}
