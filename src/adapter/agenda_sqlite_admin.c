/* agenda_sqlite_admin.c - what operators define: specifications and schedules, as a whole. Putting
 * the same once more changes nothing and is not audited. */
#include "agenda_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "domain/job.h"
#include "store/names.h"

/* --- specifications --------------------------------------------------------------------------- */

struct spec_found {
    struct uuid id;
    bool same; /* as what is put */
    int64_t rev;
    char creator[NAME_MAX_BYTES + 1];
};

static bool find_spec(struct auth *a, int64_t workspace, const char *name,
                      const struct spec_put *put, struct spec_found *ret, bool *ret_found,
                      struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SPEC_FIND);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    ret->id = col_uuid(st, 0);
    ret->same = put != NULL && (col_int(st, 1) != 0) == put->active &&
                str_equal(col_text(st, 2), put->frequency) &&
                str_equal(col_text(st, 3), put->definition);
    ret->rev = col_int(st, 4);
    col_text_to(st, 5, ret->creator, sizeof ret->creator);
    stmt_end(st);
    return true;
}

static bool spec_must(struct auth *a, const struct agenda_ref *ref, int64_t *ret_workspace,
                      struct spec_found *ret, struct err *err)
{
    bool found;
    return auth_workspace_must(a, ref->workspace, ret_workspace, err) &&
           find_spec(a, *ret_workspace, ref->name, NULL, ret, &found, err) &&
           (found || names_no_spec(a->db, ref->workspace, ref->name, err));
}

bool agenda_spec_must(struct auth *a, const struct agenda_ref *ref, struct uuid *ret,
                      struct err *err)
{
    int64_t workspace;
    struct spec_found found = {0};
    if (!spec_must(a, ref, &workspace, &found, err))
        return false;
    *ret = found.id;
    return true;
}

static bool audit_name(struct auth *a, enum event_kind kind, const char *actor, const char *name,
                       const struct uuid *schedule, struct err *err)
{
    struct note note = {.kind = kind, .schedule = schedule, .actor = actor, .text = name};
    return auth_audit(a, &note, name, err);
}

static bool name_ok(const char *thing, const char *name, struct err *err)
{
    return job_name_ok(name) ||
           err_set(err, ERR_REFUSED,
                   "%s: the name must have 1 to %d bytes and no control characters", thing,
                   NAME_MAX_BYTES);
}

static bool rev_ok(const char *thing, const char *name, int64_t stored, int64_t rev,
                   struct err *err)
{
    return rev < 0 || rev == stored ||
           err_set(err, ERR_CONFLICT,
                   "%s: \"%s\" was changed meanwhile; look at it again, then change it", thing,
                   name);
}

static bool write_spec(struct auth *a, const char *actor, int64_t workspace,
                       const struct spec_put *put, const struct spec_found *old, struct err *err)
{
    struct stmt *st = db_stmt(a->db, old == NULL ? SQL_SPEC_ADD : SQL_SPEC_CHANGE);
    stmt_uuid(st, "$id", old == NULL ? uuid_new_v7(a->now) : old->id);
    stmt_int(st, "$active", put->active);
    stmt_text(st, "$frequency", put->frequency);
    stmt_text(st, "$definition", put->definition);
    stmt_int(st, "$now", a->now);
    if (old == NULL) {
        stmt_int(st, "$workspace", workspace);
        stmt_text(st, "$name", put->name);
        stmt_text(st, "$actor", actor);
    }
    return db_run(st, NULL, err);
}

static bool spec_put(struct agenda *base, const char *actor, const struct spec_put *put,
                     int64_t rev, enum put_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct spec_found old = {0};
    bool found;
    int64_t workspace;
    if (!name_ok("specification", put->name, err) ||
        !auth_workspace_must(a, put->workspace, &workspace, err) ||
        !find_spec(a, workspace, put->name, put, &old, &found, err) ||
        !agenda_gate(base, actor, ROLE_SPEC_PUT, workspace, found ? old.creator : actor, err))
        return false;
    if (found && !rev_ok("specification", put->name, old.rev, rev, err))
        return false;
    *ret = !found ? PUT_CREATED : old.same ? PUT_SAME : PUT_CHANGED;
    return *ret == PUT_SAME || (write_spec(a, actor, workspace, put, found ? &old : NULL, err) &&
                                audit_name(a, EVENT_SPEC_CHANGED, actor, put->name, NULL, err));
}

bool agenda_spec_put(struct agenda *base, const char *actor, const struct spec_put *put,
                     int64_t rev, enum put_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = spec_put(base, actor, put, rev, ret, err);
    FP("agenda_spec_put_before");
    return auth_end(a, ok, err);
}

