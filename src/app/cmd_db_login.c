/* cmd_db_login.c - autopilot db login: which login of the server speaks for which operator. */
#include "adapter/pg_migrate.h"
#include "adapter/pg_people.h"
#include "base/rng.h"
#include "base/str.h"
#include "commands.h"
#include "db_link.h"
#include "domain/job.h"
#include "output.h"

#include <stdio.h>
#include <string.h>

enum { SECRET_BYTES = 16, SECRET_SIZE = 2 * SECRET_BYTES + 1, LOGIN_MAX = 63 };

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    int32_t found;
    bool failed;
};

static bool login_row(void *ctx, const struct pg_login *p)
{
    struct listing *l = ctx;
    l->found++;
    if (!l->app->json) {
        out_print("%-24s %-24s %s%s\n", out_safe(&l->safe, p->login),
                  out_safe(&l->safe, p->operator_name), out_safe(&l->safe, p->role),
                  p->admin ? ", admin" : "");
        return true;
    }
    l->failed = !out_json(json_pack("{s:o, s:o, s:o, s:b}", "login", json_text(p->login),
                                    "operator", json_text(p->operator_name), "role",
                                    json_text(p->role), "admin", p->admin),
                          true, l->err);
    return !l->failed;
}

static bool list(struct app *app, struct pg_link *link, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    if (!pg_login_list(link, login_row, &l, err) || l.failed)
        return false;
    if (l.found == 0 && !app->json && !app->quiet)
        out_print("no logins: only the record's owner has a way in; begin with: autopilot db login "
                  "add NAME --operator OPERATOR\n");
    return true;
}

static void make_secret(char ret[SECRET_SIZE])
{
    uint8_t bytes[SECRET_BYTES];
    rng_secure(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(ret + 2 * i, 3, "%02x", bytes[i]); /* it fits */
    explicit_bzero(bytes, sizeof bytes);
}

/* The only time that the password is shown. */
static bool say_added(struct app *app, const struct pg_login *p, bool created, const char *secret,
                      struct err *err)
{
    struct out_text t = {0};
    if (app->json)
        return out_json(json_pack("{s:o, s:o, s:o, s:b, s:b, s:o}", "login", json_text(p->login),
                                  "operator", json_text(p->operator_name), "role",
                                  json_text(p->role), "admin", p->admin, "created", created,
                                  "password", created ? json_string(secret) : json_null()),
                        false, err);
    if (created)
        out_print("%s\n", secret);
    if (!app->quiet)
        (void)fprintf(stderr, "login %s speaks for %s (%s%s)%s\n", out_safe(&t, p->login),
                      out_safe(&t, p->operator_name), p->role, p->admin ? ", admin" : "",
                      created ? "; its password is shown this once"
                              : "; it was there and keeps its password"); /* nowhere else to say */
    return true;
}

static bool add(struct app *app, struct pg_link *link, struct err *err)
{
    char secret[SECRET_SIZE];
    bool created = false;
    struct pg_login p = {.admin = cli_given(app, "admin")};
    const char *name = cli_value(app, "operator");
    const char *role = cli_value(app, "role");
    if (app->arguments < 2 || name == NULL)
        return err_set(err, ERR_USAGE, "write: autopilot db login add NAME --operator OPERATOR");
    if (!job_name_ok(name) || strlen(app->argument[1]) > LOGIN_MAX || app->argument[1][0] == '\0')
        return err_set(err, ERR_USAGE, "a login has 1 to %d bytes, an operator's name 1 to %d",
                       LOGIN_MAX, NAME_MAX_BYTES);
    (void)str_copy(p.login, sizeof p.login, app->argument[1]);               /* looked at above */
    (void)str_copy(p.operator_name, sizeof p.operator_name, name);           /* looked at above */
    (void)str_copy(p.role, sizeof p.role, role != NULL ? role : "operator"); /* refused there */
    make_secret(secret);
    bool ok = pg_login_add(link, app->actor, &p, secret, &created, err) &&
              say_added(app, &p, created, secret, err);
    explicit_bzero(secret, sizeof secret);
    return ok;
}

static bool take_away(struct app *app, struct pg_link *link, struct err *err)
{
    if (app->arguments < 2)
        return err_set(err, ERR_USAGE, "write: autopilot db login remove NAME");
    return pg_login_remove(link, app->actor, app->argument[1], err) &&
           out_done(app, "login", app->argument[1], "speaks for nobody now", err);
}

bool cmd_db_login(struct app *app, struct err *err)
{
    static const struct {
        const char *verb;
        bool changes;
        bool (*run)(struct app *app, struct pg_link *link, struct err *err);
    } verbs[] = {{"list", false, list}, {"add", true, add}, {"remove", true, take_away}};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct pg_link *link = NULL;
        if (!str_equal(verbs[i].verb, app->argument[0]))
            continue;
        if (verbs[i].changes && app->read_only)
            return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
        bool ok = db_link_open(app, true, &link, err) && pg_schema_check(link, err) &&
                  verbs[i].run(app, link, err);
        pg_link_free(link);
        return ok;
    }
    return err_set(err, ERR_USAGE, "db login: write add NAME, list, or remove NAME");
}
