/* agenda_sqlite_templates.c - templates of schedules that operators make. Putting the same once
 * more changes nothing and is not audited; what is built in has its name for itself. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "domain/job.h"

struct template_found {
    struct uuid id;
    bool same; /* as what is put */
    int64_t rev;
    char creator[NAME_MAX_BYTES + 1];
};

static bool same_or_null(struct stmt *st, int i, const char *text)
{
    return text == NULL ? col_null(st, i) : !col_null(st, i) && str_equal(col_text(st, i), text);
}

static bool find(struct auth *a, int64_t workspace, const char *name,
                 const struct schedule_template *put, struct template_found *ret, bool *ret_found,
                 struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_TEMPLATE_FIND);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    ret->id = col_uuid(st, 0);
    ret->same = put != NULL && str_equal(col_text(st, 1), put->type) &&
                str_equal(col_text(st, 2), put->config) && same_or_null(st, 3, put->categories) &&
                same_or_null(st, 4, put->regions) && same_or_null(st, 5, put->cadence) &&
                str_equal(col_text(st, 6), put->notes);
    ret->rev = col_int(st, 7);
    col_text_to(st, 8, ret->creator, sizeof ret->creator);
    stmt_end(st);
    return true;
}

static bool write(struct auth *a, const char *actor, int64_t workspace,
                  const struct schedule_template *put, const struct template_found *old,
                  struct err *err)
{
    struct stmt *st =
        db_stmt(a->db, old == NULL ? SQL_SCHEDULE_TEMPLATE_ADD : SQL_SCHEDULE_TEMPLATE_CHANGE);
    stmt_uuid(st, "$id", old == NULL ? uuid_new_v7(a->now) : old->id);
    stmt_text(st, "$type", put->type);
    stmt_text(st, "$config", put->config);
    agenda_bind_text(st, "$categories", put->categories);
    agenda_bind_text(st, "$regions", put->regions);
    agenda_bind_text(st, "$cadence", put->cadence);
    stmt_text(st, "$notes", put->notes);
    stmt_int(st, "$now", a->now);
    if (old == NULL) {
        stmt_int(st, "$workspace", workspace);
        stmt_text(st, "$name", put->name);
        stmt_text(st, "$actor", actor);
    }
    return db_run(st, NULL, err);
}

static bool audit(struct auth *a, enum event_kind kind, const char *actor, const char *name,
                  struct err *err)
{
    struct note note = {.kind = kind, .actor = actor, .text = name};
    return auth_audit(a, &note, name, err);
}

static bool is_own_name(const char *name, struct err *err)
{
    if (schedule_template_named(name) != NULL)
        return err_set(err, ERR_REFUSED,
                       "schedule template: \"%s\" is built in and stays as it is; choose another "
                       "name",
                       name);
    return job_name_ok(name) ||
           err_set(err, ERR_REFUSED,
                   "schedule template: the name must have 1 to %d bytes and no control characters",
                   NAME_MAX_BYTES);
}

static bool template_put(struct agenda *base, const char *actor,
                         const struct schedule_template *put, int64_t rev, enum put_answer *ret,
                         struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct template_found old = {0};
    bool found;
    int64_t workspace;
    if (!is_own_name(put->name, err) || !auth_workspace_must(a, put->workspace, &workspace, err) ||
        !find(a, workspace, put->name, put, &old, &found, err) ||
        !agenda_gate(base, actor, ROLE_TEMPLATE_PUT, workspace, found ? old.creator : actor, err))
        return false;
    if (str_equal(put->type, "after"))
        return err_set(err, ERR_REFUSED,
                       "schedule template: it has times; none that follows "
                       "another schedule");
    if (found && rev >= 0 && rev != old.rev)
        return err_set(err, ERR_CONFLICT,
                       "schedule template: \"%s\" was changed meanwhile; look at it again, then "
                       "change it",
                       put->name);
    *ret = !found ? PUT_CREATED : old.same ? PUT_SAME : PUT_CHANGED;
    return *ret == PUT_SAME || (write(a, actor, workspace, put, found ? &old : NULL, err) &&
                                audit(a, EVENT_SCHEDULE_TEMPLATE_CHANGED, actor, put->name, err));
}

bool agenda_template_put(struct agenda *base, const char *actor,
                         const struct schedule_template *put, int64_t rev, enum put_answer *ret,
                         struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = template_put(base, actor, put, rev, ret, err);
    FP("agenda_template_put_before");
    ok = auth_end(a, ok, err);
    FP("agenda_template_put_after");
    return ok;
}

static bool template_delete(struct agenda *base, const char *actor, const struct agenda_ref *ref,
                            struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct template_found found = {0};
    bool there;
    int64_t workspace;
    if (!is_own_name(ref->name, err) || !auth_workspace_must(a, ref->workspace, &workspace, err) ||
        !find(a, workspace, ref->name, NULL, &found, &there, err))
        return false;
    if (!there)
        return err_set(err, ERR_REFUSED,
                       "schedule template: there is no \"%s\"; `autopilot schedule template list` "
                       "has all",
                       ref->name);
    if (!agenda_gate(base, actor, ROLE_TEMPLATE_DELETE, workspace, found.creator, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_TEMPLATE_DELETE);
    stmt_uuid(st, "$id", found.id);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) &&
           audit(a, EVENT_SCHEDULE_TEMPLATE_DELETED, actor, ref->name, err);
}

bool agenda_template_delete(struct agenda *base, const char *actor, const struct agenda_ref *ref,
                            struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = template_delete(base, actor, ref, err);
    FP("agenda_template_delete_before");
    return auth_end(a, ok, err);
}
