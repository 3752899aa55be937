/* authority_sqlite_job.c - stores a job's definition as a whole.
 *
 * The idea: the definition is compared with what is stored, row by row, and only what differs is
 * written; groups are matched by name and terms by group and text, so whatever stays keeps its
 * number, its counts and its place in the ledger. The same definition again changes nothing. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/rng.h"
#include "base/str.h"
#include "domain/variation.h"

#include <stdlib.h>
#include <string.h>

struct old_group {
    int32_t group_no;
    int32_t place;
    const char *name;
    const char *template;
    bool kept;
};

struct old_term {
    int32_t term_no;
    int32_t group_no;
    int32_t place;
    const char *text;
    bool kept;
};

/* One call of job_put. */
struct put {
    struct auth *a;
    const char *actor;
    const struct job_def *def;
    struct arena arena;
    int64_t workspace;
    struct uuid job;
    uint64_t seed;
    bool new_variations; /* seed or their number changed: all terms get new ones */
    bool changed;
    int32_t next_group_no, next_term_no;
    struct old_group *groups; /* in the order of their places */
    int32_t group_count;
    struct old_term *terms; /* by group_no and text */
    int32_t term_count;
    struct job_put_result result;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "job: there is no memory for its definition");
}

/* --- what is stored --- */

/* Grows an array in the arena; rows are few, so doubling is enough. */
static void *grown(struct arena *arena, void *old, int32_t count, size_t size)
{
    if (count != 0 && (count < 16 || (count & (count - 1)) != 0))
        return old;
    size_t cap = count < 16 ? 16 : (size_t)count * 2;
    void *bigger = arena_array(arena, cap, size);
    if (bigger != NULL && count > 0)
        memcpy(bigger, old, (size_t)count * size);
    return bigger;
}

static bool load_groups(struct put *p, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(p->a->db, SQL_JOB_GROUPS);
    stmt_uuid(st, "$job", p->job);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        p->groups = grown(&p->arena, p->groups, p->group_count, sizeof *p->groups);
        if (p->groups == NULL)
            break;
        struct old_group *g = &p->groups[p->group_count++];
        *g = (struct old_group){.group_no = (int32_t)col_int(st, 0),
                                .place = (int32_t)col_int(st, 1),
                                .name = arena_text(&p->arena, col_text(st, 2)),
                                .template = arena_text(&p->arena, col_text(st, 3))};
        if (g->name == NULL || g->template == NULL)
            break;
    }
    stmt_end(st);
    return no_memory(err);
}

static bool load_terms(struct put *p, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(p->a->db, SQL_JOB_TERMS);
    stmt_uuid(st, "$job", p->job);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        p->terms = grown(&p->arena, p->terms, p->term_count, sizeof *p->terms);
        if (p->terms == NULL)
            break;
        struct old_term *t = &p->terms[p->term_count++];
        *t = (struct old_term){.term_no = (int32_t)col_int(st, 0),
                               .group_no = (int32_t)col_int(st, 1),
                               .place = (int32_t)col_int(st, 2),
                               .text = arena_text(&p->arena, col_text(st, 3))};
        if (t->text == NULL)
            break;
    }
    stmt_end(st);
    return no_memory(err);
}

static int by_group_and_text(const void *a, const void *b)
{
    const struct old_term *x = a;
    const struct old_term *y = b;
    if (x->group_no != y->group_no)
        return x->group_no < y->group_no ? -1 : 1;
    return strcmp(x->text, y->text);
}

static struct old_term *find_term(struct put *p, int32_t group_no, const char *text)
{
    struct old_term key = {.group_no = group_no, .text = text};
    if (p->term_count == 0)
        return NULL;
    return bsearch(&key, p->terms, (size_t)p->term_count, sizeof key, by_group_and_text);
}

static struct old_group *find_group(struct put *p, const char *name)
{
    for (int32_t i = 0; i < p->group_count; i++)
        if (str_equal(p->groups[i].name, name))
            return &p->groups[i];
    return NULL;
}

/* --- settings --- */

