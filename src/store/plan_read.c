/* plan_read.c - rows into a plan. Groups and terms come in the order of the job file, so that a
 * group's terms lie beside each other. */
#include "store/plan_read.h"

#include "base/str.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: the job's plan does not fit into memory");
}

static void words_of_job(struct stmt *st, struct plan *p)
{
    (void)distribution_parse(col_text(st, 4), &p->distribution); /* the schema checks it */
    (void)mail_mode_parse(col_text(st, 5), &p->mode);            /* the schema checks it */
    (void)recontact_parse(col_text(st, 11), &p->recontact);      /* the schema checks it */
}

static bool numbers_of_job(struct stmt *st, int64_t now_us, struct plan *p)
{
    p->rev = col_int(st, 3);
    p->loop_interval = (int32_t)col_int(st, 6);
    p->max_emails_per_group = (int32_t)col_int(st, 7);
    p->variations = (int32_t)col_int(st, 8);
    p->loop_automation = col_int(st, 9) != 0;
    p->one_lead_per_domain = col_int(st, 10) != 0;
    p->seed = (uint64_t)col_int(st, 12);
    p->cycle = (int32_t)col_int(st, 13);
    p->cycle_ended = col_int(st, 14) != 0;
    p->draws = (int32_t)col_int(st, 15);
    p->rested = !col_null(st, 16) && col_int(st, 16) <= now_us;
    p->total = col_int(st, 17);
    p->group_count = (int32_t)col_int(st, 18);
    p->term_count = (int32_t)col_int(st, 19);
    return p->group_count >= 0 && p->term_count >= 0;
}

static bool read_job_part(struct db *db, int64_t now_us, struct arena *arena, struct plan *p,
                          struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_PLAN_JOB);
    stmt_uuid(st, "$job", p->job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    words_of_job(st, p);
    bool ok = numbers_of_job(st, now_us, p);
    p->job_name = arena_text(arena, col_text(st, 0));
    p->workspace = arena_text(arena, col_text(st, 1));
    p->provider = arena_text(arena, col_text(st, 2));
    stmt_end(st);
    if (!ok || p->job_name == NULL || p->workspace == NULL || p->provider == NULL)
        return no_memory(err);
    p->groups = arena_array(arena, (size_t)p->group_count, sizeof *p->groups);
    p->terms = arena_array(arena, (size_t)p->term_count, sizeof *p->terms);
    return p->groups != NULL && p->terms != NULL ? true : no_memory(err);
}

static bool read_groups(struct db *db, struct arena *arena, struct plan *p, struct err *err)
{
    bool row;
    int32_t n = 0;
    struct stmt *st = db_stmt(db, SQL_PLAN_GROUPS);
    stmt_uuid(st, "$job", p->job);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == p->group_count)
            break;
        struct plan_group *g = &p->groups[n++];
        g->group_no = (int32_t)col_int(st, 0);
        g->name = arena_text(arena, col_text(st, 1));
        g->template_name = arena_text(arena, col_text(st, 2));
        (void)group_state_parse(col_text(st, 3), &g->state); /* the schema checks it */
        g->counted = (int32_t)col_int(st, 4);
        g->pass = (int32_t)col_int(st, 5);
        g->draw_no = (int32_t)col_int(st, 6);
        if (g->name == NULL || g->template_name == NULL) {
            stmt_end(st);
            return no_memory(err);
        }
    }
    stmt_end(st);
    p->group_count = n;
    return true;
}

static void read_term(struct stmt *st, struct arena *arena, struct plan_term *t)
{
    t->term_no = (int32_t)col_int(st, 1);
    t->text = arena_text(arena, col_text(st, 2));
    (void)term_state_parse(col_text(st, 3), &t->state); /* the schema checks it */
    t->counted = (int32_t)col_int(st, 4);
    t->target = (int32_t)col_int(st, 5);
    t->queued = (int32_t)col_int(st, 6);
    t->deferred = (int32_t)col_int(st, 7);
    t->failures = (int32_t)col_int(st, 8);
    t->first = col_int(st, 9) != 0;
    t->cursor.variation = (int32_t)col_int(st, 10);
    col_text_to(st, 11, t->cursor.result, sizeof t->cursor.result);
    t->cursor.address = (int32_t)col_int(st, 12);
    t->cursor.ended = col_int(st, 13) != 0;
}

/* The group that term n belongs to: the one before, or one of those behind it. */
static int32_t group_of(const struct plan *p, int32_t from, int32_t group_no)
{
    while (from < p->group_count && p->groups[from].group_no != group_no)
        from++;
    return from;
}

static bool read_terms(struct db *db, struct arena *arena, struct plan *p, struct err *err)
{
    bool row;
    int32_t n = 0, at = 0;
    struct stmt *st = db_stmt(db, SQL_PLAN_TERMS);
    stmt_uuid(st, "$job", p->job);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == p->term_count)
            break;
        at = group_of(p, at, (int32_t)col_int(st, 0));
        if (at == p->group_count)
            break; /* verify tells of a term without its group */
        struct plan_group *g = &p->groups[at];
        if (g->terms++ == 0)
            g->first_term = n;
        read_term(st, arena, &p->terms[n]);
        if (p->terms[n++].text == NULL) {
            stmt_end(st);
            return no_memory(err);
        }
    }
    stmt_end(st);
    p->term_count = n;
    return true;
}

static void set_due(struct plan *p, int32_t term_no, int32_t count)
{
    for (int32_t i = 0; i < p->term_count; i++)
        if (p->terms[i].term_no == term_no)
            p->terms[i].deferred_due = count;
}

static bool read_due(struct db *db, int64_t now_us, struct plan *p, struct err *err)
{
    bool row;
    int64_t deferred = 0;
    for (int32_t i = 0; i < p->term_count; i++)
        deferred += p->terms[i].deferred;
    if (deferred == 0)
        return true;
    struct stmt *st = db_stmt(db, SQL_PLAN_DUE);
    stmt_uuid(st, "$job", p->job);
    stmt_text(st, "$mode", mail_mode_name(p->mode));
    stmt_int(st, "$now", now_us);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        set_due(p, (int32_t)col_int(st, 0), (int32_t)col_int(st, 1));
    }
}

bool plan_read(struct db *db, struct uuid job, int64_t now_us, struct arena *arena,
               struct plan **ret, struct err *err)
{
    struct plan *p = arena_array(arena, 1, sizeof *p);
    if (p == NULL)
        return no_memory(err);
    p->job = job;
    if (!read_job_part(db, now_us, arena, p, err) || !read_groups(db, arena, p, err) ||
        !read_terms(db, arena, p, err) || !read_due(db, now_us, p, err))
        return false;
    *ret = p;
    return true;
}
