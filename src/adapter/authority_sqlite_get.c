/* authority_sqlite_get.c - a job's definition as it is stored, for export and for editing: what
 * job_put would take to make the same job again. */
#include "authority_sqlite.h"

#include "base/str.h"
#include "store/names.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "job: there is no memory for its definition");
}

static bool get_settings(struct auth *a, struct uuid job, struct arena *arena, struct job_def *def,
                         struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_JOB_SETTINGS);
    stmt_uuid(st, "$job", job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_STOP, "record: the job has no state row; see autopilot verify");
    (void)distribution_parse(col_text(st, 0), &def->distribution); /* the schema checks it */
    def->loop_interval = (int32_t)col_int(st, 1);
    def->max_emails_per_group = (int32_t)col_int(st, 2);
    def->loop_automation = col_int(st, 3) != 0;
    def->provider = arena_text(arena, col_text(st, 4));
    def->variations = (int32_t)col_int(st, 5);
    def->has_seed = true;
    def->seed = (uint64_t)col_int(st, 6);
    (void)recontact_parse(col_text(st, 7), &def->recontact); /* the schema checks it */
    def->one_lead_per_domain = col_int(st, 8) != 0;
    stmt_end(st);
    return def->provider != NULL ? true : no_memory(err);
}

/* How many rows a statement has; it is left ready to be read again. */
static bool count_rows(struct auth *a, enum sql_id id, struct uuid job, int32_t *ret,
                       struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, id);
    stmt_uuid(st, "$job", job);
    for (*ret = 0;; (*ret)++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
    }
}

/* group_nos[i] belongs to groups[i]. */
static bool get_groups(struct auth *a, struct uuid job, struct arena *arena, struct job_def *def,
                       int32_t **ret_nos, struct err *err)
{
    bool row;
    if (!count_rows(a, SQL_JOB_GROUPS, job, &def->group_count, err))
        return false;
    struct group_def *groups = arena_array(arena, (size_t)def->group_count, sizeof *groups);
    int32_t *nos = arena_array(arena, (size_t)def->group_count, sizeof *nos);
    if (groups == NULL || nos == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(a->db, SQL_JOB_GROUPS);
    stmt_uuid(st, "$job", job);
    for (int32_t i = 0; i < def->group_count; i++) {
        if (!db_step(st, &row, err))
            return false;
        nos[i] = (int32_t)col_int(st, 0);
        groups[i].name = arena_text(arena, col_text(st, 2));
        groups[i].template_name = arena_text(arena, col_text(st, 3));
        if (groups[i].name == NULL || groups[i].template_name == NULL) {
            stmt_end(st);
            return no_memory(err);
        }
    }
    stmt_end(st);
    def->groups = groups;
    *ret_nos = nos;
    return true;
}

/* Terms come group after group: each group gets its part of one array. */
static bool get_terms(struct auth *a, struct uuid job, struct arena *arena, struct job_def *def,
                      const int32_t *nos, struct err *err)
{
    bool row;
    int32_t count, group = 0;
    struct group_def *groups = (struct group_def *)def->groups; /* made in get_groups */
    if (!count_rows(a, SQL_JOB_TERMS_LISTED, job, &count, err))
        return false;
    struct term_def *terms = arena_array(arena, (size_t)count, sizeof *terms);
    if (terms == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(a->db, SQL_JOB_TERMS_LISTED);
    stmt_uuid(st, "$job", job);
    for (int32_t i = 0; i < count; i++) {
        if (!db_step(st, &row, err))
            return false;
        while (group < def->group_count && nos[group] != col_int(st, 0))
            group++;
        terms[i].text = arena_text(arena, col_text(st, 1));
        if (terms[i].text == NULL || group == def->group_count)
            break;
        if (groups[group].term_count++ == 0)
            groups[group].terms = &terms[i];
    }
    stmt_end(st);
    return count == 0 || terms[count - 1].text != NULL ? true : no_memory(err);
}

static bool get_templates(struct auth *a, struct uuid job, struct arena *arena, struct job_def *def,
                          struct err *err)
{
    bool row;
    if (!count_rows(a, SQL_JOB_TEMPLATES, job, &def->template_count, err))
        return false;
    struct template_def *t = arena_array(arena, (size_t)def->template_count, sizeof *t);
    if (t == NULL)
        return no_memory(err);
    struct stmt *st = db_stmt(a->db, SQL_JOB_TEMPLATES);
    stmt_uuid(st, "$job", job);
    bool ok = true;
    for (int32_t i = 0; ok && i < def->template_count; i++) {
        if (!db_step(st, &row, err))
            return false;
        t[i].name = arena_text(arena, col_text(st, 0));
        t[i].subject = arena_text(arena, col_text(st, 1));
        t[i].text = arena_text(arena, col_text(st, 2));
        t[i].html = arena_text(arena, col_text(st, 3));
        ok = t[i].name != NULL && t[i].subject != NULL && t[i].text != NULL && t[i].html != NULL;
    }
    stmt_end(st);
    def->templates = t;
    return ok ? true : no_memory(err);
}

static bool job_get(struct auth *a, const struct job_ref *ref, struct arena *arena,
                    struct job_def **ret, int64_t *ret_rev, struct err *err)
{
    struct job_found job = {0};
    int32_t *nos = NULL;
    if (!auth_job_must(a, ref, &job, err))
        return false;
    struct job_def *def = arena_array(arena, 1, sizeof *def);
    if (def == NULL)
        return no_memory(err);
    def->name = arena_text(arena, ref->name);
    def->workspace = arena_text(arena, ref->workspace);
    if (def->name == NULL || def->workspace == NULL)
        return no_memory(err);
    if (!get_settings(a, job.id, arena, def, err) ||
        !get_groups(a, job.id, arena, def, &nos, err) ||
        !get_terms(a, job.id, arena, def, nos, err) || !get_templates(a, job.id, arena, def, err))
        return false;
    *ret = def;
    *ret_rev = job.rev;
    return true;
}

bool auth_job_get(struct authority *base, const struct job_ref *ref, struct arena *arena,
                  struct job_def **ret, int64_t *ret_rev, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!db_begin_read(a->db, err))
        return false;
    bool ok = job_get(a, ref, arena, ret, ret_rev, err);
    db_end_read(a->db);
    return ok;
}