static void bind_settings(struct put *p, struct stmt *st)
{
    const struct job_def *d = p->def;
    stmt_uuid(st, "$id", p->job);
    stmt_text(st, "$distribution", distribution_name(d->distribution));
    stmt_int(st, "$loop_interval", d->loop_interval);
    stmt_int(st, "$max_emails_per_group", d->max_emails_per_group);
    stmt_int(st, "$loop_automation", d->loop_automation);
    stmt_text(st, "$provider", d->provider);
    stmt_int(st, "$variations", d->variations);
    stmt_int(st, "$seed", (int64_t)p->seed);
    stmt_text(st, "$recontact", recontact_name(d->recontact));
    stmt_int(st, "$one_lead_per_domain", d->one_lead_per_domain);
}

static bool add_job(struct put *p, struct err *err)
{
    p->job = uuid_new_v7(p->a->now);
    p->seed = p->def->seed;
    if (!p->def->has_seed)
        rng_secure(&p->seed, sizeof p->seed);
    struct stmt *st = db_stmt(p->a->db, SQL_JOB_ADD);
    bind_settings(p, st);
    stmt_int(st, "$workspace", p->workspace);
    stmt_text(st, "$name", p->def->name);
    stmt_int(st, "$now", p->a->now);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(p->a->db, SQL_JOB_ADD_STATE);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$max_emails_per_group", p->def->max_emails_per_group);
    stmt_int(st, "$loop_interval", p->def->loop_interval);
    stmt_int(st, "$now", p->a->now);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(p->a->db, SQL_JOB_ADD_LEASE);
    stmt_uuid(st, "$job", p->job);
    p->next_group_no = p->next_term_no = 1;
    return db_run(st, NULL, err);
}

static bool same_settings(const struct put *p, struct stmt *st)
{
    const struct job_def *d = p->def;
    return str_equal(col_text(st, 0), distribution_name(d->distribution)) &&
           col_int(st, 1) == d->loop_interval && col_int(st, 2) == d->max_emails_per_group &&
           (col_int(st, 3) != 0) == d->loop_automation && str_equal(col_text(st, 4), d->provider) &&
           col_int(st, 5) == d->variations && col_int(st, 6) == (int64_t)p->seed &&
           str_equal(col_text(st, 7), recontact_name(d->recontact)) &&
           (col_int(st, 8) != 0) == d->one_lead_per_domain;
}

static bool change_job(struct put *p, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(p->a->db, SQL_JOB_SETTINGS);
    stmt_uuid(st, "$job", p->job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_STOP, "record: the job has no state row; see autopilot verify");
    p->seed = p->def->has_seed ? p->def->seed : (uint64_t)col_int(st, 6);
    p->new_variations = col_int(st, 5) != p->def->variations || col_int(st, 6) != (int64_t)p->seed;
    p->next_group_no = (int32_t)col_int(st, 9);
    p->next_term_no = (int32_t)col_int(st, 10);
    bool same = same_settings(p, st);
    stmt_end(st);
    if (same)
        return true;
    p->changed = true;
    st = db_stmt(p->a->db, SQL_JOB_CHANGE);
    bind_settings(p, st);
    return db_run(st, NULL, err);
}

static bool store_numbers(struct put *p, struct err *err)
{
    struct stmt *st = db_stmt(p->a->db, SQL_JOB_CHANGE_STATE);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$next_group_no", p->next_group_no);
    stmt_int(st, "$next_term_no", p->next_term_no);
    stmt_int(st, "$max_emails_per_group", p->def->max_emails_per_group);
    stmt_int(st, "$loop_interval", p->def->loop_interval);
    return db_run(st, NULL, err);
}

/* --- groups and terms --- */

static bool put_variations(struct put *p, int32_t term_no, const char *text, struct err *err)
{
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    bool ok = true;
    for (int k = 1; ok && k <= p->def->variations; k++) {
        buf_clear(&out);
        if (!variation_text(p->seed, text, k, &out))
            break; /* the term has no more */
        /* One that is too long to be asked ends the list, as if there were no more. */
        if (!buf_ok(&out) || out.len > TERM_MAX_BYTES)
            break;
        struct stmt *st = db_stmt(p->a->db, SQL_VARIATION_ADD);
        stmt_uuid(st, "$job", p->job);
        stmt_int(st, "$term", term_no);
        stmt_int(st, "$k", k);
        stmt_text(st, "$text", buf_text(&out));
        ok = db_run(st, NULL, err);
    }
    buf_done(&out);
    return ok;
}

