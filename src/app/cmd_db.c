/* cmd_db.c - autopilot db: status, migrate. */
#include "adapter/carry.h"
#include "adapter/pg_server.h"
#include "base/clock.h"
#include "base/str.h"
#include "commands.h"
#include "db_link.h"
#include "output.h"
#include "place.h"
#include "record.h"

#include <sys/stat.h>

#ifndef AUTOPILOT_VERSION
#define AUTOPILOT_VERSION "0.0.0"
#endif

/* --- status --- */

/* Size of each file that is there. */
static json_t *files_of(struct app *app, struct err *err)
{
    static const char *const names[] = {PLACE_RECORD, PLACE_MIRROR, PLACE_JOURNAL, PLACE_LOG,
                                        PLACE_CORPUS};
    struct out_text t = {0};
    json_t *files = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[FILE_PATH_MAX];
        struct stat st;
        bool there = place_file(app, names[i], path, err) && stat(path, &st) == 0;
        json_object_set_new(files, names[i], json_integer(there ? (json_int_t)st.st_size : 0));
        if (!app->json && there)
            out_print("%-14s %10lld bytes  %s\n", names[i], (long long)st.st_size,
                      out_safe(&t, path));
    }
    return files;
}

static bool embedded_status(struct app *app, struct err *err)
{
    struct db *db = NULL;
    bool there = false;
    if (!record_read(app, &db, err))
        return false;
    struct stmt *st = db_stmt(db, SQL_RECORD_FACTS);
    bool ok = db_step(st, &there, err);
    char id[UUID_TEXT_SIZE] = "";
    if (ok && there) {
        uuid_text(col_uuid(st, 0), id);
        stmt_end(st);
    }
    db_close(db);
    if (!ok)
        return false;
    json_t *files = files_of(app, err);
    if (app->json)
        return out_json(
            json_pack("{s:s, s:s, s:o}", "mode", "embedded", "record", id, "files", files), false,
            err);
    json_decref(files);
    out_print("record         embedded (SQLite), %s\n", id);
    return true;
}

enum { MIDDLE = PG_SERVER_TRIPS / 2, LAST = PG_SERVER_TRIPS - 1 };

/* All that is asked, before a word is printed. */
struct picture {
    const char *where;
    struct pg_server server;
    struct pg_standing standing;
    bool hidden; /* the login may not look into the schema */
    struct uuid record;
    bool named; /* record is known */
    int64_t trip_us[PG_SERVER_TRIPS];
    int64_t pulled_at; /* of the copy here; 0: there is none */
};

static const char *const fit_names[] = {
    [PG_FIT_GOOD] = "good",  [PG_FIT_NONE] = "none",           [PG_FIT_OLD] = "old",
    [PG_FIT_NEW] = "new",    [PG_FIT_FUNCTIONS] = "functions", [PG_FIT_CHANGED] = "changed",
    [PG_FIT_OTHER] = "other"};

/* What a person does about it. */
static const char *const fit_words[] = {
    [PG_FIT_GOOD] = "fits this program, with its functions",
    [PG_FIT_NONE] = "there is none yet; make it: autopilot db migrate",
    [PG_FIT_OLD] = "older than this program; bring it up to date: autopilot db migrate",
    [PG_FIT_NEW] = "newer than this program; install the newer program here too",
    [PG_FIT_FUNCTIONS] = "its functions are not this program's; put them: autopilot db migrate",
    [PG_FIT_CHANGED] = "a migration that was carried out has another text in this program",
    [PG_FIT_OTHER] = "the schema \"ap\" is something else's; name another database"};

static bool look(struct app *app, struct pg_link *link, struct picture *p, struct err *err)
{
    char path[FILE_PATH_MAX];
    if (!place_file(app, PLACE_MIRROR, path, err) || !pg_server_look(link, &p->server, err) ||
        !pg_server_trips(link, p->trip_us, err))
        return false;
    p->hidden = p->server.has_schema && !p->server.may_enter;
    if (!p->hidden && !pg_schema_standing(link, &p->standing, err))
        return false;
    p->named = !p->hidden && p->standing.fit == PG_FIT_GOOD;
    if (p->named && !pg_server_record(link, &p->record, err))
        return false;
    (void)carry_is_copy(path, &p->pulled_at); /* no copy: it stays 0 */
    p->where = pg_link_where(link);
    return true;
}

