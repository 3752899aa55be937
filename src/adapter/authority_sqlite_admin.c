/* authority_sqlite_admin.c - workspaces, templates, suppressions, and letters that wait for the
 * operator's word. Each is audited; what is so already is not done again. */
#include "admin_check.h"
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "store/names.h"

bool auth_workspace_must(struct auth *a, const char *name, int64_t *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_WORKSPACE_FIND);
    stmt_text(st, "$name", name);
    if (!db_step(st, &row, err))
        return false;
    bool there = row && col_null(st, 1);
    *ret = there ? col_int(st, 0) : 0;
    stmt_end(st);
    return there || names_no_workspace(a->db, name, err);
}

static bool workspace_put(struct auth *a, const char *actor, const char *name, struct err *err)
{
    bool row;
    if (!admin_check_workspace(name, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_WORKSPACE_FIND);
    stmt_text(st, "$name", name);
    if (!db_step(st, &row, err))
        return false;
    bool there = row && col_null(st, 1);
    stmt_end(st);
    if (there)
        return true;
    st = db_stmt(a->db, SQL_WORKSPACE_ADD);
    stmt_text(st, "$name", name);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_WORKSPACE_CREATED, .actor = actor, .text = name};
    return db_run(st, NULL, err) && auth_audit(a, &note, name, err);
}

bool auth_workspace_put(struct authority *base, const char *actor, const char *name,
                        struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = workspace_put(a, actor, name, err);
    FP("authority_workspace_put_before");
    ok = auth_end(a, ok, err);
    FP("authority_workspace_put_after");
    return ok;
}

static bool workspace_delete(struct auth *a, const char *actor, const char *name, struct err *err)
{
    int64_t id;
    bool row;
    if (!auth_workspace_must(a, name, &id, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_WORKSPACE_JOBS);
    stmt_int(st, "$workspace", id);
    if (!db_step(st, &row, err))
        return false;
    if (row && col_int(st, 0) > 0) {
        (void)err_set(err, ERR_REFUSED,
                      "workspace: \"%s\" still has %lld jobs (\"%s\"); delete "
                      "them first",
                      name, (long long)col_int(st, 0), col_text(st, 1)); /* refused */
        stmt_end(st);
        return false;
    }
    stmt_end(st);
    st = db_stmt(a->db, SQL_WORKSPACE_DELETE);
    stmt_int(st, "$workspace", id);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_WORKSPACE_DELETED, .actor = actor, .text = name};
    return db_run(st, NULL, err) && auth_audit(a, &note, name, err);
}

bool auth_workspace_delete(struct authority *base, const char *actor, const char *name,
                           struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = workspace_delete(a, actor, name, err);
    FP("authority_workspace_delete_before");
    ok = auth_end(a, ok, err);
    FP("authority_workspace_delete_after");
    return ok;
}

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

static bool same_template(struct auth *a, int64_t workspace, const struct template_def *def,
                          bool *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_TEMPLATE_FIND);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", def->name);
    if (!db_step(st, &row, err))
        return false;
    *ret = row && str_equal(col_text(st, 1), or_empty(def->subject)) &&
           str_equal(col_text(st, 2), or_empty(def->text)) &&
           str_equal(col_text(st, 3), or_empty(def->html));
    stmt_end(st);
    return true;
}

bool auth_store_template(struct auth *a, const char *actor, int64_t workspace,
                         const struct template_def *def, bool *ret_changed, struct err *err)
{
    bool same, row;
    if (!same_template(a, workspace, def, &same, err))
        return false;
    *ret_changed = !same;
    if (same)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_TEMPLATE_PUT);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", def->name);
    stmt_text(st, "$subject", or_empty(def->subject));
    stmt_text(st, "$text", or_empty(def->text));
    stmt_text(st, "$html", or_empty(def->html));
    stmt_int(st, "$now", a->now);
    if (!db_step(st, &row, err))
        return false;
    struct note note = {.kind = EVENT_TEMPLATE_CHANGED, .actor = actor, .text = def->name};
    note.n1 = row ? col_int(st, 0) : 0;
    stmt_end(st);
    st = db_stmt(a->db, SQL_TEMPLATE_TOUCH_JOBS);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", def->name);
    return db_run(st, NULL, err) && auth_audit(a, &note, def->name, err);
}