static bool renew_variations(struct put *p, const struct old_term *t, struct err *err)
{
    struct stmt *st = db_stmt(p->a->db, SQL_VARIATION_CLEAR);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$term", t->term_no);
    return db_run(st, NULL, err) && put_variations(p, t->term_no, t->text, err);
}

static bool add_term(struct put *p, int32_t group_no, int32_t place, const char *text,
                     struct err *err)
{
    int32_t term_no = p->next_term_no++;
    struct stmt *st = db_stmt(p->a->db, SQL_TERM_ADD);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$term", term_no);
    stmt_int(st, "$group", group_no);
    stmt_int(st, "$place", place);
    stmt_text(st, "$text", text);
    p->changed = true;
    return db_run(st, NULL, err) && put_variations(p, term_no, text, err);
}

static bool put_term(struct put *p, int32_t group_no, int32_t place, const char *text,
                     struct err *err)
{
    struct old_term *t = find_term(p, group_no, text);
    if (t == NULL)
        return add_term(p, group_no, place, text, err);
    t->kept = true;
    if (p->new_variations && !renew_variations(p, t, err))
        return false;
    if (t->place == place)
        return true;
    p->changed = true;
    struct stmt *st = db_stmt(p->a->db, SQL_TERM_CHANGE);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$term", t->term_no);
    stmt_int(st, "$place", place);
    return db_run(st, NULL, err);
}

static bool add_group(struct put *p, int32_t place, const struct group_def *def,
                      int32_t *ret_group_no, struct err *err)
{
    *ret_group_no = p->next_group_no++;
    struct stmt *st = db_stmt(p->a->db, SQL_GROUP_ADD);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$group", *ret_group_no);
    stmt_int(st, "$place", place);
    stmt_text(st, "$name", def->name);
    stmt_text(st, "$template", def->template_name);
    p->changed = true;
    return db_run(st, NULL, err);
}

static bool keep_group(struct put *p, int32_t place, const struct group_def *def,
                       struct old_group *g, struct err *err)
{
    g->kept = true;
    if (g->place == place && str_equal(g->template, def->template_name))
        return true;
    p->changed = true;
    struct stmt *st = db_stmt(p->a->db, SQL_GROUP_CHANGE);
    stmt_uuid(st, "$job", p->job);
    stmt_int(st, "$group", g->group_no);
    stmt_int(st, "$place", place);
    stmt_text(st, "$template", def->template_name);
    return db_run(st, NULL, err);
}

static bool has_template(struct put *p, const struct group_def *def, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(p->a->db, SQL_TEMPLATE_FIND);
    stmt_int(st, "$workspace", p->workspace);
    stmt_text(st, "$name", def->template_name);
    if (!db_step(st, &row, err))
        return false;
    stmt_end(st);
    return row || err_set(err, ERR_REFUSED,
                          "job: group \"%s\" uses template \"%s\", which does "
                          "not exist",
                          def->name, def->template_name);
}

static bool put_group(struct put *p, int32_t place, const struct group_def *def, struct err *err)
{
    struct old_group *g = find_group(p, def->name);
    int32_t group_no = g != NULL ? g->group_no : 0;
    if (!has_template(p, def, err))
        return false;
    if (g != NULL ? !keep_group(p, place, def, g, err) : !add_group(p, place, def, &group_no, err))
        return false;
    for (int32_t i = 0; i < def->term_count; i++)
        if (!put_term(p, group_no, i + 1, def->terms[i].text, err))
            return false;
    p->result.terms += def->term_count;
    return true;
}