static json_t *age_json(const struct picture *p)
{
    if (p->pulled_at == 0)
        return json_null();
    return json_pack("{s:o, s:I}", "pulled_at", json_instant(p->pulled_at), "age_us",
                     (json_int_t)(clock_now_us() - p->pulled_at));
}

static bool print_json(struct app *app, const struct picture *p, struct err *err)
{
    const struct pg_server *s = &p->server;
    json_t *server =
        json_pack("{s:s, s:o, s:b, s:b, s:b}", "version", s->version_text, "tls",
                  s->wire.tls[0] != '\0' ? json_string(s->wire.tls) : json_null(), "local",
                  s->wire.machine, "pooler", s->pooled, "in_recovery", s->in_recovery);
    json_t *rights = json_pack("{s:b, s:o, s:b, s:b, s:b, s:b}", "roles", s->has_roles, "login",
                               json_text(s->login), "migrate", s->may_migrate, "work", s->may_work,
                               "operate", s->may_operate, "read", s->may_read);
    json_t *trips = json_pack("{s:I, s:I, s:I}", "least", (json_int_t)p->trip_us[0], "middle",
                              (json_int_t)p->trip_us[MIDDLE], "most", (json_int_t)p->trip_us[LAST]);
    json_t *schema =
        json_pack("{s:s, s:i, s:i}", "fit", p->hidden ? "hidden" : fit_names[p->standing.fit],
                  "version", p->standing.version, "newest", p->standing.newest);
    json_t *files = files_of(app, err);
    return out_json(json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "mode", "shared",
                              "where", json_text(p->where), "server", server, "schema", schema,
                              "record", p->named ? json_uuid(p->record) : json_null(), "latency_us",
                              trips, "rights", rights, "mirror", age_json(p), "files", files),
                    false, err);
}

static void print_rights(const struct pg_server *s)
{
    static const char *const none = "none of a record's; ask who administers the database for "
                                    "the role autopilot_engine, autopilot_operator or "
                                    "autopilot_reader";
    struct out_text t = {0};
    bool any = s->may_migrate || s->may_work || s->may_operate || s->may_read;
    out_print("login          %s:%s%s%s%s%s%s\n", out_safe(&t, s->login),
              s->may_migrate ? " migrate" : "", s->may_work ? " work" : "",
              s->may_operate ? " operate" : "", s->may_read ? " read" : "", any ? "" : " ",
              any ? "" : none);
    if (s->has_commands && !s->has_roles)
        out_print(
            "roles          missing: only this record's owner has a way in; let a login that may "
            "create roles run: autopilot db migrate\n");
}

static void print_text(struct app *app, const struct picture *p, struct err *err)
{
    const struct pg_server *s = &p->server;
    struct out_text t = {0};
    char span[40] = "", id[UUID_TEXT_SIZE];
    uuid_text(p->record, id);
    json_decref(files_of(app, err));
    out_print("record         shared (PostgreSQL)%s%s\n", p->named ? ", " : "", p->named ? id : "");
    out_print("where          %s\n", out_safe(&t, p->where));
    out_print("server         %s, %s%s, %s%s\n", out_safe(&t, s->version_text),
              s->wire.tls[0] != '\0' ? out_safe(&t, s->wire.tls)
              : s->wire.machine      ? "a socket of this machine"
                                     : "NO TLS",
              s->wire.tls[0] != '\0' ? " verified as the address says" : "",
              s->pooled ? "through a pooler" : "direct", s->in_recovery ? ", in recovery" : "");
    if (p->hidden)
        out_print("schema         this login may not look into it\n");
    else
        out_print("schema         version %d there, %d here: %s\n", p->standing.version,
                  p->standing.newest, fit_words[p->standing.fit]);
    print_rights(s);
    out_print("latency        %.1f ms (least %.1f, most %.1f of %d round trips)\n",
              (double)p->trip_us[MIDDLE] / 1e3, (double)p->trip_us[0] / 1e3,
              (double)p->trip_us[LAST] / 1e3, PG_SERVER_TRIPS);
    if (p->pulled_at != 0)
        str_span_text((clock_now_us() - p->pulled_at) / US_PER_S * US_PER_S, span, sizeof span);
    out_print("copy here      %s%s\n", p->pulled_at != 0 ? span : "none yet",
              p->pulled_at != 0 ? " old" : "");
}