bool auth_template_put(struct authority *base, const char *actor, const char *workspace,
                       const struct template_def *def, struct err *err)
{
    struct auth *a = auth_of(base);
    int64_t id;
    bool changed;
    if (!admin_check_template(def, err) || !auth_begin(a, err))
        return false;
    bool ok = auth_workspace_must(a, workspace, &id, err) &&
              auth_store_template(a, actor, id, def, &changed, err);
    FP("authority_template_put_before");
    ok = auth_end(a, ok, err);
    FP("authority_template_put_after");
    return ok;
}

static bool template_delete(struct auth *a, const char *actor, const char *workspace,
                            const char *name, struct err *err)
{
    int64_t id, deleted;
    bool row;
    if (!auth_workspace_must(a, workspace, &id, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_TEMPLATE_USER);
    stmt_int(st, "$workspace", id);
    stmt_text(st, "$name", name);
    if (!db_step(st, &row, err))
        return false;
    if (row) {
        (void)err_set(err, ERR_REFUSED,
                      "template: \"%s\" is used by job \"%s\"; give its groups "
                      "another one first",
                      name, col_text(st, 0)); /* refused */
        stmt_end(st);
        return false;
    }
    st = db_stmt(a->db, SQL_TEMPLATE_DELETE);
    stmt_int(st, "$workspace", id);
    stmt_text(st, "$name", name);
    if (!db_run(st, &deleted, err))
        return false;
    if (deleted == 0)
        return names_no_template(a->db, workspace, name, err);
    struct note note = {.kind = EVENT_TEMPLATE_DELETED, .actor = actor, .text = name};
    return auth_audit(a, &note, name, err);
}

bool auth_template_delete(struct authority *base, const char *actor, const char *workspace,
                          const char *name, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = template_delete(a, actor, workspace, name, err);
    FP("authority_template_delete_before");
    ok = auth_end(a, ok, err);
    FP("authority_template_delete_after");
    return ok;
}

/* --- suppressions --- */

struct suppression {
    const char *actor, *workspace, *subject, *reason;
    bool add;
};

static bool suppress(struct auth *a, const struct suppression *s, bool *ret_changed,
                     struct err *err)
{
    int64_t id, changed;
    if (!auth_workspace_must(a, s->workspace, &id, err))
        return false;
    struct stmt *st = db_stmt(a->db, s->add ? SQL_SUPPRESS_ADD : SQL_SUPPRESS_REMOVE);
    stmt_int(st, "$workspace", id);
    stmt_text(st, "$subject", s->subject);
    if (s->add) {
        stmt_text(st, "$reason", or_empty(s->reason));
        stmt_text(st, "$actor", s->actor);
        stmt_int(st, "$now", a->now);
    }
    if (!db_run(st, &changed, err))
        return false;
    *ret_changed = changed > 0;
    struct note note = {.kind = s->add ? EVENT_SUPPRESS_ADDED : EVENT_SUPPRESS_REMOVED,
                        .actor = s->actor,
                        .text = s->subject};
    return changed == 0 || auth_audit(a, &note, s->workspace, err);
}

bool auth_suppress(struct authority *base, const char *actor, const char *workspace,
                   const char *subject, const char *reason, bool add, bool *ret_changed,
                   struct err *err)
{
    struct auth *a = auth_of(base);
    struct suppression s = {actor, workspace, subject, reason, add};
    bool changed = false;
    if (!admin_check_subject(subject, err))
        return false;
    if (!auth_begin(a, err))
        return false;
    bool ok = suppress(a, &s, &changed, err);
    FP("authority_suppress_before");
    ok = auth_end(a, ok, err);
    FP("authority_suppress_after");
    if (ok)
        *ret_changed = changed;
    return ok;
}
