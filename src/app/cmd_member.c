/* cmd_member.c - autopilot member: list, add, remove. */
#include "adapter/pg_people.h"
#include "agendas.h"
#include "base/str.h"
#include "commands.h"
#include "db_link.h"
#include "output.h"
#include "store/read_lists.h"

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    int32_t found;
    bool failed;
    bool actor; /* the actor is among them */
};

static bool member_row(void *ctx, const struct member_line *m)
{
    struct listing *l = ctx;
    l->found++;
    if (!l->app->json) {
        out_print("%-24s %-8s %s\n", out_safe(&l->safe, m->member), m->role,
                  out_safe(&l->safe, m->workspace));
        return true;
    }
    l->failed = !out_json(json_pack("{s:o, s:s, s:o, s:o}", "member", json_text(m->member), "role",
                                    m->role, "workspace", json_text(m->workspace), "added_at",
                                    json_instant(m->added_at_us)),
                          true, l->err);
    return !l->failed;
}

bool cmd_member_list(struct app *app, struct err *err)
{
    struct agendas a;
    struct listing l = {.app = app, .err = err};
    bool ok = agendas_open(app, false, &a, err) &&
              read_members(a.db, app->workspace, member_row, &l, err) && !l.failed;
    if (ok && l.found == 0 && !app->json && !app->quiet)
        out_print("no members: whoever has this record may do everything; begin with: autopilot "
                  "member add NAME\n");
    agendas_close(&a);
    return ok;
}

static bool look_for_actor(void *ctx, const struct member_line *m)
{
    struct listing *l = ctx;
    l->actor = l->actor || str_equal(m->member, l->app->actor);
    return true;
}

/* Whoever let others in and is not one of them has shut the door behind them. */
static bool warn_outside(struct app *app, struct agendas *a, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    if (!read_members(a->db, a->workspace, look_for_actor, &l, err))
        return false;
    if (!l.actor && !a->admin)
        out_warn("%s is no member of workspace %s and can't change it any more; let an owner add "
                 "you, or put your name into [engine] admins",
                 app->actor, a->workspace);
    return true;
}

/* The workspace of the shared record that is meant. */
static const char *shared_workspace(const struct app *app)
{
    return app->workspace != NULL ? app->workspace : "default";
}

/* Where the record is: *ret NULL for the file here. */
static bool find_record(struct app *app, struct pg_link **ret, struct err *err)
{
    *ret = NULL;
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    return db_link_open(app, false, ret, err);
}

static bool put_here(struct app *app, enum role role, enum put_answer *ret, struct err *err)
{
    struct agendas a;
    bool ok = agendas_open(app, true, &a, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    ok = ok && a.agenda->ops->member_put(a.agenda, app->actor, &ref, role, ret, err) &&
         warn_outside(app, &a, err);
    agendas_close(&a);
    return ok;
}

static bool delete_here(struct app *app, struct err *err)
{
    struct agendas a;
    bool ok = agendas_open(app, true, &a, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    ok = ok && a.agenda->ops->member_delete(a.agenda, app->actor, &ref, err);
    agendas_close(&a);
    return ok;
}

bool cmd_member_add(struct app *app, struct err *err)
{
    static const char *const words[] = {"is a member now", "has another role now",
                                        "is that already"};
    struct pg_link *link;
    enum role role = ROLE_MEMBER;
    enum put_answer answer = PUT_SAME;
    const char *wanted = cli_value(app, "role");
    if (wanted != NULL && !role_parse(wanted, &role))
        return err_set(err, ERR_USAGE, "--role %s: write member or owner", wanted);
    if (!find_record(app, &link, err))
        return false;
    bool ok = link != NULL ? pg_member_put(link, app->actor, shared_workspace(app),
                                           app->argument[0], role, &answer, err)
                           : put_here(app, role, &answer, err);
    pg_link_free(link);
    return ok && out_done(app, "member", app->argument[0], words[answer], err);
}

bool cmd_member_remove(struct app *app, struct err *err)
{
    struct pg_link *link;
    if (!find_record(app, &link, err))
        return false;
    bool ok = link != NULL
                  ? pg_member_delete(link, app->actor, shared_workspace(app), app->argument[0], err)
                  : delete_here(app, err);
    pg_link_free(link);
    return ok && out_done(app, "member", app->argument[0], "is gone", err);
}