static bool remove_rest(struct put *p, struct err *err)
{
    for (int32_t i = 0; i < p->term_count; i++) {
        if (p->terms[i].kept)
            continue;
        struct stmt *st = db_stmt(p->a->db, SQL_TERM_REMOVE);
        stmt_uuid(st, "$job", p->job);
        stmt_int(st, "$term", p->terms[i].term_no);
        if (!db_run(st, NULL, err))
            return false;
        p->result.terms_removed++;
    }
    for (int32_t i = 0; i < p->group_count; i++) {
        if (p->groups[i].kept)
            continue;
        struct stmt *st = db_stmt(p->a->db, SQL_GROUP_REMOVE);
        stmt_uuid(st, "$job", p->job);
        stmt_int(st, "$group", p->groups[i].group_no);
        if (!db_run(st, NULL, err))
            return false;
        p->result.groups_removed++;
    }
    p->changed = p->changed || p->result.terms_removed > 0 || p->result.groups_removed > 0;
    return true;
}

/* --- the whole --- */

static bool put_templates(struct put *p, struct err *err)
{
    bool changed;
    for (int32_t i = 0; i < p->def->template_count; i++) {
        if (!auth_store_template(p->a, p->actor, p->workspace, &p->def->templates[i], &changed,
                                 err))
            return false;
        p->changed = p->changed || changed;
    }
    p->result.templates = p->def->template_count;
    return true;
}

static bool conflict(const struct put *p, bool found, struct err *err)
{
    return err_set(err, ERR_CONFLICT, "job: \"%s\" was %s meanwhile; reload it and try again",
                   p->def->name, found ? "changed" : "deleted");
}

static bool note_change(struct put *p, struct err *err)
{
    char target[2 * NAME_MAX_BYTES + 2];
    (void)str_format(target, sizeof target, "%s/%s", p->def->workspace, p->def->name); /* fits */
    struct note note = {.kind = p->result.created ? EVENT_JOB_CREATED : EVENT_JOB_CHANGED,
                        .job = &p->job,
                        .actor = p->actor,
                        .n1 = p->result.groups,
                        .n2 = p->result.terms};
    if (!p->result.created) {
        struct stmt *st = db_stmt(p->a->db, SQL_JOB_CHANGED);
        stmt_uuid(st, "$job", p->job);
        stmt_int(st, "$now", p->a->now);
        if (!db_run(st, NULL, err))
            return false;
    }
    return store_numbers(p, err) && auth_audit(p->a, &note, target, err);
}

static bool put_parts(struct put *p, struct err *err)
{
    for (int32_t i = 0; i < p->def->group_count; i++)
        if (!put_group(p, i + 1, &p->def->groups[i], err))
            return false;
    p->result.groups = p->def->group_count;
    if (!remove_rest(p, err))
        return false;
    p->result.changed = p->changed;
    p->result.job = p->job;
    return !p->changed || note_change(p, err);
}

static bool job_put(struct put *p, int64_t rev, struct err *err)
{
    const struct job_ref ref = {p->def->workspace, p->def->name};
    struct job_found job = {0};
    bool found;
    if (!auth_workspace_must(p->a, ref.workspace, &p->workspace, err) ||
        !auth_job_find(p->a, &ref, &job, &found, err))
        return false;
    if (rev >= 0 && (!found || job.rev != rev))
        return conflict(p, found, err);
    p->result.created = p->changed = !found;
    if (found)
        p->job = job.id;
    if (!put_templates(p, err) || !(found ? change_job(p, err) : add_job(p, err)))
        return false;
    return load_groups(p, err) && load_terms(p, err) && put_parts(p, err);
}

bool auth_job_put(struct authority *base, const char *actor, const struct job_def *def, int64_t rev,
                  struct job_put_result *ret, struct err *err)
{
    struct auth *a = auth_of(base);
    struct put p = {.a = a, .actor = actor, .def = def, .arena = arena_init((size_t)1 << 30)};
    if (!job_check(def, err) || !auth_begin(a, err))
        return false;
    bool ok = job_put(&p, rev, err);
    FP("authority_job_put_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_put_after");
    arena_done(&p.arena);
    if (ok)
        *ret = p.result;
    return ok;
}