bool cmd_db_status(struct app *app, struct err *err)
{
    struct picture p = {0};
    struct pg_link *link = NULL;
    if (!db_link_open(app, false, &link, err))
        return false;
    if (link == NULL)
        return embedded_status(app, err);
    bool ok = look(app, link, &p, err);
    if (ok && app->json)
        ok = print_json(app, &p, err);
    else if (ok)
        print_text(app, &p, err);
    if (ok && (p.hidden || p.standing.fit != PG_FIT_GOOD))
        app->exit_status = 1;
    pg_link_free(link);
    return ok;
}

/* --- migrate --- */

/* Shows and counts them; always true. */
static bool plan_steps(struct app *app, const struct pg_standing *s, int32_t *ret_steps)
{
    for (*ret_steps = 0; pg_migrate_step(s, *ret_steps) != NULL; (*ret_steps)++)
        if (!app->json && !app->quiet)
            out_print("step %d  %s\n", *ret_steps + 1, pg_migrate_step(s, *ret_steps));
    return true;
}

static bool carry_out(struct pg_link *link, const struct pg_standing *s, int32_t *ret_steps,
                      struct err *err)
{
    if (s->fit == PG_FIT_FUNCTIONS)
        return pg_migrate_functions(link, AUTOPILOT_VERSION, err);
    return pg_migrate(link, AUTOPILOT_VERSION, ret_steps, err);
}

/* What would be done; *ret: how many steps. False: it can't be. */
static bool plan(struct app *app, struct pg_link *link, struct pg_standing *ret, int32_t *ret_steps,
                 struct err *err)
{
    struct pg_server s;
    *ret_steps = 0;
    if (!pg_server_look(link, &s, err) || !pg_server_fits(s.version, err) ||
        !pg_schema_standing(link, ret, err))
        return false;
    if (ret->fit == PG_FIT_NEW || ret->fit == PG_FIT_CHANGED || ret->fit == PG_FIT_OTHER)
        return pg_schema_check(link, err);
    (void)plan_steps(app, ret, ret_steps); /* it may be none */
    if (*ret_steps == 0 && !s.has_roles && s.may_make_roles) {
        ret->fit = PG_FIT_FUNCTIONS; /* they are carried out again, for the roles */
        return plan_steps(app, ret, ret_steps);
    }
    return *ret_steps == 0 || s.may_migrate ||
           err_set(
               err, ERR_REFUSED,
               "record: the login %s may not change the schema at %s; run this as its owner, or "
               "let who administers the database grant: CREATE ON DATABASE, or the role "
               "autopilot_owner",
               s.login, pg_link_where(link));
}

static bool say_migrated(struct app *app, const struct pg_standing *s, int32_t steps, bool dry,
                         struct err *err)
{
    if (app->json)
        return out_json(
            json_pack("{s:i, s:i, s:b}", "version", s->newest, "steps", steps, "dry_run", dry),
            false, err);
    if (app->quiet)
        return true;
    if (steps == 0)
        out_print("schema version %d: nothing to do\n", s->newest);
    else if (dry)
        out_print("%d steps to version %d; nothing was changed\n", steps, s->newest);
    else
        out_print("%d steps done: schema version %d\n", steps, s->newest);
    return true;
}

bool cmd_db_migrate(struct app *app, struct err *err)
{
    struct pg_link *link = NULL;
    struct pg_standing s;
    struct progress_bar bar;
    int32_t steps = 0;
    bool dry = cli_given(app, "dry-run");
    if (app->read_only && !dry)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    bool ok = db_link_open(app, true, &link, err) && plan(app, link, &s, &steps, err);
    if (ok && steps > 0 && !dry) {
        progress_begin(&bar, app, "migrating");
        ok = out_confirm(cli_given(app, "yes"), "Change the schema of the shared record?", err) &&
             carry_out(link, &s, &steps, err);
        progress_end(&bar);
    }
    ok = ok && say_migrated(app, &s, steps, dry, err);
    pg_link_free(link);
    return ok;
}