/* Nothing may use it any more. */
static bool unused(struct auth *a, struct uuid spec, const char *name, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SPEC_SCHEDULES);
    stmt_uuid(st, "$id", spec);
    if (!db_step(st, &row, err))
        return false;
    bool used = row && col_int(st, 0) > 0;
    if (used)
        (void)err_set(err, ERR_REFUSED,
                      "specification: \"%s\" has %lld schedules (\"%s\"); delete them first", name,
                      (long long)col_int(st, 0), col_text(st, 1)); /* refused */
    stmt_end(st);
    return !used;
}

bool agenda_spec_delete(struct agenda *base, const char *actor, const struct agenda_ref *spec,
                        struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct spec_found found = {0};
    int64_t workspace;
    if (!auth_begin(a, err))
        return false;
    bool ok = spec_must(a, spec, &workspace, &found, err) &&
              agenda_gate(base, actor, ROLE_SPEC_DELETE, workspace, found.creator, err) &&
              unused(a, found.id, spec->name, err);
    if (ok) {
        struct stmt *st = db_stmt(a->db, SQL_SPEC_DELETE);
        stmt_uuid(st, "$id", found.id);
        stmt_int(st, "$now", a->now);
        ok = db_run(st, NULL, err) &&
             audit_name(a, EVENT_SPEC_DELETED, actor, spec->name, NULL, err);
    }
    return auth_end(a, ok, err);
}

/* --- schedules -------------------------------------------------------------------------------- */

static bool same_or_null(struct stmt *st, int i, const char *text)
{
    return text == NULL || *text == '\0' ? col_null(st, i)
                                         : !col_null(st, i) && str_equal(col_text(st, i), text);
}

struct schedule_old {
    struct uuid id;
    bool same;   /* all of it */
    bool timing; /* type, config and enabled are the same: next_run_at stays */
    int64_t next_us;
    int64_t rev;
    char creator[NAME_MAX_BYTES + 1];
};

static bool find_old(struct auth *a, int64_t workspace, const struct schedule_def *def,
                     struct schedule_old *ret, bool *ret_found, struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_FIND);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", def->name);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    *ret = (struct schedule_old){.id = col_uuid(st, 0),
                                 .timing = str_equal(col_text(st, 3), def->type) &&
                                           str_equal(col_text(st, 4), def->config) &&
                                           (col_int(st, 9) != 0) == def->enabled &&
                                           !str_equal(col_text(st, 10), "cancelled"),
                                 .next_us = col_int(st, 11),
                                 .rev = col_int(st, 12)};
    ret->same = ret->timing && str_equal(col_text(st, 2), def->specification) &&
                same_or_null(st, 5, def->categories) && same_or_null(st, 6, def->regions) &&
                same_or_null(st, 7, def->cadence) && same_or_null(st, 15, def->further) &&
                same_or_null(st, 16, def->after) && str_equal(col_text(st, 8), def->notes);
    col_text_to(st, 13, ret->creator, sizeof ret->creator);
    stmt_end(st);
    return true;
}

static bool write_schedule(struct auth *a, const char *actor, int64_t workspace, struct uuid spec,
                           const struct schedule_def *def, const struct kinds *kinds,
                           struct uuid id, bool fresh, int64_t next_us, struct err *err)
{
    struct stmt *st = db_stmt(a->db, fresh ? SQL_SCHEDULE_ADD : SQL_SCHEDULE_CHANGE);
    stmt_uuid(st, "$id", id);
    stmt_uuid(st, "$specification", spec);
    if (uuid_is_zero(kinds->after))
        stmt_null(st, "$after");
    else
        stmt_uuid(st, "$after", kinds->after);
    stmt_text(st, "$type", def->type);
    stmt_text(st, "$config", def->config);
    agenda_bind_text(st, "$categories", def->categories);
    agenda_bind_text(st, "$regions", def->regions);
    agenda_bind_text(st, "$cadence", def->cadence);
    stmt_int(st, "$enabled", def->enabled);
    stmt_int(st, "$next", next_us);
    stmt_text(st, "$notes", def->notes);
    stmt_int(st, "$now", a->now);
    if (fresh) {
        stmt_int(st, "$workspace", workspace);
        stmt_text(st, "$actor", actor);
        stmt_text(st, "$name", def->name);
    }
    return db_run(st, NULL, err) && agenda_kinds_write(a, id, kinds, err);
}

/* Whoever makes one is its creator, and has a limit. */
static bool may_put(struct agenda *base, const char *actor, int64_t workspace,
                    const struct schedule_old *old, const struct schedule_def *def, int64_t rev,
                    struct err *err)
{
    if (old == NULL)
        return agenda_gate(base, actor, ROLE_CREATE, workspace, actor, err) &&
               agenda_rate_schedules(base, actor, err);
    return agenda_gate(base, actor, ROLE_EDIT, workspace, old->creator, err) &&
           rev_ok("schedule", def->name, old->rev, rev, err);
}

