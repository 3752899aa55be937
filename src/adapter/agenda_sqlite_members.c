/* agenda_sqlite_members.c - who belongs to a workspace, and as what.
 *
 * The idea: as soon as there is one member there is an owner, until the last member is gone; so
 * there is always somebody who can let others in. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "domain/job.h"

bool agenda_member_find(struct auth *a, int64_t workspace, const char *name,
                        struct member_found *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_MEMBER_STANDING);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$member", name);
    *ret = (struct member_found){.role = ROLE_NONE};
    if (!db_step(st, &row, err))
        return false;
    if (row && !col_null(st, 0))
        (void)role_parse(col_text(st, 0), &ret->role); /* the schema checks it */
    ret->members = row ? col_int(st, 1) : 0;
    ret->owners = row ? col_int(st, 2) : 0;
    stmt_end(st);
    return true;
}

static bool last_owner(const char *name, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "member: %s is the last owner; make another member an owner before", name);
}

static bool note_member(struct auth *a, enum event_kind kind, const char *actor, const char *name,
                        const char *role, struct err *err)
{
    char text[AGENDA_TEXT_MAX + 1];
    agenda_say(text, name, role);
    struct note note = {.kind = kind, .actor = actor, .text = text};
    return auth_audit(a, &note, name, err);
}

static bool put(struct auth *a, const char *actor, int64_t workspace, const char *name,
                enum role role, enum put_answer *ret, struct err *err)
{
    struct member_found m;
    if (!agenda_member_find(a, workspace, name, &m, err))
        return false;
    if (m.members == 0)
        role = ROLE_OWNER;
    *ret = m.role == ROLE_NONE ? PUT_CREATED : m.role == role ? PUT_SAME : PUT_CHANGED;
    if (*ret == PUT_SAME)
        return true;
    if (m.role == ROLE_OWNER && m.owners == 1)
        return last_owner(name, err);
    struct stmt *st = db_stmt(a->db, SQL_MEMBER_PUT);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$member", name);
    stmt_text(st, "$role", role_name(role));
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err) &&
           note_member(a, EVENT_MEMBER_PUT, actor, name, role_name(role), err);
}

bool agenda_member_put(struct agenda *base, const char *actor, const struct agenda_ref *member,
                       enum role role, enum put_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    int64_t workspace;
    if (!job_name_ok(member->name) || (role != ROLE_MEMBER && role != ROLE_OWNER))
        return err_set(err, ERR_REFUSED,
                       "member: the name must have 1 to %d bytes and no control characters, the "
                       "role is member or owner",
                       NAME_MAX_BYTES);
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_workspace_must(a, member->workspace, &workspace, err) &&
              agenda_gate(base, actor, ROLE_JOIN, workspace, "", err) &&
              put(a, actor, workspace, member->name, role, ret, err);
    FP("agenda_member_put_before");
    return auth_end(a, ok, err);
}

static bool take_out(struct auth *a, const char *actor, int64_t workspace, const char *name,
                     struct err *err)
{
    struct member_found m;
    if (!agenda_member_find(a, workspace, name, &m, err))
        return false;
    if (m.role == ROLE_NONE)
        return err_set(err, ERR_REFUSED,
                       "member: there is no member \"%s\"; `autopilot member list` has all", name);
    if (m.role == ROLE_OWNER && m.owners == 1 && m.members > 1)
        return last_owner(name, err);
    struct stmt *st = db_stmt(a->db, SQL_MEMBER_DELETE);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$member", name);
    return db_run(st, NULL, err) && note_member(a, EVENT_MEMBER_REMOVED, actor, name, "", err);
}

bool agenda_member_delete(struct agenda *base, const char *actor, const struct agenda_ref *member,
                          struct err *err)
{
    struct auth *a = agenda_auth(base);
    int64_t workspace;
    if (!job_name_ok(member->name))
        return err_set(err, ERR_REFUSED, "member: that is no name of a member");
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_workspace_must(a, member->workspace, &workspace, err) &&
              agenda_gate(base, actor, ROLE_PART, workspace, member->name, err) &&
              take_out(a, actor, workspace, member->name, err);
    FP("agenda_member_delete_before");
    return auth_end(a, ok, err);
}