static bool schedule_put(struct agenda *base, const char *actor, const struct schedule_def *def,
                         int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct agenda_ref ref = {def->workspace, def->specification};
    struct spec_found spec = {0};
    struct schedule_old old = {0};
    struct kinds kinds;
    bool found;
    int64_t workspace;
    if (!name_ok("schedule", def->name, err) || !spec_must(a, &ref, &workspace, &spec, err) ||
        !find_old(a, workspace, def, &old, &found, err) ||
        !may_put(base, actor, workspace, found ? &old : NULL, def, rev, err) ||
        !agenda_kinds_find(a, def, spec.id, old.id, &kinds, err))
        return false;
    *ret = !found ? PUT_CREATED : old.same ? PUT_SAME : PUT_CHANGED;
    if (*ret == PUT_SAME)
        return true;
    struct uuid id = found ? old.id : uuid_new_v7(a->now);
    return write_schedule(a, actor, workspace, spec.id, def, &kinds, id, !found,
                          found && old.timing ? old.next_us : next_us, err) &&
           audit_name(a, found ? EVENT_SCHEDULE_CHANGED : EVENT_SCHEDULE_CREATED, actor, def->name,
                      &id, err);
}

bool agenda_schedule_put(struct agenda *base, const char *actor, const struct schedule_def *def,
                         int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err)
{
    struct auth *a = agenda_auth(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = schedule_put(base, actor, def, next_us, rev, ret, err);
    FP("agenda_schedule_put_before");
    ok = auth_end(a, ok, err);
    FP("agenda_schedule_put_after");
    return ok;
}

static bool read_def(struct stmt *st, const struct agenda_ref *ref, struct arena *arena,
                     struct schedule_def *ret)
{
    static const int at[] = {5, 6, 7, 15, 16};
    bool whole = true;
    const char **texts[] = {&ret->categories, &ret->regions, &ret->cadence, &ret->further,
                            &ret->after}; /* NULL: none */
    *ret = (struct schedule_def){.workspace = arena_text(arena, ref->workspace),
                                 .name = arena_text(arena, ref->name),
                                 .specification = arena_text(arena, col_text(st, 2)),
                                 .type = arena_text(arena, col_text(st, 3)),
                                 .config = arena_text(arena, col_text(st, 4)),
                                 .notes = arena_text(arena, col_text(st, 8)),
                                 .enabled = col_int(st, 9) != 0,
                                 .frequency = arena_text(arena, col_text(st, 14))};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        if (col_null(st, at[i]))
            continue;
        *texts[i] = arena_text(arena, col_text(st, at[i]));
        whole = whole && *texts[i] != NULL;
    }
    return whole && ret->workspace != NULL && ret->name != NULL && ret->specification != NULL &&
           ret->type != NULL && ret->config != NULL && ret->notes != NULL && ret->frequency != NULL;
}

bool agenda_schedule_get(struct agenda *base, const struct agenda_ref *schedule,
                         struct arena *arena, struct schedule_def *ret, int64_t *ret_rev,
                         struct err *err)
{
    struct auth *a = agenda_auth(base);
    bool row;
    int64_t workspace;
    if (!auth_workspace_must(a, schedule->workspace, &workspace, err))
        return false;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_FIND);
    stmt_int(st, "$workspace", workspace);
    stmt_text(st, "$name", schedule->name);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return names_no_schedule(a->db, schedule->workspace, schedule->name, err);
    bool ok = read_def(st, schedule, arena, ret);
    *ret_rev = col_int(st, 12);
    stmt_end(st);
    return ok || err_set(err, ERR_STOP, "schedule: out of memory for its definition");
}

bool agenda_schedule_delete(struct agenda *base, const char *actor,
                            const struct agenda_ref *schedule, struct err *err)
{
    struct auth *a = agenda_auth(base);
    struct schedule_found found = {0};
    if (!auth_begin(a, err))
        return false;
    bool ok = agenda_schedule_must(a, schedule, &found, err) &&
              agenda_gate(base, actor, ROLE_DELETE, found.workspace, found.creator, err) &&
              agenda_no_followers(a, found.id, schedule->name, err);
    if (ok) {
        struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_DELETE);
        stmt_uuid(st, "$id", found.id);
        stmt_int(st, "$now", a->now);
        ok = db_run(st, NULL, err) &&
             audit_name(a, EVENT_SCHEDULE_DELETED, actor, schedule->name, &found.id, err);
    }
    FP("agenda_schedule_delete_before");
    return auth_end(a, ok, err);
}
